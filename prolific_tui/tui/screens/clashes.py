"""A list that Prolific refused for a clash: what is known of it, and finding it by halving.

Prolific does not say which rows it has, so the history and the usage reports are asked first.
"""

import asyncio
from dataclasses import dataclass, replace

from prolific_tui.errors import ProlificTuiError
from prolific_tui.operations.events import WriteEnded
from prolific_tui.submission.halving import ClashSearch
from prolific_tui.submission.known import Known, not_all_read
from prolific_tui.submission.plan import CredentialPlan, seek_plan
from prolific_tui.submission.resuming import Resumption, within
from prolific_tui.submission.send import Standing
from prolific_tui.tui.dialogs import TypedConfirmation, WaitDialog
from prolific_tui.tui.drafts import Draft
from prolific_tui.tui.drive import drive
from prolific_tui.tui.screens.going_on import unfinished_sends
from prolific_tui.tui.screens.rows_of_sends import open_draft
from prolific_tui.tui.screens.send_words import moment
from prolific_tui.tui.shell import Shell
from prolific_tui.visible import counted


@dataclass(frozen=True, slots=True)
class Explained:
    """What is known of rows that were refused for a clash."""

    known: int
    """How many of them the pool is known to hold."""
    unread: str = ""
    """What could not be read when that was asked, in words; empty where nothing went wrong."""
    doubted: str = ""
    """Which earlier sends of them may have arrived although the person said that they had not, in
    sentences; empty where there is none."""


async def explain(shell: Shell, ended: WriteEnded) -> Explained:
    """Mark the rows that the pool is known to hold, and tell what else may be why."""
    plan, draft = ended.plan, _draft_of(shell, ended)
    if not isinstance(plan, CredentialPlan) or draft is None:
        return Explained(0)
    refused = frozenset(ended.refused)
    found, unread, doubted = 0, "", ""
    try:
        if (known := await _look_at_pool(shell, draft)) is not None:
            found, unread = await _held(plan, refused, known), known.coverage.words_of_trouble
    except ProlificTuiError as error:
        unread = not_all_read(error.message)
    try:
        doubted = await _doubted(shell, ended.number, plan, refused)
    except ProlificTuiError as error:
        # What the pool is known to hold is so all the same.
        unread = unread or not_all_read(error.message)
    return Explained(found, unread, doubted)


async def _held(plan: CredentialPlan, refused: frozenset[int], known: Known) -> int:
    """How many of the refused rows the pool is known to hold."""
    pairs = zip(plan.row_ids, plan.accounts.usernames, strict=True)
    usernames = [username for row_id, username in pairs if row_id in refused]
    return await asyncio.to_thread(lambda: sum(name in known.surely for name in usernames))


async def _doubted(
    shell: Shell, number: int | None, plan: CredentialPlan, refused: frozenset[int]
) -> str:
    """The other sends of refused rows that did not arrive, as the person said; empty for none."""
    told = []
    for send in unfinished_sends(shell, plan):
        if send.number == number or not send.absent_parts:
            continue
        matched = await shell.operations.history.match(send.number, plan)
        if matched.plan is None:
            continue
        parts = [within(matched.plan, each.start, each.stop) for each in send.absent_parts]
        rows = sum(len(refused.intersection(part.row_ids)) for part in parts)
        if rows:
            told.append(
                f"You said that the send of {moment(send.begun)}, with {rows:,} of the refused"
                " rows, did not arrive: this refusal is consistent with it having arrived after"
                " all. S in 3 History looks again."
            )
    return " ".join(told)


async def _look_at_pool(shell: Shell, draft: Draft) -> Known | None:
    """Mark what the usage reports and the history know; None for a pool that is yet to be made."""
    pool = draft.target.pool
    if pool is None:
        return None
    known = await shell.operations.history.known_with_reports(
        pool.credential_pool_id, pool.total_credentials, draft.target.workspace.id
    )
    try:
        await drive(draft.holding(known))
    finally:
        shell.sends += 1
    return known


def _draft_of(shell: Shell, ended: WriteEnded) -> Draft | None:
    send = shell.send(ended.number)
    return open_draft(shell, send, shell.account.me.id) if send and shell.account else None


async def find_clash(shell: Shell, ended: WriteEnded) -> None:
    """Tell what finding the rows that clash takes, ask for the words, and begin."""
    plan = ended.plan
    if not isinstance(plan, CredentialPlan) or ended.number is None or shell.account is None:
        return
    draft = _draft_of(shell, ended)
    if draft is None:
        shell.say("The rows are not here any more. Nothing was sent.")
        return
    try:
        position = await shell.operations.history.position()
        matched = await shell.wait_for(
            WaitDialog("Looking what is known of the pool…", "Nothing is sent yet."),
            _look_first(shell, draft, ended.number),
        )
    except ProlificTuiError as error:
        shell.show_error(error)
        return
    if matched is None or matched.plan is None:
        words = matched.words if matched else ()
        shell.say(" ".join((*words, "Nothing was sent.")))
        return
    # What another part took is in the pool, and what did not leave was not refused.
    part = next(
        (each for each in reversed(matched.send.parts) if each.standing is Standing.REFUSED), None
    )
    if part is None:
        shell.say("It is not known any more which rows were refused. Nothing was sent.")
        return
    refused = within(matched.plan, part.start, part.stop)
    rows = refused.rows
    if rows < part.rows:
        gone = part.rows - rows
        shell.say(
            f"{gone:,} of the {counted(part.rows, 'refused row')} {'is' if gone == 1 else 'are'} in"
            " the pool already, or changed: P marks what is there. Send the others with s; nothing"
            " was sent."
        )
        return
    others = matched.plan.rows - rows
    stays = ""
    if others:
        verb = "stays" if others == 1 else "stay"
        stays = f"\n\n{counted(others, 'more row')} {verb} in the editor for later."
    confirmed = await shell.ask(
        TypedConfirmation(
            "Find the clash by halving",
            f"{ClashSearch(rows).words}\n\nTo {_where(shell, refused)}.{stays}",
            refused.confirmation,
        )
    )
    if confirmed:
        shell.submit(replace(refused, reviewed=position), draft, halving=True)
    else:
        shell.say("Nothing was sent.")


async def _look_first(shell: Shell, draft: Draft, number: int) -> Resumption:
    """Mark what the usage reports and the history know, and match what would still go."""
    await _look_at_pool(shell, draft)
    steps = seek_plan(draft.session, draft.target, draft.source)
    plan = await drive(steps)
    matched = await shell.operations.history.match(number, plan)
    if matched.plan is None:
        return matched
    return replace(matched, plan=replace(matched.plan, target=draft.target))


def _where(shell: Shell, plan: CredentialPlan) -> str:
    pool = plan.target.pool
    if pool is None:
        return f"a new pool in {plan.workspace.title}"
    total = "?" if pool.total_credentials is None else f"{pool.total_credentials:,}"
    name = shell.label(pool) or pool.credential_pool_id
    return f"the pool {name}, which has {total} now, in {plan.workspace.title}"
