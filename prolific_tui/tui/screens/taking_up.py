"""Taking up the unsent rows of an earlier run."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from prolific_tui.credentials.rows import Rows
from prolific_tui.errors import ProlificTuiError
from prolific_tui.keeping import DraftKeeping
from prolific_tui.models import CredentialPool, Workspace
from prolific_tui.submission.draft import DraftContent, DraftSummary
from prolific_tui.submission.known import forgotten_words
from prolific_tui.submission.plan import CredentialPlan, Kind, Target
from prolific_tui.tui.drafts import SEND_BEGUN, Draft
from prolific_tui.tui.drive import drive
from prolific_tui.tui.screens.going_on import find_match
from prolific_tui.tui.screens.pool_words import short_pool_name
from prolific_tui.tui.screens.rows_of_sends import target_of
from prolific_tui.tui.shell import Shell
from prolific_tui.visible import counted, is_or_are

_SEND_FORGOTTEN: Final = "a send of these was begun"


async def take_up(shell: Shell, summary: DraftSummary, target: Target) -> Draft | None:
    """Take up a draft for a target; None, said why, where rows for that target are open already.

    Raises:
        FileError: It is gone, open in another run, or damaged.
    """
    owner_id = summary.key.owner_id
    if shell.drafts.find(owner_id, target) is not None:
        shell.say("Rows for the same target are open: send or discard them first.")
        return None
    content = (await shell.operations.drafts.resume(summary.id)).content
    content = replace(content, source=_source(shell, summary))
    draft = Draft(owner_id, Target(target.workspace, target.pool))
    await drive(draft.take_up(content))
    # The copy that they came from is there until they are kept anew.
    gone = await _drop_arrived(shell, draft, content)
    if draft.is_empty:
        shell.operations.drafts.discard(summary.key)
        shell.say(f"{counted(gone, 'row')} of it: all arrived already. Nothing is left to send.")
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


async def with_arrived(shell: Shell, summary: DraftSummary) -> DraftSummary:
    """A draft that was left, as it is now: how many of its rows arrived since; never raises."""
    summary = replace(summary, source=_source(shell, summary))
    if summary.in_use or SEND_BEGUN not in summary.source:
        return summary
    known = next(
        (w for w in shell.workspaces.value or () if w.id == summary.key.workspace_id), None
    )
    workspace = known or Workspace(summary.key.workspace_id, "")
    pool_id = summary.key.pool_id
    pool = None if pool_id is None else CredentialPool(pool_id, workspace_id=workspace.id)
    try:
        stored = await shell.operations.drafts.look(summary.id)
        found = await _arrived(shell, Target(workspace, pool), stored.content.rows)
    except ProlificTuiError:
        # Whoever takes it up is told.
        return summary
    if pool is None and found.pool is not None:
        summary = replace(summary, label=short_pool_name(found.pool, shell.label(found.pool)))
    return replace(summary, arrived=len(found.places))


def _source(shell: Shell, summary: DraftSummary) -> str:
    """Where rows came from, in words that send nobody to a history that knows nothing of them."""
    known, key = shell.known_sends, summary.key
    if known.since is None:
        return summary.source
    # Of what was kept in the second in which a history was set aside, the sends decide.
    is_known = summary.saved_at >= known.since and any(
        send.workspace.id == key.workspace_id
        and (send.kind is Kind.CREATE if key.pool_id is None else send.pool_id == key.pool_id)
        for send in known.sends
    )
    forgotten = f"{_SEND_FORGOTTEN}; {forgotten_words(known.since)}"
    return summary.source if is_known else summary.source.replace(SEND_BEGUN, forgotten)


@dataclass(frozen=True, slots=True)
class _Arrived:
    """What of some rows arrived by now, as Prolific or the person says."""

    places: Sequence[int] = ()
    """Which of them, from 0."""
    pool: CredentialPool | None = None
    """Where that is; None where nobody knows."""
    number: int | None = None
    """The send that rows for a new pool belong to; None where that is none."""


async def _drop_arrived(shell: Shell, draft: Draft, content: DraftContent) -> int:
    """Take out the rows that the journal knows to have arrived, and say how many they were.

    A send of these was open, or the program ended in the middle of it, so nothing took them out
    then. The others are for the pool that the send made, if it made one.
    """
    if SEND_BEGUN not in content.source:
        return 0
    rows = draft.session.document.rows()
    found = await _arrived(shell, draft.target, rows)
    ids = rows.ids or ()
    if found.number is not None:
        draft.went[found.number] = max(ids, default=-1)
    gone = [ids[place] for place in found.places]
    if not gone:
        return 0
    draft.session.remove_for_good(gone)
    draft.exported.forget(gone)
    if found.pool is None:
        draft.asks_target = True
    else:
        target = Target(draft.target.workspace, found.pool)
        if shell.drafts.find(draft.owner_id, target) is None:
            draft.target = target
    return len(gone)


async def _arrived(shell: Shell, target: Target, rows: Rows) -> _Arrived:
    """Which of the rows arrived in their pool, or in the one that was made of some of them last."""
    history, pool = shell.operations.history, target.pool
    if pool is not None:
        known = await history.known(pool.credential_pool_id, pool.total_credentials)

        def find() -> list[int]:
            names = enumerate(rows.usernames)
            return [place for place, name in names if name in known.surely or name in known.said]

        return _Arrived(await asyncio.to_thread(find), pool)
    plan = CredentialPlan(target, rows, (), (), "")
    matched = await find_match(shell, plan, None)
    if matched is None:
        return _Arrived()
    send = matched.send
    return _Arrived(matched.arrived_at, target_of(shell, send).pool, send.number)


def _said(rows: int, gone: int, summary: DraftSummary) -> str:
    """What there is to know of rows that were taken up."""
    said = f"{counted(rows, 'row')} {is_or_are(rows)} back, saved"
    out = f" {gone:,} more arrived already." if gone else ""
    bare = "" if summary.has_passwords else " The passwords were not kept: f, p or e brings them."
    return f"{said} {summary.saved_at:%d %b %H:%M}.{out}{bare}"
