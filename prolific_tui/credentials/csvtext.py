"""CSV, in and out: text to rows, all at once or in chunks, and rows to text.

Nothing is dropped or altered silently: what was assumed and skipped comes back as a `Source` to
be shown, what is wrong with a line as a `Mark` on its row, and what can't be read for certain is
refused with the line to look at.
"""

import csv
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from itertools import islice, repeat
from typing import Final

from prolific_tui.credentials.encoding import (
    Content,
    CsvError,
    Decoded,
    decode,
    understand,
)
from prolific_tui.credentials.exports import may_be_password, read_header
from prolific_tui.credentials.faults import RaggedError, malformed, ragged_lines
from prolific_tui.credentials.layout import (
    DELIMITERS,
    PLAIN,
    Layout,
    guess,
    is_blank_line,
)
from prolific_tui.credentials.rows import Rows

__all__ = [
    "CHUNK",
    "NO_PASSWORDS",
    "PLAIN",
    "Chunk",
    "CsvError",
    "Decoded",
    "Layout",
    "Mark",
    "Parsed",
    "Ragged",
    "RaggedError",
    "Source",
    "decode",
    "dump",
    "guess",
    "parse",
    "parse_chunks",
    "read",
]

CHUNK: Final = 16_384
"""How many rows come at a time, unless told."""

NO_PASSWORDS: Final = "This export holds no passwords; participants could not log in."
"""What is said of a text whose rows hold no password, or only stand-ins and hashes of them."""

_LINE_ENDS: Final = {"\r\n": "CRLF", "\n": "LF", "\r": "CR"}
# So few records at a time that they are gone before the garbage collector, which wakes up after
# 700 new containers, would look at them over and over.
_BATCH: Final = 256
_NEARLY: Final = 0.999
_NEEDS_QUOTES: Final = re.compile(r'[",\r\n]')
# What `encode` would turn into a byte order mark at the start of a file.
_MARK: Final = "\ufeff"


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


def read(data: bytes) -> Parsed:
    """Bytes to rows, with everything guessed.

    Raises:
        CsvError: as `understand`, `guess` and `parse` do.
    """
    content = understand(data)
    return parse(content, guess(content))


def parse(content: str | Content, layout: Layout, *, ragged: Ragged = Ragged.REFUSE) -> Parsed:
    """Text to rows, by a layout; takes and raises what `parse_chunks` does."""
    (chunk,) = _Reading(content, layout, ragged).chunks(sys.maxsize)
    return Parsed(chunk.rows, chunk.source, chunk.marks)


def parse_chunks(
    content: str | Content,
    layout: Layout,
    *,
    size: int = CHUNK,
    ragged: Ragged = Ragged.REFUSE,
) -> Iterator[Chunk]:
    """Text to rows, by a layout and as they are asked for.

    Lines that hold nothing, or nothing but white space, are skipped and counted. Whoever stops
    asking, or meets an error, has to forget the chunks that came before.

    Args:
        content: a text, or bytes and how they are to be read.
        layout: where the usernames and passwords are.
        size: how many rows a chunk has at most; the last one may have none, and always comes.
        ragged: what is done about lines with more or fewer fields than the layout has columns. A
            row taken from such a line has a mark: missing fields are empty, and surplus ones are
            part of the last column, as if the delimiter between them belonged to it.

    Raises:
        CsvError: a quote that is never closed or closes inside a field, a field longer than
            `csv.field_size_limit()`, or (`RaggedError`) a line of another width than the layout's.
    """
    return _Reading(content, layout, ragged).chunks(size)


class _Reading:
    """One pass over a text, and what was met in it so far."""

    def __init__(self, content: str | Content, layout: Layout, ragged: Ragged) -> None:
        self._content = Content.of(content) if isinstance(content, str) else content
        self._layout = layout
        self._ragged = ragged
        self._width = len(layout.names)
        self._header_pending = layout.header
        self._holds_password = False
        self._rows = self._blank_lines = self._ragged_lines = 0
        self._lines = self._content.lines()

    def chunks(self, size: int) -> Iterator[Chunk]:
        username, password = self._layout.username, self._layout.password
        lines = iter(self._lines)
        if self._layout.sep_line:
            next(lines, None)
        reader = csv.reader(lines, delimiter=self._layout.delimiter, strict=True)
        done = False
        while not done:
            names: list[str] = []
            words: list[str] = []
            marks: dict[int, Mark] = {}
            try:
                # By the batch, so that a million rows are not a Python step each.
                while len(names) < size:
                    batch = list(islice(reader, min(_BATCH, size - len(names))))
                    if not batch:
                        done = True
                        break
                    first = len(names)
                    columns = _columns(batch)
                    if self._header_pending or len(columns) != self._width:
                        batch = self._mend(batch, first, marks)
                        columns = _columns(batch)
                    if not columns:
                        continue
                    names += columns[username]
                    words += repeat("", len(batch)) if password is None else columns[password]
                    if not self._holds_password or self._layout.hash_function is not None:
                        self._look_at_passwords(columns, first, marks)
            except csv.Error:
                is_malformed = True
            else:
                is_malformed = False
            # Outside of the handler, lest that error keep the text alive.
            if is_malformed:
                raise malformed(self._content, self._layout)
            self._rows += len(names)
            progress = 1.0 if done else min(self._lines.progress, _NEARLY)
            yield Chunk(Rows(names, words), self._source(done=done), marks, progress)

    def _mend(self, batch: list[list[str]], first: int, marks: dict[int, Mark]) -> list[list[str]]:
        """The records that are rows, each as wide as the layout, marked from row `first` on."""
        full = [record for record in batch if not is_blank_line(record)]
        self._blank_lines += len(batch) - len(full)
        if self._header_pending and full:
            del full[0]
            self._header_pending = False
        for row, record in enumerate(full, first):
            surplus = len(record) - self._width
            if not surplus:
                continue
            if self._ragged is Ragged.REFUSE:
                raise ragged_lines(self._content, self._layout)
            self._ragged_lines += 1
            if surplus > 0:
                marks[row] = Mark.SURPLUS
                record[self._width - 1 :] = [self._layout.delimiter.join(record[self._width - 1 :])]
            else:
                marks[row] = Mark.SHORT
                record.extend(repeat("", -surplus))
        return full

    def _look_at_passwords(
        self, columns: list[tuple[str, ...]], first: int, marks: dict[int, Mark]
    ) -> None:
        """Mark the hashes among these passwords, from row `first` on, and look for a real one."""
        layout = self._layout
        if layout.password is None:
            return
        words = columns[layout.password]
        functions = () if layout.hash_function is None else columns[layout.hash_function]
        if layout.hashes or any(functions):
            is_hash = repeat(True) if layout.hashes else map(str.strip, functions)
            hashed = {row for row, (word, yes) in enumerate(zip(words, is_hash)) if yes and word}  # noqa: B905 - endless
            marks.update((first + row, Mark.HASH) for row in sorted(hashed))
            words = tuple(word for row, word in enumerate(words) if row not in hashed)
        # Each word once, since stand-ins are all alike.
        if not self._holds_password:
            self._holds_password = any(map(may_be_password, set(words)))

    def _source(self, *, done: bool) -> Source:
        ends = [name for end, name in _LINE_ENDS.items() if end in self._lines.ends]
        return Source(
            self._content.name,
            "mixed line ends" if len(ends) > 1 else "".join(ends),
            self._layout,
            self._blank_lines,
            self._ragged_lines,
            NO_PASSWORDS if done and self._rows and not self._holds_password else "",
        )


def _columns(records: list[list[str]]) -> list[tuple[str, ...]]:
    """The records by column; none at all where they differ in width."""
    try:
        return list(zip(*records, strict=True))
    except ValueError:
        return []


def dump(rows: Rows) -> str:
    """Rows to text: commas, LF between rows, no header, quotes only where a field needs them.

    `parse(dump(rows), PLAIN)` gives the rows back, whatever is in them. There is no line end after
    the last row.
    """
    text = "\n".join(f"{_field(username)},{_field(password)}" for username, password in rows)
    if text.startswith(_MARK):
        first = rows.usernames[0]
        return f'"{first}"{text[len(first) :]}'
    return text


def _field(text: str) -> str:
    if _NEEDS_QUOTES.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def _count(number: int, what: str, of_them: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'} {of_them}" if number else ""
