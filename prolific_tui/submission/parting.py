"""The cutting of a plan's rows into parts.

Ranges are of rows of the plan, counted from 0. The rows of a part are neighbours in the send as
well, also where a plan goes on with only some rows of an earlier send.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from prolific_tui.credentials.csvtext import dump
from prolific_tui.credentials.rows import Rows
from prolific_tui.credentials.stepping import Steps, finish
from prolific_tui.submission.halving import Range, halves
from prolific_tui.submission.means import Pace
from prolific_tui.submission.plan import Continuation, CredentialPlan
from prolific_tui.submission.send import Send

_ESCAPED: Final = '"\\\n\t\r'
"""What JSON writes with a backslash before it; no other control character may go."""
_LONGEST: Final = 4
"""How many bytes a byte of a field becomes at most: a quote is doubled, and each is escaped."""
_AROUND: Final = 11
"""How many bytes a row has at most beside its fields: escaped quotes around both, `,` and `\\n`."""


@dataclass(frozen=True, slots=True)
class Parting:
    """The parts of a plan that somebody looks at, for a send of the same rows."""

    accounts: Rows = field(repr=False)
    continues: Continuation | None
    parts: Sequence[Range]

    def of(self, plan: CredentialPlan) -> Sequence[Range] | None:
        """The parts of that plan; None where it has other rows, or goes on with another send."""
        is_same = plan.accounts is self.accounts and plan.continues is self.continues
        return self.parts if is_same else None


def parts(plan: CredentialPlan, pace: Pace) -> list[Range]:
    """The parts in which a plan goes, in order; none for a plan without rows."""
    return finish(seek_parts(plan, pace))


def seek_parts(plan: CredentialPlan, pace: Pace) -> Steps[list[Range]]:
    """`parts`, in steps."""
    found: list[Range] = []
    for run in _runs(plan):
        yield from _cut(plan, *run, pace, found)
    return found


def is_left(plan: CredentialPlan, send: Send) -> bool:
    """Whether all rows of a plan may still be sent with the send that it goes on with."""
    places = plan.continues.places if plan.continues else ()
    return not send.open_parts and _are_within(places, send.left)


def _are_within(places: Sequence[int], ranges: Sequence[Range]) -> bool:
    """Whether ascending places all lie in ascending ranges."""
    spans = iter(ranges)
    start, stop = next(spans, (0, 0))
    for place in places:
        while place >= stop:
            following = next(spans, None)
            if following is None:
                return False
            start, stop = following
        if place < start:
            return False
    return True


def _runs(plan: CredentialPlan) -> list[Range]:
    """The rows of the plan, cut where they are not neighbours in the send."""
    if plan.continues is None:
        return [(0, plan.rows)]
    places = plan.continues.places
    gaps = [n for n, (one, next_one) in enumerate(pairwise(places), 1) if next_one != one + 1]
    return list(pairwise([0, *gaps, len(places)]))


def _cut(
    plan: CredentialPlan, start: int, stop: int, pace: Pace, found: list[Range]
) -> Steps[None]:
    """Add the parts of neighbouring rows to those that were found."""
    for at in range(start, stop, pace.part_rows):
        piece = (at, min(at + pace.part_rows, stop))
        yield piece[0]
        if piece[1] - at > 1 and not _fits(plan.accounts.part(*piece), pace.part_bytes):
            for half in halves(piece):
                yield from _cut(plan, *half, pace, found)
        else:
            found.append(piece)


def _fits(rows: Rows, size: int) -> bool:
    """Whether rows are no more than so many bytes, as they stand in the body of a request."""
    plain = len("".join(rows.usernames).encode("utf-8", "surrogatepass"))
    plain += len("".join(rows.passwords).encode("utf-8", "surrogatepass"))
    if _LONGEST * plain + _AROUND * len(rows) <= size:
        return True
    text = dump(rows)
    escaped = sum(text.count(each) for each in _ESCAPED)
    return len(text.encode("utf-8", "surrogatepass")) + escaped <= size
