"""The history that all windows of a machine write: what each of them sees of what others sent."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from prolific_tui.demo.faults import Fault
from prolific_tui.demo.seed import CHATBOT_B, MAIN_WORKSPACE
from prolific_tui.errors import Effect
from prolific_tui.models import Me, Workspace
from prolific_tui.submission.journal import Journal, Learned, NewPart, NewSend
from prolific_tui.submission.plan import Kind
from prolific_tui.tui.dialogs import ErrorDialog
from tests.dashboard import dashboard
from tests.machine import Machine
from tests.sending import Gate, a_list, held_by, load, numbered, send


def new_send(number: int) -> NewSend:
    return NewSend(
        kind=Kind.APPEND,
        service_url="http://127.0.0.1",
        owner=Me("owner-1", "you@lab.org"),
        workspace=Workspace(MAIN_WORKSPACE, "Reasoning evals"),
        pool_id=CHATBOT_B,
        label="",
        source=f"wave-{number}.csv",
        usernames=(f"lab-{number}",),
        begun=datetime(2026, 11, 21, 10, tzinfo=UTC) + timedelta(minutes=number),
    )


def accepted_elsewhere(journal: Journal, *usernames: str) -> None:
    """Another window has rows accepted; the clock was set back meanwhile."""
    earlier = datetime(2020, 1, 1, tzinfo=UTC)
    number = journal.begin(replace(new_send(1), usernames=usernames)).number
    part = journal.about_to_send(number, NewPart((0, len(usernames)), (), earlier))
    journal.record(number, Learned(replace(part, effect=Effect.ACCEPTED, ended=earlier)))
    journal.leave(number)


def cut_short_elsewhere(journal: Journal, username: str) -> None:
    """Another window stops a send of two rows after the first one was accepted."""
    now = datetime(2026, 11, 21, 11, tzinfo=UTC)
    number = journal.begin(replace(new_send(2), usernames=(username, f"{username}-left"))).number
    part = journal.about_to_send(number, NewPart((0, 1), (), now))
    journal.record(number, Learned(replace(part, effect=Effect.ACCEPTED, ended=now)))
    journal.leave(number)


async def test_a_journal_that_is_no_use_is_said_at_the_start_and_nothing_can_be_sent_without_one(
    machine: Machine,
) -> None:
    journal = machine.directory / "journal.sqlite3"
    journal.write_bytes(b"no database at all " * 100)
    journal.chmod(0o600)
    async with machine.run() as board:
        await board.shows("About the history of sends", "a new one was begun")
        await board.press("enter", "3")
        await board.shows("Nothing was sent from this machine yet")

    for left in machine.directory.glob("journal.sqlite3*"):
        left.unlink()
    journal.mkdir(mode=0o700)
    async with machine.run() as board:
        await board.shows("Until then nothing can be sent")
        await board.press("enter")
        await board.shows("free of")
        await board.press("c")
        await load(board, a_list(machine.directory, *numbered(2)), 2)
        await board.press("s")
        await board.until(lambda: isinstance(board.app.screen, ErrorDialog))
        await board.press("enter", "escape", "3")
        await board.shows("nothing can be sent. r tries again")


async def test_hundreds_of_sends_are_listed_and_the_cursor_stays_on_its_own(
    machine: Machine,
) -> None:
    """Other sends come in above it while somebody reads."""
    store = machine.parts(machine.service).journal
    sends = [store.begin(new_send(number)) for number in range(300)]
    for each in sends:
        store.leave(each.number)
    async with machine.at_pools() as board:
        await board.press("3")
        await board.shows("300 sends from this machine", "wave-299.csv")
        await board.press(*["j"] * 5)
        await board.shows("wave-294.csv")
        store.leave(store.begin(new_send(300)).number)
        await board.press("r")
        await board.shows("301 sends from this machine", "wave-294.csv")
        # The scroll bar has cells of its own.
        await board.until(lambda: re.search("^>.* not sent$", board.screen(), re.MULTILINE))
        await board.press("slash")
        await board.type("wave-17.csv")
        await board.press("enter")
        await board.shows("1 of 301 sends with", "wave-17.csv")
    store.close()


async def test_a_review_left_open_finds_what_another_window_sent_meanwhile(
    machine: Machine,
) -> None:
    other = machine.parts(machine.service).journal
    async with machine.at_pools() as board:
        await board.press("j", "a")
        await load(board, a_list(machine.directory, *numbered(2)), 2)
        await board.press("s")
        await board.shows("Type  send 2 :", "checked against")
        accepted_elsewhere(other, *numbered(1))
        await board.type("send 2")
        await board.press("enter")
        await board.shows("Sent by another window meanwhile", "1 row was accepted with it")
        await board.press("enter")
        await board.shows("2 rows   goes 1", "left out 1", "already in this pool")
    assert not set(numbered(2)) & set(held_by(machine.service))
    other.close()


async def test_rows_that_another_window_sent_before_the_review_are_not_in_what_it_sends(
    machine: Machine,
) -> None:
    """They are marked while it is looked whether the list goes on with an earlier send."""
    other = machine.parts(machine.service).journal
    for number in range(5):
        cut_short_elsewhere(other, f"of-another-list-{number}")
    async with machine.at_pools() as board:
        await board.press("j", "a")
        await load(board, a_list(machine.directory, *numbered(2)), 2)
        accepted_elsewhere(other, *numbered(1))
        await board.press("s")
        await board.shows("Type  send 1 :", "1 row: already in this pool")
    other.close()


async def test_a_search_for_a_clash_that_was_left_open_finds_it_as_well(
    machine: Machine,
) -> None:
    machine.service.switch_on("getStudyCredentialsReport", Fault(status=403))
    taken = held_by(machine.service)[0]
    other = machine.parts(machine.service).journal
    async with machine.at_pools() as board:
        await board.press("j", "a")
        await load(board, a_list(machine.directory, *numbered(2), taken), 3)
        await send(board, 3)
        await board.shows("h finds them")
        await board.press("h")
        await board.shows("Find the clash by halving")
        accepted_elsewhere(other, *numbered(1))
        await board.type("send 3")
        await board.press("enter")
        await board.shows("Sent by another window meanwhile", "1 row was accepted with it")
    assert not set(numbered(2)) & set(held_by(machine.service))
    other.close()


async def test_rows_of_a_send_that_is_under_way_in_another_window_do_not_go_on_with_it(
    machine: Machine,
) -> None:
    gate = Gate()
    path = a_list(machine.directory, *numbered(6))
    async with (
        dashboard(machine.service, parts=gate.of(machine.parts)) as board,
        machine.at_pools() as other,
    ):
        await board.shows("free of")
        await board.press("c")
        await load(board, path, 6)
        await send(board, 6)
        await board.shows("Part 2 of 2 is on its way")

        await other.press("c")
        await load(other, path, 6)
        await other.press("r")
        await other.press("s")
        await other.shows(
            "These rows are being sent", "under way, part 2 of 2, 3 accepted", "Back to the rows"
        )
        assert "Go on with it" not in other.words()
        await other.press("enter")
        gate.let_one_through()
        await board.shows("6 credentials in a new pool")


async def test_what_another_window_sends_comes_into_the_history_by_itself(
    machine: Machine,
) -> None:
    path = a_list(machine.directory, *numbered(2))
    async with machine.at_pools() as board, machine.at_pools() as other:
        await board.press("3")
        await board.shows("Nothing was sent from this machine yet")
        await other.press("c")
        await load(other, path, 2)
        await send(other, 2)
        await other.shows("2 credentials in a new pool")
        await board.shows("1 send from this machine", "Create", "accepted")


async def test_the_history_says_by_itself_that_a_window_ended_in_the_middle(
    machine: Machine,
) -> None:
    """A program that was killed writes nothing more."""
    gate = Gate()
    async with machine.at_pools() as board:
        async with dashboard(machine.service, parts=gate.of(machine.parts)) as other:
            await other.shows("free of")
            await other.press("c")
            await load(other, a_list(machine.directory, *numbered(5)), 5)
            await send(other, 5)
            await other.shows("Part 2 of 2 is on its way")
            await board.press("3")
            await board.shows("under way, part 2 of 2", "3 were accepted", "2 are not settled yet")
        await board.shows("1 open: S settles", "open; 3 accepted", "2 may have arrived")
    gate.let_one_through()
