"""A long list in parts: each sent once, taken up again after a stop, and halved if need be."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace

import httpx
import pytest

from prolific_tui.demo.exchange import Answer, Request, nested_error
from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.demo.seed import CHATBOT_B
from prolific_tui.errors import Effect, ProlificTuiError
from prolific_tui.models import CredentialPool
from prolific_tui.submission.later import say, settle_open
from prolific_tui.submission.means import Control, Means
from prolific_tui.submission.plan import CredentialPlan, Target
from prolific_tui.submission.progress import Phase, Progress
from prolific_tui.submission.resuming import Resumption, resumption
from prolific_tui.submission.rows import Ended
from prolific_tui.submission.run import run
from prolific_tui.submission.send import Finding, Standing
from tests.submission_bench import (
    POOL,
    TOTAL,
    WORKSPACE,
    MemoryJournal,
    NotedService,
    Waited,
    Write,
    client_of,
    credential_plan,
    means_of,
    said,
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


# All goes well


async def test_a_create_makes_its_pool_with_the_first_part_and_appends_the_others() -> None:
    story = Story()

    ended = await story.send(replace(plan(Write.CREATE), label="pilot"))

    assert story.service.writes == [CREATE, APPEND, APPEND, APPEND]
    assert story.made == LIST
    assert (ended.outcome.effect, len(ended.accepted)) == (Effect.ACCEPTED, 10)
    assert ended.outcome.title == "10 credentials in a new pool"
    (send,) = story.journal.entries()
    assert [(part.start, part.stop) for part in send.parts] == [(0, 3), (3, 6), (6, 9), (9, 10)]
    assert (send.standing, send.planned_parts, send.in_use) == (Standing.ACCEPTED, 4, False)
    assert send.pool_id == list(story.service.state.pools)[-1]
    assert story.journal.labels(send.service_url) == {send.pool_id: "pilot"}


async def test_progress_tells_rows_parts_and_the_time_left() -> None:
    story = Story()
    seconds = iter(range(1000))
    means = story.means()
    means = replace(means, pace=replace(means.pace, moment=lambda: float(next(seconds))))

    await run(plan(), means)

    sending = [each for each in story.told if each.phase is Phase.SENDING]
    assert [(each.part, each.parts, each.accepted) for each in sending] == [
        (1, 4, 0),
        (2, 4, 3),
        (3, 4, 6),
        (4, 4, 9),
    ]
    assert sending[0].seconds_left is None
    # Each part of three took a second.
    assert [each.seconds_left for each in sending][1:] == pytest.approx([7 / 3, 4 / 3, 1 / 3])
    assert {each.number for each in sending} == {1}


async def test_the_look_after_a_part_is_the_one_before_the_next() -> None:
    story = Story()

    await story.send(plan())

    assert story.service.log.count("listCredentialPools") == 5


async def test_a_part_has_no_more_bytes_than_it_may() -> None:
    story = Story()
    means = story.means()
    means = replace(means, pace=replace(means.pace, part_rows=100, part_bytes=60))

    await run(plan(), means)

    assert story.pool == LIST
    assert max(part.rows for part in story.journal.entries()[0].parts) == 2


# Stopped in between


async def test_paused_it_begins_no_part_and_looks_again_before_it_goes_on() -> None:
    story = Story()
    paused = asyncio.Event()

    def pause(progress: Progress) -> None:
        if progress.phase is Phase.SENDING and progress.part == 2:
            story.control.pause()
        if progress.phase is Phase.PAUSED:
            paused.set()

    story.on_progress = pause
    sending = asyncio.create_task(story.send(plan()))
    await paused.wait()
    assert len(story.service.writes) == 2
    looks = story.service.log.count("listCredentialPools")
    story.control.go_on()
    ended = await sending

    assert ended.outcome.effect is Effect.ACCEPTED
    assert story.pool == LIST
    assert story.service.log.count("listCredentialPools") == looks + 3


async def test_stopped_it_goes_on_later_with_the_first_part_that_did_not_go() -> None:
    story = Story()
    story.on_progress = lambda each: story.control.stop() if each.part == 2 else None

    ended = await story.send(plan(Write.CREATE))

    assert "Stopped: 6 of 10 rows were accepted" in ended.outcome.title
    assert (len(ended.accepted), ended.outcome.effect) == (6, Effect.NOT_SENT)
    (send,) = story.journal.entries()
    assert (send.standing, send.left, send.can_go_on) == (Standing.PARTLY, ((6, 10),), True)

    # The same file is loaded again, with a row more and one less, in another order.
    story.on_progress = lambda _: None
    again = plan(Write.CREATE, ["strange", *reversed(LIST[:-1])])
    matched = story.match(again)
    assert (matched.missing, matched.accepted, matched.strange) == (1, 6, 1)
    ended = await story.go_on(again)

    assert ended.outcome.effect is Effect.ACCEPTED
    assert story.made == LIST[:-1]
    assert story.service.writes == [CREATE, APPEND, APPEND]
    assert story.journal.entries()[0].left == ((9, 10),)
    assert len(story.journal.entries()) == 1


@pytest.mark.parametrize("status", [401, 403, 429])
async def test_a_refused_part_stops_it_and_says_what_went_before(status: int) -> None:
    story = Story()
    fault_at(story, 3, Fault(status=status))

    ended = await story.send(plan())

    assert ended.outcome.effect is Effect.REFUSED
    assert "(6 of 10 rows were accepted)" in ended.outcome.title
    assert "Part 3 of 4:" in ended.outcome.message
    assert "All rows are still in the editor" not in ended.outcome.message
    assert len(ended.accepted) == 6
    assert story.pool == LIST[:6]

    story.on_progress = lambda _: None
    assert (await story.go_on(plan())).outcome.effect is Effect.ACCEPTED
    assert story.pool == LIST


async def test_a_create_whose_first_answer_was_lost_sends_nothing_more() -> None:
    story = Story()
    fault_at(story, 1, Fault(cut=Cut.WITHIN))

    ended = await story.send(plan(Write.CREATE))

    assert "Which pool was made?" in ended.outcome.title
    assert len(ended.accepted) == 3
    assert story.service.writes == [CREATE]
    assert story.match(plan(Write.CREATE)).needs_pool

    # The person found the pool and appends the rest to it.
    story.on_progress = lambda _: None
    pool = CredentialPool(list(story.service.state.pools)[-1], 3)
    await story.go_on(replace(plan(), target=Target(WORKSPACE, pool)))
    assert story.made == LIST


# Not known


async def test_a_part_that_nobody_answered_stops_it_until_the_person_decides() -> None:
    story = Story()
    story.service.switch_on("listStudies", Fault(status=403))
    fault_at(story, 2, Fault(cut=Cut.AFTER))

    ended = await story.send(plan())

    assert ended.outcome.effect is Effect.UNKNOWN
    assert "which is consistent with all 3 having arrived" in ended.outcome.message
    assert "That is no proof" in ended.outcome.message
    (send,) = story.journal.entries()
    assert [part.finding for part in send.parts] == [None, Finding.CONSISTENT]
    assert (send.is_open, send.can_go_on) == (True, False)
    assert story.match(plan()).is_blocked
    assert story.match(plan()).plan is None

    send = await say(send.number, 2, story.means(), arrived=True)
    assert (send.standing, send.accepted_rows) == (Standing.PARTLY, 6)
    story.on_progress = lambda _: None
    await story.go_on(plan())
    assert story.pool == LIST


async def test_what_is_not_there_is_looked_for_15_s_and_again_before_it_goes_again() -> None:
    story = Story()
    fault_at(story, 2, Fault(cut=Cut.BEFORE))

    ended = await story.send(plan())

    assert story.waited.seconds == [1, 2, 4, 8]
    assert "It was not there after looking for 15 s." in ended.outcome.message
    (send,) = story.journal.entries()
    assert send.open_parts[0].finding is Finding.NOT_THERE
    send = await settle_open(send.number, story.means())
    assert send.open_parts[0].finding is Finding.NOT_THERE
    assert "15 s" in send.open_parts[0].message

    send = await say(send.number, 2, story.means(), arrived=False)
    assert send.parts[1].standing is Standing.ABSENT
    story.on_progress = lambda _: None
    assert (await story.go_on(plan())).outcome.effect is Effect.ACCEPTED
    assert story.pool == LIST


async def test_what_arrives_late_after_all_is_not_sent_again() -> None:
    """The person said that it had not arrived, and then it does."""
    story = Story()
    fault_at(story, 2, Fault(cut=Cut.BEFORE))
    await story.send(plan())
    await settle_open(1, story.means())
    await say(1, 2, story.means(), arrived=False)
    story.service.add(*LIST[3:6])
    story.on_progress = lambda _: None

    ended = await story.go_on(plan())

    assert ended.outcome.title == "The pool changed since you looked"
    assert ended.outcome.effect is Effect.NOT_SENT
    assert len(story.service.writes) == 2


async def test_a_usage_report_says_that_a_part_arrived_and_it_goes_on() -> None:
    story = Story()
    fault_at(story, 2, Fault(cut=Cut.AFTER))

    ended = await story.send(plan())

    assert ended.outcome.effect is Effect.ACCEPTED
    assert story.pool == LIST
    (send,) = story.journal.entries()
    assert send.parts[1].finding is Finding.REPORTED
    assert send.standing is Standing.ACCEPTED


async def test_a_create_left_open_by_a_run_that_ended_is_settled_by_the_next() -> None:
    story = Story()
    story.service.switch_on("listStudies", Fault(status=403))
    fault_at(story, 1, Fault(cut=Cut.AFTER))
    await story.send(plan(Write.CREATE))

    send = await settle_open(1, story.means())
    assert send.open_parts[0].finding is Finding.CONSISTENT
    send = await say(1, 1, story.means(), arrived=True)

    assert send.pool_id == list(story.service.state.pools)[-1]
    story.on_progress = lambda _: None
    await story.go_on(plan(Write.CREATE))
    assert story.made == LIST
    with pytest.raises(ProlificTuiError, match="not open"):
        await say(1, 1, story.means(), arrived=False)


async def test_what_another_window_sent_meanwhile_is_not_sent_again() -> None:
    story = Story()
    story.on_progress = lambda each: story.control.stop() if each.part == 2 else None
    await story.send(plan())
    story.on_progress = lambda _: None
    reviewed = story.match(plan()).plan
    assert reviewed is not None
    await story.go_on(plan())

    ended = await story.send(reviewed)

    assert ended.outcome.title == "This send changed meanwhile"
    assert story.pool == LIST


# Too large, or clashing


class Small(NotedService):
    """Takes no list of more than two rows."""

    def handle(self, request: Request) -> Answer:
        if request.method in ("POST", "PATCH") and request.body.count(b"\\n") >= 2:
            self.log.append("too large")
            return nested_error(413, "Too large")
        return super().handle(request)


async def test_what_is_too_large_goes_in_halves() -> None:
    story = Story(part_rows=8)
    story.service = Small()

    ended = await story.send(plan(Write.CREATE))

    assert ended.outcome.effect is Effect.ACCEPTED
    assert story.made == LIST
    assert story.journal.entries()[0].standing is Standing.ACCEPTED
    assert story.service.log.count("too large") == 3


async def test_nothing_goes_in_halves_where_the_pool_changed() -> None:
    story = Story(part_rows=8)
    story.service = Small()
    story.on_progress = lambda each: (
        story.service.add("theirs") if each.phase is Phase.SENDING else None
    )

    ended = await story.send(plan())

    assert ended.outcome.effect is Effect.REFUSED
    assert story.pool == ("theirs",)


@pytest.mark.parametrize("clashing", [(0,), (9,), (4,), (2, 3, 8), tuple(range(10))], ids=str)
@pytest.mark.parametrize("write", [Write.CREATE, Write.APPEND], ids=lambda write: write.name)
async def test_halving_names_the_rows_that_clash_and_sends_all_others(
    write: Write, clashing: tuple[int, ...]
) -> None:
    taken = frozenset(LIST[number] for number in clashing)
    story = Story(part_rows=100)
    story.service = Taken(taken)
    ended = await story.send(plan(write))
    assert ended.outcome.effect is Effect.REFUSED
    search = ended.search
    assert search is not None
    before = len(story.service.writes)

    ended = await story.go_on(plan(write), halving=True)

    assert {LIST[place] for place in ended.clashing} == taken
    took = len(story.service.writes) - before
    assert took <= search.most_sends
    if len(clashing) == 1:
        assert took <= search.sends_for_one
    pool = story.pool if write is Write.APPEND or len(taken) == 10 else story.made
    assert pool == tuple(name for name in LIST if name not in taken)
    told = said(ended.outcome)
    assert all(name in told for name in sorted(taken)[:5])
    assert ended.search is None
    for part in story.journal.entries()[0].parts:
        assert not any(name in part.message for name in LIST)


class Taken(NotedService):
    """Refuses every list with one of some usernames, and does not say which."""

    def __init__(self, taken: frozenset[str]) -> None:
        super().__init__()
        self._taken = taken

    def handle(self, request: Request) -> Answer:
        is_write = request.method in ("POST", "PATCH")
        if is_write and any(name.encode() in request.body for name in self._taken):
            self.log.append(CREATE if request.method == "POST" else APPEND)
            return nested_error(409, "Duplicate credentials detected")
        return super().handle(request)


async def test_a_search_stops_at_once_where_a_total_changed() -> None:
    story = Story(part_rows=100)
    story.service = Taken(frozenset(LIST[:1]))
    await story.send(plan())
    story.on_progress = lambda each: (
        story.service.add(f"theirs-{each.part}") if each.phase is Phase.SENDING else None
    )

    ended = await story.go_on(plan(), halving=True)

    assert ended.outcome.effect is Effect.REFUSED
    assert "somebody else may have added to it" in ended.outcome.message
    assert len(story.service.writes) == 2


async def test_a_single_row_that_clashes_needs_no_search() -> None:
    story = Story()
    story.service.add(LIST[0])

    ended = await story.send(plan(names=LIST[:1]))

    assert ended.search is None
    assert len(ended.clashing) == 1


async def test_an_append_to_a_pool_of_another_target_is_not_mixed_up() -> None:
    """The plan of a continued send appends to the send's pool, whatever the draft was for."""
    story = Story()
    story.on_progress = lambda each: story.control.stop() if each.part == 2 else None
    await story.send(plan(Write.CREATE))
    matched = story.match(plan(Write.CREATE))

    assert matched.plan is not None
    assert matched.plan.target.pool is not None
    assert matched.plan.target.pool.credential_pool_id == story.journal.entries()[0].pool_id
    assert POOL.credential_pool_id != story.journal.entries()[0].pool_id
