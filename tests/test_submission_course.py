"""How far a send is said to be, counted together with what went of it before this run."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import httpx
import pytest

from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.demo.transport import DemoTransport
from prolific_tui.errors import Effect
from prolific_tui.submission.later import say
from prolific_tui.submission.means import Control
from prolific_tui.submission.plan import CredentialPlan
from prolific_tui.submission.progress import Phase
from prolific_tui.submission.run import run
from tests.parts_bench import APPEND, LIST, Story, plan
from tests.submission_bench import NotedService, said


async def stopped_after_one_part(story: Story) -> None:
    story.on_progress = lambda each: story.control.stop() if each.phase is Phase.SENDING else None
    await story.send(plan())
    story.on_progress = lambda _: None
    story.told.clear()


def going_on(story: Story, *names: str) -> CredentialPlan:
    """Those rows, to go on with the last send."""
    matched = story.match(plan(names=names)).plan
    assert matched is not None
    return matched


class BusyLooks(DemoTransport):
    """Answers its first listing only once something else was done."""

    def __init__(self, service: NotedService, meanwhile: Callable[[], Awaitable[None]]) -> None:
        super().__init__(service)
        self._meanwhile = meanwhile
        self._is_first = True

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET" and self._is_first:
            self._is_first = False
            await self._meanwhile()
        return await super().handle_async_request(request)


@pytest.mark.parametrize("strikes", [APPEND, "listCredentialPools"])
async def test_what_another_window_sent_since_the_review_is_counted(strikes: str) -> None:
    """Each window goes on with other rows of one send, and this one's come to nothing."""
    story = Story()
    await stopped_after_one_part(story)
    mine, theirs = going_on(story, *LIST[3:6]), going_on(story, *LIST[6:])
    other_window = story.means()

    async def they_send() -> None:
        ended = await run(theirs, other_window)
        assert ended.outcome.effect is Effect.ACCEPTED
        story.told.clear()
        story.service.switch_on(strikes, Fault(status=403))

    ended = await run(mine, story.means(BusyLooks(story.service, they_send)))

    assert story.pool == (*LIST[:3], *LIST[6:])
    told = said(ended.outcome)
    if strikes == APPEND:
        sending = next(each for each in story.told if each.phase is Phase.SENDING)
        assert (sending.part, sending.parts, sending.accepted, sending.rows) == (4, 4, 7, 10)
        assert "(7 of 10 rows were accepted)" in told
        assert "Part 4 of 4: " in told
        assert "7 credentials were accepted and are in the pool; all others are still in" in told
    else:
        # It was not looked at how far the send is by then, so nothing is said of that.
        assert "so nothing was sent" in told
        assert "of 10" not in told
        assert "accepted" not in told


async def test_the_time_left_is_that_of_the_rows_at_hand() -> None:
    story = Story(part_rows=2)
    await stopped_after_one_part(story)
    mine = going_on(story, *LIST[2:8])
    seconds = iter(range(1000))
    means = story.means()
    means = replace(means, pace=replace(means.pace, moment=lambda: float(next(seconds))))

    await run(mine, means)

    # Each part of two took a second, and the last two rows of the send are not here.
    sending = [each for each in story.told if each.phase is Phase.SENDING]
    assert [each.seconds_left for each in sending] == [None, 2, 1]


async def test_rows_that_arrived_as_the_person_says_are_not_said_to_be_in_the_editor() -> None:
    story = Story()
    story.service.switch_on("listStudies", Fault(status=403))
    story.service.switch_on(APPEND, Fault(cut=Cut.AFTER, times=1))
    await story.send(plan())
    await say(1, 1, story.means(), arrived=True)

    # Refused at once: nothing but that word stands before it.
    story.service.switch_on(APPEND, Fault(status=403, times=1))
    outcome = (await story.go_on(plan(names=LIST[3:]))).outcome
    assert outcome.title.endswith("(3 of 10 rows arrived, as you said)")
    assert outcome.message.startswith("Part 2 of 4: ")
    assert outcome.message.endswith(
        "Before it, 3 rows arrived, as you said; all others are still in the editor."
    )
    assert "All rows" not in outcome.message

    # Stopped after a part, and then refused with a file that lacks the last row.
    story.on_progress = lambda each: story.control.stop() if each.phase is Phase.SENDING else None
    outcome = (await story.go_on(plan(names=LIST[3:]))).outcome
    assert outcome.message == (
        "You stopped it. 3 credentials were accepted and are in the pool, and 3 rows arrived, as"
        " you said; 4 rows were not sent and are still in the editor."
    )
    story.on_progress = lambda _: None
    story.service.switch_on(APPEND, Fault(status=403, times=1))
    outcome = (await story.go_on(plan(names=LIST[:-1]))).outcome
    assert "(3 of 10 rows were accepted)" in outcome.title
    assert outcome.message.endswith(
        "Before it, 3 credentials were accepted and are in the pool, and 3 rows arrived, as you"
        " said; of the 4 others, 3 were to go now and are in the editor."
    )


async def test_a_look_that_takes_too_long_by_itself_was_not_given_up() -> None:
    async def too_long() -> None:
        raise TimeoutError("of the look's own")

    with pytest.raises(TimeoutError, match="of the look's own"):
        await Control().unless_given_up(too_long())
