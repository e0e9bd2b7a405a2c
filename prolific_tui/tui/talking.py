"""The one way in which a person is told things and asked things, whatever screen that is on."""

import asyncio
from asyncio import Future, get_running_loop
from collections.abc import Callable, Coroutine, Mapping
from contextvars import copy_context
from time import monotonic
from typing import Any, TypeVar

from textual import events, work
from textual.reactive import reactive
from textual.screen import Screen

from prolific_tui.errors import ProlificTuiError
from prolific_tui.operations.events import ASKER
from prolific_tui.tui.clipboard import Clipboard
from prolific_tui.tui.dialogs import ErrorDialog, WaitDialog
from prolific_tui.tui.typeahead import OrderedKeysApp

T = TypeVar("T")


class TalkingApp(OrderedKeysApp[int]):
    """Says what needs no answer, shows errors, and asks."""

    message: reactive[str] = reactive("", repaint=False)
    """The last thing said, on the line above the keys; nothing else is drawn again for it."""

    def __init__(self, environment: Mapping[str, str], **arguments: Any) -> None:  # noqa: ANN401 - Textual's own
        super().__init__(**arguments)
        self._terminal_clipboard = Clipboard(environment, self._send_to_clipboard)
        self.last_typed = 0.0
        """When the last key or paste came, by `time.monotonic`."""

    async def on_event(self, event: events.Event) -> None:
        """Note when somebody typed last."""
        if isinstance(event, events.Key | events.Paste):
            self.last_typed = monotonic()
        await super().on_event(event)

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

        self.open(dialog, answered)
        return answer

    def open(self, dialog: Screen[T], answered: Callable[[T | None], None]) -> None:
        """Open a dialog; what it answers is told even if whoever asked is closed by then."""
        # Textual tells it to the screen in whose name the dialog was opened, or else to nobody.
        with self._context():
            self.push_screen(dialog, answered)

    @work(group="copy")
    async def copy(self, text: str, what: str) -> None:
        """Hand a text to the terminal's clipboard, and say what is known of that: not much."""
        self.say(await self._terminal_clipboard.copy(text, what))

    def _send_to_clipboard(self, text: str) -> None:
        self.copy_to_clipboard(text)
        # Textual keeps a copy, which its own paste key would put into any field.
        self._clipboard = ""

    async def wait_for(self, dialog: WaitDialog, work: Coroutine[Any, Any, T]) -> T | None:
        """Do something while a dialog says so; None where the person gave it up there.

        Raises what the work raises. Cancelling this gives the work up as well.
        """
        reads_for_dialog = copy_context()
        reads_for_dialog.run(ASKER.set, dialog)
        job = asyncio.create_task(work, context=reads_for_dialog)
        closed = self.ask(dialog)
        try:
            waited: set[Future[Any]] = {job, closed}
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            return await job if job.done() else None
        finally:
            job.cancel()
            dialog.finish()
