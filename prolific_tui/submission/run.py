"""The running of a plan: look, journal, send once, judge, look again.

look at what is there → journal "about to send" → request → judged by the answer → journal, and look
at what is there now meanwhile → the same judgement with its figures → journal
"""

from collections.abc import Sequence

from prolific_tui.submission.halving import Range
from prolific_tui.submission.means import Clock, Means, Service
from prolific_tui.submission.plan import Plan, SecretPlan
from prolific_tui.submission.record import Record
from prolific_tui.submission.replacing import replace_secret
from prolific_tui.submission.rows import Sending
from prolific_tui.submission.whole import Ended

__all__ = ["Clock", "Ended", "Means", "Service", "run"]


async def run(
    plan: Plan, means: Means, *, halving: bool = False, parts: Sequence[Range] | None = None
) -> Ended:
    """Send a plan, each part of it once, and say what became of it.

    No request is ever repeated, and what is not known stops it. An outcome is recorded as soon as
    the answer is there, and again with what the look afterwards shows. Cancelled, it leaves the
    journal as it is by then. Nothing else is raised: whatever fails before a request is made is
    told as not sent, and no failure after the answer changes what that said.

    Args:
        plan: what goes.
        means: what it is done with.
        halving: find the rows that clash, in a plan that was refused for that.
        parts: the parts in which a list goes (`parting.parts`), where they are known already.
    """
    if isinstance(plan, SecretPlan):
        return await _make_secret(plan, means)
    return await Sending(plan, means, halving=halving, parts=parts).run()


async def _make_secret(plan: SecretPlan, means: Means) -> Ended:
    record = Record(means)
    outcome = await replace_secret(plan, means, record)
    await record.leave()
    return Ended(outcome, record.number)
