"""Where the rows of a username are, for the usernames that stand in several rows.

The numbers of other rows are said beside rows on the screen, so they have to be found without a
look through the document for each.
"""

from collections.abc import Iterable, Iterator
from itertools import compress
from typing import Final

from prolific_tui.credentials.document import Change, Document, Rows

FEW: Final = 64
"""The largest group whose rows are remembered; of a larger one, the first are soon found."""


class Places:
    """The ids of all rows that have a username, for the usernames it was asked about."""

    __slots__ = ("_document", "_found", "_ids")

    def __init__(self, document: Document) -> None:
        self._document = document
        self._ids: dict[str, tuple[int, ...]] = {}
        self._found: dict[str, tuple[int, ...]] = {}
        """The first rows of large groups, until rows move."""

    def __contains__(self, username: str) -> bool:
        return username in self._ids or username in self._found

    def forget(self) -> None:
        """Start anew, because too much changed."""
        self._ids.clear()
        self._found.clear()

    def apply(self, change: Change) -> None:
        """Follow a change of the document."""
        self._found.clear()
        if not self._ids:
            return
        for rows, came in ((change.removed, False), (change.inserted, True)):
            for name, row_id in zip(rows.usernames, rows.ids or (), strict=True):
                known = self._ids.get(name)
                if known is None:
                    continue
                ids = tuple(each for each in known if each != row_id)
                self._ids[name] = (*ids, row_id) if came else ids
                if not 0 < len(self._ids[name]) <= FEW:
                    del self._ids[name]

    def prepare(self, usernames: Iterable[str]) -> None:
        """Find the rows of all these usernames with a single look through the document."""
        for _ in self.learn(name for name in usernames if name not in self):
            pass

    def learn(self, usernames: Iterable[str]) -> Iterator[int]:
        """Find the rows of many usernames in one pass; it yields after each piece of rows.

        What it learns counts only when it came to its end, and the document did not change
        meanwhile.
        """
        wanted: dict[str, list[int]] = {name: [] for name in usernames}
        if not wanted:
            return
        for start, rows in self._document.pieces():
            for name, row_id in _chosen(rows, wanted):
                wanted[name].append(row_id)
            yield start + len(rows)
        for name, ids in wanted.items():
            if len(ids) <= FEW:
                self._ids[name] = tuple(ids)

    def rows(self, username: str, limit: int) -> tuple[int, ...]:
        """The first `limit` rows that have exactly this username, from the top."""
        ids = self._ids.get(username)
        if ids is None:
            ids = self._look(username)
        if ids is None:
            if len(found := self._found.get(username, ())) < limit:
                found = self._found[username] = self._document.find(username, max(limit, FEW + 1))
            return found[:limit]
        rows = map(self._document.index_of, ids)
        return tuple(sorted(row for row in rows if row is not None)[:limit])

    def _look(self, username: str) -> tuple[int, ...] | None:
        """Look for all rows of a username and remember them, if they are few."""
        if username in self._found:
            return None
        found = self._document.find(username, FEW + 1)
        if len(found) > FEW:
            self._found[username] = found
            return None
        ids = tuple(map(self._document.row_id, found))
        if ids:
            self._ids[username] = ids
        return ids


def _chosen(rows: Rows, wanted: dict[str, list[int]]) -> Iterator[tuple[str, int]]:
    pairs = zip(rows.usernames, rows.ids or (), strict=True)
    yield from compress(pairs, map(wanted.__contains__, rows.usernames))
