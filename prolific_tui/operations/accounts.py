"""Whose token is in use, where it came from, and where it is kept.

Tokens are looked for in a fixed order: what the command line or the environment gave, the keyring,
a 0600 file if one was chosen. What is found is checked with `users/me` before it is used.
"""

from dataclasses import dataclass
from typing import Final, Protocol

from prolific_tui.access import Entry, checked_token
from prolific_tui.errors import ProlificTuiError, SettingsError
from prolific_tui.models import Me
from prolific_tui.operations.connection import Connection
from prolific_tui.secret import Secret
from prolific_tui.settings import StateFile, TokenPlace

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
        settings: StateFile,
        given: GivenToken | None,
    ) -> None:
        self._connection = connection
        self._keyring = keyring
        self._stores: dict[TokenPlace, TokenStore] = {
            TokenPlace.KEYRING: keyring,
            TokenPlace.FILE: token_file,
        }
        self._settings = settings
        self._given = given
        self._token: Secret | None = None

    @property
    def _entry(self) -> Entry:
        return Entry(self._connection.service_url)

    async def sign_in(self) -> SignIn:
        """Find a token and check it; raises `ProlificTuiError` when it is not accepted."""
        self._settings.load()
        notes = list(self._settings.notes)
        if self._given is not None:
            if self._given.note:
                notes.append(self._given.note)
            return SignIn(await self._check(self._given.token, self._given.place), tuple(notes))
        for place in KEEPING_PLACES:
            try:
                token = await self._stores[place].load(self._entry)
            except ProlificTuiError as error:
                notes.append(f"{error.title}. {error.message} {error.hint}".strip())
                continue
            if token is not None:
                return SignIn(await self._check(token, place), tuple(notes))
        return SignIn(None, tuple(notes))

    async def sign_in_with(self, text: str) -> Account:
        """Check a token that a person typed, and use it for this session.

        Raises `SettingsError` for what can't be a token, `ServiceError` if it is not accepted; the
        token in use before then stays.
        """
        return await self._check(checked_token(text), TokenPlace.SESSION)

    async def _check(self, token: Secret, place: TokenPlace) -> Account:
        client = self._connection.try_token(token, origin(place))
        try:
            me = await client.get_me()
        except BaseException:
            await client.aclose()
            raise
        await self._connection.use(client)
        self._token = token
        return Account(me, place, self._connection.service_url, client.network_notes)

    async def keep(self, account: Account, place: TokenPlace) -> Account:
        """Keep the token in use in a place of this program's, or for this session only."""
        if self._token is None:
            raise SettingsError("No token", "There is no token in use.", "Sign in first.")
        if place in self._stores:
            await self._stores[place].save(self._entry, self._token)
        self._settings.remember_token_place(self._connection.service_url, place)
        return Account(account.me, place, account.service_url, account.network_notes)

    async def forget(self) -> tuple[str, ...]:
        """Delete the token from every place of this program's and sign out.

        Returns what could not be done, a sentence or two each.
        """
        notes = []
        for place, store in self._stores.items():
            try:
                await store.delete(self._entry)
            except ProlificTuiError as error:
                notes.append(f"{place.value}: {error.title}. {error.message}")
        self._settings.forget_token_place(self._connection.service_url)
        self._token = None
        await self._connection.use(None)
        return tuple(notes)

    async def keyring_report(self) -> KeyringReport:
        """The state of the keyring, in words."""
        return await self._keyring.state()
