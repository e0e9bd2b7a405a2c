"""Unsent rows kept between runs: saves are submitted and told of, what was left is asked for.

Saves and discards are done one after another in the order in which they came; of several saves of
the same rows that wait for their turn, only the last is done.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from prolific_tui.errors import ProlificTuiError
from prolific_tui.keeping import DraftKeeping
from prolific_tui.operations.events import DraftSaved, DraftTrouble, Listener
from prolific_tui.operations.loop import BackgroundLoop
from prolific_tui.operations.memory import Memory
from prolific_tui.submission.draft import DraftContent, DraftKey, DraftSummary, StoredDraft
from prolific_tui.submission.means import Clock

T = TypeVar("T")


class DraftsKeeper(Protocol):
    """Where drafts are kept; safe to ask from any thread, raises `ProlificTuiError` in words."""

    def save(
        self, key: DraftKey, content: DraftContent, keeping: DraftKeeping, at: datetime
    ) -> None:
        """Keep the rows for a target in the place of those kept for it before by this run."""

    def discard(self, key: DraftKey) -> None:
        """Remove what this run keeps for a target."""

    def left(self) -> tuple[tuple[DraftSummary, ...], tuple[str, ...]]:
        """The drafts of other runs, the newest first, and notes on what is no use."""

    def resume(self, draft_id: str) -> StoredDraft:
        """Take over a draft that another run left."""

    def look(self, draft_id: str) -> StoredDraft:
        """The rows of a draft that another run left, which stays where it is."""

    def delete(self, draft_id: str) -> None:
        """Remove a draft that another run left."""

    def conform(self, keeping: DraftKeeping) -> tuple[str, ...]:
        """Take back what is not to be kept any more; returns what could not be done."""

    def close(self) -> None:
        """Let other runs have what this one kept."""


@dataclass(frozen=True, slots=True)
class LeftDrafts:
    """What earlier runs left for the one who is signed in, and what other runs have open."""

    summaries: tuple[DraftSummary, ...]
    """The newest first."""
    notes: tuple[str, ...]
    """What the person should know, a sentence or two each."""


class Drafts:
    """The drafts of this run, and those that others left."""

    def __init__(
        self,
        loop: BackgroundLoop,
        keeper: DraftsKeeper,
        memory: Memory,
        service_url: str,
        clock: Clock,
        listener: Listener,
    ) -> None:
        self._loop = loop
        self._keeper = keeper
        self._memory = memory
        self._service_url = service_url
        self._clock = clock
        self._listener = listener
        self._turn = asyncio.Lock()
        """Belongs to the operations' loop; who waits for it gets it in order."""
        self._waiting: dict[DraftKey, DraftContent | None] = {}
        """What is to be saved next for a target; None where its draft is to be discarded."""
        self._under_way = 0
        self._changed = threading.Condition()
        """Held to read or change the two above; notified when a save or discard has ended."""

    async def keeping(self) -> DraftKeeping | None:
        """What is kept of unsent rows on this machine; None while nobody has chosen."""
        return await self._run(self._memory.draft_keeping)

    async def keep(self, keeping: DraftKeeping) -> tuple[str, ...]:
        """Remember the choice, and take back what was kept before beyond it.

        Returns:
            What could not be done, a sentence or two each.
        """

        async def change() -> tuple[str, ...]:
            await self._memory.remember_draft_keeping(keeping)
            try:
                return await asyncio.to_thread(self._keeper.conform, keeping)
            except ProlificTuiError as error:
                return (error.message,)

        return await self._in_turn(change)

    def save(self, key: DraftKey, content: DraftContent) -> None:
        """Keep these rows for a target; a `DraftSaved` or a `DraftTrouble` follows.

        Raises:
            RuntimeError: Operations were stopped; nothing was saved.
        """
        self._submit(key, content)

    def discard(self, key: DraftKey) -> None:
        """Forget what is kept for a target; a `DraftTrouble` follows where that fails.

        Raises:
            RuntimeError: Operations were stopped; nothing was discarded.
        """
        self._submit(key, None)

    def wait(self, seconds: float) -> bool:
        """Wait until every save and discard has ended; False when `seconds` were not enough.

        It may be called from any thread but the operations' own.
        """
        with self._changed:
            return self._changed.wait_for(lambda: not self._under_way, seconds)

    async def left(self, owner_id: str) -> LeftDrafts:
        """What other runs kept for this owner at this service; never raises."""

        async def look() -> LeftDrafts:
            try:
                summaries, notes = await asyncio.to_thread(self._keeper.left)
            except ProlificTuiError as error:
                return LeftDrafts((), (error.message,))
            wanted = (self._service_url, owner_id)
            return LeftDrafts(
                tuple(s for s in summaries if (s.key.service_url, s.key.owner_id) == wanted),
                notes,
            )

        return await self._in_turn(look)

    async def resume(self, draft_id: str) -> StoredDraft:
        """Take over a draft that was left; `save` and `discard` of its key then go on with it.

        Raises:
            FileError: it is gone, open in another run or damaged, or this run keeps other rows
                for the same target.
        """
        return await self._in_turn(lambda: asyncio.to_thread(self._keeper.resume, draft_id))

    async def look(self, draft_id: str) -> StoredDraft:
        """The rows of a draft that was left, without taking it over; raises as `resume`."""
        return await self._in_turn(lambda: asyncio.to_thread(self._keeper.look, draft_id))

    async def delete(self, draft_id: str) -> None:
        """Remove a draft that was left, unseen; raises `FileError` as `resume` does."""
        await self._in_turn(lambda: asyncio.to_thread(self._keeper.delete, draft_id))

    def _submit(self, key: DraftKey, content: DraftContent | None) -> None:
        with self._changed:
            if key not in self._waiting:
                self._loop.submit(self._settle(key))
                self._under_way += 1
            self._waiting[key] = content

    async def _settle(self, key: DraftKey) -> None:
        async with self._turn:
            with self._changed:
                content = self._waiting.pop(key)
            try:
                event = await self._settled(key, content)
            except ProlificTuiError as error:
                event = DraftTrouble(key, error)
            except Exception as error:  # noqa: BLE001 - a person must hear that rows are not kept
                event = DraftTrouble(key, _unforeseen(error))
            finally:
                with self._changed:
                    self._under_way -= 1
                    self._changed.notify_all()
        if event is not None:
            self._listener(event)

    async def _settled(
        self, key: DraftKey, content: DraftContent | None
    ) -> DraftSaved | DraftTrouble | None:
        if content is None:
            await asyncio.to_thread(self._keeper.discard, key)
            return None
        keeping = await self._memory.draft_keeping()
        at = self._clock()
        if keeping is not None:
            await asyncio.to_thread(self._keeper.save, key, content, keeping, at)
        return DraftSaved(key, len(content.rows), at, keeping)

    async def _in_turn(self, ask: Callable[[], Coroutine[Any, Any, T]]) -> T:
        async def in_turn() -> T:
            async with self._turn:
                return await ask()

        return await self._run(in_turn)

    async def _run(self, ask: Callable[[], Coroutine[Any, Any, T]]) -> T:
        return await asyncio.wrap_future(self._loop.submit(ask()))


def _unforeseen(error: Exception) -> ProlificTuiError:
    # The error's own words may hold rows.
    return ProlificTuiError(
        "The draft was not kept",
        f"Something unforeseen happened ({type(error).__name__}); the rows are still in the "
        "editor.",
        "Export them to a file before you quit.",
    )
