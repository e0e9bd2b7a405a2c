"""An edit session against a model that keeps whole lists and compares every row with every other.

The machine makes random steps in both. After each, rows, ids, problems, counts and what may be
undone have to agree, and the delta has to name every row that looks different from before.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from prolific_tui.credentials.document import Column, Row, Rows
from prolific_tui.credentials.duplicates import near_key
from prolific_tui.credentials.problems import Problem, intrinsic
from prolific_tui.credentials.session import Counts, Delta, EditSession, RowState, Verdict
from tests.credentials_strategies import blocks, fields, pairs, steady

key_of = lru_cache(near_key)


@dataclass(frozen=True)
class Situation:
    """All that an edit can change, copied whole."""

    rows: tuple[Row, ...]
    accepted: frozenset[int]

    def problems(self, index: int) -> set[Problem]:
        row = self.rows[index]
        found = set(intrinsic(row.username, row.password))
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


def rows_of(session: EditSession) -> tuple[Row, ...]:
    return tuple(session.document.row(index) for index in range(len(session.document)))


def shown(session: EditSession) -> list[tuple[Row, RowState]]:
    return [(row, session.state(index)) for index, row in enumerate(rows_of(session))]


class Editing(RuleBasedStateMachine):
    """Random editing."""

    positions = st.integers(0, 1000)
    several = st.sets(positions, min_size=2, max_size=4)
    lists = st.lists(pairs, min_size=4, max_size=8).map(Rows.of)

    @initialize(rows=lists)
    def load(self, rows: Rows) -> None:
        self.session = EditSession(rows)
        self.now = Situation(rows_of(self.session), frozenset())
        self.past: list[Situation] = []
        self.future: list[Situation] = []
        self.ids_seen = {row.id for row in self.now.rows}
        self.drawn = shown(self.session)

    def take(self, delta: Delta | None, then: Situation) -> None:
        """The session made a step, or said there was none to make; this is what it leads to."""
        if delta is None:
            assert then == self.now
            return
        self.past.append(self.now)
        self.future.clear()
        self.draw(delta, then)

    def draw(self, delta: Delta, then: Situation) -> None:
        """Do as a widget does: move the lines, then draw only those that the delta names."""
        self.now = then
        lines = list(self.drawn)
        assert 0 <= delta.start <= delta.start + delta.removed <= len(lines)
        if delta.moved:
            assert len(lines) + delta.inserted - delta.removed == len(then.rows)
        else:
            assert delta.removed == delta.inserted
        truth = shown(self.session)
        self.drawn = [
            truth[index] if delta.touches(self.session, index) else lines[index]
            for index in range(len(truth))
        ]
        # Below the block, rows have other numbers but are the same rows.
        tail = len(truth) - delta.start - delta.inserted
        assert [row for row, *_ in truth][len(truth) - tail :] == [row for row, *_ in lines][
            len(lines) - tail :
        ]

    def index(self, position: int) -> int:
        return position % len(self.now.rows)

    def indexes(self, positions: Iterable[int]) -> set[int]:
        return {self.index(position) for position in positions} if self.now.rows else set()

    @rule(position=positions, column=st.sampled_from(Column), text=fields)
    def set_cell(self, position: int, column: Column, text: str) -> None:
        if not self.now.rows:
            return
        index = self.index(position)
        old = self.now.rows[index]
        new = Row(
            old.id,
            text if column is Column.USERNAME else old.username,
            text if column is Column.PASSWORD else old.password,
        )
        then = self.now
        if new != old:
            rows = (*then.rows[:index], new, *then.rows[index + 1 :])
            then = Situation(rows, then.accepted - {old.id})
        self.take(self.session.set_cell(index, column, text), then)

    @rule(position=positions, rows=blocks)
    def insert(self, position: int, rows: Rows) -> None:
        index = position % (len(self.now.rows) + 1)
        delta = self.session.insert(index, rows)
        made = rows_of(self.session)[index : index + len(rows)]
        self.new(made, rows)
        kept = self.now.rows
        self.take(delta, Situation((*kept[:index], *made, *kept[index:]), self.now.accepted))

    @rule(rows=lists)
    def replace_all(self, rows: Rows) -> None:
        delta = self.session.replace_all(rows)
        made = rows_of(self.session)
        self.new(made, rows)
        self.take(delta, Situation(made, self.now.accepted))

    def new(self, made: tuple[Row, ...], rows: Rows) -> None:
        assert [(row.username, row.password) for row in made] == list(rows)
        assert self.ids_seen.isdisjoint(row.id for row in made)
        self.ids_seen.update(row.id for row in made)

    @rule(positions=several)
    def delete(self, positions: set[int]) -> None:
        gone = self.indexes(positions)
        rows = tuple(row for index, row in enumerate(self.now.rows) if index not in gone)
        self.take(self.session.delete(gone), Situation(rows, self.now.accepted))

    @rule(positions=several)
    def accept(self, positions: set[int]) -> None:
        wanted = self.indexes(positions)
        ids = {
            self.now.rows[index].id
            for index in wanted
            if self.now.verdict(index) is Verdict.NEEDS_OK
        }
        then = Situation(self.now.rows, self.now.accepted | ids)
        self.take(self.session.accept(wanted), then)

    @rule()
    def accept_all(self) -> None:
        self.accept(set(range(len(self.now.rows))))

    @rule(positions=several)
    def withdraw(self, positions: set[int]) -> None:
        wanted = self.indexes(positions)
        ids = {self.now.rows[index].id for index in wanted}
        then = Situation(self.now.rows, self.now.accepted - ids)
        self.take(self.session.withdraw(wanted), then)

    @rule()
    def undo(self) -> None:
        delta = self.session.undo()
        assert (delta is None) == (not self.past)
        if delta is not None:
            self.future.append(self.now)
            self.draw(delta, self.past.pop())

    @rule()
    def redo(self) -> None:
        delta = self.session.redo()
        assert (delta is None) == (not self.future)
        if delta is not None:
            self.past.append(self.now)
            self.draw(delta, self.future.pop())

    @rule()
    def undo_all_and_redo_all(self) -> None:
        for _ in range(len(self.past)):
            self.undo()
        for _ in range(len(self.future)):
            self.redo()

    @rule()
    def send(self) -> None:
        rows = self.session.sendable()
        assert rows.ids is not None
        delta = self.session.remove_sent(rows.ids)
        gone = set(rows.ids)
        then = Situation(
            tuple(row for row in self.now.rows if row.id not in gone), self.now.accepted
        )
        self.past.clear()
        self.future.clear()
        if delta is None:
            assert then == self.now
        else:
            self.draw(delta, then)

    @invariant()
    def what_is_drawn_is_true(self) -> None:
        assert self.drawn == shown(self.session)

    @invariant()
    def everything_agrees_with_the_model(self) -> None:
        session, rows = self.session, self.now.rows
        assert rows_of(session) == rows
        verdicts = self.now.verdicts()
        assert [session.state(index).verdict for index in range(len(rows))] == verdicts
        count = Counter(verdicts)
        assert session.counts == Counts(
            len(rows),
            count[Verdict.GOES],
            count[Verdict.NEEDS_OK],
            count[Verdict.LEFT_OUT],
        )
        sendable = session.sendable()
        going = [row for row, each in zip(rows, verdicts, strict=True) if each is Verdict.GOES]
        assert list(sendable) == [(row.username, row.password) for row in going]
        assert list(sendable.ids or ()) == [row.id for row in going]

    @invariant()
    def every_problem_is_said(self) -> None:
        for index in range(len(self.now.rows)):
            problems = [each for each in Problem if each in self.now.problems(index)]
            state = self.session.state(index)
            assert state.letter == (problems[0].letter if problems else "")
            assert len(state.words) == len(problems)
            assert len(self.session.explain(index)) == len(problems) + state.accepted

    @invariant()
    def the_groups_add_up(self) -> None:
        groups = self.session.problem_groups()
        counts = self.session.counts
        assert sum(each.rows for each in groups if each.problem.blocking) == counts.left_out
        assert sum(each.rows for each in groups if not each.problem.blocking) == counts.needs_ok

    @invariant()
    def the_next_problem_is_the_nearest(self) -> None:
        size = len(self.now.rows)
        bad = [row for row, each in enumerate(self.now.verdicts()) if each is not Verdict.GOES]
        for index in range(size):
            forwards = min(bad, key=lambda row: (row - index - 1) % size, default=None)
            backwards = min(bad, key=lambda row: (index - row - 1) % size, default=None)
            assert self.session.next_problem(index) == forwards
            assert self.session.next_problem(index, backwards=True) == backwards

    @invariant()
    def the_history_is_as_long(self) -> None:
        assert self.session.can_undo == bool(self.past) == bool(self.session.undo_label)
        assert self.session.can_redo == bool(self.future) == bool(self.session.redo_label)


Editing.TestCase.settings = settings(steady, max_examples=30, stateful_step_count=25)
TestEditing = Editing.TestCase
