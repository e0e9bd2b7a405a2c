"""Webhooks: the workspace's signing secret, what is signed with it, and its replacement."""

import asyncio
from typing import ClassVar, Final

from rich.console import Group
from rich.padding import Padding
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from prolific_tui.models import Subscription, WebhookSecret
from prolific_tui.operations import KeptSecrets, PreviousSecret
from prolific_tui.secret import Secret
from prolific_tui.submission.plan import place_words
from prolific_tui.tui.dialogs import ConfirmDialog, WaitDialog
from prolific_tui.tui.plainly import show_plainly
from prolific_tui.tui.revealing import SHOWN_FOR
from prolific_tui.tui.rotation import Receiver
from prolific_tui.tui.screens.delivery import try_delivery
from prolific_tui.tui.screens.kept import may_keep_secrets
from prolific_tui.tui.screens.new_file import write_new_file
from prolific_tui.tui.screens.receiver_table import ReceiverTable
from prolific_tui.tui.screens.replacing import (
    is_read,
    is_settled,
    replace_secret,
    subscription_words,
)
from prolific_tui.tui.screens.revealing import RevealingScreen, reveal_key
from prolific_tui.tui.screens.standing import freshness, standing
from prolific_tui.tui.screens.webhook_words import (
    Unsettled,
    facts_of,
    kept_now_words,
    known_words,
    not_kept,
    unsettled,
    unsigned_words,
    without_value_words,
)
from prolific_tui.tui.widgets import CursorList, Line, Rule, visible_lines
from prolific_tui.visible import visible

_READING: Final = "The secret, its copies here and earlier requests. Nothing was asked for yet."
_PLAINLY: Final = (
    "It stays in your terminal's scrollback, and in that of a tmux or screen in between, where"
    " whoever comes to the terminal later can read it. y prints it, n does not."
)


class WebhooksScreen(RevealingScreen):
    """The second screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "replace", "Create/replace", tooltip="Make a new secret; the old one dies"),
        reveal_key("the secret"),
        Binding("y", "copy", "Copy", tooltip="Copy the secret to the clipboard"),
        Binding("P", "plainly", "Print", tooltip="Print the secret plainly, to be selected"),
        Binding("f", "save", "File", tooltip="Write the secret to a new 0600 file"),
        Binding(
            "K", "keep", "Keep", tooltip="Keep the secret in the keyring, or the plain-text file"
        ),
        Binding("t", "test", "Test a delivery", tooltip="Tell which secret signed a delivery"),
        Binding(
            "space", "tick", "Has it", key_display="Space", tooltip="This receiver has the secret"
        ),
        Binding(
            "plus", "more", "Another", key_display="+", tooltip="Another receiver at this target"
        ),
        Binding(
            "minus",
            "fewer",
            "One less",
            key_display="-",
            show=False,
            tooltip="One receiver less at this target",
        ),
        Binding("r", "refresh", "Refresh", tooltip="Read again from Prolific"),
        Binding("w", "app.workspace", "Workspace", tooltip="Switch to another workspace"),
        Binding("question_mark", "help", "Keys", key_display="?", tooltip="This list"),
        Binding("q", "app.leave", "Quit", tooltip="Quit; asks if anything would be lost"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._kept: KeptSecrets | None = None
        """What is kept of this workspace's secrets; None before that was read."""
        self._shown_anew = asyncio.Event()
        """Set for a moment whenever something was read or chosen, for who waits for that."""
        self._lines: list[tuple[Receiver, Subscription | None]] = []
        """What the lines of the list stand for; further receivers have no subscription."""

    def body(self) -> ComposeResult:
        """The secret, and the receivers of what is signed with it."""
        yield Line(id="summary")
        yield Static(id="webhooks-text", markup=False)
        yield Rule(id="receivers-rule")
        yield Line(id="headings", classes="headings")
        yield CursorList(id="receivers")

    def begin(self) -> None:
        """Follow what is read."""
        super().begin()
        self.watch(self.app, "webhooks", self._webhooks_read)
        self.watch(self.app, "choices", self._look_anew, init=False)
        for before in ("signing_in", "account", "workspaces", "workspace", "history"):
            self.watch(self.app, before, self.show_webhooks, init=False)
        self.query_one(CursorList).focus()

    def _webhooks_read(self) -> None:
        if self.app.webhooks.value is None:
            self._kept = None
        elif not self.app.webhooks.loading:
            self.look_at_kept()
        self.show_webhooks()

    def _look_anew(self) -> None:
        """What was kept may be elsewhere by now, or another one: it is shown no more."""
        self._kept = None
        self._webhooks_read()

    @work(exclusive=True, group="kept")
    async def look_at_kept(self) -> None:
        """Read what is kept of the secrets on this machine."""
        workspace = self.app.workspace
        if workspace is None:
            return
        kept = await self.app.operations.signing.kept(workspace.id)
        if self.app.workspace is None or self.app.workspace.id != workspace.id:
            return  # another one is shown by now, and its own secrets are looked for
        self._kept = kept
        place = place_words(kept.found_in.value)
        if kept.current is not None:
            self.app.rotation.is_kept(workspace, kept.current, place)
        if kept.previous is not None:
            self.app.rotation.is_kept(workspace, kept.previous.value, place)
        self.show_webhooks()

    @property
    def _secret(self) -> WebhookSecret | None:
        webhooks = self.app.webhooks.value
        return webhooks.secret if webhooks else None

    @property
    def _subscriptions(self) -> tuple[Subscription, ...]:
        webhooks = self.app.webhooks.value
        return (webhooks.subscriptions or ()) if webhooks else ()

    @property
    def _unsettled(self) -> Unsettled | None:
        """A request for a secret of this workspace of which nobody knows what became of it."""
        return unsettled(self.app.known_sends, self.app.workspace, self._secret)

    @property
    def _previous(self) -> PreviousSecret | None:
        """The secret before this one, if it is known."""
        kept = self._kept.previous if self._kept else None
        return self.app.rotation.previous(self.app.workspace, self._secret, kept)

    # What is shown

    @on(CursorList.Resized)
    def show_webhooks(self) -> None:
        """Show what is known."""
        self._shown_anew.set()
        self._shown_anew.clear()
        reading = self.app.webhooks
        summary = Text(" ")
        if reading.value is not None:
            subscriptions = reading.value.subscriptions
            summary.append("1 secret" if reading.value.secret else "No secret")
            if subscriptions is not None:
                summary.append(f", {subscription_words(subscriptions)} signed with it")
        line = self.query_one("#summary", Line)
        width = line.size.width or self.size.width
        line.text = summary.append_text(freshness(reading, width - summary.cell_len))
        self.query_one("#webhooks-text", Static).update(self._text())
        self._show_receivers()

    def _text(self) -> Group:
        """What is known, of which each fact is a line, and sentences are as long as they are."""
        reading = self.app.webhooks
        words = standing(self.app, reading, "the secret and the subscriptions")
        above = Padding(Text(f"\n{visible_lines(words)}\n" if words else ""), (0, 1))
        if reading.value is None:
            return Group(above)
        unsigned = unsigned_words(reading.value)
        below = [Padding(unsigned, (0, 1))] if unsigned else []
        secret, revealed = reading.value.secret, self.is_revealed
        facts = facts_of(secret, self._kept, self._unsettled, self._previous, is_revealed=revealed)
        return Group(above, facts, *below)

    def _show_receivers(self) -> None:
        rotation, secret = self.app.rotation, self._secret
        self._lines = []
        for receiver in rotation.receivers(self._subscriptions):
            signed = [s for s in self._subscriptions if s.target_url == receiver.target_url]
            self._lines += (
                [(receiver, subscription) for subscription in signed]
                if receiver.number == 1
                else [(receiver, None)]
            )
        listed = self.query_one(CursorList)
        table = ReceiverTable.within(
            listed.content_region.width or self.size.width, self._subscriptions
        )
        self.query_one("#headings", Line).text = table.headings
        at = min(listed.highlighted or 0, max(len(self._lines) - 1, 0))
        listed.show([table.row(*line, rotation, secret) for line in self._lines], at)
        self.query_one("#receivers-rule", Rule).title = known_words(
            self._subscriptions, rotation, secret
        )
        for selector in ("#headings", "#receivers", "#receivers-rule"):
            self.query_one(selector).display = bool(self._lines)
        self.set_class(not self._lines, "-unlisted")

    # The receivers

    @property
    def _under_cursor(self) -> Receiver | None:
        """The receiver under the cursor."""
        at = self.query_one(CursorList).highlighted
        return self._lines[at][0] if at is not None and at < len(self._lines) else None

    @property
    def _receiver(self) -> Receiver | None:
        """The same; says so where there is none."""
        if (receiver := self._under_cursor) is None:
            self.app.say("There is no receiver here.")
        return receiver

    def action_tick(self) -> None:
        """The receiver under the cursor has the secret, or has it not."""
        if (receiver := self._receiver) is not None:
            self.app.rotation.toggle(self._secret, receiver)
            self.show_webhooks()

    def action_more(self) -> None:
        """There is another receiver behind the address under the cursor."""
        if (receiver := self._receiver) is not None:
            self.app.rotation.add(receiver.target_url)
            self.app.say("Each receiver behind one address has a line of its own; - takes it away.")
            self.show_webhooks()

    def action_fewer(self) -> None:
        """There is one receiver less behind that address."""
        if (receiver := self._receiver) is None:
            return
        if not self.app.rotation.remove(receiver.target_url):
            self.app.say("There is just one receiver at this target.")
        elif receiver.number > self.app.rotation.behind(receiver.target_url):
            # It was the one under the cursor, which does not go on to another address.
            self.query_one(CursorList).action_cursor_up()
        self.show_webhooks()

    # Keys

    def action_refresh(self) -> None:
        """Read again, from wherever reading stopped."""
        self.app.read_again()

    def show_revealed(self, revealed: bool) -> None:
        """Show the secret, and say so where it may be an old one; or hide it."""
        self.show_webhooks()
        super().show_revealed(revealed)
        open_one = self._unsettled
        if revealed and open_one is not None and open_one.may_be_old:
            self.app.say(f"Shown for {SHOWN_FOR}. This may be the old secret: see Open request.")

    def has_hidden(self) -> bool:
        """Whether there is a secret to show."""
        return self._known_value() is not None

    def _known_value(self) -> Secret | None:
        """The secret's value; says so where there is none."""
        secret = self._secret
        if secret is None or secret.value is None:
            self.app.say(without_value_words(self.app.webhooks.value))
            return None
        return secret.value

    async def _value_to_use(self) -> Secret | None:
        """The same to be used elsewhere; asks first where it may be an old one by now."""
        value, open_one = self._known_value(), self._unsettled
        if value is None or open_one is None or not open_one.may_be_old:
            return value
        question = f"{open_one.caution} y takes it all the same, n does not."
        if await self.app.ask(ConfirmDialog("This may be the old secret", question)):
            return value
        self.app.say("Nothing was done with it.")
        return None

    @work
    async def action_copy(self) -> None:
        """Copy the secret."""
        if value := await self._value_to_use():
            self.app.copy(value.reveal(), "The secret")

    @work
    async def action_plainly(self) -> None:
        """Print the secret, after a warning."""
        value = await self._value_to_use()
        if value is None:
            return
        if not await self.app.ask(ConfirmDialog("Print the secret plainly?", _PLAINLY)):
            return
        printed = show_plainly(
            self.app,
            f"\nThe signing secret:\n\n{visible(value.reveal())}\n\n"
            "It stays in this terminal's scrollback. Enter goes back to prolific-tui. ",
        )
        self.app.say("" if printed else "There is no terminal here to print to.")

    @work
    async def action_save(self) -> None:
        """Write the secret to a new file."""
        value, workspace = await self._value_to_use(), self.app.workspace
        if value is None or workspace is None:
            return
        self.app.say("")
        save = self.app.operations.signing.save_to_file
        saved = await write_new_file(self.app, "Save the secret", lambda path: save(path, value))
        if saved is not None:
            self.app.rotation.is_kept(workspace, value, place_words(str(saved)))
            self.app.say(f"The secret is in {saved}")

    @work
    async def action_keep(self) -> None:
        """Keep the secret in this program's own entry."""
        value, workspace = self._known_value(), self.app.workspace
        if value is None or workspace is None:
            return
        if self._kept and self._kept.current == value:
            self.app.say("It is kept there already.")
            return
        self.app.say("")
        if not await may_keep_secrets(self.app):
            return
        kept = await self.app.wait_for(
            WaitDialog(
                "Keeping the secret…",
                "A keyring may want to be unlocked meanwhile. Giving it up changes nothing at"
                " Prolific.",
            ),
            self.app.operations.signing.keep(
                workspace.id, value, self.app.rotation.previous(workspace, self._secret)
            ),
        )
        if kept is None:
            self.app.say("Given up; what the keyring did by then is looked up again.")
        else:
            self.app.say(kept_now_words(kept.places, is_demo=self.app.operations.is_demo))
            if kept.troubles:
                self.app.show_error(not_kept(kept.troubles, is_anywhere=bool(kept.places)))
            for place in kept.places:
                self.app.rotation.is_kept(workspace, value, place)
        self._look_anew()

    @work
    async def action_test(self) -> None:
        """Tell which secret signed a delivery."""
        if self._known_value() is None or self._secret is None:
            return
        await try_delivery(
            self.app, self._secret, self._previous, self._subscriptions, self._under_cursor
        )
        self.show_webhooks()

    async def _until_read(self) -> None:
        while not is_read(self.app, self._kept):
            await self._shown_anew.wait()

    @work
    async def action_replace(self) -> None:
        """Ask where the new one is kept, explain, ask for the words, and make it."""
        if not self.app.may_write():
            return
        self.app.say("")
        if not is_read(self.app, self._kept):
            # At once, so that what is typed next does nothing on this screen.
            box = WaitDialog("Reading what is there first…", _READING)
            await self.app.wait_for(box, self._until_read())
        if not is_read(self.app, self._kept):
            self.app.say("Given up: nothing was asked of Prolific.")
            return
        workspace, reading, kept = self.app.workspace, self.app.webhooks, self._kept
        webhooks = reading.value if reading.error is None else None
        if workspace is None or webhooks is None or kept is None:
            self.app.say("Read what is there first: r refreshes.")
            return
        if await is_settled(self.app, workspace):
            await replace_secret(self.app, workspace, webhooks, kept)
