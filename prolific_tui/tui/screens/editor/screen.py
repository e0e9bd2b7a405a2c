"""The credential editor: rows from a file, a paste or the keyboard, made right before they go."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Final

from textual.binding import Binding, BindingType

from prolific_tui.tui.cell import EditableGrid
from prolific_tui.tui.drafts import Draft
from prolific_tui.tui.screens.editor.finding import FindingKeys
from prolific_tui.tui.screens.editor.intake import IntakeKeys
from prolific_tui.tui.screens.editor.kept import DraftKeys
from prolific_tui.tui.screens.editor.making import MakingKeys
from prolific_tui.tui.screens.editor.mending import MendingKeys
from prolific_tui.tui.screens.editor.reviewing import ReviewKeys
from prolific_tui.tui.screens.editor.rows import RowKeys
from prolific_tui.tui.screens.editor.selecting import SelectingKeys

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

_IN_A_CELL: Final = "Take"
"""What Enter does while a cell is open; as wide as what it does else, so that nothing moves."""


class EditorScreen(SelectingKeys, MendingKeys, ReviewKeys, DraftKeys):
    """Edits one draft, which outlives this screen, and the program if the person wants it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", key_display="Esc", tooltip="Back; the rows are kept"),
        Binding("question_mark", "help", "Keys", key_display="?", tooltip="This list"),
        Binding("q", "app.leave", "Quit", show=False, tooltip="Quit; asks if rows would be lost"),
    ]

    def __init__(
        self,
        draft: Draft,
        *,
        load: Path | None = None,
        paste: str = "",
        make: bool = False,
        home: str = "pools",
    ) -> None:
        """Edit a draft.

        Args:
            draft: The rows, and where they are to go.
            load: A file to load at once.
            paste: A paste to take at once.
            make: Whether to ask at once for accounts to be made.
            home: The screen to go back to in the end, by its mode.
        """
        super().__init__(draft)
        self._load_first = load
        self._paste_first = paste
        self._make_first = make
        self._had_rows = False
        self.home = home

    def keys(self) -> Iterable[BindingType]:
        """The keys that matter most, in the order of the work."""
        keys = (RowKeys, FindingKeys, MendingKeys, IntakeKeys, MakingKeys, ReviewKeys, EditorScreen)
        bindings = [each for of in keys for each in of.BINDINGS if isinstance(each, Binding)]
        if any(area.is_editing for area in self.query(EditableGrid)):
            # All others but Esc are typed into the cell, as the message says. That they stay where
            # they are, and are not drawn anew with every cell, is what keeps an edit small on a
            # slow line.
            bindings = [
                replace(each, description=_IN_A_CELL) if each.action == "edit" else each
                for each in bindings
            ]
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

    def action_back(self) -> None:
        """Close the field, or go back; see `leave` for what becomes of the rows."""
        if self.is_editing:
            self.close_cell()
            return
        if self.give_up_and_say():
            return
        if self.draft.session.is_changing:
            self.may_look()  # says why not
            return
        if self.select_nothing():
            return
        self.leave()

    def _after_send(self) -> None:
        # One that begins may end before this screen hears that the review above it was closed.
        self._had_rows = self._had_rows or not self.draft.is_empty
        super()._after_send()

    def on_screen_resume(self) -> None:
        """Go back once every row has gone, or where another list has the same target by now.

        Whoever uses another account now is not shown these rows, which stay as they are.
        """
        draft, has_rows, account = self.draft, not self.draft.is_empty, self.app.account
        if not self.is_on_top:
            # Only what is on top can be closed: another mode was chosen since, or the box of the
            # send is there, with which these rows may go.
            self._had_rows = self._had_rows or has_rows
            return
        if account is not None and account.me.id != draft.owner_id:
            self.dismiss()
            if has_rows:
                self.app.say("The unsent rows of another account wait for that one.")
            return
        others = self.app.drafts.find(draft.owner_id, draft.target)
        is_over = self._had_rows and not draft.session.can_undo
        if not has_rows and (is_over or others not in (None, draft)):
            self.go_home()
        self._had_rows = has_rows
