"""The time of a trial: it goes on only when the program waits, and then at once."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, Final

_START: Final = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


class TrialClock:
    """Seconds since a trial began, and one thing that is to happen at one of them."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        """The loop that what happens belongs to, which is not the one that waits."""
        self._due: tuple[float, Callable[[], Coroutine[Any, Any, None]]] | None = None
        self._passed = 0.0
        """Over all trials, so that the journal's times only grow."""
        self.seconds = 0.0

    def begin(self) -> None:
        """Start again from 0, with nothing that is to happen."""
        self._passed += self.seconds + 60
        self.seconds, self._due = 0.0, None

    def now(self) -> datetime:
        """The moment that the program sees."""
        return _START + timedelta(seconds=self._passed + self.seconds)

    def at(self, second: float, happens: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Let something happen as soon as that second has come."""
        self._due = second, happens

    async def sleep(self, seconds: float) -> None:
        """Let time pass, with what happens meanwhile; awaited by the program."""
        until = self.seconds + seconds
        if self._due is not None and self._due[0] <= until:
            (self.seconds, happens), self._due = self._due, None
            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(happens(), self._loop))
        self.seconds = max(self.seconds, until)
        await asyncio.sleep(0)
