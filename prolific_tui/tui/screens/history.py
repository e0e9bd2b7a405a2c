"""History: every write since the program started, and what became of it."""

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.widgets import OptionList, Static

from prolific_tui.submission.send import Send
from prolific_tui.tui.screens.base import BaseScreen
from prolific_tui.tui.widgets import CursorList, Line, Rule, fit
from prolific_tui.visible import visible

_KIND, _ROWS, _TIME = 15, 9, 9


class HistoryScreen(BaseScreen):
    """The third screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "Keys", key_display="?", tooltip="This list"),
        Binding("q", "app.leave", "Quit", tooltip="Quit; asks if anything would be lost"),
    ]

    def body(self) -> ComposeResult:
        """The list, and the whole of the entry under the cursor."""
        with Container(classes="split"):
            with Vertical(classes="main"):
                yield Line(id="summary")
                yield Line(id="headings", classes="headings")
                yield CursorList(id="entries")
            with Vertical(id="detail", classes="detail"):
                yield Rule(id="detail-rule")
                yield Static(id="detail-text", markup=False)

    def begin(self) -> None:
        """Follow the writes."""
        super().begin()
        self.watch(self.app, "sends", self.show_entries)
        self.query_one(CursorList).focus()

    @on(CursorList.Resized)
    def lay_out(self) -> None:
        """Lay the columns out for the new width."""
        self.show_entries()

    @property
    def _entries(self) -> tuple[Send, ...]:
        return self.app.operations.history.now.sends

    def show_entries(self) -> None:
        """Show the writes known."""
        entries = self._entries
        self.query_one("#summary", Line).text = Text(
            f" {len(entries)} since this program started; it is forgotten when you quit"
            if entries
            else " Nothing was sent since this program started."
        )
        width = max(self.query_one(CursorList).size.width - 3 - _TIME - _KIND - _ROWS - 3, 10)
        self.query_one("#headings", Line).text = Text(
            f"   {fit('Time', _TIME)}{fit('What', _KIND)}{'Rows':>{_ROWS}}   Outcome"
        )
        entry_list = self.query_one(CursorList)
        at = entry_list.highlighted or 0
        entry_list.show((self._row(entry, width) for entry in entries), min(at, len(entries) - 1))
        entry_list.display = bool(entries)
        self.query_one("#headings").display = bool(entries)
        self.show_detail()

    def _row(self, entry: Send, width: int) -> Text:
        told = entry.words
        if entry.parts and entry.parts[-1].title:
            told = f"{told}: {entry.parts[-1].title}"
        rows = f"{entry.rows:,}" if entry.rows else "-"
        return Text(
            f" {entry.begun:%H:%M:%S} {fit(entry.kind.value, _KIND)}{rows:>{_ROWS}}   "
            f"{fit(told, width)}",
            no_wrap=True,
        )

    @on(OptionList.OptionHighlighted, "#entries")
    def show_detail(self) -> None:
        """Show the whole of the entry under the cursor."""
        entries, at = self._entries, self.query_one(CursorList).highlighted
        detail = self.query_one("#detail", Vertical)
        detail.display = bool(entries) and at is not None
        if at is None or at >= len(entries):
            return
        entry = entries[at]
        self.query_one("#detail-rule", Rule).title = f"{entry.kind.value} at {entry.begun:%H:%M:%S}"
        lines = [f"Workspace {entry.workspace.title}"]
        if entry.pool_id:
            lines.append(f"Pool {entry.pool_id}")
        if entry.source:
            lines.append(f"From {entry.source}")
        lines += [part.message for part in entry.parts if part.message]
        self.query_one("#detail-text", Static).update(
            Text("\n".join(visible(line) for line in lines))
        )
