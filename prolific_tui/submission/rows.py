"""The sending of a list in parts: look, journal, send once, judge, settle, and then the next one.

Nothing goes on after a part of which it is not certain that it was accepted, or certain that it
was not: what is not known is the person's to decide.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Final

from prolific_tui.errors import Effect
from prolific_tui.models import CredentialPool
from prolific_tui.submission import outcome as judge
from prolific_tui.submission import whole
from prolific_tui.submission.course import Course
from prolific_tui.submission.halving import ClashSearch, Pieces, Range
from prolific_tui.submission.journal import NewSend, SentMeanwhileError
from prolific_tui.submission.looks import GIVEN_UP, PoolsLook, total_of
from prolific_tui.submission.means import GivenUpError, Means
from prolific_tui.submission.outcome import Outcome
from prolific_tui.submission.parting import is_left, parts
from prolific_tui.submission.plan import CredentialPlan
from prolific_tui.submission.progress import Looking, Phase
from prolific_tui.submission.record import Record
from prolific_tui.submission.reopening import reopen_late, reopen_taken
from prolific_tui.submission.request import Answered, Bodies, looked, send_credentials
from prolific_tui.submission.send import Finding, Part, joined
from prolific_tui.submission.settling import Sought, settle_rows
from prolific_tui.submission.whole import Ended, Tally

_CONFLICT: Final = 409
_TOO_LARGE: Final = 413


@dataclass(frozen=True, slots=True)
class _Sent:
    """A part that left, and what the request came to."""

    plan: CredentialPlan
    """Its rows alone."""
    part: Part
    before: tuple[CredentialPool, ...]
    """The workspace's pools just before."""
    answered: Answered

    @property
    def usernames(self) -> Sequence[str]:
        """Those of its rows."""
        return self.plan.accounts.usernames


@dataclass(frozen=True, slots=True)
class _Result:
    """What one part came to."""

    outcome: Outcome
    status: int | None = None
    look: PoolsLook | None = None
    is_open_again: bool = False
    """Whether an earlier part may be why it was refused, which is to be settled first."""

    def is_unchanged(self, pool: CredentialPool | None) -> bool:
        """Whether it was seen that a refused part left everything as it was."""
        look = self.look
        if self.outcome.effect is not Effect.REFUSED or look is None or look.after is None:
            return False
        if pool is None:
            return not look.appeared()
        total = total_of(look.after, pool.credential_pool_id)
        return total is not None and total == look.total_before(pool.credential_pool_id)


class Sending:
    """One run of a plan.

    Args:
        plan: what goes.
        means: what it is done with.
        halving: whether the plan was refused for a clash, which is to be found by halving it.
        parts: the parts in which it goes; None to find them first.
    """

    def __init__(
        self,
        plan: CredentialPlan,
        means: Means,
        *,
        halving: bool = False,
        parts: Sequence[Range] | None = None,
    ) -> None:
        self._plan = plan
        self._means = means
        self._halving = halving
        self._record = Record(means)
        self._pieces = Pieces(parts or ())
        self._pool = plan.target.pool
        self._seen: tuple[CredentialPool, ...] | None = None
        """The pools as they were listed after the last part, while nobody waited."""
        self._first: tuple[CredentialPool, ...] | None = None
        """The pools before the first part."""
        self._course = Course(plan, means.pace, halving=halving)
        self._bodies = Bodies(plan)
        self._clashing: list[Range] = []
        self._refused: list[Range] = []

    async def run(self) -> Ended:
        """Send it; nothing is raised. Cancelled, it leaves the journal as it is by then."""
        if not self._pieces:
            self._pieces = Pieces(await asyncio.to_thread(parts, self._plan, self._means.pace))
        outcome, search = await self._all()
        if (error := await self._record.write_later()) is not None:
            outcome = self._record.unrecorded(outcome, error)
        await self._record.leave()
        ranges = (self._course.accepted, self._clashing, self._refused)
        accepted, clashing, refused = map(self._ids, ranges)
        return Ended(outcome, self._record.number, accepted, clashing, search, refused)

    async def _all(self) -> tuple[Outcome, ClashSearch | None]:
        """Every part, until one puts an end to it."""
        result = None
        while self._pieces:
            before = await self._turn()
            if isinstance(before, Outcome):
                return before, None
            piece = self._pieces.take()
            number = self._tally().part + 1
            result = await self._send(piece.rows, before)
            if result is None:
                self._pieces.put_back(piece)
                continue
            outcome = result.outcome
            may_go_on = result.is_unchanged(self._pool)
            if outcome.effect is Effect.ACCEPTED:
                self._course.accepted.append(piece.rows)
                self._pieces.accepted(piece)
                if self._pool is None and self._pieces:
                    refused = self._course.was_refused
                    outcome = whole.pool_unknown(
                        outcome, self._tally(), self._clashes, was_refused=refused
                    )
                    return outcome, None
            elif result.status == _TOO_LARGE and not piece.is_single:
                self._pieces.halve(piece)
            elif result.status == _CONFLICT and may_go_on and self._halving:
                if piece.is_single:
                    self._clashing.append(piece.rows)
                else:
                    self._pieces.clashed(piece)
            else:
                return self._ended_by(result, piece.rows, number)
        return self._at_the_end(result), None

    async def _turn(self) -> tuple[CredentialPool, ...] | Outcome:
        """The pools just before the next part, once that may leave; an outcome if it may not."""
        control = self._means.control
        while True:
            if control.is_pausing and not control.is_stopped:
                self._tell(Phase.PAUSED)
                # Much may change until it goes on.
                self._seen = None
                await self._record.write_later()
                await control.wait()
            if control.is_stopped:
                return self._stopped()
            self._tell(Phase.LOOKING)
            before, self._seen = self._seen, None
            if before is None:
                try:
                    workspace_id = self._plan.workspace.id
                    before = await control.unless_given_up(
                        self._means.service.list_credential_pools(workspace_id)
                    )
                except GivenUpError:
                    continue
                except Exception as error:  # noqa: BLE001 - whatever it is, nothing has left yet
                    return self._unsent(error, whole.UNREAD)
            # Each of these may take long, and the person may want it otherwise meanwhile.
            if control.is_pausing:
                continue
            if not self._course.requests and (outcome := await self._begin(before)) is not None:
                return outcome
            if not control.is_pausing:
                return before

    def _unsent(self, error: Exception, because: str) -> Outcome:
        """The outcome where something went wrong before a part was written down."""
        more = " more" if self._course.requests else ""
        outcome = judge.not_sent(error, because=because.format(more))
        if self._record.send is None:
            # Of a send that was to go on, nobody knows how far it is by now.
            return outcome
        tally = self._tally()
        tally = replace(tally, part=tally.part + 1)
        return whole.ended_early(outcome, tally, self._pool, self._clashes)

    # One part

    async def _send(self, rows: Range, before: tuple[CredentialPool, ...]) -> _Result | None:
        """One part, from before it is written down to what is known of it at last.

        None where it was held back: the disk may take long, and the person may pause or stop it.
        """
        more = " more" if self._course.requests else ""
        plan = self._plan.part(*rows, self._pool)
        try:
            start = self._plan.place(rows[0])
            places = (start, start + rows[1] - rows[0])
            part = await self._record.about_to_send(
                places,
                before,
                self._plan.reviewed,
                self._pool.credential_pool_id if self._pool else None,
            )
        except SentMeanwhileError as error:
            return _Result(judge.not_sent(error, because=whole.MEANWHILE.format(more)))
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing has left yet
            return _Result(judge.not_sent(error, because=whole.UNRECORDED.format(more)))
        self._course.part += 1
        if self._means.control.is_pausing:
            await self._record.hold_back(part, whole.held_back(), PoolsLook(before))
            return None
        self._course.requests += 1
        self._first = self._first or before
        self._tell(Phase.SENDING)
        begun = self._means.pace.moment()
        async with self._bodies.of(rows, self._pieces.following) as credentials:
            answered = await send_credentials(plan, credentials, self._means.service)
        result = await self._judged(_Sent(plan, part, before, answered))
        if result.outcome.effect is Effect.ACCEPTED:
            self._pool = self._pool or result.outcome.pool
            self._course.seconds += self._means.pace.moment() - begun
        return result

    async def _judged(self, sent: _Sent) -> _Result:
        """What became of a part, journalled as soon as it is known and again with the figures."""
        look = PoolsLook(sent.before)
        outcome = sent.answered.judge(look)
        recording = self._record.know(sent.part, outcome, look)
        if outcome.effect is Effect.NOT_SENT:
            return _Result(await recording, sent.answered.status)
        if outcome.effect is Effect.UNKNOWN:
            await recording
            return await self._settled(sent)
        # The disk and the service are waited for together: what was answered stays as it is.
        listing = self._means.service.list_credential_pools(self._plan.workspace.id)
        reading = looked(self._means.control.unless_given_up(listing))
        (self._seen, trouble), _ = await asyncio.gather(reading, self._recorded(recording))
        look = PoolsLook(sent.before, self._seen, trouble)
        outcome, reopened = sent.answered.judge(look), None
        if sent.answered.status == _CONFLICT and not self._halving:
            now = self._means.clock()
            reopened = await reopen_taken(self._record, sent.part, outcome, look, now)
        outcome = reopened or outcome
        self._record.know_later(sent.part, outcome, look)
        return _Result(outcome, sent.answered.status, look, is_open_again=reopened is not None)

    async def _recorded(self, recording: Awaitable[Outcome]) -> None:
        await recording
        self._tell(Phase.CHECKING)

    async def _settled(self, sent: _Sent) -> _Result:
        """Look for a part whose answer never came."""
        pool = sent.plan.target.pool
        pool_id = pool.credential_pool_id if pool else None

        async def count_among(usernames: list[str]) -> int:
            return len(frozenset(sent.usernames).intersection(usernames))

        unknown = replace(sent.part, effect=Effect.UNKNOWN)
        looking = settle_rows(
            Sought(self._plan.workspace.id, pool_id, sent.plan.rows, sent.before),
            self._means,
            count_among,
            partial(self._tell, Phase.SETTLING),
            others=partial(self._record.elsewhere, sent.part),
        )
        try:
            found = await self._means.control.unless_given_up(looking)
        except GivenUpError:
            look = PoolsLook(sent.before, None, GIVEN_UP)
            return _Result(await self._record.know(unknown, sent.answered.judge(look), look))
        except Exception as error:  # noqa: BLE001 - what is known of the write by now stays known
            look = PoolsLook(sent.before, None, f"this program failed: {type(error).__name__}")
            outcome = sent.answered.judge(look)
            return _Result(await self._record.know(unknown, outcome, look))
        look = found.look if isinstance(found.look, PoolsLook) else PoolsLook(sent.before)
        if found.finding is Finding.REPORTED:
            outcome = judge.credentials_reported(sent.plan, look)
        else:
            outcome = whole.settled(sent.answered.judge(look), found)
        outcome = await self._record.know(unknown, outcome, look, finding=found.finding)
        return _Result(outcome, sent.answered.status, look)

    # The send in the journal

    async def _begin(self, before: tuple[CredentialPool, ...]) -> Outcome | None:
        """Record the send, or take up the one that goes on; an outcome where it may not.

        Again with newer pools, it looks only at those.
        """
        plan, means = self._plan, self._means
        send = self._record.send
        try:
            if plan.continues is not None:
                if send is None:
                    send = await self._record.take_up(plan.continues.number)
                    self._course.renew(send)
                if not is_left(plan, send):
                    return whole.outdated()
                if send.pool_id not in (None, self._pool and self._pool.credential_pool_id):
                    return whole.of_another_pool()
                return await reopen_late(self._record, send, before, means.clock())
            if send is None:
                await self._record.begin(
                    NewSend(
                        kind=plan.kind,
                        service_url=means.service_url,
                        owner=means.owner,
                        workspace=plan.workspace,
                        pool_id=self._pool.credential_pool_id if self._pool else None,
                        label=plan.label,
                        source=plan.source,
                        usernames=plan.accounts.usernames,
                        begun=means.clock(),
                        planned_parts=len(self._pieces),
                    )
                )
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing has left yet
            return self._unsent(error, whole.UNRECORDED)
        return None

    # What is said

    def _ended_by(
        self, result: _Result, rows: Range, number: int
    ) -> tuple[Outcome, ClashSearch | None]:
        is_clash = result.status == _CONFLICT and result.outcome.effect is Effect.REFUSED
        is_single = rows[1] - rows[0] == 1
        if is_clash and is_single:
            self._clashing.append(rows)
        # The part may not even have been written down.
        tally = self._tally()
        tally = replace(tally, part=number, parts=tally.parts - tally.part + number)
        # Outside a search, the refusal of a single row is all that there is to say of it.
        clashes = self._clashes if self._halving else ()
        outcome = whole.ended_early(result.outcome, tally, self._pool, clashes)
        if not is_clash or is_single or self._halving:
            return outcome, None
        if not result.is_unchanged(self._pool) or result.is_open_again:
            return outcome, None
        self._refused.append(rows)
        return outcome, ClashSearch(rows[1] - rows[0])

    def _stopped(self) -> Outcome:
        """The person would not have it go on."""
        if not self._course.requests:
            return whole.stopped_before_any(self._pool)
        refused = self._course.was_refused
        return whole.stopped(self._tally(), self._pool, self._clashes, was_refused=refused)

    def _at_the_end(self, last: _Result | None) -> Outcome:
        """Every part was sent."""
        look = last.look if last and last.look else PoolsLook(())
        if self._halving:
            accepted, is_halved = self._course.accepted_rows, self._course.was_refused
            return whole.clash_found(self._clashes, accepted, self._pool, is_halved=is_halved)
        if last is None:
            return whole.no_rows()
        if len(self._course.accepted) == 1 or self._first is None:
            return last.outcome
        pool_id = self._pool.credential_pool_id if self._pool else None
        together = PoolsLook(self._first, look.after, look.trouble)
        outcome = judge.credentials_accepted(self._plan, pool_id, together)
        return replace(outcome, pool=outcome.pool or self._pool)

    @property
    def _clashes(self) -> list[str]:
        """The usernames that were refused for a clash, each alone."""
        return [self._plan.accounts.usernames[start] for start, _ in sorted(self._clashing)]

    def _ids(self, ranges: list[Range]) -> Sequence[int]:
        ids = self._plan.row_ids
        found = [ids[start:stop] for start, stop in joined(ranges)]
        return found[0] if len(found) == 1 else tuple(chain.from_iterable(found))

    def _tally(self) -> Tally:
        return self._course.tally(len(self._pieces))

    def _tell(self, phase: Phase, looking: Looking | None = None) -> None:
        told = self._course.progress(phase, len(self._pieces))
        told = replace(told, number=self._record.number, unrecorded=self._record.is_behind)
        pausing = self._means.control.is_pausing
        self._means.tell(replace(told, pausing=pausing, looking=looking))
