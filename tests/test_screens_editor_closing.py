"""The editor closes while a long list is worked on: that work comes to no screen half gone."""

import pytest

from prolific_tui.credentials.stepping import Steps
from prolific_tui.tui.screens.editor import EditorScreen
from prolific_tui.tui.screens.editor.long_work import LONG
from tests.editing import Editing, editing
from tests.test_screens_long_lists import ROWS


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
