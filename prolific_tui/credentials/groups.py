"""The groups of rows with one username, to be looked at side by side, and what to keep of them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import compress
from typing import Final

from prolific_tui.credentials.history import Proposal
from prolific_tui.credentials.problems import Problem, intrinsic
from prolific_tui.credentials.proposing import removal
from prolific_tui.credentials.session import EditSession
from prolific_tui.credentials.stepping import OutdatedError, Steps
from prolific_tui.visible import counted

_STEP: Final = 256


class Keep(Enum):
    """Which row of a group is to stay."""

    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Group:
    """The rows that have one username."""

    username: str
    rows: tuple[int, ...]
    """Where they are, from the top."""
    passwords: tuple[int, ...]
    """For each row a number, from 1, that is the same for rows with the same password."""
    blocked: tuple[tuple[Problem, ...], ...]
    """For each row why it could not go even if it were the only one with its username."""

    @property
    def different(self) -> bool:
        """Whether not all of them have the same password."""
        return max(self.passwords) > 1


def groups(session: EditSession) -> Steps[tuple[Group, ...]]:
    """All groups of exact duplicates, in the order of their first rows.

    Raises:
        OutdatedError: the rows changed between two steps.
    """
    found: dict[str, list[int]] = {}
    revision = session.document.revision
    for start, piece in session.document.pieces():
        for row, username in _duplicates(session, start, piece.usernames):
            found.setdefault(username, []).append(row)
        yield start + len(piece)
    together: list[Group] = []
    while found:
        # From the last one, so that what was found is let go of as it is used.
        together.append(_group(session, *found.popitem()))
        if not len(together) % _STEP:
            yield len(session.document)
            if session.document.revision != revision:
                raise OutdatedError
    return tuple(reversed(together))


def keep(session: EditSession, group: Group, which: Keep | int) -> Steps[Proposal]:
    """To take out all rows of a group but the first, the last, or the row with that number.

    Raises:
        ValueError: that row is not in the group.
        OutdatedError: the rows changed between two steps.
    """
    kept = which if isinstance(which, int) else group.rows[0 if which is Keep.FIRST else -1]
    if kept not in group.rows:
        raise ValueError(f"row {kept} has another username")
    gone = [row for row in group.rows if row != kept]
    name = f"row {kept + 1:,} alone," if isinstance(which, int) else f"the {which.value} row"
    return removal(session, f"keeping {name} of {len(group.rows):,} with {group.username}", gone)


def keep_in_all(session: EditSession, which: Keep) -> Steps[Proposal]:
    """To take out all rows but the first, or the last, of every group.

    Raises:
        OutdatedError: the rows changed between two steps.
    """
    kept: dict[str, int] = {}
    gone: list[int] = []
    for start, piece in session.document.pieces():
        for row, username in _duplicates(session, start, piece.usernames):
            before = kept.setdefault(username, row)
            if before == row:
                continue
            if which is Keep.FIRST:
                gone.append(row)
            else:
                gone.append(before)
                kept[username] = row
        yield start + len(piece)
    label = f"keeping the {which.value} row of {counted(len(kept), 'group')}"
    return (yield from removal(session, label, sorted(gone)))


def _duplicates(
    session: EditSession, start: int, usernames: Sequence[str]
) -> Iterator[tuple[int, str]]:
    is_duplicate = session.ledger.exact.duplicates().__contains__
    return compress(enumerate(usernames, start), map(is_duplicate, usernames))


def _group(session: EditSession, username: str, rows: Iterable[int]) -> Group:
    rows = tuple(rows)
    numbers: dict[str, int] = {}
    passwords = [session.document.password(row) for row in rows]
    return Group(
        username,
        rows,
        tuple(numbers.setdefault(password, len(numbers) + 1) for password in passwords),
        tuple(
            tuple(problem for problem in intrinsic(username, password) if problem.blocking)
            for password in passwords
        ),
    )
