"""The credential editor: rows from a file, a paste or the keyboard, made right before they go."""

from collections.abc import Awaitable
from pathlib import Path
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.text import Text
from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.timer import Timer
from textual.widgets import Static

from prolific_tui.credentials.csvtext import Parsed
from prolific_tui.credentials.document import Column, Rows
from prolific_tui.credentials.problems import LEGEND
from prolific_tui.credentials.session import Delta, Verdict
from prolific_tui.errors import ProlificTuiError
from prolific_tui.tui.cell import EditableGrid
from prolific_tui.tui.dialogs import Choice, ChoiceDialog, PasteDialog, PathDialog
from prolific_tui.tui.grid import CredentialGrid
from prolific_tui.tui.screens.base import BaseScreen
from prolific_tui.tui.screens.pool_words import short_pool_name
from prolific_tui.tui.screens.review import ReviewScreen
from prolific_tui.tui.shell import Draft
from prolific_tui.tui.widgets import Line, Rule, fit, number
from prolific_tui.visible import visible

REVEAL_SECONDS: Final = 30.0
"""How long passwords stay shown."""

_EMPTY: Final = (
    "\n No rows yet.\n\n"
    " f  loads a file of usernames and passwords\n"
    " p  takes a paste; so does pasting right here\n"
    " i  inserts a row to type into\n"
)


class EditorScreen(BaseScreen):
    """Edits one draft; leaving it keeps the draft until the program ends."""

    LEGEND = LEGEND
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,e", "edit", "Edit", key_display="Enter", tooltip="Edit the cell"),
        Binding("i", "insert", "Insert", tooltip="Insert a row below and edit it"),
        Binding("x", "delete", "Delete", tooltip="Delete the row"),
        Binding("u", "undo", "Undo", tooltip="Undo the last change; without limit"),
        Binding("U", "redo", "Redo", tooltip="Redo what was undone"),
        Binding("n", "problem", "Next problem", tooltip="Go to the next row with a problem"),
        Binding("N", "problem(True)", "Previous problem", show=False, tooltip="The one before"),
        Binding("a", "accept", "Accept", tooltip="Accept a row that needs your OK; again: not"),
        Binding("asterisk", "reveal", "Show", key_display="*", tooltip="Show passwords for 30 s"),
        Binding("f", "file", "File", tooltip="Load a file"),
        Binding("p", "paste", "Paste", tooltip="Open a box that takes a paste"),
        Binding("s", "review", "Review and send", tooltip="See what would go, then send it"),
        Binding("escape", "back", "Back", key_display="Esc", tooltip="Back; the rows are kept"),
        Binding("question_mark", "help", "Keys", key_display="?", tooltip="This list"),
        Binding("q", "app.leave", "Quit", show=False, tooltip="Quit; asks if rows would be lost"),
    ]

    def __init__(self, draft: Draft, *, load: Path | None = None, paste: str = "") -> None:
        super().__init__()
        self.draft = draft
        self._load_first = load
        self._paste_first = paste
        self._hide: Timer | None = None
        self._rows_shown = -1

    # Layout

    def top(self) -> Line:
        """What is edited, and where it came from."""
        return Line(id="editor-top")

    def body(self) -> ComposeResult:
        """Counts, headings, the grid with its field, and what is wrong with the row."""
        with Container(classes="split"):
            with Vertical(classes="main"):
                yield Line(id="source", classes="quiet")
                yield Line(id="counts")
                yield Line(id="headings", classes="headings")
                yield Static(Text(_EMPTY), id="empty", markup=False)
                yield EditableGrid(self.draft.session)
            with Vertical(id="row-detail", classes="detail"):
                yield Rule(id="row-rule")
                yield Static(id="explanation", markup=False)

    @property
    def grid(self) -> CredentialGrid:
        """The grid."""
        return self.query_one(EditableGrid).grid

    def on_mount(self) -> None:
        """Show the draft; load the file that was asked for."""
        super().on_mount()
        self.watch(self.app, "sends", self._after_send)
        self.grid.focus()
        if self._load_first is not None:
            self.load(self._load_first)
        if self._paste_first:
            self.take_paste(self._paste_first)

    def on_resize(self) -> None:
        """Fill the new width."""
        self.call_after_refresh(self._show_all)

    def on_screen_suspend(self) -> None:
        """Never leave passwords shown on a screen that nobody looks at."""
        self._conceal()

    def _show_all(self) -> None:
        draft = self.draft
        workspace, pool = draft.target.workspace, draft.target.pool
        if pool is None:
            what = "Create a pool"
        else:
            what = f"Append to {short_pool_name(pool)}   {number(pool.total_credentials)} in total"
        text = Text(f" {visible(what)}   ", "bold", no_wrap=True)
        where = f"{'DEMO   ' if self.app.operations.is_demo else ''}{workspace.title} "
        text.append(fit(where, max(self.size.width - text.cell_len, 0), right=True), "not bold")
        self.query_one("#editor-top", Line).text = text
        source = self.query_one("#source", Line)
        source.text = Text(f" {visible(draft.source)}")
        source.display = bool(draft.source)
        self._rows_shown = len(draft.session.document)
        has_rows = bool(self._rows_shown)
        self.query_one("#empty").display = not has_rows
        self.query_one("#headings", Line).text = Text(self.grid.columns.heading())
        self._show_counts()
        self._show_row()

    def _show_counts(self) -> None:
        counts = self.draft.session.counts
        text = Text(f" {counts.rows:,} row{'' if counts.rows == 1 else 's'}   ")
        text.append(f"goes {counts.goes:,}", "bold")
        text.append(f"   needs your OK {counts.needs_ok:,}   left out {counts.left_out:,}")
        if self.draft.sending:
            text.append("   BEING SENT: no changes until the answer is there", "bold")
        self.query_one("#counts", Line).text = text

    def _show_row(self) -> None:
        session, row = self.draft.session, self.grid.row
        rows = len(session.document)
        rule = self.query_one("#row-rule", Rule)
        explanation = self.query_one("#explanation", Static)
        if not rows:
            rule.title = ""
            explanation.update("")
            return
        rule.title = f"row {row + 1:,} of {rows:,}"
        lines = session.explain(row)
        username = session.document.username(row)
        if cell_len(visible(username)) > self.grid.columns.username:
            lines = (*lines, f"Username: {username}")
        explanation.update(Text("\n".join(visible(line) for line in lines)))

    @on(CredentialGrid.Moved)
    def moved(self) -> None:
        """Say what is wrong with the row under the cursor."""
        self._show_row()

    # Changes

    @property
    def _may_change(self) -> bool:
        if self.draft.sending:
            self.app.say("These rows are being sent; they can be changed when the answer is there.")
        return not self.draft.sending

    def _changed(self, delta: Delta | None, said: str = "") -> None:
        """Show what a change did."""
        self.app.say(said)
        if delta is not None:
            self.grid.apply(delta)
            self.app.keep_draft(self.draft)
            self._show_all()

    def action_edit(self) -> None:
        """Open the field on the cell under the cursor."""
        if not self._may_change:
            return
        if len(self.draft.session.document):
            self.app.say(self.query_one(EditableGrid).edit())
        else:
            self.action_insert()

    @on(CredentialGrid.EditRequested)
    def edit_requested(self) -> None:
        """A double click edits the cell."""
        self.action_edit()

    @on(EditableGrid.Committed)
    def commit(self, message: EditableGrid.Committed) -> None:
        """Put the text into the cell and go right."""
        session = self.draft.session
        self._changed(session.set_cell(self.grid.row, message.column, message.text))
        self._go_right(message.column)

    @on(EditableGrid.Kept)
    def keep(self, message: EditableGrid.Kept) -> None:
        """Go right from a hidden password that stays."""
        self.app.say("")
        self._go_right(message.column)

    def _go_right(self, column: Column) -> None:
        """Go to the next cell; an empty password is edited at once, as a new row's is."""
        grid, document = self.grid, self.draft.session.document
        if column is Column.USERNAME:
            grid.column = Column.PASSWORD
            if not document.password(grid.row):
                self.action_edit()
        elif grid.row + 1 < len(document):
            grid.column = Column.USERNAME
            grid.row += 1

    def action_insert(self) -> None:
        """Insert an empty row below the cursor and edit its username."""
        if not self._may_change:
            return
        session, grid = self.draft.session, self.grid
        row = min(grid.row + 1, len(session.document))
        self._changed(session.insert(row, Rows.of([("", "")])))
        grid.row = row
        grid.column = Column.USERNAME
        self.action_edit()

    def action_delete(self) -> None:
        """Delete the row under the cursor."""
        session = self.draft.session
        if not self._may_change or not len(session.document):
            return
        row = self.grid.row
        self._changed(session.delete([row]), f"Row {row + 1:,} deleted. u brings it back.")

    def action_undo(self) -> None:
        """Undo the last change."""
        session = self.draft.session
        if not self._may_change:
            return
        label = session.undo_label
        if not session.can_undo:
            self.app.say("Nothing to undo.")
            return
        self._changed(session.undo(), f"Undone: {label}. U does it again.")

    def action_redo(self) -> None:
        """Redo the last change that was undone."""
        session = self.draft.session
        if not self._may_change:
            return
        label = session.redo_label
        if not session.can_redo:
            self.app.say("Nothing to redo.")
            return
        self._changed(session.redo(), f"Redone: {label}.")

    def action_accept(self) -> None:
        """Accept the row under the cursor as it is, or take that back."""
        session, row = self.draft.session, self.grid.row
        if not self._may_change or not len(session.document):
            return
        state = session.state(row)
        if state.accepted:
            self._changed(session.withdraw([row]), f"Row {row + 1:,} needs your OK again.")
        elif state.verdict is Verdict.NEEDS_OK:
            self._changed(session.accept([row]), f"Row {row + 1:,} accepted: it goes.")
        elif state.verdict is Verdict.LEFT_OUT:
            self.app.say("A blocked row can't be accepted; it has to be mended or left out.")
        else:
            self.app.say("This row goes as it is; there is nothing to accept.")

    def action_problem(self, backwards: bool = False) -> None:
        """Go to the next row that is left out or needs an OK."""
        row = self.draft.session.next_problem(self.grid.row, backwards=backwards)
        if row is None:
            self.app.say("No row has a problem.")
        else:
            self.app.say("")
            self.grid.row = row

    # Passwords

    def action_reveal(self) -> None:
        """Show the passwords, for 30 seconds at most, or hide them."""
        if self.grid.revealed:
            self._conceal()
            return
        self.grid.revealed = True
        self.app.say("Passwords are shown for 30 s; * hides them.")
        self._hide = self.set_timer(REVEAL_SECONDS, self._conceal)

    def _conceal(self) -> None:
        if self._hide is not None:
            self._hide.stop()
            self._hide = None
        if self.grid.revealed:
            self.grid.revealed = False
            self.app.say("Passwords are hidden.")

    # Rows from outside

    def action_file(self) -> None:
        """Ask for a file and load it."""
        if self._may_change:
            dialog = PathDialog(
                "Load a file",
                "A CSV of usernames and passwords. Tab completes.",
                self.app.operations.complete_path,
            )
            self._load_answer(self.app.ask(dialog))

    @work
    async def _load_answer(self, answer: Awaitable[str | None]) -> None:
        if path := await answer:
            self.load(Path(path))

    @work(exclusive=True, group="load")
    async def load(self, path: Path) -> None:
        """Load a file; an error leaves the rows as they are."""
        self.app.say(f"Reading {path.name}…")
        try:
            parsed = await self.app.operations.load(path)
        except ProlificTuiError as error:
            self.app.say("")
            self.app.show_error(error)
            return
        await self._take(parsed, path.name)

    def action_paste(self) -> None:
        """Open the box that takes a paste."""
        if self._may_change:
            self._paste_answer(self.app.ask(PasteDialog()))

    @work
    async def _paste_answer(self, answer: Awaitable[str | None]) -> None:
        if text := await answer:
            self.take_paste(text)

    def on_paste(self, event: events.Paste) -> None:
        """A paste on the grid becomes rows, after asking."""
        event.stop()
        if self._may_change:
            self.take_paste(event.text)

    @work(exclusive=True, group="load")
    async def take_paste(self, text: str) -> None:
        """Read pasted text; an error leaves the rows as they are."""
        try:
            parsed = await self.app.operations.read_paste(text)
        except ProlificTuiError as error:
            self.app.show_error(error)
            return
        await self._take(parsed, "paste", ask=True)

    async def _take(self, parsed: Parsed, name: str, *, ask: bool = False) -> None:
        """Put rows into the draft, after asking where that is not plain."""
        session = self.draft.session
        count, present = len(parsed.rows), len(session.document)
        rows = f"{count:,} row{'' if count == 1 else 's'}"
        described = f"{name}: {parsed.source.describe()}"
        replace = False
        if present or ask:
            choices = [
                Choice(f"Append {rows} to the {present:,} here" if present else f"Take {rows}")
            ]
            if present:
                replaced = f"Replace the {present:,} here with {rows}"
                choices.append(Choice(replaced, "u brings them back."))
            answer = await self.app.ask(
                ChoiceDialog(
                    f"{rows} read", described, [*choices, Choice("Cancel: change nothing")]
                )
            )
            if answer is None or answer == len(choices):
                self.app.say("Nothing was changed.")
                return
            replace = answer == 1
        if not self._may_change:
            return
        if replace:
            delta = session.replace_all(parsed.rows, f"replacement of all rows by {name}")
        else:
            delta = session.append(parsed.rows, f"{rows} from {name}")
        self.draft.source = described if replace or not present else f"{self.draft.source} + {name}"
        self._changed(delta, f"{rows} read. n goes to the next problem.")
        if replace or not present:
            self.grid.row = 0

    # Onwards and back

    def action_review(self) -> None:
        """Show what would go."""
        if not self._may_change:
            return
        if not len(self.draft.session.document):
            self.app.say("There are no rows to send. f loads a file.")
            return
        self.app.say("")
        self.app.push_screen(ReviewScreen(self.draft))

    def action_back(self) -> None:
        """Close the field, or go back to the pools; the rows are kept until the program ends."""
        area = self.query_one(EditableGrid)
        if area.is_editing:
            area.close()
            return
        rows = len(self.draft.session.document)
        self.app.say(
            f"{rows:,} unsent row{'' if rows == 1 else 's'} kept here until you quit."
            if rows
            else ""
        )
        self.dismiss()

    def _after_send(self) -> None:
        """A send began or ended: show what is left."""
        rows = len(self.draft.session.document)
        if rows != self._rows_shown:
            self.grid.show_session(self.draft.session)
        self._show_all()

    def on_screen_resume(self) -> None:
        """Go back to the pools once every row has gone."""
        if self.draft.done and self.is_current:
            self.dismiss()
