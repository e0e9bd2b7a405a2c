"""The sends of the journal as they are known right now, and what a send is done with.

What is known is kept in memory, so that a screen can show it without waiting for a disk.
"""

import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from prolific_tui.errors import SettingsError
from prolific_tui.operations.connection import Connection
from prolific_tui.operations.events import HistoryChanged, Listener
from prolific_tui.submission.journal import Journal
from prolific_tui.submission.means import Clock, Control, Means, Pace, SecretKeeper
from prolific_tui.submission.progress import Progress
from prolific_tui.submission.send import Send, Standing


@dataclass(frozen=True, slots=True)
class Sends:
    """The journal as it was read last."""

    sends: tuple[Send, ...] = ()
    """The newest first."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What the pools of this service are called, by id."""
    notes: tuple[str, ...] = ()
    """What the person should know, such as a journal that was set aside; a sentence or two each."""
    since: datetime | None = None
    """Since when sends are recorded, where a journal before this one was set aside; else None."""
    position: int = field(default=0, compare=False)
    """That of the journal: what it holds up to there is in this."""

    @property
    def open(self) -> tuple[Send, ...]:
        """Those of which nobody knows whether they arrived; to be told of at the start."""
        return tuple(send for send in self.sends if send.is_open)

    def label(self, pool_id: str | None) -> str:
        """What a pool is called; empty where nobody said."""
        return self.labels.get(pool_id or "", "")

    def last_to(self, pool_id: str) -> Send | None:
        """The last send to a pool of which anything left, or is about to."""
        return next(
            (
                send
                for send in self.sends
                if send.pool_id == pool_id
                and (send.in_use or send.standing is not Standing.NOT_SENT)
            ),
            None,
        )


class KnownSends:
    """What is known of the journal; any thread may ask."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._turn = threading.Lock()
        self._now = Sends()
        self._written = 0

    @property
    def now(self) -> Sends:
        """What is known."""
        with self._turn:
            return self._now

    @property
    def written(self) -> int:
        """Grows with whatever this run was told that it wrote down."""
        with self._turn:
            return self._written

    def read(self, sends: Sends, written: int) -> bool:
        """The whole journal was read; False, and forgotten, where something was written meanwhile.

        Args:
            sends: What was read.
            written: `written` as it was before that began.
        """
        with self._turn:
            if self._written != written:
                return False
            is_new, self._now = self._now != sends, sends
        if is_new:
            self._listener(HistoryChanged())
        return True

    def took(self, send: Send) -> None:
        """Something of a send was written down."""

        def change(before: Sends) -> Sends:
            others = [each for each in before.sends if each.number != send.number]
            newest_first = sorted([send, *others], key=lambda each: -each.number)
            labels = before.labels
            if send.label and send.pool_id and send.pool_id not in labels:
                labels = {**labels, send.pool_id: send.label}
            return replace(before, sends=tuple(newest_first), labels=labels)

        self._change(change)

    def labelled(self, pool_id: str, label: str) -> None:
        """A pool is called something else now."""

        def change(before: Sends) -> Sends:
            labels = {key: value for key, value in before.labels.items() if key != pool_id}
            return replace(before, labels={**labels, pool_id: label} if label else labels)

        self._change(change)

    def _change(self, change: Callable[[Sends], Sends]) -> None:
        with self._turn:
            self._written += 1
            before, self._now = self._now, change(self._now)
            is_new = self._now != before
        if is_new:
            self._listener(HistoryChanged())


class Lending:
    """Gives out what sends, and the settling of sends, are done with."""

    def __init__(
        self,
        connection: Connection,
        journal: Journal,
        clock: Clock,
        pace: Pace,
        recorded: Callable[[Send], None],
        keeper: SecretKeeper,
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._recorded = recorded
        self._keeper = keeper
        self.journal = journal
        """Where sends are written down."""
        self.pace = pace
        """How large parts are, and how long is looked for them."""

    @property
    def service_url(self) -> str:
        """The service of this run."""
        return self._connection.service_url

    @asynccontextmanager
    async def means(
        self,
        tell: Callable[[Progress], None] = lambda _: None,
        control: Control | None = None,
    ) -> AsyncIterator[Means]:
        """What a send is done with, by the owner who is signed in now.

        Args:
            tell: Is told how far it is.
            control: Lets it pause or stop; None where nobody wants that.

        Raises:
            SettingsError: Nobody is signed in.
        """
        owner = self._connection.owner
        async with self._connection.lent(to_send=True) as client:
            if owner is None:
                raise SettingsError("Not signed in", "Nobody knows whose token this is.")
            yield Means(
                service=client,
                journal=self.journal,
                clock=self._clock,
                service_url=self.service_url,
                owner=owner,
                pace=self.pace,
                tell=tell,
                recorded=self._recorded,
                control=control or Control(),
                keeper=self._keeper,
            )
