"""A screen with something hidden on it, which `*` shows for a while."""

from typing import Final

from textual.timer import Timer

from prolific_tui.tui.screens.base import BaseScreen

REVEAL_SECONDS: Final = 30.0
"""How long what is hidden stays shown."""


class RevealingScreen(BaseScreen):
    """Shows what is hidden for 30 seconds at most, and never when nobody looks at the screen."""

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
        """Hide it when another screen or a dialog covers this one."""
        self.conceal()

    def action_reveal(self) -> None:
        """Show what is hidden for a while, or hide it."""
        if self.is_revealed:
            self.conceal()
        elif self.has_hidden():
            self._hide = self.set_timer(REVEAL_SECONDS, self.conceal)
            self.show_revealed(True)
            self.app.say("Shown for 30 s; * hides it.")

    def conceal(self) -> None:
        """Hide it."""
        if self._hide is not None:
            self._hide.stop()
            self._hide = None
            self.show_revealed(False)
            self.app.say("Hidden.")
