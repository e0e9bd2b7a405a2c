"""The rows that a person selected, one by one or as a range that follows the cursor.

They are known by their ids, so they stay selected wherever they move; those that go, or that the
view shows no more, are selected no more: nobody is to delete what they do not see.
"""

from collections.abc import Sequence
from itertools import compress
from typing import Final

from prolific_tui.credentials.history import Delta, Proposal, named
from prolific_tui.credentials.ledger import Verdict
from prolific_tui.credentials.proposing import acceptance, removal
from prolific_tui.credentials.session import EditSession
from prolific_tui.credentials.stepping import OutdatedError, Steps
from prolific_tui.credentials.view import ALL, View

_FEW: Final = 1000
_STEP: Final = 4096


class Selection:
    """Rows of a session, selected in a view of it; asking whether one is costs nothing."""

    __slots__ = ("_anchor", "_ids", "_range_start", "_session", "_view")

    def __init__(self, session: EditSession, view: View) -> None:
        self._session = session
        self._view = view
        self._ids: set[int] = set()
        self._anchor: int | None = None
        """The id of the row at which the range began."""
        self._range_start: int | None = None
        """Where that row is in the view."""

    def __len__(self) -> int:
        """How many rows are selected, without those of a range that is not ended."""
        return len(self._ids)

    def __bool__(self) -> bool:
        return bool(self._ids) or self.has_range

    @property
    def has_range(self) -> bool:
        """Whether a range follows the cursor."""
        return self._range_start is not None

    def range_to(self, cursor: int) -> range:
        """The positions of the range, of which one end is at the cursor."""
        if self._range_start is None:
            return range(0)
        return range(min(self._range_start, cursor), max(self._range_start, cursor) + 1)

    def holds(self, row_id: int, position: int, cursor: int) -> bool:
        """Whether the row at a position is selected while the cursor is at another."""
        return row_id in self._ids or position in self.range_to(cursor)

    def toggle(self, row_id: int) -> None:
        """Select a row, or do not any more."""
        self._ids ^= {row_id}

    def begin_range(self, position: int) -> None:
        """Begin a range at a position of the view."""
        self._anchor = self._view.ids(position, position + 1)[0]
        self._range_start = position

    def end_range(self, cursor: int) -> Steps[None]:
        """Let the range be what it is, with one end at the cursor; its rows stay selected.

        Raises:
            OutdatedError: the rows changed between two steps.
        """
        positions, revision = self.range_to(cursor), self._session.document.revision
        ids: set[int] = set()
        for start in range(positions.start, positions.stop, _STEP):
            if self._session.document.revision != revision:
                raise OutdatedError
            ids.update(self._view.ids(start, min(start + _STEP, positions.stop)))
            if len(ids) < len(positions):
                yield len(ids)
        self._ids |= ids
        self._anchor = self._range_start = None

    def clear(self) -> None:
        """Select nothing."""
        self._ids = set()
        self._anchor = self._range_start = None

    def follow(self, delta: Delta) -> bool:
        """Follow what the session did, after the view did.

        Returns:
            Whether a row that is still there may be selected now and was not before, or was.
        """
        index_of = self._session.document.index_of
        had_range, cleared = self.has_range, bool(self._ids) and delta.ids is None
        if delta.ids is None:
            self._ids = set()
        else:
            self._ids -= {row_id for row_id in self._ids & delta.ids if index_of(row_id) is None}
        self.follow_view()
        return cleared or had_range

    def follow_view(self) -> None:
        """Follow the view, which shows other rows now or has them elsewhere.

        One that is outdated still shows what it did; it is followed once it was put together anew.
        """
        if self._ids and self._view.filter != ALL and not self._view.is_outdated:
            self._ids = self._ids.intersection(self._view.ids(0, len(self._view)))
        if self._anchor is not None:
            row = self._session.document.index_of(self._anchor)
            self._range_start = None if row is None else self._view.position(row)
            if self._range_start is None:
                self._anchor = None

    def rows(self) -> Steps[Sequence[int]]:
        """The selected rows of the document, in its order, without those of an open range.

        Raises:
            OutdatedError: the rows changed between two steps.
        """
        document, ids = self._session.document, self._ids
        if len(ids) <= _FEW:
            places = map(document.index_of, ids)
            return sorted(row for row in places if row is not None)
        rows: list[int] = []
        for start, piece in document.pieces():
            stop = start + len(piece)
            rows.extend(compress(range(start, stop), map(ids.__contains__, piece.ids or ())))
            yield stop
        return rows


def delete(session: EditSession, rows: Sequence[int]) -> Steps[Proposal]:
    """To take out these rows, which are in order.

    Raises:
        OutdatedError: the rows changed between two steps.
    """
    return removal(session, f"deletion of {named(rows)}", rows)


def accept(session: EditSession, rows: Sequence[int]) -> Steps[Proposal]:
    """To let those of these rows, which are in order, go that only need an OK.

    Raises:
        OutdatedError: the rows changed between two steps.
    """
    yield from session.examination()
    revision = session.revision
    wanted: list[int] = []
    ids: list[int] = []
    for count, index in enumerate(rows, 1):
        row = session.document.row(index)
        if session.ledger.verdict(row) is Verdict.NEEDS_OK:
            wanted.append(index)
            ids.append(row.id)
        if not count % _FEW:
            yield count
            if session.revision != revision:
                raise OutdatedError
    return acceptance(session, f"OK for {named(wanted)}", wanted, ids)
