"""What several rooms of tests are given."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drafts_bench import Programs


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
