"""The keys that select rows, and what other keys then do to all of these."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType

from prolific_tui.credentials import selection
from prolific_tui.credentials.history import Proposal
from prolific_tui.credentials.rows import NO_ROWS, Rows
from prolific_tui.credentials.stepping import Steps
from prolific_tui.tui.screens.editor.rows import RowKeys
from prolific_tui.visible import counted

T = TypeVar("T")


class SelectingKeys(RowKeys):
    """Selecting, and acting on what is selected, which ends the selection."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "select", "Select", key_display="Space", tooltip="Select the row, or not"),
        Binding("v", "range", "Select a range", tooltip="Select up to the cursor; again: done"),
        Binding("c", "copy_rows", "Copy", tooltip="Copy rows inside this program, for P"),
        Binding("P", "put_rows", "Put", tooltip="Put the copied rows below the cursor"),
    ]

    _copied: Rows = NO_ROWS

    def action_select(self) -> None:
        """Select the row under the cursor, or do not any more."""
        grid, row = self.grid, self.grid.row
        if row is not None:
            grid.selection.toggle(self.draft.session.document.row_id(row))
            grid.show_selection(line=grid.position)

    def action_range(self) -> None:
        """Begin a range at the cursor, or end it there."""
        grid, row = self.grid, self.grid.row
        if row is None or not self.may_look():
            return
        if grid.selection.has_range:
            self.work_through(self._end_range, lambda _: grid.show_selection(), "Selecting")
        else:
            grid.selection.begin_range(grid.position)
            grid.show_selection(line=grid.position)
            self.app.say("The range goes where the cursor goes; v ends it, Esc selects nothing.")

    def _end_range(self) -> Steps[None]:
        return self.grid.selection.end_range(self.grid.position)

    def select_nothing(self) -> bool:
        """Select nothing; whether anything was selected."""
        was_selected = bool(self.grid.selection)
        if was_selected:
            self.grid.selection.clear()
            self.grid.show_selection()
            self.app.say("")
        return was_selected

    # What is done to them

    def _selected(
        self, look: Callable[[Sequence[int]], Steps[T]], then: Callable[[T], object]
    ) -> bool:
        """Look at the selected rows and do something with the result; whether there are any."""
        selected = self.grid.selection
        if not selected:
            return False

        def steps() -> Steps[T]:
            yield from self._end_range()
            rows = yield from selected.rows()
            return (yield from look(rows))

        def act(result: T) -> None:
            self.select_nothing()
            then(result)

        self.work_through(steps, act, "Looking")
        return True

    def action_delete(self) -> None:
        """Delete the selected rows, or that under the cursor."""
        delete = partial(selection.delete, self.draft.session)
        if self.may_change() and not self._selected(delete, self.make):
            super().action_delete()

    def action_accept(self) -> None:
        """Accept the selected rows, or that under the cursor."""
        accept = partial(selection.accept, self.draft.session)
        if self.may_change() and not self._selected(accept, self._accept_rows):
            super().action_accept()

    def _accept_rows(self, proposal: Proposal) -> None:
        if proposal.count:
            self.make(proposal)
        else:
            self.app.say("Nothing to accept in what was selected.")

    def action_copy_rows(self) -> None:
        """Copy the selected rows, or that under the cursor; passwords stay in this program."""
        session, row = self.draft.session, self.grid.row
        if row is None or not self.may_look() or self._selected(session.seek_rows, self._copy):
            return
        self._copy(session.rows([row]))

    def _copy(self, rows: Rows) -> None:
        self._copied = rows
        words = counted(len(rows), "row")
        self.app.say(f"{words} copied, in this program only. P puts it below.")

    def action_put_rows(self) -> None:
        """Put the copied rows below the cursor, as new rows."""
        if not self.may_change():
            return
        rows = self._copied
        if not rows:
            self.app.say("No row was copied yet; c copies.")
            return
        grid = self.grid
        row = 0 if grid.row is None else grid.row + 1
        words = counted(len(rows), "row")
        steps = self.draft.session.inserting(row, rows, f"putting of {words}")
        self.change(steps, f"{words} put below. u takes it back.", lambda: grid.go_to(row))
