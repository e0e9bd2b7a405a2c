"""The grid in which credentials are made right: a line-API view over an edit session.

It draws only the rows that are on the screen, straight from the session's document, and refreshes
only the lines that a change names; a million rows cost it what a thousand do.
"""

from collections.abc import Callable, Iterable
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from prolific_tui.credentials.document import Column
from prolific_tui.credentials.problems import ACCEPTED
from prolific_tui.credentials.rows import Row
from prolific_tui.credentials.selection import Selection
from prolific_tui.credentials.session import Delta, EditSession, RowState
from prolific_tui.credentials.view import View
from prolific_tui.secret import MASK
from prolific_tui.tui.columns import GAP, Columns
from prolific_tui.tui.widgets import fit
from prolific_tui.visible import visible

_LETTER_CLASSES: Final = {
    "D": "grid--duplicate",
    "B": "grid--blocked",
    "P": "grid--in-pool",
    "L": "grid--look-again",
    ACCEPTED: "grid--accepted",
}


class CredentialGrid(ScrollView, can_focus=True):
    """Rows of credentials with a cursor on one cell; passwords are masked unless revealed."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "grid--cursor",
        "grid--marker",
        "grid--number",
        "grid--duplicate",
        "grid--blocked",
        "grid--in-pool",
        "grid--look-again",
        "grid--accepted",
        "grid--selected",
        "grid--note",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, tooltip="One row up"),
        Binding("down,j", "move(1)", "Down", show=False, tooltip="One row down"),
        Binding("left,h", "column('username')", "Left", show=False, tooltip="To the username"),
        Binding("right,l", "column('password')", "Right", show=False, tooltip="To the password"),
        Binding("pageup", "page(-1)", "Page up", show=False, tooltip="One page up"),
        Binding("pagedown", "page(1)", "Page down", show=False, tooltip="One page down"),
        Binding("home,g", "first", "First row", show=False, tooltip="First row"),
        Binding("end,G", "last", "Last row", show=False, tooltip="Last row"),
    ]

    position: reactive[int] = reactive(0, repaint=False)
    """The line of the view that the cursor is on, counted from 0."""
    column: reactive[Column] = reactive(Column.USERNAME, repaint=False)
    """The column that the cursor is on."""
    revealed: reactive[bool] = reactive(False)
    """Whether passwords are shown."""

    class Moved(Message):
        """The cursor is on another row, or the row under it changed."""

    class LaidOut(Message):
        """The columns are elsewhere now, so the headings are as well."""

    class EditRequested(Message):
        """The cell under the cursor was chosen with a click."""

    def __init__(self, session: EditSession, is_exported: Callable[[Row], bool]) -> None:
        """Show a session's rows.

        Args:
            session: the rows.
            is_exported: whether a row that was made here stands in a file by now.
        """
        super().__init__()
        self.session = session
        self._is_exported = is_exported
        self.view = View(session)
        """Which rows are shown, and in which order."""
        self.selection = Selection(session, self.view)
        """Which rows are selected."""
        self._row_id = -1
        """The row under the cursor, by which it is found again in another view."""
        self._styles: dict[str, Style] = {}
        self._username = self._note = 0
        """How wide the widest was that was on the screen; columns that shrank would be unsteady.

        Notes are measured anew after each change.
        """
        self.columns = Columns.for_width(80, 0, 0, 0, 0)

    # Size

    def on_resize(self, _event: events.Resize) -> None:
        """Lay the columns out for the new width, and keep the cursor on the screen."""
        self._lay_out()
        self._bring_into_view(self.position)

    def _lay_out(self) -> None:
        # Always without the scroll bar, which would cover the end of a note when it comes.
        width = max(self.size.width - self.scrollbar_size_vertical, 0)
        if not width:
            # Not on the screen yet.
            return
        columns = self._columns_for(width)
        if columns != self.columns:
            self.columns = columns
            self.refresh()
            self.post_message(self.LaidOut())
        size = Size(width, len(self.view))
        if size != self.virtual_size:
            self.virtual_size = size

    def _columns_for(self, width: int) -> Columns:
        """The columns that show most of the rows in sight, and of those that were."""
        document, top = self.session.document, self.scroll_offset.y
        in_sight = map(self._row_at, range(top, min(top + self.size.height, len(self.view))))
        rows = [row for row in in_sight if row is not None]
        self._username = max(self._username, _widest(map(document.username, rows)))
        password = _widest(map(document.password, rows)) if self.revealed else 0
        self._note = max(self._note, _widest(map(self._notes, rows)))
        return Columns.for_width(width, len(document), self._username, password, self._note)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Give the rows that come into sight the room they need."""
        super().watch_scroll_y(old_value, new_value)
        self._lay_out()

    def watch_revealed(self) -> None:
        """Give passwords the room they need, or take it back."""
        self._lay_out()

    def show_selection(self, line: int | None = None) -> None:
        """Draw again which rows are selected; `line` is the only one of which that changed."""
        if line is None:
            self.refresh()
        else:
            self.refresh_line(line)
        self.post_message(self.Moved())

    @property
    def row(self) -> int | None:
        """The row of the document that the cursor is on; None where no row is shown."""
        return self._row_at(self.position)

    def _row_at(self, position: int) -> int | None:
        return self.view.row(position) if 0 <= position < len(self.view) else None

    def go_to(self, row: int) -> bool:
        """Put the cursor on a row of the document; False where the view does not show it."""
        position = self.view.position(row)
        if position is not None:
            self.position = position
        return position is not None

    def notify_style_update(self) -> None:
        """Look styles up again after the theme changed."""
        super().notify_style_update()
        self._styles.clear()

    # Focus, which changes nothing of what is drawn; Textual would draw all of it again

    def on_focus(self, event: events.Focus) -> None:
        """Take the focus."""
        event.prevent_default()
        self.has_focus = True
        if self.parent is not None:
            self.parent.post_message(events.DescendantFocus(self))

    def on_blur(self, event: events.Blur) -> None:
        """Lose the focus."""
        event.prevent_default()
        self.has_focus = False
        if self.parent is not None:
            self.parent.post_message(events.DescendantBlur(self))

    # Changes

    def apply(self, delta: Delta) -> None:
        """Show a change that the session made: only the lines that it names are drawn again."""
        redraw = self.view.follow(delta)
        redraw = self.selection.follow(delta) or redraw
        # A note that is gone, such as that of a row that was blank, takes no room any more.
        self._note = 0
        self._lay_out()
        top, bottom = self.scroll_offset.y, self.scroll_offset.y + self.size.height
        if redraw or delta.all_rows:
            self.refresh()
        else:
            moved_from = min(max(delta.start, top), bottom) if delta.moved else bottom
            if moved_from < bottom:
                self.refresh(Region(0, moved_from - top, self.size.width, bottom - moved_from))
            for row in range(top, min(moved_from, len(self.view))):
                if delta.touches(self.session, row):
                    self.refresh_line(row)
        # Where the row under the cursor went, or else where it was, as far as that is there now.
        # A row that comes in at the cursor's place is what the step is about.
        stays = self.view.is_plain and delta.start >= self.position
        now = None if stays else self.session.document.index_of(self._row_id)
        there = None if now is None else self.view.position(now)
        self.position = self.position if there is None else there
        self._note_row()
        self.post_message(self.Moved())

    def show_view(self) -> None:
        """Show the view as it was chosen anew, with the cursor on the row that it was on.

        Where that is not shown, it is on the first row.
        """
        self.selection.follow_view()
        self._lay_out()
        row = self.session.document.index_of(self._row_id)
        self.position = (self.view.position(row) if row is not None else None) or 0
        self._note_row()
        self._bring_into_view(self.position)
        self.refresh()
        self.post_message(self.Moved())

    def _note_row(self) -> None:
        row = self.row
        self._row_id = -1 if row is None else self.session.document.row_id(row)

    def show_session(self, session: EditSession) -> None:
        """Show another session from its first row."""
        self.session = session
        self.view = View(session)
        self.selection = Selection(session, self.view)
        self._row_id = -1
        self._username = self._note = 0
        self.show_view()

    # The cursor

    def validate_position(self, position: int) -> int:
        """Keep the cursor on a line that is there."""
        return max(0, min(position, len(self.view) - 1))

    def watch_position(self, before: int, position: int) -> None:
        """Draw the two lines that changed, and bring the cursor's into view."""
        if self.selection.has_range and abs(position - before) > 1:
            self.refresh()
        else:
            self.refresh_line(before)
            self.refresh_line(position)
        self._note_row()
        self._bring_into_view(position)
        self.post_message(self.Moved())

    def watch_column(self) -> None:
        """Draw the cursor's line."""
        self.refresh_line(self.position)

    def _bring_into_view(self, position: int) -> None:
        top, height = self.scroll_offset.y, self.size.height
        if not height:
            # Not laid out yet: whoever is told of the size comes back here.
            return
        if position < top:
            self.scroll_to(y=position, animate=False, force=True)
        elif position >= top + height:
            self.scroll_to(y=position - height + 1, animate=False, force=True)

    def action_move(self, rows: int) -> None:
        """Move the cursor by some rows."""
        self.position += rows

    def action_page(self, pages: int) -> None:
        """Move the cursor by some pages."""
        self.position += pages * max(self.size.height - 1, 1)

    def action_first(self) -> None:
        """Go to the first row."""
        self.position = 0

    def action_last(self) -> None:
        """Go to the last row."""
        self.position = len(self.view) - 1

    def action_column(self, name: str) -> None:
        """Go to a column by its name."""
        self.column = Column[name.upper()]

    def cell_region(self, position: int, column: Column) -> Region:
        """Where a cell is, from the top left of this widget; it may be out of sight."""
        return Region(
            self.columns.start(column),
            position - self.scroll_offset.y,
            self.columns.width(column),
            1,
        )

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the cell; a second click edits it."""
        position = event.y + self.scroll_offset.y
        if position >= len(self.view):
            return
        self.position = position
        at_password = event.x >= self.columns.start(Column.PASSWORD)
        self.column = Column.PASSWORD if at_password else Column.USERNAME
        if event.chain == 2:
            self.post_message(self.EditRequested())

    # Drawing

    def _style(self, name: str) -> Style:
        style = self._styles.get(name)
        if style is None:
            style = self._styles[name] = self.get_component_rich_style(name, partial=True)
        return style

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        width = self.size.width
        base = self.rich_style
        position = y + self.scroll_offset.y
        row = self._row_at(position)
        if row is None:
            return Strip.blank(width, base)
        content = self.session.document.row(row)
        state = self.session.state(row)
        letter_class = _LETTER_CLASSES.get(state.letter)
        state_style = base + self._style(letter_class) if letter_class else base
        here = position == self.position
        selected = self.selection.holds(content.id, position, self.position)
        if selected:
            state_style += self._style("grid--selected")
        columns = self.columns
        username, password = content.username, content.password
        shown = fit(password if self.revealed else (MASK if password else ""), columns.password)
        styles = dict.fromkeys(Column, state_style)
        if here:
            styles[self.column] = state_style + self._style("grid--cursor")
        gap = Segment(" " * GAP, base)
        number_style = base if here else base + self._style("grid--number")
        return Strip(
            [
                Segment(f"{state.letter or ' ':1}{'+' if selected else ' '}", state_style),
                Segment("> " if here else "  ", base + self._style("grid--marker")),
                Segment(f"{row + 1:>{columns.number},}", number_style),
                gap,
                Segment(fit(username, columns.username, keep_ends=True), styles[Column.USERNAME]),
                gap,
                Segment(shown, styles[Column.PASSWORD]),
                gap,
                Segment(fit(self._notes(row, state), columns.note), state_style),
            ]
        ).crop_extend(0, width, base)

    def _notes(self, row: int, state: RowState | None = None) -> str:
        """What is said beside a row."""
        state = state or self.session.state(row)
        words = list(state.words)
        if state.made_here:
            is_exported = self._is_exported(self.session.document.row(row))
            words.append("exported" if is_exported else "made here, not exported")
        notes = "; ".join(words)
        return f"accepted: {notes}" if state.accepted else notes

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where the terminal's own cursor belongs."""
        here = self.cell_region(self.position, self.column)
        return here.offset + self.content_region.offset


def _widest(texts: Iterable[str]) -> int:
    """How many cells the widest of some texts takes as it is drawn; 0 for none."""
    return max((cell_len(visible(text)) for text in texts), default=0)
