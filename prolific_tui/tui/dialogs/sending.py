"""The dialog of a write: how far it is, what can be done meanwhile, and what became of it."""

from enum import Enum
from typing import ClassVar, Final, Protocol

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.widgets import Static

from prolific_tui.errors import Effect
from prolific_tui.operations.events import WriteEnded
from prolific_tui.submission.plan import CredentialPlan, Plan, SecretPlan
from prolific_tui.submission.progress import Phase, Progress
from prolific_tui.submission.send import Send
from prolific_tui.tui.dialogs.base import FollowingDialog
from prolific_tui.tui.dialogs.wait import looking_words
from prolific_tui.tui.widgets import KeyBar, Line, gauge, paragraph, visible_lines
from prolific_tui.visible import counted, is_or_are, visible

_CLOSE: Final = Binding("enter,escape", "cancel", "Close", key_display="Enter")
_PAUSE: Final = Binding("p", "pause", "Pause or go on")
_STOP: Final = Binding("x", "stop", "Stop")
_CLASH: Final = Binding("h", "find_clash", "Find the clash by halving")
_GAUGE: Final = 24
_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE


class SendControl(Protocol):
    """What can be done with a write between two requests."""

    def pause(self) -> None:
        """Let the request under way end, and begin no other one until `go_on`."""

    def go_on(self) -> None:
        """Go on after `pause`."""

    def give_up(self) -> None:
        """Let the request under way end, look no further, and leave the rest."""


class SendAct(Enum):
    """What the person wants once a send has ended."""

    FIND_CLASH = "find the rows that clash by halving"


class SendDialog(FollowingDialog["tuple[SendAct, WriteEnded] | None"]):
    """A write: first that it is under way, and how far, then what became of it.

    Closing it touches nothing: the write goes on, and the dialog can be opened again.
    """

    BINDINGS: ClassVar[list[BindingType]] = [_PAUSE, _STOP, _CLASH, _CLOSE]
    FOLLOWS = ("progress", "waiting", "explained", "ended")

    progress: reactive[Progress | None] = reactive(None)
    ended: reactive[WriteEnded | None] = reactive(None)
    explained: reactive[int | None] = reactive(None)
    """Of rows that were refused for a clash, how many the pool is known to hold; None while that
    is being asked."""
    unread: str = ""
    """What could not be read when that was asked, in words; empty where nothing went wrong."""
    doubted: str = ""
    """Which earlier sends of those rows may have arrived although the person said that they had
    not, in sentences; empty where there is none."""
    waiting: reactive[str] = reactive("")
    """Why nothing goes on right now, and when it does; empty where nothing is waited for."""

    def __init__(
        self,
        plan: Plan,
        control: SendControl,
        progress: Progress | None = None,
        *,
        ended: WriteEnded | None = None,
        send: Send | None = None,
    ) -> None:
        super().__init__()
        self.plan = plan
        self.send = send
        """The send in the journal, as it is known once the write has ended."""
        self._control = control
        self.set_reactive(SendDialog.progress, progress)
        self.set_reactive(SendDialog.ended, ended)

    @property
    def heading(self) -> str:
        """What is under way, or what it came to."""
        if self.ended is not None:
            return self.ended.outcome.title
        if isinstance(self.plan, CredentialPlan):
            return f"Sending {counted(self.plan.rows, 'credential')}…"
        return "Making the new secret…"

    def body(self) -> ComposeResult:
        """What is known so far, and in which workspace that is."""
        yield Line(id="send-gauge")
        yield paragraph("", id="outcome-message")
        yield paragraph("", id="outcome-hint", classes="hint")
        yield paragraph(f"Workspace: {self.plan.workspace.title}", classes="quiet")

    @property
    def _has_parts(self) -> bool:
        progress = self.progress
        return progress is not None and (progress.parts > 1 or progress.searching is not None)

    @property
    def _may_stop(self) -> bool:
        """Whether there is anything to give up: what has left can't be called back."""
        if self.ended is not None:
            return False
        return self._has_parts or self._is_looking

    @property
    def _is_looking(self) -> bool:
        """Whether nothing but a look is waited for, which can be given up."""
        busy = (Phase.SENDING, Phase.KEEPING, Phase.PUTTING_BACK)
        return self.progress is None or self.progress.phase not in busy

    @property
    def _may_find_clash(self) -> bool:
        """Whether nothing else tells which rows clash."""
        return self.ended is not None and self.ended.search is not None and self.explained == 0

    def show_again(self) -> None:
        """Show how far it is, or what became of the write."""
        if not self.query("#outcome-hint"):
            # Not composed yet; and never, where it opens as the program ends.
            return
        message, hint = self._words()
        self.query_one(".dialog-title", Static).update(Text(visible(self.heading)))
        line = self.query_one("#send-gauge", Line)
        line.display = self.ended is None and self._has_parts
        if self.progress is not None and line.display:
            line.text = Text(_gauge_words(self.progress))
        self.query_one("#outcome-message", Static).update(Text(visible_lines(message)))
        hint_text = self.query_one("#outcome-hint", Static)
        hint_text.update(Text(visible_lines(hint)))
        hint_text.display = bool(hint)
        self.query_one(KeyBar).show(self._keys())
        if self.ended is not None:
            effect = self.ended.outcome.effect
            self.set_class(effect in (Effect.REFUSED, Effect.NOT_SENT), "error")
            self.set_class(effect is Effect.UNKNOWN, "warning")

    def _keys(self) -> list[Binding]:
        if self.ended is not None:
            return [_CLASH, _CLOSE] if self._may_find_clash else [_CLOSE]
        if self._has_parts:
            return [_PAUSE, _STOP, _CLOSE]
        return [_STOP, _CLOSE] if self._may_stop else [_CLOSE]

    def _words(self) -> tuple[str, str]:
        """What is said of it, and what can be done."""
        if self.ended is None:
            # Only reads are tried again: what is waited for while a request is on its way is some
            # screen's.
            waiting = self.waiting if self._is_looking else ""
            message = (
                f"{_phase_words(self.plan, self.progress)} {waiting or _until_when(self.progress)}"
            )
            if self.progress is not None and self.progress.phase is Phase.PAUSED:
                return message.strip(), ""
            return (
                message.strip(),
                f"{self._key_words()}Leaving this box, or the screen, does not stop it; 0 opens it"
                " again.",
            )
        outcome, search = self.ended.outcome, self.ended.search
        message = "\n".join(
            filter(
                None,
                (
                    outcome.message,
                    _tally_words(self.plan, self.ended, self.send),
                    _moved_words(self.plan, self.send),
                ),
            )
        )
        if search is None:
            return message, outcome.hint
        if self.explained is None:
            looking = "Looking whether the history or the usage reports tell which those are…"
            return message, f"{looking} {self.waiting}".strip()
        if self.explained:
            number, verb = counted(self.explained, "refused row"), is_or_are(self.explained)
            return message, (
                f"{number} {verb} known to be in the pool: P marks {_them(self.explained)} in the"
                " editor. Send the others from there, with s."
            )
        unread = f" {self.unread}" if self.unread else ""
        tells = f"{self.doubted} Nothing else" if self.doubted else "Nothing"
        return message, (
            f"{outcome.hint}\n{tells} that is known here tells which rows those are.{unread}"
            f" h finds them by sending halves of the list, with at most {search.most_sends:,}"
            " requests; it asks first."
        ).strip()

    def _key_words(self) -> str:
        """What the keys do to a write right now."""
        phase = Phase.LOOKING if self.progress is None else self.progress.phase
        if phase is Phase.SETTLING:
            return "x gives up looking: it stays open then, and S in 3 History looks again. "
        if self._has_parts:
            return "p pauses and x stops between two parts. "
        if phase is Phase.CHECKING:
            return "x gives up that look. "
        is_secret = isinstance(self.plan, SecretPlan)
        before = "a new secret is asked for" if is_secret else "anything is sent"
        return f"x stops it before {before}. " if self._may_stop else ""

    # Keys

    def action_pause(self) -> None:
        """Pause between two parts, or go on."""
        progress = self.progress
        if self.ended is not None or progress is None or not self._has_parts:
            return
        if progress.pausing or progress.phase is Phase.PAUSED:
            self._control.go_on()
        else:
            self._control.pause()

    def action_stop(self) -> None:
        """Give up a look, and what is not on its way yet, whose rows stay in the editor."""
        if self._may_stop:
            self._control.give_up()

    def action_find_clash(self) -> None:
        """Ask to find the rows that clash."""
        if self.ended is not None and self._may_find_clash:
            self.dismiss((SendAct.FIND_CLASH, self.ended))


def _them(number: int) -> str:
    return "it" if number == 1 else "them"


def _tally_words(plan: Plan, ended: WriteEnded, send: Send | None) -> str:
    """What is in the pool, what may be and what is not, where all three are not the same."""
    if send is None or not send.open_parts or not (send.arrived or send.rows_left):
        return ""
    is_open = sum(part.rows for part in send.open_parts)
    said = f" {send.said_rows:,} arrived, as you said," if send.said_rows else ""
    told = (
        f"Of {counted(send.rows, 'row')}, {send.accepted_rows:,} were accepted,{said}"
        f" {is_open:,} may have arrived, and {send.rows_left:,} did not go."
    )
    # Who went on with a send may have had only some of its rows.
    at_hand = plan.rows - len(ended.accepted) if isinstance(plan, CredentialPlan) else 0
    if at_hand < is_open + send.rows_left:
        return told
    others = "those that arrived" if send.said_rows else "the accepted ones"
    return f"{told} All but {others} are still in the editor."


def _moved_words(plan: Plan, send: Send | None) -> str:
    """That the pool was not as Review showed it any more when the rows left."""
    if not isinstance(plan, CredentialPlan) or plan.continues is not None or send is None:
        return ""
    shown, first = plan.target.pool, next(iter(send.parts), None)
    if shown is None or shown.total_credentials is None or first is None:
        return ""
    ids = {each.credential_pool_id: each.total_credentials for each in first.before}
    found = ids.get(shown.credential_pool_id)
    if found is None or found == shown.total_credentials:
        return ""
    who = ""
    if found > shown.total_credentials:
        # That may be one that arrived late, or another window's.
        who = ": somebody else, or another send from here, added to it meanwhile"
    return (
        f"Just before, the pool had {found:,}, and not the {shown.total_credentials:,} that Review"
        f" showed{who}."
    )


def _gauge_words(progress: Progress) -> str:
    bar = gauge(progress.accepted + progress.said, progress.rows, _GAUGE)
    told = f"{progress.accepted:,} of {progress.rows:,} rows accepted"
    return f"{bar}  {told}, {progress.said:,} as you said" if progress.said else f"{bar}  {told}"


def _phase_words(plan: Plan, progress: Progress | None) -> str:
    """What is being done right now."""
    if progress is None:
        return "Looking first at what Prolific has."
    part = f"Part {progress.part:,} of {progress.parts:,}"
    has_parts, search = progress.parts > 1, progress.searching
    if search is not None:
        part, has_parts = f"Request {search.request:,} of at most {search.most:,}", True
    if progress.phase is Phase.SETTLING:
        which = f"{part}: " if has_parts else ""
        return f"{which}We do not know whether this arrived. Looking…"
    if progress.phase is Phase.PAUSED:
        return (
            f"Paused before {part[:1].lower()}{part[1:]}. What was accepted stays"
            " in the pool. p goes on, x leaves the rest in the editor."
        )
    if progress.phase is Phase.LOOKING:
        told = "Looking first at what Prolific has."
        if has_parts:
            told = f"{part} is next; looking at the totals first."
        return f"{told} No request begins after that look." if progress.pausing else told
    if progress.phase is Phase.PREPARING:
        told = "Making ready where the new secret is kept."
        if isinstance(plan, SecretPlan) and plan.destinations.own_entry:
            told = "Making ready where the new secret is kept; the old one is kept there first."
        return f"{told} No new one is asked for after that." if progress.pausing else told
    if progress.phase is Phase.CHECKING:
        told = "Prolific has answered. Looking at what it has now."
        if has_parts:
            told = f"{part} was answered; looking at the totals now."
        return f"{told} No further part begins." if progress.pausing else told
    if progress.phase is Phase.KEEPING:
        return "The new secret is there. Keeping it where you chose."
    if progress.phase is Phase.PUTTING_BACK:
        return "No new secret was made. Putting back what was kept of the ones before."
    if not has_parts:
        return "Waiting for Prolific's answer."
    told = f"{part} is on its way."
    if progress.pausing:
        return f"{told} No further part begins after it."
    return f"{told} {_time_left(progress.seconds_left)}".strip()


def _until_when(progress: Progress | None) -> str:
    """When it is looked next for what may have arrived, and for how long; empty otherwise."""
    return looking_words(progress.looking) if progress and progress.looking else ""


def _time_left(seconds: float | None) -> str:
    """About how long it takes still, in words; empty where nobody can tell."""
    if seconds is None:
        return ""
    if seconds < _MINUTE:
        return f"About {max(round(seconds), 1)} s left."
    if seconds < _HOUR:
        return f"About {round(seconds / _MINUTE)} min left."
    return f"About {seconds / _HOUR:.1f} h left."
