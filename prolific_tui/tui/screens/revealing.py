"""A screen with something hidden on it, which says when `*` shows it or hides it again."""

from typing import Final

from textual.binding import Binding

from prolific_tui.tui.revealing import SHOWN_FOR, Revealing
from prolific_tui.tui.screens.base import BaseScreen

_SHOWN: Final = f"Shown for {SHOWN_FOR}"


def reveal_key(what: str) -> Binding:
    """The key that shows what is hidden, or hides it."""
    tooltip = f"Show {what} for {SHOWN_FOR}"
    return Binding("asterisk", "reveal", "Show", key_display="*", tooltip=tooltip)


class RevealingScreen(Revealing, BaseScreen):
    """Says that what is hidden is shown, for how long, and that it is hidden again."""

    def show_revealed(self, revealed: bool) -> None:
        """Say so; who has something to show shows or hides it as well."""
        if revealed:
            self.app.say(f"{_SHOWN}; * hides it.")
        elif self.is_current or self.app.message.startswith(_SHOWN):
            # What covers this screen may have something to say.
            self.app.say("Hidden.")
            # Covered, it is not told of what is said; and what it shows is hidden by now.
            self._show_message("Hidden.")
