"""The grid together with the field that one of its cells is edited in, in place."""

from collections.abc import Callable

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from prolific_tui.credentials.document import Column
from prolific_tui.credentials.rows import Row
from prolific_tui.credentials.session import EditSession
from prolific_tui.tui.field import Field
from prolific_tui.tui.grid import CredentialGrid


class CellField(Field):
    """The field of a cell, which has one line; several lines are handed on."""

    class PastedLines(Message):
        """Several lines were pasted; the field took none of them."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def on_paste(self, event: events.Paste) -> None:
        """Take a line, and hand on more than one."""
        if len(event.text.splitlines()) > 1:
            event.stop()
            event.prevent_default()
            self.post_message(self.PastedLines(event.text))


class EditableGrid(Vertical):
    """A grid, and a field above one of its cells while that cell is edited.

    The field stays on its row, wherever that goes and wherever the cursor is put, and goes over
    the rest of its line with a text that is longer than its column. A hidden password is not shown
    for editing: what is typed replaces it, and its length is not to be seen.
    """

    DEFAULT_CSS = """
    EditableGrid { height: 1fr; layers: base above; }
    EditableGrid > CredentialGrid { layer: base; height: 1fr; overflow-x: hidden; }
    EditableGrid > Field { layer: above; position: absolute; text-style: underline; }
    """

    class Committed(Message):
        """The text of a cell is to become this; who takes it closes the field.

        Closed before, the cell would be drawn once more as it was.
        """

        def __init__(self, row: int, column: Column, text: str) -> None:
            super().__init__()
            self.row = row
            self.column = column
            self.text = text

    class Kept(Message):
        """The field is to be closed as with `Committed`, and the cell stays as it is."""

        def __init__(self, column: Column) -> None:
            super().__init__()
            self.column = column

    class Left(Message):
        """The field was closed with the cell as it was.

        It was left for another widget, or its row is not shown any more.
        """

        def __init__(self, prompt: str) -> None:
            super().__init__()
            self.prompt = prompt

    class PastedRows(Message):
        """Several lines were pasted into a cell, which was closed unchanged."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, session: EditSession, is_exported: Callable[[Row], bool]) -> None:
        """Show a session's rows; the rest as for `CredentialGrid`."""
        super().__init__(id="grid-area")
        self.grid = CredentialGrid(session, is_exported)
        """The rows."""
        self._field = CellField(id="cell")
        self._edited: tuple[int, Column] | None = None
        """The cell that the field is open on: its row's id and its column."""
        self._hidden = False
        """Whether the field was opened without showing what the cell holds."""
        self.prompt = ""
        """Which cell is being edited, and what the keys do there; empty while none is."""

    def compose(self) -> ComposeResult:
        """The grid, and above it the field."""
        self._field.visible = False
        yield self.grid
        yield self._field

    def on_mount(self) -> None:
        """Keep the field on its cell."""
        self.watch(self.grid, "scroll_y", self._place, init=False)
        self.watch(self.grid, "revealed", self._conceal, init=False)
        self.watch(self._field, "value", self._place, init=False)

    def on_resize(self) -> None:
        """Keep the field on its cell."""
        self._place()

    @on(CredentialGrid.LaidOut)
    @on(CredentialGrid.Moved)
    def _laid_out(self) -> None:
        self._place()

    @property
    def is_editing(self) -> bool:
        """Whether the field is open."""
        return self._edited is not None

    def edit(self) -> None:
        """Open the field on the cell under the cursor; `prompt` is to be shown from then on."""
        grid, field = self.grid, self._field
        index = grid.row
        if index is None:
            return
        row = grid.session.document.row(index)
        hidden = grid.column is Column.PASSWORD and not grid.revealed
        self._edited = (row.id, grid.column)
        self._hidden = hidden
        text = row.username if grid.column is Column.USERNAME else row.password
        field.masked = hidden
        field.value = "" if hidden else text
        field.cursor_position = len(field.value)
        self._place()
        field.visible = True
        # At once, because the next key may be here already.
        self.screen.set_focus(field)
        where = f"Editing {grid.column.name.lower()} of row {index + 1:,}"
        if hidden and row.password:
            self.prompt = f"{where}: typing replaces it; Esc, or Enter alone, keeps it."
        elif hidden:
            self.prompt = f"{where}, hidden. Enter takes it; Esc leaves it empty."
        else:
            self.prompt = f"{where}: Esc leaves it as it was; other keys are typed."

    def _place(self) -> None:
        if self._edited is None:
            return
        row_id, column = self._edited
        row = self.grid.session.document.index_of(row_id)
        position = None if row is None else self.grid.view.position(row)
        if position is None:
            # It is not shown any more: the field would be above another one.
            self._leave()
            return
        region = self.grid.cell_region(position, column)
        self._field.styles.offset = region.offset
        self._field.styles.width = self.grid.columns.room(column, self._field.text_width)

    def _conceal(self, revealed: bool) -> None:
        """Passwords are hidden again: so is the one that is being edited."""
        if not revealed and self._edited is not None and self._edited[1] is Column.PASSWORD:
            self._field.masked = True
            self._place()

    @on(CellField.PastedLines)
    def _pasted(self, message: CellField.PastedLines) -> None:
        message.stop()
        self.close()
        self.post_message(self.PastedRows(message.text))

    def close(self) -> None:
        """Close the field and change nothing."""
        self._edited = None
        self.prompt = ""
        self._field.visible = False
        self._field.value = ""
        self.screen.set_focus(self.grid)

    @on(Input.Submitted, "#cell")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        edited, grid = self._edited, self.grid
        kept = self._hidden and not event.value
        row = grid.session.document.index_of(edited[0]) if edited else None
        if edited is None or row is None:
            self.close()
            return
        column = edited[1]
        self.post_message(self.Kept(column) if kept else self.Committed(row, column, event.value))

    @on(events.DescendantBlur, "#cell")
    def _blurred(self) -> None:
        # Leaving it in another way than with Enter changes nothing. The news of an earlier blur
        # may arrive when the field is open again.
        if self._field.visible and not self._field.has_focus:
            self._leave()

    def _leave(self) -> None:
        prompt = self.prompt
        self.close()
        self.post_message(self.Left(prompt))
