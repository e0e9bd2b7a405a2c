"""Where signing secrets are kept on this machine: this program's own entries, and new files.

A new secret is kept by the send that made it, on the operations' loop, so that it is in its place
whatever becomes of the interface. The one before it stays beside it, with its end, because
receivers may have to take both for a while.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from prolific_tui import files
from prolific_tui.access import Entry
from prolific_tui.errors import KeyringError, ProlificTuiError
from prolific_tui.keeping import KEEPING_PLACES, TokenPlace
from prolific_tui.operations.copies import Copies, attempt
from prolific_tui.operations.loop import BackgroundLoop
from prolific_tui.operations.memory import Memory
from prolific_tui.operations.stores import Stores
from prolific_tui.secret import Secret
from prolific_tui.submission.means import Clock, ProvedPlaces, Replaced
from prolific_tui.submission.plan import Kept, SecretPlan, place_words

T = TypeVar("T")

Undo = Callable[[], Awaitable[None]]


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
    """Where they belong: the keyring, or this program's own file where a person chose that."""
    is_chosen: bool
    """Whether a person chose that place for tokens and secrets."""
    current: Secret | None = None
    """The copy that was kept last."""
    previous: PreviousSecret | None = None
    trouble: ProlificTuiError | None = None
    """Why a place could not be read."""
    left_in: TokenPlace | None = None
    """Where the current one was found, if that is another place: it could not be moved yet."""

    @property
    def found_in(self) -> TokenPlace:
        """Where the current one is, if it is anywhere."""
        return self.left_in or self.place


class SecretEntries:
    """Keeps secrets in their places; it belongs to the operations' loop."""

    def __init__(self, stores: Stores, memory: Memory, service_url: str, clock: Clock) -> None:
        self._stores = stores
        self.copies = Copies(stores, memory, service_url)
        """Where they are by now."""
        self._memory = memory
        self._service_url = service_url
        self._clock = clock

    def _entry(self, workspace_id: str) -> Entry:
        return Entry.signing_secret(self._service_url, workspace_id)

    def _previous_entry(self, workspace_id: str) -> Entry:
        return Entry.previous_secret(self._service_url, workspace_id)

    async def kept(self, workspace_id: str) -> KeptSecrets:
        """What is kept of a workspace's secrets; nothing is raised."""
        places = await self.copies.places_of(workspace_id)
        place = places[0]
        kept = KeptSecrets(place, await self._memory.secrets_place() is place)
        try:
            current, found_in = await self.copies.load(self._entry(workspace_id), places)
            kept = replace(kept, current=current, left_in=None if found_in is place else found_in)
            previous, _ = await self.copies.load(self._previous_entry(workspace_id), places)
        except ProlificTuiError as error:
            # Where the current one is at hand, a place that may have the other hides nothing.
            return kept if kept.current is not None else replace(kept, trouble=error)
        return kept if previous is None else replace(kept, previous=_previous(previous))

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
            place = await self.copies.chosen()
            # Another one every time, so that what is read back is not an older one.
            probe = Secret(f"probe {self._clock().isoformat()}")
            await self.copies.prove(place, plan.workspace.id, probe)
        return _Places(self, plan, place)

    async def keep_found(
        self, workspace_id: str, found: Secret, chosen: tuple[str, ...] | None, replaced: Replaced
    ) -> Kept:
        """Keep a secret in this program's entry if it was to be there; nothing is raised.

        Where nobody knows where it was to be, one of its workspace there tells as much, the one
        before it too. A copy there becomes the previous one only if it is the one that was
        replaced: of an older one nobody knows when it ended, and the true one may be kept already.
        """
        if chosen is not None and {each.value for each in KEEPING_PLACES}.isdisjoint(chosen):
            return Kept()
        kept = await self.kept(workspace_id)
        if kept.trouble is not None:
            return Kept(troubles=(f"NOT kept in {kept.place.words}: {kept.trouble.message}",))
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
        place = place or await self.copies.chosen()
        places: list[str] = []
        troubles: list[str] = []
        entry, words = self._entry(workspace_id), place_words(place.value)
        unread = "What was kept before could not be read"
        if old is None:
            looked_in = dict.fromkeys((place, *await self.copies.places_of(workspace_id)))
            looking = self.copies.load(entry, tuple(looked_in))
            old, _ = await attempt(looking, unread, troubles) or (None, place)
        # Before the new one takes its place: then each of them is somewhere at every moment.
        if old is not None and old != new:
            saving = self.save_previous(place, workspace_id, old, ended)
            troubles += await attempt(saving, "The previous one was not kept", troubles) or ()
        failed = len(troubles)
        saving = self.copies.save(place, workspace_id, entry, new)
        notes = await attempt(saving, f"NOT kept {words}", troubles)
        if len(troubles) == failed:
            places.append(words)
            troubles += notes or ()
        elif troubles[0].startswith(unread):
            # Why it is not kept says that as well, and mostly in the same words.
            del troubles[0]
        return Kept(tuple(places), tuple(troubles))

    async def undo_of_keeping(
        self, workspace_id: str, old: Secret, place: TokenPlace
    ) -> Undo | None:
        """How what is there now is put back once `save_previous` took its place.

        Returns:
            What may raise `ProlificTuiError`; None where the secret is kept as the current one,
            and need not be saved.

        Raises:
            ProlificTuiError: the place could not be asked.
        """
        current = await self._stores.load(place, self._entry(workspace_id))
        if current == old:
            return None
        entry = self._previous_entry(workspace_id)
        before = await self._stores.load(place, entry)

        async def put_back() -> None:
            if before is not None:
                await self._stores.save(place, entry, before)
                return
            await self._stores.delete(place, entry)
            if current is None:
                await self._memory.forget_secret_in((self._service_url, workspace_id), place)

        return put_back

    async def save_previous(
        self, place: TokenPlace, workspace_id: str, old: Secret, ended: datetime | None = None
    ) -> tuple[str, ...]:
        """Keep a secret beside the current one, with its end, or the present moment as that.

        Gives what could not be remembered.
        """
        end = ended or self._clock()
        previous = json.dumps({"value": old.reveal(), "ended": end.isoformat()})
        entry = self._previous_entry(workspace_id)
        return await self.copies.save(place, workspace_id, entry, Secret(previous))


@dataclass(slots=True)
class _Places:
    """The destinations of a plan as they were proved."""

    entries: SecretEntries
    plan: SecretPlan
    place: TokenPlace | None
    """Where this program's own entry goes; None where the person wants none."""
    undo: Undo | None = None
    """How the old one is taken away again."""

    @property
    def names(self) -> tuple[str, ...]:
        """Those destinations, each as `place_words` takes it."""
        file = self.plan.destinations.file
        written = () if file is None else (str(files.expand(file)),)
        return written if self.place is None else (*written, self.place.value)

    async def keep_old(self, old: Secret | None) -> None:
        """Keep the secret that is about to be replaced, where nothing holds it yet."""
        if self.place is None or old is None:
            return
        workspace_id = self.plan.workspace.id
        # At hand before anything is saved: a place may take it, and say that it did not.
        self.undo = await self.entries.undo_of_keeping(workspace_id, old, self.place)
        if self.undo is None:
            return
        try:
            await self.entries.save_previous(self.place, workspace_id, old)
        except KeyringError as error:
            if error.is_untouched:
                self.undo = None
            raise

    async def put_back(self) -> tuple[str, ...]:
        """Undo `keep_old`; gives what could not be done."""
        troubles: list[str] = []
        if self.undo is not None:
            failed = f"The secret may be marked as the previous one {place_words(self.names[-1])}"
            await attempt(self.undo(), failed, troubles)
        return tuple(troubles)

    async def keep(self, new: Secret, old: Secret | None) -> Kept:
        """Keep a new secret, first where that takes no time; nothing is raised."""
        kept, file = Kept(), self.plan.destinations.file
        if file is not None:
            troubles: list[str] = []
            path = await attempt(save_to_file(file, new), f"NOT kept in {file}", troubles)
            kept = Kept(() if path is None else (place_words(str(path)),), tuple(troubles))
        if self.place is None:
            return kept
        own = await self.entries.keep_own(self.plan.workspace.id, new, old, self.place)
        return Kept(kept.places + own.places, kept.troubles + own.troubles)


async def save_to_file(path: Path, value: Secret) -> Path:
    """Write a secret to a new 0600 file; raises `FileError` if it is there already.

    Returns the absolute path.
    """
    return await asyncio.to_thread(files.write_new, path, f"{value.reveal()}\n".encode())


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

    async def prove(self, plan: SecretPlan) -> SecretPlan:
        """Find out whether every destination of a plan would take the new secret.

        Returns:
            The plan, with the absolute path of its file.

        Raises:
            ProlificTuiError: one of them would not.
        """
        await self._run(self._entries.prove(plan))
        file = plan.destinations.file
        whole = None if file is None else files.expand(file)
        return replace(plan, destinations=replace(plan.destinations, file=whole))

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
