"""Programs that send a list in 20 parts and are killed at a step of the journal.

python -m tests.submission_process URL: each line on standard input is a run, with tabs between the
write, a directory, and the step at which it is killed, if it is; what became of it is answered with
a line. A run sends, or takes up what the one before it left, as the person would.
"""

import asyncio
import itertools
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from prolific_tui.client.api import Api, Surroundings
from prolific_tui.demo.seed import DEMO_TOKEN
from prolific_tui.errors import Effect
from prolific_tui.journal import JournalStore
from prolific_tui.submission.journal import Learned, NewPart, NewSend
from prolific_tui.submission.later import say, settle_open
from prolific_tui.submission.means import Means, Pace
from prolific_tui.submission.plan import CredentialPlan
from prolific_tui.submission.resuming import resumption
from prolific_tui.submission.run import run
from prolific_tui.submission.send import Finding, Part, Send, Standing
from tests.submission_bench import OWNER, Write, credential_plan

PARTS = 20
ROWS = tuple(f"killed-{number:02}" for number in range(2 * PARTS))


def now() -> datetime:
    return datetime.now(UTC)


class Doomed(JournalStore):
    """A journal whose program is killed at a step: before an even one, after an odd one."""

    def __init__(self, path: Path, name: str, at: int | None) -> None:
        super().__init__(path, name, random=os.urandom, now=now)
        self._steps = itertools.count()
        self._at = at

    def _step(self) -> None:
        if next(self._steps) == self._at:
            os.kill(os.getpid(), signal.SIGKILL)

    def begin(self, new: NewSend) -> Send:
        self._step()
        send = super().begin(new)
        self._step()
        return send

    def about_to_send(self, number: int, new: NewPart) -> Part:
        self._step()
        part = super().about_to_send(number, new)
        self._step()
        return part

    def record(self, number: int, learned: Learned) -> None:
        self._step()
        super().record(number, learned)
        self._step()

    def leave(self, number: int) -> Send:
        self._step()
        send = super().leave(number)
        self._step()
        return send


def plan(write: Write) -> CredentialPlan:
    return credential_plan(write, [(name, "pw-long-enough") for name in ROWS])


async def send(url: str, write: Write, journal: JournalStore) -> Effect:
    """What the person does with the list: send it, or go on with it."""
    client = Api(url, DEMO_TOKEN, surroundings=Surroundings({}))
    pace = Pace(part_rows=len(ROWS) // PARTS, looks=())
    means = Means(client, journal, now, url, OWNER, pace)
    try:
        sends = journal.sends(url)
        if not sends or not sends[0].parts:
            return (await run(plan(write), means)).outcome.effect
        last = sends[0]
        if last.in_use:
            raise RuntimeError("somebody is at work on it")
        if last.is_open:
            last = await settle_open(last.number, means)
            for part in last.open_parts:
                there = {Finding.CONSISTENT: True, Finding.NOT_THERE: False}
                arrived = there[part.finding or Finding.UNCLEAR]
                last = await say(last.number, part.number, means, arrived=arrived)
        if last.standing in (Standing.ACCEPTED, Standing.SAID):
            return Effect.ACCEPTED
        places = journal.places(last.number, plan(write).accounts.usernames)
        rest = resumption(last, plan(write), places).plan
        if rest is None:
            raise RuntimeError("nothing can go on")
        return (await run(rest, means)).outcome.effect
    finally:
        await client.aclose()


def child(url: str, write: Write, folder: Path, at: int | None) -> str:
    """Send in a program of its own, and say what became of it."""
    number = os.fork()
    if number == 0:
        path = folder / "journal.sqlite3"
        effect = asyncio.run(send(url, write, Doomed(path, os.urandom(8).hex(), at)))
        os._exit(0 if effect is Effect.ACCEPTED else 1)
    _, status = os.waitpid(number, 0)
    return "killed" if os.WIFSIGNALED(status) else f"ended {os.WEXITSTATUS(status)}"


def main(url: str) -> None:
    for line in sys.stdin:
        write, folder, step = line.rstrip("\n").split("\t")
        told = child(url, Write[write], Path(folder), int(step) if step else None)
        sys.stdout.write(f"{told}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
