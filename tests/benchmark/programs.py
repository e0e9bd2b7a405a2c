"""The programs that are measured, started in a terminal and ready to be used."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from prolific_tui.demo.seed import demo_service
from prolific_tui.demo.server import serving
from tests.benchmark.measured import MeasuredTerminal
from tests.terminal import PROGRAM, bare_environment, keep_drafts, signed_in

_ROOT: Final = Path(__file__).parents[2]
ROWS_READ: Final = "rows read."
"""What the editor says when the exact duplicates of a list are known."""
UNEXAMINED: Final = "looked at "
"""What it says until the other problems are known as well."""


@contextmanager
def editor_asking(path: Path) -> Iterator[MeasuredTerminal]:
    """The program as it asks what a list is for: Enter loads it."""
    with MeasuredTerminal(*PROGRAM, "--demo", str(path), home=path.parent) as terminal:
        terminal.wait_for(f"What is {path.name} for?")
        terminal.settle()
        yield terminal


@contextmanager
def editor_with(path: Path) -> Iterator[MeasuredTerminal]:
    """The editor with a list in it, all problems known."""
    with editor_asking(path) as terminal:
        terminal.press("enter")
        terminal.wait_for(ROWS_READ, timeout=60)
        terminal.wait_for(lambda: UNEXAMINED not in terminal.screen(), timeout=60)
        terminal.rest()
        yield terminal


@contextmanager
def editor_keeping(path: Path) -> Iterator[MeasuredTerminal]:
    """The editor of somebody signed in, with a list in it, examined and kept on the disk."""
    home = path.parent / "signed-in"
    home.mkdir(exist_ok=True)
    keep_drafts(home)
    with (
        serving(demo_service()) as server,
        MeasuredTerminal(*PROGRAM, str(path), home=home, environment=signed_in(server)) as terminal,
    ):
        terminal.wait_for(f"What is {path.name} for?")
        terminal.press("enter")
        terminal.wait_for(ROWS_READ, timeout=60)
        terminal.wait_for(lambda: UNEXAMINED not in terminal.screen(), timeout=60)
        terminal.wait_for(lambda: any(home.rglob("*.draft")), timeout=60)
        yield terminal


@contextmanager
def empty_editor(home: Path) -> Iterator[MeasuredTerminal]:
    """The editor without rows."""
    with MeasuredTerminal(*PROGRAM, "--demo", home=home) as terminal:
        terminal.wait_for("5 pools")
        terminal.press("c")
        terminal.wait_for("No rows yet")
        terminal.settle()
        yield terminal


@contextmanager
def plain_textual(*arguments: str, home: Path) -> Iterator[MeasuredTerminal]:
    """Textual by itself."""
    # The home directory is where it starts, so the package has to be found from there.
    run = f"import sys, runpy; sys.path.insert(0, {str(_ROOT)!r}); sys.argv[1:] = {arguments!r}"
    module = "runpy.run_module('tests.benchmark.plain_textual', run_name='__main__')"
    with MeasuredTerminal(sys.executable, "-c", f"{run}; {module}", home=home) as terminal:
        terminal.wait_for("ready")
        terminal.settle()
        yield terminal


@contextmanager
def visidata_with(path: Path, rows: int) -> Iterator[tuple[MeasuredTerminal, float]]:
    """VisiData with a list in it, and how many seconds it took from its start until it was."""
    start = time.perf_counter()
    with MeasuredTerminal("vd", "--motd-url=", str(path), home=path.parent) as terminal:
        loaded = terminal.seconds_until(f"{rows} rows", since=start)
        terminal.settle(0.5)
        yield terminal, loaded


def floor_of(path: Path) -> dict[str, float]:
    """The seconds of `tests.benchmark.floor`, in a process of its own."""
    run = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("floor.py")), str(path)],
        env=bare_environment(path.parent),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(run.stdout)
    return found
