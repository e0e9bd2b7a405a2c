"""Accounts made here: from a pattern, exported, confirmed, and only then sent."""

import csv
import re
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
from prolific_tui.demo.seed import CHATBOT_B, MAIN_WORKSPACE
from prolific_tui.demo.service import Service
from prolific_tui.operations import Parts
from prolific_tui.settings import StateFile
from prolific_tui.tui.screens.editor import EditorScreen
from tests.dashboard import PATIENCE, Dashboard, dashboard, opened
from tests.editing import editing


async def open_chatbot_b(board: Dashboard) -> None:
    """Put the cursor on the pool with 12 free of 60."""
    await board.press("j")
    await board.shows(CHATBOT_B)


async def fill_in(board: Dashboard, pattern: str, **fields: str) -> None:
    """Type into the dialog that makes accounts; what is there before is replaced."""
    await board.shows("Make accounts", "Pattern")
    board.app.screen.query_one("#field-pattern").focus()
    await board.press("ctrl+u")
    await paste(board, pattern)
    for name, text in fields.items():
        board.app.screen.query_one(f"#field-{name}").focus()
        await board.press("end", "ctrl+u")
        await paste(board, text)


async def paste(board: Dashboard, text: str) -> None:
    """Paste into the field in focus, which is quicker than typing."""
    board.app.post_message(events.Paste(text))
    await board.pilot.pause()


async def make(board: Dashboard, pattern: str, **fields: str) -> None:
    await board.press("m")
    await fill_in(board, pattern, **fields)
    await board.press("enter")
    await board.until(lambda: not board.app.screen.query("#field-pattern"), "made")


async def export(board: Dashboard, path: str, *, choice: int = 0) -> None:
    await board.press("E")
    await board.shows("To a new file that only you can read.")
    await board.press(*["j"] * choice, "enter")
    await board.shows("in plain text")
    await board.press("enter")
    await board.shows("Tab Complete")
    await paste(board, path)
    await board.press("enter")


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


async def test_a_name_that_is_taken_is_asked_for_again_with_one_that_is_free(
    tmp_path: Path,
) -> None:
    async with opened() as board:
        await board.press("c")
        await make(board, "lab-{01..03}")
        await board.shows("made here, not exported")
        assert board.screen().count("made here, not exported") == 3

        (tmp_path / "made.csv").write_text("theirs")
        (tmp_path / "lab-01-03.csv").write_text("theirs")
        (tmp_path / "folder").mkdir()
        await board.press("E", "enter")
        await board.shows("Username column")
        await board.press("end", "ctrl+u")
        await paste(board, "login")
        await board.press("enter")
        # A free name is proposed, and none that is taken; typing takes its place.
        await board.shows("Tab Complete", "lab-01-03-2.csv")
        await board.press("ctrl+u", "enter")
        await board.shows("Nothing is typed yet: type the new file's name.", "folder/")
        assert "made.csv" not in board.screen()
        await paste(board, "nowhere/made.csv")
        await board.press("enter")
        await board.shows("Nothing was written. There is no", "Export 3 rows")
        await board.press("ctrl+u")
        await paste(board, "made.csv")
        await board.press("enter")
        await board.shows(
            "made.csv exists already and was not touched. made-2.csv is free.", "Export 3 rows"
        )
        assert (tmp_path / "made.csv").read_text() == "theirs"
        # All that was entered is still there, and the free name is one key away.
        await board.press("enter")
        await board.shows("3 rows written to")
        await board.press("enter")
        assert (tmp_path / "made-2.csv").read_text().startswith("login,password\n")

        # The rows tell which of them stand in a file, as they are.
        await board.shows("made here 3")
        assert board.screen().count("  exported") == 3
        await board.press("e", "x", "enter")
        await board.shows("made here, not exported")
        assert board.screen().count("not exported") == 1


async def test_a_long_list_is_looked_through_between_keys_and_enter_waits_for_that() -> None:
    async with editing((f"lab-{number}", "pw") for number in range(1, 120_001)) as at:
        await at.press("m")
        await fill_in(at.board, "lab-{}", count="2")
        await at.press("enter")
        await at.shows("120,002 rows")
        assert at.usernames[-2:] == ["lab-120001", "lab-120002"]

        await at.press("m")
        await fill_in(at.board, "lab-{100..100099}")
        await at.shows("100,000 accounts: lab-100 … lab-100099")
        await at.shows("! 100,000 of them are there already: lab-100, lab-101, lab-102 and 99,997")
        # What was typed last is what is told of.
        await fill_in(at.board, "lab-{120002..120003}")
        await at.shows("! 1 of them is there already: lab-120002.")
        await at.press("escape")
        await at.board.until(lambda: at.is_idle, "nothing is looked for any more")


async def test_a_slip_in_the_pattern_is_pointed_at() -> None:
    async with opened() as board:
        await board.press("c", "m")
        await fill_in(board, "lab-{1..5}-{1..5}")
        await board.shows("Only one number", "Each would multiply the accounts made")
        pointer = board.app.screen.query_one("#pointer-pattern")
        assert pointer.display
        await board.press("enter")
        field = board.app.screen.query_one("#field-pattern")
        assert field.has_focus
        assert field.cursor_position == len("lab-{1..5}-")  # type: ignore[attr-defined]
        row = next(line for line in board.screen().split("\n") if "lab-{1..5}" in line)
        below = board.screen().split("\n")[board.screen().split("\n").index(row) + 1]
        assert below.index("^") == row.index("lab-") + len("lab-{1..5}-")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"start": "1", "count": ","}, "How many: a number"),
        ({"start": "1", "count": "0"}, "between 1 and 100,000"),
        ({"start": "1", "count": "5", "length": "7"}, "8 to 64 characters"),
    ],
)
async def test_what_cannot_be_made_is_said_and_makes_nothing(
    fields: dict[str, str], words: str
) -> None:
    async with opened() as board:
        await board.press("c", "m")
        await fill_in(board, "lab-{}", **fields)
        await board.shows(words)
        await board.press("enter")
        await board.shows(words)
        await board.press("escape")
        await board.shows("0 rows")


async def test_a_number_takes_only_digits_and_typing_replaces_what_was_proposed() -> None:
    async with opened() as board:
        await board.press("c", "m")
        await board.type("lab-{}")
        await board.press("tab", "tab")
        await board.type("many: 3")
        await board.press("tab")
        await board.type("16")
        await board.shows("3 accounts: lab-1 … lab-3; passwords of 16 characters")


async def test_what_is_there_already_is_said_before_it_is_made_twice() -> None:
    async with opened() as board:
        await board.press("c")
        await make(board, "lab-{1..3}")
        await board.press("m")
        await fill_in(board, "lab-{2..5}")
        await board.shows("2 of them are there already: lab-2, lab-3")


async def test_a_pattern_says_itself_where_it_starts_or_goes_on_where_the_list_ends() -> None:
    async with opened() as board:
        await board.press("c")
        await make(board, "lab-{007..009}")
        await board.press("m")
        await fill_in(board, "lab-{}", count="2")
        await board.shows("lab-9 is the last one in this list", "2 accounts: lab-10 … lab-11")
        assert not board.app.screen.query_one("#field-start").disabled
        assert "in the pattern" not in board.screen()
        await fill_in(board, "lab-{020..029}")
        await board.shows("10 accounts: lab-020 … lab-029")
        assert board.app.screen.query_one("#field-start").disabled
        assert board.app.screen.query_one("#field-count").disabled
        # They don't look as if something could be typed there, and the reason is beside them.
        assert not board.app.screen.query_one("#field-start").styles.text_style.underline
        assert board.screen().count("in the pattern") == 2


async def test_numbers_that_the_pool_holds_are_not_proposed() -> None:
    async with editing([("other", "pw")], held=[f"lab-{number}" for number in range(1, 61)]) as at:
        await at.press("m")
        await at.shows("Make accounts")
        await fill_in(at.board, "lab-{}", count="2")
        await at.shows("lab-60 is in the pool already.", "2 accounts: lab-61 … lab-62")


async def test_nothing_is_exported_of_rows_that_changed_under_the_question() -> None:
    async with editing([("lab-1", "pw-1")]) as at:
        await at.press("E")
        await at.shows("Plain CSV, all 1 row")
        at.session.insert(0, Rows.of([("lab-2", "pw-2")]))
        await at.press("enter")
        await at.says("The rows changed meanwhile, so nothing was exported.")
        assert at.board.app.screen is at.editor


async def test_the_next_number_of_a_pool_is_remembered_between_runs(tmp_path: Path) -> None:
    def remembering(service: Service) -> Parts:
        tmp_path.chmod(0o700)
        settings = StateFile(tmp_path / "state.json")
        settings.load()
        return replace(demo_parts(service), settings=settings)

    async with dashboard(parts=remembering) as board:
        await board.shows("free of")
        await open_chatbot_b(board)
        await make(board, "lab-b-{001..033}")
        await board.shows("33 rows")
        await board.until((tmp_path / "state.json").exists)
    remembered = (tmp_path / "state.json").read_text()
    assert re.search(r'"lab-b-\{000\}": 34', remembered)

    async with dashboard(parts=remembering) as board:
        await board.shows("free of")
        await open_chatbot_b(board)
        await board.press("m")
        await board.shows("Make accounts", "lab-b-{034}")
        await fill_in(board, "lab-b-{}", count="1")
        await board.shows("lab-b-33 was the last one made for this pool", "1 account: lab-b-34")
        await board.press("escape", "escape")
        # Of another pool, the workspace's own numbers are the better guess.
        await board.press("g", "m")
        await fill_in(board, "lab-b-{}", count="1")
        await board.shows("the last one made in this workspace")
    assert MAIN_WORKSPACE in remembered


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
