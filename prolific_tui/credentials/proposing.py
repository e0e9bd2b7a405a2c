"""How a proposal comes together: which rows it would change, and the first few of them in words."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from prolific_tui.credentials.duplicates import is_blank
from prolific_tui.credentials.history import Proposal, Replacement, deletion, edition
from prolific_tui.credentials.rows import Rows
from prolific_tui.credentials.session import EditSession
from prolific_tui.credentials.stepping import Steps

_EXAMPLES: Final = 3


class Edits:
    """Rows that are to get other fields, gathered piece by piece from the top."""

    __slots__ = (
        "_changes",
        "_come",
        "_count",
        "_examples",
        "_gone",
        "_session",
        "_shared",
        "_withdrawn",
    )

    def __init__(self, session: EditSession) -> None:
        self._session = session
        self._changes: list[Replacement] = []
        self._withdrawn: list[int] = []
        self._examples: list[str] = []
        self._count = 0
        self._come: Counter[str] = Counter()
        """How many rows get each username that they did not have."""
        self._gone: Counter[str] = Counter()
        """How many lose each."""
        self._shared: set[str] = set()
        """The usernames that more rows than one may have in the end."""

    def add(self, start: int, piece: Rows, edited: Iterable[tuple[int, str, str]]) -> None:
        """Take up what rows of a piece, which begins at `start`, are to be.

        Each comes with its number; those that stay as they are do not count.
        """
        new: dict[int, tuple[str, str]] = {}
        names, words, ids = piece.usernames, piece.passwords, piece.ids or ()
        for row, username, password in edited:
            at = row - start
            if (username, password) != (names[at], words[at]):
                new[at] = username, password
                if len(self._examples) < _EXAMPLES:
                    self._examples.append(
                        _example(row, (names[at], words[at]), (username, password))
                    )
        self._count += len(new)
        self._follow_usernames((names[at], username) for at, (username, _) in new.items())
        is_accepted = self._session.ledger.is_accepted
        self._withdrawn += filter(is_accepted, map(ids.__getitem__, new))
        self._changes += edition(start, piece, new, self._session.document.piece_size)

    def _follow_usernames(self, renamed: Iterable[tuple[str, str]]) -> None:
        count = self._session.ledger.count
        for before, after in renamed:
            if before != after:
                self._come[after] += 1
                self._gone[before] += 1
                if (self._come[after] > 1 or count(after)) and not is_blank(after):
                    self._shared.add(after)

    def _duplicates(self) -> int:
        """How many of the rows have a username in the end that another one has as well."""
        count = self._session.ledger.count
        come, gone = self._come, self._gone
        return sum(come[name] for name in self._shared if count(name) + come[name] - gone[name] > 1)

    def __len__(self) -> int:
        return self._count

    def proposal(self, label: str) -> Proposal:
        """The step that makes these edits; rows that are edited lose their OK."""
        return Proposal(
            label,
            len(self),
            tuple(self._examples),
            self._session.revision,
            tuple(self._changes),
            withdrawn=tuple(self._withdrawn),
            duplicates=self._duplicates(),
        )


def removal(session: EditSession, label: str, rows: Sequence[int]) -> Steps[Proposal]:
    """The step that takes out these rows, which are in order.

    Raises:
        OutdatedError: the rows changed between two steps.
    """
    changes = yield from deletion(session.document, rows)
    return Proposal(label, len(rows), _named(session, rows), session.revision, changes)


def acceptance(
    session: EditSession, label: str, rows: Sequence[int], ids: Sequence[int]
) -> Proposal:
    """The step that gives these rows, which are in order and need one, an OK; with their ids."""
    examples = _named(session, rows)
    return Proposal(label, len(rows), examples, session.revision, (), accepted=tuple(ids))


def _named(session: EditSession, rows: Sequence[int]) -> tuple[str, ...]:
    username = session.document.username
    return tuple(f"row {row + 1:,}: {username(row)}" for row in rows[:_EXAMPLES])


def _example(row: int, before: tuple[str, str], after: tuple[str, str]) -> str:
    """What an edit does, in words."""
    (username, password), (new_username, new_password) = before, after
    what = f'"{username}" becomes "{new_username}"'
    if username == new_username:
        what = f"the password of {username}"
    elif password != new_password:
        what += ", and the password changes"
    return f"row {row + 1:,}: {what}"
