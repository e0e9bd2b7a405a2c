"""The dialog in which an encoding is chosen by what it makes of usernames, or else of passwords."""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.binding import Binding, BindingType

from prolific_tui.credentials.intake import EncodingChoice
from prolific_tui.tui.dialogs.ask import Choice, ChoiceDialog
from prolific_tui.tui.revealing import SHOWN_FOR, Revealing
from prolific_tui.tui.widgets import CursorList
from prolific_tui.visible import counted

_EXAMPLES: Final = 3
"""How many passwords are shown of each."""

_BY_USERNAMES: Final = "Choose the one in which the usernames are as they should be."
_BY_NOTHING: Final = "All usernames and passwords that were looked at are the same in each."
_BY_PASSWORDS: Final = (
    "All usernames that were looked at are the same in each; of those rows, it decides what {} will"
    f" be. * shows such for {SHOWN_FOR}; nobody can log in with one that is not as it should"
    " be."
)


class EncodingDialog(Revealing, ChoiceDialog):
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
            shown = [*dict.fromkeys(each.passwords)][:_EXAMPLES] if self.is_revealed else []
            lines.append(f"{each.name:<{width}}  {'  '.join((*each.sample, *shown))}".rstrip())
        return [Choice(line) for line in lines]

    def show_revealed(self, revealed: bool) -> None:  # noqa: ARG002 - `is_revealed` tells
        """Show the passwords that tell the encodings apart, or hide them."""
        self._choices = tuple(self._lines())
        self._show(self.query_one(CursorList).highlighted)
