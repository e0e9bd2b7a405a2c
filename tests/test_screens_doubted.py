"""Rows that are refused as taken after the person had said that they did not arrive."""

from prolific_tui.demo.faults import Cut, Fault
from tests.dashboard import Dashboard
from tests.machine import Machine
from tests.sending import a_list, held_by, load, numbered, send

UNREAD = Fault(status=403)
"""A usage report that can't be read."""


async def append_and_call_it_lost(machine: Machine, board: Dashboard, rows: int) -> None:
    """Append a list that arrives without an answer, and say against the figures that it did not."""
    machine.service.switch_on("getStudyCredentialsReport", UNREAD)
    machine.service.switch_on("updateCredentialPool", Fault(cut=Cut.AFTER, times=1))
    await board.press("j", "a")
    await load(board, a_list(machine.directory, *numbered(rows)), rows)
    await send(board, rows)
    await board.shows("We do not know whether", "consistent with")
    await board.press("enter", "escape", "3", "S")
    await deny(board)


async def deny(board: Dashboard) -> None:
    await board.shows("What do you say?")
    await board.press("j", "j", "enter")
    await board.shows("does not bear it out")
    await board.type("it did not arrive")
    await board.press("enter")
    await board.shows("Settled: did not arrive")


async def test_a_refusal_opens_again_what_was_said_not_to_have_arrived(machine: Machine) -> None:
    async with machine.at_pools() as board:
        await append_and_call_it_lost(machine, board, 3)
        await board.shows("You said that it did not arrive")
        await board.press("c")
        await board.shows("Goes on with the send of")
        await send(board, 3)
        await board.shows("A username is taken", "You said that what was sent on")
        await board.shows("did not arrive: this refusal is consistent with it having arrived after")
        assert "h finds them" not in board.words()
        await board.shows("Settle it again in 3 History, and decide anew.")
        assert len(held_by(machine.service)) == 63
        await board.press("enter")
        # No row counts as one that never went.
        await board.shows("3 rows   goes 0   needs your OK 3", "may have arrived already")
        await board.press("escape", "3")
        await board.shows("open: consistent with accepted", "3 may have arrived")
        assert "did not go" not in board.words()
        await board.press("enter")
        await board.shows("2 sent (1 refused), of 1 planned", "its rows were refused as taken")
        await board.press("escape", "S")

        # Who knows better says it once more, and is not contradicted a second time.
        await deny(board)
        await board.shows("Of 3 rows, 0 were accepted, 3 did not arrive, as you said.")
        await board.shows("S takes back what you said")
        await board.press("c")
        await send(board, 3)
        await board.shows("A username is taken", "h finds them")
        await board.press("enter", "escape", "3", "S")
        await board.shows("You said that it did not arrive", "Nothing was accepted on the strength")
        await board.press("j", "enter")
        await board.shows("What do you say?")
        await board.press("j", "enter")
        await board.shows("Settled: arrived, as you said")


async def test_a_refusal_names_another_send_that_was_said_not_to_have_arrived(
    machine: Machine,
) -> None:
    async with machine.at_pools() as board:
        await append_and_call_it_lost(machine, board, 3)
        await board.press("1")
        await board.shows("free of")
        await board.press("a")
        await board.shows("3 rows   goes 3 ")
        await board.press("s")
        await board.shows("Rows of an earlier send", "Send them as a new one")
        await board.press("j", "enter")
        await board.shows("Type  send 3 :")
        await board.type("send 3")
        await board.press("enter")
        await board.shows("A username is taken", "with 3 of the refused rows, did not arrive: this")
        await board.shows("S in 3 History looks again. Nothing else that is known here tells")
