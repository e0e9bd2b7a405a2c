"""The steps of a write: nothing leaves before it is looked at and journalled, nothing is unsaid."""

import asyncio
import threading
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from prolific_tui.client.api import Api
from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.demo.seed import CHATBOT_B, DEMO_TOKEN, FORBIDDEN_WORKSPACE, MAIN_WORKSPACE
from prolific_tui.demo.transport import DemoTransport
from prolific_tui.errors import Effect
from prolific_tui.models import CredentialPool, WebhookSecret, Workspace
from prolific_tui.secret import Secret
from prolific_tui.submission.journal import Learned
from prolific_tui.submission.plan import Destinations, SecretPlan, Target
from prolific_tui.submission.send import Standing
from tests.submission_bench import (
    LIMITS,
    ROWS,
    WORKSPACE,
    FullJournal,
    MemoryJournal,
    NotedService,
    NotingJournal,
    Write,
    client_of,
    credential_plan,
    plan_for,
    run,
    said,
    secret_plan,
    ticking,
)

every_write = pytest.mark.parametrize("write", Write, ids=lambda write: write.name.lower())
LOOKS = {
    Write.CREATE: "listCredentialPools",
    Write.APPEND: "listCredentialPools",
    Write.SECRET: "listSecrets",
}

NONE_WENT = {
    Write.CREATE: "nothing was sent",
    Write.APPEND: "nothing was sent",
    Write.SECRET: "no new one was asked for",
}
"""How it is said that a write did not leave: a secret is nothing that is sent."""


@pytest.fixture
def service() -> NotedService:
    return NotedService()


@every_write
async def test_the_steps_come_in_their_order(service: NotedService, write: Write) -> None:
    await run(plan_for(write, service), client_of(service), NotingJournal(service.log), ticking())

    look = LOOKS[write]
    *first, one, another, last = service.log
    assert first == [look, "about to send", write.value]
    # The disk and the service are waited for at the same time.
    assert {one, another} == {"ended: accepted", look}
    assert last == "ended: accepted"


# Before it leaves


@every_write
async def test_what_can_not_be_journalled_is_not_sent(service: NotedService, write: Write) -> None:
    journal = FullJournal(takes_the_beginning=False)

    outcome = await run(plan_for(write, service), client_of(service), journal, ticking())

    assert outcome.effect is Effect.NOT_SENT
    assert outcome.title == "Disk full"
    assert f"{NONE_WENT[write]}. There is no space left." in outcome.message
    assert outcome.hint == "Make room."
    assert service.writes == []


@every_write
@pytest.mark.parametrize(
    "fault",
    [Fault(status=502), Fault(status=403), Fault(cut=Cut.BEFORE), Fault(cut=Cut.WITHIN)],
    ids=str,
)
async def test_nothing_is_sent_where_it_can_not_be_seen_what_is_there(
    service: NotedService, write: Write, fault: Fault
) -> None:
    service.switch_on(LOOKS[write], fault)
    journal = MemoryJournal()

    outcome = await run(plan_for(write, service), client_of(service), journal, ticking())

    assert outcome.effect is Effect.NOT_SENT
    assert f"could not be read first, so {NONE_WENT[write]}." in outcome.message
    assert service.writes == []
    assert journal.entries() == ()


async def test_a_workspace_that_the_owner_may_not_see_gets_nothing(service: NotedService) -> None:
    plan = credential_plan(Write.CREATE)
    plan = replace(plan, target=Target(Workspace(FORBIDDEN_WORKSPACE, "Partner lab (guest)")))

    outcome = await run(plan, client_of(service), MemoryJournal(), ticking())

    assert (outcome.effect, outcome.title) == (Effect.NOT_SENT, "Not allowed")
    assert service.writes == []


# The secret that changed meanwhile


async def test_a_secret_that_somebody_else_replaced_since_is_left_alone(
    service: NotedService,
) -> None:
    plan = secret_plan(service)
    await client_of(service).create_secret(MAIN_WORKSPACE)
    theirs = service.state.secrets[MAIN_WORKSPACE]
    journal = MemoryJournal()

    outcome = await run(plan, client_of(service), journal, ticking())

    assert outcome.effect is Effect.NOT_SENT
    assert outcome.title == "The secret changed since you looked"
    assert theirs.id in outcome.message
    assert "No new one was asked for." in outcome.message
    assert outcome.secret == WebhookSecret(theirs.id, theirs.value, MAIN_WORKSPACE)
    assert service.state.secrets[MAIN_WORKSPACE] == theirs
    assert len(service.writes) == 1, "that was somebody else's"
    assert journal.entries() == ()


async def test_a_secret_with_the_same_id_and_another_value_is_another_one(
    service: NotedService,
) -> None:
    plan = secret_plan(service)
    secret = service.state.secrets[MAIN_WORKSPACE]
    service.state.secrets[MAIN_WORKSPACE] = replace(secret, value=Secret("whs-another"))

    outcome = await run(plan, client_of(service), MemoryJournal(), ticking())

    assert outcome.effect is Effect.NOT_SENT
    assert "and Prolific has another value under that id by now" in outcome.message
    assert service.writes == []


async def test_a_secret_that_is_gone_since_is_not_made_anew(service: NotedService) -> None:
    plan = secret_plan(service)
    del service.state.secrets[MAIN_WORKSPACE]

    outcome = await run(plan, client_of(service), MemoryJournal(), ticking())

    assert outcome.effect is Effect.NOT_SENT
    assert outcome.message.startswith("You confirmed to replace the secret with the id")
    assert "and Prolific has no secret by now" in outcome.message
    assert outcome.secret is None
    assert service.writes == []


async def test_a_first_secret_is_not_made_where_somebody_else_just_made_one(
    service: NotedService,
) -> None:
    plan = replace(secret_plan(service), old=None)

    outcome = await run(plan, client_of(service), MemoryJournal(), ticking())

    assert outcome.effect is Effect.NOT_SENT
    assert service.writes == []


async def test_a_first_secret_is_made_where_there_is_none(service: NotedService) -> None:
    del service.state.secrets[MAIN_WORKSPACE]
    plan = SecretPlan(WORKSPACE, None)

    outcome = await run(plan, client_of(service), MemoryJournal(), ticking())

    made = service.state.secrets[MAIN_WORKSPACE]
    assert (outcome.effect, outcome.title) == (Effect.ACCEPTED, "Secret created")
    assert "old one" not in outcome.message
    assert outcome.secret == WebhookSecret(made.id, made.value, MAIN_WORKSPACE)


async def test_the_new_secret_comes_with_the_outcome_and_is_read_back(
    service: NotedService,
) -> None:
    outcome = await run(secret_plan(service), client_of(service), MemoryJournal(), ticking())

    made = service.state.secrets[MAIN_WORKSPACE]
    assert outcome.secret is not None
    assert outcome.secret.value == made.value
    assert "Read back to be sure" in outcome.message


async def test_a_secret_whose_answer_was_lost_is_read_from_prolific(service: NotedService) -> None:
    service.switch_on(Write.SECRET.value, Fault(cut=Cut.WITHIN))

    outcome = await run(secret_plan(service), client_of(service), MemoryJournal(), ticking())

    made = service.state.secrets[MAIN_WORKSPACE]
    assert outcome.title == "Secret replaced, answer lost"
    assert outcome.secret is not None
    assert outcome.secret.value == made.value


async def test_of_a_secret_that_could_not_be_read_either_it_is_said_that_it_is_kept_nowhere(
    service: NotedService,
) -> None:
    service.switch_on(Write.SECRET.value, Fault(cut=Cut.WITHIN))
    service.after_write = lambda: service.switch_on("listSecrets", Fault(status=403))
    plan = replace(secret_plan(service), destinations=Destinations(file=Path("/safe/new-secret")))

    outcome = await run(plan, client_of(service), MemoryJournal(), ticking())

    assert outcome.effect is Effect.ACCEPTED
    assert outcome.secret is None
    lost = "The new one is kept nowhere yet, and /safe/new-secret was not written."
    assert outcome.message.endswith(lost)
    assert "keep it (K, f)" in outcome.hint


async def test_a_secret_that_was_replaced_again_at_once_is_not_called_the_one_in_use(
    service: NotedService,
) -> None:
    def replaced_again() -> None:
        secret = service.state.secrets[MAIN_WORKSPACE]
        theirs = replace(secret, id="theirs", value=Secret("whs-theirs"))
        service.state.secrets[MAIN_WORKSPACE] = theirs

    service.after_write = replaced_again

    outcome = await run(secret_plan(service), client_of(service), MemoryJournal(), ticking())

    assert outcome.effect is Effect.ACCEPTED
    assert "shows the secret with the id theirs" in outcome.message
    assert "Read back" not in outcome.message


# After it was answered


@every_write
@pytest.mark.parametrize("fault", [Fault(status=502), Fault(cut=Cut.WITHIN)], ids=str)
async def test_an_accepted_write_stays_accepted_when_it_can_not_be_read_back(
    service: NotedService, write: Write, fault: Fault
) -> None:
    service.after_write = lambda: service.switch_on(LOOKS[write], fault)
    before = service.holds()

    outcome = await run(plan_for(write, service), client_of(service), MemoryJournal(), ticking())

    assert outcome.effect is Effect.ACCEPTED
    assert "Prolific accepted" in outcome.message
    assert "are not known (" in outcome.message or "was not read back (" in outcome.message
    assert service.holds().applied(write, before, (name for name, _ in ROWS))


@every_write
async def test_an_accepted_write_stays_accepted_when_this_program_fails_to_look(
    service: NotedService, write: Write
) -> None:
    class Blind(Api):
        """Fails at every look after a write, for a reason of its own."""

        async def list_credential_pools(self, workspace_id: str) -> tuple[CredentialPool, ...]:
            if service.writes:
                raise KeyError("hunter2hunter2")
            return await super().list_credential_pools(workspace_id)

        async def list_secrets(self, workspace_id: str) -> tuple[WebhookSecret, ...]:
            if service.writes:
                raise KeyError("hunter2hunter2")
            return await super().list_secrets(workspace_id)

    client = Blind("http://127.0.0.1", DEMO_TOKEN, limits=LIMITS, carrier=DemoTransport(service))

    outcome = await run(plan_for(write, service), client, MemoryJournal(), ticking())

    assert outcome.effect is Effect.ACCEPTED
    assert "this program failed: KeyError" in outcome.message
    assert "hunter2" not in said(outcome)


async def test_a_pool_that_was_made_is_known_by_its_id_even_where_it_can_not_be_listed(
    service: NotedService,
) -> None:
    service.after_write = lambda: service.switch_on("listCredentialPools", Fault(status=502))
    journal = MemoryJournal()

    outcome = await run(credential_plan(Write.CREATE), client_of(service), journal, ticking())

    made = list(service.state.pools)[-1]
    assert outcome.pool == CredentialPool(made, workspace_id=MAIN_WORKSPACE)
    assert f"Its id is {made}." in outcome.message
    assert journal.entries()[0].pool_id == made


async def test_nothing_is_looked_at_where_nothing_was_sent(service: NotedService) -> None:
    class Refusing(DemoTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.method != "GET":
                raise httpx.ConnectTimeout("", request=request)
            return await super().handle_async_request(request)

    outcome = await run(
        credential_plan(), client_of(service, Refusing(service)), MemoryJournal(), ticking()
    )

    assert outcome.effect is Effect.NOT_SENT
    assert service.log == ["listCredentialPools"]


# Stopped


class Stalling(DemoTransport):
    """Carries requests until one is to be answered that the test wants to see waiting."""

    def __init__(self, service: NotedService, operation: str) -> None:
        super().__init__(service)
        self._service_log = service.log
        self._operation = operation
        self.stalled = asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await super().handle_async_request(request)
        is_wanted = self._service_log[-1] == self._operation
        if is_wanted and Write.APPEND.value in self._service_log:
            self.stalled.set()
            await asyncio.Event().wait()
        return answer


class TellingJournal(MemoryJournal):
    """Tells when what became of a part is recorded."""

    def __init__(self) -> None:
        super().__init__()
        self.has_recorded = threading.Event()

    def record(self, number: int, learned: Learned) -> None:
        super().record(number, learned)
        self.has_recorded.set()


async def stopped(
    service: NotedService, operation: str, *, is_recorded: bool = False
) -> MemoryJournal:
    """The journal of an append that was stopped while it waited for this answer.

    The disk is waited for beside the service and may be the slower one; `is_recorded` where it is
    to be done by then.
    """
    carrier, journal = Stalling(service, operation), TellingJournal()
    task = asyncio.create_task(
        run(credential_plan(), client_of(service, carrier), journal, ticking())
    )
    await carrier.stalled.wait()
    if is_recorded:
        await asyncio.to_thread(journal.has_recorded.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    return journal


async def test_a_write_that_is_stopped_leaves_its_entry_open(service: NotedService) -> None:
    journal = await stopped(service, Write.APPEND.value)

    (entry,) = journal.entries()
    assert (entry.standing, entry.ended, entry.words) == (Standing.OPEN, None, "under way")
    journal.close()
    assert journal.entries()[0].is_open
    assert (entry.pool_id, entry.rows) == (CHATBOT_B, len(ROWS))


async def test_a_write_that_is_stopped_while_looking_back_is_journalled_as_answered(
    service: NotedService,
) -> None:
    journal = await stopped(service, "listCredentialPools", is_recorded=True)

    (entry,) = journal.entries()
    assert entry.standing is Standing.ACCEPTED
    assert "are not known (nobody has looked yet)" in entry.parts[0].message
