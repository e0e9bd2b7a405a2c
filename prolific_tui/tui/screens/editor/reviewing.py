"""From the rows to their review: what would go, as a new send or as the rest of an earlier one."""

from dataclasses import replace
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType

from prolific_tui.credentials.document import NO_ROWS
from prolific_tui.credentials.stepping import Steps
from prolific_tui.errors import ProlificTuiError
from prolific_tui.submission.plan import CredentialPlan, Target, seek_plan
from prolific_tui.submission.resuming import Resumption
from prolific_tui.submission.send import Send
from prolific_tui.tui.drive import drive
from prolific_tui.tui.screens.choose_target import choose_target
from prolific_tui.tui.screens.editor.intake import IntakeKeys
from prolific_tui.tui.screens.editor.known import KnownRows
from prolific_tui.tui.screens.editor.making import MakingKeys
from prolific_tui.tui.screens.going_on import ask_match, ask_open, find_match, unfinished_sends
from prolific_tui.tui.screens.kept import ask_keeping
from prolific_tui.tui.screens.review import ReviewScreen
from prolific_tui.tui.screens.review_checks import Reviewed


class ReviewKeys(KnownRows, IntakeKeys, MakingKeys):
    """The key that shows what would go."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "review", "Review and send", tooltip="See what would go, then send it"),
    ]

    def action_review(self) -> None:
        """Show what would go."""
        if not self.app.may_write() or not self.may_change():
            return
        if not len(self.draft.session.document):
            self.app.say("There are no rows to send. f loads a file.")
            return
        if (error := self.app.history.error) is not None:
            # What can't be written down is not sent: better said before than after.
            self.app.show_error(error)
            return
        self.app.say("")
        if self.draft.asks_target:
            self._ask_target()
        else:
            self._review()

    def _review(self) -> None:
        draft = self.draft
        self.work_through(
            lambda: self._seek(seek_plan(draft.session, draft.target, draft.source)),
            self._show_unless_begun,
            "Preparing the review",
            asks=True,
        )

    def _seek(self, planning: Steps[CredentialPlan]) -> Steps[Reviewed]:
        """What would go as a send of its own."""
        revision = self.draft.session.revision
        plan = yield from planning
        parts = yield from self.app.operations.writes.seek_parts(plan)
        return Reviewed(plan, parts, revision)

    def _show_unless_begun(self, reviewed: Reviewed) -> None:
        """Show what would go, unless an earlier send may be what it belongs to."""
        plan = reviewed.plan
        is_create = plan.target.pool is None
        if not plan.rows and (send := self._held_up_by(plan)) is not None:
            self._ask_open(send)
        elif not plan.rows or (
            self.draft.continues is None and not is_create and not unfinished_sends(self.app, plan)
        ):
            # With no row to compare, nothing can be said about an earlier send.
            self._show(reviewed)
        else:
            self._match(reviewed)

    def _held_up_by(self, plan: CredentialPlan) -> Send | None:
        """The open send that keeps rows from going, because they may have arrived with it."""
        if not self.draft.session.ledger.held.perhaps:
            return None
        sends = (send for send in unfinished_sends(self.app, plan) if send.open_parts)
        return next(sends, None)

    @work(exclusive=True, group="review")
    async def _ask_open(self, send: Send) -> None:
        await ask_open(self.app, send)

    @work(exclusive=True, group="review")
    async def _match(self, reviewed: Reviewed) -> None:
        """Ask whether the rows go on with an earlier send, and show what would go then."""
        plan, wanted = reviewed.plan, self.draft.continues
        try:
            with self.app.holding_keys():
                # Another window may have made a pool of these rows meanwhile.
                await self.app.operations.history.read()
                matched = await find_match(self.app, plan, wanted)
        except ProlificTuiError as error:
            self.app.show_error(error)
            return
        if matched is None:
            if wanted is not None:
                self.app.say("None of these rows belongs to that send, so this is a new one.")
            self.draft.continues = None
            self._show(reviewed)
        elif wanted is not None and not (matched.is_blocked or matched.send.in_use):
            await self._go_on_with(reviewed, matched)
        else:
            answer = await ask_match(self.app, matched)
            if answer:
                await self._go_on_with(reviewed, matched)
            elif answer is not None:
                self.draft.continues = None
                self._show(reviewed)

    async def _go_on_with(self, planned: Reviewed, matched: Resumption) -> None:
        with self.app.holding_keys():
            reviewed = await drive(self._seek_rest(planned, matched))
        target = reviewed.plan.target
        if target.key != self.draft.target.key and not self._aim(target):
            self.draft.continues = None
            return
        self.draft.continues = matched.send.number
        if matched.needs_pool:
            self._ask_target()
        else:
            self._show(reviewed)

    def _aim(self, target: Target) -> bool:
        """Give the rows another target; where other rows wait for that one, say so and don't."""
        if not self.app.drafts.aim(self.draft, target):
            self.app.say(
                "Other unsent rows wait for that pool: send or clear those first."
                " Nothing was sent, and these rows are as they were."
            )
            return False
        self.show_all()
        return True

    def _show(self, reviewed: Reviewed) -> None:
        if reviewed.parts > 1 and self.app.keeping.is_to_be_asked:
            self._ask_keeping_first(reviewed)
        else:
            self.app.push_screen(ReviewScreen(self.draft, reviewed, self))

    @work(exclusive=True, group="review")
    async def _ask_keeping_first(self, reviewed: Reviewed) -> None:
        """Ask how rows are kept: what is left of a long send that is cut goes on with kept ones."""
        reason = (
            "This list goes in parts. If its send is cut, the rest comes from the rows that are"
            " kept. Esc keeps none."
        )
        await ask_keeping(self.app, reason=reason)
        if self.is_on_top:
            # No other screen was chosen while a keyring or a disk was waited for.
            self.app.push_screen(ReviewScreen(self.draft, reviewed, self))

    async def plan_again(self) -> Reviewed:
        """What would go now; raises `ProlificTuiError` and `OutdatedError`."""
        draft = self.draft
        planning = seek_plan(draft.session, draft.target, draft.source)
        planned = await drive(self._seek(planning))
        if draft.continues is None:
            return planned
        matched = await self.app.operations.history.match(draft.continues, planned.plan)
        return await drive(self._seek_rest(planned, matched))

    def _seek_rest(self, planned: Reviewed, matched: Resumption) -> Steps[Reviewed]:
        """What would go of a send that goes on; no row where none of them can."""
        going = matched.plan or replace(planned.plan, accounts=NO_ROWS)
        parts = yield from self.app.operations.writes.seek_parts(going)
        return Reviewed(going, parts, planned.revision, matched.words)

    @work
    async def _ask_target(self) -> None:
        """Ask which pool the rest of a create is for: its answer was lost, the pool was made."""
        workspace = self.draft.target.workspace
        try:
            with self.app.holding_keys():
                # What was listed before the send can't have the pool that it made.
                pools = await self.app.operations.pools(workspace.id)
        except ProlificTuiError as error:
            self.app.show_error(error)
            return
        if not pools:
            self.app.say("The pool that was made is not listed yet. s looks again.")
            return
        target = await choose_target(
            self.app,
            "Which pool are the rows left over for?",
            "A pool was made of the others, but the answer that named it was lost.",
            workspace,
            pools,
            may_create=False,
        )
        if target is not None and self._aim(target):
            self._review()
