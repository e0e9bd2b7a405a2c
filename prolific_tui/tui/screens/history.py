"""History: every send from this machine, what became of it, and what can still be done about it."""

from collections.abc import Awaitable, Mapping
from typing import ClassVar, Final

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.widgets import OptionList

from prolific_tui.errors import ProlificTuiError
from prolific_tui.submission.plan import Kind
from prolific_tui.submission.send import Send, Standing
from prolific_tui.tui.dialogs import Choice, ChoiceDialog, FactsDialog, TextDialog
from prolific_tui.tui.screens.base import BaseScreen
from prolific_tui.tui.screens.new_file import write_new_file
from prolific_tui.tui.screens.resuming import go_on
from prolific_tui.tui.screens.send_words import (
    KIND_WORDS,
    facts,
    full_moment,
    moment,
    outcome_words,
    target_name,
    what_next,
    whole_words,
)
from prolific_tui.tui.screens.settling import settle
from prolific_tui.tui.widgets import CursorList, Facts, Line, Rule, fit
from prolific_tui.visible import counted, visible

_TIME, _KIND, _ROWS = 12, 6, 9
_FIXED: Final = 3 + _TIME + 1 + _KIND + 1 + 1 + _ROWS + 2
_OUTCOME, _LONGEST_NAME = 30, 30
"""So many cells the outcome has wherever there is room for it, and the target has at most."""
_JSON: Final = 1
_FOLLOW_SECONDS: Final = 2.0
"""How often it is asked whether another window wrote anything down."""


class HistoryScreen(BaseScreen):
    """The third screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "details", "Details", key_display="Enter", tooltip="Everything of a send"),
        Binding("S", "settle", "Settle now", tooltip="Look whether an open send arrived"),
        Binding("c", "go_on", "Go on", tooltip="Send the rows that a send has left"),
        Binding("slash", "find", "Find", key_display="/", tooltip="Show only what holds a text"),
        Binding("E", "export", "Export", tooltip="Write the sends shown to a new file"),
        Binding("r", "refresh", "Refresh", tooltip="Read the history again now"),
        Binding("question_mark", "help", "Keys", key_display="?", tooltip="This list"),
        Binding("q", "app.leave", "Quit", tooltip="Quit; asks if anything would be lost"),
        Binding("escape", "all", "All", show=False, tooltip="Show all sends again"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._wanted = ""
        """What the sends shown hold somewhere; empty where all are shown."""
        self._listed: tuple[Send, ...] = ()
        """The sends in the list as it stands."""
        self._layout: tuple[int, Mapping[str, str]] | None = None
        """The width for which it was laid out, and what the pools were called."""
        self._is_catching_up = False
        self._at: int | None = None
        """The number of the send under the cursor, which stays there when the list changes."""

    def body(self) -> ComposeResult:
        """The list, and what matters of the send under the cursor."""
        with Container(classes="split"):
            with Vertical(classes="main"):
                yield Line(id="summary")
                yield Line(id="headings", classes="headings")
                yield CursorList(id="entries")
            with Vertical(id="detail", classes="detail"):
                yield Rule(id="detail-rule")
                yield Facts(id="detail-facts")

    def begin(self) -> None:
        """Follow the journal."""
        super().begin()
        self.watch(self.app, "history", self._changed)
        self.watch(self.app, "sends", self._began_or_ended, init=False)
        self.set_interval(_FOLLOW_SECONDS, self._follow)
        self.query_one(CursorList).focus()

    def on_screen_resume(self) -> None:
        """Show what changed meanwhile."""
        self.show_sends()

    def _changed(self) -> None:
        # A send in many parts changes it often: nobody sees that on another screen.
        if self.is_on_top:
            self.show_sends()

    def _began_or_ended(self) -> None:
        # Below a dialog, which stays for as long as nobody answers it, this is seen as well.
        if self.is_current:
            self.show_sends()

    def _follow(self) -> None:
        """Show what other windows do, while somebody looks."""
        if self.is_on_top and not self._is_catching_up and self.app.history.value is not None:
            self._is_catching_up = True
            self._catch_up()

    @work(group="follow")
    async def _catch_up(self) -> None:
        try:
            await self.app.operations.history.catch_up()
        except ProlificTuiError:
            # What can't be read is said where the person asks for it.
            return
        finally:
            self._is_catching_up = False

    @on(CursorList.Resized)
    def lay_out(self) -> None:
        """Lay the columns out for the new width."""
        self.show_sends()

    @property
    def _current(self) -> Send | None:
        index = self.query_one(CursorList).highlighted
        return self._listed[index] if index is not None and index < len(self._listed) else None

    def show_sends(self) -> None:
        """Show the sends known, as far as they are wanted."""
        sends = self.query_one(CursorList)
        if (current := self._current) is not None:
            # The news that a key has moved the cursor may still be on its way.
            self._at = current.number
        known, before = self.app.known_sends, self._listed
        self._listed = tuple(send for send in known.sends if self._is_wanted(send))
        self.query_one("#summary", Line).text = self._summary()
        width = max(sends.whole_width - _FIXED, 20)
        names = min(max(width - _OUTCOME, width // 4), _LONGEST_NAME)
        heading = f"   {fit('Time', _TIME)} {fit('What', _KIND)} {fit('Target', names)}"
        self.query_one("#headings", Line).text = Text(f"{heading} {'Rows':>{_ROWS}}  Outcome")
        numbers = [send.number for send in self._listed]
        layout = (width, known.labels)
        if layout == self._layout and numbers == [send.number for send in before]:
            # A send in parts changes its line often, and no other one.
            for index, (old, new) in enumerate(zip(before, self._listed, strict=True)):
                if old != new:
                    sends.change(index, self._row(new, names, width - names))
        else:
            at = numbers.index(self._at) if self._at in numbers else 0
            sends.show((self._row(send, names, width - names) for send in self._listed), at)
        self._layout = layout
        sends.display = self.query_one("#headings").display = bool(self._listed)
        self.show_detail()

    def _is_wanted(self, send: Send) -> bool:
        if not self._wanted:
            return True
        name = target_name(send, self.app.known_sends)
        held = (name, *(str(said) for _, said in facts(send, self.app.known_sends)))
        return any(self._wanted.casefold() in each.casefold() for each in held)

    def _summary(self) -> Text:
        known, error = self.app.known_sends, self.app.history.error
        text = Text(" ")
        if error is not None:
            text.append(visible(f"{error.title}: nothing can be sent. r tries again. "), "bold")
        if self._wanted:
            text.append(f"{len(self._listed):,} of {counted(len(known.sends), 'send')} ", "bold")
            text.append(visible(f"with “{self._wanted}”; Esc shows all"), "bold")
        elif known.sends:
            text.append(f"{counted(len(known.sends), 'send')} from this machine")
        elif error is None:
            text.append(
                "Nothing was sent from this machine yet." if self.app.history.value else "Reading…"
            )
        if known.open:
            text.append(f"   {len(known.open):,} open: S settles", "bold")
        return text

    def _row(self, send: Send, names: int, rest: int) -> Text:
        is_open = send.standing is Standing.OPEN
        rows = f"{send.rows:,}" if send.rows else "-"
        text = Text(f" {moment(send.begun):<{_TIME}} {fit(KIND_WORDS[send.kind], _KIND)} ")
        text.append(f"{fit(target_name(send, self.app.known_sends), names)} {rows:>{_ROWS}}  ")
        text.append(fit(outcome_words(send), rest), "bold" if is_open or send.in_use else "")
        return text

    @on(OptionList.OptionHighlighted, "#entries")
    def show_detail(self) -> None:
        """Show what matters of the send under the cursor; Enter shows the rest."""
        send = self._current
        self.query_one("#detail", Vertical).display = send is not None
        if send is None:
            return
        self._at = send.number
        rule = f"{KIND_WORDS[send.kind]} of {full_moment(send.begun)}"
        self.query_one("#detail-rule", Rule).title = rule
        wide = self.app.size.width >= self.HORIZONTAL_BREAKPOINTS[1][0]
        told = facts(send, self.app.known_sends) if wide else self._brief(send)
        self.query_one("#detail-facts", Facts).show(told)

    def _brief(self, send: Send) -> list[tuple[str, str]]:
        """As much of a send as fits below the list."""
        name = target_name(send, self.app.known_sends)
        told = [("Target", f"{name} in {send.workspace.title}"), ("Sent by", send.owner.email)]
        if send.kind is Kind.REPLACE_SECRET:
            told = told[1:]
        if send.source:
            told.append(("From", send.source))
        told.append(("Outcome", whole_words(send)))
        if next_words := what_next(send):
            told.append(("Next", next_words))
        return told

    # Keys

    def _chosen(self) -> Send | None:
        """The send under the cursor; says so where there is none."""
        if self._current is None:
            self.app.say("There is no send here.")
        return self._current

    @on(OptionList.OptionSelected, "#entries")
    def action_details(self) -> None:
        """Show everything of a send; of the one under way, how far it is."""
        send, progress = self._current, self.app.progress
        if send is None:
            return
        if progress is not None and progress.number == send.number:
            self.app.show_progress()
            return
        title = f"{KIND_WORDS[send.kind]} of {full_moment(send.begun)}"
        self.app.push_screen(FactsDialog(title, facts(send, self.app.known_sends)))

    @work(exclusive=True, group="settle")
    async def action_settle(self) -> None:
        """Look whether the send under the cursor arrived, or the only open one.

        Of one that the person's word settled, that word may be taken back instead.
        """
        known_open = self.app.known_sends.open
        send = self._chosen()
        is_settled = send is not None and not send.open_parts and send.said_part is None
        if is_settled and len(known_open) == 1:
            send = known_open[0]
        if send is not None:
            await settle(self.app, send)

    @work(exclusive=True, group="settle")
    async def action_go_on(self) -> None:
        """Send what the send under the cursor has left."""
        if (send := self._chosen()) is not None:
            await go_on(self.app, send)

    @work
    async def action_find(self) -> None:
        """Show only the sends that hold a text."""
        wanted = await self.app.ask(
            TextDialog(
                "Find",
                "In target, pool, workspace, file, owner, outcome and time. Empty shows all.",
                self._wanted,
            )
        )
        if wanted is not None:
            self._wanted = wanted.strip()
            self.show_sends()

    def action_all(self) -> None:
        """Show all sends again."""
        if self._wanted:
            self._wanted = ""
            self.show_sends()
        else:
            self.app.give_up_reading()

    def action_refresh(self) -> None:
        """Read the journal again, with what other windows wrote."""
        self.app.say("")
        self.app.read_history()

    def action_export(self) -> None:
        """Write the sends shown to a new file."""
        sends = self._listed
        if not sends:
            self.app.say("There is no send to export.")
            return
        dialog = ChoiceDialog(
            f"Export {counted(len(sends), 'send')}",
            "No username, password or token is in it.",
            [Choice("CSV, a line for each part"), Choice("JSON, with all that is known")],
        )
        # Asked at once, so that what was typed ahead is the answer.
        self._export(sends, self.app.ask(dialog))

    @work
    async def _export(self, sends: tuple[Send, ...], answer: Awaitable[int | None]) -> None:
        form = await answer
        if form is None:
            return
        save = self.app.operations.history.save
        saved = await write_new_file(
            self.app, "Export to", lambda path: save(path, sends, as_json=form == _JSON)
        )
        if saved is not None:
            self.app.say(f"{counted(len(sends), 'send')} written to {saved}")
