"""Runs a command of the README in a directory, as a person would, until the demo shows its pools.

`python -m tests.first_run DIRECTORY COMMAND`; the demo is then left with `q`.
"""

import os
import sys
from pathlib import Path
from typing import Final

from tests.terminal import Terminal

INSTALL_SECONDS: Final = 600.0


def main(directory: Path, command: str) -> int:
    """Give 0 if the demo came up and ended well."""
    # The person's own environment, because pip needs what it is set up with.
    with Terminal(
        home=directory, command=("bash", "-c", command), environment=dict(os.environ)
    ) as terminal:
        terminal.wait_for("5 pools", timeout=INSTALL_SECONDS)
        terminal.press("q")
        status = terminal.wait_exit(30)
    print(f"the demo came up and ended with {status}")  # noqa: T201 - a command's answer
    return status


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
