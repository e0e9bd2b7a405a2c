"""What can be put right for many rows at once; each is proposed first, with its count.

A proposal is worked out in steps and made with `EditSession.making`, as one step of the history.
"""

import unicodedata
from collections.abc import Callable
from enum import Enum
from itertools import compress
from operator import ne

from prolific_tui.credentials import survey
from prolific_tui.credentials.duplicates import (
    is_blank,
    with_ordinary_spaces,
    without_invisible,
)
from prolific_tui.credentials.history import Proposal
from prolific_tui.credentials.problems import Problem
from prolific_tui.credentials.proposing import Edits, acceptance, removal
from prolific_tui.credentials.rows import Rows
from prolific_tui.credentials.session import EditSession
from prolific_tui.credentials.stepping import Steps
from prolific_tui.visible import counted


class Fix(Enum):
    """One thing that can be put right; the value says it as a menu does."""

    TRIM = "Trim spaces at the edges of usernames and passwords"
    BLANK = "Drop blank rows"
    NFC = "Write accented letters as one character (Unicode NFC)"
    EXACT_REPEATS = "Drop repeats: same username and same password"
    IN_POOL = "Drop rows that are already in this pool"
    INVISIBLE = "Drop characters that can't be seen from usernames and passwords"
    SPACES = "Make unusual spaces in usernames and passwords ordinary ones"


def propose(session: EditSession, fix: Fix) -> Steps[Proposal]:
    """What a fix would do.

    Raises:
        OutdatedError: the rows changed between two steps.
    """
    if fix is Fix.TRIM:
        return _edited(session, str.strip, "trimming of")
    if fix is Fix.INVISIBLE:
        return _edited(session, _seen, "dropping what can't be seen from")
    if fix is Fix.SPACES:
        return _edited(session, _spaced, "making spaces ordinary in")
    if fix is Fix.NFC:
        return _edited(session, _composed, "Unicode NFC for")
    if fix is Fix.BLANK:
        return _dropped(session, _blank, "deletion of {}, all blank")
    if fix is Fix.IN_POOL:
        return _dropped(session, _in_pool, "deletion of {} already in this pool")
    return _dropped(session, _Repeats(), "deletion of {} that repeated others")


def accept_kind(session: EditSession, problem: Problem) -> Steps[Proposal]:
    """To let all rows go that only need an OK, and that for this problem above all.

    Raises:
        OutdatedError: the rows changed between two steps.
    """
    yield from session.examination()
    document, ledger = session.document, session.ledger
    wanted: list[int] = []
    ids: list[int] = []
    for start, piece in survey.runs(document):
        if not problem.blocking:
            bad = survey.bad_rows(ledger, start, piece)
            found = survey.problems_of(ledger, start, piece, bad)
            rows = [row for row, problems in found if problems[0] is problem]
            wanted += rows
            ids += ((piece.ids or ())[row - start] for row in rows)
        yield start + len(piece)
    return acceptance(
        session, f"OK for {counted(len(wanted), 'row')}: {problem.words}", wanted, ids
    )


def _edited(session: EditSession, mend: Callable[[str], str], label: str) -> Steps[Proposal]:
    edits = Edits(session)
    for start, piece in session.document.pieces():
        usernames, passwords = list(map(mend, piece.usernames)), list(map(mend, piece.passwords))
        if usernames != piece.usernames or passwords != piece.passwords:
            other = zip(
                map(ne, usernames, piece.usernames),
                map(ne, passwords, piece.passwords),
                strict=True,
            )
            edited = zip(range(start, start + len(piece)), usernames, passwords, strict=True)
            edits.add(start, piece, compress(edited, map(any, other)))
        yield start + len(piece)
    return edits.proposal(f"{label} {counted(len(edits), 'row')}")


_Unwanted = Callable[[EditSession, Rows], "map[bool] | list[bool]"]


def _dropped(session: EditSession, unwanted: _Unwanted, label: str) -> Steps[Proposal]:
    rows: list[int] = []
    for start, piece in session.document.pieces():
        stop = start + len(piece)
        rows.extend(compress(range(start, stop), unwanted(session, piece)))
        yield stop
    return (yield from removal(session, label.format(counted(len(rows), "row")), rows))


def _seen(text: str) -> str:
    return text if text.isascii() else without_invisible(text)


def _spaced(text: str) -> str:
    return text if text.isascii() else with_ordinary_spaces(text)


def _composed(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _blank(_session: EditSession, piece: Rows) -> list[bool]:
    return [is_blank(username) and is_blank(password) for username, password in piece]


def _in_pool(session: EditSession, piece: Rows) -> "map[bool]":
    return map(session.ledger.held.surely.__contains__, piece.usernames)


class _Repeats:
    """Finds the rows that were there before with the same username and the same password."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str]] = set()

    def __call__(self, session: EditSession, piece: Rows) -> list[bool]:
        is_duplicate = session.ledger.exact.is_duplicate
        return [is_duplicate(pair[0]) and self._repeats(pair) for pair in piece]

    def _repeats(self, pair: tuple[str, str]) -> bool:
        if not pair[1]:
            # It was left empty or is not kept: the passwords may have been different ones.
            return False
        if pair in self._seen:
            return True
        self._seen.add(pair)
        return False
