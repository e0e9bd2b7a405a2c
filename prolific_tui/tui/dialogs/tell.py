"""Dialogs that tell: an error, what there is to know, the keys."""

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from prolific_tui.errors import ProlificTuiError
from prolific_tui.tui.dialogs.base import Dialog, MessageDialog
from prolific_tui.tui.widgets import Facts, fit, paragraph


class ErrorDialog(Dialog[None]):
    """An error: what happened, what was and was not changed, what to do next."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,escape", "cancel", "Close", key_display="Enter")
    ]

    def __init__(self, error: ProlificTuiError) -> None:
        super().__init__(error.title, classes="error")
        self.error = error

    def body(self) -> ComposeResult:
        """The message, and the hint if there is one."""
        if self.error.further:
            yield paragraph(self.error.further)
        if self.error.hint:
            yield paragraph(self.error.hint, classes="hint")


class NoteDialog(MessageDialog[None]):
    """Something to know, in a few sentences."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,escape", "cancel", "Close", key_display="Enter")
    ]


_SCROLLING: Final[tuple[BindingType, ...]] = (
    Binding("down,j", "scroll(1)", "Down", key_display="↓"),
    Binding("up,k", "scroll(-1)", "Up", key_display="↑"),
    Binding("pagedown,space", "scroll(10)", "Further", key_display="Space"),
    Binding("pageup", "scroll(-10)", "Back", show=False),
    Binding("home,g", "scroll(-1000)", "First", show=False),
    Binding("end,G", "scroll(1000)", "Last", show=False),
)


class ScrollingDialog(Dialog[None]):
    """Something that may be longer than the screen is high."""

    def action_scroll(self, lines: int) -> None:
        """Show what is further down or up."""
        self.query_one(".dialog-body").scroll_relative(y=lines, animate=False)


class FactsDialog(ScrollingDialog):
    """Everything that is known of something, on as many lines as it takes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,escape", "cancel", "Close", key_display="Enter"),
        *_SCROLLING,
    ]

    def __init__(self, title: str, facts: Iterable[tuple[str, str]]) -> None:
        super().__init__(title, classes="wide")
        self._facts = tuple(facts)

    def body(self) -> ComposeResult:
        """Labels and what is said of each."""
        yield Facts()

    def on_mount(self) -> None:
        """Show them."""
        self.query_one(Facts).show(self._facts)


class HelpDialog(ScrollingDialog):
    """Every key that acts on a screen, and what it does."""

    TITLE_TEXT = "Keys"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,enter", "cancel", "Close", key_display="Esc"),
        *_SCROLLING,
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
