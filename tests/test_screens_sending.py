"""Sends that are cut, refused or stopped in the middle: what a person sees of them and does."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.demo.seed import CHATBOT_B, MAIN_WORKSPACE
from prolific_tui.demo.service import Service
from prolific_tui.demo.state import Pool
from prolific_tui.errors import Effect
from prolific_tui.models import Me, Workspace
from prolific_tui.secret import Secret
from prolific_tui.settings import DraftKeeping
from prolific_tui.submission.journal import Learned, NewSend
from prolific_tui.submission.plan import Kind
from prolific_tui.tui.dialogs import ErrorDialog
from tests.contract.caller import checked_demo_service
from tests.dashboard import dashboard
from tests.machine import Machine
from tests.sending import Gate, a_list, in_parts, load, numbered, send

UNREAD = Fault(status=403)
"""A usage report that can't be read."""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path, part_rows=3)
    machine.choose(DraftKeeping.EVERYTHING)
    return machine


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


def new_pool(service: Service, before: set[str]) -> list[str]:
    """The usernames of the one pool that was made."""
    (made,) = [pool for pool in service.state.pools if pool not in before]
    return list(service.state.pools[made].passwords)


def held_by(service: Service) -> list[str]:
    return list(service.state.pools[CHATBOT_B].passwords)


async def test_a_part_is_refused_in_the_middle_and_the_rest_goes_on_in_the_same_pool(
    tmp_path: Path,
) -> None:
    service = checked_demo_service()
    before = set(service.state.pools)
    service.switch_on("updateCredentialPool", Fault(status=400, times=1))
    async with dashboard(service, parts=in_parts(3)) as board:
        await board.shows("free of")
        await board.press("c")
        await load(board, a_list(tmp_path, *numbered(8)), 8)

        # Review says how many parts, and asks for a label that is proposed.
        await board.press("s")
        await board.shows(
            "3, of at most 3 rows and 1 MiB, one after another", "Label for the pool : wave "
        )
        await board.press("tab", *["backspace"] * 20)
        await board.type("chatbot-Z")
        await board.press("enter")
        await board.type("send 8")
        await board.press("enter")
        await board.shows("3 of 8 rows were accepted", "are in the pool", "still in the editor")
        assert new_pool(service, before) == numbered(3)

        # Nothing of it is lost: the rest is in the editor, for the pool that was made.
        await board.press("enter")
        await board.shows("Append to chatbot-Z", "5 rows   goes 5")
        await board.press("3")
        await board.shows("3 accepted, 5 rows left", "c goes on with the 5 rows that are left")
        await board.press("enter")
        await board.shows(
            "Part 1", "rows 1 to 3", "Part 2", "rows 4 to 6", "refused", "you@lab.org"
        )
        await board.press("escape", "c")
        await board.shows("Goes on with the send of", ": 5 left", "Append to chatbot-Z")
        await board.press("s")
        await board.shows("5 rows of the 5 that are left can go", "Type  send 5 :")
        await board.type("send 5")
        await board.press("enter")
        await board.shows("5 credentials appended", "8 now")
        assert new_pool(service, before) == numbered(8)
        await board.press("enter", "3")
        await board.shows("1 send from this machine", "chatbot-Z", "accepted")

        # It can be found, and written to a file.
        await board.press("slash")
        await board.type("nothing like it")
        await board.press("enter")
        await board.shows("0 of 1 send with")
        await board.press("escape")
        await board.shows("1 send from this machine")
        await board.press("E", "j", "enter")
        await board.shows("Export to")
        await board.type(str(tmp_path / "sends.json"))
        await board.press("enter")
        await board.shows("1 send written to")
    assert "chatbot-Z" in json.dumps(json.loads((tmp_path / "sends.json").read_text()))
    assert (tmp_path / "sends.json").stat().st_mode & 0o777 == 0o600


async def test_a_send_is_cut_the_next_start_announces_it_and_the_person_settles_it(
    machine: Machine,
) -> None:
    """The first part of a create takes effect, its answer is lost, and the program ends."""
    before = set(machine.service.state.pools)
    path = a_list(machine.directory, *numbered(5))
    machine.service.switch_on("createCredentialPool", Fault(cut=Cut.AFTER, times=1))
    async with machine.at_pools() as board:
        await board.press("c")
        await load(board, path, 5)
        await send(board, 5)
        await board.shows("We do not know whether", "consistent with")
        await board.shows("Of 5 rows, 0 were accepted, 3 may have arrived, and 2 did not go.")
        await board.press("enter")
        await board.shows("5 rows")
        # Nothing of an open send goes out again.
        await board.press("s")
        await board.shows("A send of these rows is open", "Look now whether it arrived")
        await board.press("escape")
    assert new_pool(machine.service, before) == numbered(3)

    async with machine.run() as board:
        await board.shows("A send is open", "5 rows for wave ", "Look now whether it arrived")
        await board.press("enter")
        await board.shows("consistent with accepted", "What do you say?")
        await board.press("j", "enter")
        # Only then the rows that were left are offered.
        await board.shows("Unsent rows of before")
        await board.press("escape")
        await board.press("3")
        await board.shows("3 arrived, as you said", "c goes on with the 2 rows that are left")
        await board.press("c")
        await board.shows("Goes on with the send of", ": 2 left", "5 rows   goes 2")
        await board.press("s")
        await board.shows("Type  send 2 :", "2 rows of the 2 that are left can go")
        await board.type("send 2")
        await board.press("enter")
        await board.shows("2 credentials appended")
    assert new_pool(machine.service, before) == numbered(5)


async def test_a_create_is_not_called_lost_against_the_figures_by_one_key(
    machine: Machine,
) -> None:
    """A pool with that total is there: saying that it is not takes words, and can be taken back."""
    path = a_list(machine.directory, *numbered(3))
    machine.service.switch_on("createCredentialPool", Fault(cut=Cut.AFTER, times=1))
    async with machine.at_pools() as board:
        await board.press("c")
        await load(board, path, 3)
        await send(board, 3)
        await board.shows("We do not know whether", "consistent with")
        await board.press("enter", "escape", "3", "S")
        await board.shows("What do you say?")
        await board.press("j", "j")
        await board.shows("you will get a second pool with these rows")
        await board.press("enter")
        await board.shows("does not bear it out", "consistent with accepted")
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
        await board.shows("We do not know whether")

    async with machine.run() as board:
        await board.shows("A send is open")
        await board.press("enter")
        await board.shows("not there after looking", "What do you say?")
        await board.press("j", "j", "enter")
        await board.shows("did not arrive")
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
        await board.press("enter", "c")
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
        await board.shows("Type  send 2 :")
        begun = other.begin(replace(new_send(1), usernames=numbered(1))).number
        later = datetime(2099, 1, 1, tzinfo=UTC)
        part = other.about_to_send(begun, (0, 1), (), later)
        other.record(begun, Learned(replace(part, effect=Effect.ACCEPTED, ended=later)))
        other.leave(begun)
        await board.type("send 2")
        await board.press("enter")
        await board.shows("Sent by another window meanwhile", "1 row was accepted with it")
        await board.press("enter")
        await board.shows("2 rows   goes 1", "left out 1", "already in this pool")
    assert not set(numbered(2)) & set(held_by(machine.service))
    other.close()


async def test_without_kept_rows_a_send_goes_on_with_the_same_file(machine: Machine) -> None:
    machine.choose(DraftKeeping.NOTHING)
    before = set(machine.service.state.pools)
    path = a_list(machine.directory, *numbered(7))
    machine.service.switch_on("updateCredentialPool", Fault(status=400, times=1))
    async with machine.at_pools() as board:
        await board.press("c")
        await load(board, path, 7)
        await send(board, 7)
        await board.shows("3 of 7 rows were accepted")

    # The file has two more rows by now, and one less.
    a_list(machine.directory, "lab-new-1", *numbered(6), "lab-new-2")
    async with machine.at_pools() as board:
        await board.press("3")
        await board.shows("3 accepted, 4 rows left")
        await board.press("c")
        await board.shows("Go on with the same file", "wave.csv")
        await board.type(str(path))
        await board.press("enter")
        await board.shows("8 rows", "left out 3", "already in this pool")

        # Whoever discards them, or leaves them, is where they came from.
        await board.press("D")
        await board.shows("Discard 8 unsent rows?")
        await board.press("y")
        await board.shows("3 HISTORY", "8 unsent rows discarded.", "3 accepted, 4 rows left")
        await board.press("c")
        await board.shows("Go on with the same file", "wave.csv")
        await board.type(str(path))
        await board.press("enter")
        await board.shows("8 rows", "left out 3", "already in this pool")
        await board.press("escape")
        await board.shows("8 unsent rows, draft not kept")
        await board.press("enter")
        await board.shows("3 HISTORY", "d on 1 Pools goes back to them.")
        await board.press("c")
        await board.shows("8 rows", "left out 3", "already in this pool")

        await board.press("s")
        await board.shows(
            "3 rows of the 4 that are left can go",
            "1 row of the send is not here",
            "2 rows here are not part of this send",
        )
        await board.type("send 3")
        await board.press("enter")
        await board.shows("3 credentials appended", "6 now")
    assert new_pool(machine.service, before) == numbered(6)


async def test_a_clash_is_found_by_halving_after_it_was_told_what_that_takes(
    tmp_path: Path,
) -> None:
    """409 says that some row is there already; the reports that would tell which can't be read."""
    service = checked_demo_service()
    service.switch_on("getStudyCredentialsReport", UNREAD)
    held = held_by(service)
    taken = held[0]
    async with dashboard(service) as board:
        await board.shows("free of")
        await board.press("j", "a")
        await load(board, a_list(tmp_path, *numbered(3), taken, "lab-z-900"), 5)
        await send(board, 5)
        await board.shows("does not say which", "still 60")
        await board.shows("Nothing that is known here tells which", "h finds them")
        assert len(held_by(service)) == 60
        await board.press("h")
        await board.shows("Find the clash by halving", "at most 9 requests", "stays in the pool")
        await board.type("send 5")
        await board.press("enter")
        await board.shows("1 username is taken", taken, "All other 4 are in the pool now")
        assert len(held_by(service)) == 64
        await board.press("enter")
        await board.shows("1 row   goes 0", "left out 1", "already in this pool")


async def test_no_halving_is_offered_where_something_tells_which_rows_clash(tmp_path: Path) -> None:
    service = checked_demo_service()
    # It can't be read at Review, and can be once the list was refused.
    service.switch_on("getStudyCredentialsReport", replace(UNREAD, times=1))
    taken = held_by(service)[0]
    async with dashboard(service) as board:
        await board.shows("free of")
        await board.press("j", "a")
        await load(board, a_list(tmp_path, *numbered(2), taken), 3)
        await send(board, 3)
        await board.shows("A username is taken", "1 refused row is known to be in the pool")
        assert "halv" not in board.words()
        await board.press("h", "enter")
        await board.shows("3 rows   goes 2", "left out 1", "already in this pool")
        await send(board, 2)
        await board.shows("2 credentials appended")


async def test_of_a_list_in_parts_only_the_refused_part_is_searched(tmp_path: Path) -> None:
    """The first part was accepted, the second refused, and the third never left."""
    service = checked_demo_service()
    service.switch_on("getStudyCredentialsReport", UNREAD)
    taken = held_by(service)[0]
    names = [*numbered(7), taken, *numbered(11)[7:]]
    async with dashboard(service, parts=in_parts(5)) as board:
        await board.shows("free of")
        await board.press("j", "a")
        await load(board, a_list(tmp_path, *names), 12)
        await send(board, 12)
        await board.shows("5 of 12 rows were accepted", "with at most 9 requests")
        await board.press("h")
        await board.shows("The 5 refused rows are sent again", "at most 9 requests, and at most 7")
        await board.shows("2 more rows stay in the editor for later")
        await board.type("send 5")
        await board.press("enter")
        await board.shows("1 username is taken", taken, "All other 4 are in the pool now")
        assert len(held_by(service)) == 69
        await board.press("enter")
        await board.shows("3 rows   goes 2", "left out 1", "already in this pool")


async def test_the_usage_reports_change_what_goes_before_anything_is_sent(
    tmp_path: Path,
) -> None:
    service = checked_demo_service()
    held = held_by(service)
    async with dashboard(service, size=(120, 40)) as board:
        await board.shows("free of")
        await board.press("j", "e")
        await board.shows("Label")
        await board.type("chatbot-B")
        await board.press("enter")
        await board.shows("chatbot-B ", "Nothing was sent there from this machine")
        await board.press("a")
        await board.shows("Append to chatbot-B")
        await load(board, a_list(tmp_path, "lab-z-1", *held[:2]), 3)
        # The words for three rows are typed ahead, and do not count for one.
        await board.press("s")
        await board.type("send 3")
        await board.press("enter")
        await board.shows("Type  send 1 :", "checked against all 60 usernames")
        await board.shows("2 rows: already in this pool")
        assert len(held_by(service)) == 60
        await board.press("escape")
        await board.shows("3 rows   goes 1", "left out 2")
        await send(board, 1)
        await board.shows("1 credential appended")
        await board.press("enter")
        await board.shows("Checked against all 61 usernames")
        await board.press("escape")
        await board.shows("Last sent from here: +1 on", "wave.csv, accepted")
    assert len(held_by(service)) == 61


async def test_a_send_in_parts_pauses_stops_and_can_be_left_and_opened_again(
    tmp_path: Path,
) -> None:
    gate = Gate()
    async with dashboard(parts=gate.of(in_parts(2))) as board:
        await board.shows("free of")
        await board.press("j", "a")
        await load(board, a_list(tmp_path, *numbered(12)), 12)
        await send(board, 12)
        await board.shows("0 of 12 rows accepted", "Part 1 of 6 is on its way", "p Pause or go on")
        await board.press("p")
        await board.shows("No further part begins after it")

        # Closing the box and going elsewhere touches nothing.
        await board.press("escape", "escape", "3")
        await board.shows("0 sending 0%", "under way")
        await board.press("q")
        await board.shows("Stay and wait for the answer", "The demo keeps nothing")
        await board.press("escape")
        gate.let_one_through()
        await board.shows("0 PAUSED 17%", "under way, 2 accepted")
        await board.press("0")
        await board.shows("Paused before part 2 of 6", "2 of 12 rows accepted")
        await board.press("p")
        await board.shows("Part 2 of 6 is on its way")
        await board.press("x")
        await board.shows("No further part begins after it")
        gate.let_one_through()
        await board.shows("Stopped: 4 of 12 rows were accepted", "goes on where it stopped")
        await board.press("enter")
        await board.shows("4 accepted, 8 rows left", "c goes on with the 8 rows that are left")
        assert len(held_by(board.service)) == 64


async def test_while_it_looks_for_a_send_it_says_when_prolific_is_tried_again(
    tmp_path: Path,
) -> None:
    gate = Gate()
    async with dashboard(parts=gate.of(in_parts(2))) as board:
        await board.shows("free of")
        await board.press("j", "a")
        await load(board, a_list(tmp_path, *numbered(2)), 2)
        await send(board, 2)
        await board.shows("Waiting for Prolific's answer")
        board.service.switch_on("updateCredentialPool", Fault(cut=Cut.BEFORE))
        board.service.switch_on("listCredentialPools", Fault(status=429, retry_after=2, times=1))
        gate.let_one_through()
        tried_again = r"Looking….* can't be read right now; it is tried again at \d\d:\d\d:\d\d"

        def words() -> str:
            """The screen without the lines of the box."""
            return " ".join(re.sub(r"[│┃|]", " ", board.screen()).split())

        await board.until(lambda: re.search(tried_again, words()))
        await board.shows("It was not there")


async def test_settling_says_how_far_it_is_and_when_prolific_is_tried_again(
    machine: Machine,
) -> None:
    machine.service.switch_on("createCredentialPool", Fault(cut=Cut.BEFORE, times=1))
    async with machine.at_pools() as board:
        await board.press("c")
        await load(board, a_list(machine.directory, *numbered(2)), 2)
        await send(board, 2)
        await board.shows("We do not know whether")
        await board.press("enter", "escape", "3")
        await board.shows("1 open: S settles")
        machine.service.switch_on("listCredentialPools", Fault(status=429, retry_after=2, times=1))
        await board.press("S")
        tried_again = r"0 s so far\. Prolific can't be read right now; .* again at \d\d:\d\d:\d\d"
        await board.until(lambda: re.search(tried_again, board.words()))
        await board.shows("not there after looking", "What do you say?")


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
        await other.shows("These rows are being sent", "under way, 3 accepted", "Back to the rows")
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


async def test_a_read_that_is_tried_again_says_when_and_can_be_given_up() -> None:
    service = checked_demo_service()
    async with dashboard(service) as board:
        await board.shows("free of")
        service.switch_on("listCredentialPools", Fault(status=429, retry_after=30))
        await board.press("r")
        await board.until(lambda: re.search(r"it is tried again at \d\d:\d\d:\d\d", board.screen()))
        await board.press("escape")
        await board.shows("Given up; r tries again", "free of")
        service.switch_off("listCredentialPools")
        service.switch_on("listCredentialPools", Fault(status=429, retry_after=0, times=1))
        await board.press("r")
        # The message goes away with what it was about.
        await board.until(lambda: not board.app.pools.loading and not board.app.message)
