"""The dialog that makes accounts: what it proposes, points at, refuses and remembers."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from prolific_tui.assembly import demo_parts
from prolific_tui.demo.seed import MAIN_WORKSPACE
from prolific_tui.demo.service import Service
from prolific_tui.operations import Parts
from prolific_tui.settings import StateFile
from tests.dashboard import dashboard, opened
from tests.editing import editing, paste
from tests.making import fill_in, make, open_chatbot_b


@pytest.fixture(autouse=True)
def in_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


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
