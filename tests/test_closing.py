"""Closing a screen: an answer that comes while its widgets go is shown nowhere."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import pytest
from textual.widget import Widget
from textual.worker import Worker

from prolific_tui.access import Entry
from prolific_tui.assembly import demo_parts
from prolific_tui.demo.service import Service
from prolific_tui.keeping import OwnFiles, TokenPlace
from prolific_tui.operations import Parts
from prolific_tui.secret import Secret
from prolific_tui.settings import StateFile
from prolific_tui.tui.dialogs.keeping import KeepingDialog
from prolific_tui.tui.dialogs.replacing import DestinationsDialog
from prolific_tui.vault import MemoryVault
from prolific_tui.vault.states import KeyringState
from tests.dashboard import PATIENCE, Dashboard, dashboard


class Lingering(Widget):
    """Goes only when it may, so that the screen it is in takes that long to close."""

    def __init__(self) -> None:
        super().__init__()
        self.may_go = asyncio.Event()

    async def on_unmount(self) -> None:
        await self.may_go.wait()


class Pondering(MemoryVault):
    """A keyring that answers what is read from it, or how it is, only when it is told to."""

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question
        self.is_asked = False
        self.answers = threading.Event()

    async def _ponder(self, question: str) -> None:
        if question == self._question:
            self.is_asked = True
            await asyncio.to_thread(self.answers.wait)

    async def state(self) -> KeyringState:
        await self._ponder("state")
        return await super().state()

    async def load(self, entry: Entry) -> Secret | None:
        await self._ponder("load")
        return await super().load(entry)

    def close(self) -> None:
        self.answers.set()


async def answer_once_alone(
    keyring: Pondering, waiting: Sequence[Worker[object]], lingering: Lingering
) -> None:
    """Let the keyring answer what waits for it when all other widgets of the screen are gone."""
    screen = lingering.screen
    try:
        async with asyncio.timeout(PATIENCE):
            while list(screen.children) != [lingering]:  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0)
            keyring.answers.set()
            await asyncio.gather(*(each.wait() for each in waiting), return_exceptions=True)
    finally:
        keyring.answers.set()
        lingering.may_go.set()


async def open_webhooks(board: Dashboard) -> None:
    await board.press("2")


async def open_account(board: Dashboard) -> None:
    await board.press("4")


async def ask_what_is_kept(board: Dashboard) -> None:
    report = board.app.operations.keyring_report
    await board.app.push_screen(KeepingDialog(report, OwnFiles("tokens", "rows"), None))


async def ask_where_to_keep(board: Dashboard) -> None:
    report = board.app.operations.keyring_report
    await board.app.push_screen(
        DestinationsDialog("the keyring", is_chosen=True, other_place="", report=report)
    )


@pytest.mark.parametrize(
    ("open_one", "question"),
    [
        (open_webhooks, "load"),
        (open_account, "state"),
        (ask_what_is_kept, "state"),
        (ask_where_to_keep, "state"),
    ],
)
async def test_what_the_keyring_answers_while_a_screen_closes_is_shown_nowhere(
    open_one: Callable[[Dashboard], Awaitable[None]], question: str
) -> None:
    keyring, settings = Pondering(question), StateFile(None)
    settings.remember_secrets_place(TokenPlace.KEYRING)

    def parts(service: Service) -> Parts:
        return replace(demo_parts(service), keyring=keyring, settings=settings)

    async with dashboard(parts=parts) as board:
        await board.shows("free of")
        await open_one(board)
        await board.until(lambda: keyring.is_asked, "the question to the keyring")
        screen, lingering = board.app.screen, Lingering()
        waiting = [worker for worker in board.app.workers if worker.node is screen]
        assert waiting
        await screen.mount(lingering)
        answered = asyncio.create_task(answer_once_alone(keyring, waiting, lingering))
    await answered
