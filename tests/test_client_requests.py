"""What goes out on the wire, and what never does."""

import asyncio
import json
import re
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from prolific_tui.client import contract
from prolific_tui.client.api import Api
from prolific_tui.client.exchange import Operation
from prolific_tui.errors import Effect, ServiceError
from prolific_tui.secret import Secret
from prolific_tui.version import VERSION
from tests.client_peer import ONCE, SENTINEL, Then, client_of, listening, reply

CONTRACT = yaml.safe_load(
    (Path(__file__).parent / "contract" / "prolific-openapi.yaml").read_text("utf-8")
)
ME = reply(200, {"id": "me", "email": "a@b"})
CREATED = reply(201, {"credential_pool_id": "pool-1"})
AWKWARD = "a/b ?#%2F\\é😀..;=&"
AWKWARD_ENCODED = "a%2Fb%20%3F%23%252F%5C%C3%A9%F0%9F%98%80..%3B%3D%26"


def documented() -> dict[str, tuple[str, str]]:
    """Method and path of each operationId of the contract."""
    return {
        entry["operationId"]: (method.upper(), path)
        for path, methods in CONTRACT["paths"].items()
        for method, entry in methods.items()
        if method != "parameters"
    }


def test_every_operation_of_the_contract_has_a_method() -> None:
    for operation_id in documented():
        name = re.sub("([A-Z])", lambda found: f"_{found[1].lower()}", operation_id)
        assert asyncio.iscoroutinefunction(getattr(Api, name, None)), name


def test_every_operation_has_the_contract_s_method_and_path() -> None:
    ours = [value for value in vars(contract).values() if isinstance(value, Operation)]
    assert {operation.name: (operation.method, operation.path) for operation in ours} == {
        name: (method, re.sub(r"\{\w+\}", "{}", path))
        for name, (method, path) in documented().items()
    }


async def test_a_request_says_whose_it_is_and_what_makes_it() -> None:
    async with listening(ME) as peer, client_of(peer.url) as api:
        await api.get_me()
        [request] = peer.received
    assert request.head.startswith("GET /api/v1/users/me/ HTTP/1.1\r\n")
    assert request.header("Authorization") == f"Token {SENTINEL}"
    assert request.header("User-Agent") == f"prolific-tui/{VERSION}"
    assert request.header("Host") == f"127.0.0.1:{peer.port}"
    assert request.header("Content-Type") is None


async def test_ids_are_encoded_wherever_they_stand() -> None:
    async with listening(CREATED) as peer, client_of(peer.url) as api:
        await api.update_credential_pool(AWKWARD, Secret("a,b"))
        assert peer.received[0].target == f"/api/v1/credentials/{AWKWARD_ENCODED}/"
    async with listening(reply(200, {})) as peer, client_of(peer.url) as api:
        await api.list_credential_pools(AWKWARD)
        path, _, query = peer.received[0].target.partition("?")
        assert path == "/api/v1/credentials/"
        name, _, value = query.partition("=")
        assert name == "workspace_id"
        assert value.replace("+", "%20") == AWKWARD_ENCODED


async def test_rows_go_out_as_they_are() -> None:
    rows = 'lab-1,"pass,word"\nübung,pä55\u2028wörd'
    async with listening(CREATED) as peer, client_of(peer.url) as api:
        await api.create_credential_pool("w", Secret(rows))
        [request] = peer.received
    assert request.header("Content-Type") == "application/json"
    assert json.loads(request.body) == {"workspace_id": "w", "credentials": rows}


async def test_detaching_a_pool_sends_null() -> None:
    async with listening(reply(200, {"id": "s"})) as peer, client_of(peer.url) as api:
        await api.set_study_credential_pool("s", None)
        assert json.loads(peer.received[0].body) == {"credential_pool_id": None}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(status: int) -> None:
    async with listening(ME) as elsewhere:
        told = reply(status, b"", f"Location: {elsewhere.url}/api/v1/users/me/")
        async with listening(told) as peer, client_of(peer.url) as api:
            with pytest.raises(ServiceError) as read:
                await api.get_me()
            with pytest.raises(ServiceError) as written:
                await api.create_secret("w")
            assert len(peer.received) == 2
        assert elsewhere.connections == 0
    assert read.value.title == written.value.title == "Sent elsewhere"
    assert written.value.effect is Effect.UNKNOWN


async def test_cookies_are_not_kept() -> None:
    told = reply(200, {"id": "me", "email": "a@b"}, "Set-Cookie: session=1; Path=/")
    async with listening(told) as peer, client_of(peer.url) as api:
        await api.get_me()
        await api.get_me()
        assert [request.header("Cookie") for request in peer.received] == [None, None]


async def test_reads_share_a_connection_and_a_write_has_its_own_that_is_not_kept_for_long() -> None:
    brief = replace(ONCE, write_kept=0)
    async with listening(ME, ME, CREATED, CREATED, ME) as peer, client_of(peer.url, brief) as api:
        await api.get_me()
        await api.get_me()
        await api.create_credential_pool("w", Secret("a,b"))
        await api.create_credential_pool("w", Secret("a,b"))
        await api.get_me()
        assert [request.connection for request in peer.received] == [1, 1, 2, 3, 1]
        # Both write connections have ended although the peer would have kept them.
        async with asyncio.timeout(5):
            await peer.closed.acquire()
            await peer.closed.acquire()


async def test_writes_that_follow_each_other_at_once_share_a_connection() -> None:
    long = replace(ONCE, write_kept=60)
    async with listening(CREATED, ME, CREATED) as peer, client_of(peer.url, long) as api:
        await api.create_credential_pool("w", Secret("a,b"))
        await api.get_me()
        await api.create_credential_pool("w", Secret("a,b"))
        assert [request.connection for request in peer.received] == [1, 2, 1]


async def test_a_write_does_not_trip_over_a_connection_that_was_closed_meanwhile() -> None:
    last = reply(200, {"id": "me", "email": "a@b"}, then=Then.CLOSE)
    created = replace(CREATED, then=Then.CLOSE)
    long = replace(ONCE, write_kept=60)
    async with listening(last, created, CREATED) as peer, client_of(peer.url, long) as api:
        await api.get_me()
        assert await api.create_credential_pool("w", Secret("a,b")) == "pool-1"
        for _ in range(2):
            await peer.closed.acquire()
        assert await api.create_credential_pool("w", Secret("a,b")) == "pool-1"


async def test_variables_of_the_machine_send_no_http_elsewhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with listening(reply(200, {"id": "thief", "email": ""})) as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
            monkeypatch.setenv(name.lower(), proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        netrc = tmp_path / "netrc"
        netrc.write_text("machine 127.0.0.1 login me password thief\n")
        monkeypatch.setenv("NETRC", str(netrc))
        async with listening(ME) as peer:
            api = Api(peer.url, Secret(SENTINEL), limits=ONCE)
            try:
                assert (await api.get_me()).id == "me"
                assert api.network_notes == ()
                assert peer.received[0].header("Authorization") == f"Token {SENTINEL}"
            finally:
                await api.aclose()
        assert proxy.connections == 0


def test_it_works_on_the_event_loop_of_another_thread() -> None:
    found: list[str] = []

    async def start() -> None:
        async with listening(ME) as peer, client_of(peer.url) as api:
            found.append((await api.get_me()).id)

    thread = threading.Thread(target=lambda: asyncio.run(start()))
    thread.start()
    thread.join(10)
    assert found == ["me"]


async def test_closing_twice_is_no_error() -> None:
    async with listening(ME) as peer, client_of(peer.url) as api:
        await api.get_me()
        await api.aclose()
        await api.aclose()
