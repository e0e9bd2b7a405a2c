"""A dialog that stands there while something is waited for, and by which it can be given up."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.widgets import Static

from prolific_tui.submission.progress import Looking
from prolific_tui.tui.dialogs.base import FollowingDialog, MessageDialog
from prolific_tui.tui.widgets import paragraph


def looking_words(looking: Looking) -> str:
    """How far the looking for a write is, and until when that goes on at the least."""
    told = f"Look {looking.look} of {looking.looks} at {looking.at:%H:%M:%S}"
    if looking.look == looking.looks:
        return f"{told}; it is the last one."
    return f"{told}; the last one at about {looking.last_at:%H:%M:%S}."


class WaitDialog(FollowingDialog[None], MessageDialog[None]):
    """Says what is waited for; Esc gives it up."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Give it up", key_display="Esc")
    ]

    FOLLOWS = ("progress", "waiting")
    progress: reactive[str] = reactive("")
    """How far it is; empty where that is not known."""
    waiting: reactive[str] = reactive("")
    """Why nothing goes on right now, and when it does; said in place of how far it is."""

    def __init__(self, title: str, message: str) -> None:
        super().__init__(title, message)
        self._is_over = False

    def body(self) -> ComposeResult:
        """What there is to know meanwhile."""
        yield from super().body()
        yield paragraph("", id="progress", classes="hint")

    def show_again(self) -> None:
        """Show how far it is, or what is waited for."""
        # What comes next comes later than was said, where Prolific lets it wait.
        told = self.waiting or self.progress
        for line in self.query("#progress").results(Static):
            line.update(Text(told))
            line.display = bool(told)

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
