"""Account: whose token is in use, where it came from, where it is kept, and the keyring's state."""

from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from prolific_tui.errors import ProlificTuiError
from prolific_tui.operations import Account, KeyringReport
from prolific_tui.settings import DraftKeeping, TokenPlace
from prolific_tui.tui.dialogs import Choice, ChoiceDialog, ConfirmDialog, TextDialog
from prolific_tui.tui.screens.base import BaseScreen
from prolific_tui.tui.screens.kept import KEEPING_WORDS, ask_keeping
from prolific_tui.tui.widgets import Facts
from prolific_tui.visible import visible


class AccountScreen(BaseScreen):
    """The fourth screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "token", "Enter a token", tooltip="Use another token"),
        Binding("k", "keep", "Keep it", tooltip="Choose where the token is kept"),
        Binding("d", "forget", "Forget it", tooltip="Delete the kept token and sign out"),
        Binding("u", "unsent", "Unsent rows", tooltip="Choose how unsent rows are kept"),
        Binding("r", "refresh", "Refresh", tooltip="Check token and keyring again"),
        Binding("escape", "give_up", "Give up", show=False, tooltip="Stop asking the keyring"),
        Binding("question_mark", "help", "Keys", key_display="?", tooltip="This list"),
        Binding("q", "app.leave", "Quit", tooltip="Quit; asks if anything would be lost"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._keyring: KeyringReport | None = None
        self._keeping: DraftKeeping | None = None

    def body(self) -> ComposeResult:
        """What is known of the account."""
        with VerticalScroll(id="account"):
            yield Facts(id="account-facts")

    def begin(self) -> None:
        """Follow the account; ask for the keyring's state."""
        super().begin()
        self.watch(self.app, "account", self.show_account)
        self.watch(self.app, "signing_in", self.show_account, init=False)
        self.watch(self.app, "kept", self._kept_anew)
        self.look_at_keyring()

    def _kept_anew(self) -> None:
        self.look_at_keeping()

    @work(exclusive=True, group="keeping")
    async def look_at_keeping(self) -> None:
        """Ask how unsent rows are kept on this machine."""
        self._keeping = await self.app.operations.drafts.keeping()
        self.show_account()

    @work(exclusive=True, group="keyring")
    async def look_at_keyring(self) -> None:
        """Ask for the keyring's state."""
        self._keyring = await self.app.operations.keyring_report()
        self.show_account()

    def show_account(self) -> None:
        """Show what is known."""
        facts: list[tuple[str, str | Text]] = [("", "")]
        operations, account = self.app.operations, self.app.account
        if account is None:
            facts += [
                ("Token", Text("none in use", "bold")),
                ("", "t takes one. You make it in Prolific's settings."),
            ]
        else:
            origin = "made up, for the demo" if operations.is_demo else account.origin
            facts += [
                ("Owner", Text(visible(account.me.email), "bold")),
                ("", account.me.name or ""),
                ("Token", origin),
            ]
        made_up = "made up, in this program's memory"
        facts.append(("Service", made_up if operations.is_demo else operations.service_url))
        if account is not None:
            facts += [("", note) for note in (*account.network_notes, *account.notes)]
        facts.append(("", ""))
        facts += self._about_the_keyring()
        facts += self._about_unsent_rows()
        signing_in = self.app.signing_in
        notes = signing_in.value.notes if signing_in.value else ()
        # What the keyring's own lines say already is not said twice.
        told = self._keyring.message if self._keyring else ""
        facts += [("Note", note) for note in notes if not told or told not in note]
        if account is None and (error := signing_in.error) is not None:
            facts += [
                ("", ""),
                ("Last attempt", Text(visible(error.title), "bold")),
                ("", error.message),
                ("", error.hint),
            ]
        self.query_one(Facts).show(facts)

    def _about_the_keyring(self) -> list[tuple[str, str | Text]]:
        keyring = self._keyring
        if keyring is None:
            return [("Keyring", "looking…")]
        about: list[tuple[str, str | Text]] = [
            ("Keyring", Text(visible(keyring.title), "bold")),
            ("", keyring.message),
        ]
        return [*about, ("", keyring.hint)] if keyring.hint else about

    def _about_unsent_rows(self) -> list[tuple[str, str | Text]]:
        if self.app.operations.is_demo:
            return [("Unsent rows", "kept until you quit, as this is the demo")]
        if self._keeping is None:
            return [("Unsent rows", "not chosen yet how they are kept; u chooses")]
        kept, meaning = KEEPING_WORDS[self._keeping]
        return [("Unsent rows", Text(f"kept: {kept.lower()}", "bold")), ("", meaning)]

    @work(exclusive=True, group="unsent")
    async def action_unsent(self) -> None:
        """Ask how unsent rows are kept on this machine."""
        if self.app.operations.is_demo:
            self.app.say("The demo keeps nothing once you quit.")
        elif not await ask_keeping(self.app):
            self.app.say("Unsent rows are kept as before.")

    def action_refresh(self) -> None:
        """Check the token and the keyring again."""
        self.app.say("")
        self._keyring = None
        self.show_account()
        self.look_at_keyring()
        self.app.sign_in()

    def _may_change(self) -> bool:
        if self.app.sending is not None:
            self.app.say("A send is under way; the token can be changed when it is over.")
        return self.app.sending is None

    @work(group="token")
    async def action_token(self) -> None:
        """Ask for a token, check it, say whose it is, and ask where to keep it."""
        if not self._may_change():
            return
        text = await self.app.ask(
            TextDialog(
                "API token",
                "Paste a token from Prolific's settings. It is not displayed, and goes only to"
                f" {self.app.operations.service_url}.",
                masked=True,
            )
        )
        if not text:
            self.app.say("No token was taken.")
            return
        self.app.say("Checking the token…")
        try:
            account = await self.app.operations.sign_in_with(text)
        except ProlificTuiError as error:
            self.app.say("")
            self.app.show_error(error)
            return
        self.app.say(f"This is the token of {account.me.email}.")
        self.app.use_account(account)
        await self._ask_where_to_keep(account)

    def action_give_up(self) -> None:
        """Stop waiting for the keyring, if it is being asked."""
        self.app.operations.cancel_keeping()

    @work(group="token")
    async def action_keep(self) -> None:
        """Ask where the token is kept."""
        if self.app.account is None:
            self.app.say("There is no token to keep. t takes one.")
        else:
            await self._ask_where_to_keep(self.app.account)

    async def _ask_where_to_keep(self, account: Account) -> None:
        keyring = await self.app.operations.keyring_report()
        places = [
            (
                TokenPlace.FILE,
                "In a file, as plain text",
                "Only you can read it; anyone with your account, or root, can as well.",
            ),
            (
                TokenPlace.SESSION,
                "Nowhere: this session only",
                "Next time it is asked for again, or given with"
                " read -rs PROLIFIC_TOKEN; export PROLIFIC_TOKEN",
            ),
        ]
        if keyring.usable:
            places.insert(0, (TokenPlace.KEYRING, "In the keyring", keyring.message))
        answer = await self.app.ask(
            ChoiceDialog(
                f"Token of {account.me.email}: where to keep it?",
                "" if keyring.usable else f"{keyring.title}. {keyring.message}",
                [Choice(label, explanation) for _, label, explanation in places],
                highlighted=None,
            )
        )
        if answer is None:
            self.app.say("The token is used for this session and kept nowhere new.")
            return
        place = places[answer][0]
        self.app.say("Keeping the token… Esc gives up asking the keyring.")
        try:
            self.app.use_account(await self.app.operations.keep_token(account, place))
        except ProlificTuiError as error:
            self.app.say("The token is used for this session; it was not kept.")
            self.app.show_error(error)
        else:
            self.app.say(_kept_words(place, is_demo=self.app.operations.is_demo))

    @work(group="token")
    async def action_forget(self) -> None:
        """Delete the token and sign out, after asking."""
        if self.app.account is None:
            self.app.say("There is no token to forget.")
            return
        if not self._may_change():
            return
        sure = await self.app.ask(
            ConfirmDialog(
                "Forget the token?",
                "It is deleted from the keyring and from this program's file, and no longer used."
                " It stays valid at Prolific until you delete it there.",
            )
        )
        if not sure:
            self.app.say("The token is still in use.")
            return
        try:
            notes = await self.app.operations.forget_token()
        except ProlificTuiError as error:
            self.app.show_error(error)
            return
        self.app.use_account(None)
        self.app.say(" ".join(("The token is forgotten.", *notes)))


def _kept_words(place: TokenPlace, *, is_demo: bool) -> str:
    """Where the token is now."""
    if is_demo:
        return "The demo keeps nothing after you quit."
    kept = place in (TokenPlace.KEYRING, TokenPlace.FILE)
    return "Kept, and read back to be sure." if kept else "Used for this session only."
