"""Rows that were not sent yet, as they are kept between runs: plain data, for any keeper of it."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from prolific_tui.credentials.rows import Rows
from prolific_tui.visible import counted, is_or_are


@dataclass(frozen=True, slots=True)
class DraftKey:
    """Where the rows of a draft are meant to go, whoever is signed in meanwhile."""

    service_url: str
    owner_id: str
    workspace_id: str
    pool_id: str | None
    """None for a pool that is yet to be made."""


@dataclass(frozen=True, slots=True)
class DraftContent:
    """The rows of a draft and what is known of them. Rows are counted from 0, ascending."""

    rows: Rows
    """Their ids belong to the document they came from and are not kept."""
    source: str = ""
    """Where the rows came from, in words."""
    label: str = ""
    """What their target is called, for the list in which a person finds the draft again."""
    accepted: tuple[int, ...] = ()
    """The rows that the person accepted."""
    made: tuple[int, ...] = ()
    """The rows that were made here, and exist nowhere else unless they were exported."""
    exported: tuple[int, ...] = ()
    """Those of them that were."""
    hashed: tuple[int, ...] = ()
    """The rows without a password in the place of which a hash stood, where they came from."""
    in_pool: int = field(default=0, kw_only=True)
    """How many of the rows were known to be in the pool already."""

    def without_passwords(self) -> "DraftContent":
        """The same with every password empty.

        An OK was of the password as well. What was exported stands in its file all the same, and
        is to be made nowhere else again.
        """
        empty = ("",) * len(self.rows)
        return replace(self, rows=Rows(self.rows.usernames, empty), accepted=())


@dataclass(frozen=True, slots=True)
class DraftSummary:
    """A draft that an earlier run left, or one of another run that is still going on."""

    id: str
    """What tells it from all others; opaque."""
    key: DraftKey
    label: str
    source: str
    rows: int
    saved_at: datetime
    has_passwords: bool
    """Whether the passwords were kept as well."""
    in_use: bool
    """Whether another run of the program has it open, so that it can't be resumed here."""
    arrived: int = 0
    """How many of its rows arrived since, as Prolific or the person says: unsent no more."""
    in_pool: int = 0
    """How many of its rows were known to be in the pool already when they were kept."""

    @property
    def is_sent(self) -> bool:
        """Whether no row of it is unsent any more."""
        return bool(self.rows) and self.arrived >= self.rows

    @property
    def unsent(self) -> int:
        """How many rows of it are in no pool yet, as far as is known."""
        # What was known to be there is among what arrived, where that was asked.
        return self.rows - max(self.arrived, self.in_pool)

    @property
    def words(self) -> str:
        """In words: "48 rows for chatbot-B, saved 14 Nov 10:22; the passwords were not kept"."""
        return f"{self.what}, {self.state}"

    @property
    def what(self) -> str:
        """The first half of `words`: "48 rows for chatbot-B"; all of them where none is unsent."""
        return f"{counted(self.unsent or self.rows, 'row')} for {self.target}"

    @property
    def target(self) -> str:
        """What they are for: a label, "a new pool", or a pool's id."""
        return self.label or ("a new pool" if self.key.pool_id is None else self.key.pool_id)

    @property
    def state(self) -> str:
        """The other half: "saved 14 Nov 10:22; the passwords were not kept"."""
        lost = "" if self.has_passwords else "; the passwords were not kept"
        used = "; open in another window" if self.in_use else ""
        gone = f"; {self.arrived:,} more arrived since" if self.arrived else ""
        if self.rows and not self.unsent:
            gone = f"; {'it is' if self.rows == 1 else 'all are'} in the pool already"
        elif self.in_pool > self.arrived:
            verb = is_or_are(self.in_pool)
            gone = f"; {self.in_pool:,} more {verb} in the pool already"
        return f"saved {self.saved_at:%d %b %H:%M}{gone}{lost}{used}"


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A draft as it was kept."""

    summary: DraftSummary
    content: DraftContent
