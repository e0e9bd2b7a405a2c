"""The panel of problems: each kind with its count, to be looked at or accepted as a whole."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import OptionList

from prolific_tui.credentials.problems import Problem
from prolific_tui.credentials.session import ProblemGroup
from prolific_tui.tui.dialogs.base import StayingDialog
from prolific_tui.visible import counted


class ProblemsDialog(StayingDialog[Problem | None]):
    """Why rows do not go, the gravest reason first; its answer is a kind to be shown alone."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "show_kind", "Show only these", key_display="Enter"),
        Binding("a", "accept", "Accept all of them"),
        Binding("u", "undo", "Undo"),
        Binding("escape", "cancel", "Close", key_display="Esc"),
    ]

    def __init__(self, accept: Callable[[Problem], None], undo: Callable[[], None]) -> None:
        super().__init__()
        self._accept = accept
        self._undo = undo
        self._groups: Sequence[ProblemGroup] = ()

    @property
    def heading(self) -> str:
        """How many rows do not go."""
        rows = sum(group.rows for group in self._groups)
        return f"{counted(rows, 'row')} with problems" if rows else "Problems"

    @property
    def nothing(self) -> str:
        """What is said when every row goes, or there is none."""
        return "No row has a problem."

    def show(self, groups: Sequence[ProblemGroup]) -> None:
        """Show these kinds; each row is counted under its gravest."""
        if self.is_closed:
            return
        self._groups = tuple(groups)
        self.show_lines(map(_line, self._groups), self.line)

    @on(OptionList.OptionSelected)
    def action_show_kind(self) -> None:
        """Answer with the kind under the cursor."""
        if self.at is not None:
            self.dismiss(self._groups[self.at].problem)

    def action_accept(self) -> None:
        """Accept all rows of the kind under the cursor, if they can be."""
        if self.at is None:
            return
        problem = self._groups[self.at].problem
        if problem.blocking:
            self.say("Blocked rows can't be accepted; they have to be mended or left out.")
        else:
            self.is_waiting = True
            self._accept(problem)

    def action_undo(self) -> None:
        """Take the last step back."""
        if not self.is_waiting:
            self.is_waiting = True
            self._undo()


def _line(group: ProblemGroup) -> Text:
    fate = "left out" if group.problem.blocking else "needs your OK"
    return Text(f"{group.problem.letter} {group.rows:>9,}  {group.problem.words}  ({fate})")
