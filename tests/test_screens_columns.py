"""The columns of the grid use the room there is: what could be shown whole is not cut."""

import pytest

from tests.editing import Pair, editing

MAIL = "firstname.lastname.of.somebody@department.example"


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_usernames_notes_and_passwords_are_whole_where_there_is_room(
    size: tuple[int, int],
) -> None:
    noted: list[Pair] = [("lab-1", "****"), ("lab-1", "pw"), ("lab-2", "kTxW9RpfHn34Lm")]
    async with editing(noted, size=size) as at:
        await at.shows("same as row 2; placeholder, not a password")
        assert "kTx" not in at.board.screen()
        await at.press("*")
        await at.shows("kTxW9RpfHn34Lm ")

    # Without notes, usernames have the room that those would take.
    async with editing([(MAIL, "pw-1"), ("lab-2", "pw-2")], size=size) as at:
        await at.shows(f"{MAIL} ")
        before = at.board.screen().split("\n")
        (heading,) = (line for line in before if " username " in line)
        (row,) = (line for line in before if MAIL in line)
        assert heading.index("username") == row.index(MAIL)
        assert heading.index("password") == row.index("********")

        # As soon as there is a note, it is whole as well, and gone it takes no room any more.
        await at.press("i", "x", "enter", "escape")
        await at.shows("  no password")
        await at.press("enter", *"pw-3", "enter")
        await at.shows(f"{MAIL} ")


async def test_what_is_said_of_long_usernames_names_the_other_row_and_what_differs() -> None:
    """Their ends may be all that tells them apart, and a sentence of two lines has to hold both."""
    name = "very.long.participant.account.name-{}@psychology.of.reasoning.university.example"
    one, other = name.format("A"), name.format("a")
    longest = f"first.{'x' * 80}.of-the-laboratory-number-003"
    async with editing([(one, "p"), (other, "q"), (longest, "r")]) as at:
        await at.shows(
            "very.long.partic…versity.example is the same as very.long.partic…versity.example "
            # What is left has no room, and that can be seen.
            "in row 2 except capitals. People may take on…"
        )
        # In the grid both ends can be read, and the pane has all of it.
        await at.shows("first.xxxxxxxx…ry-number-003  ****")
        await at.press("G")
        await at.board.until(lambda: longest in "".join(at.board.screen().split()))

    async with editing([(longest, "p"), (longest, "q")]) as at:
        await at.shows("first.xxxxxxxxxx…tory-number-003 is in rows 1 and 2 with different")
        await at.press("d")
        await at.shows("first.xxxxxxxxx…ory-number-003  row 1")


async def test_numbers_of_five_digits_leave_the_columns_below_their_headings() -> None:
    async with editing((f"lab-{row}", "pw") for row in range(10_000)) as at:
        await at.press("G")
        await at.shows(" 10,000  lab-9999 ")
        lines = at.board.screen().split("\n")
        (heading,) = (line for line in lines if " username " in line)
        (row,) = (line for line in lines if "lab-9999" in line)
        assert heading.index("username") == row.index("lab-9999")
        assert heading.index("password") == row.index("********")


async def test_a_username_that_comes_into_sight_makes_room_for_itself() -> None:
    rows = [*((f"lab-{row}", "pw") for row in range(60)), (MAIL, "pw")]
    async with editing(rows) as at:
        await at.press("g")
        await at.shows("lab-1 ")
        narrow = at.editor.grid.columns.username
        await at.press("G")
        await at.shows(f"{MAIL} ")
        assert at.editor.grid.columns.username > narrow

        # The columns stay as they are then, or scrolling would be unsteady.
        wide = at.editor.grid.columns
        await at.press("g", "e")
        await at.shows("lab-1 ")
        assert at.editor.grid.columns == wide
        # And a place for the cursor behind a text that is as wide as the column.
        assert at.board.widget("#cell").size.width == wide.username + 1
