"""What dialogs are made of: a box with a title, a body and keys."""

from typing import ClassVar, TypeVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from prolific_tui.tui.widgets import KeyBar
from prolific_tui.visible import visible

T = TypeVar("T")


class Dialog(ModalScreen[T]):
    """A box with a title, a body and the keys that act in it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", key_display="Esc")
    ]
    TITLE_TEXT: ClassVar[str] = ""

    def compose(self) -> ComposeResult:
        """The box: title, body, keys."""
        with Vertical(classes="dialog"):
            yield Static(Text(visible(self.heading)), classes="dialog-title", markup=False)
            with VerticalScroll(classes="dialog-body", can_focus=False):
                yield from self.body()
            yield KeyBar(b for b in self.BINDINGS if isinstance(b, Binding))

    @property
    def heading(self) -> str:
        """The title in the box."""
        return self.TITLE_TEXT

    def body(self) -> ComposeResult:
        """What stands between the title and the keys."""
        yield from ()

    def action_cancel(self) -> None:
        """Close without an answer."""
        self.dismiss(None)
