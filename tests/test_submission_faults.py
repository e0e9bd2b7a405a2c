"""Whatever goes wrong with a write: it is sent once, judged rightly, and nothing false is said.

Each row of the table of outcomes is tried with every write, against the in-memory Prolific, and
what is said is then held against what that Prolific holds.
"""

import itertools

import httpx

from prolific_tui.demo.exchange import nested_error
from prolific_tui.demo.faults import Fault
from prolific_tui.demo.seed import DEMO_TOKEN
from prolific_tui.demo.transport import DemoTransport
from prolific_tui.errors import Effect
from tests.faults_bench import (
    APPLIED,
    NO_NETWORK,
    assert_true,
    effect_of,
    effect_of_answer,
    every_fault,
    every_write,
    tried,
)
from tests.submission_bench import (
    ROWS,
    TOTAL,
    MemoryJournal,
    NotedService,
    Write,
    client_of,
    plan_for,
    run,
    said,
    strings_in,
    ticking,
)


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
            # A look that found another secret than before says so, whoever made it.
            is_new_secret = write is Write.SECRET and trial.applied
            title = "A new secret is there; who" if is_new_secret else "We do not know whether"
            assert trial.outcome.title.startswith(title)
            assert "Nothing is sent again by itself." in told
        case Effect.NOT_SENT:
            assert "Nothing was sent" in told
        case Effect.REFUSED if write is not Write.SECRET:
            assert "All rows are still in the editor." in told


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
    # Of a refusal, without what the service said: that may name rows.
    told = trial.outcome.unquoted or trial.outcome.message
    assert trial.entry.parts[-1].message == told


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
