"""How far one run of a plan came, counted together with what went of its send before it.

A list that goes on after a stop is one send, so its parts and rows are counted as that send's.
"""

from dataclasses import replace

from prolific_tui.submission.halving import ClashSearch, Range
from prolific_tui.submission.means import Pace
from prolific_tui.submission.plan import CredentialPlan
from prolific_tui.submission.progress import Phase, Progress, Searching
from prolific_tui.submission.send import Send
from prolific_tui.submission.whole import Tally


class Course:
    """What left in one run of a plan, and what of it was accepted."""

    def __init__(self, plan: CredentialPlan, pace: Pace, *, halving: bool = False) -> None:
        self._rows = plan.rows
        self._part_rows = pace.part_rows
        self._halving = halving
        self._before = plan.continues
        self.accepted: list[Range] = []
        """The rows of this run's accepted parts."""
        self.part = 0
        """How many parts of this run were written down, with those that were held back then."""
        self.requests = 0
        """How many of them left."""
        self.seconds = 0.0
        """How long its accepted parts took."""

    def renew(self, send: Send) -> None:
        """Count on from a send as it is now: another window may have gone on with it meanwhile."""
        if self._before is not None:
            self._before = replace(
                self._before,
                parts=len(send.parts),
                accepted=send.accepted_rows,
                said=send.said_rows,
            )

    @property
    def was_refused(self) -> bool:
        """Whether any part of this run that ended was not accepted."""
        return self.requests > len(self.accepted)

    @property
    def accepted_rows(self) -> int:
        """How many rows of this run were accepted."""
        return sum(stop - start for start, stop in self.accepted)

    def tally(self, parts_to_go: int) -> Tally:
        """How far the whole send is, with so many parts of this run still to go."""
        before, accepted = self._before, self.accepted_rows
        left, parts = self._rows - accepted, self.part + parts_to_go
        if before is None:
            return Tally(self._rows, accepted, 0, self.part, parts, left)
        total = before.accepted + accepted
        # The rows of the send that are not at hand take parts as well.
        others = before.rows - total - before.said - left
        return Tally(
            rows=before.rows,
            accepted=total,
            said=before.said,
            part=before.parts + self.part,
            parts=before.parts + parts + -(-others // self._part_rows),
            left=left,
        )

    def progress(self, phase: Phase, parts_to_go: int) -> Progress:
        """The same for those who watch it, with the time that the rest of this run may take."""
        tally, accepted = self.tally(parts_to_go), self.accepted_rows
        is_next = phase.is_before_a_part
        most = ClashSearch(self._rows).most_sends
        # How many requests a search takes, and how long, depends on where the clashes are.
        can_tell = bool(accepted) and not self._halving
        return Progress(
            phase=phase,
            rows=tally.rows,
            accepted=tally.accepted,
            part=tally.part + is_next,
            parts=tally.parts,
            seconds_left=self.seconds * tally.left / accepted if can_tell else None,
            said=tally.said,
            searching=Searching(self.part + is_next, most) if self._halving else None,
        )
