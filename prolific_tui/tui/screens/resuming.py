"""Going on with a send from the history: its rows are found, and the editor opens with them."""

from prolific_tui.errors import ProlificTuiError
from prolific_tui.submission.send import Send
from prolific_tui.tui.screens.editor import EditorScreen
from prolific_tui.tui.screens.going_on import (
    ask_same_file,
    draft_at_hand,
    left_draft,
    why_not,
)
from prolific_tui.tui.screens.rows_of_sends import target_of
from prolific_tui.tui.screens.standing import without_account
from prolific_tui.tui.screens.taking_up import take_up
from prolific_tui.tui.shell import Shell


async def go_on(shell: Shell, send: Send) -> None:
    """Open the rows that a send has left: those at hand, those of an earlier run, or a file's."""
    if reason := why_not(send):
        shell.say(reason)
        return
    account = shell.account
    if account is None:
        shell.say(without_account(shell))
        return
    file, told = None, ""
    try:
        # A second press would end this one where the rows are this program's and not shown yet.
        with shell.holding_keys():
            draft = await draft_at_hand(shell, send, account.me.id)
            if draft is None and (left := await left_draft(shell, send, account.me.id)) is not None:
                draft = await take_up(shell, left, target_of(shell, send))
                told = shell.message
    except ProlificTuiError as error:
        shell.show_error(error)
        return
    if draft is None:
        if shell.drafts.find(account.me.id, target_of(shell, send)) is not None:
            shell.say(
                "Other unsent rows wait for a new pool: send or clear those first. Nothing was"
                " changed."
            )
            return
        file = await ask_same_file(shell, send)
        if file is None:
            shell.say("Nothing was changed.")
            return
        draft = shell.drafts.open(account.me.id, target_of(shell, send))
    draft.continues = send.number
    shell.sends += 1
    if send.workspace != shell.workspace:
        shell.open_workspace(send.workspace)
    home = shell.current_mode
    await shell.run_action("mode('pools')")
    # What there is to know of rows that were taken up belongs to the screen that shows them.
    shell.say(told)
    # Where these rows are open already, that is where they stay.
    editors = [screen for screen in shell.screen_stack if isinstance(screen, EditorScreen)]
    if not any(editor.draft is draft for editor in editors):
        shell.push_screen(EditorScreen(draft, load=file, home=home))
