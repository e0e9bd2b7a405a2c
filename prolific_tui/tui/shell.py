"""The application as its screens know it: what was read, what is under way, what was sent.

Screens know the shell and not the application above it, which only puts screens and shell together.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from textual import work
from textual.message import Message
from textual.reactive import reactive

from prolific_tui.errors import Effect
from prolific_tui.models import CredentialPool
from prolific_tui.operations import Event, Operations, Sends, Webhooks
from prolific_tui.operations.events import (
    DraftSaved,
    DraftTrouble,
    HistoryChanged,
    ReadOver,
    ReadRetried,
    SendProgressed,
    SettlingProgressed,
    WriteEnded,
)
from prolific_tui.submission.plan import CredentialPlan, Plan, SecretPlan
from prolific_tui.submission.progress import Progress
from prolific_tui.submission.send import Send
from prolific_tui.tui.dialogs import (
    Choice,
    ChoiceDialog,
    SendAct,
    SendDialog,
    WaitDialog,
    looking_words,
)
from prolific_tui.tui.drafts import Draft
from prolific_tui.tui.drive import give_way
from prolific_tui.tui.keeping import Keeping
from prolific_tui.tui.readings import Reading, ReadingApp
from prolific_tui.tui.rotation import Rotation

__all__ = ["Reading", "Shell"]

_KEEP_SECONDS: Final = 10.0
"""How long a disk is waited for on quitting; then it is asked what to do."""


class Shell(ReadingApp):
    """What screens watch beside what is read, and what they ask for."""

    history: reactive[Reading[Sends]] = reactive(Reading)
    """Every send from this machine, and what the pools are called."""
    sending: reactive[Plan | None] = reactive(None)
    """The write under way."""
    progress: reactive[Progress | None] = reactive(None)
    """How far it is, as far as was told."""
    sends: reactive[int] = reactive(0)
    """Grows with every write that begins or ends, for those who show drafts."""
    kept: reactive[int] = reactive(0, repaint=False)
    """Grows with what becomes known of how drafts are kept."""
    choices: reactive[int] = reactive(0, repaint=False)
    """Grows with each choice of where tokens and secrets are kept: they may have moved."""

    class HistoryRead(Message):
        """A worker read the journal."""

        def __init__(self, reading: Reading[Sends]) -> None:
            super().__init__()
            self.reading = reading

    class Happened(Message):
        """An event of the operations, brought over to the interface's thread."""

        def __init__(self, event: Event) -> None:
            super().__init__()
            self.event = event

    def __init__(self, operations: Operations, **arguments: Any) -> None:  # noqa: ANN401 - Textual's own
        super().__init__(operations, **arguments)
        self.rotation = Rotation()
        """Which receivers have a new signing secret by now."""
        self.keeping = Keeping(operations, self.set_timer, self._work_on_drafts, self._kept_anew)
        """How those rows outlive this program."""
        self.drafts = self.keeping.drafts
        """Rows that were not sent yet."""
        self.taken_up: set[str] = set()
        """The ids of the drafts of earlier runs that this one took up."""
        self.leaving: ChoiceDialog | None = None
        """The question whether to quit while a send is under way, as long as it is open."""
        self._held: SendDialog | None = None
        """What became of that send, to be shown once the question was answered."""
        self.named_file: Path | None = None
        """A file to open once the pools are shown."""

    # What was sent

    @property
    def known_sends(self) -> Sends:
        """The sends that are known; none where the journal was not read."""
        return self.history.value or Sends()

    def label(self, pool: CredentialPool | None) -> str:
        """What the person calls a pool; empty where nobody said."""
        return self.known_sends.label(pool.credential_pool_id if pool else None)

    def read_history(self) -> None:
        """Read the journal again, with what other windows wrote."""
        self.history = replace(self.history, loading=True)
        self._read_history()

    @work(group="history", exclusive=True)
    async def _read_history(self) -> None:
        reading = await self._reading(self.history, self.operations.history.read())
        self.post_message(self.HistoryRead(reading))

    def on_shell_history_read(self, message: "Shell.HistoryRead") -> None:
        """Show the sends, as they are known by now: more may have been written down since."""
        reading = message.reading
        if reading.error is None:
            self.history = replace(reading, value=self.operations.history.now)
        else:
            self.history = replace(self.history, loading=False, error=reading.error)

    # The signing secret

    def watch_webhooks(self, reading: Reading[Webhooks]) -> None:
        """A secret that was waited for may be there, or another than before."""
        if self.workspace is not None and reading.value is not None:
            self.rotation.seen(self.workspace, reading.value.secret, self.operations.clock())

    # Writing

    def may_write(self) -> bool:
        """Whether anything may be written at Prolific in this run; says why not."""
        refusal = self.operations.writes.refusal
        if refusal is not None:
            self.say(refusal.message)
        return refusal is None

    def submit(self, plan: Plan, draft: Draft | None = None, *, halving: bool = False) -> None:
        """Send a plan that the person confirmed, unless another write is under way.

        Args:
            plan: what goes.
            draft: whose rows go, where they are rows.
            halving: whether the plan was refused for a clash, which is to be found.
        """
        if not self.may_write():
            return
        writes = self.operations.writes
        if halving and isinstance(plan, CredentialPlan):
            has_begun = writes.find_clash(plan)
        else:
            has_begun = writes.submit(plan)
        if not has_begun:
            done = "asked of Prolific" if isinstance(plan, SecretPlan) else "sent"
            self.say(f"{self.under_way} already. Nothing was {done}.")
            return
        if isinstance(plan, CredentialPlan) and draft is not None:
            self.drafts.sending(draft, plan)
        # What was said of an attempt before is not so of this one.
        self.say("")
        self.progress = None
        self.sending = plan
        self.sends += 1
        self.show_progress()

    @property
    def is_sending(self) -> bool:
        """Whether a write is under way, or what became of it was not told here yet."""
        return self.sending is not None or self.operations.writes.under_way is not None

    @property
    def under_way(self) -> str:
        """What kind of write is under way, as the beginning of a sentence."""
        plan = self.sending or self.operations.writes.under_way
        if not isinstance(plan, SecretPlan):
            return "A send is under way"
        return "The secret is being replaced" if plan.old else "A secret is being made"

    def show_progress(self) -> None:
        """Open the box that shows the write under way, from any screen and as often as wanted."""
        if self.sending is None:
            self.say("No send is under way. 3 History has those that were.")
        else:
            dialog = SendDialog(self.sending, self.operations.writes, self.progress)
            self.open(dialog, self._acted)

    def happened(self, event: Event) -> None:
        """Take an event on the operations' thread, where only posting it is safe."""
        self.post_message(self.Happened(event))

    def on_shell_happened(self, message: "Shell.Happened") -> None:
        """Act on an event of the operations."""
        event = message.event
        if isinstance(event, SendProgressed):
            self._progressed(event)
        elif isinstance(event, WriteEnded):
            self._write_ended(event)
        elif isinstance(event, SettlingProgressed):
            self._settling(event)
        elif isinstance(event, HistoryChanged):
            now = self.operations.history.now
            self.history = replace(self.history, value=now, at=self.operations.clock())
        elif isinstance(event, DraftSaved):
            self.keeping.saved(event)
        elif isinstance(event, DraftTrouble):
            has_rows = self.keeping.in_trouble(event)
            what = "The draft was not kept" if has_rows else "A draft was not removed"
            self.say(f"{what}. {event.error.message}")
        elif isinstance(event, ReadRetried):
            self.read_retried(event)
        elif isinstance(event, ReadOver):
            self.read_over(event)

    def show_waits(self) -> None:
        """Show in each box whether what it waits for is to be tried again, and nobody else's."""
        for screen in self.screen_stack:
            if isinstance(screen, WaitDialog):
                screen.waiting = self.wait_words(screen)
            elif isinstance(screen, SendDialog):
                screen.waiting = self.wait_words(screen.plan)

    def _settling(self, event: SettlingProgressed) -> None:
        send = self.send(event.number)
        has_others = send is not None and len(send.open_parts) > 1
        which = f"Part {event.part.number:,}: " if has_others else ""
        for screen in self.screen_stack:
            if isinstance(screen, WaitDialog):
                screen.progress = f"{which}{looking_words(event.looking)}"

    def _progressed(self, event: SendProgressed) -> None:
        if event.plan is not self.sending:
            return
        self.progress = event.progress
        for dialog in self.dialogs_of(event.plan):
            dialog.progress = event.progress

    def _write_ended(self, ended: WriteEnded) -> None:
        plan, outcome = ended.plan, ended.outcome
        if plan is self.sending:
            # Another one may have been begun before the end of this one was told here.
            self.sending = self.progress = None
        rest: Draft | None = None
        if isinstance(plan, CredentialPlan):
            rest = self.drafts.settle(plan, ended)
        elif outcome.secret is not None and plan.workspace == self.workspace:
            # Shown from the answer, so that a failing read-back can't hide the new value.
            known = self.webhooks.value or Webhooks(None, ())
            self.webhooks = replace(self.webhooks, value=replace(known, secret=outcome.secret))
        if isinstance(plan, SecretPlan):
            self.rotation.made(plan, outcome, self.operations.clock())
        self.sends += 1
        # A workspace out of the journal has less to it than the same one as listed.
        is_here = self.workspace is not None and plan.workspace.id == self.workspace.id
        reached = ended.accepted or outcome.effect is not Effect.NOT_SENT
        if reached and is_here:
            self.read_pools()
        if is_here and (reached or isinstance(plan, SecretPlan)):
            # A secret that was changed by somebody else is why nothing was sent.
            self.read_webhooks()
        if not reached and outcome.effect is Effect.NOT_SENT:
            # What another window sent may be why; the rows are compared with it again.
            self.read_history()
            if ended.number is not None and is_here:
                # It was looked at the pools just before: they can be read.
                self.read_pools()
        is_recorded = ended.number is not None
        self.say(f"{outcome.title} (3 History)" if is_recorded else outcome.title)
        dialogs, send = self.dialogs_of(plan), self.send(ended.number)
        for dialog in dialogs:
            dialog.send = send
            dialog.ended = ended
        if not dialogs:
            dialog = SendDialog(plan, self.operations.writes, ended=ended, send=send)
            if self.leaving is None or self.is_sending:
                self.open(dialog, self._acted)
            else:
                # On top of that question it would take the keys that are meant for it.
                self._held = dialog
                what = "request" if isinstance(plan, SecretPlan) else "send"
                self.leaving.ask_instead(
                    f"The {what} is over",
                    f"{outcome.title}.{' 3 History has it.' * is_recorded} Quit?",
                    [Choice("Stay, and see what became of it"), Choice("Quit now")],
                )
        went_on = isinstance(plan, CredentialPlan) and plan.continues is not None
        if went_on and rest is not None and send is not None:
            self.clear_earlier(send, rest)
        if ended.search is not None:
            self.explain_clash(ended)

    def send(self, number: int | None) -> Send | None:
        """A send of the journal as it is known now."""
        sends = self.operations.history.now.sends
        return next((send for send in sends if send.number == number), None)

    def dialogs_of(self, plan: Plan) -> list[SendDialog]:
        """The boxes that show a write, or what became of it."""
        return [
            screen
            for screen in (*self.screen_stack, self._held)
            if isinstance(screen, SendDialog) and screen.plan is plan
        ]

    def show_held(self) -> None:
        """Show what became of a send that ended while it was asked whether to quit."""
        if self._held is not None:
            dialog, self._held = self._held, None
            self.open(dialog, self._acted)

    def _acted(self, answer: tuple[SendAct, WriteEnded] | None) -> None:
        if answer is not None:
            self.act_on_send(*answer)

    def act_on_send(self, act: SendAct, ended: WriteEnded) -> None:
        """Do what the person chose once a send had ended."""
        raise NotImplementedError

    def clear_earlier(self, send: Send, rest: Draft) -> object:
        """Take rows out of a draft that arrived with an earlier run of a send that went on.

        Args:
            send: The send.
            rest: The draft whose rows went on with it, and no other one: other rows with the same
                usernames may be meant as another pool.
        """
        raise NotImplementedError

    def explain_clash(self, ended: WriteEnded) -> object:
        """Ask what is known of rows that were refused for a clash."""
        raise NotImplementedError

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
            while any(draft.session.is_changing for draft in self.drafts):
                # Of a change that is still being made, only its end can be kept.
                await give_way()
            self.keeping.save_all()
            await asyncio.to_thread(self.operations.drafts.wait, _KEEP_SECONDS)
            # What was told of the saves lies before these two in their queues.
            await self.operations.drafts.keeping()
            heard = asyncio.Event()
            self.call_later(heard.set)
            await heard.wait()
