"""A long list sent in parts through a real socket, against the same requests by bare httpx.

Both are programs of their own (`senders`), and each run has a service of its own. The requests are
those that the program itself made in a run before.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from prolific_tui.demo.exchange import Answer, Request
from prolific_tui.demo.seed import DEMO_TOKEN, counted_ids, demo_state
from prolific_tui.demo.server import serving
from prolific_tui.demo.service import Service
from tests.benchmark.figures import Line, in_turns

_MOST_TIME: Final = 1.2
"""Times what bare httpx takes."""
_MOST_GROWTH: Final = 5.0
"""MB that sending may hold more after its last part than after its second."""
_SERVING: Final = (
    "import gc, runpy; gc.disable(); runpy.run_module('prolific_tui.demo', run_name='__main__')"
)
"""The demo's service, which does not stop to collect garbage in the time of one and not the other:
with so many accounts that takes as long as several parts."""
_PATIENCE: Final = 600.0
"""Seconds after which a sender has failed."""


def sending(home: Path, runs: int, rows: int = 100_000) -> Iterator[Line]:
    """How long a list takes to be sent, and whether memory grows with its parts."""
    recorded = home / "requests.json"
    recorded.write_text(json.dumps(_requests(rows)))
    found = in_turns(
        runs,
        {
            "here": partial(_measured, "here", str(rows)),
            "bare": partial(_measured, "bare", str(recorded)),
        },
    )
    here, bare = found["here"], found["bare"]
    ratio = here["seconds"] / bare["seconds"]
    what = f"{rows:,} rows sent in {here['parts']:.0f} parts"
    yield Line(
        what,
        f"{here['seconds']:.3g} s, and {here['prepared']:.2g} s while it is reviewed",
        f"its {bare['requests']:.0f} requests by bare httpx: {bare['seconds']:.3g} s",
        ratio,
        f"{_MOST_TIME:g}x",
        ratio <= _MOST_TIME,
    )
    yield Line(
        f"{what}: memory from the second part to the last",
        f"{here['growth']:.3g} MB",
        limit=f"{_MOST_GROWTH:g} MB",
        met=here["growth"] <= _MOST_GROWTH,
    )


class _Recording(Service):
    """The service of the demo, which remembers what it is asked."""

    def __init__(self) -> None:
        super().__init__(demo_state(), DEMO_TOKEN, new_id=counted_ids())
        self.requests: list[tuple[str, str, str]] = []

    def handle(self, request: Request) -> Answer:
        """The answer of the service."""
        query = f"?{urlencode(request.query)}" if request.query else ""
        self.requests.append((request.method, f"{request.path}{query}", request.body.decode()))
        return super().handle(request)


def _requests(rows: int) -> list[tuple[str, str, str]]:
    """Method, target and body of each request that the program makes for a send."""
    service = _Recording()
    with serving(service) as server:
        _run("here", str(rows), server.address)
    first = next(number for number, each in enumerate(service.requests) if each[0] == "POST")
    # The look just before the first part belongs to the send; signing in does not.
    return service.requests[first - 1 :]


def _measured(sender: str, argument: str) -> dict[str, float]:
    # The service has a process of its own, so that its work is in neither's time or memory.
    program = (sys.executable, "-c", _SERVING, "--port", "0")
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as served:
        try:
            assert served.stdout is not None
            return _run(sender, argument, served.stdout.readline().split()[-1])
        finally:
            served.terminate()


def _run(sender: str, argument: str, address: str) -> dict[str, float]:
    program = (sys.executable, "-m", "tests.benchmark.senders", sender, argument, address)
    ran = subprocess.run(program, stdout=subprocess.PIPE, check=True, timeout=_PATIENCE)
    figures: dict[str, float] = json.loads(ran.stdout)
    return figures
