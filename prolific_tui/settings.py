"""What is remembered between runs: workspaces, places of tokens, how drafts are kept, numbers used.

It lives in one JSON file that several instances may use at once. What can't be read or written is
said in a note and never stops the program; nothing secret is ever in it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Final

from prolific_tui.errors import FileError
from prolific_tui.files import RecordsFile, make_object_in, object_in

_VERSION: Final = 1
_SERVICES: Final = "services"
_WORKSPACES: Final = "workspaces"
_DRAFT_KEEPING: Final = "draft_keeping"
_MADE: Final = "accounts_made"
_NEW_POOL: Final = ""
"""Stands for a pool that is yet to be made, among the ids of pools."""
_TOKEN_PLACE: Final = "token_place"  # noqa: S105 - the name of a field, not a token


class TokenPlace(Enum):
    """Where the token of a service is kept."""

    KEYRING = "keyring"
    """The operating system's keyring."""
    FILE = "file"
    """This program's own 0600 file, in plain text."""
    ENVIRONMENT = "environment"
    """The variable PROLIFIC_TOKEN."""
    TOKEN_FILE = "token file"  # noqa: S105 - a place, not a token
    """The file or pipe that `--token-file` names."""
    SESSION = "session"
    """Nowhere: it is asked for at every start."""


class DraftKeeping(Enum):
    """What is kept of rows that were not sent, on this machine."""

    EVERYTHING = "everything"
    """Usernames and passwords, in files that only their owner can read."""
    USERNAMES = "usernames"
    """All but the passwords."""
    NOTHING = "nothing"
    """Unsent rows are gone when the program ends."""


@dataclass(frozen=True, slots=True)
class AccountsMade:
    """The patterns of which accounts were made before, each with the number that comes next.

    A pattern is written with its zeros alone, such as `lab-b-{000}`, and `lab-b-{}` without any.
    """

    of_pool: Mapping[str, int] = field(default_factory=dict)
    """Those for the pool that was asked for, the one used last at the end."""
    elsewhere: Mapping[str, int] = field(default_factory=dict)
    """Those for the workspace's other pools; the highest number counts."""


class StateFile:
    """The file of remembered things, or with None just this run's memory.

    Its methods touch the disk and may wait `lock_seconds` for another instance. None of them
    raises: what goes wrong becomes a note, and the program goes on with its memory. An entry that
    makes no sense counts as none.
    """

    def __init__(self, path: Path | None, lock_seconds: float = 2) -> None:
        self._file = None if path is None else RecordsFile(path, _VERSION, lock_seconds)
        self._content: dict[str, object] = {}
        self._notes: list[str] = []

    @property
    def notes(self) -> tuple[str, ...]:
        """What the person should know, one sentence or more each, in order, none twice."""
        return tuple(self._notes)

    def load(self) -> None:
        """Read the file; without one, or with one that can't be used, all is empty."""
        if self._file is not None:
            try:
                records = self._file.read()
            except FileError as error:
                self._note(f"{error.message} What was remembered is not used.")
            else:
                self._content = records.content
                self._note(records.note)

    def workspace(self, service_url: str, owner_id: str) -> str | None:
        """The id of the workspace that this owner used last at this service, as far as loaded."""
        workspace_id = object_in(self._content, _SERVICES, service_url, _WORKSPACES).get(owner_id)
        return workspace_id if isinstance(workspace_id, str) else None

    def token_place(self, service_url: str) -> TokenPlace | None:
        """Where the token of this service is kept; None when nobody has chosen."""
        chosen = object_in(self._content, _SERVICES, service_url).get(_TOKEN_PLACE)
        return next((place for place in TokenPlace if place.value == chosen), None)

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

    def remember_workspace(self, service_url: str, owner_id: str, workspace_id: str) -> None:
        """Remember a workspace as the one last used."""

        def change(content: dict[str, object]) -> None:
            make_object_in(content, _SERVICES, service_url, _WORKSPACES)[owner_id] = workspace_id

        self._change(change)

    def remember_token_place(self, service_url: str, place: TokenPlace) -> None:
        """Remember where the token of a service is kept."""

        def change(content: dict[str, object]) -> None:
            make_object_in(content, _SERVICES, service_url)[_TOKEN_PLACE] = place.value

        self._change(change)

    def forget_token_place(self, service_url: str) -> None:
        """Forget where the token of a service is kept, so that the person is asked again."""

        def change(content: dict[str, object]) -> None:
            make_object_in(content, _SERVICES, service_url).pop(_TOKEN_PLACE, None)

        self._change(change)

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
        try:
            records = self._file.change(change)
        except FileError as error:
            self._note(f"{error.message} What you chose is remembered until you quit.")
        else:
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
