"""Keyed fingerprints of usernames, by which a send is recognised without a username being kept.

Whoever has the journal but not the key can't tell whether a username they guess is in it.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final

SIZE: Final = 16
"""Bytes of a fingerprint: two of a billion usernames share one by chance once in 10^20."""
KEY_SIZE: Final = 32


class Fingerprints:
    """Makes the fingerprints of one key; usernames are taken exactly as they are sent."""

    __slots__ = ("_keyed", "key_id")

    def __init__(self, key: bytes) -> None:
        # A copy of it costs less than a new one with the key; and with a byte after the key, the
        # key's block is done with, once for all copies.
        self._keyed = hashlib.blake2s(b"\0", key=key, digest_size=SIZE)
        self.key_id = hashlib.blake2s(b"key", key=key, digest_size=8).digest()
        """Tells this key from others, and nothing of it: fingerprints of two keys never match."""

    def mark(self, username: str) -> bytes:
        """The fingerprint of one username."""
        digest = self._keyed.copy()
        digest.update(username.encode("utf-8", "surrogatepass"))
        return digest.digest()

    def pack(self, usernames: Iterable[str]) -> bytes:
        """The fingerprints of usernames, one after the other."""
        copy, marks = self._keyed.copy, []
        for username in usernames:
            digest = copy()
            digest.update(username.encode("utf-8", "surrogatepass"))
            marks.append(digest.digest())
        return b"".join(marks)


def unpacked(packed: bytes, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
    """The fingerprints from place `start` up to `stop`, counted from 0."""
    end = len(packed) if stop is None else stop * SIZE
    return (packed[at : at + SIZE] for at in range(start * SIZE, end, SIZE))
