"""What screens and dialogs share that show something hidden for a while."""

from typing import Final

from textual.message_pump import MessagePump
from textual.timer import Timer

_SECONDS: Final = 30
"""How long what is hidden stays shown."""
SHOWN_FOR: Final = f"{_SECONDS} s"
"""The same in words."""


class Revealing(MessagePump):
    """A screen or dialog on which `*` shows what is hidden, until it is covered at the latest."""

    _hide: Timer | None = None
    """Hides it when its time is over; None while it is hidden."""

    @property
    def is_revealed(self) -> bool:
        """Whether it is shown now."""
        return self._hide is not None

    def show_revealed(self, revealed: bool) -> None:
        """Show it, or hide it."""
        raise NotImplementedError

    def has_hidden(self) -> bool:
        """Whether there is anything to show; says so where there is not."""
        return True

    def on_screen_suspend(self) -> None:
        """Hide it when another screen or a dialog covers this."""
        self.conceal()

    def action_reveal(self) -> None:
        """Show what is hidden for a while, or hide it."""
        if self.is_revealed:
            self.conceal()
        elif self.has_hidden():
            self._hide = self.set_timer(_SECONDS, self.conceal)
            self.show_revealed(True)

    def conceal(self) -> None:
        """Hide it."""
        if self._hide is not None:
            self._hide.stop()
            self._hide = None
            self.show_revealed(False)
