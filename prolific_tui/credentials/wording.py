"""What is said about a row: a letter and a few words beside it, sentences below the grid.

Other rows are named here, so it is worked out for the rows on the screen only. Usernames stand in
the sentences as they are, long ones without their middle; passwords never do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from prolific_tui.credentials.document import Document, Row
from prolific_tui.credentials.duplicates import differences
from prolific_tui.credentials.ledger import Ledger, Verdict
from prolific_tui.credentials.problems import ACCEPTED, Problem, row_list

Find: TypeAlias = Callable[[str, int], tuple[int, ...] | None]
"""The first rows that have a username, at most as many; None while that would take too long."""

_NAMED: Final = 3
_COMPARED: Final = 16
_LONGEST_NAME: Final = 32
"""The characters of a username in a sentence; of more, the row after it would be out of sight."""


@dataclass(frozen=True, slots=True)
class RowState:
    """What is to be shown beside a row."""

    verdict: Verdict
    """What becomes of the row when the list is sent."""
    letter: str
    """That of its gravest problem (see `problems.LEGEND`); empty where there is none.

    `problems.ACCEPTED` where the row goes all the same.
    """
    words: tuple[str, ...]
    """Its problems, the gravest first, in a few words each; other rows are named from 1."""
    accepted: bool
    """Whether it only goes because the person accepted it."""
    made_here: bool = False
    """Whether the row was made by this program, and not yet confirmed to exist elsewhere."""

    @property
    def blocking(self) -> bool:
        """Whether the row is left out of a send."""
        return self.verdict is Verdict.LEFT_OUT

    @property
    def needs_ok(self) -> bool:
        """Whether the row goes only once the person accepts it."""
        return self.verdict is Verdict.NEEDS_OK


def state(
    document: Document, ledger: Ledger, find: Find, index: int, *, made_here: bool
) -> RowState:
    """What is to be shown beside the row at `index`."""
    row = document.row(index)
    problems = ledger.problems(row)
    verdict = ledger.verdict(row)
    accepted = bool(problems) and verdict is Verdict.GOES
    letter = problems[0].letter if problems else ""
    return RowState(
        verdict,
        ACCEPTED if accepted else letter,
        tuple(_words(ledger, find, index, row, problem) for problem in problems),
        accepted=accepted,
        made_here=made_here,
    )


def explain(document: Document, ledger: Ledger, find: Find, index: int) -> tuple[str, ...]:
    """What is wrong with the row at `index`, one sentence or two for each problem."""
    row = document.row(index)
    problems = ledger.problems(row)
    sentences = [_sentence(document, ledger, find, row, problem) for problem in problems]
    if problems and ledger.verdict(row) is Verdict.GOES:
        sentences.append("You accepted this row, so it goes.")
    return tuple(sentences)


def _words(ledger: Ledger, find: Find, index: int, row: Row, problem: Problem) -> str:
    if problem is Problem.DUPLICATE:
        count = ledger.exact.count(row.username)
        if (rows := find(row.username, min(count, _COMPARED))) is not None:
            others = [other for other in rows if other != index][:_NAMED]
            return f"same as {row_list(others, count - 1)}"
    elif problem is Problem.LOOKALIKE and (found := _lookalike(ledger, find, row)):
        alike, where = found
        return f"same as row {where + 1:,} except {_except(row.username, alike)}"
    return problem.words


def _sentence(document: Document, ledger: Ledger, find: Find, row: Row, problem: Problem) -> str:
    if problem is Problem.DUPLICATE:
        count = ledger.exact.count(row.username)
        if (rows := find(row.username, min(count, _COMPARED))) is not None:
            words = {document.password(other) for other in rows}
            different = len(words - {""}) > 1
            # Where there are more rows than were compared, the others may differ; and of a row
            # whose password is not there nobody knows which it was.
            same = " with the same password" if len(rows) == count and "" not in words else ""
            passwords = " with different passwords" if different else same
            among = row_list(rows if count <= _NAMED + 1 else rows[:_NAMED], count)
            return f"{_named(row.username)} is in {among}{passwords}. Only one can be sent."
    elif problem is Problem.LOOKALIKE and (found := _lookalike(ledger, find, row)):
        alike, where = found
        return (
            f"{_named(row.username)} is the same as {_named(alike)} in row {where + 1:,} except "
            f"{_except(row.username, alike)}. People may take one for the other."
        )
    return problem.sentence


def _named(username: str) -> str:
    """A username as it stands in a sentence."""
    if len(username) <= _LONGEST_NAME:
        return username
    end = (_LONGEST_NAME - 1) // 2
    return f"{username[: _LONGEST_NAME - 1 - end]}…{username[-end:]}"


def _lookalike(ledger: Ledger, find: Find, row: Row) -> tuple[str, int] | None:
    """A username that is nearly the same, and the first row that has it."""
    others = ledger.alike.lookalikes(row.username)[:_NAMED]
    found = [(rows[0], other) for other in others if (rows := find(other, 1))]
    if not found:
        return None
    where, name = min(found)
    return name, where


def _except(one: str, other: str) -> str:
    return " and ".join(differences(one, other))
