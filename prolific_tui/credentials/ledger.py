"""What of a document goes, what needs an OK and what is left out, kept up with every change.

Rows without any problem cost nothing here. Of the others, it keeps how many each username has, so
that neither reading the counts nor following a change looks at rows that did not change.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from prolific_tui.credentials.document import Change, Row, Rows
from prolific_tui.credentials.duplicates import DuplicateIndex, LookalikeIndex, near_key
from prolific_tui.credentials.problems import Problem, intrinsic, suspects


class Verdict(Enum):
    """What becomes of a row when the list is sent."""

    GOES = "goes"
    NEEDS_OK = "needs your OK"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows there are, and what becomes of them: the last three add up to the first."""

    rows: int
    goes: int
    needs_ok: int
    left_out: int


@dataclass(slots=True)
class _Tally:
    """Of the rows with one username: how many have such a problem of their own, or an OK."""

    blocked: int = 0
    look: int = 0
    accepted: int = 0


class Ledger:
    """The indexes of a document, the OKs given to its rows, and the counts that follow from both.

    It is told of every change after the document made it. A row is known by its id, so an OK
    stays with its row wherever that moves, and is there again when undo brings the row back.
    """

    __slots__ = ("_accepted", "_left_out", "_needs_ok", "_rows", "_tallies", "alike", "exact")

    def __init__(self, rows: Rows) -> None:
        self.exact = DuplicateIndex(rows.usernames)
        """Which usernames stand in several rows."""
        self.alike = LookalikeIndex(self.exact)
        """Which usernames are nearly the same as another."""
        self._rows = len(rows)
        self._accepted: set[int] = set()
        self._tallies: dict[str, _Tally] = {}
        self._needs_ok = self._left_out = 0
        self._tally(rows, 1)
        self._count({*self.exact.duplicates(), *self.alike.usernames(), *self._tallies}, 1)

    @property
    def counts(self) -> Counts:
        """The counts of the whole document."""
        goes = self._rows - self._needs_ok - self._left_out
        return Counts(self._rows, goes, self._needs_ok, self._left_out)

    def apply(self, change: Change) -> frozenset[str]:
        """Follow a change of the document.

        Returns:
            The `near_key` of every username in the change that other rows have as well, exactly
            or nearly: what is said about those other rows may be different now.
        """
        touched = {*change.removed.usernames, *change.inserted.usernames}
        related = self._related(touched)
        self._count(touched, -1)
        self.exact.apply(change)
        for name in self.alike.apply(change) - touched:
            self._weigh(name, -1, alike=not self.alike.is_alike(name))
            self._weigh(name, 1, alike=self.alike.is_alike(name))
        self._tally(change.removed, -1)
        self._tally(change.inserted, 1)
        self._rows += len(change.inserted) - len(change.removed)
        self._count(touched, 1)
        if list(change.removed.usernames) == list(change.inserted.usernames):
            return frozenset()
        return related | self._related(touched)

    def accept(self, row: Row) -> None:
        """Let a row go although it has problems that are not blocking."""
        self._set_accepted(row, accepted=True)

    def withdraw(self, row: Row) -> None:
        """Take the OK of a row back."""
        self._set_accepted(row, accepted=False)

    def is_accepted(self, row_id: int) -> bool:
        """Whether the row with this id has the person's OK."""
        return row_id in self._accepted

    def problems(self, row: Row) -> tuple[Problem, ...]:
        """Everything that is wrong with a row of the document, the gravest first."""
        found = set(intrinsic(row.username, row.password))
        if self.exact.is_duplicate(row.username):
            found.add(Problem.DUPLICATE)
        if self.alike.is_alike(row.username):
            found.add(Problem.LOOKALIKE)
        return tuple(problem for problem in Problem if problem in found) if found else ()

    def verdict(self, row: Row) -> Verdict:
        """What becomes of a row of the document when the list is sent."""
        problems = self.problems(row)
        if problems and problems[0].blocking:
            return Verdict.LEFT_OUT
        return Verdict.NEEDS_OK if problems and row.id not in self._accepted else Verdict.GOES

    def is_marked(self, username: str) -> bool:
        """Whether any row with this username may have a problem; all others surely go."""
        return (
            self.exact.is_duplicate(username)
            or self.alike.is_alike(username)
            or username in self._tallies
        )

    def is_related(self, username: str) -> bool:
        """Whether another row has this username, exactly or nearly."""
        return self.exact.is_duplicate(username) or self.alike.is_alike(username)

    def _related(self, usernames: Iterable[str]) -> frozenset[str]:
        return frozenset(near_key(name) for name in usernames if self.is_related(name))

    def _set_accepted(self, row: Row, *, accepted: bool) -> None:
        if accepted == (row.id in self._accepted):
            return
        self._count((row.username,), -1)
        (self._accepted.add if accepted else self._accepted.remove)(row.id)
        self._add(row.username, accepted=1 if accepted else -1)
        self._count((row.username,), 1)

    def _tally(self, rows: Rows, sign: int) -> None:
        """Take the problems and OKs of these rows themselves into the tallies, or out."""
        for index in suspects(rows):
            username = rows.usernames[index]
            if problems := intrinsic(username, rows.passwords[index]):
                blocking = problems[0].blocking
                self._add(username, blocked=sign * blocking, look=sign * (not blocking))
        if self._accepted and rows.ids is not None:
            for username, row_id in zip(rows.usernames, rows.ids, strict=True):
                if row_id in self._accepted:
                    self._add(username, accepted=sign)

    def _add(self, username: str, *, blocked: int = 0, look: int = 0, accepted: int = 0) -> None:
        tally = self._tallies.setdefault(username, _Tally())
        tally.blocked += blocked
        tally.look += look
        tally.accepted += accepted
        if tally == _Tally():
            del self._tallies[username]

    def _count(self, usernames: Iterable[str], sign: int) -> None:
        """Take the rows with these usernames into the counts, or out."""
        for name in usernames:
            self._weigh(name, sign, alike=self.alike.is_alike(name))

    def _weigh(self, username: str, sign: int, *, alike: bool) -> None:
        if self.exact.is_duplicate(username):
            self._left_out += sign * self.exact.count(username)
        elif tally := self._tallies.get(username):
            # One row, or several that all show nothing as a username and so are all blocked.
            self._left_out += sign * tally.blocked
            if not tally.blocked and not tally.accepted and (tally.look or alike):
                self._needs_ok += sign
        elif alike:
            self._needs_ok += sign
