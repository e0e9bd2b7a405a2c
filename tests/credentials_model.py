"""A list of credentials as anybody would write it down who need not be quick about it.

It keeps whole lists and compares every row with every other: what the real one must agree with.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from prolific_tui.credentials.document import Row
from prolific_tui.credentials.duplicates import near_key
from prolific_tui.credentials.problems import Problem, intrinsic
from prolific_tui.credentials.session import Verdict
from prolific_tui.credentials.view import Filter, Order

key_of = lru_cache(near_key)


@dataclass(frozen=True)
class Situation:
    """All that an edit can change, copied whole."""

    rows: tuple[Row, ...]
    accepted: frozenset[int]
    held: frozenset[str] = frozenset()
    perhaps: frozenset[str] = frozenset()

    def problems(self, index: int) -> set[Problem]:
        row = self.rows[index]
        found = set(intrinsic(row.username, row.password))
        if row.username in self.held and key_of(row.username):
            found.add(Problem.IN_POOL)
        elif row.username in self.perhaps and key_of(row.username):
            found.add(Problem.PERHAPS_IN_POOL)
        for other in self.rows:
            if other is row or not key_of(row.username):
                continue
            if other.username == row.username:
                found.add(Problem.DUPLICATE)
            elif key_of(other.username) == key_of(row.username):
                found.add(Problem.LOOKALIKE)
        return found

    def verdict(self, index: int) -> Verdict:
        problems = self.problems(index)
        if any(problem.blocking for problem in problems):
            return Verdict.LEFT_OUT
        if problems and self.rows[index].id not in self.accepted:
            return Verdict.NEEDS_OK
        return Verdict.GOES

    def verdicts(self) -> list[Verdict]:
        return [self.verdict(index) for index in range(len(self.rows))]

    def duplicates(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for index, row in enumerate(self.rows):
            if key_of(row.username):
                found.setdefault(row.username, []).append(index)
        return {name: rows for name, rows in found.items() if len(rows) > 1}

    def without(self, gone: Iterable[int]) -> "Situation":
        gone = set(gone)
        rows = tuple(row for index, row in enumerate(self.rows) if index not in gone)
        return replace(self, rows=rows)

    def with_fields(self, mend: Callable[[Row], tuple[str, str]]) -> "Situation":
        """With other fields; rows that change by it lose their OK."""
        rows = tuple(Row(row.id, *mend(row)) for row in self.rows)
        changed = {row.id for row, old in zip(rows, self.rows, strict=True) if row != old}
        return replace(self, rows=rows, accepted=self.accepted - changed)

    def shown(self, wanted: Filter, order: Order) -> list[int]:
        """The rows that a view shows, in its order."""
        goes = [verdict is Verdict.GOES for verdict in self.verdicts()]
        rows = [row for row in range(len(self.rows)) if self._is_shown(row, wanted, goes[row])]

        def rank(index: int) -> int:
            found = self.problems(index)
            order = [each in found for each in Problem]
            return len(Problem) if goes[index] else order.index(True)

        if order is Order.USERNAME:
            rows.sort(key=lambda index: self.rows[index].username.casefold())
        if order is Order.PROBLEM:
            rows.sort(key=rank)
        return rows

    def _is_shown(self, index: int, wanted: Filter, goes: bool) -> bool:
        if (wanted.problems or wanted.problem) and goes:
            return False
        if wanted.problem and wanted.problem not in self.problems(index):
            return False
        if wanted.query is None:
            return True
        row, text = self.rows[index], wanted.query.text
        among = (row.username, row.password) if wanted.query.passwords else (row.username,)
        if wanted.query.whole:
            return text in among
        return bool(text) and any(text in each for each in among)
