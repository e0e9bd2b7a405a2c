"""The indexes say after every change what they would say if they were built anew."""

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prolific_tui.credentials.document import Document, Rows
from prolific_tui.credentials.duplicates import (
    DuplicateIndex,
    LookalikeIndex,
    differences,
    is_blank,
    near_key,
)
from prolific_tui.credentials.names import Names
from tests.credentials_strategies import blocks, fields, steady

steps = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), blocks), max_size=8)
any_text = st.text(st.characters(codec=None), max_size=6)


@pytest.fixture(autouse=True, scope="module")
def _names_in_several_parts() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Names, "MOST", 2)
        yield


@steady
@given(blocks, steps)
def test_kept_up_indexes_are_as_good_as_new_ones(
    rows: Rows, changes: list[tuple[float, float, Rows]]
) -> None:
    document = Document(rows)
    exact = DuplicateIndex(rows.usernames)
    alike = LookalikeIndex(exact)
    alike.admit(exact.usernames())
    for one, other, inserted in changes:
        start, stop = sorted((round(one * len(document)), round(other * len(document))))
        names = {*document.rows().usernames, *inserted.usernames}
        before = {name: (exact.is_duplicate(name), alike.is_alike(name)) for name in names}

        change = document.replace_rows(start, stop, inserted)
        flipped, flipped_alike = exact.apply(change), alike.apply(change)

        present = document.rows().usernames
        new = DuplicateIndex(present)
        new_alike = LookalikeIndex(new)
        new_alike.admit(new.usernames())
        assert exact.groups() == new.groups()
        assert set(exact.duplicates()) == set(new.duplicates())
        assert alike.groups() == new_alike.groups()
        assert set(alike.usernames()) == set(new_alike.usernames())
        for name in names:
            assert exact.count(name) == new.count(name) == list(present).count(name)
            assert alike.lookalikes(name) == new_alike.lookalikes(name)
            assert (exact.is_duplicate(name) != before[name][0]) == (name in flipped)
            assert (alike.is_alike(name) != before[name][1]) == (name in flipped_alike)


@steady
@given(blocks)
def test_groups_are_those_that_comparing_everything_finds(rows: Rows) -> None:
    exact = DuplicateIndex(rows.usernames)
    alike = LookalikeIndex(exact)
    alike.admit(exact.usernames())
    counts = Counter(name for name in rows.usernames if near_key(name))
    assert exact.groups() == {name: count for name, count in counts.items() if count > 1}
    for name in counts:
        others = {each for each in counts if each != name and near_key(each) == near_key(name)}
        assert alike.lookalikes(name) == tuple(sorted(others))
        assert alike.is_alike(name) == bool(others)


def test_usernames_that_show_nothing_are_no_duplicates() -> None:
    names = ["", "", " ", " ", "\u200b", "\u200b", "\u2800", "\u3164"]
    exact = DuplicateIndex(names)
    assert exact.groups() == {}
    alike = LookalikeIndex(exact)
    alike.admit(names)
    assert alike.groups() == ()


@steady
@given(any_text | fields)
def test_a_key_is_its_own_key(text: str) -> None:
    assert near_key(near_key(text)) == near_key(text)


@steady
@given(any_text | fields)
def test_an_invisible_character_never_makes_another_key(text: str) -> None:
    """Nor does the short cut that names in ASCII take, which such a character bars."""
    assert near_key(text) == near_key(text + "\u200b")


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        ("lab-b", "Lab-B", ("capitals",)),
        ("lab-b", " lab-b", ("spaces at the edge",)),
        ("lab-b", "lab\u200b-b", ("invisible characters",)),
        ("lab-b", "lab\ufe0f-b", ("invisible characters",)),
        ("jos\u00e9", "jose\u0301", ("Unicode form",)),
        ("lab b", "lab\u00a0b", ("the kind of space",)),
        ("lab\u1680b", "lab\u3000b", ("the kind of space",)),
        ("lab b", "\uff4cab\u00a0b", ("the kind of space", "Unicode form")),
        ("lab", "\u00a0lab", ("spaces at the edge",)),
        ("lab-b", "\uff4cab-b", ("Unicode form",)),
        ("lab-b", "Lab-b ", ("capitals", "spaces at the edge")),
        ("stra\u00dfe", "STRASSE", ("capitals",)),
    ],
)
def test_what_near_duplicates_differ_in_is_said(one: str, other: str, how: tuple[str, ...]) -> None:
    assert near_key(one) == near_key(other)
    assert differences(one, other) == differences(other, one) == how


@steady
@given(fields, fields)
def test_there_is_always_something_to_say_of_a_difference(one: str, other: str) -> None:
    assert differences(one, other)


@steady
@given(any_text | fields)
def test_a_field_is_blank_if_its_key_is(text: str) -> None:
    assert is_blank(text) == (near_key(text) == "")
