"""Review: what is about to be sent, where to, what stays behind and why, and the confirmation."""

from dataclasses import replace
from pathlib import PurePath
from typing import ClassVar, Final

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input, Static

from prolific_tui.tui.drafts import Draft
from prolific_tui.tui.field import Field
from prolific_tui.tui.screens.base import SubjectBar, whose
from prolific_tui.tui.screens.review_checks import ReviewChecks, Reviewed, ReviewedRows
from prolific_tui.tui.screens.review_words import (
    ends,
    goes_words,
    parts_words,
    stays,
    warning,
)
from prolific_tui.tui.widgets import Facts, KeyBar, paragraph
from prolific_tui.visible import counted, visible

_EXIST: Final = "yes"
"""What is typed to say that accounts made here exist where they are to be used."""


_OWN_KEYS: Final = {"E"}
"""What may be typed here and is a key."""


class ReviewScreen(ReviewChecks):
    """Nothing is sent from here before the words at the bottom are typed.

    Rows for a pool are checked against its usage reports meanwhile; nothing is sent before that is
    done either, and what it finds changes the number that is to be typed.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", "Send", key_display="Enter", tooltip="Send, once it is confirmed"),
        Binding("tab", "other_field", "Label", key_display="Tab", tooltip="Change the label"),
        Binding("E", "export", "Export", tooltip="Write rows to a file, for another tool"),
        Binding("escape", "back", "Back to the rows", key_display="Esc", tooltip="Send nothing"),
    ]

    def __init__(self, draft: Draft, reviewed: Reviewed, rows: ReviewedRows) -> None:
        """Show what of a draft would go, with its rows as the editor has them."""
        super().__init__(draft, reviewed, rows)
        self._unexported = len(draft.unexported())
        self._made = len(draft.made_here())
        """How many rows were made here, until the person says that they exist."""
        self._is_sent = False
        """Whether the plan was handed on to be sent, which happens once."""

    @property
    def _asks_label(self) -> bool:
        return self._plan.target.pool is None and not self._unexported

    def keys(self) -> list[BindingType]:
        """The keys that do something here, and what Enter does by now."""
        acting = {"export", "back"}
        if self._plan.rows and not self._unexported:
            acting.add("send")
        if self._asks_label:
            acting.add("other_field")
        sends = "They exist" if self._made else "Send"
        return [
            replace(each, description=sends) if each.action == "send" else each
            for each in self.BINDINGS
            if isinstance(each, Binding) and each.action in acting
        ]

    def top(self) -> SubjectBar:
        """What this is."""
        return SubjectBar(id="review-top")

    def body(self) -> ComposeResult:
        """What goes, where to, what stays, and the field."""
        with VerticalScroll(id="review", can_focus=False):
            yield Facts()
            yield paragraph(
                self._warning(),
                id="review-warning",
            )
        if self._plan.rows and not self._unexported:
            if self._asks_label:
                with Horizontal(id="pool-label"):
                    yield Static(" Label for the pool : ", id="pool-label-label", markup=False)
                    yield Field(self._default_label(), id="pool-label-field")
            with Horizontal(id="confirmation"):
                yield Static(id="confirmation-label", markup=False)
                yield Field(id="confirmation-field")

    def begin(self) -> None:
        """Be ready for the words."""
        super().begin()
        # Rows for a new pool were compared with what was read just before.
        self._position = self.app.operations.history.now.position
        for field in self.query("#confirmation-field").results(Field):
            field.focus()
            self._begin_to_check()
        if self._is_checking:
            self.show()
        else:
            self._end_check()
        if self._plan.target.pool is None:
            self.watch(self.app, "pools", self.show, init=False)

    def show(self) -> None:
        """Show everything as it is known now."""
        what = Text(" Review: nothing has been sent yet", "bold")
        self.query_one("#review-top", SubjectBar).show(what, self._plan.workspace.title)
        self.query_one(Facts).show(self._facts())
        self.query_one(KeyBar).show(each for each in self.keys() if isinstance(each, Binding))
        self.query_one("#review-warning", Static).update(Text(self._warning()))
        for box in self.query("#confirmation"):
            box.display = bool(self._plan.rows)
            label = Text.assemble(" Type  ", (visible(self._words), "bold"), " : ")
            self.query_one("#confirmation-label", Static).update(label)

    def _default_label(self) -> str:
        """The label as it is proposed: where the rows came from, and when."""
        if known := self._draft.label or self._plan.label:
            return known
        name = PurePath(self._plan.source.partition(":")[0].partition(" + ")[0]).stem
        return f"{name or 'pool'} {self.app.operations.clock():%d %b}"

    @property
    def _words(self) -> str:
        """What is to be typed next."""
        return _EXIST if self._made else self._plan.confirmation

    def _facts(self) -> list[tuple[str, str | Text]]:
        planned, counts = self._plan, self._draft.session.counts
        pool, workspace = planned.target.pool, planned.workspace
        goes = goes_words(planned.rows, self._unexported)
        count = counted(planned.rows, "credential")
        facts: list[tuple[str, str | Text]] = [("", "")]
        if pool is None:
            made = "a new pool" if self._unexported else f"a new pool of {count}"
            facts.append(("Create", Text(made, "bold")))
        else:
            added = "to the pool" if self._unexported else f"{count} to the pool"
            facts += [
                ("Append", Text(added, "bold")),
                ("", pool.credential_pool_id),
                ("", self._totals(pool)),
            ]
            if checked := "checking…" if self._is_checking else self._checked:
                facts.append(("Already there", checked))
            if label := self.app.label(pool):
                facts.insert(2, ("", Text(visible(label), "bold")))
        facts.append(("In workspace", f"{workspace.title}   ({workspace.id})"))
        facts.append(("Account", whose(self.app.account)))
        if planned.source:
            facts.append(("From", planned.source))
        if (parts := self._reviewed.parts) > 1:
            facts.append(("In parts", parts_words(parts, self.app.operations.writes.pace)))
        if pool is None:
            facts += [("Unexplained", note) for note in self._unexplained_notes()]
        facts += [("Goes on", note) for note in self._reviewed.notes]
        facts += [
            ("First and last", ends(planned, self._draft.session.document)),
            ("", ""),
            ("Goes", Text(goes, "bold")),
            ("Needs your OK", stays(counts.needs_ok)),
            *(("", f"  {reason}") for reason in planned.needs_ok),
            ("Left out", stays(counts.left_out)),
            *(("", f"  {reason}") for reason in planned.left_out),
        ]
        return [*facts, ("", "")]

    def _warning(self) -> str:
        return warning(self._plan, unexported=self._unexported, made=self._made)

    @on(Input.Changed, "#confirmation-field")
    def typing(self) -> None:
        """A remark about the last attempt is out of date, and so is a word given before."""
        self._is_confirmed = False
        self.app.say("")

    @on(Input.Submitted, "#pool-label-field")
    def labelled(self, event: Input.Submitted) -> None:
        """Go on to the words."""
        event.stop()
        self.query_one("#confirmation-field", Field).focus()

    def action_other_field(self) -> None:
        """Go to the label, or back to the words."""
        self.focus_next(Field)

    @on(Input.Submitted, "#confirmation-field")
    def confirmed(self, event: Input.Submitted) -> None:
        """Send if the words are right."""
        event.stop()
        if self._is_sent or not self.is_on_top:
            # Typed twice, or before another screen came above this one, which dismissing closed.
            return
        if event.value.strip() != self._words:
            to_do = "They exist? Type exactly" if self._made else "To send, type exactly"
            self.app.say(f"Nothing was sent. {to_do}: {self._words}")
            return
        if self._is_outdated and not self._is_checking:
            self._leave_outdated()
            return
        if self._made:
            self._take_word(event.input)
            return
        if self._is_checking:
            self._is_confirmed = True
            what = "pools" if self._plan.target.pool is None else "usage reports"
            self.app.say(f"The {what} are read first; it is sent if nothing changes.")
            return
        self.send_confirmed()

    def send_confirmed(self) -> None:
        """Hand the plan on, unless another screen is above this one or it is being sent."""
        if not self.is_on_top:
            self._is_confirmed = False
            self.app.say("All is read, but nothing was sent yet: Enter sends.")
            return
        if self._draft.sending is not None:
            self.app.say("These rows are being sent already. Nothing was sent twice.")
            return
        if self._is_outdated:
            self._leave_outdated()
            return
        self._is_sent = True
        plan = replace(self._plan, reviewed=self._position)
        for field in self.query("#pool-label-field").results(Field):
            self._draft.label = field.value.strip()
            plan = replace(plan, label=self._draft.label)
        self.app.say("")
        self.dismiss()
        self.app.submit(plan, self._draft)

    def _leave_outdated(self) -> None:
        self.app.say("The rows changed since this review. Nothing was sent: look at it again.")
        self.dismiss()

    def _take_word(self, field: Input) -> None:
        """The accounts made here exist, as the person says: now for the words that send them."""
        draft, was_outdated = self._draft, self._is_outdated
        draft.session.confirm_made()
        self._reviewed = replace(self._reviewed, plan=replace(self._plan, source=draft.source))
        self.app.drafts.keep(draft)
        if not was_outdated:
            self._reviewed = replace(self._reviewed, revision=draft.session.revision)
        self._made = 0
        with self.prevent(Input.Changed):
            field.value = ""
        self.show()
        self.app.say("Nothing is sent yet.")

    def on_key(self, event: events.Key) -> None:
        """Let words that were typed for the field be no commands where there is none."""
        if event.is_printable and not self.query("Field:focus") and event.key not in _OWN_KEYS:
            event.stop()

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
        self._rows.action_export()

    def action_back(self) -> None:
        """Go back to the rows."""
        if self._asks_label:
            for field in self.query("#pool-label-field").results(Field):
                self._draft.label = field.value.strip()
        self.app.say("Nothing was sent.")
        self.dismiss()
