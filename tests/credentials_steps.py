"""The steps of a session, each made at once, and a session with a long list."""

from collections.abc import Container
from typing import Final

from prolific_tui.credentials.rows import Rows
from prolific_tui.credentials.session import Delta, EditSession, Proposal
from prolific_tui.credentials.stepping import finish

ROWS: Final = 12_000
"""Those of `long_list`."""


def long_list() -> EditSession:
    """Twelve thousand rows, of which the last is like the first and 5,001 is like 5."""
    rows = [(f"lab-{row:05}", f"k{row}") for row in range(ROWS)]
    rows[5001] = ("Lab-00005", "k")
    rows[-1] = ("lab-00000", "other")
    rows[7000] = ("lab-7000", "****")
    session = EditSession()
    load = finish(session.loading("the list"))
    for start in range(0, ROWS, 5000):
        load.feed(Rows.of(rows[start : start + 5000]))
    load.finish()
    return session


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
