"""Finding and replacing text, and choosing which rows are shown and in which order."""

import asyncio

import pytest

from prolific_tui.credentials.stepping import finish
from prolific_tui.tui import drive
from prolific_tui.tui.dialogs import FindDialog, ReplaceDialog
from prolific_tui.tui.screens.review import ReviewScreen
from tests.editing import Pair, editing

ROWS: list[Pair] = [
    ("heron", "one"),
    ("Egret", "two,"),
    ("bittern", ""),
    ("egret-2", "heron"),
    ("avocet", "five"),
    ("bittern", "six"),
]


class TestFinding:
    async def test_from_one_to_the_next_and_round_again(self) -> None:
        async with editing(ROWS) as at:
            await at.press("slash")
            await at.type("egret")
            await at.press("enter")
            assert at.said == "Found in row 2."
            await at.press("slash", "enter")
            assert at.said == "Found in row 4."
            await at.press("slash", "enter")
            assert at.said == "Found in row 2, from the top again."
            assert at.editor.grid.row == 1

    async def test_capitals_count_once_one_is_typed(self) -> None:
        async with editing(ROWS) as at:
            for text, said in (("Egret", "row 2 only"), ("EGRET", "It is in no username.")):
                await at.press("g", "j", "slash", *text, "enter")
                assert said in at.said

    async def test_passwords_are_looked_into_only_if_they_were_shown(self) -> None:
        async with editing(ROWS) as at:
            await at.press("slash")
            await at.shows("Where passwords are shown (*), it looks into those, too.")
            await at.type("five")
            await at.press("enter")
            assert at.said == "It is in no username."
            await at.press("asterisk", "slash")
            await at.shows("Looks into usernames and, because they were shown, passwords.")
            await at.type("five")
            await at.press("enter")
            assert at.said == "Found in row 5."
            # Hidden again by the dialog, so what was typed for a password is not looked for again.
            await at.press("slash")
            await at.shows("part of a username")
            await at.press("enter")
            assert isinstance(at.board.app.screen, FindDialog)

    async def test_only_the_rows_with_it_are_shown(self) -> None:
        async with editing(ROWS) as at:
            await at.press("slash")
            await at.type("bitt")
            await at.press("tab")
            await at.shows('2 shown: those with "bitt"   ! shows all')
            assert at.shown == ["bittern", "bittern"]
            await at.press("slash", *"egret", "enter")
            assert at.said == "It is in no username that is shown; others have it. ! shows all."
            await at.press("slash", *"bitt", "enter")
            assert at.said == "Found in row 6."
            await at.press("exclamation_mark")
            assert at.shown == at.usernames
            assert at.editor.grid.row == 5, "the cursor stays on its row"

    async def test_sorted_rows_are_gone_through_as_they_are_shown(self) -> None:
        async with editing(ROWS) as at:
            await at.press("o", "g", "slash", *"e", "enter")
            found = [at.session.document.username(at.editor.grid.row or 0)]
            for _ in range(3):
                await at.press("slash", "enter")
                found.append(at.session.document.username(at.editor.grid.row or 0))
            assert found == ["bittern", "bittern", "Egret", "egret-2"]

    async def test_a_row_is_gone_to_by_its_number(self) -> None:
        async with editing(ROWS) as at:
            await at.press("number_sign", "5", "enter")
            assert at.editor.grid.row == 4
            for typed in ("0", "7", "x", "9" * 20):
                await at.press("number_sign", *typed, "enter")
                assert at.said == "There is no such row; they go from 1 to 6."
            await at.press("exclamation_mark", "number_sign", "1", "enter")
            assert at.said == "Row 1 is not among those shown. ! shows all."


class TestReplacing:
    async def test_what_would_change_is_shown_first_and_done_as_one_step(self) -> None:
        async with editing(ROWS) as at:
            await at.press("R", *"bitt", "enter", *"butt")
            await at.shows("Changes 2 rows.", 'row 3: "bittern" becomes "buttern"')
            assert at.rows == ROWS
            await at.press("enter")
            assert at.said == "Done: replacement in 2 rows. u takes it back."
            assert at.usernames.count("buttern") == 2
            await at.press("u")
            assert at.rows == ROWS

    async def test_nothing_is_done_that_was_not_shown_or_was_given_up(self) -> None:
        async with editing(ROWS) as at:
            await at.press("R", "enter", *"x", "enter")
            assert isinstance(at.board.app.screen, ReplaceDialog)
            await at.press("up", *"stork")
            await at.shows("Changes nothing.")
            await at.press("down", "enter")
            assert isinstance(at.board.app.screen, ReplaceDialog)
            await at.press("escape")
            assert at.rows == ROWS

    async def test_a_password_is_replaced_where_it_was_shown_and_never_seen_in_the_preview(
        self,
    ) -> None:
        async with editing(ROWS) as at:
            await at.press("R", *"heron", "enter", *"crane")
            await at.shows("Changes 1 row.")
            await at.press("escape", "asterisk", "R", *"six", "enter", *"seven")
            await at.shows("Changes 1 row.", "row 6: the password of bittern")
            assert "sevenx" not in at.board.screen()
            await at.press("enter")
            assert at.rows[5] == ("bittern", "seven")


class TestShowing:
    async def test_only_rows_with_problems_and_that_is_said_as_long_as_it_lasts(self) -> None:
        async with editing(ROWS) as at:
            await at.press("exclamation_mark")
            await at.shows("3 shown: those with problems   ! shows all", "6 rows   goes 3")
            assert at.shown == ["Egret", "bittern", "bittern"]
            await at.press("s")
            await at.board.until(lambda: isinstance(at.board.app.screen, ReviewScreen), "Review")
            await at.shows("Goes 3", "Needs your OK 1", "Left out 2")
            await at.press("escape", "exclamation_mark")
            assert at.shown == at.usernames
            assert "! shows all" not in at.board.screen()

    async def test_a_kind_is_shown_alone_and_its_rows_are_walked_and_leave_once_accepted(
        self,
    ) -> None:
        async with editing([*ROWS, ("stork", "a,"), ("stilt", "b,")]) as at:
            await at.press("b", "G", "enter")
            await at.shows("3 shown: comma or quote in password")
            walked = []
            for _ in range(4):
                await at.press("n")
                walked.append(at.editor.grid.row)
            assert walked == [6, 7, 1, 6]
            await at.press("N", "a")
            assert at.shown == ["stork", "stilt"]
            await at.press("A")
            assert at.shown == []
            await at.shows("no row is shown")
            await at.press("n", "x", "a", "space", "v", "c", "e")
            assert len(at.rows) == 8, "keys for a row do nothing where none is"
            await at.press("n")
            assert at.said == "No row that is shown has a problem; others have. ! shows all."

    async def test_the_order_on_the_screen_is_not_what_is_sent(self) -> None:
        async with editing(ROWS) as at:
            before = list(finish(at.session.sendable()))
            await at.press("o")
            await at.shows("all shown, by username   o sorts again")
            assert at.shown == ["avocet", "bittern", "bittern", "Egret", "egret-2", "heron"]
            assert at.editor.grid.row == 0, "the cursor stays on its row"
            await at.press("o")
            await at.shows("all shown, by problem")
            assert at.shown[:3] == ["bittern", "bittern", "Egret"]
            await at.press("exclamation_mark")
            await at.shows("3 shown: those with problems, by problem")
            await at.press("exclamation_mark", "o")
            assert at.editor.grid.view.is_plain
            assert list(finish(at.session.sendable())) == before
            assert at.session.undo_label == "insertion of 6 rows", "nothing to undo"

    async def test_an_edited_row_goes_where_it_belongs_and_the_cursor_with_it(self) -> None:
        async with editing(ROWS) as at:
            await at.press("o", "g", "enter", *["backspace"] * 6, *"zebra", "enter")
            assert at.shown[-1] == "zebra"
            assert at.editor.grid.row == 4
            await at.press("u")
            assert at.shown[0] == "avocet"
            assert at.editor.grid.row == 4

    async def test_a_row_that_is_all_right_now_leaves_and_the_next_one_is_not_edited(self) -> None:
        async with editing([("lab-1", ""), ("lab-2", ""), ("lab-3", "c")]) as at:
            await at.press("exclamation_mark", "l", "enter", *"typed", "enter")
            assert at.shown == ["lab-2"]
            await at.press("j", "x")
            assert at.rows == [("lab-1", "typed"), ("lab-3", "c")]

    async def test_a_new_row_that_the_filter_hides_is_spoken_of(self) -> None:
        async with editing([("lab-1", "a,"), ("lab-2", "b")]) as at:
            await at.press("b", "enter", "i")
            assert at.said == "The new row is not among those shown. ! shows all."


async def test_a_long_list_is_sorted_between_keys_and_escape_gives_it_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A step at a time, so that a quick machine does not sort it all within one slice.
    monkeypatch.setattr(drive, "SLICE_SECONDS", 0.0001)
    rows = [(f"lab-{row * 7919 % 60_000}", "pw") for row in range(60_000)]
    async with editing(rows) as at:
        # After its first slice of time it goes on no more, or it might be over unseen.
        with monkeypatch.context() as patched:
            patched.setattr(drive, "give_way", asyncio.Event().wait)
            at.editor.action_order()
            await at.says("Looking…")
        at.editor.action_back()
        await at.board.until(lambda: at.is_idle)
        assert at.said == "Given up; the rows are as they were."
        assert at.editor.grid.view.is_plain
        with monkeypatch.context() as patched:
            patched.setattr(drive, "give_way", asyncio.Event().wait)
            at.editor.action_order()
            await at.says("Looking…")
        at.editor.action_problem()
        await at.says("No row has a problem.")
        await at.board.until(lambda: at.is_idle)
        assert at.said == "No row has a problem.", "not how far the sorting was"
        at.editor.action_order()
        await at.says("All rows, by username. This changes nothing that is sent.")
        assert at.shown[:3] == ["lab-0", "lab-1", "lab-10"]
        await at.press("slash", *"lab-59999", "enter")
        await at.says("Found in row ")
        assert at.editor.grid.position == 59_999 - at.shown[::-1].index("lab-59999")
