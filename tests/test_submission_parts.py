"""A long list in parts: each sent once, and taken up again after a stop."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prolific_tui.client.wire import body_of
from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.errors import Effect
from prolific_tui.models import CredentialPool
from prolific_tui.secret import Secret
from prolific_tui.submission.halving import Range
from prolific_tui.submission.means import Pace
from prolific_tui.submission.parting import Parting, parts
from prolific_tui.submission.plan import Continuation, CredentialPlan, Target
from prolific_tui.submission.progress import Phase
from prolific_tui.submission.request import Bodies
from prolific_tui.submission.run import run
from prolific_tui.submission.send import Standing
from tests.parts_bench import APPEND, CREATE, LIST, Story, fault_at, plan
from tests.submission_bench import (
    POOL,
    WORKSPACE,
    Write,
    credential_plan,
)

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


async def test_parts_that_were_found_before_are_those_of_the_same_rows_alone() -> None:
    looked_at = plan()
    parting = Parting(looked_at.accounts, looked_at.continues, ((0, 4), (4, 10)))

    confirmed = replace(looked_at, label="pilot", reviewed=3)
    assert parting.of(confirmed) == parting.parts
    assert parting.of(looked_at.part(0, 10, POOL)) is None
    assert parting.of(replace(looked_at, continues=Continuation(1, (0,), 1, 0, 0, 0))) is None

    story = Story()
    await run(confirmed, story.means(), parts=parting.of(confirmed))
    (send,) = story.journal.entries()
    assert [(part.start, part.stop) for part in send.parts] == [(0, 4), (4, 10)]


async def test_what_is_sent_next_is_made_while_an_answer_is_waited_for() -> None:
    names = list(plan().accounts.usernames)
    whole = replace(plan(), accounts=replace(plan().accounts, usernames=names))
    next_one = whole.part(3, 6, None).credentials
    left = asyncio.Event()

    async def sleep(_seconds: float) -> None:
        left.set()

    async def sent(rows: Range) -> Secret:
        async with bodies.of(rows, (3, 6)) as credentials:
            await left.wait()
            await asyncio.sleep(0)
            return credentials

    bodies = Bodies(whole, sleep)
    assert await sent((0, 3)) == whole.part(0, 3, None).credentials
    assert await sent((3, 4)) == whole.part(3, 4, None).credentials
    # As nobody does: what is made of them from now on is something else.
    names[3] = "another"
    assert await sent((3, 6)) == next_one
    assert await sent((3, 4)) != next_one


async def test_a_part_has_no_more_bytes_than_it_may() -> None:
    story = Story()
    means = story.means()
    means = replace(means, pace=replace(means.pace, part_rows=100, part_bytes=60))

    await run(plan(), means)

    assert story.pool == LIST
    assert max(part.rows for part in story.journal.entries()[0].parts) == 2


def bytes_in_body(plan: CredentialPlan) -> int:
    """How many bytes of the body of a request are rows."""
    body = body_of({"credentials": plan.credentials.reveal()}).reveal()
    return len(body.removeprefix('{"credentials":"').removesuffix('"}').encode())


@settings(deadline=None, max_examples=40)
@given(st.lists(st.text('a",\\é', min_size=8, max_size=30), min_size=1, max_size=12), st.data())
def test_the_rows_in_a_request_are_no_more_bytes_than_a_part_may_have(
    passwords: list[str], data: st.DataObject
) -> None:
    whole = credential_plan(rows=[(f"new-{n}", each) for n, each in enumerate(passwords)])
    size = data.draw(st.integers(1, 1200))

    cut = parts(whole, Pace(part_bytes=size))

    assert [row for part in cut for row in range(*part)] == list(range(whole.rows))
    for start, stop in cut:
        assert bytes_in_body(whole.part(start, stop, POOL)) <= size or stop - start == 1
    assert len(cut) == 1 or bytes_in_body(whole) > size, "it was cut without need"


# Not all goes well
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

    # The part that was refused is the third, and what goes in its place the fourth.
    fault_at(story, 5, Fault(status=status))
    ended = await story.go_on(plan())
    assert "(9 of 10 rows were accepted)" in ended.outcome.title
    assert "Part 5 of 5:" in ended.outcome.message
    assert "9 credentials were accepted and are in the pool; all others" in ended.outcome.message
    assert [part.number for part in story.journal.entries()[0].parts] == [1, 2, 3, 4, 5]

    story.on_progress = lambda _: None
    ended = await story.go_on(plan())
    assert ended.outcome.effect is Effect.ACCEPTED
    assert story.pool == LIST


async def test_of_rows_that_did_not_go_only_those_that_were_to_are_said_to_be_at_hand() -> None:
    """The last row is left out, as the editor leaves one out that is in the pool already."""
    story = Story()
    fault_at(story, 2, Fault(status=400))
    await story.send(plan())
    fault_at(story, 4, Fault(status=400))
    matched = story.match(plan(names=LIST[:-1]))
    assert "1 row of the send is left out, or not in this list." in matched.words

    ended = await story.go_on(plan(names=LIST[:-1]))

    assert "of the 4 others, 3 were to go now and are in the editor" in ended.outcome.message


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
