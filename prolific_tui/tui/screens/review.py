"""Review: what is about to be sent, where to, what stays behind and why, and the confirmation."""

from collections.abc import Callable
from typing import ClassVar, Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input, Static

from prolific_tui.submission.outcome import credentials_word
from prolific_tui.submission.plan import CredentialPlan
from prolific_tui.tui.drafts import Draft
from prolific_tui.tui.screens.base import BaseScreen
from prolific_tui.tui.screens.pool_words import checked_words
from prolific_tui.tui.widgets import Facts, Field, Line, fit, number, paragraph
from prolific_tui.visible import visible

_EXIST: Final = "yes"
"""What is typed to say that accounts made here exist where they are to be used."""


class ReviewScreen(BaseScreen):
    """Nothing is sent from here before the words at the bottom are typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", "Send", key_display="Enter", tooltip="Send, once it is confirmed"),
        Binding("E", "export", "Export", tooltip="Write rows to a file, for another tool"),
        Binding("escape", "back", "Back to the rows", key_display="Esc", tooltip="Send nothing"),
    ]

    def __init__(self, draft: Draft, plan: CredentialPlan, export: Callable[[], object]) -> None:
        """Show what of a draft would go; `export` asks where its rows are to be written to."""
        super().__init__()
        self._draft = draft
        self._export = export
        self._unexported = len(draft.unexported())
        self._made = len(draft.made_here())
        """How many rows were made here, until the person says that they exist."""
        self._plan = plan
        self._revision = draft.session.revision

    def top(self) -> Line:
        """What this is."""
        return Line(Text(" Review: nothing has been sent yet", "bold"), id="review-top")

    def body(self) -> ComposeResult:
        """What goes, where to, what stays, and the field."""
        with VerticalScroll(id="review", can_focus=False):
            yield Facts()
            yield paragraph(self._warning(), id="review-warning")
        if self._plan.rows and not self._unexported:
            with Horizontal(id="confirmation"):
                yield Static(id="confirmation-label", markup=False)
                yield Field(id="confirmation-field")

    def begin(self) -> None:
        """Be ready for the words."""
        super().begin()
        self.query_one(Facts).show(self._facts())
        for field in self.query(Field):
            field.focus()
            self._show_words()

    @property
    def _words(self) -> str:
        """What is to be typed next."""
        return _EXIST if self._made else self._plan.confirmation

    def _show_words(self) -> None:
        label = Text.assemble(" Type  ", (visible(self._words), "bold"), " : ")
        self.query_one("#confirmation-label", Static).update(label)
        self.query_one("#review-warning", Static).update(Text(self._warning()))

    def _facts(self) -> list[tuple[str, str | Text]]:
        planned, counts = self._plan, self._draft.session.counts
        pool, workspace = planned.target.pool, planned.workspace
        count = credentials_word(planned.rows)
        facts: list[tuple[str, str | Text]] = [("", "")]
        if pool is None:
            facts.append(("Create", Text(f"a new pool of {count}", "bold")))
        else:
            total, free = pool.total_credentials, pool.available_credentials
            after = "?" if total is None else f"{total + planned.rows:,}"
            facts += [
                ("Append", Text(f"{count} to the pool", "bold")),
                ("", pool.credential_pool_id),
                ("", f"{number(total)} in total now, {number(free)} free; {after} afterwards"),
                ("", checked_words(pool, len(self._draft.held))),
            ]
        facts.append(("In workspace", f"{workspace.title}   ({workspace.id})"))
        if planned.source:
            facts.append(("From", planned.source))
        facts += [
            ("First and last", self._ends()),
            ("", ""),
            ("Goes", Text(f"{counts.goes:,}", "bold")),
            ("Needs your OK", _stays(counts.needs_ok)),
            ("Left out", _stays(counts.left_out)),
        ]
        facts += [("", f"  {reason}") for reason in planned.left_out]
        return [*facts, ("", "")]

    def _ends(self) -> str:
        """The first and the last username that go, so that the wrong list is noticed."""
        document, ids = self._draft.session.document, self._plan.row_ids
        ends = [document.index_of(row_id) for row_id in (*ids[:1], *ids[1:][-1:])]
        names = [document.username(index) for index in ends if index is not None]
        return " … ".join(fit(name, 24).strip() for name in names) or "-"

    def _warning(self) -> str:
        if not self._plan.rows:
            return "No row can go yet. Esc goes back; n finds the next problem."
        if self._unexported:
            several = self._unexported != 1
            return (
                f"Th{'ese' if several else 'is'} {self._unexported:,}"
                f" account{'s were' if several else ' was'} made here and"
                f" exist{'' if several else 's'} nowhere yet: E exports"
                f" {'them' if several else 'it'}. Then make {'them' if several else 'it'} in your"
                " tool, and come back."
            )
        if self._made:
            return (
                f"{self._made:,} of these were made here. Do these accounts exist in your tool?"
                " Participants will be given them at once. Type yes."
            )
        if self._plan.target.pool is None:
            return (
                "Prolific can't delete a pool or take an account out of one. A published study"
                " can't change its pool: to rescue one, append to the pool it has."
            )
        return "Prolific can't take an account out of a pool again."

    @on(Input.Changed, "#confirmation-field")
    def typing(self) -> None:
        """A remark about the last attempt is out of date."""
        self.app.say("")

    @on(Input.Submitted, "#confirmation-field")
    def confirmed(self, event: Input.Submitted) -> None:
        """Send if the words are right."""
        event.stop()
        if event.value.strip() != self._words:
            to_do = "They exist? Type exactly" if self._made else "To send, type exactly"
            self.app.say(f"Nothing was sent. {to_do}: {self._words}")
            return
        if self._draft.session.revision != self._revision:
            self.app.say("The rows changed since this review. Nothing was sent: look at it again.")
            self.dismiss()
            return
        if self._made:
            self._take_word(event.input)
            return
        self.dismiss()
        self.app.submit(self._plan)

    def _take_word(self, field: Input) -> None:
        """The accounts made here exist, as the person says: now for the words that send them."""
        self._draft.session.confirm_made()
        self.app.drafts.keep(self._draft)
        self._revision = self._draft.session.revision
        self._made = 0
        with self.prevent(Input.Changed):
            field.value = ""
        self._show_words()
        self.app.say("Nothing is sent yet.")

    def action_send(self) -> None:
        """Enter outside of the field."""
        if self._unexported:
            self.app.say("Accounts that exist nowhere can't be sent: E exports them.")
        else:
            self.app.say("No row can go yet." if not self._plan.rows else "")

    def action_export(self) -> None:
        """Go back to the rows and export those that exist nowhere yet."""
        self.app.say("")
        self.dismiss()
        self._export()

    def action_back(self) -> None:
        """Go back to the rows."""
        self.app.say("Nothing was sent.")
        self.dismiss()


def _stays(rows: int) -> str:
    return f"{rows:,}   stay in the editor" if rows else "0"
