"""A cell that is open: what is said of it, what the keys do there, and what is said afterwards."""

import pytest
from textual import events

from prolific_tui.tui.screens.review import ReviewScreen
from prolific_tui.tui.widgets import Field, KeyBar
from tests.editing import Editing, Pair, editing

ROWS: list[Pair] = [("lab-1", "pw-1"), ("lab-2", "pw-2"), ("lab-3", "")]


def keys_named(at: Editing) -> str:
    return at.editor.query_one(KeyBar).render().plain


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_an_open_cell_is_named_marked_and_has_keys_of_its_own(size: tuple[int, int]) -> None:
    async with editing(ROWS, size=size) as at:
        before = keys_named(at)
        await at.press("enter")
        await at.shows(
            "Editing username of row 1. Enter takes it and goes on; Esc leaves it as it was.",
            "Enter Take",
            "Esc Keep",
        )
        # Nothing else of the line moves, or all of it would be sent again with every cell.
        assert len(keys_named(at)) == len(before)
        assert at.editor.query_one("#cell", Field).styles.text_style.underline
        await at.press("escape")
        assert (at.said, keys_named(at)) == ("", before)
        await at.press("enter", "enter")
        assert (at.said, keys_named(at)) == ("", before)


async def test_a_hidden_password_that_is_replaced_is_told_of() -> None:
    async with editing(ROWS) as at:
        await at.press("l", "enter")
        await at.shows(
            "Editing password of row 1: typing replaces it; Esc, or Enter alone, keeps it."
        )
        await at.press("j", "enter")
        await at.shows("Password of row 1 replaced; u brings it back.")
        await at.press("u")
        assert at.rows == ROWS
        # Where there was none, or where it is shown, that is plain to see.
        await at.press("G", "l", "enter")
        await at.shows("Editing password of row 3, hidden. Enter takes it; Esc leaves it empty.")
        await at.press("z", "enter")
        assert at.said == ""
        await at.press("g", "l", "asterisk", "enter", "z", "enter")
        assert at.rows[0] == ("lab-1", "pw-1z")
        assert "replaced" not in at.said


async def test_keys_typed_while_a_review_is_prepared_never_act_on_the_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("prolific_tui.tui.drive.SLICE_SECONDS", 0.0005)
    async with editing([(f"lab-{row}", f"pw-{row}") for row in range(30_000)]) as at:
        for key in ("s", "x", "enter", "z", "enter"):
            at.board.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await at.board.until(lambda: isinstance(at.board.app.screen, ReviewScreen), "the review")
        assert len(at.rows) == 30_000
        assert not at.editor.is_editing
        await at.press("escape", "escape")


async def test_esc_gives_up_the_preparation_of_a_review_with_what_was_typed_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("prolific_tui.tui.drive.SLICE_SECONDS", 0.0005)
    async with editing([(f"lab-{row}", f"pw-{row}") for row in range(30_000)]) as at:
        at.board.app.post_message(events.Key("s", "s"))
        await at.says("Preparing the review")
        for key in ("x", "escape"):
            at.board.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await at.shows("Given up; the rows are as they were.")
        assert at.board.app.screen is at.editor
        assert len(at.rows) == 30_000
        await at.press("j", "x")
        assert len(at.rows) == 29_999
