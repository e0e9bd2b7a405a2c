"""The rows being edited, and the one way in which they change.

`Document.replace_rows` is the only mutator. It returns the `Change` it made as plain data, whose
inverse is the same call with the two blocks swapped.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from prolific_tui.credentials.rows import NO_ROWS, Column, Row, Rows

__all__ = ["NO_ROWS", "Change", "Column", "Document", "Row", "Rows"]

_REMEMBERED: Final = 4096


@dataclass(frozen=True, slots=True)
class Change:
    """One block of rows that took the place of another; it knows no widget and no document."""

    start: int
    """Where it happened, counted from 0."""
    removed: Rows
    """The rows that were there."""
    inserted: Rows
    """The rows that are there now."""

    @property
    def stop(self) -> int:
        """The first row after the removed ones, in the numbering before the change."""
        return self.start + len(self.removed)

    @property
    def inverse(self) -> "Change":
        """The change that takes this one back."""
        return Change(self.start, self.inserted, self.removed)

    def without_kept(self) -> "Change":
        """The same, as far as rows came or went by it: without those that only moved up or down.

        Many rows that go from many places go as one block, in which most rows are kept. Where
        rows changed places among themselves or kept their id with other fields, this is the
        whole change.
        """
        if self.removed.ids is None or self.inserted.ids is None:
            return self
        before, after = set(self.removed.ids), set(self.inserted.ids)
        if before.isdisjoint(after):
            return self
        went = [row_id not in after for row_id in self.removed.ids]
        came = [row_id not in before for row_id in self.inserted.ids]
        kept = self.removed.only(not each for each in went)
        same = self.inserted.only(not each for each in came)
        if kept.ids != same.ids or kept != same:
            return self
        return Change(self.start, self.removed.only(went), self.inserted.only(came))


class Document:
    """An ordered list of rows, held by column; rows are counted from 0.

    Every row has an id that is never given to another row. Reading a row costs the same wherever
    it is; replacing rows costs the rows touched, and one move of memory for those below them.
    """

    __slots__ = ("_found", "_ids", "_next_id", "_passwords", "_usernames")

    def __init__(self, rows: Rows = NO_ROWS) -> None:
        self._usernames: list[str] = []
        self._passwords: list[str] = []
        self._ids = array("q")
        self._next_id = 0
        self._found: dict[str, tuple[int, tuple[int, ...]]] = {}
        self.replace_rows(0, 0, rows)

    def replace_rows(self, start: int, stop: int, rows: Rows) -> Change:
        """Put `rows` in the place of the rows from `start` up to, not including, `stop`.

        Rows that bring their ids keep them (that is how undo gives them back); they must not be
        in the document outside of the replaced part. The others get new ids.

        Returns:
            The change, in which every row has its id.

        Raises:
            IndexError: `start` and `stop` do not name a part of the document.
        """
        removed = self.rows(start, stop)
        ids = rows.ids
        if ids is None:
            ids = array("q", range(self._next_id, self._next_id + len(rows)))
        self._next_id = max(self._next_id, max(ids, default=-1) + 1)
        if len(removed) != len(rows):
            self._found.clear()
        elif self._found:
            for username in (*removed.usernames, *rows.usernames):
                self._found.pop(username, None)
        self._usernames[start:stop] = rows.usernames
        self._passwords[start:stop] = rows.passwords
        self._ids[start:stop] = ids
        return Change(start, removed, Rows(rows.usernames, rows.passwords, ids))

    def row(self, index: int) -> Row:
        """The row at `index`.

        Raises:
            IndexError: there is no such row; a negative index is none.
        """
        self._check(index)
        return Row(self._ids[index], self._usernames[index], self._passwords[index])

    def username(self, index: int) -> str:
        """The username of the row at `index`; raises as `row` does."""
        self._check(index)
        return self._usernames[index]

    def password(self, index: int) -> str:
        """The password of the row at `index`; raises as `row` does."""
        self._check(index)
        return self._passwords[index]

    def row_id(self, index: int) -> int:
        """The id of the row at `index`; raises as `row` does."""
        self._check(index)
        return self._ids[index]

    def rows(self, start: int = 0, stop: int | None = None) -> Rows:
        """A copy of the rows from `start` up to `stop` (the end, unless told), with their ids.

        Raises:
            IndexError: `start` and `stop` do not name a part of the document.
        """
        stop = len(self) if stop is None else stop
        if not 0 <= start <= stop <= len(self):
            raise IndexError(f"rows {start} to {stop} of {len(self)}")
        part = slice(start, stop)
        return Rows(self._usernames[part], self._passwords[part], self._ids[part])

    def find(self, username: str, limit: int) -> tuple[int, ...]:
        """The first `limit` rows that have exactly this username, from the top.

        It looks through the rows until it has found them, some milliseconds for a million, and
        remembers the answer until those rows change or move.
        """
        asked, rows = self._found.get(username, (0, ()))
        if asked < limit:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            rows = tuple(islice(self._occurrences(username), limit))
            self._found[username] = limit, rows
        return rows[:limit]

    def _occurrences(self, username: str) -> Iterator[int]:
        row = -1
        while True:
            try:
                row = self._usernames.index(username, row + 1)
            except ValueError:
                return
            yield row

    def __len__(self) -> int:
        return len(self._usernames)

    def __repr__(self) -> str:
        return f"Document({len(self)} rows)"

    def _check(self, index: int) -> None:
        if not 0 <= index < len(self._usernames):
            raise IndexError(f"row {index} of {len(self)}")
