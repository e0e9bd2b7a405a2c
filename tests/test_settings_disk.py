"""What is remembered where its file is broken, newer, locked, or can't be written."""

from dataclasses import replace
from pathlib import Path

import pytest

from prolific_tui.files import locked
from prolific_tui.keeping import DraftKeeping, TokenPlace
from prolific_tui.settings import StateFile
from tests.settings_states import LAB, SERVICE, loaded, state_path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return state_path(tmp_path)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b'{"version": 1',
        b"[1]",
        b"{}",
        b'{"version": "one"}',
        b"\xff\xfe",
        b'{"version": 1, "services": ' + b"[" * 100_000,
    ],
    ids=["empty", "cut", "list", "no version", "odd version", "not text", "too deep"],
)
def test_a_broken_file_is_set_aside_and_the_person_is_told(path: Path, broken: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True)
    path.write_bytes(broken)
    state = StateFile(path)

    state.load()

    assert state.workspace(SERVICE, "ada") is None
    aside = path.with_name("state.json.broken-1")
    assert aside.read_bytes() == broken
    assert len(state.notes) == 1
    assert str(path) in state.notes[0]
    assert aside.name in state.notes[0]

    state.remember_workspace(SERVICE, "ada", "hers")
    assert loaded(path).workspace(SERVICE, "ada") == "hers"


def test_a_file_that_breaks_while_the_program_runs_is_set_aside_too(path: Path) -> None:
    state = StateFile(path)
    state.remember_workspace(SERVICE, "ada", "hers")
    path.write_bytes(b"broken")

    state.remember_workspace(SERVICE, "bob", "his")

    assert path.with_name("state.json.broken-1").read_bytes() == b"broken"
    assert loaded(path).workspace(SERVICE, "bob") == "his"
    assert len(state.notes) == 1


def test_a_newer_versions_file_is_never_overwritten(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True)
    newer = b'{"version": 2, "places": []}'
    path.write_bytes(newer)
    state = loaded(path)

    state.remember_workspace(SERVICE, "ada", "hers")

    assert path.read_bytes() == newer
    assert state.workspace(SERVICE, "ada") == "hers"
    assert len(state.notes) == 2
    assert all("format 2" in note for note in state.notes)


def test_what_can_not_be_written_is_remembered_until_the_end_and_said_once(path: Path) -> None:
    path.parent.parent.mkdir(parents=True)
    path.parent.write_text("a file in the way")
    state = StateFile(path)

    state.remember_workspace(SERVICE, "ada", "hers")
    state.remember_workspace(SERVICE, "ada", "hers too")

    assert state.workspace(SERVICE, "ada") == "hers too"
    assert len(state.notes) == 1
    assert "until you quit" in state.notes[0]


def test_a_stopped_instance_that_holds_the_lock_does_not_stop_this_one(path: Path) -> None:
    state = StateFile(path, lock_seconds=0)
    state.remember_workspace(SERVICE, "ada", "first")

    with locked(path.with_name("state.json.lock")):
        state.remember_workspace(SERVICE, "ada", "second")

    assert state.workspace(SERVICE, "ada") == "second"
    assert loaded(path).workspace(SERVICE, "ada") == "first"
    assert len(state.notes) == 1


def test_what_could_not_be_written_counts_until_it_can_be(path: Path) -> None:
    state, other = StateFile(path, lock_seconds=0), StateFile(path)
    state.remember_profile(LAB)
    with locked(path.with_name("state.json.lock")):
        state.remember_secrets_place(TokenPlace.FILE)
    other.remember_draft_keeping(DraftKeeping.NOTHING)

    state.load()
    assert (state.secrets_place(), state.draft_keeping()) == (
        TokenPlace.FILE,
        DraftKeeping.NOTHING,
    )
    assert loaded(path).secrets_place() is None

    state.remember_profile(replace(LAB, owner="somebody"))
    assert state.trouble == ""
    assert loaded(path).secrets_place() is TokenPlace.FILE


def test_what_could_not_be_written_is_tried_again_with_what_is_known_already(path: Path) -> None:
    state = StateFile(path, lock_seconds=0)
    state.remember_secret_in((SERVICE, "w-1"), TokenPlace.KEYRING)
    with locked(path.with_name("state.json.lock")):
        state.remember_secrets_place(TokenPlace.FILE)
    assert state.trouble

    state.remember_secret_in((SERVICE, "w-1"), TokenPlace.KEYRING)
    assert state.trouble == ""
    assert loaded(path).secrets_place() is TokenPlace.FILE
