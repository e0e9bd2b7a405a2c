"""A screen closes while a long list is worked on: that work comes to no screen half gone."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import pytest

from prolific_tui.credentials.rows import Rows
from prolific_tui.credentials.stepping import Steps
from prolific_tui.keeping import DraftKeeping
from prolific_tui.tui import drive
from prolific_tui.tui.screens.editor import EditorScreen
from prolific_tui.tui.screens.editor.long_work import LONG
from tests.editing import Editing, editing
from tests.machine import Machine
from tests.test_screens_long_lists import ROWS

_UNTRIMMED: Final = [(f"{username} ", password) for username, password in ROWS]
_REPEATED: Final = [*ROWS, *ROWS]


@pytest.fixture(autouse=True)
def at_every_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long work goes on at every turn of the loop, those in which a screen closes among them."""
    monkeypatch.setattr("prolific_tui.tui.drive._TURNS", 1)


@pytest.fixture
def never_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are looked at for as long as the screen is there."""
    monkeypatch.setattr("prolific_tui.tui.screens.editor.page.SLICE_SECONDS", 0.0)


async def is_looked_at(at: Editing) -> None:
    await at.shows("looked at 0%")
    await at.board.until(lambda: at.editor.is_working("examination"), "looked at")


@pytest.mark.usefixtures("never_looked_at")
async def test_a_list_that_is_still_looked_at_may_be_left_and_the_program_ended() -> None:
    async with editing(ROWS) as at:
        await is_looked_at(at)
        left = at.editor
        await at.press("escape")
        await at.shows("12,000 unsent rows kept here until you quit")
        await at.board.until(lambda: not left.is_attached, "it is closed")

        await at.press("c")
        await at.shows("Create a new pool")
        assert isinstance(at.board.app.screen, EditorScreen)
        at.editor = at.board.app.screen
        await is_looked_at(at)
    # The program ends here; it would raise what went wrong on a screen.
    assert at.session.counts.unexamined == len(ROWS)


async def test_what_is_worked_on_when_the_editor_closes_is_given_up_first() -> None:
    ended: list[None] = []
    shown: list[None] = []

    def until_it_closes() -> Steps[None]:
        while at.editor.is_running:
            yield 0
        ended.append(None)

    async with editing(ROWS) as at:
        at.editor.work_through(until_it_closes, shown.append, "Looking")
        await at.board.until(lambda: at.editor.is_working(LONG), "it goes on")
    assert (ended, shown) == ([], [])


class Standstill:
    """Holds long work between two slices for as long as a step is being made."""

    def __init__(self, give_way: Callable[[], Awaitable[None]]) -> None:
        self._give_way = give_way
        self.is_held: Callable[[], bool] = lambda: False
        self.may_go_on = asyncio.Event()

    async def __call__(self) -> None:
        await self._give_way()
        if self.is_held():
            await self.may_go_on.wait()


@pytest.fixture
def standstill(monkeypatch: pytest.MonkeyPatch) -> Standstill:
    standstill = Standstill(drive.give_way)
    monkeypatch.setattr(drive, "give_way", standstill)
    monkeypatch.setattr(drive, "SLICE_SECONDS", 0.00005)
    return standstill


@pytest.mark.parametrize(
    ("rows", "dialog", "key", "done"),
    [
        (_UNTRIMMED, "F", "enter", "Done: trimming of 12,000 rows."),
        (_UNTRIMMED, "F", "u", "Undone: insertion of 12,000 rows."),
        (_UNTRIMMED, "b", "a", "Done: OK for 12,000 rows"),
        (_REPEATED, "d", "F", "Done: keeping the first row of 12,000 groups."),
    ],
)
async def test_what_is_done_in_a_dialog_goes_on_to_its_end_when_that_is_closed(
    standstill: Standstill, rows: list[tuple[str, str]], dialog: str, key: str, done: str
) -> None:
    async with editing(rows) as at:
        await at.board.until(lambda: at.session.is_examined, "all are looked at")
        await at.press(dialog)
        await at.board.until(lambda: at.is_idle, "it is known what can be done")
        opened, standstill.is_held = at.board.app.screen, lambda: at.session.is_changing
        await at.press(key)
        await at.board.until(lambda: at.session.is_changing, "a change goes on")
        await at.press("escape")
        await at.board.until(lambda: not opened.is_attached, "the dialog is gone")
        standstill.may_go_on.set()
        await at.says(done)
        assert at.is_idle, "nothing is looked for that nobody would see"


async def test_a_change_that_is_still_being_made_is_kept_before_the_program_ends(
    standstill: Standstill, tmp_path: Path
) -> None:
    machine = Machine(tmp_path)
    machine.choose(DraftKeeping.EVERYTHING)
    async with machine.at_pools() as board:
        await board.press("c")
        await board.shows("No rows yet")
        assert isinstance(board.app.screen, EditorScreen)
        at = Editing(board, board.app.screen)
        at.editor.changed(at.session.insert(0, Rows.of(_UNTRIMMED)))
        await board.until(lambda: at.editor.draft.kept_rows == len(ROWS), "on the disk")
        await board.until(lambda: at.session.is_examined, "all are looked at")
        standstill.is_held = lambda: at.session.is_changing
        await board.press("F")
        await board.until(lambda: at.is_idle, "it is known what can be done")
        await board.press("enter")
        await board.until(lambda: at.session.is_changing, "a change goes on")
        await board.press("escape", "q")
        await board.until(lambda: board.app.is_answering, "keys are held")
        standstill.may_go_on.set()
        await board.until(lambda: not board.app.is_running, "it quits")
    assert board.app.return_value == 0
    assert "lab-11999" in machine.kept()
    assert "lab-11999 " not in machine.kept()


async def test_a_long_list_is_discarded_between_keys_and_what_is_typed_ahead_waits(
    standstill: Standstill,
) -> None:
    async with editing(ROWS) as at:
        await at.press("D")
        await at.shows("Discard 12,000 unsent rows?")
        standstill.is_held = lambda: at.session.is_changing
        await at.press("y", "4")
        await at.board.until(lambda: at.session.is_changing, "they go")
        assert at.board.app.screen is at.editor
        standstill.may_go_on.set()
        await at.shows("4 ACCOUNT")
        await at.press("1")
        await at.shows("free of")
    assert (at.rows, at.session.can_undo, [*at.board.app.drafts]) == ([], False, [])
