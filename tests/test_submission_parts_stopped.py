"""Sends in parts that are paused or stopped: before a part, during a look, and between two."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.demo.transport import DemoTransport
from prolific_tui.errors import Effect
from prolific_tui.submission.journal import NewSend
from prolific_tui.submission.means import Control
from prolific_tui.submission.progress import Phase, Progress
from prolific_tui.submission.run import run
from prolific_tui.submission.send import Send, Standing
from tests.parts_bench import APPEND, CREATE, LIST, Story, fault_at, plan
from tests.submission_bench import (
    TOTAL,
    MemoryJournal,
    NotedService,
    Write,
    plan_for,
)


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


async def test_all_that_is_known_is_written_down_before_a_pause() -> None:
    """A pause may be long, and the program may be killed in it."""
    story = Story()
    known: list[int | None] = []

    class Paused(Control):
        async def wait(self) -> None:
            known.append(story.journal.last_part.total_after)
            self.go_on()

    control = Paused()
    story.on_progress = lambda each: control.pause() if each.phase is Phase.SENDING else None

    await run(plan(), replace(story.means(), control=control))

    assert known == [TOTAL + 3, TOTAL + 6, TOTAL + 9]


class SlowLooks(DemoTransport):
    """Answers a listing only once the test has done something meanwhile."""

    def __init__(self, service: NotedService, meanwhile: Callable[[], None]) -> None:
        super().__init__(service)
        self._meanwhile = meanwhile

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            self._meanwhile()
        return await super().handle_async_request(request)


@pytest.mark.parametrize("write", [Write.CREATE, Write.APPEND, Write.SECRET])
async def test_stopped_during_the_look_before_it_nothing_is_sent_or_written_down(
    write: Write,
) -> None:
    story = Story(part_rows=len(LIST))

    def stop() -> None:
        story.control.stop()

    looks = SlowLooks(story.service, stop)

    ended = await run(plan_for(write, story.service), story.means(looks))

    assert (ended.outcome.effect, ended.number) == (Effect.NOT_SENT, None)
    assert ended.outcome.title.startswith("Stopped before ")
    assert story.service.writes == []
    assert story.journal.entries() == ()


class SilentLooks(DemoTransport):
    """Answers a listing only as long as the test lets it, and then never."""

    def __init__(self, service: NotedService, is_answered: Callable[[], bool]) -> None:
        super().__init__(service)
        self._is_answered = is_answered
        self.is_asked = asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET" and not self._is_answered():
            self.is_asked.set()
            await asyncio.Event().wait()
        return await super().handle_async_request(request)


@pytest.mark.parametrize("write", [Write.CREATE, Write.APPEND, Write.SECRET])
async def test_a_look_before_it_that_is_given_up_is_not_waited_for(write: Write) -> None:
    story = Story(part_rows=len(LIST))
    silent = SilentLooks(story.service, lambda: False)

    sending = asyncio.create_task(run(plan_for(write, story.service), story.means(silent)))
    await silent.is_asked.wait()
    story.control.give_up()

    assert (await sending).outcome.title.startswith("Stopped before ")
    assert story.service.log == []
    assert story.journal.entries() == ()


@pytest.mark.parametrize("write", [Write.CREATE, Write.APPEND, Write.SECRET])
@pytest.mark.parametrize("fault", [None, Fault(cut=Cut.AFTER)])
async def test_a_look_after_it_that_is_given_up_takes_nothing_from_what_the_answer_said(
    write: Write, fault: Fault | None
) -> None:
    story = Story(part_rows=len(LIST))
    silent = SilentLooks(story.service, lambda: not story.service.writes)
    if fault is not None:
        story.service.switch_on(write.value, fault)

    phase = Phase.CHECKING if fault is None else Phase.SETTLING
    is_told = asyncio.Event()
    story.on_progress = lambda each: is_told.set() if each.phase is phase else None

    sending = asyncio.create_task(run(plan_for(write, story.service), story.means(silent)))
    await silent.is_asked.wait()
    await is_told.wait()
    story.control.give_up()

    outcome = (await sending).outcome
    assert outcome.effect is (Effect.ACCEPTED if fault is None else Effect.UNKNOWN)
    assert "(the look was given up)" in outcome.message
    (send,) = story.journal.entries()
    assert send.standing is (Standing.ACCEPTED if fault is None else Standing.OPEN)
    assert story.service.writes == [write.value]


async def test_a_stop_between_two_parts_does_not_give_up_the_looking_for_the_last_one() -> None:
    story = Story()
    fault_at(story, 1, Fault(cut=Cut.BEFORE))
    strike = story.on_progress

    def stop(progress: Progress) -> None:
        strike(progress)
        if progress.phase is Phase.SENDING:
            story.control.give_up()

    story.on_progress = stop

    ended = await story.send(plan(Write.CREATE))

    assert "It was not there after looking for 15 s." in ended.outcome.message
    looks = [each.looking for each in story.told if each.phase is Phase.SETTLING]
    assert [(each.look, each.looks) for each in looks if each] == [(n, 5) for n in range(1, 6)]
    assert [(each.last_at - each.at).seconds for each in looks if each] == [15, 14, 12, 8, 0]


async def test_paused_during_the_look_before_a_part_it_looks_again_before_that_goes() -> None:
    story = Story(part_rows=len(LIST))
    looks = SlowLooks(story.service, lambda: story.control.pause() if not story.told[1:] else None)
    paused = asyncio.Event()
    story.on_progress = lambda each: paused.set() if each.phase is Phase.PAUSED else None

    sending = asyncio.create_task(run(plan(), story.means(looks)))
    await paused.wait()
    assert story.service.log == ["listCredentialPools"]
    story.control.go_on()

    assert (await sending).outcome.effect is Effect.ACCEPTED
    phases = [each.phase for each in story.told]
    going = [Phase.LOOKING, Phase.SENDING, Phase.CHECKING]
    assert phases == [Phase.LOOKING, Phase.PAUSED, *going]
    assert story.service.log[:3] == ["listCredentialPools", "listCredentialPools", APPEND]


async def test_stopped_while_it_is_written_down_that_it_begins_no_part_leaves() -> None:
    story = Story()

    class Stopping(MemoryJournal):
        def begin(self, new: NewSend) -> Send:
            story.control.stop()
            return super().begin(new)

    story.journal = Stopping()

    ended = await story.send(plan())

    assert ended.outcome.title == "Stopped before anything was sent"
    assert story.service.writes == []
    (send,) = story.journal.entries()
    assert (send.standing, send.can_go_on, send.parts) == (Standing.NOT_SENT, True, ())


async def test_stopped_it_goes_on_later_with_the_first_part_that_did_not_go() -> None:
    story = Story()

    def stop(progress: Progress) -> None:
        if progress.phase is Phase.SENDING and progress.part == 2:
            story.control.stop()

    story.on_progress = stop

    ended = await story.send(plan(Write.CREATE))

    assert "Stopped: 6 of 10 rows were accepted" in ended.outcome.title
    assert (len(ended.accepted), ended.outcome.effect) == (6, Effect.NOT_SENT)
    (send,) = story.journal.entries()
    assert (send.standing, send.left, send.can_go_on) == (Standing.PARTLY, ((6, 10),), True)

    # The same file is loaded again, with a row more and one less, in another order.
    story.on_progress = lambda _: None
    story.told.clear()
    again = plan(Write.CREATE, ["strange", *reversed(LIST[:-1])])
    matched = story.match(again)
    assert (matched.missing, matched.accepted, matched.strange) == (1, 6, 1)
    ended = await story.go_on(again)

    # It is one send: its parts and rows are counted on, with the row that is not here.
    sending = [each for each in story.told if each.phase is Phase.SENDING]
    assert [(each.part, each.parts, each.accepted, each.rows) for each in sending] == [
        (3, 4, 6, 10)
    ]
    assert story.told[0].part == 3
    assert ended.outcome.effect is Effect.ACCEPTED
    assert story.made == LIST[:-1]
    assert story.service.writes == [CREATE, APPEND, APPEND]
    assert story.journal.entries()[0].left == ((9, 10),)
    assert len(story.journal.entries()) == 1
