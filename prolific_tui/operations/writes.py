"""Writes: submitted, never awaited.

Nothing on the interface's side holds a write. A screen that closes, a key or a terminal that stops
reading can't cancel it, because it runs on the operations' loop and only reports when it is over.
"""

import threading

from prolific_tui.errors import Effect, ProlificTuiError
from prolific_tui.operations.connection import Connection
from prolific_tui.operations.events import Listener, WriteEnded
from prolific_tui.operations.loop import BackgroundLoop
from prolific_tui.submission.outcome import Outcome
from prolific_tui.submission.plan import Plan
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
    ) -> None:
        self._loop = loop
        self._connection = connection
        self._journal = journal
        self._clock = clock
        self._listener = listener
        self._under_way: Plan | None = None
        self._idle = threading.Event()
        self._idle.set()

    @property
    def under_way(self) -> Plan | None:
        """The write that is being sent, if one is."""
        return self._under_way

    def submit(self, plan: Plan) -> bool:
        """Send the plan; a `WriteEnded` follows. False, and nothing sent, while one is under way.

        Called from the interface's thread only, so that two can't both find it free.
        """
        if self._under_way is not None:
            return False
        self._under_way = plan
        self._idle.clear()
        self._loop.submit(self._send(plan))
        return True

    async def _send(self, plan: Plan) -> None:
        outcome = await self._outcome(plan)
        self._under_way = None
        self._listener(WriteEnded(plan, outcome))
        self._idle.set()

    async def _outcome(self, plan: Plan) -> Outcome:
        try:
            return await run(plan, self._connection.client, self._journal, self._clock)
        except ProlificTuiError as error:
            # Only what comes before the request raises: the journal, or no client.
            return Outcome(
                Effect.NOT_SENT, error.title, f"{error.message} Nothing was sent.", error.hint
            )
        except Exception as error:  # noqa: BLE001 - a person must hear of every write
            return Outcome(
                Effect.UNKNOWN,
                "We do not know whether this arrived",
                f"The program failed while sending ({type(error).__name__}).",
                "Refresh and look before you send again. Please report this.",
            )

    def wait(self, seconds: float) -> bool:
        """Wait until no write is under way; False when `seconds` were not enough."""
        return self._idle.wait(seconds)

    def history(self) -> tuple[JournalEntry, ...]:
        """Every journalled write, the newest first."""
        return self._journal.entries()
