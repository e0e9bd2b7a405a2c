"""The way between the client and the service: it counts bytes, and ends where it is told to.

Reads pass. A write is known by its method, and is cut as the `Cut` says that the line was armed
with.
"""

import asyncio
import contextlib
import gzip
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.cuts.cuts import Cut, Direction, Fate, Manner, Shape

_HOST: Final = "127.0.0.1"
_PAGE: Final = b"<html><h1>502 Bad Gateway</h1><hr>nginx</html>"
_BAD_GATEWAY: Final = (
    b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s"
    % (len(_PAGE), _PAGE)
)
_ABOUT_LENGTH: Final = (b"content-length:", b"connection:")
_HINTS: Final = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"


@dataclass(slots=True)
class Message:
    """A request or an answer as bytes."""

    head: bytes
    body: bytes

    def __bytes__(self) -> bytes:
        """The whole of it."""
        return self.head + self.body


class Line:
    """A listener on loopback that passes everything on to a service, but for what is cut."""

    def __init__(self, service_port: int, patience: float) -> None:
        """Prepare it.

        Args:
            service_port: the service's port on this machine.
            patience: seconds in which a write must have come as far as the cut; on a machine too
                busy for that, the client's own limit would end it somewhere else.
        """
        self._service_port = service_port
        self._patience = patience
        self._listener: asyncio.Server | None = None
        self._conversations: set[asyncio.Task[None]] = set()
        self._cut: Cut | None = None
        self._on_write: Callable[[], None] = lambda: None
        self._looked = False
        """Whether a read was answered since the line was armed."""
        self._looks_left: int | None = None
        """How many more reads pass; None for any number."""
        self._expected = b""
        self._begun = 0.0
        self._held = b""
        self.port = 0
        self.struck = False
        """Whether the line was cut in time since it was armed."""
        self.request = b""
        """The last write that was read whole."""
        self.answer = b""
        """Its answer."""
        self._quiet = asyncio.Event()
        """Set while no write is on the line."""
        self._quiet.set()

    async def start(self) -> None:
        """Listen."""
        self._listener = await asyncio.start_server(self._converse, _HOST, 0)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """End every conversation."""
        if self._listener is not None:
            self._listener.close()
        # A connection that is coming in gets to its task in a few turns of the loop.
        for _ in range(10):
            await asyncio.sleep(0)
        for conversation in self._conversations:
            conversation.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    def arm(self, cut: Cut, expected: bytes, on_write: Callable[[], None]) -> None:
        """Cut the next write.

        Args:
            cut: where and how.
            expected: the request that will come. Where the service is to have it whole although
                the line ends before it was read, this is what it gets.
            on_write: called when the write comes.
        """
        self._cut, self._expected, self._on_write = cut, expected, on_write
        self._held, self._looked, self.struck = b"", False, False
        self._looks_left = None

    async def quiet(self) -> None:
        """Wait until no write is on the line."""
        await self._quiet.wait()

    async def release(self) -> None:
        """Let a write that is kept back arrive at the service."""
        held, self._held = self._held, b""
        if held:
            await self._asked(held)

    # One connection

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._conversations.add(task)
        try:
            await self._pass_or_cut(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # The client went away, as it does when it has waited for long enough.
        except asyncio.CancelledError:
            # The line is being closed. Left cancelled, asyncio's streams would tell of it.
            pass
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            self._conversations.discard(task)

    async def _pass_or_cut(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        cut = self._cut
        first = b"" if self._is_struck_at_once(cut) else await reader.readexactly(1)
        if first == b"G":
            await self._pass(first, reader, writer)
            return
        self._cut = None
        self._quiet.clear()
        self._on_write()
        self._begun = asyncio.get_running_loop().time()
        self._looks_left = None if cut is None else cut.looks
        try:
            if cut is None:
                # What was cut at once, in the belief that it would be this, was a read.
                self.struck = False
                await self._pass(first, reader, writer)
            elif cut.direction is Direction.REQUEST:
                await self._cut_request(cut, first, reader, writer)
            else:
                await self._cut_answer(cut, first, reader, writer)
        finally:
            self._quiet.set()

    def _may_look(self) -> bool:
        """Whether a read passes, which uses up one of those that may; each comes in one piece."""
        if self._looks_left is None:
            return True
        self._looks_left -= 1
        return self._looks_left >= 0

    def _is_struck_at_once(self, cut: Cut | None) -> bool:
        """Whether a new connection is cut before the client has begun to send.

        It is taken to be that of the write, as reads share one that is there by then.
        """
        return (
            cut is not None
            and (cut.direction, cut.offset) == (Direction.REQUEST, 0)
            and cut.fate is not Fate.APPLIED
            and self._looked
        )

    async def _pass(
        self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Requests, one after another, until one side closes."""
        from_service, to_service = await asyncio.open_connection(_HOST, self._service_port)

        async def carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            while data := await source.read(65536):
                self._looked = self._looked or source is from_service
                if source is reader and not self._may_look():
                    return
                sink.write(data)
                await sink.drain()

        to_service.write(first)
        ways = {
            asyncio.create_task(carry(reader, to_service)),
            asyncio.create_task(carry(from_service, writer)),
        }
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            to_service.close()
            with contextlib.suppress(OSError):
                await to_service.wait_closed()

    async def _cut_request(
        self, cut: Cut, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.readexactly(max(0, cut.offset - len(first)))
        if cut.fate is Fate.APPLIED:
            await self._asked(self._expected)
        elif cut.fate.delay is not None:
            self._held = self._expected
        await self._strike(cut.manner, reader, writer)

    async def _cut_answer(
        self, cut: Cut, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.request = request = bytes(await _message(first, reader))
        self.answer = await self._answer_to(request, cut)
        writer.write(self.answer[: cut.offset])
        await writer.drain()
        await self._strike(cut.manner, reader, writer)

    async def _answer_to(self, request: bytes, cut: Cut) -> bytes:
        if cut.fate is Fate.GATEWAY_WITHHELD:
            return _BAD_GATEWAY
        answer = await self._asked(request)
        by_gateway = cut.fate in (Fate.GATEWAY_APPLIED, Fate.GATEWAY_CLASHED)
        return _BAD_GATEWAY if by_gateway else shaped(answer, cut.shape)

    async def _strike(
        self, manner: Manner, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.struck = asyncio.get_running_loop().time() - self._begun <= self._patience
        match manner:
            case Manner.CLOSED:
                writer.write_eof()
            case Manner.RESET:
                linger = struct.pack("ii", 1, 0)
                line = writer.get_extra_info("socket")
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                writer.transport.abort()
                return
            case Manner.STALLED:
                pass
        # To close a line on which bytes are unread would reset it; and one that stalls is open.
        await reader.read()

    async def _asked(self, request: bytes) -> Message:
        """The service's answer to a request, on a connection of its own."""
        reader, writer = await asyncio.open_connection(_HOST, self._service_port)
        try:
            writer.write(request)
            return await _message(b"", reader)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def _message(first: bytes, reader: asyncio.StreamReader) -> Message:
    head = first + await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return Message(head, await reader.readexactly(length))


def shaped(answer: Message, shape: Shape) -> bytes:
    """The same answer, written otherwise."""
    first, *lines = answer.head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    headers = [line for line in lines if not line.lower().startswith(_ABOUT_LENGTH)]

    def written(body: bytes, *more: bytes) -> bytes:
        return b"\r\n".join([first, *headers, *more, b"", b""]) + body

    match shape:
        case Shape.PLAIN:
            return bytes(answer)
        case Shape.HINTED:
            return _HINTS + bytes(answer)
        case Shape.UNTIL_CLOSE:
            return written(answer.body, b"connection: close")
        case Shape.GZIPPED:
            packed = gzip.compress(answer.body, mtime=0)
            return written(packed, b"content-encoding: gzip", b"content-length: %d" % len(packed))
        case Shape.CHUNKED:
            middle = len(answer.body) // 2
            pieces = (answer.body[:middle], answer.body[middle:], b"")
            chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
            return written(chunks, b"transfer-encoding: chunked")
