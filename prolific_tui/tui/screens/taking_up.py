"""Taking up the unsent rows of an earlier run."""

import asyncio

from prolific_tui.settings import DraftKeeping
from prolific_tui.submission.draft import DraftContent, DraftSummary
from prolific_tui.submission.plan import Kind, Target
from prolific_tui.tui.drafts import SEND_BEGUN, Draft
from prolific_tui.tui.drive import drive
from prolific_tui.tui.screens.rows_of_sends import target_of
from prolific_tui.tui.shell import Shell
from prolific_tui.visible import counted


async def take_up(shell: Shell, summary: DraftSummary, target: Target) -> Draft | None:
    """Take up a draft for a target; None, said why, where rows for that target are open already.

    Raises:
        FileError: It is gone, open in another run, or damaged.
    """
    owner_id = summary.key.owner_id
    if shell.drafts.find(owner_id, target) is not None:
        shell.say("Rows for the same target are open: send or discard them first.")
        return None
    stored = await shell.operations.drafts.resume(summary.id)
    draft = Draft(owner_id, Target(target.workspace, target.pool))
    await drive(draft.take_up(stored.content))
    # The copy that they came from is there until they are kept anew.
    gone = await _drop_accepted(shell, draft, stored.content)
    if draft.is_empty:
        shell.operations.drafts.discard(summary.key)
        shell.say(f"{counted(gone, 'row')} of it: all are in the pool. Nothing is left to send.")
        return None
    target = draft.target
    draft.kept = DraftKeeping.EVERYTHING if summary.has_passwords else DraftKeeping.USERNAMES
    shell.drafts.keep(draft, at_once=True)
    shell.taken_up.add(summary.id)
    if shell.keeping.key(owner_id, target) != summary.key:
        shell.operations.drafts.discard(summary.key)
    if target.workspace != shell.workspace:
        shell.open_workspace(target.workspace)
    shell.say(_said(len(draft.session.document), gone, summary))
    return draft


async def _drop_accepted(shell: Shell, draft: Draft, content: DraftContent) -> int:
    """Take out the rows that the journal knows as accepted, and say how many they were.

    The program ended in the middle of a send of these, so nothing took them out then. The others
    are for the pool that the send made, if it made one.
    """
    if SEND_BEGUN not in content.source:
        return 0
    target = draft.target
    if target.pool is None:
        made = (
            send
            for send in shell.known_sends.sends
            if send.kind is Kind.CREATE
            and send.workspace.id == target.workspace.id
            and send.pool_id is not None
        )
        if (send := next(made, None)) is None:
            return 0
        target = Target(target.workspace, target_of(shell, send).pool)
    if target.pool is None:
        return 0
    pool = target.pool
    known = await shell.operations.history.known(pool.credential_pool_id, pool.total_credentials)
    rows = draft.session.document.rows()

    def accepted() -> list[int]:
        pairs = zip(rows.ids or (), rows.usernames, strict=True)
        return [row_id for row_id, username in pairs if username in known.surely]

    gone = await asyncio.to_thread(accepted)
    if gone:
        draft.session.remove_for_good(gone)
        draft.exported.forget(gone)
        if shell.drafts.find(draft.owner_id, target) is None:
            draft.target = target
    return len(gone)


def _said(rows: int, gone: int, summary: DraftSummary) -> str:
    """What there is to know of rows that were taken up."""
    said = f"{rows:,} row{' is' if rows == 1 else 's are'} back, saved"
    out = f" {gone:,} more are in the pool already." if gone else ""
    bare = "" if summary.has_passwords else " The passwords were not kept: f, p or e brings them."
    return f"{said} {summary.saved_at:%d %b %H:%M}.{out}{bare}"
