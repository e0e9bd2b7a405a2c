"""The in-memory Prolific remembers what it was told, and refuses without changing anything."""

import csv
import io
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prolific_tui.demo.seed import (
    CHATBOT_A,
    CHATBOT_B,
    DEMO_TOKEN,
    FORBIDDEN_WORKSPACE,
    LABPOOL_0,
    MAIN_WORKSPACE,
    demo_service,
)
from prolific_tui.demo.service import Request, Service
from tests.contract.caller import CheckedCaller, make_request


@pytest.fixture
def service() -> Service:
    return demo_service()


@pytest.fixture
def caller(service: Service) -> CheckedCaller:
    return CheckedCaller(service)


def _study_id(service: Service, internal_name: str) -> str:
    studies = service.state.studies.values()
    return next(study.id for study in studies if study.internal_name == internal_name)


def _create(caller: CheckedCaller, credentials: str) -> str:
    body = {"credentials": credentials, "workspace_id": MAIN_WORKSPACE}
    pool_id = caller.get("createCredentialPool", body=body)["credential_pool_id"]
    assert isinstance(pool_id, str)
    return pool_id


def _append_status(caller: CheckedCaller, pool_id: str, credentials: str) -> int:
    path = {"credential_pool_id": pool_id}
    answer = caller.call("updateCredentialPool", path=path, body={"credentials": credentials})
    return answer.status


class TestCredentials:
    def test_a_new_pool_is_listed_and_grows(self, caller: CheckedCaller) -> None:
        pool_id = _create(caller, "a,1\nb,2\nc,3")
        assert pool_id.startswith(f"{MAIN_WORKSPACE}_")
        assert caller.totals(MAIN_WORKSPACE)[pool_id] == (3, 3)

        assert _append_status(caller, pool_id, "d,4\ne,5") == 200
        assert caller.totals(MAIN_WORKSPACE)[pool_id] == (5, 5)

    def test_two_pools_of_the_same_credentials_are_two_pools(self, caller: CheckedCaller) -> None:
        assert _create(caller, "a,1") != _create(caller, "a,1")

    def test_usernames_and_passwords_arrive_as_they_were_sent(self, caller: CheckedCaller) -> None:
        pool_id = _create(caller, 'a," x, ""y"" "\r\n[red]x,\u202e\x1b]52;c;aGk=\x07\nÅ,\U0001f511')
        kept = caller.service.state.pools[pool_id].passwords
        assert {username: password.reveal() for username, password in kept.items()} == {
            "a": ' x, "y" ',
            "[red]x": "\u202e\x1b]52;c;aGk=\x07",
            "Å": "\U0001f511",
        }

    @pytest.mark.parametrize(
        "credentials", ["new,1\nnew,2", "new,1\nlab-b-001,2", "lab-b-060,1"], ids=repr
    )
    def test_one_clash_refuses_all_and_is_not_named(
        self, caller: CheckedCaller, credentials: str
    ) -> None:
        before = caller.service.state.pools[CHATBOT_B]
        path = {"credential_pool_id": CHATBOT_B}
        answer = caller.call("updateCredentialPool", path=path, body={"credentials": credentials})
        assert answer.status == 409
        assert b"lab-b" not in answer.body
        assert caller.service.state.pools[CHATBOT_B] == before

    def test_usernames_clash_only_when_they_are_equal(self, caller: CheckedCaller) -> None:
        assert _append_status(caller, CHATBOT_B, "Lab-B-001,x\nlab-b-001 ,x") == 200

    @pytest.mark.parametrize(
        ("credentials", "line"),
        [
            ("a,1\n\nb,2", "Line 2"),
            ("a,1\nb", "Line 2"),
            ("a,1,2", "Line 1"),
            (",1", "Line 1"),
            ("a,", "Line 1"),
            ('a,"1', "CSV"),
            ("a,\ud800", "CSV"),
        ],
    )
    def test_lines_that_are_no_credentials_are_told_and_nothing_is_added(
        self, caller: CheckedCaller, credentials: str, line: str
    ) -> None:
        before = caller.totals(MAIN_WORKSPACE)
        body = {"credentials": credentials, "workspace_id": MAIN_WORKSPACE}
        answer = caller.call("createCredentialPool", body=body)
        assert answer.status == 400
        assert any(line in problem for problem in json.loads(answer.body)["detail"])
        assert caller.totals(MAIN_WORKSPACE) == before

    @pytest.mark.parametrize(
        "body",
        [b"", b"[]", b'"a,1"', b"{", b"\xff", b"[" * 100_000, b'{"credentials": 7}'],
        ids=lambda body: repr(body[:20]),
    )
    def test_a_body_that_is_no_such_object_is_a_400(
        self, caller: CheckedCaller, body: bytes
    ) -> None:
        path = {"credential_pool_id": CHATBOT_B}
        answer = caller.call("updateCredentialPool", path=path, body=body, meant_bad=True)
        assert answer.status == 400

    def test_errors_never_quote_what_was_sent(self, caller: CheckedCaller) -> None:
        path = {"credential_pool_id": CHATBOT_B}
        for body in (b'{"credentials": "hunter2', b'{"credentials": ["hunter2"]}'):
            answer = caller.call("updateCredentialPool", path=path, body=body, meant_bad=True)
            assert b"hunter2" not in answer.body

    def test_a_form_is_an_unsupported_media_type(self, service: Service) -> None:
        request = make_request("createCredentialPool", body=b"credentials=a%2C1")
        form = {**request.headers, "content-type": "application/x-www-form-urlencoded"}
        assert service.handle(replace(request, headers=form)).status == 415

    def test_a_workspace_that_nobody_knows_is_as_forbidden_as_a_guest_s(
        self, caller: CheckedCaller
    ) -> None:
        for workspace_id in ("unknown", FORBIDDEN_WORKSPACE):
            query = {"workspace_id": workspace_id}
            assert caller.call("listCredentialPools", query=query).status == 403


class TestSecret:
    def test_replacing_gives_a_new_id_and_value_and_forgets_the_old(
        self, caller: CheckedCaller
    ) -> None:
        query = {"workspace_id": MAIN_WORKSPACE}
        [old] = caller.get("listSecrets", query=query)["results"]
        new = caller.get("createSecret", body=query)
        assert new["workspace_id"] == MAIN_WORKSPACE
        assert new["id"] != old["id"]
        assert new["value"] != old["value"]
        assert caller.get("listSecrets", query=query)["results"] == [new]

    def test_every_repeat_rotates_again(self, caller: CheckedCaller) -> None:
        body = {"workspace_id": MAIN_WORKSPACE}
        assert caller.get("createSecret", body=body) != caller.get("createSecret", body=body)


class TestSubscriptions:
    def test_disabled_ones_show_only_when_asked_for(self, caller: CheckedCaller) -> None:
        def listed(**query: str) -> set[bool]:
            found = caller.get("listSubscriptions", query=query)["results"]
            return {subscription["is_enabled"] for subscription in found}

        assert listed() == {True}
        assert listed(is_enabled="true", workspace_id=MAIN_WORKSPACE) == {True}
        assert listed(is_enabled="false", workspace_id=MAIN_WORKSPACE) == {False}


class TestStudies:
    def test_a_draft_takes_a_pool_and_lets_it_go(
        self, service: Service, caller: CheckedCaller
    ) -> None:
        draft = {"id": _study_id(service, "SR-14")}
        assert not caller.get("getStudy", path=draft)["has_credentials"]

        changed = caller.get(
            "setStudyCredentialPool", path=draft, body={"credential_pool_id": CHATBOT_A}
        )
        assert changed["has_credentials"]
        assert caller.get("getStudy", path=draft)["credential_pool_id"] == CHATBOT_A

        caller.get("setStudyCredentialPool", path=draft, body={"credential_pool_id": None})
        assert not caller.get("getStudy", path=draft)["has_credentials"]

    @pytest.mark.parametrize("internal_name", ["SR-07", "SR-10", "SR-12"])
    def test_a_published_study_keeps_its_pool(
        self, service: Service, caller: CheckedCaller, internal_name: str
    ) -> None:
        path = {"id": _study_id(service, internal_name)}
        before = caller.get("getStudy", path=path)
        body = {"credential_pool_id": None}
        assert caller.call("setStudyCredentialPool", path=path, body=body).status == 400
        assert caller.get("getStudy", path=path) == before

    @pytest.mark.parametrize("unfit", ["used up", "of another workspace", "unknown"])
    def test_a_draft_refuses_a_pool_that_can_t_serve_it(
        self, service: Service, caller: CheckedCaller, unfit: str
    ) -> None:
        pools = service.state.pools.values()
        other = next(pool.id for pool in pools if pool.workspace_id != MAIN_WORKSPACE)
        pool_id = {"used up": LABPOOL_0, "of another workspace": other}.get(unfit, "unknown")
        path = {"id": _study_id(service, "SR-14")}
        body = {"credential_pool_id": pool_id}
        assert caller.call("setStudyCredentialPool", path=path, body=body).status == 400
        assert caller.get("getStudy", path=path)["credential_pool_id"] is None

    def test_a_field_left_out_is_not_a_detachment(
        self, service: Service, caller: CheckedCaller
    ) -> None:
        path = {"id": _study_id(service, "SR-13")}
        for body in ({}, {"credential_pool_id": 7}):
            answer = caller.call("setStudyCredentialPool", path=path, body=body, meant_bad=True)
            assert answer.status == 400
        assert caller.get("getStudy", path=path)["has_credentials"]

    def test_the_report_names_who_used_what_and_what_is_left(
        self, service: Service, caller: CheckedCaller
    ) -> None:
        _append_status(caller, CHATBOT_B, '"with, comma",x')
        answer = caller.call("getStudyCredentialsReport", path={"id": _study_id(service, "SR-12")})
        rows = list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))
        used = [row["Username"] for row in rows if row["Status"] == "USED"]
        unused = [row["Username"] for row in rows if row["Status"] == "UNUSED"]
        assert used == [f"lab-b-{number:03}" for number in range(1, 49)]
        assert unused == [*(f"lab-b-{number:03}" for number in range(49, 61)), "with, comma"]
        assert all(
            bool(row["Participant Id"]) == bool(row["Submission Id"]) == (row["Status"] == "USED")
            for row in rows
        )

    def test_a_report_leaves_out_what_another_study_used(
        self, service: Service, caller: CheckedCaller
    ) -> None:
        answer = caller.call("getStudyCredentialsReport", path={"id": _study_id(service, "SR-07")})
        usernames = [row["Username"] for row in csv.DictReader(io.StringIO(answer.body.decode()))]
        assert usernames == [f"lab-0-{number:03}" for number in range(1, 21)]

    def test_states_are_filtered_in_both_spellings(self, caller: CheckedCaller) -> None:
        def states(state: str) -> set[str]:
            found = caller.get("listStudies", query={"state": state, "page_size": "100"})
            return {study["status"] for study in found["results"]}

        assert states("ACTIVE") == {"ACTIVE"}
        assert states("(ACTIVE|PAUSED)") == {"ACTIVE", "PAUSED"}
        assert states("") == {"ACTIVE", "PAUSED", "COMPLETED", "UNPUBLISHED"}

    def test_studies_of_a_project_come_in_the_order_asked_for(self, caller: CheckedCaller) -> None:
        project = caller.get("listProjects", path={"workspace_id": MAIN_WORKSPACE})["results"][0]
        path = {"project_id": project["id"]}

        def names(ordering: str) -> list[str]:
            found = caller.get("listProjectStudies", path=path, query={"ordering": ordering})
            return [study["internal_name"] for study in found["results"]]

        assert names("date_created") == ["SR-11", "SR-12", "SR-13", "SR-14"]
        assert names("-date_created") == ["SR-14", "SR-13", "SR-12", "SR-11"]


class TestPaging:
    def test_workspaces_come_twenty_at_a_time_unless_asked(self, caller: CheckedCaller) -> None:
        first = caller.get("listWorkspaces")
        assert len(first["results"]) == 20
        assert first["meta"]["count"] == 23
        assert len(caller.get("listWorkspaces", query={"limit": "200"})["results"]) == 23

    def test_the_next_links_lead_through_everything_once(self, service: Service) -> None:
        caller = CheckedCaller(service)
        everything = caller.get("listWorkspaces", query={"limit": "200"})["results"]
        seen, query = [], {"limit": "7"}
        while True:
            page = caller.get("listWorkspaces", query=query)
            seen += page["results"]
            link = page["_links"]["next"]["href"]
            if link is None:
                break
            base, _, tail = link.partition("?")
            assert base == "http://127.0.0.1:8765/api/v1/workspaces/"
            query = dict(pair.split("=") for pair in tail.split("&"))
        assert seen == everything
        assert page["_links"]["last"]["href"].endswith("limit=7&offset=21")

    @pytest.mark.parametrize(("limit", "is_last"), [("22", False), ("23", True), ("24", True)])
    def test_the_last_page_has_no_next(
        self, caller: CheckedCaller, limit: str, is_last: bool
    ) -> None:
        links = caller.get("listWorkspaces", query={"limit": limit})["_links"]
        assert (links["next"]["href"] is None) == is_last

    @given(size=st.integers(1, 12))
    @settings(max_examples=12, deadline=None, derandomize=True)
    def test_pages_by_number_cover_all_studies_once(self, size: int) -> None:
        caller = CheckedCaller(demo_service())
        count = caller.get("listStudies")["meta"]["count"]
        pages = [
            caller.get("listStudies", query={"page": str(number), "page_size": str(size)})
            for number in range(1, -(-count // size) + 2)
        ]
        ids = [study["id"] for page in pages for study in page["results"]]
        assert len(ids) == len(set(ids)) == count
        assert pages[-1]["results"] == []
        assert [page["_links"]["next"]["href"] is None for page in pages[:-1]] == [False] * (
            len(pages) - 2
        ) + [True]

    @pytest.mark.parametrize("limit", ["0", "-1", "x", "", "٣", "9" * 5000])
    def test_a_limit_that_is_no_count_is_a_400(self, caller: CheckedCaller, limit: str) -> None:
        answer = caller.call("listWorkspaces", query={"limit": limit}, meant_bad=True)
        assert answer.status == 400


class TestAddresses:
    def test_an_id_is_found_under_its_percent_encoded_spelling(self, service: Service) -> None:
        pool = replace(service.state.pools[CHATBOT_B], id="odd/id ?é")
        service.state.pools[pool.id] = pool
        path = {"credential_pool_id": pool.id}
        answer = CheckedCaller(service).call(
            "updateCredentialPool", path=path, body={"credentials": "new,1"}
        )
        assert answer.status == 200

    def test_a_missing_slash_at_the_end_is_redirected_and_nothing_happens(
        self, service: Service
    ) -> None:
        request = make_request("createSecret", body={"workspace_id": MAIN_WORKSPACE})
        before = dict(service.state.secrets)
        bare = replace(request, path=request.path.rstrip("/"), query={"a": "1 2"})
        answer = service.handle(bare)
        assert answer.status == 301
        assert answer.headers["location"] == "/api/v1/hooks/secrets/?a=1+2"
        assert service.state.secrets == before

    @pytest.mark.parametrize("path", ["/", "/api/v1/", "/api/v1/nothing/", "/api/v1/studies//", ""])
    def test_elsewhere_is_nothing(self, service: Service, path: str) -> None:
        assert service.handle(replace(make_request("getMe"), path=path)).status == 404

    @pytest.mark.parametrize(
        ("method", "path", "allowed"),
        [
            ("DELETE", "/api/v1/credentials/", "GET, HEAD, POST"),
            ("GET", "/api/v1/credentials/some-pool/", "PATCH"),
            ("get", "/api/v1/users/me/", "GET, HEAD"),
        ],
    )
    def test_another_method_is_not_allowed(
        self, service: Service, method: str, path: str, allowed: str
    ) -> None:
        answer = service.handle(replace(make_request("getMe"), method=method, path=path))
        assert answer.status == 405
        assert answer.headers["allow"] == allowed

    def test_head_is_answered_like_get(self, service: Service) -> None:
        get = make_request("getMe")
        assert service.handle(replace(get, method="HEAD")) == service.handle(get)


@pytest.mark.parametrize(
    "authorization",
    ["", "Token", "Token ", "Token wrong", f"Bearer {DEMO_TOKEN.reveal()}", "Token \udcff"],
)
def test_nothing_but_the_token_opens(service: Service, authorization: str) -> None:
    request = Request("GET", "/api/v1/users/me/", headers={"authorization": authorization})
    assert service.handle(request).status == 401


def test_neither_token_nor_passwords_are_in_any_repr(service: Service) -> None:
    request = make_request("createCredentialPool", body={"credentials": "a,hunter2"})
    shown = f"{request!r} {service.state!r} {service!r} {vars(service)!r}"
    assert DEMO_TOKEN.reveal() not in shown
    assert "hunter2" not in shown
