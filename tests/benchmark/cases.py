"""What is measured: a function for each group of lines, by the name that `--only` takes."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Final

from tests.benchmark.answering import answering
from tests.benchmark.figures import Line, in_turns
from tests.benchmark.lists import paste_of
from tests.benchmark.loading import load
from tests.benchmark.measured import Answer, MeasuredTerminal
from tests.benchmark.plan import SHORT, Plan, figure, limit_line, ratio_line
from tests.benchmark.programs import (
    editor_with,
    empty_editor,
    plain_textual,
    visidata_with,
)
from tests.benchmark.sending import sending
from tests.benchmark.steps import steps

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
            stack.enter_context(editor_with(plan.list(rows))) for rows in (plan.long, SHORT)
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
    against = f"{SHORT:,} rows"
    edit, short_edit = edits[0][2], edits[1][2]
    for what, one, other in (("cursor down", down, short_down), ("cell edit", edit, short_edit)):
        yield ratio_line(f"{what} {at}", one.milliseconds, other.milliseconds, against, 1.3, "ms")
    for what, found, step in (("insert", insert, 0), ("delete", delete, 0), ("undo", delete, 1)):
        taken, short_taken = (answers[step].milliseconds for answers in found)
        compared = f"{against}: {figure(short_taken, 'ms')}"
        yield Line(
            f"{what} {at}", figure(taken, "ms"), compared, None, "+5 ms", taken - short_taken <= 5
        )
    whole = sum(edits[0][step].bytes for step in range(3))
    yield limit_line("bytes of the edit itself: Enter", edit.bytes, 100, "B")
    if plan.has_visidata:
        with visidata_with(plan.list(SHORT), SHORT) as (terminal, _):
            terminal.answer("j")
            ((vd_down,),) = _press_in_turns(plan, [terminal], ["j"])
            (vd_edit,) = _press_in_turns(plan, [terminal], ["e"], ["z"], ["enter"])
        vd_whole = sum(answer.bytes for answer in vd_edit)
        yield ratio_line("bytes of cursor down", down.bytes, vd_down.bytes, "VisiData", 1, "B")
        yield ratio_line("bytes of opening, typing, Enter", whole, vd_whole, "VisiData", 1, "B")
    with plain_textual("table", str(plan.list(SHORT)), home=plan.home) as terminal:
        terminal.answer("l")
        ((table_down, table_edit),) = _press_in_turns(plan, [terminal], ["down"], ["e"])
    name = f"`DataTable`, {SHORT:,} rows"
    yield ratio_line("bytes of cursor down", down.bytes, table_down.bytes, name, None, "B")
    yield ratio_line(
        "bytes of the edit itself: Enter", edit.bytes, table_edit.bytes, name, None, "B"
    )


def idle(plan: Plan) -> Iterator[Line]:
    """What is sent while nothing is done."""
    with editor_with(plan.list(SHORT)) as terminal:
        what = f"idle for {plan.idle:g} s"
        yield limit_line(f"{what}, in the grid", terminal.idle_bytes(plan.idle), 0, "B")
        terminal.answer("enter")
        yield limit_line(f"{what}, in a cell", terminal.idle_bytes(plan.idle), 0, "B")


# Pastes


def paste(plan: Plan) -> Iterator[Line]:
    """Pastes: until each program says that it has one, and until the question where to."""

    def here(text: str) -> dict[str, float]:
        with empty_editor(plan.home) as terminal:
            asks = "See first how it is read"
            start = time.perf_counter()
            terminal.paste(text)
            return {
                # It may ask before what it said first was read from the terminal.
                "seconds": terminal.seconds_until_it(
                    lambda: "Reading the paste" in terminal.screen() or asks in terminal.screen(),
                    since=start,
                ),
                "asked": terminal.seconds_until(asks, since=start),
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
        yield ratio_line(f"{what}: delivered", seconds, other, "Textual's delivery", 1.2)
        yield Line(f"{what}: asked where to", figure(found["here"]["asked"], "s"))
        a_line = seconds / rows
        shortest = a_line if shortest is None else shortest
        if rows != plan.pastes[0]:
            name = f"{plan.pastes[0]:,} lines"
            yield ratio_line(f"{what}: time a line", a_line * 1e6, shortest * 1e6, name, 1.2, "µs")


def quitting(plan: Plan) -> Iterator[Line]:
    """Ending, in every state of a keyring."""
    from tests.benchmark.quitting import quitting as measured  # only where there is D-Bus

    return measured(plan)


CASES: Final[dict[str, Callable[[Plan], Iterator[Line]]]] = {
    "load": load,
    "keys": keys,
    "idle": idle,
    "paste": paste,
    "answering": answering,
    "steps": steps,
    "quitting": quitting,
    "sending": lambda plan: sending(plan.home, plan.short_runs),
}
"""What `--only` takes."""
