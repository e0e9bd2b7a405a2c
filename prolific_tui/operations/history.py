"""What was sent from this machine, and what the pools are called: read and changed off the loop.

What is known of the sends is kept here as well, so that a screen can show it without waiting.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from prolific_tui.submission.known import Known
from prolific_tui.submission.plan import CredentialPlan
from prolific_tui.submission.resuming import Resumption
from prolific_tui.submission.send import Send


@dataclass(frozen=True, slots=True)
class Sends:
    """The journal as it was read last."""

    sends: tuple[Send, ...] = ()
    """The newest first."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What the pools of this service are called, by id."""
    notes: tuple[str, ...] = ()
    """What the person should know, such as a journal that was set aside; a sentence or two each."""

    @property
    def open(self) -> tuple[Send, ...]:
        """Those of which nobody knows whether they arrived; to be told of at the start."""
        return tuple(send for send in self.sends if send.is_open)

    def label(self, pool_id: str | None) -> str:
        """What a pool is called; empty where nobody said."""
        return self.labels.get(pool_id or "", "")

    def last_to(self, pool_id: str) -> Send | None:
        """The last send to a pool."""
        return next((send for send in self.sends if send.pool_id == pool_id), None)


class History:
    """The journal of this machine, for one service."""

    @property
    def now(self) -> Sends:
        """What was read last; empty before `read`. A `HistoryChanged` follows each change."""
        raise NotImplementedError

    async def read(self) -> Sends:
        """Read the journal again, with what other windows wrote; to be awaited at the start.

        Raises:
            ProlificTuiError: it can't be read. Then nothing can be sent either.
        """
        raise NotImplementedError

    async def set_label(self, pool_id: str, label: str) -> None:
        """Call a pool something; an empty label forgets it.

        Raises:
            ProlificTuiError: it could not be written down.
        """
        raise NotImplementedError

    async def save(self, path: Path, sends: tuple[Send, ...], *, as_json: bool) -> Path:
        """Write sends to a new 0600 file, as CSV (a line for each part) or JSON.

        Returns the absolute path; raises `FileError` if it is there already.
        """
        raise NotImplementedError

    # One open send

    async def settle_now(self, number: int) -> Send:
        """Look once more whether the open parts of a send arrived, and record what is found.

        It takes up to 15 s for each part that is not there; cancelling it changes nothing.

        Raises:
            ServiceError: nothing could be looked at.
            ProlificTuiError: another window is at work on this send, nobody is signed in, or it
                could not be written down.
        """
        raise NotImplementedError

    async def say(self, number: int, part: int, *, arrived: bool) -> Send:
        """Record the person's own verdict on an open part, once they were shown what was found.

        Raises:
            ProlificTuiError: as `settle_now`, or the part is not open.
        """
        raise NotImplementedError

    async def match(self, number: int, plan: CredentialPlan) -> Resumption:
        """Which rows of a plan a send can go on with.

        Args:
            number: the send.
            plan: the rows that would go, from the draft or from the same file loaded again.

        Raises:
            ProlificTuiError: the journal can't be read, or there is no such send.
        """
        raise NotImplementedError

    # Already in this pool

    async def known(self, pool_id: str, total: int | None) -> Known:
        """Which usernames a pool holds, by what was sent to it from here; quick.

        Args:
            pool_id: the pool.
            total: how many usernames it has, as last listed.

        Raises:
            ProlificTuiError: the journal can't be read.
        """
        raise NotImplementedError

    async def known_with_reports(self, pool_id: str, total: int | None) -> Known:
        """The same with the usage reports of the studies on that pool, read now.

        What Prolific does not tell is no error: `coverage.trouble` says so. Raises as `known`.
        """
        raise NotImplementedError
