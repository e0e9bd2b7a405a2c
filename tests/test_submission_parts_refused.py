"""Parts that are too large or clash: halved where nothing changed, and else left alone."""

import itertools

import pytest

from prolific_tui.demo.exchange import Answer, Request, nested_error
from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.errors import Effect
from prolific_tui.submission.progress import Phase, Progress, Searching
from prolific_tui.submission.send import Standing
from tests.parts_bench import APPEND, CREATE, LIST, Story, plan
from tests.submission_bench import (
    NotedService,
    Write,
    said,
)


class Small(NotedService):
    """Takes no list of more than two rows."""

    def handle(self, request: Request) -> Answer:
        if request.method in ("POST", "PATCH") and request.body.count(b"\\n") >= 2:
            self.log.append("too large")
            return nested_error(413, "Too large")
        return super().handle(request)


async def test_what_is_too_large_goes_in_halves() -> None:
    story = Story(part_rows=8)
    story.service = Small()

    ended = await story.send(plan(Write.CREATE))

    assert ended.outcome.effect is Effect.ACCEPTED
    assert story.made == LIST
    assert story.journal.entries()[0].standing is Standing.ACCEPTED
    assert story.service.log.count("too large") == 3


async def test_what_is_too_large_goes_in_halves_whatever_others_do_to_the_pool() -> None:
    story = Story(part_rows=8)
    story.service = Small()
    numbers = itertools.count()
    story.on_progress = lambda each: (
        story.service.add(f"theirs-{next(numbers)}") if each.phase is Phase.SENDING else None
    )

    ended = await story.send(plan())

    assert ended.outcome.effect is Effect.ACCEPTED
    assert tuple(name for name in story.pool if name in LIST) == LIST


@pytest.mark.parametrize("clashing", [(0,), (9,), (4,), (2, 3, 8), tuple(range(10))], ids=str)
@pytest.mark.parametrize("write", [Write.CREATE, Write.APPEND], ids=lambda write: write.name)
async def test_halving_names_the_rows_that_clash_and_sends_all_others(
    write: Write, clashing: tuple[int, ...]
) -> None:
    taken = frozenset(LIST[number] for number in clashing)
    story = Story(part_rows=100)
    story.service = Taken(taken)
    ended = await story.send(plan(write))
    assert ended.outcome.effect is Effect.REFUSED
    search = ended.search
    assert search is not None
    before = len(story.service.writes)
    story.told.clear()

    ended = await story.go_on(plan(write), halving=True)

    assert {LIST[place] for place in ended.clashing} == taken
    took = len(story.service.writes) - before
    assert took <= search.most_sends
    if len(clashing) == 1:
        assert took <= search.sends_for_one
    # How far it is, is told without a guess at what is still to be halved.
    searching = [each.searching for each in story.told if each.phase is Phase.SENDING]
    most = search.most_sends
    assert searching == [Searching(number, most) for number in range(1, took + 1)]
    assert all(each.seconds_left is None for each in story.told)
    pool = story.pool if write is Write.APPEND or len(taken) == 10 else story.made
    assert pool == tuple(name for name in LIST if name not in taken)
    told = said(ended.outcome)
    assert all(name in told for name in sorted(taken)[:5])
    assert ended.search is None
    for part in story.journal.entries()[0].parts:
        assert not any(name in part.message for name in LIST)


class Taken(NotedService):
    """Refuses every list with one of some usernames, and does not say which."""

    def __init__(self, taken: frozenset[str]) -> None:
        super().__init__()
        self._taken = taken

    def handle(self, request: Request) -> Answer:
        is_write = request.method in ("POST", "PATCH")
        if is_write and any(name.encode() in request.body for name in self._taken):
            self.log.append(CREATE if request.method == "POST" else APPEND)
            return nested_error(409, "Duplicate credentials detected")
        return super().handle(request)


async def test_a_search_stops_at_once_where_a_total_changed() -> None:
    story = Story(part_rows=100)
    story.service = Taken(frozenset(LIST[:1]))
    await story.send(plan())
    story.on_progress = lambda each: (
        story.service.add(f"theirs-{each.part}") if each.phase is Phase.SENDING else None
    )

    ended = await story.go_on(plan(), halving=True)

    assert ended.outcome.effect is Effect.REFUSED
    assert "somebody else may have added to it" in ended.outcome.message
    assert len(story.service.writes) == 2


async def test_a_search_for_a_new_pool_stops_at_once_where_one_appeared() -> None:
    """The refused create may have made it after all."""
    story = Story(part_rows=100)
    story.service = Taken(frozenset(LIST[:1]))
    await story.send(plan(Write.CREATE))
    story.on_progress = lambda each: (
        story.service.make("theirs", "a", "b") if each.phase is Phase.SENDING else None
    )

    ended = await story.go_on(plan(Write.CREATE), halving=True)

    assert ended.outcome.effect is Effect.REFUSED
    assert "theirs with 2; somebody else may have made that" in ended.outcome.message
    assert story.service.writes == [CREATE, CREATE]


async def test_a_single_row_that_clashes_needs_no_search() -> None:
    story = Story()
    story.service.add(LIST[0])

    ended = await story.send(plan(names=LIST[:1]))

    assert ended.search is None
    assert len(ended.clashing) == 1


async def test_a_search_that_is_stopped_says_what_was_refused_by_then() -> None:
    """The two rows that clash stand first, so that both were sent alone at the fifth request."""
    story = Story(part_rows=100)
    story.service = Taken(frozenset(LIST[:2]))
    await story.send(plan())
    sending = itertools.count(1)

    def stop(progress: Progress) -> None:
        if progress.phase is Phase.SENDING and next(sending) == 5:
            story.control.stop()

    story.on_progress = stop
    ended = await story.go_on(plan(), halving=True)

    assert [LIST[place] for place in ended.clashing] == list(LIST[:2])
    assert story.pool == ()
    assert said(ended.outcome) == (
        "Stopped: 0 of 10 rows were accepted"
        " You stopped it. 10 rows were not accepted and are still in the editor."
        " Prolific refuses new-000, new-001, sent alone: it has them already."
        " Send the others when you like: it goes on where it stopped."
    )


async def test_a_search_that_another_refusal_ends_says_what_was_refused_by_then() -> None:
    story = Story(part_rows=100)
    story.service = Taken(frozenset(LIST[:2]))
    await story.send(plan())
    sending = itertools.count(1)

    def forbid(progress: Progress) -> None:
        if progress.phase is Phase.SENDING and next(sending) == 6:
            story.service.switch_on("updateCredentialPool", Fault(status=403))

    story.on_progress = forbid
    ended = await story.go_on(plan(), halving=True)

    assert [LIST[place] for place in ended.clashing] == list(LIST[:2])
    assert ended.outcome.title.startswith("Not allowed")
    told = "Prolific refuses new-000, new-001, sent alone: it has them already."
    assert ended.outcome.message.endswith(told)


async def test_a_search_that_a_changed_total_ends_names_the_row_refused_just_then() -> None:
    story = Story(part_rows=100)
    story.service = Taken(frozenset(LIST[:2]))
    await story.send(plan())
    sending = itertools.count(1)

    def add(progress: Progress) -> None:
        if progress.phase is Phase.SENDING and next(sending) == 4:
            story.service.add("theirs")

    story.on_progress = add
    ended = await story.go_on(plan(), halving=True)

    assert [LIST[place] for place in ended.clashing] == [LIST[0]]
    assert "somebody else may have added to it" in ended.outcome.message
    assert ended.outcome.message.endswith("refuses new-000, sent alone: it has it already.")


async def test_a_search_that_does_not_know_the_pool_it_made_says_what_was_refused_by_then() -> None:
    story = Story(part_rows=100)
    story.service = Taken(frozenset(LIST[:1]))
    await story.send(plan(Write.CREATE))
    sending = itertools.count(1)

    def lose_the_answer(progress: Progress) -> None:
        if progress.phase is Phase.SENDING and next(sending) == 5:
            story.service.switch_on(CREATE, Fault(cut=Cut.WITHIN, times=1))

    story.on_progress = lose_the_answer
    ended = await story.go_on(plan(Write.CREATE), halving=True)

    assert (story.made, [LIST[place] for place in ended.clashing]) == ((LIST[1],), [LIST[0]])
    assert ended.outcome.title == "Which pool was made? (1 of 10 rows were accepted)"
    assert ended.outcome.message.endswith(
        "The other 9 rows belong into the pool that this made, and the answer that named it was"
        " lost. They were not accepted. Prolific refuses new-000, sent alone: it has it already."
    )


async def test_what_was_too_large_and_then_stopped_is_not_said_to_be_unsent() -> None:
    story = Story(part_rows=8)
    story.service = Small()
    story.on_progress = lambda each: story.control.stop() if each.phase is Phase.SENDING else None

    ended = await story.send(plan())

    assert story.service.log.count("too large") == 1
    assert ended.outcome.message == (
        "You stopped it. 10 rows were not accepted and are still in the editor."
    )
    assert ended.outcome.hint == "Send them when you like: it goes on where it stopped."
