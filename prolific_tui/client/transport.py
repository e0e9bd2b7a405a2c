"""HTTP over httpx: one request out, and an `Answer` or a `Failure` back, within hard limits.

It follows no redirect, keeps no cookie, reads no variable and no netrc, and raises nothing but
cancellation: the exceptions of httpx can hold the token, so none of them leaves this room.
"""

import asyncio
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

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
from prolific_tui.client.route import Route
from prolific_tui.secret import Secret
from prolific_tui.version import NAME, VERSION

Carrier = httpx.AsyncBaseTransport
"""What carries a request: the network, or the in-memory service of the demo."""

_GZIP: Final = zlib.MAX_WBITS | 16


@dataclass(frozen=True, slots=True)
class Identity:
    """Where requests go and as whom."""

    service_url: str
    """The origin, without a slash at its end."""
    token: Secret


class Transport:
    """The line to one service, on the event loop that first uses it.

    Reads share kept-alive connections. Every write gets a fresh one, because a request on a
    connection that the service has just closed fails in a way that leaves its outcome unknown.
    """

    def __init__(
        self,
        identity: Identity,
        route: Route,
        limits: Limits,
        clock: Callable[[], float],
        carrier: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._identity = identity
        self._route = route
        self._limits = limits
        self._clock = clock
        self._carrier = carrier
        self._readers: httpx.AsyncBaseTransport | None = carrier
        self._writers: httpx.AsyncBaseTransport | None = carrier

    async def exchange(self, call: Call, progress: Progress) -> Answer | Failure:
        """Make a request once.

        Raises:
            asyncio.CancelledError: If the caller was cancelled; `progress` then says how far the
                request had got.
        """
        # A carrier of the demo's or a test's own reports nothing on the way, so only its
        # exceptions can tell that nothing was sent.
        progress.unsent = self._carrier is None
        writes = call.operation.writes
        try:
            request = self._request(call, progress)
            carrier = self._carrier_for(writes=writes)
        except _UnusableCertificatesError as error:
            return failure(Trouble.CERTIFICATES, progress, error.path)
        except Exception:  # noqa: BLE001 - whatever is wrong with it, it was not sent
            return failure(Trouble.UNSENDABLE, progress)
        seconds = self._limits.total_write if writes else self._limits.total_read
        reason = ""
        try:
            async with asyncio.timeout(seconds):
                return await self._converse(carrier, request, progress)
        except TimeoutError:
            trouble = Trouble.TIMEOUT
        except _SpoiledError as error:
            trouble = error.trouble
        except Exception as error:  # noqa: BLE001 - an unforeseen error leaves the outcome unknown
            trouble, reason = _trouble_in(error)
        if progress.status is not None:
            return Answer(progress.status, spoiled=trouble, retry_after=progress.retry_after)
        return failure(trouble, progress, reason)

    async def aclose(self) -> None:
        """Close every connection; a transport that is closed twice stays closed."""
        carriers = {self._readers, self._writers}
        self._readers = self._writers = self._carrier
        for carrier in carriers:
            if carrier is not None:
                await carrier.aclose()

    def _carrier_for(self, *, writes: bool) -> httpx.AsyncBaseTransport:
        """The connections for a read or a write, made when the first request needs them.

        Raises:
            _UnusableCertificatesError: If SSL_CERT_FILE names no file of certificates; the next
                request looks again.
        """
        found = self._writers if writes else self._readers
        if found is not None:
            return found
        made = httpx.AsyncHTTPTransport(
            verify=_trusting(self._route.certificates),
            trust_env=False,
            proxy=self._route.proxy.reveal() if self._route.proxy else None,
            limits=httpx.Limits(max_connections=8, max_keepalive_connections=0 if writes else 4),
        )
        if writes:
            self._writers = made
        else:
            self._readers = made
        return made

    def _request(self, call: Call, progress: Progress) -> httpx.Request:
        """Raises whatever httpx and the codecs raise for text that can't go on the wire."""
        headers = {
            "Authorization": f"Token {self._identity.token.reveal()}",
            "User-Agent": f"{NAME}/{VERSION}",
            "Accept": call.accept,
            "Accept-Encoding": "gzip",
        }
        content = None
        if call.body is not None:
            headers["Content-Type"] = "application/json"
            content = call.body.reveal().encode()
        limits = self._limits
        return httpx.Request(
            call.operation.method,
            f"{self._identity.service_url}{call.path}",
            params=call.query or None,
            headers=headers,
            content=content,
            extensions={
                "timeout": httpx.Timeout(
                    connect=limits.connect,
                    read=limits.read,
                    write=limits.write,
                    pool=limits.pool,
                ).as_dict(),
                "trace": _tracer(progress),
            },
        )

    async def _converse(
        self, carrier: httpx.AsyncBaseTransport, request: httpx.Request, progress: Progress
    ) -> Answer:
        response = await carrier.handle_async_request(request)
        try:
            progress.unsent = False
            progress.retry_after = retry_after_in(response.headers, self._clock)
            progress.status = response.status_code
            body = b""
            if 200 <= response.status_code <= 299 or response.status_code >= 400:
                body = await self._body(response)
        finally:
            if isinstance(response.stream, httpx.AsyncByteStream):
                await response.stream.aclose()
        return Answer(response.status_code, body, retry_after=progress.retry_after)

    async def _body(self, response: httpx.Response) -> bytes:
        """The body, unpacked, never holding more than the limit in memory.

        The stream is read as it comes off the line and unpacked here, because httpx unpacks a
        whole piece at once: 64 KB of gzip may be 64 MB.

        Raises:
            _SpoiledError: If it is larger than the limit, packed in a way that was not asked for,
                or not what its header says.
        """
        if not isinstance(response.stream, httpx.AsyncByteStream):
            raise _SpoiledError(Trouble.UNDECODABLE)
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding in ("identity", ""):
            pieces = aiter(response.stream)
        elif encoding in ("gzip", "x-gzip"):
            pieces = _unzipped(response.stream, self._limits.answer_bytes)
        else:
            raise _SpoiledError(Trouble.UNDECODABLE)
        body = bytearray()
        async for piece in pieces:
            body += piece
            if len(body) > self._limits.answer_bytes:
                raise _SpoiledError(Trouble.TOO_LARGE)
        return bytes(body)


class _SpoiledError(Exception):
    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


class _UnusableCertificatesError(Exception):
    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


async def _unzipped(pieces: httpx.AsyncByteStream, limit: int) -> AsyncIterator[bytes]:
    """The pieces of a gzip stream unpacked, none larger than the limit plus one byte."""
    unpacker = zlib.decompressobj(_GZIP)
    packed = 0
    try:
        async for piece in pieces:
            packed += len(piece)
            if packed > limit:
                raise _SpoiledError(Trouble.TOO_LARGE)
            rest = piece
            while rest:
                if unpacker.eof:
                    unpacker = zlib.decompressobj(_GZIP)
                # A piece of limit + 1 bytes makes the reader stop, so what it leaves unpacked
                # (`unconsumed_tail`) is never asked for.
                yield unpacker.decompress(rest, limit + 1)
                rest = unpacker.unused_data
    except zlib.error:
        raise _SpoiledError(Trouble.UNDECODABLE) from None
    if packed and not unpacker.eof:
        raise _SpoiledError(Trouble.UNDECODABLE)


def _trusting(certificates: str | None) -> ssl.SSLContext:
    if certificates is None:
        return httpx.create_ssl_context(trust_env=False)
    try:
        return ssl.create_default_context(cafile=certificates)
    except (OSError, ValueError):
        # ssl.SSLError, for a file without certificates, is an OSError too.
        raise _UnusableCertificatesError(certificates) from None


def _tracer(progress: Progress) -> Callable[[str, Mapping[str, object]], object]:
    """What httpcore calls at each step; it tells when the request is about to leave, and has."""

    async def trace(event: str, info: Mapping[str, object]) -> None:
        if event.endswith(".send_request_headers.started"):
            # A proxy's CONNECT comes before the request and holds nothing of it.
            method = getattr(info.get("request"), "method", b"")
            progress.unsent = progress.unsent and method == b"CONNECT"
        elif event.endswith(".send_request_headers.complete"):
            progress.written = not progress.unsent

    return trace


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


def retry_after_in(headers: Mapping[str, str], clock: Callable[[], float]) -> float | None:
    """Seconds that a Retry-After header asks to wait, if there is one that can be read.

    RFC 9110 section 10.2.3 allows whole seconds and an HTTP date; a date in the past is 0.
    """
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdecimal():
        return float(text) if len(text) < 10 else float(10**9)
    try:
        moment = parsedate_to_datetime(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, moment.timestamp() - clock())
    except (ValueError, OverflowError):
        return None
