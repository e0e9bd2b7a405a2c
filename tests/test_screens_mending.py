"""Putting many rows right at once: duplicates, fixes, kinds of problems."""

from prolific_tui.credentials.fixes import Fix
from prolific_tui.credentials.rows import Rows
from prolific_tui.credentials.stepping import finish
from prolific_tui.submission.plan import plan
from prolific_tui.tui.dialogs import DuplicatesDialog, FixesDialog, ProblemsDialog
from tests.editing import Pair, editing

DUPLICATES: list[Pair] = [
    ("lab-1", "first"),
    ("lab-2", "alone"),
    ("lab-1", "second"),
    ("lab-3", "same"),
    ("lab-1", "first"),
    ("lab-3", "same"),
]

MESSY: list[Pair] = [
    ("lab-1", "pw1"),
    (" lab-2", "pw2"),
    ("lab-3", ""),
    ("", ""),
    ("lab-4", "pw4"),
    ("lab-4", "pw4"),
    ("lab-5", "pw5,"),
    ("lab-6", "pw6,"),
]


class TestDuplicates:
    async def test_letters_tell_which_passwords_are_the_same_and_none_is_shown(self) -> None:
        async with editing(DUPLICATES) as at:
            await at.press("d")
            await at.shows(
                "2 usernames in more than one row",
                "> lab-1 row 1 ******** password A row 3 ******** password B"
                " row 5 ******** password A lab-3 row 4 ******** same password in all row 6"
                " ******** Enter Keep this row",
            )

    async def test_one_row_of_a_group_is_kept_as_one_step(self) -> None:
        async with editing(DUPLICATES) as at:
            for keys, left, label in (
                ("f", ["first", "alone"], "keeping the first row of 3 with lab-1"),
                ("l", ["alone", "first"], "keeping the last row of 3 with lab-1"),
                (("j", "enter"), ["alone", "second"], "keeping row 3 alone, of 3 with lab-1"),
            ):
                await at.press("d", *keys)
                await at.shows("1 username in more", f"Done: {label}. u takes it back.")
                assert [password for _, password in at.rows if password != "same"] == left
                assert at.session.undo_label == label
                await at.press("escape", "u", "g")
                assert at.rows == DUPLICATES

    async def test_one_row_of_every_group_is_kept_and_that_is_taken_back_in_place(self) -> None:
        async with editing(DUPLICATES) as at:
            await at.press("d", "L")
            await at.shows(
                "Done: keeping the last row of 2 groups.",
                "No username is in more than one row.",
                "u Undo",
            )
            assert "Keep" not in at.board.words(), "there is nothing to keep"
            assert at.rows == [("lab-2", "alone"), ("lab-1", "first"), ("lab-3", "same")]
            await at.press("u")
            await at.shows("Undone: keeping the last row of 2 groups", "Enter Keep this row")
            assert at.rows == DUPLICATES
            await at.press("F")
            assert at.rows == [*DUPLICATES[:2], ("lab-3", "same")]

    async def test_a_quick_hand_never_gets_past_the_dialog(self) -> None:
        async with editing(DUPLICATES) as at:
            await at.press("d", *"lllle", "enter")
            await at.shows("No username is in more than one row.")
            assert isinstance(at.board.app.screen, DuplicatesDialog)
            assert len(at.rows) == 3
            await at.press("escape")
            assert at.session.undo_label == "keeping the last row of 2 with lab-3"

    async def test_the_group_of_the_row_under_the_cursor_comes_first_to_hand(self) -> None:
        async with editing(DUPLICATES) as at:
            await at.press("G", "d", "f")
            await at.says("keeping the first row of 2 with lab-3")

    async def test_a_row_that_could_not_go_alone_is_told_from_one_that_could(self) -> None:
        async with editing([("erin", ""), ("erin", "pw-2"), ("erin", "****")]) as at:
            await at.press("d")
            await at.shows("row 1 ! no password", "row 2 ******** password B")
            await at.shows("row 3 ******** ! placeholder, not a password ")

    async def test_the_cursor_stays_with_its_row_when_rows_above_it_go(self) -> None:
        async with editing(DUPLICATES) as at:
            await at.press("G")
            assert at.editor.grid.row == 5
            await at.press("d", "g", "l")
            await at.says("keeping the last row of 3 with lab-1")
            await at.press("escape")
            assert at.editor.grid.row == 3

    async def test_a_long_list_is_opened_again_with_its_cursor_on_the_screen(self) -> None:
        async with editing([(f"lab-{row:02}", "pw") for row in range(60)]) as at:
            await at.press("escape")
            await at.shows("60 unsent rows")
            await at.press("c")
            await at.shows("> 1 lab-00")

    async def test_a_row_of_a_group_is_edited_though_it_was_not_shown(self) -> None:
        async with editing([*DUPLICATES, ("lab-9", "")]) as at:
            await at.press("b", "j", "enter")
            await at.shows("1 shown: no password")
            await at.press("d", "e", *["backspace"] * 5)
            await at.type("other")
            await at.press("enter")
            assert at.usernames[0] == "other"
            assert at.editor.grid.view.is_plain

    async def test_hundreds_of_groups_come_up_as_those_before_them_are_resolved(self) -> None:
        rows = [(f"lab-{row // 2}", str(row)) for row in range(600)]
        async with editing(rows) as at:
            await at.press("number_sign")
            await at.type("401")
            await at.press("enter", "d")
            await at.shows("300 usernames", "lab-200", "row 401")
            await at.press("l", "G")
            await at.shows("299 usernames", "249 more come up here as these are resolved")
            await at.press("F")
            await at.says("keeping the first row of 299 groups")
            assert len(at.rows) == 300

    async def test_a_username_in_very_many_rows_takes_a_page_of_the_list_at_most(self) -> None:
        async with editing([("lab-1", str(row)) for row in range(500)]) as at:
            await at.press("d", "G")
            await at.shows("481 more rows between", "1 username in more than one row")
            await at.press("l")
            await at.says("keeping the last row of 500 with lab-1")
            assert at.rows == [("lab-1", "499")]

    async def test_rows_that_came_in_meanwhile_are_looked_at_before_anything_is_done(self) -> None:
        async with editing(DUPLICATES) as at:
            await at.press("d")
            load = finish(at.session.loading("load", replace=True))
            load.feed(Rows.of([("new", "1"), ("new", "2")]))
            at.editor.changed(load.finish())
            await at.press("l")
            await at.shows("The rows changed meanwhile, so nothing was done.", "1 username in")
            assert len(at.rows) == 2

    async def test_there_is_no_dialog_without_duplicates(self) -> None:
        async with editing([("lab-1", "a"), ("lab-2", "b")]) as at:
            await at.press("d")
            assert at.board.app.screen is at.editor
            assert at.said == "No username is in more than one row."


class TestFixes:
    async def test_a_fix_and_a_replacement_say_which_duplicates_they_would_make(self) -> None:
        async with editing([("lab-1", "pw1"), (" lab-1", "pw2"), ("lab-2", "pw3")]) as at:
            await at.press("F")
            await at.shows(
                'row 2: " lab-1" becomes "lab-1"',
                "! 1 of them gets a username that another row has: a duplicate.",
            )
            await at.press("escape", "R", "2", "enter", "1")
            await at.shows("Changes 1 row.", "! 1 of them gets a username that another row has")

    async def test_each_fix_is_previewed_and_does_what_it_said(self) -> None:
        async with editing(MESSY, held=["lab-1"]) as at:
            await at.press("F")
            await at.shows(f"1  {Fix.TRIM.value}", 'row 2: " lab-2" becomes "lab-2"')
            await at.shows(f"1  {Fix.BLANK.value}", f"none  {Fix.NFC.value}")
            await at.shows(f"none  {Fix.SPACES.value}")
            await at.shows(f"1  {Fix.EXACT_REPEATS.value}", f"1  {Fix.IN_POOL.value}")
            await at.press("enter")
            await at.shows(f"none  {Fix.TRIM.value}", "Done: trimming of 1 row. u takes it back.")
            assert at.usernames[1] == "lab-2"
            await at.press("j", "enter", "j", "j", "enter", "j", "enter")
            await at.says("Done: deletion of 1 row already in this pool")
            assert at.usernames == ["lab-2", "lab-3", "lab-4", "lab-5", "lab-6"]
            await at.press("escape", *"uuuu")
            assert at.rows == MESSY

    async def test_nothing_to_do_is_not_done(self) -> None:
        async with editing([("lab-1", "pw1")]) as at:
            before = at.session.undo_label
            await at.press("F", "enter", "j", "enter")
            assert isinstance(at.board.app.screen, FixesDialog)
            assert at.session.undo_label == before

    async def test_a_step_is_taken_back_where_it_was_done(self) -> None:
        async with editing(MESSY) as at:
            await at.press("F", "enter", "u")
            await at.shows("Undone: trimming of 1 row", f"1  {Fix.TRIM.value}")
            assert at.rows == MESSY


class TestKinds:
    async def test_the_panel_counts_every_kind_and_accepts_one_as_a_whole(self) -> None:
        async with editing(MESSY) as at:
            await at.press("b")
            await at.shows("7 rows with problems", "D 2 same username as another row (left out)")
            await at.shows("L 2 comma or quote in password (needs your OK)")
            await at.press("G", "a")
            await at.shows("Done: OK for 2 rows: comma or quote in password", "5 rows with")
            assert at.session.counts.goes == 3
            await at.press("u")
            await at.shows("7 rows with problems")

    async def test_blocked_rows_are_not_accepted(self) -> None:
        async with editing(MESSY) as at:
            await at.press("b", "a")
            await at.shows("Blocked rows can't be accepted")
            assert at.session.counts.left_out == 4
            await at.press("escape", "j", "j", "A")
            assert at.said.startswith("A blocked row can't be accepted")

    async def test_all_rows_like_the_one_under_the_cursor_are_accepted(self) -> None:
        async with editing(MESSY) as at:
            await at.press("G", "A")
            assert at.said == "Done: OK for 2 rows: comma or quote in password. u takes it back."
            assert at.session.counts.needs_ok == 1
            await at.press("A")
            assert at.said == "All rows with this problem are accepted already."
            await at.press("u")
            assert at.session.counts.needs_ok == 3

    async def test_a_list_that_is_right_says_so(self) -> None:
        async with editing([("lab-1", "pw1")]) as at:
            await at.press("b")
            await at.shows("No row has a problem.")
            await at.press("enter", "a")
            assert isinstance(at.board.app.screen, ProblemsDialog)
            await at.press("u")
            await at.says("Undone")
            for _ in range(2):
                await at.press("u")
                await at.shows("Nothing to undo. No row has a problem.")
            assert at.board.screen().count("No row has a problem.") == 1


class TestNotNow:
    async def test_rows_that_are_being_sent_are_not_changed(self) -> None:
        async with editing(DUPLICATES) as at:
            at.editor.draft.sending = plan(at.session, at.editor.draft.target, "")
            await at.press("v", "j")
            for key in ("d", "F", "b", "R", "A", "P", "x", "a"):
                at.board.app.say("")
                await at.press(key)
                assert at.board.app.screen is at.editor, key
                assert at.said.startswith("These rows are being sent"), key
            assert at.rows == DUPLICATES

    async def test_rows_that_still_come_in_are_not_looked_through(self) -> None:
        async with editing(DUPLICATES) as at:
            load = finish(at.session.loading("load"))
            for key in ("d", "exclamation_mark", "o", "n", "slash", "c"):
                at.board.app.say("")
                await at.press(key)
                assert at.board.app.screen is at.editor, key
                assert at.said.startswith("Rows are still coming in"), key
            finish(load.abandoning())

    async def test_what_was_typed_into_a_cell_waits_for_rows_that_come_in(self) -> None:
        async with editing(DUPLICATES) as at:
            await at.press("enter")
            load = finish(at.session.loading("load"))
            await at.press(*"-b", "enter")
            assert at.said.startswith("Rows are still coming in")
            assert at.editor.is_editing
            load.finish()
            await at.press("enter")
            assert at.usernames[0] == "lab-1-b"

    async def test_letters_typed_into_a_cell_do_nothing_else(self) -> None:
        async with editing(DUPLICATES) as at:
            await at.press("enter", *"dFbRA", "exclamation_mark", *"ovcP")
            await at.press("enter")
            assert at.usernames[0] == "lab-1dFbRA!ovcP"
            assert len(at.rows) == len(DUPLICATES)


async def test_the_footer_has_the_keys_of_the_work_on_two_lines_and_the_help_the_others() -> None:
    async with editing(MESSY) as at:
        *_, first, second = at.board.screen().split("\n")
        assert first.startswith(" f File  Enter Edit  u Undo  n Next problem  a Accept")
        assert second == " m Make  s Review and send  Esc Back  ? Keys"
        await at.press("question_mark")
        help_text = str(at.board.app.screen.query_one(".dialog-body").children[0].render())
        keys = [line.split(" ")[0] for line in help_text.split("\n")]
        for key in ("Space", "v", "c", "P", "d", "F", "b", "A", "/", "R", "!", "o", "#", "N"):
            assert key in keys, key
        # What only moves the cursor comes after what is done, and what acts everywhere after all.
        assert keys.index("f") < keys.index("Space") < keys.index("↓") < keys.index("Ctrl+L")
        await at.press("space", "space", "space", "space")
        await at.shows("Draw the whole screen again")
        await at.press("g")
        await at.shows("Load a file")


async def test_a_password_that_is_open_in_a_cell_is_hidden_with_the_others() -> None:
    async with editing([("lab-1", "Tr0ub4dor-1")]) as at:
        await at.press("asterisk", "l", "enter")
        assert at.editor.is_editing
        await at.shows("Tr0ub4dor-1")
        # What the timer does when its 30 s are over.
        at.editor.conceal()
        await at.board.until(lambda: "Tr0ub4dor" not in at.board.screen(), "hidden")
        assert at.editor.is_editing
        await at.press("2", "enter")
        assert at.rows == [("lab-1", "Tr0ub4dor-12")]
        assert "Tr0ub4dor" not in at.board.screen()


async def test_what_is_said_on_the_way_out_is_not_lost_to_passwords_being_hidden() -> None:
    async with editing([("lab-1", "Tr0ub4dor-1")]) as at:
        await at.press("asterisk")
        await at.says("Shown for 30 s; * hides it.")
        await at.press("asterisk")
        await at.says("Hidden.")
        await at.press("asterisk", "F")
        await at.shows("Fixes: put right in all rows")
        assert not at.editor.is_revealed
        assert at.said == "Hidden."
        await at.press("escape", "asterisk", "escape")
        await at.shows("1 POOLS", "1 unsent row kept here until you quit.")
        assert not at.editor.is_revealed


async def test_a_no_break_space_in_a_username_is_seen_and_asked_about() -> None:
    async with editing([("lab\u00a01", "pw1"), ("lab 1", "pw2"), ("lab\u30002", "pw3")]) as at:
        await at.shows(
            "L >    1  lab\\xa01      ********   same as row 2 except the kind of space; unus…",
            "L      2  lab 1         ********   same as row 1 except the kind of space",
            "L      3  lab\\u30002    ********   unusual space in username",
            "lab\\xa01 is the same as lab 1 in row 2 except the kind of space.",
        )
        await at.press("G")
        await at.shows("A space in the username is not the one that keyboards type")
