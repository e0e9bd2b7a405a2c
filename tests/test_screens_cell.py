"""A cell that is open: what is said of it, what the keys do there, and what is said afterwards."""

import asyncio

import pytest
from textual import events

from prolific_tui.credentials.document import Column
from prolific_tui.tui.field import Field
from prolific_tui.tui.screens.review import ReviewScreen
from prolific_tui.tui.widgets import KeyBar
from tests.credentials_steps import hold
from tests.editing import Editing, Pair, editing, paste

ROWS: list[Pair] = [("lab-1", "pw-1"), ("lab-2", "pw-2"), ("lab-3", "")]


def keys_named(at: Editing) -> str:
    return at.editor.query_one(KeyBar).render().plain


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_an_open_cell_is_named_marked_and_has_keys_of_its_own(size: tuple[int, int]) -> None:
    async with editing(ROWS, size=size) as at:
        before = keys_named(at)
        await at.press("enter")
        await at.shows(
            "Editing username of row 1: Esc leaves it as it was; other keys are typed.",
            "Enter Take",
            "Esc Back",
        )
        # Nothing else of the line moves, or all of it would be sent again with every cell.
        assert keys_named(at) == before.replace("Enter Edit", "Enter Take")
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


async def test_an_open_cell_stays_on_its_row_wherever_that_or_the_cursor_goes() -> None:
    rows = [*ROWS[:2], ("", "pw-3"), ("", "pw-4"), ("", "pw-5")]
    async with editing(rows) as at:
        field, grid = at.editor.query_one("#cell", Field), at.editor.grid

        async def the_field_is_on_line(line: int) -> None:
            await at.board.until(lambda: field.region.y - grid.region.y == line, f"line {line}")

        await at.press("exclamation_mark", "G", "enter", "n")
        await the_field_is_on_line(2)
        # The two rows above turn out to be in the pool.
        at.editor.changed(hold(at.session, frozenset({"lab-1", "lab-2"})))
        await at.board.until(lambda: len(at.shown) == 5, "more rows are shown")
        await the_field_is_on_line(4)
        grid.position = 0
        await at.board.pilot.pause()
        await the_field_is_on_line(4)
        await at.press("enter")
        assert at.usernames == ["lab-1", "lab-2", "", "", "n"]

        # A row that is not shown any more is not edited above another one.
        await at.press("enter", "x")
        at.editor.changed(hold(at.session, frozenset()))
        await at.board.until(lambda: not at.editor.is_editing, "closed")
        assert at.usernames[:2] == ["lab-1", "lab-2"]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_an_open_cell_takes_the_rest_of_its_line_for_a_long_text(
    size: tuple[int, int],
) -> None:
    """A long username is seen whole while it is mended; only what the line cannot hold scrolls."""
    async with editing([("lab-1", "pw-1"), ("lab-2", "pw-2")], size=size) as at:
        field, grid = at.editor.query_one("#cell", Field), at.editor.grid

        async def the_field_ends_at(x: int) -> None:
            await at.board.until(lambda: field.region.right == x, f"{field.region} ends at {x}")
            assert at.board.app.cursor_position.x < x

        end_of = {each: grid.columns.start(each) + grid.columns.width(each) + 1 for each in Column}
        await at.press("enter", "ctrl+u")
        # As long as the text fits, nothing beside it is covered.
        name = "".join(str(cell % 10) for cell in range(grid.columns.username))
        await paste(at.board, name)
        await the_field_ends_at(end_of[Column.USERNAME])
        await at.shows(f"{name}  ********")
        # Then the next column, all of it: half a mask would look like part of the name.
        await at.type("-")
        await the_field_ends_at(end_of[Column.PASSWORD])
        await at.shows(f"{name}-")
        assert f"{name}-*" not in at.board.screen().replace(" ", "")
        await paste(at.board, "x" * size[0])
        await the_field_ends_at(grid.region.right)
        await at.shows("x" * (field.region.width - 1))
        await at.press("home")
        await at.shows(f"{name}-xxx")
        await at.press("end", "ctrl+u")
        await paste(at.board, name)
        await the_field_ends_at(end_of[Column.USERNAME])
        await at.shows(f"{name}  ********")
        # A character that can't be seen is shown, and takes its room.
        await at.press("ctrl+u")
        await paste(at.board, f"{name[:-1]}\u200b")
        await the_field_ends_at(end_of[Column.PASSWORD])
        await at.press("escape")
        assert at.usernames == ["lab-1", "lab-2"]

        # A hidden password has the length of any other; one that is shown has its own.
        await at.press("l", "enter")
        await paste(at.board, "p" * size[0])
        await the_field_ends_at(end_of[Column.PASSWORD])
        await at.press("escape", "asterisk", "enter")
        await paste(at.board, "p" * size[0])
        await the_field_ends_at(grid.region.right)
        at.editor.conceal()
        await the_field_ends_at(end_of[Column.PASSWORD])


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
        with monkeypatch.context() as patched:
            # After its first slice of time it goes on no more, or it might be over unseen.
            patched.setattr("prolific_tui.tui.drive.give_way", asyncio.Event().wait)
            at.board.app.post_message(events.Key("s", "s"))
            await at.says("Preparing the review")
            for key in ("x", "escape"):
                at.board.app.post_message(events.Key(key, key if len(key) == 1 else None))
            await at.shows("Given up; the rows are as they were.")
        assert at.board.app.screen is at.editor
        assert len(at.rows) == 30_000
        await at.press("j", "x")
        assert len(at.rows) == 29_999


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_an_accepted_row_looks_calmer_than_one_that_needs_an_ok(
    size: tuple[int, int],
) -> None:
    async with editing([("lab-1", "pw,1"), ("lab-2", "pw,2")], size=size) as at:
        await at.shows("L      2  lab-2")
        await at.press("j", "a")
        await at.shows("L      1  lab-1", "a >    2  lab-2", "accepted: comma or quo")
        assert ("a", "accepted: it goes") in at.editor.LEGEND


async def test_walking_past_the_last_problem_says_so() -> None:
    async with editing([("lab-1", ""), ("lab-2", "pw"), ("lab-3", "")]) as at:
        await at.press("n")
        assert (at.editor.grid.position, at.said) == (2, "")
        await at.press("n")
        assert (at.editor.grid.position, at.said) == (0, "From the top again.")
        await at.press("N")
        assert (at.editor.grid.position, at.said) == (2, "From the bottom again.")
        await at.press("g", "x", "n", "n")
        assert at.said == "This is the only problem that is shown."


async def test_a_long_message_keeps_its_end_on_a_second_line() -> None:
    async with editing(ROWS) as at:
        at.board.app.say(f"{'what happened ' * 6}and what to do next")
        await at.shows("and what to do next")
        at.board.app.say("short")
        await at.board.until(lambda: at.board.widget("#message").size.height == 1, "one line")
