"""Opening again what may have arrived after the person said that it had not.

A send goes on with such rows on the strength of that word, so it is looked at once more before,
and a refusal of rows as taken speaks against it.
"""

from dataclasses import replace
from datetime import datetime

from prolific_tui.models import CredentialPool
from prolific_tui.submission import outcome as judge
from prolific_tui.submission import whole
from prolific_tui.submission.looks import PoolsLook
from prolific_tui.submission.outcome import Outcome
from prolific_tui.submission.record import Record
from prolific_tui.submission.send import Part, Send
from prolific_tui.submission.settling import Sought, judged


async def reopen_late(
    record: Record, send: Send, before: tuple[CredentialPool, ...], at: datetime
) -> Outcome | None:
    """Open again the parts of a send that may have arrived late.

    Args:
        record: where that is written down; raises what the journal raises.
        send: the send that is to go on.
        before: the workspace's pools as they are before it does.
        at: when they were listed.

    Returns:
        The outcome of a send that may not go on for it; None where nothing changed.
    """
    outcome = None
    for part in send.absent_parts:
        look = PoolsLook(part.before, before, "", await record.elsewhere(part))
        changed = whole.changed_since(send, part, look)
        if changed is None:
            continue
        outcome = changed
        sought = Sought(send.workspace.id, send.pool_id, part.rows, part.before)
        seen = replace(part, finding=judged(sought, look), message=outcome.message, ended=at)
        await record.settle(seen, None)
    return outcome


async def reopen_taken(
    record: Record, refused: Part, outcome: Outcome, look: PoolsLook, at: datetime
) -> Outcome | None:
    """Open again the parts whose rows were refused as taken when they went once more.

    The first such refusal does. Who says once more that they had not arrived knows of it.

    Args:
        record: where that is written down.
        refused: the part that was refused.
        outcome: what is said of it.
        look: the looks before and after it.
        at: the present moment.

    Returns:
        The outcome with what that may mean; None where the person had said nothing of its rows.
    """
    send = record.send
    parts = () if send is None else send.absent_parts
    doubted = [part for part in parts if send and _is_first(send, part, refused, outcome)]
    if send is None or not doubted:
        return None
    outcome = whole.taken_after_all(outcome, doubted)
    for part in doubted:
        last = look.before if look.after is None else look.after
        sought = Sought(send.workspace.id, send.pool_id, part.rows, part.before)
        message = whole.doubted(refused)
        try:
            seen = PoolsLook(part.before, last, "", await record.elsewhere(part))
            await record.settle(
                replace(part, finding=judged(sought, seen), message=message, ended=at), None
            )
        except Exception as error:  # noqa: BLE001 - what was answered is no less true
            return judge.unrecorded(outcome, error)
    return outcome


def _is_first(send: Send, part: Part, refused: Part, outcome: Outcome) -> bool:
    """Whether rows of a part were refused, and never before for that reason since it left."""

    def has_its_rows(other: Part) -> bool:
        return other.start < part.stop and part.start < other.stop

    return has_its_rows(refused) and not any(
        part.number < each.number != refused.number
        and each.title == outcome.title
        and has_its_rows(each)
        for each in send.parts
    )
