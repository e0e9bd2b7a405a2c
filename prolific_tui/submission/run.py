"""The running of a plan: look, journal, send once, judge, look again.

look at what is there → journal "about to send" → request → judged by the answer → journal → look
at what is there now → the same judgement with its figures → journal
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, Protocol, TypeVar

from prolific_tui.errors import Effect, ServiceError
from prolific_tui.models import CredentialPool, WebhookSecret, Workspace
from prolific_tui.secret import Secret
from prolific_tui.submission import outcome as judge
from prolific_tui.submission.looks import PoolsLook, SecretLook, is_same_secret
from prolific_tui.submission.outcome import Outcome
from prolific_tui.submission.plan import CredentialPlan, Kind, Plan, SecretPlan

T = TypeVar("T")

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
    begun: datetime
    pools_before: tuple[CredentialPool, ...] = ()
    """The workspace's pools just before credentials were sent."""
    old_secret_id: str | None = None
    """The id of the secret that was to be replaced."""
    outcome: Outcome | None = None
    """None while the write is under way, or where its fate was never learnt."""
    ended: datetime | None = None
    """When `outcome` was recorded."""


class Journal(Protocol):
    """Where writes are recorded before they leave; never a password, token or secret."""

    def about_to_send(
        self, plan: Plan, before: tuple[CredentialPool, ...], at: datetime
    ) -> JournalEntry:
        """Record that the plan is about to leave, with the workspace's pools as they are now.

        Raises `ProlificTuiError` where that can't be recorded; then nothing may be sent.
        """

    def ended(self, number: int, outcome: Outcome, at: datetime) -> JournalEntry:
        """Record what became of entry `number`; whoever knows more later calls it again.

        Raises `ProlificTuiError` where that can't be recorded.
        """

    def entries(self) -> tuple[JournalEntry, ...]:
        """Every write known, the newest first."""


async def run(plan: Plan, service: Service, journal: Journal, clock: Clock) -> Outcome:
    """Send a plan once and say what became of it.

    The write is never repeated. Its outcome is recorded as soon as the answer is there, and again
    with what the look afterwards shows. Cancelled, it leaves the entry as it is by then. Nothing
    else is raised: whatever fails before the request is made is told as not sent, and no failure
    after the answer changes what that said.
    """
    record = _Record(plan, journal, clock)
    if isinstance(plan, SecretPlan):
        return await _make_secret(plan, service, record)
    return await _send_credentials(plan, service, record)


class _Record:
    """The journal as one write sees it."""

    def __init__(self, plan: Plan, journal: Journal, clock: Clock) -> None:
        self._plan = plan
        self._journal = journal
        self._clock = clock
        self._number = 0

    def begin(self, before: tuple[CredentialPool, ...] = ()) -> None:
        """Record that the write is about to leave; raises what the journal raises."""
        self._number = self._journal.about_to_send(self._plan, before, self._clock()).number

    def end(self, outcome: Outcome) -> Outcome:
        """Record the outcome, and give it back; what can't be recorded is no less true."""
        try:
            self._journal.ended(self._number, outcome, self._clock())
        except Exception as error:  # noqa: BLE001 - a write that was answered is not undone by it
            return judge.unrecorded(outcome, error)
        return outcome


_UNREAD_POOLS: Final = "The pools could not be read first, so nothing was sent."
_UNREAD_SECRET: Final = "The secret could not be read first, so nothing was sent."  # noqa: S105 - words
_UNRECORDED: Final = (
    "What is about to be sent could not be written down first, so nothing was sent."
)


async def _send_credentials(plan: CredentialPlan, service: Service, record: _Record) -> Outcome:
    try:
        before = await service.list_credential_pools(plan.workspace.id)
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing has left yet
        return judge.not_sent(error, because=_UNREAD_POOLS)
    try:
        record.begin(before)
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing has left yet
        return judge.not_sent(error, because=_UNRECORDED)
    judged = await _request_credentials(plan, service)
    outcome = record.end(judged(PoolsLook(before)))
    if outcome.effect is Effect.NOT_SENT:
        return outcome
    after, trouble = await _looked(service.list_credential_pools(plan.workspace.id))
    return record.end(judged(PoolsLook(before, after, trouble)))


async def _request_credentials(
    plan: CredentialPlan, service: Service
) -> Callable[[PoolsLook], Outcome]:
    """Make the request, and give what tells its outcome from a look afterwards."""
    pool = plan.target.pool
    try:
        if pool is None:
            pool_id = await service.create_credential_pool(plan.workspace.id, plan.credentials)
        else:
            pool_id = pool.credential_pool_id
            await service.update_credential_pool(pool_id, plan.credentials)
    except ServiceError as error:
        return partial(judge.credentials_troubled, plan, error)
    except Exception as error:  # noqa: BLE001 - the entry must end, and with no more than is known
        return partial(judge.credentials_troubled, plan, judge.unforeseen(error))
    return partial(judge.credentials_accepted, plan, pool_id)


async def _make_secret(plan: SecretPlan, service: Service, record: _Record) -> Outcome:
    try:
        before = next(iter(await service.list_secrets(plan.workspace.id)), None)
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing has left yet
        return judge.not_sent(error, because=_UNREAD_SECRET)
    if not is_same_secret(plan.old, before):
        return judge.secret_changed_meanwhile(before)
    try:
        record.begin()
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing has left yet
        return judge.not_sent(error, because=_UNRECORDED)
    judged = await _request_secret(plan, service)
    outcome = record.end(judged(SecretLook(before)))
    if outcome.effect in (Effect.NOT_SENT, Effect.REFUSED):
        return outcome
    secrets, trouble = await _looked(service.list_secrets(plan.workspace.id))
    return record.end(judged(SecretLook(before, next(iter(secrets or ()), None), trouble)))


async def _request_secret(plan: SecretPlan, service: Service) -> Callable[[SecretLook], Outcome]:
    """Make the request, and give what tells its outcome from a look afterwards."""
    try:
        secret = await service.create_secret(plan.workspace.id)
    except ServiceError as error:
        return partial(judge.secret_troubled, plan, error)
    except Exception as error:  # noqa: BLE001 - the entry must end, and with no more than is known
        return partial(judge.secret_troubled, plan, judge.unforeseen(error))
    return partial(judge.secret_made, plan, secret)


async def _looked(reading: Awaitable[T]) -> tuple[T | None, str]:
    """What a look after the write shows, or None and why it shows nothing."""
    try:
        return await reading, ""
    except ServiceError as error:
        return None, error.title
    except Exception as error:  # noqa: BLE001 - what is known of the write by now stays known
        return None, f"this program failed: {type(error).__name__}"
