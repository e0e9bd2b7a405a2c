"""What a person is told when a request does not end well."""

import itertools

import pytest

from prolific_tui.client import contract
from prolific_tui.client.exchange import Answer, Failure, Operation, Progress, Trouble, failure
from prolific_tui.client.meaning import error_for
from prolific_tui.errors import Effect, ServiceError

OPERATIONS = [value for value in vars(contract).values() if isinstance(value, Operation)]
STATUSES = (400, 401, 403, 404, 408, 409, 418, 429, 499, 500, 502, 503, 504, 520, 302, 101, 999)
RESULTS: list[Answer | Failure] = [
    *(Answer(status) for status in STATUSES),
    *(Answer(201, spoiled=trouble) for trouble in Trouble),
    *(failure(trouble, Progress()) for trouble in Trouble),
    *(failure(trouble, Progress(unsent=True)) for trouble in Trouble),
]


def sentences(error: ServiceError) -> list[str]:
    return [text for text in (error.message, error.hint) if text]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_ending_says_what_happened_what_changed_and_what_to_do(operation: Operation) -> None:
    for result in RESULTS:
        error = error_for(operation, result)
        assert error.title
        assert not error.title.endswith(".")
        assert len(error.title) <= 40
        assert error.hint
        assert all(text.endswith((".", "?", ")")) for text in sentences(error)), error.message
        assert error.effect is result.effect
        if not operation.writes:
            assert error.message.endswith("A read changes nothing.")


@pytest.mark.parametrize("operation", [item for item in OPERATIONS if item.writes])
def test_a_write_never_claims_more_than_is_known(operation: Operation) -> None:
    for result in RESULTS:
        error = error_for(operation, result)
        unchanged = "nothing was changed" in error.message.lower()
        if result.effect in (Effect.UNKNOWN, Effect.ACCEPTED):
            assert not unchanged, error.message
            assert "before you send it again" in error.hint
        if result.effect is Effect.NOT_SENT:
            assert "Nothing was sent" in error.message
        if result.effect is Effect.UNKNOWN:
            assert "We do not know whether this was done." in error.message


@pytest.mark.parametrize("status", [400, 409, 413, 422])
def test_a_refused_list_is_not_said_to_be_refused_whole(status: int) -> None:
    error = error_for(contract.UPDATE_CREDENTIAL_POOL, Answer(status))
    assert "Nothing was changed" not in error.message
    assert "is not documented" in error.message


@pytest.mark.parametrize("status", [401, 403, 404, 429])
def test_a_list_nobody_looked_at_changed_nothing(status: int) -> None:
    error = error_for(contract.CREATE_CREDENTIAL_POOL, Answer(status))
    assert "Nothing was changed." in error.message


def test_each_status_has_words_of_its_own() -> None:
    said = [
        error_for(contract.UPDATE_CREDENTIAL_POOL, Answer(status))
        for status in (302, 400, 401, 403, 404, 408, 409, 429, 500, 502)
    ]
    for one, other in itertools.combinations(said, 2):
        assert one.message != other.message
        assert one.title != other.title


def test_the_words_of_the_hard_moments() -> None:
    conflict = error_for(contract.UPDATE_CREDENTIAL_POOL, Answer(409))
    assert conflict.message.startswith(
        "Prolific refused this list: it has at least one of these usernames already "
        "and does not say which."
    )
    forbidden = error_for(contract.LIST_CREDENTIAL_POOLS, Answer(403))
    assert forbidden.message.startswith("This account may not manage pools here.")
    assert forbidden.hint.startswith("It needs the workspace_update permission.")
    unauthorized = error_for(contract.GET_ME, Answer(401))
    assert unauthorized.message.startswith("Prolific does not accept this token.")
    assert unauthorized.hint == "Make a new one in Prolific's settings; t on 4 Account takes it."


def test_a_400_quotes_what_the_service_says() -> None:
    details = ("credentials: This field is required", "Try harder!")
    error = error_for(contract.CREATE_CREDENTIAL_POOL, Answer(400), details=details)
    assert "credentials: This field is required. Try harder!" in error.message
    assert error.details == details


@pytest.mark.parametrize(("seconds", "hint"), [(0.0, "Wait 1 s,"), (8.4, "Wait 8 s,")])
def test_a_429_says_how_long_to_wait(seconds: float, hint: str) -> None:
    error = error_for(contract.GET_ME, Answer(429, retry_after=seconds))
    assert error.hint.startswith(hint)
    assert error.retry_after == seconds


def test_a_wait_that_ends_on_another_day_has_no_clock_time() -> None:
    error = error_for(contract.GET_ME, Answer(429, retry_after=1e300, retry_at=1e300))
    assert "until" not in error.hint
