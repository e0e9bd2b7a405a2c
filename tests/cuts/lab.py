"""One service, one line to it and the program's own operations, for one trial after another."""

import asyncio
import contextlib
import os
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from prolific_tui.client.api import Api, Limits, Surroundings
from prolific_tui.demo.seed import DEMO_TOKEN, MAIN_WORKSPACE
from prolific_tui.demo.server import Server
from prolific_tui.drafts import MemoryDrafts
from prolific_tui.errors import Effect, ServiceError
from prolific_tui.journal import JournalStore
from prolific_tui.keeping import TokenPlace
from prolific_tui.models import WebhookSecret
from prolific_tui.operations import GivenToken, Operations, Parts
from prolific_tui.operations.connection import Prolific
from prolific_tui.operations.events import Event, Listener, WriteEnded
from prolific_tui.secret import Secret
from prolific_tui.settings import StateFile
from prolific_tui.submission.means import Pace
from prolific_tui.submission.outcome import Outcome
from prolific_tui.submission.plan import Kind, Plan, SecretPlan
from prolific_tui.submission.send import Send, Standing
from prolific_tui.vault import MemoryVault
from tests.client_peer import PATIENT
from tests.cuts.clock import TrialClock
from tests.cuts.cuts import Cut, Direction, Fate, Manner, Model, Shape
from tests.cuts.line import Line
from tests.cuts.prolific import ROWS, TAKEN, Telling, WatchedService
from tests.submission_bench import WORKSPACE, Holdings, Write, credential_plan

_LOADED: Final = replace(
    PATIENT,
    connect=30,
    read=30,
    write=30,
    pool=30,
    total_read=30,
    total_write=30,
    grace=0.2,
    # Each trial is a send of its own, which begins with a new connection.
    write_kept=0,
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
    send: Send | None
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
    looks_from: int
    """How many of these were before the looking that the outcome is of."""
    looking_since: float
    """The second at which that began."""
    struck: bool
    """Whether the line was cut where it was to be."""
    others_open: bool = False
    """Whether requests for a secret of earlier trials are open, once this one is settled."""

    @property
    def first_look(self) -> Telling:
        """What was told last before the write."""
        return self.told[self.looks_before - 1]

    @property
    def last_look(self) -> Telling:
        """What was told last, for the looking that the outcome is of."""
        return self.told[-1] if self.was_looked_at else self.first_look

    @property
    def was_looked_at(self) -> bool:
        """Whether that looking was told anything."""
        return len(self.told) > self.looks_from


class Lab:
    """Trials one after another; several labs may work at the same time in one loop."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._clock = TrialClock(self._loop)
        self._service = WatchedService(lambda: self._clock.seconds)
        self._server = Server(self._service)
        self._ended: asyncio.Future[WriteEnded] = self._loop.create_future()
        self._directory = tempfile.TemporaryDirectory(prefix="cuts-")
        self._sends: dict[int, Send] = {}
        """What the journal said of each send at the end of its trial."""
        self._models: dict[Write, tuple[Model, int]] = {}
        """An exchange of each write, and the number of the trial that it is of."""
        self._trials = 0
        self._looks_before = 0
        self._line: Line
        self._operations: Operations

    async def open(self) -> None:
        """Listen, start operations and sign in."""
        await self._server.start()
        self._line = Line(self._server.port, min(self._limits.total_write, self._limits.read) / 4)
        await self._line.start()
        self._operations = Operations(
            Parts(
                connect=self._connect,
                service_url=f"http://127.0.0.1:{self._line.port}",
                keyring=MemoryVault(),
                token_file=MemoryVault(),
                settings=StateFile(None),
                journal=self._journal("this"),
                drafts=MemoryDrafts(),
                clock=self._clock.now,
                pace=Pace(sleep=self._clock.sleep, moment=lambda: self._clock.seconds),
                given_token=GivenToken(DEMO_TOKEN, TokenPlace.TOKEN_FILE),
            )
        )
        self._operations.start(self._hear)
        for _ in range(_ATTEMPTS):
            # With a brief limit, a busy machine may be too slow at first.
            with contextlib.suppress(ServiceError):
                await self._operations.sign_in()
                await self._operations.history.read()
                return
        raise TimeoutError("nobody could sign in")

    async def close(self) -> None:
        """End operations, the line and the service."""
        # Signing out closes the client's connections.
        if (account := await self._operations.given_account()) is not None:
            await self._operations.forget(account.whose)
        await asyncio.to_thread(self._operations.stop, 0)
        await self._line.close()
        await self._server.close()
        self._directory.cleanup()

    def _journal(self, run: str) -> JournalStore:
        path = Path(self._directory.name) / "journal.sqlite3"
        return JournalStore(path, run, random=os.urandom, now=self._clock.now)

    async def unkept(self) -> int:
        """How many sends are otherwise on the disk, as another program reads them, than told."""

        def read() -> tuple[Send, ...]:
            journal = self._journal("other")
            try:
                return journal.sends(self._operations.service_url)
            finally:
                journal.close()

        kept = {send.number: send for send in await asyncio.to_thread(read)}
        return sum(kept.get(number) != send for number, send in self._sends.items())

    def _connect(self, service_url: str, token: Secret, _tell: Listener) -> Prolific:
        return Api(service_url, token, limits=self._limits, surroundings=Surroundings({}))

    def _hear(self, event: Event) -> None:
        if isinstance(event, WriteEnded):
            self._loop.call_soon_threadsafe(self._ended.set_result, event)

    async def model(self, write: Write, fate: Fate, shape: Shape) -> Model:
        """An exchange that is cut only behind its end."""
        behind = Cut(write, Direction.ANSWER, 1_000_000, Manner.CLOSED, fate, shape)
        # With a brief limit, a client on a busy machine may give up before that.
        while not (await self._trial(behind, b"")).struck:
            pass
        return Model(write, fate, shape, self._line.request, self._line.answer)

    async def attempt(self, cut: Cut) -> Trial:
        """Send, and cut the line."""
        if cut.write not in self._models:
            model = await self.model(cut.write, Fate.APPLIED, Shape.PLAIN)
            self._models[cut.write] = model, self._trials - 1
        model, number = self._models[cut.write]
        expected = model.request
        for old, new in zip(_usernames(number), _usernames(self._trials), strict=True):
            expected = expected.replace(old.encode(), new.encode())
        return await self._trial(cut, expected)

    async def _trial(self, cut: Cut, expected: bytes) -> Trial:
        usernames = _usernames(self._trials, cut.fate)
        self._trials += 1
        self._service.begin(cut)
        self._clock.begin()
        plan = self._plan(cut.write, usernames)
        before = self._service.holds()
        self._line.arm(cut, expected, self._write_comes)
        if cut.fate.delay is not None:
            self._clock.at(cut.fate.delay, self._line.release)
        ended = await self._sent(plan)
        await self._line.quiet()
        return self._seen(cut, plan, usernames, ended, before)

    def _seen(
        self,
        cut: Cut,
        plan: Plan,
        usernames: tuple[str, ...],
        ended: WriteEnded,
        before: Holdings,
    ) -> Trial:
        sends = self._operations.history.now.sends
        send = next((send for send in sends if send.number == ended.number), None)
        if send is not None:
            self._sends[send.number] = send
        return Trial(
            cut,
            plan,
            usernames,
            ended.outcome,
            send,
            self._service.writes,
            self._service.done,
            frozenset(self._service.made),
            before,
            self._service.holds(),
            tuple(self._service.told),
            self._looks_before,
            self._looks_before,
            0.0,
            self._line.struck,
        )

    async def settle(self, trial: Trial) -> Trial | None:
        """Settle a send that is open once a minute has passed; None for one that is not."""
        if trial.send is None or not trial.send.is_open:
            return None
        await self._clock.sleep(60)
        looks_from, since = len(self._service.told), self._clock.seconds
        send = await self._operations.history.settle_now(trial.send.number)
        self._sends[send.number] = send
        part = send.parts[-1]
        effect = Effect.ACCEPTED if send.standing is Standing.ACCEPTED else Effect.UNKNOWN
        outcome = Outcome(effect, part.title, part.message, pool=trial.outcome.pool)
        return replace(
            trial,
            outcome=outcome,
            send=send,
            writes=self._service.writes,
            done=self._service.done,
            made=frozenset(self._service.made),
            after=self._service.holds(),
            told=tuple(self._service.told),
            looks_from=looks_from,
            looking_since=since,
            others_open=any(
                each.open_parts and each.kind is Kind.REPLACE_SECRET
                for number, each in self._sends.items()
                if number != send.number
            ),
        )

    def _write_comes(self) -> None:
        self._looks_before = len(self._service.told)

    async def _sent(self, plan: Plan) -> WriteEnded:
        self._ended = self._loop.create_future()
        assert self._operations.writes.submit(plan)
        async with asyncio.timeout(_PATIENCE):
            return await self._ended

    def _plan(self, write: Write, usernames: Iterable[str]) -> Plan:
        if write is not Write.SECRET:
            return credential_plan(write, [(name, "correct,horse battery") for name in usernames])
        secret = self._service.state.secrets[MAIN_WORKSPACE]
        return SecretPlan(WORKSPACE, WebhookSecret(secret.id, secret.value, MAIN_WORKSPACE))


def _usernames(number: int, fate: Fate = Fate.APPLIED) -> tuple[str, ...]:
    names = tuple(f"new-{number:06}-{row}" for row in range(ROWS))
    return (TAKEN, *names[1:]) if fate is Fate.GATEWAY_CLASHED else names


@asynccontextmanager
async def lab(limits: Limits) -> AsyncIterator[Lab]:
    """A lab for as long as it is needed."""
    opened = Lab(limits)
    await opened.open()
    try:
        yield opened
    finally:
        await opened.close()
