"""Writes under faults while somebody else is at work on the same Prolific."""

import asyncio
import itertools

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from prolific_tui.demo.faults import Fault
from prolific_tui.demo.seed import CHATBOT_B, MAIN_WORKSPACE
from prolific_tui.errors import Effect
from tests.faults_bench import (
    FAULTS,
    NO_NETWORK,
    STANDINGS,
    UNKNOWN,
    assert_true,
    effect_of,
    tried,
)
from tests.submission_bench import (
    ROWS,
    TOTAL,
    Holdings,
    MemoryJournal,
    NoNetwork,
    NotedService,
    Write,
    client_of,
    plan_for,
    run,
    strings_in,
    ticking,
)


@given(
    write=st.sampled_from(Write),
    name=st.sampled_from(sorted(FAULTS)),
    sooner=st.integers(0, 4),
    later=st.integers(0, 4),
    blind=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_a_second_client_never_makes_a_statement_false(
    write: Write, name: str, sooner: int, later: int, blind: bool
) -> None:
    """Between the looks somebody appends, now and then just as many; the looks may fail as well."""
    service = NotedService()
    theirs = (f"theirs-{number}" for number in itertools.count())

    def add_later() -> None:
        service.add(*itertools.islice(theirs, later))
        if blind:
            service.switch_on("listCredentialPools", Fault(status=502))
            service.switch_on("listSecrets", Fault(status=502))

    service.before_write = lambda: service.add(*itertools.islice(theirs, sooner))
    service.after_write = add_later

    trial = asyncio.run(tried(write, name, service))

    assert trial.writes <= 1
    assert trial.outcome.effect is effect_of(write, name)
    assert_true(trial.outcome, trial.after, changed=trial.applied)
    if write is Write.APPEND and name != NO_NETWORK:
        added = sooner + later + (len(ROWS) if trial.applied else 0)
        told = trial.outcome.message
        assert ("still 60" in told) == (added == 0 and not blind)
        assert (f"is {TOTAL + added} now" in told) == (added > 0 and not blind)
        if "consistent with" in told:
            assert added == len(ROWS)


class Sending(RuleBasedStateMachine):
    """Writes under faults, one after another, beside a second client, on one Prolific."""

    def __init__(self) -> None:
        super().__init__()
        self.service = NotedService()
        self.journal = MemoryJournal()
        self.numbers = itertools.count()
        self.clock = ticking()
        self.sent = 0

    @rule(
        write=st.sampled_from(Write),
        name=st.sampled_from(sorted(FAULTS)),
        rows=st.integers(1, 3),
        retried=st.booleans(),
    )
    def send(self, write: Write, name: str, rows: int, retried: bool) -> None:
        """Send new rows, or rows of which the first is in the pool already."""
        names = [f"mine-{next(self.numbers)}" for _ in range(rows)]
        if retried:
            names[0] = next(iter(self.service.state.pools[CHATBOT_B].passwords))
        taken = retried and write is Write.APPEND
        plan = plan_for(write, self.service, [(each, "pw-long-enough") for each in names])
        before, seen = self.service.holds(), len(self.service.writes)
        self.service.switch_off()
        if (fault := FAULTS[name]) is not None:
            self.service.switch_on(write.value, fault)
        carrier = NoNetwork(self.service) if name == NO_NETWORK else None

        outcome = asyncio.run(run(plan, client_of(self.service, carrier), self.journal, self.clock))

        self.sent += 1
        after = self.service.holds()
        assert len(self.service.writes) - seen == (0 if name == NO_NETWORK else 1)
        unchanged = after == before
        if outcome.effect is Effect.ACCEPTED:
            assert not taken
            assert not unchanged
            assert after.applied(write, before, names)
            assert_only_added(before, after, 0 if write is Write.SECRET else rows)
        elif outcome.effect in (Effect.REFUSED, Effect.NOT_SENT):
            assert unchanged
        else:
            assert name in UNKNOWN
            assert write is not Write.APPEND or unchanged
            assert unchanged or after.applied(write, before, names)
        entry = self.journal.entries()[0]
        assert entry.standing is STANDINGS[outcome.effect]
        assert not entry.in_use
        if write is Write.CREATE and outcome.effect is Effect.ACCEPTED and name == "nothing":
            assert entry.pool_id in after.pools.keys() - before.pools

    @rule(count=st.integers(1, 3))
    def somebody_else_appends(self, count: int) -> None:
        self.service.add(*(f"theirs-{next(self.numbers)}" for _ in range(count)))

    @invariant()
    def every_write_is_in_the_journal_and_over(self) -> None:
        entries = self.journal.entries()
        assert [entry.number for entry in entries] == list(range(self.sent, 0, -1))
        assert all(entry.ended is not None for entry in entries)

    @precondition(lambda self: self.sent)
    @invariant()
    def no_password_is_kept(self) -> None:
        for text in strings_in(self.journal.entries()[0]):
            assert "pw-long-enough" not in text
            assert self.service.state.secrets[MAIN_WORKSPACE].value.reveal() not in text


def assert_only_added(before: Holdings, after: Holdings, rows: int) -> None:
    """Whatever was there is there, and exactly so many credentials more."""
    for pool_id, usernames in before.pools.items():
        assert after.pools[pool_id][: len(usernames)] == usernames
    count = sum(map(len, after.pools.values())) - sum(map(len, before.pools.values()))
    assert count == rows


Sending.TestCase.settings = settings(max_examples=40, stateful_step_count=12, deadline=None)
TestSending = Sending.TestCase
