"""How a whole send is told, whatever became of its last part."""

from dataclasses import replace

import pytest

from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.errors import Effect
from prolific_tui.operations import Sends
from prolific_tui.operations.events import WriteEnded
from prolific_tui.submission.export import as_json
from prolific_tui.submission.later import say, take_back
from prolific_tui.submission.means import Control
from prolific_tui.submission.plan import CredentialPlan
from prolific_tui.submission.progress import Phase, Progress, Searching
from prolific_tui.submission.run import Ended
from prolific_tui.tui.dialogs import SendDialog
from prolific_tui.tui.screens.send_words import (
    facts,
    open_sentence,
    outcome_words,
    part_words,
    whole_words,
)
from tests.parts_bench import APPEND, LIST, Story, fault_at, plan


async def test_a_send_in_parts_is_told_whole() -> None:
    """Stopped after two parts of four, then gone on with to its end."""
    story = Story()

    def stop(progress: Progress) -> None:
        if progress.part == 2:
            story.control.stop()

    story.on_progress = stop
    await story.send(plan())
    stopped = story.journal.entries()[0]
    accepted = stopped.accepted_rows
    assert 0 < accepted < 10
    assert whole_words(stopped) == (
        f"Of 10 rows, {accepted} were accepted, and {10 - accepted} did not go."
        f" The pool's total was 60 before it and {60 + accepted} after it."
    )

    story.on_progress = lambda _: None
    await story.go_on(plan())
    assert whole_words(story.journal.entries()[0]) == (
        "Of 10 rows, 10 were accepted. The pool's total was 60 before it and 70 after it."
    )


async def test_a_part_that_was_refused_does_not_speak_for_the_accepted_ones() -> None:
    story = Story()
    fault_at(story, 2, Fault(status=400))

    await story.send(plan())

    (send,) = story.journal.entries()
    told, listed = whole_words(send), list(facts(send, Sends()))
    assert ("Parts", "2 sent (1 refused), of 4 planned") in listed
    # What went wrong stands first, and what became of the whole before all parts.
    labels = [label for label, _ in listed]
    assert labels.index("Next") < labels.index("Part 2") < labels.index("Part 1")
    assert told.startswith("Of 10 rows, 3 were accepted, and 7 did not go. The pool's total was 60")
    assert "The last part: " in told
    assert "All rows are still in the editor" not in told


def box_words(story: Story, sent: CredentialPlan, ended: Ended) -> str:
    """What the box of a send says once it has ended."""
    told = WriteEnded(sent, ended.outcome, ended.number, ended.accepted)
    send = story.journal.entries()[0]
    return SendDialog(sent, Control(), ended=told, send=send)._words()[0]


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        (59, "not the 59 that Review showed: somebody else, or another send from here, added"),
        (60, ""),
        # A listing may be late, or the pool another one than it was.
        (61, "not the 61 that Review showed."),
    ],
)
async def test_a_pool_that_was_not_as_review_showed_it_is_told_with_no_more_than_is_known(
    shown: int, told: str
) -> None:
    story = Story()
    pool = plan().target.pool
    assert pool is not None
    target = replace(plan().target, pool=replace(pool, total_credentials=shown))
    sent = replace(plan(), target=target)

    words = box_words(story, sent, await story.send(sent))

    assert ("Just before, the pool had 60" in words) == (shown != 60)
    assert told in words
    assert ("somebody else" in words) == (shown < 60)


@pytest.mark.parametrize("names", [LIST, LIST[3:7]], ids=["all rows", "some rows"])
async def test_only_rows_that_are_at_hand_are_said_to_be_in_the_editor(
    names: tuple[str, ...],
) -> None:
    story = Story()
    fault_at(story, 2, Fault(status=400))
    await story.send(plan())
    fault_at(story, 3, Fault(cut=Cut.BEFORE))
    again = story.match(plan(names=names)).plan
    assert again is not None

    words = box_words(story, again, await story.send(again))

    assert "Of 10 rows, 3 were accepted, 3 may have arrived, and 4 did not go." in words
    assert ("are still in the editor" in words) == (names == LIST)


async def test_rows_that_arrived_as_the_person_says_are_not_said_to_be_in_the_editor() -> None:
    story = Story()
    story.service.switch_on("listStudies", Fault(status=403))
    fault_at(story, 2, Fault(cut=Cut.AFTER))
    await story.send(plan())
    await say(1, 2, story.means(), arrived=True)
    fault_at(story, 3, Fault(cut=Cut.BEFORE))
    again = story.match(plan(names=LIST[6:])).plan
    assert again is not None

    words = box_words(story, again, await story.send(again))

    assert "3 were accepted, 3 arrived, as you said, 3 may have arrived, and 1 did not go." in words
    assert "All but those that arrived are still in the editor." in words


async def test_a_search_that_found_no_clash_at_once_does_not_speak_of_halves() -> None:
    """What was in the way of the list is not there any more when it is sent again."""
    story = Story(part_rows=len(LIST))
    story.service.switch_on(APPEND, Fault(status=409, times=1))
    ended = await story.send(plan())
    assert ended.search is not None

    outcome = (await story.go_on(plan(), halving=True)).outcome

    assert (outcome.effect, outcome.title) == (Effect.ACCEPTED, "No row clashed any more")
    assert outcome.message == (
        "Sent again as they were, Prolific accepted every row. All 10 are in the pool now."
    )

    # Refused once more, and then no half of it.
    story = Story(part_rows=len(LIST))
    story.service.switch_on(APPEND, Fault(status=409, times=2))
    await story.send(plan())
    outcome = (await story.go_on(plan(), halving=True)).outcome
    assert outcome.title == "No row clashed alone"
    assert outcome.message.startswith("Sent in halves, Prolific accepted every row. All 10 are")


def test_a_search_counts_its_requests_and_not_the_parts_that_are_queued_by_now() -> None:
    progress = Progress(Phase.SENDING, 20, 5, 8, 10, searching=Searching(8, 39))

    def told(phase: Phase) -> str:
        return SendDialog(plan(), Control(), replace(progress, phase=phase))._words()[0]

    assert told(Phase.SENDING) == "Request 8 of at most 39 is on its way."
    assert (
        told(Phase.CHECKING) == "Request 8 of at most 39 was answered; looking at the totals now."
    )
    assert told(Phase.PAUSED).startswith("Paused before request 8 of at most 39.")


async def test_every_share_of_a_send_is_named() -> None:
    """The first part arrived as the person said, the second is open, and the rest has not gone."""
    story = Story()
    story.service.switch_on("listStudies", Fault(status=403))
    story.service.switch_on("updateCredentialPool", Fault(cut=Cut.AFTER, times=1))
    await story.send(plan())
    await say(1, 1, story.means(), arrived=True)
    story.service.switch_on("updateCredentialPool", Fault(cut=Cut.AFTER, times=1))
    await story.go_on(plan())

    (send,) = story.journal.entries()
    assert dict(facts(send, Sends()))["Rows"] == "10: 3 arrived, as you said, 3 open, 4 left"
    assert "3 of 10 rows for " in open_sentence(send, Sends())
    assert open_sentence(send, Sends()).endswith("(3 arrived, as you said, 4 not sent)")
    assert outcome_words(send) == "open; 3 as you said"
    under_way = replace(send, in_use=True)
    assert under_way.words == "under way, part 2 of 4, 3 arrived, as you said"
    # Beside a target's name there is room for thirty characters.
    assert outcome_words(under_way) == "under way, part 2 of 4"

    # It goes on with a file that lacks the last row, and is stopped after one part.
    await say(1, 2, story.means(), arrived=True)
    story.told.clear()
    story.part_rows = 2
    story.on_progress = lambda each: story.control.stop() if each.phase is Phase.SENDING else None
    outcome = (await story.go_on(plan(names=LIST[:-1]))).outcome
    sending = next(each for each in story.told if each.phase is Phase.SENDING)
    assert (sending.part, sending.parts) == (3, 5)
    assert (sending.accepted, sending.said, sending.rows, sending.share) == (0, 6, 10, 0.6)
    assert outcome.title == "Stopped: 2 of 10 rows were accepted"
    assert "1 row was not sent and is still in the editor" in outcome.message
    (send,) = story.journal.entries()
    assert outcome_words(send) == "2 accepted, 6 said, 2 left"


async def test_a_person_s_word_is_told_as_theirs() -> None:
    """The first three rows were accepted; of the next three only the person says what became."""
    story = Story()
    story.service.switch_on("listStudies", Fault(status=403))
    fault_at(story, 2, Fault(cut=Cut.AFTER))
    await story.send(plan())
    await say(1, 2, story.means(), arrived=False)
    (send,) = story.journal.entries()
    assert part_words(send.parts[1]).endswith(": did not arrive, as you said, total 66 then")
    assert whole_words(send).startswith(
        "Of 10 rows, 3 were accepted, 3 did not arrive, as you said, and 4 did not go."
    )
    assert outcome_words(replace(send, parts=send.parts[1:])) == "did not arrive, as you said"

    await take_back(1, story.means())
    await say(1, 2, story.means(), arrived=True)
    story.on_progress = lambda _: None
    assert (await story.go_on(plan())).outcome.effect is Effect.ACCEPTED
    (send,) = story.journal.entries()
    assert outcome_words(send) == "7 accepted, 3 as you said"
    assert as_json([send], {}).count('"outcome": "accepted, in part as you said"') == 1
