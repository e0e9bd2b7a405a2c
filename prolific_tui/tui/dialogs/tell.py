"""Dialogs that tell: an error, what became of a write, the keys."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from prolific_tui.errors import Effect, ProlificTuiError
from prolific_tui.submission.outcome import Outcome, credentials_word
from prolific_tui.submission.plan import CredentialPlan, Plan
from prolific_tui.tui.dialogs.base import Dialog
from prolific_tui.tui.widgets import fit, paragraph, visible_lines
from prolific_tui.visible import visible


class ErrorDialog(Dialog[None]):
    """An error: what happened, what was and was not changed, what to do next."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,escape", "cancel", "Close", key_display="Enter")
    ]

    def __init__(self, error: ProlificTuiError) -> None:
        super().__init__(classes="error")
        self.error = error

    @property
    def heading(self) -> str:
        """The error's title."""
        return self.error.title

    def body(self) -> ComposeResult:
        """The message, and the hint if there is one."""
        yield paragraph(self.error.message)
        if self.error.hint:
            yield paragraph(self.error.hint, classes="hint")


class OutcomeDialog(Dialog[None]):
    """A write: first that it is under way, then what became of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,escape", "cancel", "Close", key_display="Enter")
    ]

    outcome: reactive[Outcome | None] = reactive(None)

    def __init__(self, plan: Plan, outcome: Outcome | None = None) -> None:
        super().__init__()
        self.plan = plan
        self.set_reactive(OutcomeDialog.outcome, outcome)

    @property
    def heading(self) -> str:
        """What is under way, or what it came to."""
        if self.outcome is not None:
            return self.outcome.title
        if isinstance(self.plan, CredentialPlan):
            return f"Sending {credentials_word(self.plan.rows)}…"
        return "Making the new secret…"

    def body(self) -> ComposeResult:
        """What is known so far, and in which workspace that is."""
        yield paragraph("", id="outcome-message")
        yield paragraph("", id="outcome-hint", classes="hint")
        yield paragraph(f"Workspace: {self.plan.workspace.title}", classes="quiet")

    def on_mount(self) -> None:
        """Show what is known already."""
        self._show()

    def watch_outcome(self) -> None:
        """Show what became of the write."""
        if self.query("#outcome-hint"):
            self._show()

    def _show(self) -> None:
        outcome = self.outcome
        message = outcome.message if outcome else "Waiting for Prolific's answer."
        hint = outcome.hint if outcome else "Leaving this box, or the screen, does not stop it."
        self.query_one(".dialog-title", Static).update(Text(visible(self.heading)))
        self.query_one("#outcome-message", Static).update(Text(visible_lines(message)))
        hint_text = self.query_one("#outcome-hint", Static)
        hint_text.update(Text(visible_lines(hint)))
        hint_text.display = bool(hint)
        if outcome is not None:
            self.set_class(outcome.effect in (Effect.REFUSED, Effect.NOT_SENT), "error")
            self.set_class(outcome.effect is Effect.UNKNOWN, "warning")


class HelpDialog(Dialog[None]):
    """Every key that acts on a screen, and what it does."""

    TITLE_TEXT = "Keys"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,enter", "cancel", "Close", key_display="Esc"),
        Binding("down,j", "scroll_down", "Down", key_display="↓"),
        Binding("up,k", "scroll_up", "Up", key_display="↑"),
    ]

    def __init__(self, keys: Sequence[tuple[str, str]], legend: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._keys = tuple(keys)
        self._legend = tuple(legend)

    def body(self) -> ComposeResult:
        """The table of keys, and the legend of the screen's letters."""
        table = Text()
        for key, meaning in self._keys:
            table.append(fit(key, 12), "bold")
            table.append(f"{meaning}\n")
        if self._legend:
            table.append("\nLetters before a row\n")
            for letter, meaning in self._legend:
                table.append(fit(letter, 12), "bold")
                table.append(f"{meaning}\n")
        yield Static(table, markup=False)

    def _scroller(self) -> Widget:
        return self.query_one(".dialog-body")

    def action_scroll_down(self) -> None:
        """Show what is further down."""
        self._scroller().scroll_down(animate=False)

    def action_scroll_up(self) -> None:
        """Show what is further up."""
        self._scroller().scroll_up(animate=False)
