"""Many cuts tried at once: labs in one loop, each with one cut at a time."""

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final

from prolific_tui.client.api import Limits
from tests.cuts.cuts import Cut, Manner, Model, models
from tests.cuts.lab import LIMITS, lab
from tests.cuts.tally import Tally

_LABS: Final = {Manner.CLOSED: 2, Manner.RESET: 2, Manner.STALLED: 12}
"""How many labs work for each of the limits of a manner. Where lines stall, most of them wait."""
_WORTH_A_LAB: Final = 4
"""For so many cuts a lab is opened, which takes as long as some of them."""
_ATTEMPTS: Final = 10
"""How often a cut is tried that could not be made, because the client gave up before that."""


async def uncut() -> list[Model]:
    """The exchanges by which offsets are known."""
    async with lab(LIMITS[Manner.CLOSED][0]) as opened:
        return [await opened.model(*model) for model in models()]


async def tried(cuts: Sequence[Cut]) -> Tally:
    """What came of the cuts."""
    tally = Tally()
    async with asyncio.TaskGroup() as labs:
        for queue, limits, number in _queues(cuts):
            for _ in range(min(number, -(-len(queue) // _WORTH_A_LAB))):
                labs.create_task(_work(queue, limits, tally))
    return tally


def tried_here(cuts: Sequence[Cut]) -> Tally:
    """The same in a loop of its own, for another process."""
    return asyncio.run(tried(cuts))


def _queues(cuts: Sequence[Cut]) -> Iterator[tuple[deque[Cut], Limits, int]]:
    """The cuts by the limits that they are tried with, and how many labs for each."""
    for manner, limits in LIMITS.items():
        mine = [cut for cut in cuts if cut.manner is manner]
        for number, each in enumerate(limits):
            yield deque(mine[number :: len(limits)]), each, _LABS[manner]


async def _work(queue: deque[Cut], limits: Limits, tally: Tally) -> None:
    async with lab(limits) as opened:
        while queue:
            cut = queue.popleft()
            trial = await opened.attempt(cut)
            for _ in range(_ATTEMPTS - 1):
                if trial.struck:
                    break
                trial = await opened.attempt(cut)
            tally.add(trial)
            if cut.is_settled and trial.struck:
                settled = await opened.settle(trial)
                if settled is not None:
                    tally.add_settled(settled)
        tally.unkept += await opened.unkept()
