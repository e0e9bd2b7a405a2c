"""Halving finds exactly the rows that clash, and never takes more requests than was said."""

from hypothesis import example, given
from hypothesis import strategies as st

from prolific_tui.submission.halving import ClashSearch, Pieces


def searched(rows: int, clashing: set[int]) -> tuple[list[int], list[int], int]:
    """The rows accepted, those that clash, and how many requests that took."""
    pieces, requests = Pieces([(0, rows)]), 0
    accepted: list[int] = []
    found: list[int] = []
    while pieces:
        piece = pieces.take()
        names = range(*piece.rows)
        requests += 1
        if clashing.isdisjoint(names):
            accepted += names
            pieces.accepted(piece)
        elif piece.is_single:
            found += names
        else:
            pieces.clashed(piece)
    return accepted, found, requests


@given(rows=st.integers(1, 200), data=st.data())
def test_every_row_is_accepted_or_found_in_order(rows: int, data: st.DataObject) -> None:
    clashing = data.draw(st.sets(st.integers(0, rows - 1), min_size=1))

    accepted, found, requests = searched(rows, clashing)

    assert found == sorted(clashing)
    assert accepted == sorted(set(range(rows)) - clashing)
    assert requests <= ClashSearch(rows).most_sends
    if len(clashing) == 1:
        assert requests <= ClashSearch(rows).sends_for_one


@given(rows=st.integers(1, 64))
@example(5000)
def test_the_most_that_is_said_is_what_it_takes_where_every_row_clashes(rows: int) -> None:
    assert searched(rows, set(range(rows)))[2] == ClashSearch(rows).most_sends
