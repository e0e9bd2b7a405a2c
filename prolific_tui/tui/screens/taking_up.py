"""Taking up the unsent rows of an earlier run."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from prolific_tui.errors import ProlificTuiError
from prolific_tui.models import CredentialPool
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


async def with_accepted(shell: Shell, summary: DraftSummary) -> DraftSummary:
    """A draft that was left, with how many of its rows were accepted since; never raises."""
    if summary.in_use or SEND_BEGUN not in summary.source:
        return summary
    pool = _sent_to(shell, summary.key.workspace_id, summary.key.pool_id)
    if pool is None:
        return summary
    try:
        stored = await shell.operations.drafts.look(summary.id)
        places = await _accepted_places(shell, pool, stored.content.rows.usernames)
    except ProlificTuiError:
        # Whoever takes it up is told.
        return summary
    return replace(summary, accepted=len(places))


async def _drop_accepted(shell: Shell, draft: Draft, content: DraftContent) -> int:
    """Take out the rows that the journal knows as accepted, and say how many they were.

    The program ended in the middle of a send of these, so nothing took them out then. The others
    are for the pool that the send made, if it made one.
    """
    if SEND_BEGUN not in content.source:
        return 0
    own = draft.target.pool
    workspace = draft.target.workspace
    pool = own or _sent_to(shell, workspace.id, None)
    if pool is None:
        return 0
    rows = draft.session.document.rows()
    ids = rows.ids or ()
    gone = [ids[place] for place in await _accepted_places(shell, pool, rows.usernames)]
    target = Target(workspace, pool)
    if gone:
        draft.session.remove_for_good(gone)
        draft.exported.forget(gone)
        if shell.drafts.find(draft.owner_id, target) is None:
            draft.target = target
    return len(gone)


def _sent_to(shell: Shell, workspace_id: str, pool_id: str | None) -> CredentialPool | None:
    """The pool of rows of which a send was begun: theirs, or the one that was made of some last."""
    if pool_id is not None:
        return CredentialPool(pool_id, workspace_id=workspace_id)
    made = (
        send
        for send in shell.known_sends.sends
        if send.kind is Kind.CREATE and send.workspace.id == workspace_id and send.pool_id
    )
    send = next(made, None)
    return None if send is None else target_of(shell, send).pool


async def _accepted_places(
    shell: Shell, pool: CredentialPool, usernames: Sequence[str]
) -> list[int]:
    """The places, from 0, of the usernames that the journal knows as accepted in a pool."""
    history = shell.operations.history
    known = await history.known(pool.credential_pool_id, pool.total_credentials)

    def find() -> list[int]:
        return [place for place, name in enumerate(usernames) if name in known.surely]

    return await asyncio.to_thread(find)


def _said(rows: int, gone: int, summary: DraftSummary) -> str:
    """What there is to know of rows that were taken up."""
    said = f"{rows:,} row{' is' if rows == 1 else 's are'} back, saved"
    out = f" {gone:,} more are in the pool already." if gone else ""
    bare = "" if summary.has_passwords else " The passwords were not kept: f, p or e brings them."
    return f"{said} {summary.saved_at:%d %b %H:%M}.{out}{bare}"
