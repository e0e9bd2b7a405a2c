"""Keyed fingerprints of usernames, by which a send is recognised without a username being kept.

Whoever has the journal but not the key can't tell whether a username they guess is in it.
"""

import hashlib
import threading
from collections.abc import Iterable, Iterator, Sequence
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


class Prepared:
    """The fingerprints of a list that is about to be sent, made while somebody still looks at it.

    A list is known by being the same object, which nobody changes (`credentials.rows.Rows`). Any
    thread may ask; who asks for a list that another one is at work on waits for that one.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._usernames: Sequence[str] | None = None
        self._key_id = b""
        self._packed = b""

    def make(self, fingerprints: Fingerprints, usernames: Sequence[str]) -> None:
        """Make those of this list, and forget those of another one."""
        with self._turn:
            self._make(fingerprints, usernames)

    def take(self, fingerprints: Fingerprints, usernames: Sequence[str]) -> bytes:
        """Those of this list, as `Fingerprints.pack` has them, and forget them here."""
        with self._turn:
            self._make(fingerprints, usernames)
            packed, self._usernames, self._packed = self._packed, None, b""
        return packed

    def _make(self, fingerprints: Fingerprints, usernames: Sequence[str]) -> None:
        if usernames is not self._usernames or fingerprints.key_id != self._key_id:
            self._packed = fingerprints.pack(usernames)
            self._usernames, self._key_id = usernames, fingerprints.key_id


def unpacked(packed: bytes, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
    """The fingerprints from place `start` up to `stop`, counted from 0."""
    end = len(packed) if stop is None else stop * SIZE
    return (packed[at : at + SIZE] for at in range(start * SIZE, end, SIZE))
