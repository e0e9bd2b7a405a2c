"""What is asked about keeping: how it is done on this machine, and whether to lose unsent rows."""

from collections.abc import Iterable
from typing import Final

from prolific_tui.credentials.export import Exported
from prolific_tui.errors import ProlificTuiError
from prolific_tui.keeping import KEEPING_PLACES, DraftKeeping, MachineKeeping
from prolific_tui.tui.dialogs import (
    Choice,
    ChoiceDialog,
    ConfirmDialog,
    KeepingDialog,
    keeping_words,
)
from prolific_tui.tui.drafts import Draft
from prolific_tui.tui.drive import drive
from prolific_tui.tui.screens.pool_words import short_pool_name
from prolific_tui.tui.shell import Shell
from prolific_tui.visible import counted, is_or_are


def unsent_rows(shell: Shell, draft: Draft) -> int:
    """How many rows of a draft are unsent: what a send under way has in the pool is none."""
    if draft.sending is None or shell.progress is None:
        return draft.unsent
    goes_on = draft.sending.continues
    before = goes_on.accepted if goes_on else 0
    return max(draft.unsent - (shell.progress.accepted - before), 0)


def rows_words(shell: Shell, drafts: Iterable[Draft]) -> str:
    """The rows of some drafts: "5 unsent rows and 3 that are in the pool already"."""
    unsent = in_pool = 0
    for draft in drafts:
        unsent += unsent_rows(shell, draft)
        in_pool += draft.in_pool
    there = f"that {is_or_are(in_pool)} in the pool already"
    if not in_pool:
        return counted(unsent, "unsent row")
    if not unsent:
        return f"{counted(in_pool, 'row')} {there}"
    return f"{counted(unsent, 'unsent row')} and {in_pool:,} {there}"


def own_drafts(shell: Shell) -> list[Draft]:
    """The drafts of this run that belong to the one who is signed in."""
    owner_id = shell.account.me.id if shell.account else ""
    return [draft for draft in shell.drafts if draft.owner_id == owner_id]


def target_words(shell: Shell, draft: Draft) -> str:
    """What a draft is for: "a new pool", or a pool's name; another workspace is named as well."""
    target = draft.target
    pool = target.pool
    name = "a new pool" if pool is None else short_pool_name(pool, shell.label(pool))
    return name if target.workspace == shell.workspace else f"{name} in {target.workspace.title}"


def unsent_words(shell: Shell) -> str:
    """How many rows of this run are unsent, the key on Pools that brings them back, what for."""
    drafts = own_drafts(shell)
    if not drafts:
        return ""
    unsent = sum(unsent_rows(shell, draft) for draft in drafts)
    rows = counted(unsent, "unsent row") if unsent else rows_words(shell, drafts)
    if len(drafts) > 1:
        return f"{rows}: d, for {len(drafts)} targets"
    # A name may be long: it comes last, so that the key is seen where the line is cut.
    return f"{rows}: {_key(shell, drafts[0])}, for {target_words(shell, drafts[0])}"


def back_words(shell: Shell, draft: Draft, *, is_elsewhere: bool = False) -> str:
    """The key on Pools that goes back to a draft which was just left, in a sentence.

    `is_elsewhere` where another screen than Pools is shown now.
    """
    on_pools = " on 1 Pools" if is_elsewhere else ""
    return f"{_key(shell, draft)}{on_pools} goes back to them."


def _key(shell: Shell, draft: Draft) -> str:
    is_new = draft.target.pool is None and draft.target.workspace == shell.workspace
    return "c" if is_new else "d"


async def ask_keeping(shell: Shell, *, reason: str = "") -> bool:
    """Ask what is kept on this machine, and do so; False where it is as before.

    Args:
        shell: Where it is asked.
        reason: Why it is asked now, as `KeepingDialog` has it.
    """
    operations = shell.operations
    dialog = KeepingDialog(
        operations.keyring_report,
        operations.own_files,
        await operations.keeping(),
        reason=reason,
    )
    answer = await shell.ask(dialog)
    if answer is None:
        shell.keeping.was_put_off = True
        return False
    return await keep_as(shell, KeepingDialog.keeping(answer))


async def keep_as(shell: Shell, keeping: MachineKeeping) -> bool:
    """Keep tokens, secrets and unsent rows so from now on; False where that failed, and says so."""
    shell.say("Keeping it so… On 4 Account, Esc gives up asking the keyring.")
    before = await shell.operations.keeping()
    try:
        changed = await shell.operations.keep(keeping)
    except ProlificTuiError as error:
        shell.say("What is kept, and where, is as before.")
        shell.show_error(error)
        return False
    shell.account = changed.account
    shell.keeping.chosen(keeping.rows)
    if before is None or before.secrets is not keeping.secrets:
        # Where something was in the way of moving them, it is not known where they are.
        is_known = keeping.secrets in KEEPING_PLACES and not changed.notes
        shell.rotation.own_entries_moved(keeping.secrets if is_known else None)
    shell.choices += 1
    words = keeping_words(keeping, shell.operations.own_files).label
    shell.say(" ".join((f"Kept from now on: {words[0].lower()}{words[1:]}.", *changed.notes)))
    return True


async def may_keep_secrets(shell: Shell) -> bool:
    """Whether a secret may be kept on this machine; asks how where nobody has chosen yet.

    Where nothing secret is to be kept, a key that keeps one is an answer by itself.
    """
    if shell.operations.is_demo or await shell.operations.keeping() is not None:
        return True
    reason = "Before the secret is kept: where is it to be, and all else? Esc keeps it nowhere."
    await ask_keeping(shell, reason=reason)
    chosen = await shell.operations.keeping()
    if chosen is not None and chosen.secrets in KEEPING_PLACES:
        return True
    if not shell.message:
        shell.say("The secret is not kept here; f saves it to a new file.")
    return False


async def may_quit(shell: Shell) -> bool:
    """Whether the program may end: every unsent row is kept, or the person lets it go."""
    if not any(shell.drafts):
        return True
    await shell.keep_drafts()
    if shell.keeping.is_to_be_asked:
        reason = (
            f"{rows_words(shell, shell.drafts)}, before quitting: what is to become of them? Esc"
            " chooses nothing, and then asks whether to quit and lose them."
        )
        if await ask_keeping(shell, reason=reason):
            await shell.keep_drafts()
    lost = [draft for draft in shell.drafts if not shell.keeping.is_kept(draft)]
    if lost:
        return await _is_sure(
            shell,
            f"Quit and lose {rows_words(shell, lost)}?",
            f"{_why(shell, lost)} Esc or n goes back to them.",
        )
    bare = [draft for draft in shell.drafts if draft.kept is DraftKeeping.USERNAMES]
    if bare:
        return await _is_sure(
            shell,
            f"Quit and lose the passwords of {rows_words(shell, bare)}?",
            "Their usernames are kept, as you chose, and the next start offers them."
            " Esc or n goes back to them.",
        )
    return True


async def _is_sure(shell: Shell, title: str, message: str) -> bool:
    answer = await shell.ask(ConfirmDialog(title, message))
    return answer is True


def _why(shell: Shell, lost: list[Draft]) -> str:
    """Why rows would be lost."""
    troubles = [draft.trouble for draft in lost if draft.trouble]
    if troubles:
        return f"They could not be kept. {troubles[0]}"
    if shell.keeping.choice is DraftKeeping.NOTHING:
        return "You chose that nothing is kept on this machine; 4 Account changes it."
    words = "They are only in this program's memory."
    return f"{words} s on 4 Account keeps them." if shell.keeping.is_undecided else words


def quit_words(shell: Shell) -> str:
    """What is left on the terminal after a quit."""
    rows = sum(unsent_rows(shell, draft) for draft in shell.drafts)
    if not rows or any(not shell.keeping.is_kept(draft) for draft in shell.drafts):
        return ""
    return f"Draft kept: {counted(rows, 'unsent row')}. The next start offers them."


_LEAVE: Final = 0
_DISCARD: Final = 1


async def may_leave(shell: Shell, draft: Draft) -> bool:
    """Whether the editor may be left although its rows are not kept on disk.

    They may be discarded on the way. The question how they are kept comes by itself only until it
    was put off; then it is one of the answers here.
    """
    await shell.keep_drafts()
    if shell.keeping.is_to_be_asked:
        await ask_keeping(shell)
        await shell.keep_drafts()
    if draft.is_empty or draft.sending or shell.keeping.is_kept(draft):
        # Of rows that are being sent, nobody knows yet which will be left.
        return True
    choices = [
        Choice("Leave them here until I quit", "The editor shows them again."),
        Choice("Discard them", "They are gone at once, and u does not bring them back."),
    ]
    if shell.keeping.is_undecided:
        choices.append(Choice("Keep them on this machine…", "It is asked what of them, and where."))
    title = f"{rows_words(shell, [draft])}, draft not kept"
    answer = await shell.ask(ChoiceDialog(title, _why(shell, [draft]), choices))
    if answer == _DISCARD:
        await discard(shell, draft)
    elif answer not in (None, _LEAVE):
        if not await ask_keeping(shell):
            return False
        await shell.keep_drafts()
    return answer is not None


async def discard(shell: Shell, draft: Draft) -> None:
    """Let a draft's rows go, with all that was edited of them, and their copy on disk.

    No key gets through meanwhile: what was typed ahead is meant for what is shown then.
    """
    with shell.holding_keys():
        try:
            await drive(draft.session.discarding())
        finally:
            draft.exported = Exported()
            shell.drafts.keep(draft)
