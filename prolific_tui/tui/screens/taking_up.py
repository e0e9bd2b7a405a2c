"""Taking up the unsent rows of an earlier run."""

from prolific_tui.settings import DraftKeeping
from prolific_tui.submission.draft import DraftContent, DraftSummary
from prolific_tui.submission.plan import Target
from prolific_tui.tui.drafts import Draft
from prolific_tui.tui.drive import drive
from prolific_tui.tui.shell import Shell


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
    draft.kept = DraftKeeping.EVERYTHING if summary.has_passwords else DraftKeeping.USERNAMES
    shell.drafts.keep(draft, at_once=True)
    shell.taken_up.add(summary.id)
    if shell.keeping.key(owner_id, target) != summary.key:
        shell.operations.drafts.discard(summary.key)
    if target.workspace != shell.workspace:
        shell.open_workspace(target.workspace)
    shell.say(_said(stored.content, summary))
    return draft


def _said(content: DraftContent, summary: DraftSummary) -> str:
    """What there is to know of rows that were taken up."""
    rows = len(content.rows)
    said = f"{rows:,} row{' is' if rows == 1 else 's are'} back, saved"
    bare = "" if summary.has_passwords else " The passwords were not kept: f, p or e brings them."
    return f"{said} {summary.saved_at:%d %b %H:%M}.{bare}"
