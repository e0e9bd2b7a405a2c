"""How long and how much at most: every limit against a line that would go on for ever."""

import asyncio
import gzip
import os
import time
import zlib
from dataclasses import replace

import pytest

from prolific_tui.client.api import Limits
from prolific_tui.errors import Effect, ServiceError
from prolific_tui.secret import Secret
from tests.client_peer import ONCE, Reply, Then, client_of, gzipped, listening, reply

BRIEF = replace(ONCE, total_read=0.2, total_write=0.2)
SMALL = replace(ONCE, answer_bytes=10_000)
OPEN_ENDED = b"HTTP/1.1 %d Whatever\r\nContent-Type: application/json\r\n\r\n"


async def failing(told: Reply, limits: Limits) -> tuple[ServiceError, ServiceError]:
    """How a read and a write end."""
    async with listening(told) as peer, client_of(peer.url, limits) as api:
        with pytest.raises(ServiceError) as read:
            await api.get_me()
        with pytest.raises(ServiceError) as written:
            await api.create_credential_pool("w", Secret("a,b"))
    return read.value, written.value


@pytest.mark.parametrize("then", [Then.TRICKLE, Then.HANG])
async def test_the_total_limit_ends_an_answer_that_trickles(then: Then) -> None:
    began = time.monotonic()
    read, written = await failing(Reply(OPEN_ENDED % 200, then), BRIEF)
    assert time.monotonic() - began < 5
    assert (read.effect, read.status) == (Effect.ACCEPTED, 200)
    assert (written.effect, written.status) == (Effect.ACCEPTED, 200)
    assert "did not arrive in time" in written.message


async def test_the_total_limit_ends_headers_that_trickle() -> None:
    _, written = await failing(Reply(b"HTTP/1.1 200 Whatever\r\nX: ", Then.TRICKLE), BRIEF)
    assert (written.effect, written.status) == (Effect.UNKNOWN, None)


async def test_an_answer_that_came_while_the_process_was_stopped_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: asyncio.Queue[int] = asyncio.Queue()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"}")
        asked.put_nowait(writer.get_extra_info("socket").fileno())
        await reader.read()
        writer.close()
        await writer.wait_closed()
        gone.set()

    gone = asyncio.Event()
    loop = asyncio.get_running_loop()
    limits = replace(ONCE, read=100, total_write=5, grace=5)
    async with await asyncio.start_server(take, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with client_of(f"http://127.0.0.1:{port}", limits) as api:
            write = asyncio.create_task(api.update_credential_pool("pool-1", Secret("a,b")))
            line = await asked.get()
            # As if by Ctrl-Z: the answer came, and ten seconds went by, before anything runs.
            os.write(line, reply(200, {"credential_pool_id": "pool-1"}).data)
            now = loop.time
            monkeypatch.setattr(loop, "time", lambda: now() + 10)
            assert await write == "pool-1"
        await gone.wait()


async def test_a_refusal_that_trickles_is_a_refusal() -> None:
    _, written = await failing(Reply(OPEN_ENDED % 409, Then.TRICKLE), BRIEF)
    assert (written.effect, written.status) == (Effect.REFUSED, 409)


async def test_an_answer_larger_than_the_limit_is_not_read_to_its_end() -> None:
    read, written = await failing(
        Reply(OPEN_ENDED % 200, Then.TRICKLE), replace(ONCE, answer_bytes=20)
    )
    assert "larger than this program reads" in read.message
    assert written.effect is Effect.ACCEPTED


@pytest.mark.parametrize("size", [10_001, 50_000_000])
async def test_a_packed_answer_counts_unpacked(size: int) -> None:
    read, written = await failing(gzipped(200, b" " * size), SMALL)
    assert "larger than this program reads" in read.message
    assert written.effect is Effect.ACCEPTED


async def test_many_small_parts_that_unpack_to_nothing_are_limited_too() -> None:
    parts = gzip.compress(b"") * 2000
    read, _ = await failing(reply(200, parts, "Content-Encoding: gzip"), SMALL)
    assert "larger than this program reads" in read.message


async def test_packed_answers_are_unpacked() -> None:
    body = b'{"id": "me", "email": "a@b"}'
    in_parts = gzip.compress(body[:9]) + gzip.compress(body[9:])
    told = (gzipped(200, body), reply(200, in_parts, "Content-Encoding: gzip"))
    async with listening(*told) as peer, client_of(peer.url) as api:
        assert (await api.get_me()).id == "me"
        assert (await api.get_me()).id == "me"
        assert peer.received[0].header("Accept-Encoding") == "gzip"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", b"this is not gzip"),
        ("gzip", gzip.compress(b'{"credential_pool_id": "p"}')[:-9]),
        ("gzip", gzip.compress(b'{"credential_pool_id": "p"}')[:-1] + b"x"),
        ("deflate", zlib.compress(b"{}")),
        ("br", b"{}"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"{}"))),
    ],
)
async def test_what_cannot_be_unpacked_is_a_lost_answer(encoding: str, body: bytes) -> None:
    told = reply(200, body, f"Content-Encoding: {encoding}")
    read, written = await failing(told, ONCE)
    assert read.title == written.title == "The answer was lost"
    assert "can't be read" in read.message
    assert written.effect is Effect.ACCEPTED


async def test_a_refusal_that_cannot_be_unpacked_is_a_refusal() -> None:
    _, written = await failing(reply(400, b"no gzip", "Content-Encoding: gzip"), ONCE)
    assert (written.effect, written.details) == (Effect.REFUSED, ())
