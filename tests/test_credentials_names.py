"""Names held in parts are what one set of them would be."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prolific_tui.credentials.names import Names
from tests.credentials_strategies import steady

names = st.sampled_from("abcdefghijklmnop")


@pytest.fixture(autouse=True, scope="module")
def _small_parts() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Names, "MOST", 3)
        yield


@steady
@given(st.lists(st.tuples(st.booleans(), st.one_of(names, st.lists(names, max_size=8)))))
def test_they_are_what_one_set_would_be(steps: list[tuple[bool, str | list[str]]]) -> None:
    held, model = Names(), set[str]()
    for comes, what in steps:
        if isinstance(what, list):
            assert held.absorb(what) == model.intersection(what)
            model.update(what)
        elif comes:
            held.add(what)
            model.add(what)
        else:
            held.discard(what)
            model.discard(what)
        assert sorted(held) == sorted(model)
        assert len(held) == len(model)
        assert {name for name in "abcdefghijklmnopq" if name in held} == model
    parts = held.take_apart()
    assert sorted(name for part in parts for name in part) == sorted(model)
    assert not len(held)
