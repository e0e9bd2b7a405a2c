"""What a plan says it will do, and that it is exactly the rows that go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prolific_tui.credentials.csvtext import PLAIN, dump, parse
from prolific_tui.credentials.rows import Rows
from prolific_tui.credentials.session import EditSession, Verdict
from prolific_tui.models import CredentialPool, WebhookSecret, Workspace
from prolific_tui.secret import Secret
from prolific_tui.submission.plan import Kind, SecretPlan, Target, plan
from tests import credentials_strategies as hard

WORKSPACE = Workspace("w-1", "Reasoning evals")
POOL = CredentialPool("p-1", 60, 12, "w-1")
CREATE, APPEND = Target(WORKSPACE), Target(WORKSPACE, POOL)
MIXED = (
    ("lab-1", "pw-one"),
    ("lab-2", "pw-two"),
    ("lab-3", ""),
    ("lab-2", "pw-three"),
    ("Lab-1", "pw-four"),
    ("lab-5", "pw,five"),
    ("lab-6", "pw-six"),
)
"""Of these only the last goes as they stand: two are alike, two the same, one has no password and
one a comma in it."""


def test_only_the_rows_that_go_are_in_the_plan() -> None:
    session = EditSession(Rows.of(MIXED))

    made = plan(session, APPEND, "wave.csv: UTF-8, comma")

    assert made.credentials == Secret("lab-6,pw-six")
    assert list(made.row_ids) == [session.document.row_id(6)]
    assert made.rows == 1
    assert made.kind is Kind.APPEND
    assert made.source == "wave.csv: UTF-8, comma"


def test_what_stays_behind_is_told_with_its_reason() -> None:
    made = plan(EditSession(Rows.of(MIXED)), CREATE, "")

    assert made.left_out == ("2 rows: same username as another row", "1 row: no password")
    assert made.needs_ok == (
        "2 rows: nearly the same username as another row",
        "1 row: comma or quote in password",
    )


def test_rows_that_a_person_accepted_go_in_the_order_of_the_list() -> None:
    session = EditSession(Rows.of(MIXED))
    session.accept([5, 0])

    made = plan(session, CREATE, "")

    assert made.credentials == Secret('lab-1,pw-one\nlab-5,"pw,five"\nlab-6,pw-six')
    assert list(made.row_ids) == [session.document.row_id(index) for index in (0, 5, 6)]


def test_a_plan_stays_what_was_confirmed_whatever_is_edited_afterwards() -> None:
    session = EditSession(Rows.of((("lab-1", "pw-one"), ("lab-2", "pw-two"))))
    made = plan(session, CREATE, "")

    session.delete([0, 1])

    assert made.credentials == Secret("lab-1,pw-one\nlab-2,pw-two")
    assert made.rows == 2


def test_an_empty_list_makes_a_plan_that_sends_nothing() -> None:
    made = plan(EditSession(), CREATE, "")

    assert (made.rows, made.credentials) == (0, Secret(""))
    assert not made.needs_ok + made.left_out


@given(hard.any_blocks)
def test_the_text_is_the_rows_that_go_and_nothing_else(rows: Rows) -> None:
    session = EditSession(rows)
    going = [
        index
        for index in range(len(session.document))
        if session.state(index).verdict is Verdict.GOES
    ]

    made = plan(session, CREATE, "")

    wanted = Rows.of((rows.usernames[index], rows.passwords[index]) for index in going)
    assert made.credentials == Secret(dump(wanted))
    assert list(made.row_ids) == [session.document.row_id(index) for index in going]
    assert bool(made.needs_ok + made.left_out) == (len(going) < len(rows))
    if going:
        assert parse(made.credentials.reveal(), PLAIN).rows == wanted


@given(st.lists(st.text("abcdef", min_size=12), min_size=1, max_size=5))
def test_no_repr_holds_a_password(passwords: list[str]) -> None:
    rows = Rows.of((f"user-{number}", word) for number, word in enumerate(passwords))
    for made in (plan(EditSession(rows), CREATE, "x"), plan(EditSession(rows), APPEND, "x")):
        assert not any(word in f"{made!r} {made}" for word in passwords)


def test_the_repr_of_a_replacement_does_not_hold_the_secret() -> None:
    made = SecretPlan(WORKSPACE, WebhookSecret("s-1", Secret("whs-value"), "w-1"))

    assert "whs-value" not in f"{made!r} {made}"


@pytest.mark.parametrize("rows", [1, 41, 1500])
def test_the_words_that_are_typed_name_the_number_that_goes(rows: int) -> None:
    session = EditSession(Rows.of((f"lab-{n:04}", "pw-long-enough") for n in range(rows)))

    assert plan(session, CREATE, "").confirmation == f"send {rows}"


@pytest.mark.parametrize(
    ("old", "words"),
    [
        (None, "create"),
        (WebhookSecret("63722971f9cc073ecc730f6a"), "replace 0f6a"),
        (WebhookSecret("6a"), "replace 6a"),
        (WebhookSecret(None), "replace"),
    ],
)
def test_the_words_for_a_secret_name_the_end_of_the_old_id(
    old: WebhookSecret | None, words: str
) -> None:
    made = SecretPlan(WORKSPACE, old)

    assert made.confirmation == words
    assert (made.kind, made.rows, made.source) == (Kind.REPLACE_SECRET, 0, "")


def test_a_target_is_the_same_whatever_its_totals_are_by_now() -> None:
    later = Target(WORKSPACE, CredentialPool("p-1", 99, 51, "w-1"))

    assert later.key == APPEND.key
    assert CREATE.key != APPEND.key
    assert (CREATE.kind, APPEND.kind) == (Kind.CREATE, Kind.APPEND)
