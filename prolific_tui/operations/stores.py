"""The places that keep tokens and secrets, and what they are being asked.

A keyring may wait for its password to be typed, so a person who tires of waiting must be able to
go on without its answer. What a send asks of it goes on: the secret in its hands may be nowhere
else.
"""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, Protocol, TypeVar

from prolific_tui.access import Entry
from prolific_tui.errors import KeyringError
from prolific_tui.keeping import TokenPlace
from prolific_tui.secret import Secret

T = TypeVar("T")

_CAN_BE_GIVEN_UP: Final = ContextVar("can_be_given_up", default=False)
"""Whether what the present task asks is what a person may tire of waiting for."""


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
        self._questions: set[asyncio.Task[Any]] = set()
        """What the keyring is being asked that can be given up, and was not."""

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

    @contextmanager
    def for_a_person(self) -> Iterator[None]:
        """What is asked in here can be given up: a person waits for it, and nothing is lost."""
        before = _CAN_BE_GIVEN_UP.set(True)
        try:
            yield
        finally:
            _CAN_BE_GIVEN_UP.reset(before)

    async def give_up(self) -> None:
        """End what the keyring is being asked `for_a_person` with an error that says so."""
        while self._questions:
            self._questions.pop().cancel()

    async def _asked(self, place: TokenPlace, answer: Coroutine[Any, Any, T]) -> T:
        if place is not TokenPlace.KEYRING or not _CAN_BE_GIVEN_UP.get():
            return await answer
        question = asyncio.create_task(answer)
        self._questions.add(question)
        try:
            return await question
        except asyncio.CancelledError:
            if question in self._questions:  # not given up: whoever asked was cancelled
                raise
            raise KeyringError(
                "Not waited for",
                "The keyring was not waited for any longer; what it did is not known.",
                "Try again, or keep the token in another place.",
            ) from None
        finally:
            self._questions.discard(question)
