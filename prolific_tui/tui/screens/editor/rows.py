"""The keys that work on rows: edit, insert, delete, undo, accept, go to the next problem, show."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from prolific_tui.credentials.document import Column, Rows
from prolific_tui.credentials.session import Verdict
from prolific_tui.tui.cell import EditableGrid
from prolific_tui.tui.grid import CredentialGrid
from prolific_tui.tui.screens.editor.page import EditorPage
from prolific_tui.tui.screens.revealing import reveal_key


class RowKeys(EditorPage):
    """What can be done with the row under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,e", "edit", "Edit", key_display="Enter", tooltip="Edit the cell"),
        Binding("i", "insert", "Insert", tooltip="Insert a row below and edit it"),
        Binding("x", "delete", "Delete", tooltip="Delete the row"),
        Binding("u", "undo", "Undo", tooltip="Undo the last change; without limit"),
        Binding("U", "redo", "Redo", tooltip="Redo what was undone"),
        Binding("a", "accept", "Accept", tooltip="Accept a row that needs your OK; again: not"),
        reveal_key("passwords"),
    ]

    def action_edit(self) -> None:
        """Open the field on the cell under the cursor."""
        if not self.may_change():
            return
        if len(self.draft.session.document):
            area = self.query_one(EditableGrid)
            area.edit()
            self.app.say(area.prompt)
            self.show_keys()
        else:
            self.action_insert()

    @on(CredentialGrid.EditRequested)
    def edit_requested(self) -> None:
        """A double click edits the cell."""
        self.action_edit()

    @on(EditableGrid.Committed)
    def commit(self, message: EditableGrid.Committed) -> None:
        """Put the text into the cell and go right; it stays open while rows can't change."""
        if not self.may_change():
            return
        session = self.draft.session
        self.close_cell()
        replaced = ""
        if message.column is Column.PASSWORD and not self.grid.revealed:
            # Its mask is the same before and after.
            before = session.document.password(message.row)
            if before and before != message.text:
                replaced = f"Password of row {message.row + 1:,} replaced; u brings it back."
        self.changed(session.set_cell(message.row, message.column, message.text), replaced)
        if self.grid.row == message.row:
            # It may have left the rows that are shown, because it is all right now.
            self._go_right(message.column)

    @on(EditableGrid.Kept)
    def keep(self, message: EditableGrid.Kept) -> None:
        """Go right from a hidden password that stays."""
        self.close_cell()
        self._go_right(message.column)

    @on(EditableGrid.Left)
    def left(self, message: EditableGrid.Left) -> None:
        """The cell was left in another way; what was said since stays."""
        self.show_keys()
        if self.app.message == message.prompt:
            self.app.say("")

    def _go_right(self, column: Column) -> None:
        """Go to the next cell; an empty password is edited at once, as a new row's is."""
        grid, row = self.grid, self.grid.row
        if row is None:
            return
        if column is Column.USERNAME:
            grid.column = Column.PASSWORD
            if not self.draft.session.document.password(row):
                self.action_edit()
        elif grid.position + 1 < len(grid.view):
            grid.column = Column.USERNAME
            grid.position += 1

    def action_insert(self) -> None:
        """Insert an empty row below the cursor and edit its username."""
        if not self.may_change():
            return
        grid = self.grid
        row = 0 if grid.row is None else grid.row + 1
        inserted = self.draft.session.insert(row, Rows.of([("", "")]))
        self.draft.inserted.add(self.draft.session.document.row_id(row))
        self.changed(inserted)
        if not grid.go_to(row):
            self.app.say("The new row is not among those shown. ! shows all.")
            return
        grid.column = Column.USERNAME
        self.action_edit()

    def action_delete(self) -> None:
        """Delete the row under the cursor."""
        row = self.grid.row
        if self.may_change() and row is not None:
            self.changed(
                self.draft.session.delete([row]), f"Row {row + 1:,} deleted. u brings it back."
            )

    def action_undo(self) -> None:
        """Undo the last change."""
        self.undo(lambda: None)

    def undo(self, then: Callable[[], object]) -> None:
        """Undo the last change, and then do something, which comes in any case."""
        session = self.draft.session
        if not self.may_change():
            then()
            return
        label = session.undo_label
        if (steps := session.undoing()) is None:
            self.app.say("Nothing to undo.")
            then()
        else:
            self.change(steps, f"Undone: {label}. U does it again.", then)

    def action_redo(self) -> None:
        """Redo the last change that was undone."""
        session = self.draft.session
        if not self.may_change():
            return
        label = session.redo_label
        if (steps := session.redoing()) is None:
            self.app.say("Nothing to redo.")
        else:
            self.change(steps, f"Redone: {label}.")

    def action_accept(self) -> None:
        """Accept the row under the cursor as it is, or take that back."""
        session, row = self.draft.session, self.grid.row
        if not self.may_change() or row is None:
            return
        state = session.state(row)
        if state.accepted:
            self.changed(session.withdraw([row]), f"Row {row + 1:,} needs your OK again.")
        elif state.verdict is Verdict.NEEDS_OK:
            self.changed(session.accept([row]), f"Row {row + 1:,} accepted: it goes.")
        elif state.verdict is Verdict.LEFT_OUT:
            self.app.say("A blocked row can't be accepted; it has to be mended or left out.")
        else:
            self.app.say("This row goes as it is; there is nothing to accept.")

    def show_revealed(self, revealed: bool) -> None:
        """Show the passwords, or hide them."""
        self.grid.revealed = revealed
        super().show_revealed(revealed)
