"""What is wrong with a row on its own account."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prolific_tui.credentials.problems import (
    LEGEND,
    Problem,
    _closer_look,
    intrinsic,
    row_list,
    suspects,
)
from prolific_tui.credentials.rows import Rows
from tests.credentials_strategies import any_blocks, fields, steady

printable = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7F), max_size=10)
headers = st.sampled_from(
    ["user", "Login", "e-mail", "pass", "PWD", "Password [Required]", "user_password", "pa-ss"]
)
hashes = st.builds(
    "{}{}".format,
    st.sampled_from(
        [
            "$2b$",
            "$6$",
            "$argon2id$",
            "$pbkdf2-sha256$",
            "{SSHA}",
            "{crypt}",
            "{PBKDF2-SHA}",
            "pbkdf2_sha256$",
            "bcrypt_sha256$",
            "bcrypt$",
            "argon2$",
            "scrypt:32768",
        ]
    ),
    st.sampled_from(["a" * 16, "a" * 15 + " ", "a" * 9]),
)
words = printable | headers | hashes | fields


@steady
@given(words, words)
def test_the_short_cut_for_ordinary_rows_hides_nothing(username: str, password: str) -> None:
    assert intrinsic(username, password) == _closer_look(username, password)


@steady
@given(any_blocks)
def test_rows_that_are_not_suspected_have_no_problem(rows: Rows) -> None:
    clear = set(range(len(rows))) - set(suspects(rows))
    assert all(not intrinsic(rows.usernames[row], rows.passwords[row]) for row in clear)


def test_ordinary_rows_are_not_even_suspected() -> None:
    assert suspects(Rows.of([("lab-b-061", "k3-9fQ;x"), ("you@lab.org", "a.b*c$")])) == []


@pytest.mark.parametrize(
    ("username", "password", "problems"),
    [
        ("", "k1", {Problem.NO_USERNAME}),
        ("  ", "k1", {Problem.NO_USERNAME}),
        ("\u200b", "k1", {Problem.NO_USERNAME}),
        ("lab", "", {Problem.NO_PASSWORD}),
        ("lab", " \u00a0", {Problem.NO_PASSWORD}),
        ("", "", {Problem.NO_USERNAME, Problem.NO_PASSWORD}),
        ("la\x1bb", "k1", {Problem.CONTROL_IN_USERNAME}),
        ("la\nb", "k1", {Problem.CONTROL_IN_USERNAME}),
        ("la\u2028b", "k1", {Problem.CONTROL_IN_USERNAME}),
        ("la\x85b", "k1", {Problem.CONTROL_IN_USERNAME}),
        ("lab", "k\t1", {Problem.CONTROL_IN_PASSWORD}),
        ("lab", "k\ud8001", {Problem.CONTROL_IN_PASSWORD}),
        ("lab", "****", {Problem.PLACEHOLDER}),
        ("lab", "\u2022\u2022\u2022", {Problem.PLACEHOLDER}),
        ("lab", ".....", {Problem.PLACEHOLDER}),
        ("jos\ufffd", "k1", {Problem.UNREADABLE_IN_USERNAME}),
        ("lab", "k\ufffd1", {Problem.UNREADABLE_IN_PASSWORD}),
        ("lab", "xXx", {Problem.PLACEHOLDER}),
        ("lab", "Password", {Problem.PLACEHOLDER}),
        ("lab", "password1", set()),
        ("lab", "$2b$12$C6UzMDM.H6dfI/f/IKcEeO3q0TBmOcb3sSsgHjDKYCxY5vGk5e3Lm", {Problem.HASH}),
        ("lab", "{SSHA}0c0blFTXXNuAMHECS4uxrj3ZieMoWImr", {Problem.HASH}),
        ("lab", "pbkdf2_sha256$600000$salt$0c0blFTXXNuAMHECS4uxrj3Z", {Problem.HASH}),
        ("lab", "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8", set()),
        ("lab", "$2 for a {coffee}", set()),
        ("lab", "x*x", set()),
        ("User name", "PASS", {Problem.HEADER}),
        ("Login", "password", {Problem.HEADER, Problem.PLACEHOLDER}),
        ("p\u0430ypal", "k1", {Problem.MIXED_SCRIPTS}),
        ("\u03b1lpha", "k1", {Problem.MIXED_SCRIPTS}),
        ("\u043b\u0430\u0431-1", "k1", set()),
        ("lab-\u6771", "k1", set()),
        ("la\u200bb", "k1", {Problem.INVISIBLE_IN_USERNAME}),
        ("la\u202eb", "k1", {Problem.INVISIBLE_IN_USERNAME}),
        ("lab", "k\u00ad1", {Problem.INVISIBLE_IN_PASSWORD}),
        ("lab ", "k1", {Problem.EDGE_SPACE_IN_USERNAME}),
        ("lab", "\u00a0k1", {Problem.EDGE_SPACE_IN_PASSWORD}),
        ("lab b", "k 1", set()),
        ("lab\u00a0b", "k1", {Problem.UNUSUAL_SPACE_IN_USERNAME}),
        (
            "lab\u3000b",
            "k\u202f1",
            {Problem.UNUSUAL_SPACE_IN_USERNAME, Problem.UNUSUAL_SPACE_IN_PASSWORD},
        ),
        ("la,b", "k1", {Problem.PUNCTUATION_IN_USERNAME}),
        ("lab", 'k"1', {Problem.PUNCTUATION_IN_PASSWORD}),
        ("jos\u00e9", "p\u00e4ss\U0001f600", set()),
    ],
)
def test_what_is_wrong_with_a_row(username: str, password: str, problems: set[Problem]) -> None:
    assert set(intrinsic(username, password)) == problems


@steady
@given(words, words)
def test_the_gravest_comes_first(username: str, password: str) -> None:
    found = intrinsic(username, password)
    assert found == tuple(problem for problem in Problem if problem in found)


def test_blocking_problems_are_graver_than_all_others() -> None:
    blocking = [problem.blocking for problem in Problem]
    assert blocking == sorted(blocking, reverse=True)


def test_the_legend_knows_every_letter_and_no_other() -> None:
    assert {letter for letter, _ in LEGEND} == {problem.letter for problem in Problem}
    assert all((problem.letter == "L") != problem.blocking for problem in Problem)


@pytest.mark.parametrize(
    ("rows", "total", "said"),
    [
        ([6], 1, "row 7"),
        ([2, 8], 2, "rows 3 and 9"),
        ([2, 8, 9], 3, "rows 3, 9 and 10"),
        ([2, 8, 1233], 1003, "rows 3, 9, 1,234 and 1,000 more"),
    ],
)
def test_rows_are_named_from_one(rows: list[int], total: int, said: str) -> None:
    assert row_list(rows, total) == said
