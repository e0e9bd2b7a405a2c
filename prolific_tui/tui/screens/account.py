"""Account: the accounts of this machine, whose token is in use, where it is kept, the keyring."""

from datetime import datetime
from typing import ClassVar, Final

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import OptionList

from prolific_tui.errors import ProlificTuiError
from prolific_tui.operations import Account, KeyringReport
from prolific_tui.settings import MachineKeeping, Profile, TokenPlace
from prolific_tui.tui.dialogs import ConfirmDialog, TextDialog, keeping_words
from prolific_tui.tui.screens.base import BaseScreen
from prolific_tui.tui.screens.kept import ask_keeping, keep_as
from prolific_tui.tui.widgets import CursorList, Facts, Line, Rule, fit
from prolific_tui.visible import visible

_PLACES: Final = {
    TokenPlace.KEYRING: ("keyring", "kept in the keyring"),
    TokenPlace.FILE: ("plain text", "kept in a file that only you can read, as plain text"),
    TokenPlace.SESSION: ("asked for", "kept nowhere: it is asked for"),
    TokenPlace.ENVIRONMENT: ("variable", "from PROLIFIC_TOKEN"),
    TokenPlace.TOKEN_FILE: ("token file", "from --token-file"),
}
"""Where a token is kept, in a column and in a sentence."""

_NAME_WIDTH: Final = 16
_PLACE_WIDTH: Final = 11
_CHECKED_WIDTH: Final = 12
_FIXED: Final = 3 + _NAME_WIDTH + _PLACE_WIDTH + _CHECKED_WIDTH + 3 + 7
_NO_NAME: Final = "-"


class AccountScreen(BaseScreen):
    """The fourth screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "use", "Use", key_display="Enter", tooltip="Use the account under the cursor"
        ),
        Binding("t", "token", "Token", tooltip="Enter a token: another account's, or a new one"),
        Binding("n", "rename", "Rename", tooltip="Give the account another name"),
        Binding("d", "forget", "Forget", tooltip="Forget the account and delete its token here"),
        Binding("s", "storage", "Storage", tooltip="Choose what is kept here, and where"),
        Binding("r", "refresh", "Check", tooltip="Check the account's token, and the keyring"),
        Binding("escape", "give_up", "Give up", show=False, tooltip="Stop asking the keyring"),
        Binding("question_mark", "help", "Keys", key_display="?", tooltip="This list"),
        Binding("q", "app.leave", "Quit", tooltip="Quit; asks if anything would be lost"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._keyring: KeyringReport | None = None
        self._keeping: MachineKeeping | None = None
        self._profiles: tuple[Profile, ...] = ()
        self._listed: tuple[str, ...] = ()
        """The names in the list as it stands."""
        self._go_to: str | None = None
        """The account to put the cursor on when the list is shown next."""

    def body(self) -> ComposeResult:
        """The accounts, and what is known of the one under the cursor."""
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

    def _account_changed(self, account: Account | None) -> None:
        if account is not None and account.profile != self._current:
            self._go_to = account.profile
        self.look_at_profiles()

    def _look_again(self) -> None:
        self.look_at_profiles()

    @work(exclusive=True, group="profiles")
    async def look_at_profiles(self) -> None:
        """Ask which accounts there are, and how things are kept on this machine."""
        self._profiles = await self.app.operations.profiles()
        self._keeping = await self.app.operations.keeping()
        self.show_account()

    @work(exclusive=True, group="keyring")
    async def look_at_keyring(self) -> None:
        """Ask for the keyring's state."""
        self._keyring = await self.app.operations.keyring_report()
        self.show_account()

    # What is shown

    @property
    def _names(self) -> list[str]:
        """The names in the list; the empty one is a given token's account, which has none."""
        account = self.app.account
        unnamed = [""] if account is not None and not account.profile else []
        return [*unnamed, *(profile.name for profile in self._profiles)]

    @property
    def _current(self) -> str | None:
        """The account under the cursor."""
        at = self.query_one(CursorList).highlighted
        return self._listed[at] if at is not None and at < len(self._listed) else None

    def _profile(self, name: str | None) -> Profile | None:
        return next((profile for profile in self._profiles if profile.name == name), None)

    def _in_use(self, name: str | None) -> Account | None:
        """The account in use, if it is that of this name."""
        account = self.app.account
        return account if account is not None and account.profile == name else None

    @on(CursorList.Resized)
    def show_account(self) -> None:
        """Show what is known."""
        names, listed = self._names, self.query_one(CursorList)
        here = self._current if self._go_to is None else self._go_to
        width = max((listed.content_region.width or self.size.width) - _FIXED, 8)
        heading = (
            f"   {fit('Account', _NAME_WIDTH)} {fit('Owner', width)} {fit('Token', _PLACE_WIDTH)}"
            f" {fit('Checked', _CHECKED_WIDTH)}"
        )
        self.query_one("#headings", Line).text = Text(heading)
        self._listed = tuple(names)
        if here in names:
            self._go_to = None
        at = names.index(here) if here in names else 0
        listed.show([self._row(name, width) for name in names], at)
        is_new = bool(names) and not listed.display
        for widget in ("#headings", "#profiles", "#account-rule"):
            self.query_one(widget).display = bool(names)
        if is_new:  # what is not displayed can't take the focus
            listed.focus()
        self.show_facts()

    def _row(self, name: str, width: int) -> Text:
        profile, account = self._profile(name), self._in_use(name)
        owner = account.me.email if account else profile.owner if profile else ""
        place = account.place if account else profile.place if profile else TokenPlace.SESSION
        short = "made up" if self.app.operations.is_demo else _PLACES[place][0]
        row = Text(
            f" {fit(name or _NO_NAME, _NAME_WIDTH)} {fit(owner, width)} {fit(short, _PLACE_WIDTH)}"
            f" {fit(_time(profile.checked) if profile else '', _CHECKED_WIDTH)}"
        )
        return row.append(" in use" if account else "", "bold")

    @on(OptionList.OptionHighlighted)
    def show_facts(self) -> None:
        """Show what is known of the account under the cursor, and of this machine."""
        name = self._current
        self.query_one("#account-rule", Rule).title = name or ""
        facts = self._about_the_account(name)
        facts += self._about_the_keyring()
        facts += self._about_keeping()
        signing_in = self.app.signing_in
        notes = signing_in.value.notes if signing_in.value else ()
        # What the keyring's own lines say already is not said twice.
        told = self._keyring.message if self._keyring else ""
        facts += [("Note", note) for note in notes if not told or told not in note]
        if self.app.account is None and (error := signing_in.error) is not None:
            facts += [
                ("Last attempt", Text(visible(error.title), "bold")),
                ("", error.message),
                ("", error.hint),
            ]
        self.query_one(Facts).show(facts)

    def _about_the_account(self, name: str | None) -> list[tuple[str, str | Text]]:
        operations, profile, account = self.app.operations, self._profile(name), self._in_use(name)
        facts: list[tuple[str, str | Text]] = []
        if self.app.account is None:
            facts = [
                ("Token", Text("none in use", "bold")),
                ("", "t takes one. You make it in Prolific's settings."),
            ]
        if account is not None:
            owner = f"{account.me.email}   {account.me.name or ''}"
            facts += [
                ("Owner", Text(visible(owner.strip()), "bold")),
                ("Token", "made up, for the demo" if operations.is_demo else account.origin),
            ]
        elif profile is not None:
            facts += [
                ("Owner", Text(visible(profile.owner), "bold")),
                ("Token", f"{_PLACES[profile.place][1]}; Enter uses it"),
            ]
        service = profile.service_url if profile and not account else operations.service_url
        facts.append(
            ("Service", "made up, in this program's memory" if operations.is_demo else service)
        )
        if account is not None:
            facts += [("", note) for note in account.network_notes]
        if profile is not None:
            facts.append(("Opens with", profile.workspace or "the first workspace"))
        return facts

    def _about_the_keyring(self) -> list[tuple[str, str | Text]]:
        keyring = self._keyring
        if keyring is None:
            return [("Keyring", "looking…")]
        about: list[tuple[str, str | Text]] = [
            ("Keyring", Text(visible(keyring.title), "bold")),
            ("", keyring.message),
        ]
        return [*about, ("", keyring.hint)] if keyring.hint else about

    def _about_keeping(self) -> list[tuple[str, str | Text]]:
        if self.app.operations.is_demo:
            return [("Kept", "until you quit, as this is the demo")]
        if self._keeping is None:
            return [("Kept", "not chosen yet what is kept, and where; s chooses")]
        words = keeping_words(self._keeping)
        return [("Kept", Text(words.label, "bold")), ("", words.explanation)]

    # Which account is in use

    def _may_change(self) -> bool:
        if self.app.sending is not None:
            self.app.say("A send is under way; the account can be changed when it is over.")
        return self.app.sending is None

    @on(OptionList.OptionSelected)
    def selected(self) -> None:
        """Enter in the list."""
        self.action_use()

    @work(group="token")
    async def action_use(self) -> None:
        """Use the account under the cursor; ask for its token where none is kept."""
        name = self._current
        if name is None:
            self.app.say("There is no account yet. t takes a token.")
        elif self._in_use(name) is not None:
            self.app.say("This account is in use.")
        elif self._may_change():
            self.app.say(f"Checking the token of {name}…")
            try:
                account = await self.app.operations.switch_to(name)
            except ProlificTuiError as error:
                self.app.say("The account in use is as before.")
                self.app.show_error(error)
                return
            if account is None:
                await self._ask_token(self._profile(name))
            else:
                self.app.use_account(account)
                self.app.say(f"This is {account.me.email} now.")

    @work(group="token")
    async def action_token(self) -> None:
        """Ask for a token, and keep it as is usual here."""
        if self._may_change():
            found = self.app.signing_in.value
            await self._ask_token(found.profile if found and self.app.account is None else None)

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
        self.app.say(f"This is the token of {account.me.email}.")
        self.app.use_account(account)
        keeping = await self.app.operations.keeping()
        if keeping is not None:
            await keep_as(self.app, keeping)
        elif not await ask_keeping(self.app):
            self.app.say("The token is used for this session and kept nowhere new.")
        self.look_at_profiles()

    def action_refresh(self) -> None:
        """Check the token of the account under the cursor, and the keyring."""
        self.app.say("")
        self._keyring = None
        self.show_account()
        self.look_at_keyring()
        name = self._current
        if name is None or self.app.account is None or self._in_use(name) is not None:
            self.app.sign_in()
        else:
            self._check(name)

    @work(group="token")
    async def _check(self, name: str) -> None:
        try:
            is_there = await self.app.operations.check_token(name)
        except ProlificTuiError as error:
            self.app.show_error(error)
        else:
            here = f"The token of {name} is accepted."
            self.app.say(here if is_there else f"No token is kept for {name}. Enter asks for it.")
        self.look_at_profiles()

    # What is known of it here

    @work(group="token")
    async def action_rename(self) -> None:
        """Ask for another name of the account under the cursor."""
        profile = self._profile(self._current)
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
        # The cursor may be elsewhere by now, and stays where it is.
        self._listed = tuple(name if each == profile.name else each for each in self._listed)
        self.app.account = changed.account
        self.app.say(" ".join((f"It is called {name} now.", *changed.notes)))
        self.look_at_profiles()

    @work(group="token")
    async def action_storage(self) -> None:
        """Ask what is kept on this machine, and where."""
        if self.app.operations.is_demo:
            self.app.say("The demo keeps nothing once you quit.")
        elif not await ask_keeping(self.app) and not self.app.message:
            self.app.say("What is kept, and where, is as before.")
        self.look_at_profiles()

    def action_give_up(self) -> None:
        """Stop waiting for the keyring, if it is being asked."""
        self.app.operations.cancel_keeping()

    @work(group="token")
    async def action_forget(self) -> None:
        """Forget the account under the cursor, after asking."""
        name = self._current
        if name is None:
            self.app.say("There is no account to forget.")
            return
        if not self._may_change():
            return
        sure = await self.app.ask(
            ConfirmDialog(
                f"Forget {name or 'the token'}?",
                "Its token is deleted from the keyring and from this program's file, and no longer"
                " used. It stays valid at Prolific until you delete it there. Unsent rows and"
                " history stay.",
            )
        )
        if not sure:
            self.app.say("Nothing is forgotten.")
            return
        is_in_use = self._in_use(name) is not None
        try:
            changed = await self.app.operations.forget(name)
        except ProlificTuiError as error:
            self.app.show_error(error)
            return
        if is_in_use:
            self.app.use_account(changed.account)
        self.app.say(" ".join((f"{name or 'The token'} is forgotten.", *changed.notes)))
        self.look_at_profiles()


def _time(at: datetime | None) -> str:
    """When something was, on this machine's clock."""
    return f"{at.astimezone():%d %b %H:%M}" if at else "never"
