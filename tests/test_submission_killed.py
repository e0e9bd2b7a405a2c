"""Killed at any step of the journal, a send of 20 parts goes on to its end, each row once."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from prolific_tui.demo.seed import demo_service
from prolific_tui.demo.server import serving
from prolific_tui.demo.service import Service
from tests.submission_process import PARTS, ROWS

STEPS = 2 * (1 + 2 * PARTS + 2)
"""Before and after each: the send, for each part that it leaves and what became of it, the figures
of the look after the last one, and that nobody is at work on it any more."""

Run = Callable[[Path, int | None], str]


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

        def run(folder: Path, at: int | None) -> str:
            wanted.write(f"{folder}\t{'' if at is None else at}\n")
            wanted.flush()
            return answers.readline().strip()

        yield run
        wanted.close()


def kill_and_go_on(run: Run, service: Service, folder: Path, step: int) -> None:
    """Kill a send at a step, then kill what goes on with it, then let that go to its end."""
    known = set(service.state.pools)

    assert run(folder, step) == "killed"
    run(folder, 3 + step % 5)
    assert run(folder, None) == "ended 0", step

    (made,) = service.state.pools.keys() - known
    assert sorted(service.state.pools[made].passwords) == sorted(ROWS), step


def test_killed_at_any_step_it_goes_on_and_the_pool_has_each_row_once(tmp_path: Path) -> None:
    service = demo_service()
    with serving(service) as server, programs(server.address) as run:
        # All steps of the first part and of the end, and some of those that are alike.
        for step in (*range(8), 13, 26, 39, 52, 65, 75, *range(STEPS - 6, STEPS)):
            kill_and_go_on(run, service, tmp_path / str(step), step)
