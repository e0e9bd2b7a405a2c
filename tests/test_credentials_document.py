"""Rows change in one way, and every change can be taken back to the last id."""

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prolific_tui.credentials.document import NO_ROWS, Change, Document, Row, Rows
from prolific_tui.credentials.stepping import OutdatedError
from tests.credentials_strategies import blocks, steady


def contents(document: Document) -> list[Row]:
    return [document.row(index) for index in range(len(document))]


@st.composite
def replacements(draw: st.DrawFn) -> list[tuple[float, float, Rows]]:
    share = st.floats(0, 1)
    return draw(st.lists(st.tuples(share, share, blocks), max_size=8))


def replace_all_of(document: Document, steps: list[tuple[float, float, Rows]]) -> list[Change]:
    done = []
    for one, other, rows in steps:
        start, stop = sorted((round(one * len(document)), round(other * len(document))))
        done.append(document.replace_rows(start, stop, rows))
    return done


class TestDocument:
    @steady
    @given(blocks, replacements())
    def test_the_inverses_backwards_give_everything_back(
        self, rows: Rows, steps: list[tuple[float, float, Rows]]
    ) -> None:
        document = Document(rows, piece=2)
        before = contents(document)
        done = replace_all_of(document, steps)
        after = contents(document)
        for change in reversed(done):
            back = change.inverse
            document.replace_rows(back.start, back.stop, back.inserted)
        assert contents(document) == before
        for change in done:
            document.replace_rows(change.start, change.stop, change.inserted)
        assert contents(document) == after

    @steady
    @given(blocks, replacements())
    def test_an_id_is_never_given_twice(
        self, rows: Rows, steps: list[tuple[float, float, Rows]]
    ) -> None:
        document = Document(rows, piece=2)
        given_out = [row.id for row in contents(document)]
        for change in replace_all_of(document, steps):
            assert change.inserted.ids is not None
            given_out.extend(change.inserted.ids)
        assert len(set(given_out)) == len(given_out)

    def test_ids_stay_with_their_rows_through_inserts(self) -> None:
        document = Document(Rows.of([("a", "1"), ("b", "2")]))
        kept = document.row(1)
        document.replace_rows(0, 0, Rows.of([("c", "3")]))
        assert document.row(2) == kept

    def test_rows_that_bring_ids_never_lead_to_one_being_given_again(self) -> None:
        document = Document(Rows(["a"], ["1"], array("q", [41])))
        document.replace_rows(1, 1, Rows.of([("b", "2")]))
        assert [row.id for row in contents(document)] == [41, 42]

    @steady
    @given(blocks, replacements())
    def test_every_row_is_where_its_id_says_and_no_other_id_is_anywhere(
        self, rows: Rows, steps: list[tuple[float, float, Rows]]
    ) -> None:
        document = Document(rows, piece=2)
        for step in [*steps, (0.0, 1.0, NO_ROWS)]:
            replace_all_of(document, [step])
            here = [row.id for row in contents(document)]
            assert [document.index_of(row_id) for row_id in here] == list(range(len(document)))
            gone = set(range(-1, 60)) - set(here)
            assert all(document.index_of(row_id) is None for row_id in gone)
            asked = [*reversed(here[::2]), *gone, *here[::3]]
            places = {*range(0, len(here), 2), *range(0, len(here), 3)}
            assert document.indices_of(asked) == sorted(places)
            pieces = list(document.pieces())
            assert [pair for _, piece in pieces for pair in piece] == list(document.rows())
            for start, piece in pieces:
                for index in range(start, start + len(piece)):
                    first, again = document.piece(index)
                    assert (first, list(again.ids or ())) == (start, list(piece.ids or ()))

    @pytest.mark.parametrize("given", [1, 3])
    def test_pieces_of_rows_that_changed_meanwhile_come_to_no_end(self, given: int) -> None:
        document = Document(Rows.of([("a", "1"), ("b", "2"), ("c", "3")]), piece=1)
        pieces = document.pieces()
        for _ in range(given):
            next(pieces)
        document.replace_rows(0, 1, NO_ROWS)
        with pytest.raises(OutdatedError):
            next(pieces)

    @steady
    @given(blocks, replacements(), st.integers(1, 5))
    def test_found_rows_are_those_that_are_there(
        self, rows: Rows, steps: list[tuple[float, float, Rows]], limit: int
    ) -> None:
        """Asked before and after every change, so that nothing remembered can be stale."""
        document = Document(rows, piece=2)
        for step in [*steps, (0.0, 0.0, Rows.of([]))]:
            replace_all_of(document, [step])
            usernames = list(document.rows().usernames)
            for name in {*usernames, "a", "nobody"}:
                expected = [row for row, each in enumerate(usernames) if each == name]
                assert list(document.find(name, limit)) == expected[:limit]
                assert list(document.find(name, 1)) == expected[:1]

    @pytest.mark.parametrize("index", [-1, 1])
    def test_a_row_that_is_not_there(self, index: int) -> None:
        document = Document(Rows.of([("a", "1")]))
        for ask in (document.row, document.username, document.password, document.row_id):
            with pytest.raises(IndexError):
                ask(index)

    @pytest.mark.parametrize(("start", "stop"), [(-1, 0), (1, 0), (0, 2), (2, 2)])
    def test_a_part_that_is_not_there_is_left_alone(self, start: int, stop: int) -> None:
        document = Document(Rows.of([("a", "1")]))
        with pytest.raises(IndexError):
            document.replace_rows(start, stop, Rows.of([("b", "2")]))
        assert contents(document) == [Row(0, "a", "1")]


class TestChange:
    def test_rows_that_only_moved_up_are_left_out(self) -> None:
        document = Document(Rows.of([("a", "1"), ("b", "2"), ("c", "3")]))
        block = document.rows()
        change = document.replace_rows(0, 3, block.only([False, True, False]))
        assert change.without_kept() == Change(0, Rows.of([("a", "1"), ("c", "3")]), Rows.of([]))
        assert change.inverse.without_kept() == Change(
            0, Rows.of([]), Rows.of([("a", "1"), ("c", "3")])
        )

    def test_of_rows_edited_in_many_places_the_others_are_left_out(self) -> None:
        document = Document(Rows.of([("a", "1"), ("b", "2"), ("c", "3")]))
        edited = Rows(["a", "x", "c"], ["1", "2", "9"], document.rows().ids)
        change = document.replace_rows(0, 3, edited).without_kept()
        assert list(change.removed) == [("b", "2"), ("c", "3")]
        assert list(change.inserted) == [("x", "2"), ("c", "9")]

    def test_a_row_edited_among_rows_that_went_is_no_kept_one(self) -> None:
        document = Document(Rows.of([("a", "1"), ("b", "2")]))
        change = document.replace_rows(0, 2, Rows(["x"], ["2"], array("q", [1])))
        assert change.without_kept() == change

    def test_rows_that_changed_places_were_not_only_moved(self) -> None:
        document = Document(Rows.of([("a", "1"), ("b", "2")]))
        swapped = Rows(["b", "a"], ["2", "1"], array("q", [1, 0]))
        change = document.replace_rows(0, 2, swapped)
        assert change.without_kept() == change


class TestRows:
    def test_columns_of_different_length_are_no_rows(self) -> None:
        with pytest.raises(ValueError, match="passwords"):
            Rows(["a"], [])
        with pytest.raises(ValueError, match="id"):
            Rows(["a"], ["b"], array("q", [1, 2]))

    def test_equal_by_content_whatever_holds_it(self) -> None:
        assert Rows(("a",), ["b"]) == Rows(["a"], ("b",), array("q", [7]))
        assert Rows.of([("a", "b")]) != Rows.of([("a", "c")])
        assert Rows.of([("a", "b")]) != Rows.of([])
        assert Rows.of([]) != []

    def test_no_repr_shows_a_password(self) -> None:
        document = Document(Rows.of([("a", "hunter2")]))
        change = document.replace_rows(0, 1, document.rows())
        for each in (document, document.row(0), document.rows(), change):
            assert "hunter2" not in repr(each)
        assert "'a'" in repr(document.row(0))
