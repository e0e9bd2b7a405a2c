"""Whatever goes wrong in whatever order, in two windows and over restarts: nothing goes twice.

And nothing that was said of it turns out to be false.
"""

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from prolific_tui.demo.exchange import Answer, Request
from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.demo.seed import CHATBOT_B
from prolific_tui.errors import Effect, ProlificTuiError
from prolific_tui.journal import JournalStore
from prolific_tui.submission.later import say, settle_open
from prolific_tui.submission.means import Means
from prolific_tui.submission.plan import CredentialPlan
from prolific_tui.submission.resuming import resumption
from prolific_tui.submission.run import run
from prolific_tui.submission.send import Send, Standing
from prolific_tui.submission.whole import Ended
from tests.submission_bench import (
    SERVICE_URL,
    NotedService,
    Waited,
    Write,
    client_of,
    credential_plan,
    means_of,
)

PASSWORD = "pw-long-enough"
FAULTS = st.lists(
    st.sampled_from(
        [
            None,
            None,
            Fault(status=502),
            Fault(status=429),
            Fault(status=413),
            Fault(cut=Cut.BEFORE),
            Fault(cut=Cut.AFTER),
            Fault(cut=Cut.WITHIN),
        ]
    ),
    max_size=4,
)
"""Of the first writes of a send; all later ones go well."""
WINDOWS = st.sampled_from(["one", "two"])


class Faulty(NotedService):
    """Lets each write go wrong in the way that is next."""

    def __init__(self) -> None:
        super().__init__()
        self.next: list[Fault | None] = []

    def handle(self, request: Request) -> Answer:
        if request.method != "GET":
            self.switch_off(Write.CREATE.value)
            self.switch_off(Write.APPEND.value)
            if self.next and (fault := self.next.pop(0)) is not None:
                for write in (Write.CREATE, Write.APPEND):
                    self.switch_on(write.value, fault)
        return super().handle(request)

    def copies(self, name: str) -> int:
        """How often a username is there, in all pools."""
        return sum(name in pool.passwords for pool in self.state.pools.values())


class Windows(RuleBasedStateMachine):
    """Two windows on one machine, a second client elsewhere, and a person who looks first."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.service = Faulty()
        self.seconds = itertools.count()
        self.numbers = itertools.count()
        self.runs = itertools.count()
        self.plans: dict[int, CredentialPlan] = {}
        """What was sent, by the number in the journal."""
        self.late: set[str] = set()
        """What arrived after the person had said that it had not."""
        self.windows = {name: self.opened(name) for name in ("one", "two")}

    def opened(self, name: str) -> JournalStore:
        return JournalStore(
            self.folder / "journal.sqlite3",
            f"{name}-{next(self.runs)}",
            random=os.urandom,
            now=self.now,
        )

    def now(self) -> datetime:
        return datetime(2026, 11, 21, tzinfo=UTC) + timedelta(seconds=next(self.seconds))

    def teardown(self) -> None:
        for window in self.windows.values():
            window.close()
        shutil.rmtree(self.folder)

    def means(self, window: str, part_rows: int = 2) -> Means:
        return means_of(
            client_of(self.service),
            self.windows[window],
            self.now,
            pace=Waited().pace(part_rows=part_rows),
        )

    def sends(self) -> tuple[Send, ...]:
        return self.windows["one"].sends(SERVICE_URL)

    def done(self, plan: CredentialPlan, ended: Ended) -> None:
        """What was said of it is so."""
        names = dict(zip(plan.row_ids, plan.accounts.usernames, strict=True))
        assert all(self.service.copies(names[row_id]) == 1 for row_id in ended.accepted)
        if ended.outcome.effect is Effect.ACCEPTED:
            assert len(ended.accepted) == plan.rows

    @rule(
        window=WINDOWS,
        write=st.sampled_from([Write.CREATE, Write.APPEND]),
        rows=st.integers(1, 7),
        part_rows=st.integers(1, 4),
        faults=FAULTS,
        reported=st.booleans(),
    )
    def send(
        self,
        window: str,
        write: Write,
        rows: int,
        part_rows: int,
        faults: list[Fault | None],
        reported: bool,
    ) -> None:
        self.service.switch_off()
        if not reported:
            self.service.switch_on("listStudies", Fault(status=403))
        self.service.next = list(faults)
        names = [f"mine-{next(self.numbers)}-" for _ in range(rows)]
        plan = credential_plan(write, [(name, PASSWORD) for name in names])
        ended = asyncio.run(run(plan, self.means(window, part_rows)))
        assert ended.number is not None
        self.plans[ended.number] = plan
        self.done(plan, ended)

    @rule(window=WINDOWS, faults=FAULTS, halving=st.booleans())
    def go_on(self, window: str, faults: list[Fault | None], halving: bool) -> None:
        """With the last send that can, and all of its rows at hand."""
        self.service.next = list(faults)
        for send in self.sends():
            plan = self.plans[send.number]
            places = self.windows[window].places(send.number, plan.accounts.usernames)
            matched = resumption(send, plan, places)
            assert (matched.strange, matched.missing) == (0, 0)
            if matched.plan is not None:
                ended = asyncio.run(run(matched.plan, self.means(window), halving=halving))
                self.done(matched.plan, ended)
                return

    @rule(window=WINDOWS, late=st.booleans())
    def settle(self, window: str, late: bool) -> None:
        """Look at what is open, perhaps just after it was applied late; then the person says."""
        for send in self.sends():
            for part in send.open_parts:
                names = self.names(send, part.start, part.stop)
                if late and send.pool_id == CHATBOT_B and not self.service.copies(names[0]):
                    self.service.add(*names)
            if not send.is_open:
                continue
            settled = asyncio.run(settle_open(send.number, self.means(window)))
            for part in settled.open_parts:
                is_there = self.service.copies(self.names(send, part.start, part.stop)[0]) == 1
                asyncio.run(say(send.number, part.number, self.means(window), arrived=is_there))
            return

    @rule()
    def arrives_after_all(self) -> None:
        """What the person said had not arrived does so, later than anybody looked."""
        for send in self.sends():
            for part in send.absent_parts:
                names = self.names(send, part.start, part.stop)
                if any(map(self.service.copies, names)):
                    continue
                self.late.update(names)
                if send.pool_id is None:
                    self.service.make(f"late-{next(self.numbers)}", *names)
                else:
                    self.service.add(*names, pool_id=send.pool_id)
                return

    @rule(count=st.integers(1, 4))
    def somebody_else_appends(self, count: int) -> None:
        self.service.add(*(f"theirs-{next(self.numbers)}-" for _ in range(count)))

    @rule(window=WINDOWS)
    def restart(self, window: str) -> None:
        self.windows[window].close()
        self.windows[window] = self.opened(window)

    @rule(window=WINDOWS, other=WINDOWS)
    def only_one_window_takes_a_send_up(self, window: str, other: str) -> None:
        for send in self.sends()[:1]:
            self.windows[window].take_up(send.number)
            with pytest.raises(ProlificTuiError, match="Somebody is at work on this"):
                self.windows[other].take_up(send.number)
            self.windows[window].leave(send.number)

    def names(self, send: Send, start: int, stop: int) -> list[str]:
        return list(self.plans[send.number].accounts.usernames[start:stop])

    @invariant()
    def nothing_is_there_twice(self) -> None:
        for plan in self.plans.values():
            assert all(self.service.copies(name) <= 1 for name in plan.accounts.usernames)

    @invariant()
    def both_windows_tell_the_same_and_it_is_so(self) -> None:
        sends = self.sends()
        assert self.windows["two"].sends(SERVICE_URL) == sends
        requests = 0
        for send in sends:
            requests += len(send.parts)
            accepted = [part for part in send.parts if part.standing is Standing.ACCEPTED]
            for part in accepted:
                names = self.names(send, part.start, part.stop)
                assert [self.service.copies(name) for name in names] == [1] * len(names)
            for start, stop in send.left:
                names = self.names(send, start, stop)
                told = [name for name in names if name not in self.late]
                assert not any(map(self.service.copies, told)), (send, told)
        assert len(self.service.writes) <= requests

    @invariant()
    def what_the_pool_is_known_to_hold_is_there(self) -> None:
        marks = self.windows["two"].marks(SERVICE_URL, CHATBOT_B)
        held = set(map(marks.mark, self.service.state.pools[CHATBOT_B].passwords))
        assert marks.surely <= held
        assert not marks.surely & marks.perhaps

    @invariant()
    def no_name_and_no_password_is_on_the_disk(self) -> None:
        for path in self.folder.rglob("journal*"):
            told = path.read_bytes()
            assert PASSWORD.encode() not in told
            assert not _any_in(
                (n for plan in self.plans.values() for n in plan.accounts.usernames), told
            )


def _any_in(names: Iterable[str], told: bytes) -> bool:
    return any(name.encode() in told for name in names)


Windows.TestCase.settings = settings(max_examples=25, stateful_step_count=10, deadline=None)
TestWindows = Windows.TestCase
