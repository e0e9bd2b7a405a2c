"""Every operation against the in-memory Prolific, whose state says what a request really did."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from urllib.parse import parse_qs

import pytest

from prolific_tui.client.api import Api
from prolific_tui.demo.seed import (
    CHATBOT_B,
    DEMO_TOKEN,
    EMPTY_WORKSPACE,
    FORBIDDEN_WORKSPACE,
    MAIN_WORKSPACE,
    RESERVE,
    demo_service,
)
from prolific_tui.demo.service import Cut, Fault, Service
from prolific_tui.demo.transport import DemoTransport
from prolific_tui.errors import Effect, ServiceError
from prolific_tui.secret import Secret
from tests.client_peer import ONCE, PATIENT, Reply, client_of, listening, reply

ROWS = Secret("lab-x-1,first-password\nlab-x-2,second-password")


@asynccontextmanager
async def demo(service: Service, token: Secret = DEMO_TOKEN) -> AsyncIterator[Api]:
    """A client of the in-memory Prolific that tries everything once."""
    api = Api("https://demo.invalid", token, limits=ONCE, carrier=DemoTransport(service))
    try:
        yield api
    finally:
        await api.aclose()


async def total(api: Api, pool_id: str | None) -> int | None:
    pools = await api.list_credential_pools(MAIN_WORKSPACE)
    return next(pool.total_credentials for pool in pools if pool.credential_pool_id == pool_id)


async def test_a_token_says_whose_it_is() -> None:
    async with demo(demo_service()) as api:
        assert (await api.get_me()).email == "you@lab.org"
        assert api.network_notes == ()


async def test_a_wrong_token_is_said() -> None:
    async with demo(demo_service(), Secret("wrong")) as api:
        with pytest.raises(ServiceError) as caught:
            await api.get_me()
    assert (caught.value.status, caught.value.effect) == (401, Effect.REFUSED)


async def test_all_workspaces_are_listed_although_titles_repeat() -> None:
    service = demo_service()
    async with demo(service) as api:
        workspaces = await api.list_workspaces()
    assert [found.id for found in workspaces] == list(service.state.workspaces)
    assert len(workspaces) > 20


async def test_pools_carry_the_workspace_that_was_asked_for() -> None:
    async with demo(demo_service()) as api:
        pools = await api.list_credential_pools(MAIN_WORKSPACE)
        assert {pool.workspace_id for pool in pools} == {MAIN_WORKSPACE}
        assert await api.list_credential_pools(EMPTY_WORKSPACE) == ()


async def test_a_pool_is_made_and_grows() -> None:
    async with demo(demo_service()) as api:
        pool_id = await api.create_credential_pool(MAIN_WORKSPACE, ROWS)
        assert pool_id is not None
        assert await total(api, pool_id) == 2
        assert await api.update_credential_pool(pool_id, Secret("lab-x-3,third")) == pool_id
        assert await total(api, pool_id) == 3


async def test_a_username_that_is_there_is_a_refusal_that_does_not_name_it() -> None:
    async with demo(demo_service()) as api:
        with pytest.raises(ServiceError) as caught:
            await api.update_credential_pool(CHATBOT_B, Secret("lab-b-001,another-password"))
        assert await total(api, CHATBOT_B) == 60
    assert (caught.value.status, caught.value.effect) == (409, Effect.REFUSED)
    assert "has at least one of these usernames already" in caught.value.message


async def test_a_workspace_that_may_not_be_managed_names_the_right_that_lacks() -> None:
    async with demo(demo_service()) as api:
        with pytest.raises(ServiceError) as caught:
            await api.list_credential_pools(FORBIDDEN_WORKSPACE)
    assert caught.value.status == 403
    assert "workspace_update" in caught.value.hint


@pytest.mark.parametrize(
    ("fault", "effect", "grown"),
    [
        (Fault(cut=Cut.BEFORE), Effect.UNKNOWN, 0),
        (Fault(cut=Cut.AFTER), Effect.UNKNOWN, 2),
        (Fault(cut=Cut.WITHIN), Effect.ACCEPTED, 2),
        (Fault(status=502), Effect.UNKNOWN, 0),
        (Fault(status=429), Effect.REFUSED, 0),
        (Fault(status=307), Effect.UNKNOWN, 0),
    ],
)
async def test_what_is_said_of_a_write_never_contradicts_what_it_did(
    fault: Fault, effect: Effect, grown: int
) -> None:
    service = demo_service()
    service.switch_on("updateCredentialPool", fault)
    async with demo(service) as api:
        with pytest.raises(ServiceError) as caught:
            await api.update_credential_pool(CHATBOT_B, ROWS)
        assert await total(api, CHATBOT_B) == 60 + grown
    assert caught.value.effect is effect


async def test_a_secret_is_replaced() -> None:
    async with demo(demo_service()) as api:
        [before] = await api.list_secrets(MAIN_WORKSPACE)
        made = await api.create_secret(MAIN_WORKSPACE)
        assert await api.list_secrets(MAIN_WORKSPACE) == (made,)
        assert made.value is not None
        assert made.value != before.value
        assert await api.list_secrets(EMPTY_WORKSPACE) == ()


async def test_subscriptions_are_listed_once_on_or_off() -> None:
    service = demo_service()
    async with demo(service) as api:
        found = await api.list_subscriptions(MAIN_WORKSPACE)
    assert sorted(item.id or "" for item in found) == sorted(service.state.subscriptions)
    assert {item.is_enabled for item in found} == {True, False}


async def test_studies_are_found_by_project_by_state_and_by_id() -> None:
    async with demo(demo_service()) as api:
        projects = await api.list_projects(MAIN_WORKSPACE)
        listed = [study for item in projects for study in await api.list_project_studies(item.id)]
        [short] = [study for study in listed if study.internal_name == "SR-12"]
        assert short.credential_pool_id == CHATBOT_B
        assert (await api.get_study(short.id)).has_credentials is True
        assert {study.status for study in await api.list_studies("ACTIVE")} == {"ACTIVE"}
        assert len(await api.list_studies()) > len(listed)


async def test_a_pool_is_attached_to_a_draft_and_taken_off() -> None:
    async with demo(demo_service()) as api:
        [draft] = [study for study in await api.list_studies() if study.internal_name == "SR-14"]
        attached = await api.set_study_credential_pool(draft.id, RESERVE)
        assert attached.credential_pool_id == RESERVE
        assert (await api.set_study_credential_pool(draft.id, None)).credential_pool_id is None


async def test_a_usage_report_names_usernames() -> None:
    async with demo(demo_service()) as api:
        [study] = [item for item in await api.list_studies() if item.internal_name == "SR-12"]
        report = await api.get_study_credentials_report(study.id)
    used = [row for row in report if row.status == "USED"]
    assert len(report) == 60
    assert len(used) == 48
    assert all(row.participant_id and row.submission_id for row in used)


async def test_what_is_not_there_is_said() -> None:
    async with demo(demo_service()) as api:
        with pytest.raises(ServiceError) as caught:
            await api.get_study("nowhere")
    assert caught.value.status == 404
    assert "no such study" in caught.value.message


# Paging, where a service behaves in ways that the contract leaves open.


def page(*numbers: int, **frame: object) -> Reply:
    results = [{"id": str(number), "title": "T", "name": "N"} for number in numbers]
    return reply(200, {"results": results} | frame)


async def listed(
    *replies: Reply, by_page: bool = False, pages: int = ONCE.pages
) -> tuple[list[str], list[str]]:
    """The ids found, and where each request began."""
    async with (
        listening(*replies) as peer,
        client_of(peer.url, replace(ONCE, pages=pages)) as api,
    ):
        found = await (api.list_project_studies("p") if by_page else api.list_workspaces())
        queries = [parse_qs(request.target.partition("?")[2]) for request in peer.received]
    return [item.id for item in found], [
        query["page" if by_page else "offset"][0] for query in queries
    ]


async def test_a_service_that_gives_fewer_at_a_time_is_asked_until_its_count() -> None:
    pages = (
        page(1, 2, meta={"count": 5}),
        page(3, 4, meta={"count": 5}),
        page(5, meta={"count": 5}),
    )
    assert await listed(*pages) == (["1", "2", "3", "4", "5"], ["0", "2", "4"])


async def test_a_service_that_ignores_where_to_begin_is_asked_twice() -> None:
    twenty = page(*range(20))
    ids, offsets = await listed(twenty)
    assert len(ids) == 20
    assert offsets == ["0", "20"]


async def test_a_service_that_counts_more_than_it_gives_is_no_endless_loop() -> None:
    pages = (page(1, meta={"count": 9}), page(2, meta={"count": 9}), page(meta={"count": 9}))
    assert await listed(*pages) == (["1", "2"], ["0", "1", "2"])


async def test_a_404_beyond_the_last_page_ends_a_numbered_list() -> None:
    assert await listed(page(*range(20)), reply(404), by_page=True) == (
        [str(number) for number in range(20)],
        ["1", "2"],
    )


async def test_a_404_on_the_first_page_is_an_error() -> None:
    with pytest.raises(ServiceError) as caught:
        await listed(reply(404), by_page=True)
    assert caught.value.status == 404


async def test_a_list_without_an_end_is_said_rather_than_cut_short() -> None:
    pages = [page(*range(start, start + 20)) for start in range(0, 100, 20)]
    with pytest.raises(ServiceError) as caught:
        await listed(*pages, pages=3)
    assert caught.value.title == "The list does not end"


async def test_a_later_page_that_fails_fails_the_list() -> None:
    with pytest.raises(ServiceError) as caught:
        await listed(page(*range(20)), reply(500))
    assert caught.value.status == 500


async def test_each_page_is_retried_by_itself() -> None:
    pages = (reply(503), page(1, meta={"count": 2}), reply(503), page(2, meta={"count": 2}))
    async with listening(*pages) as peer, client_of(peer.url, PATIENT) as api:
        assert [item.id for item in await api.list_workspaces()] == ["1", "2"]


async def test_a_service_that_ignores_whether_they_are_on_lists_nothing_twice() -> None:
    hook = {"event_type": "e", "target_url": "t", "workspace_id": "w"}
    told = reply(200, {"results": [hook | {"id": "1"}, hook, hook | {"target_url": "u"}]})
    async with listening(told) as peer, client_of(peer.url) as api:
        found = await api.list_subscriptions("w")
        asked = [parse_qs(request.target.partition("?")[2]) for request in peer.received]
    assert [(item.id, item.target_url) for item in found] == [("1", "t"), (None, "t"), (None, "u")]
    assert [query["is_enabled"] for query in asked] == [["true"], ["false"]]
