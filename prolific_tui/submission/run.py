"""The running of a plan: look, journal, send once, read back, judge.

look at what is there → journal "about to send" → request → judge by the answer → read back
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from prolific_tui.errors import Effect, ServiceError
from prolific_tui.models import CredentialPool, WebhookSecret, Workspace
from prolific_tui.secret import Secret
from prolific_tui.submission import outcome as judge
from prolific_tui.submission.outcome import Outcome, ReadBack
from prolific_tui.submission.plan import CredentialPlan, Kind, Plan, SecretPlan

Clock = Callable[[], datetime]
"""Gives the present moment, with its time zone."""


class Service(Protocol):
    """The operations of Prolific that writes and their read-backs need."""

    async def list_credential_pools(self, workspace_id: str) -> tuple[CredentialPool, ...]:
        """The workspace's pools; raises `ServiceError`."""

    async def create_credential_pool(self, workspace_id: str, credentials: Secret) -> str | None:
        """Make a pool; its id, None where the answer had none. Raises `ServiceError`."""

    async def update_credential_pool(
        self, credential_pool_id: str, credentials: Secret
    ) -> str | None:
        """Append to a pool; raises `ServiceError`."""

    async def list_secrets(self, workspace_id: str) -> tuple[WebhookSecret, ...]:
        """The workspace's signing secret, if it has one; raises `ServiceError`."""

    async def create_secret(self, workspace_id: str) -> WebhookSecret:
        """Make the signing secret, deleting the old one; raises `ServiceError`."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One write: what was about to be sent and, once it is known, what became of it."""

    number: int
    kind: Kind
    workspace: Workspace
    pool_id: str | None
    """The pool appended to, or made; None until that is known."""
    rows: int
    source: str
    total_before: int | None
    begun: datetime
    outcome: Outcome | None = None
    """None while the write is under way, or where its fate was never learnt."""
    ended: datetime | None = None


class Journal(Protocol):
    """Where writes are recorded before they leave; never a password, token or secret."""

    def about_to_send(self, plan: Plan, total_before: int | None, at: datetime) -> JournalEntry:
        """Record that the plan is about to leave.

        Raises `ProlificTuiError` where that can't be recorded; then nothing may be sent.
        """

    def ended(self, number: int, outcome: Outcome, at: datetime) -> JournalEntry:
        """Record what became of entry `number`."""

    def entries(self) -> tuple[JournalEntry, ...]:
        """Every write known, the newest first."""


async def run(plan: Plan, service: Service, journal: Journal, clock: Clock) -> Outcome:
    """Send a plan once and say what became of it.

    The write is never repeated. Raises `ProlificTuiError` only where the journal could not take
    the entry, in which case nothing was sent.
    """
    if isinstance(plan, SecretPlan):
        return await _make_secret(plan, service, journal, clock)
    return await _send_credentials(plan, service, journal, clock)


async def _send_credentials(
    plan: CredentialPlan, service: Service, journal: Journal, clock: Clock
) -> Outcome:
    try:
        before = await service.list_credential_pools(plan.workspace.id)
    except ServiceError as error:
        return judge.not_sent(error, because="The pools could not be read before sending.")
    pool_id = plan.target.pool.credential_pool_id if plan.target.pool else None
    total_before = ReadBack(before, None).total_before(pool_id)
    entry = journal.about_to_send(plan, total_before, clock())
    outcome = await _request_credentials(plan, service, before)
    journal.ended(entry.number, outcome, clock())
    return outcome


async def _request_credentials(
    plan: CredentialPlan, service: Service, before: tuple[CredentialPool, ...]
) -> Outcome:
    pool = plan.target.pool
    try:
        if pool is None:
            pool_id = await service.create_credential_pool(plan.workspace.id, plan.credentials)
        else:
            pool_id = pool.credential_pool_id
            await service.update_credential_pool(pool_id, plan.credentials)
    except ServiceError as error:
        if error.effect is Effect.NOT_SENT:
            return judge.not_sent(error)
        return judge.credentials_troubled(plan, error, await _read_back(plan, service, before))
    return judge.credentials_accepted(plan, pool_id, await _read_back(plan, service, before))


async def _read_back(
    plan: CredentialPlan, service: Service, before: tuple[CredentialPool, ...]
) -> ReadBack:
    try:
        return ReadBack(before, await service.list_credential_pools(plan.workspace.id))
    except ServiceError as error:
        return ReadBack(before, None, error.title)


async def _make_secret(
    plan: SecretPlan, service: Service, journal: Journal, clock: Clock
) -> Outcome:
    try:
        current = next(iter(await service.list_secrets(plan.workspace.id)), None)
    except ServiceError as error:
        return judge.not_sent(error, because="The secret could not be read before replacing it.")
    if (current.id if current else None) != (plan.old.id if plan.old else None):
        return judge.secret_changed_meanwhile(plan, current)
    entry = journal.about_to_send(plan, None, clock())
    try:
        outcome = judge.secret_made(plan, await service.create_secret(plan.workspace.id))
    except ServiceError as error:
        outcome = (
            judge.not_sent(error)
            if error.effect is Effect.NOT_SENT
            else (judge.secret_troubled(plan, error))
        )
    journal.ended(entry.number, outcome, clock())
    return outcome
