"""A caller of the in-memory Prolific that holds all it sends and gets against the contract."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from prolific_tui.demo.routes import find_operations
from prolific_tui.demo.seed import DEMO_TOKEN, counted_ids, demo_state
from prolific_tui.demo.service import Answer, Request, Service
from tests.contract.checker import load_contract


class CheckedCaller:
    """Calls operations by name; all answers are checked, and all requests not meant to be bad."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def call(
        self,
        operation_id: str,
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: object = None,
        token: str = DEMO_TOKEN.reveal(),
        meant_bad: bool = False,
    ) -> Answer:
        """The checked answer to one request; `meant_bad` lets a request break the contract."""
        request = make_request(operation_id, query=query, body=body, token=token, path=path)
        if not meant_bad:
            load_contract().check_request(operation_id, request)
        answer = self.service.handle(request)
        load_contract().check(operation_id, answer)
        return answer

    def get(
        self,
        operation_id: str,
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: object = None,
    ) -> Any:  # noqa: ANN401 - decoded JSON
        """The JSON that an operation answers, which must be a success."""
        answer = self.call(operation_id, query=query, body=body, path=path)
        assert answer.status in (200, 201), answer.body
        return json.loads(answer.body)

    def totals(self, workspace_id: str) -> dict[str, tuple[int, int]]:
        """(total, available) of each of a workspace's pools, as listed."""
        listed = self.get("listCredentialPools", query={"workspace_id": workspace_id})
        return {
            pool["credential_pool_id"]: (pool["total_credentials"], pool["available_credentials"])
            for pool in listed["credential_pools"]
        }


class CheckedService(Service):
    """A service for clients under test: they may ask only what the contract describes."""

    def handle(self, request: Request) -> Answer:
        """The answer, once it and the request were held against the contract."""
        found = find_operations(request.path)
        assert request.method in found, f"{request.method} {request.path} is no operation"
        operation, _ = found[request.method]
        load_contract().check_request(operation.operation_id, request)
        answer = super().handle(request)
        load_contract().check(operation.operation_id, answer)
        return answer


def checked_demo_service() -> CheckedService:
    """The lab of the demo, as strict as the contract."""
    return CheckedService(demo_state(), DEMO_TOKEN, new_id=counted_ids())


def make_request(
    operation_id: str,
    *,
    path: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    body: object = None,
    token: str = DEMO_TOKEN.reveal(),
) -> Request:
    """A request of an operation; an empty token leaves the header away, bytes are sent as is."""
    headers = {"host": "127.0.0.1:8765"}
    if token:
        headers["authorization"] = f"Token {token}"
    content = b""
    if body is not None:
        headers["content-type"] = "application/json"
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
    operation = load_contract().operations[operation_id]
    return Request(operation.method, operation.path(path or {}), query or {}, headers, content)


def raw_request(address: str, request: Request, *extra: str) -> bytes:
    """The bytes of a request as a plain HTTP/1.1 client sends them."""
    target = request.path + (f"?{urlencode(request.query)}" if request.query else "")
    headers = {**request.headers, "host": address.removeprefix("http://")}
    if request.body:
        headers["content-length"] = str(len(request.body))
    lines = [f"{request.method} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, *extra, "", ""]).encode() + request.body
