"""Going on with a send that has rows left: which send rows belong to, and where rows come from.

The journal holds fingerprints and no rows, so those come from the kept draft or from the same file.
"""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Final

from prolific_tui.submission.draft import DraftSummary
from prolific_tui.submission.plan import CredentialPlan, Kind
from prolific_tui.submission.resuming import Resumption
from prolific_tui.submission.send import Send, Standing
from prolific_tui.tui.dialogs import Choice, ChoiceDialog, PathDialog
from prolific_tui.tui.drafts import Draft
from prolific_tui.tui.screens.rows_of_sends import has_rest, open_draft
from prolific_tui.tui.screens.send_words import moment, target_name
from prolific_tui.tui.screens.settling import settle
from prolific_tui.tui.shell import Shell
from prolific_tui.visible import counted

_MOST_MATCHED: Final = 5
"""How many earlier sends of which all is known rows are compared with, the newest first."""


# Which send rows belong to


def unfinished_sends(shell: Shell, plan: CredentialPlan) -> list[Send]:
    """The earlier sends that the rows of a plan may belong to; see `belonging`."""
    return belonging(shell.operations.history.now.sends, plan)


def belonging(sends: Iterable[Send], plan: CredentialPlan) -> list[Send]:
    """Which of these sends, the newest first, the rows of a plan may belong to.

    Of a list for a new pool these are all that made one, or may have: the same rows would become
    a second pool. Rows that a pool took already are marked in the editor. However old, none is
    left out that is under way or may still arrive; those come first.
    """
    pool = plan.target.pool

    def may_belong(send: Send) -> bool:
        if send.workspace.id != plan.workspace.id or not send.rows:
            return False
        if pool is None:
            return send.kind is Kind.CREATE and (_is_undecided(send) or bool(send.arrived))
        is_unfinished = _is_undecided(send) or send.standing is Standing.PARTLY
        return is_unfinished and send.pool_id == pool.credential_pool_id

    found = [send for send in sends if may_belong(send)]
    undecided = [send for send in found if _is_undecided(send)]
    return undecided + [send for send in found if not _is_undecided(send)][:_MOST_MATCHED]


def _is_undecided(send: Send) -> bool:
    """Whether it is under way, or something of it may still arrive."""
    return bool(send.in_use or send.open_parts or send.absent_parts)


async def find_match(shell: Shell, plan: CredentialPlan, number: int | None) -> Resumption | None:
    """The send that rows of a plan belong to; None where there is none.

    Args:
        shell: Where the sends are known.
        plan: The rows that would go.
        number: The one send to be asked for; None for any that is not finished.

    Raises:
        ProlificTuiError: The journal can't be read.
    """
    if number is not None:
        return await _closest(shell, plan, [number])
    # What may still arrive comes first, however few of its rows these are.
    for _, sends in groupby(unfinished_sends(shell, plan), _is_undecided):
        found = await _closest(shell, plan, [send.number for send in sends])
        if found is not None:
            return found
    return None


async def _closest(shell: Shell, plan: CredentialPlan, numbers: Iterable[int]) -> Resumption | None:
    """The send that has the most rows of a plan: another list may have some of its usernames."""
    found: Resumption | None = None
    for number in numbers:
        matched = await shell.operations.history.match(number, plan)
        if matched.strange < (found.strange if found else plan.rows):
            found = matched
        if not matched.strange:
            break
    return found


async def ask_open(shell: Shell, send: Send) -> None:
    """Say that a send of these rows is open, and look whether it arrived if that is wanted."""
    name, when = target_name(send, shell.known_sends), moment(send.begun)
    answer = await shell.ask(
        ChoiceDialog(
            "A send of these rows is open",
            f"Nobody knows whether the send of {when} for {name} arrived. Nothing of it is sent"
            " again before that is settled.",
            [Choice("Look now whether it arrived"), Choice("Back to the rows")],
        )
    )
    if answer == 0:
        await settle(shell, send)


async def ask_match(shell: Shell, matched: Resumption) -> bool | None:
    """Ask what rows of an earlier send are to be: the rest of it (True), or a new send (False)."""
    send = matched.send
    name, when = target_name(send, shell.known_sends), moment(send.begun)
    if send.in_use:
        await shell.ask(
            ChoiceDialog(
                "These rows are being sent",
                f"A send of these rows for {name}, begun on {when}, is under way here or in another"
                f" window: {send.words}. Nothing goes on with it before that has ended.",
                [Choice("Back to the rows")],
            )
        )
        return None
    if matched.is_blocked:
        await ask_open(shell, send)
        return None
    if matched.plan is None and not matched.needs_pool:
        answer = await shell.ask(
            ChoiceDialog(
                "These rows were sent before",
                f"{counted(matched.accepted + matched.said, 'row')} of these went into {name} on"
                f" {when}: {send.words}.",
                [Choice("Back to the rows"), Choice("Make another pool of them all the same")],
            )
        )
        return False if answer == 1 else None
    going = counted(matched.plan.rows, "row") if matched.plan else "the rest"
    choices = [Choice(f"Go on with it: {going}", " ".join(matched.words))]
    # A pool that was made late after all is looked for only by what goes on with its send.
    if send.pool_id is not None or not send.absent_parts:
        choices.append(
            Choice("Send them as a new one", "What that send has left stays left in the history.")
        )
    answer = await shell.ask(
        ChoiceDialog(
            "Rows of an earlier send",
            f"These belong to the send of {when} for {name}: of"
            f" {counted(send.rows, 'row')}, {send.arrived_words or '0 accepted'}.",
            choices,
        )
    )
    return None if answer is None else answer == 0


# Where the rows come from


def why_not(send: Send) -> str:
    """Why a send can't go on; empty where it can."""
    if send.kind is Kind.REPLACE_SECRET:
        return "A request for a secret has no rest to go on with; 2 Webhooks makes another one."
    if send.in_use:
        return "This send is under way, here or in another window."
    if send.open_parts:
        return "Settle it first: S looks whether it arrived."
    return "" if send.can_go_on else "No row of it is left to be sent."


async def draft_at_hand(shell: Shell, send: Send, owner_id: str) -> Draft | None:
    """The rows of this run that are the rest of a send; raises as `left_draft`."""
    draft = open_draft(shell, send, owner_id)
    if draft is None or draft.target.pool is not None:
        return draft
    # Rows for a new pool may be another list.
    return draft if await has_rest(shell, send, draft.session.document.rows()) else None


async def left_draft(shell: Shell, send: Send, owner_id: str) -> DraftSummary | None:
    """The rows that an earlier run left and that are the rest of a send.

    Raises:
        ProlificTuiError: The journal or a draft can't be read.
    """
    left = await shell.operations.drafts.left(owner_id)
    for summary in left.summaries:
        key = summary.key
        if summary.in_use or key.workspace_id != send.workspace.id:
            continue
        if key.pool_id is not None:
            if key.pool_id == send.pool_id:
                return summary
        elif send.kind is Kind.CREATE:
            # As above; the program may have ended before they were given to the pool.
            stored = await shell.operations.drafts.look(summary.id)
            if await has_rest(shell, send, stored.content.rows):
                return summary
    return None


async def ask_same_file(shell: Shell, send: Send) -> Path | None:
    """Ask for the file that a send came from; its rows are matched by their fingerprints."""
    source = f" It came from {send.source}." if send.source else ""
    path = await shell.ask(
        PathDialog(
            "Go on with the same file",
            f"No rows of this send are at hand.{source} Give that file again: its rows are matched"
            " to the send, and those that were accepted are not sent again.",
            shell.operations.complete_path,
        )
    )
    return Path(path) if path else None
