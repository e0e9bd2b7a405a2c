"""A new secret stays to be stored, and the one before it at hand, whatever was heard of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.demo.seed import EMPTY_WORKSPACE
from prolific_tui.errors import Effect
from prolific_tui.models import WebhookSecret, Workspace
from prolific_tui.operations import PreviousSecret
from prolific_tui.secret import Secret
from prolific_tui.submission.outcome import Outcome
from prolific_tui.submission.plan import Kept, SecretPlan
from prolific_tui.tui.rotation import NewSecret, Rotation, UnseenSecret
from tests.operations_bench import Bench
from tests.submission_bench import WORKSPACE, Write, secret_plan

AT = datetime(2025, 3, 1, tzinfo=UTC)
LATER, LATEST, LAST = (AT + timedelta(days=days) for days in (1, 2, 3))
OLD, NEW = WebhookSecret("one", Secret("1")), WebhookSecret("two", Secret("2"))
PLAN = SecretPlan(WORKSPACE, OLD)


@pytest.mark.parametrize("cut", [Cut.AFTER, Cut.WITHIN], ids=str)
def test_a_secret_that_was_found_without_an_answer_is_to_be_stored(cut: Cut) -> None:
    bench, rotation = Bench(), Rotation()
    plan = secret_plan(bench.service)
    assert plan.old is not None
    assert plan.old.value is not None
    bench.service.switch_on(Write.SECRET.value, Fault(cut=cut))
    with bench.signed_in() as operations:
        operations.writes.submit(plan)
        outcome = bench.write_ended().outcome
    rotation.made(plan, outcome, AT)

    (new,) = rotation.unstored
    assert new.secret.value == bench.service.state.secrets[WORKSPACE.id].value
    assert rotation.previous(WORKSPACE, new.secret) == PreviousSecret(plan.old.value, AT)
    assert "Store it now: * shows it" in outcome.hint
    assert ("settle it in 3 History" in outcome.hint) == (outcome.effect is Effect.UNKNOWN)


def test_each_workspace_is_asked_about_until_its_own_is_stored() -> None:
    rotation, other = Rotation(), Workspace(EMPTY_WORKSPACE, "Another")
    outcome = Outcome(Effect.ACCEPTED, "", "", secret=NEW, kept=Kept())
    for plan in (PLAN, replace(PLAN, workspace=other)):
        rotation.made(plan, outcome, AT)
    of_this, of_other = rotation.unstored
    assert (of_this.workspace, of_other.workspace) == (WORKSPACE, other)

    # Replaced again while it was asked about: what was said is not said of the newer one.
    newer = WebhookSecret("three", Secret("3"))
    rotation.made(PLAN, replace(outcome, secret=newer), AT)
    rotation.is_stored(of_this)
    rotation.is_stored(of_other)
    assert rotation.unstored == (NewSecret(WORKSPACE, newer, Kept()),)


@pytest.mark.parametrize(
    ("outcome", "is_kept"),
    [
        (Outcome(Effect.ACCEPTED, "", ""), True),
        (Outcome(Effect.UNKNOWN, "", "", secret=NEW), True),
        (Outcome(Effect.UNKNOWN, "", ""), True),
        (Outcome(Effect.REFUSED, "", ""), False),
        (Outcome(Effect.NOT_SENT, "", "", secret=NEW), False),
    ],
)
def test_the_one_before_stays_at_hand_wherever_there_may_be_another(
    outcome: Outcome, *, is_kept: bool
) -> None:
    rotation = Rotation()
    rotation.made(PLAN, outcome, AT)

    assert (rotation.previous(WORKSPACE, NEW) is not None) == is_kept
    assert rotation.unstored == ()


def test_what_was_not_seen_is_told_as_that_and_to_be_stored_once_it_is_seen() -> None:
    rotation = Rotation()
    rotation.seen(WORKSPACE, OLD, AT)
    rotation.made(PLAN, Outcome(Effect.UNKNOWN, "", ""), AT)
    assert list(rotation.unseen) == [UnseenSecret(WORKSPACE, OLD)]

    # The old one is still there: that tells nothing, as the new one may come late.
    rotation.seen(WORKSPACE, OLD, AT)
    assert not rotation.unstored
    (unseen,) = rotation.unseen
    rotation.is_known(unseen)
    assert not any(rotation.unseen)

    rotation.seen(WORKSPACE, NEW, AT)
    (new,) = tuple(rotation.unstored)
    assert (new.secret, new.kept) == (NEW, Kept())
    rotation.is_kept(WORKSPACE, Secret("2"), "in the keyring")
    rotation.is_kept(WORKSPACE, Secret("2"), "in the keyring")
    rotation.is_kept(WORKSPACE, Secret("1"), "somewhere else")
    (new,) = rotation.unstored
    assert new.kept.places == ("in the keyring",)

    # Stored is stored, also where settling finds the same one once more.
    rotation.is_stored(new)
    rotation.expect(WORKSPACE, OLD)
    rotation.seen(WORKSPACE, NEW, AT)
    assert (rotation.unstored, rotation.unseen) == ((), ())


def test_a_request_that_made_none_leaves_nothing_to_be_asked() -> None:
    rotation = Rotation()
    rotation.made(PLAN, Outcome(Effect.ACCEPTED, "", ""), AT)
    assert list(rotation.unseen) == [UnseenSecret(WORKSPACE, OLD, is_certain=True)]
    rotation.expect_none(WORKSPACE)
    assert not any(rotation.unseen)


def test_the_previous_one_is_the_last_that_ended_and_is_not_the_current_one() -> None:
    rotation, third = Rotation(), WebhookSecret("three", Secret("3"))
    kept = PreviousSecret(Secret("0"), AT)
    assert rotation.previous(WORKSPACE, OLD, kept) == kept
    rotation.seen(WORKSPACE, OLD, AT)
    rotation.made(PLAN, Outcome(Effect.ACCEPTED, "", "", secret=NEW, kept=Kept()), LATER)
    rotation.seen(WORKSPACE, NEW, LATER)
    assert rotation.previous(WORKSPACE, NEW, kept) == PreviousSecret(Secret("1"), LATER)

    # Nobody knows whether this one took: what Prolific has tells which is the one before.
    rotation.made(replace(PLAN, old=NEW), Outcome(Effect.UNKNOWN, "", ""), LATEST)
    assert rotation.previous(WORKSPACE, NEW, kept) == PreviousSecret(Secret("1"), LATER)
    assert rotation.previous(WORKSPACE, third, kept) == PreviousSecret(Secret("2"), LATEST)
    # One that somebody else replaced is found out by reading.
    rotation.seen(WORKSPACE, third, LATEST)
    fourth = WebhookSecret("four", Secret("4"))
    rotation.seen(WORKSPACE, fourth, LAST)
    assert rotation.previous(WORKSPACE, fourth) == PreviousSecret(Secret("3"), LAST)
