"""The dialogs that find text in rows, and that put another in its place."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Static

from prolific_tui.credentials.history import Proposal
from prolific_tui.credentials.search import Query
from prolific_tui.tui.dialogs.base import Dialog
from prolific_tui.tui.field import Field
from prolific_tui.tui.widgets import paragraph, visible_lines
from prolific_tui.visible import counted

_USERNAMES: Final = "Looks into usernames. Where passwords are shown (*), it looks into those, too."
_PASSWORDS: Final = "Looks into usernames and, because they were shown, passwords."
_CASE: Final = "Capitals only count once you type one."


def query_of(text: str, *, passwords: bool) -> Query:
    """What is looked for with a text; small letters stand for capitals, too."""
    return Query(text, ignore_case=text == text.lower(), passwords=passwords)


@dataclass(frozen=True, slots=True)
class Found:
    """What is to be found, and how."""

    query: Query
    only: bool
    """Whether only the rows with it are to be shown, rather than the next one gone to."""


class FindDialog(Dialog[Found | None]):
    """A text to look for; Enter on an empty field looks for the last one again."""

    TITLE_TEXT = "Find"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Go to the next", key_display="Enter"),
        Binding("tab", "only", "Show only these rows", key_display="Tab", priority=True),
        Binding("escape", "cancel", "Cancel", key_display="Esc"),
    ]

    def __init__(self, last: Query | None, *, passwords: bool) -> None:
        """Ask what to look for.

        Args:
            last: what was looked for last.
            passwords: whether to look into passwords as well.
        """
        super().__init__()
        self._last = last
        self._passwords = passwords

    def body(self) -> ComposeResult:
        """The field, and where it looks."""
        again = "Enter alone finds the next one again"
        yield Field(placeholder=again if self._last else "part of a username")
        about = _PASSWORDS if self._passwords else _USERNAMES
        yield paragraph(f"{about} {_CASE}", classes="hint")

    def on_mount(self) -> None:
        """Be ready for the text."""
        self.query_one(Field).focus()

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Go to the next row with it."""
        self._answer(only=False)

    def action_only(self) -> None:
        """Show the rows with it, and no others."""
        self._answer(only=True)

    def _answer(self, *, only: bool) -> None:
        text = self.query_one(Field).value
        query = query_of(text, passwords=self._passwords) if text else self._last
        if query is not None:
            self.dismiss(Found(query, only))


class ReplaceDialog(Dialog[Proposal | None]):
    """A text, another to take its place, and what that would change; Enter does what is shown."""

    TITLE_TEXT = "Replace in all rows"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Next field, then do it", key_display="Enter"),
        Binding("down,tab", "app.focus_next", "Other field", key_display="↓"),
        Binding("up", "app.focus_previous", "Other field", show=False),
        Binding("escape", "cancel", "Cancel", key_display="Esc"),
    ]

    def __init__(self, preview: Callable[[Query, str], None], *, passwords: bool) -> None:
        """Ask what to replace.

        Args:
            preview: works out what that would change, and has it shown with `show`.
            passwords: whether to look into passwords as well.
        """
        super().__init__(classes="wide")
        self._preview = preview
        self._passwords = passwords
        self._proposal: Proposal | None = None

    def body(self) -> ComposeResult:
        """The two fields, and the preview."""
        with Horizontal(classes="form-row"):
            yield Static("Replace", classes="form-label", markup=False)
            yield Field(placeholder="part of a username", id="find")
        with Horizontal(classes="form-row"):
            yield Static("with", classes="form-label", markup=False)
            yield Field(placeholder="empty takes it out", id="put")
        yield paragraph("", id="preview")
        about = _PASSWORDS if self._passwords else _USERNAMES
        yield paragraph(f"{about} {_CASE}", classes="hint")

    def on_mount(self) -> None:
        """Be ready for the text."""
        self._say("")
        self.query_one("#find", Field).focus()

    @on(Input.Changed)
    def changed(self) -> None:
        """Work out what would change now."""
        self._proposal = None
        self._say("Looking…")
        find = self.query_one("#find", Field).value
        query = query_of(find, passwords=self._passwords)
        self._preview(query, self.query_one("#put", Field).value)

    def show(self, proposal: Proposal) -> None:
        """Show what would be done; Enter does it."""
        if not self.is_attached:
            return
        self._proposal = proposal
        if not self.query_one("#find", Field).value:
            self._say("")
            return
        count, lines = proposal.count, list(proposal.examples)
        if count > len(lines):
            lines.append(f"and {count - len(lines):,} more")
        if proposal.caution:
            lines.append(proposal.caution)
        changes = f"Changes {counted(count, 'row')}." if count else "Changes nothing."
        self._say("\n".join([changes, *lines]))

    def _say(self, words: str) -> None:
        preview = self.query_one("#preview", Static)
        preview.update(Text(visible_lines(words)))
        preview.display = bool(words)

    @on(Input.Submitted, "#find")
    def found(self) -> None:
        """Go on to the other field."""
        self.query_one("#put", Field).focus()

    @on(Input.Submitted, "#put")
    def accept(self) -> None:
        """Do what the preview shows."""
        if self._proposal is not None and self._proposal.count:
            self.dismiss(self._proposal)
