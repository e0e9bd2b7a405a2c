"""Text that must not be seen by accident: tokens, webhook secrets, request bodies.

A `Secret` shows a fixed mask wherever Python would show its value, so that a log line, a
traceback or an f-string never holds it. Only `reveal` gives the value.
"""

import hashlib
import hmac
from typing import Final, NoReturn

MASK: Final = "********"
"""What stands for any hidden value: of fixed length, so that it tells nothing of the value."""


class Secret:
    """A string that only `reveal` shows; equality takes the same time for any two values."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the wire, the keyring, or a person who asked to see it."""
        return self._value

    def fingerprint(self) -> str:
        """Eight hexadecimal digits by which two people can compare a value without showing it."""
        return hashlib.sha256(self._value.encode("utf-8", "surrogatepass")).hexdigest()[:8]

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        mine, theirs = self._value, other._value
        return hmac.compare_digest(
            mine.encode("utf-8", "surrogatepass"), theirs.encode("utf-8", "surrogatepass")
        )

    def __hash__(self) -> int:
        return hash(self._value)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is never pickled or copied to disk")
