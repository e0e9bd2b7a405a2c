"""Who has the new secret by now: a checklist of receivers, as far as this run knows.

A receiver is a program behind a subscription's target. Where several share one address behind a
load balancer, each has a line of its own, because each needs the new secret.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from prolific_tui.errors import Effect
from prolific_tui.models import Subscription, WebhookSecret, Workspace
from prolific_tui.operations import PreviousSecret
from prolific_tui.secret import Secret
from prolific_tui.submission.outcome import Outcome
from prolific_tui.submission.plan import Kept, SecretPlan

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


class Rotation:
    """The receivers of this run, and the new secret that nobody has said is stored."""

    def __init__(self) -> None:
        self._behind: dict[str, int] = {}
        self._ticks: dict[tuple[_Key, Receiver], Tick] = {}
        self._replaced: dict[str, PreviousSecret] = {}
        self._unstored: dict[str, NewSecret] = {}
        """New secrets by their workspaces, until the person says that they are stored."""

    def made(self, plan: SecretPlan, outcome: Outcome, at: datetime) -> None:
        """A secret may have been made: one whose value was seen is to be stored.

        The one before it stays at hand wherever Prolific may have another one by now.
        """
        is_there = outcome.secret is not None and outcome.effect is Effect.UNKNOWN
        if outcome.effect is not Effect.ACCEPTED and not is_there:
            return
        if outcome.secret is not None and outcome.kept is not None:
            self._unstored[plan.workspace.id] = NewSecret(
                plan.workspace, outcome.secret, outcome.kept
            )
        if plan.old is not None and plan.old.value is not None:
            self._replaced[plan.workspace.id] = PreviousSecret(plan.old.value, at)

    @property
    def unstored(self) -> tuple[NewSecret, ...]:
        """New secrets of which nobody has said that they are stored, one a workspace at most."""
        return tuple(self._unstored.values())

    def is_stored(self, new: NewSecret) -> None:
        """The person says that a new secret is stored."""
        if self._unstored.get(new.workspace.id) == new:
            del self._unstored[new.workspace.id]

    def replaced(self, workspace: Workspace | None) -> PreviousSecret | None:
        """The secret of a workspace that was replaced last in this run."""
        return self._replaced.get(workspace.id) if workspace else None

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
