"""Where tokens and secrets come from and are kept, and how unsent rows are, each with its words.

What a place is called stands here alone, so that it has the same name on every screen and in every
sentence.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final, Self

from prolific_tui.access import Entry


class TokenPlace(Enum):
    """Where a token comes from, or is kept."""

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

    @property
    def words(self) -> str:
        """What it is called in a sentence, after `in` or `from`."""
        return _WORDS[self][0]

    @property
    def short(self) -> str:
        """What it is called in a column of 11 cells."""
        return _WORDS[self][1]

    @property
    def is_given(self) -> bool:
        """Whether the command line or the environment gives it, and this program keeps nothing."""
        return self in (TokenPlace.ENVIRONMENT, TokenPlace.TOKEN_FILE)


_WORDS: Final = {
    TokenPlace.KEYRING: ("the keyring", "keyring"),
    TokenPlace.FILE: ("the plain-text file", "plain text"),
    TokenPlace.ENVIRONMENT: ("PROLIFIC_TOKEN", "variable"),
    TokenPlace.TOKEN_FILE: ("--token-file", "token file"),
    TokenPlace.SESSION: ("this session only", "asked for"),
}

KEEPING_PLACES: Final = (TokenPlace.KEYRING, TokenPlace.FILE)
"""The places in which this program itself keeps tokens and secrets."""


class DraftKeeping(Enum):
    """What is kept of rows that were not sent, on this machine."""

    EVERYTHING = "everything"
    """Usernames and passwords, in files that only their owner can read."""
    USERNAMES = "usernames"
    """All but the passwords."""
    NOTHING = "nothing"
    """Unsent rows are gone when the program ends."""


@dataclass(frozen=True, slots=True)
class MachineKeeping:
    """How things are kept on this machine, as the person chose it in one question."""

    secrets: TokenPlace
    """One of `KEEPING_PLACES` for tokens and secrets, or `SESSION` for nowhere."""
    rows: DraftKeeping


@dataclass(frozen=True, slots=True)
class OwnFiles:
    """Where this program's own files are, in words; without a disk in its memory, as in a demo."""

    tokens: str = "this program's memory"
    """The file of tokens and secrets, where a person chose that."""
    rows: str = "this program's memory"
    """The directory of unsent rows."""


Workspace = tuple[str, str]
"""A service and the id of a workspace there."""


@dataclass(frozen=True, slots=True)
class SecretCopies:
    """Where copies of a workspace's signing secrets may be; the secrets are not in here."""

    workspace: Workspace
    places: tuple[TokenPlace, ...]
    is_leaving: bool = False
    """Whether they are to be deleted, and that may not have been done yet."""

    @property
    def entries(self) -> tuple[Entry, Entry]:
        """Those of the current secret and of the one before it."""
        return Entry.signing_secret(*self.workspace), Entry.previous_secret(*self.workspace)

    @classmethod
    def of(cls, workspace: Workspace, known: object) -> Self:
        """Those that a file tells of as `as_object` made it.

        It may also say `true`, as an earlier version did, which did not tell the places.
        """
        content = known if isinstance(known, dict) else {"places": known}
        places = content.get("places")
        return cls(
            workspace,
            tuple(p for p in KEEPING_PLACES if not isinstance(places, list) or p.value in places),
            content.get("leaving") is True,
        )

    def as_object(self) -> dict[str, object]:
        """The same as JSON, without the workspace."""
        return {"places": [place.value for place in self.places], "leaving": self.is_leaving}
