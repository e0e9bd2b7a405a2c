"""Dialogs that ask: yes or no, one of several, a line of text, the words of a confirmation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, OptionList, Static

from prolific_tui.tui.dialogs.base import Dialog, MessageDialog
from prolific_tui.tui.field import Field
from prolific_tui.tui.widgets import CursorList, KeyBar, Line, paragraph, visible_lines
from prolific_tui.visible import counted, visible


class ConfirmDialog(MessageDialog[bool]):
    """A question with two answers, each its own key."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", "Yes"),
        Binding("n,escape", "cancel", "No", key_display="n"),
    ]

    def action_yes(self) -> None:
        """Answer yes."""
        self.dismiss(True)

    def action_cancel(self) -> None:
        """Answer no."""
        self.dismiss(False)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the things to choose from, and what it means."""

    label: str
    explanation: str = ""
    """Shown while the cursor is on it."""


class ChoiceDialog(MessageDialog[int | None]):
    """One of several; the answer is its index. `/` narrows long lists."""

    AUTO_FOCUS = "CursorList"
    """Not the field before it, which is hidden but would take the next key."""
    NOTHING_CHOSEN: ClassVar[str] = "Nothing is chosen yet: ↑ and ↓ go to the lines."
    """What Enter says where there is no default."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Choose", key_display="Enter"),
        Binding("slash", "find", "Find", key_display="/"),
        Binding("escape", "cancel", "Cancel", key_display="Esc"),
    ]

    def __init__(
        self, title: str, message: str, choices: Sequence[Choice], *, highlighted: int | None = 0
    ) -> None:
        """Ask for one of several.

        Args:
            title: What is chosen.
            message: What there is to know before choosing; may be empty.
            choices: The choices, in order.
            highlighted: Where the cursor is first; None where there is no default.
        """
        super().__init__(title, message)
        self._choices = tuple(choices)
        self._shown = tuple(range(len(choices)))
        self._withheld: frozenset[int] = frozenset()
        self._highlighted = highlighted

    def body(self) -> ComposeResult:
        """The choices."""
        if self._message:
            yield from super().body()
        find = Field(placeholder="part of the name, then Enter", id="find")
        find.display = False
        yield find
        yield from self.above()
        yield CursorList()
        if any(choice.explanation for choice in self._choices):
            yield paragraph("", id="choice-explanation", classes="hint")

    def above(self) -> ComposeResult:
        """What stands right above the choices."""
        yield from ()

    def on_mount(self) -> None:
        """Start at the present choice."""
        self._show(self._highlighted)
        self.query_one(CursorList).focus()

    def _show(self, highlighted: int | None = 0) -> None:
        self.query_one(CursorList).show(
            (self._choices[index].label for index in self._shown),
            highlighted,
            keys=[str(index) for index in self._shown],
        )

    def ask_instead(self, title: str, message: str, choices: Sequence[Choice]) -> None:
        """Ask this instead, with as many choices; the cursor stays on its line."""
        self._heading, self._message, self._choices = title, message, tuple(choices)
        for heading in self.query(".dialog-title").results(Static):
            heading.update(Text(visible(title)))
        for paragraphs in self.query("#dialog-message").results(Static):
            paragraphs.update(Text(visible_lines(message)))
        for choice in self.query(CursorList):
            self._show(choice.highlighted)

    def withhold(self, choices: Mapping[int, Choice]) -> None:
        """Show these choices from now on as what can't be chosen, each with its reason.

        They stay in their places, and so does the cursor; Enter says the reason once more.
        """
        self._withheld = frozenset(choices)
        self._choices = tuple(choices.get(at, choice) for at, choice in enumerate(self._choices))
        self._show(self.query_one(CursorList).highlighted)

    def action_find(self) -> None:
        """Ask for a part of the name."""
        find = self.query_one("#find", Field)
        find.display = True
        find.focus()

    @on(Input.Changed, "#find")
    def narrow(self, event: Input.Changed) -> None:
        """Show only what holds the text."""
        wanted = event.value.casefold()
        self._shown = tuple(
            index for index, choice in enumerate(self._choices) if wanted in choice.label.casefold()
        )
        self._show()

    @on(Input.Submitted, "#find")
    def found(self) -> None:
        """Go back to the list, or take the only choice left."""
        if len(self._shown) == 1:
            self._answer(self._shown[0])
        else:
            self.query_one(CursorList).focus()

    @on(OptionList.OptionHighlighted)
    def explain(self, event: OptionList.OptionHighlighted) -> None:
        """Say what the choice under the cursor means."""
        self._explain(self._choices[int(event.option.id or 0)].explanation)

    def _explain(self, words: str) -> None:
        for explanation in self.query("#choice-explanation").results(Static):
            explanation.update(Text(visible(words)))

    @on(CursorList.NothingChosen)
    def unchosen(self) -> None:
        """Where there is no default, Enter alone chooses nothing, and says so."""
        self._explain(self.NOTHING_CHOSEN)

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """Answer with the choice."""
        self._answer(int(event.option.id or 0))

    def _answer(self, index: int) -> None:
        if index in self._withheld:
            self._explain(f"Nothing was chosen. {self._choices[index].explanation}")
        else:
            self.dismiss(index)


class TextDialog(MessageDialog[str | None]):
    """A line of text; masked where it is a secret."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Accept", key_display="Enter"),
        Binding("escape", "cancel", "Cancel", key_display="Esc"),
    ]

    def __init__(self, title: str, message: str, value: str = "", *, masked: bool = False) -> None:
        super().__init__(title, message)
        self._value = value
        self._masked = masked

    def body(self) -> ComposeResult:
        """The explanation and the field."""
        yield from super().body()
        yield Field(self._value, masked=self._masked)

    @on(Input.Submitted)
    def accept(self, event: Input.Submitted) -> None:
        """Answer with the text."""
        self.dismiss(event.value)


class TypedConfirmation(MessageDialog[bool]):
    """A step that can't be taken back: done only once its words are typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Do it", key_display="Enter"),
        Binding("escape", "cancel", "Cancel", key_display="Esc"),
    ]

    def __init__(self, title: str, message: str, words: str) -> None:
        super().__init__(title, message)
        self._words = words

    def foot(self) -> ComposeResult:
        """The field for the words and the line for a remark, in sight however much is said."""
        label = Text.assemble("Type  ", (visible(self._words), "bold"), " : ")
        with Horizontal(id="typed-words"):
            yield Static(label, id="typed-words-label", markup=False)
            yield Field()
        yield Line(id="remark")

    def on_mount(self) -> None:
        """Be ready for the words."""
        self.query_one(Field).focus()

    @on(Input.Submitted)
    def accept(self, event: Input.Submitted) -> None:
        """Go on if the words are right."""
        if event.value.strip() == self._words:
            self.dismiss(True)
        else:
            told = f"Nothing was done. Type exactly: {visible(self._words)}"
            self.query_one("#remark", Line).text = Text(told)

    def action_cancel(self) -> None:
        """Do nothing."""
        self.dismiss(False)


class PasteDialog(Dialog[str | None]):
    """A box that takes a paste and shows how much arrived, never what: passwords are in it.

    A marked paste is all there at once and closes it. One that comes as single keys has no end that
    could be seen, and every other key may be part of it, so it is Esc that says so.
    """

    TITLE_TEXT = "Paste credentials"
    WORDS: ClassVar[str] = (
        "Paste now, with your terminal's own key. Lines of username,password or columns"
        " copied from a spreadsheet. Nothing of it is displayed."
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "done", "Cancel", key_display="Esc")]
    _ENDS: ClassVar[Binding] = Binding(
        "escape", "done", "That was all; asks what to do with it", key_display="Esc"
    )
    _CLOSES: ClassVar[bool] = True
    """Whether a marked paste closes it; else the person's Esc alone does."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._characters = self._line_ends = 0

    def body(self) -> ComposeResult:
        """What to do, and how much arrived."""
        yield paragraph(self.WORDS)
        yield paragraph("Nothing has arrived yet.", id="arrived")

    def on_paste(self, event: events.Paste) -> None:
        """Take a paste that the terminal marked as one."""
        event.stop()
        self._take(event.text)
        if self._CLOSES:
            self.action_done()

    def on_key(self, event: events.Key) -> None:
        """Take what arrives as single keys, from terminals that do not mark a paste."""
        if event.key in ("enter", "ctrl+j"):
            text = "\n"
        elif event.key == "tab":
            text = "\t"
        elif event.is_printable and event.character:
            text = event.character
        else:
            return
        event.stop()
        event.prevent_default()
        self._take(text)

    def _take(self, text: str) -> None:
        if not self._parts:
            self.query_one(KeyBar).show([self._ENDS])
        # Counted as it comes: an unmarked paste arrives a character at a time.
        self._parts.append(text)
        self._characters += len(text)
        self._line_ends += text.count("\n") + text.count("\r") - text.count("\r\n")
        self.query_one("#arrived", Static).update(
            Text(
                f"{counted(self._characters, 'character')}, "
                f"{counted(self._line_ends, 'line end')} arrived."
            )
        )

    def action_done(self) -> None:
        """Give back what arrived."""
        self.dismiss("".join(self._parts))
