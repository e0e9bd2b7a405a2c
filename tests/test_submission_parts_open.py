"""A part that nobody answered: it is looked for, settled, and never sent again unasked."""

import json
from dataclasses import replace

import pytest

from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.errors import Effect, ProlificTuiError
from prolific_tui.models import CredentialPool
from prolific_tui.submission.export import as_json
from prolific_tui.submission.later import say, settle_open, take_back
from prolific_tui.submission.plan import CredentialPlan, Target
from prolific_tui.submission.progress import Phase, Progress
from prolific_tui.submission.send import Finding, Standing, unexplained
from tests.parts_bench import APPEND, LIST, Story, fault_at, plan
from tests.submission_bench import (
    POOL,
    WORKSPACE,
    Write,
)


async def test_a_part_that_nobody_answered_stops_it_until_the_person_decides() -> None:
    story = Story()
    story.service.switch_on("listStudies", Fault(status=403))
    fault_at(story, 2, Fault(cut=Cut.AFTER))

    ended = await story.send(plan())

    assert ended.outcome.effect is Effect.UNKNOWN
    assert "which is consistent with all 3 having arrived" in ended.outcome.message
    assert "That is no proof" in ended.outcome.message
    assert "Not all could be read: The studies could not be read" in ended.outcome.message
    (send,) = story.journal.entries()
    assert [part.finding for part in send.parts] == [None, Finding.CONSISTENT]
    assert (send.is_open, send.can_go_on) == (True, False)
    assert story.match(plan()).is_blocked
    assert story.match(plan()).plan is None

    send = await say(send.number, 2, story.means(), arrived=True)
    # Only Prolific accepts; but what is said to be there is not sent again either.
    assert (send.standing, send.accepted_rows, send.said_rows) == (Standing.PARTLY, 3, 3)
    assert send.words == "3 accepted, 3 arrived, as you said, 4 left"
    marks = story.journal.marks(send.service_url, send.pool_id or "")
    assert marks.surely == frozenset(map(marks.mark, LIST[:3]))
    assert marks.perhaps == frozenset(map(marks.mark, LIST[3:6]))
    matched = story.match(plan())
    assert (matched.accepted, matched.said) == (3, 3)
    assert "3 rows here arrived already, as you said, and are not sent again." in matched.words
    story.on_progress = lambda _: None
    await story.go_on(plan())
    assert story.pool == LIST
    (send,) = story.journal.entries()
    assert send.words == "7 accepted, 3 arrived, as you said"
    (line,) = json.loads(as_json([send], {}))
    assert (line["outcome"], line["accepted_rows"]) == ("accepted, in part as you said", 7)
    assert line["parts"][1]["part_outcome"] == "arrived, as you said"


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
    assert ended.outcome.hint == "Settle it again in 3 History, and decide anew."
    (send,) = story.journal.entries()
    assert send.is_open

    story.service.switch_on("listStudies", Fault(status=403))
    send = await settle_open(1, story.means())
    assert send.open_parts[0].finding is Finding.CONSISTENT
    await say(1, 2, story.means(), arrived=True)
    assert (await story.go_on(plan())).outcome.effect is Effect.ACCEPTED
    assert story.pool == LIST


async def test_a_pool_that_is_made_late_after_all_is_not_made_again() -> None:
    story = Story(part_rows=10)
    story.service.switch_on("listStudies", Fault(status=403))
    fault_at(story, 1, Fault(cut=Cut.BEFORE))
    await story.send(plan(Write.CREATE))
    story.on_progress = lambda _: None
    await say(1, 1, story.means(), arrived=False)
    story.service.make("late", *LIST)

    ended = await story.go_on(plan(Write.CREATE))

    assert ended.outcome.title == "A new pool appeared since you looked"
    assert len(story.service.writes) == 1
    assert story.match(plan(Write.CREATE)).is_blocked, "it is open again"
    send = await settle_open(1, story.means())
    assert send.open_parts[0].finding is Finding.CONSISTENT

    send = await say(1, 1, story.means(), arrived=True)
    assert send.pool_id == "late"
    assert not send.rows_left


async def test_a_pool_that_the_person_saw_and_knows_to_be_another_holds_nothing_up() -> None:
    story = Story(part_rows=10)
    story.service.switch_on("listStudies", Fault(status=403))
    fault_at(story, 1, Fault(cut=Cut.BEFORE))
    story.service.before_write = lambda: story.service.make("theirs", *"abcdefghij")
    await story.send(plan(Write.CREATE))
    story.service.before_write = lambda: None
    story.on_progress = lambda _: None
    await settle_open(1, story.means())
    await say(1, 1, story.means(), arrived=False)

    ended = await story.go_on(plan(Write.CREATE))

    assert ended.outcome.effect is Effect.ACCEPTED
    assert story.made == LIST


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


async def test_a_word_can_be_taken_back_until_rows_were_sent_on_its_strength() -> None:
    """They say that a create did not arrive; it did, and that is found out before it goes again."""
    story = Story()
    story.service.switch_on("listStudies", Fault(status=403))
    fault_at(story, 1, Fault(cut=Cut.AFTER))
    await story.send(plan(Write.CREATE))
    send = await say(1, 1, story.means(), arrived=False)
    made = list(story.service.state.pools)[-1]

    pools = await story.means().service.list_credential_pools(send.workspace.id)
    assert [pool.credential_pool_id for _, pool in unexplained([send], pools)] == [made]

    send = await take_back(1, story.means())
    assert (send.is_open, send.open_parts[0].finding) == (True, None)
    send = await settle_open(1, story.means())
    assert send.open_parts[0].finding is Finding.CONSISTENT
    send = await say(1, 1, story.means(), arrived=True)
    assert send.pool_id == made
    assert unexplained([send], pools) == ()

    # The other way round, the pool is forgotten with the word that named it.
    send = await take_back(1, story.means())
    assert send == story.journal.send(1)
    assert send.pool_id is None
    await settle_open(1, story.means())
    await say(1, 1, story.means(), arrived=True)
    story.on_progress = lambda _: None
    await story.go_on(plan(Write.CREATE))
    with pytest.raises(ProlificTuiError, match="can't be taken back"):
        await take_back(1, story.means())


async def test_a_word_on_a_later_part_leaves_the_pool_that_an_earlier_one_made() -> None:
    story = Story()
    fault_at(story, 2, Fault(cut=Cut.BEFORE))
    await story.send(plan(Write.CREATE))
    made = list(story.service.state.pools)[-1]
    await say(1, 2, story.means(), arrived=False)

    send = await take_back(1, story.means())

    assert [part.number for part in send.open_parts] == [2]
    assert send == story.journal.send(1)
    assert send.pool_id == made


async def test_nothing_is_taken_back_while_another_part_of_the_send_is_open() -> None:
    """Two attempts at the same rows are open again, and the first of them may have arrived."""
    story = Story(part_rows=10)
    story.service.switch_on(APPEND, Fault(cut=Cut.BEFORE, times=2))
    await story.send(plan())
    await say(1, 1, story.means(), arrived=False)
    await story.go_on(plan())
    await say(1, 2, story.means(), arrived=False)
    story.service.add(*LIST)
    await story.go_on(plan())
    assert [part.number for part in story.journal.send(1).open_parts] == [1, 2]
    await say(1, 2, story.means(), arrived=False)

    with pytest.raises(ProlificTuiError, match="can't be taken back"):
        await take_back(1, story.means())

    await say(1, 1, story.means(), arrived=True)
    assert not story.journal.send(1).rows_left


async def test_a_part_that_went_again_and_arrived_holds_nothing_up_any_more() -> None:
    story = Story()
    fault_at(story, 2, Fault(cut=Cut.BEFORE))
    await story.send(plan())
    await say(1, 2, story.means(), arrived=False)
    story.on_progress = lambda each: story.control.stop() if each.phase is Phase.SENDING else None
    await story.go_on(plan())
    assert story.pool == LIST[:6]
    story.service.add("theirs")
    story.on_progress = lambda _: None

    ended = await story.go_on(plan())

    assert ended.outcome.effect is Effect.ACCEPTED
    assert story.pool == (*LIST[:6], "theirs", *LIST[6:])


async def test_a_review_left_open_does_not_send_what_another_window_sent_meanwhile() -> None:
    """The first part leaves, the second one's rows are in the pool by then."""
    story = Story()
    mine = replace(plan(), reviewed=story.journal.position())
    theirs = replace(plan(names=LIST[3:5]), reviewed=story.journal.position())
    await story.send(theirs)

    ended = await story.send(mine)

    assert ended.outcome.effect is Effect.NOT_SENT
    assert ended.outcome.title.startswith("Sent by another window meanwhile (3 of 10 rows")
    assert "Nothing more was sent. Another send has some of these rows" in ended.outcome.message
    assert "2 rows were accepted with it" in ended.outcome.message
    assert story.pool == (*LIST[3:5], *LIST[:3])
    assert len(story.service.writes) == 2


async def test_the_pool_that_a_person_names_for_the_rest_is_known_whatever_happens_then() -> None:
    """Of a create it is lost which pool it made, and then the program ends in the middle."""
    story = Story(part_rows=5)
    fault_at(story, 1, Fault(cut=Cut.WITHIN))
    await story.send(plan(Write.CREATE))
    made, another = list(story.service.state.pools)[-1], POOL
    rest = story.match(aimed_at(CredentialPool(made, 5))).plan
    elsewhere = story.match(aimed_at(another)).plan
    assert rest is not None
    assert elsewhere is not None

    def killed(progress: Progress) -> None:
        # What is recorded by now is all that the next run has.
        if progress.phase is Phase.SENDING:
            raise KeyboardInterrupt

    story.on_progress = killed
    with pytest.raises(KeyboardInterrupt):
        await story.send(rest)
    story.journal.leave(1)
    assert story.journal.send(1).pool_id == made
    story.service.switch_on("listStudies", Fault(status=403))
    story.service.add(*LIST[5:], pool_id=made)
    send = await settle_open(1, story.means())
    assert send.open_parts[0].finding is Finding.CONSISTENT

    await say(1, 2, story.means(), arrived=False)
    story.on_progress = lambda _: None
    ended = await story.send(elsewhere)
    assert ended.outcome.title == "This send belongs to another pool"
    assert story.pool == ()


def aimed_at(pool: CredentialPool) -> CredentialPlan:
    """The list, with a pool that the person names."""
    return replace(plan(), target=Target(WORKSPACE, pool))


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
