"""The pairs that everything else passes around: one `Row`, and `Rows`, a block held by column.

A million rows are two lists of text and an array of numbers; a `Row` is only made when asked for.
Nothing here shows a password in its repr.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import compress
from typing import Final, Self

MASK: Final = "********"
"""What stands for a hidden field: of fixed length, so that it tells nothing of it."""


class Column(Enum):
    """The two fields of a row."""

    USERNAME = "username"
    PASSWORD = "password"  # noqa: S105 - the name of a column


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """One pair, with the id that stays with it through inserts, deletes and undo."""

    id: int
    username: str
    password: str

    def __repr__(self) -> str:
        return f"Row(id={self.id}, username={self.username!r}, password={MASK})"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Rows:
    """A block of rows, held by column.

    It takes the sequences as they are, without a copy: who hands them over does not change them
    afterwards. Two blocks are equal when they hold the same pairs in the same order, whatever
    their ids.

    Raises:
        ValueError: the columns differ in length.
    """

    usernames: Sequence[str]
    passwords: Sequence[str]
    ids: Sequence[int] | None = None
    """An id for each row (signed 64-bit), or None for rows that were never in a document."""

    def __post_init__(self) -> None:
        if len(self.usernames) != len(self.passwords):
            raise ValueError("a block of rows needs as many passwords as usernames")
        if self.ids is not None and len(self.ids) != len(self.usernames):
            raise ValueError("a block of rows needs an id for every row, or none")

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """The block of these (username, password) pairs."""
        usernames: list[str] = []
        passwords: list[str] = []
        for username, password in pairs:
            usernames.append(username)
            passwords.append(password)
        return cls(usernames, passwords)

    def part(self, start: int, stop: int) -> "Rows":
        """The rows from `start` up to `stop`, as of a slice; they keep their ids."""
        cut = slice(start, stop)
        ids = None if self.ids is None else self.ids[cut]
        return Rows(self.usernames[cut], self.passwords[cut], ids)

    def anew(self) -> "Rows":
        """The rows without the ids that they have elsewhere."""
        return Rows(self.usernames, self.passwords)

    def only(self, wanted: Iterable[int]) -> "Rows":
        """The rows for which `wanted`, in the order of the rows, is true; they keep their ids."""
        mask = bytes(wanted)
        return Rows(
            list(compress(self.usernames, mask)),
            list(compress(self.passwords, mask)),
            None if self.ids is None else array("q", compress(self.ids, mask)),
        )

    def __len__(self) -> int:
        return len(self.usernames)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return zip(self.usernames, self.passwords, strict=True)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Rows):
            return NotImplemented
        mine, theirs = list(self.usernames), list(other.usernames)
        return mine == theirs and list(self.passwords) == list(other.passwords)

    __hash__ = None  # type: ignore[assignment]  # a block can hold lists

    def __repr__(self) -> str:
        return f"Rows({len(self)})"


NO_ROWS = Rows((), ())
"""The empty block."""
