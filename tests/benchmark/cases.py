"""What is measured: a function for each group of lines, by the name that `--only` takes."""

import itertools
import re
import shutil
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from tests.benchmark.figures import Line, in_turns
from tests.benchmark.lists import paste_of, write_list, write_messy_list, write_quoted_list
from tests.benchmark.measured import Answer, MeasuredTerminal
from tests.benchmark.programs import (
    ROWS_READ,
    editor_asking,
    editor_keeping,
    editor_with,
    empty_editor,
    floor_of,
    plain_textual,
    visidata_with,
)
from tests.benchmark.sending import sending

_SHORT: Final = 1_000
"""The rows of the list that a long one is held against."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured.

    Args:
        home: An empty directory for the lists.
        lengths: The rows of the lists that are loaded; the last is the long one.
        pastes: The lines of the pastes, the shortest first.
        table: The rows that Textual's own table is given: it takes long.
        runs: How often programs are started.
        presses: How often a key is pressed.
        idle: Seconds that nothing is done for.
    """

    home: Path
    lengths: tuple[int, ...] = (100_000, 1_000_000)
    pastes: tuple[int, ...] = (1_000, 10_000, 50_000)
    table: int = 100_000
    runs: int = 3
    presses: int = 15
    idle: float = 10.0

    @property
    def long(self) -> int:
        """The rows of the long list."""
        return self.lengths[-1]

    @property
    def has_visidata(self) -> bool:
        """Whether VisiData is installed."""
        return shutil.which("vd") is not None

    def list(self, rows: int) -> Path:
        """A list of so many rows, made once."""
        path = self.home / f"list{rows}.csv"
        return path if path.exists() else write_list(path, rows)

    def quoted_list(self, rows: int, quoted: int) -> Path:
        """A list of so many rows, the first ones of which have quotes, made once."""
        path = self.home / f"quoted{rows}-{quoted}.csv"
        return path if path.exists() else write_quoted_list(path, rows, quoted)

    def messy_list(self, rows: int) -> Path:
        """A list of so many rows in which every fifth has a problem, made once."""
        path = self.home / f"messy{rows}.csv"
        return path if path.exists() else write_messy_list(path, rows)


def _figure(value: float, unit: str) -> str:
    """A figure with three digits that matter, and its unit."""
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"


def _ratio_line(
    what: str, here: float, other: float, name: str, limit: float | None, unit: str = "s"
) -> Line:
    ratio = here / other
    return Line(
        what,
        _figure(here, unit),
        f"{name}: {_figure(other, unit)}",
        ratio,
        "" if limit is None else f"{limit:g}x",
        None if limit is None else ratio <= limit,
    )


def _limit_line(what: str, here: float, limit: float, unit: str, compared: str = "") -> Line:
    return Line(what, _figure(here, unit), compared, None, f"{limit:g} {unit}", here <= limit)


# Loading


def _load(path: Path) -> dict[str, float]:
    with editor_asking(path) as terminal:
        start = time.perf_counter()
        terminal.press("enter")
        first = terminal.seconds_until("lab-0000001", since=start)
        known = terminal.seconds_until(ROWS_READ, since=start)
        peak = terminal.peak_megabytes
        # By then it is on the screen whether any row was not looked at yet.
        terminal.settle()
        return {
            "first": first,
            "known": known,
            "peak": peak,
            "examined": terminal.seconds_until_it(
                lambda: _UNKNOWN not in terminal.screen(), since=start
            ),
            "peak examined": terminal.peak_megabytes,
        }


def _load_visidata(plan: Plan, rows: int) -> dict[str, float]:
    with visidata_with(plan.list(_SHORT), _SHORT) as (_, startup):
        pass
    with visidata_with(plan.list(rows), rows) as (terminal, loaded):
        return {"known": loaded - startup, "peak": terminal.peak_megabytes}


def load(plan: Plan) -> Iterator[Line]:
    """Files: until exact duplicates are known, until rows are seen, and the memory for that.

    The time runs from Enter, which asks for the file, until what is known is on the screen.
    """
    for rows in plan.lengths:
        measures: dict[str, Callable[[], dict[str, float]]] = {
            "here": partial(_load, plan.list(rows)),
            "short": partial(_load, plan.list(_SHORT)),
            "floor": partial(floor_of, plan.list(rows)),
        }
        if plan.has_visidata:
            measures["vd"] = partial(_load_visidata, plan, rows)
        found = in_turns(plan.runs, measures)
        here, floor = found["here"], found["floor"]
        # Of VisiData's time and of ours, that of a short list is taken off: the floor opens no
        # screen either.
        known = here["known"] - found["short"]["known"]
        what = f"file of {rows:,} rows: Enter to exact duplicates shown"
        reach = 4.0 if rows >= 1_000_000 else 3.3
        yield _ratio_line(what, known, floor["reader"], "bare `csv.reader`", reach)
        yield _ratio_line(what, known, floor["counted"], "`csv.reader`, dict", None)
        if "vd" in found:
            other = found["vd"]["known"]
            yield _ratio_line(what, known, other, "VisiData, no duplicates", 0.5)
        if rows == plan.long:
            yield _ratio_line(
                f"file of {rows:,} rows: first rows on the screen",
                here["first"],
                found["short"]["first"],
                f"{_SHORT:,} rows",
                1.5,
            )
            other_peak = f"VisiData: {found['vd']['peak']:.0f} MB" if "vd" in found else ""
            what = f"peak memory with {rows:,} rows"
            yield _limit_line(f"{what}, exact duplicates", here["peak"], 250, "MB", other_peak)
            yield _limit_line(f"{what}, all problems", here["peak examined"], 400, "MB")
            with editor_keeping(plan.list(rows)) as terminal:
                kept = terminal.peak_megabytes
            yield _limit_line(f"{what}, all problems, draft kept", kept, 400, "MB")
            yield Line(f"file of {rows:,} rows: all problems known", _figure(here["examined"], "s"))
    yield from _load_quoted(plan)
    yield _load_table(plan)


def _load_quoted(plan: Plan) -> Iterator[Line]:
    rows = plan.long
    for quoted, which in ((1, "quotes in the first"), (rows, "quotes in all")):
        path = plan.quoted_list(rows, quoted)
        measures = {
            "here": partial(_load, path),
            "short": partial(_load, plan.list(_SHORT)),
            "floor": partial(floor_of, path),
        }
        found = in_turns(plan.runs, measures)
        known = found["here"]["known"] - found["short"]["known"]
        what = f"file of {rows:,} rows, {which}: exact duplicates shown"
        yield _ratio_line(what, known, found["floor"]["reader"], "bare `csv.reader`", 4.0)


def _load_table(plan: Plan) -> Line:
    path = plan.list(plan.table)

    def table() -> dict[str, float]:
        with plain_textual("table", str(path), home=plan.home) as terminal:
            start = time.perf_counter()
            terminal.press("l")
            return {"known": terminal.seconds_until("table loaded", since=start)}

    found = in_turns(1, {"here": lambda: _load(plan.list(plan.table)), "table": table})
    return _ratio_line(
        f"file of {plan.table:,} rows: exact duplicates known",
        found["here"]["known"],
        found["table"]["known"],
        "Textual's `DataTable`",
        None,
    )


# Single keys


def _median(answers: Sequence[Answer]) -> Answer:
    return Answer(
        statistics.median(answer.milliseconds for answer in answers),
        round(statistics.median(answer.bytes for answer in answers)),
    )


def _press_in_turns(
    plan: Plan, terminals: Sequence[MeasuredTerminal], *steps: Sequence[str]
) -> list[list[Answer]]:
    """The median answer to each step, for each of the terminals."""
    found: list[list[list[Answer]]] = [[[] for _ in steps] for _ in terminals]
    for _ in range(plan.presses):
        for terminal, got in zip(terminals, found, strict=True):
            for keys, answers in zip(steps, got, strict=True):
                answers.append(terminal.answer(*keys))
    return [[_median(answers) for answers in got] for got in found]


def keys(plan: Plan) -> Iterator[Line]:
    """Moving, editing, inserting, deleting and undoing at both lengths."""
    with ExitStack() as stack:
        long, short = (
            stack.enter_context(editor_with(plan.list(rows))) for rows in (plan.long, _SHORT)
        )
        both = (long, short)
        # Away from the first row, whose duplicate is the last one.
        for terminal in both:
            terminal.answer("down")
            terminal.answer("down")
        (down,), (short_down,) = _press_in_turns(plan, both, ["down"])
        # The text, a letter more, Enter: back from the password to the next row's username.
        steps = (["enter"], ["z"], ["enter"], ["left"], ["up"])
        edits = _press_in_turns(plan, both, *steps)
        insert = _press_in_turns(plan, both, ["i"], ["escape"], ["u"])
        delete = _press_in_turns(plan, both, ["x"], ["u"])
    at = f"at {plan.long:,} rows"
    against = f"{_SHORT:,} rows"
    edit, short_edit = edits[0][2], edits[1][2]
    for what, one, other in (("cursor down", down, short_down), ("cell edit", edit, short_edit)):
        yield _ratio_line(f"{what} {at}", one.milliseconds, other.milliseconds, against, 1.3, "ms")
    for what, found, step in (("insert", insert, 0), ("delete", delete, 0), ("undo", delete, 1)):
        taken, short_taken = (answers[step].milliseconds for answers in found)
        compared = f"{against}: {_figure(short_taken, 'ms')}"
        yield Line(
            f"{what} {at}", _figure(taken, "ms"), compared, None, "+5 ms", taken - short_taken <= 5
        )
    whole = sum(edits[0][step].bytes for step in range(3))
    yield _limit_line("bytes of the edit itself: Enter", edit.bytes, 100, "B")
    if plan.has_visidata:
        with visidata_with(plan.list(_SHORT), _SHORT) as (terminal, _):
            terminal.answer("j")
            ((vd_down,),) = _press_in_turns(plan, [terminal], ["j"])
            (vd_edit,) = _press_in_turns(plan, [terminal], ["e"], ["z"], ["enter"])
        vd_whole = sum(answer.bytes for answer in vd_edit)
        yield _ratio_line("bytes of cursor down", down.bytes, vd_down.bytes, "VisiData", 1, "B")
        yield _ratio_line("bytes of opening, typing, Enter", whole, vd_whole, "VisiData", 1, "B")
    with plain_textual("table", str(plan.list(_SHORT)), home=plan.home) as terminal:
        terminal.answer("l")
        ((table_down, table_edit),) = _press_in_turns(plan, [terminal], ["down"], ["e"])
    name = f"`DataTable`, {_SHORT:,} rows"
    yield _ratio_line("bytes of cursor down", down.bytes, table_down.bytes, name, None, "B")
    yield _ratio_line(
        "bytes of the edit itself: Enter", edit.bytes, table_edit.bytes, name, None, "B"
    )


def idle(plan: Plan) -> Iterator[Line]:
    """What is sent while nothing is done."""
    with editor_with(plan.list(_SHORT)) as terminal:
        what = f"idle for {plan.idle:g} s"
        yield _limit_line(f"{what}, in the grid", terminal.idle_bytes(plan.idle), 0, "B")
        terminal.answer("enter")
        yield _limit_line(f"{what}, in a cell", terminal.idle_bytes(plan.idle), 0, "B")


# Pastes


def paste(plan: Plan) -> Iterator[Line]:
    """Pastes: until each program says that it has one, and until the question where to."""

    def here(text: str) -> dict[str, float]:
        with empty_editor(plan.home) as terminal:
            start = time.perf_counter()
            terminal.paste(text)
            return {
                "seconds": terminal.seconds_until("Reading the paste", since=start),
                "asked": terminal.seconds_until("rows in paste", since=start),
            }

    def textual(text: str) -> dict[str, float]:
        with plain_textual("paste", home=plan.home) as terminal:
            start = time.perf_counter()
            terminal.paste(text)
            return {"seconds": terminal.seconds_until(f"delivered {len(text)}", since=start)}

    shortest: float | None = None
    for rows in plan.pastes:
        text = paste_of(rows)
        measures = {"here": lambda t=text: here(t), "textual": lambda t=text: textual(t)}
        found = in_turns(plan.runs, measures)
        seconds, other = found["here"]["seconds"], found["textual"]["seconds"]
        what = f"paste of {rows:,} lines"
        yield _ratio_line(f"{what}: delivered", seconds, other, "Textual's delivery", 1.2)
        yield Line(f"{what}: asked where to", _figure(found["here"]["asked"], "s"))
        a_line = seconds / rows
        shortest = a_line if shortest is None else shortest
        if rows != plan.pastes[0]:
            name = f"{plan.pastes[0]:,} lines"
            yield _ratio_line(f"{what}: time a line", a_line * 1e6, shortest * 1e6, name, 1.2, "µs")


# Long work


def answering(plan: Plan) -> Iterator[Line]:
    """How long any key waits for its answer while something long goes on, and Esc as well."""
    for kind, path in (("", plan.list(plan.long)), ("messy ", plan.messy_list(plan.long))):
        rows = f"{plan.long:,} {kind}rows"
        with editor_asking(path) as terminal:
            terminal.press("enter")
            terminal.seconds_until("row 1 of", since=time.perf_counter())
            yield _worst(
                f"any key while {rows} are read",
                _waits_until(terminal, lambda: ROWS_READ in terminal.screen()),
            )
            yield _worst(
                "any key while they are examined",
                _waits_until(terminal, lambda: _UNKNOWN not in terminal.screen()),
            )
            for what, asked, start in _LONG_WORK:
                _prepare(terminal, asked)
                if what == _LONGEST:
                    _wait(terminal, start, lambda: _is_working(terminal))
                    waits = [_wait(terminal, "escape", lambda: not _is_working(terminal))]
                    yield _worst(f"Esc during {what} over {rows}", waits)
                begun = partial(lambda before: terminal.screen() != before, terminal.screen())
                waits = [_wait(terminal, start, begun)]
                waits += _waits_until(terminal, lambda: not _is_working(terminal))
                yield _worst(f"any key during {what} over {rows}", waits)


_UNKNOWN: Final = "not looked at yet"
_LONG_WORK: Final = (
    ("next problem", "", "n"),
    ("find", "/0999998", "enter"),
    ("filter", "", "!"),
    ("sort by username", "!", "o"),
    ("sort by problem", "", "o"),
)
"""What goes through all rows, what is typed before that, and the key that begins it."""


_LONGEST: Final = "sort by username"
"""What goes on for long enough to be given up: Esc alone is a key only after a moment."""


def _prepare(terminal: MeasuredTerminal, typed: str) -> None:
    terminal.settle(0.5)
    terminal.press("home")
    terminal.settle()
    for key in typed:
        terminal.press(key)
        terminal.settle()


def _is_working(terminal: MeasuredTerminal) -> bool:
    """Whether the screen says how far it is, and how to give it up."""
    return "Esc gives it up" in terminal.screen()


def _wait(terminal: MeasuredTerminal, key: str, answered: Callable[[], bool]) -> float:
    """Press a key; how many milliseconds it takes until the answer is on the screen."""
    start = time.perf_counter()
    terminal.press(key)
    return terminal.seconds_until_it(answered, since=start) * 1000


def _waits_until(terminal: MeasuredTerminal, over: Callable[[], bool]) -> list[float]:
    """Go up and down one row until it is over; how many milliseconds each key took."""
    waits: list[float] = []
    keys = itertools.cycle(("down", "up"))
    while not over():
        row = _row(terminal)
        moved = partial(lambda before: over() or _row(terminal) != before, row)
        waits.append(_wait(terminal, next(keys), moved))
    return waits


def _row(terminal: MeasuredTerminal) -> str:
    """The row that the cursor is on, as the screen names it."""
    found = _ROW.search(terminal.screen())
    return found[0] if found else ""


def _worst(what: str, waits: Sequence[float]) -> Line:
    count = f"{len(waits)} key{'' if len(waits) == 1 else 's'}"
    return _limit_line(what, max(waits, default=0.0), 100, "ms", count)


_ROW: Final = re.compile(r"row [\d,]+ of")
"""The heading of what is said about the row under the cursor."""


CASES: Final[dict[str, Callable[[Plan], Iterator[Line]]]] = {
    "load": load,
    "keys": keys,
    "idle": idle,
    "paste": paste,
    "answering": answering,
    "sending": lambda plan: sending(plan.home, plan.runs),
}
"""What `--only` takes."""
