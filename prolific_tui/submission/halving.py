"""Finding the rows that clash by halving what was refused.

Every part that is accepted on the way stays accepted, so the number of requests is told first.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

Range = tuple[int, int]
"""The first row, counted from 0, and the first one after them."""


def halves(rows: Range) -> tuple[Range, Range]:
    """At least two rows as two ranges."""
    start, stop = rows
    middle = (start + stop) // 2
    return (start, middle), (middle, stop)


@dataclass(frozen=True, slots=True)
class ClashSearch:
    """What it takes to find the rows that clash among so many that were refused together."""

    rows: int

    @property
    def most_sends(self) -> int:
        """The most requests that it takes: where every row clashes."""
        return max(2 * self.rows - 1, 0)

    @property
    def sends_for_one(self) -> int:
        """The most requests that it takes to find a single row."""
        return 2 * max(self.rows - 1, 0).bit_length() + 1

    @property
    def words(self) -> str:
        """What the person is told before it is begun."""
        return (
            f"The {self.rows:,} refused rows are sent again, then in halves, until the rows that"
            f" clash stand alone. That takes at most {self.most_sends:,} requests, and at most"
            f" {self.sends_for_one:,} if one row clashes. Every half that Prolific accepts stays"
            " in the pool and can't be taken out again."
        )


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows that are to go in one request."""

    rows: Range
    other: "Piece | None" = None
    """The other half of rows that clash: if all of this is accepted, the clash is there."""
    clashes: bool = False
    """Whether that is known, so that only its halves need to go."""

    @property
    def is_single(self) -> bool:
        """Whether it can't be halved."""
        return self.rows[1] - self.rows[0] <= 1


class Pieces:
    """What is still to go, in order; what became of a piece may cut those that follow.

    A single row is always sent by itself before it is said to clash: what is said of it is what
    Prolific said.
    """

    def __init__(self, ranges: Iterable[Range]) -> None:
        self._queue = deque(map(Piece, ranges))

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def following(self) -> Range | None:
        """The rows that seem to go next, if any do: halves of them do where they clash."""
        return self._queue[0].rows if self._queue else None

    def take(self) -> Piece:
        """The piece that goes next."""
        piece = self._queue.popleft()
        while piece.clashes:
            self.clashed(piece)
            piece = self._queue.popleft()
        return piece

    def put_back(self, piece: Piece) -> None:
        """A piece that was taken did not go after all: it goes next."""
        self._queue.appendleft(piece)

    def accepted(self, piece: Piece) -> None:
        """All of a piece was accepted. If it is half of what clashes, the other half does."""
        other = piece.other
        if other is not None and not other.is_single and self._queue[0] is other:
            self._queue[0] = replace(other, clashes=True)

    def clashed(self, piece: Piece) -> None:
        """A piece of several rows was refused for a clash: its halves go next."""
        one, other = halves(piece.rows)
        second = Piece(other)
        self._queue.extendleft([second, Piece(one, other=second)])

    def halve(self, piece: Piece) -> None:
        """A piece of several rows can't go as it is: its halves go next."""
        self._queue.extendleft(map(Piece, reversed(halves(piece.rows))))
