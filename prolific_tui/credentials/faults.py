"""Where in a CSV text a fault is, found by reading it once more instead of keeping track.

What is quoted of the text in these errors is never more than a line's number.
"""

import csv
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

from prolific_tui.credentials.encoding import Content, CsvError, line_of
from prolific_tui.credentials.layout import Layout, is_blank_line
from prolific_tui.visible import counted

_NAMED_LINES: Final = 5
# Possessive, so that a quote without an end costs one pass and not one for each character.
_QUOTED: Final = re.compile(r'"(?:[^"]++|"")*+"')


class FaultMet(Exception):  # noqa: N818 - what is wrong is yet to be found
    """Something that can't be read was met; which line it is takes another pass to find."""

    def __init__(self, find: Callable[[], CsvError]) -> None:
        super().__init__()
        self.find = find
        """Finds the error to be shown."""


class RaggedError(CsvError):
    """Lines with more or fewer fields than there are columns; they may be taken as problems."""

    def __init__(self, lines: tuple[int, ...], count: int, width: int) -> None:
        named = ", ".join(f"{line:,}" for line in lines)
        more = f" and {count - len(lines):,} more" if count > len(lines) else ""
        super().__init__(
            "Some lines have too many or too few fields",
            f"{counted(count, 'line')} {'does' if count == 1 else 'do'} not have {width} fields: "
            f"{'line' if count == 1 else 'lines'} {named}{more}.",
            "A field that holds the delimiter needs quotes. Mend them and bring it in again.",
            line=lines[0],
        )
        self.lines = lines
        """The first of them, counted from 1."""
        self.count = count
        """How many there are."""


def ragged_lines(content: Content, layout: Layout) -> CsvError:
    """The error for lines of another width than the layout's."""
    width = len(layout.names)
    lines, first = _lines(content, layout)
    reader = csv.reader(lines, delimiter=layout.delimiter, strict=True)
    bad: list[int] = []
    count = 0
    begin = first
    try:
        for record in reader:
            if len(record) != width and not is_blank_line(record):
                count += 1
                if count <= _NAMED_LINES:
                    bad.append(begin)
            begin = first + reader.line_num
    except csv.Error:
        is_malformed = True
    else:
        is_malformed = False
    return malformed(content, layout) if is_malformed else RaggedError(tuple(bad), count, width)


def malformed(content: Content, layout: Layout) -> CsvError:
    """The error for a text that `csv` refused."""
    lines, first = _lines(content, layout)
    reader = csv.reader(lines, delimiter=layout.delimiter, strict=True)
    done = 0
    try:
        for _ in reader:
            done = reader.line_num
    except csv.Error:
        pass
    lines, _ = _lines(content, layout)
    record = "".join(islice(lines, done, None))
    done += first - 1
    unquoted = re.compile(rf"[^{re.escape(layout.delimiter)}\r\n]*+")
    position = 0
    while True:
        line = done + line_of(record, position)
        is_quoted = record.startswith('"', position)
        field = (_QUOTED if is_quoted else unquoted).match(record, position)
        if field is None:
            return CsvError(
                "A quote is never closed",
                f"The quote that opens in line {line:,} has no end, so everything after it would "
                "be part of that field.",
                "Close it, or double it if it belongs to the text, and bring it in again.",
                line=line,
            )
        following = record[field.end() : field.end() + 1]
        if is_quoted and following not in {"", "\r", "\n", layout.delimiter}:
            return CsvError(
                "A quote closes inside a field",
                f"The quote that opens in line {line:,} closes in line "
                f"{done + line_of(record, field.end()):,} with more text right after it.",
                "Close it at the end of the field, or double the quotes that belong to the text, "
                "and bring it in again.",
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


def _lines(content: Content, layout: Layout) -> tuple[Iterator[str], int]:
    """The lines that hold records, and the number of the first of them."""
    lines = content.lines()
    if layout.sep_line:
        next(lines, None)
    return lines, 1 + layout.sep_line
