"""The one question about what is kept on this machine: tokens, secrets and unsent rows together."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from rich.text import Text
from textual import events, work
from textual.app import ComposeResult
from textual.widgets import Static

from prolific_tui.keeping import KEEPING_PLACES, DraftKeeping, MachineKeeping, TokenPlace
from prolific_tui.operations import KeyringReport
from prolific_tui.tui.dialogs.ask import Choice, ChoiceDialog
from prolific_tui.tui.field import Field
from prolific_tui.tui.widgets import Line, paragraph
from prolific_tui.visible import visible

_SECRETS: Final = {place: f"in {place.words}" for place in KEEPING_PLACES} | {
    TokenPlace.SESSION: "nothing secret",
}
_ROWS: Final = {
    DraftKeeping.EVERYTHING: "everything, as plain text",
    DraftKeeping.USERNAMES: "usernames only, no passwords",
    DraftKeeping.NOTHING: "nothing",
}
_LOST: Final = "After a crash or a quit their passwords have to be typed or loaded again."
_ALWAYS: Final = (
    "Choosing less takes back what was kept before; a token from PROLIFIC_TOKEN or --token-file is"
    " never copied."
)
_READABLE: Final = "is for you alone (0600); anyone with your account, or root, can read it too."

_KEEPING: Final = {
    MachineKeeping(TokenPlace.KEYRING, DraftKeeping.USERNAMES): (
        f"Usernames of unsent rows are in files that only you can read. {_LOST}"
    ),
    MachineKeeping(TokenPlace.KEYRING, DraftKeeping.EVERYTHING): (
        f"The file of unsent rows, with their passwords, {_READABLE}"
    ),
    MachineKeeping(TokenPlace.FILE, DraftKeeping.EVERYTHING): (
        f"Every file, of unsent rows with their passwords too, {_READABLE}"
    ),
    MachineKeeping(TokenPlace.SESSION, DraftKeeping.USERNAMES): (
        "The token is asked for at each start, or comes from PROLIFIC_TOKEN or --token-file."
        f" Unsent rows stay without their passwords. {_LOST}"
    ),
    MachineKeeping(TokenPlace.SESSION, DraftKeeping.NOTHING): (
        "The token is asked for at each start, and unsent rows are gone when the program ends,"
        " however it ends."
    ),
}
"""What can be chosen, in this order, and what each means."""

_COLUMN: Final = 24
"""How wide the column of tokens and secrets is; that of rows follows it."""


def keeping_words(keeping: MachineKeeping) -> Choice:
    """What was chosen, in words."""
    secrets = _SECRETS.get(keeping.secrets, keeping.secrets.value)
    label = f"{secrets}; unsent rows: {_ROWS[keeping.rows]}"
    return Choice(label, _KEEPING.get(keeping, ""))


def _choice(keeping: MachineKeeping) -> Choice:
    """One line of the table: what becomes of secrets, and what of rows."""
    secrets, rows = _SECRETS[keeping.secrets], _ROWS[keeping.rows]
    return Choice(f"{secrets:{_COLUMN}}{rows}", _KEEPING[keeping])


class KeepingDialog(ChoiceDialog):
    """Asks without a default, at once: what the keyring says comes when it has answered."""

    def __init__(
        self,
        report: Callable[[], Coroutine[Any, Any, KeyringReport]],
        *,
        is_unasked: bool = False,
        reason: str = "",
    ) -> None:
        """Ask.

        Args:
            report: Gives the keyring's state.
            is_unasked: Whether it came up by itself. Then a key that means nothing here was meant
                for what is below: the question gives way, and the key goes on to that.
            reason: Why it is asked now, and what Esc leads to; empty for what it means at any time.
        """
        super().__init__(
            "What is kept on this machine, and where?",
            f"{reason or _ALWAYS} 4 Account changes this later.",
            [_choice(keeping) for keeping in _KEEPING],
            highlighted=None,
        )
        self._report = report
        self._is_unasked = is_unasked
        self.gave_way = False
        """Whether it was closed by a key that was meant for something else."""

    @staticmethod
    def keeping(answer: int) -> MachineKeeping:
        """What an answer means."""
        return tuple(_KEEPING)[answer]

    def above(self) -> ComposeResult:
        """What the two columns are about."""
        yield Line(f"  {'Tokens and secrets':{_COLUMN}}Unsent rows", classes="headings")

    def body(self) -> ComposeResult:
        """The choices, and how the keyring is."""
        yield from super().body()
        yield paragraph("Looking at the keyring…", id="keyring-state", classes="hint")

    def on_mount(self) -> None:
        """Ask the keyring how it is."""
        super().on_mount()
        self.look_at_keyring()

    def on_key(self, event: events.Key) -> None:
        """Give way to what was typed for the screen below; the app hands the key on to that."""
        if self._is_unasked and event.key not in self.active_bindings and not self._is_finding:
            self.gave_way = True
            self.dismiss(None)

    @property
    def _is_finding(self) -> bool:
        return isinstance(self.focused, Field)

    @work
    async def look_at_keyring(self) -> None:
        """Say how the keyring is, and offer it only where it can be used."""
        report = await self._report()
        words = f"{report.title}. {report.message}"
        if not report.usable:
            words += f" So nothing can be kept in it. {report.hint}"
            self.withhold(
                number
                for number, keeping in enumerate(_KEEPING)
                if keeping.secrets is TokenPlace.KEYRING
            )
        self.query_one("#keyring-state", Static).update(Text(visible(words)))
