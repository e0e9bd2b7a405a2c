"""The steps of a session, each made at once."""

from collections.abc import Container

from prolific_tui.credentials.session import Delta, EditSession, Proposal
from prolific_tui.credentials.stepping import finish


def make(session: EditSession, proposal: Proposal) -> Delta | None:
    """Do what was proposed, if that is anything."""
    return None if (steps := session.making(proposal)) is None else finish(steps)


def undo(session: EditSession) -> Delta | None:
    """Take the last step back, if there is one."""
    return None if (steps := session.undoing()) is None else finish(steps)


def redo(session: EditSession) -> Delta | None:
    """Make the step again that was taken back last, if there is one."""
    return None if (steps := session.redoing()) is None else finish(steps)


def hold(
    session: EditSession, held: Container[str], perhaps: Container[str] = frozenset()
) -> Delta:
    """Say what the pool holds, and may hold."""
    return finish(session.holding(held, perhaps))
