"""An edit session against a model that keeps whole lists and compares every row with every other.

The machine makes random steps in both. After each, rows, ids, problems, counts and what may be
undone have to agree, and the delta has to name every row that looks different from before.
"""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from prolific_tui.credentials import fixes, groups, search
from prolific_tui.credentials.document import Column, Row, Rows
from prolific_tui.credentials.duplicates import is_blank
from prolific_tui.credentials.fixes import Fix
from prolific_tui.credentials.groups import Keep
from prolific_tui.credentials.history import Proposal
from prolific_tui.credentials.problems import Problem
from prolific_tui.credentials.search import Query
from prolific_tui.credentials.session import (
    LoadingError,
    Verdict,
)
from prolific_tui.credentials.stepping import finish
from prolific_tui.credentials.view import Filter, Order
from prolific_tui.visible import is_hidden
from tests.credentials_machine import Comparison, rows_of, shown
from tests.credentials_model import Situation, key_of
from tests.credentials_steps import undo
from tests.credentials_strategies import blocks, fields, steady, usual


def seen_of(text: str) -> str:
    """A text without the characters that draw nothing; those that block a row stay."""
    breaking = {"Cc", "Cs", "Zl", "Zp"}
    return "".join(c for c in text if unicodedata.category(c) in breaking or not is_hidden(c))


def spaced_of(text: str) -> str:
    """A text in which all spaces are ordinary ones."""
    return "".join(" " if unicodedata.category(c) == "Zs" else c for c in text)


class Editing(Comparison):
    """Random editing."""

    positions = st.integers(0, 1000)
    several = st.sets(positions, min_size=2, max_size=4)
    lists = Comparison.lists

    names = st.frozensets(usual, max_size=2)
    filters = st.builds(
        Filter,
        problems=st.booleans(),
        problem=st.none() | st.sampled_from(Problem),
        query=st.none() | st.builds(Query, usual, st.booleans(), st.just(False), st.booleans()),
    )

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
        load = self.through(self.session.loading("load", replace=is_replacing))
        kept = () if is_replacing else self.now.rows
        self.drawn = shown(self.session)
        self.now = replace(self.now, rows=kept)
        for rows in blocks:
            delta = load.feed(rows)
            self.draw(delta, replace(self.now, rows=rows_of(self.session)))
            assert self.drawn == shown(self.session)
            self.duplicates_are_known()
            with pytest.raises(LoadingError):
                undo(self.session)
            with pytest.raises(LoadingError):
                self.session.delete([0])
        self.new(self.now.rows[len(kept) :], Rows.of(pair for rows in blocks for pair in rows))
        assert load.rows == sum(map(len, blocks))
        loaded = self.now.rows
        if stays:
            self.drawn, self.now = before
            self.take(load.finish(), replace(self.now, rows=loaded))
        else:
            self.draw(self.through(load.abandoning()), before[1])
        with pytest.raises(LoadingError):
            load.feed(Rows.of([]))

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
        undoing = self.session.undoing()
        delta = None if undoing is None else self.through(undoing)
        assert (delta is None) == (not self.past)
        if delta is not None:
            self.future.append(self.now)
            self.draw(delta, self.past.pop())

    @rule()
    def redo(self) -> None:
        redoing = self.session.redoing()
        delta = None if redoing is None else self.through(redoing)
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
        rows = finish(self.session.sendable())
        assert rows.ids is not None
        delta = self.session.remove_for_good(rows.ids)
        gone = set(rows.ids)
        then = replace(self.now, rows=tuple(row for row in self.now.rows if row.id not in gone))
        self.past.clear()
        self.future.clear()
        if delta is None:
            assert then == self.now
        else:
            self.draw(delta, then)

    @rule(held=names, perhaps=names)
    def hold(self, held: frozenset[str], perhaps: frozenset[str]) -> None:
        delta = finish(self.session.holding(held, perhaps))
        self.past = [replace(each, held=held, perhaps=perhaps) for each in self.past]
        self.future = [replace(each, held=held, perhaps=perhaps) for each in self.future]
        self.draw(delta, replace(self.now, held=held, perhaps=perhaps))

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
        making = self.session.making(proposal)
        delta = None if making is None else self.through(making)
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
                or (
                    fix is Fix.EXACT_REPEATS
                    and pair in seen
                    and key_of(row.username)
                    and row.password
                )
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
        if fix is Fix.INVISIBLE:
            then = now.with_fields(lambda row: (seen_of(row.username), seen_of(row.password)))
        if fix is Fix.SPACES:
            then = now.with_fields(lambda row: (spaced_of(row.username), spaced_of(row.password)))
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
        together = finish(groups.groups(self.session))
        group = next((each for each in together if index in each.rows), None)
        rows = self.now.duplicates().get(self.now.rows[index].username)
        assert (group.rows if group else None) == (tuple(rows) if rows else None)
        if group:
            gone = [row for row in group.rows if row != index]
            self.propose(finish(groups.keep(self.session, group, index)), self.now.without(gone))

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
        making = self.session.making(proposal)
        then = replace(self.now, accepted=self.now.accepted | ids)
        self.take(None if making is None else self.through(making), then)

    @rule(shown_rows=filters, order=st.sampled_from(Order))
    def look_at(self, shown_rows: Filter, order: Order) -> None:
        self.examine_all()
        finish(self.view.choose(shown_rows, order))

    @rule()
    def look_at_problems(self) -> None:
        self.look_at(Filter(problems=True), Order.DOCUMENT)


Editing.TestCase.settings = settings(steady, max_examples=30, stateful_step_count=25)
TestEditing = Editing.TestCase
