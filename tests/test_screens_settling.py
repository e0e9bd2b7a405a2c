"""Settling in the run that sent: what turned out to have arrived leaves the rows at hand."""

from pathlib import Path

from prolific_tui.demo.faults import Cut, Fault
from tests.contract.caller import checked_demo_service
from tests.dashboard import dashboard
from tests.sending import a_list, in_parts, load, numbered, send


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
        await board.shows("consistent with accepted", "What do you say?")
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
