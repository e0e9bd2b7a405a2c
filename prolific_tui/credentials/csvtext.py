"""CSV, in and out: text to rows, all at once or in chunks, and rows to text.

Nothing is dropped or altered silently: what was assumed and skipped comes back as a `Source` to
be shown, what is wrong with a line as a `Mark` on its row, and what can't be read for certain is
refused with the line to look at.
"""

from collections.abc import Iterator
from typing import Final

from prolific_tui.credentials.encoding import (
    Content,
    CsvError,
)
from prolific_tui.credentials.export import quoted
from prolific_tui.credentials.faults import FaultMet, RaggedError
from prolific_tui.credentials.layout import PLAIN, Layout
from prolific_tui.credentials.parsed import Chunk, Mark, Parsed, Ragged, Source
from prolific_tui.credentials.reading import NO_PASSWORDS, Reading
from prolific_tui.credentials.rows import Rows

__all__ = [
    "CHUNK",
    "NO_PASSWORDS",
    "PLAIN",
    "Chunk",
    "CsvError",
    "Layout",
    "Mark",
    "Parsed",
    "Ragged",
    "RaggedError",
    "Source",
    "dump",
    "parse",
    "parse_chunks",
]

CHUNK: Final = 4096
"""How many rows come at a time, unless told."""

# What `encode` would turn into a byte order mark at the start of a file.
_MARK: Final = "\ufeff"


def parse(content: str | Content, layout: Layout, *, ragged: Ragged = Ragged.REFUSE) -> Parsed:
    """Text to rows, by a layout; takes and raises what `parse_chunks` does."""
    names: list[str] = []
    words: list[str] = []
    marks: dict[int, Mark] = {}
    for chunk in parse_chunks(content, layout, ragged=ragged):
        marks |= {len(names) + row: mark for row, mark in chunk.marks.items()}
        names += chunk.rows.usernames
        words += chunk.rows.passwords
    return Parsed(Rows(names, words), chunk.source, marks)


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
            row taken from such a line has a mark and no password, and no username either where
            that may be a password: nobody knows where a field is missing or too much.

    Raises:
        CsvError: a quote that is never closed or closes inside a field, a field longer than
            `csv.field_size_limit()`, or (`RaggedError`) a line of another width than the layout's.
    """
    text = Content.of(content) if isinstance(content, str) else content
    try:
        yield from Reading(text, layout, ragged).chunks(size)
    except FaultMet as met:
        find = met.find
    else:
        return
    # Outside of the handler, as it has nothing to add.
    raise find()


def dump(rows: Rows) -> str:
    """Rows to text: commas, LF between rows, no header, quotes only where a field needs them.

    `parse(dump(rows), PLAIN)` gives the rows back, whatever is in them. There is no line end after
    the last row.
    """
    # One piece of text for each field and what follows it: half the time of a line for each row.
    pieces = ["", ",", "", "\n"] * len(rows)
    pieces[::4], pieces[2::4] = rows.usernames, rows.passwords
    text = "".join(pieces[:-1])
    # Most lists hold nothing to quote, and asking once costs less than asking each field.
    is_plain = text.count(",") == len(rows) and text.count("\n") == max(len(rows) - 1, 0)
    if not is_plain or '"' in text or "\r" in text:
        text = "\n".join(f"{quoted(username)},{quoted(password)}" for username, password in rows)
    if text.startswith(_MARK):
        first = rows.usernames[0]
        return f'"{first}"{text[len(first) :]}'
    return text
