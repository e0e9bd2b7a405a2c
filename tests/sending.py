"""What tests of sends share: lists in files, sending in small parts, and writes that wait."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx

from prolific_tui.assembly import demo_parts
from prolific_tui.client.api import Api
from prolific_tui.demo.seed import CHATBOT_B
from prolific_tui.demo.service import Service
from prolific_tui.demo.transport import DemoTransport
from prolific_tui.operations import Parts
from prolific_tui.operations.connection import Prolific
from prolific_tui.operations.events import Listener, ReadOver, ReadRetried
from prolific_tui.secret import Secret
from prolific_tui.submission.means import Pace
from tests.dashboard import Dashboard
from tests.editing import load_file


def a_list(folder: Path, *usernames: str) -> Path:
    path = folder / "wave.csv"
    path.write_text("".join(f"{name},pw-of-{name}\n" for name in usernames), encoding="utf-8")
    return path


def numbered(count: int) -> list[str]:
    return [f"lab-z-{number:03}" for number in range(1, count + 1)]


def in_parts(part_rows: int) -> Callable[[Service], Parts]:
    async def at_once(_seconds: float) -> None:
        pass

    pace = Pace(part_rows=part_rows, looks=(0.0,), sleep=at_once)
    return lambda service: replace(demo_parts(service), pace=pace)


def with_waits_that_never_end(service: Service) -> Parts:
    """The demo, in which one look for what may have arrived is taken, and never the next one."""

    async def never(_seconds: float) -> None:
        await asyncio.Event().wait()

    return replace(demo_parts(service), pace=Pace(sleep=never))


def new_pool(service: Service, before: set[str]) -> list[str]:
    """The usernames of the one pool that was made."""
    (made,) = [pool for pool in service.state.pools if pool not in before]
    return list(service.state.pools[made].passwords)


def held_by(service: Service) -> list[str]:
    """The usernames of the pool that the tests append to."""
    return list(service.state.pools[CHATBOT_B].passwords)


class Gate(httpx.AsyncBaseTransport):
    """Lets a kind of request, appends unless told, through to the demo when the test says so."""

    def __init__(self, method: str = "PATCH", path_end: str = "") -> None:
        self._method = method
        self._path_end = path_end
        self._permits = threading.Semaphore(0)
        self._inner: httpx.AsyncBaseTransport | None = None
        self.arrived = 0
        """How many came here, let through or not."""

    def of(self, parts: Callable[[Service], Parts] = demo_parts) -> Callable[[Service], Parts]:
        """The same parts with this before their service."""

        def made(service: Service) -> Parts:
            self._inner = DemoTransport(service)
            return replace(parts(service), connect=self._connect)

        return made

    def let_one_through(self) -> None:
        self._permits.release()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert self._inner is not None
        if request.method == self._method and request.url.path.endswith(self._path_end):
            self.arrived += 1
            await asyncio.to_thread(self._permits.acquire)
        return await self._inner.handle_async_request(request)

    def _connect(self, service_url: str, token: Secret, listener: Listener) -> Prolific:
        return Api(
            service_url,
            token,
            carrier=self,
            on_retry=lambda retry: listener(
                ReadRetried(
                    retry.read, retry.operation, retry.attempt, retry.wait_seconds, retry.status
                )
            ),
            on_retry_over=lambda read: listener(ReadOver(read)),
        )


async def load(board: Dashboard, path: Path, rows: int, *, goes: int | None = None) -> None:
    await board.shows("No rows yet")
    await load_file(board, path)
    await board.shows(f"{rows} rows", f"goes {rows if goes is None else goes}")


async def send(board: Dashboard, rows: int) -> None:
    """Send so many rows from the editor, as soon as it is known that they go."""
    await board.shows(f"goes {rows:,} ")
    await board.press("s")
    await board.shows(f"Type  send {rows} :")
    await board.type(f"send {rows}")
    await board.press("enter")
