"""Selecting rows, and looking for rows in a view, against what a naive list of rows says."""

from hypothesis import given
from hypothesis import strategies as st

from prolific_tui.credentials.document import Column
from prolific_tui.credentials.rows import Rows
from prolific_tui.credentials.search import Query
from prolific_tui.credentials.selection import Selection, accept, delete
from prolific_tui.credentials.session import EditSession, Verdict
from prolific_tui.credentials.stepping import finish
from prolific_tui.credentials.view import ALL, Filter, Order, View
from tests.credentials_steps import make, redo, undo
from tests.credentials_strategies import pairs, steady, usual

lists = st.lists(pairs, min_size=1, max_size=12)
orders = st.sampled_from(Order)
filters = st.sampled_from((ALL, Filter(problems=True), Filter(query=Query("a"))))


def session_of(rows: list[tuple[str, str]]) -> tuple[EditSession, View]:
    session = EditSession(Rows.of(rows), piece=3)
    return session, View(session, small=0)


@given(lists, orders, filters, st.data())
@steady
def test_a_row_is_sought_as_one_would_by_going_down_the_screen(
    rows: list[tuple[str, str]], order: Order, shown: Filter, data: st.DataObject
) -> None:
    session, view = session_of(rows)
    finish(view.choose(shown, order))
    start = data.draw(st.integers(0, max(len(view) - 1, 0)))
    backwards = data.draw(st.booleans())
    step = -1 if backwards else 1
    round_trip = [(start + step * count) % len(view) for count in range(1, len(view) + 1)]
    on_screen = [session.document.row(view.row(position) or 0) for position in round_trip]
    bad = [row.id for row in on_screen if session.ledger.verdict(row) is not Verdict.GOES]
    sought = finish(view.seek_problem(start, backwards=backwards))
    if not bad:
        assert sought.position is None
        assert sought.exists == (session.counts.goes < len(rows))
    else:
        assert sought.position is not None
        assert session.document.row_id(view.row(sought.position) or 0) == bad[0]


@given(lists, orders, st.data())
@steady
def test_selected_rows_stay_selected_through_edits_until_they_are_gone(
    rows: list[tuple[str, str]], order: Order, data: st.DataObject
) -> None:
    session, view = session_of(rows)
    finish(view.choose(ALL, order))
    selection = Selection(session, view)
    expected: set[int] = set()
    for row in data.draw(st.lists(st.integers(0, len(rows) - 1), max_size=4)):
        selection.toggle(session.document.row_id(row))
        expected ^= {session.document.row_id(row)}
    one, other = data.draw(st.tuples(*[st.integers(0, len(view) - 1)] * 2))
    selection.begin_range(one)
    in_range = {
        session.document.row_id(view.row(position) or 0)
        for position in range(min(one, other), max(one, other) + 1)
    }
    for position in range(len(view)):
        row_id = session.document.row_id(view.row(position) or 0)
        assert selection.holds(row_id, position, other) == (row_id in expected | in_range)
    finish(selection.end_range(other))
    expected |= in_range
    gone = data.draw(st.integers(0, len(rows) - 1))
    gone_id = session.document.row_id(gone)
    for delta in (session.delete([gone]), session.insert(0, Rows.of([("new", "row")]))):
        assert delta is not None
        view.follow(delta)
        selection.follow(delta)
    selected = finish(selection.rows())
    assert list(selected) == sorted(selected)
    assert {session.document.row_id(row) for row in selected} == expected - {gone_id}
    assert len(selection) == len(expected - {gone_id})


@given(lists, filters, orders, st.data())
@steady
def test_only_rows_that_the_view_shows_stay_selected_whatever_is_changed_and_undone(
    rows: list[tuple[str, str]], shown: Filter, order: Order, data: st.DataObject
) -> None:
    session, view = session_of(rows)
    finish(view.choose(shown, order))
    selection = Selection(session, view)
    for _ in range(data.draw(st.integers(1, 6))):
        visible = set(view.ids(0, len(view)))
        for row_id in sorted(visible):
            if data.draw(st.booleans()):
                selection.toggle(row_id)
        before = set(map(session.document.row_id, finish(selection.rows())))
        row = data.draw(st.integers(0, len(rows) - 1))
        change = data.draw(st.sampled_from(("edit", "accept", "undo", "redo")))
        if change == "edit":
            delta = session.set_cell(row, data.draw(st.sampled_from(Column)), data.draw(usual))
        elif change == "accept":
            delta = session.accept([row])
        else:
            delta = undo(session) if change == "undo" else redo(session)
        if delta is None:
            continue
        view.follow(delta)
        selection.follow(delta)
        if view.is_outdated:
            finish(view.refresh())
            selection.follow_view()
        visible = set(view.ids(0, len(view)))
        selected = set(map(session.document.row_id, finish(selection.rows())))
        assert selected == before & visible


def test_a_range_follows_its_first_row_and_ends_with_it() -> None:
    session, view = session_of([(f"lab-{row}", "pw") for row in range(6)])
    selection = Selection(session, view)
    selection.begin_range(2)
    delta = session.insert(0, Rows.of([("new", "row")]))
    assert delta is not None
    assert selection.follow(delta)
    assert selection.range_to(5) == range(3, 6)
    assert selection.range_to(1) == range(1, 4)
    delta = session.delete([3])
    assert delta is not None
    assert selection.follow(delta), "what was drawn as selected is to be drawn again"
    assert not selection


def test_thousands_of_selected_rows_are_found_without_a_look_at_each() -> None:
    session = EditSession(Rows.of([(f"lab-{row}", "pw") for row in range(9000)]))
    selection = Selection(session, View(session))
    selection.begin_range(10)
    finish(selection.end_range(8000))
    assert finish(selection.rows()) == list(range(10, 8001))


def test_what_is_done_to_selected_rows_is_one_step_that_names_them() -> None:
    rows = [("lab-1", "a,"), ("lab-2", "b"), ("lab-3", ""), ("lab-4", "d,")]
    session, _ = session_of(rows)
    proposal = finish(accept(session, range(4)))
    assert (proposal.label, proposal.count) == ("OK for 2 rows", 2)
    make(session, proposal)
    assert session.counts.goes == 3
    make(session, finish(delete(session, [1])))
    assert session.undo_label == "deletion of row 2"
    undo(session)
    undo(session)
    assert list(session.document.rows()) == rows
    assert session.counts.goes == 1
