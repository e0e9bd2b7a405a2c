"""Rows to a file for other programs: plain CSV with a header, or Google Workspace's template.

Nothing is altered on the way. What a spreadsheet would run as a formula is found, to be warned of:
a sign put before it, as some programs do, would be part of the password.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from prolific_tui.credentials.rows import Column, Row, Rows
from prolific_tui.errors import ProlificTuiError
from prolific_tui.visible import is_hidden

GOOGLE_COLUMNS: Final = (
    "First Name [Required]",
    "Last Name [Required]",
    "Email Address [Required]",
    "Password [Required]",
    "Password Hash Function [UPLOAD ONLY]",
    "Org Unit Path [Required]",
    "New Primary Email [UPLOAD ONLY]",
    "Recovery Email",
    "Home Secondary Email",
    "Work Secondary Email",
    "Recovery Phone [MUST BE IN THE E.164 FORMAT]",
    "Work Phone",
    "Home Phone",
    "Mobile Phone",
    "Work Address",
    "Home Address",
    "Employee ID",
    "Employee Type",
    "Employee Title",
    "Manager Email",
    "Department",
    "Cost Center",
    "Building ID",
    "Floor Name",
    "Floor Section",
    "Change Password at Next Sign-In",
    "New Status [UPLOAD ONLY]",
    "Advanced Protection Program enrollment",
)
"""The columns of the template that Google's admin console hands out under "Bulk update users".

They are as in uploads that others make from it; https://support.google.com/a/answer/40057 says
what each takes, and that no other column may be added.
"""
_GOOGLE_NAME: Final = 60
"""The most characters of a first or a last name, as the same page says."""

_NEEDS_QUOTES: Final = re.compile(r'[",\r\n]')
_FORMULA_STARTS: Final = frozenset("=+-@\t\r")
_NAMED_ROWS: Final = 3
_NUMBERED: Final = re.compile(r"(.*?)([0-9]+)")
_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,59}")


class ExportError(ProlificTuiError):
    """Rows that can't be exported as asked; nothing was written."""


@dataclass(frozen=True, slots=True)
class GoogleFilling:
    """What the template asks of every account beside its address and password."""

    first_name: str = "Participant"
    last_name: str = ""
    """The same for all, or empty for what stands before the @ of each address."""
    org_unit: str = "/"
    """The path of an organisational unit; `/` is the top one."""
    change_password: bool = False
    """Whether Google asks for a new password at the first sign-in, which would leave the pool's
    passwords wrong for whoever comes next."""


@dataclass(frozen=True, slots=True)
class FormulaCell:
    """A cell that a spreadsheet would run."""

    row: int
    """Counted from 0."""
    column: Column


class Exported:
    """Which rows stand in a file by now; one that changed after that does not any more."""

    def __init__(self) -> None:
        self._pairs: dict[int, tuple[str, str]] = {}
        self.revision = 0
        """A number that grows when rows are written to a file, or forgotten."""

    def add(self, rows: Rows) -> None:
        """Note rows of a document that were written to a file."""
        self._pairs.update(zip(rows.ids or (), rows, strict=True))
        self.revision += 1

    def holds(self, row: Row) -> bool:
        """Whether the row stands in a file exactly as it is."""
        return self._pairs.get(row.id) == (row.username, row.password)

    def missing(self, rows: Rows) -> Iterator[bool]:
        """For each of these rows of a document, whether it stands in no file as it is."""
        pairs = zip(rows.ids or (), rows, strict=True)
        return (self._pairs.get(row_id) != pair for row_id, pair in pairs)

    def forget(self, ids: Iterable[int]) -> None:
        """Forget rows, with their passwords, that were sent."""
        for row_id in ids:
            self._pairs.pop(row_id, None)
        self.revision += 1

    def __bool__(self) -> bool:
        return bool(self._pairs)


def plain(rows: Rows, username: str = "username", password: str = "password") -> str:  # noqa: S107 - a column's name
    """CSV with these two column names, commas, LF after each line, quotes where a field needs them.

    Raises:
        ExportError: a name is empty or holds a character that can't be seen, or both are the same.
    """
    names = (username, password)
    if any(not name.strip() or any(map(is_hidden, name)) for name in names):
        raise ExportError(
            "Not a column name",
            "A column's name can't be empty, nor hold a line break or a character that can't be "
            "seen.",
            "The usual ones are username and password.",
        )
    if username.strip() == password.strip():
        raise ExportError(
            "Two columns of one name",
            f"Both columns would be called {username.strip()}, and nobody could tell which is "
            "which.",
            "Give one of them another name.",
        )
    return _text(names, rows)


def google_workspace(rows: Rows, filling: GoogleFilling | None = None) -> str:
    """Google Workspace's template for new users, filled in; usernames are the addresses.

    Raises:
        ExportError: the organisational unit does not start with `/`, or a name is empty, too long
            or holds a character that can't be seen.
    """
    filling = filling or GoogleFilling()
    _check(filling)
    places = dict.fromkeys(GOOGLE_COLUMNS, "")
    places["First Name [Required]"] = filling.first_name
    places["Org Unit Path [Required]"] = filling.org_unit
    places["Change Password at Next Sign-In"] = "TRUE" if filling.change_password else "FALSE"

    def records() -> Iterator[Sequence[str]]:
        for username, password in rows:
            places["Email Address [Required]"] = username
            places["Password [Required]"] = password
            own_name = username.partition("@")[0][:_GOOGLE_NAME]
            places["Last Name [Required]"] = filling.last_name or own_name
            yield tuple(places.values())

    return _text(GOOGLE_COLUMNS, records())


def not_addresses(rows: Rows) -> tuple[int, ...]:
    """The rows, counted from 0, whose username is no address, which Google would not take."""
    return tuple(
        index
        for index, username in enumerate(rows.usernames)
        if not all(username.partition("@")) or username.count("@") > 1
    )


def formula_cells(rows: Rows) -> tuple[FormulaCell, ...]:
    """The cells that begin with `= + - @`, a tab or a carriage return, in the order of the rows.

    Spreadsheets take such a cell for a formula: see OWASP's page on CSV injection.
    """
    found = [
        (index, column)
        for column, texts in ((Column.USERNAME, rows.usernames), (Column.PASSWORD, rows.passwords))
        for index, text in enumerate(texts)
        if text[:1] in _FORMULA_STARTS
    ]
    found.sort(key=lambda cell: cell[0])
    return tuple(FormulaCell(*cell) for cell in found)


def file_name(rows: Rows) -> str:
    """What to call a file of at least one row: "lab-061-093.csv" for lab-061 to lab-093.

    Where the first and the last username are no such pair, it is "accounts.csv".
    """
    first, last = (rows.usernames[at].partition("@")[0] for at in (0, -1))
    ends = _NUMBERED.fullmatch(first), _NUMBERED.fullmatch(last)
    name = "accounts"
    if first == last:
        name = first
    elif ends[0] and ends[1] and ends[0][1] == ends[1][1]:
        name = f"{first}-{ends[1][2]}"
    return f"{name if _PLAIN_NAME.fullmatch(name) else 'accounts'}.csv"


def formula_warning(cells: Sequence[FormulaCell]) -> str:
    """What to say of such cells before a file is written; empty where there are none."""
    if not cells:
        return ""
    rows = list(dict.fromkeys(cell.row + 1 for cell in cells))
    named = ", ".join(f"{row:,}" for row in rows[:_NAMED_ROWS])
    more = f" and {len(rows) - _NAMED_ROWS:,} more" if len(rows) > _NAMED_ROWS else ""
    several = len(cells) > 1
    return (
        f"{len(cells):,} cell{'s' if several else ''} (row{'s' if len(rows) > 1 else ''} "
        f"{named}{more}) begin{'' if several else 's'} like a formula, which a spreadsheet would "
        "run, or show as something else. They are written as they are: import the file as text."
    )


def _text(names: Sequence[str], records: Iterable[Sequence[str]]) -> str:
    lines = [",".join(map(quoted, names))]
    lines.extend(",".join(map(quoted, record)) for record in records)
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """A field as it stands in CSV with commas: in quotes only where it needs them (RFC 4180)."""
    if _NEEDS_QUOTES.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def _check(filling: GoogleFilling) -> None:
    if not filling.org_unit.startswith("/"):
        raise ExportError(
            "Not an organisational unit",
            "The path of an organisational unit starts with /.",
            "/ alone is the top one.",
        )
    names = (filling.first_name, filling.last_name or "-")
    if any(not name.strip() or len(name) > _GOOGLE_NAME for name in names):
        raise ExportError(
            "Not a name",
            f"Google asks for a first and a last name of 1 to {_GOOGLE_NAME} characters.",
        )
    if any(is_hidden(each) for text in (*names, filling.org_unit) for each in text):
        raise ExportError(
            "A character that can't be seen",
            "A name or the organisational unit holds a line break or a character that can't be "
            "seen.",
        )
