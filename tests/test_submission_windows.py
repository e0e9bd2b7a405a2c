"""Sends that another window, or another send of this one, comes in between."""

import asyncio
import threading
from dataclasses import replace

import pytest

from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.errors import Effect, ProlificTuiError
from prolific_tui.submission.later import say, settle_open, take_back
from prolific_tui.submission.means import Means
from prolific_tui.submission.plan import CredentialPlan
from prolific_tui.submission.resuming import resumption
from prolific_tui.submission.run import run
from prolific_tui.submission.send import Finding, Send
from tests.parts_bench import LIST, Story, plan
from tests.submission_bench import MemoryJournal, Write, credential_plan, said

# Looking right after a line was cut

OTHERS = [("other-001", "pw-of-other-1"), ("other-002", "pw-of-other-2"), ("other-003", "pw-3-of")]


def in_the_first_wait(story: Story, theirs: CredentialPlan) -> Means:
    """Means of this window; in the first wait for its rows, another one sends its own."""
    other_window = story.means()
    means = story.means()

    async def sleep(seconds: float) -> None:
        if not story.waited.seconds:
            ended = await run(theirs, other_window)
            assert ended.outcome.effect is Effect.ACCEPTED
        await story.waited.sleep(seconds)

    return replace(means, pace=replace(means.pace, sleep=sleep))


@pytest.mark.parametrize(
    ("write", "told"),
    [
        (Write.APPEND, "was 60 and is 63 now: 3 of that came with other sends from here"),
        (Write.CREATE, "no new pool but those of other sends from here"),
    ],
)
async def test_what_another_window_sends_while_it_is_looked_for_is_not_taken_for_these_rows(
    write: Write, told: str
) -> None:
    story = Story(part_rows=len(LIST))
    # The reports would tell which usernames came.
    story.service.switch_on("listStudies", Fault(status=403))
    story.service.switch_on(write.value, Fault(cut=Cut.BEFORE, times=1))
    means = in_the_first_wait(story, credential_plan(write, OTHERS))

    ended = await run(plan(write, LIST[:3]), means)

    assert ended.outcome.effect is Effect.UNKNOWN
    assert told in ended.outcome.message
    assert "consistent" not in said(ended.outcome)
    part = story.journal.entries()[-1].parts[0]
    assert part.finding is Finding.OTHER_SENDS


async def test_where_the_history_can_not_be_read_the_figures_are_not_judged() -> None:
    """Another window may have done what they show."""

    class Unreadable(MemoryJournal):
        def sends(self, service_url: str) -> tuple[Send, ...]:
            raise ProlificTuiError("The history can't be read", service_url)

    story = Story(part_rows=len(LIST))
    story.journal = Unreadable()
    story.service.switch_on(Write.APPEND.value, Fault(cut=Cut.AFTER, times=1))
    story.service.switch_on("listStudies", Fault(status=403))

    ended = await story.send(plan())

    assert ended.outcome.effect is Effect.UNKNOWN
    assert "The history can't be read" in ended.outcome.message
    assert "consistent" not in said(ended.outcome)


async def test_what_is_opened_again_is_judged_without_what_another_window_sent() -> None:
    """The person said that it had not arrived, and the total grew by just so many since."""
    story = Story(part_rows=3)
    story.service.switch_on("listStudies", Fault(status=403))
    story.service.switch_on(Write.APPEND.value, Fault(cut=Cut.BEFORE, times=1))
    await story.send(plan())
    await say(1, 1, story.means(), arrived=False)
    await run(credential_plan(Write.APPEND, OTHERS), story.means())

    rest = resumption(story.journal.send(1), plan(), range(len(LIST))).plan
    assert rest is not None
    ended = await story.send(rest)

    assert ended.outcome.title == "The pool changed since you looked"
    assert story.journal.send(1).parts[0].finding is Finding.OTHER_SENDS

    # Settled again, its rows turn out to be taken.
    await settle_open(1, story.means())
    await say(1, 1, story.means(), arrived=False)
    story.service.switch_on(Write.APPEND.value, Fault(status=409, times=1))
    rest = resumption(story.journal.send(1), plan(), range(len(LIST))).plan
    assert rest is not None
    ended = await story.send(rest)

    assert "this refusal is consistent with it having arrived after all" in ended.outcome.message
    assert story.journal.send(1).parts[0].finding is Finding.OTHER_SENDS


# Given up while it is taken up, or left


class SlowJournal(MemoryJournal):
    """Takes up a send, or leaves it, only once the test lets it."""

    def __init__(self, slow: str) -> None:
        super().__init__()
        self._slow = slow
        self.is_asked = threading.Event()
        self.may_go = threading.Event()
        self.may_go.set()

    def take_up(self, number: int) -> Send:
        self._wait("take up")
        return super().take_up(number)

    def leave(self, number: int) -> Send:
        self._wait("leave")
        return super().leave(number)

    def _wait(self, does: str) -> None:
        if does == self._slow:
            self.is_asked.set()
            self.may_go.wait()


@pytest.mark.parametrize("act", ["settle", "say", "take back"])
@pytest.mark.parametrize("slow", ["take up", "leave"])
async def test_given_up_while_a_send_is_taken_up_or_left_it_is_let_be(act: str, slow: str) -> None:
    story = Story(part_rows=len(LIST))
    journal = story.journal = SlowJournal(slow)
    story.service.switch_on(Write.APPEND.value, Fault(cut=Cut.BEFORE, times=1))
    await story.send(plan())
    if act == "take back":
        await say(1, 1, story.means(), arrived=False)
    before = journal.send(1)
    journal.is_asked.clear()
    journal.may_go.clear()
    told: list[Send] = []
    means = replace(story.means(), recorded=told.append)
    acts = {
        "settle": settle_open(1, means),
        "say": say(1, 1, means, arrived=True),
        "take back": take_back(1, means),
    }
    doing = asyncio.create_task(acts.pop(act))
    for other in acts.values():
        other.close()
    await asyncio.to_thread(journal.is_asked.wait)

    doing.cancel()
    journal.may_go.set()
    with pytest.raises(asyncio.CancelledError):
        await doing

    if slow == "take up":
        assert journal.send(1) == before
    assert told[-1] == journal.send(1)
    assert not told[-1].in_use
    # Nothing stands in the way of the next try.
    assert (await settle_open(1, story.means())).parts
