"""What is said of a write that was looked for afterwards, where looking could mislead."""

from dataclasses import replace

import pytest

from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.demo.seed import CHATBOT_B
from prolific_tui.demo.state import Pool
from prolific_tui.errors import Effect, ProlificTuiError
from prolific_tui.submission.later import say, settle_open
from prolific_tui.submission.means import Means
from prolific_tui.submission.run import run
from prolific_tui.submission.send import Finding, Send, Standing
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


# What other sends from here did meanwhile


OTHERS = [("other-001", "pw-of-other-1"), ("other-002", "pw-of-other-2"), ("other-003", "pw-3-of")]


async def lost(story: Story, write: Write) -> Send:
    """A send of three rows whose request never arrived."""
    story.service.switch_on(write.value, Fault(cut=Cut.BEFORE, times=1))
    await run(credential_plan(write), story.means())
    return story.journal.entries()[0]


async def test_a_pool_that_another_send_made_is_not_taken_for_this_ones() -> None:
    story = Story()
    send = await lost(story, Write.CREATE)
    other = replace(credential_plan(Write.CREATE, OTHERS), label="theirs")
    made = (await run(other, story.means())).outcome.pool
    assert made is not None

    found = await settle_open(send.number, story.means())

    (part,) = found.open_parts
    assert part.finding is Finding.OTHER_SENDS
    assert "no new pool but those of other sends from here" in part.message
    assert "Nothing else was new after looking for 15 s." in part.message
    assert "consistent" not in part.message
    # Whatever the person says, that pool stays the other send's, and so does its label.
    told = await say(send.number, 1, story.means(), arrived=True)
    assert (told.standing, told.pool_id) == (Standing.SAID, None)
    labels = story.journal.labels(send.service_url)
    assert labels == {made.credential_pool_id: "theirs"}


async def test_a_pool_beside_those_that_other_sends_made_may_be_this_ones() -> None:
    story = Story()
    send = await lost(story, Write.CREATE)
    await run(credential_plan(Write.CREATE, OTHERS), story.means())
    story.service.make("late", *NAMES)

    found = await settle_open(send.number, story.means())

    (part,) = found.open_parts
    assert part.finding is Finding.CONSISTENT
    assert "beside those of other sends from here: late with 3, which is" in part.message
    told = await say(send.number, 1, story.means(), arrived=True)
    assert told.pool_id == "late"


@pytest.mark.parametrize(
    ("late", "theirs", "finding"),
    [
        ((), (), Finding.OTHER_SENDS),
        (NAMES, (), Finding.CONSISTENT),
        ((), ("theirs-1",), Finding.UNCLEAR),
    ],
)
async def test_rows_that_other_sends_appended_are_not_taken_for_this_ones(
    late: tuple[str, ...], theirs: tuple[str, ...], finding: Finding
) -> None:
    story = Story()
    # The reports would tell which usernames came.
    story.service.switch_on("listStudies", Fault(status=502))
    send = await lost(story, Write.APPEND)
    await run(credential_plan(Write.APPEND, OTHERS), story.means())
    story.service.add(*late, *theirs)

    found = await settle_open(send.number, story.means())

    (part,) = found.open_parts
    assert part.finding is finding
    now = 63 + len(late + theirs)
    assert f"was 60 and is {now} now: 3 of that came with other sends from here" in part.message
    assert ("The rest is consistent with all 3" in part.message) == bool(late)
    assert "or another send from here" not in part.message


async def test_rows_that_other_sends_had_appended_before_explain_nothing() -> None:
    story = Story()
    await run(credential_plan(Write.APPEND, OTHERS), story.means())
    send = await lost(story, Write.APPEND)

    found = await settle_open(send.number, story.means())

    (part,) = found.open_parts
    assert part.finding is Finding.NOT_THERE
    assert "The pool's total is still 63." in part.message


async def test_what_was_known_to_have_arrived_before_a_part_left_explains_nothing_new() -> None:
    """By the totals it might, as it never came: nothing but the person's word said so."""
    story = Story()
    story.service.switch_on("listStudies", Fault(status=502))
    earlier = await lost(story, Write.APPEND)
    await say(earlier.number, 1, story.means(), arrived=True)
    story.service.switch_on(Write.APPEND.value, Fault(cut=Cut.AFTER, times=1))
    await run(credential_plan(Write.APPEND, OTHERS), story.means())

    found = await settle_open(earlier.number + 1, story.means())

    (part,) = found.open_parts
    assert part.finding is Finding.CONSISTENT
    assert "other sends from here" not in part.message


async def test_of_two_open_sends_it_is_said_that_what_is_there_may_be_the_others() -> None:
    story = Story()
    story.service.switch_on("listStudies", Fault(status=502))
    send = await lost(story, Write.APPEND)
    story.service.switch_on(Write.APPEND.value, Fault(cut=Cut.AFTER, times=1))
    await run(credential_plan(Write.APPEND, OTHERS), story.means())

    for number in (send.number, send.number + 1):
        found = await settle_open(number, story.means())
        (part,) = found.open_parts
        assert part.finding is Finding.CONSISTENT
        assert "somebody else, or another send from here that is not settled, may" in part.message


# Which pool a create made


async def test_of_several_pools_that_a_lost_create_may_have_made_none_is_named() -> None:
    story = Story()
    send = await lost(story, Write.CREATE)
    story.service.make("one", "a-1", "a-2", "a-3")
    story.service.make("two", *NAMES)

    told = await say(send.number, 1, story.means(), arrived=True)

    assert (told.standing, told.pool_id) == (Standing.SAID, None)


async def test_usage_reports_tell_which_pool_a_lost_create_made() -> None:
    story = Story()
    send = await lost(story, Write.CREATE)
    story.service.make("one", "a-1", "a-2", "a-3")
    story.service.make("two", *NAMES)
    study = next(iter(story.service.state.studies.values()))
    story.service.state.studies["of two"] = replace(study, id="of two", credential_pool_id="two")

    found = await settle_open(send.number, story.means())

    assert (found.standing, found.pool_id) == (Standing.ACCEPTED, "two")
    assert found.parts[0].finding is Finding.REPORTED


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
