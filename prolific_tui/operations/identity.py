"""Whose token is in use and where it came from, as frozen data with its words."""

from dataclasses import dataclass
from typing import Final

from prolific_tui.keeping import TokenPlace
from prolific_tui.models import Me
from prolific_tui.profiles import Profile, Whose
from prolific_tui.secret import Secret

_TYPED: Final = "typed in"
_FOR_NOW: Final = "for this session only"


def origin(place: TokenPlace, profile: str = "") -> str:
    """Where a token came from, in words, and whose it is said to be."""
    told = _TYPED if place is TokenPlace.SESSION else f"from {place.words}"
    return f"{told} (account {profile})" if profile else told


@dataclass(frozen=True, slots=True)
class GivenToken:
    """A token that the command line or the environment gave."""

    token: Secret
    place: TokenPlace
    note: str = ""
    """What the person should know about that place; may be empty."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whose token is in use."""

    me: Me
    place: TokenPlace
    service_url: str
    profile: str = ""
    """The name that the account has on this machine; empty for a given token without one."""
    network_notes: tuple[str, ...] = ()
    """How requests travel, in words."""

    @property
    def whose(self) -> Whose:
        """Which account it is, whatever it is called."""
        return self.service_url, self.me.id

    @property
    def origin(self) -> str:
        """Where the token came from, in words, and that it is kept nowhere where that is so."""
        told = origin(self.place)
        return f"{told}, {_FOR_NOW}" if self.place is TokenPlace.SESSION else told


@dataclass(frozen=True, slots=True)
class SignIn:
    """What looking for a token came to."""

    account: Account | None
    """None where no place holds a token; then the person is asked."""
    notes: tuple[str, ...] = ()
    """What was in the way on the search, a sentence or two each."""
    profile: Profile | None = None
    """The account whose token was looked for, and not found."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What keeping or forgetting came to."""

    account: Account | None
    """The account in use by now."""
    notes: tuple[str, ...] = ()
    """What could not be done, a sentence or two each."""
