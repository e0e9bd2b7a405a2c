"""What tests of writes under faults share: the faults, what they come to, and one try of each."""

import re
from dataclasses import dataclass

import pytest

from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.errors import Effect
from prolific_tui.submission.outcome import Outcome
from prolific_tui.submission.plan import Plan
from prolific_tui.submission.send import Send, Standing
from tests.submission_bench import (
    LIMITS,
    ROWS,
    Holdings,
    NoNetwork,
    NotedService,
    NotingJournal,
    Write,
    client_of,
    plan_for,
    run,
    said,
    ticking,
)

NO_NETWORK = "no network"
FAULTS: dict[str, Fault | None] = {
    "nothing": None,
    "answer cut within": Fault(cut=Cut.WITHIN),
    NO_NETWORK: None,
    **{str(status): Fault(status=status) for status in (400, 401, 403, 404, 408, 409, 429)},
    **{str(status): Fault(status=status) for status in (307, 499, 500, 502, 503, 504)},
    "cut before": Fault(cut=Cut.BEFORE),
    "cut after": Fault(cut=Cut.AFTER),
    "no answer in time": Fault(delay=100 * LIMITS.read),
}
ACCEPTED = {"nothing", "answer cut within"}
REFUSED = {"400", "401", "403", "404", "409", "429"}
UNKNOWN = FAULTS.keys() - ACCEPTED - REFUSED - {NO_NETWORK}


STANDINGS = {
    Effect.ACCEPTED: Standing.ACCEPTED,
    Effect.REFUSED: Standing.REFUSED,
    Effect.NOT_SENT: Standing.NOT_SENT,
    Effect.UNKNOWN: Standing.OPEN,
}
APPLIED = {"cut after", "no answer in time"}
"""Those of them that are done all the same."""


def effect_of(write: Write, name: str) -> Effect:
    """What DESIGN's table says, and then what the usage reports of a study on the pool do."""
    if write is Write.APPEND and name in APPLIED:
        return Effect.ACCEPTED
    return effect_of_answer(name)


def effect_of_answer(name: str) -> Effect:
    """What DESIGN's table says."""
    for effect, names in ((Effect.ACCEPTED, ACCEPTED), (Effect.REFUSED, REFUSED)):
        if name in names:
            return effect
    return Effect.UNKNOWN if name in UNKNOWN else Effect.NOT_SENT


@dataclass(frozen=True)
class Trial:
    """One write under one fault, with what was there before and after it."""

    write: Write
    plan: Plan
    outcome: Outcome
    entry: Send | None
    before: Holdings
    after: Holdings
    log: tuple[str, ...]
    writes: int
    """How many writes reached the service."""

    @property
    def applied(self) -> bool:
        """Whether the service did it."""
        return self.after.applied(self.write, self.before, (name for name, _ in ROWS))


async def tried(write: Write, name: str, service: NotedService | None = None) -> Trial:
    service = service or NotedService()
    journal = NotingJournal(service.log)
    plan = plan_for(write, service)
    before = service.holds()
    if (fault := FAULTS[name]) is not None:
        service.switch_on(write.value, fault)
    carrier = NoNetwork(service) if name == NO_NETWORK else None
    outcome = await run(plan, client_of(service, carrier), journal, ticking())
    assert not service.against_contract
    return Trial(
        write,
        plan,
        outcome,
        next(iter(journal.entries()), None),
        before,
        service.holds(),
        tuple(service.log),
        len(service.writes),
    )


every_fault = pytest.mark.parametrize("name", FAULTS)
every_write = pytest.mark.parametrize("write", Write, ids=lambda write: write.name.lower())


def assert_true(outcome: Outcome, holdings: Holdings, *, changed: bool) -> None:
    """Hold what was said against what is there once the last look has been taken."""
    told = said(outcome)
    assert "?" not in told
    if changed:
        assert not re.search(
            "nothing was (changed|sent)|no new pool|still shows", told, re.IGNORECASE
        ), told
    else:
        claims = re.sub("consistent with [^.]+", "", outcome.message) + outcome.title
        assert not re.search("accepted the|has arrived|appended|answer lost", claims), told
    for figure in re.findall(r"(?:total is still|and is) ([0-9,]+)", told):
        assert int(figure.replace(",", "")) == holdings.total(), told
