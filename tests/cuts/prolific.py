"""The in-memory Prolific of these trials: it counts, remembers what it told, and has other clients.

What a trial did is undone by `begin`, so that thousands can use the same one.
"""

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from prolific_tui.demo.exchange import Answer, Request
from prolific_tui.demo.faults import Fault
from prolific_tui.demo.routes import find_operations
from prolific_tui.demo.seed import CHATBOT_B, DEMO_TOKEN, MAIN_WORKSPACE, counted_ids, demo_state
from prolific_tui.demo.service import Service
from prolific_tui.demo.state import Pool, SigningSecret
from prolific_tui.secret import Secret
from tests.cuts.cuts import Cut, Fate
from tests.submission_bench import Holdings, Write

ROWS: Final = 3
"""How many credentials each trial sends."""
TAKEN: Final = "lab-b-001"
"""A username that is in the pool from the start, and in the usage report of a study on it."""
_REFUSALS: Final = {Write.CREATE: 409, Write.APPEND: 409, Write.SECRET: 403}


@dataclass(frozen=True, slots=True)
class Telling:
    """What one listing told."""

    second: float
    """When, on the clock of the trial."""
    totals: dict[str, int]
    """By pool; empty where the secret was asked for."""
    secret_id: str | None
    writes: int
    """How many writes had arrived by then."""


class WatchedService(Service):
    """The lab, with a note of every write that arrives and of every figure that it tells."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        # No id comes twice, as it would not at Prolific: the history knows those of all trials.
        super().__init__(demo_state(), DEMO_TOKEN, new_id=counted_ids())
        self._seconds = seconds
        self._pools = dict(self.state.pools)
        self._secrets = dict(self.state.secrets)
        self._crowd: Crowd | None = None
        self.writes = 0
        """How many writes arrived since the trial began."""
        self.done = 0
        """How many of them it did."""
        self.made: set[str] = set()
        """The ids of pools and secrets that they made."""
        self.told: list[Telling] = []
        """Every listing since the trial began."""

    def begin(self, cut: Cut) -> None:
        """Be as at the start, and treat the next write as the cut says."""
        self.state.pools.clear()
        self.state.pools.update(self._pools)
        self.state.secrets.update(self._secrets)
        self._crowd = None if cut.crowd is None else Crowd(self, cut.crowd)
        self.writes = self.done = 0
        self.made.clear()
        self.told.clear()
        self.switch_off()
        if cut.fate is Fate.REFUSED:
            self.switch_on(cut.write.value, Fault(status=_REFUSALS[cut.write]))

    def handle(self, request: Request) -> Answer:
        """The answer; somebody else may act just before it and just after."""
        # Another secret than the person had in mind would not be replaced; of a pool it is told.
        operation, _ = find_operations(request.path)[request.method]
        is_of_pools = operation.operation_id == "listCredentialPools"
        if self._crowd is not None and (self.told or is_of_pools):
            self._crowd.act()
        known = self._identities()
        answer = super().handle(request)
        if request.method == "GET":
            self._note_telling(request)
        else:
            self.writes += 1
            self.done += 200 <= answer.status <= 299
            self.made |= self._identities() - known
        if self._crowd is not None and self.told:
            self._crowd.act()
        return answer

    def _identities(self) -> set[str]:
        return {*self.state.pools, self.state.secrets[MAIN_WORKSPACE].id}

    def _note_telling(self, request: Request) -> None:
        operation = find_operations(request.path)[request.method][0].operation_id
        if operation not in ("listCredentialPools", "listSecrets"):
            return
        totals, secret_id = {}, None
        if operation == "listCredentialPools":
            totals = {
                pool.id: len(pool.passwords)
                for pool in self.state.pools.values()
                if pool.workspace_id == MAIN_WORKSPACE
            }
        else:
            secret_id = self.state.secrets[MAIN_WORKSPACE].id
        self.told.append(Telling(self._seconds(), totals, secret_id, self.writes))

    def holds(self) -> Holdings:
        """What is there now."""
        pools = {pool.id: tuple(pool.passwords) for pool in self.state.pools.values()}
        return Holdings(pools, self.state.secrets[MAIN_WORKSPACE].value)


class Crowd:
    """A second client: it appends to the same pool, makes pools, and replaces the secret."""

    def __init__(self, service: WatchedService, seed: int) -> None:
        self._service = service
        self._chance = random.Random(seed)  # noqa: S311 - a choice of examples
        self._numbers = itertools.count()

    def act(self) -> None:
        """Do nothing, or something; now and then exactly what the trial does as well."""
        state = self._service.state
        count = self._chance.choice((0, 0, 0, 1, ROWS, ROWS, 2 * ROWS))
        if not count:
            return
        passwords = {f"theirs-{next(self._numbers)}": Secret("theirs") for _ in range(count)}
        match self._chance.randrange(4):
            case 0:
                identity = f"{MAIN_WORKSPACE}_theirs-{next(self._numbers)}"
                state.pools[identity] = Pool(identity, MAIN_WORKSPACE, passwords)
            case 1:
                identity = f"{next(self._numbers):024x}"
                state.secrets[MAIN_WORKSPACE] = SigningSecret(
                    identity, Secret(f"whs-theirs-{identity}"), MAIN_WORKSPACE
                )
            case _:
                pool = state.pools[CHATBOT_B]
                state.pools[CHATBOT_B] = replace(pool, passwords={**pool.passwords, **passwords})
