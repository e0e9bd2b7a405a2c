"""A bench for writes: the real client on an in-memory Prolific that notes what reaches it.

Nothing waits in real time: limits are small, waits between attempts are none, and what has to
happen at a certain moment of a write happens because the service was asked for it.
"""

import dataclasses
import itertools
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, Final

import httpx

from prolific_tui.client.api import Api, RetryNotice
from prolific_tui.credentials.rows import Rows
from prolific_tui.credentials.session import EditSession
from prolific_tui.demo.exchange import Answer, Request
from prolific_tui.demo.routes import find_operations
from prolific_tui.demo.seed import (
    CHATBOT_B,
    DEMO_TOKEN,
    MAIN_WORKSPACE,
    counted_ids,
    demo_state,
)
from prolific_tui.demo.state import Pool
from prolific_tui.demo.transport import DemoTransport
from prolific_tui.errors import ProlificTuiError
from prolific_tui.journal import JournalStore
from prolific_tui.models import CredentialPool, Me, WebhookSecret, Workspace
from prolific_tui.secret import Secret
from prolific_tui.submission import run as running
from prolific_tui.submission.journal import Journal, Learned, NewPart, NewSend
from prolific_tui.submission.means import Clock, Means, Pace, Service
from prolific_tui.submission.outcome import Outcome
from prolific_tui.submission.plan import CredentialPlan, Plan, SecretPlan, Target, plan
from prolific_tui.submission.send import Part, Send
from tests.client_peer import PATIENT
from tests.contract.caller import CheckedService

WORKSPACE: Final = Workspace(MAIN_WORKSPACE, "Reasoning evals")
POOL: Final = CredentialPool(CHATBOT_B, 60, 12, MAIN_WORKSPACE)
TOTAL: Final = 60
ROWS: Final = (("new-001", "hunter2hunter2"), ("new-002", "correct,horse"), ("new-003", "tr0ub4"))
LIMITS: Final = replace(PATIENT, read=0.01)
"""Only an answer that is delayed on purpose waits for these."""


SERVICE_URL: Final = "http://127.0.0.1"
OWNER: Final = Me("owner", "you@lab.org")


class Waited:
    """Waits in no time, and remembers for how long it was asked to."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.meanwhile: Callable[[], None] = lambda: None
        """What happens whenever something is waited for."""

    async def sleep(self, seconds: float) -> None:
        """Wait so long, in no time."""
        self.seconds.append(seconds)
        self.meanwhile()

    def pace(self, **changes: Any) -> Pace:  # noqa: ANN401 - those of a Pace
        """The pace of a send that waits here."""
        return Pace(sleep=self.sleep, **changes)


class Write(Enum):
    """The writes that this program knows, by their operation."""

    CREATE = "createCredentialPool"
    APPEND = "updateCredentialPool"
    SECRET = "createSecret"


class NotedService(CheckedService):
    """The lab, which notes every request and lets somebody else act just before or after one."""

    def __init__(self) -> None:
        super().__init__(demo_state(), DEMO_TOKEN, new_id=counted_ids())
        self.log: list[str] = []
        """Operations in the order in which they were asked for, and what a journal adds."""
        self.against_contract: list[AssertionError] = []
        """What broke the contract; the client would take it for a fault of the line."""
        self.before_write: Callable[[], None] = lambda: None
        self.after_write: Callable[[], None] = lambda: None

    def handle(self, request: Request) -> Answer:
        operation, _ = find_operations(request.path)[request.method]
        writes = request.method != "GET"
        if writes:
            self.before_write()
        self.log.append(operation.operation_id)
        try:
            answer = super().handle(request)
        except AssertionError as error:
            self.against_contract.append(error)
            raise
        if writes:
            self.after_write()
        return answer

    @property
    def writes(self) -> list[str]:
        """The writes that arrived."""
        known = [write.value for write in Write]
        return [operation for operation in self.log if operation in known]

    def holds(self) -> "Holdings":
        """What is there now."""
        pools = {pool.id: tuple(pool.passwords) for pool in self.state.pools.values()}
        return Holdings(pools, self.state.secrets[MAIN_WORKSPACE].value)

    def add(self, *usernames: str, pool_id: str = CHATBOT_B) -> None:
        """A second client appends to a pool."""
        pool = self.state.pools[pool_id]
        added = {username: Secret("theirs") for username in usernames}
        self.state.pools[pool_id] = replace(pool, passwords={**pool.passwords, **added})

    def make(self, pool_id: str, *usernames: str) -> None:
        """A second client makes a pool, or a create is done late."""
        passwords = {username: Secret("theirs") for username in usernames}
        self.state.pools[pool_id] = Pool(pool_id, MAIN_WORKSPACE, passwords)


@dataclass(frozen=True)
class Holdings:
    """What Prolific holds: usernames by pool, and the value of the secret."""

    pools: Mapping[str, tuple[str, ...]]
    secret: Secret

    def total(self, pool_id: str = CHATBOT_B) -> int:
        """How many credentials a pool has."""
        return len(self.pools[pool_id])

    def applied(self, write: Write, before: "Holdings", usernames: Iterable[str]) -> bool:
        """Whether all of a write was done since; part of one is a contradiction of its own."""
        wanted = tuple(usernames)
        match write:
            case Write.SECRET:
                return self.secret != before.secret
            case Write.CREATE:
                return wanted in [self.pools[new] for new in self.pools.keys() - before.pools]
            case Write.APPEND:
                there = [name in self.pools[CHATBOT_B] for name in wanted]
                assert all(there) or not any(there)
                return all(there)


class MemoryJournal(JournalStore):
    """A journal that ends with the test."""

    def __init__(self) -> None:
        super().__init__(None, "this run", random=bytes, now=ticking())

    def entries(self, service_url: str = SERVICE_URL) -> tuple[Send, ...]:
        """Every send, the newest first."""
        return self.sends(service_url)

    @property
    def last_part(self) -> Part:
        """The part that was recorded last."""
        return self.entries()[0].parts[-1]


class NotingJournal(MemoryJournal):
    """A journal that notes in a service's log when it was written to."""

    def __init__(self, log: list[str]) -> None:
        super().__init__()
        self._log = log

    def about_to_send(self, number: int, new: NewPart) -> Part:
        self._log.append("about to send")
        return super().about_to_send(number, new)

    def record(self, number: int, learned: Learned) -> None:
        assert learned.part.effect is not None
        self._log.append(f"ended: {learned.part.effect.value}")
        super().record(number, learned)


class FullJournal(MemoryJournal):
    """A journal on a disk that is full: from the start, or as soon as the write has left."""

    def __init__(self, *, takes_the_beginning: bool) -> None:
        super().__init__()
        self._takes_the_beginning = takes_the_beginning

    def begin(self, new: NewSend) -> Send:
        if not self._takes_the_beginning:
            raise ProlificTuiError("Disk full", "There is no space left.", "Make room.")
        return super().begin(new)

    def record(self, number: int, learned: Learned) -> None:
        told = f"There is no space left for part {learned.part.number} of {number}."
        raise ProlificTuiError("Disk full", told, "Make room.")


class NoNetwork(httpx.AsyncBaseTransport):
    """Carries reads, and finds no way to the service for a write."""

    def __init__(self, service: NotedService) -> None:
        self._carrier = DemoTransport(service)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return await self._carrier.handle_async_request(request)
        raise httpx.ConnectError("All connection attempts failed", request=request)


def client_of(
    service: NotedService,
    carrier: httpx.AsyncBaseTransport | None = None,
    on_retry: Callable[[RetryNotice], None] = lambda _: None,
) -> Api:
    """The real client on a service."""
    return Api(
        "http://127.0.0.1",
        DEMO_TOKEN,
        limits=LIMITS,
        carrier=carrier or DemoTransport(service),
        on_retry=on_retry,
    )


def means_of(
    service: Service,
    journal: Journal | None = None,
    clock: Clock | None = None,
    **others: Any,  # noqa: ANN401 - those of Means
) -> Means:
    """What a send is done with, in no time."""
    others.setdefault("pace", Waited().pace())
    return Means(
        service, journal or MemoryJournal(), clock or ticking(), SERVICE_URL, OWNER, **others
    )


async def run(plan: Plan, service: Service, journal: Journal, clock: Clock) -> Outcome:
    """What a person is told of a plan that is sent."""
    return (await running.run(plan, means_of(service, journal, clock))).outcome


def ticking() -> Callable[[], datetime]:
    """A clock that goes on by a second whenever it is read."""
    start, seconds = datetime(2026, 11, 21, 10, 0, tzinfo=UTC), itertools.count()
    return lambda: start + timedelta(seconds=next(seconds))


def credential_plan(
    write: Write = Write.APPEND, rows: Iterable[tuple[str, str]] = ROWS
) -> CredentialPlan:
    """The rows as an editor would send them once they all have the person's OK."""
    session = EditSession(Rows.of(rows))
    session.accept(range(len(session.document)))
    return plan(session, Target(WORKSPACE, POOL if write is Write.APPEND else None), "wave.csv")


def secret_plan(service: NotedService) -> SecretPlan:
    """The replacement of the secret as it is now."""
    secret = service.state.secrets[MAIN_WORKSPACE]
    return SecretPlan(WORKSPACE, WebhookSecret(secret.id, secret.value, MAIN_WORKSPACE))


def plan_for(
    write: Write, service: NotedService, rows: Iterable[tuple[str, str]] = ROWS
) -> CredentialPlan | SecretPlan:
    """What a person would have confirmed."""
    return secret_plan(service) if write is Write.SECRET else credential_plan(write, rows)


def said(outcome: Outcome) -> str:
    """All that a person is told."""
    return " ".join((outcome.title, outcome.message, outcome.hint))


@contextmanager
def impatient_threads() -> Iterator[None]:
    """Threads take turns so often that whatever is not protected is interrupted."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def strings_in(thing: object) -> Iterator[str]:
    """Every text that can be reached from a piece of data, the values of `Secret`s included."""
    match thing:
        case str():
            yield thing
        case Secret():
            yield thing.reveal()
        case Mapping():
            for item in itertools.chain(thing.keys(), thing.values()):
                yield from strings_in(item)
        case bytes():
            yield thing.decode(errors="replace")
        case Iterable():
            for item in thing:
                yield from strings_in(item)
        case _ if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
            for field in dataclasses.fields(thing):
                yield from strings_in(getattr(thing, field.name))
        case Enum() | datetime() | int() | float() | None:
            yield repr(thing)
        case _:
            raise AssertionError(f"a {type(thing).__name__} was not looked into")
