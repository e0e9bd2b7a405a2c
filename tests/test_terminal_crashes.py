"""An error in the program itself: said in words that hold nothing of anyone's, and the end of it.

The program is started with one screen replaced by one that breaks, holding a token and passwords
where a traceback would show them: in locals, in the error's text, in the error that caused it.
"""

import sys
from pathlib import Path
from typing import Final

import pytest

from tests.terminal import Terminal

_SENTINEL: Final = "sentinel-3f9c"

_BREAKING: Final = """
import asyncio
import sys
import threading
from textual import work
from prolific_tui.__main__ import main
from prolific_tui.tui.app import ProlificApp
from prolific_tui.tui.screens.pools import PoolsScreen

def fall_over(token, passwords):
    try:
        {{}}[token]
    except KeyError as missing:
        raise RuntimeError(f"can't use {{token}} with {{passwords}}") from missing

class Breaking(PoolsScreen):
    breaks_to_draw = False

    def action_refresh(self):
        {breaks}

    def fall(self):
        token, passwords = "{sentinel}", ["{sentinel}"]
        fall_over(token, passwords)

    async def fall_alone(self):
        self.fall()

    def fall_at_the_end(self, seconds):
        self.fall()

    def fall_after_all(self):
        threading.main_thread().join()
        self.fall()

    @work
    async def fall_in_a_worker(self):
        self.fall()

    @work(thread=True)
    def fall_in_a_thread(self):
        self.fall()

    def get_line_filters(self):
        if self.breaks_to_draw:
            self.fall()
        return super().get_line_filters()

ProlificApp.MODES = {{**ProlificApp.MODES, "pools": Breaking}}
sys.exit(main())
"""


def _breaking(folder: Path, breaks: str) -> list[str]:
    """A command that runs the program, and this when `r` is pressed."""
    script = folder / "breaking.py"
    script.write_text(_BREAKING.format(breaks=breaks, sentinel=_SENTINEL))
    return [sys.executable, str(script)]


@pytest.mark.parametrize(
    "breaks",
    [
        pytest.param("self.fall()", id="in a key"),
        pytest.param("self.fall_in_a_worker()", id="in a worker"),
        pytest.param("self.fall_in_a_thread()", id="in a thread"),
        pytest.param("self.call_later(self.fall)", id="later"),
        pytest.param("self.set_timer(0.01, self.fall)", id="in a timer"),
        pytest.param("self.breaks_to_draw = True; self.refresh()", id="while drawing"),
    ],
)
def test_an_error_of_its_own_ends_the_program_and_shows_where_but_nothing_of_what(
    tmp_path: Path, breaks: str
) -> None:
    command = _breaking(tmp_path, breaks)
    # Tall enough for every line that is said.
    with Terminal("--demo", home=tmp_path, command=command, size=(80, 60)) as terminal:
        terminal.wait_for("5 pools")
        terminal.press("r")
        assert terminal.wait_exit() == 1
        assert terminal.is_restored
        said = terminal.screen()
        assert "stopped because of an error in itself" in said
        assert "RuntimeError at" in said
        assert "KeyError at" in said
        assert "in fall_over" in said
        assert _SENTINEL.encode() not in terminal.raw


@pytest.mark.parametrize(
    "breaks",
    [
        pytest.param("threading.Thread(target=self.fall_after_all).start()", id="in a thread"),
        pytest.param("self.held = asyncio.create_task(self.fall_alone())", id="in a task"),
    ],
)
def test_an_error_that_outlives_the_interface_shows_no_more(tmp_path: Path, breaks: str) -> None:
    command = _breaking(tmp_path, breaks)
    with Terminal("--demo", home=tmp_path, command=command, size=(80, 60)) as terminal:
        terminal.wait_for("5 pools")
        terminal.press("r", "q")
        assert terminal.wait_exit() == 0
        assert terminal.is_restored
        assert _SENTINEL.encode() not in terminal.raw


def test_an_error_outside_of_the_interface_is_told_the_same_way(tmp_path: Path) -> None:
    command = _breaking(
        tmp_path, "self.app.operations.stop = self.fall_at_the_end; self.app.exit()"
    )
    with Terminal("--demo", home=tmp_path, command=command, size=(80, 60)) as terminal:
        terminal.wait_for("5 pools")
        terminal.press("r")
        assert terminal.wait_exit() == 1
        assert terminal.is_restored
        assert "stopped because of an error in itself" in terminal.screen()
        assert "in fall_over" in terminal.screen()
        assert _SENTINEL.encode() not in terminal.raw
