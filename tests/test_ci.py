"""What CI runs is what the README tells a person to run, taken from there word for word."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

_ROOT: Final = Path(__file__).parent.parent
_DEMO: Final = (
    "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/prolific-tui --demo"
)
_TESTS: Final = (
    "python3 -m venv .venv && .venv/bin/pip install -q -e '.[dev]' && .venv/bin/python -m pytest -q"
)


def _commands(root: Path) -> "subprocess.CompletedProcess[str]":
    """What `.ci/run` takes from the README beside it."""
    return subprocess.run(
        [root / ".ci/run", "commands"], capture_output=True, text=True, timeout=30, check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A directory with this repository's README and `.ci/run`."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(_ROOT / ".ci/run", tmp_path / ".ci/run")
    shutil.copy(_ROOT / "README.md", tmp_path / "README.md")
    return tmp_path


def test_ci_runs_the_two_commands_of_the_readme() -> None:
    ran = _commands(_ROOT)
    assert ran.stderr == ""
    assert ran.stdout.splitlines() == [_DEMO, _TESTS]
    lines = (_ROOT / "README.md").read_text().splitlines()
    assert [line for line in lines if line.startswith("python3 -m venv")] == [_DEMO, _TESTS]


@pytest.mark.parametrize("command", [_DEMO, _TESTS], ids=["demo", "tests"])
@pytest.mark.parametrize("times", [0, 2])
def test_ci_refuses_a_readme_in_which_a_command_is_missing_or_stands_twice(
    copy: Path, command: str, times: int
) -> None:
    readme = copy / "README.md"
    there = f"{command}\n"
    assert there in readme.read_text()
    readme.write_text(readme.read_text().replace(there, there * times))

    ran = _commands(copy)

    assert ran.returncode == 1
    assert ran.stdout == ""
    assert "not exactly one command" in ran.stderr
