"""Where the rows of a username are, for the usernames that stand in several rows.

The numbers of other rows are said beside rows on the screen, so they have to be found without a
look through the document for each.
"""

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from itertools import compress, repeat
from typing import Final

from prolific_tui.credentials.document import Change, Document, Rows

FEW: Final = 64
"""The largest group whose rows are remembered; of a larger one, the first are soon found."""

_STEP: Final = 1024

_HINTS: Final = 170_000
"""How many hints are kept together: just before the table of them would have to grow.

Of a table of all hints, growing and going would take tens of milliseconds.
"""


class Places:
    """The ids of all rows that have a username, for the usernames it was asked about."""

    __slots__ = ("_count", "_document", "_forgotten", "_found", "_hints", "_ids", "_large")

    def __init__(self, document: Document, count: Callable[[str], int]) -> None:
        self._document = document
        self._count = count
        """How many rows have a username."""
        self._ids: dict[str, tuple[int, ...]] = {}
        self._large: set[str] = set()
        """The usernames of groups whose rows are not remembered."""
        self._found: dict[str, tuple[int, ...]] = {}
        """The first rows of large groups, until rows move."""
        self._hints: list[dict[str, int]] = [{}]
        """For a username the id of a row that was near to one that had it; the last one counts.

        Most usernames stand in one row only; a number shared by the rows of a piece is all that
        is remembered of those.
        """
        self._forgotten: list[dict[str, int]] = []
        """Hints that mean nothing any more, let go of one table at a time."""

    def __contains__(self, username: str) -> bool:
        return username in self._ids or username in self._large

    def forget(self) -> None:
        """Start anew, because too much changed."""
        self._ids.clear()
        self._large.clear()
        self._found.clear()
        self._forgotten += filter(None, self._hints)
        self._hints = [{}]
        self._let_go()

    def _let_go(self) -> None:
        if self._forgotten:
            self._forgotten.pop()

    def apply(self, change: Change) -> None:
        """Follow a change of the document, after the counts did."""
        self._found.clear()
        gone, come = _ids_of(change.removed), _ids_of(change.inserted)
        for name in gone.keys() | come.keys():
            known = self._ids.get(name)
            if known is None:
                known = self._near(name) if name in come and name not in self._large else ()
            ids = set(known) - gone.get(name, set()) | come.get(name, set())
            if name in self._ids or len(ids) > 1:
                self._note(name, ids)
        self._note_hints((name, min(ids)) for name, ids in come.items())

    def _near(self, username: str) -> tuple[int, ...]:
        """The ids of the rows with this username that are where the hint says."""
        hint = next((each[username] for each in reversed(self._hints) if username in each), None)
        near = None if hint is None else self._document.index_of(hint)
        if near is None:
            return ()
        _, piece = self._document.piece(near)
        pairs = zip(piece.ids or (), piece.usernames, strict=True)
        return tuple(row_id for row_id, name in pairs if name == username)

    def _note_hints(self, hints: Iterable[tuple[str, int]]) -> None:
        if len(self._hints[-1]) >= _HINTS:
            self._hints.append({})
        self._hints[-1].update(hints)

    def _note(self, username: str, ids: Iterable[int]) -> None:
        """Remember these ids if they are all that there are, and few."""
        self._ids.pop(username, None)
        ids = tuple(ids)
        if len(ids) > FEW:
            self._large.add(username)
        elif ids and len(ids) == self._count(username):
            self._ids[username] = ids

    def prepare(self, usernames: Iterable[str]) -> None:
        """Find the rows of all these usernames with a single look through the document."""
        wanted: dict[str, list[int]] = {name: [] for name in usernames if name not in self}
        if wanted:
            for _, rows in self._document.pieces():
                _gather(rows, wanted)
            for name, ids in wanted.items():
                self._note(name, ids)

    def learn(self, *usernames: AbstractSet[str]) -> Iterator[int]:
        """Find the rows of the usernames in these sets, and where all others are, piece by piece.

        What it learns of these usernames counts only when it came to its end.

        Raises:
            OutdatedError: the document changed before that.
        """
        found: dict[str, list[int]] = {}
        looked = 0
        for start, rows in self._document.pieces():
            for names in usernames:
                for name in names & set(rows.usernames):
                    found.setdefault(name, [])
            _gather(rows, found)
            if rows.ids:
                self._note_hints(zip(rows.usernames, repeat(rows.ids[0]), strict=False))
            self._let_go()
            looked = start + len(rows)
            yield looked
        for count, (name, ids) in enumerate(found.items(), 1):
            self._note(name, ids)
            if not count % _STEP:
                yield looked + count

    def rows(self, username: str, limit: int) -> tuple[int, ...]:
        """The first `limit` rows that have exactly this username, from the top."""
        if username not in self:
            self._note(username, map(self._document.row_id, self._document.find(username, FEW + 1)))
        if username in self._ids:
            rows = map(self._document.index_of, self._ids[username])
            return tuple(sorted(row for row in rows if row is not None)[:limit])
        found = self._found.get(username, ())
        if len(found) < limit:
            found = self._found[username] = self._document.find(username, limit)
        return found[:limit]


def _gather(rows: Rows, wanted: dict[str, list[int]]) -> None:
    """Add the ids of rows whose username is wanted to what was found."""
    if wanted:
        pairs = zip(rows.usernames, rows.ids or (), strict=True)
        for name, row_id in compress(pairs, map(wanted.__contains__, rows.usernames)):
            wanted[name].append(row_id)


def _ids_of(rows: Rows) -> dict[str, set[int]]:
    """The ids of rows, by username."""
    ids: dict[str, set[int]] = {}
    for name, row_id in zip(rows.usernames, rows.ids or (), strict=True):
        ids.setdefault(name, set()).add(row_id)
    return ids
