"""The places that keep tokens, asked one question at a time, each of which can be given up.

A keyring may wait for its password to be typed, so a person who tires of waiting must be able to
go on without its answer.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar

from prolific_tui.access import Entry
from prolific_tui.errors import KeyringError
from prolific_tui.secret import Secret
from prolific_tui.settings import TokenPlace

T = TypeVar("T")


class KeyringReport(Protocol):
    """The state of the operating system's keyring, in words, with what to do about it."""

    @property
    def usable(self) -> bool:
        """Whether it keeps tokens."""

    @property
    def title(self) -> str:
        """A few words."""

    @property
    def message(self) -> str:
        """One sentence: what is the case."""

    @property
    def hint(self) -> str:
        """What to do about it; may be empty."""


class TokenStore(Protocol):
    """A place that keeps a token for each entry; raises `ProlificTuiError` in words."""

    async def load(self, entry: Entry) -> Secret | None:
        """The value of an entry, None if there is none."""

    async def save(self, entry: Entry, value: Secret) -> None:
        """Keep a value; on return it has been read back."""

    async def delete(self, entry: Entry) -> None:
        """Forget an entry; nothing happens where there is none."""


class Keyring(TokenStore, Protocol):
    """A token store that can also tell how it is."""

    async def state(self) -> KeyringReport:
        """How it is; never raises."""

    def close(self) -> None:
        """Give up what is still waited for."""


class Stores:
    """The keyring and the plain-text file; it belongs to one loop."""

    def __init__(self, keyring: Keyring, token_file: TokenStore) -> None:
        self._keyring = keyring
        self._places: dict[TokenPlace, TokenStore] = {
            TokenPlace.KEYRING: keyring,
            TokenPlace.FILE: token_file,
        }
        self._question: asyncio.Task[Any] | None = None
        """What the keyring is being asked."""
        self._is_given_up = False
        """Whether the person gave up waiting for its answer."""

    async def report(self) -> KeyringReport:
        """The state of the keyring, in words."""
        return await self._keyring.state()

    async def load(self, place: TokenPlace, entry: Entry) -> Secret | None:
        """What a place holds, None if nothing; each of these raises `ProlificTuiError`."""
        return await self._asked(place, self._places[place].load(entry))

    async def save(self, place: TokenPlace, entry: Entry, value: Secret) -> None:
        """Keep a value in a place; on return it has been read back."""
        await self._asked(place, self._places[place].save(entry, value))

    async def delete(self, place: TokenPlace, entry: Entry) -> None:
        """Forget what a place holds."""
        await self._asked(place, self._places[place].delete(entry))

    async def give_up(self) -> None:
        """End what the keyring is being asked with an error that says so; else nothing happens."""
        if self._question is not None:
            self._is_given_up = True
            self._question.cancel()

    async def _asked(self, place: TokenPlace, answer: Coroutine[Any, Any, T]) -> T:
        if place is not TokenPlace.KEYRING:
            return await answer
        self._is_given_up = False
        self._question = question = asyncio.create_task(answer)
        try:
            return await question
        except asyncio.CancelledError:
            if not self._is_given_up:
                raise
            raise KeyringError(
                "Not waited for",
                "The keyring was not waited for any longer; what it did is not known.",
                "Try again, or keep the token in another place.",
            ) from None
        finally:
            self._question = None
