"""Keys that arrive at once, as from a quick hand over a slow line: each acts where it was meant.

What is typed for a field is never a command, and no key is lost, stuck or out of order.
"""

import asyncio
import itertools
import random
import string
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events
from textual.keys import _character_to_key

from prolific_tui.tui.dialogs import PathDialog
from prolific_tui.tui.screens.editor import EditorScreen
from prolific_tui.tui.widgets import CursorList
from tests.dashboard import DATA, Dashboard, opened
from tests.journey import MESSY, shows
from tests.terminal import KEYS, Terminal

COMMANDS: Final = "acxunpfswqNUGkjhl1234?:*/r"
"""Every printable key that is a command somewhere."""

_NAMED: Final = {"\r": "enter", "\x1b": "escape", "\x7f": "backspace", "\t": "tab"}


def key(typed: str) -> events.Key:
    """The event of a key, by its character or its name."""
    name = _NAMED.get(typed) or (_character_to_key(typed) if len(typed) == 1 else typed)
    return events.Key(name, typed if len(typed) == 1 else None)


def burst(board: Dashboard, *typed: str) -> None:
    """Have keys arrive at once: the characters of texts, and named keys that `KEYS` knows."""
    for text in typed:
        for one in [text] if text in KEYS else text:
            board.app.post_message(key(one))


async def settled(board: Dashboard) -> None:
    """Wait until every key that was sent has been handled."""
    arrived = asyncio.Event()
    board.app.call_later(arrived.set)
    await arrived.wait()
    await board.until(lambda: not (board.app._typed or board.app._under_way), "the last key")


def rows(board: Dashboard) -> list[tuple[str, str]]:
    """The rows of the editor that is open."""
    editor = board.app.screen
    assert isinstance(editor, EditorScreen)
    found = editor.draft.session.document.rows()
    return list(zip(found.usernames, found.passwords, strict=True))


# Rows


@pytest.mark.parametrize("username", ["lab-9", COMMANDS])
async def test_a_row_typed_at_once_is_that_row_and_no_command(username: str) -> None:
    async with opened() as board:
        await board.press("c")
        await board.shows("No rows yet")
        burst(board, "i", f"{username}\r", "pw-9pw9pw9\r")
        await settled(board)
        assert rows(board) == [(username, "pw-9pw9pw9")]
        await board.shows("1 row   goes")


async def test_typing_in_a_cell_in_bursts_never_acts_as_a_command() -> None:
    async with opened() as board:
        await board.press("c", "i")
        for _ in range(8):
            burst(board, COMMANDS)
        burst(board, "\r", COMMANDS, "\r")
        await settled(board)
        assert rows(board) == [(COMMANDS * 8, COMMANDS)]
        assert len(board.app.screen_stack) == 2, "Pools and the editor, and no dialog"


EDITING: Final = [
    *("c", "i", *"lab-9", "\r", *"pw-9pw", "\r"),
    *("i", *"quNx", "\r", *"sUpf", "\r"),
    *("i", *"oops", "\x1b", "x", "u", "U"),
    *("k", "h", "\r", "home", *"a1-", "\r", "l", "\r", *"c?:*", "\x7f", "\r"),
    *("G", "i", *"last", "\r", "\r"),
]
"""Rows typed, given up, deleted, brought back, edited: every key to be taken in its turn."""

EDITED: Final = [("a1-lab-9", "c?:"), ("quNx", "sUpf"), ("last", "")]


@settings(max_examples=6, deadline=None)
@given(
    lengths=st.lists(st.integers(1, len(EDITING)), max_size=len(EDITING)),
    rests=st.lists(st.integers(0, 40), min_size=1, max_size=len(EDITING)),
)
async def test_however_the_keys_are_split_into_bursts_the_list_is_the_same(
    lengths: list[int], rests: list[int]
) -> None:
    """A hand rests after each burst, for some turns of the loop."""
    typed = iter(EDITING)
    async with opened() as board:
        for length, rest in zip([*lengths, len(EDITING)], itertools.cycle(rests), strict=False):
            burst(board, *itertools.islice(typed, length))
            for _ in range(rest):
                await asyncio.sleep(0)
        await settled(board)
        assert rows(board) == EDITED


# Dialogs


async def test_a_path_typed_with_the_keys_before_it_loads_that_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(DATA)
    async with opened() as board:
        burst(board, "cf", "messy.csv\r")
        await board.shows("20 rows", "goes 14")


async def test_keys_after_a_dialog_was_answered_go_to_the_screen_below_in_order() -> None:
    async with opened() as board:
        # Down to another workspace and on to one by its name, to Webhooks and back, and there the
        # first row of a new pool.
        burst(board, "w", "jj\r", "w", "/", "methods\r", "2", "1", "c", "i", "lab-1\r", "pw-1\r")
        await settled(board)
        assert rows(board) == [("lab-1", "pw-1")]
        await board.shows("Methods group", "1 row   goes 1")
        # The question that quitting asks is answered with no, and the other keys go on from there.
        burst(board, "\x1b", "q", "n", "c", "x")
        await settled(board)
        assert rows(board) == []


async def test_completions_that_come_after_the_path_was_given_up_do_no_harm() -> None:
    async with opened() as board:
        closing: list[PathDialog] = []

        async def complete(_typed: str) -> tuple[str, ...]:
            """Be there at the very moment when the dialog has lost its parts."""
            while not closing or closing[0].query(CursorList):  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0)
            return ("messy.csv",)

        dialog = PathDialog("Load a file", "", complete)
        board.app.ask(dialog)
        await board.shows("Load a file")
        closing.append(dialog)
        burst(board, "\x1b", "2")
        await board.shows("2 WEBHOOKS")


async def test_page_keys_before_the_commands_are_laid_out_do_no_harm() -> None:
    async with opened() as board:
        for rest in range(8):
            burst(board, ":", "pagedown", "pageup", "a", "pagedown", "\x7f", "pageup")
            for _ in range(rest):
                await asyncio.sleep(0)
            burst(board, "\x1b", "\x1b", "\x1b")
            await settled(board)
        burst(board, "2")
        await board.shows("2 WEBHOOKS")


async def test_page_keys_do_no_harm_to_a_list_that_is_not_laid_out() -> None:
    async with opened() as board:
        choices = CursorList()
        choices.display = False
        await board.app.screen.mount(choices)
        choices.show(["one", "two"])
        for action in ("page_down", "page_up"):
            await board.app.run_action(action, choices)
        assert choices.highlighted == 0


# Lists that change meanwhile


async def test_a_refresh_between_two_keys_leaves_the_cursor_where_the_keys_led_it() -> None:
    """Else the next key would open another pool than the one that was chosen."""
    async with opened() as board:
        pools = board.app.screen.query_one(CursorList)
        await board.app.run_action("cursor_down", pools)
        board.app.read_pools()
        await board.app.run_action("cursor_down", pools)
        board.app.read_pools()
        burst(board, "j")
        await settled(board)
        assert pools.highlighted == 3
        await board.until(lambda: not board.app.pools.loading)
        assert pools.highlighted == 3


# In a real terminal, where a burst is one write


ESCAPE: Final = "\x1b[27u"
"""Escape as terminals send it that tell it from the beginning of other keys."""


def test_a_row_typed_in_one_write_is_that_row(tmp_path: Path) -> None:
    with Terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for("5 pools")
        terminal.press("c")
        shows(terminal, "No rows yet")
        terminal.type("ilab-9\rpw-9pw9pw9\r")
        shows(terminal, "1 row   goes 1   needs your OK 0   left out 0", "lab-9")
        terminal.press("*")
        shows(terminal, "pw-9pw9pw9")


def test_a_file_asked_for_in_one_write_is_loaded(tmp_path: Path) -> None:
    with Terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for("5 pools")
        terminal.type(f"cf{MESSY}\r")
        shows(terminal, "20 rows   goes 14   needs your OK 3   left out 3")


@pytest.mark.parametrize("seed", range(2))
def test_the_program_still_answers_after_two_hundred_keys_at_once(
    tmp_path: Path, seed: int
) -> None:
    """Any key may come, except those that may quit: q, Ctrl+C, and the list of commands."""
    printable = sorted({*COMMANDS, *string.ascii_letters, *string.digits} - {"q", ":"})
    named = [KEYS[name] for name in sorted(KEYS.keys() - {"ctrl+c", "escape"})]
    chance = random.Random(seed)  # noqa: S311 - the same keys every time
    keys = chance.choices([*printable, *named, ESCAPE], k=200)
    with Terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for("5 pools")
        terminal.type("".join(keys))

        def is_back() -> bool:
            """Whether Escape has led out of whatever is open; it is pressed again while it has not.

            A dialog may open late, when a file has been read.
            """
            terminal.type(ESCAPE + "2")
            with suppress(TimeoutError):
                terminal.wait_for("2 WEBHOOKS", timeout=1)
            return "2 WEBHOOKS" in terminal.screen()

        terminal.wait_for(is_back)
        # If rows would be lost it asks, and the y is the answer to that.
        terminal.type("qy")
        assert terminal.wait_exit() == 0
        assert terminal.is_restored
