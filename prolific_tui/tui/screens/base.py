"""What all screens have: the bar at the top, the line for messages, the keys at the bottom."""

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.text import Text
from textual import events, getters
from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.dom import DOMNode
from textual.reactive import Reactive
from textual.widget import Widget

from prolific_tui.operations import Account
from prolific_tui.submission.plan import Plan, SecretPlan
from prolific_tui.submission.progress import Phase, Progress
from prolific_tui.tui.dialogs import HelpDialog
from prolific_tui.tui.framing import OneFrameScreen
from prolific_tui.tui.shell import Shell
from prolific_tui.tui.widgets import KeyBar, Line, Rule, WrappedLine, fit
from prolific_tui.visible import visible

_GAP: Final = "   "

TABS: tuple[tuple[str, str], ...] = (
    ("pools", "Pools"),
    ("webhooks", "Webhooks"),
    ("history", "History"),
    ("account", "Account"),
)
"""The four screens by their mode, in the order of their number keys."""


def whose(account: Account | None) -> str:
    """Whose account is in use, and what it is called here."""
    if account is None:
        return "not signed in"
    return f"{account.profile}: {account.me.email}" if account.profile else account.me.email


class TopBar(Line):
    """Where this is, which workspace, and whose account."""

    app = getters.app(Shell)

    def __init__(self, mode: str) -> None:
        super().__init__(id="top-bar")
        self._mode = mode

    def on_mount(self) -> None:
        """Follow the workspace and the account."""
        self.watch(self.app, "workspace", self._update, init=False)
        self.watch(self.app, "account", self._update, init=False)
        self.watch(self.app, "progress", self._update, init=False)
        self.watch(self.app, "sending", self._update)

    def on_resize(self) -> None:
        """Fill the new width."""
        self._update()

    def _update(self) -> None:
        app = self.app
        sending = _sending_words(app.sending, app.progress) if app.sending is not None else ""
        marks = [sending, *_marks(app)]
        owner = visible(whose(app.account))
        title = visible(app.workspace.title) if app.workspace else ""
        others = "  ".join(filter(None, (*marks, owner)))
        text = self._tabs(are_short=False)
        # Where there is little room, it is the workspace's title that is cut and the names of the
        # other screens that go, not whose account this is.
        if text.cell_len + cell_len(others) >= self.size.width:
            text = self._tabs(are_short=True)
            owner = _shorter(owner)
            others = "  ".join(filter(None, (*marks, owner)))
        room = max(self.size.width - text.cell_len, 0)
        title = fit(title, min(cell_len(title), max(room - cell_len(others) - 3, 0)))
        right = "  ".join(filter(None, (*marks, title, owner)))
        text.append(fit(f"{right} ", room, right=True))
        self.text = text

    def _tabs(self, *, are_short: bool) -> Text:
        """The four screens with their keys; in short only this one by name."""
        text = Text(" ")
        for number, (mode, label) in enumerate(TABS, start=1):
            if mode == self._mode:
                text.append(f"{number} {label.upper()}", "bold reverse")
            else:
                text.append(f"{number}" if are_short else f"{number} {label}")
            text.append("  ")
        return text


class SubjectBar(Line):
    """What a screen is of, and beside it what stands at the top of every screen."""

    app = getters.app(Shell)

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._subject = Text()
        self._workspace = ""
        self._asides: Sequence[tuple[str, str]] = ()

    def on_mount(self) -> None:
        """Follow the account."""
        self.watch(self.app, "account", self._update, init=False)

    def on_resize(self) -> None:
        """Fill the new width."""
        self._update()

    def show(
        self, subject: Text, workspace: str, asides: Sequence[tuple[str, str]] = (("", ""),)
    ) -> None:
        """Show another subject.

        Args:
            subject: What the screen is of, which is never cut for what is beside it.
            workspace: The title of the workspace that it is in.
            asides: What else may stand beside it, to the left and to the right of the gap, the
                longest first: the first that leaves room for all the rest is shown.
        """
        self._subject, self._workspace, self._asides = subject, workspace, asides
        self._update()

    def _update(self) -> None:
        marks, owner = _marks(self.app), visible(whose(self.app.account))
        shortest = self._asides[-1]
        # What Review tells too gives way first, then whose account it is, then the workspace.
        tried = [(*aside, owner) for aside in self._asides]
        tried += [(*shortest, _shorter(owner)), (*shortest, "")]
        for beside, about, account in tried:
            text = self._subject.copy().append(beside)
            words = filter(None, (*marks, about, visible(self._workspace), account))
            where = f"{_GAP.join(words)} "
            room = max(self.size.width - text.cell_len - len(_GAP), 0)
            if cell_len(where) <= room:
                break
        text.append(_GAP).append(fit(where, room, right=True), "not bold")
        self.text = text


def _marks(app: Shell) -> list[str]:
    """What this run is, where it is not the usual."""
    return [
        *(["DEMO"] if app.operations.is_demo else []),
        *(["READ-ONLY"] if app.operations.writes.refusal else []),
    ]


def _shorter(owner: str) -> str:
    """An owner without the account's name where the address begins with it."""
    return owner.removeprefix(f"{owner.partition(': ')[2].partition('@')[0]}: ")


def _sending_words(plan: Plan, progress: Progress | None) -> str:
    """How far the write under way is, in so few words that they fit into the top line."""
    if progress is None or (progress.parts <= 1 and progress.phase is not Phase.SETTLING):
        return "0 new secret…" if isinstance(plan, SecretPlan) else "0 sending…"
    if progress.phase is Phase.SETTLING:
        return "0 looking…"
    word = "PAUSED" if progress.phase is Phase.PAUSED else "sending"
    return f"0 {word} {progress.share:.0%}"


class BaseScreen(OneFrameScreen[None]):
    """A screen with a top line, a body, a line for messages and the key bar."""

    app = getters.app(Shell)
    BINDINGS: ClassVar[list[BindingType]] = []
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012 - as Textual types it
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """As Textual has it, which would send all of the screen again when the focus moves."""
    LEGEND: ClassVar[tuple[tuple[str, str], ...]] = ()
    """What the letters on this screen mean, for the help."""

    def compose(self) -> ComposeResult:
        """Top line, body, message, keys."""
        yield self.top()
        yield Rule(id="top-rule")
        yield from self.body()
        yield WrappedLine(id="message")
        yield Rule(id="bottom-rule")
        yield KeyBar(b for b in self.keys() if isinstance(b, Binding))

    @property
    def is_on_top(self) -> bool:
        """Whether this screen has the keys; `is_current` is also true right below another one."""
        # A timer may ask once more while the program ends, when there is no screen any more.
        return self.app.screen_stack[-1:] == [self]

    def keys(self) -> Iterable[BindingType]:
        """The keys at the bottom, those of them that are to be shown."""
        return self.BINDINGS

    def top(self) -> Line:
        """The line at the top."""
        return TopBar(self.app.current_mode)

    def body(self) -> ComposeResult:
        """What stands between the rules."""
        yield from ()

    def on_mount(self) -> None:
        """Begin; Textual calls the `on_mount` of every base class, so none but this has one."""
        self.begin()

    def begin(self) -> None:
        """Follow what is shown, once the widgets are there; each screen adds its own to this."""
        self.watch(self.app, "message", self._say)

    def on_unmount(self) -> None:
        """Let go of the app.

        Until what was watched changes again, Textual keeps a closed screen that watched it, and
        with it the rows and passwords that the screen was of.
        """
        watched: dict[str, list[tuple[DOMNode, object]]] = getattr(self.app, "__watchers", {})
        for watchers in watched.values():
            watchers[:] = [each for each in watchers if self not in each[0].ancestors_with_self]

    def _say(self, message: str) -> None:
        # Its line is there without a message too: whatever comes and goes, as its second one does,
        # moves all the rest, and then all of the screen is sent again. So it is when a screen below
        # is drawn.
        if self.is_on_top:
            self._show_message(message)

    def on_screen_resume(self) -> None:
        """Show what was said while another screen was above this one."""
        self._show_message(self.app.message)

    def _show_message(self, message: str) -> None:
        self.query_one("#message", Line).text = Text(visible(message))

    def on_paste(self, event: events.Paste) -> None:
        """Take a paste that no field took."""
        event.stop()
        self.pasted(event.text)

    def pasted(self, text: str) -> None:  # noqa: ARG002 - for those that take one
        """Say what becomes of a paste, which is never shown: there may be passwords in it."""
        self.app.say("No paste is taken here. On 1 Pools, and in the editor, it becomes rows.")

    def action_help(self) -> None:
        """List every key that acts here, a line for each thing done.

        First those at the bottom, then all others of this screen, then those of the list in it.
        """
        own = [binding.action for binding in self.keys() if isinstance(binding, Binding)]
        keys: dict[str, list[str]] = {}

        def rank(active: ActiveBinding) -> tuple[int, int]:
            if active.binding.action in own:
                return 0, own.index(active.binding.action)
            return (1 if active.node is self else 3 if active.node is self.app else 2), 0

        for binding in (each.binding for each in sorted(self.active_bindings.values(), key=rank)):
            if binding.tooltip:
                shown = keys.setdefault(binding.tooltip, [])
                if (name := self.app.get_key_display(binding)) not in shown:
                    shown.append(name)
        listed = [(" ".join(names), meaning) for meaning, names in keys.items()]
        self.app.push_screen(HelpDialog(listed, self.LEGEND))
