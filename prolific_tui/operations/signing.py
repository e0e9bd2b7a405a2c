"""Where signing secrets are kept on this machine: this program's own entries, and new files.

A new secret is kept by the send that made it, on the operations' loop, so that it is in its place
whatever becomes of the interface. The one before it stays beside it, with its end, because
receivers may have to take both for a while.
"""

import asyncio
import json
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from prolific_tui import files
from prolific_tui.access import Entry
from prolific_tui.errors import ProlificTuiError
from prolific_tui.keeping import KEEPING_PLACES, TokenPlace
from prolific_tui.operations.loop import BackgroundLoop
from prolific_tui.operations.memory import Memory
from prolific_tui.operations.stores import Stores
from prolific_tui.secret import Secret
from prolific_tui.submission.means import Clock, ProvedPlaces, Replaced
from prolific_tui.submission.plan import Kept, SecretPlan

T = TypeVar("T")

_WORDS: Final = {
    TokenPlace.KEYRING: "in the keyring",
    TokenPlace.FILE: "in this program's own file (0600, plain text)",
}


@dataclass(frozen=True, slots=True)
class PreviousSecret:
    """A secret that was replaced."""

    value: Secret
    ended: datetime
    """When it was replaced, or found to be."""


@dataclass(frozen=True, slots=True)
class KeptSecrets:
    """What is kept of a workspace's secrets in this program's own entries."""

    place: TokenPlace
    """Where those are: the keyring, or this program's own file where a person chose that."""
    is_chosen: bool
    """Whether a person chose that place for tokens and secrets."""
    current: Secret | None = None
    """The copy that was kept last."""
    previous: PreviousSecret | None = None
    trouble: ProlificTuiError | None = None
    """Why the place could not be read."""

    @property
    def words(self) -> str:
        """That place, in words: `in the keyring`."""
        return _WORDS[self.place]


class SecretEntries:
    """Keeps secrets in their places; it belongs to the operations' loop."""

    def __init__(self, stores: Stores, memory: Memory, service_url: str, clock: Clock) -> None:
        self._stores = stores
        self._memory = memory
        self._service_url = service_url
        self._clock = clock

    async def _place(self) -> TokenPlace:
        """Where this program's own entries are."""
        chosen = await self._memory.secrets_place()
        return TokenPlace.FILE if chosen is TokenPlace.FILE else TokenPlace.KEYRING

    def _entry(self, workspace_id: str) -> Entry:
        return Entry.signing_secret(self._service_url, workspace_id)

    def _previous_entry(self, workspace_id: str) -> Entry:
        return Entry.previous_secret(self._service_url, workspace_id)

    async def kept(self, workspace_id: str) -> KeptSecrets:
        """What is kept of a workspace's secrets; nothing is raised."""
        place = await self._place()
        is_chosen = await self._memory.secrets_place() is place
        try:
            current = await self._stores.load(place, self._entry(workspace_id))
            kept = await self._stores.load(place, self._previous_entry(workspace_id))
        except ProlificTuiError as error:
            return KeptSecrets(place, is_chosen, trouble=error)
        return KeptSecrets(place, is_chosen, current, None if kept is None else _previous(kept))

    async def are_any_kept(self) -> bool:
        """Whether any secret is kept on this machine, or was."""
        return bool(await self._memory.kept_secrets())

    # As a send needs it

    async def prove(self, plan: SecretPlan) -> ProvedPlaces:
        """Write something to every destination, read it back, and take it away again."""
        if plan.destinations.file is not None:
            await asyncio.to_thread(files.prove_new, plan.destinations.file)
        place = None
        if plan.destinations.own_entry:
            place, probe = await self._place(), Entry.probe(self._service_url)
            # Another one every time, so that what is read back is not an older one.
            await self._stores.save(place, probe, Secret(f"probe {self._clock().isoformat()}"))
            await self._stores.delete(place, probe)
        return _Places(self, plan, place)

    async def keep_found(
        self, workspace_id: str, found: Secret, chosen: tuple[str, ...] | None, replaced: Replaced
    ) -> Kept:
        """Keep a secret in this program's entry if it was to be there; nothing is raised.

        Where nobody knows where it was to be, one of its workspace there tells as much, the one
        before it too. A copy there becomes the previous one only if it is the one that was
        replaced: of an older one nobody knows when it ended, and the true one may be kept already.
        """
        if chosen is not None and set(chosen).isdisjoint(_WORDS.values()):
            return Kept()
        kept = await self.kept(workspace_id)
        if kept.trouble is not None:
            return Kept(troubles=(f"NOT kept {_WORDS[kept.place]}: {kept.trouble.message}",))
        if chosen is None and kept.current is None and kept.previous is None:
            return Kept()
        copy = kept.current
        is_other = copy is not None and await replaced.is_it(copy) is False
        # Named as the one before, the new one itself leaves that entry as it is.
        old = found if is_other else copy
        return await self.keep_own(workspace_id, found, old, ended=replaced.ended)

    async def keep_own(
        self,
        workspace_id: str,
        new: Secret,
        old: Secret | None = None,
        place: TokenPlace | None = None,
        ended: datetime | None = None,
    ) -> Kept:
        """Keep a secret in this program's own entry; nothing is raised.

        Args:
            workspace_id: whose it is.
            new: the secret.
            old: the one that it replaces; None for the one that is kept so far.
            place: where it was proved that it can be kept; None for where such are kept now.
            ended: when the old one was replaced; None for the present moment.
        """
        place = place or await self._place()
        places: list[str] = []
        troubles: list[str] = []
        entry, words = self._entry(workspace_id), _WORDS[place]
        if old is None:
            unread = "What was kept before could not be read"
            old = await _attempt(self._stores.load(place, entry), unread, troubles)
        # Before the new one takes its place: then each of them is somewhere at every moment.
        if old is not None and old != new:
            saving = self._save_previous(place, workspace_id, old, ended)
            troubles += await _attempt(saving, "The previous one was not kept", troubles) or ()
        failed = len(troubles)
        await _attempt(self._stores.save(place, entry, new), f"NOT kept {words}", troubles)
        if len(troubles) == failed:
            places.append(words)
            troubles += await self._memory.remember_kept_secret(self._service_url, workspace_id)
        return Kept(tuple(places), tuple(troubles))

    async def keep_old(self, workspace_id: str, old: Secret, place: TokenPlace) -> None:
        """Keep a secret that is about to be replaced, where nothing holds it yet.

        Raises:
            ProlificTuiError: the place did not take it.
        """
        if await self._stores.load(place, self._entry(workspace_id)) != old:
            await self._save_previous(place, workspace_id, old)

    async def _save_previous(
        self, place: TokenPlace, workspace_id: str, old: Secret, ended: datetime | None = None
    ) -> tuple[str, ...]:
        """Keep a secret beside the current one, with its end, or the present moment as that.

        It is remembered that there is one, so that it is found when it is to be deleted. Gives what
        could not be remembered.
        """
        end = ended or self._clock()
        previous = json.dumps({"value": old.reveal(), "ended": end.isoformat()})
        await self._stores.save(place, self._previous_entry(workspace_id), Secret(previous))
        return await self._memory.remember_kept_secret(self._service_url, workspace_id)

    async def move(self, before: TokenPlace | None, to: TokenPlace) -> tuple[str, ...]:
        """Keep what is kept where the person wants it from now on, or nowhere.

        Args:
            before: where secrets were to be kept; None where nobody had chosen.
            to: where they are from now on; `SESSION` deletes them.

        Returns:
            What the person should know of that, a sentence or two each.
        """
        source = TokenPlace.FILE if before is TokenPlace.FILE else TokenPlace.KEYRING
        if to in (before, source):
            return ()
        notes: list[str] = []
        is_deleted = False
        for service_url, workspace_id in await self._memory.kept_secrets():
            for entry in (
                Entry.signing_secret(service_url, workspace_id),
                Entry.previous_secret(service_url, workspace_id),
            ):
                stays = f"The {entry.name} stays {_WORDS[source]}"
                moved = await _attempt(self._move(entry, source, to), stays, notes)
                is_deleted = is_deleted or (moved is True and to not in KEEPING_PLACES)
        if is_deleted:
            notes.append(
                "The copies of signing secrets were deleted; Prolific has the current one."
            )
        return tuple(notes)

    async def _move(self, entry: Entry, source: TokenPlace, to: TokenPlace) -> bool:
        """Move an entry to a place, or delete it; False where there is none."""
        value = await self._stores.load(source, entry)
        if value is None:
            return False
        if to in KEEPING_PLACES:
            await self._stores.save(to, entry, value)
        await self._stores.delete(source, entry)
        return True


@dataclass(frozen=True, slots=True)
class _Places:
    """The destinations of a plan as they were proved."""

    entries: SecretEntries
    plan: SecretPlan
    place: TokenPlace | None
    """Where this program's own entry goes; None where the person wants none."""

    @property
    def names(self) -> tuple[str, ...]:
        """Those destinations, each as `Kept.places` has it."""
        file = self.plan.destinations.file
        written = () if file is None else (f"in {files.expand(file)}",)
        return written if self.place is None else (*written, _WORDS[self.place])

    async def keep_old(self, old: Secret | None) -> None:
        """Keep the secret that is about to be replaced, where nothing holds it yet."""
        if self.place is not None and old is not None:
            await self.entries.keep_old(self.plan.workspace.id, old, self.place)

    async def keep(self, new: Secret, old: Secret | None) -> Kept:
        """Keep a new secret, first where that takes no time; nothing is raised."""
        kept, file = Kept(), self.plan.destinations.file
        if file is not None:
            troubles: list[str] = []
            path = await _attempt(save_to_file(file, new), f"NOT kept in {file}", troubles)
            kept = Kept(() if path is None else (f"in {path}",), tuple(troubles))
        if self.place is None:
            return kept
        own = await self.entries.keep_own(self.plan.workspace.id, new, old, self.place)
        return Kept(kept.places + own.places, kept.troubles + own.troubles)


async def save_to_file(path: Path, value: Secret) -> Path:
    """Write a secret to a new 0600 file; raises `FileError` if it is there already.

    Returns the absolute path.
    """
    return await asyncio.to_thread(files.write_new, path, f"{value.reveal()}\n".encode())


async def _attempt(doing: Awaitable[T], failed: str, troubles: list[str]) -> T | None:
    """What a step comes to; where it fails that is noted, and the other steps go on."""
    try:
        return await doing
    except ProlificTuiError as error:
        troubles.append(f"{failed}: {error.message}")
    except Exception as error:  # noqa: BLE001 - the write that was answered must be told of
        troubles.append(f"{failed}: this program failed ({type(error).__name__}).")
    return None


def _previous(kept: Secret) -> PreviousSecret | None:
    """What an entry says of the secret before; None where it makes no sense."""
    try:
        content = json.loads(kept.reveal())
        value, ended = content["value"], datetime.fromisoformat(content["ended"])
    except (ValueError, TypeError, KeyError):
        return None
    return PreviousSecret(Secret(value), ended) if isinstance(value, str) else None


class Signing:
    """The same for the interface; every coroutine is awaited on the interface's own loop."""

    def __init__(self, loop: BackgroundLoop, entries: SecretEntries) -> None:
        self._loop = loop
        self._entries = entries

    async def kept(self, workspace_id: str) -> KeptSecrets:
        """What is kept of a workspace's secrets; nothing is raised."""
        return await self._run(self._entries.kept(workspace_id))

    async def are_any_kept(self) -> bool:
        """Whether this program keeps any signing secret on this machine, or did."""
        return await self._run(self._entries.are_any_kept())

    async def prove(self, plan: SecretPlan) -> None:
        """Find out whether every destination of a plan would take the new secret.

        Raises:
            ProlificTuiError: one of them would not.
        """
        await self._run(self._entries.prove(plan))

    async def keep(
        self, workspace_id: str, value: Secret, previous: PreviousSecret | None = None
    ) -> Kept:
        """Keep a secret in this program's own entry, and the one before it beside that.

        Where that is not known, another one that was in the entry counts as it. Nothing is raised.
        Cancelling it ends what is asked of the keyring; what that has then is unknown, and Prolific
        has the secret still.
        """
        old, ended = (previous.value, previous.ended) if previous else (None, None)
        return await self._run(self._entries.keep_own(workspace_id, value, old, ended=ended))

    async def save_to_file(self, path: Path, value: Secret) -> Path:
        """Write a secret to a new 0600 file; raises `FileError` if it is there already.

        Returns the absolute path.
        """
        return await self._run(save_to_file(path, value))

    async def _run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return await asyncio.wrap_future(self._loop.submit(coroutine))
