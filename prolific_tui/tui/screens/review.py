"""Review: what is about to be sent, where to, what stays behind and why, and the confirmation."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePath
from typing import ClassVar, Final, Protocol

from rich.text import Text
from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input, Static

from prolific_tui.credentials.stepping import OutdatedError
from prolific_tui.errors import ProlificTuiError
from prolific_tui.models import CredentialPool
from prolific_tui.submission.known import Known
from prolific_tui.submission.outcome import credentials_word
from prolific_tui.submission.plan import CredentialPlan, Target
from prolific_tui.tui.drafts import Draft
from prolific_tui.tui.field import Field
from prolific_tui.tui.screens.base import BaseScreen
from prolific_tui.tui.screens.review_words import (
    ends,
    parts_words,
    stays,
    unexplained_notes,
    warning,
)
from prolific_tui.tui.widgets import Facts, KeyBar, Line, number, paragraph
from prolific_tui.visible import counted, visible

_EXIST: Final = "yes"
"""What is typed to say that accounts made here exist where they are to be used."""


_OWN_KEYS: Final = {"E"}
"""What may be typed here and is a key."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What would go, and what there is to know of it."""

    plan: CredentialPlan
    notes: tuple[str, ...] = ()
    """How it belongs to the send that it goes on with, a sentence each."""


class ReviewedRows(Protocol):
    """The rows behind a review, as the editor has them."""

    async def plan_again(self) -> Reviewed:
        """What would go now; raises `ProlificTuiError`, or `OutdatedError` if rows change."""

    def hold_known(self, known: Known) -> bool:
        """Mark what the pool is known to hold; whether that changed what is said of any row."""

    def action_export(self) -> object:
        """Ask where rows are to be written to."""


class ReviewScreen(BaseScreen):
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
        super().__init__()
        self._draft = draft
        self._rows = rows
        self._unexported = len(draft.unexported())
        self._made = len(draft.made_here())
        """How many rows were made here, until the person says that they exist."""
        self._reviewed = reviewed
        self._begun: datetime | None = None
        """When it was; what is known of earlier sends was asked just before, or is after that."""
        self._revision = draft.session.revision
        self._checked = ""
        """What came of looking at the usage reports."""
        self._total: int | None = None
        """The pool's total as it was read along with them."""
        self._is_checking = False
        self._has_new_totals = False
        """Whether the pool's totals were read since this screen opened."""
        self._is_confirmed = False
        """Whether the words were typed while the reports were still being read."""
        self._is_sent = False
        """Whether the plan was handed on to be sent, which happens once."""

    @property
    def _plan(self) -> CredentialPlan:
        return self._reviewed.plan

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

    def top(self) -> Line:
        """What this is."""
        return Line(Text(" Review: nothing has been sent yet", "bold"), id="review-top")

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
        self._begun = self.app.operations.clock()
        for field in self.query("#confirmation-field").results(Field):
            field.focus()
            if self._plan.target.pool is not None:
                self._is_checking = True
                self._check(self._plan.target.pool)
        self._show()
        if self._plan.target.pool is None:
            self.watch(self.app, "pools", self._show, init=False)

    def _show(self) -> None:
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

    # The usage reports

    @work(exclusive=True, group="check")
    async def _check(self, pool: CredentialPool) -> None:
        """Read the totals and the usage reports, and leave out the rows that those name."""
        before = self._plan.rows
        try:
            pool = await self._read_totals(pool)
            known = await self.app.operations.history.known_with_reports(
                pool.credential_pool_id, pool.total_credentials, self._plan.workspace.id
            )
            self._total = known.coverage.total
            self._checked = known.coverage.words
            if known.coverage.trouble:
                self._checked += f". Not all could be read: {known.coverage.trouble}"
            self._draft.asks_reports = True
            if self._rows.hold_known(known):
                self._reviewed = await self._rows.plan_again()
        except ProlificTuiError as error:
            self._checked = f"not checked: {error.message}"
        except OutdatedError:
            # Enter tells of it as well, where another screen is above this one.
            if self.is_on_top:
                self.app.say("The rows changed meanwhile. Nothing was sent: look at them again.")
                self.dismiss()
            return
        self._is_checking = False
        self._revision = self._draft.session.revision
        self._show()
        if self._plan.rows != before:
            self._changed_by(before)
        elif self._is_confirmed:
            self._send()

    async def _read_totals(self, pool: CredentialPool) -> CredentialPool:
        """The pool as it is listed now; as it was listed last where it can't be read."""
        workspace = self._plan.workspace
        try:
            listed = await self.app.operations.pools(workspace.id)
        except ProlificTuiError:
            return pool
        now = next(
            (each for each in listed if each.credential_pool_id == pool.credential_pool_id), None
        )
        if now is None:
            return pool
        self._has_new_totals = True
        self._draft.target = Target(workspace, now)
        self._reviewed = replace(
            self._reviewed, plan=replace(self._plan, target=self._draft.target)
        )
        self._show()
        return now

    def _changed_by(self, before: int) -> None:
        """Other rows go than those that were shown: what was typed does not count any more."""
        self._is_confirmed = False
        for field in self.query("#confirmation-field").results(Field):
            with self.prevent(Input.Changed):
                field.value = ""
        gone = before - self._plan.rows
        if gone > 0:
            self.app.say(f"{counted(gone, 'row')} turned out to be in the pool: not sent with it.")

    @property
    def _words(self) -> str:
        """What is to be typed next."""
        return _EXIST if self._made else self._plan.confirmation

    def _facts(self) -> list[tuple[str, str | Text]]:
        planned, counts = self._plan, self._draft.session.counts
        pool, workspace = planned.target.pool, planned.workspace
        count = credentials_word(planned.rows)
        facts: list[tuple[str, str | Text]] = [("", "")]
        if pool is None:
            facts.append(("Create", Text(f"a new pool of {count}", "bold")))
        else:
            total, free = pool.total_credentials, pool.available_credentials
            if self._total not in (None, total):
                # Read with the reports, later than the pool was listed.
                total, free = self._total, None
            after = "?" if total is None else f"{total + planned.rows:,}"
            held = f"{number(total)} in total{self._when}, {number(free)} free"
            facts += [
                ("Append", Text(f"{count} to the pool", "bold")),
                ("", pool.credential_pool_id),
                ("", f"{held}; {after} afterwards"),
                ("Already there", "checking…" if self._is_checking else self._checked),
            ]
            if label := self.app.label(pool):
                facts.insert(2, ("", Text(visible(label), "bold")))
        facts.append(("In workspace", f"{workspace.title}   ({workspace.id})"))
        if planned.source:
            facts.append(("From", planned.source))
        writes = self.app.operations.writes
        if (parts := writes.parts_of(planned)) > 1:
            facts.append(("In parts", parts_words(parts, writes.pace)))
        if pool is None:
            pools = self.app.pools.value or ()
            notes = unexplained_notes(workspace, self.app.known_sends.sends, pools)
            facts += [("Unexplained", note) for note in notes]
        facts += [("Goes on", note) for note in self._reviewed.notes]
        facts += [
            ("First and last", ends(planned, self._draft.session.document)),
            ("", ""),
            ("Goes", Text(f"{planned.rows:,}", "bold")),
            ("Needs your OK", stays(counts.needs_ok)),
            *(("", f"  {reason}") for reason in planned.needs_ok),
            ("Left out", stays(counts.left_out)),
            *(("", f"  {reason}") for reason in planned.left_out),
        ]
        return [*facts, ("", "")]

    @property
    def _when(self) -> str:
        """When the totals were read, to be said right after them."""
        if self._has_new_totals:
            return " now"
        at = self.app.pools.at
        return f" at {at:%H:%M:%S}" if at else " when last read"

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
        if self._draft.session.revision != self._revision:
            self.app.say("The rows changed since this review. Nothing was sent: look at it again.")
            self.dismiss()
            return
        if self._made:
            self._take_word(event.input)
            return
        if self._is_checking:
            self._is_confirmed = True
            self.app.say("The usage reports are read first; it is sent if nothing changes.")
            return
        self._send()

    def _send(self) -> None:
        if not self.is_on_top:
            self._is_confirmed = False
            self.app.say("The usage reports are read, but nothing was sent yet: Enter sends.")
            return
        if self._draft.sending is not None:
            self.app.say("These rows are being sent already. Nothing was sent twice.")
            return
        self._is_sent = True
        plan = replace(self._plan, reviewed=self._begun)
        for field in self.query("#pool-label-field").results(Field):
            self._draft.label = field.value.strip()
            plan = replace(plan, label=self._draft.label)
        self.dismiss()
        self.app.submit(plan, self._draft)

    def _take_word(self, field: Input) -> None:
        """The accounts made here exist, as the person says: now for the words that send them."""
        draft = self._draft
        draft.session.confirm_made()
        self._reviewed = replace(self._reviewed, plan=replace(self._plan, source=draft.source))
        self.app.drafts.keep(draft)
        self._revision = draft.session.revision
        self._made = 0
        with self.prevent(Input.Changed):
            field.value = ""
        self._show()
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
