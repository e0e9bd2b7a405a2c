"""The tokens of the accounts in their places: found, moved from one to another, and deleted.

A token that was typed in is held here for as long as no place keeps it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from prolific_tui.access import Entry
from prolific_tui.errors import FileError, KeyringError, ProlificTuiError, SettingsError
from prolific_tui.keeping import KEEPING_PLACES, TokenPlace
from prolific_tui.operations.memory import Memory
from prolific_tui.operations.stores import Stores
from prolific_tui.profiles import Profile
from prolific_tui.secret import Secret


class Tokens:
    """Knows which place has which token; it belongs to the operations' loop.

    Args:
        stores: Where tokens are kept.
        memory: Where it is remembered which account's token is where.
    """

    def __init__(self, stores: Stores, memory: Memory) -> None:
        self._stores = stores
        self._memory = memory
        self._typed: dict[Entry, Secret] = {}
        """Tokens that are kept nowhere but here, each for its owner at its own service only."""
        self.is_changing = False
        """Whether they are being kept or forgotten; may be read from any thread."""

    @contextmanager
    def changing(self) -> Iterator[None]:
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

    def take(self, service_url: str, owner_id: str, token: Secret) -> None:
        """Hold a token that was typed in."""
        self._typed[Entry.token(service_url, owner_id)] = token

    def is_typed(self, profile: Profile) -> bool:
        """Whether the token of an account was typed in, and is kept nowhere yet."""
        return _entry(profile) in self._typed

    async def of(self, profile: Profile) -> Secret | None:
        """The token of an account, None where no place holds it; raises `ProlificTuiError`."""
        typed = self._typed.get(_entry(profile))
        if typed is None and profile.place in KEEPING_PLACES:
            return await self._stores.load(profile.place, _entry(profile))
        return typed

    def place_of(self, profile: Profile) -> TokenPlace:
        """Where `of` finds it."""
        return TokenPlace.SESSION if self.is_typed(profile) else profile.place

    async def move(self, profile: Profile, to: TokenPlace) -> tuple[Secret | None, tuple[str, ...]]:
        """Keep a token where it belongs by now; raises `ProlificTuiError` if that does not take it.

        It is remembered that it may be there, then it is saved there, then that is remembered, and
        only then it is deleted elsewhere: whatever fails or ends this program meanwhile, the next
        start finds it, and knows of every copy. Where no place has it, none is said to.

        Returns:
            The token, None where it did not move, and what could not be done.
        """
        entry = _entry(profile)
        typed = self._typed.get(entry)
        notes: list[str] = []
        token = None if typed is None and profile.place is to else await self.of(profile)
        if token is not None and to in KEEPING_PLACES:
            await self._save(profile, to, token)
            if self._typed.get(entry) is typed:  # none was typed in meanwhile
                self._typed.pop(entry, None)
        elif token is not None:
            self._typed.setdefault(entry, token)
        elif profile.place is not to:
            if profile.place in KEEPING_PLACES:
                notes.append(f"{profile.place.words.capitalize()} had no token of {profile.name}.")
            to = TokenPlace.SESSION
        elsewhere = tuple(place for place in _places(profile) if place is not to)
        moved = replace(profile, place=to, left_in=elsewhere)
        if moved != profile or await self._memory.trouble():
            notes += await self._memory.remember_places(moved)
        may_be_there = to in KEEPING_PLACES and (token is not None or profile.place is to)
        if may_be_there and await self._memory.trouble():
            notes += _half_known(profile, to, elsewhere)
            return token, tuple(notes)
        left_in, troubles = await self._delete(entry, elsewhere, but=to)
        notes += troubles
        if left_in != elsewhere:
            notes += await self._memory.remember_places(replace(moved, left_in=left_in))
        return token, tuple(notes)

    async def _save(self, profile: Profile, to: TokenPlace, token: Secret) -> None:
        """Save a token in a place of which it is remembered first that it may be there.

        Where that can't be remembered it is not saved: nobody would ever look for that copy. A
        place that fails may have taken it nevertheless, unless it says that it did not; the file
        is then asked to give it up.
        """
        is_known = to in _places(profile)
        told = profile if is_known else replace(profile, left_in=(*profile.left_in, to))
        if not is_known or await self._memory.trouble():
            await self._memory.remember_places(told)
        if await self._memory.profile_of(*profile.whose) is None:
            raise SettingsError(
                "Forgotten meanwhile",
                f"The account {profile.name} was forgotten in another window; its token is kept"
                " nowhere.",
                "Enter it again on 4 Account to use it.",
            )
        if trouble := await self._memory.trouble():
            await self._memory.remember_places(profile)
            raise FileError(
                "Not remembered",
                f"{trouble} The next start would not know that the token of {profile.name} is in"
                f" {to.words}, so it was not put there.",
                "Mend that, then choose again; it can be used for this session all the same.",
            )
        try:
            await self._stores.save(to, _entry(profile), token)
        except KeyringError as error:
            if error.is_untouched and not is_known:
                await self._memory.remember_places(profile)
            raise
        except FileError as error:
            if is_known:
                raise
            left_in, _ = await self._delete(_entry(profile), ())
            if left_in:
                raise FileError(
                    error.title,
                    f"{error.message} It may be in {to.words} all the same.",
                    error.hint,
                ) from error
            await self._memory.remember_places(profile)
            raise

    async def forget(self, profile: Profile) -> tuple[str, ...]:
        """Forget an account, and delete its token everywhere; gives what could not be done.

        Raises:
            FileError: it may still be in the plain-text file, where nobody would look for the token
                of an account that is not known. The account stays, and its token elsewhere.
        """
        entry = _entry(profile)
        typed = self._typed.get(entry)
        # The file first: where it fails, nothing else was touched.
        left_in, notes = await self._delete(entry, ())
        if left_in:
            raise FileError(
                "Not forgotten",
                f"{' '.join(notes)} The account {profile.name} stays in the list, because its token"
                " may be in that file. Nothing was deleted.",
                "Mend that, then forget it again.",
            )
        _, notes = await self._delete(entry, _places(profile), but=TokenPlace.FILE)
        if self._typed.get(entry) is not typed:
            return tuple(notes)  # another was typed in meanwhile, and is in use
        self._typed.pop(entry, None)
        return (*notes, *await self._memory.forget_profile(profile))

    async def _delete(
        self, entry: Entry, places: tuple[TokenPlace, ...], but: TokenPlace | None = None
    ) -> tuple[tuple[TokenPlace, ...], list[str]]:
        """Delete a token from places; gives those that did not do it, and what is said of that.

        From the file it is deleted in any case, `but` where that is to have it or was asked before:
        nobody has to unlock the file, and there it is for everybody to read who gets hold of it.
        """
        left_in: list[TokenPlace] = []
        notes: list[str] = []
        for place in dict.fromkeys((*places, TokenPlace.FILE)):
            if place is but:
                continue
            try:
                await self._stores.delete(place, entry)
            except ProlificTuiError as error:
                left_in.append(place)
                notes.append(_left_behind(place, entry, error))
        return tuple(left_in), notes


def _entry(profile: Profile) -> Entry:
    return Entry.token(profile.service_url, profile.owner_id)


def _places(profile: Profile) -> tuple[TokenPlace, ...]:
    """Where the token of an account may be kept, each place once."""
    places = dict.fromkeys((profile.place, *profile.left_in))
    return tuple(place for place in places if place in KEEPING_PLACES)


def _half_known(
    profile: Profile, to: TokenPlace, elsewhere: tuple[TokenPlace, ...]
) -> tuple[str, ...]:
    """What is so where a token is in its place, and that could not be written down."""
    if elsewhere:
        return (
            f"The token of {profile.name} stays in {elsewhere[0].words} as well, where the next"
            " start may look for it.",
        )
    if profile.place is to:
        return ()
    return (f"The next start asks for the token of {profile.name}, which is in {to.words}.",)


def _left_behind(place: TokenPlace, entry: Entry, error: ProlificTuiError) -> str:
    told = f"{place.words.capitalize()} could not be cleared: {error.message}"
    if place is not TokenPlace.KEYRING:
        return told
    return (
        f"{told} It may still have the entry “{entry.name}” of “{entry.keyring_service}”: delete it"
        " with the keyring's own program."
    )
