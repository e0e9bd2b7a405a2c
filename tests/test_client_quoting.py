"""What is quoted of a service that quotes what it was sent: never a password, nor a part of one."""

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from prolific_tui.client.meaning import LONGEST_DETAIL, quotable
from prolific_tui.secret import MASK

PASSWORD = "hunter2secret"
TOKEN = "sentinel-0000-token-1111"
WITHHELD = "What it says is not shown here, because it may hold a password or the token."


def quoted(sentence: str, *passwords: str) -> str:
    """What is quoted of one sentence."""
    (shown,) = quotable([sentence], [TOKEN, *(passwords or (PASSWORD,))])
    return shown


def test_a_password_is_masked_and_the_rest_is_quoted() -> None:
    assert quoted(f"Line 1 is bad: lab-1,{PASSWORD}") == f"Line 1 is bad: lab-1,{MASK}"


def test_the_token_is_masked_where_a_request_holds_nothing_else() -> None:
    assert quotable([f"No {TOKEN} here"], [TOKEN]) == (f"No {MASK} here",)


@pytest.mark.parametrize("place", range(LONGEST_DETAIL - len(PASSWORD) - 2, LONGEST_DETAIL + 2))
def test_a_password_where_the_sentence_is_cut_is_masked_before(place: int) -> None:
    shown = quoted(f"{'.' * place}{PASSWORD} and more" + "." * LONGEST_DETAIL)
    assert len(shown) == LONGEST_DETAIL
    assert "hu" not in shown


def test_a_sentence_is_squeezed_onto_one_line_and_cut() -> None:
    assert quoted("two\nlines\tand  more ") == "two lines and more"
    assert quoted("x" * 9999) == "x" * (LONGEST_DETAIL - 1) + "…"


@pytest.mark.parametrize("spaced", ["a1  b2  c3", "a1\tb2\n\nc3"])
@pytest.mark.parametrize("said", ["{0}", "Bad: {0}!"])
def test_white_space_in_a_password_hides_it_from_no_mask(spaced: str, said: str) -> None:
    for spelling in (spaced, " ".join(spaced.split())):
        assert quoted(said.format(spelling), spaced) == said.format(MASK)


ODD = "q1\"w2\\e3,r4't5\u00e9"


@pytest.mark.parametrize(
    "spelling",
    [
        ODD,
        ODD.replace('"', '""'),
        json.dumps(ODD)[1:-1],
        json.dumps(ODD, ensure_ascii=False)[1:-1],
        repr(ODD)[1:-1],
        json.dumps(ODD.replace('"', '""'))[1:-1],
        repr(ODD.replace('"', '""'))[1:-1],
    ],
)
def test_a_password_is_masked_in_every_spelling(spelling: str) -> None:
    assert quoted(f"Bad: <{spelling}>", ODD) == f"Bad: <{MASK}>"


def test_passwords_that_overlap_or_hold_each_other_are_masked_as_one() -> None:
    assert quoted("no abc123def456 here", "abc123def", "123def456") == f"no {MASK} here"
    assert quoted("no hunter2x9 here", "hunter2x", "hunter2x9") == f"no {MASK} here"


@pytest.mark.parametrize("ordinary", ["", "x9", "a b c", "already", "PASSWORD", "20261121"])
def test_what_might_stand_there_by_chance_is_not_masked_but_withheld(ordinary: str) -> None:
    assert quoted("This username already exists", ordinary, PASSWORD) == WITHHELD


@pytest.mark.parametrize(
    "said",
    [
        "Bad line: lab-1,hunter2se...",
        "...er2secret is bad",
        "HUNTER2SECRET is bad",
        "hunter2 secret is bad",
        "hunter2%73ecret is bad",
    ],
)
def test_a_part_of_a_password_or_a_strange_spelling_withholds_the_sentence(said: str) -> None:
    assert quoted(said) == WITHHELD


def test_only_the_sentence_that_may_hold_a_password_is_withheld_and_said_so_once() -> None:
    said = ["credentials: HUNTER2SECRET", "credentials: Hunter2Secret", "Try again."]
    assert quotable(said, [PASSWORD], ["credentials", "workspace_id"]) == (
        "What it says of credentials is not shown here, because it may hold a password or the"
        " token.",
        "Try again.",
    )


@given(st.text(min_size=1), st.text(), st.text())
def test_no_password_is_ever_quoted(password: str, before: str, after: str) -> None:
    bare = "".join(password.split())
    assume(bare)
    for said in (password, password.replace('"', '""'), json.dumps(password), repr(password)):
        (shown,) = quotable([f"{before}{said}{after}"], [password])
        if shown != WITHHELD:
            left = "".join(shown.replace(MASK, "").split())
            assert bare not in left
