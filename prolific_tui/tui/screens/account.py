"""Account: the accounts of this machine, whose token is in use, where it is kept, the keyring."""

from dataclasses import replace
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import OptionList

from prolific_tui.errors import ProlificTuiError
from prolific_tui.keeping import MachineKeeping
from prolific_tui.operations import Account, KeyringReport
from prolific_tui.profiles import Profile, Whose
from prolific_tui.tui.dialogs import ConfirmDialog, TextDialog
from prolific_tui.tui.screens.account_words import (
    Fact,
    Listed,
    about_keeping,
    about_the_attempt,
    about_the_demo,
    about_the_keyring,
    about_the_notes,
    heading,
    listed,
    room,
)
from prolific_tui.tui.screens.base import BaseScreen
from prolific_tui.tui.screens.kept import ask_keeping, keep_as
from prolific_tui.tui.widgets import CursorList, Facts, Line, Rule
from prolific_tui.version import NAME

_DEMO_KEEPS_NOTHING: Final = "The demo keeps nothing once you quit."
_SECRETS_STAY: Final = (
    " So do copies of signing secrets, previous ones too, as they belong to workspaces: keeping"
    " “nothing secret” from then on (s) deletes those, or your keyring's own program (entries of"
    f" “{NAME} …”)."
)


class AccountScreen(BaseScreen):
    """The fourth screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "use",
            "Use",
            key_display="Enter",
            tooltip="Use the account under the cursor",
            priority=True,  # before the list's own, of which the help would say nothing
        ),
        Binding("t", "token", "Token", tooltip="Enter a token: another account's, or a new one"),
        Binding("n", "rename", "Rename", tooltip="Give the account another name"),
        Binding("d", "forget", "Forget", tooltip="Forget the account and delete its token here"),
        Binding("s", "storage", "Storage", tooltip="Choose what is kept here, and where"),
        Binding("r", "refresh", "Check", tooltip="Check the account's token, and the keyring"),
        Binding(
            "escape",
            "give_up",
            "Give up",
            key_display="Esc",
            show=False,
            tooltip="Stop asking the keyring",
        ),
        Binding("question_mark", "help", "Keys", key_display="?", tooltip="This list"),
        Binding("q", "app.leave", "Quit", tooltip="Quit; asks if anything would be lost"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._keyring: KeyringReport | None = None
        self._keeping: MachineKeeping | None = None
        self._profiles: tuple[Profile, ...] = ()
        self._asked_with: Account | None = None
        """The account that was in use when they were asked for."""
        self._given: Account | None = None
        """The account of a token that the command line or the environment gave."""
        self._looked_for: Profile | None = None
        """The account that signing in begins with, where that is known."""
        self._are_secrets_kept = False
        """Whether copies of signing secrets are on this machine, of whichever account."""
        self._is_known = False
        """Whether it was asked yet which accounts there are, and how things are kept."""
        self._used: str | None = None
        """The owner's id of the account that was in use last."""
        self._listed: tuple[Listed, ...] = ()
        """The list as it stands."""
        self._go_to: Whose | None = None
        """The account to put the cursor on when the list is shown next."""

    def body(self) -> ComposeResult:
        """The accounts, and what is known of the one under the cursor."""
        yield Facts(id="attempt")
        yield Line(id="headings", classes="headings")
        yield CursorList(id="profiles")
        yield Rule(id="account-rule")
        with VerticalScroll(id="account"):
            yield Facts(id="account-facts")

    def begin(self) -> None:
        """Follow the account; ask for the keyring's state."""
        super().begin()
        self.query_one(CursorList).display = False
        self.watch(self.app, "account", self._account_changed)
        for before in ("signing_in", "workspace", "kept"):
            self.watch(self.app, before, self._look_again, init=False)
        self.look_at_keyring()

    def on_screen_resume(self) -> None:
        """Show what became of it meanwhile."""
        self.look_at_profiles()

    def _account_changed(self, account: Account | None) -> None:
        if account is not None and account.me.id != self._used:
            self._used, self._go_to = account.me.id, account.whose
        self.show_account()
        self.look_at_profiles()

    def _look_again(self) -> None:
        self.look_at_profiles()

    @work(exclusive=True, group="profiles")
    async def look_at_profiles(self) -> None:
        """Ask which accounts there are, and how things are kept on this machine."""
        used = self.app.account
        self._profiles = await self.app.operations.profiles()
        self._asked_with = used
        self._given = await self.app.operations.given_account()
        self._are_secrets_kept = await self.app.operations.signing.are_any_kept()
        self._keeping = await self.app.operations.keeping()
        looked_for = await self.app.operations.account_looked_for()
        if self.app.account is None and looked_for not in (None, self._looked_for):
            self._go_to = looked_for.whose
        self._looked_for = looked_for
        self._is_known = True
        self.show_account()

    @work(exclusive=True, group="keyring")
    async def look_at_keyring(self) -> None:
        """Ask for the keyring's state."""
        self._keyring = await self.app.operations.keyring_report()
        self.show_account()

    # What is shown

    @property
    def _current(self) -> Listed | None:
        """The account under the cursor."""
        at = self.query_one(CursorList).highlighted
        return self._listed[at] if at is not None and at < len(self._listed) else None

    @on(CursorList.Resized)
    def show_account(self) -> None:
        """Show what is known."""
        cursor_list, current = self.query_one(CursorList), self._current
        here = current.whose if self._go_to is None and current is not None else self._go_to
        used = self.app.account
        are_its = self._asked_with is used
        self._listed = listed(self._profiles, used, self._given, are_its=are_its)
        accounts = [each.whose for each in self._listed]
        if here in accounts:
            self._go_to = None
        width = room(cursor_list.content_region.width or self.size.width, self._listed)
        self.query_one("#headings", Line).text = heading(width)
        is_demo = self.app.operations.is_demo
        rows = [each.row(width, is_demo=is_demo) for each in self._listed]
        cursor_list.show(rows, accounts.index(here) if here in accounts else 0)
        is_new = bool(accounts) and not cursor_list.display
        for widget in ("#headings", "#profiles", "#account-rule"):
            self.query_one(widget).display = bool(accounts)
        if is_new:  # what is not displayed can't take the focus
            cursor_list.focus()
        self.show_facts()

    @on(OptionList.OptionHighlighted)
    def show_facts(self) -> None:
        """Show what is known of the account under the cursor, and of this machine."""
        operations, current = self.app.operations, self._current
        self.query_one("#account-rule", Rule).title = current.name if current else ""
        signing_in, is_used = self.app.signing_in, self.app.account is not None
        attempt: list[Fact] = [("Token", "looking…")]
        if self._is_known:
            attempt = about_the_attempt(
                signing_in, self._looked_for, self._keyring, are_others=current is not None
            )
        facts = [] if is_used or current is not None else attempt
        if operations.is_demo:
            facts += about_the_demo(self.app.account) + about_the_keyring(self._keyring)
        else:
            service_url = operations.service_url
            facts += current.facts(service_url) if current else [("Service", service_url)]
            facts += about_the_keyring(self._keyring)
            if self._is_known:
                facts += about_keeping(
                    self._keeping, operations.own_files, is_changing=operations.is_keeping
                )
        if is_used:
            facts += about_the_notes(signing_in, self._keyring)
        self.query_one("#account-facts", Facts).show(facts)
        # Above the accounts, because it need not be about the one under the cursor.
        above = self.query_one("#attempt", Facts)
        above.display = not is_used and current is not None
        above.show(attempt)

    # Which account is in use

    def _may_change(self) -> bool:
        if self.app.is_sending:
            self.app.say(f"{self.app.under_way}; this can be changed when it is over.")
        return not self.app.is_sending

    @on(OptionList.OptionSelected)
    def selected(self) -> None:
        """A click in the list: the same as Enter."""
        self.action_use()

    @work(group="token")
    async def action_use(self) -> None:
        """Use the account under the cursor; ask for its token where none is kept."""
        current = self._current
        if current is None:
            self.app.say("There is no account yet. t takes a token.")
        elif current.account is not None:
            self.app.say("This account is in use.")
        elif self._may_change():
            whose = current.name or current.owner
            self.app.say(f"Checking the token of {whose}…")
            try:
                account = await self.app.operations.switch_to(current.name)
            except ProlificTuiError as error:
                is_any = self.app.account is not None
                self.app.say("The account in use is as before." if is_any else "")
                self.app.show_error(error)
                self.look_at_profiles()
                return
            if account is None:
                await self._ask_token(current.profile)
            else:
                self.app.use_account(account)
                self.app.say(f"This is {account.me.email} now.")

    @work(group="token")
    async def action_token(self) -> None:
        """Ask for a token, and keep it as is usual here."""
        if not self._may_change():
            return
        if self.app.operations.is_demo:
            self.app.say("The demo takes no token: it has an account of its own, which is made up.")
        else:
            looked_for = await self.app.operations.account_looked_for()
            await self._ask_token(looked_for if self.app.account is None else None)

    async def _ask_token(self, profile: Profile | None) -> None:
        """Ask for a token, check it, say whose it is, and keep it, asking how where nobody has."""
        whose = f" of {profile.name} ({profile.owner})" if profile else ""
        text = await self.app.ask(
            TextDialog(
                f"API token{whose}",
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
        whose = f"This is the token of {account.me.email}."
        self.app.say(whose)
        self.app.use_account(account)
        keeping = await self.app.operations.keeping()
        if keeping is not None:
            await keep_as(self.app, keeping)
        elif not await ask_keeping(self.app):
            self.app.say("It is used for this session, and kept nowhere new.")
        # It may be another account's than the one under the cursor.
        self.app.say(f"{whose} {self.app.message}")
        self.look_at_profiles()

    def action_refresh(self) -> None:
        """Check the token of the account under the cursor, and the keyring."""
        self.app.say("")
        self._keyring = None
        self.show_account()
        self.look_at_keyring()
        current, looked_for = self._current, self._looked_for
        is_own = current is None or current.account is not None
        if self.app.account is None and current is not None:
            is_own = looked_for is None or looked_for.name == current.name
        if current is None or is_own:
            self.app.sign_in()
        else:
            self._check(current.name, current.name or current.owner)

    @work(group="token")
    async def _check(self, name: str, whose: str) -> None:
        try:
            is_there = await self.app.operations.check_token(name)
        except ProlificTuiError as error:
            self.app.show_error(error)
        else:
            here = f"The token of {whose} is accepted."
            self.app.say(here if is_there else f"No token is kept for {whose}. Enter asks for it.")
        self.look_at_profiles()

    # What is known of it here

    @work(group="token")
    async def action_rename(self) -> None:
        """Ask for another name of the account under the cursor."""
        profile = self._current.profile if self._current else None
        if profile is None:
            self.app.say("There is no account with a name here. t takes a token, and makes one.")
            return
        name = await self.app.ask(
            TextDialog(f"What is {profile.name} to be called?", profile.owner, profile.name)
        )
        if name is None or name == profile.name:
            self.app.say(f"It is still called {profile.name}.")
            return
        try:
            changed = await self.app.operations.rename_profile(profile.name, name)
        except ProlificTuiError as error:
            self.app.show_error(error)
            return
        name = name.strip()
        # The cursor may be elsewhere by now, and stays where it is: on this account or another.
        self._profiles = tuple(
            replace(each, name=name) if each.whose == profile.whose else each
            for each in self._profiles
        )
        self.app.account = changed.account
        self.show_account()
        self.app.say(" ".join((f"It is called {name} now.", *changed.notes)))
        self.look_at_profiles()

    @work(group="token")
    async def action_storage(self) -> None:
        """Ask what is kept on this machine, and where."""
        if not self._may_change():
            return
        self.app.say("")  # whether there is another message afterwards is asked below
        if self.app.operations.is_demo:
            self.app.say(_DEMO_KEEPS_NOTHING)
        elif not await ask_keeping(self.app) and not self.app.message:
            self.app.say("What is kept, and where, is as before.")
        self.look_at_profiles()

    def action_give_up(self) -> None:
        """Stop waiting for the keyring, if it is being asked."""
        self.app.operations.cancel_keeping()

    @work(group="token")
    async def action_forget(self) -> None:
        """Forget the account under the cursor, after asking."""
        current = self._current
        if self.app.operations.is_demo:
            self.app.say(_DEMO_KEEPS_NOTHING)
            return
        whose = current.whose if current is not None else None
        if current is None or whose is None:
            self.app.say("There is no account to forget.")
            return
        name = current.name
        if not self._may_change():
            return
        sure = await self.app.ask(
            ConfirmDialog(
                f"Forget {name or 'the token'}?",
                f"{current.deleted_words} Nothing changes at Prolific: a token that is valid there"
                " stays so until you delete it there."
                f" Unsent rows and history stay.{_SECRETS_STAY if self._are_secrets_kept else ''}",
            )
        )
        if not sure:
            self.app.say("Nothing is forgotten.")
            return
        was_in_use = self.app.account
        try:
            changed = await self.app.operations.forget(whose)
        except ProlificTuiError as error:
            self.app.show_error(error)
            return
        if was_in_use is not None and changed.account is None:
            self.app.use_account(None)
        self.app.say(" ".join((f"{name or 'The token'} is forgotten.", *changed.notes)))
        self.look_at_profiles()
