"""The making of a signing secret, which is kept where the person chose before anything else.

look at what is there → prove the destinations → keep the old one there → journal → request → keep
→ journal → look at what is there now → compare → journal
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

from prolific_tui.errors import Effect
from prolific_tui.models import WebhookSecret
from prolific_tui.submission import outcome as judge
from prolific_tui.submission import whole
from prolific_tui.submission.journal import NewSend
from prolific_tui.submission.looks import GIVEN_UP, SecretLook, is_same_secret
from prolific_tui.submission.means import GivenUpError, Means, ProvedPlaces
from prolific_tui.submission.outcome import Outcome
from prolific_tui.submission.plan import Kept, SecretPlan
from prolific_tui.submission.progress import Looking, Phase, Progress
from prolific_tui.submission.record import Record
from prolific_tui.submission.request import looked, send_secret
from prolific_tui.submission.send import Part
from prolific_tui.submission.settling import settle_secret

_UNREAD: Final = "The secret could not be read first, so no new one was asked for."
_UNPROVED: Final = (
    "It was tried out first where the new one is to be kept. No new one was asked for."
)
_UNRECORDED: Final = (
    "What is about to be asked for could not be written down first, so no new one was asked for."
)


async def replace_secret(plan: SecretPlan, means: Means, record: Record) -> Outcome:
    """Make a signing secret, once, and keep it; nothing but a cancellation is raised.

    Stopped before it is written down, it asks for nothing.
    """
    means.tell(Progress(Phase.LOOKING, 0, 0, 1, 1))
    try:
        look = means.control.unless_given_up(means.service.list_secrets(plan.workspace.id))
        before = next(iter(await look), None)
    except GivenUpError:
        return whole.stopped_secret()
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing has left yet
        return judge.not_sent(error, because=_UNREAD)
    if not is_same_secret(plan.old, before):
        return judge.secret_changed_meanwhile(plan, before)
    if plan.destinations.are_any:
        # A keyring may wait for its password to be typed, now or when it is given the old one.
        means.tell(Progress(Phase.PREPARING, 0, 0, 1, 1))
    try:
        places = await means.keeper.prove(plan)
    except Exception as error:  # noqa: BLE001 - as above
        return judge.not_sent(error, because=_UNPROVED)
    part = await _written_down(plan, before, places, means, record)
    if isinstance(part, Part) and means.control.is_stopped:
        part = await record.know(part, whole.stopped_secret(), SecretLook(before))
    if isinstance(part, Outcome):
        # Not asked for, and yet the keyring may take its time to have what it had before.
        putting_back = Progress(Phase.PUTTING_BACK, 0, 0, 1, 1, number=record.number)
        means.tell(replace(putting_back, unrecorded=record.is_behind))
        return _with(await places.put_back(), part)
    return await _Replacement(plan, before, places, means, record, part).run()


async def _written_down(
    plan: SecretPlan,
    before: WebhookSecret | None,
    places: ProvedPlaces,
    means: Means,
    record: Record,
) -> Part | Outcome:
    """Keep the old one, and write down what is about to be asked for; an outcome if it may not be.

    The keyring may wait for its password to be typed, and the person may stop it meanwhile.
    """
    because = _UNPROVED
    try:
        if not means.control.is_stopped:
            await places.keep_old(before.value if before else None)
        if means.control.is_stopped:
            return whole.stopped_secret()
        because = _UNRECORDED
        await record.begin(_new_send(plan, before, places.names, means))
        return await record.about_to_send((0, 0), ())
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing has left yet
        return judge.not_sent(error, because=because)


def _new_send(
    plan: SecretPlan, before: WebhookSecret | None, destinations: tuple[str, ...], means: Means
) -> NewSend:
    value = before.value if before else None
    return NewSend(
        kind=plan.kind,
        service_url=means.service_url,
        owner=means.owner,
        workspace=plan.workspace,
        pool_id=None,
        label="",
        source="",
        usernames=(),
        begun=means.clock(),
        old_secret_id=before.id if before else None,
        old_secret=value.reveal() if value else None,
        destinations=destinations,
    )


def _with(troubles: tuple[str, ...], outcome: Outcome) -> Outcome:
    return replace(outcome, message=" ".join((outcome.message, *troubles)))


class _Replacement:
    """A replacement that is written down already."""

    def __init__(
        self,
        plan: SecretPlan,
        before: WebhookSecret | None,
        places: ProvedPlaces,
        means: Means,
        record: Record,
        part: Part,
    ) -> None:
        self._plan = plan
        self._before = before
        self._places = places
        self._means = means
        self._record = record
        self._part = part
        self._kept: Kept | None = None
        """What keeping the new one came to; None before it was there."""

    async def run(self) -> Outcome:
        """Make the request, and find out what became of it."""
        self._tell(Phase.SENDING)
        judged = await send_secret(self._plan, self._means.service)
        look = SecretLook(self._before)
        outcome = judged(look)
        await self._keep(outcome.secret)
        outcome = await self._record.know(self._part, self._told(outcome), look)
        if outcome.effect in (Effect.NOT_SENT, Effect.REFUSED):
            # It is known that there is none; the keyring may take its time all the same.
            self._tell(Phase.PUTTING_BACK)
            return _with(await self._places.put_back(), outcome)
        if outcome.effect is Effect.UNKNOWN:
            return await self._settle(judged)
        self._tell(Phase.CHECKING)
        read = self._means.service.list_secrets(self._plan.workspace.id)
        secrets, trouble = await looked(self._means.control.unless_given_up(read))
        look = SecretLook(self._before, next(iter(secrets or ()), None), trouble)
        outcome = judged(look)
        await self._keep(outcome.secret)
        return await self._record.know(self._part, self._told(outcome), look)

    async def _settle(self, judged: Callable[[SecretLook], Outcome]) -> Outcome:
        """Look for a secret whose answer never came."""
        look = SecretLook(self._before)
        looking = settle_secret(
            self._plan.workspace.id,
            self._before,
            self._means,
            partial(self._tell, Phase.SETTLING),
        )
        try:
            found = await self._means.control.unless_given_up(looking)
        except GivenUpError:
            look = SecretLook(self._before, None, GIVEN_UP)
            return await self._record.know(self._part, judged(look), look)
        except Exception as error:  # noqa: BLE001 - what is known of the write by now stays known
            look = SecretLook(self._before, None, f"this program failed: {type(error).__name__}")
            return await self._record.know(self._part, judged(look), look)
        if isinstance(found.look, SecretLook):
            look = found.look
        if not is_same_secret(self._before, look.after):
            await self._keep(look.after)
        outcome = self._told(whole.settled(judged(look), found))
        return await self._record.know(self._part, outcome, look, finding=found.finding)

    async def _keep(self, secret: WebhookSecret | None) -> None:
        """Keep a secret, once its value is known."""
        if self._kept is None and secret is not None and secret.value is not None:
            old = self._before.value if self._before else None
            if self._places.names:
                # A keyring may wait for its password to be typed.
                self._tell(Phase.KEEPING)
            self._kept = await self._places.keep(secret.value, old)

    def _told(self, outcome: Outcome) -> Outcome:
        return outcome if self._kept is None else judge.kept(outcome, self._kept)

    def _tell(self, phase: Phase, looking: Looking | None = None) -> None:
        told = Progress(phase, 0, 0, 1, 1, number=self._record.number, looking=looking)
        kept_in = self._kept.places if self._kept else ()
        self._means.tell(replace(told, unrecorded=self._record.is_behind, kept_in=kept_in))
