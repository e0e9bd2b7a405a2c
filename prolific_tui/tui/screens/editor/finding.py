"""The keys that find rows, and that choose which rows are shown and in which order."""

from collections.abc import Awaitable
from typing import ClassVar, Final

from textual import work
from textual.binding import Binding, BindingType

from prolific_tui.credentials.history import Proposal
from prolific_tui.credentials.search import Query, replace
from prolific_tui.credentials.stepping import Steps
from prolific_tui.credentials.view import ALL, Filter, Order, Sought
from prolific_tui.tui.dialogs import FindDialog, Found, ReplaceDialog, TextDialog
from prolific_tui.tui.screens.editor.page import EditorPage
from prolific_tui.visible import counted

_PROBLEMS: Final = Filter(problems=True)
_DIGITS: Final = 12
"""The most digits of a number that is read."""


class FindingKeys(EditorPage):
    """Where the cursor goes, and what is shown. None of it changes what is sent."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "problem", "Next problem", tooltip="Go to the next row with a problem"),
        Binding("N", "problem(True)", "Previous problem", tooltip="Go to the one before"),
        Binding("slash", "find", "Find", key_display="/", tooltip="Find; / Enter: the next one"),
        Binding("R", "replace", "Replace", tooltip="Replace text in all rows, with a preview"),
        Binding(
            "exclamation_mark",
            "only_problems",
            "Only problems",
            key_display="!",
            tooltip="Show only rows with problems; again: all rows",
        ),
        Binding("o", "order", "Order", tooltip="Sort by username, by problem, or as they are sent"),
        Binding("number_sign", "go_to_row", "Go to row", key_display="#", tooltip="Go to row N"),
    ]

    _last_query: Query | None = None
    """What was looked for last."""
    _wanted: tuple[Filter, Order] | None = None
    """Which rows are about to be shown, while they are being put together."""

    @property
    def _look(self) -> tuple[Filter, Order]:
        """Which rows are shown, or are about to be."""
        return self._wanted or (self.grid.view.filter, self.grid.view.order)

    # Going to a row

    def action_problem(self, backwards: bool = False) -> None:
        """Go to the next row, of those shown, that is left out or needs an OK."""
        view, position = self.grid.view, self.grid.position

        def go(sought: Sought) -> None:
            self._go_to_problem(sought, position, backwards=backwards)

        if self.may_look():
            self.work_through(
                lambda: view.seek_problem(position, backwards=backwards),
                go,
                "Looking for a problem",
            )

    def _go_to_problem(self, sought: Sought, before: int, *, backwards: bool) -> None:
        if sought.position is not None:
            self.grid.position = sought.position
            if sought.position == before:
                self.app.say("This is the only problem that is shown.")
            elif (sought.position < before) != backwards:
                self.app.say(f"From the {'bottom' if backwards else 'top'} again.")
            else:
                self.app.say("")
        elif sought.exists:
            self.app.say("No row that is shown has a problem; others have. ! shows all.")
        else:
            self.app.say("No row has a problem.")

    def action_find(self) -> None:
        """Ask what to find, and go there."""
        if not self.may_look():
            return
        passwords, last = self.is_revealed, self._last_query
        if last is not None and last.passwords and not passwords:
            last = None
        self._find_answer(self.app.ask(FindDialog(last, passwords=passwords)))

    @work
    async def _find_answer(self, answer: Awaitable[Found | None]) -> None:
        if found := await answer:
            self._last_query = found.query
            if found.only:
                self.look_at(Filter(query=found.query), self._look[1])
            else:
                self._find(found.query)

    def _find(self, query: Query) -> None:
        view, position = self.grid.view, self.grid.position

        def go(sought: Sought) -> None:
            self._found(sought, position, query)

        if self.may_look():
            self.work_through(lambda: view.seek(query.matching, position), go, "Looking")

    def _found(self, sought: Sought, before: int, query: Query) -> None:
        where = "username or password" if query.passwords else "username"
        if sought.position is None:
            shown = " that is shown; others have it. ! shows all" if sought.exists else ""
            self.app.say(f"It is in no {where}{shown}.")
            return
        self.grid.position = sought.position
        row = self.grid.row
        number = "?" if row is None else f"{row + 1:,}"
        if sought.position > before:
            self.app.say(f"Found in row {number}.")
        elif sought.position == before:
            self.app.say(f"Found in row {number} only.")
        else:
            self.app.say(f"Found in row {number}, from the top again.")

    def action_go_to_row(self) -> None:
        """Ask for the number of a row, and go there."""
        if count := len(self.draft.session.document):
            dialog = TextDialog("Go to row", f"A number from 1 to {count:,}.")
            self._row_answer(self.app.ask(dialog))

    @work
    async def _row_answer(self, answer: Awaitable[str | None]) -> None:
        text = await answer
        if text is None:
            return
        count, digits = len(self.draft.session.document), text.strip().replace(",", "")
        is_number = digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS
        row = int(digits) if is_number else 0
        if not 0 < row <= count:
            self.app.say(f"There is no such row; they go from 1 to {count:,}.")
        elif self.grid.go_to(row - 1):
            self.app.say("")
        else:
            self.app.say(f"Row {row:,} is not among those shown. ! shows all.")

    # What is shown

    def look_at(self, shown: Filter, order: Order) -> None:
        """Show these rows in this order, and say so."""
        if not self.may_look():
            return
        grid, wanted = self.grid, (shown, order)

        def steps() -> Steps[None]:
            self._wanted = wanted
            try:
                yield from grid.view.choose(shown, order)
            finally:
                if self._wanted is wanted:
                    self._wanted = None

        def done(_: None) -> None:
            self.show_view()
            what = "All rows" if shown == ALL else counted(len(grid.view), "row")
            self.app.say(f"{what}, {order.value}. This changes nothing that is sent.")

        if shown != grid.view.filter:
            # Nobody is to delete what they do not see.
            grid.selection.clear()
        self.work_through(steps, done, "Looking")

    def action_only_problems(self) -> None:
        """Show only rows with problems; where not all rows are shown, show all."""
        shown, order = self._look
        self.look_at(_PROBLEMS if shown == ALL else ALL, order)

    def action_order(self) -> None:
        """Sort the rows in the next order."""
        shown, order = self._look
        orders = list(Order)
        self.look_at(shown, orders[(orders.index(order) + 1) % len(orders)])

    # Replacing

    def action_replace(self) -> None:
        """Ask what to replace, with a preview, and do it."""
        if not self.may_change():
            return
        session = self.draft.session

        def preview(query: Query, text: str) -> None:
            self.work_through(lambda: replace(session, query, text), dialog.show, "Looking")

        dialog = ReplaceDialog(preview, passwords=self.is_revealed)
        self._replace_answer(self.app.ask(dialog))

    @work
    async def _replace_answer(self, answer: Awaitable[Proposal | None]) -> None:
        proposal = await answer
        self.give_up()
        if proposal is not None:
            self.make(proposal)
