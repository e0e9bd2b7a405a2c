"""What is kept of signing secrets: who reads it, what moves on, and what goes elsewhere."""

import asyncio
from dataclasses import replace

import pytest

from prolific_tui.access import Entry
from prolific_tui.demo.seed import MAIN_WORKSPACE
from prolific_tui.keeping import DraftKeeping, MachineKeeping, TokenPlace
from prolific_tui.operations import PreviousSecret
from prolific_tui.secret import Secret
from tests.operations_bench import SERVICE_URL, Bench
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


def test_what_can_not_be_moved_stays_and_is_told(bench: Bench) -> None:
    with bench.running() as operations:
        asyncio.run(operations.signing.keep(MAIN_WORKSPACE, Secret("one")))
        bench.keyring.in_trouble = True
        notes = asyncio.run(operations.keep(FILES)).notes
        bench.keyring.in_trouble = False

    assert f"The {ENTRY.name} stays in the keyring: It is locked." in notes
    assert bench.keyring._values == {ENTRY: Secret("one")}
