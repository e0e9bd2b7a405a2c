"""What comes of reading a text: rows, what is wrong with them, and everything that was assumed."""

from dataclasses import dataclass, field
from enum import Enum

from prolific_tui.credentials.exports import read_header
from prolific_tui.credentials.layout import DELIMITERS, PLAIN, Layout
from prolific_tui.credentials.rows import Rows


class Ragged(Enum):
    """What is done about lines with more or fewer fields than there are columns."""

    REFUSE = "refuse"
    """The whole text is refused, with these lines named."""
    TAKE = "take"
    """They become rows with a mark."""


class Mark(Enum):
    """What is wrong with a row because of where it came from, which its text does not show."""

    HASH = (
        True,
        "a hash, not a password",
        "The password is stored as a hash, so the participant could not log in with it.",
    )
    SURPLUS = (
        True,
        "line with too many fields",
        "Its line has more fields than there are columns, so username and password may be cut "
        "or come from the wrong columns.",
    )
    SHORT = (
        False,
        "line with too few fields",
        "Its line has fewer fields than there are columns; what is missing is left empty.",
    )

    def __init__(self, blocking: bool, words: str, sentence: str) -> None:
        self.blocking = blocking
        """Whether it leaves the row out of a send until the row is edited."""
        self.words = words
        """What it is, in a few words that fit beside a row."""
        self.sentence = sentence
        """What it is and why it matters, where there is room to say so."""


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
    """What is wrong with rows that their text does not show; rows are counted from 0."""

    @property
    def layout(self) -> Layout:
        """Where the usernames and passwords were."""
        return self.source.layout

    @property
    def blank_lines(self) -> int:
        """How many blank lines were skipped."""
        return self.source.blank_lines


@dataclass(frozen=True, slots=True)
class Chunk(Parsed):
    """Some of the rows of a text; `marks` counts from its own first row.

    `source` tells what was met so far, and its warning comes with the last chunk.
    """

    progress: float = 1.0
    """How much of the text has been read, from 0 to 1; 1 only in the last chunk."""

    def without_false_passwords(self) -> Rows:
        """The rows, with nothing in the place of a password that surely is none.

        These are hashes, and fields of lines that have too many: left empty, their rows are
        blocked until somebody fills them in.
        """
        false = [index for index, mark in self.marks.items() if mark.blocking]
        if not false:
            return self.rows
        passwords = list(self.rows.passwords)
        for index in false:
            passwords[index] = ""
        return Rows(self.rows.usernames, passwords)

    @property
    def false_passwords(self) -> int:
        """How many those are."""
        return sum(mark.blocking for mark in self.marks.values())


def _count(number: int, what: str, of_them: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'} {of_them}" if number else ""
