"""Reads with the token in use, and what they tell of it: an account is marked while it is refused.

A check of a token marks its account by itself; this is for every other read that hears of it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from prolific_tui.errors import ServiceError
from prolific_tui.operations.connection import Connection, Prolific
from prolific_tui.operations.identity import Account
from prolific_tui.operations.memory import Memory
from prolific_tui.secret import Secret
from prolific_tui.submission.means import Clock

T = TypeVar("T")

InUse = Callable[[], tuple[Secret | None, Account | None]]
"""Gives the token in use and whose that is; None for each where nobody is signed in."""


class Reads:
    """Reads, and marks the account in use; it runs on the operations' loop."""

    def __init__(self, connection: Connection, in_use: InUse, memory: Memory, clock: Clock) -> None:
        self._connection = connection
        self._in_use = in_use
        self._memory = memory
        self._clock = clock
        self._refused: Secret | None = None
        """The token that was refused last in a read, while it was in use."""

    async def read(self, read: Callable[[Prolific], Awaitable[T]]) -> T:
        """Read something with the client in use.

        Raises `SettingsError` where nobody is signed in, and whatever `read` does.
        """
        token, account = self._in_use()
        try:
            async with self._connection.lent() as client:
                value = await read(client)
        except ServiceError as error:
            if error.is_token_refused and token is self._in_use()[0] and account is not None:
                self._refused = token
                await self._mark(account, is_refused=True)
            raise
        if token is not None and token is self._refused and account is not None:
            self._refused = None
            await self._mark(account, is_refused=False)
        return value

    async def _mark(self, account: Account, *, is_refused: bool) -> None:
        """Remember whether the token is refused; that of a given one says nothing of the kept."""
        profile = await self._memory.profile_of(*account.whose)
        if profile is None or account.place.is_given:
            return
        await self._memory.remember_checked(
            replace(profile, refused=self._clock(), refused_from=account.place)
            if is_refused
            else profile.accepted(account.me.email, self._clock(), account.place)
        )
