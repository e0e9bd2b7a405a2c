"""The editing of one list: every edit, undo and redo of it, and what each means for the rest.

`EditSession` owns the document, the indexes over it and the history, and changes them in one
place. Each step answers with a `Delta`, so that whoever draws the rows draws only what changed.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Final

from prolific_tui.credentials import wording
from prolific_tui.credentials.document import NO_ROWS, Change, Column, Document, Rows
from prolific_tui.credentials.duplicates import near_key
from prolific_tui.credentials.ledger import Counts, Ledger, Verdict
from prolific_tui.credentials.problems import Problem
from prolific_tui.credentials.wording import RowState

__all__ = ["Counts", "Delta", "EditSession", "ProblemGroup", "RowState", "Verdict"]

_MANY_RANGES: Final = 1000


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

    def touches(self, session: "EditSession", index: int) -> bool:
        """Whether the row at `index`, or what is said about it, may look different now.

        Asked of the last step's delta. A row for which this is False looks as it did before.
        """
        if self.start <= index and (self.moved or index < self.start + self.inserted):
            return True
        username = session.document.username(index)
        # What is said about a row names others by their numbers.
        return (self.moved and session.is_related(username)) or (
            bool(self.related) and near_key(username) in self.related
        )


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """How many rows do not go because of one kind of problem."""

    problem: Problem
    rows: int

    @property
    def words(self) -> str:
        """In words: "2 rows: no password"."""
        return f"{_rows(self.rows)}: {self.problem.words}"


@dataclass(frozen=True, slots=True)
class _Step:
    """One entry of the history: changes that are made, and unmade, together."""

    label: str
    changes: tuple[Change, ...] = ()
    """In the order in which they are made."""
    withdrawn: tuple[int, ...] = ()
    """The rows, as they are numbered before the changes, whose OK is taken back."""
    accepted: tuple[int, ...] = ()
    """The rows, as they are numbered after the changes, that get an OK."""


class EditSession:
    """A list of credentials being edited. Rows are counted from 0; labels and words count from 1.

    Methods that change something return what changed, or None where nothing did; those that name
    rows raise IndexError for a row that is not there, and have changed nothing then.
    """

    def __init__(self, rows: Rows = NO_ROWS) -> None:
        self._document = Document(rows)
        self._ledger = Ledger(self._document.rows())
        self._undo: list[_Step] = []
        self._redo: list[_Step] = []
        self._revision = 0

    # Reading

    @property
    def document(self) -> Document:
        """The rows, to be read; they are changed through the session alone."""
        return self._document

    @property
    def revision(self) -> int:
        """A number that grows with every change."""
        return self._revision

    @property
    def counts(self) -> Counts:
        """How many rows there are, go, need an OK and are left out; costs nothing to ask."""
        return self._ledger.counts

    def state(self, index: int) -> RowState:
        """What is to be shown beside the row at `index`; meant for the rows on the screen."""
        return wording.state(self._document, self._ledger, index)

    def explain(self, index: int) -> tuple[str, ...]:
        """What is wrong with the row at `index`, in sentences; none when nothing is."""
        return wording.explain(self._document, self._ledger, index)

    def is_related(self, username: str) -> bool:
        """Whether other rows have this username, exactly or nearly, too."""
        return self._ledger.is_related(username)

    def next_problem(self, index: int, *, backwards: bool = False) -> int | None:
        """The next row after `index` that does not go, from the top again after the last one.

        Returns:
            The row, which is `index` itself if it is the only one, or None if all rows go.
        """
        size = len(self._document)
        if self.counts.goes == size:
            return None
        order: Iterable[int] = (
            chain(range(index - 1, -1, -1), range(size - 1, max(index, 0) - 1, -1))
            if backwards
            else chain(range(index + 1, size), range(min(index + 1, size)))
        )
        return next((row for row in order if not self._goes(row)), None)

    def problem_groups(self) -> tuple[ProblemGroup, ...]:
        """Why rows do not go, the gravest reason first; each row is counted under its gravest.

        The rows of the blocking ones add up to `Counts.left_out`, the others to `needs_ok`.
        """
        counts = Counter(
            self._ledger.problems(self._document.row(index))[0]
            for index in range(len(self._document))
            if not self._goes(index)
        )
        return tuple(ProblemGroup(each, counts[each]) for each in Problem if each in counts)

    def sendable(self) -> Rows:
        """Exactly the rows that go, with their ids."""
        rows = self._document.rows()
        if self.counts.goes == len(rows):
            return rows
        return rows.only(self._goes(index) for index in range(len(rows)))

    # Changing

    def set_cell(self, index: int, column: Column, text: str) -> Delta | None:
        """Put `text` into one field; an OK that the row had is taken back."""
        row = self._document.row(index)
        username = text if column is Column.USERNAME else row.username
        password = text if column is Column.PASSWORD else row.password
        if (username, password) == (row.username, row.password):
            return None
        before = self._document.rows(index, index + 1)
        change = Change(index, before, Rows([username], [password], before.ids))
        withdrawn = (index,) if self._ledger.is_accepted(row.id) else ()
        return self._make(_Step(f"edit of row {index + 1:,}", (change,), withdrawn=withdrawn))

    def insert(self, index: int, rows: Rows, label: str = "") -> Delta | None:
        """Put rows before the row at `index`, or after the last where it is the length.

        `label` names the step in the history, such as "paste of 48 rows".
        """
        return self._replace(index, index, rows, label or f"insertion of {_rows(len(rows))}")

    def append(self, rows: Rows, label: str = "") -> Delta | None:
        """Put rows after the last one; `label` as for `insert`."""
        return self.insert(len(self._document), rows, label)

    def replace_all(self, rows: Rows, label: str = "") -> Delta | None:
        """Put rows in the place of all there are; `label` as for `insert`."""
        label = label or f"replacing all with {_rows(len(rows))}"
        return self._replace(0, len(self._document), rows, label)

    def delete(self, rows: Iterable[int]) -> Delta | None:
        """Take rows out, wherever they are, in one step."""
        wanted = self._existing(rows)
        if not wanted:
            return None
        return self._make(_Step(f"deletion of {_named(wanted)}", self._deletion(wanted)))

    def accept(self, rows: Iterable[int]) -> Delta | None:
        """Let rows go that need an OK; rows that do not need one are passed over."""
        wanted = tuple(
            index
            for index in self._existing(rows)
            if self._ledger.verdict(self._document.row(index)) is Verdict.NEEDS_OK
        )
        return self._make(_Step(f"OK for {_named(wanted)}", accepted=wanted)) if wanted else None

    def withdraw(self, rows: Iterable[int]) -> Delta | None:
        """Take the OK of rows back; rows that have none are passed over."""
        wanted = tuple(
            index
            for index in self._existing(rows)
            if self._ledger.is_accepted(self._document.row_id(index))
        )
        if not wanted:
            return None
        return self._make(_Step(f"taking back the OK for {_named(wanted)}", withdrawn=wanted))

    def remove_sent(self, ids: Iterable[int]) -> Delta | None:
        """Take out the rows with these ids, which Prolific accepted, and forget the history.

        What was sent can't be taken back, so there is no undo of it or of anything before it.
        """
        sent = set(ids)
        present = self._document.rows().ids or ()
        wanted = [index for index, row_id in enumerate(present) if row_id in sent]
        delta = self._apply(_Step("", self._deletion(wanted)), []) if wanted else None
        self._undo.clear()
        self._redo.clear()
        return delta

    # History

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to make again."""
        return bool(self._redo)

    @property
    def undo_label(self) -> str:
        """What `undo` would take back, such as "edit of row 3"; empty where there is nothing."""
        return self._undo[-1].label if self._undo else ""

    @property
    def redo_label(self) -> str:
        """What `redo` would make again; empty where there is nothing."""
        return self._redo[-1].label if self._redo else ""

    def undo(self) -> Delta | None:
        """Take the last step back."""
        return self._apply(self._undo.pop(), self._redo) if self._undo else None

    def redo(self) -> Delta | None:
        """Make the step again that was taken back last."""
        return self._apply(self._redo.pop(), self._undo) if self._redo else None

    def _make(self, step: _Step) -> Delta:
        self._redo.clear()
        return self._apply(step, self._undo)

    def _apply(self, step: _Step, history: list[_Step]) -> Delta:
        """Make a step and put what takes it back on a history: the only way anything changes."""
        block = _Block()
        related: frozenset[str] = frozenset()
        done: list[Change] = []
        for index in step.withdrawn:
            self._ledger.withdraw(self._document.row(index))
            block.extend(index, 1, 1)
        for change in step.changes:
            made = self._document.replace_rows(change.start, change.stop, change.inserted)
            related |= self._ledger.apply(made.without_kept())
            block.extend(made.start, len(made.removed), len(made.inserted))
            done.append(made)
        for index in step.accepted:
            self._ledger.accept(self._document.row(index))
            block.extend(index, 1, 1)
        inverse = tuple(made.inverse for made in reversed(done))
        history.append(_Step(step.label, inverse, step.accepted, step.withdrawn))
        self._revision += 1
        moved = any(len(made.removed) != len(made.inserted) for made in done)
        return Delta(block.start, block.removed, block.inserted, moved, related)

    def _replace(self, start: int, stop: int, rows: Rows, label: str) -> Delta | None:
        before = self._document.rows(start, stop)
        if not before and not rows:
            return None
        # Rows from elsewhere, or a copy of rows of this list: either way they are new ones here.
        change = Change(start, before, Rows(rows.usernames, rows.passwords))
        return self._make(_Step(label, (change,)))

    def _existing(self, rows: Iterable[int]) -> list[int]:
        wanted = sorted(set(rows))
        for index in wanted[:1] + wanted[-1:]:
            self._document.row_id(index)
        return wanted

    def _deletion(self, wanted: list[int]) -> tuple[Change, ...]:
        """The changes that take these rows out, which are in order."""
        ranges = _ranges(wanted)
        if len(ranges) > _MANY_RANGES:
            # Each range moves all rows below it; so many of them cost less in one block.
            start, stop = wanted[0], wanted[-1] + 1
            block, gone = self._document.rows(start, stop), set(wanted)
            kept = block.only(index not in gone for index in range(start, stop))
            return (Change(start, block, kept),)
        # From the bottom up, so that the numbers of those above still hold.
        return tuple(
            Change(start, self._document.rows(start, stop), NO_ROWS)
            for start, stop in reversed(ranges)
        )

    def _goes(self, index: int) -> bool:
        if not self._ledger.is_marked(self._document.username(index)):
            return True
        return self._ledger.verdict(self._document.row(index)) is Verdict.GOES


class _Block:
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


def _ranges(rows: list[int]) -> list[tuple[int, int]]:
    """Rows in order as ranges from a row up to, not including, another."""
    ranges: list[tuple[int, int]] = []
    for row in rows:
        if ranges and ranges[-1][1] == row:
            ranges[-1] = (ranges[-1][0], row + 1)
        else:
            ranges.append((row, row + 1))
    return ranges


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _named(rows: list[int] | tuple[int, ...]) -> str:
    return f"row {rows[0] + 1:,}" if len(rows) == 1 else _rows(len(rows))
