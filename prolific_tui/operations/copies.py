"""The copies of signing secrets in this program's own entries: found, moved, and deleted.

The one before the current secret is nowhere but here, so it is remembered of every workspace which
places may hold a copy, before one is saved there, until it is surely gone from there.
"""

from collections.abc import Awaitable
from typing import TypeVar

from prolific_tui.access import Entry
from prolific_tui.errors import KeyringError, ProlificTuiError
from prolific_tui.keeping import KEEPING_PLACES, SecretCopies, TokenPlace, Workspace
from prolific_tui.operations.memory import Memory
from prolific_tui.operations.stores import Stores
from prolific_tui.secret import Secret

T = TypeVar("T")


class Copies:
    """Knows which place has which copy; it belongs to the operations' loop.

    Args:
        stores: Where they are kept.
        memory: Where it is remembered which places may hold some.
        service_url: The service whose workspaces' secrets are saved and found.
    """

    def __init__(self, stores: Stores, memory: Memory, service_url: str) -> None:
        self._stores = stores
        self._memory = memory
        self._service_url = service_url

    async def chosen(self) -> TokenPlace:
        """Where those are kept that are saved from now on."""
        return _kept_in(await self._memory.secrets_place())

    async def places_of(self, workspace_id: str) -> tuple[TokenPlace, ...]:
        """Where a workspace's copies may be: where they belong, then where they were left."""
        workspace = (self._service_url, workspace_id)
        known = await self._memory.kept_secrets()
        left = next((each.places for each in known if each.workspace == workspace), ())
        # A look into the file costs no question.
        return tuple(dict.fromkeys((await self.chosen(), *left, TokenPlace.FILE)))

    async def load(
        self, entry: Entry, places: tuple[TokenPlace, ...]
    ) -> tuple[Secret | None, TokenPlace]:
        """What the first of the places has that has any, and which that is; else the first one.

        Raises:
            ProlificTuiError: a place could not be asked before it was found.
        """
        for place in places:
            value = await self._stores.load(place, entry)
            if value is not None:
                return value, place
        return None, places[0]

    async def save(
        self, place: TokenPlace, workspace_id: str, entry: Entry, value: Secret
    ) -> tuple[str, ...]:
        """Save a copy, once it is remembered that there may be one; gives what that came to.

        It is saved even where that can't be remembered: the value may be nowhere else.

        Raises:
            ProlificTuiError: the place did not take it. It may have it nevertheless, which is
                remembered, unless it says that it has not.
        """
        return await self._save(place, (self._service_url, workspace_id), entry, value)

    async def prove(self, place: TokenPlace, workspace_id: str, value: Secret) -> None:
        """Save something as a copy is saved, read it back, and take it away again.

        Raises:
            ProlificTuiError: the place did not take it or does not give it back, or it can't be
                remembered that there would be a copy.
        """
        workspace, probe = (self._service_url, workspace_id), Entry.probe(self._service_url)
        if await self._is_known(place, workspace):
            await self._stores.save(place, probe, value)
            await self._stores.delete(place, probe)
            return
        await self._save(place, workspace, probe, value, is_elsewhere=True)
        await self._stores.delete(place, probe)
        await self._memory.forget_secret_in(workspace, place)

    async def _is_known(self, place: TokenPlace, workspace: Workspace) -> bool:
        known = await self._memory.kept_secrets()
        return any(place in each.places for each in known if each.workspace == workspace)

    async def _save(
        self,
        place: TokenPlace,
        workspace: Workspace,
        entry: Entry,
        value: Secret,
        *,
        is_elsewhere: bool = False,
    ) -> tuple[str, ...]:
        """As `save`; where the value `is_elsewhere`, no copy is made that nothing would know of."""
        is_known = await self._is_known(place, workspace)
        notes = await self._memory.remember_secret_in(workspace, place)
        trouble = await self._memory.trouble()
        if is_elsewhere and trouble:
            if not is_known:
                await self._memory.forget_secret_in(workspace, place)
            raise ProlificTuiError(
                "Not remembered",
                f"{trouble} The next start would not know of a copy in {place.words}, so none was"
                " put there.",
                "Mend that, then try again.",
            )
        try:
            await self._stores.save(place, entry, value)
        except KeyringError as error:
            if error.is_untouched and not is_known:
                await self._memory.forget_secret_in(workspace, place)
            raise
        return notes

    async def move(self, before: TokenPlace | None, to: TokenPlace) -> tuple[str, ...]:
        """Keep the copies of all workspaces where the person wants them, or nowhere.

        Args:
            before: where secrets were to be kept; None where nobody had chosen.
            to: where they are from now on; `SESSION` deletes them.

        Returns:
            What the person should know of that, a sentence or two each.
        """
        notes: list[str] = []
        is_deleted = False
        for copies in await self._memory.kept_secrets():
            source, places = _kept_in(before), (*copies.places, TokenPlace.FILE)
            if to is before and to not in KEEPING_PLACES and not copies.is_leaving:
                # The person kept it by hand since then, and the file is not where that puts it.
                places = (TokenPlace.FILE,)
            leaving = [each for each in dict.fromkeys((source, *places)) if each in places]
            for place in leaving:
                if place is to:
                    continue
                failed = len(notes)
                for entry in copies.entries:
                    stays = f"The {entry.name} stays in {place.words}"
                    moving = self._move(copies, entry, place, to, is_current=place is source)
                    is_gone = await attempt(moving, stays, notes)
                    is_deleted = is_deleted or (is_gone is True and to not in KEEPING_PLACES)
                if len(notes) == failed:
                    notes += await self._memory.forget_secret_in(copies.workspace, place)
        if is_deleted:
            notes.append(
                "The copies of signing secrets were deleted; Prolific has the current one."
            )
        return tuple(notes)

    async def _move(
        self,
        copies: SecretCopies,
        entry: Entry,
        place: TokenPlace,
        to: TokenPlace,
        *,
        is_current: bool,
    ) -> bool:
        """Move an entry from a place to another, or delete it; False where there is none.

        One that is not where the current ones are does not take the place of one that is.
        """
        value = await self._stores.load(place, entry)
        if value is None:
            return False
        if to in KEEPING_PLACES and (is_current or await self._stores.load(to, entry) is None):
            await self._save(to, copies.workspace, entry, value, is_elsewhere=True)
        await self._stores.delete(place, entry)
        return True


def _kept_in(chosen: TokenPlace | None) -> TokenPlace:
    """Where this program's own entries are, as it was chosen where tokens and secrets are."""
    return TokenPlace.FILE if chosen is TokenPlace.FILE else TokenPlace.KEYRING


async def attempt(doing: Awaitable[T], failed: str, troubles: list[str]) -> T | None:
    """What a step comes to; where it fails that is noted, and the other steps go on."""
    try:
        return await doing
    except ProlificTuiError as error:
        troubles.append(f"{failed}: {error.message}")
    except Exception as error:  # noqa: BLE001 - the write that was answered must be told of
        troubles.append(f"{failed}: this program failed ({type(error).__name__}).")
    return None
