"""Questions about all rows of a document, answered in steps: which do not go, why, and which do."""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import compress
from typing import Final

from prolific_tui.credentials.document import Document, Row, Rows
from prolific_tui.credentials.ledger import Ledger
from prolific_tui.credentials.problems import Problem
from prolific_tui.credentials.stepping import OutdatedError, Steps

RUN: Final = 256
"""How many rows are looked at in one step where any of them may need a closer look."""


def runs(document: Document) -> Iterator[tuple[int, Rows]]:
    """All rows in short runs, each with where it begins; raises as `Document.pieces` does."""
    for start, piece in document.pieces():
        for at in range(0, len(piece), RUN):
            yield start + at, piece.part(at, at + RUN)


def bad_rows(ledger: Ledger, start: int, piece: Rows) -> list[int]:
    """Of a piece of the document that begins at `start`, the rows that do not go.

    All rows of the piece are to be examined.
    """
    stopped = ledger.stopped(piece.usernames)
    if not stopped:
        return []
    stop = start + len(piece)
    return list(compress(range(start, stop), map(stopped.__contains__, piece.usernames)))


def problems_of(
    ledger: Ledger, start: int, piece: Rows, rows: Iterable[int]
) -> Iterator[tuple[int, tuple[Problem, ...]]]:
    """These rows, of a piece that begins at `start`, each with everything that is wrong with it."""
    ids = piece.ids or ()
    for row in rows:
        at = row - start
        yield row, ledger.problems(Row(ids[at], piece.usernames[at], piece.passwords[at]))


def seek(
    document: Document,
    index: int,
    matching: Callable[[int, Rows], Sequence[int]],
    *,
    backwards: bool,
) -> Steps[int | None]:
    """The next row after `index`, or before it, that matches; round the end if need be.

    Args:
        document: the rows.
        index: where to begin; this row is the last to be looked at.
        matching: which rows match of some that begin at a row, in order.
        backwards: whether to go up.

    Raises:
        OutdatedError: the rows changed between two steps.
    """
    size, revision = len(document), document.revision
    looked = 0
    cut = min(max(index if backwards else index + 1, 0), size)
    parts = [(0, cut), (cut, size)]
    for part in parts if backwards else reversed(parts):
        begin, end = part
        while begin < end:
            first, piece = document.piece(end - 1 if backwards else begin)
            start, stop = max(begin, first), min(end, first + len(piece))
            rows = piece.part(start - first, stop - first)
            if found := matching(start, rows):
                return found[-1 if backwards else 0]
            begin, end = (begin, start) if backwards else (stop, end)
            looked += len(rows)
            yield looked
            if document.revision != revision:
                raise OutdatedError
    return None


def problems(document: Document, ledger: Ledger) -> Steps[Counter[Problem]]:
    """How many rows do not go because of each problem; a row is counted under its gravest.

    Raises:
        OutdatedError: the rows changed between two steps.
    """
    counts: Counter[Problem] = Counter()
    for start, piece in runs(document):
        bad = bad_rows(ledger, start, piece)
        counts.update(found[0] for _, found in problems_of(ledger, start, piece, bad))
        yield start + len(piece)
    return counts


def rows(document: Document, indices: Sequence[int]) -> Steps[Rows]:
    """A copy of the rows at these indices, which are in order, with their ids.

    Raises:
        OutdatedError: the rows changed between two steps.
    """
    usernames: list[str] = []
    passwords: list[str] = []
    ids = array("q")
    for part in parts(document, indices):
        usernames += part.usernames
        passwords += part.passwords
        ids.extend(part.ids or ())
        yield len(usernames)
    return Rows(usernames, passwords, ids)


def parts(document: Document, indices: Sequence[int]) -> Iterator[Rows]:
    """`rows`, piece by piece; raises as it does."""
    revision, at = document.revision, 0
    while at < len(indices):
        if document.revision != revision:
            raise OutdatedError
        start, piece = document.piece(indices[at])
        end = bisect_left(indices, start + len(piece), lo=at)
        wanted = bytearray(len(piece))
        for index in indices[at:end]:
            wanted[index - start] = 1
        yield piece.only(wanted)
        at = end


def sendable(document: Document, ledger: Ledger) -> Steps[Rows]:
    """The rows that go, with their ids.

    Raises:
        OutdatedError: the rows changed between two steps.
    """
    usernames: list[str] = []
    passwords: list[str] = []
    ids = array("q")
    for start, piece in document.pieces():
        goes = bytearray(b"\1") * len(piece)
        for row in bad_rows(ledger, start, piece):
            goes[row - start] = 0
        going = piece.only(goes) if 0 in goes else piece
        usernames += going.usernames
        passwords += going.passwords
        ids.extend(going.ids or ())
        yield start + len(piece)
    return Rows(usernames, passwords, ids)
