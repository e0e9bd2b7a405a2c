"""Writes: submitted, never awaited.

Nothing on the interface's side holds a write. A screen that closes, a key or a terminal that stops
reading can't cancel it, because it runs on the operations' loop and only reports when it is over.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from prolific_tui.credentials.stepping import Steps
from prolific_tui.errors import SettingsError
from prolific_tui.operations.events import ASKER, Listener, SendProgressed, WriteEnded
from prolific_tui.operations.loop import BackgroundLoop
from prolific_tui.operations.sends import Lending
from prolific_tui.submission.halving import Range
from prolific_tui.submission.means import Control, Pace
from prolific_tui.submission.outcome import Outcome, not_sent, unforeseen
from prolific_tui.submission.parting import Parting, seek_parts
from prolific_tui.submission.plan import CredentialPlan, Plan, SecretPlan
from prolific_tui.submission.progress import Phase, Progress
from prolific_tui.submission.run import Ended, run


class Writes:
    """The writes of this run, one at a time."""

    def __init__(
        self, loop: BackgroundLoop, lending: Lending, listener: Listener, *, read_only: str = ""
    ) -> None:
        self._loop = loop
        self._read_only = read_only
        self._lending = lending
        self._listener = listener
        self._parting: Parting | None = None
        self._under_way: Plan | None = None
        self._control = Control()
        self._progress: Progress | None = None
        self._changed = threading.Condition()
        """Held to read or change the three above; notified when a write ended."""

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

    @property
    def progress(self) -> Progress | None:
        """How far the write under way is, if one is; a `SendProgressed` follows each change."""
        with self._changed:
            return self._progress

    @property
    def is_on_its_way(self) -> bool:
        """Whether a request of it may have left, and nobody knows yet what became of that."""
        progress = self.progress
        return progress is not None and progress.phase.is_on_its_way

    @property
    def pace(self) -> Pace:
        """How large the parts of a send are at most."""
        return self._lending.pace

    def seek_parts(self, plan: CredentialPlan) -> Steps[int]:
        """In how many parts a plan would go, by the number and the size of its rows; in steps.

        A send of the same rows then begins without finding them again.
        """
        parts = yield from seek_parts(plan, self.pace)
        self._parting = Parting(plan.accounts, plan.continues, parts)
        return len(parts)

    def prepare(self, plan: CredentialPlan) -> None:
        """Make ready what can be of a plan that the person looks at; nothing is written or sent.

        A send of it then begins without waiting for the fingerprints of its usernames.
        """
        if plan.rows and plan.continues is None:
            journal = self._lending.journal
            self._loop.submit(asyncio.to_thread(journal.prepare, plan.accounts.usernames))

    def submit(self, plan: Plan) -> bool:
        """Send the plan; a `WriteEnded` follows. False, and nothing sent, while one is under way.

        Raises:
            SettingsError: This run is read-only; nothing was sent.
            RuntimeError: Operations were stopped; nothing was sent.
        """
        return self._submit(plan, halving=False)

    def find_clash(self, plan: CredentialPlan) -> bool:
        """Send a plan that was refused for a clash again, in halves, until the clash is found.

        Args:
            plan: from `history.match`, so that it continues the send that was refused. The person
                was told what `WriteEnded.search` says.

        Returns:
            As `submit`, and the same events follow; `WriteEnded.clashing` names the rows.
        """
        return self._submit(plan, halving=True)

    def _submit(self, plan: Plan, *, halving: bool) -> bool:
        if (refusal := self.refusal) is not None:
            raise refusal
        with self._changed:
            if self._under_way is not None:
                return False
            control = Control()
            self._loop.submit(self._send(plan, control, halving=halving))
            self._under_way, self._control, self._progress = plan, control, None
        return True

    # Between two parts

    def pause(self) -> None:
        """Let the request under way end, and begin no other one until `go_on`."""
        self._direct(Control.pause)

    def go_on(self) -> None:
        """Go on after `pause`."""
        self._direct(Control.go_on)

    def stop(self) -> None:
        """Let the request under way end, and leave the rest: a `WriteEnded` follows."""
        self._direct(Control.stop)

    def give_up(self) -> None:
        """The same, and a look before or after it is waited for no longer."""
        self._direct(Control.give_up)

    def call_off(self, seconds: float) -> None:
        """Give up a signing secret that was not asked for, and wait until nothing is left of that.

        Any other write, and one of which a request left, stays under way.
        """
        with self._changed:
            plan, progress = self._under_way, self._progress
        unsent = (Phase.LOOKING, Phase.PREPARING, Phase.PUTTING_BACK)
        if isinstance(plan, SecretPlan) and (progress is None or progress.phase in unsent):
            self.give_up()
            self.wait(seconds)

    def _direct(self, change: Callable[[Control], None]) -> None:
        async def direct() -> None:
            with self._changed:
                plan, control, progress = self._under_way, self._control, self._progress
            change(control)
            if plan is not None and progress is not None:
                self._tell(plan, replace(progress, pausing=control.is_pausing))

        self._loop.submit(direct())

    def _tell(self, plan: Plan, progress: Progress) -> None:
        with self._changed:
            self._progress = progress
        self._listener(SendProgressed(plan, progress))

    # One write

    async def _send(self, plan: Plan, control: Control, *, halving: bool) -> None:
        """Send the plan and tell of it; where this is cancelled, the write stays under way."""
        ASKER.set(plan)
        ended = await self._ended(plan, control, halving=halving)
        # First, so that who hears of the end can submit. Who does so before that is told of a
        # later end after this one all the same: both are told on this loop, one after the other.
        with self._changed:
            self._under_way = self._progress = None
            self._changed.notify_all()
        self._listener(
            WriteEnded(
                plan,
                ended.outcome,
                ended.number,
                ended.accepted,
                ended.clashing,
                ended.search,
                ended.refused,
            )
        )

    async def _ended(self, plan: Plan, control: Control, *, halving: bool) -> Ended:
        try:
            async with self._lending.means(
                lambda progress: self._tell(plan, progress), control
            ) as means:
                return await run(plan, means, halving=halving, parts=self._parts_of(plan))
        except SettingsError as error:
            return Ended(not_sent(error, because="Nothing was sent."))
        except Exception as error:  # noqa: BLE001 - a person must hear of every write
            failure = unforeseen(error)
            return Ended(Outcome(failure.effect, failure.title, failure.message, failure.hint))

    def _parts_of(self, plan: Plan) -> Sequence[Range] | None:
        """The parts of a plan, where it was looked at last; they are kept no longer."""
        parting, self._parting = self._parting, None
        if parting is None or not isinstance(plan, CredentialPlan):
            return None
        return parting.of(plan)

    def wait(self, seconds: float) -> bool:
        """Wait until no write is under way; False when `seconds` were not enough.

        What became of it is recorded by then; the listener may be told a moment later.
        """
        with self._changed:
            return self._changed.wait_for(lambda: self._under_way is None, seconds)
