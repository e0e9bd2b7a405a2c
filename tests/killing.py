"""Kills a send of 20 parts at every step of the journal: `python -m tests.killing`.

What goes on with it is killed as well, and what goes on with that ends. It fails where the pool
does not hold each row once then.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from prolific_tui.demo.seed import CHATBOT_B, demo_service
from prolific_tui.demo.server import serving
from prolific_tui.demo.service import Service
from tests.submission_bench import Write
from tests.submission_process import PARTS, ROWS

STEPS: Final = 2 * (1 + 2 * PARTS + 2)
"""Before and after each: the send, for each part that it leaves and what became of it, the figures
of the look after the last one, and that nobody is at work on it any more."""
WRITES: Final = (Write.CREATE, Write.APPEND)
ENDED: Final = "ended 0"
"""What is said of a program of which the whole list was accepted."""

Run = Callable[[Write, Path, int | None], str]


@contextmanager
def programs(url: str) -> Iterator[Run]:
    """Runs programs that share nothing but the disk and the service."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.submission_process", url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        wanted, answers = process.stdin, process.stdout

        def run(write: Write, folder: Path, at: int | None) -> str:
            wanted.write(f"{write.name}\t{folder}\t{'' if at is None else at}\n")
            wanted.flush()
            return answers.readline().strip()

        yield run
        wanted.close()


def wrong_with(run: Run, service: Service, write: Write, folder: Path, step: int) -> str:
    """Kill a send at a step, then what goes on with it, and let that go on; what is wrong then."""
    before = dict(service.state.pools)
    try:
        first = run(write, folder, step)
        run(write, folder, 3 + step % 5)
        last = run(write, folder, None)
        if (first, last) != ("killed", ENDED):
            return f"it {first}, and then it {last}"
        after = service.state.pools
        made = after.keys() - before.keys()
        pool_id, old = CHATBOT_B, tuple(before[CHATBOT_B].passwords)
        if write is Write.CREATE and len(made) == 1:
            (pool_id,), old = made, ()
        elif made:
            return f"{len(made)} pools were made"
        new = [name for name in after[pool_id].passwords if name not in old]
        return "" if sorted(new) == sorted(ROWS) else f"{len(new)} rows arrived"
    finally:
        service.state.pools.clear()
        service.state.pools.update(before)


def main() -> int:
    """Try every step of every write; 1 where anything is wrong."""
    tried = wrong = 0
    service = demo_service()
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(service) as server,
        programs(server.address) as run,
    ):
        for write in WRITES:
            for step in range(STEPS):
                told = wrong_with(run, service, write, Path(folder) / f"{write.name}{step}", step)
                tried += 1
                if told:
                    wrong += 1
                    sys.stdout.write(f"{write.value} killed at step {step}: {told}\n")
                sys.stderr.write(f"\r{tried} of {STEPS * len(WRITES)} steps, {wrong} wrong ")
                sys.stderr.flush()
    sys.stdout.write(f"\nSteps tried: {tried}, wrong: {wrong}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
