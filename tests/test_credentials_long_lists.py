"""A long list is there at once, its duplicates with it, and all else follows while it is edited."""

from itertools import islice, pairwise

import pytest

from prolific_tui.credentials import places, selection
from prolific_tui.credentials.document import Column, Rows
from prolific_tui.credentials.fixes import accept_kind
from prolific_tui.credentials.search import Query
from prolific_tui.credentials.session import EditSession, LoadingError
from prolific_tui.credentials.stepping import OutdatedError, Steps, finish
from prolific_tui.credentials.survey import RUN
from prolific_tui.credentials.view import ALL, Filter, Order, View
from tests.credentials_steps import ROWS, hold, long_list, redo, undo


@pytest.fixture
def long() -> EditSession:
    """All twelve thousand."""
    return long_list()


def test_exact_duplicates_are_known_before_anything_else(long: EditSession) -> None:
    counts = long.counts
    assert (counts.left_out, counts.needs_ok, counts.unexamined) == (2, 0, ROWS)
    assert long.state(0).letter == "D"
    assert long.state(0).words == ("same username as another row",)


def test_all_else_follows_in_steps_that_say_how_far_they_are(long: EditSession) -> None:
    done = []
    while not long.is_examined:
        progress = long.examine(1000)
        done.append(progress.done)
        assert progress.total == ROWS
    assert done[:12] == list(range(1000, ROWS + 1, 1000))
    assert progress.delta.all_rows
    counts = long.counts
    assert (counts.left_out, counts.needs_ok, counts.unexamined) == (3, 2, 0)
    assert long.state(0).words == ("same as row 12,000",)
    assert long.state(5001).words == ("same as row 6 except capitals",)


def test_what_has_to_be_right_waits_for_nobody(long: EditSession) -> None:
    assert len(finish(long.sendable())) == ROWS - 5
    assert long.is_examined


def test_rows_edited_meanwhile_are_examined_once(long: EditSession) -> None:
    long.examine(6000)
    long.set_cell(7000, Column.PASSWORD, "mended")
    long.delete([10, 11, 5001])
    long.insert(3, Rows.of([("new,1", "k")]))
    finish(long.examination())
    counts = long.counts
    assert (counts.rows, counts.left_out, counts.needs_ok) == (ROWS - 2, 2, 1)
    for _ in range(3):
        undo(long)
    finish(long.examination())
    counts = long.counts
    assert (counts.left_out, counts.needs_ok) == (3, 2)


def test_a_list_that_is_undone_and_redone_is_examined_again(long: EditSession) -> None:
    finish(long.examination())
    before = long.counts
    assert long.undo_label == "the list"
    undo(long)
    assert long.counts.rows == 0
    redo(long)
    assert long.counts.unexamined == ROWS
    finish(long.examination())
    assert long.counts == before


def test_an_abandoned_load_leaves_everything_as_it_was(long: EditSession) -> None:
    finish(long.examination())
    before, rows = long.counts, long.document.rows()
    load = finish(long.loading("another", replace=True))
    load.feed(Rows.of([("lab-1", "k")]))
    assert long.is_loading
    assert len(long.document) == 1
    finish(load.abandoning())
    finish(long.examination())
    assert long.counts == before
    assert list(long.document.rows().ids or ()) == list(rows.ids or ())
    assert long.undo_label == "the list"


def test_a_replacement_that_is_given_up_as_it_begins_leaves_everything_as_it_was(
    long: EditSession,
) -> None:
    finish(long.examination())
    before, rows = long.counts, long.document.rows()
    beginning = long.loading("another", replace=True)
    next(beginning)
    assert len(long.document) < ROWS
    beginning.close()
    assert not long.is_loading
    finish(long.examination())
    assert long.counts == before
    assert list(long.document.rows()) == list(rows)
    assert list(long.document.rows().ids or ()) == list(rows.ids or ())
    assert long.undo_label == "the list"
    undo(long)
    assert not len(long.document)


def test_a_new_duplicate_names_the_row_that_was_alone_until_then(
    long: EditSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "_HINTS", 5000)
    finish(long.examination())
    long.set_cell(9000, Column.USERNAME, "lab-00123")
    assert long.state(9000).words == ("same as row 124",)
    assert long.state(123).words == ("same as row 9,001",)
    long.insert(0, Rows.of([("lab-00123", "k")]))
    assert long.state(124).words == ("same as rows 1 and 9,002",)


def test_the_first_rows_of_a_large_group_are_named_wherever_it_moves(long: EditSession) -> None:
    long.insert(len(long.document), Rows.of([("same", "k")] * 100))
    finish(long.examination())
    assert long.state(ROWS).words == ("same as rows 12,002, 12,003, 12,004 and 96 more",)
    long.insert(0, Rows.of([("same", "k")]))
    assert long.state(0).words == ("same as rows 12,002, 12,003, 12,004 and 97 more",)


class TestViews:
    def test_sorted_by_name_whatever_piece_a_row_is_in(self, long: EditSession) -> None:
        view = View(long)
        finish(view.choose(ALL, Order.USERNAME))
        rows = [view.row(position) for position in range(len(view))]
        names = long.document.rows().usernames
        assert rows == sorted(range(ROWS), key=lambda row: names[row].casefold())

    def test_until_the_last_step_all_stays_as_it_was(self, long: EditSession) -> None:
        view = View(long)
        steps = view.choose(Filter(query=Query("5001")), Order.DOCUMENT)
        next(steps)
        assert len(view) == ROWS
        steps.close()
        assert view.is_plain
        long.delete([0])
        steps = view.choose(Filter(query=Query("1199")), Order.DOCUMENT)
        next(steps)
        long.delete([0])
        with pytest.raises(OutdatedError):
            finish(steps)

    def test_small_changes_are_followed_at_once(self, long: EditSession) -> None:
        view = View(long)
        finish(view.choose(Filter(problems=True), Order.DOCUMENT))
        assert [view.row(position) for position in range(len(view))] == [0, 5, 5001, 7000, 11999]
        delta = long.set_cell(11999, Column.USERNAME, "lab-alone")
        assert delta is not None
        assert view.follow(delta)
        assert not view.is_outdated
        assert [view.row(position) for position in range(len(view))] == [5, 5001, 7000]
        delta = long.insert(6, Rows.of([("", "k")]))
        assert delta is not None
        view.follow(delta)
        assert [view.row(position) for position in range(len(view))] == [5, 6, 5002, 7001]
        assert [view.position(row) for row in (5, 6, 7, 5002)] == [0, 1, None, 2]

    def test_after_a_large_change_it_says_that_it_is_outdated(self, long: EditSession) -> None:
        view = View(long)
        finish(view.choose(Filter(query=Query("lab-001")), Order.USERNAME))
        delta = long.delete(range(0, 6000, 2))
        assert delta is not None
        assert view.follow(delta)
        assert view.is_outdated
        assert view.row(0) is None
        finish(view.refresh())
        shown = [long.document.username(view.row(at) or 0) for at in range(len(view))]
        assert shown == [f"lab-{row:05}" for row in range(101, 200, 2)]

    @pytest.mark.parametrize("position", [-1, 5])
    def test_a_position_that_is_not_there(self, long: EditSession, position: int) -> None:
        view = View(long)
        finish(view.choose(Filter(problems=True), Order.DOCUMENT))
        with pytest.raises(IndexError):
            view.row(position)


class TestMeanwhile:
    """With so few rows at once that a short list behaves like a long one."""

    def test_a_near_duplicate_of_an_examined_row_is_known_as_it_comes(self) -> None:
        session = EditSession(Rows.of([("Lab-1", "k")]), at_once=2)
        session.insert(len(session.document), Rows.of([("lab-1", "k"), ("b", "k"), ("c", "k")]))
        assert session.counts.unexamined == 3
        assert session.counts.needs_ok == 2

    def test_a_deletion_across_the_place_that_was_reached(self) -> None:
        rows = [(f"lab-{row}", "k" * (row != 7)) for row in range(10)]
        session = EditSession(Rows.of(rows), at_once=3)
        session.examine(5)
        session.delete([4, 5, 6])
        finish(session.examination())
        assert session.counts.left_out == 1

    def test_what_becomes_known_because_the_list_became_short_is_drawn(self) -> None:
        rows = Rows.of([("Lab-1", "k"), ("lab-1", "k"), ("b", "k"), ("c", "k"), ("d", "k")])
        session = EditSession(rows, at_once=3)
        assert session.state(0).letter == ""
        delta = session.delete([3, 4])
        assert session.state(0).letter == "L"
        assert delta is not None
        assert delta.touches(session, 0)

    def test_numbers_that_are_not_said_any_more_are_drawn_over(self) -> None:
        session = EditSession(Rows.of([("a", "1"), ("a", "2")]), at_once=3)
        assert session.state(0).words == ("same as row 2",)
        delta = session.insert(
            len(session.document), Rows.of([(f"lab-{row}", "k") for row in range(4)])
        )
        assert session.state(0).words == ("same username as another row",)
        assert delta is not None
        assert delta.touches(session, 0)

    def test_a_look_alike_that_an_edit_of_a_password_brings_to_light_is_drawn(self) -> None:
        rows = [("Lab-1", "k"), ("b", "k"), ("c", "k"), ("lab-1", "k")]
        session = EditSession(Rows.of(rows), at_once=3)
        assert session.state(3).letter == ""
        delta = session.set_cell(0, Column.PASSWORD, "other")
        assert session.state(3).letter == "L"
        assert delta is not None
        assert delta.touches(session, 3)

    def test_a_row_whose_place_was_lost_is_still_named(self, long: EditSession) -> None:
        finish(long.examination())
        long.delete([0])
        long.insert(len(long.document), Rows.of([("lab-00123", "k"), ("lab-00123", "k")]))
        assert long.state(ROWS).words == ("same as rows 123 and 12,000",)


def test_a_large_step_is_made_bit_by_bit_and_to_its_end_even_if_nobody_waits() -> None:
    session = EditSession(Rows.of((f"lab-{n}", "k") for n in range(50)), at_once=10, piece=4)
    steps = session.making(finish(selection.delete(session, range(0, 50, 2))))
    assert steps is not None
    next(steps)
    with pytest.raises(LoadingError):
        session.delete([0])
    steps.close()
    assert not session.is_changing
    assert list(session.document.rows().usernames) == [f"lab-{n}" for n in range(1, 50, 2)]

    undoing = session.undoing()
    assert undoing is not None
    assert len(list(undoing)) > 10
    assert session.counts.goes == len(session.document) == 50


def test_a_view_is_put_together_after_a_step_and_not_in_the_middle_of_it(long: EditSession) -> None:
    view = View(long, small=ROWS)
    finish(view.choose(Filter(problems=True), Order.DOCUMENT))
    deleting = long.undoing()
    assert deleting is not None
    next(deleting)
    assert long.is_changing
    assert view.follow(hold(long, {"lab-00007"}))
    assert view.is_outdated
    finish(deleting)
    finish(view.refresh())
    assert len(view) == len(long.document) == 0


def test_of_rows_that_all_need_a_closer_look_few_are_looked_at_in_one_step() -> None:
    session = EditSession()
    load = finish(session.loading("the list"))
    load.feed(Rows.of((f"\u00e9tude\u00a0{row}", f"pw,{row}") for row in range(ROWS)))
    load.finish()
    view = View(session)

    def longest(steps: Steps[object]) -> int:
        seen = [0, *steps]
        return max(after - before for before, after in pairwise(seen))

    assert longest(session.examination()) <= RUN
    assert session.counts.needs_ok == ROWS
    (group,) = finish(session.problem_groups())
    only = Filter(problem=group.problem)
    for steps in (
        session.problem_groups(),
        accept_kind(session, group.problem),
        view.choose(only, Order.DOCUMENT),
        view.choose(ALL, Order.PROBLEM),
    ):
        assert longest(steps) <= RUN
    assert len(view) == ROWS


@pytest.mark.parametrize("is_closed", [False, True])
def test_all_rows_of_a_list_are_discarded_once_that_is_begun_and_nothing_brings_them_back(
    long: EditSession, *, is_closed: bool
) -> None:
    long.delete([0])
    undo(long)
    discarding = long.discarding()
    assert len(list(islice(discarding, 3))) == 3
    assert long.is_changing
    if is_closed:
        discarding.close()
    else:
        finish(discarding)
    assert (len(long.document), long.counts.rows, long.is_changing) == (0, 0, False)
    assert (long.undo_label, long.redo_label) == ("", "")
