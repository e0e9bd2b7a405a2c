"""The columns of the grid: where each begins and how wide it is, for a width and what is shown."""

from dataclasses import dataclass
from typing import Final

from prolific_tui.credentials.document import Column
from prolific_tui.secret import MASK

MARK_WIDTH: Final = 4
"""The state's letter, a plus where the row is selected, the cursor, a space."""
GAP: Final = 2
"""The cells between any two columns."""
_USERNAME: Final = 20
"""How wide usernames are at least where notes leave it, so that few of them move the columns."""
_USERNAME_STEP: Final = 4
"""In which steps usernames get more, for the same reason."""
_NOTE: Final = "note"


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the grid's columns begin, in cells, and how wide they are."""

    number: int
    """The width of the row number."""
    username: int
    password: int
    note: int

    @classmethod
    def for_width(cls, width: int, rows: int, username: int, password: int, note: int) -> "Columns":
        """Shares of a width; where usernames and notes can't both be whole, each has half at least.

        Args:
            width: that of the grid, in cells.
            rows: how many there are, which says how wide a number is.
            username: the widest username to be shown.
            password: the widest password to be shown; it gets a third at most.
            note: the widest note to be shown.
        """
        number = max(4, len(f"{rows:,}"))
        room = max(width - MARK_WIDTH - number - 3 * GAP, 12)
        password = min(max(password, len(MASK) + 1), room // 3)
        rest = room - password
        left = rest - max(note, len(_NOTE))
        wanted = -(-username // _USERNAME_STEP) * _USERNAME_STEP
        username = max(min(wanted, max(rest // 2, left)), min(_USERNAME, left))
        return cls(number, username, password, rest - username)

    def start(self, column: Column) -> int:
        """The cell in which a column begins."""
        username = MARK_WIDTH + self.number + GAP
        return username if column is Column.USERNAME else username + self.username + GAP

    def width(self, column: Column) -> int:
        """How many cells a column has."""
        return self.username if column is Column.USERNAME else self.password

    def room(self, column: Column, wanted: int) -> int:
        """How wide what is open in a column may be: with a cell of the gap, for a cursor.

        Where that is less than `wanted`, it goes to the end of the next column, or of the line, so
        that no column is covered in part.
        """
        start = self.start(column)
        ends = (self.start(each) + self.width(each) + 1 for each in Column)
        line = self.start(Column.PASSWORD) + self.password + GAP + self.note
        return next((end - start for end in ends if end - start >= wanted), line - start)

    def heading(self) -> str:
        """The line above the rows."""
        gap = " " * GAP
        return (
            " " * MARK_WIDTH
            + f"{'#':>{self.number}}{gap}{'username':<{self.username}}{gap}"
            + f"{'password':<{self.password}}{gap}{_NOTE}"
        )
