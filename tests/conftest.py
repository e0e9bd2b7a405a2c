"""What several rooms of tests are given."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from prolific_tui.keeping import DraftKeeping
from tests.credentials_exports import EXPORTS
from tests.drafts_bench import Programs
from tests.machine import Machine

# How long an example takes is the machine's affair.
settings.register_profile("untimed", settings.default, deadline=None)
settings.load_profile("untimed")


@pytest.fixture
def shared_directory() -> Iterator[Path]:
    """A directory that every user may enter, which pytest's own is not."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        directory.chmod(0o755)
        yield directory


@pytest.fixture
def programs(tmp_path: Path) -> Iterator[Programs]:
    """Programs with drafts in one directory."""
    tmp_path.chmod(0o700)
    started = Programs(tmp_path)
    yield started
    started.end()


@pytest.fixture
def among_the_exports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are named from the folder of the exports that people have."""
    monkeypatch.chdir(EXPORTS)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine on which unsent rows are kept, and lists go in parts of three rows."""
    machine = Machine(tmp_path, part_rows=3)
    machine.choose(DraftKeeping.EVERYTHING)
    return machine
