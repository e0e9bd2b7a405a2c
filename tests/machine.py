"""A machine on which several runs of the program leave things to each other."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path
from secrets import token_bytes

from prolific_tui.assembly import demo_parts
from prolific_tui.demo.service import Service
from prolific_tui.drafts import DraftStore
from prolific_tui.journal import JournalStore
from prolific_tui.keeping import DraftKeeping, TokenPlace
from prolific_tui.operations import Parts
from prolific_tui.settings import StateFile
from prolific_tui.submission.means import Pace
from tests.contract.caller import checked_demo_service
from tests.dashboard import Dashboard, dashboard

PASSWORD = "canary-77-heron"


def _now() -> datetime:
    return datetime.now().astimezone()


def _text_of(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except FileNotFoundError:
        return ""


async def _at_once(_seconds: float) -> None:
    await asyncio.sleep(0)


class Machine:
    """A state directory that several runs of the program use, one after another or at once."""

    def __init__(self, directory: Path, *, part_rows: int = 5_000) -> None:
        directory.chmod(0o700)
        self.directory = directory
        self.pace = Pace(part_rows=part_rows, looks=(0.0, 0.0), sleep=_at_once)
        self.service = checked_demo_service()
        self._runs = count(1)

    def choose(self, keeping: DraftKeeping) -> None:
        state = StateFile(self.directory / "state.json")
        state.remember_draft_keeping(keeping)
        state.remember_secrets_place(TokenPlace.SESSION)

    def kept(self) -> str:
        """Everything on the disk, without what a program takes away while it is read."""
        found = (Path(at, name) for at, _, names in os.walk(self.directory) for name in names)
        return "".join(map(_text_of, found))

    def parts(self, service: Service) -> Parts:
        settings = StateFile(self.directory / "state.json")
        settings.load()
        run = f"run-{next(self._runs)}"
        return replace(
            demo_parts(service),
            settings=settings,
            drafts=DraftStore(self.directory / "drafts", run),
            journal=JournalStore(
                self.directory / "journal.sqlite3", run, random=token_bytes, now=_now
            ),
            pace=self.pace,
            is_demo=False,
        )

    @asynccontextmanager
    async def run(
        self, *, size: tuple[int, int] = (80, 24), file: Path | None = None
    ) -> AsyncIterator[Dashboard]:
        """The program from its start to its end; what it has not said by then is lost."""
        async with dashboard(self.service, size=size, file=file, parts=self.parts) as board:
            yield board

    @asynccontextmanager
    async def at_pools(self) -> AsyncIterator[Dashboard]:
        async with self.run() as board:
            await board.shows("free of")
            yield board

    @asynccontextmanager
    async def editing(self, username: str) -> AsyncIterator[Dashboard]:
        """The editor of a new pool, with one row typed into it."""
        async with self.at_pools() as board:
            await board.press("c")
            await type_row(board, username)
            yield board


async def type_row(board: Dashboard, username: str, password: str = PASSWORD) -> None:
    """Type a new row into the editor."""
    await board.press("i")
    await board.type(username)
    await board.press("enter")
    await board.type(password)
    await board.press("enter")


async def leave_rows(machine: Machine, *usernames: str) -> None:
    """A run that ends, however it does, with rows for a new pool."""
    async with machine.at_pools() as board:
        await board.press("c")
        for username in usernames:
            await type_row(board, username)
        await board.press("escape")
        await board.shows("draft kept")
        await board.until(lambda: board.app.operations.drafts.wait(0), "saved")
