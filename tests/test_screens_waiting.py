"""Several reads that Prolific lets wait at a time: each is told of and given up by itself."""

import asyncio
import re
from pathlib import Path

from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.demo.seed import CHATBOT_B, MAIN_WORKSPACE
from prolific_tui.tui.dialogs import WaitDialog
from tests.dashboard import dashboard, opened
from tests.sending import Gate, a_list, load, numbered, send, with_waits_that_never_end

LONG = Fault(status=429, retry_after=30)
SHORT = Fault(status=429, retry_after=0, times=1)


async def test_the_end_of_another_read_of_the_same_is_not_taken_for_that_of_one_that_waits() -> (
    None
):
    async with opened() as board:
        app = board.app
        await board.until(lambda: not app.pools.loading)
        board.service.switch_on("listCredentialPools", LONG)
        await board.press("r")

        def seconds() -> int:
            found = re.search(r"asks to wait until \d\d:\d\d:\d\d \((\d+) s\)", app.message)
            return int(found[1]) if found else 100

        await board.until(lambda: seconds() <= 30)
        board.service.switch_on("listCredentialPools", SHORT)
        assert await app.operations.pools(MAIN_WORKSPACE)
        # That one waited as well, for a moment, and is over.
        await board.until(lambda: 5 < seconds() <= 27)
        assert app.pools.loading
        await board.press("escape")
        await board.shows("Given up; r tries again")
        assert not app.pools.loading


async def test_a_send_and_the_screen_behind_it_wait_each_for_itself(tmp_path: Path) -> None:
    gate = Gate()
    async with dashboard(parts=gate.of(with_waits_that_never_end)) as board:
        app, service = board.app, board.service
        await board.shows("free of")
        await board.press("j", "a")
        await load(board, a_list(tmp_path, *numbered(2)), 2)
        await send(board, 2)
        await board.shows("Waiting for Prolific's answer")
        service.switch_on("updateCredentialPool", Fault(cut=Cut.BEFORE))
        service.switch_on("listCredentialPools", LONG)
        gate.let_one_through()
        await board.shows("Looking… Prolific asks to wait until")

        # The screen's read is given up, and the look of the send still waits.
        await board.until(lambda: app.webhooks.value and not app.webhooks.loading)
        service.switch_on("listSecrets", LONG)
        await board.press("escape", "2", "r")
        await board.until(lambda: "Esc gives it up" in app.message)
        await board.press("escape")
        await board.shows("This screen is read no more, r tries again; the send goes on (0).")
        await board.press("0")
        await board.shows("Looking… Prolific asks to wait until")

        # The other way round, a look that waits for nobody is not said to.
        service.switch_off("listCredentialPools")
        service.switch_off("listSecrets")
        await board.press("x")
        await board.shows("settle it in 3 History")
        await board.until(lambda: not app.pools.loading and not app.webhooks.loading)
        await board.press("enter", "3")
        await board.shows("1 open: S settles")
        await board.press("S")
        await board.shows("Look 2 of 5 at")
        service.switch_on("listCredentialPools", LONG)
        # As the check of rows does that an editor left under way.
        known = app.operations.history.known_with_reports(CHATBOT_B, 60, MAIN_WORKSPACE)
        check = asyncio.create_task(known)
        await board.until(lambda: re.search(r"asks to wait until.*s\)\.$", app.message))
        assert isinstance(app.screen, WaitDialog)
        assert not app.screen.waiting
        app.read_pools()
        await board.until(lambda: "Esc gives it up" in app.message)
        assert not app.screen.waiting
        assert "Look 2 of 5 at" in board.words()
        check.cancel()
        await board.press("escape")
        await board.shows("Given up; the send stays open")
