"""What a screen says in place of what it would show, and how fresh that is."""

from typing import Any

from rich.text import Text

from prolific_tui.errors import ProlificTuiError
from prolific_tui.tui.shell import Reading, Shell


def standing(shell: Shell, reading: Reading[Any], what: str) -> str:
    """Why a reading is not there, or not fresh, and what to do about it; empty where all is well.

    Args:
        shell: Where signing in and the workspaces stand, which come before any reading.
        reading: The reading.
        what: What is read, in the plural: "the pools".
    """
    signing_in, workspaces = shell.signing_in, shell.workspaces
    if shell.account is None:
        if signing_in.loading:
            return "Signing in…"
        if signing_in.error is not None:
            return _error(signing_in.error, "r tries again, 4 Account takes another token.")
        return "Not signed in.\n\n4 Account takes a token."
    if shell.workspace is None:
        if workspaces.error is not None:
            return _error(workspaces.error, "r tries again.")
        if workspaces.value is not None:
            return "This account belongs to no workspace.\n\nJoin or make one in Prolific, then r."
        return "Reading the workspaces…"
    if reading.error is not None:
        return _error(reading.error, "r tries again, w goes to another workspace.")
    return "" if reading.value is not None else f"Reading {what}…"


def without_account(shell: Shell) -> str:
    """Why a key that needs an account does nothing, where there is none."""
    if shell.signing_in.loading:
        return "Still signing in; press the key again in a moment."
    return "Not signed in: 4 Account takes a token."


def _error(error: ProlificTuiError, keys: str) -> str:
    words = "\n".join(filter(None, (error.title, error.further, error.hint)))
    return f"{words}\n\n{keys}"


def freshness(reading: Reading[Any], room: int) -> Text:
    """When it was read, or that it is being read, or that what is shown is old.

    In so many cells; where they are too few, what is left of the time is none that is cut in half.
    """
    text = Text()
    # First, because a narrow screen cuts what comes last.
    if reading.error is not None and reading.value is not None:
        text.append("   NOT UP TO DATE", "bold")
    if reading.loading:
        text.append("   reading…")
    elif reading.at is not None:
        # With the day, because a screen may stand open for longer than one.
        forms = (f"   read at {reading.at:%d %b %H:%M:%S}", f"   {reading.at:%d %b %H:%M}")
        fits = (form for form in forms if text.cell_len + len(form) <= room)
        text.append(next(fits, ""))
    return text
