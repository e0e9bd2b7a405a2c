"""The dialog in which rows with one username are looked at side by side, and all but one go."""

from collections.abc import Callable, Sequence
from typing import ClassVar, Final, TypeAlias

from rich.cells import cell_len
from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import OptionList

from prolific_tui.credentials.groups import Group, Keep
from prolific_tui.credentials.problems import Problem
from prolific_tui.secret import MASK
from prolific_tui.tui.dialogs.base import StayingDialog
from prolific_tui.tui.widgets import KeyBar, fit
from prolific_tui.visible import counted, visible

_LINES: Final = 100
"""The most lines that are listed at once; more would take long to lay out."""
_MEMBERS: Final = 20
"""The most rows of a group that are listed."""
_WIDEST_NAME: Final = 30
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

Resolve: TypeAlias = Callable[[Group | None, Keep | int], None]
"""Keeps one row of a group, or of every group where none is given."""


class DuplicatesDialog(StayingDialog[int | None]):
    """Every group with its rows; its answer is a row to be edited.

    Passwords are masked; letters tell which are the same.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "keep_this", "Keep this row", key_display="Enter"),
        Binding("f", "keep('FIRST')", "Keep first"),
        Binding("l", "keep('LAST')", "Keep last"),
        Binding("F", "keep('FIRST', True)", "First of all groups"),
        Binding("L", "keep('LAST', True)", "Last of all groups"),
        Binding("e", "edit", "Edit"),
        Binding("u", "undo", "Undo"),
        Binding("escape", "cancel", "Close", key_display="Esc"),
    ]

    def __init__(self, resolve: Resolve, undo: Callable[[], None]) -> None:
        super().__init__()
        self._resolve = resolve
        self._undo = undo
        self._groups: Sequence[Group] = ()
        self._first = 0
        """The group at the top of the list."""
        self._members: list[tuple[int, int | None]] = []
        """For each line its group and its row, if it is that of one."""

    @property
    def heading(self) -> str:
        """How many groups there are."""
        count = len(self._groups)
        if not count:
            return "Duplicates"
        return f"{counted(count, 'username')} in more than one row"

    @property
    def nothing(self) -> str:
        """What is said when all are resolved."""
        return "No username is in more than one row."

    def show(self, groups: Sequence[Group], row: int | None = None) -> None:
        """Show these groups.

        Args:
            groups: all there are.
            row: a row whose group the cursor is to be in; else it stays about where it was.
        """
        if self.is_closed:
            return
        at = self._members[self.line][0] if self._members else 0
        if row is not None:
            at = next((each for each, group in enumerate(groups) if row in group.rows), 0)
            self._first = 0
            if sum(map(_height, groups[: at + 1])) > _LINES:
                self._first = at
        self._groups = groups
        self._members = []
        for each in [*range(self._first, len(groups)), *range(min(self._first, len(groups)))]:
            if len(self._members) + _height(groups[each]) > _LINES:
                break
            self._members += [(each, member) for member in _members(groups[each])]
        listed_groups = [groups[each] for each, _ in self._members]
        width = max((len(f"{group.rows[-1]:,}") for group in listed_groups), default=1)
        # No wider than it has to be: what is wrong with a row stands behind it.
        names = (cell_len(visible(group.username)) for group in listed_groups)
        name_width = min(max(names, default=0), _WIDEST_NAME)
        lines = [_line(groups[each], member, name_width, width) for each, member in self._members]
        listed = len({group for group, _ in self._members})
        if listed < len(groups):
            lines.append(
                Text(f"{len(groups) - listed:,} more come up here as these are resolved", "italic")
            )
            self._members.append((self._members[-1][0], None))
        at = min(at, len(groups) - 1)
        highlighted = next((n for n, (group, _) in enumerate(self._members) if group == at), 0)
        self.show_lines(lines, highlighted)

    def _list(self) -> None:
        """List them, and name the keys that are of use: of no group, no row is kept or edited."""
        super()._list()
        bindings = (each for each in self.BINDINGS if isinstance(each, Binding))
        useful = (each for each in bindings if self._groups or each.action in ("undo", "cancel"))
        self.query_one(KeyBar).show(useful)

    @on(OptionList.OptionSelected)
    def chosen(self) -> None:
        """Enter keeps the row under the cursor."""
        self.action_keep_this()

    def action_keep_this(self) -> None:
        """Keep the row under the cursor, of its group."""
        if self.at is not None:
            group, row = self._members[self.at]
            if row is not None:
                self._decide(self._groups[group], row)

    def action_keep(self, which: str, all_groups: bool = False) -> None:
        """Keep the first or the last row, of the group under the cursor or of all."""
        if self.at is not None:
            group = self._groups[self._members[self.at][0]]
            self._decide(None if all_groups else group, Keep[which])

    def _decide(self, group: Group | None, which: Keep | int) -> None:
        self.is_waiting = True
        self._resolve(group, which)

    def action_edit(self) -> None:
        """Close, and edit the row under the cursor."""
        if self.at is not None and (row := self._members[self.at][1]) is not None:
            self.dismiss(row)

    def action_undo(self) -> None:
        """Take the last step back."""
        if not self.is_waiting:
            self.is_waiting = True
            self._undo()


def _members(group: Group) -> list[int | None]:
    """The rows of a group that are listed; None stands for those between the first and the last."""
    if len(group.rows) <= _MEMBERS:
        return list(group.rows)
    return [*group.rows[: _MEMBERS - 2], None, group.rows[-1]]


def _height(group: Group) -> int:
    return min(len(group.rows), _MEMBERS)


def _line(group: Group, row: int | None, name_width: int, width: int) -> Text:
    """A row of a group, with the username and its number in so many cells."""
    username = group.username if row == group.rows[0] else ""
    text = Text(fit(username, name_width, keep_ends=True), "bold", no_wrap=True)
    if row is None:
        between = len(group.rows) - _MEMBERS + 1
        text.append(f"  {between:,} more rows between", "not bold")
        return text
    at = group.rows.index(row)
    blocked = group.blocked[at]
    mask = f"{'' if Problem.NO_PASSWORD in blocked else MASK:{len(MASK)}}"
    text.append(f"  row {row + 1:>{width},}  {mask}  ", "not bold")
    if blocked:
        text.append("; ".join(f"! {problem.words}" for problem in blocked))
    elif group.different:
        text.append(f"password {_letters(group.passwords[at])}", "not bold")
    elif at == 0:
        text.append("same password in all", "not bold")
    return text


def _letters(number: int) -> str:
    """A, B, … for 1, 2, …, and AA after Z, as spreadsheets have it."""
    letters = ""
    while number:
        number, digit = divmod(number - 1, len(_LETTERS))
        letters = _LETTERS[digit] + letters
    return letters
