"""The keys that bring rows in from outside: a file, or a paste."""

from collections.abc import Awaitable
from pathlib import Path
from typing import ClassVar

from textual import events, on, work
from textual.binding import Binding, BindingType

from prolific_tui.credentials.csvtext import Parsed
from prolific_tui.errors import ProlificTuiError
from prolific_tui.tui.cell import EditableGrid
from prolific_tui.tui.dialogs import Choice, ChoiceDialog, PasteDialog, PathDialog
from prolific_tui.tui.screens.editor.page import EditorPage


class IntakeKeys(EditorPage):
    """Where rows come from. An error on the way leaves those that are there as they are."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "file", "File", tooltip="Load a file"),
        Binding("p", "paste", "Paste", tooltip="Open a box that takes a paste"),
    ]

    is_bringing_in = False
    """Whether a list is being read or asked about."""

    def action_file(self) -> None:
        """Ask for a file and load it."""
        if self.may_change():
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
        await self._bring_in(self.app.operations.load(path), path.name)

    def action_paste(self) -> None:
        """Open the box that takes a paste."""
        if self.may_change():
            self._paste_answer(self.app.ask(PasteDialog()))

    @work
    async def _paste_answer(self, answer: Awaitable[str | None]) -> None:
        if text := await answer:
            self.take_paste(text)

    @on(EditableGrid.PastedRows)
    def pasted_into_cell(self, message: EditableGrid.PastedRows) -> None:
        """Several lines pasted into a cell are rows, not the text of that cell."""
        if self.may_change():
            self.take_paste(message.text)

    def on_paste(self, event: events.Paste) -> None:
        """A paste on the grid becomes rows, after asking."""
        event.stop()
        if self.may_change():
            self.take_paste(event.text)

    @work(exclusive=True, group="load")
    async def take_paste(self, text: str) -> None:
        """Read pasted text; an error leaves the rows as they are."""
        await self._bring_in(self.app.operations.read_paste(text), "paste", ask=True)

    async def _bring_in(self, read: Awaitable[Parsed], name: str, *, ask: bool = False) -> None:
        self.is_bringing_in = True
        try:
            await self._take(await read, name, ask=ask)
        except ProlificTuiError as error:
            self.app.say("")
            self.app.show_error(error)
        finally:
            self.is_bringing_in = False

    async def _take(self, parsed: Parsed, name: str, *, ask: bool) -> None:
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
        if not self.may_change():
            return
        if replace:
            delta = session.replace_all(parsed.rows, f"replacement of all rows by {name}")
        else:
            delta = session.append(parsed.rows, f"{rows} from {name}")
        self.draft.source = described if replace or not present else f"{self.draft.source} + {name}"
        self.changed(delta, f"{rows} read. n goes to the next problem.")
        if replace or not present:
            self.grid.row = 0
