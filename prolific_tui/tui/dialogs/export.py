"""The dialogs of an export: what the columns hold, and, once it is written, where."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from prolific_tui.credentials.export import ExportError, GoogleFilling, google_workspace, plain
from prolific_tui.credentials.rows import NO_ROWS, Rows
from prolific_tui.tui.dialogs.base import Dialog
from prolific_tui.tui.dialogs.form import Entry, FormDialog, FormError, Remark
from prolific_tui.tui.widgets import paragraph
from prolific_tui.visible import counted

Make = Callable[[Rows], str]
"""Makes the text of the file from the rows."""


class _ExportDialog(FormDialog[Make | None]):
    """What stands in the file beside usernames and passwords."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Go on", key_display="Enter"),
        Binding("down", "go(1)", "Next field", key_display="↓"),
        Binding("up", "go(-1)", "Previous field", show=False),
        Binding("escape", "cancel", "Cancel", key_display="Esc"),
    ]

    def __init__(self, rows: int, warnings: Sequence[str]) -> None:
        super().__init__()
        self._rows = rows
        self._warnings = tuple(warnings)

    def introduction(self) -> str:
        """What there is to know of these rows."""
        rows = f"{counted(self._rows, 'row')}, with the passwords in plain text."
        return "\n\n".join((rows, *self._warnings))

    def make(self) -> Make:
        """What makes the file; raises `FormError`."""
        raise NotImplementedError

    def look(self) -> str:
        """Nothing, or what is wrong."""
        self.make()
        return ""

    def accept(self) -> None:
        """Answer with what makes the file."""
        self.dismiss(self.make())

    def _tried(self, make: Make, name: str) -> Make:
        """The same, once it was seen to work."""
        try:
            make(NO_ROWS)
        except ExportError as error:
            words = f"{error.title}. {error.message} {error.hint}".strip()
            raise FormError(Remark(name, words)) from None
        return make


class PlainExportDialog(_ExportDialog):
    """The names of the two columns."""

    TITLE_TEXT = "Export as plain CSV"

    def entries(self) -> Sequence[Entry]:
        """The names of the columns."""
        return (
            Entry("username", "Username column", "username"),
            Entry("password", "Password column", "password"),
        )

    def make(self) -> Make:
        """Plain CSV with these column names."""
        username, password = self.text("username"), self.text("password")
        return self._tried(lambda rows: plain(rows, username, password), "username")


class GoogleExportDialog(_ExportDialog):
    """What Google Workspace's template asks of every account."""

    TITLE_TEXT = "Export as Google Workspace template"

    def entries(self) -> Sequence[Entry]:
        """Names, organisational unit, and whether passwords are to be changed."""
        return (
            Entry("unit", "Org unit path", "/"),
            Entry("first", "First name", "Participant"),
            Entry("last", "Last name", "", "each one's username, before its @"),
            Entry("change", "Must change? (y/n)", "n"),
        )

    def make(self) -> Make:
        """The template, filled in with this."""
        change = self.text("change").lower()
        if change not in ("y", "n", "yes", "no"):
            raise FormError(
                Remark("change", "Must the password be changed at the first sign-in: y or n.")
            )
        unit = self.text("unit")
        filling = GoogleFilling(
            first_name=self.text("first"),
            last_name=self.text("last"),
            org_unit=unit,
            change_password=change.startswith("y"),
        )
        about = "first" if unit.startswith("/") else "unit"
        return self._tried(lambda rows: google_workspace(rows, filling), about)

    def look(self) -> str:
        """What the last answer does."""
        super().look()
        if self.text("change").lower().startswith("y"):
            return "Whoever signs in first must change the password; the pool's is wrong from then."
        return "Nobody has to change the password at sign-in: the pool's stays right."


class ExportedDialog(Dialog[None]):
    """Where the file is, and what is to be done with it."""

    TITLE_TEXT = "Exported"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,escape", "cancel", "Close", key_display="Enter")
    ]

    def __init__(self, rows: int, path: Path) -> None:
        super().__init__()
        self._rows = rows
        self._path = path

    def body(self) -> ComposeResult:
        """The absolute path, and the next step."""
        yield paragraph(f"{counted(self._rows, 'row')} written to")
        yield paragraph(str(self._path))
        yield paragraph(
            "Only you can read it, and it holds the passwords. Make the accounts in your tool from"
            " it, then delete it. s then asks whether they exist.",
            classes="hint",
        )
