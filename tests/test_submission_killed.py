"""Killed at any step of the journal, a send of 20 parts goes on to its end, each row once.

`python -m tests.killing` tries every step; here are all of a create's first part and of its end,
and some of those that are alike.
"""

from pathlib import Path

from prolific_tui.demo.seed import demo_service
from prolific_tui.demo.server import serving
from tests.killing import ENDED, STEPS, programs, wrong_with
from tests.submission_bench import Write

CREATE_STEPS = (*range(8), 26, 52, 75, *range(STEPS - 6, STEPS))
APPEND_STEPS = (3, 4, 44, STEPS - 4)


def test_killed_at_any_step_it_goes_on_and_the_pool_has_each_row_once(tmp_path: Path) -> None:
    service = demo_service()
    with serving(service) as server, programs(server.address) as run:
        for write, steps in ((Write.CREATE, CREATE_STEPS), (Write.APPEND, APPEND_STEPS)):
            for step in steps:
                folder = tmp_path / f"{write.name}{step}"
                assert wrong_with(run, service, write, folder, step) == "", (write, step)
        assert run(Write.CREATE, tmp_path / "whole", STEPS) == ENDED, "there are no further steps"
