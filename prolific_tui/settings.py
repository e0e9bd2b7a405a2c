"""What the program remembers between runs: accounts, workspaces, how things are kept, numbers used.

It lives in one JSON file that several instances may use at once. What can't be read or written is
said in a note and never stops the program; nothing secret is ever in it. What a person sets by hand
is in `configuration`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from prolific_tui import profiles
from prolific_tui.errors import FileError
from prolific_tui.files import RecordsFile, make_object_in, object_in
from prolific_tui.keeping import KEEPING_PLACES, DraftKeeping, SecretCopies, TokenPlace, Workspace
from prolific_tui.profiles import Profile

_VERSION: Final = 1
_SERVICES: Final = "services"
_WORKSPACES: Final = "workspaces"
_DRAFT_KEEPING: Final = "draft_keeping"
_MADE: Final = "accounts_made"
_NEW_POOL: Final = ""
"""Stands for a pool that is yet to be made, among the ids of pools."""
_SECRETS_PLACE: Final = "secrets_place"
_SECRETS_KEPT: Final = "signing_secrets_kept"
_PROFILES: Final = "profiles"
_LAST_PROFILE: Final = "last_profile"


@dataclass(frozen=True, slots=True)
class AccountsMade:
    """The patterns of which accounts were made before, each with the number that comes next.

    A pattern is written with its zeros alone, such as `lab-b-{000}`, and `lab-b-{}` without any.
    """

    of_pool: Mapping[str, int] = field(default_factory=dict)
    """Those for the pool that was asked for, the one used last at the end."""
    elsewhere: Mapping[str, int] = field(default_factory=dict)
    """Those for the workspace's other pools; the highest number counts."""


def unsaved_words(trouble: str) -> str:
    """What becomes of a choice that could not be written down, with why."""
    return f"What you chose is remembered until you quit: {trouble}"


class StateFile:
    """The file of remembered things, or with None just this run's memory.

    Its methods touch the disk and may wait `lock_seconds` for another instance. None of them
    raises: what goes wrong becomes a note, and the program goes on with its memory. An entry that
    makes no sense counts as none.
    """

    def __init__(self, path: Path | None, lock_seconds: float = 2) -> None:
        self._file = None if path is None else RecordsFile(path, _VERSION, lock_seconds)
        self._content: dict[str, object] = {}
        self._unsaved: list[Callable[[dict[str, object]], None]] = []
        """The changes that the file has not got."""
        self._trouble = ""
        self._notes: list[str] = []

    @property
    def trouble(self) -> str:
        """Why the next start will not find every change, in a sentence; empty where it will."""
        return self._trouble

    @property
    def notes(self) -> tuple[str, ...]:
        """What the person should know, one sentence or more each, in order, none twice."""
        return tuple(self._notes)

    def load(self) -> None:
        """Read the file; without one, or with one that can't be used, all is empty.

        What could not be saved of this run counts all the same.
        """
        if self._file is not None:
            try:
                records = self._file.read()
            except FileError as error:
                self._note(f"{error.message} What was remembered is not used.")
            else:
                self._content = records.content
                for change in self._unsaved:
                    change(self._content)
                self._note(records.note)

    def workspace(self, service_url: str, owner_id: str) -> str | None:
        """The id of the workspace that this owner used last at this service, as far as loaded."""
        workspace_id = object_in(self._content, _SERVICES, service_url, _WORKSPACES).get(owner_id)
        return workspace_id if isinstance(workspace_id, str) else None

    def profiles(self) -> tuple[Profile, ...]:
        """Every account that is known on this machine, in the order in which they came."""
        return profiles.all_in(object_in(self._content, _PROFILES))

    def last_profile(self, service_url: str) -> str:
        """The name of the account that was used last at a service; empty where none was."""
        name = object_in(self._content, _SERVICES, service_url).get(_LAST_PROFILE)
        return name if isinstance(name, str) else ""

    def secrets_place(self) -> TokenPlace | None:
        """Where tokens and secrets are kept on this machine; None when nobody has chosen."""
        chosen = self._content.get(_SECRETS_PLACE)
        places = (*KEEPING_PLACES, TokenPlace.SESSION)
        return next((place for place in places if place.value == chosen), None)

    def kept_secrets(self) -> tuple[SecretCopies, ...]:
        """The workspaces of which signing secrets are kept on this machine, or may be."""
        services = object_in(self._content, _SERVICES)
        return tuple(
            SecretCopies.of((service_url, workspace_id), kept)
            for service_url in services
            for workspace_id, kept in object_in(services, service_url, _SECRETS_KEPT).items()
        )

    def draft_keeping(self) -> DraftKeeping | None:
        """What is kept of unsent rows on this machine; None when nobody has chosen."""
        chosen = self._content.get(_DRAFT_KEEPING)
        return next((keeping for keeping in DraftKeeping if keeping.value == chosen), None)

    def accounts_made(
        self, service_url: str, workspace_id: str, pool_id: str | None
    ) -> AccountsMade:
        """Of which patterns accounts were made; None as a pool is one that is yet to be made."""
        pools = object_in(self._content, _SERVICES, service_url, _MADE, workspace_id)
        elsewhere: dict[str, int] = {}
        for pool in pools.keys() - {pool_id or _NEW_POOL}:
            for pattern, number in _numbers(object_in(pools, pool)).items():
                elsewhere[pattern] = max(number, elsewhere.get(pattern, 0))
        return AccountsMade(_numbers(object_in(pools, pool_id or _NEW_POOL)), elsewhere)

    def remember_workspace(
        self, service_url: str, owner_id: str, workspace_id: str, title: str = ""
    ) -> None:
        """Remember a workspace as the one last used, and its title for the owner's profile."""

        def change(content: dict[str, object]) -> None:
            make_object_in(content, _SERVICES, service_url, _WORKSPACES)[owner_id] = workspace_id
            profiles.update(_profiles_in(content), (service_url, owner_id), workspace=title)

        self._change(change)

    def profile_of(self, service_url: str, owner_id: str) -> Profile | None:
        """The profile of an owner at a service, if there is one."""
        wanted = (service_url, owner_id)
        return next((each for each in self.profiles() if each.whose == wanted), None)

    def remember_profile(self, profile: Profile) -> None:
        """Remember an account that was checked; where it is known, as `remember_checked` does.

        A new one gets a name that is free, its own or one like it: another instance may have given
        that to somebody else's account meanwhile.
        """
        self._change(lambda content: profiles.add(_profiles_in(content), profile))

    def remember_checked(self, profile: Profile) -> None:
        """Remember what a check told of an account; nothing happens where it was forgotten.

        As with all that is remembered of an account, it is found by its service and owner: another
        instance may have given it another name, moved its token or forgotten it meanwhile.
        What tells nothing new, as the check of a given token, takes nothing back that one wrote.
        """
        if self.profile_of(*profile.whose) == profile and not self._unsaved:
            return
        told = profiles.told_by_a_check(profile)
        self._change(lambda known: profiles.update(_profiles_in(known), profile.whose, **told))

    def remember_places(self, profile: Profile) -> None:
        """Remember where the token of an account is; nothing happens where it was forgotten."""
        places = profiles.places(profile)
        self._change(lambda known: profiles.update(_profiles_in(known), profile.whose, **places))

    def remember_use(self, profile: Profile) -> None:
        """Remember an account as the one used last at its service; nothing where it is unknown."""

        def change(content: dict[str, object]) -> None:
            if name := profiles.name_of(_profiles_in(content), profile.whose):
                make_object_in(content, _SERVICES, profile.service_url)[_LAST_PROFILE] = name

        self._change(change)

    def rename_profile(self, profile: Profile, to: str) -> None:
        """Give an account another name; nothing happens where that is taken."""

        def change(content: dict[str, object]) -> None:
            known = _profiles_in(content)
            name = profiles.name_of(known, profile.whose)
            if not name or to in known:
                return
            content[_PROFILES] = {to if key == name else key: each for key, each in known.items()}
            for service in object_in(content, _SERVICES):
                uses = make_object_in(content, _SERVICES, service)
                if uses.get(_LAST_PROFILE) == name:
                    uses[_LAST_PROFILE] = to

        self._change(change)

    def forget_profile(self, profile: Profile) -> None:
        """Forget an account; its workspaces and what was sent stay remembered by its owner."""

        def change(content: dict[str, object]) -> None:
            known = _profiles_in(content)
            known.pop(profiles.name_of(known, profile.whose), None)

        self._change(change)

    def remember_secrets_place(self, place: TokenPlace) -> None:
        """Remember where tokens and secrets are to be kept.

        Where that is nowhere from now on, the copies of before are to leave.
        """

        def change(content: dict[str, object]) -> None:
            if place not in KEEPING_PLACES and content.get(_SECRETS_PLACE) != place.value:
                for service_url in object_in(content, _SERVICES):
                    kept = make_object_in(content, _SERVICES, service_url, _SECRETS_KEPT)
                    for workspace_id, known in kept.items():
                        copies = SecretCopies.of((service_url, workspace_id), known)
                        kept[workspace_id] = replace(copies, is_leaving=True).as_object()
            content[_SECRETS_PLACE] = place.value

        self._change(change)

    def remember_secret_in(self, workspace: Workspace, place: TokenPlace) -> None:
        """Remember that a place may have a copy of a workspace's signing secrets, and is to."""

        def change(known: SecretCopies) -> SecretCopies:
            return SecretCopies(workspace, tuple(dict.fromkeys((*known.places, place))))

        self._change_copies(workspace, change)

    def forget_secret_in(self, workspace: Workspace, place: TokenPlace) -> None:
        """Remember that a place has no copy of a workspace's signing secrets any more."""

        def change(known: SecretCopies) -> SecretCopies:
            return replace(known, places=tuple(each for each in known.places if each is not place))

        self._change_copies(workspace, change)

    def _change_copies(
        self, workspace: Workspace, alter: Callable[[SecretCopies], SecretCopies]
    ) -> None:
        def change(content: dict[str, object]) -> None:
            service_url, workspace_id = workspace
            kept = make_object_in(content, _SERVICES, service_url, _SECRETS_KEPT)
            copies = alter(SecretCopies.of(workspace, kept.get(workspace_id, [])))
            kept[workspace_id] = copies.as_object()
            if not copies.places:
                del kept[workspace_id]

        before = self._copies_of(workspace)
        if alter(before) != before or self._unsaved:
            self._change(change)

    def _copies_of(self, workspace: Workspace) -> SecretCopies:
        known = (each for each in self.kept_secrets() if each.workspace == workspace)
        return next(known, SecretCopies(workspace, ()))

    def remember_draft_keeping(self, keeping: DraftKeeping) -> None:
        """Remember what is to be kept of unsent rows."""

        def change(content: dict[str, object]) -> None:
            content[_DRAFT_KEEPING] = keeping.value

        self._change(change)

    def remember_accounts_made(
        self, service_url: str, workspace_id: str, pool_id: str | None, pattern: str, number: int
    ) -> None:
        """Remember which number comes next for a pattern, written as `AccountsMade` has it."""

        def change(content: dict[str, object]) -> None:
            pool = pool_id or _NEW_POOL
            patterns = make_object_in(content, _SERVICES, service_url, _MADE, workspace_id, pool)
            # Taken out first, so that the one used last stands at the end.
            patterns.pop(pattern, None)
            patterns[pattern] = number

        self._change(change)

    def _change(self, change: Callable[[dict[str, object]], None]) -> None:
        change(self._content)
        if self._file is None:
            return
        self._unsaved.append(change)

        def catch_up(content: dict[str, object]) -> None:
            for each in self._unsaved:
                each(content)

        try:
            records = self._file.change(catch_up)
        except FileError as error:
            self._trouble = error.message
            self._note(unsaved_words(error.message))
        else:
            self._trouble = ""
            self._unsaved.clear()
            self._content = records.content
            self._note(records.note)

    def _note(self, note: str) -> None:
        if note and note not in self._notes:
            self._notes.append(note)


def _profiles_in(content: dict[str, object]) -> dict[str, object]:
    return make_object_in(content, _PROFILES)


def _numbers(content: Mapping[str, object]) -> dict[str, int]:
    """Those entries that are numbers from 0 on."""
    return {
        name: number
        for name, number in content.items()
        if isinstance(number, int) and not isinstance(number, bool) and number >= 0
    }
