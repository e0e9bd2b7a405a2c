"""A bench for operations: the real thread and the real client on an in-memory Prolific.

What has to be seen half way is held until the test lets it go on, so that no test sleeps.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import httpx

from prolific_tui.access import Entry
from prolific_tui.client.api import Api, RetryNotice
from prolific_tui.demo.exchange import Answer, Request
from prolific_tui.demo.seed import DEMO_TOKEN
from prolific_tui.demo.state import Owner
from prolific_tui.demo.transport import DemoTransport
from prolific_tui.drafts import MemoryDrafts
from prolific_tui.errors import KeyringError
from prolific_tui.keeping import TokenPlace
from prolific_tui.operations import GivenToken, Operations, Parts
from prolific_tui.operations.connection import Prolific
from prolific_tui.operations.drafts import DraftsKeeper
from prolific_tui.operations.events import Event, Listener, ReadOver, ReadRetried, WriteEnded
from prolific_tui.operations.stores import TokenStore
from prolific_tui.secret import Secret
from prolific_tui.settings import StateFile
from prolific_tui.vault import MemoryVault
from tests.submission_bench import LIMITS, MemoryJournal, NotedService, Waited, ticking

SERVICE_URL: Final = "http://127.0.0.1"
PATIENCE: Final = 20.0
"""Seconds after which something that does not come is a failure; nothing waits that long."""


class Prolifics(NotedService):
    """The lab for several tokens, which notes whose each request is."""

    def __init__(self, *tokens: str) -> None:
        super().__init__()
        self.tokens = {DEMO_TOKEN.reveal(), *tokens}
        self.others: dict[str, Owner] = {}
        """The owners of those tokens that are not the lab's own."""
        self.tokens_seen: list[str] = []

    def authorized(self, request: Request) -> bool:
        token = request.headers.get("authorization", "").removeprefix("Token ")
        self.tokens_seen.append(token)
        return token in self.tokens

    def handle(self, request: Request) -> Answer:
        state = self.state
        token = request.headers.get("authorization", "").removeprefix("Token ")
        # What the dictionaries hold is the same; only the owner is another.
        self.state = replace(state, owner=self.others.get(token, state.owner))
        try:
            return super().handle(request)
        finally:
            self.state = state


class Holding(DemoTransport):
    """Holds back the answers of one operation, once the service has done it, until told to go on.

    Both sides are events of threads, because the test and the client run on different ones.
    """

    def __init__(self, service: NotedService) -> None:
        super().__init__(service)
        self._noted = service.log
        self.operation = ""
        """The operation whose answers are held; empty for none."""
        self.reached = threading.Event()
        self.go_on = threading.Event()
        self.given_up = threading.Event()
        """Set when whoever waited for a held answer was cancelled."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await super().handle_async_request(request)
        if self._noted[-1] == self.operation:
            self.reached.set()
            try:
                await asyncio.to_thread(self.go_on.wait)
            except asyncio.CancelledError:
                self.given_up.set()
                raise
        return answer


class ClosingApi(Api):
    """A client that tells when it is closed."""

    on_close: Callable[[], None] = staticmethod(lambda: None)

    async def aclose(self) -> None:
        self.on_close()
        await super().aclose()


class KeyringOfTests(MemoryVault):
    """A keyring that notes what it is asked, and can be in trouble."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.in_trouble = False
        self.is_out_of_reach = False
        """Whether that trouble is such that it surely did nothing."""
        self.on_close: Callable[[], None] = lambda: None

    def _ask(self, question: str) -> None:
        self.asked.append(question)
        if self.in_trouble:
            error = KeyringError("Keyring locked", "It is locked.", "Unlock it.")
            error.is_untouched = self.is_out_of_reach
            raise error

    async def load(self, entry: Entry) -> Secret | None:
        self._ask("load")
        return await super().load(entry)

    async def save(self, entry: Entry, value: Secret) -> None:
        self._ask("save")
        await super().save(entry, value)

    async def delete(self, entry: Entry) -> None:
        self._ask("delete")
        await super().delete(entry)

    def close(self) -> None:
        self.on_close()


class HoldingKeyring(KeyringOfTests):
    """A keyring that does what it is told, and answers one question only when told to go on.

    As the real one does, which may be waiting for its password to be typed.
    """

    def __init__(self, question: str) -> None:
        super().__init__()
        self._held = question
        self.reached = threading.Event()
        self.go_on = threading.Event()
        self.on_close = self.go_on.set

    async def _hold(self, question: str) -> None:
        if question == self._held:
            self.reached.set()
            await asyncio.to_thread(self.go_on.wait)

    async def save(self, entry: Entry, value: Secret) -> None:
        await super().save(entry, value)
        await self._hold("save")

    async def delete(self, entry: Entry) -> None:
        await super().delete(entry)
        await self._hold("delete")


@dataclass
class Bench:
    """Parts, which outlive the operations that are started on them, as a disk does."""

    service: Prolifics = field(default_factory=Prolifics)
    keyring: KeyringOfTests = field(default_factory=KeyringOfTests)
    token_file: TokenStore = field(default_factory=MemoryVault)
    state: Path | None = None
    """The file of remembered things; None for memory that ends with the operations."""
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    waited: Waited = field(default_factory=Waited)
    """What is waited for between two looks."""
    part_rows: int = 5_000
    part_bytes: int = 1024 * 1024
    drafts: DraftsKeeper | None = None
    """Where drafts are kept; None for nowhere."""
    given: GivenToken | None = field(
        default_factory=lambda: GivenToken(DEMO_TOKEN, TokenPlace.TOKEN_FILE)
    )
    service_url: str = SERVICE_URL
    read_only: str = ""
    profile: str = ""
    client_class: type[ClosingApi] = ClosingApi
    clients: list[str] = field(default_factory=list, repr=False)
    """The tokens of all clients made, in order."""
    closed: list[str] = field(default_factory=list, repr=False)
    """Those of the clients that were closed."""
    events: "queue.Queue[tuple[str, Event]]" = field(default_factory=queue.Queue)
    """What the listener was told, and the name of the thread on which it was."""

    def __post_init__(self) -> None:
        self.carrier = Holding(self.service)

    def connect(self, service_url: str, token: Secret, tell: Listener) -> Prolific:
        """A client as `assembly` makes one."""

        def retried(notice: RetryNotice) -> None:
            tell(ReadRetried(notice.read, notice.operation, notice.attempt, notice.wait_seconds))

        def over(read: int) -> None:
            tell(ReadOver(read))

        client = self.client_class(
            service_url,
            token,
            limits=replace(LIMITS, total_read=PATIENCE, total_write=PATIENCE),
            carrier=self.carrier,
            on_retry=retried,
            on_retry_over=over,
        )
        self.clients.append(token.reveal())
        client.on_close = lambda: self.closed.append(token.reveal())
        return client

    def parts(self) -> Parts:
        """What operations are made from."""
        return Parts(
            connect=self.connect,
            service_url=self.service_url,
            keyring=self.keyring,
            token_file=self.token_file,
            settings=StateFile(self.state),
            journal=self.journal,
            drafts=self.drafts or MemoryDrafts(),
            clock=ticking(),
            pace=self.waited.pace(part_rows=self.part_rows, part_bytes=self.part_bytes),
            given_token=self.given,
            read_only=self.read_only,
            profile=self.profile,
        )

    @contextmanager
    def running(self) -> Iterator[Operations]:
        """Operations that have been started, and are stopped afterwards."""
        operations = Operations(self.parts())
        operations.start(lambda event: self.events.put((threading.current_thread().name, event)))
        try:
            yield operations
        finally:
            self.carrier.go_on.set()
            operations.stop(0)

    @contextmanager
    def signed_in(self) -> Iterator[Operations]:
        """Operations with a token in use."""
        with self.running() as operations:
            asyncio.run(operations.sign_in())
            yield operations

    def next_event(self) -> Event:
        """The next thing that the listener is told."""
        _, event = self.events.get(timeout=PATIENCE)
        return event

    def events_until(self, kind: type[Event]) -> list[tuple[str, Event]]:
        """What the listener is told until the first event of a kind, and on which thread."""
        told: list[tuple[str, Event]] = []
        while not told or not isinstance(told[-1][1], kind):
            told.append(self.events.get(timeout=PATIENCE))
        return told

    def write_ended(self) -> WriteEnded:
        """The end of the write under way; what is told before that is passed over."""
        event = self.events_until(WriteEnded)[-1][1]
        assert isinstance(event, WriteEnded)
        return event

    def hold(self, operation: str) -> Holding:
        """Hold the answers of an operation from now on."""
        self.carrier.operation = operation
        return self.carrier
