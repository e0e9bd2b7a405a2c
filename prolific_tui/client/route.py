"""The way to the service: a proxy or none, and whose certificates are trusted.

Read from `HTTPS_PROXY`, `NO_PROXY` and `SSL_CERT_FILE`, for https only: an http proxy would see
the token of every request.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from prolific_tui.secret import Secret


@dataclass(frozen=True, slots=True)
class Route:
    """How the service is reached."""

    proxy: Secret | None = None
    """The proxy's URL; secret because it may hold a password."""
    certificates: str | None = None
    """Path of the file whose certificates are trusted instead of the usual ones."""
    notes: tuple[str, ...] = ()
    """What of the environment is used, in words for the Account screen."""


def route_to(service_url: str, environment: Mapping[str, str]) -> Route:
    """The way to a service under these environment variables; lower-case names go first.

    Never raises: a proxy that can't be used shows when the first request is made.
    """
    service = urlsplit(service_url)
    if service.scheme != "https":
        return Route()
    notes: list[str] = []
    proxy, name = _variable(environment, "HTTPS_PROXY")
    if proxy and _bypassed(service.hostname or "", service.port or 443, environment):
        notes.append("directly, because NO_PROXY names the service")
        proxy = ""
    elif proxy:
        proxy = proxy if "://" in proxy else f"http://{proxy}"
        notes.append(f"through the proxy {_shown(proxy)} ({name})")
    certificates = environment.get("SSL_CERT_FILE", "")
    if certificates:
        notes.append(f"trusting the certificates in {certificates} (SSL_CERT_FILE)")
    return Route(Secret(proxy) if proxy else None, certificates or None, tuple(notes))


def _variable(environment: Mapping[str, str], name: str) -> tuple[str, str]:
    for spelling in (name.lower(), name):
        if value := environment.get(spelling, "").strip():
            return value, spelling
    return "", name


def _shown(proxy: str) -> str:
    """Host and port of a proxy, without the user name and password that its URL may hold."""
    try:
        parts = urlsplit(proxy)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "that its variable names"
    if not host:
        return "that its variable names"
    host = f"[{host}]" if ":" in host else host
    return f"{host}:{port}" if port else host


def _bypassed(host: str, port: int, environment: Mapping[str, str]) -> bool:
    """Whether NO_PROXY names a host: `*`, a domain with all below it, an address or a network."""
    entries, _ = _variable(environment, "NO_PROXY")
    return any(_names(entry.strip().lower(), host, port) for entry in entries.split(","))


def _names(entry: str, host: str, port: int) -> bool:
    if entry in ("", "*"):
        return entry == "*"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        address = None
    if address is not None:
        try:
            return address in ipaddress.ip_network(entry.strip("[]"), strict=False)
        except ValueError:
            pass
    name, colon, wanted_port = entry.rpartition(":")
    if colon and wanted_port.isdecimal():
        return int(wanted_port) == port and _names(name, host, port)
    domain = entry.removeprefix("*").removeprefix(".")
    return host == domain.strip("[]") or (address is None and host.endswith(f".{domain}"))
