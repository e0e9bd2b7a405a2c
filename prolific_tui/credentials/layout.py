"""How a CSV text is laid out: its delimiter, whether it has a header, and which columns matter.

A layout is assumed from a few tried-out delimiters and the headers of the exports people have,
and is shown, because passwords fool every cleverer detector. What is not plain comes as a
`Question`.
"""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from io import StringIO
from typing import Final

from prolific_tui.credentials.encoding import Content, CsvError
from prolific_tui.credentials.exports import (
    PASSWORDS,
    USERNAMES,
    Header,
    read_header,
    shown_names,
    word,
)

DELIMITERS: Final = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar"}
"""The delimiters that are tried, with their names; where two fit equally, the earlier one wins.

Tab is first: it is what spreadsheets paste, and it hardly ever stands in a field.
"""

# Excel's own way to say which delimiter follows; other programs take it for a row.
_SEP_LINE: Final = re.compile(r'"?sep=([,;|\t])"?[^\S\r\n]*(?:\r\n|\r|\n)', re.IGNORECASE)
_SAMPLE: Final = 1000
# Fewer than are counted, so that what goes wrong further down does not turn the whole around.
_DECIDING: Final = 100
_NEARLY_ALL: Final = 0.9
_NAME: Final = re.compile(r"[^\W\d_][^\d]*")
_DIGIT: Final = re.compile(r"\d")
_KINDS: Final = tuple(map(re.compile, ("[a-z]", "[A-Z]", "[0-9]", r"[^\w\s.@-]")))
_MIXED: Final = 3
"""How many of these kinds a password mixes at least."""
HEAD: Final = 1 << 18
"""How much of a text is looked at to assume something about it, in bytes."""


class Question(Enum):
    """What only a person can say about a text."""

    ENCODING = "It is not UTF-8. Which encoding shows the usernames as they should be?"
    DELIMITER = "Two delimiters fit equally well. Which one is it?"
    HEADER = "Does the first line name the columns, or is it a row?"
    COLUMNS = "Which columns hold the usernames and the passwords?"

    @property
    def words(self) -> str:
        """The question, as it is asked."""
        return self.value


@dataclass(frozen=True, slots=True)
class Layout:
    """Where in a CSV text the usernames and passwords are."""

    delimiter: str
    header: bool
    """Whether the first line that is not blank names the columns."""
    username: int
    """The column of the usernames, counted from 0."""
    password: int | None
    """The column of the passwords, counted from 0, or None where there is none."""
    names: tuple[str, ...]
    """The name of every column, as the header has it; empty ones where there is no header."""
    export: str = ""
    """The name of the export that the header is recognised as."""
    sep_line: bool = False
    """Whether the very first line is Excel's `sep=`, which is no row."""
    hashes: bool = False
    """Whether the name of the column of passwords says that these are hashes."""
    hash_function: int | None = None
    """The column that says, in rows where it is filled, that the password is a hash."""


PLAIN: Final = Layout(",", header=False, username=0, password=1, names=("", ""))
"""What this program writes: two columns, comma, no header."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What somebody chose, where that is not left to what is assumed."""

    delimiter: str | None = None
    header: bool | None = None
    columns: tuple[int | None, int | None] | None = None
    """The column of the usernames and that of the passwords."""


@dataclass(frozen=True, slots=True, repr=False)
class Sample:
    """The first records of a text, cut at one delimiter, as far as they can be."""

    records: list[list[str]]
    """Those that are not blank."""
    blank_lines: int
    """How many lines among them were blank."""
    whole: bool
    """Whether these are all there are."""

    @property
    def width(self) -> int:
        """The commonest number of fields, of records that have two or more."""
        return self._commonest()[0]

    @property
    def share(self) -> float:
        """Which share of the records has that number of fields."""
        return self._commonest()[1] / len(self.first) if self.records else 0

    def _commonest(self) -> tuple[int, int]:
        widths = Counter(len(record) for record in self.first if len(record) > 1)
        return widths.most_common(1)[0] if widths else (1, 0)

    @property
    def first(self) -> list[list[str]]:
        """Those that decide what is assumed."""
        return self.records[:_DECIDING]


@dataclass(frozen=True, slots=True, repr=False)
class Survey:
    """What is assumed about a text, and what the first lines look like under that."""

    samples: dict[str, Sample]
    """The first lines, cut at each delimiter."""
    delimiter: str
    header: bool
    names: tuple[str, ...]
    """The name of every column; empty ones where there is no header."""
    clues: Header
    """What the first line says, if it is a header."""
    columns: tuple[int | None, int | None]
    """The column of the usernames and that of the passwords, as far as they are known."""
    sep_line: bool
    questions: frozenset[Question]

    @property
    def sample(self) -> Sample:
        """The first lines as the delimiter cuts them."""
        return self.samples[self.delimiter]

    @property
    def rows(self) -> list[list[str]]:
        """The first lines without the header."""
        return self.sample.records[self.header :]

    @property
    def has_columns(self) -> bool:
        """Whether the delimiter makes columns of it; names with one among them are one column."""
        return self.clues.is_one or self.sample.share * 2 >= 1

    @property
    def layout(self) -> Layout | None:
        """The layout, or None as long as the column of the usernames isn't known."""
        username, password = self.columns
        if username is None:
            return None
        clues = self.clues if self.header else Header()
        return Layout(
            self.delimiter,
            self.header,
            username,
            password,
            self.names,
            clues.export,
            self.sep_line,
            hashes=password in clues.hashes,
            hash_function=clues.hash_function if password in clues.passwords else None,
        )


def is_header(first: str, second: str) -> bool:
    """Whether two fields are the names of a username and a password column, in this order."""
    return word(second) in PASSWORDS and word(first) in USERNAMES


def survey(text: str, choices: Choices = Choices(), *, whole: bool = True) -> Survey:
    """What is assumed about a text from its first lines, but for what was chosen.

    A `sep=` line decides about the delimiter, then a header that names both columns; else it is
    the one that cuts most lines into the same number of fields.

    Args:
        text: its first lines, or all of it.
        choices: what somebody chose.
        whole: whether the text is all there is.
    """
    directive = _SEP_LINE.match(text)
    body = text[directive.end() if directive else 0 :]
    samples = {delimiter: _sample(body, delimiter, whole=whole) for delimiter in DELIMITERS}
    fits = {each: (sample.share, sample.width > 1) for each, sample in samples.items()}
    best = max(fits, key=lambda each: fits[each])
    named = [each for each, sample in samples.items() if _clues(sample).is_one]
    questions = set()
    if choices.delimiter is not None:
        delimiter = choices.delimiter
    elif directive:
        delimiter = directive[1]
    elif named:
        delimiter = named[0]
    else:
        delimiter = best
        if sum(fit == fits[best] for fit in fits.values()) > 1 and samples[best].width > 1:
            questions.add(Question.DELIMITER)
    sample = samples[delimiter]
    clues = _clues(sample)
    header = clues.is_one
    if choices.header is not None:
        header = choices.header
    elif not header:
        # Of two columns, a first line that is no certain header stays a row.
        header = clues.names_accounts and sample.width > len(PLAIN.names)
        is_asked = sample.width > len(PLAIN.names) or _half_named(sample, clues)
        if is_asked or _is_unlike_the_rest(sample):
            questions.add(Question.HEADER)
    names = ("",) * sample.width
    if header and sample.records:
        names = shown_names(sample.records[0])
    columns = choices.columns
    # A header may have another number of fields than the rows for which they were chosen.
    if columns is None or max(-1 if each is None else each for each in columns) >= len(names):
        known = clues if header else Header()
        columns = _columns(known, len(names))
        found = (len(known.usernames), len(known.passwords or known.hashes))
        # Of two columns, the one that no name tells is the other.
        is_pair = len(names) == len(PLAIN.names) and max(found) <= 1
        # Where a person has to say what the first line is, or has said it, it proves nothing.
        is_row = not header and choices.header is None and Question.HEADER not in questions
        is_named = bool(known.export) or any(found)
        if not is_named and _is_turned(sample, first_counts=is_row):
            columns = (1, 0)
            questions.add(Question.COLUMNS)
        if not (known.export or found == (1, 1) or is_pair):
            questions.add(Question.COLUMNS)
    return Survey(
        samples,
        delimiter,
        header,
        names,
        clues,
        columns,
        directive is not None,
        frozenset(questions),
    )


def opening(content: Content) -> tuple[str, bool]:
    """The first lines of a text, with something in them if there is, and whether that is all.

    Raises:
        CsvError: there is nothing in it but white space.
    """
    size = HEAD
    while not (head := content.head(size))[0].strip():
        if head[1]:
            raise CsvError("There is nothing in it", "It holds no rows.")
        size *= 16
    return head


def one_column() -> CsvError:
    """The error for a text that no delimiter cuts into columns."""
    return CsvError(
        "There is only one column",
        "A username and a password are needed in each line, with a comma, semicolon, tab or "
        "bar between them.",
        "Add the passwords and load it again.",
    )


def is_blank_line(record: Sequence[str]) -> bool:
    """Whether a record comes from a line that holds nothing, or nothing but white space."""
    return not record or (len(record) == 1 and not record[0].strip())


def _sample(text: str, delimiter: str, *, whole: bool) -> Sample:
    records: list[list[str]] = []
    blank_lines = 0
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for record in reader:
            if is_blank_line(record):
                blank_lines += 1
            else:
                records.append(record)
            if len(records) == _SAMPLE:
                whole = whole and next(reader, None) is None
                break
    except csv.Error:
        whole = False  # a field without an end; reading it in earnest says so, with its line
    return Sample(records, blank_lines, whole)


def _clues(sample: Sample) -> Header:
    return read_header(sample.records[0]) if sample.records else Header()


def _half_named(sample: Sample, clues: Header) -> bool:
    """Whether one of two columns begins with the name of such a column, and only begins so."""
    if sample.width != len(PLAIN.names) or bool(clues.usernames) == bool(clues.passwords):
        return False
    column = (clues.usernames or clues.passwords)[0]
    name = sample.records[0][column]
    return all(name not in record[column : column + 1] for record in sample.records[1:])


def _is_unlike_the_rest(sample: Sample) -> bool:
    """Whether the first of two-column lines has no digit, and nearly all the others have some.

    It may name the columns in words that are not known here.
    """
    records = sample.first
    if len(records) < 2 or not all(len(record) == len(PLAIN.names) for record in records[:2]):
        return False
    others = ["".join(record) for record in records[1:]]
    named = all(_NAME.fullmatch(field) for field in records[0])
    return named and sum(map(_has_digit, others)) >= _NEARLY_ALL * len(others)


def _has_digit(text: str) -> bool:
    return _DIGIT.search(text) is not None


def _is_turned(sample: Sample, *, first_counts: bool) -> bool:
    """Whether the first of two columns looks like passwords, and the second does not.

    Where the first record does not count, it does so only if there is no other.
    """
    records = sample.first if first_counts else sample.first[1:] or sample.first
    pairs = [record for record in records if len(record) == len(PLAIN.names)]
    if sample.width != len(PLAIN.names) or not pairs:
        return False
    first, second = (
        sum(map(_is_mixed, column)) / len(pairs) for column in zip(*pairs, strict=True)
    )
    return first >= _NEARLY_ALL and second <= 1 - _NEARLY_ALL


def _is_mixed(text: str) -> bool:
    """Whether a text mixes kinds of characters as passwords do and usernames hardly ever."""
    return "@" not in text and sum(kind.search(text) is not None for kind in _KINDS) >= _MIXED


def _columns(clues: Header, width: int) -> tuple[int | None, int | None]:
    """The likeliest columns of the usernames and passwords, as far as there is a likely one."""
    passwords = clues.passwords or clues.hashes
    if clues.export or clues.usernames or passwords:
        username = clues.usernames[0] if clues.usernames else None
        password = passwords[0] if passwords else None
        if clues.export or width != len(PLAIN.names):
            return username, password
        # Of two, the one without a known name is the other.
        if username is None and password is not None:
            username = 1 - password
        elif password is None and username is not None:
            password = 1 - username
        return username, password
    return (0, 1) if width == len(PLAIN.names) else (None, None)
