"""That Prolific answered is told once the journal has it, and told otherwise where it has not."""

import threading

import pytest

from prolific_tui.assembly import left_words
from prolific_tui.demo.exchange import Answer, Request
from prolific_tui.errors import Effect, ProlificTuiError
from prolific_tui.operations.events import SendProgressed
from prolific_tui.submission.journal import Learned
from prolific_tui.submission.progress import Phase, Progress
from prolific_tui.submission.run import run
from tests.operations_bench import PATIENCE, Bench, Prolifics
from tests.parts_bench import LIST, Story, plan
from tests.submission_bench import (
    FullJournal,
    MemoryJournal,
    NotedService,
    Write,
    plan_for,
)

every_write = pytest.mark.parametrize("write", list(Write))


class Slow(MemoryJournal):
    """A journal that is told of an answer only once the look after it was answered."""

    def __init__(self) -> None:
        super().__init__()
        self.is_looked = threading.Event()

    def record(self, number: int, learned: Learned) -> None:
        assert self.is_looked.wait(PATIENCE)
        super().record(number, learned)


class Looked(NotedService):
    """The lab, which says when it was looked at after a write."""

    def __init__(self, is_looked: threading.Event) -> None:
        super().__init__()
        self._is_looked = is_looked

    def handle(self, request: Request) -> Answer:
        answer = super().handle(request)
        if request.method == "GET" and self.writes:
            self._is_looked.set()
        return answer


@every_write
async def test_an_answer_is_told_once_the_journal_has_it(write: Write) -> None:
    story = Story()
    journal = Slow()
    story.journal, story.service = journal, Looked(journal.is_looked)
    if write is Write.SECRET:
        # Its value is kept first, and nothing is looked at before it is said where.
        journal.is_looked.set()
    known: list[Effect | None] = []

    def see(progress: Progress) -> None:
        if progress.phase is Phase.CHECKING:
            known.append(journal.last_part.effect)

    story.on_progress = see

    await run(plan_for(write, story.service), story.means())

    assert known == [Effect.ACCEPTED]
    assert not any(each.unrecorded for each in story.told)


@every_write
async def test_what_the_journal_did_not_take_is_what_it_is_and_that_is_told(write: Write) -> None:
    story = Story()
    story.journal = FullJournal(takes_the_beginning=True)

    outcome = (await run(plan_for(write, story.service), story.means())).outcome

    told = {each.phase: each.unrecorded for each in story.told}
    assert told == {Phase.LOOKING: False, Phase.SENDING: False, Phase.CHECKING: True}
    assert outcome.effect is Effect.ACCEPTED
    what = "This" if write is Write.SECRET else "That it was accepted"
    why = f"{what} could not be written to the history: There is no space left"
    assert why in outcome.message
    assert outcome.message.endswith("The next start will ask about it.")
    assert (outcome.secret is not None) == (write is Write.SECRET)
    assert (outcome.pool is not None) == (write is not Write.SECRET)


async def test_it_is_told_no_more_once_the_journal_has_it_with_the_next_part() -> None:
    class FullOnce(MemoryJournal):
        is_full = True

        def record(self, number: int, learned: Learned) -> None:
            if self.is_full:
                self.is_full = False
                raise ProlificTuiError("Disk full", "There is no space left.", "Make room.")
            super().record(number, learned)

    story = Story(part_rows=5)
    story.journal = FullOnce()

    ended = await story.send(plan())

    assert ended.outcome.effect is Effect.ACCEPTED
    assert story.journal.entries()[0].accepted_rows == len(LIST)
    assert [(each.phase, each.unrecorded) for each in story.told[2:]] == [
        (Phase.CHECKING, True),
        (Phase.LOOKING, True),
        (Phase.SENDING, False),
        (Phase.CHECKING, False),
    ]


@pytest.mark.parametrize("is_full", [False, True])
@pytest.mark.parametrize("write", [Write.APPEND, Write.SECRET])
def test_the_last_words_do_not_promise_what_the_history_has_not(
    write: Write, *, is_full: bool
) -> None:
    """As where a signal ends the program while it looks at what Prolific has now."""
    journal = FullJournal(takes_the_beginning=True) if is_full else MemoryJournal()
    bench = Bench(service=Prolifics(), journal=journal)
    look = "listSecrets" if write is Write.SECRET else "listCredentialPools"

    def hold() -> None:
        bench.hold(look)

    bench.service.after_write = hold
    with bench.signed_in() as operations:
        operations.writes.submit(plan_for(write, bench.service))
        event = bench.next_event()
        while not isinstance(event, SendProgressed) or event.progress.phase is not Phase.CHECKING:
            event = bench.next_event()
        said = left_words(event.plan, event.progress)

    begin = "a new signing secret was made" if write is Write.SECRET else "a send was under way;"
    assert said.startswith(begin)
    assert ("open there, and the next start offers to look for it" in said) == is_full
    assert ("3 History" in said) == (not is_full)
