"""What is said of an account in the list and below it, of the keyring, and of what is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from rich.text import Text

from prolific_tui.keeping import KEEPING_PLACES, MachineKeeping, OwnFiles, TokenPlace
from prolific_tui.operations import Account, KeyringReport, SignIn
from prolific_tui.operations.identity import origin
from prolific_tui.profiles import Profile, Whose
from prolific_tui.tui.dialogs import keeping_words
from prolific_tui.tui.shell import Reading
from prolific_tui.tui.widgets import fit
from prolific_tui.visible import visible

Fact = tuple[str, str | Text]
"""A label and what is said of it; without a label it goes on."""

_NAME_WIDTH: Final = 16
_PLACE_WIDTH: Final = 11
_CHECKED_WIDTH: Final = 12
_IN_USE: Final = " in use"
_REFUSED: Final = " refused"
_BOTH: Final = " in use, refused"
_FIXED: Final = 3 + _NAME_WIDTH + _PLACE_WIDTH + _CHECKED_WIDTH + 3
_NO_NAME: Final = "-"
_NOT_SIGNED_IN: Final = "Not signed in"


@dataclass(frozen=True, slots=True)
class Listed:
    """An account in the list: one that is known by name, the one in use, the given token's."""

    profile: Profile | None
    account: Account | None
    """What is known of it where it is in use."""
    given: Account | None = None
    """The same where its token was given by the command line or the environment."""
    is_forgotten: bool = False
    """Whether it is in use here, and no account of this machine any more."""

    @property
    def _known(self) -> Account | None:
        return self.account or self.given

    @property
    def name(self) -> str:
        """Its name; empty for a given token's, which has none."""
        if self.profile is not None:
            return self.profile.name
        return self._known.profile if self._known else ""

    @property
    def whose(self) -> Whose | None:
        """Which account it is, whatever it is called."""
        known = self.profile or self._known
        return known.whose if known else None

    @property
    def owner(self) -> str:
        """The owner's email address, as far as it is known."""
        if self._known is not None:
            return self._known.me.email
        return self.profile.owner if self.profile else ""

    @property
    def deleted_words(self) -> str:
        """What forgetting it does to its token, in a sentence."""
        places = (self.profile.place, *self.profile.left_in) if self.profile else ()
        kept = [place.words for place in dict.fromkeys(places) if place in KEEPING_PLACES]
        if kept:
            return f"Its token is deleted from {' and from '.join(kept)}, and no longer used."
        return "Its token is no longer used; nothing here keeps it."

    @property
    def _place(self) -> TokenPlace:
        if self._known is not None:
            return self._known.place
        return self.profile.place if self.profile else TokenPlace.SESSION

    @property
    def standing(self) -> str:
        """Whether it is in use, and whether its token was refused; may be empty."""
        refused = self.profile is not None and self.profile.refused is not None
        if self.account is not None:
            return _BOTH if refused else _IN_USE
        return _REFUSED if refused else ""

    def row(self, width: int, *, is_demo: bool) -> Text:
        """Its line in a list of so many cells, without its standing."""
        refused = self.profile.refused if self.profile else None
        at = refused or (self.profile.checked if self.profile else None)
        checked = "never" if self.profile else ""
        if at is not None:
            checked = _moment(at)
        place = "made up" if is_demo else self._place.short
        row = Text(
            f" {fit(self.name or _NO_NAME, _NAME_WIDTH)} {fit(self.owner, _owner_width(width))}"
            f" {fit(place, _PLACE_WIDTH)} {fit(checked, _CHECKED_WIDTH)}"
        )
        return row.append(self.standing, "bold")

    def facts(self, service_url: str) -> list[Fact]:
        """What is known of it, but for the demo's, in a run that talks to a service."""
        facts: list[Fact] = []
        if self.account is not None:
            owner = f"{self.account.me.email}   {self.account.me.name or ''}".strip()
            facts = [
                ("Owner", Text(visible(owner), "bold")),
                ("Token", self.account.origin),
                ("Service", self.account.service_url),
                *(("", note) for note in self.account.network_notes),
            ]
        elif self.given is not None:
            facts = [
                ("Owner", Text(visible(self.given.me.email), "bold")),
                ("Token", f"{_kept_words(self.given.place)}; Enter uses it"),
                ("Service", self.given.service_url),
            ]
        elif self.profile is not None:
            is_here = self.profile.service_url == service_url
            how = "; Enter uses it" if is_here else ""
            facts = [
                ("Owner", Text(visible(self.profile.owner), "bold")),
                ("Token", f"{_kept_words(self.profile.place)}{how}"),
                ("Service", self.profile.service_url),
            ]
            if not is_here:
                start = f"Start with --profile {self.profile.name} to use this account."
                facts.append(("", f"This run talks to {service_url}. {start}"))
        if self.profile is not None and (refused := self.profile.refused) is not None:
            facts += [
                ("Refused", Text(_refusal(self.profile, refused), "bold")),
                ("", "Make a new token in Prolific's settings; t takes it."),
            ]
        if self.is_forgotten:
            facts.append(
                (
                    "Forgotten",
                    "in another window. This one uses its token until you quit, or forget it here"
                    " as well with d.",
                )
            )
        if self.profile is not None:
            facts.append(("Opens with", self.profile.workspace or "the first workspace"))
        return facts


def _kept_words(place: TokenPlace) -> str:
    """Where a token is, in a sentence."""
    if place is TokenPlace.SESSION:
        return "kept nowhere: it is asked for"
    return f"kept in {place.words}" if place in KEEPING_PLACES else f"from {place.words}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone():%d %b %H:%M}"


def _refusal(profile: Profile, refused: datetime) -> str:
    """When, by whom, and where the token came from; and when it was accepted before that."""
    before = f"; accepted last {_moment(profile.checked)}" if profile.checked else ""
    return (
        f"{_moment(refused)} by {visible(profile.service_url)}; the token was"
        f" {origin(profile.refused_from or profile.place)}{before}"
    )


def listed(
    profiles: Sequence[Profile],
    account: Account | None,
    given: Account | None,
    *,
    are_its: bool = True,
) -> tuple[Listed, ...]:
    """Every account, with the one in use; a given token's without a name comes first.

    Args:
        profiles: Those of this machine.
        account: The one in use.
        given: The given token's.
        are_its: Whether it was in use by the time that those of this machine were asked for, and
            so one of them, if nobody has forgotten it.
    """

    def of(whose: Whose) -> tuple[Account | None, Account | None]:
        is_here = account is not None and account.whose == whose
        is_given = given is not None and given.whose == whose
        return account if is_here else None, given if is_given else None

    def without_a_name(whose: Whose) -> Listed:
        used, its_given = of(whose)
        # One in use whose token was not given had a name as soon as it was in use.
        is_forgotten = used is not None and bool(used.profile) and not used.place.is_given
        return Listed(None, used, its_given, is_forgotten=is_forgotten and are_its)

    known = {profile.whose for profile in profiles}
    unknown = dict.fromkeys(each.whose for each in (account, given) if each)
    nameless = (without_a_name(whose) for whose in unknown if whose not in known)
    return (*nameless, *(Listed(each, *of(each.whose)) for each in profiles))


def heading(width: int) -> Text:
    """What stands above the rows."""
    return Text(
        f"   {fit('Account', _NAME_WIDTH)} {fit('Owner', _owner_width(width))}"
        f" {fit('Token', _PLACE_WIDTH)} {fit('Checked', _CHECKED_WIDTH)}"
    )


def room(width: int, accounts: Sequence[Listed]) -> int:
    """How many cells of so many are left beside the longest standing, as for every other line."""
    return width - max(len(_REFUSED), *(len(each.standing) for each in accounts), 0)


def _owner_width(width: int) -> int:
    return max(width - _FIXED, 8)


def about_the_demo(account: Account | None) -> list[Fact]:
    """What is said of the demo's account."""
    owner = f"{account.me.email}   {account.me.name or ''}".strip() if account else ""
    return [
        ("Owner", Text(visible(owner), "bold")),
        ("Token", "made up, for the demo"),
        ("Service", "made up, in this program's memory"),
        ("Kept", "until you quit, as this is the demo"),
    ]


def about_the_attempt(
    signing_in: Reading[SignIn],
    looked_for: Profile | None,
    keyring: KeyringReport | None,
    *,
    are_others: bool,
) -> list[Fact]:
    """Why nobody is signed in: of which account, what failed, and the keys that go on from here.

    Args:
        signing_in: What looking for a token came to.
        looked_for: The account whose token it was; None where that is not known.
        keyring: How the keyring is, which is told elsewhere on the screen and not twice.
        are_others: Whether there are accounts to put the cursor on.
    """
    if signing_in.loading:
        whose = f" as {looked_for.name}" if looked_for else ""
        return [("Token", f"signing in{whose}…")]
    others = "; Enter uses the account under the cursor" if are_others else ""
    name = looked_for.name if looked_for else ""
    if (error := signing_in.error) is not None:
        title = f"{name}: {error.title}" if name else error.title
        keys = f"r tries again, t takes another token{others}."
        said = (error.further, error.hint, keys)
        return [
            (_NOT_SIGNED_IN, Text(visible(title), "bold")),
            *(("", words) for words in said if words),
        ]
    if looked_for is None:
        return [
            ("Token", Text("none in use", "bold")),
            ("", f"t takes one, which you make in Prolific's settings{others}."),
        ]
    notes = _notes(signing_in, keyring)
    if looked_for.place in KEEPING_PLACES:
        place = looked_for.place.words
        missing = f"{place} has no token of it"
        is_unread = bool(signing_in.value and signing_in.value.notes)
        why = f"its token could not be read from {place}" if is_unread else missing
        keys = "r tries again, t takes a token"
    else:
        why = "its token is kept nowhere, and asked for at each start"
        keys = "t takes its token"
    return [
        (_NOT_SIGNED_IN, Text(f"{visible(name)}: {why}", "bold")),
        *(("", note) for note in notes),
        ("", f"{keys}{others}."),
    ]


def about_the_notes(signing_in: Reading[SignIn], keyring: KeyringReport | None) -> list[Fact]:
    """What was in the way when a token was looked for, although one is in use."""
    return [("Note", note) for note in _notes(signing_in, keyring)]


def _notes(signing_in: Reading[SignIn], keyring: KeyringReport | None) -> list[str]:
    """What was in the way; what the keyring's own lines say already is not said twice."""
    notes = signing_in.value.notes if signing_in.value else ()
    told = keyring.message if keyring else ""
    return [note for note in notes if not told or told not in note]


def about_the_keyring(keyring: KeyringReport | None) -> list[Fact]:
    """How the keyring is, and what to do about it."""
    if keyring is None:
        return [("Keyring", "looking…")]
    about: list[Fact] = [
        ("Keyring", Text(visible(keyring.title), "bold")),
        ("", keyring.message),
    ]
    return [*about, ("", keyring.hint)] if keyring.hint else about


def about_keeping(
    keeping: MachineKeeping | None, own_files: OwnFiles, *, is_changing: bool
) -> list[Fact]:
    """What is kept on this machine, and where."""
    if is_changing:
        return [("Kept", "being changed; Esc gives up asking the keyring")]
    if keeping is None:
        return [("Kept", "not chosen yet what is kept, and where; s chooses")]
    words = keeping_words(keeping, own_files)
    return [("Kept", Text(words.label, "bold")), ("", words.explanation)]
