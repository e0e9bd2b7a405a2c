"""The one question about what is kept on this machine: tokens, secrets and unsent rows together."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.widgets import Static

from prolific_tui.keeping import (
    KEEPING_PLACES,
    DraftKeeping,
    MachineKeeping,
    OwnFiles,
    TokenPlace,
)
from prolific_tui.operations import KeyringReport
from prolific_tui.tui.dialogs.ask import Choice, ChoiceDialog
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
_LOST: Final = "After a crash or a quit their passwords are to be typed or loaded again."
_ALWAYS: Final = (
    "Choosing less deletes what was kept. A token from PROLIFIC_TOKEN or --token-file is never"
    " copied."
)
_KEYRING: Final = "Tokens and secrets are in your keyring."
_GIVEN: Final = (
    "No token or secret is written. A start asks for the token, unless you give it before (read -rs"
    " PROLIFIC_TOKEN; export PROLIFIC_TOKEN)"
)
_READABLE: Final = "yours alone (0600), but anyone with your account, or root, can read them too."

_KEEPING: Final = {
    MachineKeeping(TokenPlace.KEYRING, DraftKeeping.USERNAMES): (
        f"{_KEYRING} Usernames of unsent rows are in {{rows}}. {_LOST}"
    ),
    MachineKeeping(TokenPlace.KEYRING, DraftKeeping.EVERYTHING): (
        f"{_KEYRING} Unsent rows, with passwords, are in {{rows}}: {_READABLE}"
    ),
    MachineKeeping(TokenPlace.FILE, DraftKeeping.EVERYTHING): (
        "Tokens and secrets are in {tokens}, and unsent rows, with passwords, in"
        f" {{rows}}: {_READABLE}"
    ),
    MachineKeeping(TokenPlace.SESSION, DraftKeeping.USERNAMES): (
        f"{_GIVEN}. Usernames of unsent rows are in {{rows}}. {_LOST}"
    ),
    MachineKeeping(TokenPlace.SESSION, DraftKeeping.NOTHING): (
        f"{_GIVEN}. Unsent rows are gone when the program ends, however it ends."
    ),
}
"""What can be chosen, in this order, and what each means here."""

_COLUMN: Final = 24
"""How wide the column of tokens and secrets is; that of rows follows it."""
_ROWS_COLUMN: Final = 31
"""How wide that one is; the mark of a line follows it."""
_NOW: Final = "as it is now"
_NOT_HERE: Final = "not here"


def keeping_words(keeping: MachineKeeping, own_files: OwnFiles) -> Choice:
    """What was chosen, and what it means here, in words."""
    secrets = _SECRETS.get(keeping.secrets, keeping.secrets.value)
    label = f"{secrets}; unsent rows: {_ROWS[keeping.rows]}"
    return Choice(label, _meaning(keeping, own_files))


def _meaning(keeping: MachineKeeping, own_files: OwnFiles) -> str:
    meaning = _KEEPING.get(keeping, "")
    return meaning.format(tokens=own_files.tokens, rows=own_files.rows)


def _choice(keeping: MachineKeeping, mark: str, meaning: str) -> Choice:
    """One line of the table: what becomes of secrets, and what of rows."""
    secrets, rows = _SECRETS[keeping.secrets], _ROWS[keeping.rows]
    line = f"{secrets:{_COLUMN}}{rows:{_ROWS_COLUMN}}{mark}".rstrip()
    return Choice(line, meaning)


class KeepingDialog(ChoiceDialog):
    """Asks without a default, at once: what the keyring says comes when it has answered."""

    NOTHING_CHOSEN = (
        "Nothing is chosen yet, so all is as before. ↓ goes to a line and says what it means here;"
        " Enter on it chooses it."
    )

    def __init__(
        self,
        report: Callable[[], Coroutine[Any, Any, KeyringReport]],
        own_files: OwnFiles,
        present: MachineKeeping | None,
        *,
        reason: str = "",
    ) -> None:
        """Ask.

        Args:
            report: Gives the keyring's state.
            own_files: Where files would be.
            present: What was chosen before, where the cursor is first; None for nothing.
            reason: Why it is asked now, and what Esc leads to; empty for what it means at any time.
        """
        super().__init__(
            "What is kept on this machine, and where?",
            f"{reason or _ALWAYS} 4 Account changes this later.",
            [
                _choice(keeping, _NOW if keeping == present else "", _meaning(keeping, own_files))
                for keeping in _KEEPING
            ],
            highlighted=tuple(_KEEPING).index(present) if present in _KEEPING else None,
        )
        self._report = report
        self._present = present

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

    @work
    async def look_at_keyring(self) -> None:
        """Say how the keyring is; where it can't be used, its lines stay and say so."""
        report = await self._report()
        words = f"{report.title}. {report.message}"
        if not report.usable:
            words = f"{words} {report.hint}".strip()
            reason = f"This can't be had here: {report.title[:1].lower()}{report.title[1:]}."
            self.withhold(
                {
                    number: _choice(
                        keeping,
                        f"now, {_NOT_HERE}" if keeping == self._present else _NOT_HERE,
                        f"{reason} What is the case stands below.",
                    )
                    for number, keeping in enumerate(_KEEPING)
                    if keeping.secrets is TokenPlace.KEYRING
                }
            )
        self.query_one("#keyring-state", Static).update(Text(visible(words)))
