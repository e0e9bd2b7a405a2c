"""What is read from Prolific for the screens: whose account, which workspaces, what they hold.

Workers read and post what they got; the handlers here own the state.
"""

import math
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Generic, TypeVar

from textual import work
from textual.message import Message
from textual.reactive import reactive
from textual.timer import Timer

from prolific_tui.errors import ProlificTuiError
from prolific_tui.models import CredentialPool, Workspace
from prolific_tui.operations import Account, Operations, SignIn, Webhooks
from prolific_tui.operations.events import ASKER, ReadOver, ReadRetried
from prolific_tui.profiles import Whose
from prolific_tui.tui.talking import TalkingApp

T = TypeVar("T")

_TOO_MANY_REQUESTS: Final = 429
_GROUPS: Final = ("account", "pools", "webhooks")
"""The workers that read for the screens, of which each screen waits for one."""


@dataclass(frozen=True, slots=True)
class _Wait:
    """A read is to be tried again."""

    status: int | None
    """What it was answered with; None where it was not answered."""
    until: datetime
    is_of_send: bool
    """Whether a send looks, or it is looked for one: none of that is a screen's."""
    asker: object | None
    """Who says so besides the line above the keys: a box, or the plan of a send for its boxes."""

    def words(self, now: datetime) -> str:
        """Why and when it is tried again, and in how many seconds."""
        seconds = max(0, math.ceil((self.until - now).total_seconds()))
        when = f"{self.until:%H:%M:%S} ({seconds} s)"
        if self.status == _TOO_MANY_REQUESTS:
            return f"Prolific asks to wait until {when}."
        if self.status is None:
            return f"No answer from Prolific; tried again at {when}."
        return f"Prolific failed ({self.status}); tried again at {when}."


class _Screens:
    """The asker of what is read for the screens, until all of that is given up."""


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

    def given_up(self) -> "Reading[T]":
        """The same once nobody waits for it any more."""
        if not self.loading:
            return self
        error = ProlificTuiError("Not read", "You gave it up before Prolific answered.")
        return replace(self, loading=False, error=error)


def _whose(account: Account | None) -> Whose | None:
    return None if account is None else account.whose


class ReadingApp(TalkingApp):
    """Reads, and holds what was read."""

    signing_in: reactive[Reading[SignIn]] = reactive(partial(Reading, loading=True))
    """The search for a token and what it came to.

    It begins after the first frame, in which nobody knows yet that there is none.
    """
    account: reactive[Account | None] = reactive(None)
    """Whose token is in use."""
    workspaces: reactive[Reading[tuple[Workspace, ...]]] = reactive(Reading)
    workspace: reactive[Workspace | None] = reactive(None)
    pools: reactive[Reading[tuple[CredentialPool, ...]]] = reactive(Reading)
    webhooks: reactive[Reading[Webhooks]] = reactive(Reading)

    class SignInRead(Message):
        """A worker looked for a token and checked it, while this account was in use."""

        def __init__(self, used: Account | None, reading: Reading[SignIn]) -> None:
            super().__init__()
            self.used = used
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

    def __init__(self, operations: Operations, **arguments: Any) -> None:  # noqa: ANN401 - Textual's own
        super().__init__(**arguments)
        self.operations = operations
        self._screens = _Screens()
        self._retrying: dict[int, _Wait] = {}
        """The reads that are to be tried again, by number; the newest is told of."""
        self._told = ""
        """What was said of it last."""
        self._counting: Timer | None = None
        """Runs while there are any."""

    # Reading

    async def _reading(self, before: Reading[T], read: Coroutine[Any, Any, T]) -> Reading[T]:
        ASKER.set(self._screens)
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
        used = self.account
        reading = await self._reading(Reading(), self.operations.sign_in())
        self.post_message(self.SignInRead(used, reading))

    def on_reading_app_sign_in_read(self, message: "ReadingApp.SignInRead") -> None:
        """Use the account that was found; after an error the one in use before stays."""
        if _whose(message.used) != _whose(self.account):
            return  # a person chose another, or none, while this message was on its way here
        self.signing_in = message.reading
        error, found = message.reading.error, message.reading.value
        if error is None:
            self.use_account(found.account if found else None)
        elif self.account is not None:
            self.show_error(error)

    def use_account(self, account: Account | None) -> None:
        """Another account, or none: nothing that was read for the last one stays on a screen."""
        if self.signing_in.loading:
            # It is given up below, and tells nothing any more.
            self.signing_in = Reading()
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

    def on_reading_app_workspaces_read(self, message: "ReadingApp.WorkspacesRead") -> None:
        """Open the workspace that was open, or used last, or the first."""
        if self.account is None or message.account.me.id != self.account.me.id:
            return
        self.workspaces = message.reading
        workspaces = message.reading.value or ()
        wanted = self.workspace.id if self.workspace else message.remembered
        found = next((w for w in workspaces if w.id == wanted), None)
        before, self.workspace = self.workspace, found or next(iter(workspaces), None)
        if before is not None and before == self.workspace:
            # Nothing else reads them then, and the token that read them last may be another one.
            self.read_pools()
            self.read_webhooks()

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

    def on_reading_app_pools_read(self, message: "ReadingApp.PoolsRead") -> None:
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

    def on_reading_app_webhooks_read(self, message: "ReadingApp.WebhooksRead") -> None:
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

    # Reads that are tried again

    def read_retried(self, event: ReadRetried) -> None:
        """Say when a read is tried again, and count the seconds until then."""
        if isinstance(event.asker, _Screens) and event.asker is not self._screens:
            # It was given up while this was on its way here.
            return
        at = self.operations.clock() + timedelta(seconds=event.wait_seconds)
        self._retrying.pop(event.read, None)
        self._retrying[event.read] = _Wait(event.status, at, event.is_of_send, event.asker)
        self._tell_wait()
        if self._counting is None:
            self._counting = self.set_interval(1, self._count_down)

    def read_over(self, event: ReadOver) -> None:
        """Take back what was said of a read that is waited for no more."""
        self._retrying.pop(event.read, None)
        if self._retrying:
            self._count_down()
            return
        self._stop_counting()
        self.show_waits()
        if self._told and self.message == self._told:
            self.say("")

    def _tell_wait(self, *, aloud: bool = True) -> None:
        """Tell of the newest wait, aloud on every screen; and in each box, of its own."""
        if aloud:
            newest = next(reversed(self._retrying.values()))
            told = newest.words(self.operations.clock())
            # The look of a send is no screen's: it is not Esc's to give up.
            if self._is_reading and not newest.is_of_send:
                told += " Esc gives it up."
            self._told = told
            self.say(told)
        self.show_waits()

    def wait_words(self, asker: object) -> str:
        """Until when the newest read of theirs that is tried again waits; empty where none does."""
        newest_first = reversed(self._retrying.values())
        wait = next((wait for wait in newest_first if wait.asker is asker), None)
        return wait.words(self.operations.clock()) if wait else ""

    def _count_down(self) -> None:
        # What was said since stays.
        self._tell_wait(aloud=self.message == self._told)

    def _stop_counting(self) -> None:
        if self._counting is not None:
            self._counting.stop()
            self._counting = None

    def show_waits(self) -> None:
        """Show in the boxes what `wait_words` has for them."""

    @property
    def _is_reading(self) -> bool:
        """Whether anything is being read for the screens."""
        readings = (self.signing_in, self.workspaces, self.pools, self.webhooks)
        return any(reading.loading for reading in readings)

    def give_up_reading(self) -> None:
        """Wait no more for what the screens read; what was read before stays.

        What a send looks at is none of that.
        """
        of_sends = {read: wait for read, wait in self._retrying.items() if wait.is_of_send}
        if len(of_sends) == len(self._retrying) or not self._is_reading:
            return
        self._screens = _Screens()
        for group in _GROUPS:
            self.workers.cancel_group(self, group)
        self._retrying = of_sends
        if not of_sends:
            self._stop_counting()
        self.signing_in = self.signing_in.given_up()
        self.workspaces = self.workspaces.given_up()
        self.pools = self.pools.given_up()
        self.webhooks = self.webhooks.given_up()
        if self.operations.writes.under_way is None:
            self.say("Given up; r tries again.")
        else:
            self.say("This screen is read no more, r tries again; the send goes on (0).")
