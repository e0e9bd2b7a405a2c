"""Which earlier sends rows are compared with before they go as a new one."""

from dataclasses import replace

from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.submission.later import say
from prolific_tui.tui.screens.going_on import belonging
from tests.parts_bench import CREATE, LIST, Story, plan
from tests.submission_bench import Write


async def test_no_create_that_may_still_arrive_is_left_out_however_many_came_after_it() -> None:
    story = Story(part_rows=10)
    story.service.switch_on(CREATE, Fault(cut=Cut.BEFORE, times=2))
    await story.send(plan(Write.CREATE))
    await story.send(plan(Write.CREATE))
    await say(2, 1, story.means(), arrived=False)
    for number in range(9):
        names = [f"{name}-{number}" for name in LIST]
        await story.send(plan(Write.CREATE, names))
    sends = story.journal.entries()
    # The third one is at work in another window, between two parts.
    sends = tuple(replace(send, in_use=send.number == 3) for send in sends)

    found = [send.number for send in belonging(sends, plan(Write.CREATE))]

    assert found == [3, 2, 1, 11, 10, 9, 8, 7]
    assert belonging(sends, plan()) == []
