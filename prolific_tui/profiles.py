"""The accounts of this machine: what is known of each, and its record in the file of the rest.

A record stands under the account's name, but is found by service and owner: several instances use
the file at once, and any of them may give an account another name or forget it meanwhile.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Self

from prolific_tui.access import checked_profile_name, checked_service_url
from prolific_tui.errors import SettingsError
from prolific_tui.files import make_object_in, object_in
from prolific_tui.keeping import KEEPING_PLACES, TokenPlace

_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9._-]+|^[._-]+")
_NAME_CHARACTERS: Final = 20
"""How long a name may be that gets a number after it."""

Whose = tuple[str, str]
"""A service's URL and the id of an owner there."""


@dataclass(frozen=True, slots=True)
class Profile:
    """An account under the name that it has on this machine; its token is not in here."""

    name: str
    service_url: str
    """The one service that its token is for."""
    owner_id: str
    """Whose account it is; a service has one profile for each owner at most."""
    owner: str = ""
    """The owner's email address, as `users/me` told it last."""
    place: TokenPlace = TokenPlace.SESSION
    """Where its token is kept: one of `KEEPING_PLACES`, or `SESSION` for nowhere."""
    checked: datetime | None = None
    """When its own token, kept or typed in, was accepted last."""
    workspace: str = ""
    """The title of the workspace that was opened last, and is opened first; "" for the first."""
    refused: datetime | None = None
    """When its service refused its token; None where that was accepted since."""
    refused_from: TokenPlace | None = None
    """Where that token came from: the one that is kept may be another."""
    left_in: tuple[TokenPlace, ...] = ()
    """Where else a copy of its token may be: on its way there, or not deleted yet from there."""

    @property
    def whose(self) -> Whose:
        """Which account it is, whatever it is called."""
        return self.service_url, self.owner_id

    def accepted(self, owner: str, at: datetime, place: TokenPlace) -> Self:
        """The account once a token of it was accepted that came from a place.

        The owner's email address is always told. That a given token is accepted says nothing of the
        one that is kept for the account, and which may be refused.
        """
        if place.is_given:
            return replace(self, owner=owner)
        return replace(self, owner=owner, checked=at, refused=None, refused_from=None)


def all_in(known: Mapping[str, object]) -> tuple[Profile, ...]:
    """The accounts of these records, in order; those that make no sense are left out."""
    parsed = (_parsed(name, object_in(known, name)) for name in known)
    return tuple(profile for profile in parsed if profile is not None)


def name_of(known: Mapping[str, object], whose: Whose) -> str:
    """What an account is called in these records; empty where it is not in them."""
    return next((profile.name for profile in all_in(known) if profile.whose == whose), "")


def update(known: dict[str, object], whose: Whose, **told: object) -> None:
    """Write this much of an account into its record, if there is one."""
    if name := name_of(known, whose):
        make_object_in(known, name).update(told)


def add(known: dict[str, object], profile: Profile) -> None:
    """Write down an account under a free name, or of one that is there what a check told."""
    told = told_by_a_check(profile)
    if name_of(known, profile.whose):
        update(known, profile.whose, **told)
        return
    make_object_in(known, _free_name(known, profile.name)).update(
        service_url=profile.service_url,
        owner_id=profile.owner_id,
        workspace=profile.workspace,
        **told,
        **places(profile),
    )


def name_from(email: str) -> str:
    """What an account may be called whose owner has this address."""
    return _NOT_IN_NAMES.sub("", email.partition("@")[0])[:_NAME_CHARACTERS] or "account"


def _free_name(known: Mapping[str, object], wanted: str) -> str:
    """The name that is wanted, or one like it that no account has."""
    short = wanted[:_NAME_CHARACTERS]
    numbered = (f"{short}-{number}" for number in range(2, len(known) + 3))
    return next(name for name in (wanted, *numbered) if name not in known)


def told_by_a_check(profile: Profile) -> dict[str, object]:
    """What its service said of an account and its token, as a record has it."""
    return {
        "owner": profile.owner,
        "checked": profile.checked.isoformat() if profile.checked else None,
        "refused": profile.refused.isoformat() if profile.refused else None,
        "refused_from": profile.refused_from.value if profile.refused_from else None,
    }


def places(profile: Profile) -> dict[str, object]:
    """Where the token of an account is or may be, as a record has it."""
    return {
        "token_place": profile.place.value,
        "left_in": [place.value for place in profile.left_in],
    }


def _parsed(name: str, content: Mapping[str, object]) -> Profile | None:
    """What the file says of an account; None where it can't be meant for one."""
    texts = {
        key: value
        for key in (
            *("service_url", "owner_id", "owner", "workspace"),
            *("token_place", "checked", "refused", "refused_from"),
        )
        if isinstance(value := content.get(key), str)
    }
    try:
        checked_profile_name(name)
        service_url = checked_service_url(texts.get("service_url", ""))
    except SettingsError:
        return None
    if not texts.get("owner_id"):
        return None
    place = next((p for p in KEEPING_PLACES if p.value == texts.get("token_place")), None)
    left_in = content.get("left_in")
    return Profile(
        name,
        service_url,
        texts["owner_id"],
        texts.get("owner", ""),
        place or TokenPlace.SESSION,
        _moment(texts.get("checked", "")),
        texts.get("workspace", ""),
        _moment(texts.get("refused", "")),
        next((p for p in TokenPlace if p.value == texts.get("refused_from")), None),
        tuple(p for p in KEEPING_PLACES if isinstance(left_in, list) and p.value in left_in),
    )


def _moment(text: str) -> datetime | None:
    """A moment as the file has it; None where there is none."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
