"""The one question about what is kept on this machine: tokens, secrets and unsent rows together."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, Final

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.widgets import Static

from prolific_tui.operations import KeyringReport
from prolific_tui.settings import DraftKeeping, MachineKeeping, TokenPlace
from prolific_tui.tui.dialogs.ask import Choice, ChoiceDialog
from prolific_tui.tui.widgets import paragraph
from prolific_tui.visible import visible

_KEEPING: Final = {
    MachineKeeping(TokenPlace.KEYRING, DraftKeeping.USERNAMES): Choice(
        "In the keyring; of unsent rows the usernames only",
        "Tokens and secrets go into the keyring. After a crash or a quit the passwords of unsent"
        " rows have to be typed or loaded again.",
    ),
    MachineKeeping(TokenPlace.KEYRING, DraftKeeping.EVERYTHING): Choice(
        "In the keyring; unsent rows in files, as plain text",
        "Tokens and secrets go into the keyring. Unsent rows with their passwords go into files"
        " that only you can read (0600); anyone with your account, or root, can as well.",
    ),
    MachineKeeping(TokenPlace.FILE, DraftKeeping.EVERYTHING): Choice(
        "In files that only you can read, as plain text",
        "Tokens, secrets and unsent rows with their passwords (0600). Anyone with your account,"
        " or root, can read them as well.",
    ),
    MachineKeeping(TokenPlace.SESSION, DraftKeeping.USERNAMES): Choice(
        "Nothing secret: PROLIFIC_TOKEN each time",
        "read -rs PROLIFIC_TOKEN; export PROLIFIC_TOKEN, or --token-file. Of unsent rows the"
        " usernames are kept.",
    ),
    MachineKeeping(TokenPlace.SESSION, DraftKeeping.NOTHING): Choice(
        "Nothing: this session only",
        "The token is asked for at each start, and unsent rows are gone when the program ends,"
        " however it ends.",
    ),
}
"""What can be chosen, in this order, and what each means."""


def keeping_words(keeping: MachineKeeping) -> Choice:
    """What was chosen, in words."""
    return _KEEPING.get(keeping) or Choice(
        f"{keeping.secrets.value}; unsent rows: {keeping.rows.value}"
    )


class KeepingDialog(ChoiceDialog):
    """Asks without a default, at once: what the keyring says comes when it has answered."""

    def __init__(self, report: Callable[[], Coroutine[Any, Any, KeyringReport]]) -> None:
        """Ask; `report` gives the keyring's state."""
        super().__init__(
            "What is kept on this machine, and where?",
            "Tokens, webhook secrets, and rows that were not sent. Choosing less takes back what"
            " was kept before; a token from PROLIFIC_TOKEN or --token-file is never copied."
            " 4 Account changes this later.",
            tuple(_KEEPING.values()),
            highlighted=None,
        )
        self._report = report

    @staticmethod
    def keeping(answer: int) -> MachineKeeping:
        """What an answer means."""
        return tuple(_KEEPING)[answer]

    def body(self) -> ComposeResult:
        """The choices, and how the keyring is."""
        yield from super().body()
        yield paragraph("Looking at the keyring…", id="keyring-state", classes="hint")

    def on_mount(self) -> None:
        """Ask the keyring how it is."""
        super().on_mount()
        self.look_at_keyring()

    @work
    async def look_at_keyring(self) -> None:
        """Say how the keyring is, and offer it only where it can be used."""
        report = await self._report()
        words = Text(visible(f"{report.title}. {report.message}"))
        self.query_one("#keyring-state", Static).update(words)
        if not report.usable:
            self.offer(
                replace(
                    choice,
                    label=f"{choice.label} (not here)",
                    refusal=f"It can't be chosen now. {report.hint}",
                )
                if keeping.secrets is TokenPlace.KEYRING
                else choice
                for keeping, choice in _KEEPING.items()
            )
