"""What is said of pools and rows once a history was set aside: that it is not known, for good."""

from prolific_tui.demo.faults import Cut, Fault
from tests.machine import Machine
from tests.sending import a_list, load, numbered, send

_FORGOTTEN = "what was sent before"


async def test_what_a_history_held_that_was_set_aside_is_never_said_not_to_have_been(
    machine: Machine,
) -> None:
    machine.service.switch_on("updateCredentialPool", Fault(cut=Cut.BEFORE, times=1))
    async with machine.at_pools() as board:
        await board.press("j", "a")
        await load(board, a_list(machine.directory, *numbered(2)), 2)
        await send(board, 2)
        await board.shows("We do not know whether", "settle it in 3 History")
        await board.press("enter")
        await board.until(lambda: board.app.operations.drafts.wait(0), "saved")
    (machine.directory / "journal.sqlite3").write_bytes(b"no database" * 500)

    async with machine.run() as board:
        await board.shows("About the history of sends", "a new one was begun")

    # Nothing but the name of the old file tells of it now.
    async with machine.run() as board:
        await board.shows("Unsent rows of before", "a send of these was begun;", _FORGOTTEN)
        assert "3 History says" not in board.words()
        await board.press("escape")
        await board.shows("free of")
        await board.press("j")
        await board.shows("Nothing was sent there since then; what was sent before")
        await board.press("d", "enter")
        await board.shows("none of the pool's", "usernames is known here; what was sent before")
        assert "added elsewhere" not in board.words()
