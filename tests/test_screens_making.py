"""Accounts made here: from a pattern, exported, confirmed, and only then sent."""

import csv
import secrets
import stat
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events

from prolific_tui.assembly import demo_parts
from prolific_tui.credentials.rows import Rows
from prolific_tui.demo.seed import CHATBOT_B
from prolific_tui.tui.screens.editor import EditorScreen
from tests.dashboard import PATIENCE, Dashboard, dashboard, opened
from tests.editing import editing, paste
from tests.making import export, fill_in, make, open_chatbot_b


@pytest.fixture(autouse=True)
def in_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def passwords(board: Dashboard) -> list[str]:
    return list(board.app.screen.query_one("CredentialGrid").session.document.rows().passwords)  # type: ignore[attr-defined]


async def test_33_new_accounts_by_friday_evening(tmp_path: Path) -> None:
    """Made, exported, confirmed, appended: the story of a study that grew by 30 places."""
    async with opened() as board:
        await open_chatbot_b(board)

        # 30 places more, of which the pool's 12 free accounts cover some: 33 to make.
        await board.press("m")
        await fill_in(board, "lab-b-{201}", places="30")
        await board.shows("30 places × 1.5 = 45 accounts, 12 held: 33 to make.")
        await board.shows("33 accounts: lab-b-201 … lab-b-233")
        await board.press("enter")
        await board.shows("33 rows", "goes 0 until E exports 33", "33 accounts made here")
        made = passwords(board)
        assert len(set(made)) == 33
        assert not any(password in board.screen() for password in made)

        # They can't be sent: nobody could log in with them.
        await board.press("s")
        await board.shows("These 33 accounts were made here and exist nowhere yet: E exports them")
        await board.shows("Append to the pool", "Goes 0 until E exports 33", "12 free")
        assert "afterwards" not in board.screen()
        assert not board.app.screen.query("#confirmation-field")
        assert "Enter" not in board.screen(), "no key is said to send them"
        await board.press("enter")
        await board.shows("Accounts that exist nowhere can't be sent")

        # The export is offered right there.
        await board.press("E")
        await board.shows("Google Workspace template, the 33 made here")
        await board.press("enter")
        await board.shows("Username column", "33 rows, with the passwords in plain text")
        await board.press("enter")
        path = tmp_path / "friday.csv"
        await board.shows("Tab Complete")
        await paste(board, path.name)
        await board.press("enter")
        await board.shows("33 rows written to", "Only you can read it")
        assert str(path) in board.words().replace(" ", "")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with path.open(newline="") as file:
            rows = list(csv.reader(file))
        assert rows[0] == ["username", "password"]
        assert [row[0] for row in rows[1:]] == [f"lab-b-{n}" for n in range(201, 234)]
        assert [row[1] for row in rows[1:]] == made
        await board.press("enter")

        # Now it is asked whether they exist, before any other words count.
        await board.press("s")
        await board.shows(
            "Do these accounts exist in your tool?", "given them at once", "yes", "Enter They exist"
        )
        await board.type("send 33")
        await board.press("enter")
        await board.shows("Nothing was sent. They exist? Type exactly: yes")
        await board.press("ctrl+u")
        await board.type("yes")
        await board.press("enter")
        await board.shows("Type send 33 :", "Nothing is sent yet.", "Enter Send")
        await board.shows("lab-b-233; you said that these exist")
        assert len(board.service.state.pools[CHATBOT_B].passwords) == 60
        await board.type("send 33")
        await board.press("enter")
        await board.shows("33 credentials appended", "93 now")
        held = board.service.state.pools[CHATBOT_B].passwords
        assert [held[f"lab-b-{n}"].reveal() for n in range(201, 234)] == made


async def test_making_is_one_step_and_each_row_says_that_it_was_made_here() -> None:
    async with opened() as board:
        await board.press("c")
        await make(board, "lab-{01..03}")
        await board.shows("3 rows", "until E exports 3", "exists nowhere else yet")
        assert board.screen().count("made here") >= 4
        await board.press("u")
        await board.shows("0 rows", "Undone: making of 3 accounts")
        assert "made here" not in board.screen()
        await board.press("U")
        await board.shows("3 rows", "until E exports 3")


async def test_accounts_that_take_long_to_make_come_before_what_is_typed_next_or_are_given_up() -> (
    None
):
    may_go_on = threading.Event()

    def choose(alphabet: Sequence[str]) -> str:
        assert may_go_on.wait(PATIENCE)
        return secrets.choice(alphabet)

    async with dashboard(
        parts=lambda service: replace(demo_parts(service), choose=choose)
    ) as board:
        await board.shows("free of")
        await board.press("c")
        await make(board, "lab-{01..03}")
        await board.shows("Making 3 accounts…; Esc gives it up")
        await board.press("escape")
        await board.shows("Given up; no account was made.", "No rows yet")

        await make(board, "new-{01..05}")
        await board.shows("Making 5 accounts…")
        board.app.post_message(events.Key("x", "x"))
        await board.pilot.pause()
        await board.shows("Making 5 accounts…", "No rows yet")
        may_go_on.set()
        await board.shows("4 rows", "   1  new-02")
        assert "lab-" not in board.screen(), "what was given up does not come after all"

        # A double click opens a cell meanwhile, which the cursor stays on.
        may_go_on.clear()
        await make(board, "more-{01..05}")
        await board.shows("Making 5 accounts…")
        editor = board.app.screen
        assert isinstance(editor, EditorScreen)
        editor.edit_requested()
        may_go_on.set()
        await board.shows("9 rows")
        assert editor.is_editing
        assert editor.grid.position == 0


async def test_nothing_is_exported_of_rows_that_changed_under_the_question() -> None:
    async with editing([("lab-1", "pw-1")]) as at:
        await at.press("E")
        await at.shows("Plain CSV, all 1 row")
        at.session.insert(0, Rows.of([("lab-2", "pw-2")]))
        await at.press("enter")
        await at.says("The rows changed meanwhile, so nothing was exported.")
        assert at.board.app.screen is at.editor


async def test_a_row_edited_after_its_export_has_to_be_exported_again() -> None:
    async with opened() as board:
        await board.press("c")
        await make(board, "lab-{1..3}")
        await export(board, "first.csv")
        await board.shows("3 rows written to")
        await board.press("enter")
        await board.shows("Made here, and exported as it is")
        await board.press("l", "enter")
        await board.type("another-1")
        await board.press("enter")
        await board.press("s")
        await board.shows("This 1 account was made here and exists nowhere yet")


async def test_the_google_template_warns_of_what_google_or_a_spreadsheet_would_make_of_it(
    tmp_path: Path,
) -> None:
    async with opened() as board:
        await board.press("c")
        for text in ("ann@lab.example", "=1+1", "bob", "pw-22222"):
            if "pw" not in text and "=" not in text:
                await board.press("i")
            await paste(board, text)
            await board.press("enter")
        await board.shows("2 rows")
        await board.press("E")
        await board.shows("Google Workspace template, all 2 rows")
        await board.press("j", "enter")
        await board.shows("1 cell (row 1) begins like a formula", "1 username is no address (row 2")
        board.app.screen.query_one("#field-unit").focus()
        await board.press("ctrl+u")
        await board.type("lab")
        await board.shows("starts with /")
        await board.press("ctrl+u")
        await board.type("/Students")
        await board.shows("Must change? (y/n)", "Nobody has to change the password at sign-in")
        board.app.screen.query_one("#field-change").focus()
        await board.press("ctrl+u", "y")
        await board.shows("Whoever signs in first must change the password")
        await board.press("enter")
        path = tmp_path / "google.csv"
        await board.shows("Tab Complete")
        await paste(board, path.name)
        await board.press("enter")
        await board.shows("2 rows written to")
    with path.open(newline="") as file:
        first, second = csv.DictReader(file)
    assert first["Email Address [Required]"] == "ann@lab.example"
    assert first["Password [Required]"] == "=1+1", "as it is, never altered"
    assert second["Org Unit Path [Required]"] == "/Students"
    assert second["Change Password at Next Sign-In"].casefold() == "true"
