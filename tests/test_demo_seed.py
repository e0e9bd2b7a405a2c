"""The lab of the demo is the one that the pictures and journeys count on."""

import csv
import itertools
from pathlib import Path

from prolific_tui.demo.seed import (
    CHATBOT_A,
    CHATBOT_B,
    EMPTY_WORKSPACE,
    FORBIDDEN_WORKSPACE,
    LABPOOL_0,
    MAIN_WORKSPACE,
    POOL_LABELS,
    RESERVE,
    SAMPLE_CSV,
    UNLABELLED,
    counted_ids,
    demo_service,
    demo_state,
)
from tests.contract.caller import CheckedCaller


def test_the_pools_of_the_first_workspace() -> None:
    totals = CheckedCaller(demo_service()).totals(MAIN_WORKSPACE)
    assert totals == {
        CHATBOT_A: (150, 131),
        CHATBOT_B: (60, 12),
        LABPOOL_0: (45, 0),
        UNLABELLED: (80, 41),
        RESERVE: (30, 30),
    }
    assert [sum(column) for column in zip(*totals.values(), strict=True)] == [365, 214]
    assert POOL_LABELS.keys() < totals.keys()


def test_the_study_that_will_run_short() -> None:
    studies = demo_state().studies.values()
    study = next(study for study in studies if study.credential_pool_id == CHATBOT_B)
    left = study.total_available_places - study.places_taken
    assert (study.internal_name, study.name) == ("SR-12", "Chatbot trial B")
    assert (study.status, study.places_taken, left) == ("ACTIVE", 20, 30)


def test_there_is_more_than_a_page_of_workspaces_and_titles_repeat() -> None:
    workspaces = list(demo_state().workspaces.values())
    assert len(workspaces) == 23
    assert (workspaces[0].id, workspaces[0].title) == (MAIN_WORKSPACE, "Reasoning evals")
    assert len({workspace.title for workspace in workspaces}) < 23
    assert {FORBIDDEN_WORKSPACE, EMPTY_WORKSPACE} < {workspace.id for workspace in workspaces}


def test_all_that_is_referred_to_is_there() -> None:
    state = demo_state()
    for study in state.studies.values():
        assert study.project_id in state.projects
        assert study.credential_pool_id is None or study.credential_pool_id in state.pools
    homes = {project.workspace_id for project in state.projects.values()}
    homes |= {pool.workspace_id for pool in state.pools.values()}
    homes |= {subscription.workspace_id for subscription in state.subscriptions.values()}
    assert homes <= state.workspaces.keys()
    for pool in state.pools.values():
        assert pool.uses.keys() <= pool.passwords.keys()
        assert {use.study_id for use in pool.uses.values()} <= state.studies.keys()


def test_every_start_is_the_same_and_independent_of_the_last() -> None:
    one, other = demo_service(), demo_service()
    assert one.state == other.state
    query = {"workspace_id": MAIN_WORKSPACE}
    secrets = [CheckedCaller(service).get("createSecret", body=query) for service in (one, other)]
    assert secrets[0] == secrets[1]
    assert demo_service().state != one.state


def test_counted_ids_never_repeat() -> None:
    new_id = counted_ids()
    assert len({new_id() for _ in range(1000)}) == 1000


def test_the_sample_that_is_shipped_is_the_one_that_is_tested_with() -> None:
    assert (
        SAMPLE_CSV.read_bytes()
        == Path(__file__).with_name("data").joinpath("messy.csv").read_bytes()
    )


def test_the_sample_is_as_messy_as_it_is_said_to_be() -> None:
    raw = SAMPLE_CSV.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfUsername,Password\r\n")
    assert raw.endswith(b"\r\n\r\n")
    assert raw.count(b"\n") == raw.count(b"\r\n")

    _, *rows, blank = csv.reader(raw.decode("utf-8-sig").splitlines(), strict=True)
    assert blank == []
    assert len(rows) == 20
    pairs = list(itertools.combinations(rows, 2))
    repeated = [(a, b) for a, b in pairs if a[0] == b[0]]
    alike = [(a, b) for a, b in pairs if a[0] != b[0] and a[0].casefold() == b[0].casefold()]
    assert len(repeated) == len(alike) == 1
    [(first, second)] = repeated
    assert first[1] != second[1]
    assert [row[0] for row in rows if not row[1]] == ["lab-b-066"]
    assert [row[0] for row in rows if "," in row[1]] == ["lab-b-065"]
    assert not {row[0] for row in rows} & demo_state().pools[CHATBOT_B].passwords.keys()
