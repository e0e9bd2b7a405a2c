"""A new secret stays to be stored, and the one before it at hand, whatever was heard of it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.demo.seed import EMPTY_WORKSPACE
from prolific_tui.errors import Effect
from prolific_tui.models import WebhookSecret, Workspace
from prolific_tui.operations import PreviousSecret
from prolific_tui.secret import Secret
from prolific_tui.submission.outcome import Outcome
from prolific_tui.submission.plan import Kept, SecretPlan
from prolific_tui.tui.rotation import NewSecret, Rotation
from tests.operations_bench import Bench
from tests.submission_bench import WORKSPACE, Write, secret_plan

AT = datetime(2025, 3, 1, tzinfo=UTC)
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
    assert rotation.replaced(WORKSPACE) == PreviousSecret(plan.old.value, AT)
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
        (Outcome(Effect.UNKNOWN, "", ""), False),
        (Outcome(Effect.REFUSED, "", ""), False),
        (Outcome(Effect.NOT_SENT, "", "", secret=NEW), False),
    ],
)
def test_the_one_before_stays_at_hand_wherever_there_may_be_another(
    outcome: Outcome, *, is_kept: bool
) -> None:
    rotation = Rotation()
    rotation.made(PLAN, outcome, AT)

    assert (rotation.replaced(WORKSPACE) is not None) == is_kept
    assert rotation.unstored == ()
