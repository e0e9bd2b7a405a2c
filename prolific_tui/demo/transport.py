"""Carries httpx's requests to the in-memory Prolific inside the process: no sockets, same truth.

Unlike httpx's own mock it keeps the time limits of each request, and a line that is cut raises
what a real one would.
"""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from urllib.parse import parse_qsl

import httpx

from prolific_tui.demo.service import Answer, Request, Service


class DemoTransport(httpx.AsyncBaseTransport):
    """An httpx transport whose other end is a `Service`.

    A request takes effect when it is sent; a delay comes between that and its answer, so a
    time-out or a cancellation leaves a write applied, as it may over a network.
    """

    def __init__(self, service: Service, lock: AbstractContextManager[bool] | None = None) -> None:
        self._service = service
        self._lock = threading.Lock() if lock is None else lock
        """Shared by all the carriers of one service where they run in several threads."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request.

        Raises:
            httpx.ReadTimeout: the answer's delay is longer than the request's read limit.
            httpx.RemoteProtocolError: the line was cut.
        """
        body = await request.aread()
        with self._lock:
            answer = self._service.handle(_to_request(request, body))
        limit = request.extensions.get("timeout", {}).get("read")
        if limit is not None and limit < answer.delay:
            await asyncio.sleep(limit)
            raise httpx.ReadTimeout("The read operation timed out", request=request)
        if answer.delay:
            await asyncio.sleep(answer.delay)
        if answer.cut and not answer.begun:
            message = "Server disconnected without sending a response."
            raise httpx.RemoteProtocolError(message, request=request)
        headers = {**answer.headers, "content-length": str(len(answer.body))}
        return httpx.Response(
            answer.status,
            headers=headers,
            stream=_Body(answer, is_head=request.method == "HEAD"),
            request=request,
        )


class _Body(httpx.AsyncByteStream):
    """An answer's body, which breaks off halfway where the line is cut."""

    def __init__(self, answer: Answer, *, is_head: bool) -> None:
        self._answer = answer
        self._is_head = is_head

    async def __aiter__(self) -> AsyncIterator[bytes]:
        body = b"" if self._is_head else self._answer.body
        if self._answer.cut:
            yield body[: len(body) // 2]
            raise httpx.RemoteProtocolError(
                "peer closed connection without sending complete message body"
            )
        yield body


def _to_request(request: httpx.Request, body: bytes) -> Request:
    raw_path: bytes = request.url.raw_path
    path, _, query = raw_path.decode("ascii").partition("?")
    headers = {name.lower(): value for name, value in request.headers.items()}
    headers.setdefault("x-forwarded-proto", request.url.scheme)
    return Request(
        method=request.method,
        path=path,
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers=headers,
        body=body,
    )
