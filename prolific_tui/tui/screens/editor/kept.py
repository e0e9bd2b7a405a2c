"""The editor's side of kept drafts: how they are kept is asked once, and leaving says it."""

from time import monotonic
from typing import ClassVar, Final

from textual import work
from textual.binding import Binding, BindingType
from textual.timer import Timer

from prolific_tui.tui.dialogs import ConfirmDialog
from prolific_tui.tui.screens.editor.page import EditorPage
from prolific_tui.tui.screens.kept import (
    ask_keeping,
    back_words,
    discard,
    may_leave,
    rows_words,
)
from prolific_tui.visible import counted

_QUIET_SECONDS: Final = 2.0
"""How long nobody has typed before a question may come up by itself."""


class DraftKeys(EditorPage):
    """Discarding and leaving the rows, and the question how they are kept."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("D", "discard", "Discard", show=False, tooltip="Discard all rows, after asking"),
    ]

    home = "pools"
    """The screen that this goes back to in the end, by its mode."""
    _question: Timer | None = None
    _was_asked = False
    """Whether this screen asked how rows are kept; once is enough for it to do by itself."""

    def begin(self) -> None:
        """Follow what is known of how the draft is kept."""
        super().begin()
        self.watch(self.app, "kept", self._kept_anew)

    def _kept_anew(self) -> None:
        self.show_top()
        if self.app.keeping.is_to_be_asked and not self._was_asked and self._question is None:
            self._question = self.set_interval(_QUIET_SECONDS / 4, self._ask_when_quiet)

    def _ask_when_quiet(self) -> None:
        """Ask when no key could be meant for anything else."""
        if not self.app.keeping.is_to_be_asked or self._was_asked:
            self._stop_asking()
        elif (
            self.is_on_top
            and not self.is_editing
            and monotonic() - self.app.last_typed >= _QUIET_SECONDS
        ):
            self._stop_asking()
            self._ask_keeping()

    def _stop_asking(self) -> None:
        if self._question is not None:
            self._question.stop()
            self._question = None

    @work
    async def _ask_keeping(self) -> None:
        self._was_asked = True
        await ask_keeping(self.app)

    @work
    async def action_discard(self) -> None:
        """Discard every row and leave, after asking."""
        rows = len(self.draft.session.document)
        if not rows:
            self.app.say("There are no rows to discard.")
            return
        if self.may_change() and await self.app.ask(
            ConfirmDialog(
                f"Discard {rows_words(self.app, [self.draft])}?",
                "Nothing of them is kept, here or on disk.",
            )
        ):
            what = "row" if self.draft.in_pool else "unsent row"
            await discard(self.app, self.draft)
            self.go_home()
            self.app.say(f"{counted(rows, what)} discarded.")

    def go_home(self) -> None:
        """Close, and show the screen that this was opened from."""
        self.dismiss()
        if self.home != self.app.current_mode:
            self.app.switch_mode(self.home)

    def _back_words(self) -> str:
        return back_words(self.app, self.draft, is_elsewhere=self.home != "pools")

    def leave(self) -> None:
        """Leave the editor: at once where the rows are kept, else after asking."""
        keeping = self.app.keeping
        if self.draft.is_empty:
            self.app.say("")
            self.go_home()
        elif self.app.operations.is_demo:
            back = self._back_words()
            self.app.say(f"{rows_words(self.app, [self.draft])} kept here until you quit. {back}")
            self.go_home()
        elif keeping.is_kept(self.draft):
            keeping.save_all()
            back = self._back_words()
            self.app.say(
                f"{rows_words(self.app, [self.draft])}: {keeping.words(self.draft)}. {back}"
            )
            self.go_home()
        else:
            self._leave_after_asking()

    @work(exclusive=True, group="leave")
    async def _leave_after_asking(self) -> None:
        # Another screen may be chosen while a keyring or a disk is waited for: this one stays then.
        if await may_leave(self.app, self.draft) and self.is_on_top:
            kept = f"{rows_words(self.app, [self.draft])}: {self.app.keeping.words(self.draft)}."
            words = f"{kept} {self._back_words()}"
            self.app.say("The rows are discarded." if self.draft.is_empty else words)
            self.go_home()
