"""What the program remembers between runs: accounts, workspaces, how things are kept, numbers used.

It lives in one JSON file that several instances may use at once. What can't be read or written is
said in a note and never stops the program; nothing secret is ever in it. What a person sets by hand
is in `configuration`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from prolific_tui.access import checked_profile_name, checked_service_url
from prolific_tui.errors import FileError, SettingsError
from prolific_tui.files import RecordsFile, make_object_in, object_in
from prolific_tui.keeping import KEEPING_PLACES, DraftKeeping, SecretCopies, TokenPlace, Workspace

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
class Profile:
    """An account under the name that it has on this machine; its token is not in here."""

    name: str
    service_url: str
    """The one service that its token is for."""
    owner_id: str
    """Whose account it is; a service has one profile for each owner at most."""
    owner: str = ""
    """The owner's email address, as `users/me` told it last."""
    place: TokenPlace = TokenPlace.SESSION
    """Where its token is kept: one of `KEEPING_PLACES`, or `SESSION` for nowhere."""
    checked: datetime | None = None
    """When its token was accepted last."""
    workspace: str = ""
    """The title of the workspace that was opened last, and is opened first; "" for the first."""
    refused: datetime | None = None
    """When its service refused its token; None where that was accepted since."""
    refused_from: TokenPlace | None = None
    """Where that token came from: the one that is kept may be another."""
    left_in: tuple[TokenPlace, ...] = ()
    """Where else a copy of its token may be: on its way there, or not deleted yet from there."""


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
        known = object_in(self._content, _PROFILES)
        profiles = (_profile(name, object_in(known, name)) for name in known)
        return tuple(profile for profile in profiles if profile is not None)

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
        profile = self.profile_of(service_url, owner_id)

        def change(content: dict[str, object]) -> None:
            make_object_in(content, _SERVICES, service_url, _WORKSPACES)[owner_id] = workspace_id
            if profile is not None and profile.name in object_in(content, _PROFILES):
                make_object_in(content, _PROFILES, profile.name)["workspace"] = title

        self._change(change)

    def profile_of(self, service_url: str, owner_id: str) -> Profile | None:
        """The profile of an owner at a service, if there is one."""
        wanted = (service_url, owner_id)
        return next((p for p in self.profiles() if (p.service_url, p.owner_id) == wanted), None)

    def remember_profile(self, profile: Profile) -> None:
        """Remember an account, in place of what was known of it.

        Nothing happens where its name is by now another account's, which another instance may
        have made meanwhile.
        """
        self._remember(profile, knows_places=True)

    def remember_checked(self, profile: Profile) -> None:
        """As `remember_profile`, but of one that is known the places of its token stay as they are.

        Another instance may have moved that while this one had it checked.
        """
        self._remember(profile, knows_places=False)

    def _remember(self, profile: Profile, *, knows_places: bool) -> None:
        def change(content: dict[str, object]) -> None:
            known = _profile(profile.name, object_in(content, _PROFILES, profile.name))
            if known is not None and known.owner_id != profile.owner_id:
                return
            kept = profile if knows_places or known is None else known
            make_object_in(content, _PROFILES, profile.name).update(
                service_url=profile.service_url,
                owner_id=profile.owner_id,
                owner=profile.owner,
                token_place=kept.place.value,
                checked=profile.checked.isoformat() if profile.checked else None,
                refused=profile.refused.isoformat() if profile.refused else None,
                refused_from=profile.refused_from.value if profile.refused_from else None,
                left_in=[place.value for place in kept.left_in],
                workspace=profile.workspace,
            )

        self._change(change)

    def remember_use(self, profile: Profile) -> None:
        """Remember an account as the one used last at its service."""

        def change(content: dict[str, object]) -> None:
            make_object_in(content, _SERVICES, profile.service_url)[_LAST_PROFILE] = profile.name

        self._change(change)

    def rename_profile(self, name: str, to: str) -> None:
        """Give an account another name; nothing happens where that is taken."""

        def change(content: dict[str, object]) -> None:
            known = make_object_in(content, _PROFILES)
            if name not in known or to in known:
                return
            renamed = {to if key == name else key: value for key, value in known.items()}
            content[_PROFILES] = renamed
            for service in object_in(content, _SERVICES):
                uses = make_object_in(content, _SERVICES, service)
                if uses.get(_LAST_PROFILE) == name:
                    uses[_LAST_PROFILE] = to

        self._change(change)

    def forget_profile(self, name: str) -> None:
        """Forget an account; its workspaces and what was sent stay remembered by its owner."""

        def change(content: dict[str, object]) -> None:
            make_object_in(content, _PROFILES).pop(name, None)

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


def _numbers(content: Mapping[str, object]) -> dict[str, int]:
    """Those entries that are numbers from 0 on."""
    return {
        name: number
        for name, number in content.items()
        if isinstance(number, int) and not isinstance(number, bool) and number >= 0
    }


def _profile(name: str, content: Mapping[str, object]) -> Profile | None:
    """What the file says of an account; None where it can't be meant for one."""
    texts = {
        key: value
        for key in (
            *("service_url", "owner_id", "owner", "workspace"),
            *("token_place", "checked", "refused", "refused_from"),
        )
        if isinstance(value := content.get(key), str)
    }
    try:
        checked_profile_name(name)
        service_url = checked_service_url(texts.get("service_url", ""))
    except SettingsError:
        return None
    if not texts.get("owner_id"):
        return None
    place = next((p for p in KEEPING_PLACES if p.value == texts.get("token_place")), None)
    left_in = content.get("left_in")
    return Profile(
        name,
        service_url,
        texts["owner_id"],
        texts.get("owner", ""),
        place or TokenPlace.SESSION,
        _moment(texts.get("checked", "")),
        texts.get("workspace", ""),
        _moment(texts.get("refused", "")),
        next((p for p in TokenPlace if p.value == texts.get("refused_from")), None),
        tuple(p for p in KEEPING_PLACES if isinstance(left_in, list) and p.value in left_in),
    )


def _moment(text: str) -> datetime | None:
    """A moment as the file has it; None where there is none."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
