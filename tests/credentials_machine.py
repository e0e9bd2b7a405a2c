"""An edit session and a model of it side by side, and all in which they have to agree.

What is drawn is kept as a widget keeps it: only the rows that a delta names are drawn again.
"""

from collections import Counter
from collections.abc import Iterable
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from prolific_tui.credentials import groups
from prolific_tui.credentials.document import Row, Rows
from prolific_tui.credentials.problems import ACCEPTED, Problem
from prolific_tui.credentials.session import (
    Counts,
    Delta,
    EditSession,
    RowState,
    Verdict,
)
from prolific_tui.credentials.stepping import Steps, finish
from prolific_tui.credentials.view import Order, View
from tests.credentials_model import Situation, key_of
from tests.credentials_strategies import pairs

T = TypeVar("T")

AT_ONCE = 3
"""So few that most blocks are examined later, while edits go on."""


def rows_of(session: EditSession) -> tuple[Row, ...]:
    return tuple(session.document.row(index) for index in range(len(session.document)))


def shown(session: EditSession) -> list[tuple[Row, RowState]]:
    return [(row, session.state(index)) for index, row in enumerate(rows_of(session))]


class Comparison(RuleBasedStateMachine):
    """Holds both, and checks after each step; whoever makes the steps tells what each leads to."""

    lists = st.lists(pairs, min_size=4, max_size=8).map(Rows.of)

    @initialize(rows=lists)
    def begin(self, rows: Rows) -> None:
        self.session = EditSession(rows, at_once=AT_ONCE, piece=2)
        self.view = View(self.session, small=2)
        self.made: set[int] = set()
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
        self.view.follow(delta)
        if self.view.is_outdated and self.session.is_examined:
            finish(self.view.refresh())
        tail = len(truth) - delta.start - delta.inserted
        assert [row for row, *_ in truth][len(truth) - tail :] == [row for row, *_ in lines][
            len(lines) - tail :
        ]

    def through(self, steps: Steps[T]) -> T:
        """Make a change, and look at rows between any two of its steps, as a screen may."""
        while True:
            try:
                next(steps)
            except StopIteration as stop:
                result: T = stop.value
                return result
            progress = self.session.examine()
            assert progress.delta == Delta(0, 0, 0, moved=False, related=frozenset())
            assert not self.session.is_examined

    def index(self, position: int) -> int:
        return position % len(self.now.rows)

    def indexes(self, positions: Iterable[int]) -> set[int]:
        return {self.index(position) for position in positions} if self.now.rows else set()

    def new(self, made: tuple[Row, ...], rows: Rows) -> None:
        assert [(row.username, row.password) for row in made] == list(rows)
        assert self.ids_seen.isdisjoint(row.id for row in made)
        self.ids_seen.update(row.id for row in made)

    @rule(max_rows=st.integers(1, 4))
    def examine(self, max_rows: int) -> None:
        progress = self.session.examine(max_rows)
        assert progress.done == progress.total - self.session.counts.unexamined
        self.draw(progress.delta, self.now)

    @rule()
    def examine_all(self) -> None:
        while not self.session.is_examined:
            self.examine(2)

    @invariant()
    def the_view_shows_what_it_should(self) -> None:
        view, now = self.view, self.now
        if view.is_outdated:
            assert not self.session.is_examined
            return
        needs_problems = view.filter.problems or view.filter.problem or view.order is Order.PROBLEM
        if needs_problems and not self.session.is_examined:
            return
        rows = now.shown(view.filter, view.order)
        assert [view.row(position) for position in range(len(view))] == rows
        for index in range(len(now.rows)):
            assert view.position(index) == (rows.index(index) if index in rows else None)

    @invariant()
    def duplicates_are_known(self) -> None:
        """At once, however much of the rest is still to be examined."""
        duplicates = self.now.duplicates()
        exact = self.session.ledger.exact
        assert exact.groups() == {name: len(rows) for name, rows in duplicates.items()}
        found = finish(groups.groups(self.session))
        assert {group.username: list(group.rows) for group in found} == duplicates
        for group in found:
            passwords = [self.now.rows[index].password for index in group.rows]
            assert group.different == (len(set(passwords)) > 1)
        counts = self.session.counts
        assert counts.rows == counts.goes + counts.needs_ok + counts.left_out == len(self.now.rows)
        held = [
            row.username in self.now.held and key_of(row.username) != "" for row in self.now.rows
        ]
        assert self.session.ledger.in_pool == sum(held)
        surely = sum(
            row.username in duplicates or is_held
            for row, is_held in zip(self.now.rows, held, strict=True)
        )
        assert counts.left_out >= surely
        made = [number for number, row in enumerate(self.now.rows) if row.id in self.made]
        assert list(self.session.made_here()) == made

    def teardown(self) -> None:
        if hasattr(self, "session"):
            self.examine_all()
            for check in (
                self.what_is_drawn_is_true,
                self.everything_agrees_with_the_model,
                self.every_problem_is_said,
                self.the_view_shows_what_it_should,
            ):
                check()

    @invariant()
    def what_is_drawn_is_true(self) -> None:
        assert self.drawn == shown(self.session)

    @invariant()
    def everything_agrees_with_the_model(self) -> None:
        session, rows = self.session, self.now.rows
        assert rows_of(session) == rows
        if not session.is_examined:
            return
        verdicts = self.now.verdicts()
        assert [session.state(index).verdict for index in range(len(rows))] == verdicts
        count = Counter(verdicts)
        assert session.counts == Counts(
            len(rows),
            count[Verdict.GOES],
            count[Verdict.NEEDS_OK],
            count[Verdict.LEFT_OUT],
        )
        sendable = finish(session.sendable())
        going = [row for row, each in zip(rows, verdicts, strict=True) if each is Verdict.GOES]
        assert list(sendable) == [(row.username, row.password) for row in going]
        assert list(sendable.ids or ()) == [row.id for row in going]

    @invariant()
    def every_problem_is_said(self) -> None:
        if not self.session.is_examined:
            return
        for index in range(len(self.now.rows)):
            problems = [each for each in Problem if each in self.now.problems(index)]
            state = self.session.state(index)
            letter = problems[0].letter if problems else ""
            goes = self.now.verdict(index) is Verdict.GOES
            assert state.letter == (ACCEPTED if problems and goes else letter)
            assert len(state.words) == len(problems)
            assert len(self.session.explain(index)) == len(problems) + state.accepted

    @invariant()
    def the_groups_add_up(self) -> None:
        if not self.session.is_examined:
            return
        groups = finish(self.session.problem_groups())
        counts = self.session.counts
        assert sum(each.rows for each in groups if each.problem.blocking) == counts.left_out
        assert sum(each.rows for each in groups if not each.problem.blocking) == counts.needs_ok

    @invariant()
    def the_next_problem_is_the_nearest(self) -> None:
        if not self.session.is_examined:
            return
        size, plain = len(self.now.rows), View(self.session)
        bad = [row for row, each in enumerate(self.now.verdicts()) if each is not Verdict.GOES]
        for index in range(size):
            forwards = min(bad, key=lambda row: (row - index - 1) % size, default=None)
            backwards = min(bad, key=lambda row: (index - row - 1) % size, default=None)
            assert finish(plain.seek_problem(index)).position == forwards
            assert finish(plain.seek_problem(index, backwards=True)).position == backwards

    @invariant()
    def the_history_is_as_long(self) -> None:
        assert self.session.can_undo == bool(self.past) == bool(self.session.undo_label)
        assert bool(self.future) == bool(self.session.redo_label)
