"""Which rows the target pool holds already, as far as anybody can know that: marked while editing.

Prolific gives no usernames back, so what was sent from this machine is asked, and after a refusal
the usage reports as well.
"""

from typing import ClassVar

from textual import work
from textual.binding import BindingType

from prolific_tui.credentials.history import ANY_ROW
from prolific_tui.errors import ProlificTuiError
from prolific_tui.submission.known import Known
from prolific_tui.submission.plan import Kind
from prolific_tui.submission.send import Send
from prolific_tui.tui.dialogs import SendDialog
from prolific_tui.tui.drive import drive
from prolific_tui.tui.screens.editor.page import EditorPage
from prolific_tui.visible import counted, is_or_are


class KnownRows(EditorPage):
    """Marks rows that are in the pool already, when the editor opens and after each send."""

    BINDINGS: ClassVar[list[BindingType]] = []

    _checked_against: tuple[str | None, int | None, tuple[Send, ...]] | None = None
    """The pool, its total, and the sends to it, that the rows were checked against last."""

    def begin(self) -> None:
        """Check the rows, and again whenever a send has ended."""
        super().begin()
        self.watch(self.app, "sends", self._check_known)
        self.watch(self.app, "pools", self._check_known, init=False)
        # Settling an open send, here or in another window, is no send of its own.
        self.watch(self.app, "history", self._check_known, init=False)

    def on_screen_resume(self) -> None:
        """Check the rows again if something became known meanwhile."""
        self._check_known()

    @property
    def _may_mark(self) -> bool:
        """Whether marks may come now: on this screen, or below the box of a send that stays open.

        Of a list that was refused, what is known is looked for from that box.
        """
        is_below = self.is_current and isinstance(self.app.screen, SendDialog)
        return self.is_on_top or (is_below and self.draft.has_open_send)

    def _check_known(self) -> None:
        if self.draft.sending or not self._may_mark:
            return
        pool, sends = self.draft.target.pool, self.app.known_sends.sends
        against: tuple[str | None, int | None, tuple[Send, ...]]
        if pool is None:
            creates = (send for send in sends if send.kind is Kind.CREATE)
            unsettled = tuple(s for s in creates if s.pool_id is None and s.open_parts)
            if not unsettled and self.draft.known is None:
                return
            against = (None, None, unsettled)
        else:
            listed = self.app.pools.value or ()
            # The target is as it was when the rows were begun.
            now = next((p for p in listed if p.credential_pool_id == pool.credential_pool_id), pool)
            sent_there = tuple(s for s in sends if s.pool_id == pool.credential_pool_id)
            against = (pool.credential_pool_id, now.total_credentials, sent_there)
        # Whoever else began to check them, Review among them, may have been closed half way.
        is_left_over = not self.draft.is_checked and not self.is_working("known")
        if against != self._checked_against or is_left_over:
            self._checked_against = against
            self._hold_known(*against)

    @work(exclusive=True, group="known")
    async def _hold_known(
        self, pool_id: str | None, total: int | None, _sends: tuple[Send, ...]
    ) -> None:
        history, workspace = self.app.operations.history, self.draft.target.workspace
        try:
            if pool_id is None:
                await self._mark(await history.known_of_new_pool(workspace.id))
                return
            # What is known here does not wait for what can be read there.
            await self._mark_and_say(await history.known(pool_id, total))
            if self.draft.asks_reports:
                known = await history.known_with_reports(pool_id, total, workspace.id)
                await self._mark_and_say(known)
        except ProlificTuiError as error:
            self.app.say(f"Not checked against the pool. {error.message}")

    async def _mark_and_say(self, known: Known) -> None:
        await self._mark(known)
        if (found := self.draft.in_pool) > self.draft.in_pool_before:
            self.app.say(f"{counted(found, 'row')} {is_or_are(found)} in the pool already: P.")

    async def hold_known(self, known: Known) -> None:
        """Mark what the pool is known to hold, between keys."""
        # What was read before that is not to come after it.
        self.workers.cancel_group(self, "known")
        await self._mark(known)

    async def _mark(self, known: Known) -> None:
        """Mark the rows, between keys, and show them; where this is given up, as far as it got."""
        delta, before = ANY_ROW, self.draft.in_pool
        try:
            delta = await drive(self.draft.holding(known))
        finally:
            if self.draft.in_pool != before and self.app.is_running:
                # What is kept of them says how many are still to be sent.
                self.app.drafts.keep(self.draft)
            if self.is_laid_out:
                self.grid.apply(delta)
                self.show_all()
        self.refresh_view()

    def row_notes(self, row: int) -> tuple[str, ...]:
        """What the rows were checked against, below what is wrong with this one."""
        known, notes = self.draft.known, super().row_notes(row)
        if known is None or not self.draft.is_checked:
            return notes
        if self.draft.target.pool is not None:
            words = known.coverage.words
            notes = (*notes, f"{words[:1].upper()}{words[1:]}.")
        username = self.draft.session.document.username(row)
        if username in known.said:
            return (*notes, "It arrived, as you said; in 3 History S takes that back.")
        if username in known.perhaps:
            return (*notes, "It goes once it is settled whether it arrived: s looks first.")
        return notes
