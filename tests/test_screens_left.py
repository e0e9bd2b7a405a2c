"""The next start offers the unsent rows of earlier runs, with all that was known of them."""

from dataclasses import replace
from pathlib import Path

import pytest

from prolific_tui.demo.faults import Fault
from prolific_tui.demo.seed import CHATBOT_B
from prolific_tui.keeping import DraftKeeping
from tests.machine import PASSWORD, Machine, leave_rows, type_row
from tests.making import export, make
from tests.sending import a_list, load, numbered, send

EVERYTHING = DraftKeeping.EVERYTHING
_OFFER = "Unsent rows of before"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


async def test_the_next_start_offers_them_before_anything_else(machine: Machine) -> None:
    machine.choose(EVERYTHING)
    await leave_rows(machine, "lab-1", "lab-2")
    other = machine.directory / "other.csv"
    other.write_text("x-1,pw-1\n")
    async with machine.run(file=other) as board:
        await board.shows(_OFFER, "> 2 rows for a new pool in Reasoning evals", "Saved ")
        assert board.screen().count("2 rows for a new pool") == 1
        assert PASSWORD not in board.screen()
        await board.press("enter")
        await board.shows("2 rows are back", "2 rows", "goes 2", "lab-2", "draft kept")
        assert PASSWORD not in board.screen()
        # What comes back is where it begins: there is nothing to undo, and it can be sent.
        await board.press("u")
        await board.shows("Nothing to undo.")
        # The file that was named is asked about afterwards.
        await board.press("escape")
        await board.shows("What is other.csv for?")


async def test_later_leaves_them_for_d_and_for_the_same_target(machine: Machine) -> None:
    machine.choose(EVERYTHING)
    await leave_rows(machine, "lab-1")
    async with machine.run() as board:
        await board.shows(_OFFER)
        await board.press("escape")
        await board.shows("stay where they are; d offers them again", "free of")
        await board.press("c")
        await board.shows(_OFFER)
        await board.press("escape")
        await board.shows("No rows yet")
        await board.press("escape", "d")
        await board.shows(_OFFER)
        await board.press("enter")
        await board.shows("1 row is back", "lab-1")


async def test_discarding_at_the_start_asks_and_removes_them(machine: Machine) -> None:
    machine.choose(EVERYTHING)
    await leave_rows(machine, "lab-1")
    async with machine.run() as board:
        await board.shows(_OFFER)
        await board.press("d")
        await board.shows("Discard them for good?")
        await board.press("n")
        await board.shows(_OFFER)
        assert "lab-1" in machine.kept()
        await board.press("d")
        await board.shows("Discard them for good?")
        await board.press("y")
        await board.shows("free of", "Discarded.")
        assert "lab-1" not in machine.kept()


async def test_what_another_window_has_open_is_not_offered(machine: Machine) -> None:
    machine.choose(EVERYTHING)
    async with machine.editing("lab-1") as board:
        await board.shows("draft kept")
        async with machine.at_pools() as other:
            await other.shows("Another window has 1 unsent row open.")
            assert _OFFER not in other.screen()


async def test_marks_come_back_with_the_rows(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Accepted stays accepted, made here stays made here, exported stays exported."""
    monkeypatch.chdir(tmp_path)
    machine.choose(EVERYTHING)
    async with machine.at_pools() as board:
        await board.press("j")
        await board.shows(CHATBOT_B)
        await make(board, "n{1..2}")
        await board.shows("until E exports 2")
        await export(board, "made.csv")
        await board.shows("2 rows written")
        await board.press("enter")
        await type_row(board, "N1")
        await board.shows("needs your OK 2")
        await board.press("k", "a")
        await board.shows("goes 2", "needs your OK 1")
        await board.press("escape")
        await board.shows("3 unsent rows: draft kept.")
        await board.until(lambda: board.app.operations.drafts.wait(0), "saved")

    async with machine.run() as board:
        await board.shows(_OFFER)
        await board.press("enter")
        await board.shows("Append to", "3 rows", "goes 2", "needs your OK 1", "made here 2")
        await board.press("G")
        await board.shows("Made here, and exported as it is.")
        await board.press("s")
        await board.shows("Do these accounts exist in your tool?")


async def test_accounts_made_here_stay_so_where_only_their_usernames_were_kept(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They stand in their file, which brings their passwords back; that they exist is asked."""
    monkeypatch.chdir(tmp_path)
    machine.choose(DraftKeeping.USERNAMES)
    async with machine.at_pools() as board:
        await make(board, "n{1..2}")
        await board.shows("until E exports 2")
        await export(board, "made.csv")
        await board.shows("2 rows written")
        await board.press("enter", "escape")
        await board.shows("2 unsent rows: draft kept, no passwords.")
        await board.until(lambda: board.app.operations.drafts.wait(0), "saved")

    async with machine.run() as board:
        await board.shows(_OFFER)
        await board.press("enter")
        await board.shows("2 rows   goes 0   needs your OK 0   left out 2   made here 2")
        await board.shows("no password; exported", "f loads that file, which has the password")
        await board.press("E")
        await board.shows("Nothing was exported: 2 rows made here have no password.")

        await board.press("f")
        await board.shows("Tab Complete")
        await board.type("made.csv")
        await board.press("enter")
        await board.shows("> Give these rows their passwords: take the list in their place")
        await board.press("enter")
        await board.shows("2 rows   goes 2", "Made here, and exported as it is.")
        await board.press("s")
        await board.shows("Do these accounts exist in your tool?")
        await board.press("escape", "u")
        await board.shows("2 rows   goes 0", "no password; exported")


async def test_of_kept_rows_those_that_the_pool_has_already_are_not_called_unsent(
    machine: Machine,
) -> None:
    machine.choose(EVERYTHING)
    async with machine.at_pools() as board:
        await board.press("j", "a")
        await load(board, a_list(machine.directory, *numbered(2)), 2)
        await send(board, 2)
        await board.shows("2 credentials appended")
        await board.press("enter", "a")
        await load(board, a_list(machine.directory, *numbered(5)), 5, goes=3)
        await board.press("escape")
        await board.shows("3 unsent rows and 2 that are in the pool already: draft kept.")
        await board.until(lambda: board.app.operations.drafts.wait(0), "saved")

    async with machine.run() as board:
        await board.shows(_OFFER, "3 rows for", "2 more are in the pool already")


async def test_going_on_with_a_send_says_that_the_passwords_of_its_rows_were_not_kept(
    machine: Machine,
) -> None:
    machine.choose(DraftKeeping.USERNAMES)
    machine.pace = replace(machine.pace, part_rows=3)
    machine.service.switch_on("updateCredentialPool", Fault(status=400, times=1))
    async with machine.at_pools() as board:
        await board.press("c")
        await load(board, a_list(machine.directory, *numbered(5)), 5)
        await send(board, 5)
        await board.shows("3 of 5 rows were accepted")
        await board.press("enter", "escape")
        await board.until(lambda: board.app.operations.drafts.wait(0), "saved")

    async with machine.run() as board:
        await board.shows(_OFFER)
        await board.press("escape", "3")
        await board.shows("3 accepted, 2 left")
        await board.press("c")
        await board.shows("2 rows   goes 0", "The passwords were not kept: f, p or e brings them.")
