"""The program where there is no terminal, as a script or a pipe runs it."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.terminal import SECONDS, bare_environment


def run_without_terminal(
    home: Path, *arguments: str, python: Sequence[str] = ()
) -> "subprocess.CompletedProcess[str]":
    """Run the program to its end with no terminal at all; `python` are options of Python itself."""
    return subprocess.run(
        [sys.executable, *python, "-m", "prolific_tui", *arguments],
        env=bare_environment(home),
        cwd=home,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        # Nothing waits for it: this only ends what never would.
        timeout=20 * SECONDS,
        check=False,
    )
