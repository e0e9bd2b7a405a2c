"""What is said of a draft's copy: it is never called newer than it is."""

from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from prolific_tui.credentials.rows import Column, Rows
from prolific_tui.keeping import DraftKeeping
from prolific_tui.models import Workspace
from prolific_tui.operations import Operations
from prolific_tui.operations.events import DraftSaved
from prolific_tui.submission.plan import Target
from prolific_tui.tui.drafts import Draft
from prolific_tui.tui.keeping import Keeping
from tests.machine import Machine

TARGET = Target(Workspace("workspace-1", "Reasoning evals"))
EVERYTHING, USERNAMES, _ = DraftKeeping
ROWS = 100_000
"""So many wait 25 seconds between two copies."""


class Bench:
    """How drafts are kept, with a clock, timers and work of its own."""

    def __init__(self, operations: Operations) -> None:
        self.now = 1_000.0
        self.told = 0
        self.alarms: list[tuple[float, Callable[[], None]]] = []
        self.work: list[Coroutine[Any, Any, None]] = []
        self.keeping = Keeping(
            operations, self._later, self.work.append, self._tell, lambda: self.now
        )
        self.draft = Draft("owner-1", TARGET)
        # Made here, so that each has marks to be kept and they take more than one slice of time.
        rows = Rows.of((f"lab-{n}", "pw") for n in range(ROWS))
        self.draft.session.insert(0, rows, made_here=True)

    def stop(self) -> None:
        """Nothing: an alarm that was stopped is not among the last ones."""

    def _later(self, seconds: float, call: Callable[[], None]) -> "Bench":
        self.alarms.append((seconds, call))
        return self

    def _tell(self) -> None:
        self.told += 1

    def go_off(self) -> float:
        """Let the alarm that is set go off when it is to, and say after how many seconds."""
        seconds, call = self.alarms.pop()
        self.now += seconds
        call()
        return seconds

    async def copied(self) -> None:
        """The rows are copied, and on the disk by 20:36."""
        await self.work.pop()
        at = datetime(2026, 11, 21, 20, 36, tzinfo=UTC)
        key = self.keeping.key("owner-1", TARGET)
        self.keeping.saved(DraftSaved(key, ROWS, at, self.keeping.choice))

    def words(self) -> str:
        return self.keeping.words(self.draft)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    machine = Machine(tmp_path)
    operations = Operations(machine.parts(machine.service))
    operations.start(lambda _event: None)
    yield Bench(operations)
    operations.stop(60.0)


async def test_a_copy_of_earlier_is_called_so_until_what_changed_since_is_kept(
    bench: Bench,
) -> None:
    bench.keeping.choice = EVERYTHING
    bench.keeping.drafts.keep(bench.draft)
    assert bench.words() == "draft not kept"
    await bench.copied()
    assert bench.words() == "draft kept"

    bench.draft.session.set_cell(7, Column.USERNAME, "lab-seven")
    bench.keeping.drafts.keep(bench.draft)
    assert bench.words() == "draft kept", "a short list would be saved by the time this is read"
    told = bench.told
    assert bench.go_off() == 8.0
    assert (bench.words(), bench.told) == ("draft of 20:36 kept", told + 1)
    assert bench.go_off() == 17.0, "and nothing is drawn in between"
    await bench.copied()
    assert bench.words() == "draft kept"


async def test_another_list_is_copied_at_once_and_once_more_where_it_changed_meanwhile(
    bench: Bench,
) -> None:
    bench.keeping.choice = USERNAMES
    bench.keeping.drafts.keep(bench.draft)
    await bench.copied()
    assert bench.words() == "draft kept, no passwords"

    bench.keeping.drafts.keep(bench.draft, at_once=True)
    assert bench.words() == "draft of 20:36 kept, no passwords"
    assert bench.keeping.words(bench.draft, are_short=True) == "usernames of 20:36 kept"
    bench.draft.session.set_cell(7, Column.USERNAME, "lab-seven")
    bench.keeping.drafts.keep(bench.draft)
    await bench.work.pop()
    assert bench.words() == "draft of 20:36 kept, no passwords"
    assert bench.go_off() < 1.0
    assert bench.words() == "draft of 20:36 kept, no passwords"
    await bench.copied()
    assert bench.words() == "draft kept, no passwords"
