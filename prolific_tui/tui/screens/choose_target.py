"""The question where rows are to go: a new pool, or one of the workspace's."""

from collections.abc import Iterable

from prolific_tui.models import CredentialPool, Workspace
from prolific_tui.submission.plan import Target
from prolific_tui.tui.dialogs import Choice, ChoiceDialog
from prolific_tui.tui.screens.pool_words import emptiest_first, pool_name
from prolific_tui.tui.shell import Shell
from prolific_tui.tui.widgets import number


async def choose_target(
    shell: Shell,
    title: str,
    message: str,
    workspace: Workspace,
    pools: Iterable[CredentialPool],
    *,
    may_create: bool = True,
) -> Target | None:
    """Ask where rows are to go; None where the person would rather not say.

    Args:
        shell: Where to ask.
        title: What is asked.
        message: Why.
        workspace: Where the rows go.
        pools: Those of its pools that they may go to.
        may_create: Whether they may go to a new pool as well.
    """
    listed: tuple[CredentialPool | None, ...] = emptiest_first(pools)
    if may_create:
        listed = (None, *listed)
    choices = [
        Choice(f"Create a new pool in {workspace.title}")
        if pool is None
        else Choice(
            f"Append to {pool_name(pool, shell.label(pool))}",
            f"{number(pool.available_credentials)} free of {number(pool.total_credentials)}",
        )
        for pool in listed
    ]
    answer = await shell.ask(ChoiceDialog(title, message, choices))
    if answer is None:
        return None
    return Target(workspace, listed[answer])
