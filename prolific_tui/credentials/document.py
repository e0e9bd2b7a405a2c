"""The rows being edited, and the one way in which they change.

`Document.replace_rows` is the only mutator. It returns the `Change` it made as plain data, whose
inverse is the same call with the two blocks swapped.
"""

from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, repeat
from operator import attrgetter, ne
from typing import Final

from prolific_tui.credentials.rows import NO_ROWS, Column, Row, Rows
from prolific_tui.credentials.stepping import OutdatedError

__all__ = ["NO_ROWS", "PIECE", "Change", "Column", "Document", "Row", "Rows"]

PIECE: Final = 2048
"""How many rows a piece begins with; it is cut up once it holds more than twice as many."""

_BETWEEN: Final = "\n"
"""What stands between packed passwords; hardly a password holds it."""


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
        """The same without the rows that are in both blocks, with the same id and fields.

        Many rows that go or are edited in many places are changed as one block, in which most
        rows are kept. Where kept rows changed places among themselves, this is the whole change.
        """
        if not self.removed.ids or not self.inserted.ids:
            return self
        if list(self.removed.ids) == list(self.inserted.ids):
            names = map(ne, self.removed.usernames, self.inserted.usernames)
            words = map(ne, self.removed.passwords, self.inserted.passwords)
            other = [name or word for name, word in zip(names, words, strict=True)]
            return Change(self.start, self.removed.only(other), self.inserted.only(other))
        before, after = set(self.removed.ids), set(self.inserted.ids)
        if before.isdisjoint(after):
            return self
        went = [row_id not in after for row_id in self.removed.ids]
        came = [row_id not in before for row_id in self.inserted.ids]
        kept = self.removed.only(not each for each in went)
        same = self.inserted.only(not each for each in came)
        if list(kept.ids or ()) != list(same.ids or ()) or kept != same:
            return self
        return Change(self.start, self.removed.only(went), self.inserted.only(came))


class _Piece:
    """Some rows that follow each other.

    Their passwords are packed into one text, which takes a fifth of the memory, until one of the
    rows is looked at or changed.
    """

    __slots__ = ("_passwords", "ids", "start", "usernames")

    def __init__(self, rows: Rows, ids: Sequence[int]) -> None:
        self.usernames = list(rows.usernames)
        self._passwords = _packed(rows.passwords)
        self.ids: Sequence[int] = ids
        """A range as long as the rows are still those that came together."""
        self.start = 0
        """The number of its first row in the document."""

    @property
    def passwords(self) -> list[str]:
        """All passwords, not to be changed."""
        packed = self._passwords
        return packed.split(_BETWEEN) if isinstance(packed, str) else packed

    def unpack(self) -> list[str]:
        """Keep the passwords apart from now on: a row that was looked at is looked at again."""
        self._passwords = unpacked = self.passwords
        return unpacked

    def __len__(self) -> int:
        return len(self.usernames)

    def splice(self, start: int, stop: int, rows: Rows, ids: Sequence[int]) -> None:
        self.usernames[start:stop] = rows.usernames
        self.unpack()[start:stop] = rows.passwords
        if not isinstance(self.ids, array):
            self.ids = array("q", self.ids)
        self.ids[start:stop] = array("q", ids)

    def rows(self, start: int, stop: int) -> Rows:
        part = slice(start, stop)
        return Rows(self.usernames[part], self.passwords[part], self.ids[part])


class Document:
    """An ordered list of rows, held by column; rows are counted from 0.

    Every row has an id that is never given to another row. The columns are cut into pieces of a
    few thousand rows, so that replacing rows costs the rows touched and one small step for each
    piece below them, and finding a row by its id costs a look through one piece.
    """

    __slots__ = ("_home", "_next_id", "_pieces", "_size", "piece_size", "revision")

    def __init__(self, rows: Rows = NO_ROWS, *, piece: int = PIECE) -> None:
        self.piece_size = piece
        """How many rows a new piece has at most."""
        self._pieces: list[_Piece] = []
        self._home: list[_Piece | None] = []
        """For each id the piece that held it last."""
        self._next_id = 0
        self._size = 0
        self.revision = 0
        """A number that grows with every change."""
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
            ids = range(self._next_id, self._next_id + len(rows))
        if rows.ids is None:
            self._next_id += len(rows)
        else:
            self._next_id = max(self._next_id, max(ids, default=-1) + 1)
        self._home.extend(repeat(None, self._next_id - len(self._home)))
        made = Rows(rows.usernames, rows.passwords, ids)
        self._size += len(rows) - len(removed)
        self.revision += 1
        first = self._at(start)
        if not self._fits_in(first, start, stop, made, ids):
            self._rebuild(first, start, stop, made, ids)
            self._number(first)
        elif len(rows) != len(removed):
            self._number(first)
        return Change(start, removed, made)

    def _fits_in(self, first: int, start: int, stop: int, rows: Rows, ids: Sequence[int]) -> bool:
        """Replace rows inside of one piece, unless they are in several or it would be too long."""
        if first == len(self._pieces):
            return False
        piece = self._pieces[first]
        begin, end = start - piece.start, stop - piece.start
        length = len(piece) - (end - begin) + len(rows)
        if end > len(piece) or not 0 < length <= 2 * self.piece_size:
            return False
        piece.splice(begin, end, rows, ids)
        self._settle(piece, ids)
        return True

    def _rebuild(self, first: int, start: int, stop: int, rows: Rows, ids: Sequence[int]) -> None:
        """Replace rows, of which the first is in the piece `first`, by new pieces."""
        end = self._pieces[-1].start + len(self._pieces[-1]) if self._pieces else 0
        if self._pieces and start == end and len(self._pieces[-1]) >= self.piece_size:
            # Behind a piece that is long enough, nothing has to be cut again.
            self._pieces += self._cut(rows, ids)
            return
        last = self._at(max(stop - 1, start))
        old = self._pieces[first : last + 1]
        pieces = list(self._cut(rows, ids))
        if old:
            head = old[0].rows(0, start - old[0].start)
            tail = old[-1].rows(stop - old[-1].start, len(old[-1]))
            pieces[:0] = self._cut(head, head.ids or ())
            pieces += self._cut(tail, tail.ids or ())
        for piece in old:
            # It is no piece any more; whatever still points to it finds nothing there.
            piece.ids = ()
        self._pieces[first : last + 1] = pieces

    def _cut(self, rows: Rows, ids: Sequence[int]) -> Iterator[_Piece]:
        """New pieces that hold these rows."""
        for start in range(0, len(rows), self.piece_size):
            part = slice(start, start + self.piece_size)
            piece = _Piece(Rows(rows.usernames[part], rows.passwords[part]), ids[part])
            self._settle(piece, piece.ids)
            yield piece

    def _settle(self, piece: _Piece, ids: Sequence[int]) -> None:
        """Note that the rows with these ids are in this piece."""
        if isinstance(ids, range):
            self._home[ids.start : ids.stop] = [piece] * len(ids)
        else:
            for row_id in ids:
                self._home[row_id] = piece

    def _number(self, first: int) -> None:
        """Tell the pieces from `first` on where they begin."""
        first = min(first, len(self._pieces))
        at = self._pieces[first - 1].start + len(self._pieces[first - 1]) if first else 0
        for piece in islice(self._pieces, first, None):
            piece.start = at
            at += len(piece.usernames)

    def row(self, index: int) -> Row:
        """The row at `index`.

        Raises:
            IndexError: there is no such row; a negative index is none.
        """
        piece, at = self._find(index)
        return Row(piece.ids[at], piece.usernames[at], piece.unpack()[at])

    def username(self, index: int) -> str:
        """The username of the row at `index`; raises as `row` does."""
        piece, at = self._find(index)
        return piece.usernames[at]

    def password(self, index: int) -> str:
        """The password of the row at `index`; raises as `row` does."""
        piece, at = self._find(index)
        return piece.unpack()[at]

    def row_id(self, index: int) -> int:
        """The id of the row at `index`; raises as `row` does."""
        piece, at = self._find(index)
        return piece.ids[at]

    def existing(self, indices: Iterable[int]) -> list[int]:
        """These rows in order, each once; raises IndexError unless all are there."""
        wanted = sorted(set(indices))
        for index in wanted[:1] + wanted[-1:]:
            self.row_id(index)
        return wanted

    def index_of(self, row_id: int) -> int | None:
        """Where the row with this id is now, or None where it is not in the document."""
        piece = self._home[row_id] if 0 <= row_id < len(self._home) else None
        if piece is None:
            return None
        try:
            return piece.start + piece.ids.index(row_id)
        except ValueError:
            return None

    def indices_of(self, ids: Iterable[int]) -> list[int]:
        """Where the rows with these ids are now, ascending; those that are not there are left out.

        It looks once through each piece that holds one of them.
        """
        wanted: defaultdict[_Piece, set[int]] = defaultdict(set)
        for row_id in ids:
            piece = self._home[row_id] if 0 <= row_id < len(self._home) else None
            if piece is not None:
                wanted[piece].add(row_id)
        found: list[int] = []
        for piece in sorted(wanted, key=attrgetter("start")):
            here = wanted[piece]
            found += [at for at, row_id in enumerate(piece.ids, piece.start) if row_id in here]
        return found

    def rows(self, start: int = 0, stop: int | None = None) -> Rows:
        """A copy of the rows from `start` up to `stop` (the end, unless told), with their ids.

        Raises:
            IndexError: `start` and `stop` do not name a part of the document.
        """
        stop = len(self) if stop is None else stop
        if not 0 <= start <= stop <= len(self):
            raise IndexError(f"rows {start} to {stop} of {len(self)}")
        usernames: list[str] = []
        passwords: list[str] = []
        ids = array("q")
        at = start
        while at < stop:
            begin, piece = self.piece(at)
            part = slice(at - begin, stop - begin)
            usernames += piece.usernames[part]
            passwords += piece.passwords[part]
            if piece.ids is not None:
                ids.extend(piece.ids[part])
            at = begin + len(piece)
        return Rows(usernames, passwords, ids)

    def piece(self, index: int) -> tuple[int, Rows]:
        """A run of rows around the row at `index`, without a copy, and where it begins.

        It is for reading many rows quickly, piece by piece, and true until the next change.

        Raises:
            IndexError: there is no such row.
        """
        piece, at = self._find(index)
        return index - at, Rows(piece.usernames, piece.passwords, piece.ids)

    def pieces(self) -> Iterator[tuple[int, Rows]]:
        """All rows in runs, without a copy, each with where it begins; see `piece`.

        Raises:
            OutdatedError: the document changed since the first of them; after the last one, too,
                so that what was gathered from all of them is of one time.
        """
        revision = self.revision
        for piece in self._pieces:
            yield piece.start, Rows(piece.usernames, piece.passwords, piece.ids)
            if self.revision != revision:
                raise OutdatedError

    def lists_of_usernames(self) -> Sequence[list[str]]:
        """What holds the usernames of all rows, in order: no copies, and not to be changed.

        Later changes of the rows are made in these lists, or in others that take their place.
        """
        return [piece.usernames for piece in self._pieces]

    def find(self, username: str, limit: int) -> tuple[int, ...]:
        """The first `limit` rows that have exactly this username, from the top.

        It looks through the rows until it has found them, some milliseconds for a million.
        """
        return tuple(islice(self._occurrences(username), limit))

    def _occurrences(self, username: str) -> Iterator[int]:
        for piece in self._pieces:
            if username in piece.usernames:
                for at, name in enumerate(piece.usernames, piece.start):
                    if name == username:
                        yield at

    def __len__(self) -> int:
        return self._size

    def __repr__(self) -> str:
        return f"Document({len(self)} rows)"

    def _at(self, index: int) -> int:
        """Which piece holds the row at `index`; the last one for what is below all rows."""
        return max(bisect_right(self._pieces, index, key=attrgetter("start")) - 1, 0)

    def _find(self, index: int) -> tuple[_Piece, int]:
        if not 0 <= index < self._size:
            raise IndexError(f"row {index} of {len(self)}")
        piece = self._pieces[self._at(index)]
        return piece, index - piece.start


def _packed(texts: Sequence[str]) -> list[str] | str:
    """Texts in one, unless one of them holds what would stand between them."""
    packed = _BETWEEN.join(texts)
    return packed if packed.count(_BETWEEN) == len(texts) - 1 else list(texts)
