"""What is proposed says what it would do, does just that in one step, and shows no password."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prolific_tui.credentials import fixes, groups, search
from prolific_tui.credentials.document import Column, Rows
from prolific_tui.credentials.fixes import Fix
from prolific_tui.credentials.groups import Group, Keep
from prolific_tui.credentials.history import Proposal
from prolific_tui.credentials.problems import Problem
from prolific_tui.credentials.search import Query
from prolific_tui.credentials.session import EditSession
from prolific_tui.credentials.stepping import OutdatedError, finish
from prolific_tui.credentials.view import View
from tests.credentials_steps import hold, make, undo
from tests.credentials_strategies import blocks, steady


def session_of(*rows: tuple[str, str]) -> EditSession:
    return EditSession(Rows.of(rows))


def pairs(session: EditSession) -> list[tuple[str, str]]:
    return list(session.document.rows())


def test_trimming_is_previewed_made_and_taken_back_as_one_step() -> None:
    session = session_of(("lab-1 ", "k1"), ("lab-2", " k2"), ("lab-3", "k3"), ("\tlab-4", "k4 "))
    proposal = finish(fixes.propose(session, Fix.TRIM))
    assert (proposal.count, proposal.label) == (3, "trimming of 3 rows")
    assert proposal.examples == (
        'row 1: "lab-1 " becomes "lab-1"',
        "row 2: the password of lab-2",
        'row 4: "\tlab-4" becomes "lab-4", and the password changes',
    )
    before = pairs(session)
    make(session, proposal)
    assert pairs(session) == [("lab-1", "k1"), ("lab-2", "k2"), ("lab-3", "k3"), ("lab-4", "k4")]
    assert session.undo_label == "trimming of 3 rows"
    undo(session)
    assert pairs(session) == before
    assert not session.can_undo


@steady
@given(blocks)
def test_how_many_duplicates_an_edit_makes_is_known_before_it_is_made(rows: Rows) -> None:
    padded = Rows.of([*rows, *((f" {username}", password) for username, password in rows)])
    session = EditSession(padded)
    proposal = finish(fixes.propose(session, Fix.TRIM))
    before = session.document.rows().usernames
    make(session, proposal)
    after = session.document.rows().usernames
    renamed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert proposal.duplicates == sum(map(session.ledger.exact.is_duplicate, renamed))


def test_an_edit_that_makes_duplicates_says_so() -> None:
    session = session_of(("lab-1", "k1"), (" lab-1", "k2"), ("lab-2 ", "k3"))
    assert finish(fixes.propose(session, Fix.TRIM)).caution == (
        "! 1 of them gets a username that another row has: a duplicate."
    )
    assert finish(search.replace(session, Query("-2"), "-1")).caution == ""
    assert finish(search.replace(session, Query("lab-"), "")).caution == ""
    # A name that another row gives up at the same time is free.
    assert (
        finish(search.replace(session_of(("b", "k"), ("bb", "k")), Query("b"), "bb")).caution == ""
    )
    assert finish(search.replace(session, Query("2 "), "1")).caution.startswith("! 1 of them")


def test_rows_whose_passwords_are_not_there_are_not_called_repeats() -> None:
    session = session_of(("lab-1", ""), ("lab-1", ""), ("lab-2", "k"), ("lab-2", "k"))
    assert finish(fixes.propose(session, Fix.EXACT_REPEATS)).count == 1


@pytest.mark.parametrize(
    ("fix", "label"),
    [
        (Fix.SPACES, "making spaces ordinary in 1 row"),
        (Fix.BLANK, "deletion of 1 row, all blank"),
        (Fix.NFC, "Unicode NFC for 1 row"),
        (Fix.EXACT_REPEATS, "deletion of 1 row that repeated others"),
        (Fix.IN_POOL, "deletion of 2 rows already in this pool"),
        (Fix.TRIM, "trimming of 1 row"),
    ],
)
def test_each_fix_says_what_it_did(fix: Fix, label: str) -> None:
    session = session_of(
        ("lab-1", "k"), ("lab-1", "k"), ("\u200b", " "), ("jose\u0301", "k"), ("lab\u00a02", "k")
    )
    hold(session, {"lab-1", "lab-9"})
    proposal = finish(fixes.propose(session, fix))
    assert proposal.label == label
    make(session, proposal)
    assert finish(fixes.propose(session, fix)).count == 0
    assert make(session, finish(fixes.propose(session, fix))) is None


@pytest.mark.parametrize("rows", [5000, 50_000])
def test_thousands_of_scattered_edits_are_one_step_and_keep_the_rows_between(rows: int) -> None:
    session = session_of(*[(f"lab-{row}" + " " * (row % 2), "k") for row in range(rows)])
    finish(session.examination())
    session.accept([1, 3])
    ids = list(session.document.rows().ids or ())
    proposal = finish(fixes.propose(session, Fix.TRIM))
    assert proposal.count == rows // 2
    make(session, proposal)
    finish(session.examination())
    assert session.counts.goes == rows
    assert list(session.document.rows().ids or ()) == ids
    undo(session)
    finish(session.examination())
    assert (session.counts.goes, session.counts.needs_ok) == (rows // 2 + 2, rows // 2 - 2)


def test_what_was_proposed_for_other_rows_is_not_done() -> None:
    session = session_of(("lab-1 ", "k1"), ("lab-2", "k2"))
    proposal = finish(fixes.propose(session, Fix.TRIM))
    session.delete([0])
    with pytest.raises(OutdatedError):
        make(session, proposal)
    assert pairs(session) == [("lab-2", "k2")]


def test_an_edit_between_two_steps_ends_the_search_for_what_to_fix() -> None:
    session = EditSession(Rows.of((f"{name} ", "k") for name in "abcd"), piece=1)
    steps = fixes.propose(session, Fix.TRIM)
    next(steps)
    session.set_cell(0, Column.USERNAME, "x ")
    with pytest.raises(OutdatedError):
        finish(steps)


def test_a_kind_of_problem_is_accepted_at_once() -> None:
    session = session_of(("la,b", "k"), ("lab ", "k"), ('l"b', "k"), ("ok", ""))
    proposal = finish(fixes.accept_kind(session, Problem.PUNCTUATION_IN_USERNAME))
    assert proposal.label == "OK for 2 rows: comma or quote in username"
    make(session, proposal)
    assert [session.state(row).accepted for row in range(4)] == [True, False, True, False]
    undo(session)
    assert session.counts.needs_ok == 3


def sought(session: EditSession, query: Query, row: int, *, backwards: bool = False) -> int | None:
    """The row in which a text is found next, as the editor looks for it."""
    return finish(View(session).seek(query.matching, row, backwards=backwards)).position


class TestSearching:
    def test_from_match_to_match_and_round_again(self) -> None:
        session = session_of(("Lab-1", "x"), ("other", "lab"), ("lab-2", "x"), ("slab", "x"))
        found = [sought(session, Query("lab"), row) for row in range(4)]
        assert found == [2, 2, 3, 0]
        assert sought(session, Query("lab"), 0, backwards=True) == 3
        assert sought(session, Query("lab", ignore_case=False), 3) == 2
        assert sought(session, Query("SLAB", whole=True), 0) == 3
        assert sought(session, Query("nobody"), 0) is None
        assert sought(session, Query(""), 0) is None

    def test_passwords_are_looked_into_only_if_asked(self) -> None:
        session = session_of(("a", "hunter2"), ("b", "c"))
        assert sought(session, Query("hunter"), 1) is None
        assert sought(session, Query("hunter", passwords=True), 1) == 0

    def test_what_was_typed_is_no_pattern_and_no_template(self) -> None:
        session = session_of(("a.b", "a.b"), ("axb", "k"))
        make(session, finish(search.replace(session, Query("a.b"), r"\1\g<0>")))
        assert pairs(session) == [(r"\1\g<0>", "a.b"), ("axb", "k")]
        assert session.undo_label == "replacement in 1 row"


def test_invisible_characters_are_dropped_and_nothing_else() -> None:
    session = session_of(("a\u200b", "\ufeffy1"), (" b\u00e9", "k\t\u00ad2 "), ("c", "k3"))
    proposal = finish(fixes.propose(session, Fix.INVISIBLE))
    assert proposal.count == 2
    make(session, proposal)
    assert pairs(session) == [("a", "y1"), (" b\u00e9", "k\t2 "), ("c", "k3")]
    assert session.undo_label == "dropping what can't be seen from 2 rows"


def test_spaces_that_no_keyboard_types_become_those_that_people_meant() -> None:
    session = session_of(("a\u00a0b", "k\u20091 x"), ("la\u3000b\u200b", "k2"), ("c d", "k\t3"))
    asked = finish(session.problem_groups())
    assert {group.problem for group in asked} >= {
        Problem.UNUSUAL_SPACE_IN_USERNAME,
        Problem.INVISIBLE_IN_USERNAME,
    }
    proposal = finish(fixes.propose(session, Fix.SPACES))
    assert proposal.count == 2
    assert proposal.examples[0] == 'row 1: "a\u00a0b" becomes "a b", and the password changes'
    make(session, proposal)
    assert pairs(session) == [("a b", "k 1 x"), ("la b\u200b", "k2"), ("c d", "k\t3")]
    assert session.undo_label == "making spaces ordinary in 2 rows"
    make(session, finish(fixes.propose(session, Fix.INVISIBLE)))
    assert {group.problem for group in finish(session.problem_groups())} == {
        Problem.CONTROL_IN_PASSWORD
    }


class TestKeeping:
    def test_three_duplicates_with_different_passwords_keep_the_last(self) -> None:
        session = session_of(("x", "1"), ("y", "k"), ("x", "2"), ("x", "1"), ("y", "k"))
        first, second = finish(groups.groups(session))
        assert first == Group("x", (0, 2, 3), (1, 2, 1), ((), (), ()))
        assert (first.different, second.different) == (True, False)
        make(session, finish(groups.keep(session, first, Keep.LAST)))
        assert pairs(session) == [("y", "k"), ("x", "1"), ("y", "k")]
        assert session.undo_label == "keeping the last row of 3 with x"
        undo(session)
        make(session, finish(groups.keep(session, first, 2)))
        assert pairs(session) == [("y", "k"), ("x", "2"), ("y", "k")]
        assert session.undo_label == "keeping row 3 alone, of 3 with x"

    def test_one_row_of_every_group(self) -> None:
        session = session_of(("x", "1"), ("y", "k"), ("x", "2"), ("z", "1"), ("y", "l"))
        make(session, finish(groups.keep_in_all(session, Keep.FIRST)))
        assert pairs(session) == [("x", "1"), ("y", "k"), ("z", "1")]
        assert session.undo_label == "keeping the first row of 2 groups"
        assert finish(groups.groups(session)) == ()

    def test_a_row_of_another_group_can_not_be_kept(self) -> None:
        session = session_of(("x", "1"), ("x", "2"), ("y", "3"))
        (group,) = finish(groups.groups(session))
        with pytest.raises(ValueError, match="another username"):
            groups.keep(session, group, 2)


@steady
@given(blocks, st.sampled_from(Fix))
def test_no_proposal_shows_a_password(rows: Rows, fix: Fix) -> None:
    secret = Rows.of((f" {name} ", f"{word} hunter2 e\u0301 ") for name, word in rows)
    session = EditSession(Rows.of([*secret, *secret]), held=set(secret.usernames))
    proposals: list[Proposal] = [
        finish(fixes.propose(session, fix)),
        finish(search.replace(session, Query("e", passwords=True), "hunter2")),
        finish(groups.keep_in_all(session, Keep.FIRST)),
    ]
    for proposal in proposals[::2]:
        assert "hunter2" not in repr(proposal)
    assert not any("hunter2 " in example for example in proposals[1].examples)
    assert "hunter2" not in repr(finish(groups.groups(session)))
