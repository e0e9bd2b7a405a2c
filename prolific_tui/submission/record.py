"""The journal as one send sees it: asked in a thread, and told no username.

A disk may be slow, and nothing else on the send's event loop must wait for it.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import replace

from prolific_tui.errors import ProlificTuiError
from prolific_tui.models import CredentialPool
from prolific_tui.secret import MASK
from prolific_tui.submission import outcome as judge
from prolific_tui.submission.journal import NewSend
from prolific_tui.submission.looks import PoolsLook, SecretLook
from prolific_tui.submission.means import Means
from prolific_tui.submission.outcome import Outcome
from prolific_tui.submission.send import Finding, Part, Send


class Record:
    """What is written down of one send."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self.send: Send | None = None
        """The send as it was recorded last; None before it is."""

    @property
    def number(self) -> int | None:
        """Its number in the journal."""
        return self.send.number if self.send else None

    async def begin(self, new: NewSend) -> None:
        """Record a new send; raises what the journal raises."""
        self._now(await asyncio.to_thread(self._means.journal.begin, new))

    async def take_up(self, number: int) -> Send:
        """Go on with a send; raises what the journal raises."""
        return self._now(await asyncio.to_thread(self._means.journal.take_up, number))

    async def about_to_send(
        self, rows: tuple[int, int], before: tuple[CredentialPool, ...]
    ) -> Part:
        """Record that a part is about to leave; raises what the journal raises."""
        part = await asyncio.to_thread(
            self._means.journal.about_to_send, self._known.number, rows, before, self._means.clock()
        )
        self._now(self._known.with_part(part))
        return part

    async def know(
        self,
        part: Part,
        outcome: Outcome,
        look: PoolsLook | SecretLook,
        *,
        finding: Finding | None = None,
        names: Iterable[str] = (),
    ) -> Outcome:
        """Record what is known of a part, and give it back; what can't be is no less true.

        Args:
            part: the part.
            outcome: what became of it.
            look: the last look, which may tell its pool's total.
            finding: what was found where the answer did not tell.
            names: the usernames in it, which the service may have quoted.
        """
        pool_id = outcome.pool.credential_pool_id if outcome.pool else None
        total = look.pool(pool_id) if isinstance(look, PoolsLook) else None
        known = replace(
            part,
            effect=outcome.effect if finding is not Finding.REPORTED else part.effect,
            finding=finding,
            title=outcome.title,
            message=without_names(outcome.message, names),
            ended=self._means.clock(),
            total_after=total.total_credentials if total else None,
        )
        try:
            self._now(
                await asyncio.to_thread(
                    self._means.journal.record, self._known.number, known, pool_id
                )
            )
        except Exception as error:  # noqa: BLE001 - a write that was answered is not undone by it
            return judge.unrecorded(outcome, error)
        return outcome

    async def settle(self, part: Part, pool_id: str | None) -> None:
        """Record what was found of a part, or said of it; raises what the journal raises."""
        self._now(
            await asyncio.to_thread(self._means.journal.record, self._known.number, part, pool_id)
        )

    async def leave(self) -> None:
        """Let it be; a disk that does not take that leaves it in use until the program ends."""
        if self.send is not None:
            try:
                self._now(await asyncio.to_thread(self._means.journal.leave, self._known.number))
            except ProlificTuiError:
                return

    def _now(self, send: Send) -> Send:
        self.send = send
        self._means.recorded(send)
        return send

    @property
    def _known(self) -> Send:
        if self.send is None:
            raise RuntimeError("nothing was recorded yet")
        return self.send


def without_names(text: str, names: Iterable[str]) -> str:
    """A text in which usernames are masked: an answer may quote those that it refuses."""
    found = sorted((name for name in names if name and name in text), key=len, reverse=True)
    for name in found:
        text = text.replace(name, MASK)
    return text
