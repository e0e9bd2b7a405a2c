"""HTTP over httpx: one request out, and an `Answer` or a `Failure` back, within hard limits.

It follows no redirect, keeps no cookie, reads no variable and no netrc, and raises nothing but
cancellation: the exceptions of httpx can hold the token, so none of them leaves this room.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import cast

import httpx

from prolific_tui.client.exchange import (
    Answer,
    Call,
    Failure,
    Limits,
    Progress,
    Trouble,
    failure,
)
from prolific_tui.client.reading import (
    ACCEPTED_ENCODING,
    SpoiledError,
    body_of,
    seconds_to_wait,
)
from prolific_tui.client.route import Route
from prolific_tui.secret import Secret
from prolific_tui.version import NAME, VERSION

Carrier = httpx.AsyncBaseTransport
"""What carries a request: the network, or the in-memory service of the demo."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Where requests go and as whom."""

    service_url: str
    """The origin, without a slash at its end."""
    token: Secret


class Transport:
    """The line to one service, on the event loop that first uses it.

    Reads share kept-alive connections, and writes share others, which are kept for a moment only:
    a request on a connection that the service has just closed fails in a way that leaves its
    outcome unknown. So the parts of a long list need no new connection each, and every other write
    gets a fresh one.
    """

    def __init__(
        self,
        identity: Identity,
        route: Route,
        limits: Limits,
        clock: Callable[[], float],
        carrier: Carrier | None = None,
    ) -> None:
        self._identity = identity
        self._route = route
        self._limits = limits
        self._clock = clock
        self._carrier = carrier
        # A long send asks the same two things again and again.
        self._url = lru_cache(maxsize=16)(partial(_url, identity.service_url))
        self._tls: ssl.SSLContext | None = None
        self._shared: dict[bool, _Shared] = {}
        """The connections in use, by whether they are for writes."""

    async def exchange(self, call: Call, progress: Progress) -> Answer | Failure:
        """Make a request once; `progress` says how far it got."""
        # A carrier of the demo's or a test's own reports nothing on the way, so only its
        # exceptions can tell that nothing was sent.
        progress.unsent = self._carrier is None
        steps = _Steps(progress)
        writes = call.operation.writes
        reason = ""
        try:
            request = self._request(call, steps)
        except Exception:  # noqa: BLE001 - whatever is wrong with it, it was not sent
            return failure(Trouble.UNSENDABLE, progress)
        try:
            async with (
                self._line(writes=writes) as carrier,
                _within(
                    self._limits.total_write if writes else self._limits.total_read,
                    self._limits.grace,
                ),
                steps,
            ):
                return await self._converse(carrier, request, progress)
        except TimeoutError:
            trouble = Trouble.TIMEOUT
        except SpoiledError as error:
            trouble = error.trouble
        except _NoWayError as error:
            trouble, reason = error.trouble, error.reason
        except Exception as error:  # noqa: BLE001 - an unforeseen error leaves the outcome unknown
            trouble, reason = _trouble_in(error)
        if progress.status is not None:
            return Answer(
                progress.status,
                spoiled=trouble,
                retry_after=progress.retry_after,
                retry_at=progress.retry_at,
            )
        return failure(trouble, progress, reason)

    async def aclose(self) -> None:
        """Close every connection that is kept alive; a carrier that was passed in stays open."""
        shared, self._shared = self._shared, {}
        for each in shared.values():
            await each.carrier.aclose()

    @asynccontextmanager
    async def _line(self, *, writes: bool) -> AsyncIterator[Carrier]:
        """The connections for one request, made when the first one needs them.

        Raises:
            _NoWayError: If the proxy or the file of certificates can't be used; the next request
                looks again.
        """
        if self._carrier is not None:
            yield self._carrier
        else:
            shared = self._shared.get(writes)
            if shared is None:
                shared = self._shared[writes] = _Shared(self._made(writes=writes))
            shared.users += 1
            try:
                yield shared.carrier
            except BaseException:
                # httpcore keeps a connection that failed behind a proxy's tunnel in its pool,
                # where it takes a place for good: the others finish here, later ones start anew.
                shared.is_retired = True
                if self._shared.get(writes) is shared:
                    del self._shared[writes]
                raise
            finally:
                shared.users -= 1
                if shared.is_retired and not shared.users:
                    await shared.carrier.aclose()

    def _made(self, *, writes: bool) -> Carrier:
        if self._tls is None:
            self._tls = _trusting(self._route.certificates)
        try:
            return httpx.AsyncHTTPTransport(
                verify=self._tls,
                trust_env=False,
                proxy=self._route.proxy.reveal() if self._route.proxy else None,
                limits=httpx.Limits(
                    max_connections=8,
                    max_keepalive_connections=1 if writes else 4,
                    keepalive_expiry=self._limits.write_kept if writes else self._limits.read_kept,
                ),
            )
        except (ValueError, ImportError, httpx.InvalidURL):
            # ImportError is how httpx says that it speaks no SOCKS.
            raise _NoWayError(Trouble.PROXY) from None

    def _request(self, call: Call, steps: "_Steps") -> httpx.Request:
        """Raises whatever httpx and the codecs raise for text that can't go on the wire."""
        headers = {
            "Authorization": f"Token {self._identity.token.reveal()}",
            "User-Agent": f"{NAME}/{VERSION}",
            "Accept": call.accept,
            "Accept-Encoding": ACCEPTED_ENCODING,
        }
        content = None
        if call.body is not None:
            headers["Content-Type"] = "application/json"
            content = call.body.reveal().encode()
        limits = self._limits
        return httpx.Request(
            call.operation.method,
            self._url(call.path, call.query),
            headers=headers,
            content=content,
            extensions={
                "timeout": httpx.Timeout(
                    connect=limits.connect,
                    read=limits.read,
                    write=limits.write,
                    pool=limits.pool,
                ).as_dict(),
                "trace": steps.note,
            },
        )

    async def _converse(
        self, carrier: Carrier, request: httpx.Request, progress: Progress
    ) -> Answer:
        response = await carrier.handle_async_request(request)
        # The stream itself, because reading through the response would unpack without a limit.
        stream = cast("httpx.AsyncByteStream", response.stream)
        try:
            headers = response.headers
            progress.unsent = False
            progress.retry_after = seconds_to_wait(headers.get("Retry-After", ""), self._clock)
            if progress.retry_after is not None:
                progress.retry_at = self._clock() + progress.retry_after
            progress.status = response.status_code
            body = b""
            if 200 <= response.status_code <= 299 or response.status_code >= 400:
                encoding = headers.get("Content-Encoding", "")
                body = await body_of(stream, encoding, self._limits.answer_bytes)
        finally:
            await stream.aclose()
        return Answer(
            response.status_code,
            body,
            retry_after=progress.retry_after,
            retry_at=progress.retry_at,
        )


@dataclass(slots=True)
class _Shared:
    """The connections that reads share, or that writes do."""

    carrier: Carrier
    users: int = 0
    is_retired: bool = False
    """Whether no further request may use them; the last one that does closes them."""


class _NoWayError(Exception):
    def __init__(self, trouble: Trouble, reason: str = "") -> None:
        super().__init__(trouble.value)
        self.trouble = trouble
        self.reason = reason


class _Steps:
    """Follows one request through httpcore, which calls `note` at each step.

    It knows when the request is about to leave and when it has; and as a context it closes the
    connection of a request that failed, which httpcore forgets when it is cancelled in the middle
    of a TLS handshake.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._close: Callable[[], Awaitable[None]] | None = None

    async def note(self, event: str, info: Mapping[str, object]) -> None:
        progress = self._progress
        if event.endswith(".connect_tcp.complete"):
            self._close = getattr(info.get("return_value"), "aclose", None)
        elif event.endswith(".send_request_headers.started"):
            # A proxy's CONNECT comes before the request and holds nothing of it.
            method = getattr(info.get("request"), "method", b"")
            progress.unsent = progress.unsent and method == b"CONNECT"
        elif event.endswith(".send_request_headers.complete"):
            progress.written = not progress.unsent

    async def __aenter__(self) -> None:
        pass

    async def __aexit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if kind is not None and self._close is not None:
            await self._close()


@asynccontextmanager
async def _within(seconds: float, grace: float) -> AsyncIterator[None]:
    """End what takes longer than so many seconds and a grace.

    The grace begins when the end of the time is noticed. That may be long after it, with the answer
    there as well.

    Raises:
        TimeoutError: It took longer.
    """
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(None) as limit:
        timer = loop.call_later(seconds, lambda: limit.reschedule(loop.time() + grace))
        try:
            yield
        finally:
            timer.cancel()


def _url(service_url: str, path: str, query: tuple[tuple[str, str], ...]) -> httpx.URL:
    """Raises whatever httpx raises for text that can't be an address."""
    return httpx.URL(f"{service_url}{path}", params=query or None)


def _trusting(certificates: str | None) -> ssl.SSLContext:
    if certificates is None:
        return httpx.create_ssl_context(trust_env=False)
    try:
        return ssl.create_default_context(cafile=certificates)
    except (OSError, ValueError):
        # ssl.SSLError, for a file without certificates, is an OSError too.
        raise _NoWayError(Trouble.CERTIFICATES, certificates) from None


def _trouble_in(error: Exception) -> tuple[Trouble, str]:
    """What an exception means, and OpenSSL's words about a certificate if it holds any."""
    match error:
        case httpx.ConnectTimeout():
            return Trouble.CONNECT_TIMEOUT, ""
        case httpx.PoolTimeout():
            return Trouble.BUSY, ""
        case httpx.ConnectError():
            return _trouble_connecting(error)
        case httpx.ProxyError():
            return Trouble.PROXY, ""
        case httpx.LocalProtocolError() | httpx.UnsupportedProtocol() | UnicodeEncodeError():
            return Trouble.UNSENDABLE, ""
        case httpx.TimeoutException():
            return Trouble.TIMEOUT, ""
        case httpx.DecodingError():
            return Trouble.UNDECODABLE, ""
        case _:
            return Trouble.CUT, ""


def _trouble_connecting(error: httpx.ConnectError) -> tuple[Trouble, str]:
    for cause in _causes(error):
        match cause:
            case ssl.SSLCertVerificationError():
                return Trouble.TLS, str(cause.verify_message)
            case ssl.SSLError():
                return Trouble.TLS, ""
            case socket.gaierror():
                return Trouble.NO_SUCH_HOST, ""
            case ConnectionRefusedError():
                return Trouble.CONNECTION_REFUSED, ""
    return Trouble.UNREACHABLE, ""


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The exceptions that led to one, and those in a group (one for each address tried)."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield from _causes(inner)
        error = error.__cause__ or error.__context__
