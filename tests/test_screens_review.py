"""Review: what it asks to be typed sends the rows that it showed, and no others."""

from prolific_tui.credentials.document import Column
from tests.editing import editing

ROWS = [("lab-1", "pw-1"), ("lab-2", "pw-2")]


async def test_words_that_are_right_send_nothing_once_the_rows_are_others() -> None:
    async with editing(ROWS) as at:
        pools = len(at.board.service.state.pools)
        await at.press("s")
        await at.shows("Type send 2 :")
        at.session.set_cell(0, Column.USERNAME, "lab-9")
        await at.type("send 2")
        await at.press("enter")
        await at.says("The rows changed since this review. Nothing was sent")
        await at.shows("2 rows goes 2")
        assert at.board.app.screen is at.editor
        assert len(at.board.service.state.pools) == pools
        # Looked at again, they go.
        await at.press("s")
        await at.shows("Type send 2 :", "lab-9 … lab-2")
        await at.type("send 2")
        await at.press("enter")
        await at.shows("2 credentials in a new pool")
        assert len(at.board.service.state.pools) == pools + 1


async def test_words_that_are_not_quite_right_send_nothing() -> None:
    async with editing(ROWS) as at:
        pools = len(at.board.service.state.pools)
        await at.press("s")
        await at.shows("Type send 2 :")
        for wrong in ("send", "send 3", "SEND 2", "yes"):
            await at.type(wrong)
            await at.press("enter")
            await at.says("Nothing was sent. To send, type exactly: send 2")
            await at.press(*["backspace"] * len(wrong))
        await at.press("escape")
        await at.says("Nothing was sent.")
        assert len(at.board.service.state.pools) == pools
