"""CSV, in and out: bytes to text, text to rows, rows to text.

Nothing is dropped or altered silently: what was assumed and skipped comes back as a `Source` to
be shown, and what can't be read for certain is refused with the line to look at.
"""

import codecs
import csv
import re
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from typing import Final

from prolific_tui.credentials.layout import DELIMITERS, PLAIN, CsvError, Layout, guess, lines
from prolific_tui.credentials.rows import Rows

__all__ = [
    "PLAIN",
    "CsvError",
    "Decoded",
    "Layout",
    "Parsed",
    "Source",
    "decode",
    "dump",
    "guess",
    "parse",
    "read",
]

# UTF-32's little-endian mark begins with UTF-16's, so it is looked for first.
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with BOM"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32 LE"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32 BE"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16 LE"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16 BE"),
)
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_CHUNK: Final = 4096
_NAMED_LINES: Final = 5
# Possessive, so that a quote without an end costs one pass and not one for each character.
_QUOTED: Final = re.compile(r'"(?:[^"]++|"")*+"')
_NEEDS_QUOTES: Final = re.compile(r'[",\r\n]')
# What `encode` would turn into a byte order mark at the start of a file.
_MARK: Final = "\ufeff"


@dataclass(frozen=True, slots=True, repr=False)
class Decoded:
    """A text and how its bytes were understood."""

    text: str
    encoding: str
    """Its name for people, such as "UTF-8 with BOM"."""

    def __repr__(self) -> str:
        return f"Decoded({len(self.text)} characters, {self.encoding})"


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

    def describe(self) -> str:
        """In words: "UTF-8 with BOM, comma, CRLF, header, 1 blank line skipped"."""
        blank = f"{self.blank_lines:,} blank line{'' if self.blank_lines == 1 else 's'} skipped"
        parts = (
            self.encoding,
            DELIMITERS.get(self.layout.delimiter, repr(self.layout.delimiter)),
            self.line_ending,
            "header" if self.layout.header else "no header",
            blank if self.blank_lines else "",
        )
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Parsed:
    """Rows, and how the text they came from was understood."""

    rows: Rows
    source: Source

    @property
    def layout(self) -> Layout:
        """Where the usernames and passwords were."""
        return self.source.layout

    @property
    def blank_lines(self) -> int:
        """How many blank lines were skipped."""
        return self.source.blank_lines


def decode(data: bytes) -> Decoded:
    """Bytes to text: a byte order mark decides, else it is UTF-8.

    Raises:
        CsvError: the bytes are not what the mark says or not UTF-8, or there is a NUL among them.
    """
    mark, codec, name = next(
        (each for each in _MARKS if data.startswith(each[0])), (b"", "utf-8", "UTF-8")
    )
    try:
        text = data[len(mark) :].decode(codec)
    except UnicodeDecodeError as error:
        bad = len(mark) + error.start
    else:
        if "\0" not in text:
            return Decoded(text, name)
        raise CsvError(
            "This is not a text file",
            f"Read as {name}, it holds NUL characters.",
            "If a spreadsheet wrote it, save it as CSV UTF-8 and load that.",
            line=_line_of(text, text.index("\0")),
        )
    # Outside of the handler, because that error carries all the bytes with it.
    line = _line_of(data[:bad].decode("latin-1"), bad) if codec == "utf-8" else None
    where = f"in line {line}" if line else f"at byte {bad + 1:,}"
    raise CsvError(
        f"This is not {name}",
        f"The bytes {where} are not {name}.",
        "Save it as CSV UTF-8 and load that.",
        line=line,
    )


def read(data: bytes) -> Parsed:
    """Bytes to rows, with everything guessed.

    Raises:
        CsvError: as `decode`, `guess` and `parse` do.
    """
    decoded = decode(data)
    return parse(decoded.text, guess(decoded.text), encoding=decoded.encoding)


def parse(text: str, layout: Layout, *, encoding: str = "") -> Parsed:
    """Text to rows, by a layout.

    Lines that hold nothing, or nothing but white space, are skipped and counted.

    Raises:
        CsvError: a quote that is never closed or closes inside a field, a line with more or fewer
            fields than the layout has columns, or a field longer than `csv.field_size_limit()`.
    """
    width = len(layout.names)
    username, password = itemgetter(layout.username), itemgetter(layout.password)
    usernames: list[str] = []
    passwords: list[str] = []
    blank_lines = 0
    header = layout.header
    reader = csv.reader(lines(text), delimiter=layout.delimiter, strict=True)
    try:
        # By the chunk, so that a million rows are neither a Python step each nor lists at once.
        while chunk := list(islice(reader, _CHUNK)):
            if header or set(map(len, chunk)) != {width}:
                full = [record for record in chunk if not _is_blank(record)]
                blank_lines += len(chunk) - len(full)
                chunk = full[1:] if header else full
                header = header and not full
                if not set(map(len, full)) <= {width}:
                    raise _ragged(text, layout)
            usernames.extend(map(username, chunk))
            passwords.extend(map(password, chunk))
    except csv.Error:
        malformed = True
    else:
        malformed = False
    if malformed:
        raise _malformed(text, layout)
    source = Source(encoding, _line_ending(text), layout, blank_lines)
    return Parsed(Rows(usernames, passwords), source)


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


def _is_blank(record: list[str]) -> bool:
    return not record or (len(record) == 1 and not record[0].strip())


def _line_ending(text: str) -> str:
    both = text.count("\r\n")
    kinds = {
        "CRLF": both,
        "LF": text.count("\n") - both,
        "CR": text.count("\r") - both,
    }
    present = [kind for kind, count in kinds.items() if count]
    return "mixed line ends" if len(present) > 1 else "".join(present)


def _line_of(text: str, position: int) -> int:
    """The line, counted from 1, of the character at this position."""
    return len(_LINE_END.findall(text, 0, position)) + 1


def _ragged(text: str, layout: Layout) -> CsvError:
    """The error for lines of another width than the layout's, found by reading once more."""
    width = len(layout.names)
    reader = csv.reader(lines(text), delimiter=layout.delimiter, strict=True)
    bad: list[int] = []
    begin = 1
    try:
        for record in reader:
            if len(record) != width and not _is_blank(record):
                bad.append(begin)
            begin = reader.line_num + 1
    except csv.Error:
        return _malformed(text, layout)
    named = ", ".join(f"{line:,}" for line in bad[:_NAMED_LINES])
    more = f" and {len(bad) - _NAMED_LINES:,} more" if len(bad) > _NAMED_LINES else ""
    lines_are = "line does" if len(bad) == 1 else "lines do"
    return CsvError(
        "Some lines have too many or too few fields",
        f"{len(bad):,} {lines_are} not have {width} fields: line{'s'[: len(bad) > 1]} "
        f"{named}{more}.",
        "A field that holds the delimiter needs quotes around it. Mend them and load it again.",
        line=bad[0],
    )


def _malformed(text: str, layout: Layout) -> CsvError:
    """The error for a text that `csv` refused, found by reading up to there once more."""
    reader = csv.reader(lines(text), delimiter=layout.delimiter, strict=True)
    done = 0
    try:
        for _ in reader:
            done = reader.line_num
    except csv.Error:
        pass
    record = "".join(islice(lines(text), done, None))
    unquoted = re.compile(rf"[^{re.escape(layout.delimiter)}\r\n]*+")
    position = 0
    while True:
        line = done + _line_of(record, position)
        is_quoted = record.startswith('"', position)
        field = (_QUOTED if is_quoted else unquoted).match(record, position)
        if field is None:
            return CsvError(
                "A quote is never closed",
                f"The quote that opens in line {line:,} has no end, so everything after it would "
                "be part of that field.",
                "Close it, or double it if it belongs to the text, and load it again.",
                line=line,
            )
        following = record[field.end() : field.end() + 1]
        if is_quoted and following not in {"", "\r", "\n", layout.delimiter}:
            return CsvError(
                "A quote closes inside a field",
                f"The quote that opens in line {line:,} closes in line "
                f"{done + _line_of(record, field.end()):,} with more text right after it.",
                "Close it at the end of the field, or double the quotes that belong to the text, "
                "and load it again.",
                line=line,
            )
        if following != layout.delimiter or len(field[0]) > csv.field_size_limit():
            return CsvError(
                "A field is too long",
                f"A field in line {line:,} is longer than {csv.field_size_limit():,} characters.",
                "No username or password is that long; look for a quote too many.",
                line=line,
            )
        position = field.end() + 1
