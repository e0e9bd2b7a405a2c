"""Long work between keys: a few milliseconds of it at a time, so that any key is answered."""

import asyncio
import gc
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from time import monotonic
from typing import Final, TypeVar

from prolific_tui.credentials.stepping import Steps

T = TypeVar("T")

SLICE_SECONDS: Final = 0.005
"""How long work goes on before the interface gets its turn."""

_TURNS: Final = 50
"""How many turns the interface gets at a time: enough for a key and all that it causes.

With a slice between any two of its queues, a key would wait for a dozen slices. A turn in which
nothing waits takes some microseconds.
"""

TELL_SECONDS: Final = 0.1
"""How often it is told how far work is: to draw that takes as long as a slice."""


class Unfinished(Exception):  # noqa: N818 - not an error
    """The work was not done within one slice."""

    def __init__(self, done: int) -> None:
        super().__init__()
        self.done = done
        """How many rows were looked at so far."""


def take_slice(steps: Steps[T]) -> T:
    """Go on with the work for one slice of time; gives its result if that is enough.

    Raises `Unfinished` where it is not, and whatever the work raises.
    """
    until = monotonic() + SLICE_SECONDS
    done = 0
    try:
        while monotonic() < until:
            done = next(steps)
    except StopIteration as stop:
        result: T = stop.value
        return result
    raise Unfinished(done)


async def give_way() -> None:
    """Let the interface do all that is due, such as a key and what it causes.

    A key goes through several queues before its answer is drawn, one of them each turn.
    """
    for _ in range(_TURNS):
        await asyncio.sleep(0)


async def drive(steps: Steps[T], progress: Callable[[int], None] = lambda _done: None) -> T:
    """Do the work slice by slice; `progress` is told how many rows were looked at so far.

    Cancelling it gives the work up and leaves everything as it was.
    """
    with closing(steps):
        try:
            return take_slice(steps)
        except Unfinished as unfinished:
            progress(unfinished.done)
        tell_at = monotonic() + TELL_SECONDS
        with without_collection():
            while True:
                await give_way()
                try:
                    return take_slice(steps)
                except Unfinished as unfinished:
                    if monotonic() >= tell_at:
                        tell_at = monotonic() + TELL_SECONDS
                        progress(unfinished.done)


@contextmanager
def without_collection() -> Iterator[None]:
    """Keep the garbage collector still while many rows come in, or are looked through.

    It would look at all of them again and again, which doubles the time. Nor does it look at them
    afterwards: at a million rows, that stops the interface for a fifth of a second. Whoever closes
    what holds them calls `allow_collection`.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


def allow_collection() -> None:
    """Let the garbage collector look again at what `without_collection` kept from it.

    A closed screen is in cycles of its own, so it stays in memory as long as nobody looks at it.
    """
    gc.unfreeze()
