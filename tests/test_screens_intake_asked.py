"""What is asked about a list before it is taken in, shown with what each answer makes of it."""

from pathlib import Path

import pytest

from tests.credentials_exports import PAIRS
from tests.editing import Editing, editing, load_file, replace_by_file, takes

JOSE = [("josé", "k3-9fQ"), PAIRS[1]]
NO_PASSWORDS = "This export holds no passwords; participants could not log in."


pytestmark = pytest.mark.usefixtures("among_the_exports")


async def test_an_encoding_that_only_passwords_tell_is_chosen_by_them_once_they_are_asked_for(
    tmp_path: Path,
) -> None:
    file = tmp_path / "passwords.csv"
    file.write_bytes("lab-1,schön\nlab-2,m8-2xT\n".encode("mac-roman"))
    async with editing([]) as at:
        await load_file(at.board, str(file))
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
    async with editing([]) as at:
        await load_file(at.board, "cp1252.csv")
        await at.shows("How is cp1252.csv to be read?", "It is not UTF-8.", "Windows-1252")
        await at.shows("Enter Choose the encoding")
        # It is never guessed: Enter asks, and shows what each would make of the names.
        await at.press("enter")
        await at.shows("Which encoding is cp1252.csv in?", "Windows-1251, Cyrillic        josй")
        assert "k3-9fQ" not in at.board.screen()
        await at.press("escape", "escape")
        await at.says("Nothing was changed.")
        assert at.rows == []

        await load_file(at.board, "shift-jis.csv")
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
    async with editing([], size=size) as at:
        await load_file(at.board, "bitwarden-organisation.csv")
        await takes(at, PAIRS)
        await at.press("L")
        await at.shows(" login_username login_password ", "lab-1          ********")
        await at.shows("Enter Take it", "Rows       2")
        await at.press("escape")
        await load_file(at.board, "no-known-header.csv")
        await at.shows("has to be chosen", "Enter Choose the username column")
        await at.press("enter")
        await at.shows("Which column holds the usernames?")
        await at.press("enter")
        await at.shows("Enter Take it")


async def replace_by_asking(at: Editing, path: str) -> None:
    """Load a file whose encoding is asked, in the place of the rows that are there."""
    await load_file(at.board, path)
    await at.shows("It is not UTF-8.")
    await at.press("enter")
    await at.shows("Which encoding")
    await at.press("enter")
    await at.press("enter")
    await at.shows("See first how it is read")
    await at.press("g", "j", "enter")


async def test_columns_that_nobody_named_are_masked_until_one_is_chosen() -> None:
    async with editing([]) as at:
        await load_file(at.board, "no-known-header.csv")
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
    async with editing([]) as at:
        await load_file(at.board, "bare.csv")
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
    async with editing([]) as at:
        await load_file(at.board, "two-delimiters.csv")
        await at.shows("Two delimiters fit equally well.")
        await at.press("enter")
        await takes(at, [("lab-1", "k3;9fQ"), ("lab-2", "m8;2xT")])
        await load_file(at.board, "username-and-email.csv")
        await at.shows("Which columns hold the usernames and the passwords?")
        await at.press("enter")
        await at.shows("Append 2 rows to the 2 here")
        await at.press("enter")
        await at.shows("4 rows")
        assert at.rows[2:] == PAIRS


async def test_ragged_lines_are_refused_or_taken_as_problems_and_may_be_taken_beforehand() -> None:
    async with editing([("before", "pw-before")]) as at:
        await replace_by_file(at, "refused-ragged.csv")
        await at.shows("2 lines do not have 2 fields: lines 2, 3.", "Change nothing")
        await at.press("enter")
        await at.says("Nothing was changed.")
        assert at.rows == [("before", "pw-before")]

        await replace_by_file(at, "refused-ragged.csv")
        await at.shows("Take them as rows with problems")
        await at.press("j", "enter")
        await at.shows("6 rows   goes 4   needs your OK 0   left out 2")
        await at.shows(
            "2 lines with too many or too",
            "2 passwords left empty: the line is ragged.",
            "1 username too, in case of a password.",
        )
        await at.press("u")
        await takes(at, [("before", "pw-before")])

        await load_file(at.board, "refused-ragged.csv")
        await at.shows("See first how it is read")
        await at.press("G", "enter")
        await at.shows("2 ragged lines to be asked about")
        await at.press("r")
        await at.shows("2 ragged lines taken as problems")
        await at.press("enter", "enter")
        await at.shows("7 rows   goes 5")
