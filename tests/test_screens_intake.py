"""What people have, from the file to the grid: recognised, asked about, changed, or refused."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual import events

from prolific_tui.credentials.rows import Column, Rows
from prolific_tui.operations import CSV_LIMIT
from tests.credentials_exports import EXPORTS, PAIRS
from tests.dashboard import PATIENCE, opened
from tests.editing import Editing, editing

JOSE = [("josé", "k3-9fQ"), PAIRS[1]]
NO_PASSWORDS = "This export holds no passwords; participants could not log in."


@pytest.fixture(autouse=True)
def among_the_exports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXPORTS)


async def load(at: Editing, path: str) -> None:
    await at.press("f")
    await at.shows("Load a file")
    # A paste into the field is quicker than typing.
    at.board.app.post_message(events.Paste(path))
    await at.press("enter")


async def replace_by(at: Editing, path: str) -> None:
    """Load a file in the place of the rows that are there."""
    await load(at, path)
    await at.shows("See first how it is read")
    await at.press("g", "j", "enter")


async def takes(at: Editing, rows: list[tuple[str, str]], *said: str) -> None:
    await at.board.until(lambda: at.rows == rows and not at.editor.is_bringing_in, repr(rows))
    await at.shows(*said)


@asynccontextmanager
async def nothing_yet(size: tuple[int, int] = (80, 24)) -> AsyncIterator[Editing]:
    async with editing([], size=size) as at:
        yield at


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
            await replace_by(at, name)
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
        await load(at, "utf-16-le.csv")
        await at.shows("Append 2 rows")
        await at.press("enter")
        await takes(at, [("before", "pw-before"), *JOSE])
        first = at.editor.draft.source
        assert first.startswith("utf-16-le.csv: UTF-16 LE, tab, CRLF")
        await load(at, "crlf.csv")
        await at.shows("Append 2 rows")
        assert at.said == "", "it was read, and is not said to be still"
        await at.press("enter")
        await at.board.until(lambda: len(at.rows) == 5 and not at.editor.is_bringing_in, "both")
        both = at.editor.draft.source
        assert both.startswith(f"{first} + crlf.csv: UTF-8, comma, CRLF")
        await replace_by(at, "bare.csv")
        await takes(at, PAIRS, " bare.csv: UTF-8, comma, LF")
        assert at.editor.draft.source.startswith("bare.csv: ")
        for source in (both, first, ""):
            await at.press("u")
            assert at.editor.draft.source == source
        for source in (first, both):
            await at.press("U")
            assert at.editor.draft.source == source


async def test_exports_without_passwords_say_so_and_nothing_of_them_goes() -> None:
    async with nothing_yet() as at:
        for name, letter_and_words in [
            ("google-workspace.csv", "placeholder, not a password"),
            ("okta.csv", "no password"),
        ]:
            await (replace_by if at.rows else load)(at, name)
            await at.shows(f"{name}: ", NO_PASSWORDS, letter_and_words)
            await at.shows("2 rows   goes 0   needs your OK 0   left out 2")
        await replace_by(at, "hash-column.csv")
        await at.shows("1 row   goes 0", NO_PASSWORDS, "B ", "a hash, not a password")
        await at.shows("The password is a hash, as servers store one")
        await replace_by(at, "google-workspace-hashed.csv")
        await takes(at, [("lab-1@lab.example", ""), ("lab-2@lab.example", "m8-2xT")])
        await at.shows("2 rows   goes 1", "left out 1", "1 password left empty: a hash")
        await at.shows("a hash, not a password")
        # It is known of the row as long as nobody types a password into it.
        at.editor.changed(at.session.set_cell(0, Column.PASSWORD, "k3-9fQ"))
        await at.shows("2 rows   goes 2")
        await at.press("u")
        await at.shows("2 rows   goes 1", "a hash, not a password")


async def test_an_encoding_that_only_passwords_tell_is_chosen_by_them_once_they_are_asked_for(
    tmp_path: Path,
) -> None:
    file = tmp_path / "passwords.csv"
    file.write_bytes("lab-1,schön\nlab-2,m8-2xT\n".encode("mac-roman"))
    async with nothing_yet() as at:
        await load(at, str(file))
        await at.shows("Enter Choose the encoding")
        await at.press("enter")
        await at.shows(
            "All usernames that were looked at are the same in each; of those rows,",
            "it decides what 1 password will be. * shows such for 30 s",
        )
        assert "sch" not in at.board.screen()
        await at.press("asterisk")
        await at.shows("Windows-1252, Western Europe  schšn", "Mac Roman, Western Europe     schön")
        await at.press("asterisk")
        await at.board.until(lambda: "sch" not in at.board.screen(), "hidden")
        await at.press("asterisk", "j", "enter")
        await at.shows("How is passwords.csv to be read?", "Mac Roman, Western Europe")
        assert "sch" not in at.board.screen()
        await at.press("enter")
        await takes(at, [("lab-1", "schön"), PAIRS[1]])


async def test_bytes_that_are_not_utf_8_are_asked_about_with_the_usernames_as_they_would_be() -> (
    None
):
    async with nothing_yet() as at:
        await load(at, "cp1252.csv")
        await at.shows("How is cp1252.csv to be read?", "It is not UTF-8.", "Windows-1252")
        await at.shows("Enter Choose the encoding")
        # It is never guessed: Enter asks, and shows what each would make of the names.
        await at.press("enter")
        await at.shows("Which encoding is cp1252.csv in?", "Windows-1251, Cyrillic        josй")
        assert "k3-9fQ" not in at.board.screen()
        await at.press("escape", "escape")
        await at.says("Nothing was changed.")
        assert at.rows == []

        await load(at, "shift-jis.csv")
        await at.shows("It is not UTF-8.")
        await at.press("e")
        await at.shows("Which encoding", "Japanese")
        await at.press("slash")
        await at.type("japanese")
        await at.press("enter")
        await at.shows("ラボ1")
        await at.press("enter")
        await takes(at, [("ラボ1", "k3-9fQ"), PAIRS[1]])

        await replace_by_asking(at, "utf-16-le-no-mark.csv")
        await takes(at, JOSE)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_of_many_columns_those_that_count_are_whole_and_enter_says_what_it_does(
    size: tuple[int, int],
) -> None:
    async with nothing_yet(size) as at:
        await load(at, "bitwarden-organisation.csv")
        await takes(at, PAIRS)
        await at.press("L")
        await at.shows(" login_username login_password ", "lab-1          ********")
        await at.shows("Enter Take it", "Rows       2")
        await at.press("escape")
        await load(at, "no-known-header.csv")
        await at.shows("has to be chosen", "Enter Choose the username column")
        await at.press("enter")
        await at.shows("Which column holds the usernames?")
        await at.press("enter")
        await at.shows("Enter Take it")


async def replace_by_asking(at: Editing, path: str) -> None:
    """Load a file whose encoding is asked, in the place of the rows that are there."""
    await load(at, path)
    await at.shows("It is not UTF-8.")
    await at.press("enter")
    await at.shows("Which encoding")
    await at.press("enter")
    await at.press("enter")
    await at.shows("See first how it is read")
    await at.press("g", "j", "enter")


async def test_columns_that_nobody_named_are_masked_until_one_is_chosen() -> None:
    async with nothing_yet() as at:
        await load(at, "no-known-header.csv")
        await at.shows("How is no-known-header.csv to be read?", "column 3")
        assert not any(text in at.board.screen() for text in ("lab-1", "k3-9fQ"))
        await at.press("enter")
        await at.shows("no-known-header.csv to be read?")
        assert at.rows == []
        await at.press("u")
        await at.shows("Which column holds the usernames?")
        await at.press("j", "enter")
        await at.shows("lab-1")
        assert "k3-9fQ" not in at.board.screen()
        await at.press("p")
        await at.shows("Which column holds the passwords?", "None: it holds no passwords")
        await at.press("enter")
        await at.shows("Password   column 3")
        await at.press("enter")
        await takes(at, PAIRS, "column 2 and column 3 of 3")


async def test_every_assumption_can_be_changed_before_and_after_it_was_taken() -> None:
    async with nothing_yet() as at:
        await load(at, "bare.csv")
        await takes(at, PAIRS)
        await at.press("L")
        await at.shows("How is bare.csv to be read?", "UTF-8", "comma", "none", "column 1")
        await at.press("e")
        await at.shows("Its encoding is certain")
        await at.press("d")
        await at.shows("semicolon")
        await at.press("enter")
        await at.shows("semicolon", "columns")
        for _ in range(3):
            await at.press("d")
        await at.shows("Delimiter  comma")
        # A header that is none shows no password where the names of columns stand.
        await at.press("h")
        await at.shows("Header     the first line")
        assert "k3-9fQ" not in at.board.screen()
        await at.press("h")
        await at.shows("Header     none")
        # Whichever column takes the other's place gives its own for it.
        await at.press("u")
        await at.shows("Which column holds the usernames?")
        await at.press("j", "enter")
        await at.shows("Username   column 2", "Password   column 1")
        await at.press("enter")
        await at.shows("Replace the 2 here with 2 rows")
        await at.press("j", "enter")
        await takes(at, [(password, name) for name, password in PAIRS], "column 2 and column 1")
        await at.press("u")
        await takes(at, PAIRS)


async def test_what_is_asked_about_two_delimiters_or_a_username_beside_an_address() -> None:
    async with nothing_yet() as at:
        await load(at, "two-delimiters.csv")
        await at.shows("Two delimiters fit equally well.")
        await at.press("enter")
        await takes(at, [("lab-1", "k3;9fQ"), ("lab-2", "m8;2xT")])
        await load(at, "username-and-email.csv")
        await at.shows("Which columns hold the usernames and the passwords?")
        await at.press("enter")
        await at.shows("Append 2 rows to the 2 here")
        await at.press("enter")
        await at.shows("4 rows")
        assert at.rows[2:] == PAIRS


async def test_ragged_lines_are_refused_or_taken_as_problems_and_may_be_taken_beforehand() -> None:
    async with editing([("before", "pw-before")]) as at:
        await replace_by(at, "refused-ragged.csv")
        await at.shows("2 lines do not have 2 fields: lines 2, 3.", "Change nothing")
        await at.press("enter")
        await at.says("Nothing was changed.")
        assert at.rows == [("before", "pw-before")]

        await replace_by(at, "refused-ragged.csv")
        await at.shows("Take them as rows with problems")
        await at.press("j", "enter")
        await at.shows("6 rows   goes 4   needs your OK 0   left out 2")
        await at.shows("2 lines with too many or too")
        await at.press("u")
        await takes(at, [("before", "pw-before")])

        await load(at, "refused-ragged.csv")
        await at.press("G", "enter")
        await at.shows("2 ragged lines to be asked about")
        await at.press("r")
        await at.shows("2 ragged lines taken as problems")
        await at.press("enter", "enter")
        await at.shows("7 rows   goes 5")


async def test_what_cannot_be_read_says_why_and_costs_nothing_that_is_there(
    tmp_path: Path,
) -> None:
    too_large = tmp_path / "too-large.csv"
    with too_large.open("wb") as file:
        file.truncate(CSV_LIMIT + 1)
    header_only = tmp_path / "header.csv"
    header_only.write_text("username,password\n")
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    async with editing([("before", "pw-before")]) as at:
        for path, title, words in [
            ("refused-nul.csv", "NUL", "line 2"),
            ("refused-names-only.csv", "There is only one column", "needed in each line"),
            ("refused-empty.csv", "There is nothing in it", "no rows"),
            (str(header_only), "There is nothing in it", "a header and no rows"),
            (str(pipe), "Not a regular file", "is a pipe"),
            ("/dev/zero", "Not a regular file", "device"),
            (str(tmp_path), "folder", str(tmp_path)[:20]),
            (str(too_large), "Too large", f"more than {CSV_LIMIT // 2**20} MiB"),
            ("not-there.csv", "Not there", "not-there.csv"),
        ]:
            await load(at, path)
            kept = f"Not taken in: {Path(path).name}. The 1 row here was not changed."
            await at.shows(title, words, kept)
            await at.press("enter")
            await at.board.until(lambda: at.board.app.screen is at.editor, "the error is closed")
            await at.says(kept)
            assert at.rows == [("before", "pw-before")], path
            assert not at.session.redo_label
        await replace_by(at, "refused-open-quote.csv")
        kept = "Not taken in: refused-open-quote.csv. The 1 row here was not changed."
        await at.shows("A quote is never closed", "opens in line 2", kept)
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
        await load(at, str(path))
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
        for action in ("edit", "make", "export", "file", "review", "duplicates"):
            at.board.app.say("")
            getattr(at.editor, f"action_{action}")()
            await asyncio.sleep(0)
            assert at.said == "A list is still being read; Esc gives that up.", action
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
        assert at.board.app.drafts.unsent_rows() == 3
        at.editor.show_all()
