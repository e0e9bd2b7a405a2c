"""Which rows are looked at, and in which order; the document keeps all of them in its own.

What is sent is the document in its order, whatever the view: filters and sorting change nothing
but what is on the screen, and need no undo.
"""

import heapq
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from prolific_tui.credentials import survey
from prolific_tui.credentials.history import Delta
from prolific_tui.credentials.ledger import Verdict
from prolific_tui.credentials.problems import Problem
from prolific_tui.credentials.rows import Rows
from prolific_tui.credentials.search import Query
from prolific_tui.credentials.session import EditSession
from prolific_tui.credentials.stepping import OutdatedError, Steps, finish

_SMALL: Final = 2000
"""Up to this many rows, a view is put together anew rather than mended."""
_MANY: Final = 1_000_000
"""The most rows that are looked at to mend a view of a longer document."""
_STEP: Final = 4096
_MERGED: Final = 1024
"""How many rows are merged in a step, which takes as long as to look at four times as many."""
_AT_ONCE: Final = 64
"""How many sorted runs are let go of in a step."""
_LAST: Final = len(Problem)


class Order(Enum):
    """How rows are sorted; rows that are equal in it stay in the document's order."""

    DOCUMENT = "original order"
    USERNAME = "by username"
    PROBLEM = "by problem"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows are shown: those for which all that is asked holds."""

    problems: bool = False
    """Only rows that do not go."""
    problem: Problem | None = None
    """Only rows that do not go and have this problem."""
    query: Query | None = None
    """Only rows in which this is found."""

    @property
    def words(self) -> str:
        """Which rows they are, in words: "those with problems"; nothing of a password."""
        words = []
        if self.problem:
            words.append(self.problem.words)
        elif self.problems:
            words.append("those with problems")
        if self.query:
            words.append(self.query.words)
        return " and ".join(words)


ALL: Final = Filter()
"""Every row."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What came of looking for a row."""

    position: int | None
    """Where it is shown; None where no row that is shown matches."""
    exists: bool
    """Whether any row matches, shown or not."""


Matching: TypeAlias = Callable[[int, Rows], Sequence[int]]
"""Of rows that begin at a row of the document, those that match, in order."""

Key = tuple[str | int, int]
"""What a row is sorted by; the second part is the row itself."""


class View:
    """Rows of a session, filtered and sorted; positions in it are counted from 0.

    It is told of every `Delta` of the session with `follow`. In a short document, or after a
    small change, it is right again at once. Else it `is_outdated` until `refresh` has come to its
    end; meanwhile it shows what it showed before.
    """

    __slots__ = ("_filter", "_ids", "_order", "_outdated", "_session", "_small")

    def __init__(self, session: EditSession, *, small: int = _SMALL) -> None:
        self._session = session
        self._small = small
        self._filter = ALL
        self._order = Order.DOCUMENT
        self._ids = array("q")
        self._outdated = False

    @property
    def filter(self) -> Filter:
        """Which rows are shown."""
        return self._filter

    @property
    def order(self) -> Order:
        """How they are sorted."""
        return self._order

    @property
    def is_plain(self) -> bool:
        """Whether every row is shown, in the document's order, so that positions are rows."""
        return self._filter == ALL and self._order is Order.DOCUMENT

    @property
    def is_outdated(self) -> bool:
        """Whether the session changed by too much since this was put together."""
        return self._outdated

    def __len__(self) -> int:
        return len(self._session.document) if self.is_plain else len(self._ids)

    def row(self, position: int) -> int | None:
        """The row at a position; None if it is gone, which only happens while this is outdated.

        Raises:
            IndexError: there is no such position; a negative one is none.
        """
        if not 0 <= position < len(self):
            raise IndexError(f"position {position} of {len(self)}")
        if self.is_plain:
            return position
        return self._session.document.index_of(self._ids[position])

    def position(self, row: int) -> int | None:
        """Where a row is shown, or None where it is not; raises IndexError for no row."""
        row_id = self._session.document.row_id(row)
        if self.is_plain:
            return row
        if not self._outdated and not self._session.is_loading:
            # To look at one after the other takes tens of milliseconds for a million.
            at = self._place(row)
            if at < len(self._ids) and self._ids[at] == row_id:
                return at
            if self._order is Order.DOCUMENT:
                return None
        try:
            return self._ids.index(row_id)
        except ValueError:
            return None

    def ids(self, start: int, stop: int) -> Sequence[int]:
        """The ids of the rows at the positions from `start` up to `stop`, as of a slice."""
        if self.is_plain:
            return self._session.document.rows(start, min(stop, len(self))).ids or ()
        return self._ids[start:stop]

    def seek(self, matching: Matching, position: int, *, backwards: bool = False) -> Steps[Sought]:
        """Look for the next position after this one, or before it, whose row matches.

        It goes on round the end if need be; this position is the last to be looked at.

        Args:
            matching: which rows match, of some that begin at a row.
            position: where to begin.
            backwards: whether to go up.

        Raises:
            OutdatedError: the rows changed between two steps.
        """
        if self.is_plain:
            row = yield from survey.seek(
                self._session.document, position, matching, backwards=backwards
            )
            return Sought(row, row is not None)
        found: set[int] = set()
        for start, piece in self._session.document.pieces():
            ids = piece.ids or ()
            found.update(ids[row - start] for row in matching(start, piece))
            yield start + len(piece)
        revision, size = self._session.document.revision, len(self._ids)
        for count in range(1, size + 1 if found else 1):
            at = (position + (-count if backwards else count)) % size
            if self._ids[at] in found:
                return Sought(at, True)
            if not count % _STEP:
                yield count
                if self._session.document.revision != revision:
                    raise OutdatedError
        return Sought(None, bool(found))

    def seek_problem(self, position: int, *, backwards: bool = False) -> Steps[Sought]:
        """`seek` for a row that does not go."""
        session = self._session
        yield from session.examination()

        def matching(start: int, rows: Rows) -> Sequence[int]:
            return survey.bad_rows(session.ledger, start, rows)

        return (yield from self.seek(matching, position, backwards=backwards))

    def choose(self, shown: Filter, order: Order) -> Steps[None]:
        """Show other rows, or in another order; until the last step, all stays as it was.

        Raises:
            OutdatedError: the rows changed between two steps.
        """
        if shown.problems or shown.problem or order is Order.PROBLEM:
            yield from self._session.examination()
        revision = self._session.revision
        ids = array("q")
        if (shown, order) != (ALL, Order.DOCUMENT):
            for looked in self._gather(shown, order, ids):
                yield looked
                if self._session.revision != revision:
                    raise OutdatedError
        self._filter, self._order, self._ids, self._outdated = shown, order, ids, False

    def refresh(self) -> Steps[None]:
        """Put the same view together anew; raises as `choose` does."""
        return self.choose(self._filter, self._order)

    def follow(self, delta: Delta) -> bool:
        """Follow what the session did.

        Returns:
            Whether anything but the rows that the delta itself names may look different: then
            all that is on the screen is to be drawn again.
        """
        if self.is_plain:
            return False
        if self._session.is_changing:
            # No row is looked at in the middle of a step: a refresh now would wait for its end.
            self._outdated = True
            return True
        if len(self._session.document) <= self._small:
            finish(self.refresh())
            return True
        self._outdated = self._outdated or not self._mend(delta)
        return True

    def _mend(self, delta: Delta) -> bool:
        """Put the rows that a change concerns where they belong; returns whether it could."""
        if delta.all_rows or delta.ids is None:
            return False
        document = self._session.document
        ids = set(delta.ids)
        for row in self._session.related_rows(delta.related):
            ids.add(document.row_id(row))
            if len(ids) > 1 and len(ids) * len(self._ids) > _MANY:
                return False
        for row_id in ids:
            with suppress(ValueError):
                self._ids.remove(row_id)
        for row_id in sorted(ids):
            index = document.index_of(row_id)
            if index is not None and self._shows(index):
                self._ids.insert(self._place(index), row_id)
        return True

    # Which rows

    def _shows(self, index: int) -> bool:
        start, piece = index, self._session.document.rows(index, index + 1)
        return bool(self._matching(self._filter, start, piece))

    def _matching(self, shown: Filter, start: int, piece: Rows) -> Sequence[int]:
        """Of a piece of the document that begins at a row, the rows that the filter shows."""
        session = self._session
        rows: Sequence[int] = range(start, start + len(piece))
        if shown.problems or shown.problem:
            rows = survey.bad_rows(session.ledger, start, piece)
        if shown.problem:
            found = survey.problems_of(session.ledger, start, piece, rows)
            rows = [row for row, problems in found if shown.problem in problems]
        if shown.query:
            matching = set(shown.query.matching(start, piece))
            rows = [row for row in rows if row in matching]
        return rows

    # In which order

    def _index_of(self, row_id: int) -> int:
        index = self._session.document.index_of(row_id)
        return -1 if index is None else index

    def _place(self, index: int) -> int:
        """Where a row belongs among those that are shown."""
        if self._order is Order.DOCUMENT:
            return bisect_left(self._ids, index, key=self._index_of)
        return bisect_left(self._ids, self._key(index), key=self._key_of)

    def _key_of(self, row_id: int) -> Key:
        return self._key(self._index_of(row_id))

    def _key(self, index: int) -> Key:
        if self._order is Order.USERNAME:
            return self._session.document.username(index).casefold(), index
        return self._rank(index) if self._order is Order.PROBLEM else 0, index

    def _rank(self, index: int) -> int:
        """How grave the problem is for which a row does not go; the least for one that goes."""
        session = self._session
        row = session.document.row(index)
        if session.ledger.verdict(row) is Verdict.GOES:
            return _LAST
        return session.ledger.problems(row)[0].rank

    def _gather(self, shown: Filter, order: Order, ids: "array[int]") -> Iterator[int]:
        """Put the ids of the rows that are shown into `ids`, sorted."""
        if order is Order.USERNAME:
            return self._by_username(shown, ids)
        if order is Order.PROBLEM:
            return self._by_problem(shown, ids)
        return self._as_they_are(shown, ids)

    def _as_they_are(self, shown: Filter, ids: "array[int]") -> Iterator[int]:
        for start, piece in survey.runs(self._session.document):
            _extend(ids, start, piece, self._matching(shown, start, piece))
            yield start + len(piece)

    def _by_problem(self, shown: Filter, ids: "array[int]") -> Iterator[int]:
        session = self._session
        ranks = [array("q") for _ in range(_LAST + 1)]
        for start, piece in survey.runs(session.document):
            matching = self._matching(shown, start, piece)
            bad = set(survey.bad_rows(session.ledger, start, piece))
            ids_of_piece = piece.ids or ()
            shown_bad = filter(bad.__contains__, matching) if bad else ()
            for row, problems in survey.problems_of(session.ledger, start, piece, shown_bad):
                ranks[problems[0].rank].append(ids_of_piece[row - start])
            good = [row for row in matching if row not in bad] if bad else matching
            _extend(ranks[_LAST], start, piece, good)
            yield start + len(piece)
        for rank in ranks:
            ids.extend(rank)

    def _by_username(self, shown: Filter, ids: "array[int]") -> Iterator[int]:
        """Sort each piece, then merge them, so that no step takes long."""
        runs: list[tuple[list[str], array[int]]] = []
        total = 0
        for start, piece in self._session.document.pieces():
            folded = [username.casefold() for username in piece.usernames]
            matching = self._matching(shown, start, piece)
            rows = [
                start + at
                for at in sorted((row - start for row in matching), key=folded.__getitem__)
            ]
            sorted_ids = array("q")
            _extend(sorted_ids, start, piece, rows)
            runs.append(([piece.usernames[row - start] for row in rows], sorted_ids))
            total = start + len(piece)
            yield total
        merged = heapq.merge(*(_keyed(number, *run) for number, run in enumerate(runs)))
        for count, (_, _, row_id) in enumerate(merged, 1):
            ids.append(row_id)
            if not count % _MERGED:
                yield total + count
        while runs:
            # To let go of all of them at once takes longer than a step.
            del runs[-_AT_ONCE:]
            yield total + len(ids)


def _keyed(run: int, usernames: list[str], ids: "array[int]") -> Iterator[tuple[str, int, int]]:
    # The number of the run keeps equal names in the document's order.
    for username, row_id in zip(usernames, ids, strict=True):
        yield username.casefold(), run, row_id


def _extend(ids: "array[int]", start: int, piece: Rows, rows: Sequence[int]) -> None:
    of_piece = piece.ids or ()
    ids.extend(
        of_piece
        if len(rows) == len(of_piece) and isinstance(rows, range)
        else (of_piece[row - start] for row in rows)
    )
