"""The running of a plan: look, journal, send once, judge, look again.

look at what is there → journal "about to send" → request → judged by the answer → journal → look
at what is there now → the same judgement with its figures → journal
"""

from typing import Final

from prolific_tui.errors import Effect
from prolific_tui.submission import outcome as judge
from prolific_tui.submission import whole
from prolific_tui.submission.journal import NewSend
from prolific_tui.submission.looks import SecretLook, is_same_secret
from prolific_tui.submission.means import Clock, Means, Service
from prolific_tui.submission.outcome import Outcome
from prolific_tui.submission.plan import Plan, SecretPlan
from prolific_tui.submission.progress import Phase, Progress
from prolific_tui.submission.record import Record
from prolific_tui.submission.request import looked, send_secret
from prolific_tui.submission.rows import Ended, Sending
from prolific_tui.submission.settling import settle_secret

__all__ = ["Clock", "Ended", "Means", "Service", "run"]

_UNREAD_SECRET: Final = "The secret could not be read first, so nothing was sent."  # noqa: S105 - words
_UNRECORDED: Final = (
    "What is about to be sent could not be written down first, so nothing was sent."
)


async def run(plan: Plan, means: Means, *, halving: bool = False) -> Ended:
    """Send a plan, each part of it once, and say what became of it.

    No request is ever repeated, and what is not known stops it. An outcome is recorded as soon as
    the answer is there, and again with what the look afterwards shows. Cancelled, it leaves the
    journal as it is by then. Nothing else is raised: whatever fails before a request is made is
    told as not sent, and no failure after the answer changes what that said.

    Args:
        plan: what goes.
        means: what it is done with.
        halving: find the rows that clash, in a plan that was refused for that.
    """
    if isinstance(plan, SecretPlan):
        return await _make_secret(plan, means)
    return await Sending(plan, means, halving=halving).run()


async def _make_secret(plan: SecretPlan, means: Means) -> Ended:
    record = Record(means)
    outcome = await _secret_outcome(plan, means, record)
    await record.leave()
    return Ended(outcome, record.number)


async def _secret_outcome(plan: SecretPlan, means: Means, record: Record) -> Outcome:
    service = means.service
    try:
        before = next(iter(await service.list_secrets(plan.workspace.id)), None)
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing has left yet
        return judge.not_sent(error, because=_UNREAD_SECRET)
    if not is_same_secret(plan.old, before):
        return judge.secret_changed_meanwhile(before)
    value = before.value if before else None
    try:
        await record.begin(
            NewSend(
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
            )
        )
        part = await record.about_to_send((0, 0), ())
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing has left yet
        return judge.not_sent(error, because=_UNRECORDED)
    means.tell(Progress(Phase.SENDING, 0, 0, 1, 1, number=record.number))
    judged = await send_secret(plan, service)
    look = SecretLook(before)
    outcome = await record.know(part, judged(look), look)
    if outcome.effect in (Effect.NOT_SENT, Effect.REFUSED):
        return outcome
    if outcome.effect is Effect.UNKNOWN:
        try:
            found = await settle_secret(
                service,
                plan.workspace.id,
                before,
                means.pace,
                tell=lambda seconds: means.tell(
                    Progress(
                        Phase.SETTLING, 0, 0, 1, 1, number=record.number, looked_seconds=seconds
                    )
                ),
            )
        except Exception as error:  # noqa: BLE001 - what is known of the write by now stays known
            look = SecretLook(before, None, f"this program failed: {type(error).__name__}")
            return await record.know(part, judged(look), look)
        look = found.look if isinstance(found.look, SecretLook) else look
        outcome = whole.settled(judged(look), found)
        return await record.know(part, outcome, look, finding=found.finding)
    secrets, trouble = await looked(service.list_secrets(plan.workspace.id))
    look = SecretLook(before, next(iter(secrets or ()), None), trouble)
    return await record.know(part, judged(look), look)
