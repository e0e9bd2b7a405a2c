"""What Textual does by itself: its table with a list in it, and its way to deliver a paste."""

import csv
import sys
from pathlib import Path
from typing import Any

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.coordinate import Coordinate
from textual.widgets import DataTable, Static


class TableApp(App[None]):
    """A `DataTable`: `l` loads the file and counts its usernames, `e` edits the cell."""

    BINDINGS = [Binding("l", "load"), Binding("e", "edit")]  # noqa: RUF012 - as Textual types it

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def compose(self) -> ComposeResult:
        """The table, and a line for what is done."""
        yield Static("table ready", id="said")
        yield DataTable[str]()

    def action_load(self) -> None:
        """Load the file."""
        table: DataTable[Any] = self.query_one(DataTable)
        table.add_columns("username", "password", "count")
        counts: dict[str, int] = {}
        with self._path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        for row in rows:
            counts[row[0]] = counts.get(row[0], 0) + 1
        table.add_rows((*row, str(counts[row[0]])) for row in rows)
        table.focus()
        self.query_one("#said", Static).update("table loaded")

    def action_edit(self) -> None:
        """Change the cell under the cursor."""
        table: DataTable[Any] = self.query_one(DataTable)
        at = Coordinate(table.cursor_row, 0)
        table.update_cell_at(at, f"{table.get_cell_at(at)}z")


class PasteApp(App[None]):
    """Says how long a paste was once it is delivered."""

    def compose(self) -> ComposeResult:
        """A line for what is said."""
        yield Static("paste ready", id="said")

    def on_paste(self, event: events.Paste) -> None:
        """Say so."""
        self.query_one("#said", Static).update(f"delivered {len(event.text)}")


if __name__ == "__main__":
    if sys.argv[1] == "paste":
        PasteApp().run()
    else:
        TableApp(Path(sys.argv[2])).run()
