"""Paused or stopped while a part is being written down, that part does not leave."""

import asyncio
from collections.abc import Callable

import pytest

from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.errors import Effect, ProlificTuiError
from prolific_tui.submission.journal import Learned, NewPart
from prolific_tui.submission.later import say
from prolific_tui.submission.means import Control
from prolific_tui.submission.progress import Phase
from prolific_tui.submission.run import run
from prolific_tui.submission.send import Part, Standing
from tests.parts_bench import APPEND, LIST, Story, plan
from tests.submission_bench import MemoryJournal, NotedService, Write, said
from tests.test_submission_parts_refused import Taken


class ActedOn(MemoryJournal):
    """A journal that lets the person act while the part of some number is being written down."""

    def __init__(self, story: Story, number: int, act: Callable[[Control], None]) -> None:
        super().__init__()
        self._story = story
        self._number = number
        self._act = act

    def about_to_send(self, number: int, new: NewPart) -> Part:
        part = super().about_to_send(number, new)
        if part.number == self._number:
            self._act(self._story.control)
        return part


@pytest.mark.parametrize("write", [Write.CREATE, Write.APPEND])
async def test_stopped_while_the_first_part_is_written_down_nothing_leaves(write: Write) -> None:
    story = Story()
    story.journal = ActedOn(story, 1, Control.stop)

    ended = await story.send(plan(write))

    assert ended.outcome.title == "Stopped before anything was sent"
    assert story.service.writes == []
    (send,) = story.journal.entries()
    assert (send.standing, send.can_go_on, send.in_use) == (Standing.NOT_SENT, True, False)
    assert send.parts[0].title == "Held back before it left"

    # It goes on as one that was never begun.
    ended = await story.go_on(plan(write))
    assert ended.outcome.effect is Effect.ACCEPTED
    assert (story.made if write is Write.CREATE else story.pool) == LIST
    assert len(story.service.writes) == 4


async def test_stopped_while_a_later_part_is_written_down_only_those_before_it_are_there() -> None:
    story = Story()
    story.journal = ActedOn(story, 3, Control.stop)

    ended = await story.send(plan())

    assert ended.outcome.title == "Stopped: 6 of 10 rows were accepted"
    assert story.pool == LIST[:6]
    (send,) = story.journal.entries()
    assert (send.standing, send.left) == (Standing.PARTLY, ((6, 10),))


async def test_paused_while_a_part_is_written_down_it_goes_when_the_person_goes_on() -> None:
    story = Story()
    story.journal = ActedOn(story, 2, Control.pause)
    is_paused = asyncio.Event()
    story.on_progress = lambda each: is_paused.set() if each.phase is Phase.PAUSED else None

    sending = asyncio.create_task(run(plan(), story.means()))
    await is_paused.wait()
    assert story.pool == LIST[:3]
    assert story.told[-1].part == 3
    story.control.go_on()

    assert (await sending).outcome.effect is Effect.ACCEPTED
    assert story.pool == LIST
    assert story.service.writes == [APPEND] * 4
    (send,) = story.journal.entries()
    held = [part.number for part in send.parts if part.standing is Standing.NOT_SENT]
    assert (held, send.standing, len(send.parts)) == ([2], Standing.ACCEPTED, 5)


async def test_what_arrived_late_while_it_was_held_back_is_seen_before_it_goes() -> None:
    """The person had said that it did not arrive, and pauses just as it is to go again."""
    story = Story(part_rows=5)
    story.service.switch_on(APPEND, Fault(cut=Cut.BEFORE, times=1))
    story.journal = ActedOn(story, 2, Control.pause)
    await story.send(plan())
    await say(1, 1, story.means(), arrived=False)
    is_paused = asyncio.Event()
    story.on_progress = lambda each: is_paused.set() if each.phase is Phase.PAUSED else None
    matched = story.match(plan())
    assert matched.plan is not None

    sending = asyncio.create_task(run(matched.plan, story.means()))
    await is_paused.wait()
    story.service.add(*LIST[:5])
    story.control.go_on()

    assert (await sending).outcome.title == "The pool changed since you looked"
    assert story.service.writes == [APPEND]


async def test_a_search_that_was_held_back_and_finds_no_clash_does_not_say_that_it_halved() -> None:
    story = Story(part_rows=100)
    story.service = Taken(frozenset(LIST[:1]))
    story.journal = ActedOn(story, 2, Control.pause)
    assert (await story.send(plan())).outcome.effect is Effect.REFUSED
    # Whoever had it took it out again.
    story.service = NotedService()
    is_paused = asyncio.Event()
    story.on_progress = lambda each: is_paused.set() if each.phase is Phase.PAUSED else None
    matched = story.match(plan())
    assert matched.plan is not None

    searching = asyncio.create_task(run(matched.plan, story.means(), halving=True))
    await is_paused.wait()
    story.control.go_on()

    assert (await searching).outcome.title == "No row clashed any more"
    assert story.pool == LIST


async def test_that_it_was_held_back_is_recorded_as_soon_as_the_disk_takes_it() -> None:
    class FullFor(ActedOn):
        fails = 0

        def record(self, number: int, learned: Learned) -> None:
            if self.fails:
                self.fails -= 1
                raise ProlificTuiError("Disk full", "There is no space left.", "Make room.")
            super().record(number, learned)

    story = Story()
    story.journal = journal = FullFor(story, 1, Control.stop)
    journal.fails = 1
    ended = await story.send(plan())
    assert "could not be written" not in said(ended.outcome)
    assert journal.last_part.standing is Standing.NOT_SENT

    story.journal = journal = FullFor(story, 1, Control.stop)
    journal.fails = 2
    ended = await story.send(plan())
    told = "That it was not sent could not be written to the history: There is no space left."
    assert f"{told} The next start will ask about it." in said(ended.outcome)
    assert journal.last_part.standing is Standing.OPEN
    assert story.service.writes == []
