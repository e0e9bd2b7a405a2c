"""An edit session against a model that keeps whole lists and compares every row with every other.

The machine makes random steps in both. After each, rows, ids, problems, counts and what may be
undone have to agree, and the delta has to name every row that looks different from before.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from prolific_tui.credentials import fixes, groups, search
from prolific_tui.credentials.document import Column, Row, Rows
from prolific_tui.credentials.duplicates import is_blank, near_key
from prolific_tui.credentials.fixes import Fix
from prolific_tui.credentials.groups import Keep
from prolific_tui.credentials.history import Proposal
from prolific_tui.credentials.problems import Problem, intrinsic
from prolific_tui.credentials.search import Query
from prolific_tui.credentials.session import (
    Counts,
    Delta,
    EditSession,
    LoadingError,
    RowState,
    Verdict,
)
from prolific_tui.credentials.stepping import finish
from prolific_tui.credentials.view import Filter, Order, View
from tests.credentials_strategies import blocks, fields, pairs, steady, usual

key_of = lru_cache(near_key)
AT_ONCE = 3
"""So few that most blocks are examined later, while edits go on."""


@dataclass(frozen=True)
class Situation:
    """All that an edit can change, copied whole."""

    rows: tuple[Row, ...]
    accepted: frozenset[int]
    held: frozenset[str] = frozenset()

    def problems(self, index: int) -> set[Problem]:
        row = self.rows[index]
        found = set(intrinsic(row.username, row.password))
        if row.username in self.held and key_of(row.username):
            found.add(Problem.IN_POOL)
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


def rows_of(session: EditSession) -> tuple[Row, ...]:
    return tuple(session.document.row(index) for index in range(len(session.document)))


def shown(session: EditSession) -> list[tuple[Row, RowState]]:
    return [(row, session.state(index)) for index, row in enumerate(rows_of(session))]


class Editing(RuleBasedStateMachine):
    """Random editing."""

    positions = st.integers(0, 1000)
    several = st.sets(positions, min_size=2, max_size=4)
    lists = st.lists(pairs, min_size=4, max_size=8).map(Rows.of)

    names = st.frozensets(usual, max_size=2)
    filters = st.builds(
        Filter,
        problems=st.booleans(),
        problem=st.none() | st.sampled_from(Problem),
        query=st.none() | st.builds(Query, usual, st.booleans(), st.just(False), st.booleans()),
    )

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
            then = replace(then, rows=rows, accepted=then.accepted - {old.id})
        self.take(self.session.set_cell(index, column, text), then)

    @rule(position=positions, rows=blocks, made_here=st.booleans())
    def insert(self, position: int, rows: Rows, made_here: bool) -> None:
        index = position % (len(self.now.rows) + 1)
        delta = self.session.insert(index, rows, made_here=made_here)
        made = rows_of(self.session)[index : index + len(rows)]
        self.new(made, rows)
        if made_here:
            self.made.update(row.id for row in made)
        kept = self.now.rows
        self.take(delta, replace(self.now, rows=(*kept[:index], *made, *kept[index:])))

    @rule(positions=several, position=positions)
    def copy_and_paste(self, positions: set[int], position: int) -> None:
        wanted = sorted(self.indexes(positions))
        copied = self.session.rows(wanted)
        sources = [self.now.rows[index].id for index in wanted]
        assert list(copied.ids or ()) == sources
        index = position % (len(self.now.rows) + 1)
        delta = self.session.insert(index, copied)
        made = rows_of(self.session)[index : index + len(copied)]
        self.new(made, copied)
        self.made.update(
            row.id for row, source in zip(made, sources, strict=True) if source in self.made
        )
        kept = self.now.rows
        self.take(delta, replace(self.now, rows=(*kept[:index], *made, *kept[index:])))

    @rule(blocks=st.lists(lists, max_size=3), is_replacing=st.booleans(), stays=st.booleans())
    def load(self, blocks: list[Rows], is_replacing: bool, stays: bool) -> None:
        before = shown(self.session), self.now
        load = self.session.begin_load("load", replace=is_replacing)
        kept = () if is_replacing else self.now.rows
        self.drawn = shown(self.session)
        self.now = replace(self.now, rows=kept)
        for rows in blocks:
            delta = load.feed(rows)
            self.draw(delta, replace(self.now, rows=rows_of(self.session)))
            assert self.drawn == shown(self.session)
            self.duplicates_are_known()
            for step in (self.session.undo, lambda: self.session.delete([0])):
                with pytest.raises(LoadingError):
                    step()
        self.new(self.now.rows[len(kept) :], Rows.of(pair for rows in blocks for pair in rows))
        assert load.rows == sum(map(len, blocks))
        loaded = self.now.rows
        if stays:
            self.drawn, self.now = before
            self.take(load.finish(), replace(self.now, rows=loaded))
        else:
            self.draw(load.abandon(), before[1])
        with pytest.raises(LoadingError):
            load.feed(Rows.of([]))

    @rule(rows=lists)
    def replace_all(self, rows: Rows) -> None:
        delta = self.session.replace_all(rows)
        made = rows_of(self.session)
        self.new(made, rows)
        self.take(delta, replace(self.now, rows=made))

    def new(self, made: tuple[Row, ...], rows: Rows) -> None:
        assert [(row.username, row.password) for row in made] == list(rows)
        assert self.ids_seen.isdisjoint(row.id for row in made)
        self.ids_seen.update(row.id for row in made)

    @rule(positions=several)
    def delete(self, positions: set[int]) -> None:
        gone = self.indexes(positions)
        self.take(self.session.delete(gone), self.now.without(gone))

    @rule(positions=several)
    def accept(self, positions: set[int]) -> None:
        self.examine_all()
        wanted = self.indexes(positions)
        ids = {
            self.now.rows[index].id
            for index in wanted
            if self.now.verdict(index) is Verdict.NEEDS_OK
        }
        then = replace(self.now, accepted=self.now.accepted | ids)
        self.take(self.session.accept(wanted), then)

    @rule()
    def accept_all(self) -> None:
        self.accept(set(range(len(self.now.rows))))

    @rule(positions=several)
    def withdraw(self, positions: set[int]) -> None:
        wanted = self.indexes(positions)
        ids = {self.now.rows[index].id for index in wanted}
        then = replace(self.now, accepted=self.now.accepted - ids)
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
        self.examine_all()
        rows = self.session.sendable()
        assert rows.ids is not None
        delta = self.session.remove_sent(rows.ids)
        gone = set(rows.ids)
        then = replace(self.now, rows=tuple(row for row in self.now.rows if row.id not in gone))
        self.past.clear()
        self.future.clear()
        if delta is None:
            assert then == self.now
        else:
            self.draw(delta, then)

    @rule(max_rows=st.integers(1, 4))
    def examine(self, max_rows: int) -> None:
        progress = self.session.examine(max_rows)
        assert progress.finished == self.session.is_examined
        assert progress.done == progress.total - self.session.counts.unexamined
        self.draw(progress.delta, self.now)

    @rule()
    def examine_all(self) -> None:
        while not self.session.is_examined:
            self.examine(2)

    @rule(held=names)
    def hold(self, held: frozenset[str]) -> None:
        delta = self.session.hold(held)
        self.past = [replace(each, held=held) for each in self.past]
        self.future = [replace(each, held=held) for each in self.future]
        self.draw(delta, replace(self.now, held=held))

    @rule()
    def confirm_made(self) -> None:
        delta = self.session.confirm_made()
        present = {row.id for row in self.now.rows} & self.made
        assert (delta is None) == (not present)
        self.made -= present
        if delta is not None:
            self.draw(delta, self.now)

    def propose(self, proposal: Proposal, then: Situation) -> None:
        ids = {row.id for row in then.rows}
        changed = set(self.now.rows) - set(then.rows)
        assert proposal.count == len(changed) or then.accepted > self.now.accepted
        assert len(proposal.examples) == min(3, proposal.count)
        assert ids <= {row.id for row in self.now.rows}
        delta = self.session.make(proposal)
        assert delta is None or self.session.undo_label == proposal.label
        self.take(delta, then)

    @rule(fix=st.sampled_from(Fix))
    def fix(self, fix: Fix) -> None:
        now = self.now
        seen: set[tuple[str, str]] = set()
        gone: set[int] = set()
        for index, row in enumerate(now.rows):
            pair = row.username, row.password
            if (
                (fix is Fix.BLANK and is_blank(row.username) and is_blank(row.password))
                or (fix is Fix.IN_POOL and row.username in now.held and key_of(row.username))
                or (fix is Fix.EXACT_REPEATS and pair in seen and key_of(row.username))
            ):
                gone.add(index)
            seen.add(pair)
        then = now.without(gone)
        if fix is Fix.TRIM:
            then = now.with_fields(lambda row: (row.username.strip(), row.password.strip()))
        if fix is Fix.NFC:
            then = now.with_fields(
                lambda row: (
                    unicodedata.normalize("NFC", row.username),
                    unicodedata.normalize("NFC", row.password),
                )
            )
        self.propose(finish(fixes.propose(self.session, fix)), then)

    @rule(old=usual, new=fields, passwords=st.booleans())
    def replace(self, old: str, new: str, passwords: bool) -> None:
        query = Query(old, ignore_case=False, passwords=passwords)

        def mend(row: Row) -> tuple[str, str]:
            if not old:
                return row.username, row.password
            password = row.password.replace(old, new) if passwords else row.password
            return row.username.replace(old, new), password

        proposal = finish(search.replace(self.session, query, new))
        self.propose(proposal, self.now.with_fields(mend))

    @rule(which=st.sampled_from(Keep))
    def keep_in_all(self, which: Keep) -> None:
        at = 0 if which is Keep.FIRST else -1
        duplicates = self.now.duplicates().values()
        gone = [row for rows in duplicates for row in rows if row != rows[at]]
        proposal = finish(groups.keep_in_all(self.session, which))
        self.propose(proposal, self.now.without(gone))

    @rule(position=positions)
    def keep_this(self, position: int) -> None:
        if not self.now.rows:
            return
        index = self.index(position)
        group = groups.group_of(self.session, index)
        rows = self.now.duplicates().get(self.now.rows[index].username)
        assert (group.rows if group else None) == (tuple(rows) if rows else None)
        if group:
            gone = [row for row in group.rows if row != index]
            self.propose(groups.keep(self.session, group, index), self.now.without(gone))

    @rule(problem=st.sampled_from([each for each in Problem if not each.blocking]))
    def accept_kind(self, problem: Problem) -> None:
        self.examine_all()
        ids = {
            row.id
            for index, row in enumerate(self.now.rows)
            if self.now.verdict(index) is Verdict.NEEDS_OK
            and next(each for each in Problem if each in self.now.problems(index)) is problem
        }
        proposal = finish(fixes.accept_kind(self.session, problem))
        assert proposal.count == len(ids)
        self.take(self.session.make(proposal), replace(self.now, accepted=self.now.accepted | ids))

    @rule(shown_rows=filters, order=st.sampled_from(Order))
    def look_at(self, shown_rows: Filter, order: Order) -> None:
        self.examine_all()
        finish(self.view.choose(shown_rows, order))

    @rule()
    def look_at_problems(self) -> None:
        self.look_at(Filter(problems=True), Order.DOCUMENT)

    @invariant()
    def the_view_shows_what_it_should(self) -> None:
        view, now = self.view, self.now
        if view.is_outdated:
            assert not self.session.is_examined
            return
        needs_problems = view.filter.problems or view.filter.problem or view.order is Order.PROBLEM
        if needs_problems and not self.session.is_examined:
            return
        goes = [verdict is Verdict.GOES for verdict in now.verdicts()]
        rows = [index for index in range(len(now.rows)) if self.is_shown(index, goes[index])]

        def rank(index: int) -> int:
            found = now.problems(index)
            order = [each in found for each in Problem]
            return len(Problem) if goes[index] else order.index(True)

        if view.order is Order.USERNAME:
            rows.sort(key=lambda index: now.rows[index].username.casefold())
        if view.order is Order.PROBLEM:
            rows.sort(key=rank)
        assert [view.row(position) for position in range(len(view))] == rows
        for index in range(len(now.rows)):
            assert view.position(index) == (rows.index(index) if index in rows else None)

    def is_shown(self, index: int, goes: bool) -> bool:
        shown, row = self.view.filter, self.now.rows[index]
        if (shown.problems or shown.problem) and goes:
            return False
        if shown.problem and shown.problem not in self.now.problems(index):
            return False
        if shown.query is None:
            return True
        text = shown.query.text
        among = (row.username, row.password) if shown.query.passwords else (row.username,)
        if shown.query.whole:
            return text in among
        return bool(text) and any(text in each for each in among)

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
        surely = sum(
            row.username in duplicates
            or (row.username in self.now.held and key_of(row.username) != "")
            for row in self.now.rows
        )
        assert counts.left_out >= surely
        assert set(self.session.made_here()) == {row.id for row in self.now.rows} & self.made

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
        sendable = session.sendable()
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
            assert state.letter == (problems[0].letter if problems else "")
            assert len(state.words) == len(problems)
            assert len(self.session.explain(index)) == len(problems) + state.accepted

    @invariant()
    def the_groups_add_up(self) -> None:
        if not self.session.is_examined:
            return
        groups = self.session.problem_groups()
        counts = self.session.counts
        assert sum(each.rows for each in groups if each.problem.blocking) == counts.left_out
        assert sum(each.rows for each in groups if not each.problem.blocking) == counts.needs_ok

    @invariant()
    def the_next_problem_is_the_nearest(self) -> None:
        if not self.session.is_examined:
            return
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
