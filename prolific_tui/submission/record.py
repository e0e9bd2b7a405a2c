"""The journal as one send sees it: asked in a thread, and told nothing that the service said.

A disk may be slow, and nothing else on the send's event loop must wait for it.
"""

import asyncio
import contextlib
from dataclasses import replace
from typing import Final

from prolific_tui.errors import Effect
from prolific_tui.models import CredentialPool
from prolific_tui.submission import outcome as judge
from prolific_tui.submission.journal import Learned, NewPart, NewSend
from prolific_tui.submission.looks import Elsewhere, PoolsLook, SecretLook
from prolific_tui.submission.means import Means
from prolific_tui.submission.outcome import Outcome
from prolific_tui.submission.send import Finding, Part, Send
from prolific_tui.submission.settling import elsewhere

_ASKED_ABOUT: Final = "The next start will ask about it."
"""Said where the journal does not have what became of a part, which is open there."""


class Record:
    """What is written down of one send."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self.send: Send | None = None
        """The send as it was recorded last; None before it is."""
        self._later: Learned | None = None
        """What is recorded with the next thing that is."""
        self._missing: Part | None = None
        """The part of which the journal does not have what became of it."""

    @property
    def number(self) -> int | None:
        """Its number in the journal."""
        return self.send.number if self.send else None

    @property
    def is_behind(self) -> bool:
        """Whether the journal does not have what became of the last part, which is open there."""
        return self._missing is not None

    async def begin(self, new: NewSend) -> None:
        """Record a new send; raises what the journal raises."""
        self._now(await asyncio.to_thread(self._means.journal.begin, new))

    async def take_up(self, number: int) -> Send:
        """Go on with a send; raises what the journal raises.

        Cancelled, it waits for the journal all the same, and lets the send be.
        """
        taking = asyncio.ensure_future(asyncio.to_thread(self._means.journal.take_up, number))
        try:
            return self._now(await asyncio.shield(taking))
        except asyncio.CancelledError:
            # The thread goes on, and nobody else would let go of what it takes.
            with contextlib.suppress(Exception):
                self._now(await taking)
                await self.leave()
            raise

    async def about_to_send(
        self,
        rows: tuple[int, int],
        before: tuple[CredentialPool, ...],
        since: int | None = None,
        pool_id: str | None = None,
    ) -> Part:
        """Record that a part is about to leave; see `Journal`, and raises what that raises."""
        later = self._later
        new = NewPart(rows, before, self._means.clock(), later, since, pool_id)
        part = await asyncio.to_thread(self._means.journal.about_to_send, self._known.number, new)
        self._later = self._missing = None
        send = self._known if later is None else _with(self._known, later)
        send = replace(send, pool_id=send.pool_id or pool_id)
        self._now(send.with_part(part))
        return part

    async def know(
        self,
        part: Part,
        outcome: Outcome,
        look: PoolsLook | SecretLook,
        *,
        finding: Finding | None = None,
    ) -> Outcome:
        """Record what is known of a part, and give it back; what can't be is no less true.

        Args:
            part: the part.
            outcome: what became of it.
            look: the last look, which may tell its pool's total.
            finding: what was found where the answer did not tell.
        """
        learned = self._learned(part, outcome, look, finding)
        try:
            await self._write(learned)
        except Exception as error:  # noqa: BLE001 - a write that was answered is not undone by it
            self._missing = learned.part
            self._now(_with(self._known, learned))
            told = judge.unrecorded(outcome, error)
            return replace(told, message=f"{told.message} {_ASKED_ABOUT}")
        return outcome

    def know_later(self, part: Part, outcome: Outcome, look: PoolsLook) -> None:
        """Record more of a part whose outcome is recorded, with the next thing that is; see `know`.

        The disk is waited for once for both. `write_later` is for when nothing else comes.
        """
        self._later = self._learned(part, outcome, look, None)

    async def hold_back(self, part: Part, outcome: Outcome, look: PoolsLook) -> None:
        """Record that a part did not leave, now or else with the next thing that is; see `know`."""
        self._later = self._learned(part, outcome, look, None)
        self._missing = self._later.part
        await self.write_later()

    async def write_later(self) -> Exception | None:
        """Record what waits for that, if anything does; gives back why it could not be."""
        if self._later is not None:
            try:
                await self._write(self._later)
            except Exception as error:  # noqa: BLE001 - as in `know`
                self._now(_with(self._known, self._later))
                return error
            self._later = None
        return None

    def unrecorded(self, outcome: Outcome, error: Exception) -> Outcome:
        """The outcome of the whole with what `write_later` could not write down of its last part.

        Args:
            outcome: what became of the whole.
            error: what `write_later` gave back.
        """
        part = self._missing
        if part is None or part.effect is None:
            return judge.unrecorded(outcome, error, what="The last totals")
        which = f"part {part.number:,}" if len(self._known.parts) > 1 else "it"
        told = judge.unrecorded(outcome, error, what=f"That {which} was {part.effect.value}")
        return replace(told, message=f"{told.message} {_ASKED_ABOUT}")

    def _learned(
        self,
        part: Part,
        outcome: Outcome,
        look: PoolsLook | SecretLook,
        finding: Finding | None,
    ) -> Learned:
        pool_id = outcome.pool.credential_pool_id if outcome.pool else None
        total = look.pool(pool_id or self._known.pool_id) if isinstance(look, PoolsLook) else None
        is_accepted = outcome.effect is Effect.ACCEPTED
        known = replace(
            part,
            effect=outcome.effect if finding is not Finding.REPORTED else part.effect,
            finding=finding,
            title=outcome.title,
            # The service may quote the rows that it refuses, whole or in part.
            message=outcome.message if outcome.unquoted is None else outcome.unquoted,
            ended=self._means.clock(),
            total_after=total.total_credentials if total else None,
            new_pools=look.new_pools if isinstance(look, PoolsLook) else None,
        )
        made = outcome.secret.id if outcome.secret is not None and is_accepted else None
        return Learned(known, pool_id, secret_id=made)

    async def settle(self, part: Part, pool_id: str | None, secret_id: str | None = None) -> None:
        """Record what was found of a part, or said of it; raises what the journal raises."""
        await self._write(Learned(part, pool_id, secret_id=secret_id))

    async def reopen(self, part: Part, *, forgets_made: bool) -> None:
        """Record that nobody knows any more what became of a part; raises as `settle`."""
        await self._write(Learned(part, forgets_made=forgets_made))

    async def leave(self) -> None:
        """Let it be; for other windows a disk that does not take that leaves it in use.

        Cancelled, it lets the send be all the same: who cancels it may not look again.
        """
        if self.send is None:
            return
        leaving = asyncio.ensure_future(self._let_be())
        try:
            await asyncio.shield(leaving)
        except asyncio.CancelledError:
            await leaving
            raise

    async def _let_be(self) -> None:
        try:
            left = await asyncio.to_thread(self._means.journal.leave, self._known.number)
        except Exception:  # noqa: BLE001 - as in `know`
            left = replace(self._known, in_use=False)
        self._now(left)

    async def elsewhere(self, part: Part) -> Elsewhere:
        """What other sends did in its workspace since a part left; raises what the journal raises.

        Args:
            part: that part, of which it is not known whether it arrived.
        """
        sends = await asyncio.to_thread(self._means.journal.sends, self._known.service_url)
        return elsewhere(self._known, part, sends)

    async def _write(self, learned: Learned) -> None:
        await asyncio.to_thread(self._means.journal.record, self._known.number, learned)
        if self._missing is not None and self._missing.number == learned.part.number:
            self._missing = None
        self._now(_with(self._known, learned))

    def _now(self, send: Send) -> Send:
        self.send = send
        # A mistake in who listens is no reason to doubt what was answered and written down.
        with contextlib.suppress(Exception):
            self._means.recorded(send)
        return send

    @property
    def _known(self) -> Send:
        if self.send is None:
            raise RuntimeError("nothing was recorded yet")
        return self.send


def _with(send: Send, learned: Learned) -> Send:
    """A send with what became known of a part, as the journal has it then."""
    pool_id = None if learned.forgets_made else send.pool_id or learned.pool_id
    made = learned.secret_id or (None if learned.forgets_made else send.made_secret_id)
    return replace(send, pool_id=pool_id, made_secret_id=made).with_part(learned.part)
