"""The other end of a line, on loopback, that says byte for byte what a test tells it to.

The in-memory Prolific answers as a service should; a `Peer` answers as services and lines do on
bad days.
"""

import asyncio
import contextlib
import gzip
import json
import random
import socket
import ssl
import struct
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType
from typing import Self

from prolific_tui.client.api import Api, Limits, RetryNotice, Surroundings
from prolific_tui.client.transport import Carrier
from prolific_tui.secret import Secret

SENTINEL: str = "sentinel-0000-token-1111"
"""The token of these tests; it must be found nowhere but in an Authorization header."""

PATIENT: Limits = Limits(
    connect=5,
    read=5,
    write=5,
    pool=5,
    total_read=5,
    total_write=5,
    grace=0.05,
    first_wait=0,
    longest_wait=0,
)
"""Limits that no test reaches, and no waits between attempts."""

ONCE: Limits = replace(PATIENT, read_attempts=1)
"""The same, with a single attempt."""


class Then(Enum):
    """What a peer does after it has said what it has to say."""

    KEEP = "keep the connection for the next request"
    CLOSE = "close it"
    RESET = "break it off"
    HANG = "say nothing more and wait until the client goes away"
    HOLD = "wait until the test releases it, then give the answer that was held"
    TRICKLE = "go on, a space at a time, until the client goes away"


@dataclass(frozen=True)
class Reply:
    """One answer, as bytes."""

    data: bytes = b""
    then: Then = Then.KEEP
    early: bool = False
    """Whether it comes without reading the request's body."""

    def cut(self, offset: int, then: Then = Then.CLOSE) -> Self:
        """Only its first bytes, and then the end."""
        return replace(self, data=self.data[:offset], then=then)


def reply(status: int, body: bytes | object = b"", *headers: str, then: Then = Then.KEEP) -> Reply:
    """A well-formed answer; a body that is not bytes goes as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(content)}", *headers]
    return Reply("\r\n".join([*lines, "", ""]).encode() + content, then)


def gzipped(status: int, body: bytes) -> Reply:
    """The same, packed."""
    return reply(status, gzip.compress(body), "Content-Encoding: gzip")


@dataclass
class Received:
    """A request as it came off the line."""

    connection: int
    """Counted from 1."""
    head: str
    body: bytes = b""

    @property
    def target(self) -> str:
        """What stands in the request line between the method and the version."""
        return self.head.split(" ")[1]

    def header(self, name: str) -> str | None:
        """The value of a header, if it was sent."""
        for line in self.head.split("\r\n")[1:]:
            found, _, value = line.partition(":")
            if found.lower() == name.lower():
                return value.strip()
        return None


@dataclass
class Peer:
    """A server that gives its replies in order, the last one again and again."""

    replies: tuple[Reply, ...]
    greeting: bytes = b""
    """What it says before it is asked anything."""
    port: int = 0
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the first request's head has arrived."""
    tasks: set["asyncio.Task[object]"] = field(default_factory=set)
    release: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by a test to let go of what is held."""
    held: Reply = Reply()
    """What is answered then."""
    closed: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    """Released once for each connection that has ended."""

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        self.connections += 1
        writer.write(self.greeting)
        try:
            await self._converse(self.connections, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # The client went away, as some tests want it to.
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            self.closed.release()
            self.tasks.discard(task)

    async def _converse(
        self, connection: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip("\r\n")
            request = Received(connection, head)
            told = self.replies[min(len(self.received), len(self.replies) - 1)]
            self.received.append(request)
            self.heard.set()
            if not told.early:
                request.body = await reader.readexactly(int(request.header("Content-Length") or 0))
            writer.write(told.data)
            await writer.drain()
            if told.then is Then.CLOSE:
                return
            if told.then is Then.RESET:
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, linger
                )
                writer.transport.abort()
                return
            if told.then is Then.HANG:
                await reader.read()
                return
            if told.then is Then.HOLD:
                await self.release.wait()
                writer.write(self.held.data)
                await writer.drain()
            while told.then is Then.TRICKLE:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.005)


@asynccontextmanager
async def listening(
    *replies: Reply, greeting: bytes = b"", tls: ssl.SSLContext | None = None
) -> AsyncIterator[Peer]:
    """A peer for the length of a test."""
    peer = Peer(replies, greeting)
    server = await asyncio.start_server(peer.serve, "127.0.0.1", 0, ssl=tls)
    peer.port = server.sockets[0].getsockname()[1]
    try:
        yield peer
    finally:
        server.close()
        # A connection taken just before that gets to its task in a few turns of the loop.
        for _ in range(10):
            await asyncio.sleep(0)
        async with asyncio.timeout(5):
            # The client's connections end before its peer does, so each must be gone by now or
            # soon; one that stays open was leaked.
            await asyncio.gather(*peer.tasks)
            await server.wait_closed()


@asynccontextmanager
async def client_of(
    url: str,
    limits: Limits = ONCE,
    *,
    carrier: Carrier | None = None,
    on_retry: Callable[[RetryNotice], None] = lambda _: None,
    environment: Mapping[str, str] = MappingProxyType({}),
    clock: Callable[[], float] = time.time,
    chance: Callable[[], float] = random.random,
    token: Secret = Secret(SENTINEL),  # noqa: B008 - it never changes
) -> AsyncIterator[Api]:
    """A client of a service for the length of a test; it sees no variable of the machine."""
    surroundings = Surroundings(environment, clock, chance)
    api = Api(
        url,
        token,
        limits=limits,
        carrier=carrier,
        on_retry=on_retry,
        surroundings=surroundings,
    )
    try:
        yield api
    finally:
        await api.aclose()
