"""Serves the in-memory Prolific over a loopback socket, to curl or any other HTTP/1.1 client.

Only as much of HTTP as that needs, and nothing of it trusted: heads and bodies have a limit, and
whatever can't be read for certain is answered with an error and a closed line.
"""

import asyncio
import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from prolific_tui.demo import controls
from prolific_tui.demo.exchange import phrase
from prolific_tui.demo.service import Answer, Request, Service
from prolific_tui.version import NAME, VERSION

_HOST: Final = "127.0.0.1"
_MAX_HEAD: Final = 64 * 1024
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_SINGLE: Final = {"authorization", "content-length", "content-type", "host", "transfer-encoding"}
"""Headers that may not repeat: two of them leave open what the request is."""
_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


class _Unreadable(Exception):  # noqa: N818 - the client's error, on its way to being answered
    """A request that can't be read; the line is closed after the answer."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class _Head:
    """A request's first line and headers."""

    method: str
    target: str
    headers: Mapping[str, str]
    """By lower-case name."""
    length: int | None
    """Bytes of the body, or None where it comes in chunks."""
    is_last: bool
    """Whether the line is closed after the answer."""

    def request(self, body: bytes) -> Request:
        """The request as the service takes it; a target may be a path or a whole URL."""
        try:
            target = urlsplit(self.target)
        except ValueError:
            raise _Unreadable(HTTPStatus.BAD_REQUEST) from None
        return Request(
            method=self.method,
            path=target.path,
            query=dict(parse_qsl(target.query, keep_blank_values=True)),
            headers=self.headers,
            body=body,
        )


def _parse_head(raw: bytes) -> _Head:
    first, *lines = raw.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not _TOKEN.fullmatch(words[0]):
        raise _Unreadable(HTTPStatus.BAD_REQUEST)
    method, target, version = words
    if version not in ("HTTP/1.1", "HTTP/1.0"):
        raise _Unreadable(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED)
    headers = _parse_headers(lines)
    return _Head(
        method=method,
        target=target,
        headers=headers,
        length=_body_length(headers),
        is_last=version == "HTTP/1.0" or headers.get("connection", "").lower() == "close",
    )


def _parse_headers(lines: Sequence[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        written, colon, rest = line.partition(":")
        name, value = written.lower(), rest.strip(" \t")
        if not colon or not _TOKEN.fullmatch(name) or (name in headers and name in _SINGLE):
            raise _Unreadable(HTTPStatus.BAD_REQUEST)
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _body_length(headers: Mapping[str, str]) -> int | None:
    length, coding = headers.get("content-length"), headers.get("transfer-encoding")
    if coding is not None:
        if length is not None:
            raise _Unreadable(HTTPStatus.BAD_REQUEST)
        if coding.lower() != "chunked":
            raise _Unreadable(HTTPStatus.NOT_IMPLEMENTED)
        return None
    if length is None:
        return 0
    if not (length.isascii() and length.isdecimal() and len(length) < 19):
        raise _Unreadable(HTTPStatus.BAD_REQUEST)
    return int(length)


class Server:
    """A server for one service on a port of 127.0.0.1, inside a running event loop."""

    def __init__(
        self,
        service: Service,
        *,
        port: int = 0,
        lock: AbstractContextManager[bool] | None = None,
        max_body: int = 64 * 1024 * 1024,
    ) -> None:
        self._service = service
        self._port = port
        self._lock = threading.Lock() if lock is None else lock
        """Shared by all the carriers of one service where they run in several threads."""
        self._max_body = max_body
        self._listener: socket.socket | None = None
        self._conversations: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen; port 0 takes any that is free.

        Raises:
            OSError: the port is in use or not allowed.
        """
        # Not asyncio's own server: closed while a client is coming in, Python 3.11's leaves that
        # client's socket open.
        self._listener = socket.create_server((_HOST, self._port))
        self._listener.setblocking(False)
        self._port = self._listener.getsockname()[1]
        asyncio.get_running_loop().add_reader(self._listener, self._accept, self._listener)

    @property
    def port(self) -> int:
        """The port it listens on, once started."""
        return self._port

    @property
    def address(self) -> str:
        """The URL under which it is reached, without a slash at the end, once started."""
        return f"http://{_HOST}:{self._port}"

    async def close(self) -> None:
        """Stop listening and break off every conversation; harmless when nothing was started."""
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None
        for conversation in self._conversations:
            conversation.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    def _accept(self, listener: socket.socket) -> None:
        try:
            line, _ = listener.accept()
        except OSError:
            return  # The client has left before it came in.
        conversation = asyncio.create_task(self._converse(line))
        self._conversations.add(conversation)
        conversation.add_done_callback(self._conversations.discard)
        # A task that is cancelled before it starts can't do this itself.
        conversation.add_done_callback(lambda _: line.close())

    async def _converse(self, line: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(sock=line, limit=_MAX_HEAD)
        # So that `drain` waits until everything was handed to the system, and a cut comes after.
        writer.transport.set_write_buffer_limits(0)
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # The client has left.
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer; whether another may follow on the same line."""
        head: _Head | None = None
        try:
            head = _parse_head(await _read_until(reader, b"\r\n\r\n"))
            request = head.request(await self._read_body(head, reader, writer))
        except _Unreadable as unreadable:
            is_head = head is not None and head.method == "HEAD"
            writer.write(_encode(Answer(unreadable.status), is_last=True, is_head=is_head))
            await writer.drain()
            return False
        with self._lock:
            answer = controls.handle(self._service, request)
        if answer.delay:
            await asyncio.sleep(answer.delay)
        whole = _encode(answer, is_last=head.is_last, is_head=head.method == "HEAD")
        if answer.cut:
            if answer.begun:
                writer.write(whole[: len(whole) - (len(answer.body) + 1) // 2])
                await writer.drain()
            writer.transport.abort()
            return False
        writer.write(whole)
        await writer.drain()
        return not head.is_last

    async def _read_body(
        self, head: _Head, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bytes:
        if head.length is not None and head.length > self._max_body:
            raise _Unreadable(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if head.headers.get("expect", "").lower() == "100-continue" and head.length != 0:
            writer.write(_CONTINUE)
            await writer.drain()
        if head.length is not None:
            return await reader.readexactly(head.length)
        body = bytearray()
        while size := await self._read_chunk_size(reader):
            if len(body) + size > self._max_body:
                raise _Unreadable(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            body += await reader.readexactly(size)
            if await reader.readexactly(2) != b"\r\n":
                raise _Unreadable(HTTPStatus.BAD_REQUEST)
        while await _read_until(reader, b"\r\n") != b"\r\n":
            pass  # Trailing headers say nothing that matters here.
        return bytes(body)

    async def _read_chunk_size(self, reader: asyncio.StreamReader) -> int:
        line = await _read_until(reader, b"\r\n")
        digits = line.partition(b";")[0].strip()
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,15}", digits):
            raise _Unreadable(HTTPStatus.BAD_REQUEST)
        return int(digits, 16)


async def _read_until(reader: asyncio.StreamReader, end: bytes) -> bytes:
    try:
        return await reader.readuntil(end)
    except asyncio.LimitOverrunError:
        raise _Unreadable(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE) from None


def _encode(answer: Answer, *, is_last: bool, is_head: bool) -> bytes:
    headers = {
        "server": f"{NAME}-demo/{VERSION}",
        **answer.headers,
        "content-length": str(len(answer.body)),
        "connection": "close" if is_last else "keep-alive",
    }
    lines = [f"HTTP/1.1 {answer.status} {phrase(answer.status)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join([*lines, "", ""]).encode("latin-1")
    return head if is_head else head + answer.body


@contextmanager
def serving(
    service: Service, *, port: int = 0, lock: AbstractContextManager[bool] | None = None
) -> Iterator[Server]:
    """A started server on a thread and event loop of its own, closed at the end.

    Raises:
        OSError: the port is in use or not allowed.
    """
    server = Server(service, port=port, lock=lock)
    started: Future[Callable[[], object]] = Future()

    async def serve() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        try:
            await server.start()
        except Exception as error:  # noqa: BLE001 - raised by the thread that waits for it
            started.set_exception(error)
            return
        started.set_result(partial(loop.call_soon_threadsafe, stop.set))
        await stop.wait()
        await server.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="demo server", daemon=True)
    thread.start()
    try:
        stop = started.result()
    except BaseException:
        thread.join()
        raise
    try:
        yield server
    finally:
        stop()
        thread.join()
