"""The state that screens watch, and the one way in which errors and outcomes reach a person.

Screens know the shell and not the application above it, which only puts screens and shell together.
Workers read and post what they got; the handlers here own the state.
"""

import asyncio
from asyncio import Future, get_running_loop
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any, Final, Generic, TypeVar

from textual import events, work
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen

from prolific_tui.errors import Effect, ProlificTuiError
from prolific_tui.models import CredentialPool, Workspace
from prolific_tui.operations import Account, Event, Operations, SignIn, Webhooks
from prolific_tui.operations.events import (
    DraftSaved,
    DraftTrouble,
    HistoryChanged,
    ReadRetried,
    WriteEnded,
)
from prolific_tui.submission.plan import CredentialPlan, Plan
from prolific_tui.tui.dialogs import ErrorDialog, OutcomeDialog
from prolific_tui.tui.keeping import Keeping
from prolific_tui.tui.typeahead import OrderedKeysApp

T = TypeVar("T")

_KEEP_SECONDS: Final = 10.0
"""How long a disk is waited for on quitting; then it is asked what to do."""


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """What is known of something that is read from outside, and how fresh that is."""

    value: T | None = None
    """As last read; kept while it is read again and when that fails."""
    at: datetime | None = None
    """When `value` was read."""
    loading: bool = False
    error: ProlificTuiError | None = None
    """Why the last attempt failed; None after one that did not."""


class Shell(OrderedKeysApp[int]):
    """The application as its screens know it."""

    signing_in: reactive[Reading[SignIn]] = reactive(Reading)
    """The search for a token and what it came to."""
    account: reactive[Account | None] = reactive(None)
    """Whose token is in use."""
    workspaces: reactive[Reading[tuple[Workspace, ...]]] = reactive(Reading)
    workspace: reactive[Workspace | None] = reactive(None)
    pools: reactive[Reading[tuple[CredentialPool, ...]]] = reactive(Reading)
    webhooks: reactive[Reading[Webhooks]] = reactive(Reading)
    sending: reactive[Plan | None] = reactive(None)
    """The write under way."""
    sends: reactive[int] = reactive(0)
    """Grows with every write that begins or ends, for those who show journal or drafts."""
    kept: reactive[int] = reactive(0, repaint=False)
    """Grows with what becomes known of how drafts are kept."""
    message: reactive[str] = reactive("", repaint=False)
    """The last thing said, on the line above the keys; nothing else is drawn again for it."""

    class SignInRead(Message):
        """A worker looked for a token and checked it."""

        def __init__(self, reading: Reading[SignIn]) -> None:
            super().__init__()
            self.reading = reading

    class WorkspacesRead(Message):
        """A worker read the workspaces of an account, and which of them was used last."""

        def __init__(
            self,
            account: Account,
            reading: Reading[tuple[Workspace, ...]],
            remembered: str | None,
        ) -> None:
            super().__init__()
            self.account = account
            self.reading = reading
            self.remembered = remembered

    class PoolsRead(Message):
        """A worker read the pools of a workspace."""

        def __init__(
            self, workspace: Workspace, reading: Reading[tuple[CredentialPool, ...]]
        ) -> None:
            super().__init__()
            self.workspace = workspace
            self.reading = reading

    class WebhooksRead(Message):
        """A worker read the secret and the subscriptions of a workspace."""

        def __init__(self, workspace: Workspace, reading: Reading[Webhooks]) -> None:
            super().__init__()
            self.workspace = workspace
            self.reading = reading

    class Happened(Message):
        """An event of the operations, brought over to the interface's thread."""

        def __init__(self, event: Event) -> None:
            super().__init__()
            self.event = event

    def __init__(self, operations: Operations, **arguments: Any) -> None:  # noqa: ANN401 - Textual's own
        super().__init__(**arguments)
        self.operations = operations
        self.keeping = Keeping(operations, self.set_timer, self._work_on_drafts, self._kept_anew)
        """How those rows outlive this program."""
        self.drafts = self.keeping.drafts
        """Rows that were not sent yet."""
        self.last_typed = 0.0
        """When the last key or paste came, by `time.monotonic`."""
        self.named_file: Path | None = None
        """A file to open once the pools are shown."""

    async def on_event(self, event: events.Event) -> None:
        """Note when somebody typed last."""
        if isinstance(event, events.Key | events.Paste):
            self.last_typed = monotonic()
        await super().on_event(event)

    # Saying things

    def say(self, text: str) -> None:
        """Say something that needs no answer, on the line above the keys."""
        self.message = text

    def show_error(self, error: ProlificTuiError) -> None:
        """Show an error that a person's act ran into; the one place where that is done."""
        self.push_screen(ErrorDialog(error))

    def ask(self, dialog: Screen[T]) -> Future[T | None]:
        """Open a dialog at once, so that what is typed next goes to it; await what it answers."""
        answer: Future[T | None] = get_running_loop().create_future()

        def answered(value: T | None) -> None:
            if not answer.done():
                answer.set_result(value)

        self.push_screen(dialog, answered)
        return answer

    def copy(self, text: str, what: str) -> None:
        """Hand a text to the terminal's clipboard, and say what is known of that: not much."""
        self.copy_to_clipboard(text)
        # Textual keeps a copy, which its own paste key would put into any field.
        self._clipboard = ""
        self.say(f"{what} was sent to your terminal's clipboard, which can't confirm it.")

    # Reading

    async def _reading(self, before: Reading[T], read: Coroutine[Any, Any, T]) -> Reading[T]:
        try:
            value = await read
        except ProlificTuiError as error:
            return Reading(before.value, before.at, error=error)
        return Reading(value, self.operations.clock())

    def sign_in(self) -> None:
        """Look for a token and check whose it is."""
        self.signing_in = replace(self.signing_in, loading=True)
        self._sign_in()

    @work(group="account", exclusive=True)
    async def _sign_in(self) -> None:
        reading = await self._reading(Reading(), self.operations.sign_in())
        self.post_message(self.SignInRead(reading))

    def on_shell_sign_in_read(self, message: "Shell.SignInRead") -> None:
        """Use the account that was found; after an error the one in use before stays."""
        self.signing_in = message.reading
        error, found = message.reading.error, message.reading.value
        if error is None:
            self.use_account(found.account if found else None)
        elif self.account is not None:
            self.show_error(error)

    def use_account(self, account: Account | None) -> None:
        """Another account, or none: nothing that was read for the last one stays on a screen."""
        if self.account is not None and (account is None or account.me.id != self.account.me.id):
            self.workers.cancel_group(self, "account")
            self.workspace = None
            self.workspaces = Reading()
        self.account = account
        if account is not None:
            self.read_workspaces()

    def read_workspaces(self) -> None:
        """Read the workspaces again."""
        if self.account is not None:
            self.workspaces = replace(self.workspaces, loading=True)
            self._read_workspaces(self.account)

    @work(group="account", exclusive=True)
    async def _read_workspaces(self, account: Account) -> None:
        reading = await self._reading(self.workspaces, self.operations.workspaces())
        remembered = await self.operations.remembered_workspace(account.me.id)
        self.post_message(self.WorkspacesRead(account, reading, remembered))

    def on_shell_workspaces_read(self, message: "Shell.WorkspacesRead") -> None:
        """Open the workspace that was open, or used last, or the first."""
        if self.account is None or message.account.me.id != self.account.me.id:
            return
        self.workspaces = message.reading
        workspaces = message.reading.value or ()
        wanted = self.workspace.id if self.workspace else message.remembered
        found = next((w for w in workspaces if w.id == wanted), None)
        self.workspace = found or next(iter(workspaces), None)

    def open_workspace(self, workspace: Workspace) -> None:
        """Go to another workspace, and remember it for the next start."""
        self.workspace = workspace
        if self.account is not None:
            self._remember(self.account, workspace)

    @work(group="remember")
    async def _remember(self, account: Account, workspace: Workspace) -> None:
        notes = await self.operations.remember_workspace(
            account.me.id, workspace.id, workspace.title
        )
        if notes:
            self.say(" ".join(notes))

    def watch_workspace(self, before: Workspace | None, workspace: Workspace | None) -> None:
        """Read what the screens show; nothing of the last workspace may stay on them."""
        if before != workspace:
            self.pools = Reading()
            self.webhooks = Reading()
        if workspace is not None:
            self.read_pools()
            self.read_webhooks()

    def read_pools(self) -> None:
        """Read the workspace's pools again; a read under way is given up for this one."""
        if self.workspace is not None:
            self.pools = replace(self.pools, loading=True)
            self._read_pools(self.workspace)

    @work(group="pools", exclusive=True)
    async def _read_pools(self, workspace: Workspace) -> None:
        reading = await self._reading(self.pools, self.operations.pools(workspace.id))
        self.post_message(self.PoolsRead(workspace, reading))

    def on_shell_pools_read(self, message: "Shell.PoolsRead") -> None:
        """Show the pools, unless another workspace was chosen meanwhile."""
        if message.workspace == self.workspace:
            self.pools = message.reading

    def read_webhooks(self) -> None:
        """Read the workspace's secret and subscriptions again."""
        if self.workspace is not None:
            self.webhooks = replace(self.webhooks, loading=True)
            self._read_webhooks(self.workspace)

    @work(group="webhooks", exclusive=True)
    async def _read_webhooks(self, workspace: Workspace) -> None:
        reading = await self._reading(self.webhooks, self.operations.webhooks(workspace.id))
        self.post_message(self.WebhooksRead(workspace, reading))

    def on_shell_webhooks_read(self, message: "Shell.WebhooksRead") -> None:
        """Show the webhooks, unless another workspace was chosen meanwhile."""
        if message.workspace == self.workspace:
            self.webhooks = message.reading

    def read_again(self) -> None:
        """Go on from wherever reading stopped: the account, the workspaces, or what they hold."""
        self.say("")
        if self.account is None:
            self.sign_in()
        elif self.workspace is None:
            self.read_workspaces()
        else:
            self.read_pools()
            self.read_webhooks()

    # Writing

    def may_write(self) -> bool:
        """Whether anything may be written at Prolific in this run; says why not."""
        refusal = self.operations.writes.refusal
        if refusal is not None:
            self.say(refusal.message)
        return refusal is None

    def submit(self, plan: Plan) -> None:
        """Send a plan that the person confirmed, unless another write is under way."""
        if not self.may_write():
            return
        if not self.operations.writes.submit(plan):
            self.say("Another send is under way. Nothing was sent.")
            return
        if isinstance(plan, CredentialPlan):
            self.drafts.sending(plan)
        self.sending = plan
        self.sends += 1
        self.push_screen(OutcomeDialog(plan))

    def happened(self, event: Event) -> None:
        """Take an event on the operations' thread, where only posting it is safe."""
        self.post_message(self.Happened(event))

    def on_shell_happened(self, message: "Shell.Happened") -> None:
        """Act on an event of the operations."""
        event = message.event
        if isinstance(event, WriteEnded):
            self._write_ended(event)
        elif isinstance(event, DraftSaved):
            self.keeping.saved(event)
        elif isinstance(event, DraftTrouble):
            has_rows = self.keeping.in_trouble(event)
            what = "The draft was not kept" if has_rows else "A draft was not removed"
            self.say(f"{what}. {event.error.message}")
        elif isinstance(event, HistoryChanged):
            self.sends += 1
        elif isinstance(event, ReadRetried):
            self.say(
                f"Prolific did not answer ({event.operation}, try {event.attempt});"
                f" the next try is in {event.wait_seconds:.0f} s."
            )

    # Drafts

    def _kept_anew(self) -> None:
        self.kept += 1

    def _work_on_drafts(self, work: Coroutine[Any, Any, None]) -> None:
        self.run_worker(work, group="drafts")

    async def keep_drafts(self) -> None:
        """Save every draft as it is now, and wait until it is known how far that went well.

        No key gets through meanwhile: what was typed ahead answers the question that may follow.
        """
        with self.holding_keys():
            self.keeping.save_all()
            await asyncio.to_thread(self.operations.drafts.wait, _KEEP_SECONDS)
            # What was told of the saves lies before these two in their queues.
            await self.operations.drafts.keeping()
            heard = asyncio.Event()
            self.call_later(heard.set)
            await heard.wait()

    def _write_ended(self, ended: WriteEnded) -> None:
        plan, outcome = ended.plan, ended.outcome
        self.sending = None
        if isinstance(plan, CredentialPlan):
            self.drafts.settle(plan, outcome, ended.accepted)
        elif outcome.secret is not None and plan.workspace == self.workspace:
            # Shown from the answer, so that a failing read-back can't hide the new value.
            known = self.webhooks.value or Webhooks(None, ())
            self.webhooks = replace(self.webhooks, value=replace(known, secret=outcome.secret))
        self.sends += 1
        if outcome.effect is not Effect.NOT_SENT and plan.workspace == self.workspace:
            self.read_pools()
            self.read_webhooks()
        self.say(f"{outcome.title} (3 History)")
        if isinstance(self.screen, OutcomeDialog) and self.screen.plan is plan:
            self.screen.outcome = outcome
        else:
            self.push_screen(OutcomeDialog(plan, outcome))
