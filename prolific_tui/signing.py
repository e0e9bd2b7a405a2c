"""Whether a secret signed a delivery, and if not, which way of writing its body would make it so.

Prolific signs the text of the timestamp header and the bytes of the body, one after the other
(contract, `receiveEvent`). A receiver that reads the body as JSON and writes it again signs other
bytes: those ways of writing are tried as well, so that its mistake gets a name.
"""

import base64
import binascii
import hashlib
import hmac
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from prolific_tui.errors import ProlificTuiError
from prolific_tui.secret import Secret

T = TypeVar("T")

_DIGEST_BYTES: Final = hashlib.sha256().digest_size
_AS_IT_IS: Final = ""
_SEPARATORS: Final = {
    "written compactly, as JavaScript's JSON.stringify does": (",", ":"),
    "written with a space after each comma and colon, as Python's json.dumps does": (", ", ": "),
}
_KEY_ORDERS: Final = {"": False, "its keys sorted": True}
_ESCAPES: Final = {"": False, "all but ASCII written as \\u escapes": True}
_ENDS: Final = {"": b"", "a line break at its end": b"\n"}


class SigningError(ProlificTuiError):
    """A part of a delivery is not what its name says; nothing was compared."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a receiver was sent, as far as the signature is concerned."""

    body: bytes = field(repr=False)
    timestamp: str
    """The text of the header X-Prolific-Request-Timestamp, unchanged."""
    digest: bytes
    """The 32 bytes that the header X-Prolific-Request-Signature holds as base64."""


@dataclass(frozen=True, slots=True)
class Verdict(Generic[T]):
    """What made a signature."""

    key: T | None
    """What its maker was called; None where none of the secrets made it."""
    form: str = _AS_IT_IS
    """What would have to be done with the body for that, as participles that follow "the body is";
    empty where nothing has to."""

    @property
    def is_exact(self) -> bool:
        """Whether one of the secrets signed the body just as it is."""
        return self.key is not None and self.form == _AS_IT_IS


def digest(secret: Secret, timestamp: str, body: bytes) -> bytes:
    """HMAC-SHA256 with the secret, as UTF-8, of the timestamp's text and the body."""
    key = secret.reveal().encode("utf-8", "surrogatepass")
    message = timestamp.encode("utf-8", "surrogatepass") + body
    return hmac.digest(key, message, "sha256")


def signature(secret: Secret, timestamp: str, body: bytes) -> str:
    """The signature as its header holds it: padded base64 of `digest`."""
    return base64.b64encode(digest(secret, timestamp, body)).decode("ascii")


def read_timestamp(text: str) -> str:
    """The timestamp in what a person pasted, which may have the header's name before it.

    Raises:
        SigningError: there is none.
    """
    timestamp = _value(text)
    if not timestamp:
        raise SigningError(
            "No timestamp", "The text of the header X-Prolific-Request-Timestamp is needed."
        )
    return timestamp


def read_signature(text: str) -> bytes:
    """The 32 bytes of a signature that a person pasted, with or without the header's name.

    Raises:
        SigningError: it is not base64, or of another length.
    """
    try:
        found = base64.b64decode(_value(text), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != _DIGEST_BYTES:
        raise SigningError(
            "Not a signature",
            "X-Prolific-Request-Signature has 44 characters of base64, with = at the end.",
        )
    return found


def _value(text: str) -> str:
    return text.rpartition(":")[2].strip()


def judge(delivery: Delivery, keys: Sequence[tuple[T, Secret]]) -> Verdict[T]:
    """What made the signature of a delivery.

    Every way of writing the body is compared with every secret, in a time that does not depend on
    where they differ.

    Args:
        delivery: what arrived.
        keys: the secrets that may have made it, each with what it is called; if several did, the
            first one counts.
    """
    made_by = [
        Verdict(key, form)
        for form, body in _forms(delivery.body)
        for key, secret in keys
        if hmac.compare_digest(digest(secret, delivery.timestamp, body), delivery.digest)
    ]
    return made_by[0] if made_by else Verdict(None)


def _forms(body: bytes) -> Iterator[tuple[str, bytes]]:
    """The ways in which a body may be written, each once, with words for what was changed."""
    seen: set[bytes] = set()
    for form, written in itertools.chain(_line_forms(body), _json_forms(body)):
        if written not in seen:
            seen.add(written)
            yield form, written


def _line_forms(body: bytes) -> Iterator[tuple[str, bytes]]:
    yield _AS_IT_IS, body
    yield "taken without the line break at its end", body.rstrip(b"\r\n")
    yield "taken with a line break at its end", body + b"\n"
    plain = body.replace(b"\r\n", b"\n")
    yield "taken with LF where its lines end", plain
    yield "taken with CR LF where its lines end", plain.replace(b"\n", b"\r\n")
    yield "taken without the byte order mark at its beginning", body.removeprefix(b"\xef\xbb\xbf")


def _json_forms(body: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return
    ways = (_SEPARATORS.items(), _KEY_ORDERS.items(), _ESCAPES.items(), _ENDS.items())
    for spaced, ordered, escaped, ended in itertools.product(*ways):
        try:
            written = json.dumps(
                content, separators=spaced[1], sort_keys=ordered[1], ensure_ascii=escaped[1]
            )
        except (ValueError, RecursionError):
            continue
        words = ", ".join(filter(None, (spaced[0], ordered[0], escaped[0], ended[0])))
        yield words, written.encode("utf-8", "surrogatepass") + ended[1]
