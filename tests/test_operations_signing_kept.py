"""What is kept of signing secrets: who reads it, what moves on, and what goes elsewhere."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from prolific_tui.access import Entry
from prolific_tui.demo.seed import MAIN_WORKSPACE
from prolific_tui.keeping import DraftKeeping, MachineKeeping, TokenPlace
from prolific_tui.operations import PreviousSecret
from prolific_tui.secret import Secret
from prolific_tui.settings import StateFile
from tests.operations_bench import PATIENCE, SERVICE_URL, Bench
from tests.signing_bench import ENTRY, kept, plan_to, replaced, value_of


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_the_copy_is_read_by_whoever_has_the_keyring(bench: Bench) -> None:
    """The entry holds the value and nothing else, so that a script of theirs can take it."""
    replaced(bench, plan_to(bench, own_entry=True))

    assert ENTRY.keyring_service == f"prolific-tui {SERVICE_URL}"
    assert ENTRY.name == f"signing secret {MAIN_WORKSPACE}"
    assert bench.keyring._values[ENTRY] == value_of(bench)


def test_keeping_it_by_hand_moves_what_was_there_to_the_previous_one(bench: Bench) -> None:
    with bench.running() as operations:
        first = asyncio.run(operations.signing.keep(MAIN_WORKSPACE, Secret("one")))
        asyncio.run(operations.signing.keep(MAIN_WORKSPACE, Secret("one")))
        again = asyncio.run(operations.signing.kept(MAIN_WORKSPACE))
        asyncio.run(operations.signing.keep(MAIN_WORKSPACE, Secret("two")))
        found = asyncio.run(operations.signing.kept(MAIN_WORKSPACE))

    assert first.places == ("in the keyring",)
    assert (again.current, again.previous) == (Secret("one"), None)
    assert found.current == Secret("two")
    assert found.previous is not None
    assert found.previous == PreviousSecret(Secret("one"), found.previous.ended)


def test_what_is_kept_by_hand_keeps_the_end_of_the_one_before_it(bench: Bench) -> None:
    """Receivers may accept the old one for a while after that, not after it was kept here."""
    before = PreviousSecret(Secret("one"), datetime(2026, 11, 14, 10, 22, tzinfo=UTC))
    with bench.running() as operations:
        asyncio.run(operations.signing.keep(MAIN_WORKSPACE, Secret("two"), before))
        found = asyncio.run(operations.signing.kept(MAIN_WORKSPACE))

    assert (found.current, found.previous) == (Secret("two"), before)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"value": 1, "ended": "now"}', '"two"'])
def test_what_makes_no_sense_is_no_previous_one(bench: Bench, text: str) -> None:
    entry = Entry.previous_secret(SERVICE_URL, MAIN_WORKSPACE)
    asyncio.run(bench.keyring.save(entry, Secret(text)))

    assert kept(bench).previous is None


def test_a_keyring_that_can_not_be_read_is_told_and_holds_up_nothing(bench: Bench) -> None:
    bench.keyring.in_trouble = True

    found = kept(bench)

    assert found.trouble is not None
    assert found.trouble.title == "Keyring locked"


# Another place for all of it


FILES = MachineKeeping(TokenPlace.FILE, DraftKeeping.NOTHING)
IN_KEYRING = MachineKeeping(TokenPlace.KEYRING, DraftKeeping.NOTHING)
NOWHERE = MachineKeeping(TokenPlace.SESSION, DraftKeeping.NOTHING)


def test_a_change_of_place_takes_what_is_kept_along_and_less_takes_it_back(bench: Bench) -> None:
    with bench.running() as operations:
        for value in ("one", "two"):
            asyncio.run(operations.signing.keep(MAIN_WORKSPACE, Secret(value)))
        before = asyncio.run(operations.signing.kept(MAIN_WORKSPACE))
        # Nobody had chosen, so they were in the keyring, and stay there.
        assert asyncio.run(operations.keep(IN_KEYRING)).notes == ()
        assert asyncio.run(bench.token_file.load(ENTRY)) is None

        assert asyncio.run(operations.keep(FILES)).notes == ()
        moved = asyncio.run(operations.signing.kept(MAIN_WORKSPACE))
        assert moved == replace(before, place=TokenPlace.FILE, is_chosen=True)
        assert bench.keyring._values == {}

        notes = asyncio.run(operations.keep(NOWHERE)).notes
        assert [note for note in notes if "signing secrets were deleted" in note] == list(notes)
        assert len(notes) == 1
        assert asyncio.run(bench.token_file.load(ENTRY)) is None
        # What the person keeps all the same stays where it is while nothing else is chosen.
        asyncio.run(operations.signing.keep(MAIN_WORKSPACE, Secret("three")))
        assert asyncio.run(operations.keep(NOWHERE)).notes == ()
        assert bench.keyring._values == {ENTRY: Secret("three")}
        asyncio.run(operations.keep(IN_KEYRING))
        assert asyncio.run(operations.keep(NOWHERE)).notes == notes
        assert bench.keyring._values == {}


def test_what_can_not_be_moved_stays_and_is_told(bench: Bench) -> None:
    with bench.running() as operations:
        asyncio.run(operations.signing.keep(MAIN_WORKSPACE, Secret("one")))
        bench.keyring.in_trouble = True
        notes = asyncio.run(operations.keep(FILES)).notes
        bench.keyring.in_trouble = False

    assert f"The {ENTRY.name} stays in the keyring: It is locked." in notes
    assert bench.keyring._values == {ENTRY: Secret("one")}


def test_what_could_not_be_remembered_elsewhere_stays_where_it_is(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    bench = Bench(state=state)
    with bench.running() as operations:
        asyncio.run(operations.signing.keep(MAIN_WORKSPACE, Secret("one")))
        state.unlink()
        state.mkdir()
        notes = asyncio.run(operations.keep(FILES)).notes

    stays = next(
        note for note in notes if note.startswith(f"The {ENTRY.name} stays in the keyring")
    )
    assert "know of a copy in the plain-text file, so none was put there." in stays
    assert bench.keyring._values == {ENTRY: Secret("one")}
    assert asyncio.run(bench.token_file.load(ENTRY)) is None


def test_what_stayed_behind_is_found_there_and_goes_with_the_next_choice(bench: Bench) -> None:
    with bench.running() as operations:
        asyncio.run(operations.keep(FILES))
        for value in ("one", "two"):
            asyncio.run(operations.signing.keep(MAIN_WORKSPACE, Secret(value)))
        before = asyncio.run(operations.signing.kept(MAIN_WORKSPACE))
        bench.keyring.in_trouble = True
        notes = asyncio.run(operations.keep(IN_KEYRING)).notes
        assert f"The {ENTRY.name} stays in the plain-text file: It is locked." in notes
        bench.keyring.in_trouble = False

        left = asyncio.run(operations.signing.kept(MAIN_WORKSPACE))
        place, found_in = TokenPlace.KEYRING, TokenPlace.FILE
        assert left == replace(before, place=place, left_in=found_in)
        assert left.found_in is found_in

        assert asyncio.run(operations.keep(IN_KEYRING)).notes == ()
        assert asyncio.run(operations.signing.kept(MAIN_WORKSPACE)) == replace(before, place=place)
        assert asyncio.run(bench.token_file.load(ENTRY)) is None


@pytest.mark.parametrize("kept_in", [FILES, IN_KEYRING], ids=["the file", "the keyring"])
def test_what_could_not_be_deleted_is_deleted_by_the_same_choice_again(
    tmp_path: Path, kept_in: MachineKeeping
) -> None:
    """The program may end between the choice and the deletion, or the keyring be locked."""
    bench = Bench(state=tmp_path / "state.json")
    with bench.running() as operations:
        asyncio.run(operations.keep(kept_in))
        asyncio.run(operations.signing.keep(MAIN_WORKSPACE, Secret("one")))
    StateFile(bench.state).remember_secrets_place(TokenPlace.SESSION)

    with bench.running() as operations:
        assert asyncio.run(operations.signing.kept(MAIN_WORKSPACE)).current == Secret("one")
        notes = asyncio.run(operations.keep(NOWHERE)).notes
        assert [note for note in notes if "signing secrets were deleted" in note] == list(notes)
        assert not asyncio.run(operations.signing.are_any_kept())
    assert asyncio.run(bench.token_file.load(ENTRY)) is None
    assert bench.keyring._values == {}


def test_what_goes_elsewhere_than_was_chosen_meanwhile_is_deleted_with_the_rest(
    bench: Bench,
) -> None:
    with bench.signed_in() as operations:
        bench.hold("createSecret")
        operations.writes.submit(plan_to(bench, own_entry=True))
        assert bench.carrier.reached.wait(PATIENCE)
        asyncio.run(operations.keep(FILES))
        bench.carrier.go_on.set()
        bench.write_ended()
        assert asyncio.run(operations.signing.kept(MAIN_WORKSPACE)).current == value_of(bench)

        asyncio.run(operations.keep(NOWHERE))
    assert bench.keyring._values == {}
    assert asyncio.run(bench.token_file.load(ENTRY)) is None


def test_one_that_was_left_behind_does_not_take_the_place_of_a_newer_one(bench: Bench) -> None:
    with bench.running() as operations:
        asyncio.run(operations.signing.keep(MAIN_WORKSPACE, Secret("one")))
        bench.keyring.in_trouble = True
        asyncio.run(operations.keep(FILES))
        bench.keyring.in_trouble = False
        asyncio.run(operations.signing.keep(MAIN_WORKSPACE, Secret("two")))

        assert asyncio.run(operations.keep(FILES)).notes == ()
        found = asyncio.run(operations.signing.kept(MAIN_WORKSPACE))
    assert bench.keyring._values == {}
    assert found.current == Secret("two")
    assert found.previous is not None
    assert found.previous.value == Secret("one")


def test_a_state_of_an_earlier_version_has_them_looked_for_in_both_places(tmp_path: Path) -> None:
    bench = Bench(state=tmp_path / "state.json")
    known = {SERVICE_URL: {"signing_secrets_kept": {MAIN_WORKSPACE: True}}}
    before = {"version": 1, "secrets_place": "keyring", "services": known}
    (tmp_path / "state.json").write_text(json.dumps(before))
    asyncio.run(bench.token_file.save(ENTRY, Secret("one")))
    asyncio.run(bench.keyring.save(Entry.previous_secret(SERVICE_URL, MAIN_WORKSPACE), Secret("")))

    with bench.running() as operations:
        asyncio.run(operations.sign_in())
        asyncio.run(operations.keep(NOWHERE))

    assert asyncio.run(bench.token_file.load(ENTRY)) is None
    assert bench.keyring._values == {}


@pytest.mark.parametrize("is_out_of_reach", [True, False])
def test_a_keyring_that_fails_may_have_it_unless_it_was_out_of_reach(
    bench: Bench, *, is_out_of_reach: bool
) -> None:
    bench.keyring.in_trouble, bench.keyring.is_out_of_reach = True, is_out_of_reach
    with bench.running() as operations:
        nowhere = asyncio.run(operations.signing.keep(MAIN_WORKSPACE, Secret("one")))
        assert nowhere.troubles[-1] == "NOT kept in the keyring: It is locked."
        assert asyncio.run(operations.signing.are_any_kept()) != is_out_of_reach
