"""Drafts of several programs at once, and of programs that were killed."""

import signal
from dataclasses import replace

import pytest

from prolific_tui.errors import FileError
from tests.drafts_bench import (
    CONTENT,
    KEY,
    Programs,
    only,
    run,
    save,
)

# Two programs at once


def test_two_programs_with_the_same_target_do_not_write_over_each_other(
    programs: Programs,
) -> None:
    one, other = programs.start(), programs.start()
    save(one, replace(CONTENT, label="one"))
    save(other, replace(CONTENT, label="other"), hours=1)
    one.discard(KEY)

    store = programs.next()

    assert only(store).label == "other"


def test_a_draft_that_is_open_elsewhere_is_seen_and_left_alone(programs: Programs) -> None:
    save(programs.start())
    other = programs.start()

    summary = only(other)

    assert summary.in_use
    assert summary.words.endswith("open in another window")
    for attempt in (other.resume, other.delete):
        with pytest.raises(FileError, match="Open in another window"):
            attempt(summary.id)
    assert len(programs.drafts()) == 1


def test_only_one_program_gets_a_draft(programs: Programs) -> None:
    save(programs.start())
    programs.end()
    one, other = programs.start(), programs.start()
    summary = only(one)
    assert only(other).id == summary.id

    assert one.resume(summary.id).content == CONTENT
    with pytest.raises(FileError, match="not there any more"):
        other.resume(summary.id)


def test_resuming_never_costs_rows_that_are_open_here(programs: Programs) -> None:
    save(programs.start(), replace(CONTENT, label="old"))
    store = programs.next()
    save(store, replace(CONTENT, label="new"))

    with pytest.raises(FileError, match="other rows for this target"):
        store.resume(only(store).id)
    assert len(programs.drafts()) == 2

    store.discard(KEY)
    assert store.resume(only(store).id).content.label == "old"


@pytest.mark.parametrize(
    "draft_id", ["../../etc/passwd", "/etc/passwd", "", "lock", "run-1/../run-1/x.draft"]
)
def test_an_id_leads_to_drafts_alone(programs: Programs, draft_id: str) -> None:
    save(programs.start())
    store = programs.next()

    for attempt in (store.resume, store.delete):
        with pytest.raises(FileError, match="not there any more"):
            attempt(draft_id)


# Bad ends


def test_a_program_killed_before_the_rename_leaves_the_rows_of_the_save_before(
    programs: Programs,
) -> None:
    with run("before-rename", programs, 50) as process:
        assert process.wait() == -signal.SIGKILL
    assert len(list(programs.directory.glob("doomed/.*"))) == 1, "half a save was left"

    store = programs.start()
    summary = only(store)
    assert list(programs.directory.glob("doomed/.*")) == [], "it is cleared away"
    content = store.resume(summary.id).content

    assert set(content.rows.passwords) == {"pw1"}
    assert len(content.rows) == 50


@pytest.mark.parametrize("saves", [1, 2, 3, 7])
def test_a_program_killed_while_it_saves_leaves_one_save_or_the_other(
    programs: Programs, saves: int
) -> None:
    with run("at-any-time", programs, 2000) as process:
        assert process.stdout is not None
        for _ in range(saves):
            process.stdout.read(1)
        process.kill()

    store = programs.start()
    content = store.resume(only(store).id).content

    assert len(content.rows) == 2000
    assert len(set(content.rows.passwords)) == 1


def test_the_draft_of_a_living_process_is_not_offered_until_it_is_killed(
    programs: Programs,
) -> None:
    store = programs.start()
    with run("holding", programs, 5) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        assert only(store).in_use
        process.kill()

    assert not only(store).in_use
