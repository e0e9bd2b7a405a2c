"""The dashboard under Textual's pilot, against the in-memory Prolific."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from textual.pilot import Pilot
from textual.widget import Widget

from prolific_tui.assembly import demo_parts
from prolific_tui.demo.service import Service
from prolific_tui.operations import Operations, Parts
from prolific_tui.tui.app import ProlificApp
from tests.contract.caller import checked_demo_service

DATA = Path(__file__).parent / "data"
MESSY = DATA / "messy.csv"

PATIENCE = 30.0
"""Seconds after which a state that does not come is a failure."""


@dataclass
class Dashboard:
    """A running dashboard, and what a person sees of it."""

    app: ProlificApp
    pilot: Pilot[int]
    service: Service

    def screen(self) -> str:
        """What is on the screen, line by line."""
        lines = self.app.screen._compositor.render_strips()
        rows = ["".join(segment.text for segment in strip) for strip in lines]
        return "\n".join(row.rstrip() for row in rows)

    def words(self) -> str:
        """The text without its line breaks: a dialog's, or else the list's and the detail's."""
        rows = self.screen().split("\n")
        boxed = [found[1] for row in rows if (found := re.search("│(.*)│", row))]
        if boxed:
            return " ".join(" ".join(boxed).split())
        halves = [row.partition("│") for row in rows]
        left, right = (" ".join(half[i] for half in halves) for i in (0, 2))
        return " ".join(f"{left} {right}".split())

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        """Wait until something is so."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while not condition():
            if asyncio.get_running_loop().time() > deadline or not self.app.is_running:
                raise AssertionError(f"never came: {what or condition}\n{self.screen()}")
            await self.pilot.pause(0.005)

    async def shows(self, *texts: str) -> None:
        """Wait until all texts are on the screen."""

        def shown() -> bool:
            screen, words = self.screen(), self.words()
            return all(text in screen or text in words for text in texts)

        await self.until(shown, repr(texts))

    async def press(self, *keys: str) -> None:
        """Press keys by their names."""
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        """Type a text."""
        names = {" ": "space", "-": "minus", "/": "slash", ".": "full_stop", "_": "underscore"}
        await self.pilot.press(*(names.get(character, character) for character in text))

    def widget(self, selector: str) -> Widget:
        """A widget of the screen."""
        return self.app.screen.query_one(selector)


@asynccontextmanager
async def dashboard(
    service: Service | None = None,
    *,
    size: tuple[int, int] = (80, 24),
    file: Path | None = None,
    parts: Callable[[Service], Parts] = demo_parts,
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[Dashboard]:
    """A dashboard that runs until the block ends."""
    service = service or checked_demo_service()
    operations = Operations(parts(service))
    app = ProlificApp(operations, environment=environment or {}, file=file)
    try:
        async with app.run_test(size=size) as pilot:
            yield Dashboard(app, pilot, service)
    finally:
        operations.stop(0)


@asynccontextmanager
async def opened(
    service: Service | None = None, *, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Dashboard]:
    """A dashboard that shows its pools."""
    async with dashboard(service, size=size) as board:
        await board.shows("free of")
        yield board
