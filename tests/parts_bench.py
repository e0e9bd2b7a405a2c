"""What tests of long lists share: one Prolific, one journal, and a list of ten accounts."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import httpx

from prolific_tui.demo.faults import Fault
from prolific_tui.demo.seed import CHATBOT_B
from prolific_tui.submission.means import Control, Means
from prolific_tui.submission.plan import CredentialPlan
from prolific_tui.submission.progress import Phase, Progress
from prolific_tui.submission.resuming import Resumption, resumption
from prolific_tui.submission.run import run
from prolific_tui.submission.whole import Ended
from tests.submission_bench import (
    TOTAL,
    MemoryJournal,
    NotedService,
    Waited,
    Write,
    client_of,
    credential_plan,
    means_of,
)

LIST = tuple(f"new-{number:03}" for number in range(10))
CREATE, APPEND = Write.CREATE.value, Write.APPEND.value


class Story:
    """One Prolific, one journal, and a list of ten accounts that goes in parts of three."""

    def __init__(self, part_rows: int = 3) -> None:
        self.service = NotedService()
        self.journal = MemoryJournal()
        self.waited = Waited()
        self.part_rows = part_rows
        self.control = Control()
        self.told: list[Progress] = []
        self.on_progress: Callable[[Progress], None] = lambda _: None

    def means(self, carrier: httpx.AsyncBaseTransport | None = None) -> Means:
        self.control = Control()
        return means_of(
            client_of(self.service, carrier),
            self.journal,
            pace=self.waited.pace(part_rows=self.part_rows),
            control=self.control,
            tell=self.tell,
        )

    def tell(self, progress: Progress) -> None:
        self.told.append(progress)
        self.on_progress(progress)

    async def send(self, plan: CredentialPlan, *, halving: bool = False) -> Ended:
        return await run(plan, self.means(), halving=halving)

    async def go_on(self, plan: CredentialPlan, *, halving: bool = False) -> Ended:
        """Go on with the last send, with the rows of a plan."""
        matched = self.match(plan)
        assert matched.plan is not None, matched.words
        return await self.send(matched.plan, halving=halving)

    def match(self, plan: CredentialPlan) -> Resumption:
        send = self.journal.entries()[0]
        places = self.journal.places(send.number, plan.accounts.usernames)
        return resumption(send, plan, places)

    @property
    def pool(self) -> tuple[str, ...]:
        """What the pool took from here."""
        return self.service.holds().pools[CHATBOT_B][TOTAL:]

    @property
    def made(self) -> tuple[str, ...]:
        """What is in the pool that was made last."""
        return list(self.service.holds().pools.values())[-1]


def plan(write: Write = Write.APPEND, names: Iterable[str] = LIST) -> CredentialPlan:
    return credential_plan(write, [(name, "pw-long-enough") for name in names])


def fault_at(story: Story, number: int, fault: Fault) -> None:
    """Let a fault strike the write of this number, counted from 1."""

    def strike() -> None:
        operation = CREATE if len(story.service.writes) == 0 and number == 1 else APPEND
        if len(story.service.writes) == number - 1:
            story.service.switch_on(operation, replace(fault, times=1))

    story.on_progress = lambda progress: strike() if progress.phase is Phase.SENDING else None
