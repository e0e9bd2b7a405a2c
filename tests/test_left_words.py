"""The line with which the program ends while a write is under way says what is so of that."""

from dataclasses import replace

import pytest

from prolific_tui.assembly import left_words
from prolific_tui.submission.plan import Destinations, Plan, SecretPlan
from prolific_tui.submission.progress import Phase, Progress
from tests.submission_bench import NotedService, Write, plan_for

SERVICE = NotedService()
SECRET, ROWS = plan_for(Write.SECRET, SERVICE), plan_for(Write.APPEND, SERVICE)
UNSENT = "a send was about to leave; nothing of it was sent."
NOT_ASKED = "a new signing secret was about to be asked for; none was."
ONE_BEFORE = "none was. What is kept here as the one before may be the secret of now."


@pytest.mark.parametrize("number", [None, 7])
@pytest.mark.parametrize(
    ("plan", "phase", "told"),
    [
        (SECRET, None, NOT_ASKED),
        (SECRET, Phase.LOOKING, NOT_ASKED),
        (SECRET, Phase.PREPARING, NOT_ASKED),
        (SECRET, Phase.SENDING, "a new signing secret was asked for; that is open in the history"),
        (SECRET, Phase.SETTLING, "a new signing secret was asked for; that is open in the history"),
        (SECRET, Phase.KEEPING, "a new signing secret was made, and may be kept nowhere here;"),
        (SECRET, Phase.CHECKING, "a new signing secret was made; 3 History says where it is kept"),
        (SECRET, Phase.PUTTING_BACK, "a new signing secret was to be made; none was."),
        (ROWS, None, UNSENT),
        (ROWS, Phase.SENDING, "a send was under way; it is open in the history"),
        (ROWS, Phase.SETTLING, "a send was under way; it is open in the history"),
        (ROWS, Phase.CHECKING, "a send was under way; Prolific had answered"),
    ],
)
def test_a_write_in_each_phase(
    plan: Plan, phase: Phase | None, number: int | None, told: str
) -> None:
    progress = Progress(phase, plan.rows, 0, 1, 1, number=number) if phase else None
    assert left_words(plan, progress).startswith(told)


def test_a_refusal_that_the_history_has_not_taken_made_no_secret_either() -> None:
    refused = Progress(Phase.PUTTING_BACK, 0, 0, 1, 1, number=7, unrecorded=True)
    assert left_words(SECRET, refused).endswith("to be made; none was.")


@pytest.mark.parametrize("phase", [Phase.PREPARING, Phase.PUTTING_BACK])
def test_a_keyring_that_did_not_get_back_what_it_had_is_told_of(phase: Phase) -> None:
    progress = Progress(phase, 0, 0, 1, 1)
    assert isinstance(SECRET, SecretPlan)
    in_keyring = replace(SECRET, destinations=Destinations(own_entry=True))
    assert left_words(in_keyring, progress).endswith(ONE_BEFORE)
    assert left_words(SECRET, progress).endswith("none was.")


@pytest.mark.parametrize("phase", [Phase.LOOKING, Phase.PAUSED])
def test_rows_between_two_parts_are_told_from_those_of_which_none_has_left(phase: Phase) -> None:
    between = Progress(phase, ROWS.rows, 0, 2, 2, number=7)
    assert left_words(ROWS, between).endswith("3 History goes on with the rest.")
    unsent = Progress(phase, ROWS.rows, 0, 1, 1)
    assert left_words(ROWS, unsent) == UNSENT
