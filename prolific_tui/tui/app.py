"""The application: screens and shell put together, the way in, the way out, and a safe crash."""

import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any, ClassVar, Final

from rich.text import Text
from textual import work
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.screen import ModalScreen, Screen

from prolific_tui.errors import ProlificTuiError
from prolific_tui.operations import Operations
from prolific_tui.operations.events import ASKER, WriteEnded
from prolific_tui.submission.send import Send
from prolific_tui.tui.dialogs import Choice, ChoiceDialog, CommandsDialog, SendAct
from prolific_tui.tui.drafts import Draft
from prolific_tui.tui.screens.account import AccountScreen
from prolific_tui.tui.screens.clashes import explain, find_clash
from prolific_tui.tui.screens.history import HistoryScreen
from prolific_tui.tui.screens.kept import may_quit, quit_words
from prolific_tui.tui.screens.leaving import may_leave_open
from prolific_tui.tui.screens.pools import PoolsScreen
from prolific_tui.tui.screens.replacing import is_stored
from prolific_tui.tui.screens.rows_of_sends import take_away_accepted
from prolific_tui.tui.screens.webhooks import WebhooksScreen
from prolific_tui.tui.shell import Reading, Shell
from prolific_tui.tui.terminal import Departure, Driver
from prolific_tui.tui.theme import LEDGER
from prolific_tui.version import NAME, VERSION

_SAVE_SECONDS: Final = 0.5
"""How long the interface has to save drafts itself when the program is told to end."""


class ProlificApp(Shell, inherit_bindings=False):
    """The dashboard."""

    TITLE = NAME
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = False
    """Its own binding would take the colon away from text fields; `action_commands` opens it."""
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        "pools": PoolsScreen,
        "webhooks": WebhooksScreen,
        "history": HistoryScreen,
        "account": AccountScreen,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "mode('pools')", "Pools", show=False, tooltip="Pools"),
        Binding("2", "mode('webhooks')", "Webhooks", show=False, tooltip="Webhooks"),
        Binding("3", "mode('history')", "History", show=False, tooltip="History"),
        Binding("4", "mode('account')", "Account", show=False, tooltip="Account"),
        Binding("0", "progress", "Progress", show=False, tooltip="The send under way"),
        Binding("escape", "give_up", "Give up", show=False, tooltip="Wait no more for a read"),
        Binding("colon", "commands", "Commands", show=False, key_display=":", tooltip="Commands"),
        Binding("ctrl+c", "leave", "Quit", show=False),
        Binding(
            "ctrl+l",
            "redraw",
            "Draw again",
            show=False,
            key_display="Ctrl+L",
            priority=True,
            tooltip="Draw the whole screen again",
        ),
    ]

    def __init__(
        self,
        operations: Operations,
        *,
        environment: Mapping[str, str],
        file: Path | None = None,
    ) -> None:
        super().__init__(operations, environment=environment, driver_class=Driver)
        self.register_theme(LEDGER)
        self.theme = LEDGER.name
        self.named_file = file
        self.departure = Departure(self._finish, self._leave_with)
        """The way out when the process is told to end."""

    # The way in

    def on_mount(self) -> None:
        """Show the pools; look for a token after the first paint."""
        self.operations.start(self.happened)
        if isinstance(self._driver, Driver):
            self._driver.on_closed = lambda: self.departure.begin(signal.SIGHUP)
        self.switch_mode("pools")
        self.call_after_refresh(self.read_history)
        self.call_after_refresh(self.sign_in)

    def watch_signing_in(self, reading: Reading[Any]) -> None:
        """Ask for a token where no place holds one."""
        if reading.value is not None and reading.value.account is None:
            self.switch_mode("account")
            self.call_after_refresh(self.run_action, "token", self.screen)

    # What is drawn

    @property
    def cursor_position(self) -> Offset:
        """Where the terminal's own cursor stands: where the focus is.

        Screen readers and magnifiers follow it, and input methods open there.
        """
        offset: Offset = getattr(self.focused, "cursor_screen_offset", Offset())
        return offset

    @cursor_position.setter
    def cursor_position(self, _offset: Offset) -> None:
        """Textual's fields say where theirs is; that is known without."""

    # Keys that act everywhere

    def action_mode(self, mode: str) -> None:
        """Go to one of the four screens."""
        if mode == self.current_mode:
            if len(self.screen_stack) > 1:
                self.say("That is below this screen: Esc closes this one.")
            return
        rotation = self.rotation
        # One that was not seen yet is looked for in the history, so the way there is free.
        unseen = rotation.unseen if mode != "history" else ()
        if self.current_mode == "webhooks" and (rotation.unstored or unseen):
            self._leave_webhooks(mode)
        else:
            self._go_to(mode)

    def _go_to(self, mode: str) -> None:
        self.say("")
        self.switch_mode(mode)

    @work
    async def _leave_webhooks(self, mode: str) -> None:
        if await is_stored(self):
            self._go_to(mode)

    def action_progress(self) -> None:
        """Open the send under way."""
        if not isinstance(self.screen, ModalScreen):
            self.show_progress()

    def action_give_up(self) -> None:
        """Wait no more for a read that is tried again."""
        if not isinstance(self.screen, ModalScreen):
            self.give_up_reading()

    def act_on_send(self, act: SendAct, ended: WriteEnded) -> None:
        """Do what the person chose once a send had ended."""
        if act is SendAct.FIND_CLASH:
            self._find_clash(ended)

    @work
    async def clear_earlier(self, send: Send, rest: Draft) -> None:
        """Take rows out of a draft that arrived with an earlier run of a send that went on."""
        try:
            await take_away_accepted(self, send, rest)
        except ProlificTuiError:
            # They are marked as in the pool, and never go.
            return

    @work
    async def explain_clash(self, ended: WriteEnded) -> None:
        """Ask what is known of the rows that were refused, and tell it in the box of the send."""
        ASKER.set(ended.plan)
        explained = await explain(self, ended)
        for dialog in self.dialogs_of(ended.plan):
            dialog.unread, dialog.doubted = explained.unread, explained.doubted
            dialog.explained = explained.known

    @work
    async def _find_clash(self, ended: WriteEnded) -> None:
        await find_clash(self, ended)

    @work
    async def action_workspace(self) -> None:
        """Choose another workspace."""
        workspaces = self.workspaces.value
        if not workspaces:
            self.say("No workspaces are known yet; r reads them again.")
            return
        titles = [workspace.title for workspace in workspaces]
        # Titles repeat; where they do, the id tells them apart.
        choices = [
            Choice(f"{w.title}   {w.id}" if titles.count(w.title) > 1 else w.title)
            for w in workspaces
        ]
        at = workspaces.index(self.workspace) if self.workspace in workspaces else 0
        answer = await self.ask(
            ChoiceDialog("Workspace", f"{len(workspaces)} in all", choices, highlighted=at)
        )
        if answer is None:
            return
        is_another = workspaces[answer] != self.workspace
        if self.current_mode == "webhooks" and is_another and not await is_stored(self):
            return
        self.say("")
        self.open_workspace(workspaces[answer])

    def action_redraw(self) -> None:
        """Draw everything again, over whatever else wrote on the terminal."""
        if isinstance(self._driver, Driver):
            self._driver.forget_screen()
        self.refresh(layout=True)

    def action_commands(self) -> None:
        """Open the list of commands."""
        if not isinstance(self.screen, ModalScreen):
            self.push_screen(CommandsDialog())

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Every key of the screen as a command; Textual's own, screenshots among them, are not."""
        seen = set()
        for active in screen.active_bindings.values():
            binding = active.binding
            if binding.tooltip and binding.action not in seen:
                seen.add(binding.action)
                yield SystemCommand(
                    binding.description,
                    f"{self.get_key_display(binding)}  {binding.tooltip}",
                    self._runner(binding.action, screen),
                )

    def _runner(self, action: str, screen: Screen[Any]) -> Callable[[], Any]:
        return lambda: self.run_action(action, screen)

    # The way out

    @work
    async def action_leave(self) -> None:
        """Quit, after asking where something would be lost."""
        if isinstance(self.screen, ModalScreen):
            return
        if await self._may_leave():
            # Whatever began from here on might only be cut off.
            self.operations.writes.stop()
            self.exit(0, message=quit_words(self) or None)
        else:
            self.show_held()

    async def _may_leave(self) -> bool:
        """Whether nothing would be lost, or the person lets that go."""
        writes, rotation = self.operations.writes, self.rotation
        while not self.is_sending or await may_leave_open(self):
            was_on_its_way = writes.is_on_its_way
            if not (await is_stored(self) and await may_quit(self)):
                return False
            has_left = writes.is_on_its_way and not was_on_its_way
            if not (has_left or rotation.unstored or rotation.unseen):
                return True
            # It came while something else was asked: what was said before is not so any more.
        return False

    def _finish(self, seconds: float) -> None:
        """Save what was not sent, and wait for what is under way; called on another thread."""
        until = monotonic() + seconds
        with suppress(RuntimeError):
            # A part begun from here on might only be cut off. The loop may be closed by now.
            self.operations.writes.stop()
        saved = threading.Event()

        def save() -> None:
            self._save_on_the_way_out()
            saved.set()

        with suppress(RuntimeError):
            if self._loop is not None:
                self._loop.call_soon_threadsafe(save)
        if not saved.wait(_SAVE_SECONDS):
            # The interface waits for its terminal, so it changes no row meanwhile.
            self._save_on_the_way_out()
        self.operations.writes.wait(until - monotonic())
        self.operations.drafts.wait(max(until - monotonic(), 0))

    def _save_on_the_way_out(self) -> None:
        # Whatever state the interface broke in, it must not keep the program from ending.
        with suppress(Exception):
            self.keeping.save_all()

    def _leave_with(self, status: int) -> None:
        """Close the interface with an exit status; called on another thread."""
        loop = self._loop
        if loop is not None:
            loop.call_soon_threadsafe(lambda: self.exit(status, return_code=status))

    # Crashes

    def _fatal_error(self) -> None:
        """Say where it broke, and nothing of what was there.

        Textual's own report prints local variables, which hold tokens and passwords; an
        exception's text can quote them too, so only its type is named.
        """
        self._save_on_the_way_out()
        self._exit_renderables.append(Text(crash_report(sys.exc_info()[1])))
        self._close_messages_no_wait()


def crash_report(error: BaseException | None) -> str:
    """The places that an error came through and its type; never a value and never its text."""
    lines = [
        f"{NAME} {VERSION} stopped because of an error in itself.",
        "A send that was under way may or may not have arrived: the next start looks for it.",
    ]
    while error is not None:
        lines.append(f"{type(error).__name__} at")
        places = [
            f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        ]
        # An endless recursion comes through a thousand places.
        lines += places if len(places) <= 40 else [*places[:10], "  …", *places[-20:]]
        error = error.__cause__ or error.__context__
    lines.append("Please report it with these lines; they hold nothing of yours.")
    return "\n".join(lines)
