"""Whose token is in use: the accounts of this machine, and where the token of each is kept.

A token that the command line or the environment gave goes first and is never copied; else that of
the account that was named or used last is looked for, in the one place that keeps it. What is found
is checked with `users/me` before it is used.
"""

from dataclasses import replace
from typing import Final

from prolific_tui.access import checked_profile_name, checked_token
from prolific_tui.errors import ProlificTuiError, ServiceError, SettingsError
from prolific_tui.keeping import TokenPlace
from prolific_tui.models import Me
from prolific_tui.operations.connection import Connection, Prolific, close
from prolific_tui.operations.identity import Account, Changed, GivenToken, SignIn, origin
from prolific_tui.operations.memory import Memory
from prolific_tui.operations.stores import Stores
from prolific_tui.operations.tokens import Tokens
from prolific_tui.profiles import Profile, Whose, name_from
from prolific_tui.secret import Secret
from prolific_tui.settings import unsaved_words
from prolific_tui.submission.means import Clock

_HTTP_UNAUTHORIZED: Final = 401


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
        self._tokens = Tokens(stores, memory)
        self._memory = memory
        self._clock = clock
        self._given = given
        """The token that was given, until it is forgotten."""
        self._uses_given = given is not None
        """Whether it goes first: until another account is chosen."""
        self._given_owner: Me | None = None
        """Whose it is, once it was accepted."""
        self._wanted = wanted
        self._token: Secret | None = None
        """The token in use."""
        self._account: Account | None = None
        """Whose it is."""
        self._chosen = 0
        """How often a person chose the token to use."""

    # Signing in

    async def sign_in(self) -> SignIn:
        """Find a token and check it; where one is in use, that of the same account.

        One in use that no place gives any more, as a keyring that is locked by now, is checked
        itself, and stays. Raises `ProlificTuiError` when a token is not accepted, or somebody
        else's than was asked for; the token in use before then stays, and so does one that a person
        chose since this began.
        """
        chosen = self._chosen
        notes = list(await self._memory.load())
        if self._account is not None:
            await self._named(self._account)
        profile = await self._profile_to_use()
        if self._given is not None and self._uses_given:
            if self._given.note:
                notes.append(self._given.note)
            given, expected = self._given, profile if self._wanted else None
            account = await self._check(given.token, given.place, expected, chosen)
            return SignIn(account, tuple(notes))
        token: Secret | None = None
        if profile is not None:
            try:
                token = await self._tokens.of(profile)
            except ProlificTuiError as error:
                notes.append(f"{error.title}. {error.message} {error.hint}".strip())
        if profile is not None and token is not None:
            place = self._tokens.place_of(profile)
            return SignIn(await self._check(token, place, profile, chosen), tuple(notes))
        if self._token is not None and self._account is not None:
            await self._only_check(self._token, self._account.place, profile)
        return SignIn(self._account, tuple(notes), profile)

    async def looked_for(self) -> Profile | None:
        """The account that signing in begins with; None for a given token's, or where none is."""
        is_given = self._given is not None and self._uses_given
        return None if is_given and not self._wanted else await self._profile_to_use()

    async def _profile_to_use(self) -> Profile | None:
        if self._account is not None:
            # Another instance may have used another one last.
            return await self._memory.profile_of(*self._account.whose)
        name = self._wanted or await self._memory.last_profile(self._connection.service_url)
        here = [p for p in await self._memory.profiles() if self._is_here(p)]
        return next((profile for profile in here if profile.name == name), None)

    def _is_here(self, profile: Profile) -> bool:
        """Whether an account is one of the service that this run talks to."""
        return profile.service_url == self._connection.service_url

    async def sign_in_with(self, text: str) -> Account:
        """Check a token that a person typed, and use it for this session.

        Its owner is an account of this machine from then on. Raises `SettingsError` for what can't
        be a token, `ServiceError` if it is not accepted; the token in use before then stays.
        """
        token = checked_token(text)
        # Another instance may have forgotten its account, or made one, since this one looked.
        await self._memory.load()
        return await self._check(token, TokenPlace.SESSION, is_typed=True)

    async def switch_to(self, name: str) -> Account | None:
        """Use another account, or with "" the given token's; None where no place holds its token.

        Of an account whose token was given, that one goes first, as at the start. Raises
        `ProlificTuiError` if there is no such account, it is for another service, its token can't
        be read or is not accepted; the token in use before then stays.
        """
        profile = await self._found(name) if name else None
        given = self._given_for(profile)
        if given is not None:
            account = await self._check(given.token, given.place, profile)
        else:
            token = None if profile is None else await self._tokens.of(profile)
            if profile is None or token is None:
                return None
            account = await self._check(token, self._tokens.place_of(profile), profile)
        self._uses_given, self._wanted = given is not None, name
        return account

    def _given_for(self, profile: Profile | None) -> GivenToken | None:
        """The given token where it is the one of an account; None stands for the one without name.

        One that was typed in since goes before it.
        """
        if profile is None:
            return self._given
        owner = self._given_owner
        is_whose = owner is not None and owner.id == profile.owner_id and self._is_here(profile)
        return self._given if is_whose and not self._tokens.is_typed(profile) else None

    async def given(self) -> Account | None:
        """The account of the given token, in use or not, once that was accepted."""
        owner, url = self._given_owner, self._connection.service_url
        if self._given is None or owner is None:
            return None
        profile = await self._memory.profile_of(url, owner.id)
        return Account(owner, self._given.place, url, profile.name if profile else "")

    async def _check(
        self,
        token: Secret,
        place: TokenPlace,
        expected: Profile | None = None,
        chosen: int | None = None,
        *,
        is_typed: bool = False,
    ) -> Account:
        """Check a token and use it, unless a person chose another one since `chosen` was so much.

        They choose this one themselves where that is None.
        """
        client, me = await self._try(token, place, expected)
        service_url = self._connection.service_url
        profile = await self._memory.profile_of(service_url, me.id)
        if (expected is not None and profile is None) or (place.is_given and self._given is None):
            await close(client)
            raise SettingsError(
                "Forgotten meanwhile",
                f"The account of {me.email} was forgotten while its token was being checked. That"
                " token is not used.",
                "Enter it again on 4 Account to use it.",
            )
        if self._given is not None and token is self._given.token:
            self._given_owner = me
        if chosen is None:
            self._chosen += 1
        elif self._account is not None and self._chosen != chosen:
            await close(client)
            return self._account
        if profile is None and is_typed:
            profile = Profile(await self._new_name(me), service_url, me.id)
        name = profile.name if profile else ""
        account = Account(me, place, service_url, name, client.network_notes)
        # Both before anything is awaited, so that they can't come from two checks at once.
        self._token, self._account = token, account
        if is_typed:
            self._tokens.take(service_url, me.id, token)
            self._uses_given, self._wanted = False, name
        await self._connection.use(client, me, origin(place, name))
        if profile is None:
            return account
        accepted = profile.accepted(me.email, self._clock(), place)
        await self._memory.remember_use(accepted, is_new=is_typed)
        return await self._named(account)

    async def _try(
        self, token: Secret, place: TokenPlace, expected: Profile | None
    ) -> tuple[Prolific, Me]:
        """A client for a token, and whose that is; raises where it is not the one expected."""
        where = origin(place, expected.name if expected else "")
        try:
            client, me = await self._connection.try_token(token, where)
        except ServiceError as error:
            is_refused = error.status == _HTTP_UNAUTHORIZED
            if is_refused and expected is not None and not place.is_given:
                # Of a given token that says nothing about the one that is kept for the account.
                await self._memory.remember_checked(
                    replace(expected, refused=self._clock(), refused_from=place)
                )
            raise
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
        """What an account is to be called that has no name yet, if that is free."""
        taken = {profile.name for profile in await self._memory.profiles()}
        is_free = self._wanted and self._wanted not in taken
        return self._wanted if is_free else name_from(me.email)

    async def _named(self, account: Account) -> Account:
        """An account under the name that it has by now, whichever instance gave it that."""
        profile = await self._memory.profile_of(*account.whose)
        if profile is None or profile.name == account.profile:
            return account
        named = replace(account, profile=profile.name)
        if self._account is account:
            self._account = named
            self._connection.is_now(origin(named.place, named.profile))
            if account.profile and self._wanted == account.profile:
                self._wanted = named.profile
        return named

    @property
    def is_changing(self) -> bool:
        """Whether tokens are being kept or forgotten; may be read from any thread."""
        return self._tokens.is_changing

    @property
    def in_use(self) -> tuple[Secret | None, Account | None]:
        """The token in use and whose that is; None for each where nobody is signed in."""
        return self._token, self._account

    # The accounts of this machine

    async def profiles(self) -> tuple[Profile, ...]:
        """Every account of this machine, those of other services too, as any window left them."""
        await self._memory.load()
        return await self._memory.profiles()

    async def _known(self, name: str) -> Profile:
        found = next((p for p in await self._memory.profiles() if p.name == name), None)
        if found is None:
            raise _no_such_account(name)
        return found

    async def _found(self, name: str) -> Profile:
        """An account of this run's service; raises `SettingsError` where there is none."""
        found = await self._known(name)
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

        It is the token that `switch_to` would use; raises `ProlificTuiError` as that does.
        """
        profile = await self._found(name) if name else None
        given = self._given_for(profile)
        if given is not None:
            token, place = given.token, given.place
        elif profile is not None and (kept := await self._tokens.of(profile)) is not None:
            token, place = kept, self._tokens.place_of(profile)
        else:
            return False
        await self._only_check(token, place, profile)
        return True

    async def _only_check(self, token: Secret, place: TokenPlace, profile: Profile | None) -> None:
        """Check a token, of an account that is known or not, without using it from now on."""
        client, me = await self._try(token, place, profile)
        await close(client)
        if profile is not None:
            await self._memory.remember_checked(profile.accepted(me.email, self._clock(), place))

    async def rename(self, name: str, to: str) -> Changed:
        """Give an account another name.

        Raises `SettingsError` where it can't have that, where it is not known any more, or if
        tokens are being kept or forgotten; then nothing was changed.
        """
        to = checked_profile_name(to)
        with self._tokens.changing():
            profile = await self._known(name)
            notes = await self._memory.rename_profile(profile, to)
            renamed = await self._memory.profile_of(*profile.whose)
            if renamed is None:
                raise _no_such_account(name)
            if renamed.name != to:
                raise SettingsError("That name is taken", f"There is an account {to} already.")
            if self._wanted == name:
                self._wanted = to
            if self._account is not None:
                await self._named(self._account)
        return Changed(self._account, notes)

    async def keep(self, secrets: TokenPlace) -> Changed:
        """Keep the tokens of all accounts in one place from now on, or nowhere.

        Those that were kept elsewhere are moved. A token that the command line or the environment
        gave stays where it is. What could not be moved is told in the notes. Raises
        `ProlificTuiError` if the place did not take the token in use, if it was given up before it
        had, or if tokens are being kept or forgotten already; then nothing was changed.
        """
        with self._tokens.changing():
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
            if trouble := await self._memory.trouble():
                notes.append(unsaved_words(trouble))
        return Changed(self._account, tuple(dict.fromkeys(notes)))

    def _is_in_use(self, profile: Profile) -> bool:
        return self._account is not None and self._account.whose == profile.whose

    async def _move(self, profile: Profile, to: TokenPlace) -> tuple[str, ...]:
        moved, notes = await self._tokens.move(profile, to)
        if moved is not None and self._token == moved and self._is_in_use(profile):
            self._account = None if self._account is None else replace(self._account, place=to)
            self._connection.is_now(origin(to, profile.name))
        return notes

    async def forget(self, whose: Whose) -> Changed:
        """Forget an account and its token, and a given one that is its; signs out of it.

        Raises `SettingsError` if tokens are being kept or forgotten already, and `FileError` where
        its token may still be in the plain-text file: then the account stays.
        """
        with self._tokens.changing():
            # Another instance may have moved its token since this one looked.
            await self._memory.load()
            notes: tuple[str, ...] = ()
            known, given = await self._memory.profile_of(*whose), await self.given()
            used = self._account
            is_given = given is not None and given.whose == whose
            # One in use may have been forgotten by another instance already.
            name = used.profile if used is not None and used.whose == whose else ""
            profile = known or Profile(name, *whose)
            if known is not None or not is_given:
                notes = await self._tokens.forget(profile)
            if is_given:
                self._given = None
            if self._is_in_use(profile) and not self._tokens.is_typed(profile):
                self._token = self._account = None
                self._wanted = ""
                await self._connection.sign_out()
        return Changed(self._account, notes)


def _no_such_account(name: str) -> SettingsError:
    return SettingsError("No such account", f"There is no account {name} here.")
