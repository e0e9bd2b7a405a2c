"""Sends that are refused, paused or stopped in the middle: what a person sees of them and does."""

import json
import re
from pathlib import Path

from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.keeping import DraftKeeping
from prolific_tui.tui.dialogs import WaitDialog
from tests.contract.caller import checked_demo_service
from tests.dashboard import dashboard
from tests.machine import Machine
from tests.sending import (
    Gate,
    a_list,
    held_by,
    in_parts,
    load,
    new_pool,
    numbered,
    send,
    with_waits_that_never_end,
)


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
        await board.shows("3 accepted, 5 left", "c goes on with the 5 rows that are left")
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

        async def go_on_with_the_file() -> None:
            await board.press("c")
            await board.shows("Go on with the same file", "wave.csv", "No rows of this send are")
            await board.type(str(path))
            await board.press("enter")
            await board.shows("8 rows", "left out 3", "already in this pool")

        # Where an editor of that pool is open already, and empty, these rows are not lost to it.
        await board.press("j")
        await board.shows("0 of 3 handed out")
        await board.press("a")
        await board.shows("Append to wave", "No rows yet")
        await board.press("3")
        await board.shows("3 accepted, 4 left")
        await go_on_with_the_file()

        # Whoever discards them, or leaves them, is where they came from.
        await board.press("D")
        await board.shows("Discard 5 unsent rows and 3 that are in the pool already?")
        await board.press("y")
        await board.shows("3 HISTORY", "8 rows discarded.", "3 accepted, 4 left")
        await go_on_with_the_file()
        await board.press("escape")
        await board.shows("5 unsent rows and 3 that are in the pool already, draft not kept")
        await board.press("enter")
        await board.shows("3 HISTORY", "d on 1 Pools goes back to them.")
        await board.press("1")
        await board.shows("5 unsent rows: d")
        await board.press("q")
        await board.shows("Quit and lose 5 unsent rows and 3 that are in the pool already?")
        await board.press("n", "3")
        await board.shows("3 HISTORY")
        await board.press("c")
        await board.shows("8 rows", "left out 3", "already in this pool")

        await board.press("s")
        await board.shows(
            "3 rows of the 4 that are left can go",
            "1 row of the send is left out, or not in this list",
            "2 rows here are not part of this send",
        )
        await board.type("send 3")
        await board.press("enter")
        await board.shows("3 credentials appended", "6 now")
        # Of that send nothing is in the editor any more: neither what went now nor before.
        await board.press("enter")
        await board.shows("2 rows", "goes 2", "left out 0")
    assert new_pool(machine.service, before) == numbered(6)


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
        await board.shows("0 PAUSED 17%", "under way, part 2 of 6")
        await board.press("0")
        await board.shows("Paused before part 2 of 6", "2 of 12 rows accepted")
        assert "Leaving this box" not in board.words()
        await board.press("p")
        await board.shows("Part 2 of 6 is on its way")
        await board.press("x")
        await board.shows("No further part begins after it")
        gate.let_one_through()
        await board.shows("Stopped: 4 of 12 rows were accepted", "goes on where it stopped")
        await board.press("enter")
        await board.shows("4 accepted, 8 left", "c goes on with the 8 rows that are left")
        assert len(held_by(board.service)) == 64


async def test_rows_that_are_being_sent_are_left_but_not_discarded(machine: Machine) -> None:
    machine.choose(DraftKeeping.NOTHING)
    path, gate = a_list(machine.directory, *numbered(2)), Gate()
    async with dashboard(machine.service, parts=gate.of(machine.parts)) as board:
        await board.shows("free of")
        await board.press("j", "a")
        await load(board, path, 2)
        await send(board, 2)
        await board.shows("Waiting for Prolific's answer")
        await board.press("escape", "D")
        await board.shows("These rows are being sent")
        await board.press("escape")
        await board.shows("2 unsent rows: draft not kept. d goes back to them.", "0 sending")
        machine.service.switch_on("updateCredentialPool", Fault(status=400))
        gate.let_one_through()
        await board.shows("Prolific refused")
        await board.press("escape", "d")
        await board.shows("2 rows", "lab-z-001")


async def test_while_it_looks_for_a_send_it_says_when_prolific_is_tried_again(
    tmp_path: Path,
) -> None:
    gate = Gate()
    async with dashboard(parts=gate.of(with_waits_that_never_end)) as board:
        await board.shows("free of")
        await board.press("j", "a")
        await load(board, a_list(tmp_path, *numbered(2)), 2)
        await send(board, 2)
        await board.shows("Waiting for Prolific's answer")
        board.service.switch_on("updateCredentialPool", Fault(cut=Cut.BEFORE))
        board.service.switch_on("listCredentialPools", Fault(status=429, retry_after=30))
        gate.let_one_through()
        tried_again = (
            r"We do not know whether this arrived. Looking… Prolific asks to wait until"
            r" \d\d:\d\d:\d\d \(\d+ s\)\."
        )

        def words() -> str:
            """The screen without the lines of the box."""
            return " ".join(re.sub(r"[│┃|]", " ", board.screen()).split())

        await board.until(lambda: re.search(tried_again, words()))
        await board.press("x")
        await board.shows("not known (the look was", "given up)", "settle it in 3 History")
        assert board.app.known_sends.open

        await board.press("enter", "3", "S")
        await board.shows("60 before it, and 62 would be")
        looking = board.app.screen
        assert isinstance(looking, WaitDialog)
        await board.until(lambda: "asks to wait until" in looking.waiting)
        board.service.switch_off("listCredentialPools")
        await board.press("escape")
        await board.shows("Given up; the send stays open", "1 open: S settles")
        await board.press("S")
        next_look = r"Look 2 of 5 at \d\d:\d\d:\d\d; the last one at about \d\d:\d\d:\d\d\."
        await board.until(lambda: re.search(next_look, words()))
        await board.press("escape")


async def test_the_look_after_an_answer_is_not_said_to_wait_for_it_and_can_be_given_up(
    tmp_path: Path,
) -> None:
    gate = Gate()
    async with dashboard(parts=gate.of(in_parts(2))) as board:
        await board.shows("free of")
        await board.press("j", "a")
        await load(board, a_list(tmp_path, *numbered(2)), 2)
        await send(board, 2)
        await board.shows("Waiting for Prolific's answer")
        board.service.switch_on("listCredentialPools", Fault(status=429, retry_after=30))
        gate.let_one_through()
        await board.shows("Prolific has answered", "asks to wait until", "x gives up that look")
        await board.press("escape", "escape", "q")
        await board.shows("A send is under way", "Prolific has answered. The demo keeps nothing")
        await board.press("escape", "0", "x")
        await board.shows("2 credentials appended", "(the look was given up)")
        assert len(held_by(board.service)) == 62


async def test_a_read_that_is_tried_again_says_when_and_can_be_given_up() -> None:
    service = checked_demo_service()
    async with dashboard(service) as board:
        await board.shows("free of")
        service.switch_on("listCredentialPools", Fault(status=429, retry_after=30))
        await board.press("r")

        def seconds() -> int:
            found = re.search(r"asks to wait until \d\d:\d\d:\d\d \((\d+) s\)", board.screen())
            return int(found[1]) if found else 100

        await board.until(lambda: seconds() <= 30)
        await board.until(lambda: seconds() <= 28)
        await board.press("escape")
        await board.shows("Given up; r tries again", "free of")
        service.switch_off("listCredentialPools")
        service.switch_on("listCredentialPools", Fault(status=429, retry_after=0, times=1))
        await board.press("r")
        # The message goes away with what it was about.
        await board.until(lambda: not board.app.pools.loading and not board.app.message)
