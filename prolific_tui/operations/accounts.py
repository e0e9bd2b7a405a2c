"""Whose token is in use: the accounts of this machine, and where the token of each is kept.

A token that the command line or the environment gave goes first and is never copied; else that of
the account that was named or used last is looked for, in the one place that keeps it. What is found
is checked with `users/me` before it is used.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from prolific_tui.access import Entry, checked_profile_name, checked_token
from prolific_tui.errors import ProlificTuiError, SettingsError
from prolific_tui.models import Me
from prolific_tui.operations.connection import Connection, Prolific, close
from prolific_tui.operations.identity import Account, Changed, GivenToken, SignIn, origin
from prolific_tui.operations.memory import Memory
from prolific_tui.operations.stores import Stores
from prolific_tui.secret import Secret
from prolific_tui.settings import KEEPING_PLACES, Profile, TokenPlace
from prolific_tui.submission.means import Clock

_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9._-]+|^[._-]+")


class Accounts:
    """Signing in and out, and the accounts of this machine; it runs on the operations' loop.

    Args:
        connection: What holds the client in use.
        stores: Where tokens are kept.
        memory: What is remembered of the accounts.
        clock: The present moment.
        given: A token that goes before any kept one.
        wanted: The name of the account to begin with; empty for the one used last.
    """

    def __init__(
        self,
        connection: Connection,
        stores: Stores,
        memory: Memory,
        clock: Clock,
        given: GivenToken | None,
        wanted: str,
    ) -> None:
        self._connection = connection
        self._stores = stores
        self._memory = memory
        self._clock = clock
        self._given = given
        """The token that was given, until another account is chosen."""
        self._wanted = wanted
        self._typed: dict[Entry, Secret] = {}
        """Tokens that are kept nowhere but here, each for its owner at its own service only."""
        self._token: Secret | None = None
        """The token in use."""
        self._account: Account | None = None
        """Whose it is."""
        self.is_changing = False
        """Whether tokens are being kept or forgotten; may be read from any thread."""

    # Signing in

    async def sign_in(self) -> SignIn:
        """Find a token and check it, whether or not one is in use.

        Raises `ProlificTuiError` when it is not accepted, or somebody else's than was asked for;
        the token in use before then stays.
        """
        notes = list(await self._memory.load())
        profile = await self._profile_to_use()
        if self._given is not None:
            if self._given.note:
                notes.append(self._given.note)
            expected = profile if self._wanted else None
            found = await self._check(self._given.token, self._given.place, expected)
            return SignIn(found, tuple(notes))
        if profile is None:
            return SignIn(None, tuple(notes))
        try:
            token = await self._token_of(profile)
        except ProlificTuiError as error:
            notes.append(f"{error.title}. {error.message} {error.hint}".strip())
            return SignIn(None, tuple(notes), profile)
        if token is None:
            return SignIn(None, tuple(notes), profile)
        return SignIn(await self._check(token, self._place_of(profile), profile), tuple(notes))

    async def _profile_to_use(self) -> Profile | None:
        name = self._wanted or await self._memory.last_profile(self._connection.service_url)
        here = [p for p in await self._memory.profiles() if self._is_here(p)]
        return next((profile for profile in here if profile.name == name), None)

    def _is_here(self, profile: Profile) -> bool:
        """Whether an account is one of the service that this run talks to."""
        return profile.service_url == self._connection.service_url

    async def _token_of(self, profile: Profile) -> Secret | None:
        typed = self._typed.get(_entry(profile))
        if typed is None and profile.place in KEEPING_PLACES:
            return await self._stores.load(profile.place, _entry(profile))
        return typed

    def _place_of(self, profile: Profile) -> TokenPlace:
        return TokenPlace.SESSION if _entry(profile) in self._typed else profile.place

    async def sign_in_with(self, text: str) -> Account:
        """Check a token that a person typed, and use it for this session.

        Its owner is an account of this machine from then on. Raises `SettingsError` for what can't
        be a token, `ServiceError` if it is not accepted; the token in use before then stays.
        """
        token = checked_token(text)
        return await self._check(token, TokenPlace.SESSION, is_typed=True)

    async def switch_to(self, name: str) -> Account | None:
        """Use another account; None where no place holds its token.

        Raises `ProlificTuiError` if there is no such account, it is for another service, its token
        can't be read or is not accepted; the token in use before then stays.
        """
        profile = await self._found(name)
        token = await self._token_of(profile)
        if token is None:
            return None
        account = await self._check(token, self._place_of(profile), profile)
        self._given, self._wanted = None, name
        return account

    async def _check(
        self,
        token: Secret,
        place: TokenPlace,
        expected: Profile | None = None,
        *,
        is_typed: bool = False,
    ) -> Account:
        client, me = await self._try(token, place, expected)
        service_url = self._connection.service_url
        profile = await self._memory.profile_of(service_url, me.id)
        if profile is None and is_typed:
            profile = Profile(await self._new_name(me), service_url, me.id)
        name = profile.name if profile else ""
        account = Account(me, place, service_url, name, client.network_notes)
        # Both before anything is awaited, so that they can't come from two checks at once.
        self._token, self._account = token, account
        if is_typed:
            self._typed[Entry.token(service_url, me.id)] = token
            self._given, self._wanted = None, name
        await self._connection.use(client, me, origin(place, name))
        if profile is not None:
            await self._memory.remember_use(replace(profile, owner=me.email, checked=self._clock()))
        return account

    async def _try(
        self, token: Secret, place: TokenPlace, expected: Profile | None
    ) -> tuple[Prolific, Me]:
        """A client for a token, and whose that is; raises where it is not the one expected."""
        where = origin(place, expected.name if expected else "")
        client, me = await self._connection.try_token(token, where)
        if expected is not None and me.id != expected.owner_id:
            await close(client)
            raise SettingsError(
                "Another account's token",
                f"The token {origin(place)} is that of {me.email}, and the account"
                f" {expected.name} is that of {expected.owner}. Nothing was changed.",
                "Name the other account, or enter its token on 4 Account.",
            )
        return client, me

    async def _new_name(self, me: Me) -> str:
        """What an account is called that has no name yet."""
        taken = {profile.name for profile in await self._memory.profiles()}
        if self._wanted and self._wanted not in taken:
            return self._wanted
        name = _NOT_IN_NAMES.sub("", me.email.partition("@")[0])[:20] or "account"
        numbered = (name, *(f"{name}-{number}" for number in range(2, len(taken) + 3)))
        return next(name for name in numbered if name not in taken)

    # The accounts of this machine

    async def profiles(self) -> tuple[Profile, ...]:
        """Every account of this machine, those of other services too."""
        return await self._memory.profiles()

    async def _found(self, name: str) -> Profile:
        found = next((p for p in await self._memory.profiles() if p.name == name), None)
        if found is None:
            raise SettingsError("No such account", f"There is no account {name} here.")
        if not self._is_here(found):
            raise SettingsError(
                "Another service",
                f"The account {name} is for {found.service_url}, and this run talks to"
                f" {self._connection.service_url}. Its token goes nowhere else.",
                f"Start with --profile {name} to use it.",
            )
        return found

    async def check(self, name: str) -> bool:
        """Check the token of an account without using it; False where no place holds it.

        Raises `ProlificTuiError` as `switch_to` does.
        """
        profile = await self._found(name)
        token = await self._token_of(profile)
        if token is None:
            return False
        client, me = await self._try(token, self._place_of(profile), profile)
        await close(client)
        await self._memory.remember_profile(replace(profile, owner=me.email, checked=self._clock()))
        return True

    async def rename(self, name: str, to: str) -> Changed:
        """Give an account another name; raises `SettingsError` where it can't have that."""
        to = checked_profile_name(to)
        if any(profile.name == to for profile in await self._memory.profiles()):
            raise SettingsError("That name is taken", f"There is an account {to} already.")
        notes = await self._memory.rename_profile(name, to)
        if self._wanted == name:
            self._wanted = to
        if self._account is not None and self._account.profile == name:
            self._account = replace(self._account, profile=to)
            self._connection.is_now(origin(self._account.place, to))
        return Changed(self._account, notes)

    async def keep(self, secrets: TokenPlace) -> Changed:
        """Keep the tokens of all accounts in one place from now on, or nowhere.

        Those that were kept elsewhere are moved. A token that the command line or the environment
        gave stays where it is. What could not be moved is told in the notes. Raises
        `ProlificTuiError` if the place did not take the token in use, if it was given up before it
        had, or if tokens are being kept or forgotten already; then nothing was changed.
        """
        with self._changing():
            notes: list[str] = []
            # The one in use first: where that fails, nothing else is touched.
            profiles = sorted(await self._memory.profiles(), key=lambda p: not self._is_in_use(p))
            for profile in profiles:
                try:
                    notes += await self._move(profile, secrets)
                except ProlificTuiError as error:
                    if self._is_in_use(profile):
                        raise
                    notes.append(f"The token of {profile.name} stays as it is: {error.message}")
            notes += await self._memory.remember_secrets_place(secrets)
        return Changed(self._account, tuple(notes))

    def _is_in_use(self, profile: Profile) -> bool:
        return self._account is not None and self._account.profile == profile.name

    async def _move(self, profile: Profile, to: TokenPlace) -> tuple[str, ...]:
        """Keep one token where it belongs by now; returns what could not be done."""
        entry = _entry(profile)
        typed = self._typed.get(entry)
        if typed is None and profile.place is to:
            return ()
        token = await self._token_of(profile)
        if token is not None:
            if to in KEEPING_PLACES:
                await self._stores.save(to, entry, token)
                if self._typed.get(entry) is typed:  # none was typed in meanwhile
                    self._typed.pop(entry, None)
            else:
                self._typed.setdefault(entry, token)
        notes = []
        if profile.place in KEEPING_PLACES and profile.place is not to:
            try:
                await self._stores.delete(profile.place, entry)
            except ProlificTuiError as error:
                notes.append(_left_behind(profile.place, error))
        notes += await self._memory.remember_profile(replace(profile, place=to))
        if self._account is not None and self._token == token and self._is_in_use(profile):
            self._account = replace(self._account, place=to)
            self._connection.is_now(origin(to, profile.name))
        return tuple(notes)

    async def forget(self, name: str) -> Changed:
        """Forget an account and its token; with "", the one that was given. Signs out of it.

        Raises `SettingsError` if tokens are being kept or forgotten already.
        """
        token = self._token
        with self._changing():
            notes: tuple[str, ...] = ()
            is_in_use = self._account is not None and self._account.profile == name
            for profile in await self._memory.profiles():
                if profile.name == name:
                    notes = await self._forget(profile)
            if is_in_use and self._token is token:  # none was typed in meanwhile
                self._token = self._account = self._given = None
                self._wanted = ""
                await self._connection.sign_out()
        return Changed(self._account, notes)

    async def _forget(self, profile: Profile) -> tuple[str, ...]:
        notes = []
        entry = _entry(profile)
        typed = self._typed.get(entry)
        if profile.place in KEEPING_PLACES:
            try:
                await self._stores.delete(profile.place, entry)
            except ProlificTuiError as error:
                notes.append(_left_behind(profile.place, error))
        if self._typed.get(entry) is not typed:
            return tuple(notes)  # another was typed in meanwhile, and is in use
        self._typed.pop(entry, None)
        return (*notes, *await self._memory.forget_profile(profile.name))

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Keep or forget tokens meanwhile; raises `SettingsError` where that is being done."""
        if self.is_changing:
            raise SettingsError(
                "Still keeping the token",
                "A token is still being kept or forgotten. Nothing was changed.",
                "Answer the keyring's window if there is one, or wait.",
            )
        self.is_changing = True
        try:
            yield
        finally:
            self.is_changing = False


def _entry(profile: Profile) -> Entry:
    return Entry.token(profile.service_url, profile.owner_id)


def _left_behind(place: TokenPlace, error: ProlificTuiError) -> str:
    return f"The {place.value} could not be cleared: {error.message}"
