"""One step of editing, as it is proposed, made, taken back, and told to whoever draws the rows."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final, Protocol

from prolific_tui.credentials.document import Document
from prolific_tui.credentials.duplicates import near_key
from prolific_tui.credentials.problems import Problem
from prolific_tui.credentials.rows import NO_ROWS, Rows
from prolific_tui.credentials.stepping import OutdatedError, Steps
from prolific_tui.visible import counted

_MANY_RANGES: Final = 1000
_MANY_EDITS: Final = 32


class Related(Protocol):
    """As much of a session as a delta asks."""

    @property
    def document(self) -> Document:
        """The rows."""

    def is_related(self, username: str) -> bool:
        """Whether other rows have this username, exactly or nearly, too."""


@dataclass(frozen=True, slots=True)
class Delta:
    """What one step changed: the rows from `start` that were `removed` are now `inserted` rows.

    A step that changed several places names the block that spans them all.
    """

    start: int
    """The first row concerned, counted from 0."""
    removed: int
    """How many rows there were."""
    inserted: int
    """How many there are now."""
    moved: bool
    """Whether the rows below have other numbers now."""
    related: frozenset[str]
    """The `near_key` of usernames of which something else may be said now, wherever they are."""
    all_rows: bool = False
    """Whether something else may be said of any row: the step was too large to tell."""
    ids: frozenset[int] | None = frozenset()
    """The rows that came, went, or changed themselves; None where they are too many to name."""

    def touches(self, session: Related, index: int) -> bool:
        """Whether the row at `index`, or what is said about it, may look different now.

        Asked of the last step's delta. A row for which this is False looks as it did before.
        """
        if self.all_rows or (self.ids and session.document.row_id(index) in self.ids):
            return True
        if self.start <= index and (self.moved or index < self.start + self.inserted):
            return True
        username = session.document.username(index)
        # What is said about a row names others by their numbers.
        return (self.moved and session.is_related(username)) or (
            bool(self.related) and near_key(username) in self.related
        )

    def along_with(self, other: "Delta") -> "Delta":
        """What may be said after this and another one that left every row as it is."""
        if other == NO_ROW:
            return self
        all_rows = self.all_rows or other.all_rows
        return replace(self, related=self.related | other.related, all_rows=all_rows)


NO_ROW: Final = Delta(0, 0, 0, moved=False, related=frozenset())
"""Nothing came, went or changed, and nothing else is said of any row."""

ANY_ROW: Final = replace(NO_ROW, all_rows=True)
"""No row came, went or changed, but something else may be said of any of them."""


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """How many rows do not go because of one kind of problem."""

    problem: Problem
    rows: int

    @property
    def words(self) -> str:
        """In words: "2 rows: no password"."""
        return f"{counted(self.rows, 'row')}: {self.problem.words}"


@dataclass(frozen=True, slots=True)
class Replacement:
    """Rows that are to take the place of those from `start` up to `stop`."""

    start: int
    stop: int
    rows: Rows


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the history: changes that are made, and unmade, together."""

    label: str
    """What it does, such as "edit of row 3"."""
    changes: tuple[Replacement, ...] = ()
    """In the order in which they are made."""
    withdrawn: Sequence[int] = ()
    """The ids of rows whose OK is taken back, before the changes."""
    accepted: Sequence[int] = ()
    """The ids of rows that get an OK, after the changes."""
    source: str | None = None
    """Where the rows come from after it, in words; None where that stays."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A step that is ready to be made, for people to see first what it would do."""

    label: str
    """What it does, as the history will have it."""
    count: int
    """How many rows it changes or takes out; 0 where there is nothing to do."""
    examples: tuple[str, ...]
    """The first few of them, in words; no word is from a password."""
    revision: int
    """The session's revision that it was worked out for."""
    changes: tuple[Replacement, ...] = field(repr=False)
    withdrawn: tuple[int, ...] = field(default=(), repr=False)
    """The ids of the changed rows that have an OK, which they lose."""
    accepted: tuple[int, ...] = field(default=(), repr=False)
    """The ids of rows that get an OK."""
    duplicates: int = 0
    """How many of the rows get a username by it that another row has as well, then."""

    @property
    def caution(self) -> str:
        """What else to know before it is made, in words; empty where there is nothing."""
        if not self.duplicates:
            return ""
        one = self.duplicates == 1
        which = "1 of them gets" if one else f"{self.duplicates:,} of them get"
        return (
            f"! {which} a username that another row has: {'a duplicate' if one else 'duplicates'}."
        )


class Block:
    """The block that spans several places of a document, each told in the numbering of its time."""

    __slots__ = ("inserted", "removed", "start")

    def __init__(self) -> None:
        self.start = -1
        self.removed = self.inserted = 0

    def extend(self, start: int, removed: int, inserted: int) -> None:
        """Take in one more place."""
        if self.start < 0:
            self.start, self.removed, self.inserted = start, removed, inserted
            return
        first = min(self.start, start)
        above = self.start - first
        below = max(0, start + removed - self.start - self.inserted)
        self.removed += above + below
        self.inserted += above + below + inserted - removed
        self.start = first


def deletion(document: Document, wanted: Sequence[int]) -> Steps[tuple[Replacement, ...]]:
    """The changes that take out these rows, which are in order.

    Raises:
        OutdatedError: the rows changed between two steps.
    """
    ranges = list(islice(_ranges(wanted), _MANY_RANGES + 1))
    if len(ranges) <= _MANY_RANGES:
        # From the bottom up, so that the numbers of those above still hold.
        return tuple(Replacement(start, stop, NO_ROWS) for start, stop in reversed(ranges))
    # Each range costs a step for every piece below it; so many cost less block by block.
    changes: list[Replacement] = []
    revision, size = document.revision, document.piece_size
    for start in range(wanted[0], wanted[-1] + 1, size):
        stop = min(start + size, wanted[-1] + 1)
        gone = set(wanted[bisect_left(wanted, start) : bisect_left(wanted, stop)])
        if gone:
            kept = document.rows(start, stop).only(row not in gone for row in range(start, stop))
            changes.append(Replacement(start, stop, kept))
            yield stop
            if document.revision != revision:
                raise OutdatedError
    return tuple(reversed(changes))


def edition(
    start: int, piece: Rows, new: Mapping[int, tuple[str, str]], size: int
) -> Iterator[Replacement]:
    """The changes that give rows of a piece of the document new fields.

    Args:
        start: where the piece begins.
        piece: its rows.
        new: by their places in the piece, those that are to change.
        size: how many rows a change has at most.
    """
    ids = piece.ids or ()
    if len(new) <= _MANY_EDITS:
        for at, (username, password) in new.items():
            yield Replacement(start + at, start + at + 1, Rows([username], [password], (ids[at],)))
        return
    for begin in range(0, len(piece), size):
        block = piece.part(begin, begin + size)
        rows = Rows.of(new.get(at, pair) for at, pair in enumerate(block, begin))
        if rows != block:
            edited = Rows(rows.usernames, rows.passwords, block.ids)
            yield Replacement(start + begin, start + begin + len(block), edited)


def named(rows: Sequence[int]) -> str:
    """Which row it is, or how many they are."""
    return f"row {rows[0] + 1:,}" if len(rows) == 1 else counted(len(rows), "row")


def _ranges(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Rows in order as ranges from a row up to, not including, another."""

    def offset(at: int) -> int:
        # The same for as long as rows follow each other.
        return rows[at] - at

    at = 0
    while at < len(rows):
        end = bisect_right(range(len(rows)), offset(at), lo=at, key=offset)
        yield rows[at], rows[at] + end - at
        at = end
