"""Sends in parts on a disk that fills: nothing that was accepted is hidden, and none is claimed."""

from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import pytest

from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.errors import Effect, ProlificTuiError
from prolific_tui.journal import JournalStore
from prolific_tui.submission.journal import Learned, NewPart
from prolific_tui.submission.later import say, settle_open
from prolific_tui.submission.progress import Phase, Progress
from prolific_tui.submission.run import run
from prolific_tui.submission.send import Part, Send, Standing
from tests.disk import a_disk_that_takes
from tests.parts_bench import APPEND, LIST, Story, fault_at, plan
from tests.submission_bench import (
    SERVICE_URL,
    FullJournal,
    MemoryJournal,
    ticking,
)


async def test_a_disk_that_fills_in_the_middle_hides_nothing_that_was_accepted(
    tmp_path: Path,
) -> None:
    story = Story()
    path = tmp_path / "journal.sqlite3"
    journal = JournalStore(path, "one", random=bytes, now=ticking())
    told: list[Send] = []
    with ExitStack() as full, closing(journal):

        def fill_up(progress: Progress) -> None:
            if progress.phase is Phase.SENDING and progress.part == 2:
                full.enter_context(a_disk_that_takes(4096))

        story.on_progress = fill_up
        means = replace(story.means(), journal=journal, recorded=told.append)
        ended = await run(plan(), means)

        assert story.pool == LIST[:6]
        assert (ended.outcome.effect, len(ended.accepted)) == (Effect.NOT_SENT, 6)
        assert ended.outcome.message.startswith("Part 3 of 4: ")
        assert "so nothing more was sent" in ended.outcome.message
        assert ended.outcome.message.endswith(
            "That part 2 was accepted could not be written to the history either. The next start"
            " will ask about it."
        )
        # What is known is not less because it could not be written down.
        assert (told[-1].words, told[-1].in_use) == ("6 accepted, 4 left", False)

        # On the disk the second part is open, and may be settled as soon as there is room.
        assert journal.sends(SERVICE_URL)[0].is_open
        full.close()
        settled = await settle_open(1, means)
        assert settled.words == "6 accepted, 4 left"


@pytest.mark.parametrize("is_full", [False, True])
async def test_a_refusal_speaks_only_against_what_has_its_rows(*, is_full: bool) -> None:
    """The second part arrives; the person, who was told nothing of it, says that it did not."""
    story = Story()
    story.service.switch_on("listStudies", Fault(status=403))
    fault_at(story, 2, Fault(cut=Cut.AFTER))
    await story.send(plan())
    await say(1, 2, story.means(), arrived=False)
    story.on_progress = lambda _: None

    # Other rows of the send, of which one is taken.
    story.service.switch_on(APPEND, Fault(status=409, times=1))
    ended = await story.go_on(plan(names=LIST[6:]))
    assert ended.search is not None
    assert "You said" not in ended.outcome.message
    (send,) = story.journal.entries()
    assert send.parts[1].standing is Standing.ABSENT

    # The first of its own rows, which go in smaller parts now.
    story.part_rows = 2
    if is_full:
        story.on_progress = lambda told: fill_up() if told.phase is Phase.CHECKING else None

        def fill_up() -> None:
            story.journal.record = FullJournal(takes_the_beginning=True).record  # type: ignore[method-assign]

    ended = await story.go_on(plan())
    assert (ended.outcome.effect, ended.search) == (Effect.REFUSED, None)
    assert "consistent with it having arrived after all." in ended.outcome.message
    assert ("could not be written to the history" in ended.outcome.message) == is_full
    (send,) = story.journal.entries()
    assert (send.parts[1].standing is Standing.OPEN) != is_full
    if not is_full:
        assert (send.words, send.rows_left) == ("open; 3 accepted", 4)
        marks = story.journal.marks(send.service_url, send.pool_id or "")
        assert marks.perhaps == frozenset(map(marks.mark, LIST[3:6]))


class CrampedJournal(MemoryJournal):
    """A journal on a disk that is full for a while, from some call on."""

    def __init__(self, takes: int, refuses: int) -> None:
        super().__init__()
        self._takes = takes
        self._refuses = refuses

    def about_to_send(self, number: int, new: NewPart) -> Part:
        self._call()
        return super().about_to_send(number, new)

    def record(self, number: int, learned: Learned) -> None:
        self._call()
        super().record(number, learned)

    def _call(self) -> None:
        self._takes -= 1
        if -self._refuses <= self._takes < 0:
            raise ProlificTuiError("Disk full", "There is no space left.", "Make room.")


async def test_what_a_disk_did_not_take_is_written_down_at_the_end_if_there_is_room_by_then() -> (
    None
):
    """It takes both calls of the first part and the first of the second, and refuses the next."""
    story = Story()
    story.journal = CrampedJournal(takes=3, refuses=2)

    ended = await story.send(plan())

    assert "so nothing more was sent" in ended.outcome.message
    assert "to the history" not in ended.outcome.message
    (send,) = story.journal.entries()
    assert send.words == "6 accepted, 4 left"

    # Only the totals after the second part are missing where its acceptance was taken.
    story = Story()
    story.journal = CrampedJournal(takes=4, refuses=2)
    ended = await story.send(plan())
    assert ended.outcome.message.endswith(
        "The last totals could not be written to the history either."
    )
    (send,) = story.journal.entries()
    assert send.words == "6 accepted, 4 left"
