"""What tests of drafts share: a target, a moment, rows to search for, and programs in turns."""

import itertools
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from prolific_tui.credentials.rows import Rows
from prolific_tui.drafts import DraftStore
from prolific_tui.keeping import DraftKeeping
from prolific_tui.submission.draft import DraftContent, DraftKey, DraftSummary

NOON: Final = datetime(2025, 11, 14, 12, 0, tzinfo=UTC)
KEY: Final = DraftKey("https://api.prolific.com", "owner-1", "workspace-1", "pool-1")
OTHER: Final = DraftKey("https://api.prolific.com", "owner-1", "workspace-1", None)
PASSWORD: Final = "correct-horse-7"
CONTENT: Final = DraftContent(
    Rows.of([("lab-1", PASSWORD), ("lab-2", PASSWORD), ("lab-3", PASSWORD)]),
    source="wave2.csv: UTF-8, comma, header",
    label="chatbot-B",
    accepted=(0, 2),
    made=(1, 2),
    exported=(1,),
    hashed=(0,),
)
EVERYTHING, USERNAMES, NOTHING = DraftKeeping


class Programs:
    """Programs that run one after another, or beside each other, with the same directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory / "drafts"
        self._names = (f"run-{number}" for number in itertools.count(1))
        self._running: list[DraftStore] = []

    def start(self) -> DraftStore:
        store = DraftStore(self.directory, next(self._names), lock_seconds=0.1)
        self._running.append(store)
        return store

    def end(self) -> None:
        """Every one of them ends, as by a crash: nothing is told to anybody."""
        for store in self._running:
            store.close()
        self._running.clear()

    def next(self) -> DraftStore:
        self.end()
        return self.start()

    def files(self) -> list[Path]:
        return sorted(path for path in self.directory.rglob("*") if path.is_file())

    def drafts(self) -> list[Path]:
        return [path for path in self.files() if path.suffix == ".draft"]

    def bytes(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.files())


def save(
    store: DraftStore,
    content: DraftContent = CONTENT,
    keeping: DraftKeeping = EVERYTHING,
    *,
    key: DraftKey = KEY,
    hours: int = 0,
) -> None:
    store.save(key, content, keeping, NOON + timedelta(hours=hours))


def only(store: DraftStore) -> DraftSummary:
    (summaries, notes) = store.left()
    assert notes == ()
    (summary,) = summaries
    return summary


def run(how: str, programs: Programs, rows: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.drafts_process", how, str(programs.directory), str(rows)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
