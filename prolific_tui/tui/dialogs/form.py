"""A dialog with several labelled fields, of which any may have something wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Static

from prolific_tui.tui.dialogs.base import Dialog
from prolific_tui.tui.field import Field
from prolific_tui.tui.widgets import paragraph, visible_lines

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entry:
    """A field of a form."""

    name: str
    """What it is called in the program."""
    label: str
    value: str = ""
    placeholder: str = ""
    is_number: bool = False
    is_proposed: bool = False
    """Whether typing takes the place of the value, where the dialog begins with this field."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What is wrong with what was typed."""

    name: str
    """The field it is about."""
    words: str
    position: int | None = None
    """The character to look at, counted from 0."""


class FormDialog(Dialog[T]):
    """Fields below each other; Enter answers with all of them, Tab and the arrows go between."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Do it", key_display="Enter"),
        Binding("down", "go(1)", "Next field", key_display="↓"),
        Binding("up", "go(-1)", "Previous field", show=False),
        Binding("escape", "cancel", "Cancel", key_display="Esc"),
    ]

    def entries(self) -> Sequence[Entry]:
        """The fields, from the top."""
        raise NotImplementedError

    def introduction(self) -> str:
        """What there is to know before filling it in; may be empty."""
        return ""

    def look(self) -> str:
        """What follows from what is typed, in words; shown at every change.

        Raises:
            FormError: something can't be used as it is.
        """
        return ""

    def accept(self) -> None:
        """Answer with what is typed; raises `FormError` as `look` does."""
        raise NotImplementedError

    def body(self) -> ComposeResult:
        """Introduction, fields, and what follows from them."""
        if self.introduction():
            yield paragraph(self.introduction())
        for entry in self.entries():
            with Horizontal(classes="form-row"):
                yield Static(Text(entry.label), classes="form-label", markup=False)
                yield Field(
                    entry.value,
                    is_number=entry.is_number,
                    placeholder=entry.placeholder,
                    id=f"field-{entry.name}",
                )
                yield Static("", id=f"note-{entry.name}", classes="form-note", markup=False)
            pointer = Static("", id=f"pointer-{entry.name}", classes="form-pointer", markup=False)
            pointer.display = False
            yield pointer
        yield paragraph("", id="form-words", classes="form-words")

    def on_mount(self) -> None:
        """Begin with the first field."""
        field = self.query(Field).first()
        field.focus()
        # Now and not once it is drawn, because by then something may have been typed.
        if self.entries()[0].is_proposed:
            field.action_select_all()
        else:
            field.cursor_position = len(field.value)
        self.show_words()

    def field(self, name: str) -> Field:
        """A field by its name."""
        return self.query_one(f"#field-{name}", Field)

    def withhold(self, name: str, reason: str) -> None:
        """Let nothing be typed into a field, and say why beside it; "" lets it again."""
        self.field(name).disabled = bool(reason)
        self.query_one(f"#note-{name}", Static).update(Text(reason))

    def text(self, name: str) -> str:
        """What is in a field, without spaces at its ends."""
        return self.field(name).value.strip()

    def number(self, name: str, what: str) -> int:
        """The number in a field; raises `FormError` where it is none."""
        text = self.text(name).replace(",", "")
        if not (text.isascii() and text.isdigit()) or len(text) > _LONGEST_NUMBER:
            raise FormError(Remark(name, f"{what}: a number, please."))
        return int(text)

    def put(self, name: str, value: str) -> None:
        """Put a text into a field, as if it had always been there."""
        with self.prevent(Input.Changed):
            self.field(name).value = value

    @on(Input.Changed)
    def changed(self) -> None:
        """Say what follows from what is typed now."""
        self.show_words()

    def show_words(self) -> None:
        """Say what follows from what is typed, or what is wrong with it and where."""
        try:
            self._tell(self.look())
        except FormError as error:
            self._tell(error.remark.words, error.remark)

    def _tell(self, words: str, remark: Remark | None = None) -> None:
        told = self.query_one("#form-words", Static)
        told.update(Text(visible_lines(words)))
        told.display = bool(words)
        for entry in self.entries():
            pointer = self.query_one(f"#pointer-{entry.name}", Static)
            at = remark.position if remark is not None and remark.name == entry.name else None
            pointer.display = at is not None
            pointer.update(Text(" " * (at or 0) + "^"))

    @on(Input.Submitted)
    def submit(self) -> None:
        """Answer, or go to what is wrong."""
        try:
            self.accept()
        except FormError as error:
            self._tell(error.remark.words, error.remark)
            field = self.field(error.remark.name)
            field.focus()
            if error.remark.position is not None:
                field.cursor_position = error.remark.position

    def action_go(self, fields: int) -> None:
        """Go to a field further down or up."""
        if fields > 0:
            self.focus_next(Field)
        else:
            self.focus_previous(Field)


class FormError(Exception):
    """Something that was typed can't be used."""

    def __init__(self, remark: Remark) -> None:
        super().__init__(remark.words)
        self.remark = remark


_LONGEST_NUMBER = 12
