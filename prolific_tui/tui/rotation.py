"""Who has the new secret by now: a checklist of receivers, as far as this run knows.

A receiver is a program behind a subscription's target. Where several share one address behind a
load balancer, each has a line of its own, because each needs the new secret.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Final

from prolific_tui.errors import Effect
from prolific_tui.keeping import KEEPING_PLACES, TokenPlace
from prolific_tui.models import Subscription, WebhookSecret, Workspace
from prolific_tui.operations import PreviousSecret
from prolific_tui.secret import Secret
from prolific_tui.submission.looks import is_same_secret
from prolific_tui.submission.outcome import Outcome
from prolific_tui.submission.plan import Kept, SecretPlan, place_words

_OWN_PLACES: Final = tuple(place_words(place.value) for place in KEEPING_PLACES)
"""The places in which the secret before a new one is kept with it."""

_Key = tuple[str | None, Secret | None]


class Tick(Enum):
    """What is known of a receiver; the value is the word in its line."""

    NONE = "-"
    SAID = "ticked"
    """The person said that it has the secret."""
    TESTED = "tested"
    """A delivery that it got was signed with the secret."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """A program that Prolific's deliveries reach."""

    target_url: str
    number: int = 1
    """Which one it is of those behind this address, counted from 1."""


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret that was made in this run, and is in nobody's hands for certain."""

    workspace: Workspace
    secret: WebhookSecret
    kept: Kept

    def kept_in(self, places: tuple[str, ...]) -> "NewSecret":
        """The same, once it is kept in these places."""
        return replace(self, kept=replace(self.kept, places=places))


@dataclass(frozen=True, slots=True)
class UnseenSecret:
    """A secret that was or may have been made, and whose value was not seen here."""

    workspace: Workspace
    old: WebhookSecret | None
    """The one that it replaces, by which it is told from that."""
    is_certain: bool = False
    """Whether Prolific said that it made one."""


class Rotation:
    """The receivers of this run, and the new secrets that nobody has said are stored."""

    def __init__(self) -> None:
        self._behind: dict[str, int] = {}
        self._ticks: dict[tuple[_Key, Receiver], Tick] = {}
        self._replaced: dict[str, list[PreviousSecret]] = {}
        """The secrets that were or may have been replaced, the last one at the end."""
        self._seen: dict[str, Secret] = {}
        """The secrets that Prolific had when they were read last."""
        self._unstored: dict[str, NewSecret] = {}
        """New secrets by their workspaces, until the person says that they are stored."""
        self._stored: set[Secret] = set()
        """Those of which they said so."""
        self._unseen: dict[str, UnseenSecret] = {}
        """Those that were not seen yet, by their workspaces as well."""
        self._kept: dict[Secret, tuple[str, ...]] = {}
        """Secrets that places on this machine hold, and which these are."""
        self._known: set[UnseenSecret] = set()
        """Those of them that the person was told of."""

    def made(self, plan: SecretPlan, outcome: Outcome, at: datetime) -> None:
        """A secret was or may have been made: it is to be stored, once its value was seen.

        The one before it stays at hand wherever Prolific may have another one by now.
        """
        is_certain = outcome.effect is Effect.ACCEPTED
        if not is_certain and outcome.effect is not Effect.UNKNOWN:
            return
        workspace = plan.workspace
        if outcome.secret is not None and outcome.kept is not None:
            self._unseen.pop(workspace.id, None)
            self._unstored[workspace.id] = NewSecret(workspace, outcome.secret, outcome.kept)
        else:
            self._unseen[workspace.id] = UnseenSecret(workspace, plan.old, is_certain)
        if plan.old is not None and plan.old.value is not None:
            self._ended(workspace, plan.old.value, at)

    def seen(self, workspace: Workspace, secret: WebhookSecret | None, at: datetime) -> None:
        """Prolific was seen to have a secret: it may be one that was waited for."""
        if secret is None or secret.value is None:
            return
        before = self._seen.get(workspace.id)
        self._seen[workspace.id] = secret.value
        if before is not None and before != secret.value:
            self._ended(workspace, before, at)
        unseen = self._unseen.get(workspace.id)
        if unseen is not None and not is_same_secret(unseen.old, secret):
            del self._unseen[workspace.id]
            if secret.value not in self._stored:
                self._unstored[workspace.id] = NewSecret(workspace, secret, Kept())

    def expect(self, workspace: Workspace, old: WebhookSecret | None) -> None:
        """It was found out later that there is a new secret, which `seen` will tell."""
        self._unseen.setdefault(workspace.id, UnseenSecret(workspace, old, is_certain=True))

    def expect_none(self, workspace: Workspace) -> None:
        """It was found out later that no new secret was made."""
        self._unseen.pop(workspace.id, None)

    def _ended(self, workspace: Workspace, value: Secret, at: datetime) -> None:
        others = [each for each in self._replaced.get(workspace.id, ()) if each.value != value]
        self._replaced[workspace.id] = [*others, PreviousSecret(value, at)]

    @property
    def unstored(self) -> tuple[NewSecret, ...]:
        """New secrets of which nobody has said that they are stored, one a workspace at most."""
        return tuple(self._unstored.values())

    @property
    def unseen(self) -> tuple[UnseenSecret, ...]:
        """Those that were not seen here, and of which the person was not told yet."""
        return tuple(each for each in self._unseen.values() if each not in self._known)

    def is_stored(self, new: NewSecret) -> None:
        """The person says that a new secret is stored."""
        if self._unstored.get(new.workspace.id) == new:
            del self._unstored[new.workspace.id]
            if new.secret.value is not None:
                self._stored.add(new.secret.value)

    def is_known(self, unseen: UnseenSecret) -> None:
        """The person knows that there may be a secret which was not seen here."""
        self._known.add(unseen)

    def is_kept(self, workspace: Workspace, value: Secret, place: str) -> None:
        """A secret was found in a place, such as `in the keyring`, or was put there."""
        self._kept[value] = tuple(dict.fromkeys((*self._kept.get(value, ()), place)))
        new = self._unstored.get(workspace.id)
        if new is not None and new.secret.value == value and place not in new.kept.places:
            self._unstored[workspace.id] = new.kept_in((*new.kept.places, place))

    def own_entries_moved(self, to: TokenPlace | None) -> None:
        """This program's own entries are elsewhere by now; with None it is not known of any.

        Files that a person chose for a secret are not among them.
        """
        own = () if to is None else (place_words(to.value),)

        def moved(places: tuple[str, ...]) -> tuple[str, ...]:
            others = tuple(place for place in places if place not in _OWN_PLACES)
            return places if others == places else (*own, *others)

        known = {value: moved(places) for value, places in self._kept.items()}
        self._kept = {value: places for value, places in known.items() if places}
        self._unstored = {
            key: new.kept_in(moved(new.kept.places)) for key, new in self._unstored.items()
        }

    def old_ends(self, new: NewSecret) -> bool:
        """Whether the secret before a new one is known, and gone once this program ends."""
        old = self.previous(new.workspace, new.secret)
        is_with_it = any(place in new.kept.places for place in _OWN_PLACES)
        return old is not None and not is_with_it and old.value not in self._kept

    def previous(
        self,
        workspace: Workspace | None,
        current: WebhookSecret | None,
        kept: PreviousSecret | None = None,
    ) -> PreviousSecret | None:
        """The secret before the current one: the last that ended and is another.

        Args:
            workspace: whose they are.
            current: what Prolific has now.
            kept: what this machine keeps as the one before.
        """
        ended = list(self._replaced.get(workspace.id, ())) if workspace else []
        if kept is not None:
            ended.append(kept)
        value = current.value if current else None
        others = [each for each in ended if each.value != value]
        return max(others, key=lambda each: each.ended, default=None)

    def behind(self, target_url: str) -> int:
        """How many receivers there are behind an address."""
        return self._behind.get(target_url, 1)

    def add(self, target_url: str) -> None:
        """There is another receiver behind an address."""
        self._behind[target_url] = self.behind(target_url) + 1

    def remove(self, target_url: str) -> bool:
        """There is one receiver less behind an address; False where there was just one."""
        if self.behind(target_url) == 1:
            return False
        self._behind[target_url] -= 1
        return True

    def receivers(self, subscriptions: Iterable[Subscription]) -> tuple[Receiver, ...]:
        """The receivers of these subscriptions, each once, in their order."""
        targets = dict.fromkeys(subscription.target_url for subscription in subscriptions)
        return tuple(
            Receiver(target, number)
            for target in targets
            for number in range(1, self.behind(target) + 1)
        )

    def tick(self, secret: WebhookSecret | None, receiver: Receiver) -> Tick:
        """What is known of a receiver and a secret."""
        return self._ticks.get((_key(secret), receiver), Tick.NONE)

    def toggle(self, secret: WebhookSecret | None, receiver: Receiver) -> Tick:
        """The person says that a receiver has a secret, or that it has not; gives what is known."""
        is_ticked = self.tick(secret, receiver) is not Tick.NONE
        now = Tick.NONE if is_ticked else Tick.SAID
        self._ticks[_key(secret), receiver] = now
        return now

    def tested(self, secret: WebhookSecret | None, receiver: Receiver) -> None:
        """A delivery that a receiver got was signed with a secret."""
        self._ticks[_key(secret), receiver] = Tick.TESTED


def _key(secret: WebhookSecret | None) -> _Key:
    """What tells a secret from every other; what else an answer holds of it may be missing."""
    return (secret.id, secret.value) if secret else (None, None)
