"""Reading an answer within limits: its body, unpacked, and how long it asks to wait."""

import zlib
from collections.abc import AsyncIterable, AsyncIterator, Callable
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

from prolific_tui.client.exchange import Trouble

ACCEPTED_ENCODING: Final = "gzip"
"""The one packing that is asked for and understood."""

_GZIP: Final = zlib.MAX_WBITS | 16
_LONGEST: Final = 10**9


class SpoiledError(Exception):
    """A body that can't be had whole."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


async def body_of(pieces: AsyncIterable[bytes], encoding: str, limit: int) -> bytes:
    """A body as it comes off the line, unpacked, never holding much more than the limit.

    HTTP libraries unpack a whole piece at once, and 64 KB of gzip may be 64 MB.

    Args:
        pieces: What arrives, still packed.
        encoding: The Content-Encoding header; empty for none.
        limit: Bytes, before and after unpacking.

    Raises:
        SpoiledError: If it is larger than the limit, packed in a way that was not asked for, or
            not what its header says.
    """
    match encoding.strip().lower():
        case "" | "identity":
            unpacked = pieces
        case "gzip" | "x-gzip":
            unpacked = _unzipped(pieces, limit)
        case _:
            raise SpoiledError(Trouble.UNDECODABLE)
    body = bytearray()
    async for piece in unpacked:
        body += piece
        if len(body) > limit:
            raise SpoiledError(Trouble.TOO_LARGE)
    return bytes(body)


async def _unzipped(pieces: AsyncIterable[bytes], limit: int) -> AsyncIterator[bytes]:
    """The pieces of a gzip stream unpacked, none larger than the limit plus one byte."""
    unpacker = zlib.decompressobj(_GZIP)
    packed = 0
    async for piece in pieces:
        packed += len(piece)
        if packed > limit:
            raise SpoiledError(Trouble.TOO_LARGE)
        rest = piece
        while rest:
            if unpacker.eof:
                unpacker = zlib.decompressobj(_GZIP)
            try:
                # One byte beyond the limit makes the reader stop, so whatever is left packed
                # after that (`unconsumed_tail`) is never asked for.
                unpacked = unpacker.decompress(rest, limit + 1)
            except zlib.error:
                raise SpoiledError(Trouble.UNDECODABLE) from None
            yield unpacked
            rest = unpacker.unused_data
    if packed and not unpacker.eof:
        raise SpoiledError(Trouble.UNDECODABLE)


def seconds_to_wait(text: str, clock: Callable[[], float]) -> float | None:
    """Seconds that a Retry-After header asks to wait, if it can be read.

    RFC 9110 section 10.2.3 allows whole seconds and an HTTP date; a date in the past is 0.

    Args:
        text: The header's value; empty for none.
        clock: Seconds since 1970.
    """
    text = text.strip()
    if text.isascii() and text.isdecimal():
        return float(min(int(text[:12]), _LONGEST))
    try:
        moment = parsedate_to_datetime(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, moment.timestamp() - clock())
    except (ValueError, OverflowError):
        return None
