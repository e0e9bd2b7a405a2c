"""The dialog of what can be put right for many rows at once, each thing with a preview."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import OptionList, Static

from prolific_tui.credentials.fixes import Fix
from prolific_tui.credentials.history import Proposal
from prolific_tui.tui.dialogs.base import StayingDialog
from prolific_tui.tui.widgets import paragraph, visible_lines


class FixesDialog(StayingDialog[None]):
    """Every fix with how many rows it would change, as far as that is known yet."""

    TITLE_TEXT = "Fixes: put right in all rows at once"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "fix", "Do it", key_display="Enter"),
        Binding("u", "undo", "Undo"),
        Binding("escape", "cancel", "Close", key_display="Esc"),
    ]

    def __init__(self, make: Callable[[Proposal], None], undo: Callable[[], None]) -> None:
        super().__init__()
        self._make = make
        self._undo = undo
        self._proposals: dict[Fix, Proposal] = {}

    def below(self) -> ComposeResult:
        """Examples of what the fix under the cursor would do."""
        yield paragraph("", id="examples")

    def show(self, proposals: Mapping[Fix, Proposal]) -> None:
        """Show what the fixes would do, as far as it is known; the others are looked at still."""
        if self.is_closed:
            return
        self._proposals = dict(proposals)
        self.show_lines(map(self._line, Fix), self.line)
        self.explain()

    def _line(self, fix: Fix) -> Text:
        proposal = self._proposals.get(fix)
        if proposal is None:
            return Text(f"{'…':>9}  {fix.value}")
        count = f"{proposal.count:,}" if proposal.count else "none"
        return Text(f"{count:>9}  {fix.value}", "bold" if proposal.count else "")

    @property
    def _proposal(self) -> Proposal | None:
        return None if self.at is None else self._proposals.get(list(Fix)[self.at])

    @on(OptionList.OptionHighlighted)
    def explain(self) -> None:
        """Give examples of what the fix under the cursor would do."""
        for examples in self.query("#examples").results(Static):
            proposal = self._proposal
            lines = list(proposal.examples) if proposal else []
            if proposal and proposal.count > len(lines):
                lines.append(f"and {proposal.count - len(lines):,} more")
            if proposal and proposal.caution:
                lines.append(proposal.caution)
            examples.update(Text(visible_lines("\n".join(lines))))
            examples.display = bool(lines)

    @on(OptionList.OptionSelected)
    def action_fix(self) -> None:
        """Do the fix under the cursor, once it is known what that is."""
        proposal = self._proposal
        if proposal is None:
            return
        if proposal.count:
            self._proposals = {}
            self._make(proposal)
        else:
            self.say("There is nothing of that kind to put right.")

    def action_undo(self) -> None:
        """Take the last step back."""
        self._proposals = {}
        self._undo()
