"""What is remembered between runs, asked for without holding up the operations' loop.

The file may be locked by another instance or lie on a disk that is slow, and a write that is under
way on the loop must not wait for either.
"""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from prolific_tui.keeping import DraftKeeping, SecretCopies, TokenPlace, Workspace
from prolific_tui.profiles import Profile
from prolific_tui.settings import AccountsMade, StateFile

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

    async def profiles(self) -> tuple[Profile, ...]:
        """Every account that is known on this machine."""
        return await self._ask(self._settings.profiles)

    async def profile_of(self, service_url: str, owner_id: str) -> Profile | None:
        """The profile of an owner at a service, if there is one."""
        return await self._ask(lambda: self._settings.profile_of(service_url, owner_id))

    async def trouble(self) -> str:
        """Why the next start will not find every change, in a sentence; empty where it will."""
        return await self._ask(lambda: self._settings.trouble)

    async def last_profile(self, service_url: str) -> str:
        """The name of the account that was used last at a service."""
        return await self._ask(lambda: self._settings.last_profile(service_url))

    async def remember_checked(self, profile: Profile) -> tuple[str, ...]:
        """Remember what a check of its token told of an account."""
        return await self._change(lambda: self._settings.remember_checked(profile))

    async def remember_places(self, profile: Profile) -> tuple[str, ...]:
        """Remember where the token of an account is."""
        return await self._change(lambda: self._settings.remember_places(profile))

    async def remember_use(self, profile: Profile, *, is_new: bool) -> tuple[str, ...]:
        """Remember what a check told of an account, and that it was used last.

        One that `is_new` is known from then on, if it is not yet.
        """

        def change() -> None:
            if is_new:
                self._settings.remember_profile(profile)
            else:
                self._settings.remember_checked(profile)
            self._settings.remember_use(profile)

        return await self._change(change)

    async def rename_profile(self, profile: Profile, to: str) -> tuple[str, ...]:
        """Give an account another name."""
        return await self._change(lambda: self._settings.rename_profile(profile, to))

    async def forget_profile(self, profile: Profile) -> tuple[str, ...]:
        """Forget an account."""
        return await self._change(lambda: self._settings.forget_profile(profile))

    async def secrets_place(self) -> TokenPlace | None:
        """Where tokens and secrets are kept; None when nobody has chosen."""
        return await self._ask(self._settings.secrets_place)

    async def remember_secrets_place(self, place: TokenPlace) -> tuple[str, ...]:
        """Remember where tokens and secrets are to be kept."""
        return await self._change(lambda: self._settings.remember_secrets_place(place))

    async def kept_secrets(self) -> tuple[SecretCopies, ...]:
        """The workspaces of which signing secrets are kept, or may be."""
        return await self._ask(self._settings.kept_secrets)

    async def remember_secret_in(self, workspace: Workspace, place: TokenPlace) -> tuple[str, ...]:
        """Remember that a place may have a copy of a workspace's signing secrets, and is to."""
        return await self._change(lambda: self._settings.remember_secret_in(workspace, place))

    async def forget_secret_in(self, workspace: Workspace, place: TokenPlace) -> tuple[str, ...]:
        """Remember that a place has no copy of a workspace's signing secrets any more."""
        return await self._change(lambda: self._settings.forget_secret_in(workspace, place))

    async def workspace(self, service_url: str, owner_id: str) -> str | None:
        """The id of the workspace that this owner used last at this service."""
        return await self._ask(lambda: self._settings.workspace(service_url, owner_id))

    async def remember_workspace(
        self, service_url: str, owner_id: str, workspace_id: str, title: str = ""
    ) -> tuple[str, ...]:
        """Remember a workspace as the one last used."""
        return await self._change(
            lambda: self._settings.remember_workspace(service_url, owner_id, workspace_id, title)
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
