"""One service, one line to it and the program's own operations, for one trial after another."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

from prolific_tui.client.api import Api, Limits, Surroundings
from prolific_tui.demo.seed import DEMO_TOKEN, MAIN_WORKSPACE
from prolific_tui.demo.server import Server
from prolific_tui.drafts import MemoryDrafts
from prolific_tui.errors import ServiceError
from prolific_tui.models import WebhookSecret
from prolific_tui.operations import GivenToken, Operations, Parts
from prolific_tui.operations.connection import Prolific
from prolific_tui.operations.events import Event, Listener, WriteEnded
from prolific_tui.secret import Secret
from prolific_tui.settings import StateFile, TokenPlace
from prolific_tui.submission.means import Pace
from prolific_tui.submission.outcome import Outcome
from prolific_tui.submission.plan import Plan, SecretPlan
from prolific_tui.submission.send import Send
from prolific_tui.vault import MemoryVault
from tests.client_peer import PATIENT
from tests.cuts.clock import TrialClock
from tests.cuts.cuts import Cut, Direction, Fate, Manner, Model, Shape
from tests.cuts.line import Line
from tests.cuts.prolific import ROWS, Telling, WatchedService
from tests.submission_bench import WORKSPACE, Holdings, MemoryJournal, Write, credential_plan

_LOADED: Final = replace(
    PATIENT, connect=30, read=30, write=30, pool=30, total_read=30, total_write=30
)
_BRIEF: Final = 0.4
LIMITS: Final[dict[Manner, tuple[Limits, ...]]] = {
    Manner.CLOSED: (_LOADED,),
    Manner.RESET: (_LOADED,),
    # Each of the two limits that end a write which is not answered.
    Manner.STALLED: (replace(_LOADED, total_write=_BRIEF), replace(_LOADED, read=_BRIEF)),
}
"""What ends a line that stalls, in seconds; every other trial has all the time it wants."""

_ATTEMPTS: Final = 20
"""How often signing in is tried."""
_PATIENCE: Final = 60.0
"""Seconds after which a write that has not ended never will."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What was seen of one write whose line was cut."""

    cut: Cut
    plan: Plan
    usernames: tuple[str, ...]
    outcome: Outcome
    """What the person is told."""
    entry: Send | None
    """What the journal has of it."""
    writes: int
    """How many write requests the service saw."""
    done: int
    """How many of them it did."""
    made: frozenset[str]
    """The ids of the pool or the secret that they made."""
    before: Holdings
    after: Holdings
    told: tuple[Telling, ...]
    """What the service told, in order."""
    looks_before: int
    """How many of these were before the write."""
    struck: bool
    """Whether the line was cut where it was to be."""

    @property
    def first_look(self) -> Telling:
        """What was told last before the write."""
        return self.told[self.looks_before - 1]

    @property
    def last_look(self) -> Telling:
        """What was told last."""
        return self.told[-1]


class Lab:
    """Trials one after another; several labs may work at the same time in one loop."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._clock = TrialClock(self._loop)
        self._service = WatchedService(lambda: self._clock.seconds)
        self._server = Server(self._service)
        self._line = Line(0)
        self._ended: asyncio.Future[WriteEnded] = self._loop.create_future()
        self._journal = MemoryJournal()
        self._models: dict[Write, tuple[Model, int]] = {}
        """An exchange of each write, and the number of the trial that it is of."""
        self._trials = 0
        self._looks_before = 0
        self._operations: Operations

    async def open(self) -> None:
        """Listen, start operations and sign in."""
        await self._server.start()
        self._line = Line(self._server.port)
        await self._line.start()
        self._operations = Operations(
            Parts(
                connect=self._connect,
                service_url=f"http://127.0.0.1:{self._line.port}",
                keyring=MemoryVault(),
                token_file=MemoryVault(),
                settings=StateFile(None),
                journal=self._journal,
                drafts=MemoryDrafts(),
                clock=self._clock.now,
                pace=Pace(sleep=self._clock.sleep),
                given_token=GivenToken(DEMO_TOKEN, TokenPlace.TOKEN_FILE),
            )
        )
        self._operations.start(self._hear)
        for _ in range(_ATTEMPTS):
            # With a brief limit, a busy machine may be too slow at first.
            with contextlib.suppress(ServiceError):
                await self._operations.sign_in()
                return
        raise TimeoutError("nobody could sign in")

    async def close(self) -> None:
        """End operations, the line and the service."""
        # Signing out closes the client's connections.
        await self._operations.forget("")
        await asyncio.to_thread(self._operations.stop, 0)
        await self._line.close()
        await self._server.close()

    def _connect(self, service_url: str, token: Secret, _tell: Listener) -> Prolific:
        return Api(service_url, token, limits=self._limits, surroundings=Surroundings({}))

    def _hear(self, event: Event) -> None:
        if isinstance(event, WriteEnded):
            self._loop.call_soon_threadsafe(self._ended.set_result, event)

    async def model(self, write: Write, fate: Fate, shape: Shape) -> Model:
        """An exchange that is cut only behind its end."""
        behind = Cut(write, Direction.ANSWER, 1_000_000, Manner.CLOSED, fate, shape)
        await self._trial(behind, b"")
        return Model(write, fate, shape, self._line.request, self._line.answer)

    async def attempt(self, cut: Cut) -> Trial:
        """Send, and cut the line."""
        if cut.write not in self._models:
            number = self._trials
            self._models[cut.write] = await self.model(cut.write, Fate.APPLIED, Shape.PLAIN), number
        model, number = self._models[cut.write]
        expected = model.request
        for old, new in zip(_usernames(number), _usernames(self._trials), strict=True):
            expected = expected.replace(old.encode(), new.encode())
        return await self._trial(cut, expected)

    async def _trial(self, cut: Cut, expected: bytes) -> Trial:
        usernames = _usernames(self._trials)
        self._trials += 1
        self._service.begin(cut)
        self._clock.begin()
        plan = self._plan(cut.write, usernames)
        before = self._service.holds()
        self._line.arm(cut, expected, self._write_comes)
        if cut.fate.delay is not None:
            self._clock.at(cut.fate.delay, self._line.release)
        outcome = await self._sent(plan)
        await self._line.quiet()
        return Trial(
            cut,
            plan,
            usernames,
            outcome,
            next(iter(self._journal.entries(self._operations.service_url)), None),
            self._service.writes,
            self._service.done,
            frozenset(self._service.made),
            before,
            self._service.holds(),
            tuple(self._service.told),
            self._looks_before,
            self._line.struck,
        )

    def _write_comes(self) -> None:
        self._looks_before = len(self._service.told)

    async def _sent(self, plan: Plan) -> Outcome:
        self._ended = self._loop.create_future()
        assert self._operations.writes.submit(plan)
        async with asyncio.timeout(_PATIENCE):
            return (await self._ended).outcome

    def _plan(self, write: Write, usernames: Iterable[str]) -> Plan:
        if write is not Write.SECRET:
            return credential_plan(write, [(name, "correct,horse battery") for name in usernames])
        secret = self._service.state.secrets[MAIN_WORKSPACE]
        return SecretPlan(WORKSPACE, WebhookSecret(secret.id, secret.value, MAIN_WORKSPACE))


def _usernames(number: int) -> tuple[str, ...]:
    return tuple(f"new-{number:06}-{row}" for row in range(ROWS))


@asynccontextmanager
async def lab(limits: Limits) -> AsyncIterator[Lab]:
    """A lab for as long as it is needed."""
    opened = Lab(limits)
    await opened.open()
    try:
        yield opened
    finally:
        await opened.close()
