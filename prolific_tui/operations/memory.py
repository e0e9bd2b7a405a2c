"""What is remembered between runs, asked for without holding up the operations' loop.

The file may be locked by another instance or lie on a disk that is slow, and a write that is under
way on the loop must not wait for either.
"""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from prolific_tui.settings import AccountsMade, DraftKeeping, StateFile, TokenPlace

T = TypeVar("T")


class Memory:
    """The `StateFile`, one question at a time, each in a thread; none of them raises.

    What is to be remembered is remembered until the end in any case. Where that is all, the notes
    that are given back say so, each once.
    """

    def __init__(self, settings: StateFile) -> None:
        self._settings = settings
        self._turn = threading.Lock()

    async def load(self) -> tuple[str, ...]:
        """Read the file again; gives what the person should know of it by now."""

        def ask() -> tuple[str, ...]:
            self._settings.load()
            return self._settings.notes

        return await self._ask(ask)

    async def token_place(self, service_url: str) -> TokenPlace | None:
        """Where the token of this service is kept; None when nobody has chosen."""
        return await self._ask(lambda: self._settings.token_place(service_url))

    async def remember_token_place(
        self, service_url: str, place: TokenPlace | None
    ) -> tuple[str, ...]:
        """Remember where the token of a service is kept; None forgets it."""
        return await self._change(
            lambda: (
                self._settings.forget_token_place(service_url)
                if place is None
                else self._settings.remember_token_place(service_url, place)
            )
        )

    async def workspace(self, service_url: str, owner_id: str) -> str | None:
        """The id of the workspace that this owner used last at this service."""
        return await self._ask(lambda: self._settings.workspace(service_url, owner_id))

    async def remember_workspace(
        self, service_url: str, owner_id: str, workspace_id: str
    ) -> tuple[str, ...]:
        """Remember a workspace as the one last used."""
        return await self._change(
            lambda: self._settings.remember_workspace(service_url, owner_id, workspace_id)
        )

    async def draft_keeping(self) -> DraftKeeping | None:
        """What is kept of unsent rows; None when nobody has chosen."""
        return await self._ask(self._settings.draft_keeping)

    async def remember_draft_keeping(self, keeping: DraftKeeping) -> tuple[str, ...]:
        """Remember what is to be kept of unsent rows."""
        return await self._change(lambda: self._settings.remember_draft_keeping(keeping))

    async def _change(self, change: Callable[[], None]) -> tuple[str, ...]:
        """What the person should know of a change that they have not been told before."""

        def ask() -> tuple[str, ...]:
            known = self._settings.notes
            change()
            return tuple(note for note in self._settings.notes if note not in known)

        return await self._ask(ask)

    async def accounts_made(
        self, service_url: str, workspace_id: str, pool_id: str | None
    ) -> AccountsMade:
        """Of which patterns accounts were made before."""
        return await self._ask(
            lambda: self._settings.accounts_made(service_url, workspace_id, pool_id)
        )

    async def remember_accounts_made(
        self, service_url: str, workspace_id: str, pool_id: str | None, pattern: str, number: int
    ) -> None:
        """Remember which number comes next for a pattern."""
        await self._ask(
            lambda: self._settings.remember_accounts_made(
                service_url, workspace_id, pool_id, pattern, number
            )
        )

    async def _ask(self, question: Callable[[], T]) -> T:
        def ask() -> T:
            with self._turn:
                return question()

        return await asyncio.to_thread(ask)
