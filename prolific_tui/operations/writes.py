"""Writes: submitted, never awaited.

Nothing on the interface's side holds a write. A screen that closes, a key or a terminal that stops
reading can't cancel it, because it runs on the operations' loop and only reports when it is over.
"""

import threading

from prolific_tui.errors import SettingsError
from prolific_tui.operations.connection import Connection
from prolific_tui.operations.events import Listener, WriteEnded
from prolific_tui.operations.loop import BackgroundLoop
from prolific_tui.submission.outcome import Outcome, not_sent, unforeseen
from prolific_tui.submission.plan import CredentialPlan, Plan
from prolific_tui.submission.progress import Progress
from prolific_tui.submission.run import Clock, Journal, JournalEntry, run


class Writes:
    """The writes of this run, one at a time."""

    def __init__(
        self,
        loop: BackgroundLoop,
        connection: Connection,
        journal: Journal,
        clock: Clock,
        listener: Listener,
        read_only: str = "",
    ) -> None:
        self._loop = loop
        self._read_only = read_only
        self._connection = connection
        self._journal = journal
        self._clock = clock
        self._listener = listener
        self._under_way: Plan | None = None
        self._changed = threading.Condition()
        """Held to read or change `_under_way`; notified when a write ended."""

    @property
    def under_way(self) -> Plan | None:
        """The write that is being sent, if one is."""
        with self._changed:
            return self._under_way

    @property
    def refusal(self) -> SettingsError | None:
        """Why nothing is written at Prolific in this run; None where it may be."""
        if not self._read_only:
            return None
        return SettingsError(
            "Read-only",
            f"Read-only ({self._read_only}): nothing is changed at Prolific.",
            "Start without it to send.",
        )

    def submit(self, plan: Plan) -> bool:
        """Send the plan; a `WriteEnded` follows. False, and nothing sent, while one is under way.

        Raises:
            SettingsError: This run is read-only; nothing was sent.
            RuntimeError: Operations were stopped; nothing was sent.
        """
        if (refusal := self.refusal) is not None:
            raise refusal
        with self._changed:
            if self._under_way is not None:
                return False
            self._loop.submit(self._send(plan))
            self._under_way = plan
        return True

    async def _send(self, plan: Plan) -> None:
        """Send the plan and tell of it; where this is cancelled, the write stays under way."""
        outcome = await self._outcome(plan)
        # First, so that who hears of the end can submit. Who does so before that is told of a
        # later end after this one all the same: both are told on this loop, one after the other.
        with self._changed:
            self._under_way = None
            self._changed.notify_all()
        self._listener(WriteEnded(plan, outcome))

    async def _outcome(self, plan: Plan) -> Outcome:
        try:
            async with self._connection.lent() as client:
                return await run(plan, client, self._journal, self._clock)
        except SettingsError as error:
            return not_sent(error, because="Nothing was sent.")
        except Exception as error:  # noqa: BLE001 - a person must hear of every write
            failure = unforeseen(error)
            return Outcome(failure.effect, failure.title, failure.message, failure.hint)

    # Between two parts

    @property
    def progress(self) -> Progress | None:
        """How far the write under way is, if one is; a `SendProgressed` follows each change."""
        raise NotImplementedError

    def pause(self) -> None:
        """Let the request under way end, and begin no other one until `go_on`."""
        raise NotImplementedError

    def go_on(self) -> None:
        """Go on after `pause`."""
        raise NotImplementedError

    def stop(self) -> None:
        """Let the request under way end, and leave the rest: a `WriteEnded` follows."""
        raise NotImplementedError

    def parts_of(self, plan: CredentialPlan) -> int:
        """In how many parts a plan would go, as far as the number of its rows tells."""
        raise NotImplementedError

    def find_clash(self, plan: CredentialPlan) -> bool:
        """Send a plan that was refused for a clash again, in halves, until the clash is found.

        Args:
            plan: from `history.match`, so that it continues the send that was refused. The person
                was told what `WriteEnded.search` says.

        Returns:
            As `submit`, and the same events follow; `WriteEnded.clashing` names the rows.
        """
        raise NotImplementedError

    def wait(self, seconds: float) -> bool:
        """Wait until no write is under way; False when `seconds` were not enough.

        What became of it is recorded by then; the listener may be told a moment later.
        """
        with self._changed:
            return self._changed.wait_for(lambda: self._under_way is None, seconds)

    def history(self) -> tuple[JournalEntry, ...]:
        """Every journalled write, the newest first."""
        return self._journal.entries()
