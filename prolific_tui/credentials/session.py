"""The editing of one list: every edit, undo and redo of it, and what each means for the rest.

`EditSession` owns the document, the indexes over it and the history, and changes them in one
place. Each step answers with a `Delta`, so that whoever draws the rows draws only what changed.
"""

from array import array
from collections.abc import Container, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import compress
from typing import Final

from prolific_tui.credentials import survey, wording
from prolific_tui.credentials.document import NO_ROWS, PIECE, Column, Document, Rows
from prolific_tui.credentials.engine import AT_ONCE, Engine, Load, LoadingError
from prolific_tui.credentials.examination import Progress
from prolific_tui.credentials.history import (
    Delta,
    ProblemGroup,
    Proposal,
    Replacement,
    Step,
    deletion,
    named,
)
from prolific_tui.credentials.ledger import Counts, Ledger, Verdict
from prolific_tui.credentials.problems import Problem
from prolific_tui.credentials.stepping import OutdatedError, Steps, finish
from prolific_tui.credentials.wording import RowState
from prolific_tui.visible import counted

__all__ = [
    "Counts",
    "Delta",
    "EditSession",
    "Load",
    "LoadingError",
    "ProblemGroup",
    "Progress",
    "Proposal",
    "RowState",
    "Verdict",
]

_SAID_TO_EXIST: Final = "you said that these exist"


class EditSession:
    """A list of credentials being edited. Rows are counted from 0; labels and words count from 1.

    Methods that change something return what changed, or None where nothing did; those that name
    rows raise IndexError for a row that is not there, and have changed nothing then.

    Rows that come in blocks of more than `at_once` are not examined yet: exact duplicates and
    usernames that the pool holds are known at once, all else once `examine` was called until it
    finished. Whatever has to be right (`problem_groups`, `sendable`) sees to that itself. `piece`
    is how many rows the document holds together.
    """

    def __init__(
        self,
        rows: Rows = NO_ROWS,
        *,
        held: Container[str] = frozenset(),
        at_once: int = AT_ONCE,
        piece: int = PIECE,
    ) -> None:
        self._engine = Engine(held, at_once, piece)
        self._document = self._engine.document
        self._ledger = self._engine.ledger
        self._made_here: set[int] = set()
        if rows:
            self._engine.make(Step("", (Replacement(0, 0, rows.anew()),)), for_good=True)

    # Reading

    @property
    def document(self) -> Document:
        """The rows, to be read; they are changed through the session alone."""
        return self._document

    @property
    def ledger(self) -> Ledger:
        """What is known of the rows, to be read."""
        return self._ledger

    @property
    def revision(self) -> int:
        """A number that grows with every change of the rows, of OKs and of what the pool holds."""
        return self._engine.revision

    @property
    def source(self) -> str:
        """Where the rows came from and how they were read, in words; undone with how they came."""
        return self._engine.source

    @property
    def counts(self) -> Counts:
        """How many rows there are, go, need an OK and are left out; costs nothing to ask."""
        return self._ledger.counts

    def rows(self, indices: Iterable[int]) -> Rows:
        """A copy of some rows, in the order of the document; put in again, they are new rows."""
        return finish(self.seek_rows(self._document.existing(indices)))

    def seek_rows(self, indices: Sequence[int]) -> Steps[Rows]:
        """`rows`, in steps, of rows that are in order; raises as `problem_groups` does."""
        return survey.rows(self._document, indices)

    def state(self, index: int) -> RowState:
        """What is to be shown beside the row at `index`; meant for the rows on the screen."""
        find = self._engine.examination.finder(index)
        made_here = self._document.row_id(index) in self._made_here
        return wording.state(self._document, self._ledger, find, index, made_here=made_here)

    def explain(self, index: int) -> tuple[str, ...]:
        """What is wrong with the row at `index`, in sentences; none when nothing is."""
        find = self._engine.examination.finder(index)
        return wording.explain(self._document, self._ledger, find, index)

    def is_related(self, username: str) -> bool:
        """Whether other rows have this username, exactly or nearly, too."""
        return self._ledger.is_related(username)

    def related_rows(self, keys: Iterable[str]) -> Iterator[int]:
        """The rows whose username has one of these `near_key`s."""
        names = [username for key in keys for username in self._ledger.alike.family(key)]
        places = self._engine.examination.places
        if len(names) > 1:
            places.prepare(names)
        for username in names:
            yield from places.rows(username, self._ledger.exact.count(username))

    @property
    def is_loading(self) -> bool:
        """Whether rows are being taken in or changed, so that nothing can be edited."""
        return self._engine.is_loading

    @property
    def is_changing(self) -> bool:
        """Whether a step is being made, which goes on to its end."""
        return self._engine.is_changing

    # Examining

    @property
    def is_examined(self) -> bool:
        """Whether all there is to know of every row is known; not while a step is being made."""
        return self._engine.examination.is_finished and not self.is_changing

    def examine(self, max_rows: int = survey.RUN) -> Progress:
        """Look at up to this many more rows that came in large blocks; see `Progress`.

        To be called until all `is_examined`. Edits in between are followed; in the middle of a
        step that is being made there is no telling which rows are there, so it looks at none.
        """
        return self._engine.examination.step(0 if self.is_changing else max_rows)

    def examination(self) -> Steps[None]:
        """The rest of the examination, in steps; it waits for a step that is being made."""
        while not self.is_examined:
            yield self.examine().done

    def problem_groups(self) -> Steps[tuple[ProblemGroup, ...]]:
        """Why rows do not go, the gravest reason first; each row is counted under its gravest.

        The rows of the blocking ones add up to `Counts.left_out`, the others to `needs_ok`.

        Raises:
            OutdatedError: the rows changed between two steps.
        """
        yield from self.examination()
        counts = yield from survey.problems(self._document, self._ledger)
        return tuple(ProblemGroup(each, counts[each]) for each in Problem if each in counts)

    def sendable(self) -> Steps[Rows]:
        """Exactly the rows that go, with their ids; raises as `problem_groups` does."""
        yield from self.examination()
        return (yield from survey.sendable(self._document, self._ledger))

    # Changing

    def set_cell(self, index: int, column: Column, text: str) -> Delta | None:
        """Put `text` into one field; an OK that the row had is taken back."""
        row = self._document.row(index)
        username = text if column is Column.USERNAME else row.username
        password = text if column is Column.PASSWORD else row.password
        if (username, password) == (row.username, row.password):
            return None
        rows = Rows([username], [password], array("q", [row.id]))
        withdrawn = (row.id,) if self._ledger.is_accepted(row.id) else ()
        change = Replacement(index, index + 1, rows)
        return self._engine.make(Step(f"edit of row {index + 1:,}", (change,), withdrawn=withdrawn))

    def insert(
        self, index: int, rows: Rows, label: str = "", *, made_here: bool = False
    ) -> Delta | None:
        """Put rows before the row at `index`, or after the last where it is the length.

        Args:
            index: where.
            rows: what.
            label: what names the step in the history, such as "paste of 48 rows".
            made_here: whether the accounts were made up here, and exist nowhere else yet.
        """
        return finish(self.inserting(index, rows, label, made_here=made_here))

    def inserting(
        self,
        index: int,
        rows: Rows,
        label: str = "",
        *,
        made_here: bool = False,
        source: str | None = None,
    ) -> Steps[Delta | None]:
        """`insert`, in steps; once begun it is made to its end, even if closed.

        `source` is where all rows come from by then, in words; None where that stays.
        """
        if not rows:
            self._document.rows(index, index)
            return None
        label = label or f"insertion of {counted(len(rows), 'row')}"
        marks = (self._made_here, self._ledger.hashes)
        marked = [[row_id in mark for row_id in rows.ids or ()] for mark in marks]
        # Rows from elsewhere, or a copy of rows of this list: either way they are new ones here.
        step = Step(label, (Replacement(index, index, rows.anew()),), source=source)
        delta = yield from self._engine.making(step)
        if made_here or any(map(any, marked)):
            ids = self._document.rows(index, index + len(rows)).ids or ()
            for mark, are_marked in zip(marks, marked, strict=True):
                mark.update(compress(ids, are_marked))
            self._made_here.update(ids if made_here else ())
        return delta

    def delete(self, rows: Iterable[int]) -> Delta | None:
        """Take rows out, wherever they are, in one step."""
        wanted = self._document.existing(rows)
        gone = finish(deletion(self._document, wanted))
        return self._engine.make(Step(f"deletion of {named(wanted)}", gone)) if wanted else None

    def accept(self, rows: Iterable[int]) -> Delta | None:
        """Let rows go that need an OK; rows that do not need one are passed over."""
        wanted = [
            index
            for index in self._document.existing(rows)
            if self._ledger.verdict(self._document.row(index)) is Verdict.NEEDS_OK
        ]
        ids = tuple(map(self._document.row_id, wanted))
        return self._engine.make(Step(f"OK for {named(wanted)}", accepted=ids)) if wanted else None

    def withdraw(self, rows: Iterable[int]) -> Delta | None:
        """Take the OK of rows back; rows that have none are passed over."""
        wanted = [
            index
            for index in self._document.existing(rows)
            if self._ledger.is_accepted(self._document.row_id(index))
        ]
        ids = tuple(map(self._document.row_id, wanted))
        label = f"taking back the OK for {named(wanted)}" if wanted else ""
        return self._engine.make(Step(label, withdrawn=ids)) if wanted else None

    def making(self, proposal: Proposal) -> Steps[Delta] | None:
        """Do what was proposed, in steps; once begun it is made to its end, even if closed.

        Raises:
            OutdatedError: the rows changed since it was proposed.
        """
        if proposal.revision != self._engine.revision:
            raise OutdatedError
        if not proposal.count:
            return None
        return self._engine.making(
            Step(proposal.label, proposal.changes, proposal.withdrawn, proposal.accepted)
        )

    def holding(self, held: Container[str], perhaps: Container[str] = frozenset()) -> Steps[Delta]:
        """Say which usernames are in the target pool, or may be, in steps; there is no undo of it.

        Each is asked once for every row, and once for each row that comes. Rows may change
        meanwhile, in the middle of a step that is being made as well. Closing this leaves the
        rows that were not reached yet marked as they were.
        """
        return self._engine.holding(held, perhaps)

    def refuse(self, usernames: AbstractSet[str]) -> None:
        """Say that the target pool has these usernames, whatever `holding` says of it."""
        if self._ledger.refuse(usernames):
            self._engine.revision += 1

    def remove_for_good(self, ids: Iterable[int]) -> Delta | None:
        """Take out the rows with these ids, which were sent, and forget the history.

        There is no undo of it or of anything before it: what was sent can't be taken back.
        """
        wanted = self._document.indices_of(ids)
        self._engine.refuse_while_loading()
        gone = finish(deletion(self._document, wanted))
        delta = self._engine.make(Step("", gone), for_good=True) if wanted else None
        self._engine.forget()
        return delta

    def discarding(self) -> Steps[Delta]:
        """`remove_for_good` of every row, in steps; once begun it is done, even if closed."""
        return self._engine.discarding()

    def loading(self, label: str, *, replace: bool = False) -> Steps[Load]:
        """Begin to take in rows block by block, after the last one or in the place of all.

        Until that is finished or abandoned, the rows can be read but not edited. Closing these
        steps leaves the rows as they were.
        """
        return self._engine.loading(label, replace=replace)

    def mark_hashes(self, rows: Iterable[int]) -> None:
        """Say of rows without a password that a hash stood in its place, where they come from."""
        self._ledger.hashes.update(map(self._document.row_id, rows))

    # Rows made here

    def made_here(self) -> tuple[int, ...]:
        """The numbers, from 0, of the rows that were made here and not confirmed, ascending."""
        return tuple(self._document.indices_of(self._made_here))

    @property
    def has_made_here(self) -> bool:
        """Whether any row was, even if it is only there again once a step is taken back."""
        return bool(self._made_here)

    def is_made_here(self, row_id: int) -> bool:
        """Whether the row with this id was made here and not confirmed."""
        return row_id in self._made_here

    def mark_made_here(self, row_ids: Iterable[int]) -> None:
        """Let these rows count as made here, however they came; it goes and comes with them."""
        self._made_here.update(row_ids)
        self._engine.revision += 1

    def marking(
        self, *, accepted: Sequence[int], made_here: Sequence[int], hashes: Sequence[int]
    ) -> Steps[None]:
        """Give rows that come from a draft the marks they had, in steps, and forget the history.

        Each names rows by their numbers, in order. There is no undo of it or of how they came.

        Raises:
            OutdatedError: the rows changed between two steps.
        """
        ids = array("q")
        for rows, mark in (
            (hashes, self._ledger.hashes.update),
            (made_here, self._made_here.update),
            (accepted, ids.extend),
        ):
            for part in survey.parts(self._document, rows):
                mark(part.ids or ())
                yield len(part)
        self._engine.revision += 1
        if ids:
            yield from self._engine.making(Step("", accepted=ids), for_good=True)
        self._engine.forget()

    def confirm_made(self) -> Delta | None:
        """Take the person's word that the accounts made here exist where they are to be used.

        `source` tells it from then on: whoever sends the rows later knows that it was only said.
        """
        if not (made := frozenset(map(self._document.row_id, self.made_here()))):
            return None
        self._made_here.difference_update(made)
        self._engine.source = "; ".join(filter(None, (self._engine.source, _SAID_TO_EXIST)))
        self._engine.revision += 1
        return Delta(0, 0, 0, moved=False, related=frozenset(), ids=made)

    # History

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._engine.undo_label)

    @property
    def undo_label(self) -> str:
        """What `undoing` would take back, such as "edit of row 3"; empty where there is nothing."""
        return self._engine.undo_label

    @property
    def redo_label(self) -> str:
        """What `redoing` would make again; empty where there is nothing."""
        return self._engine.redo_label

    def undoing(self) -> Steps[Delta] | None:
        """Take the last step back, in steps; once begun it is made to its end, even if closed."""
        return self._engine.undoing()

    def redoing(self) -> Steps[Delta] | None:
        """`undoing`, of the step that was taken back last: it is made again."""
        return self._engine.redoing()
