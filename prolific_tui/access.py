"""How a service is reached: its URL, the token it takes, and the name of the account that has it.

All are checked here before anything else sees them, because a token with a stray character ends
up in the error texts of HTTP libraries, and a token sent in the clear is a token lost.
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlsplit

from prolific_tui.errors import SettingsError
from prolific_tui.secret import Secret
from prolific_tui.version import NAME

DEFAULT_SERVICE_URL: Final = "https://api.prolific.com"
"""Prolific's production service; there is no sandbox (contract, `servers`)."""

_PRINTABLE: Final = re.compile(r"[!-~]+\Z")
_PROFILE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,23}\Z")
_HOST_NAME: Final = re.compile(
    r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\Z"
)
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_LOOPBACK: Final = ipaddress.ip_network("127.0.0.0/8")


@dataclass(frozen=True, slots=True)
class Entry:
    """The name of a kept value: it belongs to the service it was saved for, and to no other."""

    service_url: str
    name: str

    @classmethod
    def token(cls, service_url: str, owner_id: str) -> Self:
        """The entry for the token of one owner at one service."""
        return cls(service_url, f"token {owner_id}")

    @classmethod
    def signing_secret(cls, service_url: str, workspace_id: str) -> Self:
        """The entry for the value of a workspace's signing secret, and nothing but the value."""
        return cls(service_url, f"signing secret {workspace_id}")

    @classmethod
    def previous_secret(cls, service_url: str, workspace_id: str) -> Self:
        """The entry for the secret before that, with its end."""
        return cls(service_url, f"previous signing secret {workspace_id}")

    @classmethod
    def probe(cls, service_url: str) -> Self:
        """The entry with which it is tried out whether a place keeps what it is given."""
        return cls(service_url, "probe")

    @property
    def keyring_service(self) -> str:
        """What the keyring calls the service; its user name there is `name`."""
        return f"{NAME} {self.service_url}"


def checked_profile_name(text: str) -> str:
    """The name of an account on this machine, as a person typed it.

    Raises:
        SettingsError: it is empty, longer than 24 characters, or holds something else than
            letters, digits, dots, hyphens and underscores.
    """
    name = text.strip()
    if not _PROFILE_NAME.match(name):
        raise SettingsError(
            "Not a name for an account",
            "A name has 1 to 24 letters (a to z), digits, dots, hyphens or underscores, and begins"
            " with a letter or digit.",
            "Such as lab or pilots-2.",
        )
    return name


def checked_token(text: str) -> Secret:
    """The token in a line that a person pasted or a file held, without the space around it.

    Raises:
        SettingsError: If nothing is left, or if a character is in it that no token has (a space,
            a control character, anything beyond ASCII). Its words never hold the token.
    """
    token = text.strip()
    if not token:
        raise SettingsError(
            "No token",
            "The token is empty.",
            "Copy it from Prolific's settings and paste it once more.",
        )
    if not token.isascii():
        raise SettingsError(
            "This is not a token",
            "The token holds a character that no Prolific token has (beyond plain ASCII).",
            "Copy it from Prolific's settings and paste it once more.",
        )
    if not _PRINTABLE.match(token):
        raise SettingsError(
            "This is not a token",
            "The token holds a space, a line break or a control character.",
            "Paste the token alone, on one line, without the word Token before it.",
        )
    return Secret(token)


def checked_service_url(text: str) -> str:
    """The origin (`https://host` or `https://host:port`) that a person or a variable named.

    Upper case, a final slash and the scheme's own port are normalised away, so that two spellings
    of one service compare equal. Plain http is taken on loopback only (127.0.0.0/8, ::1,
    localhost), where the demo serves.

    Raises:
        SettingsError: If it is no such URL. Its words never quote the text, which may hold a
            password.
    """
    address = text.strip()
    if not _PRINTABLE.match(address):
        raise _bad_url("It is empty or holds a character that no URL has.")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise _bad_url("It can't be read as a URL.") from None
    scheme = parts.scheme
    if scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise _bad_url("It does not begin with https:// and a host name.")
    if "@" in parts.netloc:
        raise _bad_url("It holds a user name or a password; a service is given without them.")
    if parts.path not in ("", "/") or "?" in address or "#" in address:
        raise _bad_url("It goes on after the host name; a service is given without a path.")
    host, loopback = _checked_host(parts.hostname)
    if scheme == "http" and not loopback:
        raise SettingsError(
            "This service can't be used",
            "The service URL begins with http://, so the token would travel unprotected.",
            "Use https://. Plain http is for this machine only (127.0.0.1, ::1, localhost).",
        )
    if parts.netloc.endswith(":") or port == 0:
        raise _bad_url("Its port is missing or is 0.")
    if port is None or port == _DEFAULT_PORTS[scheme]:
        return f"{scheme}://{host}"
    return f"{scheme}://{host}:{port}"


def _checked_host(name: str) -> tuple[str, bool]:
    """The host as a URL writes it, and whether it is this machine."""
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        if not _HOST_NAME.match(name):
            raise _bad_url("Its host name can't be read.") from None
        return name, name == "localhost"
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            raise _bad_url("Its host is an address that belongs to one network card.")
        return f"[{address}]", address == ipaddress.IPv6Address("::1")
    return str(address), address in _LOOPBACK


def _bad_url(reason: str) -> SettingsError:
    return SettingsError(
        "This service can't be used",
        f"The service URL is not one this program can use. {reason}",
        f"It looks like {DEFAULT_SERVICE_URL}.",
    )
