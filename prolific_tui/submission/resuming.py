"""The rows of a draft, or of the same file loaded again, matched to a send that was not finished.

Usernames are compared by fingerprints: the journal holds nothing else of them.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from prolific_tui.credentials.rows import Rows
from prolific_tui.models import CredentialPool
from prolific_tui.submission.plan import Continuation, CredentialPlan, Target
from prolific_tui.submission.send import Send, Standing, joined
from prolific_tui.visible import counted, is_or_are


@dataclass(frozen=True, slots=True)
class Resumption:
    """What of a send can go on with the rows at hand."""

    send: Send
    plan: CredentialPlan | None
    """The rows that go on, in the order of the send: to be reviewed and submitted like any other.
    None where none can."""
    missing: int
    """How many rows of the send still have to go but are not among those of the plan: they are
    not at hand, or left out for what is wrong with them."""
    arrived_at: Sequence[int] = field(repr=False)
    """Which rows at hand, from 0, arrived with this send already, as Prolific or the person says;
    they don't go again."""
    strange: int
    """How many rows at hand are none of this send's; they don't go with it."""
    is_blocked: bool
    """Whether a part is open: it has to be settled first."""
    said: int = 0
    """How many rows at hand arrived with this send, as the person said; they don't go again."""
    needs_pool: bool = False
    """Whether its first part made a pool and nobody knows which: the plan has to name it."""

    @property
    def accepted(self) -> int:
        """How many rows at hand were accepted with this send already."""
        return len(self.arrived_at) - self.said

    @property
    def words(self) -> tuple[str, ...]:
        """What the person should know of it, a sentence each."""
        told = []
        if self.is_blocked:
            told.append(
                "A part of this send is open: nobody knows whether it arrived. Settle it first."
            )
        if self.needs_pool:
            told.append(
                "A part of this send made a pool, and the answer that named it was lost: append"
                " the rest to that pool."
            )
        goes = self.plan.rows if self.plan else 0
        told.append(f"{counted(goes, 'row')} of the {self.send.rows_left:,} that are left can go.")
        if self.missing:
            told.append(
                f"{counted(self.missing, 'row')} of the send {is_or_are(self.missing)} left out, or"
                " not in this list."
            )
        if self.accepted:
            told.append(
                f"{counted(self.accepted, 'row')} here {is_or_are(self.accepted)} accepted already"
                " and not sent again."
            )
        if self.said:
            told.append(
                f"{counted(self.said, 'row')} here arrived already, as you said, and"
                f" {is_or_are(self.said)} not sent again."
            )
        if self.strange:
            told.append(
                f"{counted(self.strange, 'row')} here {is_or_are(self.strange)} not part of this"
                " send and not sent with it."
            )
        return tuple(told)


def resumption(send: Send, plan: CredentialPlan, places: Sequence[int | None]) -> Resumption:
    """Match the rows of a plan to a send.

    Args:
        send: the send that is to go on.
        plan: the rows at hand that would go.
        places: the place of each of them in the send, as the journal knows it by fingerprint.
    """
    going: dict[int, int] = {}
    arrived_at = array("q")
    said = strange = 0
    left = _Places(send.left)
    accepted = _Places(
        joined((p.start, p.stop) for p in send.parts if p.standing is Standing.ACCEPTED)
    )
    arrived = _Places(send.arrived)
    for index, place in enumerate(places):
        if place is None:
            strange += 1
        elif place in left:
            going.setdefault(place, index)
        elif place in arrived:
            arrived_at.append(index)
            said += place not in accepted
    pool = _pool_of(send, plan)
    needs_pool = pool is None and bool(send.arrived)
    can_go = bool(going) and not needs_pool and not send.open_parts
    return Resumption(
        send=send,
        plan=_continued(send, plan, pool, going) if can_go else None,
        missing=send.rows_left - len(going),
        arrived_at=arrived_at,
        strange=strange,
        said=said,
        is_blocked=bool(send.open_parts),
        needs_pool=needs_pool,
    )


class _Places:
    """The places in some ranges, to be asked one by one."""

    def __init__(self, ranges: Sequence[tuple[int, int]]) -> None:
        self._starts = [start for start, _ in ranges]
        self._stops = [stop for _, stop in ranges]

    def __contains__(self, place: int) -> bool:
        at = bisect_right(self._starts, place) - 1
        return at >= 0 and place < self._stops[at]


def _pool_of(send: Send, plan: CredentialPlan) -> CredentialPool | None:
    """The pool that the rest goes to; as the plan has it if that is the same."""
    pool = plan.target.pool
    if send.pool_id is None or (pool is not None and pool.credential_pool_id == send.pool_id):
        return pool
    return CredentialPool(send.pool_id, workspace_id=send.workspace.id)


def _continued(
    send: Send, plan: CredentialPlan, pool: CredentialPool | None, going: dict[int, int]
) -> CredentialPlan:
    order = sorted(going)
    rows, ids = plan.accounts, plan.row_ids
    indices = [going[place] for place in order]
    accounts = Rows(
        [rows.usernames[index] for index in indices],
        [rows.passwords[index] for index in indices],
        array("q", [ids[index] for index in indices]) if ids else None,
    )
    return replace(
        plan,
        target=Target(plan.workspace, pool),
        accounts=accounts,
        label=plan.label or send.label,
        continues=Continuation(
            number=send.number,
            places=array("q", order),
            rows=send.rows,
            parts=len(send.parts),
            accepted=send.accepted_rows,
            said=send.said_rows,
        ),
    )


def within(plan: CredentialPlan, start: int, stop: int) -> CredentialPlan:
    """Of a plan that goes on with a send, the rows whose places in it are from `start` to `stop`.

    Args:
        plan: from `resumption`.
        start: the first place.
        stop: the first one after them.
    """
    if plan.continues is None:
        raise ValueError("the plan goes on with no send")
    places = plan.continues.places
    first, last = bisect_left(places, start), bisect_left(places, stop)
    return replace(
        plan,
        accounts=plan.accounts.part(first, last),
        continues=replace(plan.continues, places=places[first:last]),
    )
