"""Whose token is in use, where it came from, and where it is kept.

Tokens are looked for in a fixed order: what the command line or the environment gave, the keyring,
a 0600 file if one was chosen. What is found is checked with `users/me` before it is used, and a
token is kept in one place at most.
"""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol, TypeVar

from prolific_tui.access import Entry, checked_token
from prolific_tui.errors import KeyringError, ProlificTuiError, SettingsError
from prolific_tui.models import Me
from prolific_tui.operations.connection import Connection
from prolific_tui.operations.memory import Memory
from prolific_tui.secret import Secret
from prolific_tui.settings import TokenPlace

T = TypeVar("T")

_ORIGINS: Final = {
    TokenPlace.KEYRING: "from the keyring",
    TokenPlace.FILE: "from the plain-text token file",
    TokenPlace.ENVIRONMENT: "from PROLIFIC_TOKEN",
    TokenPlace.TOKEN_FILE: "from --token-file",
    TokenPlace.SESSION: "typed in, for this session only",
}
KEEPING_PLACES: Final = (TokenPlace.KEYRING, TokenPlace.FILE)
"""The places in which this program itself keeps a token."""


def origin(place: TokenPlace) -> str:
    """Where a token came from, in words."""
    return _ORIGINS[place]


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
    """A place that keeps a token for each service; raises `ProlificTuiError` in words."""

    async def load(self, entry: Entry) -> Secret | None:
        """The value of an entry, None if there is none."""

    async def save(self, entry: Entry, value: Secret) -> None:
        """Keep a value; on return it has been read back."""

    async def delete(self, entry: Entry) -> None:
        """Forget an entry; nothing happens where there is none."""


class Keyring(TokenStore, Protocol):
    """The operating system's keyring."""

    async def state(self) -> KeyringReport:
        """Its state now; never raises."""

    def close(self) -> None:
        """End whatever still waits for it, from any thread."""


@dataclass(frozen=True, slots=True)
class GivenToken:
    """A token that the command line or the environment gave."""

    token: Secret
    place: TokenPlace
    note: str = ""
    """What the person should know about that place; may be empty."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whose token is in use."""

    me: Me
    place: TokenPlace
    service_url: str
    network_notes: tuple[str, ...] = ()
    """How requests travel, in words."""
    notes: tuple[str, ...] = ()
    """What was in the way when its token was kept, a sentence or two each."""

    @property
    def origin(self) -> str:
        """Where the token came from, in words."""
        return origin(self.place)


@dataclass(frozen=True, slots=True)
class SignIn:
    """What looking for a token came to."""

    account: Account | None
    """None where no place holds a token; then the person is asked."""
    notes: tuple[str, ...] = ()
    """What was in the way on the search, a sentence or two each."""


class Accounts:
    """Signing in and out; its coroutines run on the operations' loop."""

    def __init__(
        self,
        connection: Connection,
        keyring: Keyring,
        token_file: TokenStore,
        memory: Memory,
        given: GivenToken | None,
    ) -> None:
        self._connection = connection
        self._keyring = keyring
        self._stores: dict[TokenPlace, TokenStore] = {
            TokenPlace.KEYRING: keyring,
            TokenPlace.FILE: token_file,
        }
        self._memory = memory
        self._given = given
        """A token that goes before any kept one: given at the start, or typed in since."""
        self._token: Secret | None = None
        """The token in use."""
        self._place = TokenPlace.SESSION
        """Where that came from, or is kept by now."""
        self._is_changing = False
        """Whether a token is being kept or forgotten."""
        self._question: asyncio.Task[Any] | None = None
        """What the keyring is being asked for a person who keeps or forgets a token."""
        self._is_given_up = False
        """Whether the person gave up waiting for its answer."""

    @property
    def _entry(self) -> Entry:
        return Entry(self._connection.service_url)

    async def sign_in(self) -> SignIn:
        """Find a token and check it, whether or not one is in use.

        Raises `ProlificTuiError` when the first one found is not accepted; the token in use before
        then stays.
        """
        notes = list(await self._memory.load())
        if self._given is not None:
            if self._given.note:
                notes.append(self._given.note)
            return SignIn(await self._check(self._given.token, self._given.place), tuple(notes))
        for place in await self._places_to_look():
            try:
                token = await self._stores[place].load(self._entry)
            except ProlificTuiError as error:
                notes.append(f"{error.title}. {error.message} {error.hint}".strip())
                continue
            if token is not None:
                return SignIn(await self._check(token, place), tuple(notes))
        return SignIn(None, tuple(notes))

    async def _places_to_look(self) -> tuple[TokenPlace, ...]:
        """The places that may keep a token; the one that the person chose comes first."""
        match await self._memory.token_place(self._connection.service_url):
            case TokenPlace.SESSION:
                return ()
            case TokenPlace.FILE:
                return TokenPlace.FILE, TokenPlace.KEYRING
            case _:
                return KEEPING_PLACES

    async def sign_in_with(self, text: str) -> Account:
        """Check a token that a person typed, and use it for this session.

        Raises `SettingsError` for what can't be a token, `ServiceError` if it is not accepted; the
        token in use before then stays.
        """
        token = checked_token(text)
        account = await self._check(token, TokenPlace.SESSION)
        self._given = GivenToken(token, TokenPlace.SESSION)
        return account

    async def _check(self, token: Secret, place: TokenPlace) -> Account:
        client, me = await self._connection.try_token(token, origin(place))
        # Both before anything is awaited, so that they can't come from two checks at once.
        self._token, self._place = token, place
        await self._connection.use(client, origin(place))
        return Account(me, place, self._connection.service_url, client.network_notes)

    async def keep(self, account: Account, place: TokenPlace) -> Account:
        """Keep the token in use in one of `KEEPING_PLACES` alone, or in none of them.

        What could not be taken out of another place, or not be remembered, is told in the account's
        notes. Raises `ProlificTuiError` if the place did not take it, if `give_up` was called
        before it had, or if a token is being kept or forgotten already; then nothing else was
        changed.
        """
        token = self._token
        if token is None:
            raise SettingsError("No token", "There is no token in use.", "Sign in first.")
        with self._changing():
            came_from = self._place
            if place in self._stores:
                await self._asked(place, self._stores[place].save(self._entry, token))
                given = None
            elif came_from in self._stores:
                place = TokenPlace.SESSION
                given = GivenToken(token, place)
            else:
                place, given = came_from, self._given
            if self._token is token:  # none was typed in meanwhile
                self._given, self._place = given, place
                self._connection.is_now(origin(place))
            notes = await self._clear_others(place, came_from)
            notes += await self._memory.remember_token_place(
                self._connection.service_url, place if place in self._stores else TokenPlace.SESSION
            )
        return replace(account, place=place, notes=notes)

    async def _clear_others(self, kept_in: TokenPlace, came_from: TokenPlace) -> tuple[str, ...]:
        """Delete the token from all places but one; returns what could not be done."""
        kept_before = {came_from, await self._memory.token_place(self._connection.service_url)}
        notes = []
        for place, store in self._stores.items():
            if place is kept_in:
                continue
            try:
                # A keyring may ask for its password before it deletes: only where there is reason.
                if await self._asked(place, store.load(self._entry)) is not None:
                    await self._asked(place, store.delete(self._entry))
            except ProlificTuiError as error:
                if place in kept_before:
                    notes.append(_left_behind(place, error))
        return tuple(notes)

    async def forget(self) -> tuple[str, ...]:
        """Delete the token from every place of this program's and sign out.

        Returns what could not be done, a sentence or two each. Raises `SettingsError` if a token is
        being kept or forgotten already.
        """
        token = self._token
        with self._changing():
            notes = []
            for place, store in self._stores.items():
                try:
                    await self._asked(place, store.delete(self._entry))
                except ProlificTuiError as error:
                    notes.append(_left_behind(place, error))
            notes += await self._memory.remember_token_place(self._connection.service_url, None)
            if self._token is token:  # none was typed in meanwhile
                self._token = self._given = None
                await self._connection.sign_out()
        return tuple(notes)

    async def give_up(self) -> None:
        """End what the keyring is being asked by `keep` or `forget`; else nothing happens."""
        if self._question is not None:
            self._is_given_up = True
            self._question.cancel()

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Keep or forget a token meanwhile; raises `SettingsError` where that is being done."""
        if self._is_changing:
            raise SettingsError(
                "Still keeping the token",
                "The token is still being kept or forgotten. Nothing was changed.",
                "Answer the keyring's window if there is one, or wait.",
            )
        self._is_changing = True
        try:
            yield
        finally:
            self._is_changing = False

    async def _asked(self, place: TokenPlace, answer: Coroutine[Any, Any, T]) -> T:
        """The answer of a place; raises `KeyringError` where the person gave up waiting for it."""
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

    async def keyring_report(self) -> KeyringReport:
        """The state of the keyring, in words."""
        return await self._keyring.state()


def _left_behind(place: TokenPlace, error: ProlificTuiError) -> str:
    return f"The {place.value} could not be cleared: {error.message}"
