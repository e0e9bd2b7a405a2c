"""Making a list right, as the person at the terminal does it."""

from collections.abc import Callable

import pytest
from hypothesis import given

from prolific_tui.credentials.document import Column, Row, Rows
from prolific_tui.credentials.session import Counts, Delta, EditSession, Verdict
from prolific_tui.credentials.stepping import finish
from prolific_tui.credentials.view import View
from tests.credentials_steps import redo, undo
from tests.credentials_strategies import blocks, pairs, steady


def session_of(*rows: tuple[str, str]) -> EditSession:
    return EditSession(Rows.of(rows))


def usernames(session: EditSession) -> list[str]:
    return list(session.document.rows().usernames)


def rows_of(session: EditSession) -> list[Row]:
    return [session.document.row(index) for index in range(len(session.document))]


def touched(session: EditSession, delta: Delta | None) -> list[int]:
    assert delta is not None
    return [row for row in range(len(session.document)) if delta.touches(session, row)]


@pytest.fixture
def messy() -> EditSession:
    return session_of(
        ("lab-b-061", "k1"),
        ("lab-b-063", "k2"),
        ("lab-b-064", "k3"),
        ("lab-b-066", ""),
        ("lab-b-063", "k4"),
        ("Lab-B-064", "k5"),
    )


class TestWords:
    def test_each_row_says_what_is_wrong_with_it(self, messy: EditSession) -> None:
        said = [(state.letter, state.words) for state in map(messy.state, range(6))]
        assert said == [
            ("", ()),
            ("D", ("same as row 5",)),
            ("L", ("same as row 6 except capitals",)),
            ("B", ("no password",)),
            ("D", ("same as row 2",)),
            ("L", ("same as row 3 except capitals",)),
        ]
        assert [messy.state(row).blocking for row in range(6)] == [0, 1, 0, 1, 1, 0]
        assert [messy.state(row).needs_ok for row in range(6)] == [0, 0, 1, 0, 0, 1]

    def test_the_panel_says_it_in_sentences(self, messy: EditSession) -> None:
        assert messy.explain(0) == ()
        assert messy.explain(1) == (
            "lab-b-063 is in rows 2 and 5 with different passwords. Only one can be sent.",
        )
        assert messy.explain(2) == (
            "lab-b-064 is the same as Lab-B-064 in row 6 except capitals. "
            "People may take one for the other.",
        )
        messy.accept([2])
        assert messy.explain(2)[-1] == "You accepted this row, so it goes."

    def test_the_same_pair_twice_is_called_so(self) -> None:
        session = session_of(("a", "k"), ("a", "k"))
        assert "rows 1 and 2 with the same password." in session.explain(0)[0]

    def test_of_a_password_that_is_not_there_nobody_knows_whether_it_was_the_same(self) -> None:
        assert "rows 1 and 2. Only" in session_of(("a", ""), ("a", "")).explain(0)[0]
        assert "rows 1 and 2. Only" in session_of(("a", "k"), ("a", "")).explain(1)[0]
        three = session_of(("a", "k"), ("a", ""), ("a", "q"))
        assert "with different passwords." in three.explain(1)[0]

    def test_a_large_group_names_a_few_of_its_rows(self) -> None:
        session = session_of(*[("a", "k")] * 100)
        assert session.state(0).words == ("same as rows 2, 3, 4 and 96 more",)
        assert session.state(99).words == ("same as rows 1, 2, 3 and 96 more",)
        assert session.explain(0) == ("a is in rows 1, 2, 3 and 97 more. Only one can be sent.",)

    def test_review_is_told_why_rows_do_not_go(self, messy: EditSession) -> None:
        assert [group.words for group in finish(messy.problem_groups())] == [
            "2 rows: same username as another row",
            "1 row: no password",
            "2 rows: nearly the same username as another row",
        ]

    @steady
    @given(blocks)
    def test_nothing_that_is_said_holds_a_password(self, rows: Rows) -> None:
        marked = Rows.of((name, f"{word}hunter2{word}") for name, word in rows)
        session = EditSession(marked)
        for row in range(len(rows)):
            said = [
                *session.state(row).words,
                *session.explain(row),
                repr(session.document.row(row)),
            ]
            assert "hunter2" not in " ".join(said)


class TestEditing:
    def test_mending_one_of_two_duplicates_frees_both(self, messy: EditSession) -> None:
        assert messy.counts == Counts(rows=6, goes=1, needs_ok=2, left_out=3)
        delta = messy.set_cell(4, Column.USERNAME, "lab-b-065")
        assert touched(messy, delta) == [1, 4]
        assert messy.counts == Counts(rows=6, goes=3, needs_ok=2, left_out=1)

    def test_an_edit_that_concerns_no_other_row_touches_no_other(self, messy: EditSession) -> None:
        assert touched(messy, messy.set_cell(3, Column.PASSWORD, "k6")) == [3]
        assert touched(messy, messy.set_cell(4, Column.PASSWORD, "k6")) == [4]
        assert touched(messy, messy.set_cell(0, Column.USERNAME, "lab-b-000")) == [0]

    def test_rows_above_an_insert_are_touched_if_they_name_one_below(
        self, messy: EditSession
    ) -> None:
        delta = messy.insert(4, Rows.of([("lab-b-070", "k")]))
        assert touched(messy, delta) == [1, 2, 4, 5, 6]
        assert messy.state(1).words == ("same as row 6",)

    def test_nothing_changed_is_no_step(self, messy: EditSession) -> None:
        revision = messy.revision
        assert messy.set_cell(0, Column.PASSWORD, "k1") is None
        assert messy.insert(0, Rows.of([])) is None
        assert messy.delete([]) is None
        assert messy.accept([0, 1, 3]) is None
        assert messy.withdraw(range(6)) is None
        assert undo(messy) is None
        assert redo(messy) is None
        assert messy.revision == revision
        assert not messy.can_undo

    def test_every_step_makes_a_new_revision(self, messy: EditSession) -> None:
        seen = [messy.revision]
        messy.set_cell(0, Column.PASSWORD, "k9")
        seen.append(messy.revision)
        undo(messy)
        seen.append(messy.revision)
        assert seen == sorted(set(seen))

    @pytest.mark.parametrize(
        "step",
        [
            lambda session: session.set_cell(6, Column.USERNAME, "x"),
            lambda session: session.set_cell(-1, Column.USERNAME, "x"),
            lambda session: session.insert(7, Rows.of([("x", "y")])),
            lambda session: session.delete([0, 6]),
            lambda session: session.delete([-1, 0]),
            lambda session: session.accept([2, 6]),
            lambda session: session.withdraw([-1]),
        ],
    )
    def test_rows_that_are_not_there(
        self, messy: EditSession, step: Callable[[EditSession], Delta | None]
    ) -> None:
        before, counts = rows_of(messy), messy.counts
        with pytest.raises(IndexError):
            step(messy)
        assert (rows_of(messy), messy.counts) == (before, counts)
        assert not messy.can_undo

    def test_rows_from_many_places_go_and_come_back_as_one_step(self, messy: EditSession) -> None:
        before = rows_of(messy)
        delta = messy.delete({0, 2, 3, 5})
        assert delta is not None
        assert (delta.start, delta.removed, delta.inserted) == (0, 6, 2)
        assert usernames(messy) == ["lab-b-063", "lab-b-063"]
        delta = undo(messy)
        assert delta is not None
        assert (delta.start, delta.removed, delta.inserted) == (0, 2, 6)
        assert rows_of(messy) == before
        assert not messy.can_undo

    def test_thousands_of_scattered_rows_do_as_well(self) -> None:
        session = session_of(*[(f"lab-{row // 3}", "k" * (row % 7)) for row in range(5000)])
        session.set_cell(4999, Column.USERNAME, "lab 0")
        before, counts = rows_of(session), session.counts
        session.delete(range(0, 5000, 2))
        assert rows_of(session) == before[1::2]
        assert session.counts == EditSession(session.document.rows()).counts
        undo(session)
        assert (rows_of(session), session.counts) == (before, counts)

    @steady
    @given(blocks, pairs)
    def test_rows_taken_from_the_list_and_put_back_are_new_rows(
        self, rows: Rows, pair: tuple[str, str]
    ) -> None:
        session = EditSession(rows)
        session.insert(len(session.document), Rows.of([pair]))
        session.insert(len(session.document), session.document.rows())
        ids = session.document.rows().ids
        assert ids is not None
        assert len(set(ids)) == len(session.document) == 2 * len(rows) + 2


class TestAccepting:
    def test_an_accepted_row_goes(self, messy: EditSession) -> None:
        delta = messy.accept(range(6))
        assert delta is not None
        assert not delta.moved
        assert touched(messy, delta) == [2, 3, 4, 5]
        assert messy.counts == Counts(rows=6, goes=3, needs_ok=0, left_out=3)
        assert messy.state(2).verdict is Verdict.GOES
        assert messy.state(2).accepted
        assert messy.state(2).letter == "a"
        assert not messy.state(0).accepted
        undo(messy)
        assert messy.counts.needs_ok == 2
        redo(messy)
        assert messy.counts.needs_ok == 0

    @pytest.mark.parametrize("column", Column)
    def test_an_edit_takes_the_ok_back_and_undo_gives_it_back(
        self, messy: EditSession, column: Column
    ) -> None:
        messy.accept([2])
        messy.set_cell(2, column, "LAB-B-064")
        assert messy.state(2).needs_ok
        undo(messy)
        assert messy.state(2).accepted
        redo(messy)
        assert messy.state(2).needs_ok

    def test_an_ok_goes_and_comes_back_with_its_row(self, messy: EditSession) -> None:
        messy.accept([2])
        messy.delete([0, 2])
        undo(messy)
        assert messy.state(2).accepted
        messy.insert(0, Rows.of([("x-1", "k")]))
        assert messy.state(3).accepted

    def test_an_ok_does_not_let_a_blocked_row_go(self, messy: EditSession) -> None:
        messy.accept([2])
        messy.set_cell(0, Column.USERNAME, "lab-b-064")
        assert messy.state(2).blocking
        assert not messy.state(2).accepted
        undo(messy)
        assert messy.state(2).accepted

    def test_taking_an_ok_back(self, messy: EditSession) -> None:
        messy.accept([2, 5])
        messy.withdraw(range(6))
        assert messy.counts.needs_ok == 2
        undo(messy)
        assert messy.counts.needs_ok == 0


class TestHistory:
    def test_steps_have_names(self, messy: EditSession) -> None:
        assert (messy.undo_label, messy.redo_label) == ("", "")
        labels = []
        for step in (
            messy.set_cell(2, Column.PASSWORD, "k9"),
            messy.insert(0, Rows.of([("x-1", "k"), ("x-2", "k")])),
            messy.insert(len(messy.document), Rows.of([("x-3", "k")]), "paste of 1 row"),
            messy.delete([0]),
            messy.delete([0, 2]),
            messy.delete(range(len(messy.document))),
            messy.insert(0, Rows.of([("a", "k"), ("A", "k")])),
            messy.accept([0]),
            messy.accept([0, 1]),
            messy.withdraw([0, 1]),
        ):
            assert step is not None
        while messy.can_undo:
            labels.append(messy.undo_label)
            undo(messy)
            assert messy.redo_label == labels[-1]
        assert labels[::-1] == [
            "edit of row 3",
            "insertion of 2 rows",
            "paste of 1 row",
            "deletion of row 1",
            "deletion of 2 rows",
            "deletion of 6 rows",
            "insertion of 2 rows",
            "OK for row 1",
            "OK for row 2",
            "taking back the OK for 2 rows",
        ]

    def test_a_new_step_ends_what_could_be_done_again(self, messy: EditSession) -> None:
        messy.delete([0])
        undo(messy)
        messy.delete([1])
        assert not messy.redo_label

    def test_what_was_sent_leaves_and_can_not_be_brought_back(self, messy: EditSession) -> None:
        messy.delete([0])
        undo(messy)
        messy.set_cell(4, Column.USERNAME, "lab-b-065")
        sent = finish(messy.sendable())
        assert list(sent.usernames) == ["lab-b-061", "lab-b-063", "lab-b-065"]
        assert sent.ids is not None
        assert messy.remove_for_good(sent.ids) is not None
        assert usernames(messy) == ["lab-b-064", "lab-b-066", "Lab-B-064"]
        assert not messy.can_undo
        assert not messy.redo_label
        assert messy.remove_for_good(sent.ids) is None

    def test_rows_kept_after_a_send_can_be_edited_and_undone(self, messy: EditSession) -> None:
        messy.remove_for_good([messy.document.row_id(0)])
        messy.set_cell(2, Column.PASSWORD, "k9")
        undo(messy)
        assert messy.document.password(2) == ""


def next_problem(session: EditSession, index: int, *, backwards: bool = False) -> int | None:
    return finish(View(session).seek_problem(index, backwards=backwards)).position


class TestFindingProblems:
    def test_from_problem_to_problem_and_round_again(self, messy: EditSession) -> None:
        messy.accept([2])
        seen: list[int] = [-1]
        for _ in range(5):
            row = next_problem(messy, seen[-1])
            assert row is not None
            seen.append(row)
        assert seen[1:] == [1, 3, 4, 5, 1]
        assert next_problem(messy, 1, backwards=True) == 5

    def test_none_where_all_rows_go(self) -> None:
        assert next_problem(EditSession(), 0) is None
        assert next_problem(session_of(("a", "k")), 0) is None
