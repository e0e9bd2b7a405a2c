"""The machine of a session: makes steps, takes them back, and takes in long lists block by block.

Whatever changes passes through one method here, which tells the document first, then whatever
follows the document, and answers with what changed.
"""

from collections import deque
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import Final

from prolific_tui.credentials.document import NO_ROWS, Change, Document, Row, Rows
from prolific_tui.credentials.examination import Examination
from prolific_tui.credentials.history import ANY_ROW, Block, Delta, Replacement, Step
from prolific_tui.credentials.ledger import Ledger
from prolific_tui.credentials.stepping import Steps, finish

AT_ONCE: Final = 10_000
"""The largest block of rows that is examined as soon as it comes."""


_NAMED: Final = 1000
"""The most rows, or usernames, that a delta names one by one."""

_WANTED_AT_ONCE: Final = 65_536
_MARKED_AT_ONCE: Final = 512
"""To count a row anew takes as long as to look at some."""

_ASKED_AT_ONCE: Final = 1024
"""Whether a username is held may take as long as making its fingerprint, and twice."""


class LoadingError(Exception):
    """Rows are being taken in; until that is finished or abandoned, nothing else changes."""


class Engine:
    """A document, what follows it, and the steps by which it changed."""

    __slots__ = (
        "_load",
        "_redo",
        "_undo",
        "document",
        "examination",
        "is_changing",
        "ledger",
        "revision",
        "source",
    )

    def __init__(self, held: Container[str], at_once: int, piece: int) -> None:
        self.document = Document(piece=piece)
        """The rows."""
        self.ledger = Ledger(held)
        """What becomes of them."""
        self.examination = Examination(self.document, self.ledger, at_once)
        """How far the ledger knows them."""
        self.revision = 0
        """A number that grows with every change."""
        self.is_changing = False
        """Whether a step is being made."""
        self.source = ""
        """Where the rows came from, in words."""
        self._undo: list[Step] = []
        self._redo: list[Step] = []
        self._load: Load | None = None

    def making(self, step: Step, *, for_good: bool = False) -> Steps[Delta]:
        """Make a step, which can be taken back unless it is `for_good`.

        Once begun it is made to its end: half of it would be none. Closing it makes the rest.

        Raises:
            LoadingError: rows are being taken in, or changed.
        """
        self.refuse_while_loading()
        if not for_good:
            self._redo.clear()
        return self._to_the_end(step, None if for_good else self._undo)

    def make(self, step: Step, *, for_good: bool = False) -> Delta:
        """`making`, at once."""
        return finish(self.making(step, for_good=for_good))

    def forget(self) -> None:
        """Forget all steps, so that none can be taken back or made again."""
        self._undo.clear()
        self._redo.clear()

    def discarding(self) -> Steps[Delta]:
        """Take out every row and forget all steps; raises as `making` does, and ends as it does."""
        everything = Replacement(0, len(self.document), NO_ROWS)
        steps = self.making(Step("", (everything,)), for_good=True)
        try:
            return (yield from steps)
        finally:
            self.forget()

    def undoing(self) -> Steps[Delta] | None:
        """Take the last step back, if there is one; raises as `making` does."""
        self.refuse_while_loading()
        return self._to_the_end(self._undo[-1], self._redo, self._undo) if self._undo else None

    def redoing(self) -> Steps[Delta] | None:
        """Make the step again that was taken back last; raises as `making` does."""
        self.refuse_while_loading()
        return self._to_the_end(self._redo[-1], self._undo, self._redo) if self._redo else None

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
        """Whether rows are being taken in or changed."""
        return self._load is not None or self.is_changing

    def refuse_while_loading(self) -> None:
        """Raise LoadingError if rows are being taken in or changed."""
        if self.is_loading:
            raise LoadingError("rows are being taken in or changed")

    def _to_the_end(
        self, step: Step, history: list[Step] | None, taken_from: list[Step] | None = None
    ) -> Steps[Delta]:
        # Apart from the step, so that its rows are let go of one block after the other.
        work = self._make(replace(step, changes=()), deque(step.changes), history)
        del step
        if taken_from:
            taken_from.pop()
        self.is_changing = True
        try:
            while True:
                try:
                    done = next(work)
                except StopIteration as stop:
                    delta: Delta = stop.value
                    return delta
                yield done
        except GeneratorExit:
            finish(work)
            raise
        finally:
            self.is_changing = False

    def _make(
        self, step: Step, parts: deque[Replacement], history: list[Step] | None
    ) -> Steps[Delta]:
        """Make a step of these parts: the only way anything changes.

        What takes it back is put on the history, where there is one.
        """
        block = Block()
        moved = False
        inverse: list[Replacement] = []
        changes: deque[tuple[Change, Change]] = deque()
        # Enough to tell whether they are too many to name.
        ids = set(islice(chain(step.withdrawn, step.accepted), _NAMED + 1))
        yield from self._accept(step.withdrawn, block, accepted=False)
        for part in _cut(parts, self.document.piece_size):
            made = self.document.replace_rows(part.start, part.stop, part.rows)
            change = made.without_kept()
            changes.append((made, change))
            if len(ids) <= _NAMED:
                ids.update(change.inserted.ids or (), change.removed.ids or ())
            moved = moved or len(made.removed) != len(made.inserted)
            block.extend(made.start, len(made.removed), len(made.inserted))
            if history is not None:
                stop = made.start + len(made.inserted)
                inverse.append(Replacement(made.start, stop, made.removed))
            yield block.inserted
        related, all_rows = yield from self.examination.following(changes)
        yield from self._accept(step.accepted, block, accepted=True)
        source = None if step.source is None else self.source
        if history is not None:
            inverse.reverse()
            back = Step(step.label, tuple(inverse), step.accepted, step.withdrawn, source)
            history.append(back)
        self.source = self.source if step.source is None else step.source
        self.revision += 1
        self.examination.catch_up()
        return Delta(
            max(block.start, 0),
            block.removed,
            block.inserted,
            moved,
            related,
            all_rows,
            frozenset(ids) if len(ids) <= _NAMED else None,
        )

    def holding(self, held: Container[str], perhaps: Container[str]) -> Steps[Delta]:
        """Ask another pool which rows it holds, or may; see `EditSession.holding`."""
        self.ledger.hold(held, perhaps)
        # The lists that hold the names now. Of a row that comes or changes from now on it is asked
        # at once; one that moves to another list without that is still named by the one it left.
        lists = self.document.lists_of_usernames()
        related: frozenset[str] = frozenset()
        looked, revision, is_alone = 0, self.revision, True
        for names in map(tuple, lists):
            for start in range(0, len(names), _ASKED_AT_ONCE):
                asked = names[start : start + _ASKED_AT_ONCE]
                is_alone = is_alone and self.revision == revision
                if flipped := self.ledger.ask(asked):
                    self.revision += 1
                    related = related | flipped if len(related) <= _NAMED else related
                revision = self.revision
                looked += len(asked)
                yield looked
        # Whoever follows the rows may have put a changed one where only the old marks have it.
        is_told = is_alone and self.revision == revision and len(related) <= _NAMED
        return Delta(0, 0, 0, moved=False, related=related) if is_told else ANY_ROW

    def loading(self, label: str, *, replace: bool) -> Steps["Load"]:
        """Begin to take in rows, after the last one or in the place of all; raises as `making`."""
        self.refuse_while_loading()
        start, before = len(self.document), Step("")
        if replace and start:
            taken: list[Step] = []
            try:
                yield from self._to_the_end(Step("", (Replacement(0, start, NO_ROWS),)), taken)
            except GeneratorExit:
                finish(self._to_the_end(taken[0], None))
                raise
            start, before = 0, taken[0]
        self._load = Load(self, label, start, before.changes)
        return self._load

    def take_in(self, load: "Load", rows: Rows) -> Delta:
        """Put rows of a load after the last one.

        Raises:
            LoadingError: this load has ended.
        """
        self._refuse_ended(load)
        at = len(self.document)
        made = self.document.replace_rows(at, at, rows)
        related = self.examination.take_in(made)
        self.revision += 1
        return Delta(at, 0, len(made.inserted), True, related, ids=None)

    def keep_load(self, load: "Load", back: Step) -> None:
        """End a load, which `back` takes back if it does anything; raises as `take_in` does."""
        self._refuse_ended(load)
        self._load = None
        if back.changes:
            self._redo.clear()
            self._undo.append(back)
        self.examination.catch_up()

    def abandoning(self, load: "Load", back: Step) -> Steps[Delta]:
        """End a load and take it back; raises as `take_in` does."""
        self._refuse_ended(load)
        self._load = None
        return self._to_the_end(back, None)

    def _refuse_ended(self, load: "Load") -> None:
        if self._load is not load:
            raise LoadingError("this has ended")

    def _accept(self, row_ids: Sequence[int], block: Block, *, accepted: bool) -> Steps[None]:
        """Give rows an OK, or take it back."""
        change = self.ledger.accept if accepted else self.ledger.withdraw
        if len(row_ids) <= _NAMED:
            for row_id in row_ids:
                index = self.document.index_of(row_id)
                if index is None:
                    raise KeyError(row_id)
                change(self.document.row(index))
                block.extend(index, 1, 1)
            return
        # One look through the document, because to find each by its id would take much longer.
        wanted: set[int] = set()
        for start in range(0, len(row_ids), _WANTED_AT_ONCE):
            wanted.update(row_ids[start : start + _WANTED_AT_ONCE])
            yield 0
        for start, rows in self.document.pieces():
            for at in range(0, len(rows), _MARKED_AT_ONCE):
                part = rows.part(at, at + _MARKED_AT_ONCE)
                found = part.only(map(wanted.__contains__, part.ids or ()))
                for row_id, pair in zip(found.ids or (), found, strict=True):
                    change(Row(row_id, *pair))
                first = start + at
                if found:
                    block.extend(first, len(part), len(part))
                yield first + len(part)


class Load:
    """Rows that are being taken in block by block, which become one step, or none."""

    __slots__ = ("_before", "_engine", "_label", "_start")

    def __init__(
        self, engine: Engine, label: str, start: int, before: tuple[Replacement, ...]
    ) -> None:
        self._engine = engine
        self._label = label
        self._start = start
        self._before = before
        """What brings back the rows whose place these take."""

    @property
    def rows(self) -> int:
        """How many rows came so far."""
        return len(self._engine.document) - self._start

    def feed(self, rows: Rows) -> Delta:
        """Put more rows after the last one, where they can be seen at once."""
        return self._engine.take_in(self, Rows(rows.usernames, rows.passwords))

    def finish(self, source: str | None = None) -> Delta | None:
        """Make it one step of the history; None where no row came and none was replaced.

        Args:
            source: where all rows come from by now, in words; None where that stays.
        """
        engine, rows, back = self._engine, self.rows, self._back
        if source is None or not back.changes:
            engine.keep_load(self, back)
        else:
            engine.keep_load(self, replace(back, source=engine.source))
            engine.source = source
        if not back.changes:
            return None
        before = sum(len(each.rows) for each in self._before)
        return Delta(self._start, before, rows, True, frozenset(), all_rows=True, ids=None)

    def abandoning(self) -> Steps[Delta]:
        """Leave the rows as they were before it began; done to its end, even if closed."""
        delta = yield from self._engine.abandoning(self, self._back)
        return replace(delta, all_rows=True)

    @property
    def _back(self) -> Step:
        """What takes back all that was done so far."""
        gone = Replacement(self._start, self._start + self.rows, NO_ROWS)
        return Step(self._label, ((gone,) if self.rows else ()) + self._before)


def _cut(changes: deque[Replacement], size: int) -> Iterator[Replacement]:
    """The same changes, none of which takes out more rows than `size` or puts in more.

    They are taken out as they are cut.
    """
    while changes:
        change = changes.popleft()
        start, stop, rows = change.start, change.stop, change.rows
        if stop - start <= size and len(rows) <= size:
            yield change
            continue
        for end in range(stop, start, -size):
            yield Replacement(max(start, end - size), end, NO_ROWS)
        for at in range(0, len(rows), size):
            yield Replacement(start + at, start + at, rows.part(at, at + size))
