"""The dialog that asks for a path and completes it."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, OptionList, Static

from prolific_tui.tui.dialogs.base import MessageDialog
from prolific_tui.tui.field import Field
from prolific_tui.tui.widgets import CursorList, fit, paragraph

Completer = Callable[[str], Awaitable[tuple[str, ...]]]
"""Gives the ways in which a path that is being typed may go on."""


class PathDialog(MessageDialog[str | None]):
    """A path, completed with Tab or chosen from the list below the field."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Accept", key_display="Enter"),
        Binding("tab", "complete", "Complete", key_display="Tab", priority=True),
        Binding("down", "to_list", "Choose below", key_display="↓", priority=False),
        Binding("escape", "cancel", "Cancel", key_display="Esc"),
    ]

    def __init__(
        self,
        title: str,
        message: str,
        complete: Completer,
        *,
        opens: bool = True,
        start: str = "",
        is_proposed: bool = False,
        remark: str = "",
    ) -> None:
        """Ask for a path.

        Args:
            title: What the path is for.
            message: What will be done with it.
            complete: Gives completions of what is typed.
            opens: Whether it is of a file that is there; of one to be made, only the folder can be
                chosen.
            start: What stands in the field at first.
            is_proposed: Whether typing takes the place of that.
            remark: Why it is asked again; empty the first time.
        """
        super().__init__(title, message)
        self._complete = complete
        self._opens = opens
        self._start = start
        self._is_proposed = is_proposed
        self._remark = remark
        self._completions: tuple[str, ...] = ()
        self._completed: str | None = None
        """What was typed when these were looked for."""
        self._waiting: str | None = None
        """What was typed when Tab was pressed too early for them."""

    def body(self) -> ComposeResult:
        """The field, and how it may go on."""
        yield from super().body()
        remark = paragraph(self._remark, id="path-remark")
        remark.display = bool(self._remark)
        yield remark
        yield Field(self._start)
        yield CursorList(id="completions")

    def on_mount(self) -> None:
        """Offer what is there."""
        self._type(self._start)
        if self._is_proposed:
            self.query_one(Field).action_select_all()
        self.look(self._start)

    @on(Input.Changed)
    def changed(self, event: Input.Changed) -> None:
        """Offer how the new text may go on; a Tab was meant for the text of then."""
        if event.value != self._waiting:
            self._waiting = None
        self.look(event.value)

    @work(exclusive=True, group="completion")
    async def look(self, prefix: str) -> None:
        """Look for completions and offer them."""
        found = await self._complete(prefix)
        self._completions = tuple(path for path in found if self._opens or path.endswith("/"))
        self._completed = prefix
        # None is left of a dialog that was answered meanwhile.
        for choices in self.query(CursorList):
            width = max(choices.size.width - 3, 20)
            choices.show(
                (fit(path, width, keep_end=True) for path in self._completions),
                None,
                keys=self._completions,
            )
            choices.display = bool(self._completions)
            if self._waiting == prefix:
                self.action_complete()

    def action_complete(self) -> None:
        """Take what all completions have in common, once they are there; an only one whole."""
        typed = self.query_one(Field).value
        self._waiting = None if self._completed == typed else typed
        if self._waiting is not None or not self._completions:
            return
        shared = self._completions[0]
        for path in self._completions[1:]:
            while not path.startswith(shared):
                shared = shared[:-1]
        field = self.query_one(Field)
        if len(shared) > len(field.value):
            self._type(shared)

    def action_to_list(self) -> None:
        """Go to the list below the field."""
        if self._completions:
            choices = self.query_one(CursorList)
            choices.focus()
            choices.highlighted = 0

    def _type(self, path: str) -> None:
        field = self.query_one(Field)
        field.value = path
        field.cursor_position = len(path)
        field.focus()

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """Open the file that was chosen, or look into the folder."""
        path = event.option.id or ""
        if path.endswith("/"):
            self._type(path)
        else:
            self.dismiss(path)

    @on(Input.Submitted)
    def accept(self, event: Input.Submitted) -> None:
        """Answer with the path."""
        if event.value.strip():
            self.dismiss(event.value)
            return
        remark = self.query_one("#path-remark", Static)
        wanted = "a path, or choose one below with ↓" if self._opens else "the new file's name"
        remark.update(f"Nothing is typed yet: type {wanted}.")
        remark.display = True
