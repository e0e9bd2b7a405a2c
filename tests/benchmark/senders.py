"""Two programs that send the same: this one's operations, and bare httpx.

`python -m tests.benchmark.senders here ROWS ADDRESS` or `... bare REQUESTS ADDRESS` sends once and
prints its figures as JSON.
"""

import asyncio
import json
import os
import queue
import secrets
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx

from prolific_tui.assembly import prepare_interpreter
from prolific_tui.client.api import Api
from prolific_tui.credentials.rows import Rows
from prolific_tui.credentials.session import EditSession
from prolific_tui.credentials.stepping import finish
from prolific_tui.demo.seed import DEMO_TOKEN, MAIN_WORKSPACE
from prolific_tui.drafts import MemoryDrafts
from prolific_tui.errors import Effect
from prolific_tui.journal import JournalStore
from prolific_tui.keeping import TokenPlace
from prolific_tui.models import Workspace
from prolific_tui.operations import GivenToken, Operations, Parts
from prolific_tui.operations.connection import Prolific
from prolific_tui.operations.events import Event, Listener, SendProgressed, WriteEnded
from prolific_tui.secret import Secret
from prolific_tui.settings import StateFile
from prolific_tui.submission.plan import CredentialPlan, Target, plan
from prolific_tui.vault import MemoryVault

_PATIENCE: Final = 300.0
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_LEAST: Final = 200
_MOST: Final = 299


def _connect(service_url: str, token: Secret, _listener: Listener) -> Prolific:
    return Api(service_url, token)


def _parts(address: str, directory: Path) -> Parts:
    """Real parts, with the journal on the disk; nothing else is kept."""

    def now() -> datetime:
        return datetime.now(UTC)

    path = directory / "journal.sqlite3"
    return Parts(
        connect=_connect,
        service_url=address,
        keyring=MemoryVault(),
        token_file=MemoryVault(),
        settings=StateFile(None),
        journal=JournalStore(path, "this", random=secrets.token_bytes, now=now),
        drafts=MemoryDrafts(),
        clock=now,
        given_token=GivenToken(DEMO_TOKEN, TokenPlace.SESSION),
    )


def _list(rows: int) -> CredentialPlan:
    numbers = range(1, rows + 1)
    names = [f"lab-{number:07}" for number in numbers]
    session = EditSession(Rows(names, [f"Kq7!{number:012x}" for number in numbers]))
    target = Target(Workspace(MAIN_WORKSPACE, "Reasoning evals"))
    return replace(plan(session, target, "list.csv"), reviewed=0)


def _megabytes(statm: int) -> float:
    """What this process holds, in MB of 1,000,000 bytes; `statm` is its file, opened."""
    # Neither /proc/self/status nor a file opened each time: both can be seen in what is measured.
    pages = int(os.pread(statm, 200, 0).split()[1])
    return pages * _PAGE / 1e6


def here(rows: int, address: str) -> dict[str, float]:
    """Send a list as the program does, and watch what it holds after each part."""
    prepare_interpreter()
    statm = os.open("/proc/self/statm", os.O_RDONLY)
    held: list[float] = []
    ended: queue.Queue[WriteEnded] = queue.Queue()

    def hear(event: Event) -> None:
        if isinstance(event, SendProgressed) and event.progress.part > len(held):
            held.append(_megabytes(statm))
        if isinstance(event, WriteEnded):
            held.append(_megabytes(statm))
            ended.put(event)

    with tempfile.TemporaryDirectory(prefix="benchmark-") as directory:
        parts = _parts(address, Path(directory))
        operations = Operations(parts)
        operations.start(hear)
        asyncio.run(operations.sign_in())
        # The journal is there, as after the first send from a machine.
        asyncio.run(operations.history.set_label("another pool", "label"))
        asyncio.run(operations.history.read())
        goes = _list(rows)
        start = time.perf_counter()
        # As Review does before it opens.
        finish(operations.writes.seek_parts(goes))
        # And while its words are typed; asked again, the journal waits for the first.
        operations.writes.prepare(goes)
        parts.journal.prepare(goes.accounts.usernames)
        prepared = time.perf_counter() - start
        start = time.perf_counter()
        operations.writes.submit(goes)
        outcome = ended.get(timeout=_PATIENCE).outcome
        seconds = time.perf_counter() - start
        operations.stop(0)
    if outcome.effect is not Effect.ACCEPTED or goes.rows != rows:
        raise ValueError(f"{goes.rows} rows were not sent: {outcome.title}")
    # One when each part begins, and one at the end.
    return {
        "seconds": seconds,
        "prepared": prepared,
        "parts": len(held) - 1,
        "growth": max(held[2:]) - held[2],
    }


def bare(recorded: Path, address: str) -> dict[str, float]:
    """Send recorded requests one after another with nothing but httpx."""
    requests: list[tuple[str, str, str]] = json.loads(recorded.read_text())

    async def send() -> float:
        headers = {"Authorization": f"Token {DEMO_TOKEN.reveal()}"}
        async with httpx.AsyncClient(base_url=address, headers=headers, timeout=60) as client:
            await client.get("/api/v1/users/me/")
            start = time.perf_counter()
            for method, target, body in requests:
                typed = {"Content-Type": "application/json"} if body else {}
                answer = await client.request(
                    method, target, content=body.encode() or None, headers=typed
                )
                if not _LEAST <= answer.status_code <= _MOST:
                    raise ValueError(f"{method} {target}: {answer.status_code}")
            return time.perf_counter() - start

    return {"seconds": asyncio.run(send()), "requests": len(requests)}


def main() -> int:
    """Run one of the two and print its figures."""
    sender, argument, address = sys.argv[1:]
    is_here = sender == "here"
    figures = here(int(argument), address) if is_here else bare(Path(argument), address)
    sys.stdout.write(json.dumps(figures))
    return os.EX_OK


if __name__ == "__main__":
    sys.exit(main())
