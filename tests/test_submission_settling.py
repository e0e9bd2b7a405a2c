"""What is said of a write that was looked for afterwards, where looking could mislead."""

import pytest

from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.demo.seed import CHATBOT_B
from prolific_tui.demo.state import Pool
from prolific_tui.errors import Effect, ProlificTuiError
from prolific_tui.submission.later import settle_open
from prolific_tui.submission.means import Means
from prolific_tui.submission.run import run
from prolific_tui.submission.send import Finding, Standing
from tests.submission_bench import (
    ROWS,
    WORKSPACE,
    MemoryJournal,
    NotedService,
    Waited,
    Write,
    client_of,
    credential_plan,
    means_of,
    plan_for,
)

ALREADY_THERE = "lab-b-001"
NAMES = tuple(name for name, _ in ROWS)


class Story:
    """One Prolific and one journal."""

    def __init__(self) -> None:
        self.service = NotedService()
        self.journal = MemoryJournal()
        self.waited = Waited()

    def means(self) -> Means:
        return means_of(client_of(self.service), self.journal, pace=self.waited.pace())


async def test_one_username_in_a_usage_report_does_not_make_a_list_accepted() -> None:
    """It was there before, the list was refused for it, the answer was lost, and somebody added."""
    story = Story()
    service = story.service
    assert ALREADY_THERE in service.state.pools[CHATBOT_B].passwords
    service.after_write = lambda: service.add("theirs-1", "theirs-2", "theirs-3")
    service.switch_on(Write.APPEND.value, Fault(cut=Cut.AFTER))
    rows = [(ALREADY_THERE, "another-password"), *ROWS[1:]]

    ended = await run(credential_plan(Write.APPEND, rows), story.means())

    assert ended.outcome.effect is Effect.UNKNOWN
    assert list(ended.accepted) == []
    (send,) = story.journal.entries()
    assert send.parts[0].finding is Finding.CONSISTENT
    send = await settle_open(send.number, story.means())
    assert send.parts[0].finding is Finding.CONSISTENT
    assert send.standing is Standing.OPEN


async def test_all_usernames_in_usage_reports_say_that_they_are_in_the_pool() -> None:
    story = Story()
    story.service.switch_on(Write.APPEND.value, Fault(cut=Cut.BEFORE))
    await run(credential_plan(), story.means())
    story.service.add(*NAMES)

    send = await settle_open(1, story.means())

    assert send.standing is Standing.ACCEPTED
    assert send.parts[0].title == "3 credentials in the pool, answer lost"
    assert "they are in the pool" in send.parts[0].message


async def test_usage_reports_that_name_none_of_the_rows_are_told() -> None:
    """Nothing arrived, and somebody else added just as many: the totals alone would mislead."""
    story = Story()
    story.service.switch_on(Write.APPEND.value, Fault(cut=Cut.BEFORE))
    story.service.before_write = lambda: story.service.add("theirs-1", "theirs-2", "theirs-3")

    ended = await run(credential_plan(), story.means())

    (send,) = story.journal.entries()
    assert send.parts[0].finding is Finding.CONSISTENT
    told = "None of the 3 is among the 63 usernames of the usage reports."
    assert told in ended.outcome.message
    send = await settle_open(send.number, story.means())
    assert told in send.parts[0].message


@pytest.mark.parametrize(
    ("write", "look"),
    [(Write.CREATE, "listCredentialPools"), (Write.SECRET, "listSecrets")],
    ids=str,
)
async def test_with_no_network_what_was_found_before_stays_known(write: Write, look: str) -> None:
    story = Story()
    story.service.switch_on(write.value, Fault(cut=Cut.AFTER, times=1))
    await run(plan_for(write, story.service), story.means())
    (found,) = story.journal.entries()
    assert found.parts[0].finding is Finding.CONSISTENT
    story.service.switch_on(look, Fault(cut=Cut.BEFORE))

    with pytest.raises(ProlificTuiError, match="could not be looked for") as caught:
        await settle_open(found.number, story.means())

    assert "is what was known before" in caught.value.message
    assert "when Prolific can be reached" in caught.value.hint
    assert story.journal.entries() == (found,)
    assert found.is_open, "it can be settled again"


async def test_what_could_not_be_looked_at_is_not_counted_as_looked_for() -> None:
    """The network goes down for reads as well, three seconds after the line was cut."""
    story = Story()
    story.service.switch_on(Write.APPEND.value, Fault(cut=Cut.BEFORE))

    def goes_down() -> None:
        if sum(story.waited.seconds) > 3:
            story.service.switch_on("listCredentialPools", Fault(status=502))

    story.waited.meanwhile = goes_down

    ended = await run(credential_plan(), story.means())

    assert story.waited.seconds == [1, 2, 4, 8]
    assert "It was not there after looking for 3 s." in ended.outcome.message


async def test_a_single_look_is_told_as_one() -> None:
    story = Story()
    story.service.switch_on(Write.CREATE.value, Fault(cut=Cut.BEFORE))
    story.waited.meanwhile = lambda: story.service.switch_on(
        "listCredentialPools", Fault(status=502)
    )

    ended = await run(credential_plan(Write.CREATE), story.means())

    assert "It was not there at the one look that could be taken." in ended.outcome.message


async def test_of_many_new_pools_the_one_that_may_be_this_list_is_named() -> None:
    story = Story()
    pools = story.service.state.pools

    def others() -> None:
        for number in range(4):
            name = f"{WORKSPACE.id}_theirs-{number}"
            pools[name] = Pool(name, WORKSPACE.id, {})

    story.service.before_write = others
    story.service.switch_on(Write.CREATE.value, Fault(cut=Cut.AFTER))

    ended = await run(credential_plan(Write.CREATE), story.means())

    mine = list(pools)[-1]
    assert f"since just before: {mine} with 3," in ended.outcome.message
    assert "and 2 more, which is consistent" in ended.outcome.message


async def test_a_new_pool_of_another_size_is_not_called_absent() -> None:
    """The pool was made, its answer lost, and somebody appended to it before it was looked for."""
    story = Story()
    service = story.service
    known = set(service.state.pools)

    def somebody_appends() -> None:
        (made,) = service.state.pools.keys() - known
        service.add("theirs", pool_id=made)

    service.after_write = somebody_appends
    service.switch_on(Write.CREATE.value, Fault(cut=Cut.AFTER))

    ended = await run(credential_plan(Write.CREATE), story.means())

    assert "with 4. The figures don't settle it." in ended.outcome.message
    assert "not there" not in ended.outcome.message
    assert story.journal.last_part.finding is Finding.UNCLEAR
    send = await settle_open(1, story.means())
    assert send.open_parts[0].finding is Finding.UNCLEAR
