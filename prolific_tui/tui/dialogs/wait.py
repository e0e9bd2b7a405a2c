"""A dialog that stands there while something is waited for, and by which it can be given up."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from prolific_tui.tui.dialogs.base import MessageDialog


class WaitDialog(MessageDialog[None]):
    """Says what is waited for; Esc gives it up."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Give it up", key_display="Esc")
    ]

    def __init__(self, title: str, message: str) -> None:
        super().__init__(title, message)
        self._is_over = False

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
