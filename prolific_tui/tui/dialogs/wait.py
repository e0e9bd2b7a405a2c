"""A dialog that stands there while something is waited for, and by which it can be given up."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from prolific_tui.tui.dialogs.base import Dialog
from prolific_tui.tui.widgets import paragraph


class WaitDialog(Dialog[None]):
    """Says what is waited for; Esc gives it up."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Give it up", key_display="Esc")
    ]

    def __init__(self, title: str, message: str) -> None:
        super().__init__()
        self._heading = title
        self._message = message
        self._is_over = False

    @property
    def heading(self) -> str:
        """What is waited for."""
        return self._heading

    def body(self) -> ComposeResult:
        """What there is to know meanwhile."""
        yield paragraph(self._message)

    def finish(self) -> None:
        """Close, now or as soon as nothing stands above it any more."""
        self._is_over = True
        self._close()

    def on_screen_resume(self) -> None:
        """Close if what was waited for ended while another dialog was above this one."""
        self._close()

    def _close(self) -> None:
        if self._is_over and self.is_attached and self.app.screen is self:
            self.dismiss(None)
