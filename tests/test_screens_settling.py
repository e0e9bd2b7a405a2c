"""Sends of which nobody knows whether they arrived: how a person settles them, now or later."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from prolific_tui.assembly import demo_parts
from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.demo.seed import MAIN_WORKSPACE
from prolific_tui.demo.service import Service
from prolific_tui.demo.state import Pool
from prolific_tui.keeping import DraftKeeping
from prolific_tui.operations import Parts
from prolific_tui.secret import Secret
from prolific_tui.submission.later import say
from tests.contract.caller import checked_demo_service
from tests.dashboard import Dashboard, dashboard
from tests.machine import Machine
from tests.parts_bench import LIST, Story, plan
from tests.sending import Gate, a_list, in_parts, load, new_pool, numbered, send


async def test_rows_that_turn_out_to_have_arrived_leave_and_the_others_follow_their_pool(
    tmp_path: Path,
) -> None:
    service = checked_demo_service()
    before = set(service.state.pools)
    service.switch_on("createCredentialPool", Fault(cut=Cut.AFTER, times=1))
    async with dashboard(service, parts=in_parts(3)) as board:
        await board.shows("free of")
        await board.press("c")
        # The last two have one username, so that neither of them goes.
        await load(board, a_list(tmp_path, *numbered(5), "lab-y", "lab-y"), 7, goes=5)
        await send(board, 5)
        await board.shows("We do not know whether", "3 may have arrived")
        await board.press("enter", "escape", "3", "S")
        await board.shows("consistent with accepted", "rows 1 to 3 (3 rows)", "What do you say?")
        (draft,) = board.app.drafts
        assert len(draft.session.document) == 7
        await board.press("j", "enter")
        await board.until(lambda: "Settled" in board.app.message)

        (made,) = service.state.pools.keys() - before
        (draft,) = board.app.drafts
        assert draft.target.key[1] == made
        assert [name for name, _ in draft.session.document.rows()] == [
            *numbered(5)[3:],
            "lab-y",
            "lab-y",
        ]


async def create_and_lose_the_answer(machine: Machine, board: Dashboard, rows: int) -> None:
    """Send a list as a new pool; its first part takes effect, which nobody is told."""
    machine.service.switch_on("createCredentialPool", Fault(cut=Cut.AFTER, times=1))
    await board.press("c")
    await load(board, a_list(machine.directory, *numbered(rows)), rows)
    await send(board, rows)
    await board.shows("We do not know whether", "consistent with")


async def test_a_send_is_cut_the_next_start_announces_it_and_the_person_settles_it(
    machine: Machine,
) -> None:
    """The first part of a create takes effect, its answer is lost, and the program ends."""
    before = set(machine.service.state.pools)
    async with machine.at_pools() as board:
        await create_and_lose_the_answer(machine, board, 5)
        await board.shows("Of 5 rows, 0 were accepted, 3 may have arrived, and 2 did not go.")
        await board.press("enter")
        await board.shows("5 rows   goes 2   needs your OK 3", "may have arrived already")
        # Nothing of an open send goes out again.
        await board.press("s")
        await board.shows("A send of these rows is open", "Look now whether it arrived")
        await board.press("escape")
    assert new_pool(machine.service, before) == numbered(3)

    async with machine.run() as board:
        await board.shows("A send is open", "5 rows for wave ", "Look now whether it arrived")
        await board.press("enter")
        # One key away from an answer, it is said what the question is about.
        await board.shows("consistent with accepted", "This is about 3 of 5 rows for wave ")
        await board.shows("It came from wave.csv: UTF-8", "Part 1 has its rows 1 to 3 (3 rows).")
        await board.shows("What do you say?")
        await board.press("j", "enter")
        # Only then the rows that were left are offered, and what arrived is none of them.
        await board.shows("Unsent rows of before", "2 rows for ", "3 more arrived since")
        await board.shows("a send of these was begun: 3 History says what became of it")
        await board.press("escape")
        await board.press("3")
        await board.shows("3 arrived, as you said", "c goes on with the 2 rows that are left")
        await board.press("c")
        await board.shows("Goes on with the send of", ": 2 left", "2 rows   goes 2")
        await board.press("s")
        await board.shows("Type  send 2 :", "2 rows of the 2 that are left can go")
        await board.type("send 2")
        await board.press("enter")
        await board.shows("2 credentials appended")
        assert not list(board.app.drafts)
    assert new_pool(machine.service, before) == numbered(5)


async def test_a_create_is_not_called_lost_against_the_figures_by_one_key(
    machine: Machine,
) -> None:
    """A pool with that total is there: saying that it is not takes words, and can be taken back."""
    async with machine.at_pools() as board:
        await create_and_lose_the_answer(machine, board, 3)
        await board.press("enter", "escape", "3", "S")
        await board.shows("What do you say?")
        await board.press("j", "j")
        await board.shows("you will get a second pool with these rows")
        await board.press("enter")
        await board.shows("does not bear it out", "consistent with accepted")
        await board.shows("This is about 3 rows for wave ")
        await board.press("enter")
        await board.shows("Nothing was done", "it did not arrive")
        await board.type("it did not arrive")
        await board.press("enter")
        await board.shows("Settled: did not arrive", "S takes back what you said")

        await board.press("1", "r")
        await board.shows("free of")
        await board.press("c")
        await board.shows("3 rows")
        await board.press("s")
        await board.shows("Rows of an earlier send", "Go on with it: 3 rows")
        await board.press("enter")
        await board.shows("Unexplained", "with 3 is new since", "which you said did not arrive")
        await board.press("escape", "escape", "3", "S")
        await board.shows("You said that it did not arrive")
        await board.press("j", "enter")
        await board.shows("What do you say?")
        await board.press("j", "enter")
        await board.shows("Settled: arrived, as you said")


async def test_a_create_that_arrives_after_the_verdict_is_not_sent_again(machine: Machine) -> None:
    machine.choose(DraftKeeping.NOTHING)
    before = set(machine.service.state.pools)
    path = a_list(machine.directory, *numbered(2))
    machine.service.switch_on("createCredentialPool", Fault(cut=Cut.BEFORE, times=1))
    async with machine.at_pools() as board:
        await board.press("c")
        await load(board, path, 2)
        await send(board, 2)
        await board.shows("We do not know whether", "settle it in 3 History")

    async with machine.run() as board:
        await board.shows("A send is open")
        await board.press("enter")
        await board.shows("not there after looking", "What do you say?")
        await board.press("j", "j", "enter")
        await board.shows("did not arrive")
        await board.until(lambda: board.app.pools.value, "listed without the one that is late")
        late = {name: Secret("pw-long-enough") for name in numbered(2)}
        machine.service.state.pools["late"] = Pool("late", MAIN_WORKSPACE, late)
        # The same rows as a list of its own belong to that send, and only to that.
        await board.press("1", "c")
        await load(board, path, 2)
        await board.press("s")
        await board.shows("Rows of an earlier send", "Go on with it: 2 rows")
        assert "Send them as a new one" not in board.words()
        await board.press("enter")
        # Pools was listed before that pool was there: Review looks now, and asks for words anew.
        await board.shows("Type  send 2 :", "the pool late with 2 is new since")
        await board.type("send 2")
        await board.press("enter")
        await board.shows("A new pool appeared since you looked", "Nothing was sent")
    assert new_pool(machine.service, before) == numbered(2)


async def test_settling_says_when_prolific_is_tried_again_and_can_be_given_up(
    machine: Machine,
) -> None:
    machine.service.switch_on("createCredentialPool", Fault(cut=Cut.BEFORE, times=1))
    async with machine.at_pools() as board:
        await board.press("c")
        await load(board, a_list(machine.directory, *numbered(2)), 2)
        await send(board, 2)
        await board.shows("We do not know whether", "settle it in 3 History")
        # The screen's own read of then: only the look is to be kept waiting.
        await board.until(lambda: not board.app.pools.loading, "read again")
        await board.press("enter", "escape", "3")
        await board.shows("1 open: S settles")
        machine.service.switch_on("listCredentialPools", Fault(status=429, retry_after=30))
        await board.press("S")
        tried_again = r"Prolific asks to wait until \d\d:\d\d:\d\d \(\d+ s\)\."
        await board.until(lambda: re.search(tried_again, board.words()))
        await board.press("escape")
        await board.shows("Given up; the send stays open", "1 open: S settles")


async def test_the_look_for_the_pool_that_arrived_says_how_long_it_waits_and_can_be_given_up(
    machine: Machine,
) -> None:
    async with machine.at_pools() as board:
        await create_and_lose_the_answer(machine, board, 3)
        await board.press("enter", "escape", "3", "S")
        await board.shows("What do you say?")
        machine.service.switch_on("listCredentialPools", Fault(status=429, retry_after=30))
        await board.press("j", "enter")
        await board.shows("Looking which pool it made…", "Prolific asks to wait until")
        await board.press("escape")
        await board.shows("It stays open; 3 History has it", "1 open: S settles")


@pytest.mark.parametrize("open_parts", [1, 2])
async def test_it_is_said_which_part_is_looked_for_where_several_are_open(open_parts: int) -> None:
    story = Story(part_rows=10)
    story.service.switch_on("updateCredentialPool", Fault(cut=Cut.BEFORE))
    await story.send(plan())
    if open_parts > 1:
        await say(1, 1, story.means(), arrived=False)
        await story.go_on(plan())
        await say(1, 2, story.means(), arrived=False)
        # What was said of both may be wrong by now.
        story.service.add(*LIST)
        await story.go_on(plan())
    assert len(story.journal.send(1).open_parts) == open_parts

    def parts(service: Service) -> Parts:
        return replace(demo_parts(service), journal=story.journal, is_demo=False)

    gate = Gate("GET", "/credentials/")
    async with dashboard(story.service, parts=gate.of(parts)) as board:
        gate.let_one_through()
        await board.shows("A send is open")
        # What was let through is the listing of the start, and not the look.
        await board.until(lambda: board.app.pools.value)
        await board.press("enter")
        await board.shows("Looking…", "Look 1 of 5")
        assert ("Part 1: Look 1 of 5" in board.words()) == (open_parts > 1)
        await board.press("escape")
        await board.shows("Given up")


async def test_what_was_said_of_a_send_can_be_taken_back_while_another_one_is_open() -> None:
    story = Story(part_rows=10)
    story.service.switch_on("updateCredentialPool", Fault(cut=Cut.BEFORE))
    await story.send(plan())
    await say(1, 1, story.means(), arrived=False)
    await story.send(plan())

    def parts(service: Service) -> Parts:
        return replace(demo_parts(service), journal=story.journal, is_demo=False)

    async with dashboard(story.service, parts=parts) as board:
        await board.shows("A send is open")
        await board.press("escape", "3")
        await board.shows("2 sends from this machine", "1 open: S settles")
        await board.press("j")
        await board.shows("S takes back what you said of it.")
        await board.press("S")
        await board.shows("You said that it did not arrive", "Take it back and look again")


async def test_a_request_for_a_secret_is_left_open_and_announced_in_words_of_its_own(
    machine: Machine,
) -> None:
    machine.service.switch_on("createSecret", Fault(delay=1000, times=1))
    old = machine.service.state.secrets[MAIN_WORKSPACE].id
    async with machine.at_pools() as board:
        await board.press("2")
        await board.shows("Signing secret", "none   K keeps it there")
        await board.press("c", "down", "down", "space", "enter")
        await board.shows("The new one is kept nowhere: it is shown here only.")
        await board.shows("(1 off) of Reasoning evals will be signed with the new one.")
        await board.type(f"replace {old[-4:]}")
        await board.press("enter")
        await board.shows("Waiting for Prolific's answer.")
        await board.press("enter", "q")
        await board.shows("0 new secret…")
        await board.shows(
            "The secret is being replaced", "the next start offers to look what became of it"
        )
        assert "send is" not in board.words()
        await board.shows("A new secret that is made meanwhile stays at Prolific")
        assert "rows" not in board.words()
        await board.press("j", "enter")

    async with machine.run() as board:
        await board.shows("A request for a secret is open", "the new secret of Reasoning evals")
        await board.shows("Nobody knows whether it was made", "Look now whether it was made")
        await board.shows("The secret is read; nothing is sent.")
