"""When a read is tried again, how long it waits, and that a write never is."""

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prolific_tui.client.api import Limits, RetryNotice
from prolific_tui.client.reading import seconds_to_wait
from prolific_tui.errors import Effect, ServiceError
from prolific_tui.secret import Secret
from tests.client_peer import PATIENT, Reply, Then, client_of, listening, reply

ME = reply(200, {"id": "me", "email": "a@b"})
BUSY = reply(429, b"")
NOW = 1_800_000_000.0


async def failing(
    told: Reply, limits: Limits = PATIENT
) -> tuple[ServiceError, list[RetryNotice], int]:
    """How a read ends, what was announced on the way, and how often it was made."""
    notices: list[RetryNotice] = []
    async with (
        listening(told) as peer,
        client_of(peer.url, limits, on_retry=notices.append, clock=lambda: NOW) as api,
    ):
        with pytest.raises(ServiceError) as caught:
            await api.get_me()
        return caught.value, notices, len(peer.received)


@pytest.mark.parametrize(
    "told",
    [reply(status) for status in (429, 500, 502, 503, 504)]
    + [Reply(then=Then.CLOSE), Reply(then=Then.RESET), ME.cut(9), ME.cut(len(ME.data) - 1)],
)
async def test_a_read_is_tried_again_until_it_succeeds(told: Reply) -> None:
    notices: list[RetryNotice] = []
    async with (
        listening(told, told, ME) as peer,
        client_of(peer.url, PATIENT, on_retry=notices.append) as api,
    ):
        assert (await api.get_me()).id == "me"
        assert len(peer.received) == 3
    assert [(notice.operation, notice.attempt) for notice in notices] == [
        ("getMe", 1),
        ("getMe", 2),
    ]


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 408, 409, 422, 501])
async def test_a_read_is_not_repeated_where_that_would_change_nothing(status: int) -> None:
    error, notices, asked = await failing(reply(status))
    assert (error.status, notices, asked) == (status, [], 1)


async def test_an_answer_that_makes_no_sense_is_not_asked_for_again() -> None:
    _, notices, asked = await failing(reply(200, b"[]"))
    assert (notices, asked) == ([], 1)


async def test_the_last_attempt_s_error_says_how_often_it_was_tried() -> None:
    error, notices, asked = await failing(reply(503))
    assert asked == PATIENT.read_attempts == len(notices) + 1
    assert f"It was tried {PATIENT.read_attempts} times." in error.message
    assert [notice.status for notice in notices] == [503] * len(notices)


async def test_a_service_that_is_away_for_a_moment_is_tried_again() -> None:
    async with listening(ME) as peer:
        url = peer.url
    notices: list[RetryNotice] = []
    async with client_of(url, PATIENT, on_retry=notices.append) as api:
        with pytest.raises(ServiceError) as caught:
            await api.get_me()
    assert caught.value.effect is Effect.NOT_SENT
    assert [notice.status for notice in notices] == [None] * (PATIENT.read_attempts - 1)


@pytest.mark.parametrize("told", [BUSY, reply(502), Reply(then=Then.CLOSE)])
async def test_a_write_is_never_repeated(told: Reply) -> None:
    notices: list[RetryNotice] = []
    async with (
        listening(told, reply(201, {})) as peer,
        client_of(peer.url, PATIENT, on_retry=notices.append) as api,
    ):
        with pytest.raises(ServiceError):
            await api.create_credential_pool("w", Secret("a,b"))
        assert (len(peer.received), notices) == (1, [])


async def test_waits_double_up_to_a_bound_and_carry_jitter() -> None:
    # Waits in milliseconds, so that the pattern shows and nobody waits.
    limits = replace(PATIENT, read_attempts=6, first_wait=0.001, longest_wait=0.004, jitter=0.5)
    notices: list[RetryNotice] = []
    chances = iter([0.0, 1.0, 0.5, 0.0, 0.0, 0.0])
    async with (
        listening(reply(500)) as peer,
        client_of(peer.url, limits, on_retry=notices.append, chance=lambda: next(chances)) as api,
    ):
        with pytest.raises(ServiceError):
            await api.get_me()
    waits = [notice.wait_seconds for notice in notices]
    assert waits == pytest.approx([0.001, 0.003, 0.005, 0.004, 0.004])


async def test_no_wait_is_shorter_than_the_service_asks_for() -> None:
    limits = replace(PATIENT, read_attempts=2, longest_retry_after=5)
    soon = format_datetime(datetime.fromtimestamp(NOW, UTC), usegmt=True)
    notices: list[RetryNotice] = []
    told = reply(429, b"", f"Retry-After: {soon}")
    async with (
        listening(told, ME) as peer,
        client_of(peer.url, limits, on_retry=notices.append, clock=lambda: NOW - 0.01) as api,
    ):
        await api.get_me()
    assert [notice.wait_seconds for notice in notices] == pytest.approx([0.01], abs=1e-6)


async def test_a_longer_wait_than_anyone_sits_through_is_left_to_the_person() -> None:
    limits = replace(PATIENT, longest_retry_after=119, retry_budget=1000)
    async with asyncio.timeout(5):
        error, notices, asked = await failing(reply(429, b"", "Retry-After: 120"), limits)
    assert (notices, asked) == ([], 1)
    assert error.retry_after == 120
    until = datetime.fromtimestamp(NOW + 120, UTC).astimezone()
    assert f"Wait 120 s, until {until:%H:%M:%S}, then try again." in error.hint


async def test_no_attempt_begins_beyond_the_budget() -> None:
    limits = replace(PATIENT, first_wait=10, longest_wait=10, retry_budget=5)
    _, notices, asked = await failing(reply(502), limits)
    assert (notices, asked) == ([], 1)


async def test_retries_are_not_logged(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    await failing(reply(502))
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("9" * 5000, 1e9),
        ("Fri, 15 Jan 2027 08:00:10 GMT", 10.0),
        ("Fri, 15 Jan 2027 07:00:00 GMT", 0.0),
        ("Fri, 15 Jan 2027 08:00:10 -0000", 10.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("7.5", None),
        ("٣", None),
        ("Fri, 99 Jan 99999 08:00:10 GMT", None),
    ],
)
def test_a_retry_after_is_seconds_or_a_date(text: str, seconds: float | None) -> None:
    assert seconds_to_wait(text, lambda: NOW) == seconds


@given(st.text())
def test_no_retry_after_is_ever_negative_or_an_exception(text: str) -> None:
    found = seconds_to_wait(text, lambda: NOW)
    assert found is None or found >= 0
