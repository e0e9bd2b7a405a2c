"""What dialogs are made of: a box with a title, a body and keys."""

from collections.abc import Iterable
from typing import ClassVar, Final, TypeVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from prolific_tui.tui.framing import OneFrameScreen
from prolific_tui.tui.widgets import CursorList, KeyBar, paragraph
from prolific_tui.visible import visible

T = TypeVar("T")


class Dialog(OneFrameScreen[T], ModalScreen[T]):
    """A box with a title, a body and the keys that act in it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", key_display="Esc")
    ]
    TITLE_TEXT: ClassVar[str] = ""
    """The title, where it is always the same."""

    def __init__(self, title: str = "", *, classes: str = "") -> None:
        super().__init__(classes=classes)
        self._heading = title or self.TITLE_TEXT

    def compose(self) -> ComposeResult:
        """The box: title, body, keys."""
        with Vertical(classes="dialog"):
            yield Static(Text(visible(self.heading)), classes="dialog-title", markup=False)
            with VerticalScroll(classes="dialog-body", can_focus=False):
                yield from self.body()
            yield from self.foot()
            yield KeyBar(b for b in self.BINDINGS if isinstance(b, Binding))

    @property
    def heading(self) -> str:
        """The title in the box."""
        return self._heading

    def body(self) -> ComposeResult:
        """What stands between the title and the keys; where it is too long, it scrolls."""
        yield from ()

    def foot(self) -> ComposeResult:
        """What stands below that, and never scrolls."""
        yield from ()

    def action_cancel(self) -> None:
        """Close without an answer."""
        self.dismiss(None)


class FollowingDialog(Dialog[T]):
    """A dialog that shows anew what it says when one of its reactive attributes changes."""

    FOLLOWS: ClassVar[tuple[str, ...]] = ()
    """The names of those attributes."""

    def on_mount(self) -> None:
        """Show what is known already, and from now on what comes."""
        for name in self.FOLLOWS:
            self.watch(self, name, self.show_again, init=False)
        self.show_again()

    def show_again(self) -> None:
        """Show what is known."""
        raise NotImplementedError


class MessageDialog(Dialog[T]):
    """A title and a few sentences."""

    def __init__(self, title: str, message: str) -> None:
        super().__init__(title)
        self._message = message

    def body(self) -> ComposeResult:
        """The sentences."""
        yield paragraph(self._message, id="dialog-message")


_LOOKING: Final = "Looking…"


class StayingDialog(Dialog[T]):
    """A dialog with a list that stays open while things are done in it, and says what was done.

    What is to be done is decided here and done by whoever opened it, who then shows what is left
    with `show_lines`. Until then it `is_waiting`, and its keys are to do nothing.
    """

    def __init__(self) -> None:
        super().__init__(classes="wide")
        self.is_waiting = True
        """Whether what is to be listed is not known yet."""
        self._is_open = False
        self._said = _LOOKING
        self._lines: list[str | Text] = []
        self._at = 0

    def body(self) -> ComposeResult:
        """The list, and what was said last."""
        yield CursorList(id="choices")
        yield from self.below()
        yield paragraph(self._said, id="said", classes="hint")

    def below(self) -> ComposeResult:
        """What stands below the list."""
        yield from ()

    @property
    def nothing(self) -> str:
        """What is said where there is nothing to list."""
        return ""

    def on_mount(self) -> None:
        """List what is known already; from now on, what is said is said here."""
        self._is_open = True
        self.watch(self.app, "message", self.say, init=False)
        self.choices.focus()
        if not self.is_waiting:
            self._list()

    @property
    def is_closed(self) -> bool:
        """Whether it was open, and its list goes or is gone; what was done in it may go on."""
        return self._is_open and not self.is_running

    @property
    def choices(self) -> CursorList:
        """The list."""
        return self.query_one("#choices", CursorList)

    @property
    def at(self) -> int | None:
        """The line under the cursor; None where there is none, or nothing may be done yet."""
        return None if self.is_waiting else self.choices.highlighted

    @property
    def line(self) -> int:
        """The line that the cursor is on, or will be once the dialog is open."""
        return (self.choices.highlighted or 0) if self._is_open else self._at

    def show_lines(self, lines: Iterable[str | Text], highlighted: int) -> None:
        """List what there is, with the cursor on one line; before the dialog is open, or in it."""
        self.is_waiting = False
        self._lines = list(lines)
        self._at = highlighted
        if self._is_open:
            self._list()

    def _list(self) -> None:
        last = len(self._lines) - 1
        self.choices.show(self._lines, min(self._at, last) if self._lines else None)
        self.choices.display = bool(self._lines)
        self.query_one(".dialog-title", Static).update(Text(visible(self.heading)))
        self.say("" if self._said == _LOOKING else self._said)

    def say(self, message: str) -> None:
        """Say something in the dialog, and that there is nothing to list where that is so."""
        self._said = message
        if not (self._lines or self.is_waiting):
            message = f"{message} {self.nothing}".strip()
        said = self.query_one("#said", Static)
        said.update(Text(visible(message)))
        said.display = bool(message)
