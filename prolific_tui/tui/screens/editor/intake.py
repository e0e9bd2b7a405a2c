"""The keys that bring rows in from outside: a file, or a paste."""

from collections.abc import Awaitable
from pathlib import Path
from typing import ClassVar

from textual import events, work
from textual.binding import Binding, BindingType

from prolific_tui.credentials.csvtext import Parsed
from prolific_tui.errors import ProlificTuiError
from prolific_tui.tui.dialogs import Choice, ChoiceDialog, PasteDialog, PathDialog
from prolific_tui.tui.screens.editor.page import EditorPage


class IntakeKeys(EditorPage):
    """Where rows come from. An error on the way leaves those that are there as they are."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "file", "File", tooltip="Load a file"),
        Binding("p", "paste", "Paste", tooltip="Open a box that takes a paste"),
    ]

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
        try:
            parsed = await self.app.operations.load(path)
        except ProlificTuiError as error:
            self.app.say("")
            self.app.show_error(error)
            return
        await self._take(parsed, path.name)

    def action_paste(self) -> None:
        """Open the box that takes a paste."""
        if self.may_change():
            self._paste_answer(self.app.ask(PasteDialog()))

    @work
    async def _paste_answer(self, answer: Awaitable[str | None]) -> None:
        if text := await answer:
            self.take_paste(text)

    def on_paste(self, event: events.Paste) -> None:
        """A paste on the grid becomes rows, after asking."""
        event.stop()
        if self.may_change():
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
