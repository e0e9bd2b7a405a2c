"""What comes of reading a text: rows, what is wrong with them, and everything that was assumed."""

from dataclasses import dataclass, field
from enum import Enum

from prolific_tui.credentials.exports import read_header
from prolific_tui.credentials.layout import DELIMITERS, PLAIN, Layout
from prolific_tui.credentials.rows import Rows
from prolific_tui.visible import counted


class Ragged(Enum):
    """What is done about lines with more or fewer fields than there are columns."""

    REFUSE = "refuse"
    """The whole text is refused, with these lines named."""
    TAKE = "take"
    """They become rows with a mark and without a password."""


class Mark(Enum):
    """Why a row came in without the password that its line seems to have.

    So it is left out of a send until somebody fills the password in.
    """

    HASH = "hash"
    """Another column, or the name of its own, says that it is a hash."""
    SURPLUS = "surplus"
    """Its line has more fields than there are columns: any field may be cut, or another's."""
    SHORT = "short"
    """Its line has fewer fields than there are columns: any field may be another's."""


@dataclass(frozen=True, slots=True)
class Source:
    """Everything that was assumed about a text, and what was skipped in it."""

    encoding: str
    """Its name for people; empty for text that was never bytes, such as a paste."""
    line_ending: str
    """LF, CRLF, CR, "mixed line ends", or empty where nothing ends a line."""
    layout: Layout
    blank_lines: int
    """How many blank lines were skipped."""
    ragged_lines: int = 0
    """How many lines had too many or too few fields; their rows are marked."""
    warning: str = ""
    """A sentence about all of it, where there is something to warn of."""

    def describe(self) -> str:
        """In words: "UTF-8 with BOM, comma, CRLF, header, 1 blank line skipped"."""
        layout = self.layout
        parts = (
            self.encoding,
            DELIMITERS.get(layout.delimiter, repr(layout.delimiter)),
            self.line_ending,
            "sep= line" if layout.sep_line else "",
            f"{layout.export} header".strip() if layout.header else "no header",
            self._columns(),
            _count(self.blank_lines, "blank line", "skipped"),
            _count(self.ragged_lines, "line", "with too many or too few fields"),
        )
        return ", ".join(part for part in parts if part)

    def _columns(self) -> str:
        """Which columns were taken, where that does not go without saying."""
        layout = self.layout
        taken = (layout.username, layout.password)
        clues = read_header(layout.names)
        named = (*clues.usernames[:1], *clues.passwords[:1])
        if len(layout.names) == len(PLAIN.names) and taken == (named if layout.header else (0, 1)):
            return ""
        names = " and ".join(
            layout.names[column] or f"column {column + 1}" for column in taken if column is not None
        )
        no_password = " and no passwords" if layout.password is None else ""
        return f"{names}{no_password} of {len(layout.names)} columns"


@dataclass(frozen=True, slots=True)
class Parsed:
    """Rows, and how the text they came from was understood."""

    rows: Rows
    source: Source
    marks: dict[int, Mark] = field(default_factory=dict)
    """Why rows have no password, where their text seems to; rows are counted from 0."""

    @property
    def layout(self) -> Layout:
        """Where the usernames and passwords were."""
        return self.source.layout

    @property
    def blank_lines(self) -> int:
        """How many blank lines were skipped."""
        return self.source.blank_lines

    def hashes(self) -> list[int]:
        """The rows, counted from 0, whose password is empty in the place of a hash."""
        return [row for row, mark in self.marks.items() if mark is Mark.HASH]


@dataclass(frozen=True, slots=True)
class Chunk(Parsed):
    """Some of the rows of a text; `marks` counts from its own first row.

    `source` tells what was met so far, and its warning comes with the last chunk.
    """

    progress: float = 1.0
    """How much of the text has been read, from 0 to 1; 1 only in the last chunk."""


def _count(number: int, what: str, of_them: str) -> str:
    return f"{counted(number, what)} {of_them}" if number else ""
