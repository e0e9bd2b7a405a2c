"""The dialog that offers the unsent rows of earlier runs: to take up, to leave, or to discard."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import OptionList, Static

from prolific_tui.submission.draft import DraftSummary
from prolific_tui.tui.dialogs.base import Dialog
from prolific_tui.tui.widgets import CursorList, paragraph
from prolific_tui.visible import visible


class LeftAct(Enum):
    """What is to become of a draft."""

    RESUME = "resume"
    DISCARD = "discard"


@dataclass(frozen=True, slots=True)
class LeftAnswer:
    """A draft that was chosen, and what is to become of it."""

    summary: DraftSummary
    act: LeftAct


class LeftDialog(Dialog[LeftAnswer | None]):
    """One draft and what to do with it; None leaves all of them for later."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "resume", "Take up", key_display="Enter"),
        Binding("d", "discard", "Discard"),
        Binding("escape", "cancel", "Later", key_display="Esc"),
    ]

    def __init__(self, summaries: Sequence[DraftSummary]) -> None:
        super().__init__("Unsent rows of before", classes="wide")
        self._summaries = tuple(summaries)

    def body(self) -> ComposeResult:
        """The drafts, and all there is to know of the one under the cursor."""
        yield CursorList()
        yield paragraph("", id="about", classes="hint")

    def on_mount(self) -> None:
        """Start at the newest."""
        drafts = self.query_one(CursorList)
        drafts.show(summary.what for summary in self._summaries)
        drafts.focus()

    @on(OptionList.OptionHighlighted)
    def explain(self) -> None:
        """Say what the rows are, and where they came from."""
        if (summary := self._current) is not None:
            state = summary.state
            about = [f"{state[:1].upper()}{state[1:]}."]
            if cell_len(visible(summary.what)) > self.query_one(CursorList).line_width:
                # Its line is cut.
                about.insert(0, f"{summary.what}.")
            if summary.source:
                about.append(f"From {summary.source}")
            if summary.in_use:
                about.append("Go on in that window, or quit the program there first.")
            text = "\n".join(visible(line) for line in about)
            self.query_one("#about", Static).update(Text(text))

    @property
    def _current(self) -> DraftSummary | None:
        index = self.query_one(CursorList).highlighted
        return None if index is None else self._summaries[index]

    @on(OptionList.OptionSelected)
    def action_resume(self) -> None:
        """Take up the draft under the cursor."""
        self._answer(LeftAct.RESUME)

    def action_discard(self) -> None:
        """Discard the draft under the cursor."""
        self._answer(LeftAct.DISCARD)

    def _answer(self, act: LeftAct) -> None:
        summary = self._current
        if summary is not None and not summary.in_use:
            self.dismiss(LeftAnswer(summary, act))
