"""What people have, from the file or the clipboard to the grid: taken in, or refused."""

import asyncio
import os
from pathlib import Path

import pytest
from textual import events

from prolific_tui.credentials.rows import Column, Rows
from prolific_tui.operations import CSV_LIMIT
from tests.credentials_exports import PAIRS
from tests.dashboard import PATIENCE, opened
from tests.editing import Editing, editing, load_file, replace_by_file, takes

JOSE = [("josé", "k3-9fQ"), PAIRS[1]]
NO_PASSWORDS = "This export holds no passwords; participants could not log in."


pytestmark = pytest.mark.usefixtures("among_the_exports")


async def test_what_is_plain_goes_straight_in_and_says_how_it_was_read() -> None:
    """Each takes the place of the one before, and one step back brings all of that back."""
    async with editing([("before", "pw-before")]) as at:
        for name, rows, said in [
            ("bare.csv", PAIRS, "UTF-8, comma, LF, no header"),
            ("header-any-order.csv", PAIRS, "UTF-8, comma, LF, header"),
            ("bitwarden.csv", PAIRS, "Bitwarden header"),
            ("bitwarden-organisation.csv", PAIRS, "Bitwarden organisation header"),
            ("1password.csv", PAIRS, "1Password header"),
            ("chrome.csv", PAIRS, "Chrome or Edge header"),
            ("edge.csv", PAIRS, "CRLF, Chrome or Edge header"),
            ("firefox.csv", PAIRS, "Firefox header"),
            ("keepassxc.csv", PAIRS, "KeePassXC header"),
            ("lastpass.csv", PAIRS, "LastPass header"),
            ("moodle.csv", PAIRS, "Moodle header"),
            ("spreadsheet-paste.tsv", [PAIRS[0], ("lab-2", 'm8,2"xT')], "tab, CR, header"),
            ("excel-sep-line.csv", [PAIRS[0], ("lab-2", "m8,2xT")], "semicolon, CRLF, sep= line"),
            ("utf-16-le.csv", JOSE, "UTF-16 LE, tab, CRLF"),
            ("utf-16-be.csv", JOSE, "UTF-16 BE, tab, CRLF"),
            ("utf-8-mark.csv", JOSE, "UTF-8 with BOM, comma, LF, header"),
            ("crlf.csv", PAIRS, "comma, CRLF"),
            ("cr.csv", PAIRS, "comma, CR,"),
            ("quoted.csv", [("lab,1", 'k3"9fQ'), ("lab-2", "m8\n2xT")], "comma, LF, header"),
        ]:
            await replace_by_file(at, name)
            await takes(at, rows, f"{name}: ", said)
            screen = at.board.screen()
            assert not any(password in screen for _, password in rows), "masked, every one"
        await at.shows("comma or quote in user", "control character in pass")
        await at.press("u")
        await takes(at, PAIRS)


async def test_where_rows_came_from_is_taken_back_with_them_and_names_how_each_list_was_read() -> (
    None
):
    async with editing([("before", "pw-before")]) as at:
        await load_file(at.board, "utf-16-le.csv")
        await at.shows("Append 2 rows")
        await at.press("enter")
        await takes(at, [("before", "pw-before"), *JOSE])
        first = at.editor.draft.source
        assert first.startswith("utf-16-le.csv: UTF-16 LE, tab, CRLF")
        await load_file(at.board, "crlf.csv")
        await at.shows("Append 2 rows")
        assert at.said == "", "it was read, and is not said to be still"
        await at.press("enter")
        await at.board.until(lambda: len(at.rows) == 5 and not at.editor.is_bringing_in, "both")
        both = at.editor.draft.source
        assert both.startswith(f"{first} + crlf.csv: UTF-8, comma, CRLF")
        await replace_by_file(at, "bare.csv")
        await takes(at, PAIRS, " bare.csv: UTF-8, comma, LF")
        assert at.editor.draft.source.startswith("bare.csv: ")
        for source in (both, first, ""):
            await at.press("u")
            assert at.editor.draft.source == source
        for source in (first, both):
            await at.press("U")
            assert at.editor.draft.source == source


async def test_exports_without_passwords_say_so_and_nothing_of_them_goes() -> None:
    async with editing([]) as at:
        for name, letter_and_words in [
            ("google-workspace.csv", "placeholder, not a password"),
            ("okta.csv", "no password"),
        ]:
            if at.rows:
                await replace_by_file(at, name)
            else:
                await load_file(at.board, name)
            await at.shows(f"{name}: ", NO_PASSWORDS, letter_and_words)
            await at.shows("2 rows   goes 0   needs your OK 0   left out 2")
        await replace_by_file(at, "hash-column.csv")
        await at.shows("1 row   goes 0", NO_PASSWORDS, "B ", "a hash, not a password")
        await at.shows("The password is a hash, as servers store one")
        await replace_by_file(at, "google-workspace-hashed.csv")
        await takes(at, [("lab-1@lab.example", ""), ("lab-2@lab.example", "m8-2xT")])
        await at.shows("2 rows   goes 1", "left out 1", "1 password left empty: a hash")
        await at.shows("a hash, not a password")
        # It is known of the row as long as nobody types a password into it.
        at.editor.changed(at.session.set_cell(0, Column.PASSWORD, "k3-9fQ"))
        await at.shows("2 rows   goes 2")
        await at.press("u")
        await at.shows("2 rows   goes 1", "a hash, not a password")


async def test_what_cannot_be_read_says_why_and_costs_nothing_that_is_there(
    tmp_path: Path,
) -> None:
    too_large = tmp_path / "too-large.csv"
    with too_large.open("wb") as file:
        file.truncate(CSV_LIMIT + 1)
    header_only = tmp_path / "header.csv"
    header_only.write_text("username,password\n")
    long = tmp_path / "long.csv"
    long.write_text("".join(f"lab-{row:05},pw-of-it\n" for row in range(20_000)) + 'lab,"pw\n')
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    async with editing([("before", "pw-before")]) as at:
        for path, title, words in [
            ("refused-nul.csv", "NUL", "line 2"),
            ("refused-names-only.csv", "There is only one column", "needed in each line"),
            ("refused-empty.csv", "There is nothing in it", "no rows"),
            ("refused-open-quote.csv", "A quote is never closed", "opens in line 2"),
            (str(header_only), "There is nothing in it", "a header and no rows"),
            (str(pipe), "Not a regular file", "is a pipe"),
            ("/dev/zero", "Not a regular file", "device"),
            (str(tmp_path), "folder", str(tmp_path)[:20]),
            (str(too_large), "Too large", f"more than {CSV_LIMIT // 2**20} MiB"),
            ("not-there.csv", "Not there", "not-there.csv"),
        ]:
            await load_file(at.board, path)
            kept = f"Not taken in: {Path(path).name}. The 1 row here was not changed."
            await at.shows(title, words, kept)
            await at.press("enter")
            await at.board.until(lambda: at.board.app.screen is at.editor, "the error is closed")
            await at.says(kept)
            assert at.rows == [("before", "pw-before")], path
            assert not at.session.redo_label
        # Of a long one that is found out as it comes in.
        await replace_by_file(at, str(long))
        kept = "Not taken in: long.csv. The 1 row here was not changed."
        await at.shows("A quote is never closed", "opens in line 20,001", kept)
        await at.press("enter")
        assert at.rows == [("before", "pw-before")]


async def test_a_list_for_rows_without_passwords_says_which_of_them_it_has(
    tmp_path: Path,
) -> None:
    rows = [(f"lab{number}", "") for number in range(1, 6)]
    path = tmp_path / "list.csv"
    async with editing(rows) as at:

        async def asks_about(*usernames: str) -> None:
            path.write_text("".join(f"{name},pw-of-{name}\n" for name in usernames))
            at.editor.load(path)
            await at.shows(f"{len(usernames)} rows in list.csv")

        await asks_about("lab1", "other")
        await at.shows("> Append 2 rows to the 5 here", "Replace the 5 here with 2 rows")
        await at.press("j")
        await at.shows("1 of the 5 is in it; 4 go, 1 is new. u brings them back.")
        await at.press("escape")

        await asks_about("other", "another")
        await at.shows("> Append 2 rows")
        await at.press("j")
        await at.shows("> Replace the 5 here with 2 rows", "u brings them back.")
        assert "in it" not in at.board.words()
        await at.press("escape")

        # Of a long list it is not known at once which usernames it has.
        path.write_text("".join(f"lab{number},pw\n" for number in range(2_000)))
        at.editor.load(path)
        await at.shows("> Replace the 5 here with the rows")
        await at.shows("No row here has its password. u brings them back.")
        await at.press("escape")

        names = [name for name, _ in rows]
        await asks_about(*names, "other")
        await at.shows("> Replace the 5 here with 6 rows")
        await at.shows("It has every username here; 1 is new. u brings them back.")
        await at.press("escape")

        await asks_about(*reversed(names))
        await at.shows("> Give these rows their passwords: take the list in their place")
        await at.press("enter")
        await at.shows("5 rows   goes 5")
        assert at.usernames == names[::-1]


@pytest.mark.parametrize("answer", [("escape",), ("enter",)])
async def test_a_paste_is_taken_after_asking_and_shows_how_it_is_read_if_wanted(
    answer: tuple[str, ...],
) -> None:
    async with opened() as board:
        await board.press("c")
        await board.shows("No rows yet")
        at = Editing(board, board.app.screen)  # type: ignore[arg-type]
        at.editor.take_paste("17\tlab-1\tk3-9fQ\n18\tlab-2\tm8-2xT\n")
        await board.shows("How is paste to be read?", "Encoding   a paste")
        await board.press("u", "j", "enter", "p", "enter", "enter")
        await board.shows("Take 2 rows", "See first how it is read")
        await board.press("j", "enter")
        await board.shows("Username   column 2")
        await board.press("enter")
        await board.shows("Take 2 rows")
        await board.press(*answer)
        await takes(at, PAIRS if answer == ("enter",) else [])


async def test_a_long_list_that_is_given_up_half_way_leaves_everything_as_it_was(
    tmp_path: Path,
) -> None:
    path = tmp_path / "long.csv"
    path.write_text("".join(f"lab-{row},pw-{row}-x\n" for row in range(500_000)))
    async with editing([("before", "pw-before")]) as at:
        await load_file(at.board, str(path))
        await at.shows("See first how it is read")
        # Not with the pilot, which waits until all of it is there.
        for key in ("j", "enter"):
            at.board.app.post_message(events.Key(key, None))
        async with asyncio.timeout(PATIENCE):
            while not (at.session.is_loading and len(at.session.document) > 1):  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0)
        at.board.app.post_message(events.Key("escape", None))
        await at.says("Given up; the rows are as they were.")
        await takes(at, [("before", "pw-before")])
        await at.press("x")
        await takes(at, [])


async def test_nothing_is_begun_that_a_list_which_is_being_read_would_ask_on_top_of() -> None:
    async with editing([("before", "pw-before")]) as at:
        at.editor.load(Path("bare.csv"))
        async with asyncio.timeout(PATIENCE):
            while not at.editor.is_bringing_in:  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0)
        said: list[str] = []

        def keep(message: str) -> None:
            said.append(message)

        at.board.app.watch(at.board.app, "message", keep, init=False)
        for action in ("edit", "make", "export", "file", "review", "duplicates"):
            at.board.app.say("")
            said.clear()
            getattr(at.editor, f"action_{action}")()
            await asyncio.sleep(0)
            # The list may be read meanwhile, which clears the message for what it asks.
            assert "A list is still being read; Esc gives that up." in said, action
        assert not at.editor.is_editing
        await at.shows("Append 2 rows to the 1 here")
        await at.press("enter")
        await takes(at, [("before", "pw-before"), *PAIRS])


async def test_rows_that_come_in_while_the_editor_closes_are_in_the_draft() -> None:
    async with editing([("before", "pw-before")]) as at:
        await at.press("escape")
        await at.shows("1 unsent row kept here")
        at.editor.changed(
            at.session.insert(len(at.session.document), Rows.of(PAIRS)), "2 rows read."
        )
        (draft,) = at.board.app.drafts
        assert len(draft.session.document) == 3
        at.editor.show_all()
