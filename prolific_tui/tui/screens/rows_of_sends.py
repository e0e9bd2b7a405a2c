"""The unsent rows of this run that belong to a send of the history, and where they are to go."""

import math
from collections import Counter

from prolific_tui.credentials.rows import Rows
from prolific_tui.models import CredentialPool
from prolific_tui.submission.plan import CredentialPlan, Kind, Target
from prolific_tui.submission.send import Send
from prolific_tui.tui.drafts import Draft
from prolific_tui.tui.shell import Shell


def target_of(shell: Shell, send: Send) -> Target:
    """Where the rest of a send goes, with the pool as last listed if it was."""
    if send.pool_id is None:
        return Target(send.workspace)
    listed = shell.pools.value or ()
    found = next((pool for pool in listed if pool.credential_pool_id == send.pool_id), None)
    pool = found or CredentialPool(send.pool_id, workspace_id=send.workspace.id)
    return Target(send.workspace, pool)


def open_draft(shell: Shell, send: Send, owner_id: str) -> Draft | None:
    """The rows of this run that may be the rest of a send."""
    targets = [target_of(shell, send)]
    if send.kind is Kind.CREATE:
        # The program may have ended before they were given to the pool that was made.
        targets.append(Target(send.workspace))
    found = (shell.drafts.find(owner_id, target) for target in targets)
    return next((draft for draft in found if draft is not None), None)


async def has_rest(shell: Shell, send: Send, rows: Rows) -> bool:
    """Whether any of these rows is one that a send has left, by the fingerprint of its username.

    Raises:
        ProlificTuiError: The journal can't be read.
    """
    plan = CredentialPlan(target_of(shell, send), rows, (), (), "")
    matched = await shell.operations.history.match(send.number, plan)
    return matched.missing < matched.send.rows_left


async def take_away_accepted(shell: Shell, send: Send, draft: Draft) -> None:
    """What a send turned out to have brought leaves its draft; the rest follows its pool.

    The journal knows fingerprints of usernames only, so a username that stands in several rows is
    left alone: none of those rows could be sent.

    Args:
        shell: Where the drafts are.
        send: The send as it is known now.
        draft: Its rows. They stay as they are while they are being sent, loaded or changed.

    Raises:
        ProlificTuiError: The journal can't be read.
    """
    session, target = draft.session, target_of(shell, send)
    arrived: list[int] = []
    revision = None
    # While the journal is asked, the editor marks rows by what became of the same send.
    while session.revision != revision:
        if not send.arrived or not _may_change(draft):
            return
        rows, revision = _may_have_gone(draft, send), session.revision
        matched = await shell.operations.history.match(
            send.number, CredentialPlan(target, rows, (), (), "")
        )
        ids = rows.ids or ()
        arrived = [ids[index] for index in matched.arrived_at]
    if arrived and _may_change(draft):
        shell.drafts.accepted(draft, arrived, target.pool)
        shell.sends += 1


def _may_change(draft: Draft) -> bool:
    return draft.sending is None and not draft.session.is_loading


def _may_have_gone(draft: Draft, send: Send) -> Rows:
    """The rows that may have gone with a send, each with a username that stands in no other row."""
    rows = draft.session.document.rows()
    count = Counter(rows.usernames)
    # A pool has a username once; of rows for a new one, others with the same names may be meant.
    last = draft.went.get(send.number, -1) if draft.target.pool is None else math.inf
    marks = zip(rows.usernames, rows.ids or (), strict=True)
    return rows.only(count[username] == 1 and row_id <= last for username, row_id in marks)
