"""What is read while a review is open: totals and usage reports, or the pools that are new.

Nothing is sent before that is done, and what it finds may change what is to be typed.
"""

from dataclasses import dataclass, replace
from typing import Protocol

from textual import work
from textual.widgets import Input

from prolific_tui.credentials.stepping import OutdatedError
from prolific_tui.errors import ProlificTuiError
from prolific_tui.models import CredentialPool
from prolific_tui.submission.known import Known
from prolific_tui.submission.plan import CredentialPlan, Target
from prolific_tui.submission.send import Send, unexplained
from prolific_tui.tui.drafts import Draft
from prolific_tui.tui.field import Field
from prolific_tui.tui.screens.base import BaseScreen
from prolific_tui.tui.screens.review_words import (
    may_be_unexplained,
    totals_words,
    unexplained_notes,
)
from prolific_tui.visible import counted


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What would go, and what there is to know of it."""

    plan: CredentialPlan
    parts: int
    """In how many parts that is."""
    revision: int
    """That of the rows when this was planned: what is marked since then is not in it."""
    notes: tuple[str, ...] = ()
    """How it belongs to the send that it goes on with, a sentence each."""


class ReviewedRows(Protocol):
    """The rows behind a review, as the editor has them."""

    async def plan_again(self) -> Reviewed:
        """What would go now; raises `ProlificTuiError`, or `OutdatedError` if rows change."""

    async def hold_known(self, known: Known) -> None:
        """Mark what the pool is known to hold, between keys."""

    def action_export(self) -> object:
        """Ask where rows are to be written to."""


class ReviewChecks(BaseScreen):
    """A review as far as it follows what is at Prolific."""

    def __init__(self, draft: Draft, reviewed: Reviewed, rows: ReviewedRows) -> None:
        super().__init__()
        self._draft = draft
        self._rows = rows
        self._reviewed = reviewed
        self._checked = ""
        """What came of looking at the usage reports, or why nothing came of looking for pools."""
        self._listed: tuple[CredentialPool, ...] | None = None
        """The workspace's pools as they were listed for this screen; None where they were not."""
        self._is_checking = False
        self._has_new_totals = False
        """Whether the pool's totals were read since this screen opened."""
        self._position = 0
        """That of the journal before the rows were compared with what was sent."""
        self._is_confirmed = False
        """Whether the words were typed while something was still being read."""

    def show(self) -> None:
        """Show everything as it is known now."""
        raise NotImplementedError

    def send_confirmed(self) -> None:
        """Send what was confirmed."""
        raise NotImplementedError

    @property
    def _plan(self) -> CredentialPlan:
        return self._reviewed.plan

    @property
    def _is_outdated(self) -> bool:
        """Whether the rows are others than those that are shown, as far as they were marked."""
        return self._draft.session.revision != self._reviewed.revision

    def _begin_to_check(self) -> None:
        pool = self._plan.target.pool
        if pool is not None:
            self._is_checking = True
            self._check(pool)
        elif may_be_unexplained(self._plan.workspace, self.app.known_sends.sends):
            self._is_checking = True
            self._look_for_pools()

    @work(exclusive=True, group="check")
    async def _look_for_pools(self) -> None:
        """List the pools now: one that is new may be a create that did not arrive, as was said."""
        before = self._unexplained()
        try:
            self._listed = await self.app.operations.pools(self._plan.workspace.id)
        except ProlificTuiError as error:
            self._checked = f"new pools could not be looked for: {error.message}"
        self._end_check()
        if self._unexplained() != before:
            self._ask_again("A new pool may hold these rows already: look at Unexplained.")
        elif self._is_confirmed:
            self.send_confirmed()

    def _unexplained(self) -> tuple[tuple[Send, CredentialPool], ...]:
        """The creates that did not arrive, as was said, each with a pool that it may have made."""
        pools = self.app.pools.value if self._listed is None else self._listed
        workspace = self._plan.workspace.id
        here = (send for send in self.app.known_sends.sends if send.workspace.id == workspace)
        return unexplained(here, pools or ())

    @work(exclusive=True, group="check")
    async def _check(self, pool: CredentialPool) -> None:
        """Read the totals and the usage reports, and leave out the rows that those name."""
        before = self._plan.rows
        try:
            self._position = await self.app.operations.history.position()
            pool = await self._read_totals(pool)
            known = await self.app.operations.history.known_with_reports(
                pool.credential_pool_id, pool.total_credentials, self._plan.workspace.id
            )
            coverage = known.coverage
            self._checked = coverage.words_of_reading if coverage.trouble else coverage.words
            self._draft.asks_reports = True
            await self._rows.hold_known(known)
            # The total was read with the reports once more, and later.
            self._has_new_totals |= coverage.total not in (None, pool.total_credentials)
            self._follow_target()
            await self._plan_again()
        except ProlificTuiError as error:
            self._checked = f"not checked: {error.message}"
        except OutdatedError:
            if self.is_on_top:
                self.app.say("The rows changed meanwhile. Nothing was sent: look at them again.")
                self.dismiss()
            else:
                # Enter tells of it, once no other screen is above this one.
                self._is_checking = False
                self.show()
            return
        self._end_check()
        if self._plan.rows != before:
            self._changed_by(before)
        elif self._is_confirmed:
            self.send_confirmed()

    async def _plan_again(self) -> None:
        """Plan anew where rows were marked since, by this or by what the editor had begun."""
        if self._is_outdated:
            self._reviewed = await self._rows.plan_again()

    def _end_check(self) -> None:
        """Nothing is looked for any more: what goes by now is what will be sent."""
        self._is_checking = False
        # Not before: a thread that computes takes turns with the check, and with the keys of then.
        self.app.operations.writes.prepare(self._plan)
        self.show()

    async def _read_totals(self, pool: CredentialPool) -> CredentialPool:
        """The pool as it is listed now; as it was listed last where it can't be read."""
        workspace = self._plan.workspace
        try:
            listed = await self.app.operations.pools(workspace.id)
        except ProlificTuiError:
            return pool
        now = next(
            (each for each in listed if each.credential_pool_id == pool.credential_pool_id), None
        )
        if now is None:
            return pool
        self._has_new_totals = True
        self._draft.target = Target(workspace, now)
        self._follow_target()
        self.show()
        return now

    def _follow_target(self) -> None:
        """Plan for the pool with its totals as they were read last."""
        plan = replace(self._plan, target=self._draft.target)
        self._reviewed = replace(self._reviewed, plan=plan)

    def _changed_by(self, before: int) -> None:
        """Other rows go than those that were shown."""
        gone = before - self._plan.rows
        told = f"{counted(gone, 'row')} turned out to be in the pool: not sent with it."
        self._ask_again(told if gone > 0 else "")

    def _ask_again(self, told: str) -> None:
        """Things are not as they were shown: what was typed does not count any more."""
        self._is_confirmed = False
        for field in self.query("#confirmation-field").results(Field):
            with self.prevent(Input.Changed):
                field.value = ""
        if told:
            self.app.say(told)

    def _totals(self, pool: CredentialPool) -> str:
        """How many credentials the pool has, and how many it would have."""
        return totals_words(pool, 0 if self._draft.unexported() else self._plan.rows, self._when)

    def _unexplained_notes(self) -> list[str]:
        """The same in words, or why nothing can be said of it."""
        if self._is_checking:
            return ["looking for new pools…"]
        notes = unexplained_notes(self._unexplained())
        return [*notes, self._checked] if self._checked else notes

    @property
    def _when(self) -> str:
        """When the totals were read, to be said right after them."""
        if self._has_new_totals:
            return " now"
        at = self.app.pools.at
        return f" at {at:%H:%M:%S}" if at else " when last read"
