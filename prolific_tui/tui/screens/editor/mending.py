"""The keys that put many rows right at once: duplicates, fixes, whole kinds of problems."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from prolific_tui.credentials import groups
from prolific_tui.credentials.document import Column
from prolific_tui.credentials.fixes import Fix, accept_kind, propose
from prolific_tui.credentials.groups import Group, Keep
from prolific_tui.credentials.history import Proposal
from prolific_tui.credentials.problems import Problem
from prolific_tui.credentials.stepping import Steps
from prolific_tui.credentials.view import ALL, Filter
from prolific_tui.tui.dialogs import DuplicatesDialog, FixesDialog, ProblemsDialog
from prolific_tui.tui.screens.editor.finding import FindingKeys
from prolific_tui.tui.screens.editor.rows import RowKeys


class MendingKeys(RowKeys, FindingKeys):
    """What is wrong, looked at as a whole. Everything done here is one step, and is undone as one.

    The dialogs stay open: after each step they show what is left.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "d",
            "duplicates",
            "Duplicates",
            tooltip="Duplicates, side by side",
        ),
        Binding("F", "fixes", "Fixes", tooltip="Fixes: trim, drop repeats and more"),
        Binding("b", "problems", "Problems", tooltip="Every kind of problem with its count"),
        Binding(
            "A", "accept_kind", "Accept all like it", tooltip="Accept all rows with this problem"
        ),
    ]

    # Duplicates

    def action_duplicates(self) -> None:
        """Show the groups of rows with one username."""
        if not self.may_change():
            return
        session, row = self.draft.session, self.grid.row
        if not session.ledger.exact.duplicates():
            self.app.say("No username is in more than one row.")
            return

        revision = -1

        def show(row: int | None = None) -> None:
            def then(found: tuple[Group, ...]) -> None:
                nonlocal revision
                revision = session.revision
                dialog.show(found, row)

            if not dialog.is_closed:
                self.work_through(lambda: groups.groups(session), then, "Looking")

        def resolve(group: Group | None, which: Keep | int) -> None:
            if session.revision != revision:
                # A list that was being read when this opened came in since.
                self.app.say("The rows changed meanwhile, so nothing was done. Try it again.")
                show()
            elif group is not None:
                self.work_through(lambda: groups.keep(session, group, which), keep, "Looking")
            elif isinstance(which, Keep):
                self.work_through(lambda: groups.keep_in_all(session, which), keep, "Looking")

        def keep(proposal: Proposal) -> None:
            self.make(proposal, show)

        def undo() -> None:
            self.undo(show)

        def closed(row: int | None) -> None:
            self.give_up()
            if row is not None and session.revision == revision:
                self._edit_duplicate(row)

        dialog = DuplicatesDialog(resolve, undo)
        self.app.push_screen(dialog, closed)
        show(row)

    def _edit_duplicate(self, row: int) -> None:
        if self.grid.go_to(row):
            self._edit_username()
        else:
            self.work_through(
                lambda: self.grid.view.choose(ALL, self.grid.view.order),
                lambda _: self._edit_shown(row),
                "Looking",
            )

    def _edit_shown(self, row: int) -> None:
        self.show_view()
        if self.grid.go_to(row):
            self._edit_username()

    def _edit_username(self) -> None:
        self.grid.column = Column.USERNAME
        self.action_edit()

    # Fixes

    def action_fixes(self) -> None:
        """Show what each fix would do."""
        if not self.may_change():
            return
        session = self.draft.session

        def look() -> Steps[None]:
            found: dict[Fix, Proposal] = {}
            for fix in Fix:
                found[fix] = yield from propose(session, fix)
                dialog.show(found)

        def show() -> None:
            if not dialog.is_closed:
                dialog.show({})
                self.work_through(look, lambda _: None, "Looking")

        def make(proposal: Proposal) -> None:
            self.make(proposal, show)

        def undo() -> None:
            self.undo(show)

        def closed(_: None) -> None:
            self.give_up()

        dialog = FixesDialog(make, undo)
        self.app.push_screen(dialog, closed)
        show()

    # Kinds of problems

    def action_problems(self) -> None:
        """Show every kind of problem with its count."""
        if not self.may_change():
            return
        session = self.draft.session

        def show() -> None:
            if not dialog.is_closed:
                self.work_through(session.problem_groups, dialog.show, "Looking")

        def accept(problem: Problem) -> None:
            self.work_through(lambda: accept_kind(session, problem), make, "Looking")

        def make(proposal: Proposal) -> None:
            self.make(proposal, show)

        def undo() -> None:
            self.undo(show)

        dialog = ProblemsDialog(accept, undo)
        self.app.push_screen(dialog, self._show_kind)
        show()

    def _show_kind(self, problem: Problem | None) -> None:
        self.give_up()
        if problem is not None:
            self.look_at(Filter(problem=problem), self._look[1])

    def action_accept_kind(self) -> None:
        """Accept all rows that need an OK for what this row needs it for."""
        session, row = self.draft.session, self.grid.row
        if not self.may_change() or row is None:
            return
        problems = session.ledger.problems(session.document.row(row))
        if not problems:
            self.app.say("This row has no problem; A accepts all rows that have the same one.")
        elif problems[0].blocking:
            self.app.say("A blocked row can't be accepted; it has to be mended or left out.")
        else:
            self.work_through(
                lambda: accept_kind(session, problems[0]), self._accept_all, "Looking"
            )

    def _accept_all(self, proposal: Proposal) -> None:
        if proposal.count:
            self.make(proposal)
        else:
            self.app.say("All rows with this problem are accepted already.")
