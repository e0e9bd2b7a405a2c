"""A screen with something hidden on it, which says when `*` shows it or hides it again."""

from textual.binding import Binding

from prolific_tui.tui.revealing import SHOWN_FOR, Revealing
from prolific_tui.tui.screens.base import BaseScreen


def reveal_key(what: str) -> Binding:
    """The key that shows what is hidden, or hides it."""
    tooltip = f"Show {what} for {SHOWN_FOR}"
    return Binding("asterisk", "reveal", "Show", key_display="*", tooltip=tooltip)


class RevealingScreen(Revealing, BaseScreen):
    """Says that what is hidden is shown, for how long, and that it is hidden again."""

    def show_revealed(self, revealed: bool) -> None:
        """Say so; who has something to show shows or hides it as well."""
        self.app.say(f"Shown for {SHOWN_FOR}; * hides it." if revealed else "Hidden.")
