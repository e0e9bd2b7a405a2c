"""The dialogs of a new signing secret: where it is kept, what it means, and that it is stored."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from prolific_tui.operations import KeyringReport
from prolific_tui.tui.dialogs.ask import TypedConfirmation
from prolific_tui.tui.dialogs.base import Dialog
from prolific_tui.tui.field import Field
from prolific_tui.tui.widgets import CursorList, paragraph
from prolific_tui.visible import visible

_OWN, _FILE, _SCREEN = range(3)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where a new secret is to be kept; nowhere is the screen only."""

    own_entry: bool
    """This program's own entry, in the keyring or its own file."""
    file: bool
    """A new file, whose path is still to be asked for."""


class DestinationsDialog(Dialog[Wanted | None]):
    """Asks where the new secret is kept; each is ticked with Space."""

    TITLE_TEXT = "Where is the new secret kept?"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "tick", "Tick", key_display="Space"),
        Binding("enter", "go_on", "Go on", key_display="Enter"),
        Binding("escape", "cancel", "Cancel", key_display="Esc"),
    ]

    def __init__(
        self,
        own_place: str,
        *,
        is_chosen: bool,
        other_place: str,
        report: Callable[[], Coroutine[Any, Any, KeyringReport]] | None,
    ) -> None:
        """Ask.

        Args:
            own_place: Where this program's own entry is, in words.
            is_chosen: Whether the person chose to keep secrets there.
            other_place: How another place is chosen, for where that one can't be used; may be
                empty.
            report: Gives the keyring's state; None where that is not the place.
        """
        super().__init__()
        self._own_place = own_place
        self._ticked = {_OWN} if is_chosen else set()
        self._other_place = other_place
        self._report = report
        self._refusal = ""

    def body(self) -> ComposeResult:
        """The destinations, and what is to be known of the one place and of the choice."""
        yield paragraph(
            "Each is written to, read back and cleared before anything is asked of Prolific."
        )
        yield CursorList(id="destinations")
        yield paragraph("", id="destinations-said", classes="hint")

    def on_mount(self) -> None:
        """Begin at the first."""
        self._show()
        choices = self.query_one(CursorList)
        choices.highlighted = 0
        choices.focus()
        self._say("")
        self.look_at_keyring()

    @work
    async def look_at_keyring(self) -> None:
        """Say how the keyring is, and let it be ticked only where it can be used."""
        if self._report is None:
            return
        report = await self._report()
        self._say(report.message)
        if not report.usable:
            said = (report.message, report.hint, self._other_place)
            self._refusal = " ".join(filter(None, said))
            self._ticked.discard(_OWN)
            self._show()

    def _show(self) -> None:
        own = f"{self._own_place}, and the previous one with it"
        labels = (
            f"{own} (not here)" if self._refusal else own,
            "a new file that only you can read (0600)",
            "the screen only: it is kept nowhere",
        )
        choices = self.query_one(CursorList)
        choices.show(
            (f"[{'x' if at in self._ticked else ' '}] {label}" for at, label in enumerate(labels)),
            choices.highlighted,
        )

    def _say(self, words: str) -> None:
        said = self.query_one("#destinations-said", Static)
        said.update(Text(visible(words)))
        said.display = bool(words)

    def action_tick(self) -> None:
        """Tick the destination under the cursor, or take its tick away."""
        at = self.query_one(CursorList).highlighted
        if at is None:
            return
        if at == _OWN and self._refusal:
            self._say(self._refusal)
            return
        self._ticked ^= {at}
        self._ticked -= {_OWN, _FILE} if at == _SCREEN else {_SCREEN}
        self._say("")
        self._show()

    @on(CursorList.OptionSelected)
    def action_go_on(self) -> None:
        """Answer with what is ticked."""
        if self._ticked:
            self.dismiss(Wanted(_OWN in self._ticked, _FILE in self._ticked))
        else:
            self._say("Tick at least one with Space.")


_READY: Final = "Receivers, to tick off once they are ready (Tab, then Space):"


class NewSecretDialog(TypedConfirmation):
    """What a new secret means, the receivers to tick off, and the words that make it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Do it", key_display="Enter"),
        Binding("tab", "other", "Receivers", key_display="Tab", priority=True),
        Binding("space", "tick", "Tick", key_display="Space"),
        Binding("escape", "cancel", "Cancel", key_display="Esc"),
    ]

    def __init__(self, title: str, message: str, words: str, receivers: Sequence[str]) -> None:
        super().__init__(title, message, words)
        self._receivers = tuple(receivers)
        self._ready: set[int] = set()

    def body(self) -> ComposeResult:
        """What it means, and the receivers."""
        yield from super().body()
        if self._receivers:
            yield paragraph(_READY, id="ready")
            yield CursorList(id="receivers")

    def on_mount(self) -> None:
        """List the receivers; the words are what is typed first."""
        if self._receivers:
            self._show(None)

    def _show(self, highlighted: int | None) -> None:
        self.query_one(CursorList).show(
            (
                f"[{'x' if at in self._ready else ' '}] {receiver}"
                for at, receiver in enumerate(self._receivers)
            ),
            highlighted,
        )

    def action_other(self) -> None:
        """Go from the words to the receivers, or back."""
        choices = self.query(CursorList)
        if choices and self.query_one(Field).has_focus:
            choices.first().focus()
            choices.first().highlighted = choices.first().highlighted or 0
        else:
            self.query_one(Field).focus()

    def action_tick(self) -> None:
        """Tick the receiver under the cursor off, or take that back."""
        for choices in self.query(CursorList):
            if choices.has_focus and choices.highlighted is not None:
                self._ready ^= {choices.highlighted}
                self._show(choices.highlighted)

    @on(CursorList.OptionSelected)
    def to_the_words(self) -> None:
        """Enter on a receiver goes back to the words."""
        self.query_one(Field).focus()
