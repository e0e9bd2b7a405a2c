"""Files: until exact duplicates are known, until rows are seen, and the memory for that."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.benchmark.figures import Line, in_turns
from tests.benchmark.plan import SHORT, Plan, figure, limit_line, ratio_line
from tests.benchmark.programs import (
    ROWS_READ,
    UNEXAMINED,
    editor_asking,
    editor_keeping,
    floor_of,
    plain_textual,
    visidata_with,
)


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
                lambda: UNEXAMINED not in terminal.screen(), since=start
            ),
            "peak examined": terminal.peak_megabytes,
        }


def _load_visidata(plan: Plan, rows: int) -> dict[str, float]:
    with visidata_with(plan.list(SHORT), SHORT) as (_, startup):
        pass
    with visidata_with(plan.list(rows), rows) as (terminal, loaded):
        return {"loaded": loaded, "startup": startup, "peak": terminal.peak_megabytes}


def load(plan: Plan) -> Iterator[Line]:
    """Files: until exact duplicates are known, until rows are seen, and the memory for that.

    The time runs from Enter, which asks for the file, until what is known is on the screen.
    """
    for rows in plan.lengths:
        measures: dict[str, Callable[[], dict[str, float]]] = {
            "here": partial(_load, plan.list(rows)),
            "short": partial(_load, plan.list(SHORT)),
            "floor": partial(floor_of, plan.list(rows)),
        }
        if plan.has_visidata:
            measures["vd"] = partial(_load_visidata, plan, rows)
        runs = plan.runs if rows == plan.long else plan.short_runs
        found = in_turns(runs, measures)
        here, floor = found["here"], found["floor"]
        # Of VisiData's time and of ours, that of a short list is taken off: the floor opens no
        # screen either.
        known = here["known"] - found["short"]["known"]
        what = f"file of {rows:,} rows: Enter to exact duplicates shown"
        reach = 4.0 if rows >= 1_000_000 else 3.3
        yield ratio_line(what, known, floor["reader"], "bare `csv.reader`", reach)
        yield ratio_line(what, known, floor["counted"], "`csv.reader`, dict", None)
        if "vd" in found:
            # Of each the least, and then the difference: that of a slow start would be too small.
            other = found["vd"]["loaded"] - found["vd"]["startup"]
            yield ratio_line(what, known, other, "VisiData, no duplicates", 0.5)
        if rows == plan.long:
            yield ratio_line(
                f"file of {rows:,} rows: first rows on the screen",
                here["first"],
                found["short"]["first"],
                f"{SHORT:,} rows",
                1.5,
            )
            other_peak = f"VisiData: {found['vd']['peak']:.0f} MB" if "vd" in found else ""
            what = f"peak memory with {rows:,} rows"
            yield limit_line(f"{what}, exact duplicates", here["peak"], 250, "MB", other_peak)
            yield limit_line(f"{what}, all problems", here["peak examined"], 400, "MB")
            with editor_keeping(plan.list(rows)) as terminal:
                kept = terminal.peak_megabytes
            yield limit_line(f"{what}, all problems, draft kept", kept, 400, "MB")
            yield Line(f"file of {rows:,} rows: all problems known", figure(here["examined"], "s"))
    yield from _load_quoted(plan)
    yield _load_table(plan)


def _load_quoted(plan: Plan) -> Iterator[Line]:
    rows = plan.long
    for quoted, which in ((1, "quotes in the first"), (rows, "quotes in all")):
        path = plan.quoted_list(rows, quoted)
        measures = {
            "here": partial(_load, path),
            "short": partial(_load, plan.list(SHORT)),
            "floor": partial(floor_of, path),
        }
        found = in_turns(plan.runs, measures)
        known = found["here"]["known"] - found["short"]["known"]
        what = f"file of {rows:,} rows, {which}: exact duplicates shown"
        yield ratio_line(what, known, found["floor"]["reader"], "bare `csv.reader`", 4.0)


def _load_table(plan: Plan) -> Line:
    path = plan.list(plan.table)

    def table() -> dict[str, float]:
        with plain_textual("table", str(path), home=plan.home) as terminal:
            start = time.perf_counter()
            terminal.press("l")
            return {"known": terminal.seconds_until("table loaded", since=start)}

    found = in_turns(1, {"here": lambda: _load(plan.list(plan.table)), "table": table})
    return ratio_line(
        f"file of {plan.table:,} rows: exact duplicates known",
        found["here"]["known"],
        found["table"]["known"],
        "Textual's `DataTable`",
        None,
    )
