"""Mistakes of this program's own around a write neither send, unsend nor give anything away."""

from collections.abc import Callable

import pytest

from prolific_tui.client.api import Api
from prolific_tui.demo.exchange import nested_error
from prolific_tui.demo.faults import Fault
from prolific_tui.demo.seed import DEMO_TOKEN, MAIN_WORKSPACE
from prolific_tui.demo.transport import DemoTransport
from prolific_tui.errors import Effect
from prolific_tui.models import CredentialPool, WebhookSecret
from prolific_tui.secret import Secret
from prolific_tui.submission.export import as_csv, as_json
from prolific_tui.submission.journal import Learned, NewPart
from prolific_tui.submission.run import run as run_sending
from prolific_tui.submission.send import Part, Send
from tests.submission_bench import (
    LIMITS,
    ROWS,
    MemoryJournal,
    NotedService,
    Write,
    client_of,
    credential_plan,
    means_of,
    plan_for,
    run,
    said,
    strings_in,
    ticking,
)

every_write = pytest.mark.parametrize("write", Write, ids=lambda write: write.name.lower())
PASSWORD = ROWS[0][1]


@pytest.fixture
def service() -> NotedService:
    return NotedService()


class MistakenLook(Api):
    """A client that fails by a mistake of its own when it looks, for the time being."""

    fails: Callable[[], bool] = staticmethod(lambda: True)

    async def list_credential_pools(self, workspace_id: str) -> tuple[CredentialPool, ...]:
        if self.fails():
            raise RuntimeError(PASSWORD)
        return await super().list_credential_pools(workspace_id)

    async def list_secrets(self, workspace_id: str) -> tuple[WebhookSecret, ...]:
        if self.fails():
            raise RuntimeError(PASSWORD)
        return await super().list_secrets(workspace_id)


class MistakenJournal(MemoryJournal):
    """A journal with a mistake in it, at the beginning of a write or at its end."""

    def __init__(self, *, takes_the_beginning: bool) -> None:
        super().__init__()
        self._takes_the_beginning = takes_the_beginning

    def about_to_send(self, number: int, new: NewPart) -> Part:
        if not self._takes_the_beginning:
            raise KeyError(PASSWORD)
        return super().about_to_send(number, new)

    def record(self, number: int, learned: Learned) -> None:
        raise KeyError(PASSWORD, number, learned)


@every_write
async def test_a_mistake_in_the_look_before_lets_nothing_leave(
    service: NotedService, write: Write
) -> None:
    client = MistakenLook(
        "http://127.0.0.1", DEMO_TOKEN, limits=LIMITS, carrier=DemoTransport(service)
    )
    journal = MemoryJournal()

    outcome = await run(plan_for(write, service), client, journal, ticking())

    assert outcome.effect is Effect.NOT_SENT
    assert "could not be read first, so no" in outcome.message
    assert "RuntimeError" in outcome.message
    assert PASSWORD not in said(outcome)
    assert service.writes == []
    assert journal.entries() == ()


@every_write
async def test_a_mistake_in_the_journal_before_lets_nothing_leave(
    service: NotedService, write: Write
) -> None:
    journal = MistakenJournal(takes_the_beginning=False)

    outcome = await run(plan_for(write, service), client_of(service), journal, ticking())

    assert outcome.effect is Effect.NOT_SENT
    assert "could not be written down first, so no" in outcome.message
    assert "KeyError" in outcome.message
    assert PASSWORD not in said(outcome)
    assert service.writes == []


@every_write
async def test_a_mistake_in_the_journal_afterwards_unsays_nothing(
    service: NotedService, write: Write
) -> None:
    journal = MistakenJournal(takes_the_beginning=True)
    plan = plan_for(write, service)

    outcome = await run(plan, client_of(service), journal, ticking())

    assert outcome.effect is Effect.ACCEPTED
    assert "could not be written to the history: This program failed (KeyError)" in outcome.message
    assert PASSWORD not in said(outcome)
    assert service.writes == [write.value]


@every_write
async def test_a_mistake_in_the_look_afterwards_unsays_nothing(
    service: NotedService, write: Write
) -> None:
    client = MistakenLook(
        "http://127.0.0.1", DEMO_TOKEN, limits=LIMITS, carrier=DemoTransport(service)
    )
    client.fails = lambda: write.value in service.log
    journal = MemoryJournal()

    outcome = await run(plan_for(write, service), client, journal, ticking())

    assert outcome.effect is Effect.ACCEPTED
    assert "RuntimeError" in outcome.message
    assert PASSWORD not in said(outcome)


@every_write
async def test_a_failure_of_this_program_in_the_middle_leaves_the_outcome_unknown(
    service: NotedService, write: Write
) -> None:
    class Failing(Api):
        """Loses the answer to a write by a mistake of its own."""

        async def create_credential_pool(
            self, workspace_id: str, credentials: Secret
        ) -> str | None:
            await super().create_credential_pool(workspace_id, credentials)
            raise RuntimeError(credentials.reveal())

        async def update_credential_pool(
            self, credential_pool_id: str, credentials: Secret
        ) -> str | None:
            await super().update_credential_pool(credential_pool_id, credentials)
            raise RuntimeError(credentials.reveal())

        async def create_secret(self, workspace_id: str) -> WebhookSecret:
            secret = await super().create_secret(workspace_id)
            raise RuntimeError(secret.value and secret.value.reveal())

    service.switch_on("listStudies", Fault(status=403))
    client = Failing("http://127.0.0.1", DEMO_TOKEN, limits=LIMITS, carrier=DemoTransport(service))
    journal = MemoryJournal()

    outcome = await run(plan_for(write, service), client, journal, ticking())

    assert outcome.effect is Effect.UNKNOWN
    assert "This program failed while it was sending (RuntimeError)" in outcome.message
    assert PASSWORD not in said(outcome)
    assert service.state.secrets[MAIN_WORKSPACE].value.reveal() not in said(outcome)
    assert journal.last_part.effect is Effect.UNKNOWN


class LeftBadly(MemoryJournal):
    """A journal with a mistake at the very end of a send."""

    def leave(self, number: int) -> Send:
        raise KeyError(PASSWORD, number)


def mistaken(send: Send) -> None:
    """Whoever listens makes a mistake."""
    raise KeyError(send.number)


async def test_a_mistake_after_the_answer_leaves_an_accepted_send_accepted(
    service: NotedService,
) -> None:
    means = means_of(client_of(service), LeftBadly(), recorded=mistaken)

    ended = await run_sending(credential_plan(), means)

    assert ended.outcome.effect is Effect.ACCEPTED
    assert len(ended.accepted) == 3


# What the service says of what it was sent


@pytest.mark.parametrize("status", [400, 403, 404, 408, 409, 413, 422, 429, 499, 500, 502])
async def test_what_the_service_says_of_the_rows_is_shown_and_never_kept(
    service: NotedService, status: int
) -> None:
    """It may name usernames in any spelling: squeezed, in lower case, cut off, within quotes."""
    names = ("Mary  Ann", "Ben@Lab.Example", "x" * 400, 'say "boo"')
    sayings = ["Mary Ann is taken", "ben@lab.example too", "x" * 400, 'not "say ""boo"""']
    body = nested_error(status, sayings).body
    service.switch_on(Write.APPEND.value, Fault(status=status, body=body))
    journal = MemoryJournal()
    plan = credential_plan(rows=[(name, "pw-long-enough") for name in names])

    outcome = await run(plan, client_of(service), journal, ticking())

    (send,) = journal.entries()
    kept = "\n".join((as_json([send], {}), as_csv([send], {}), *strings_in(send)))
    assert not [word for word in ("Mary", "ben@", "xxx", "boo") if word in kept]
    quotes = status in (400, 413, 422)
    assert ("Mary Ann is taken" in outcome.message) is quotes
    if quotes:
        assert f"Prolific refused it ({status}). Whether a refused list" in kept
        assert "The pool's total is still 60." in kept
