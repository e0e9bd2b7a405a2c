"""Rows that are selected, and what keys then do to all of them."""

import pytest

from prolific_tui.tui.grid import CredentialGrid
from tests.editing import Pair, editing

ROWS: list[Pair] = [(f"lab-{row}", f"pw{row}") for row in range(8)]


class TestSelecting:
    async def test_selected_rows_are_marked_and_counted_and_go_together(self) -> None:
        async with editing(ROWS) as at:
            await at.press("space", "j", "j", "v", "j", "j")
            await at.shows("row 5 of 8, range of 3, 1 selected")
            marked = [name for name, _ in ROWS if at.is_marked(name)]
            assert marked == ["lab-0", "lab-2", "lab-3", "lab-4"]
            await at.press("v", "j", "space", "space")
            await at.shows("row 6 of 8, 4 selected")
            await at.press("x")
            assert at.usernames == ["lab-1", "lab-5", "lab-6", "lab-7"]
            assert at.said == "Done: deletion of 4 rows. u takes it back."
            await at.press("u")
            assert at.rows == ROWS
            await at.press("x")
            assert len(at.rows) == 7, "nothing is selected any more"

    async def test_a_range_goes_up_as_well_and_follows_the_cursor_back(self) -> None:
        async with editing(ROWS) as at:
            await at.press("G", "v", "g", "j")
            assert not at.is_marked("lab-0")
            assert at.is_marked("lab-1")
            await at.press("x")
            assert at.usernames == ["lab-0"]

    async def test_escape_selects_nothing_before_it_leaves(self) -> None:
        async with editing(ROWS) as at:
            await at.press("space", "v", "j", "escape")
            assert at.board.app.screen is at.editor
            assert not at.editor.grid.selection
            assert not at.is_marked("lab-0")
            await at.press("x")
            assert len(at.rows) == 7

    async def test_selected_rows_are_accepted_in_one_step(self) -> None:
        rows = [("lab-1", "a,"), ("lab-2", "b"), ("lab-3", "c,")]
        async with editing(rows) as at:
            await at.press("v", "G", "a")
            assert at.said == "Done: OK for 2 rows. u takes it back."
            assert at.session.counts.goes == 3
            await at.press("v", "g", "a")
            assert at.said == "Nothing to accept in what was selected."
            await at.press("u")
            assert at.session.counts.needs_ok == 2

    async def test_rows_are_copied_inside_the_program_only(self) -> None:
        async with editing(ROWS) as at:
            await at.press("P")
            assert at.said == "No row was copied yet; c copies."
            await at.press("v", "j", "c")
            assert at.said == "2 rows copied, in this program only. P puts it below."
            assert at.board.app.clipboard == ""
            await at.press("G", "P")
            assert at.rows == [*ROWS, *ROWS[:2]]
            assert at.session.undo_label == "putting of 2 rows"
            assert at.session.counts.left_out == 4
            await at.press("u", "g", "c", "P")
            assert at.rows == [ROWS[0], *ROWS]

    async def test_nobody_deletes_selected_rows_that_a_filter_hides(self) -> None:
        async with editing([("lab-1", ""), ("lab-2", "b"), ("lab-3", "c")]) as at:
            await at.press("v", "G", "v")
            await at.shows("3 selected")
            await at.press("exclamation_mark", "x")
            assert at.usernames == ["lab-2", "lab-3"]

    async def test_nobody_deletes_a_selected_row_that_was_put_right_and_left_the_view(self) -> None:
        rows = [("lab-1", "a"), ("lab-2", ""), ("lab-3", ""), ("lab-4", "")]
        async with editing(rows) as at:
            await at.press("exclamation_mark", "space", "l", "enter", *"right", "enter")
            assert at.shown == ["lab-3", "lab-4"]
            await at.press("x")
            assert at.rows == [("lab-1", "a"), ("lab-2", "right"), ("lab-4", "")]

    async def test_with_all_rows_selected_the_cursor_still_draws_two_lines(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        drawn: list[int] = []
        draw = CredentialGrid.render_line

        def drawing(grid: CredentialGrid, y: int) -> object:
            drawn.append(y)
            return draw(grid, y)

        async with editing(ROWS * 500) as at:
            await at.press("v", "G", "v", "g", "v", "j")
            await at.board.pilot.pause()
            monkeypatch.setattr(CredentialGrid, "render_line", drawing)
            await at.press("j")
            await at.board.pilot.pause()
            assert sorted(set(drawn)) == [1, 2]


async def test_rows_of_a_long_list_are_selected_between_keys() -> None:
    rows = [(f"lab-{row}", "pw") for row in range(60_000)]
    async with editing(rows) as at:
        await at.press("v", "G", "v")
        await at.board.until(lambda: at.is_idle)
        assert len(at.editor.grid.selection) == 60_000
        await at.press("x")
        await at.says("Done: deletion of 60,000 rows")
        assert at.rows == []
