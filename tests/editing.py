"""The editor with rows in it, for those who tell what its keys do."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from textual import events

from prolific_tui.credentials.rows import Rows
from prolific_tui.credentials.session import EditSession
from prolific_tui.tui.screens.editor import EditorScreen
from tests.credentials_steps import hold
from tests.dashboard import Dashboard, opened

Pair = tuple[str, str]


@dataclass
class Editing:
    """A dashboard whose editor is open."""

    board: Dashboard
    editor: EditorScreen

    @property
    def session(self) -> EditSession:
        return self.editor.draft.session

    @property
    def rows(self) -> list[Pair]:
        return list(self.session.document.rows())

    @property
    def usernames(self) -> list[str]:
        return [username for username, _ in self.rows]

    @property
    def shown(self) -> list[str]:
        """The usernames of the rows that the view shows, in its order."""
        view = self.editor.grid.view
        rows = (view.row(position) for position in range(len(view)))
        return [self.session.document.username(row) for row in rows if row is not None]

    @property
    def said(self) -> str:
        return self.board.app.message

    @property
    def is_idle(self) -> bool:
        """Whether no long work is going on."""
        return not any(
            worker.group in ("long", "view") and worker.is_running for worker in self.editor.workers
        )

    async def press(self, *keys: str) -> None:
        await self.board.press(*keys)

    async def type(self, text: str) -> None:
        await self.board.type(text)

    async def shows(self, *texts: str) -> None:
        await self.board.shows(*texts)

    async def says(self, text: str) -> None:
        await self.board.until(lambda: text in self.said, text)

    def is_marked(self, username: str) -> bool:
        """Whether the screen marks the row of this username as selected."""
        lines = self.board.screen().split("\n")
        line = next(line for line in lines if f"  {username} " in f"{line} ")
        return line[1:2] == "+"


@asynccontextmanager
async def editing(
    rows: Iterable[Pair], *, held: Iterable[str] = (), size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Editing]:
    """The editor of a new pool with these rows."""
    async with opened(size=size) as board:
        await board.press("c")
        await board.shows("No rows yet")
        editor = board.app.screen
        assert isinstance(editor, EditorScreen)
        editor.changed(
            editor.draft.session.insert(len(editor.draft.session.document), Rows.of(rows))
        )
        editor.changed(hold(editor.draft.session, frozenset(held)))
        await board.pilot.pause()
        yield Editing(board, editor)


async def paste(board: Dashboard, text: str) -> None:
    """Paste into the field in focus, which is quicker than typing."""
    board.app.post_message(events.Paste(text))
    await board.pilot.pause()


async def load_file(board: Dashboard, path: Path | str) -> None:
    """Ask for a file in the editor and name it."""
    await board.press("f")
    await board.shows("Load a file")
    await paste(board, str(path))
    await board.press("enter")


async def replace_by_file(at: Editing, path: str) -> None:
    """Load a file in the place of the rows that are there."""
    await load_file(at.board, path)
    await at.shows("See first how it is read")
    await at.press("g", "j", "enter")


async def takes(at: Editing, rows: list[Pair], *said: str) -> None:
    """Wait until these are the rows, and the screen says so."""
    await at.board.until(lambda: at.rows == rows and not at.editor.is_bringing_in, repr(rows))
    await at.shows(*said)
