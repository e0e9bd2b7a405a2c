"""What is said of a write when the looks before and after it are odd."""

import pytest

from prolific_tui.demo.seed import CHATBOT_B
from prolific_tui.errors import Effect, ServiceError
from prolific_tui.models import CredentialPool, WebhookSecret
from prolific_tui.secret import Secret
from prolific_tui.submission.looks import PoolsLook, SecretLook, is_same_secret
from prolific_tui.submission.outcome import (
    credentials_accepted,
    credentials_troubled,
    secret_made,
    secret_troubled,
)
from prolific_tui.submission.plan import SecretPlan
from tests.submission_bench import POOL, WORKSPACE, Write, credential_plan

APPEND, CREATE = credential_plan(Write.APPEND), credential_plan(Write.CREATE)
OTHER = CredentialPool("other", 5, 5)
ONE, TWO = WebhookSecret("one", Secret("1")), WebhookSecret("two", Secret("2"))
REPLACE = SecretPlan(WORKSPACE, ONE)


def pools(total: int | None, free: int | None = None) -> tuple[CredentialPool, ...]:
    return OTHER, CredentialPool(CHATBOT_B, total, free)


def looked(before: int | None, after: int | None, free: int | None = None) -> PoolsLook:
    return PoolsLook(pools(before), pools(after, free), "")


def trouble(effect: Effect, status: int | None = None) -> ServiceError:
    return ServiceError("Title", "What happened.", "Do this.", effect=effect, status=status)


@pytest.mark.parametrize(
    ("look", "words"),
    [
        (looked(60, 63, 15), "The pool's total was 60 and is 63 now, 15 free."),
        (looked(60, 63), "The pool's total was 60 and is 63 now."),
        (looked(1997, 2000, 1500), "The pool's total was 1,997 and is 2,000 now, 1,500 free."),
        (looked(None, 63, 15), "The pool's total is 63 now, 15 free."),
        (looked(60, None), "Prolific does not tell the pool's total."),
        (
            looked(60, 70, 15),
            "is 70 now, 15 free. That is more than was sent: somebody else may have added to it"
            " as well.",
        ),
        (
            looked(60, 60, 12),
            "is 60 now, 12 free. That is less than was sent would make it: the listing may be"
            " late.",
        ),
        (PoolsLook((POOL,), (OTHER,), ""), "A look afterwards does not list it."),
        (PoolsLook((POOL,), None, "No network"), "The totals afterwards are not known (No net"),
    ],
)
def test_an_accepted_append_quotes_what_it_sees(look: PoolsLook, words: str) -> None:
    outcome = credentials_accepted(APPEND, CHATBOT_B, look)

    assert outcome.effect is Effect.ACCEPTED
    assert outcome.title == "3 credentials appended"
    assert outcome.message.startswith("Prolific accepted the list. ")
    assert words in outcome.message
    assert "?" not in outcome.message


def test_an_accepted_create_names_the_pool_it_made() -> None:
    made = CredentialPool("new", 3, 3)

    outcome = credentials_accepted(CREATE, "new", PoolsLook((POOL,), (POOL, made), ""))

    assert outcome.title == "3 credentials in a new pool"
    assert outcome.message == "Prolific accepted the list. The pool's total is 3 now, 3 free."
    assert outcome.pool == made


def test_an_answer_without_an_id_leaves_open_which_pool_it_made() -> None:
    two = CredentialPool("mine?", 3, 3), CredentialPool("theirs?", 3, 3)

    outcome = credentials_accepted(CREATE, None, PoolsLook((POOL,), (POOL, *two), ""))

    assert "New in the workspace since just before: mine? with 3, theirs? with 3." in (
        outcome.message
    )
    assert outcome.pool is None


@pytest.mark.parametrize(
    ("look", "words"),
    [
        (looked(60, 60), "The pool's total is still 60."),
        (looked(60, 63), "was 60 and is 63 now, which is consistent with all 3 having arrived."),
        (looked(60, 62), "The pool's total was 60 and is 62 now."),
        (looked(60, 66), "The pool's total was 60 and is 66 now."),
        (looked(None, 63), "The pool's total is 63 now; what it was before is not known."),
        (looked(60, None), "does not tell the pool's total, so it can't show what became of this."),
        (looked(None, None), "does not tell the pool's total"),
        (PoolsLook((POOL,), (OTHER,), ""), "does not list the pool in this workspace."),
        (PoolsLook((POOL,), None, "No network"), "are not known (No network)."),
    ],
)
def test_an_unknown_append_quotes_figures_without_a_claim(look: PoolsLook, words: str) -> None:
    outcome = credentials_troubled(APPEND, trouble(Effect.UNKNOWN), look)

    assert outcome.title == "We do not know whether this arrived"
    assert outcome.message.startswith("What happened. ")
    assert words in outcome.message
    assert "settle it in 3 History before you send" in outcome.hint
    assert ("consistent" in outcome.message) == ("was 60 and is 63 now" in words)


@pytest.mark.parametrize(
    ("appeared", "words"),
    [
        ((), "A look afterwards shows no new pool."),
        ((2,), "New in the workspace since just before: new-0 with 2."),
        ((3,), "new-0 with 3, which is consistent with this list having arrived."),
        ((7, 3), "new-1 with 3, new-0 with 7, which is consistent with this list having"),
        ((1, 1, 1, 1, 1), "new-2 with 1 and 2 more."),
        ((None,), "new-0 with ?."),
    ],
)
def test_an_unknown_create_names_the_pools_that_are_new(
    appeared: tuple[int | None, ...], words: str
) -> None:
    new = (CredentialPool(f"new-{number}", total) for number, total in enumerate(appeared))

    outcome = credentials_troubled(
        CREATE, trouble(Effect.UNKNOWN), PoolsLook((POOL,), (POOL, *new), "")
    )

    assert words in outcome.message
    assert outcome.pool is None


@pytest.mark.parametrize("growth", [-1, 1, 3])
def test_a_refused_list_is_never_said_to_be_in_a_pool_that_grew(growth: int) -> None:
    outcome = credentials_troubled(APPEND, trouble(Effect.REFUSED, 409), looked(60, 60 + growth))

    assert f"was 60 and is {60 + growth} now: somebody else may have added" in outcome.message
    assert "consistent" not in outcome.message
    assert outcome.hint == "Do this."


def test_a_refused_create_beside_a_pool_of_somebody_else() -> None:
    look = PoolsLook((POOL,), (POOL, CredentialPool("theirs", 3)), "")

    outcome = credentials_troubled(CREATE, trouble(Effect.REFUSED, 400), look)

    assert "theirs with 3; somebody else may have made that." in outcome.message


def test_a_refused_token_is_known_to_have_been_good_for_reading() -> None:
    refused = trouble(Effect.REFUSED, 401)
    told = "A look just before was allowed with this token"

    assert told in credentials_troubled(APPEND, refused, looked(60, 60)).message
    assert told in secret_troubled(REPLACE, refused, SecretLook(ONE)).message
    assert (
        told not in secret_troubled(REPLACE, trouble(Effect.REFUSED, 403), SecretLook(ONE)).message
    )


def test_a_refused_list_is_still_in_the_editor() -> None:
    outcome = credentials_troubled(APPEND, trouble(Effect.REFUSED, 400), looked(60, 60))

    assert outcome.message == (
        "What happened. The pool's total is still 60. All rows are still in the editor."
    )


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (ONE, "A look afterwards still shows the secret with the id one."),
        (TWO, "shows the secret with the id two. That is this request's doing, or somebody"),
        (None, "shows no secret. That is this request's doing, or somebody else's."),
    ],
)
def test_a_secret_of_unknown_fate_is_compared_and_not_judged(
    after: WebhookSecret | None, words: str
) -> None:
    outcome = secret_troubled(REPLACE, trouble(Effect.UNKNOWN), SecretLook(ONE, after, ""))

    # That there is another one is no question any more; whose doing that is, is one.
    assert outcome.title == (
        "A new secret is there; who made it is not known"
        if after is TWO
        else "We do not know whether the secret was replaced"
    )
    assert words in outcome.message
    # Another one than before is what Prolific has now, whoever made it.
    assert outcome.secret == (after if after is TWO else None)
    assert ("Store it now" in outcome.hint) == (after is TWO)


def test_an_accepted_secret_that_is_not_seen_yet_is_not_taken_for_the_old_one() -> None:
    look = SecretLook(ONE, ONE, "")

    lost = secret_troubled(REPLACE, trouble(Effect.ACCEPTED, 201), look)
    answered = secret_made(REPLACE, TWO, look)

    assert lost.secret is None
    assert "still shows the secret with the id one" in lost.message
    assert answered.secret == TWO
    assert "But a look afterwards shows the secret with the id one" in answered.message


def test_a_secret_that_the_answer_did_not_hold_comes_from_the_look() -> None:
    outcome = secret_made(REPLACE, WebhookSecret("two"), SecretLook(ONE, TWO, ""))

    assert outcome.secret == TWO


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (None, None, True),
        (ONE, None, False),
        (None, ONE, False),
        (ONE, WebhookSecret("one", Secret("1")), True),
        (ONE, WebhookSecret("one", Secret("2")), False),
        (ONE, WebhookSecret("two", Secret("1")), False),
        (ONE, WebhookSecret("one"), True),
        (ONE, WebhookSecret(None, Secret("1")), True),
        (ONE, WebhookSecret(None, Secret("2")), False),
        (ONE, WebhookSecret(), False),
    ],
)
def test_secrets_are_told_apart_by_id_and_by_value(
    one: WebhookSecret | None, other: WebhookSecret | None, same: bool
) -> None:
    assert is_same_secret(one, other) is same
