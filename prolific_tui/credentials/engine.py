"""The machine of a session: makes steps, takes them back, and takes in long lists block by block.

Whatever changes passes through one method here, which tells the document first, then whatever
follows the document, and answers with what changed.
"""

from collections.abc import Container
from dataclasses import replace
from typing import Final

from prolific_tui.credentials.document import NO_ROWS, Document, Rows
from prolific_tui.credentials.examination import Examination
from prolific_tui.credentials.history import Block, Delta, Replacement, Step
from prolific_tui.credentials.ledger import Ledger

AT_ONCE: Final = 10_000
"""The largest block of rows that is examined as soon as it comes."""


_NAMED: Final = 1000
"""The most rows that a delta names one by one."""


class LoadingError(Exception):
    """Rows are being taken in; until that is finished or abandoned, nothing else changes."""


class Engine:
    """A document, what follows it, and the steps by which it changed."""

    __slots__ = ("_load", "_redo", "_undo", "document", "examination", "ledger", "revision")

    def __init__(self, held: Container[str], at_once: int, piece: int) -> None:
        self.document = Document(piece=piece)
        """The rows."""
        self.ledger = Ledger(held)
        """What becomes of them."""
        self.examination = Examination(self.document, self.ledger, at_once)
        """How far the ledger knows them."""
        self.revision = 0
        """A number that grows with every change."""
        self._undo: list[Step] = []
        self._redo: list[Step] = []
        self._load: Load | None = None

    def make(self, step: Step) -> Delta:
        """Make a step that can be taken back.

        Raises:
            LoadingError: rows are being taken in.
        """
        self.refuse_while_loading()
        self._redo.clear()
        return self._make(step, self._undo)

    def make_for_good(self, step: Step) -> Delta:
        """Make a step that can not be taken back; raises as `make` does."""
        self.refuse_while_loading()
        return self._make(step, [])

    def forget(self) -> None:
        """Forget all steps, so that none can be taken back or made again."""
        self._undo.clear()
        self._redo.clear()

    def undo(self) -> Delta | None:
        """Take the last step back; raises as `make` does."""
        self.refuse_while_loading()
        return self._make(self._undo.pop(), self._redo) if self._undo else None

    def redo(self) -> Delta | None:
        """Make the step again that was taken back last; raises as `make` does."""
        self.refuse_while_loading()
        return self._make(self._redo.pop(), self._undo) if self._redo else None

    @property
    def undo_label(self) -> str:
        """What `undo` would take back; empty where there is nothing."""
        return self._undo[-1].label if self._undo else ""

    @property
    def redo_label(self) -> str:
        """What `redo` would make again; empty where there is nothing."""
        return self._redo[-1].label if self._redo else ""

    @property
    def is_loading(self) -> bool:
        """Whether rows are being taken in."""
        return self._load is not None

    def refuse_while_loading(self) -> None:
        """Raise LoadingError if rows are being taken in."""
        if self._load is not None:
            raise LoadingError("rows are being taken in")

    def _make(self, step: Step, history: list[Step]) -> Delta:
        """Make a step and put what takes it back on a history: the only way anything changes."""
        block = Block()
        related: frozenset[str] = frozenset()
        all_rows = moved = False
        inverse: list[Replacement] = []
        ids: set[int] = {*step.withdrawn, *step.accepted}
        for row_id in step.withdrawn:
            self._accept(row_id, block, accepted=False)
        for replacement in step.changes:
            made = self.document.replace_rows(replacement.start, replacement.stop, replacement.rows)
            change = made.without_kept()
            more, everywhere = self.examination.follow(made, change)
            if len(ids) <= _NAMED:
                ids.update(change.inserted.ids or (), change.removed.ids or ())
            related, all_rows = related | more, all_rows or everywhere
            moved = moved or len(made.removed) != len(made.inserted)
            block.extend(made.start, len(made.removed), len(made.inserted))
            stop = made.start + len(made.inserted)
            inverse.append(Replacement(made.start, stop, made.removed))
        for row_id in step.accepted:
            self._accept(row_id, block, accepted=True)
        history.append(Step(step.label, tuple(reversed(inverse)), step.accepted, step.withdrawn))
        self.revision += 1
        self.examination.catch_up()
        return Delta(
            block.start,
            block.removed,
            block.inserted,
            moved,
            related,
            all_rows,
            frozenset(ids) if len(ids) <= _NAMED else None,
        )

    def begin_load(self, label: str, *, replace: bool) -> "Load":
        """Begin to take in rows, after the last one or in the place of all; raises as `make`."""
        self.refuse_while_loading()
        start, before = len(self.document), NO_ROWS
        if replace:
            start, before = 0, self.document.rows()
        self._load = Load(self, label, start, before)
        if before:
            self.take_in(self._load, Replacement(0, len(before), NO_ROWS))
        return self._load

    def take_in(self, load: "Load", replacement: Replacement) -> Delta:
        """Make a part of a load.

        Raises:
            LoadingError: this load has ended.
        """
        if self._load is not load:
            raise LoadingError("this has ended")
        made = self.document.replace_rows(replacement.start, replacement.stop, replacement.rows)
        related, all_rows = self.examination.follow(made, made, wait=True)
        self.revision += 1
        return Delta(
            made.start, len(made.removed), len(made.inserted), True, related, all_rows, None
        )

    def end_load(self, load: "Load", step: Step | None) -> None:
        """End a load, with what takes it back if it is to stay; raises as `take_in` does."""
        if self._load is not load:
            raise LoadingError("this has ended")
        self._load = None
        if step is not None:
            self._redo.clear()
            self._undo.append(step)
        self.examination.catch_up()

    def _accept(self, row_id: int, block: Block, *, accepted: bool) -> None:
        index = self.document.index_of(row_id)
        if index is None:
            raise KeyError(row_id)
        row = self.document.row(index)
        (self.ledger.accept if accepted else self.ledger.withdraw)(row)
        block.extend(index, 1, 1)


class Load:
    """Rows that are being taken in block by block, which become one step, or none."""

    __slots__ = ("_before", "_engine", "_label", "_start")

    def __init__(self, engine: Engine, label: str, start: int, before: Rows) -> None:
        self._engine = engine
        self._label = label
        self._start = start
        self._before = before

    @property
    def rows(self) -> int:
        """How many rows came so far."""
        return len(self._engine.document) - self._start

    def feed(self, rows: Rows) -> Delta:
        """Put more rows after the last one, where they can be seen at once."""
        at = len(self._engine.document)
        new = Rows(rows.usernames, rows.passwords)
        return self._engine.take_in(self, Replacement(at, at, new))

    def finish(self) -> Delta | None:
        """Make it one step of the history; None where no row came and none was replaced."""
        rows = self.rows
        before = Replacement(self._start, self._start + rows, self._before)
        self._engine.end_load(self, Step(self._label, (before,)) if rows or self._before else None)
        if not rows and not self._before:
            return None
        return Delta(
            self._start, len(self._before), rows, True, frozenset(), all_rows=True, ids=None
        )

    def abandon(self) -> Delta:
        """Leave the rows as they were before it began."""
        before = Replacement(self._start, len(self._engine.document), self._before)
        delta = self._engine.take_in(self, before)
        self._engine.end_load(self, None)
        return replace(delta, all_rows=True)
