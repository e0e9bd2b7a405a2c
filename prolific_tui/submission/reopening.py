"""Opening again what may have arrived after the person said that it had not.

A send goes on with such rows on the strength of that word, so it is looked at once more before.
"""

from dataclasses import replace
from datetime import datetime

from prolific_tui.models import CredentialPool
from prolific_tui.submission import whole
from prolific_tui.submission.looks import PoolsLook
from prolific_tui.submission.outcome import Outcome
from prolific_tui.submission.record import Record
from prolific_tui.submission.send import Send
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
        look = PoolsLook(part.before, before, "")
        changed = whole.changed_since(send, part, look)
        if changed is None:
            continue
        outcome = changed
        sought = Sought(send.workspace.id, send.pool_id, part.rows, part.before)
        seen = replace(part, finding=judged(sought, look), message=outcome.message, ended=at)
        await record.settle(seen, None)
    return outcome
