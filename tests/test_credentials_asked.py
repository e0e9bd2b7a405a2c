"""A pool is asked which rows of a long list it holds, while they are edited."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prolific_tui.credentials import selection
from prolific_tui.credentials.document import Column, Rows
from prolific_tui.credentials.history import ANY_ROW
from prolific_tui.credentials.session import EditSession
from prolific_tui.credentials.stepping import Steps, finish
from tests.credentials_steps import ROWS, hold, long_list
from tests.credentials_strategies import steady

Edit = Callable[[EditSession], Steps[object] | None]
"""Makes a change, or gives the steps of one."""


def _insert(at: int, names: list[str]) -> Edit:
    def edit(session: EditSession) -> Steps[object]:
        rows = Rows.of((name, "k") for name in names)
        return session.inserting(min(at, len(session.document)), rows)

    return edit


def _delete(at: int, count: int) -> Edit:
    def edit(session: EditSession) -> Steps[object] | None:
        size = len(session.document)
        wanted = range(min(at, size), min(at + count, size))
        return session.making(finish(selection.delete(session, wanted)))

    return edit


def _rename(at: int, name: str) -> Edit:
    def edit(session: EditSession) -> None:
        if at < len(session.document):
            session.set_cell(at, Column.USERNAME, name)

    return edit


def _load(*, is_kept: bool) -> Edit:
    def edit(session: EditSession) -> Steps[None]:
        load = yield from session.loading("load")
        for name in ("lab-1", "lab-3", "lab-4"):
            load.feed(Rows.of([(name, "k")]))
            yield load.rows
        if is_kept:
            load.finish()
        else:
            yield from load.abandoning()

    return edit


usernames = st.sampled_from(["lab-1", "lab-2", "Lab-2", "lab-3", ""])
pools = st.frozensets(usernames)
places_in_it = st.integers(0, 9)
edits: st.SearchStrategy[Edit] = st.one_of(
    st.builds(_insert, places_in_it, st.lists(usernames)),
    st.builds(_delete, places_in_it, st.integers(1, 6)),
    st.builds(_rename, places_in_it, usernames),
    st.builds(_load, is_kept=st.booleans()),
    st.sampled_from([EditSession.undoing, EditSession.redoing]),
)


def _made(session: EditSession, edits: Iterable[Edit]) -> Iterator[int]:
    """Make the edits, and stop wherever somebody else may get a turn."""
    for edit in edits:
        yield from edit(session) or ()
        yield 0


@steady
@given(
    st.lists(usernames, max_size=12), pools, pools, pools, pools, st.lists(edits), st.integers(1, 3)
)
def test_rows_may_change_while_a_pool_is_asked_what_it_holds(
    names: list[str],
    held: frozenset[str],
    perhaps: frozenset[str],
    held_now: frozenset[str],
    perhaps_now: frozenset[str],
    made: list[Edit],
    turns: int,
) -> None:
    session = EditSession(Rows.of((name, "k") for name in names), piece=2, at_once=4)
    session.refuse({"lab-1"})
    hold(session, held, perhaps)
    asking = session.holding(held_now, perhaps_now)
    changing = _made(session, made)
    for _ in asking:
        list(islice(changing, turns))
    list(changing)
    finish(session.examination())

    anew = EditSession(session.document.rows())
    hold(anew, held_now | {"lab-1"}, perhaps_now)
    assert session.counts == anew.counts
    for row in range(len(session.document)):
        assert session.state(row) == anew.state(row)


def test_what_a_pool_is_found_to_hold_is_told_and_nothing_else() -> None:
    long = long_list()
    finish(long.examination())
    asking = long.holding({"lab-00007", "lab-11998", "lab-x"}, {"lab-00008", "lab-00009"})
    assert len(list(asking)) > 10
    assert (long.counts.left_out, long.counts.needs_ok) == (5, 4)
    assert hold(long, {"lab-00007", "lab-11998"}, {"lab-00008"}).related == {"lab-00009"}
    assert hold(long, {"lab-00007"}, {"lab-00008", "lab-11998"}).related == {"lab-11998"}
    assert hold(long, {f"lab-{row:05}" for row in range(ROWS)}) == ANY_ROW, "too many to name"


@pytest.mark.parametrize("turns", [1, 12])
def test_a_row_that_is_edited_while_a_pool_is_asked_may_be_of_another_kind(
    turns: int,
) -> None:
    """Who follows the rows puts it where it belonged by the marks of then."""
    long = long_list()
    finish(long.examination())
    asking = long.holding({"lab-00007"}, frozenset())
    assert len(list(islice(asking, turns))) == turns
    long.set_cell(11_000, Column.PASSWORD, "")
    assert finish(asking) == ANY_ROW


def test_no_pool_holds_a_row_without_a_username() -> None:
    session = EditSession(Rows.of([("", "k"), (" ", "k"), ("lab-1", "k")]))
    hold(session, {"", " ", "lab-1"})
    assert session.ledger.in_pool == 1
    assert session.state(0).letter == session.state(1).letter == "B"
