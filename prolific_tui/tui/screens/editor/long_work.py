"""Work that may take long: done between keys, with its progress said, and given up with Esc."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, TypeVar

from textual.worker import WorkType

from prolific_tui.credentials.stepping import OutdatedError, Steps
from prolific_tui.tui.drive import Unfinished, drive, take_slice
from prolific_tui.tui.screens.revealing import RevealingScreen

T = TypeVar("T")

GIVEN_UP: Final = "Given up; the rows are as they were."

LONG: Final = "long"
"""The workers of what a person asked for and Esc gives up."""


class LongWork(RevealingScreen):
    """A screen that does long work a slice at a time."""

    _progress = ""
    """How far long work was when that was said last."""

    @property
    def standing_words(self) -> str:
        """What is to be said for as long as nothing else is; empty where that is nothing."""
        return ""

    def work_through(
        self,
        begin: Callable[[], Steps[T]],
        then: Callable[[T], object],
        what: str,
        *,
        group: str = LONG,
        asks: bool = False,
    ) -> None:
        """Do something that may take long, and then something with its result.

        What is done within a slice of time is done at once, so that the next key finds it done.
        Longer work goes on between keys, shows how far it is, and ends with Esc or with the next
        work of its group. What `asks` the person in the end holds every other key until then.
        """
        self.workers.cancel_group(self, group)
        steps = begin()
        try:
            result = take_slice(steps)
        except Unfinished:
            # A call rather than a coroutine: one that is given up before it began is no mistake.
            hint = "; Esc gives it up" if group == LONG else ""
            go_on = partial(self._go_on, steps, begin, then, (what, hint))
            job: WorkType[None] = partial(self._ask, go_on) if asks else go_on
            self.run_worker(job, group=group, exclusive=True)
        else:
            then(result)

    async def _ask(self, get_ready: Callable[[], Awaitable[None]]) -> None:
        with self.app.holding_keys(self.give_up_and_say):
            await get_ready()

    async def _go_on(
        self,
        steps: Steps[T],
        begin: Callable[[], Steps[T]],
        then: Callable[[T], object],
        words: tuple[str, str],
    ) -> None:
        # What was said last is said again afterwards, unless it was how far other work was, or
        # may not stand any more by then.
        passing = (self._progress, self.standing_words)
        said = "" if self.app.message in passing else self.app.message
        told = ""

        def progress(done: int) -> None:
            nonlocal told
            told = self._progress = f"{words[0]}… {done:,} rows{words[1]}"
            self.app.say(told)

        try:
            while True:
                try:
                    result = await drive(steps, progress)
                    break
                except OutdatedError:
                    steps = begin()
        finally:
            if told and self.app.message == told:
                self.app.say(self.standing_words or said)
        then(result)

    def is_working(self, group: str) -> bool:
        """Whether a worker of this group has not ended yet."""
        mine = (worker for worker in self.workers if worker.node is self and worker.group == group)
        return any(not worker.is_finished for worker in mine)

    def give_up_and_say(self) -> bool:
        """Give up long work, and say so; whether there was any."""
        found = self.give_up()
        if found:
            self.app.say(GIVEN_UP)
        return found

    def give_up(self) -> bool:
        """Give up long work; whether there was any."""
        found = [
            worker
            for worker in self.workers
            if worker.group in (LONG, "load") and worker.node is self
            # What was given up already may be about to put back what it changed.
            if worker.is_running and not worker.is_cancelled
        ]
        for worker in found:
            worker.cancel()
        return bool(found)
