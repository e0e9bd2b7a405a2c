"""How a CSV text is laid out: its delimiter, whether it has a header, and which columns matter.

A layout is guessed from a few tried-out delimiters and the headers of the exports people have,
and is shown, because passwords fool every cleverer detector.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import chain, islice
from typing import Final

from prolific_tui.errors import ProlificTuiError

DELIMITERS: Final = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar"}
"""The delimiters that are tried, with their names; where two fit equally, the earlier one wins.

Tab is first: it is what spreadsheets paste, and it hardly ever stands in a field.
"""

# In the order of preference: a file of accounts may have a username and an e-mail address.
_USERNAMES: Final = (
    "username",
    "user name",
    "login username",
    "login name",
    "login",
    "user id",
    "userid",
    "user",
    "account name",
    "account",
    "email address",
    "email",
    "e mail address",
    "e mail",
    "mail",
)
_PASSWORDS: Final = ("password", "login password", "user password", "passwd", "pass", "pwd")

_NOTE: Final = re.compile(r"[\[(][^])]*[])]\s*\Z")
_SEPARATORS: Final = re.compile(r"[\W_]+")

_SAMPLE: Final = 100
_WINDOW: Final = 1 << 16

_TWO_COLUMNS: Final = (
    "Keep only a username and a password column, or name them username and password in the "
    "first line, and load it again."
)


class CsvError(ProlificTuiError):
    """Bytes or text that can't be read as rows; nothing was loaded and nothing changed."""

    def __init__(
        self, title: str, message: str, hint: str = "", *, line: int | None = None
    ) -> None:
        super().__init__(title, message, hint)
        self.line = line
        """The line to look at, counted from 1, where there is one."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where in a CSV text the usernames and passwords are."""

    delimiter: str
    header: bool
    """Whether the first line that is not blank names the columns."""
    username: int
    """The column of the usernames, counted from 0."""
    password: int
    """The column of the passwords, counted from 0."""
    names: tuple[str, ...]
    """The name of every column, as the header has it; empty ones where there is no header."""


PLAIN: Final = Layout(",", header=False, username=0, password=1, names=("", ""))
"""What this program writes: two columns, comma, no header."""


def lines(text: str) -> Iterator[str]:
    r"""The lines of a text with their ends, which may be `\n`, `\r\n` or `\r`.

    It reads the text in windows, since `StringIO` holds four bytes for each character.
    """
    return chain.from_iterable(StringIO(part, newline="") for part in _windows(text))


def _windows(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        stop = text.find("\n", start + _WINDOW) + 1 or len(text)
        yield text[start:stop]
        start = stop


def is_header(first: str, second: str) -> bool:
    """Whether two fields are the names of a username and a password column, in this order."""
    return _word(second) in _PASSWORDS and _word(first) in _USERNAMES


def guess(text: str) -> Layout:
    """The layout that a text seems to have.

    A header that names both columns decides; else the delimiter is the one that cuts most lines
    into the same number of fields, and there must be exactly two.

    Raises:
        CsvError: it has no rows, only one column, more than two without a header that names
            them, or a header that names one of them twice.
    """
    if not text.strip():
        raise CsvError("There is nothing in it", "It holds no rows.")
    samples = {delimiter: _sample(text, delimiter) for delimiter in DELIMITERS}
    if not any(samples.values()):
        return PLAIN  # its very first field has no end; reading it says where that begins
    for delimiter, records in samples.items():
        if records and (layout := _from_header(delimiter, records[0])):
            return layout
    fits = {delimiter: _fit(records) for delimiter, records in samples.items()}
    delimiter = max(fits, key=lambda each: fits[each][0])
    share, width = fits[delimiter]
    # Names with a stray delimiter among them are still one column.
    if share * 2 < 1:
        raise CsvError(
            "There is only one column",
            "A username and a password are needed in each line, with a comma, semicolon, tab or "
            "bar between them.",
            "Add the passwords and load it again.",
        )
    if width == len(PLAIN.names):
        return Layout(delimiter, header=False, username=0, password=1, names=PLAIN.names)
    words = [_word(name) for name in samples[delimiter][0]]
    if any(word in words for word in _USERNAMES):
        raise CsvError(
            "There is no password column",
            f"It has {width} columns and a header, but none of them is called password. "
            "Participants could not log in.",
            _TWO_COLUMNS,
        )
    raise CsvError(
        "Which columns are they?",
        f"It has {width} columns, and no header says which hold usernames and passwords.",
        _TWO_COLUMNS,
    )


def _word(name: str) -> str:
    """A column's name without case, separators and notes such as `[Required]`."""
    return _SEPARATORS.sub(" ", _NOTE.sub("", name.casefold())).strip()


def _sample(text: str, delimiter: str) -> list[list[str]]:
    """The first records that are not blank, cut at this delimiter, as far as they can be."""
    records: list[list[str]] = []
    try:
        for record in islice(csv.reader(lines(text), delimiter=delimiter), _SAMPLE):
            if any(field.strip() for field in record) or len(record) > 1:
                records.append(record)  # noqa: PERF401 - what was read before an error counts
    except csv.Error:
        pass  # a field without an end; reading it in earnest says so, with its line
    return records


def _fit(records: Sequence[Sequence[str]]) -> tuple[float, int]:
    """Which share of the records has the commonest number (two or more) of fields, and which."""
    widths = Counter(len(record) for record in records if len(record) > 1)
    if not widths:
        return 0, 1
    width, count = widths.most_common(1)[0]
    return count / len(records), width


def _from_header(delimiter: str, names: Sequence[str]) -> Layout | None:
    words = [_word(name) for name in names]
    username = next((word for word in _USERNAMES if word in words), None)
    password = next((word for word in _PASSWORDS if word in words), None)
    if username is None or password is None:
        return None
    for word in (username, password):
        if words.count(word) > 1:
            raise CsvError(
                "Two columns have one name",
                f"{words.count(word)} columns are called {word}; which one is meant?",
                "Rename or delete the others and load it again.",
            )
    return Layout(
        delimiter,
        header=True,
        username=words.index(username),
        password=words.index(password),
        names=tuple(names),
    )
