"""What is said of a draft's copy: it is never called newer than it is."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from prolific_tui.credentials.rows import Column, Rows
from prolific_tui.credentials.stepping import finish
from prolific_tui.keeping import DraftKeeping
from prolific_tui.models import CredentialPool, Workspace
from prolific_tui.operations import Operations
from prolific_tui.operations.events import DraftSaved, Event
from prolific_tui.submission.known import Coverage, Known
from prolific_tui.submission.plan import Target
from prolific_tui.tui.drafts import Draft
from prolific_tui.tui.keeping import Keeping
from tests.dashboard import PATIENCE
from tests.machine import Machine

TARGET = Target(Workspace("workspace-1", "Reasoning evals"))
EVERYTHING, USERNAMES, _ = DraftKeeping
ROWS = 100_000
"""So many wait 25 seconds between two copies."""


class Bench:
    """How drafts are kept, with a clock, timers and work of its own."""

    def __init__(self, operations: Operations, events: SimpleQueue[Event]) -> None:
        self.events = events
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

    async def begun(self) -> "asyncio.Task[None]":
        """The rows are being copied, and not all of them yet."""
        copying = asyncio.create_task(self.work.pop())
        await asyncio.sleep(0)
        assert not copying.done()
        return copying

    async def copied(self) -> None:
        """The rows are copied, and on the disk by 20:36."""
        await self.work.pop()
        at = datetime(2026, 11, 21, 20, 36, tzinfo=UTC)
        key = self.keeping.key("owner-1", TARGET)
        self.keeping.saved(DraftSaved(key, ROWS, at, self.keeping.choice))

    def saved(self) -> DraftSaved:
        """What was saved next."""
        event = self.events.get(timeout=PATIENCE)
        assert isinstance(event, DraftSaved)
        return event

    def words(self) -> str:
        return self.keeping.words(self.draft)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    machine = Machine(tmp_path)
    operations = Operations(machine.parts(machine.service))
    events: SimpleQueue[Event] = SimpleQueue()
    operations.start(events.put)
    yield Bench(operations, events)
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


async def test_a_copy_is_of_its_pool_whatever_becomes_known_of_that_meanwhile(
    bench: Bench,
) -> None:
    keeping, draft = bench.keeping, bench.draft
    keeping.choice = EVERYTHING
    pool = CredentialPool("pool-1", 150, 131)
    draft.target = Target(TARGET.workspace, pool)
    keeping.drafts.keep(draft)
    copying = await bench.begun()
    finish(draft.holding(Known(frozenset(), frozenset(), Coverage(0, 190))))
    assert draft.target.pool == CredentialPool("pool-1", 190)
    await copying
    saved = bench.saved()
    assert (saved.key, saved.rows) == (keeping.key("owner-1", draft.target), ROWS)

    # With another pool, it is copied for that.
    keeping.drafts.keep(draft, at_once=True)
    copying = await bench.begun()
    keeping.drafts.aim(draft, Target(TARGET.workspace, CredentialPool("pool-2", 10)))
    await copying
    bench.go_off()
    await bench.work.pop()
    assert bench.saved().key.pool_id == "pool-2"


async def test_what_is_left_while_it_is_copied_is_kept_as_it_is_then(bench: Bench) -> None:
    bench.keeping.choice = EVERYTHING
    bench.keeping.drafts.keep(bench.draft)
    await bench.copied()
    assert bench.saved().rows == ROWS

    bench.keeping.drafts.keep(bench.draft, at_once=True)
    copying = await bench.begun()
    assert bench.words() == "draft of 20:36 kept"
    bench.keeping.save_all()
    assert bench.words() == "draft kept"
    bench.draft.session.insert(0, Rows.of([("lab-last", "pw")]))
    bench.keeping.drafts.keep(bench.draft)
    await copying
    bench.keeping.save_all()
    assert [bench.saved().rows for _ in range(2)] == [ROWS, ROWS + 1], "and it is copied once"
