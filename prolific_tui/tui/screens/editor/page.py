"""The editor's page: a draft laid out, and the one way in which a change of it is shown."""

from collections.abc import Callable
from time import monotonic
from typing import ClassVar, Final, TypeVar

from rich.cells import cell_len
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical
from textual.widgets import Static

from prolific_tui.credentials.history import ANY_ROW, NO_ROW
from prolific_tui.credentials.problems import ACCEPTED, LEGEND
from prolific_tui.credentials.rows import Row
from prolific_tui.credentials.session import Delta, Proposal
from prolific_tui.credentials.stepping import OutdatedError, Steps
from prolific_tui.credentials.view import ALL, Order
from prolific_tui.tui.cell import EditableGrid
from prolific_tui.tui.drafts import Draft
from prolific_tui.tui.drive import (
    SLICE_SECONDS,
    TELL_SECONDS,
    allow_collection,
    give_way,
    without_collection,
)
from prolific_tui.tui.grid import CredentialGrid
from prolific_tui.tui.screens.base import SubjectBar
from prolific_tui.tui.screens.editor.long_work import LONG, LongWork
from prolific_tui.tui.screens.pool_words import short_pool_name
from prolific_tui.tui.screens.review_words import goes_words
from prolific_tui.tui.screens.send_words import moment
from prolific_tui.tui.widgets import KeyBar, Line, Passage, Rule, WrappedLine, number
from prolific_tui.visible import counted, visible

T = TypeVar("T")


def _nothing() -> None:
    """What is to be done where nothing is."""


_GAP: Final = "   "
_EMPTY: Final = (
    "\n No rows yet.\n\n"
    " f  loads a file of usernames and passwords\n"
    " p  takes a paste; so does pasting right here\n"
    " i  inserts a row to type into\n"
    " m  makes accounts, to be exported and made in your tool\n"
)


class EditorPage(LongWork):
    """Shows one draft. What can be done with it is added by the classes of keys beside this."""

    LEGEND: ClassVar[tuple[tuple[str, str], ...]] = (*LEGEND, (ACCEPTED, "accepted: it goes"))

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self.draft = draft
        self._rows_shown = -1

    def top(self) -> SubjectBar:
        """What is edited, and where it is to go."""
        return SubjectBar(id="editor-top")

    def body(self) -> ComposeResult:
        """Counts, headings, the grid with its field, and what is wrong with the row."""
        with Container(classes="split"):
            with Vertical(classes="main"):
                yield WrappedLine(id="source", classes="quiet")
                yield Line(id="counts")
                yield Line(id="view")
                yield Line(id="headings", classes="headings")
                yield Static(Text(_EMPTY), id="empty", markup=False)
                yield EditableGrid(self.draft.session, self._is_exported)
            with Vertical(id="row-detail", classes="detail"):
                yield Rule(id="row-rule")
                yield Passage(id="explanation", markup=False)

    def _is_exported(self, row: Row) -> bool:
        return self.draft.exported.holds(row)

    @property
    def grid(self) -> CredentialGrid:
        """The grid."""
        return self.query_one(EditableGrid).grid

    def begin(self) -> None:
        """Show the draft, and what a send leaves of it."""
        super().begin()
        self.watch(self.app, "sends", self._after_send)
        self.grid.focus()

    def on_unmount(self) -> None:
        """Let this be freed with its rows, unless they are a draft's that goes on."""
        allow_collection()

    def on_resize(self) -> None:
        """Fill the new width."""
        self.call_after_refresh(self.show_all)

    @property
    def is_editing(self) -> bool:
        """Whether a cell is open."""
        return self.query_one(EditableGrid).is_editing

    @property
    def standing_words(self) -> str:
        """What is said for as long as a cell is open."""
        return "".join(area.prompt for area in self.query(EditableGrid))

    def close_cell(self) -> None:
        """Close the cell that is being edited, and change nothing."""
        self.query_one(EditableGrid).close()
        self.app.say("")
        self.show_keys()

    def show_keys(self) -> None:
        """Name the keys that matter now, those of a cell or those of the grid."""
        self.query_one(KeyBar).show(each for each in self.keys() if isinstance(each, Binding))

    @property
    def target_name(self) -> str:
        """What the rows are for, in words that fit into a line with others."""
        pool = self.draft.target.pool
        return "a new pool" if pool is None else short_pool_name(pool, self.app.label(pool))

    def show_top(self) -> None:
        """Show what this is, whether it is kept, and where it is to go."""
        draft = self.draft
        workspace, pool = draft.target.workspace, draft.target.pool
        text, total = Text(" ", "bold", no_wrap=True), ""
        if draft.asks_target:
            text.append("Rows left over: s asks which pool they are for")
        elif pool is None:
            text.append("Create ").append(self.target_name, "reverse")
        else:
            text.append("Append to ").append(visible(self.target_name), "reverse")
            total = f"{_GAP}{number(pool.total_credentials)} in total"
        kept, short = (self.app.keeping.words(draft, are_short=each) for each in (False, True))
        # Where there is little room, a total that Review shows gives way.
        asides = ((total, kept), (total, short), ("", short))
        self.query_one("#editor-top", SubjectBar).show(text, workspace.title, asides)

    @property
    def is_laid_out(self) -> bool:
        """Whether there is anything to draw on: not for work that is given up as this closes."""
        return self.is_running and bool(self.query(EditableGrid))

    def show_all(self) -> None:
        """Show everything but the rows: what this is, the counts, the row under the cursor."""
        if not self.is_laid_out:
            return
        draft = self.draft
        self.show_top()
        source = self.query_one("#source", Line)
        about = "   ".join(filter(None, (self.continuation_words(), draft.source)))
        source.text = Text(f" {visible(about)}")
        source.display = bool(about) and not draft.is_empty
        self._rows_shown = len(draft.session.document)
        has_rows = bool(self._rows_shown)
        self.query_one("#empty").display = not has_rows
        self.show_headings()
        self.show_counts()
        self._show_view_words()
        self._show_row()

    def continuation_words(self) -> str:
        """Which earlier send these rows go on with; empty where that is none."""
        send = self.app.send(self.draft.continues)
        if send is None or not send.rows_left:
            return ""
        return f"Goes on with the send of {moment(send.begun)}: {send.rows_left:,} left"

    def _show_view_words(self) -> None:
        """Name filter and order as long as not all rows are shown as they are."""
        view, line = self.grid.view, self.query_one("#view", Line)
        line.display = not view.is_plain
        if view.is_plain:
            return
        words, key = "all shown", "o sorts again"
        if view.filter != ALL:
            words, key = f"{len(view):,} shown: {view.filter.words}", "! shows all"
        if view.order is not Order.DOCUMENT:
            words += f", {view.order.value}"
        line.text = Text(visible(f" {words}   {key}"), "bold")

    def unexported(self) -> int:
        """How many rows hold all of them back until they were exported."""
        return 0

    def made_words(self) -> str:
        """How many rows were made here, in words; empty where none was."""
        return ""

    def row_notes(self, row: int) -> tuple[str, ...]:  # noqa: ARG002 - for those who know more
        """What there is to know of a row beside its problems, in sentences."""
        return ()

    def show_counts(self) -> None:
        """Show how many rows there are, and what becomes of them."""
        counts = self.draft.session.counts
        text = Text(f" {counted(counts.rows, 'row')}")
        apart = "   "
        if counts.unexamined:
            # First, since the counts are not the last ones; a million rows fit at 120 columns.
            looked_at = (counts.rows - counts.unexamined) * 100 // counts.rows
            text.append(f", looked at {looked_at}%", "bold")
            apart = "  "
        text.append(apart)
        text.append(f"goes {goes_words(counts.goes, self.unexported())}", "bold")
        text.append(f"{apart}needs your OK {counts.needs_ok:,}")
        text.append(f"{apart}left out {counts.left_out:,}")
        if made := self.made_words():
            text.append(f"   {made}")
        if self.draft.sending:
            text.append("   BEING SENT", "bold")
        self.query_one("#counts", Line).text = text

    def _show_row(self) -> None:
        session, grid = self.draft.session, self.grid
        rule = self.query_one("#row-rule", Rule)
        explanation = self.query_one("#explanation", Passage)
        row = grid.row
        if row is None:
            rule.title = "" if grid.view.is_plain else "no row is shown"
            _show_text(explanation, "")
            return
        title = f"row {row + 1:,} of {len(session.document):,}"
        if grid.selection.has_range:
            title += f", range of {len(grid.selection.range_to(grid.position)):,}"
        if len(grid.selection):
            title += f", {len(grid.selection):,} selected"
        rule.title = title
        lines = (*session.explain(row), *self.row_notes(row))
        username = session.document.username(row)
        if cell_len(visible(username)) > grid.columns.username:
            # Without a word before it, from which the lines that it takes would be broken off.
            lines = (*lines, username)
        _show_text(explanation, "\n".join(visible(line) for line in lines))

    @on(CredentialGrid.LaidOut)
    def show_headings(self) -> None:
        """Put the headings above their columns."""
        self.query_one("#headings", Line).text = Text(self.grid.columns.heading())

    @on(CredentialGrid.Moved)
    def moved(self) -> None:
        """Say what is wrong with the row under the cursor."""
        self._show_row()

    # Changes

    def may_change(self) -> bool:
        """Whether the rows can be changed now; says why not."""
        if self.draft.sending:
            self.app.say("These rows are being sent; they can be changed when the answer is there.")
        else:
            return self.may_look()
        return False

    def changed(self, delta: Delta | None, said: str = "") -> None:
        """Show what a change did, and say so; one of many rows, as any load is, is kept at once."""
        self.app.say(said)
        if delta is None:
            return
        self.app.drafts.keep(self.draft, at_once=delta.ids is None)
        if self.is_laid_out:
            self.grid.apply(delta)
            self.show_all()
            self.look_on()

    def make(self, proposal: Proposal, then: Callable[[], object] = _nothing) -> None:
        """Do what was proposed, as one step, and say what that was; `then` comes in any case."""
        if not self.may_change():
            then()
            return
        try:
            steps = self.draft.session.making(proposal)
        except OutdatedError:
            self.app.say("The rows changed meanwhile, so nothing was done. Try it again.")
            then()
        else:
            self.change(steps, f"Done: {proposal.label}. u takes it back.", then)

    def change(
        self,
        steps: Steps[Delta] | Steps[Delta | None] | None,
        said: str,
        then: Callable[[], object] = _nothing,
    ) -> None:
        """Make a change that may take long, between keys; then show it and say so.

        It can't be given up half way: once made, it is taken back as a whole.
        """

        def show(delta: Delta | None) -> None:
            self.changed(delta, said)
            then()

        if steps is None:
            show(None)
            return
        self.look_away()
        self.work_through(lambda: steps, show, "Changing", group="change")

    # Long work

    def may_look(self) -> bool:
        """Whether the rows stay as they are for long enough to look at all; says why not."""
        if self.draft.session.is_changing:
            self.app.say("The last change is still being made; it can be undone afterwards.")
        elif self.draft.session.is_loading:
            self.app.say("Rows are still coming in; Esc gives that up.")
        else:
            return True
        return False

    def look_away(self) -> None:
        """Give up whatever looks at rows that are about to change in many steps.

        It would see them half changed. `look_on` is to follow once they are changed.
        """
        for group in (LONG, "view", "examination"):
            self.workers.cancel_group(self, group)

    def look_on(self) -> None:
        """Begin to look at the rows again wherever that is due, unless they still change."""
        session = self.draft.session
        if session.is_loading:
            return
        self.refresh_view()
        if not session.is_examined:
            # What is known already is shown first.
            self.call_after_refresh(self.examine)

    @work(exclusive=True, group="examination")
    async def examine(self) -> None:
        """Look at the rows that came in large blocks, between keys."""
        session = self.draft.session
        try:
            with without_collection():
                tell_at = 0.0
                while not session.is_examined:
                    until, delta = monotonic() + SLICE_SECONDS, NO_ROW
                    while monotonic() < until and not session.is_examined:
                        delta = delta.along_with(session.examine().delta)
                    # To show it may take as long as the slice; most change nothing in sight.
                    if delta != NO_ROW:
                        self.grid.apply(delta)
                    if monotonic() >= tell_at:
                        tell_at = monotonic() + TELL_SECONDS
                        self.show_counts()
                    await give_way()
        finally:
            # A search may have looked at some of them first, and draws nothing.
            if self.is_laid_out:
                self.grid.refresh()
        self.show_all()
        self.refresh_view()

    def refresh_view(self) -> None:
        """Put the view together anew where the rows changed by too much to follow."""
        if self.grid.view.is_outdated:
            # Not the group of what a person asks for, so that nothing of that ends it half way.
            self.work_through(
                self.grid.view.refresh, lambda _: self.show_view(), "Looking", group="view"
            )

    def show_view(self) -> None:
        """Show the rows of a view that was put together anew, and which they are."""
        self.grid.show_view()
        self.show_all()

    def _after_send(self) -> None:
        """A send began or ended: show what is left."""
        rows = len(self.draft.session.document)
        if rows != self._rows_shown:
            self.grid.show_session(self.draft.session)
        else:
            # The same rows, of which others may be known to be in the pool.
            self.grid.apply(ANY_ROW)
        self.show_all()
        self.look_on()


def _show_text(widget: Passage, text: str) -> None:
    """Show a text if it is another one: most rows have nothing to be said about them."""
    if not isinstance(widget.content, Text) or widget.content.plain != text:
        widget.update(Text(text))
