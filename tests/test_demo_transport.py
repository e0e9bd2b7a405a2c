"""The demo's transport behaves towards httpx as a network would, time limits and cuts included."""

import asyncio

import httpx
import pytest

from prolific_tui.demo.seed import CHATBOT_B, DEMO_TOKEN, MAIN_WORKSPACE, demo_service
from prolific_tui.demo.service import Cut, Fault, Service
from prolific_tui.demo.transport import DemoTransport

_APPEND = "/api/v1/credentials/" + CHATBOT_B + "/"
_BODY = {"credentials": "new,x"}


@pytest.fixture
def service() -> Service:
    return demo_service()


def _client(service: Service, timeout: float | None = 5) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=DemoTransport(service),
        base_url="https://api.prolific.com",
        headers={"Authorization": f"Token {DEMO_TOKEN.reveal()}"},
        timeout=timeout,
    )


def _size(service: Service) -> int:
    return len(service.state.pools[CHATBOT_B].passwords)


async def test_reads_and_writes_reach_the_service(service: Service) -> None:
    async with _client(service) as client:
        answer = await client.patch(_APPEND, json=_BODY)
        assert (answer.status_code, answer.json()) == (200, {"credential_pool_id": CHATBOT_B})
        listed = await client.get("/api/v1/credentials/", params={"workspace_id": MAIN_WORKSPACE})
        totals = {pool["credential_pool_id"]: pool for pool in listed.json()["credential_pools"]}
        assert totals[CHATBOT_B]["total_credentials"] == 61


async def test_links_name_the_host_that_was_asked(service: Service) -> None:
    async with _client(service) as client:
        page = (await client.get("/api/v1/workspaces/")).json()
        following = page["_links"]["next"]["href"]
        assert following == "https://api.prolific.com/api/v1/workspaces/?limit=20&offset=20"
        assert len((await client.get(following)).json()["results"]) == 3


async def test_head_has_the_headers_without_the_body(service: Service) -> None:
    async with _client(service) as client:
        head, get = await client.head("/api/v1/users/me/"), await client.get("/api/v1/users/me/")
        assert head.content == b""
        assert head.headers == get.headers


async def test_an_encoded_id_is_not_decoded_on_the_way(service: Service) -> None:
    async with _client(service) as client:
        answer = await client.get("/api/v1/studies/a%2Fb%3Fc/")
        assert answer.json() == {"message": "Not Found", "detail": "study not found"}


@pytest.mark.parametrize(("cut", "size"), [(Cut.BEFORE, 60), (Cut.AFTER, 61), (Cut.WITHIN, 61)])
async def test_a_cut_is_a_protocol_error(service: Service, cut: Cut, size: int) -> None:
    service.switch_on("updateCredentialPool", Fault(cut=cut))
    async with _client(service) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.patch(_APPEND, json=_BODY)
    assert _size(service) == size


async def test_an_answer_that_is_cut_within_has_begun(service: Service) -> None:
    service.switch_on("updateCredentialPool", Fault(cut=Cut.WITHIN))
    async with _client(service) as client, client.stream("PATCH", _APPEND, json=_BODY) as answer:
        assert answer.status_code == 200
        chunks = aiter(answer.aiter_raw())
        assert 0 < len(await anext(chunks)) < int(answer.headers["content-length"])
        with pytest.raises(httpx.RemoteProtocolError):
            await anext(chunks)


async def test_a_delay_past_the_read_limit_times_out_with_the_write_applied(
    service: Service,
) -> None:
    service.switch_on("updateCredentialPool", Fault(delay=3600))
    async with _client(service, timeout=0.01) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.patch(_APPEND, json=_BODY)
    assert _size(service) == 61


@pytest.mark.parametrize("limit", [None, 30.0])
async def test_a_delay_within_the_read_limit_is_waited_for(
    service: Service, limit: float | None
) -> None:
    service.switch_on("getMe", Fault(delay=0.02))
    began = asyncio.get_running_loop().time()
    async with _client(service, timeout=limit) as client:
        assert (await client.get("/api/v1/users/me/")).status_code == 200
    assert asyncio.get_running_loop().time() - began >= 0.02


async def test_a_cut_that_is_late_times_out_first(service: Service) -> None:
    service.switch_on("updateCredentialPool", Fault(cut=Cut.BEFORE, delay=3600))
    async with _client(service, timeout=0.01) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.patch(_APPEND, json=_BODY)
    assert _size(service) == 60


async def test_a_cancelled_write_is_applied_all_the_same(service: Service) -> None:
    service.switch_on("updateCredentialPool", Fault(delay=3600))
    async with _client(service) as client:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await client.patch(_APPEND, json=_BODY)
    assert _size(service) == 61


async def test_a_slow_answer_does_not_hold_up_another() -> None:
    taken = asyncio.Event()

    def new_id() -> str:
        taken.set()
        return "new"

    service = demo_service(new_id)
    service.switch_on("createCredentialPool", Fault(delay=3600))
    async with _client(service) as client:
        body = {**_BODY, "workspace_id": MAIN_WORKSPACE}
        slow = asyncio.create_task(client.post("/api/v1/credentials/", json=body))
        await taken.wait()
        assert (await client.get("/api/v1/users/me/")).status_code == 200
        assert not slow.done()
        slow.cancel()
        await asyncio.gather(slow, return_exceptions=True)
