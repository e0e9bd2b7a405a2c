"""The sends of which nobody knows whether they arrived: announced at the start, before all else."""

from collections.abc import Sequence
from typing import Final

from textual import work

from prolific_tui.errors import ProlificTuiError
from prolific_tui.submission.plan import Kind
from prolific_tui.submission.send import Send
from prolific_tui.tui.dialogs import Choice, ChoiceDialog, ErrorDialog, NoteDialog
from prolific_tui.tui.screens.base import BaseScreen
from prolific_tui.tui.screens.send_words import open_sentence
from prolific_tui.tui.screens.settling import settle

_NAMED: Final = 5
_LOOK, _HISTORY = 0, 1


class OpenSends(BaseScreen):
    """Announces open sends, and what is to be known of the journal, once in a run."""

    is_announcing = True
    """Whether that is still to be done, so that nothing else is to be offered."""
    _is_asking = False

    def begin(self) -> None:
        """Announce as soon as the journal was read and it is known who is signed in."""
        super().begin()
        self.watch(self.app, "history", self.announce_if_due)
        self.watch(self.app, "signing_in", self.announce_if_due, init=False)

    def on_screen_resume(self) -> None:
        """Announce what there was no room for before."""
        self.announce_if_due()

    def has_announced(self) -> None:
        """Nothing is in the way of other things any more."""

    def announce_if_due(self) -> None:
        """Announce what there is, unless something else is on the screen."""
        history, signing_in = self.app.history, self.app.signing_in
        if not self.is_announcing or self._is_asking or not self.is_on_top:
            return
        for reading in (history, signing_in):
            if reading.loading or (reading.value is None and reading.error is None):
                return
        if history.error is None and not (self.app.known_sends.notes or self.app.known_sends.open):
            self.is_announcing = False
            self.has_announced()
            return
        self._is_asking = True
        self._announce()

    @work
    async def _announce(self) -> None:
        known = self.app.known_sends
        if (error := self.app.history.error) is not None:
            told = ProlificTuiError(
                error.title, f"{error.message} Until then nothing can be sent.", error.hint
            )
            await self.app.ask(ErrorDialog(told))
        if known.notes:
            await self.app.ask(NoteDialog("About the history of sends", "\n\n".join(known.notes)))
        if known.open:
            await self._ask(known.open)
        self._is_asking = self.is_announcing = False
        self.has_announced()

    async def _ask(self, sends: Sequence[Send]) -> None:
        several = len(sends) > 1
        named = [open_sentence(send, self.app.known_sends) for send in sends[:_NAMED]]
        if len(sends) > _NAMED:
            named.append(f"and {len(sends) - _NAMED:,} more")
        who, was = ("they", "were") if several else ("it", "was")
        if all(send.kind is Kind.REPLACE_SECRET for send in sends):
            one, many = "A request for a secret is open", "requests for secrets are open"
            done, later = f"{was} made", "No other one is asked for before it is settled."
        else:
            one, many = "A send is open", "sends are open"
            done, later = "arrived", "Nothing of it is sent again before it is settled."
        answer = await self.app.ask(
            ChoiceDialog(
                f"{len(sends):,} {many}" if several else one,
                f"Nobody knows whether {who} {done}:\n" + "\n".join(f"- {each}" for each in named),
                [
                    Choice(
                        "Look now, one by one" if several else f"Look now whether it {done}",
                        f"{_read_words(sends)}; nothing is sent.",
                    ),
                    Choice("See it in 3 History", "With everything that is known of it."),
                    Choice("Later", later),
                ],
            )
        )
        if answer == _LOOK:
            for send in sends:
                if await settle(self.app, send) is None:
                    return
        elif answer == _HISTORY:
            await self.app.run_action("mode('history')")
        else:
            self.app.say("It stays open; 3 History has it.")


def _read_words(sends: Sequence[Send]) -> str:
    """What is read at Prolific to find out what became of sends."""
    are_secrets = [send.kind is Kind.REPLACE_SECRET for send in sends]
    if all(are_secrets):
        return "The secret is read"
    told = "The pools' totals and the usage reports"
    return f"{told} are read, and the secret" if any(are_secrets) else f"{told} are read"
