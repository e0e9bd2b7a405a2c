"""What each way a request can end says of its effect, over real sockets."""

import asyncio
import json
import traceback
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import replace

import httpx
import pytest

from prolific_tui.client.api import Api, Surroundings
from prolific_tui.errors import Effect, ServiceError
from prolific_tui.models import CredentialPool, Me
from prolific_tui.secret import MASK, Secret
from tests.client_peer import ONCE, SENTINEL, Peer, Reply, Then, client_of, listening, reply

ROWS = Secret("lab-1,hunter2hunter2\nlab-2,correct-horse-7")
DAMAGED = Secret(f"{ROWS.reveal()}\ud800")
CREATED = reply(201, {"credential_pool_id": "pool-1"})
REFUSAL = reply(409, {"error": {"status": 409, "detail": "Duplicate credentials detected"}})
FAILED = reply(502, b"<html>Bad Gateway</html>")
ELSEWHERE = reply(307, b"", "Location: https://elsewhere.example/api/v1/credentials/")

Write = Callable[[Api], Awaitable[object]]
WRITES: dict[str, Write] = {
    "create": lambda api: api.create_credential_pool("w", ROWS),
    "append": lambda api: api.update_credential_pool("p", ROWS),
    "secret": lambda api: api.create_secret("w"),
    "attach": lambda api: api.set_study_credential_pool("s", "p"),
}


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """An exception with all that led to it."""
    seen: list[BaseException] = []
    waiting = [error]
    while waiting:
        found = waiting.pop()
        if found is not None and found not in seen:
            seen.append(found)
            waiting += [found.__cause__, found.__context__]
    return iter(seen)


def assert_holds_no_secret(error: BaseException, *more: str) -> None:
    for secret in (SENTINEL, "hunter2hunter2", "correct-horse-7", *more):
        for link in chain(error):
            assert secret not in str(link)
            assert secret not in repr(link)
            assert secret not in repr(link.args)
            assert secret not in repr(getattr(link, "__dict__", {}))
        assert secret not in "".join(traceback.format_exception(error))


async def failing(
    replies: tuple[Reply, ...] | Reply, write: Write = WRITES["create"]
) -> ServiceError:
    """The error that a write ends with when the other end behaves so."""
    told = replies if isinstance(replies, tuple) else (replies,)
    async with listening(*told) as peer, client_of(peer.url) as api:
        with pytest.raises(ServiceError) as caught:
            await write(api)
        writes = [each for each in peer.received if not each.head.startswith("GET ")]
        assert len(writes) == 1, "a write is made once"
    assert_holds_no_secret(caught.value)
    return caught.value


def offsets(told: Reply) -> list[int]:
    """Where a line may break within an answer: in the status line, the headers and the body."""
    head = told.data.index(b"\r\n\r\n") + 4
    return sorted({0, 1, 9, 15, told.data.index(b"\r\n") + 2, head - 1})


@pytest.mark.parametrize("then", [Then.CLOSE, Then.RESET])
@pytest.mark.parametrize("offset", offsets(CREATED))
async def test_a_line_that_breaks_before_the_answer_leaves_a_write_unknown(
    offset: int, then: Then
) -> None:
    error = await failing(CREATED.cut(offset, then))
    assert error.effect is Effect.UNKNOWN
    assert error.status is None
    assert error.title == "The line broke"


@pytest.mark.parametrize("then", [Then.CLOSE, Then.RESET])
@pytest.mark.parametrize("missing", [1, 10, len(b'{"credential_pool_id": "pool-1"}')])
async def test_a_line_that_breaks_within_a_yes_leaves_it_accepted(missing: int, then: Then) -> None:
    error = await failing(CREATED.cut(len(CREATED.data) - missing, then))
    assert error.effect is Effect.ACCEPTED
    assert error.status == 201
    assert error.title == "The answer was lost"


@pytest.mark.parametrize("missing", [1, 10, 30])
async def test_a_line_that_breaks_within_a_no_leaves_it_refused(missing: int) -> None:
    error = await failing(REFUSAL.cut(len(REFUSAL.data) - missing))
    assert (error.effect, error.status, error.details) == (Effect.REFUSED, 409, ())


@pytest.mark.parametrize("told", [FAILED, ELSEWHERE, reply(408), reply(499)])
@pytest.mark.parametrize("is_cut", [False, True])
async def test_an_answer_from_halfway_leaves_a_write_unknown(told: Reply, is_cut: bool) -> None:
    error = await failing(told.cut(len(told.data) - 1) if is_cut else told)
    assert error.effect is Effect.UNKNOWN


@pytest.mark.parametrize(
    ("status", "effect"),
    [(status, Effect.ACCEPTED) for status in (200, 201, 202, 204, 299)]
    + [(status, Effect.UNKNOWN) for status in (300, 301, 302, 303, 304, 307, 308, 399)]
    + [(status, Effect.REFUSED) for status in (400, 401, 403, 404, 405, 407, 409, 413, 422, 429)]
    + [(status, Effect.REFUSED) for status in (498, 451)]
    + [(status, Effect.UNKNOWN) for status in (408, 499, 500, 501, 502, 503, 504, 599, 600, 999)],
)
async def test_the_status_alone_decides_what_is_known(status: int, effect: Effect) -> None:
    error = await failing(reply(status, b"no JSON", then=Then.CLOSE))
    assert (error.effect, error.status) == (effect, status)


async def test_an_upgrade_nobody_asked_for_leaves_a_write_unknown() -> None:
    error = await failing(reply(101, b"", "Connection: upgrade", "Upgrade: x", then=Then.CLOSE))
    assert error.effect is Effect.UNKNOWN


async def test_answers_in_between_are_waited_out() -> None:
    told = Reply(b"HTTP/1.1 102 Processing\r\n\r\n" + CREATED.data)
    async with listening(told) as peer, client_of(peer.url) as api:
        assert await api.create_credential_pool("w", ROWS) == "pool-1"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"{",
        b"\xff\xfe",
        b"<p>",
        b'{"credential_pool_id": 5}',
        b"[" * 200_000,
        b"1" * 5000,
    ],
)
async def test_a_yes_that_cannot_be_read_is_still_a_yes(body: bytes) -> None:
    error = await failing(reply(201, body))
    assert (error.effect, error.status) == (Effect.ACCEPTED, 201)


async def test_a_refusal_that_quotes_what_it_was_sent_is_not_passed_on() -> None:
    detail = f"Bad line lab-1,hunter2hunter2 from {SENTINEL}"
    error = await failing(reply(400, {"detail": detail}))
    assert error.details == (f"Bad line lab-1,{MASK} from {MASK}",)
    assert f"Bad line lab-1,{MASK}" in error.message


@pytest.mark.parametrize("name", WRITES)
async def test_every_write_is_judged_alike(name: str) -> None:
    assert (await failing(reply(201, b"{"), WRITES[name])).effect is Effect.ACCEPTED
    assert (await failing(REFUSAL, WRITES[name])).effect is Effect.REFUSED
    assert (await failing(FAILED, WRITES[name])).effect is Effect.UNKNOWN
    assert (await failing(CREATED.cut(0), WRITES[name])).effect is Effect.UNKNOWN


async def test_what_is_no_http_leaves_a_write_unknown() -> None:
    error = await failing(Reply(b"SSH-2.0-OpenSSH_9.2\r\n\r\n", Then.CLOSE))
    assert error.effect is Effect.UNKNOWN


async def test_a_refusal_counts_that_comes_before_the_body_was_read() -> None:
    large = Secret("\n".join(f"lab-{row},{'x' * 40}" for row in range(100_000)))
    told = replace(REFUSAL, early=True, then=Then.HANG)
    error = await failing(told, lambda api: api.create_credential_pool("w", large))
    assert (error.status, error.effect) == (409, Effect.REFUSED)


async def test_no_answer_in_time_leaves_a_write_unknown() -> None:
    limits = replace(ONCE, read=0.05)
    async with listening(Reply(then=Then.HANG)) as peer, client_of(peer.url, limits) as api:
        with pytest.raises(ServiceError) as caught:
            await api.create_credential_pool("w", ROWS)
    assert caught.value.effect is Effect.UNKNOWN
    assert caught.value.title == "No answer in time"


async def test_a_service_that_stops_reading_leaves_a_write_unknown() -> None:
    limits = replace(ONCE, write=0.05)
    large = Secret("lab,password\n" * 2_000_000)
    told = Reply(b"", Then.HANG, early=True)
    async with listening(told) as peer, client_of(peer.url, limits) as api:
        with pytest.raises(ServiceError) as caught:
            await api.create_credential_pool("w", large)
    assert caught.value.effect is Effect.UNKNOWN


async def test_where_nothing_listens_nothing_was_sent() -> None:
    async with listening(CREATED) as peer:
        url = peer.url
    async with client_of(url) as api:
        with pytest.raises(ServiceError) as caught:
            await api.create_credential_pool("w", ROWS)
    assert caught.value.effect is Effect.NOT_SENT
    assert caught.value.title == "Nothing answers there"
    assert_holds_no_secret(caught.value)


class Raising(httpx.AsyncBaseTransport):
    """A carrier that only ever raises, as httpx's own does for troubles no loopback can stage."""

    def __init__(self, error: Exception, cause: BaseException | None = None) -> None:
        self._error = error
        self._cause = cause

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if isinstance(self._error, httpx.RequestError):
            self._error.request = request
        raise self._error from self._cause


@pytest.mark.parametrize(
    ("error", "effect"),
    [
        (httpx.ConnectError("x"), Effect.NOT_SENT),
        (httpx.ConnectTimeout("x"), Effect.NOT_SENT),
        (httpx.PoolTimeout("x"), Effect.NOT_SENT),
        (httpx.LocalProtocolError(f"Illegal header value b'Token {SENTINEL} '"), Effect.NOT_SENT),
        (httpx.UnsupportedProtocol("x"), Effect.NOT_SENT),
        (httpx.ProxyError("x"), Effect.NOT_SENT),
        (UnicodeEncodeError("ascii", f"Token {SENTINEL}é", 0, 1, "no"), Effect.NOT_SENT),
        (httpx.ReadTimeout("x"), Effect.UNKNOWN),
        (httpx.ReadError("x"), Effect.UNKNOWN),
        (httpx.WriteTimeout("x"), Effect.UNKNOWN),
        (httpx.WriteError("x"), Effect.UNKNOWN),
        (httpx.CloseError("x"), Effect.UNKNOWN),
        (httpx.RemoteProtocolError("x"), Effect.UNKNOWN),
        (httpx.DecodingError("x"), Effect.UNKNOWN),
        (RuntimeError(SENTINEL), Effect.UNKNOWN),
        (OSError(5, SENTINEL), Effect.UNKNOWN),
        (TimeoutError(SENTINEL), Effect.UNKNOWN),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value.value,
)
async def test_each_exception_says_what_is_known(error: Exception, effect: Effect) -> None:
    async with client_of("http://127.0.0.1", carrier=Raising(error)) as api:
        with pytest.raises(ServiceError) as caught:
            await api.create_credential_pool("w", ROWS)
    assert caught.value.effect is effect
    assert_holds_no_secret(caught.value)


class RaisingLate(Raising):
    """The same, after the head of the request has left."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.extensions["trace"]("http11.send_request_headers.complete", {})
        return await super().handle_async_request(request)


async def test_no_exception_unsends_what_has_left() -> None:
    carrier = RaisingLate(httpx.LocalProtocolError("x"))
    async with client_of("http://127.0.0.1", carrier=carrier) as api:
        with pytest.raises(ServiceError) as caught:
            await api.create_credential_pool("w", ROWS)
    assert caught.value.effect is Effect.UNKNOWN


@pytest.mark.parametrize("token", [f"{SENTINEL}\n", f"{SENTINEL} ", f"{SENTINEL}é", "a\r\nb: c"])
async def test_a_token_that_cannot_be_a_header_is_neither_sent_nor_shown(token: str) -> None:
    async with listening(CREATED) as peer:
        api = Api(peer.url, Secret(token), limits=ONCE, surroundings=Surroundings({}))
        with pytest.raises(ServiceError) as caught:
            await api.create_credential_pool("w", ROWS)
        await api.aclose()
        assert not peer.received
    assert caught.value.effect is Effect.NOT_SENT
    assert_holds_no_secret(caught.value, token)


@pytest.mark.parametrize("name", ["", ".", "..", "\ud800"])
async def test_an_id_that_would_make_another_path_is_not_sent(name: str) -> None:
    async with listening(CREATED) as peer, client_of(peer.url) as api:
        for call in (api.update_credential_pool(name, ROWS), api.get_study(name)):
            with pytest.raises(ServiceError) as caught:
                await call
            assert caught.value.effect is Effect.NOT_SENT
        assert not peer.received


async def test_rows_that_no_encoding_carries_are_not_sent() -> None:
    async with listening(CREATED) as peer, client_of(peer.url) as api:
        with pytest.raises(ServiceError) as caught:
            await api.create_credential_pool("w", DAMAGED)
        assert not peer.received
    assert caught.value.effect is Effect.NOT_SENT
    assert_holds_no_secret(caught.value)


async def test_a_cancelled_write_ends_with_nothing_but_the_cancellation() -> None:
    async with listening(Reply(then=Then.HANG)) as peer, client_of(peer.url) as api:
        write = asyncio.create_task(api.create_credential_pool("w", ROWS))
        await peer.heard.wait()
        write.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await write
    assert type(caught.value) is asyncio.CancelledError
    assert_holds_no_secret(caught.value)


async def test_a_refused_write_is_known_as_soon_as_the_answer_is_there() -> None:
    """Nothing is asked about the token first: that would hold the refusal back, or lose it."""
    async with listening(reply(401), Reply(then=Then.HANG)) as peer, client_of(peer.url) as api:
        with pytest.raises(ServiceError) as caught:
            await api.create_credential_pool("w", ROWS)
        assert len(peer.received) == 1
    assert caught.value.effect is Effect.REFUSED
    assert "does not accept this token, or not for this" in caught.value.message


async def expire_once_heard(peer: Peer, write: Coroutine[object, object, object]) -> None:
    async with asyncio.timeout(None) as limit, asyncio.TaskGroup() as group:
        group.create_task(write)
        await peer.heard.wait()
        limit.reschedule(asyncio.get_running_loop().time())


async def test_a_caller_s_own_time_limit_still_ends_a_request() -> None:
    async with listening(Reply(then=Then.HANG)) as peer, client_of(peer.url) as api:
        with pytest.raises(TimeoutError):
            await expire_once_heard(peer, api.create_credential_pool("w", ROWS))


async def test_readable_answers_are_no_errors() -> None:
    pools = {"credential_pools": [{"credential_pool_id": "p", "total_credentials": 3}]}
    told = (reply(200, {"id": "me", "email": "a@b"}), reply(200, pools), CREATED)
    async with listening(*told) as peer, client_of(peer.url) as api:
        assert await api.get_me() == Me("me", "a@b")
        assert await api.list_credential_pools("w") == (CredentialPool("p", 3, None, "w"),)
        assert await api.create_credential_pool("w", ROWS) == "pool-1"
        assert json.loads(peer.received[2].body) == {
            "workspace_id": "w",
            "credentials": ROWS.reveal(),
        }
