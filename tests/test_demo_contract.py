"""The in-memory Prolific answers as the contract says: each operation, each status it declares."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from prolific_tui.demo.exchange import json_answer
from prolific_tui.demo.seed import (
    CHATBOT_B,
    DEMO_TOKEN,
    EMPTY_WORKSPACE,
    FORBIDDEN_WORKSPACE,
    MAIN_WORKSPACE,
    RESERVE,
    demo_service,
)
from prolific_tui.demo.service import OPERATIONS, Fault
from prolific_tui.demo.state import State
from tests.contract.caller import CheckedCaller, checked_demo_service, make_request
from tests.contract.checker import load_contract


def _study_id(internal_name: str) -> str:
    studies = demo_service().state.studies.values()
    return next(study.id for study in studies if study.internal_name == internal_name)


_IN_MAIN = {"workspace_id": MAIN_WORKSPACE}
_IN_FORBIDDEN = {"workspace_id": FORBIDDEN_WORKSPACE}
_PROJECT = {"project_id": next(iter(demo_service().state.projects))}
_ACTIVE, _DRAFT, _WITHOUT_POOL = ({"id": _study_id(name)} for name in ("SR-12", "SR-13", "P-01"))
_NEW = {"credentials": "new-1,secret\nnew-2,secret"}
_TWICE = {"credentials": "new-1,secret\nnew-1,other"}


@dataclass(frozen=True, slots=True)
class Case:
    """A request, and the status that it is to be answered with."""

    operation_id: str
    status: int
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    token: str = DEMO_TOKEN.reveal()
    fault: Fault | None = None
    meant_bad: bool = False
    """The request breaks the contract, not only the service's rules."""


_SUCCESSES = [
    Case("getMe", 200),
    Case("listWorkspaces", 200, query={"limit": "5", "offset": "5"}),
    Case("listProjects", 200, path=_IN_MAIN),
    Case("listCredentialPools", 200, query=_IN_MAIN),
    Case("createCredentialPool", 201, body={**_NEW, **_IN_MAIN}),
    Case("updateCredentialPool", 200, path={"credential_pool_id": CHATBOT_B}, body=_NEW),
    Case("listSecrets", 200, query=_IN_MAIN),
    Case("createSecret", 201, body=_IN_MAIN),
    Case("listSubscriptions", 200, query={**_IN_MAIN, "is_enabled": "false"}),
    Case("listStudies", 200, query={"state": "(ACTIVE|PAUSED)", "page": "1", "page_size": "2"}),
    Case("listProjectStudies", 200, path=_PROJECT, query={"ordering": "-date_created"}),
    Case("getStudy", 200, path=_ACTIVE),
    Case("setStudyCredentialPool", 200, path=_DRAFT, body={"credential_pool_id": CHATBOT_B}),
    Case("getStudyCredentialsReport", 200, path=_ACTIVE),
]

_REFUSALS = [
    Case("listWorkspaces", 400, query={"limit": "0"}, meant_bad=True),
    Case("listProjects", 400, path=_IN_MAIN, query={"offset": "-1"}, meant_bad=True),
    Case("listProjects", 404, path={"workspace_id": "no/such workspace"}),
    Case("listCredentialPools", 400, meant_bad=True),
    Case("listCredentialPools", 403, query=_IN_FORBIDDEN),
    Case("createCredentialPool", 400, body={}, meant_bad=True),
    Case("createCredentialPool", 403, body={**_NEW, **_IN_FORBIDDEN}),
    Case("createCredentialPool", 409, body={**_TWICE, **_IN_MAIN}),
    Case(
        "updateCredentialPool",
        400,
        path={"credential_pool_id": CHATBOT_B},
        body={"credentials": "no comma\n,\n"},
    ),
    Case("updateCredentialPool", 404, path={"credential_pool_id": "cred/pool?%2F"}, body=_NEW),
    Case(
        "updateCredentialPool",
        409,
        path={"credential_pool_id": CHATBOT_B},
        body={"credentials": "new-1,secret\nlab-b-001,secret"},
    ),
    Case("listSecrets", 400, meant_bad=True),
    Case("listSecrets", 403, query=_IN_FORBIDDEN),
    Case("createSecret", 400, body=b"{", meant_bad=True),
    Case("createSecret", 403, body=_IN_FORBIDDEN),
    Case("listSubscriptions", 400, query={"is_enabled": "perhaps"}, meant_bad=True),
    Case("listSubscriptions", 403, query=_IN_FORBIDDEN),
    Case("listStudies", 400, query={"page": "one"}, meant_bad=True),
    Case("listProjectStudies", 400, path=_PROJECT, query={"ordering": "name"}),
    Case("listProjectStudies", 404, path={"project_id": "nowhere"}),
    Case("getStudy", 404, path={"id": "nowhere"}),
    Case("setStudyCredentialPool", 400, path=_ACTIVE, body={"credential_pool_id": RESERVE}),
    Case("setStudyCredentialPool", 404, path={"id": "nowhere"}, body={"credential_pool_id": None}),
    Case("getStudyCredentialsReport", 400, path=_WITHOUT_POOL),
    Case("getStudyCredentialsReport", 404, path={"id": "nowhere"}),
]

# Declared, but for nothing that a request of this operation could bring about in the demo.
_ONLY_AS_FAULTS = [("getMe", 400), ("getStudy", 400), ("getStudyCredentialsReport", 403)]


def _well_formed(operation_id: str) -> Case:
    return next(case for case in _SUCCESSES if case.operation_id == operation_id)


def _cases() -> list[Case]:
    cases = [*_SUCCESSES, *_REFUSALS]
    for success in _SUCCESSES:
        cases.append(replace(success, status=401, token=""))
        cases.append(replace(success, status=401, token="of-someone-else"))
        faults = [429, 500, 502, 504]
        faults += [status for name, status in _ONLY_AS_FAULTS if name == success.operation_id]
        cases += [replace(success, status=status, fault=Fault(status)) for status in faults]
    own = _well_formed("updateCredentialPool")
    cases.append(replace(own, status=403, path={"credential_pool_id": "guest-pool"}))
    return cases


def _snapshot(state: State) -> list[dict[str, object]]:
    """Copies that compare by value, secrets included: the records themselves never change."""
    return [dict(state.pools), dict(state.secrets), dict(state.studies)]


@pytest.mark.parametrize("case", _cases(), ids=lambda case: f"{case.operation_id}-{case.status}")
def test_every_answer_is_one_that_the_contract_describes(case: Case) -> None:
    service = demo_service()
    pools = service.state.pools
    pools["guest-pool"] = replace(
        pools[CHATBOT_B], id="guest-pool", workspace_id=FORBIDDEN_WORKSPACE
    )
    if case.fault is not None:
        service.switch_on(case.operation_id, case.fault)
    before = _snapshot(service.state)

    answer = CheckedCaller(service).call(
        case.operation_id,
        query=case.query,
        body=case.body,
        meant_bad=case.meant_bad or case.token == "",
        token=case.token,
        path=case.path,
    )

    assert answer.status == case.status
    assert (_snapshot(service.state) != before) == (case.status < 300 and case.body is not None)


def test_the_story_covers_every_operation_and_every_status_of_the_contract() -> None:
    declared = {
        (operation.operation_id, int(status))
        for operation in load_contract().operations.values()
        for status in operation.responses
        if status != "default"
    }
    assert declared - {(case.operation_id, case.status) for case in _cases()} == set()


def test_the_service_routes_exactly_the_operations_of_the_contract() -> None:
    described = load_contract().operations.values()
    assert {(each.operation_id, each.method, each.template) for each in OPERATIONS} == {
        (each.operation_id, each.method, each.template) for each in described
    }


def test_all_shapes_of_an_error_and_all_types_of_its_detail_occur() -> None:
    shapes = set()
    for case in _REFUSALS:
        answer = CheckedCaller(demo_service()).call(
            case.operation_id, path=case.path, query=case.query, body=case.body, meant_bad=True
        )
        body = json.loads(answer.body)
        shape = "nested" if "error" in body else "flat" if "status" in body else "message"
        shapes.add((shape, type(body.get("error", body)["detail"]).__name__))
    assert shapes >= {
        ("nested", "str"),
        ("nested", "dict"),
        ("flat", "str"),
        ("flat", "list"),
        ("flat", "dict"),
        ("message", "str"),
    }


@pytest.mark.parametrize(
    ("operation_id", "body"),
    [
        ("getMe", {"id": "1"}),
        ("getMe", {"id": 1, "email": "you@lab.org"}),
        ("listCredentialPools", {"credential_pools": [{"total_credential": 3}]}),
        ("listCredentialPools", {"credential_pools": [{"total_credentials": "3"}]}),
        ("listWorkspaces", {"results": [{"id": "1"}]}),
        ("getStudy", {"id": None}),
    ],
)
def test_the_checker_refuses_answers_that_the_contract_does_not_describe(
    operation_id: str, body: dict[str, object]
) -> None:
    with pytest.raises(AssertionError):
        load_contract().check(operation_id, json_answer(body))


def test_the_checker_refuses_other_content_types_and_undescribed_errors() -> None:
    csv_as_json = json_answer({}, 200)
    html = replace(json_answer({}), headers={"content-type": "text/html"})
    no_words = json_answer({"oops": 1}, 404)
    for operation_id, answer in [
        ("getStudyCredentialsReport", csv_as_json),
        ("getMe", html),
        ("getStudy", no_words),
    ]:
        with pytest.raises(AssertionError):
            load_contract().check(operation_id, answer)


def test_the_checker_refuses_requests_that_the_contract_does_not_describe() -> None:
    check = load_contract().check_request
    good = make_request("listCredentialPools", query=_IN_MAIN)
    check("listCredentialPools", good)
    for bad in [
        replace(good, query={}),
        replace(good, query={**_IN_MAIN, "page": "1"}),
        replace(good, path=good.path.rstrip("/")),
        replace(good, method="POST"),
        replace(good, headers={}),
        replace(good, body=b"{}"),
    ]:
        with pytest.raises(AssertionError):
            check("listCredentialPools", bad)
    with pytest.raises(AssertionError):
        check("createSecret", make_request("createSecret", body={"workspace_id": ""}))


def test_a_checked_service_lets_a_client_ask_only_what_the_contract_describes() -> None:
    service = checked_demo_service()
    good = make_request("listCredentialPools", query=_IN_MAIN)
    assert service.handle(good) == demo_service().handle(good)
    for bad in [
        replace(good, query={}),
        replace(good, path=good.path.rstrip("/")),
        replace(good, method="DELETE"),
        make_request("createSecret", body={}),
    ]:
        with pytest.raises(AssertionError):
            service.handle(bad)
    service.switch_on("listCredentialPools", Fault(307))
    assert service.handle(good).status == 307


def test_a_workspace_without_anything_lists_nothing() -> None:
    caller = CheckedCaller(demo_service())
    query = {"workspace_id": EMPTY_WORKSPACE}
    assert caller.totals(EMPTY_WORKSPACE) == {}
    assert caller.get("listSecrets", query=query)["results"] == []
    assert caller.get("listSubscriptions", query=query)["results"] == []
    assert caller.get("listProjects", path=query)["results"] == []
