"""A write belongs to nobody who could take it back: it goes on, one at a time, and is told of."""

import asyncio
import threading

import pytest

from prolific_tui.demo.faults import Fault
from prolific_tui.demo.seed import CHATBOT_B, DEMO_TOKEN, MAIN_WORKSPACE
from prolific_tui.errors import Effect, SettingsError
from prolific_tui.models import CredentialPool
from prolific_tui.operations import Operations
from prolific_tui.operations.events import ReadOver, ReadRetried, WriteEnded
from prolific_tui.secret import Secret
from prolific_tui.submission.send import Standing
from tests.operations_bench import PATIENCE, SERVICE_URL, Bench, ClosingApi
from tests.submission_bench import (
    ROWS,
    TOTAL,
    FullJournal,
    Write,
    credential_plan,
    said,
    secret_plan,
)

APPEND = Write.APPEND.value


@pytest.fixture
def bench() -> Bench:
    return Bench()


def in_thread(work: threading.Thread) -> threading.Thread:
    work.daemon = True
    work.start()
    return work


def test_a_write_ends_with_an_event_that_names_its_plan(bench: Bench) -> None:
    plan = credential_plan()
    with bench.signed_in() as operations:
        assert operations.writes.submit(plan)
        ended = bench.write_ended()

        assert ended.plan is plan
        assert ended.outcome.effect is Effect.ACCEPTED
        assert operations.writes.under_way is None
        assert operations.history.now.sends[0].standing is Standing.ACCEPTED
        assert bench.service.holds().total() == TOTAL + len(ROWS)


def test_a_write_goes_on_when_the_worker_that_submitted_it_is_gone(bench: Bench) -> None:
    held = bench.hold(APPEND)

    async def interface() -> None:
        async def worker() -> None:
            operations.writes.submit(credential_plan())
            await asyncio.Event().wait()

        task = asyncio.create_task(worker())
        assert await asyncio.to_thread(held.reached.wait, PATIENCE)
        task.cancel()
        await asyncio.wait([task])

    with bench.signed_in() as operations:
        asyncio.run(interface())
        assert operations.writes.under_way is not None
        held.go_on.set()

        assert bench.write_ended().outcome.effect is Effect.ACCEPTED
        assert not held.given_up.is_set()


def test_a_write_ends_while_the_interface_is_blocked(bench: Bench) -> None:
    """As when its terminal has stopped reading: its loop runs nothing until that ends."""
    terminal_reads_again, applied = threading.Event(), threading.Event()
    bench.service.after_write = applied.set

    async def interface() -> None:
        operations.writes.submit(credential_plan())
        terminal_reads_again.wait()

    with bench.signed_in() as operations:
        blocked = in_thread(threading.Thread(target=lambda: asyncio.run(interface())))
        assert applied.wait(PATIENCE)
        ended = bench.write_ended()

        assert blocked.is_alive()
        assert ended.outcome.effect is Effect.ACCEPTED
        assert bench.service.holds().total() == TOTAL + len(ROWS)
        terminal_reads_again.set()
        blocked.join(PATIENCE)


def test_only_one_write_is_under_way(bench: Bench) -> None:
    held = bench.hold(APPEND)
    first = credential_plan()
    with bench.signed_in() as operations:
        assert operations.writes.submit(first)
        assert held.reached.wait(PATIENCE)

        assert not operations.writes.submit(credential_plan())
        assert not operations.writes.submit(secret_plan(bench.service))
        assert operations.writes.under_way is first
        held.go_on.set()

        assert bench.write_ended().plan is first
        assert bench.service.writes == [APPEND]


def test_who_hears_of_the_end_can_submit_at_once(bench: Bench) -> None:
    """Even from within the listener, and the second write is waited for like the first."""
    first, second = credential_plan(), credential_plan(rows=(("new-004", "pw-long-enough"),))
    with bench.running() as operations:
        asyncio.run(operations.sign_in())
        taken: list[bool] = []

        def listen(event: object) -> None:
            if isinstance(event, WriteEnded) and event.plan is first:
                taken.append(operations.writes.submit(second))

        operations._listener = listen
        operations.writes.submit(first)
        assert operations.writes.wait(PATIENCE)

        assert taken == [True]
        assert bench.service.writes == [APPEND, APPEND]
        assert bench.service.holds().total() == TOTAL + len(ROWS) + 1


def test_a_listener_that_takes_its_time_holds_up_nobody_who_asks(bench: Bench) -> None:
    listening, listened = threading.Event(), threading.Event()

    def listen(event: object) -> None:
        if isinstance(event, WriteEnded):
            listening.set()
            listened.wait(PATIENCE)

    operations = Operations(bench.parts())
    operations.start(listen)
    try:
        asyncio.run(operations.sign_in())
        operations.writes.submit(credential_plan())
        assert listening.wait(PATIENCE)

        answers: list[object] = []
        asking = in_thread(
            threading.Thread(
                target=lambda: answers.extend(
                    (operations.writes.wait(0), operations.writes.under_way)
                )
            )
        )
        asking.join(PATIENCE / 4)
        assert answers == [True, None]
    finally:
        listened.set()
        operations.stop(PATIENCE)


def test_nothing_is_sent_before_anyone_is_signed_in(bench: Bench) -> None:
    with bench.running() as operations:
        operations.writes.submit(credential_plan())
        outcome = bench.write_ended().outcome

    assert (outcome.effect, outcome.title) == (Effect.NOT_SENT, "Not signed in")
    assert outcome.message.startswith("Nothing was sent.")
    assert bench.service.log == []
    assert bench.journal.entries() == ()


def test_a_journal_that_takes_nothing_lets_nothing_leave() -> None:
    bench = Bench(journal=FullJournal(takes_the_beginning=False))
    with bench.signed_in() as operations:
        operations.writes.submit(credential_plan())
        outcome = bench.write_ended().outcome

    assert (outcome.effect, outcome.title) == (Effect.NOT_SENT, "Disk full")
    assert bench.service.writes == []


class Mistaken(ClosingApi):
    """A client with a mistake in it, whose words hold a password."""

    async def list_credential_pools(self, workspace_id: str) -> tuple[CredentialPool, ...]:
        raise RuntimeError(ROWS[0][1], workspace_id)


def test_a_failure_of_this_program_before_anything_left_is_told_as_not_sent() -> None:
    bench = Bench(client_class=Mistaken)
    with bench.signed_in() as operations:
        operations.writes.submit(credential_plan())
        outcome = bench.write_ended().outcome

        assert outcome.effect is Effect.NOT_SENT
        assert "RuntimeError" in outcome.message
        assert ROWS[0][1] not in said(outcome)
        assert operations.writes.under_way is None


def test_events_come_on_the_operations_thread_in_order(bench: Bench) -> None:
    bench.service.switch_on("listCredentialPools", Fault(status=502, times=2))
    with bench.signed_in() as operations:
        plan = credential_plan()
        operations.writes.submit(plan)
        events = bench.events_until(WriteEnded)

    assert {thread for thread, _ in events} == {"operations"}
    reads = [event for _, event in events if isinstance(event, ReadRetried | ReadOver)]
    assert len({event.read for event in reads}) == 1
    assert [getattr(event, "attempt", "over") for event in reads] == [1, 2, "over"]
    # A box of this send says so, and none of another one.
    assert all(event.asker is plan for event in reads if isinstance(event, ReadRetried))


def test_a_new_token_does_not_disturb_the_write_under_way(bench: Bench) -> None:
    """The client that carries it is closed when it has ended, and not before."""
    bench.service.tokens.add("another-token")
    held = bench.hold(APPEND)
    with bench.signed_in() as operations:
        operations.writes.submit(credential_plan())
        assert held.reached.wait(PATIENCE)
        asyncio.run(operations.sign_in_with("another-token"))
        assert bench.closed == []
        held.go_on.set()

        assert bench.write_ended().outcome.effect is Effect.ACCEPTED
        assert bench.service.tokens_seen[-1] == DEMO_TOKEN.reveal()
        assert bench.closed == [DEMO_TOKEN.reveal()]
        asyncio.run(operations.pools(MAIN_WORKSPACE))
        assert bench.service.tokens_seen[-1] == "another-token"


# Leaving


def test_stopping_gives_a_write_its_time(bench: Bench) -> None:
    held = bench.hold(APPEND)
    under_way_at_closing: list[object] = []
    with bench.signed_in() as operations:
        bench.keyring.on_close = lambda: under_way_at_closing.append(operations.writes.under_way)
        operations.writes.submit(credential_plan())
        assert held.reached.wait(PATIENCE)
        stopping = in_thread(threading.Thread(target=operations.stop, args=(PATIENCE,)))
        held.go_on.set()
        stopping.join(PATIENCE)

        assert not stopping.is_alive()
        assert under_way_at_closing == [None]
        assert bench.write_ended().outcome.effect is Effect.ACCEPTED
        assert bench.service.holds().total() == TOTAL + len(ROWS)


def test_stopping_leaves_a_write_that_takes_longer_open(bench: Bench) -> None:
    held = bench.hold(APPEND)
    plan = credential_plan()
    with bench.signed_in() as operations:
        operations.writes.submit(plan)
        assert held.reached.wait(PATIENCE)

        assert not operations.writes.wait(0)
        operations.stop(0)

        assert held.given_up.wait(PATIENCE)
        assert operations.writes.under_way is plan
        (entry,) = bench.journal.entries()
        assert (entry.is_open, entry.pool_id) == (True, CHATBOT_B)
        assert not any(isinstance(event, WriteEnded) for _, event in list(bench.events.queue))


def test_after_stopping_nothing_can_be_submitted(bench: Bench) -> None:
    with bench.signed_in() as operations:
        operations.stop(PATIENCE)

        with pytest.raises(RuntimeError):
            operations.writes.submit(credential_plan())

        assert operations.writes.under_way is None
    assert bench.service.writes == []


def test_the_new_secret_comes_with_the_event(bench: Bench) -> None:
    with bench.signed_in() as operations:
        operations.writes.submit(secret_plan(bench.service))
        outcome = bench.write_ended().outcome

    assert outcome.secret is not None
    assert outcome.secret.value == bench.service.state.secrets[MAIN_WORKSPACE].value
    assert isinstance(outcome.secret.value, Secret)


def test_a_read_only_run_sends_nothing_and_says_what_asked_for_it(bench: Bench) -> None:
    bench.read_only = "--read-only"
    with bench.signed_in() as operations:
        requests = len(bench.service.log)
        for plan in (credential_plan(), secret_plan(bench.service)):
            with pytest.raises(SettingsError, match="Read-only") as caught:
                operations.writes.submit(plan)
            assert "--read-only" in caught.value.message
        with pytest.raises(SettingsError, match="Read-only"):
            operations.writes.find_clash(credential_plan())

        assert operations.writes.under_way is None
        assert operations.history.now.sends == ()
        assert len(bench.service.log) == requests


@pytest.mark.parametrize("what", ["rows", "secret"])
def test_a_token_refused_in_a_write_is_told_with_by_whom_and_where_it_came_from(
    bench: Bench, what: str
) -> None:
    """In the look before the request, which `users/me` confirms, and in the request itself."""
    named = f"The token is from --token-file; {SERVICE_URL} refused it."
    plan = credential_plan() if what == "rows" else secret_plan(bench.service)
    with bench.signed_in() as operations:
        bench.service.switch_on(APPEND if what == "rows" else "createSecret", Fault(status=401))
        operations.writes.submit(plan)
        refused = bench.write_ended().outcome
        bench.service.tokens.clear()
        operations.writes.submit(plan)
        unread = bench.write_ended().outcome

    assert (refused.effect, unread.effect) == (Effect.REFUSED, Effect.NOT_SENT)
    for outcome in (refused, unread):
        assert outcome.message.count(named) == 1
        assert DEMO_TOKEN.reveal() not in said(outcome)
    assert named in bench.journal.entries()[0].parts[0].message
