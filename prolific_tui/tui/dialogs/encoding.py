"""The dialog in which an encoding is chosen by what it makes of usernames, or else of passwords."""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.timer import Timer

from prolific_tui.credentials.intake import EncodingChoice
from prolific_tui.tui.dialogs.ask import Choice, ChoiceDialog
from prolific_tui.tui.widgets import CursorList
from prolific_tui.visible import counted

_REVEAL_SECONDS: Final = 30.0
"""How long passwords stay shown."""
_EXAMPLES: Final = 3
"""How many passwords are shown of each."""

_BY_USERNAMES: Final = "Choose the one in which the usernames are as they should be."
_BY_NOTHING: Final = "All usernames and passwords that were looked at are the same in each."
_BY_PASSWORDS: Final = (
    "All usernames that were looked at are the same in each; of those rows, it decides what {} will"
    " be. * shows such for 30 s; nobody can log in with one that is not as it should be."
)


class EncodingDialog(ChoiceDialog):
    """The encodings of a list, each with what tells it from others; the answer is an index.

    Passwords stand there only while they are asked for.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Choose", key_display="Enter"),
        Binding("asterisk", "reveal", "Show passwords", key_display="*"),
        Binding("slash", "find", "Find", key_display="/"),
        Binding("escape", "cancel", "Cancel", key_display="Esc"),
    ]

    def __init__(self, name: str, encodings: Sequence[EncodingChoice], highlighted: int) -> None:
        """Ask which encoding a list is in.

        Args:
            name: What the list is called.
            encodings: What it may be, and what each would make of it.
            highlighted: Where the cursor is first.
        """
        self._encodings = tuple(encodings)
        self._hide: Timer | None = None
        """Hides the passwords when their time is over; None while they are hidden."""
        super().__init__(
            f"Which encoding is {name} in?",
            self._words(),
            self._lines(),
            highlighted=highlighted,
        )

    def _words(self) -> str:
        if any(each.sample for each in self._encodings):
            return _BY_USERNAMES
        passwords = max(len(each.passwords) for each in self._encodings)
        return _BY_PASSWORDS.format(counted(passwords, "password")) if passwords else _BY_NOTHING

    def _lines(self) -> list[Choice]:
        """The encodings, each with what it makes of the list."""
        width = max(len(each.name) for each in self._encodings)
        lines = []
        for each in self._encodings:
            shown = [] if self._hide is None else [*dict.fromkeys(each.passwords)][:_EXAMPLES]
            lines.append(f"{each.name:<{width}}  {'  '.join((*each.sample, *shown))}".rstrip())
        return [Choice(line) for line in lines]

    def on_screen_suspend(self) -> None:
        """Hide the passwords when something else covers this."""
        self.conceal()

    def action_reveal(self) -> None:
        """Show the passwords that tell the encodings apart for a while, or hide them."""
        if self._hide is None:
            self._hide = self.set_timer(_REVEAL_SECONDS, self.conceal)
            self._show_again()
        else:
            self.conceal()

    def conceal(self) -> None:
        """Hide the passwords."""
        if self._hide is not None:
            self._hide.stop()
            self._hide = None
            self._show_again()

    def _show_again(self) -> None:
        self._choices = tuple(self._lines())
        self._show(self.query_one(CursorList).highlighted)
