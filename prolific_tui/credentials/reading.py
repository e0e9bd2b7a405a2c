"""One pass over a CSV text, by its layout, a few thousand rows at a time.

Blocks of lines all of one width, without quotes or with every field in quotes, are split at once,
in half the time that `csv.reader` takes; it reads the other blocks.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from functools import partial
from io import StringIO
from itertools import chain, islice, repeat
from typing import Final

from prolific_tui.credentials.encoding import Content
from prolific_tui.credentials.exports import may_be_password
from prolific_tui.credentials.faults import FaultMet, malformed, ragged_lines
from prolific_tui.credentials.layout import DELIMITERS, Layout, is_blank_line
from prolific_tui.credentials.parsed import Chunk, Mark, Ragged, Source
from prolific_tui.credentials.rows import Rows

NO_PASSWORDS: Final = "This export holds no passwords; participants could not log in."
"""What is said of a text whose rows hold no password, or only stand-ins and hashes of them."""

_LINE_ENDS: Final = {"\r\n": "CRLF", "\n": "LF", "\r": "CR"}
# So few records at a time that they are gone before the garbage collector, which wakes up after
# 700 new containers, would look at them over and over.
_BATCH: Final = 256
_MOST_BLOCKS: Final = 32
"""After so many blocks of text a chunk is given out, however few rows it has."""
_NEARLY: Final = 0.999
_FIRST_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)?")
_MEANINGLESS: Final = {
    delimiter: bytes(set(range(256)).difference(f'{delimiter}"\r\n'.encode()))
    for delimiter in DELIMITERS
}
"""For each delimiter all bytes but those that mean something in CSV."""


class Reading:
    """One pass over a text, and what was met in it so far."""

    def __init__(self, content: Content, layout: Layout, ragged: Ragged) -> None:
        self._content = content
        self._layout = layout
        self._ragged = ragged
        self._width = len(layout.names)
        self._header_pending = layout.header
        self._holds_password = False
        self._rows = self._given = self._blank_lines = self._ragged_lines = 0
        self._marks: dict[int, Mark] = {}
        """Of the rows that were not given out yet."""
        self._ends: set[str] = set()
        self._blocks = 0
        self._progress = 0.0

    def chunks(self, size: int) -> Iterator[Chunk]:
        """The rows, at most `size` at a time.

        Raises:
            FaultMet: something can't be read.
        """
        names: list[str] = []
        words: list[str] = []
        given = 0
        for columns in self._columns():
            if columns:
                names += columns[self._layout.username]
                words += self._passwords(columns)
                self._rows += len(columns[0])
            while len(names) >= size or self._blocks - given >= _MOST_BLOCKS:
                given = self._blocks
                yield self._chunk(Rows(names[:size], words[:size]), done=False)
                del names[:size], words[:size]
        yield self._chunk(Rows(names, words), done=True)

    def _chunk(self, rows: Rows, *, done: bool) -> Chunk:
        """The next rows to be given out, with their marks."""
        first, self._given = self._given, self._given + len(rows)
        marks = {row - first: mark for row, mark in self._marks.items() if row < self._given}
        self._marks = {row: mark for row, mark in self._marks.items() if row >= self._given}
        progress = 1.0 if done else min(self._progress, _NEARLY)
        return Chunk(rows, self._source(done=done), marks, progress)

    def _columns(self) -> Iterator[Sequence[Sequence[str]]]:
        """The fields of up to some thousand rows at a time, column by column; nothing for none."""
        texts = self._texts()
        for text in texts:
            columns = self._split(text)
            if columns is None:
                yield from self._read(text, texts)
            else:
                yield columns

    def _texts(self) -> Iterator[str]:
        is_first = True
        for text, progress in self._content.blocks():
            self._progress = progress
            self._blocks += 1
            yield _FIRST_LINE.sub("", text, 1) if is_first and self._layout.sep_line else text
            is_first = False

    def _split(self, text: str) -> Sequence[Sequence[str]] | None:
        """The fields of lines that are all as wide as the layout; None for others.

        Either none of the fields is quoted or all are, and no quote stands in any. So it is enough
        to look whether quotes, delimiters and line ends come as they should.
        """
        delimiter = self._layout.delimiter
        meaningless = _MEANINGLESS.get(delimiter)
        if meaningless is None or self._width < 2 or len(text) > csv.field_size_limit():
            return None
        shape = text.encode("utf-8", "surrogatepass").translate(None, meaningless)
        end = next(filter(text.endswith, _LINE_ENDS), "")
        quote = '"' if text.startswith('"') else ""
        line = (delimiter.join([quote + quote] * self._width) + end).encode()
        lines = text.count(end) if end else 0
        if not lines or shape != line * lines:
            return None
        between = f"{quote}{delimiter}{quote}"
        body = text.removesuffix(quote + end).removeprefix(quote)
        fields = body.replace(f"{quote}{end}{quote}", between).split(between)
        if len(fields) != self._width * lines or not text.endswith(quote + end):
            # As many quotes as there should be, but some of them within a field.
            return None
        self._ends.add(end)
        if self._header_pending:
            del fields[: self._width]
            self._header_pending = False
        return [fields[column :: self._width] for column in range(self._width)]

    def _read(self, text: str, others: Iterator[str]) -> Iterator[Sequence[Sequence[str]]]:
        """The fields of any lines of a block, and of others until a record ends where one does."""
        lines = self._lines(text)
        fed = len(lines)

        def feed(other: str) -> Sequence[str]:
            nonlocal fed
            more = self._lines(other)
            fed += len(more)
            return more

        following = chain.from_iterable(map(feed, others))
        delimiter = self._layout.delimiter
        reader = csv.reader(chain(lines, following), delimiter=delimiter, strict=True)
        is_malformed = False
        while left := fed - reader.line_num:
            try:
                # By the batch, so that a million rows are not a Python step each. Of records of one
                # line, none goes beyond the block.
                batch = list(islice(reader, min(_BATCH, left)))
            except csv.Error:
                is_malformed = True
            # Outside of the handler, lest that error keep the text alive.
            if is_malformed:
                raise FaultMet(partial(malformed, self._content, self._layout))
            columns = _transposed(batch)
            if self._header_pending or len(columns) != self._width:
                columns = _transposed(self._mend(batch))
            yield columns

    def _lines(self, text: str) -> Sequence[str]:
        lines = StringIO(text, newline="")
        ends = lines.newlines or ()
        self._ends.update((ends,) if isinstance(ends, str) else ends)
        return lines.readlines()

    def _mend(self, batch: list[list[str]]) -> list[list[str]]:
        """The records that are rows, each as wide as the layout; those that were not are marked."""
        full = [record for record in batch if not is_blank_line(record)]
        self._blank_lines += len(batch) - len(full)
        if self._header_pending and full:
            del full[0]
            self._header_pending = False
        for row, record in enumerate(full, self._rows):
            surplus = len(record) - self._width
            if not surplus:
                continue
            if self._ragged is Ragged.REFUSE:
                raise FaultMet(partial(ragged_lines, self._content, self._layout))
            self._ragged_lines += 1
            self._marks[row] = Mark.SURPLUS if surplus > 0 else Mark.SHORT
            record[:] = self._evened(record, surplus)
        return full

    def _evened(self, record: list[str], surplus: int) -> list[str]:
        """What surely is no password of a record that has so many fields too many, or too few.

        Nobody knows where these come in or are missing. So the place of the username may hold
        what belongs that many columns further on, or before: a password would show, and be sent
        as a username.
        """
        username, password = self._layout.username, self._layout.password
        even = record[: self._width] + [""] * -surplus
        if surplus > 0:
            even[-1] = self._layout.delimiter.join(record[self._width - 1 :])
        if password is not None:
            missing = -surplus
            if 0 < password - username <= missing or 0 < username - password <= surplus:
                even[username] = ""
            even[password] = ""
        return even

    def _passwords(self, columns: Sequence[Sequence[str]]) -> Sequence[str]:
        """The passwords of these next rows, with nothing in the place of a hash."""
        layout = self._layout
        if layout.password is None:
            return [""] * len(columns[0])
        words = columns[layout.password]
        functions = () if layout.hash_function is None else columns[layout.hash_function]
        if layout.hashes or any(functions):
            is_hash = repeat(True) if layout.hashes else map(str.strip, functions)
            hashed = {row for row, (word, yes) in enumerate(zip(words, is_hash)) if yes and word}  # noqa: B905 - endless
            self._marks.update((self._rows + row, Mark.HASH) for row in sorted(hashed))
            words = ["" if row in hashed else word for row, word in enumerate(words)]
        # Each word once, since stand-ins are all alike.
        if not self._holds_password:
            self._holds_password = any(map(may_be_password, set(words)))
        return words

    def _source(self, *, done: bool) -> Source:
        ends = [name for end, name in _LINE_ENDS.items() if end in self._ends]
        return Source(
            self._content.name,
            "mixed line ends" if len(ends) > 1 else "".join(ends),
            self._layout,
            self._blank_lines,
            self._ragged_lines,
            NO_PASSWORDS if done and self._rows and not self._holds_password else "",
        )


def _transposed(records: list[list[str]]) -> list[tuple[str, ...]]:
    """The records by column; none at all where they differ in width."""
    try:
        return list(zip(*records, strict=True))
    except ValueError:
        return []
