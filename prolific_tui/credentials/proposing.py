"""How a proposal comes together: which rows it would change, and the first few of them in words."""

from array import array
from collections.abc import Sequence
from typing import Final

from prolific_tui.credentials.history import Proposal, deletion, edition
from prolific_tui.credentials.rows import Rows
from prolific_tui.credentials.session import EditSession

_EXAMPLES: Final = 3


class Edits:
    """Rows that are to get other fields, gathered from the top."""

    __slots__ = ("_examples", "_indices", "_passwords", "_session", "_usernames")

    def __init__(self, session: EditSession) -> None:
        self._session = session
        self._indices = array("q")
        self._usernames: list[str] = []
        self._passwords: list[str] = []
        self._examples: list[str] = []

    def add(self, index: int, username: str, password: str) -> None:
        """Take up what the row at `index` is to be, if that is anything else than it is."""
        row = self._session.document.row(index)
        if (username, password) == (row.username, row.password):
            return
        self._indices.append(index)
        self._usernames.append(username)
        self._passwords.append(password)
        if len(self._examples) < _EXAMPLES:
            what = f'"{row.username}" becomes "{username}"'
            if username == row.username:
                what = f"the password of {username}"
            elif password != row.password:
                what += ", and the password changes"
            self._examples.append(f"row {index + 1:,}: {what}")

    def __len__(self) -> int:
        return len(self._indices)

    def proposal(self, label: str) -> Proposal:
        """The step that makes these edits; rows that are edited lose their OK."""
        session = self._session
        ids = map(session.document.row_id, self._indices)
        return Proposal(
            label,
            len(self),
            tuple(self._examples),
            session.revision,
            edition(session.document, self._indices, Rows(self._usernames, self._passwords))
            if self._indices
            else (),
            withdrawn=tuple(filter(session.ledger.is_accepted, ids)),
        )


def removal(session: EditSession, label: str, rows: Sequence[int]) -> Proposal:
    """The step that takes out these rows, which are in order."""
    return Proposal(
        label,
        len(rows),
        tuple(f"row {row + 1:,}: {session.document.username(row)}" for row in rows[:_EXAMPLES]),
        session.revision,
        deletion(session.document, rows),
    )


def acceptance(session: EditSession, label: str, rows: Sequence[int]) -> Proposal:
    """The step that gives these rows, which are in order and need one, an OK."""
    return Proposal(
        label,
        len(rows),
        tuple(f"row {row + 1:,}: {session.document.username(row)}" for row in rows[:_EXAMPLES]),
        session.revision,
        (),
        accepted=tuple(map(session.document.row_id, rows)),
    )
