"""Whatever goes wrong with a write: it is sent once, judged rightly, and nothing false is said.

Each row of the table of outcomes is tried with every write, against the in-memory Prolific, and
what is said is then held against what that Prolific holds.
"""

import asyncio
import itertools
import re
from dataclasses import dataclass

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from prolific_tui.demo.exchange import nested_error
from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.demo.seed import CHATBOT_B, DEMO_TOKEN, MAIN_WORKSPACE
from prolific_tui.demo.transport import DemoTransport
from prolific_tui.errors import Effect
from prolific_tui.submission.outcome import Outcome
from prolific_tui.submission.plan import Plan
from prolific_tui.submission.send import Send, Standing
from tests.submission_bench import (
    LIMITS,
    ROWS,
    TOTAL,
    Holdings,
    MemoryJournal,
    NoNetwork,
    NotedService,
    NotingJournal,
    Write,
    client_of,
    plan_for,
    run,
    said,
    strings_in,
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


@every_write
@every_fault
async def test_a_write_is_judged_by_its_answer_and_sent_once(write: Write, name: str) -> None:
    trial = await tried(write, name)

    assert trial.outcome.effect is effect_of(write, name)
    assert trial.writes == (0 if name == NO_NETWORK else 1)


@every_write
@every_fault
async def test_no_outcome_contradicts_what_prolific_holds(write: Write, name: str) -> None:
    trial = await tried(write, name)

    match trial.outcome.effect:
        case Effect.ACCEPTED:
            assert trial.applied
        case Effect.REFUSED | Effect.NOT_SENT:
            assert trial.after == trial.before
        case Effect.UNKNOWN:
            assert trial.applied == (name in APPLIED)


@every_write
@every_fault
async def test_the_words_claim_only_what_is_so(write: Write, name: str) -> None:
    trial = await tried(write, name)

    assert_true(trial.outcome, trial.after, changed=trial.applied)
    told = said(trial.outcome)
    match trial.outcome.effect:
        case Effect.ACCEPTED:
            assert "Prolific accepted" in told or "usage report" in told
        case Effect.UNKNOWN:
            assert trial.outcome.title.startswith("We do not know whether")
            assert "Nothing is sent again by itself." in told
        case Effect.NOT_SENT:
            assert "Nothing was sent" in told
        case Effect.REFUSED if write is not Write.SECRET:
            assert "All rows are still in the editor." in told


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


@every_write
async def test_each_ending_has_words_of_its_own(write: Write) -> None:
    names = ("400", "401", "403", "404", "409", "429", "500", "502", "408", "no answer in time")
    outcomes = [(await tried(write, name)).outcome for name in (*names, NO_NETWORK, "cut before")]

    for one, other in itertools.combinations(outcomes, 2):
        assert one.message != other.message
        if Effect.UNKNOWN not in (one.effect, other.effect):
            assert one.title != other.title or write is Write.SECRET
            assert (one.title, one.hint) != (other.title, other.hint)
    for outcome in outcomes:
        assert outcome.title
        assert outcome.message
        assert outcome.hint or outcome.effect is Effect.ACCEPTED


@every_write
@every_fault
async def test_a_write_is_journalled_before_it_leaves_and_when_it_is_answered(
    write: Write, name: str
) -> None:
    trial = await tried(write, name)

    steps = [step for step in trial.log if step == write.value or "send" in step or "end" in step]
    request = [] if name == NO_NETWORK else [write.value]
    ended = f"ended: {effect_of_answer(name).value}"
    assert steps[: len(request) + 2] == ["about to send", *request, ended]
    assert set(steps[len(request) + 2 :]) <= {ended}
    assert trial.entry is not None
    assert trial.entry.ended is not None
    assert trial.entry.parts[-1].message == trial.outcome.message


@every_write
@every_fault
async def test_the_journal_holds_no_password_token_or_secret(write: Write, name: str) -> None:
    trial = await tried(write, name)

    hidden = {password for _, password in ROWS} | {DEMO_TOKEN.reveal()}
    hidden |= {trial.before.secret.reveal(), trial.after.secret.reveal()}
    assert trial.entry is not None
    for text in strings_in(trial.entry):
        assert not any(secret in text for secret in hidden), text
    assert not any(secret in f"{trial.outcome!r} {said(trial.outcome)}" for secret in hidden)


async def test_a_taken_username_is_told_in_the_agreed_words() -> None:
    service = NotedService()
    service.add(ROWS[1][0])

    trial = await tried(Write.APPEND, "nothing", service)

    assert trial.outcome.effect is Effect.REFUSED
    assert trial.outcome.message.startswith(
        "Prolific refused this list: it has at least one of these usernames already and does not"
        " say which."
    )
    assert "The pool's total is still 61." in trial.outcome.message
    assert trial.after.total() == TOTAL + 1


async def test_a_refusal_that_quotes_the_list_shows_no_password_anywhere() -> None:
    service = NotedService()
    quoting = nested_error(400, f"Line 1 is bad: {','.join(ROWS[0])} ({DEMO_TOKEN.reveal()})")
    service.switch_on(Write.CREATE.value, Fault(status=400, body=quoting.body))
    journal = MemoryJournal()

    outcome = await run(plan_for(Write.CREATE, service), client_of(service), journal, ticking())

    assert outcome.effect is Effect.REFUSED
    assert "Line 1 is bad" in outcome.message
    for text in (*strings_in(journal.entries()), said(outcome)):
        assert ROWS[0][1] not in text
        assert DEMO_TOKEN.reveal() not in text


@every_write
async def test_an_answer_that_no_http_client_foresees_leaves_a_write_unknown(write: Write) -> None:
    service = NotedService()
    service.switch_on("listStudies", Fault(status=403))

    class Confused(DemoTransport):
        """Fails in a way that nobody thought of, once the service has done what it was asked."""

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            answer = await super().handle_async_request(request)
            if request.method != "GET":
                raise KeyError(DEMO_TOKEN.reveal())
            return answer

    outcome = await run(
        plan_for(write, service), client_of(service, Confused(service)), MemoryJournal(), ticking()
    )

    assert outcome.effect is Effect.UNKNOWN
    assert DEMO_TOKEN.reveal() not in said(outcome)
    assert len(service.writes) == 1


# Somebody else at the same time


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
