"""The credential editor: rows from a file, a paste or the keyboard, made right before they go."""

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, Final

from textual import work
from textual.binding import Binding, BindingType

from prolific_tui.submission.plan import seek_plan
from prolific_tui.tui.cell import EditableGrid
from prolific_tui.tui.drafts import Draft
from prolific_tui.tui.screens.choose_target import choose_target
from prolific_tui.tui.screens.editor.finding import FindingKeys
from prolific_tui.tui.screens.editor.intake import IntakeKeys
from prolific_tui.tui.screens.editor.kept import DraftKeys
from prolific_tui.tui.screens.editor.making import MakingKeys
from prolific_tui.tui.screens.editor.mending import MendingKeys
from prolific_tui.tui.screens.editor.rows import RowKeys
from prolific_tui.tui.screens.editor.selecting import SelectingKeys
from prolific_tui.tui.screens.review import ReviewScreen

_FOOTER: Final = (
    "file",
    "edit",
    "undo",
    "problem",
    "accept",
    "duplicates",
    "fixes",
    "make",
    "review",
    "back",
    "help",
)
"""What the keys at the bottom do, in the order of the work; ? lists all keys."""


class EditorScreen(SelectingKeys, MendingKeys, IntakeKeys, MakingKeys, DraftKeys):
    """Edits one draft, which outlives this screen, and the program if the person wants it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "review", "Review and send", tooltip="See what would go, then send it"),
        Binding("escape", "back", "Back", key_display="Esc", tooltip="Back; the rows are kept"),
        Binding("question_mark", "help", "Keys", key_display="?", tooltip="This list"),
        Binding("q", "app.leave", "Quit", show=False, tooltip="Quit; asks if rows would be lost"),
    ]

    def __init__(
        self, draft: Draft, *, load: Path | None = None, paste: str = "", make: bool = False
    ) -> None:
        """Edit a draft.

        Args:
            draft: The rows, and where they are to go.
            load: A file to load at once.
            paste: A paste to take at once.
            make: Whether to ask at once for accounts to be made.
        """
        super().__init__(draft)
        self._load_first = load
        self._paste_first = paste
        self._make_first = make
        self._had_rows = False

    def keys(self) -> Iterable[BindingType]:
        """The keys that matter most, in the order of the work."""
        keys = (RowKeys, FindingKeys, MendingKeys, IntakeKeys, MakingKeys, EditorScreen)
        bindings = [each for of in keys for each in of.BINDINGS if isinstance(each, Binding)]
        matter = [each for each in bindings if each.action in _FOOTER]
        return sorted(matter, key=lambda binding: _FOOTER.index(binding.action))

    def begin(self) -> None:
        """Bring in what was asked for."""
        super().begin()
        if self._load_first is not None:
            self.load(self._load_first)
        if self._paste_first:
            self.take_paste(self._paste_first)
        if self._make_first:
            self.action_make()

    def action_review(self) -> None:
        """Show what would go."""
        if not self.app.may_write() or not self.may_change():
            return
        if self.is_bringing_in:
            self.app.say("A list is still being read; review it when its rows are here.")
            return
        if not len(self.draft.session.document):
            self.app.say("There are no rows to send. f loads a file.")
            return
        self.app.say("")
        if self.draft.asks_target:
            self._ask_target()
        else:
            self._review()

    def _review(self) -> None:
        draft = self.draft
        self.work_through(
            lambda: seek_plan(draft.session, draft.target, draft.source),
            lambda plan: self.app.push_screen(ReviewScreen(draft, plan, self.action_export)),
            "Preparing the review",
        )

    @work
    async def _ask_target(self) -> None:
        """Ask which pool the rest of a create is for: its answer was lost, the pool was made."""
        workspace = self.draft.target.workspace
        pools = self.app.pools.value or () if workspace == self.app.workspace else ()
        target = await choose_target(
            self.app,
            "Which pool are the rows left over for?",
            "A pool was made of the others, but the answer that named it was lost.",
            workspace,
            pools,
        )
        if target is not None:
            self.app.drafts.aim(self.draft, target)
            self.show_all()
            self._review()

    def action_back(self) -> None:
        """Close the field, or go back to the pools; see `leave` for what becomes of the rows."""
        area = self.query_one(EditableGrid)
        if area.is_editing:
            area.close()
            return
        if self.draft.session.is_changing:
            self.may_look()  # says why not
            return
        if self.give_up():
            self.app.say("Given up; the rows are as they were.")
            return
        if self.select_nothing():
            return
        self.leave()

    def on_screen_resume(self) -> None:
        """Go back to the pools once every row has gone."""
        if self._had_rows and self.draft.is_empty and not self.draft.session.can_undo:
            self.dismiss()
        self._had_rows = not self.draft.is_empty
