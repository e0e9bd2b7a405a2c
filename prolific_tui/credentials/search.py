"""Finding text in rows, and replacing it with a preview of what would change.

Passwords are only looked into where the person has them on the screen.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from prolific_tui.credentials.history import Proposal
from prolific_tui.credentials.proposing import Edits
from prolific_tui.credentials.rows import Rows
from prolific_tui.credentials.session import EditSession
from prolific_tui.credentials.stepping import Steps
from prolific_tui.visible import counted


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for; an empty text is found nowhere, unless it is the whole field."""

    text: str = field(repr=False)
    whole: bool = False
    """Whether it has to be all that is in a field."""
    ignore_case: bool = True
    """Whether capitals and small letters are the same."""
    passwords: bool = False
    """Whether to look into passwords as well as usernames."""

    @property
    def words(self) -> str:
        """What is looked for; what may be of a password is not said."""
        return "what was found" if self.passwords else f'those with "{self.text}"'

    def pattern(self) -> re.Pattern[str]:
        """What matches where the text is in a field, with `search`."""
        text = re.escape(self.text)
        if self.whole:
            text = rf"\A{text}\Z"
        elif not self.text:
            text = r"(?!)"
        return re.compile(text, re.IGNORECASE if self.ignore_case else re.NOFLAG)

    def matching(self, start: int, rows: Rows) -> list[int]:
        """Of rows that begin at the row `start`, those in which it is found."""
        search = self.pattern().search
        if not self.passwords:
            found: Sequence[object] = list(map(search, rows.usernames))
        else:
            found = [search(username) or search(password) for username, password in rows]
        return [index for index, each in enumerate(found, start) if each]


def replace(session: EditSession, query: Query, text: str) -> Steps[Proposal]:
    """To put another text wherever the query finds its own.

    Raises:
        OutdatedError: the rows changed between two steps.
    """
    pattern = query.pattern()
    edits = Edits(session)

    def mended(field: str) -> str:
        return pattern.sub(lambda _: text, field)

    for start, piece in session.document.pieces():
        names, words = piece.usernames, piece.passwords
        found = query.matching(start, piece)
        edits.add(
            start,
            piece,
            (
                (
                    row,
                    mended(names[row - start]),
                    mended(words[row - start]) if query.passwords else words[row - start],
                )
                for row in found
            ),
        )
        yield start + len(piece)
    return edits.proposal(f"replacement in {counted(len(edits), 'row')}")
