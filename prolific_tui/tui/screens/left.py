"""The unsent rows of earlier runs: offered before anything else, taken up, left or discarded."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType

from prolific_tui.errors import ProlificTuiError
from prolific_tui.models import Workspace
from prolific_tui.submission.draft import DraftSummary
from prolific_tui.submission.plan import Target
from prolific_tui.tui.dialogs import Choice, ChoiceDialog, ConfirmDialog, LeftAct, LeftDialog
from prolific_tui.tui.drafts import Draft
from prolific_tui.tui.screens.choose_target import choose_target
from prolific_tui.tui.screens.editor import EditorScreen
from prolific_tui.tui.screens.kept import own_drafts, rows_words, target_words
from prolific_tui.tui.screens.open_sends import OpenSends
from prolific_tui.tui.screens.standing import without_account
from prolific_tui.tui.screens.taking_up import take_up, with_arrived
from prolific_tui.visible import counted


class LeftDrafts(OpenSends):
    """Offers what earlier runs left for the one who is signed in, once for each account."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "left", "Drafts", show=False, tooltip="Unsent rows, also of earlier runs"),
    ]

    left: tuple[DraftSummary, ...] = ()
    """What earlier runs left, the newest first; those that others have open are among them."""
    is_offering = False
    """Whether it is being looked for, or the person is asked about it."""
    edited: Draft | None = None
    """What was opened from here last, until this screen is shown again."""
    _left_for = ""
    """The owner for whom it was looked for."""
    _is_due = False
    """Whether it is to be offered as soon as nothing is in the way."""

    def begin(self) -> None:
        """Look for drafts once it is known whose they may be."""
        super().begin()
        self.watch(self.app, "account", self._look_for_left)

    def has_offered(self) -> None:
        """Nothing is in the way of other things any more."""

    def _look_for_left(self) -> None:
        account = self.app.account
        if account is None:
            self._left_for = ""
            self.left = ()
        elif account.me.id != self._left_for:
            self._left_for = account.me.id
            self.is_offering = True
            self._read_left(account.me.id)

    @work(exclusive=True, group="left")
    async def _read_left(self, owner_id: str) -> None:
        found = await self.app.operations.drafts.left(owner_id)
        self.left = found.summaries
        self._is_due = any(not summary.in_use for summary in self.left)
        if found.notes:
            self.app.say(" ".join(found.notes))
        elif not self._is_due:
            self._say_what_is_open()
        if not self._is_due:
            self.is_offering = False
            self.has_offered()
        self.offer_if_due()

    def on_screen_resume(self) -> None:
        """Offer what there was no room for before, without what was taken up elsewhere."""
        self.left = tuple(each for each in self.left if each.id not in self.app.taken_up)
        self.offer_if_due()

    def has_announced(self) -> None:
        """Offer what waited for more urgent things."""
        super().has_announced()
        self.offer_if_due()

    def offer_if_due(self) -> None:
        """Offer what was left, unless something else is on the screen."""
        if self._is_due and self.is_on_top and not self.is_announcing:
            self._is_due = False
            self._offer_all()

    def edit(
        self, draft: Draft, *, load: Path | None = None, paste: str = "", make: bool = False
    ) -> None:
        """Open a draft in the editor; the rest as for `EditorScreen`."""
        self.edited = draft
        self.app.push_screen(EditorScreen(draft, load=load, paste=paste, make=make))

    @work
    async def action_left(self) -> None:
        """Look again for what earlier runs left, and offer it; or else the drafts of this run."""
        account = self.app.account
        if account is None:
            self.app.say(without_account(self.app))
            return
        with self.app.holding_keys():
            self.left = (await self.app.operations.drafts.left(account.me.id)).summaries
        if not self.left:
            await self._choose_own()
        elif all(summary.in_use for summary in self.left):
            self._say_what_is_open()
        else:
            self._offer_all()

    async def _choose_own(self) -> None:
        """Go back to a draft of this run."""
        drafts = own_drafts(self.app)
        if not drafts:
            self.app.say("There are no unsent rows, of this run or an earlier one.")
            return
        answer: int | None = 0
        if len(drafts) > 1:
            choices = [
                Choice(f"{rows_words(self.app, [each])} for {target_words(self.app, each)}")
                for each in drafts
            ]
            answer = await self.app.ask(ChoiceDialog("Unsent rows of this run", "", choices))
        if answer is not None:
            draft = drafts[answer]
            if draft.target.workspace != self.app.workspace:
                self.app.open_workspace(draft.target.workspace)
            self.edit(draft)

    def _say_what_is_open(self) -> None:
        if rows := sum(summary.unsent for summary in self.left):
            self.app.say(f"Another window has {counted(rows, 'unsent row')} open.")

    @work
    async def _offer_all(self) -> None:
        self.is_offering = True
        draft = await self.offer(self.left)
        if draft is not None:
            # First, so that nothing else finds this screen free for a moment.
            self.edit(draft)
        self.is_offering = False
        if draft is None:
            self.has_offered()

    async def offer(self, summaries: Sequence[DraftSummary]) -> Draft | None:
        """Ask about some drafts until one was taken up, or the others are left for later."""
        with self.app.holding_keys():
            remaining = await self._still_unsent(summaries)
        while any(not summary.in_use for summary in remaining):
            answer = await self.app.ask(LeftDialog(remaining))
            if answer is None:
                self.app.say("The unsent rows of before stay where they are; d offers them again.")
                return None
            summary = answer.summary
            try:
                if answer.act is LeftAct.RESUME:
                    if (draft := await self._resume(summary)) is not None:
                        self._forget(summary)
                        return draft
                elif await self._may_discard(summary):
                    await self.app.operations.drafts.delete(summary.id)
                    self._forget(summary)
                    remaining.remove(summary)
                    self.app.say("Discarded.")
            except ProlificTuiError as error:
                self.app.show_error(error)
                return None
        return None

    async def _still_unsent(self, summaries: Sequence[DraftSummary]) -> list[DraftSummary]:
        """The drafts of which rows are unsent; of the others nothing is kept any longer."""
        unsent = []
        for each in summaries:
            summary = await with_arrived(self.app, each)
            if not summary.is_sent:
                unsent.append(summary)
                continue
            try:
                await self.app.operations.drafts.delete(summary.id)
            except ProlificTuiError as error:
                self.app.show_error(error)
            else:
                rows = counted(summary.rows, "row")
                self.app.say(f"Kept no longer, as all arrived: {rows} for {summary.target}.")
            self._forget(summary)
        return unsent

    def _forget(self, summary: DraftSummary) -> None:
        self.left = tuple(each for each in self.left if each.id != summary.id)

    async def _may_discard(self, summary: DraftSummary) -> bool:
        words = summary.words
        dialog = ConfirmDialog("Discard them for good?", f"{words[:1].upper()}{words[1:]}.")
        answer = await self.app.ask(dialog)
        return answer is True

    async def _resume(self, summary: DraftSummary) -> Draft | None:
        """Take up a draft; None where the person would not say what it is for."""
        self.app.say("Taking up the rows…")
        target = await self._target(summary)
        if target is None:
            self.app.say("Nothing was changed.")
            return None
        # Nothing else is to begin for the same target before the rows are on the screen.
        with self.app.holding_keys():
            return await take_up(self.app, summary, target)

    async def _target(self, summary: DraftSummary) -> Target | None:
        """Where the rows are meant to go, as it is now; asked where it is not there any more."""
        operations, key = self.app.operations, summary.key
        workspaces = self.app.workspaces.value or await operations.workspaces()
        workspace: Workspace | None = next(
            (w for w in workspaces if w.id == key.workspace_id), None
        )
        if workspace is None:
            workspace = self.app.workspace or next(iter(workspaces), None)
        elif key.pool_id is None:
            return Target(workspace)
        if workspace is None:
            self.app.say("No workspace is open yet; d offers the rows again.")
            return None
        pools = await operations.pools(workspace.id)
        pool = next((pool for pool in pools if pool.credential_pool_id == key.pool_id), None)
        if pool is not None and workspace.id == key.workspace_id:
            return Target(workspace, pool)
        return await choose_target(
            self.app,
            "What are these rows for now?",
            f"They were for {summary.label or key.pool_id}, which can't be seen any more.",
            workspace,
            pools,
        )
