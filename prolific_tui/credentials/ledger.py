"""What of a document goes, what needs an OK and what is left out, kept up with every change.

Rows without any problem cost nothing here. Of the others, it keeps how many each username has, so
that neither reading the counts nor following a change looks at rows that did not change.
"""

from collections.abc import Collection, Container, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum
from operator import attrgetter
from typing import Final

from prolific_tui.credentials.document import Change, Document, Row, Rows
from prolific_tui.credentials.duplicates import (
    DuplicateIndex,
    LookalikeIndex,
    near_key,
)
from prolific_tui.credentials.held import Held
from prolific_tui.credentials.problems import Problem, intrinsic, suspects
from prolific_tui.credentials.stepping import Steps


class Verdict(Enum):
    """What becomes of a row when the list is sent."""

    GOES = "goes"
    NEEDS_OK = "needs your OK"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows there are, and what becomes of them: goes, needs OK and left out add up.

    A row that was not examined yet counts under what is known of it: left out if it is an exact
    duplicate or already in the pool, else it goes.
    """

    rows: int
    goes: int
    needs_ok: int
    left_out: int
    unexamined: int = 0
    """How many of the rows were not looked at for any other problem yet."""


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

    Exact duplicates and usernames that the pool holds are known as soon as a row is there. All
    else may wait: rows taken in with `absorb` are pending until `examine` is given them.
    """

    __slots__ = (
        "_accepted",
        "_in_pool",
        "_left_out",
        "_needs_ok",
        "_pending",
        "_rows",
        "_tallies",
        "_unexamined",
        "alike",
        "exact",
        "hashes",
        "held",
    )

    def __init__(self, held: Container[str] = frozenset()) -> None:
        self.held = Held(held)
        """What the pool holds, to be read."""
        self._accepted: set[int] = set()
        self.hashes: set[int] = set()
        """The ids of rows that came with a hash in the place of a password, which is empty now."""
        self._pending = bytearray()
        """For each id whether its row, in the document or out of it, is not examined yet."""
        self._clear()

    def _clear(self) -> None:
        self.exact = DuplicateIndex()
        """Which usernames stand in several rows."""
        self.alike = LookalikeIndex(self.exact)
        """Which usernames are nearly the same as another."""
        self.held.forget()
        self._tallies: dict[str, _Tally] = {}
        self._rows = self._needs_ok = self._left_out = self._in_pool = self._unexamined = 0

    # Reading

    @property
    def counts(self) -> Counts:
        """The counts of the whole document."""
        goes = self._rows - self._needs_ok - self._left_out
        return Counts(self._rows, goes, self._needs_ok, self._left_out, self._unexamined)

    @property
    def in_pool(self) -> int:
        """How many rows the pool is known to hold, as far as it was asked; they are left out."""
        return self._in_pool

    def count(self, username: str) -> int:
        """How many rows have exactly this username."""
        return self.exact.count(username)

    @property
    def accepted(self) -> AbstractSet[int]:
        """The ids of the rows that have the person's OK, some of which may have left."""
        return self._accepted

    def is_accepted(self, row_id: int) -> bool:
        """Whether the row with this id has the person's OK."""
        return row_id in self._accepted

    def problems(self, row: Row) -> tuple[Problem, ...]:
        """Everything that is wrong with a row of the document, the gravest first."""
        found = intrinsic(row.username, row.password, was_hash=row.id in self.hashes)
        if self.exact.is_duplicate(row.username):
            found = (Problem.DUPLICATE, *found)
        if row.username in self.held.surely:
            found = (Problem.IN_POOL, *found)
        elif row.username in self.held.perhaps:
            found = (Problem.PERHAPS_IN_POOL, *found)
        if self.alike.is_alike(row.username):
            found = (Problem.LOOKALIKE, *found)
        return tuple(sorted(found, key=_RANK)) if len(found) > 1 else found

    def verdict(self, row: Row) -> Verdict:
        """What becomes of a row of the document when the list is sent."""
        problems = self.problems(row)
        if problems and problems[0].blocking:
            return Verdict.LEFT_OUT
        return Verdict.NEEDS_OK if problems and row.id not in self._accepted else Verdict.GOES

    def is_related(self, username: str) -> bool:
        """Whether another row has this username, exactly or nearly."""
        return self.exact.is_duplicate(username) or self.alike.is_alike(username)

    def stopped(self, usernames: Sequence[str]) -> set[str]:
        """Those of the usernames whose rows, as far as they were examined, do not go.

        A username tells: where several rows have the same one, none of them goes.
        """
        found: set[str] = set()
        for left_out in (self.exact.duplicates(), self.held.surely):
            found.update(filter(left_out.__contains__, usernames))
        for marks in (self.alike.usernames(), self.held.perhaps, self._tallies):
            found.update(filter(self._stops, filter(marks.__contains__, usernames)))
        return found

    def _stops(self, username: str) -> bool:
        """Whether rows with a username do not go, although no pool or other row has it."""
        look = self._asks_to_look(username, alike=self.alike.is_alike(username))
        if (tally := self._tallies.get(username)) is None:
            return look
        return bool(tally.blocked or (not tally.accepted and (look or tally.look)))

    # Following the document

    def apply(self, change: Change) -> frozenset[str]:
        """Follow a change of the document that touches few rows; those are examined at once.

        Returns:
            The `near_key` of every username in the change that other rows have as well, exactly
            or nearly: what is said about those other rows may be different now.
        """
        touched = {*change.removed.usernames, *change.inserted.usernames}
        related = self._related(touched)
        self._count(touched, -1)
        self.exact.apply(change)
        flipped = self.alike.apply(change)
        self._reweigh(flipped - touched)
        self._hold(touched)
        self._tally(_intrinsic(self._settled(change.removed)), -1)
        self._tally_accepted(change.removed, -1)
        self._settle(change.inserted)
        self._tally(_intrinsic(change.inserted), 1)
        self._tally_accepted(change.inserted, 1)
        self._rows += len(change.inserted) - len(change.removed)
        self._count(touched, 1)
        if list(change.removed.usernames) == list(change.inserted.usernames):
            # What was pending is looked at now, and may be found to be alike to others.
            return frozenset(map(near_key, flipped))
        return related | self._related(touched)

    def absorb(self, rows: Rows) -> frozenset[str]:
        """Take in many new rows of the document, which are pending from now on.

        Returns:
            As `apply` does, as far as it is known.
        """
        names = rows.usernames
        arriving = self.alike.awaited(names)
        again = self.exact.absorb(names)
        self._count(again, -1)
        self.exact.add(again)
        flipped = self.alike.arrive(arriving)
        self._reweigh(flipped - arriving)
        # All others are new and surely alone: as far as is known, they go.
        touched = {*again, *arriving, *self._hold(names), *self._tally_accepted(rows, 1)}
        self._count(touched, 1)
        self._defer(rows)
        self._rows += len(rows)
        return frozenset(map(near_key, flipped.union(again)))

    def rebuilding(self, document: Document) -> Steps[None]:
        """Start from the document as it is now; all its rows are pending then."""
        gone = [*self.exact.take_apart(), *self.alike.take_apart(), self._tallies]
        self._clear()
        while gone:
            # To let go of all at once takes longer than a step.
            gone.pop()
            yield 0
        for start, rows in document.pieces():
            self.absorb(rows)
            yield start + len(rows)

    def examine(self, rows: Rows) -> frozenset[str]:
        """Look at those of these rows of the document that are pending.

        Returns:
            The `near_key` of every username that was found to be nearly the same as another.
        """
        pending = self._only_pending(rows)
        flipped = self.alike.admit(pending.usernames)
        self._reweigh(flipped)
        if found := _intrinsic(pending):
            names = {username for username, _ in found}
            self._count(names, -1)
            self._tally(found, 1)
            self._count(names, 1)
        self._settle(pending)
        self._unexamined -= len(pending)
        return frozenset(map(near_key, flipped))

    def hold(self, held: Container[str], perhaps: Container[str]) -> None:
        """Change what the pool holds, and may hold: for rows to come, and for `ask`."""
        self.held.change(held, perhaps)

    def refuse(self, usernames: AbstractSet[str]) -> frozenset[str]:
        """Note that the pool has these usernames, whatever `hold` says; returns what `ask` does."""
        self.held.refuse(usernames)
        return self.ask(usernames)

    def ask(self, usernames: Collection[str]) -> frozenset[str]:
        """Ask of these usernames anew whether the pool holds them, or may.

        Returns:
            The `near_key` of every username of which that is something else than it was.
        """
        names = set(usernames)
        answer = self.held.ask(names, self.exact.count)
        flipped = self.held.flipped(names, answer)
        self._count(flipped, -1)
        self.held.note(names, answer)
        self._count(flipped, 1)
        return frozenset(map(near_key, flipped))

    def accept(self, row: Row) -> None:
        """Let a row go although it has problems that are not blocking."""
        self._set_accepted(row, accepted=True)

    def withdraw(self, row: Row) -> None:
        """Take the OK of a row back."""
        self._set_accepted(row, accepted=False)

    # Pending rows

    def _settled(self, rows: Rows) -> Rows:
        """Those of rows that leave which were examined; the others are none of its any more."""
        if not self._unexamined or rows.ids is None:
            return rows
        settled = rows.only(not self._pending[row_id] for row_id in rows.ids)
        self._unexamined -= len(rows) - len(settled)
        return settled

    def _only_pending(self, rows: Rows) -> Rows:
        return rows.only(map(self._pending.__getitem__, rows.ids or ()))

    def _defer(self, rows: Rows) -> None:
        """Note that new rows of the document are pending."""
        ids = rows.ids or ()
        highest = ids[-1] if isinstance(ids, range) else max(ids, default=-1)
        self._pending.extend(bytes(max(highest + 1 - len(self._pending), 0)))
        if isinstance(ids, range):
            self._pending[ids.start : ids.stop] = b"\1" * len(ids)
        else:
            for row_id in ids:
                self._pending[row_id] = 1
        self._unexamined += len(rows)

    def _settle(self, rows: Rows) -> None:
        """Note that rows of the document are not pending any more."""
        ids = rows.ids or ()
        self._pending.extend(bytes(max(max(ids, default=-1) + 1 - len(self._pending), 0)))
        for row_id in ids:
            self._pending[row_id] = 0

    # Counting

    def _related(self, usernames: Iterable[str]) -> frozenset[str]:
        return frozenset(near_key(name) for name in usernames if self.is_related(name))

    def _hold(self, usernames: Collection[str]) -> AbstractSet[str]:
        """Bring what the pool holds, or may hold, of these usernames up to date; returns those."""
        answer = self.held.ask(usernames, self.exact.count)
        self.held.note(usernames, answer)
        return answer.surely | answer.perhaps

    def _asks_to_look(self, username: str, *, alike: bool) -> bool:
        """Whether the rows with a username need an OK for what is known of others."""
        return alike or username in self.held.perhaps

    def _set_accepted(self, row: Row, *, accepted: bool) -> None:
        if accepted == (row.id in self._accepted):
            return
        self._count((row.username,), -1)
        (self._accepted.add if accepted else self._accepted.remove)(row.id)
        self._add(row.username, accepted=1 if accepted else -1)
        self._count((row.username,), 1)

    def _tally(self, found: Iterable[tuple[str, Problem]], sign: int) -> None:
        """Take problems that rows have by themselves into the tallies, or out."""
        for username, problem in found:
            blocking = problem.blocking
            self._add(username, blocked=sign * blocking, look=sign * (not blocking))

    def _tally_accepted(self, rows: Rows, sign: int) -> set[str]:
        """Take the OKs of these rows into the tallies, or out; returns the usernames with any."""
        found: set[str] = set()
        if self._accepted and rows.ids is not None:
            for username, row_id in zip(rows.usernames, rows.ids, strict=True):
                if row_id in self._accepted:
                    self._add(username, accepted=sign)
                    found.add(username)
        return found

    def _add(self, username: str, *, blocked: int = 0, look: int = 0, accepted: int = 0) -> None:
        tally = self._tallies.get(username)
        if tally is None:
            tally = self._tallies[username] = _Tally()
        tally.blocked += blocked
        tally.look += look
        tally.accepted += accepted
        if not (tally.blocked or tally.look or tally.accepted):
            del self._tallies[username]

    def _count(self, usernames: Iterable[str], sign: int) -> None:
        """Take the rows with these usernames into the counts, or out."""
        for name in usernames:
            self._weigh(name, sign, alike=self.alike.is_alike(name))

    def _reweigh(self, flipped: Iterable[str]) -> None:
        """Count usernames anew that came to be alike to others, or ceased to."""
        for name in flipped:
            self._weigh(name, -1, alike=not self.alike.is_alike(name))
            self._weigh(name, 1, alike=self.alike.is_alike(name))

    def _weigh(self, username: str, sign: int, *, alike: bool) -> None:
        is_held = username in self.held.surely
        if is_held:
            self._in_pool += sign * self.exact.count(username)
        if is_held or self.exact.is_duplicate(username):
            self._left_out += sign * self.exact.count(username)
        elif tally := self._tallies.get(username):
            # One row, or several that all show nothing as a username and so are all blocked.
            self._left_out += sign * tally.blocked
            look = tally.look or self._asks_to_look(username, alike=alike)
            if not tally.blocked and not tally.accepted and look:
                self._needs_ok += sign
        elif self._asks_to_look(username, alike=alike):
            self._needs_ok += sign


_RANK: Final = attrgetter("rank")


def _intrinsic(rows: Rows) -> list[tuple[str, Problem]]:
    """The usernames of the rows that have a problem by themselves, each with its gravest."""
    pairs = ((rows.usernames[index], rows.passwords[index]) for index in suspects(rows))
    return [(pair[0], problems[0]) for pair in pairs if (problems := intrinsic(*pair))]
