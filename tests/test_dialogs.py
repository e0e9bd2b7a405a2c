"""Dialogs by themselves: a path that is completed, and choices that are too long for their line."""

import asyncio

from prolific_tui.tui.dialogs import Choice, ChoiceDialog, PathDialog
from prolific_tui.tui.field import Field
from tests.dashboard import opened

FILES = ("lists/wave-1.csv", "lists/wave-2.csv")


class Completer:
    """Completes what is typed once it is told to go on."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()

    async def __call__(self, typed: str) -> tuple[str, ...]:
        await self.go_on.wait()
        return tuple(path for path in FILES if path.startswith(typed))


async def test_tab_takes_what_completions_share_however_late_they_come() -> None:
    async with opened() as board:
        complete = Completer()
        answer = board.app.ask(PathDialog("Load a file", "", complete))
        await board.shows("Load a file")
        await board.type("li")
        await board.press("tab")
        assert "lists/" not in board.screen()
        complete.go_on.set()
        await board.shows("lists/wave-  ")
        # What they do not share is typed, or chosen below.
        await board.press("tab")
        await board.shows("lists/wave-  ")
        await board.press("2", "tab", "enter")
        assert await answer == "lists/wave-2.csv"


async def test_tab_means_what_was_typed_then_and_not_what_is_typed_since() -> None:
    async with opened() as board:
        complete = Completer()
        board.app.ask(PathDialog("Load a file", "", complete))
        await board.shows("Load a file")
        await board.press("l", "tab", "x")
        complete.go_on.set()
        await board.press("backspace")
        await board.shows("lists/wave-1.csv", "lists/wave-2.csv")
        assert board.app.screen.query_one(Field).value == "l"
        await board.press("down", "j", "enter")
        await board.until(lambda: "Load a file" not in board.screen())


async def test_a_choice_too_long_for_its_line_is_cut_and_leaves_the_frame_as_it_is() -> None:
    long = "a very long title of a workspace, " * 9
    for size in ((80, 24), (120, 40)):
        async with opened(size=size) as board:
            choices = [Choice(f"{number} {long}", long) for number in range(30)]
            board.app.ask(ChoiceDialog("Workspace", f"30 in all: {long}", choices))
            await board.shows("30 in all", "> 0 a very")
            box = [line for line in board.screen().split("\n") if line.count("│") > 1]
            frame = (box[0].index("│"), box[0].rindex("│"))
            assert {(line.index("│"), line.rindex("│")) for line in box} == {frame}
            listed = [line.split()[-3] for line in box if line[frame[0] + 4].isdigit()]
            assert len(listed) > 3
            assert board.screen().count("…") >= len(listed), "each is cut, and takes one line"
            await board.press("G")
            await board.shows("> 29 a very")
            await board.press("enter")
