"""The looking at rows that came in large blocks, a few thousand at a time, while edits go on.

Exact duplicates are known without it. It finds the problems that each row has by itself and the
near-duplicates, then learns where the rows are that name each other.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from prolific_tui.credentials.document import NO_ROWS, Change, Document
from prolific_tui.credentials.history import NO_ROW, Delta
from prolific_tui.credentials.ledger import Ledger
from prolific_tui.credentials.places import Places
from prolific_tui.credentials.stepping import Steps
from prolific_tui.credentials.wording import Find

_MOST_LEARNED: Final = 200_000
"""Of more usernames, the places are not all learned; see `Examination.finder`."""
_AROUND: Final = 128


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an examination is."""

    done: int
    """How many rows were looked at."""
    total: int
    """How many rows there are."""
    delta: Delta
    """What of the rows on the screen may look different now."""


class Examination:
    """Follows every change of a document, and catches up with the large ones step by step."""

    __slots__ = ("_at", "_document", "_is_placed", "_learning", "_ledger", "at_once", "places")

    def __init__(self, document: Document, ledger: Ledger, at_once: int) -> None:
        self._document = document
        self._ledger = ledger
        self.at_once = at_once
        """The most rows of which everything is learned in one go."""
        self._at = 0
        """No row above this one is pending."""
        self._learning: Iterator[int] | None = None
        self._is_placed = True
        self.places = Places(document, ledger.count)
        """Where the rows of a username are."""

    @property
    def is_finished(self) -> bool:
        """Whether there is nothing left to look at."""
        return not self._ledger.counts.unexamined and self._is_placed

    def following(
        self, changes: deque[tuple[Change, Change]]
    ) -> Steps[tuple[frozenset[str], bool]]:
        """Follow what the document made of one step.

        Args:
            changes: each change, and the same without the rows that only moved; none is left
                afterwards.

        Returns:
            The `near_key` of usernames of which something else may be said now, and whether that
            may be said of any row.
        """
        self._learning = None
        removed = sum(len(change.removed) for _, change in changes)
        inserted = sum(len(change.inserted) for _, change in changes)
        if removed > self.at_once:
            self._begin_anew(0)
            while changes:
                # The rows that went may be in memory for these alone.
                changes.popleft()
                yield 0
            yield from self._ledger.rebuilding(self._document)
            return frozenset(), True
        related: set[str] = set()
        for done in range(1, len(changes) + 1):
            made, change = changes.popleft()
            if inserted > self.at_once:
                related |= self._take_in(made, change)
            else:
                related |= self._ledger.apply(change)
                self.places.apply(change)
                self._shift(made)
            yield done
        return frozenset(related), False

    def take_in(self, change: Change) -> frozenset[str]:
        """Follow new rows, and leave them for later; returns the same keys as `following`."""
        self._learning = None
        return self._take_in(change, change)

    def _take_in(self, made: Change, change: Change) -> frozenset[str]:
        related: frozenset[str] = frozenset()
        if change.removed:
            related = self._ledger.apply(Change(change.start, change.removed, NO_ROWS))
        related |= self._ledger.absorb(change.inserted)
        self._begin_anew(made.start)
        return related

    def catch_up(self) -> None:
        """Look at everything that is left, if the document is short; else leave it for `step`."""
        while len(self._document) <= self.at_once and not self.is_finished:
            self.step(self.at_once)

    def _begin_anew(self, start: int) -> None:
        self._at = min(self._at, start)
        self._is_placed = False
        self.places.forget()

    def _shift(self, change: Change) -> None:
        """Keep to the row that is to be looked at next."""
        if change.stop <= self._at:
            self._at += len(change.inserted) - len(change.removed)
        else:
            self._at = min(self._at, change.start)

    def step(self, max_rows: int) -> Progress:
        """Look at up to this many more rows."""
        related: frozenset[str] = frozenset()
        all_rows = False
        looked = 0
        while self._ledger.counts.unexamined and looked < max_rows:
            first, piece = self._document.piece(self._at)
            start = self._at - first
            part = piece.part(start, min(len(piece), start + max_rows - looked))
            related |= self._ledger.examine(part)
            self._at += len(part)
            looked += len(part)
        if not self._ledger.counts.unexamined and not self._is_placed and looked < max_rows:
            all_rows = self._learn(max_rows - looked)
        counts = self._ledger.counts
        return Progress(
            counts.rows - counts.unexamined,
            counts.rows,
            replace(NO_ROW, related=related, all_rows=all_rows),
        )

    def _learn(self, max_rows: int) -> bool:
        """Learn where rows are; returns whether all is known now."""
        ledger = self._ledger
        if self._learning is None:
            names = (ledger.exact.duplicates(), ledger.alike.usernames())
            are_few = sum(map(len, names)) <= _MOST_LEARNED
            self._learning = self.places.learn(*names if are_few else ())
        begun = 0
        for at in self._learning:
            begun = begun or at
            if at - begun >= max_rows:
                return False
        self._learning = None
        self._is_placed = True
        return True

    def finder(self, index: int) -> Find:
        """How to find the rows that the row at `index` names.

        While too little is known to do it quickly, it finds none. Where it has to look through a
        long document, it does so for the neighbours of that row as well, which are on the screen.
        """

        def find(username: str, limit: int) -> tuple[int, ...] | None:
            if not self._is_placed:
                return None
            if username not in self.places and len(self._document) > self.at_once:
                begin = max(0, index - _AROUND)
                end = min(len(self._document), index + _AROUND)
                near = self._document.rows(begin, end).usernames
                names = {name for name in near if self._ledger.is_related(name)} | {username}
                self.places.prepare(names)
            return self.places.rows(username, limit)

        return find
