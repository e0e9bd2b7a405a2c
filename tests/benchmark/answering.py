"""How long any key waits for its answer while something long goes on."""

import itertools
import re
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

from prolific_tui.visible import counted
from tests.benchmark.figures import Line
from tests.benchmark.measured import MeasuredTerminal
from tests.benchmark.plan import Plan, limit_line
from tests.benchmark.programs import ROWS_READ, UNEXAMINED, editor_asking


def answering(plan: Plan) -> Iterator[Line]:
    """How long any key waits for its answer while something long goes on, and Esc as well."""
    for kind, path in (("", plan.list(plan.long)), ("messy ", plan.messy_list(plan.long))):
        rows = f"{plan.long:,} {kind}rows"
        with editor_asking(path) as terminal:
            # For a pool of which usage reports name some usernames.
            for _ in range(_POOL):
                terminal.press("down")
                terminal.settle()
            terminal.press("enter")
            terminal.seconds_until("row 1 of", since=time.perf_counter())
            yield _worst(
                f"any key while {rows} are read",
                _waits_until(terminal, lambda: ROWS_READ in terminal.screen()),
            )
            yield _worst(
                "any key while they are examined",
                _waits_until(terminal, lambda: UNEXAMINED not in terminal.screen()),
            )
            for what, asked, start in _LONG_WORK:
                _prepare(terminal, asked)
                if what == _LONGEST:
                    _wait(terminal, start, lambda: _is_working(terminal))
                    waits = [_wait(terminal, "escape", lambda: not _is_working(terminal))]
                    yield _worst(f"Esc during {what} over {rows}", waits)
                begun = partial(lambda before: terminal.screen() != before, terminal.screen())
                waits = [_wait(terminal, start, begun)]
                waits += _waits_until(terminal, lambda: not _is_working(terminal), rows_move=True)
                yield _worst(f"any key during {what} over {rows}", waits)
            terminal.press("s")
            terminal.seconds_until(_CHECKED, since=time.perf_counter())
            yield _worst(f"any key while the pool is asked for {rows}", _waits_of_review(terminal))


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


_POOL: Final = 2
"""How far below the first one the pool is in the list of what rows may be for."""
_CHECKED: Final = "Already there"
"""What a review says of the pool, and at first that it is checking."""


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


def _waits_until(
    terminal: MeasuredTerminal, over: Callable[[], bool], *, rows_move: bool = False
) -> list[float]:
    """Go up and down one row until it is over; how many milliseconds each key took.

    Work that moves rows may end with another one of the same number under the cursor. Where rows
    stay, the last key is waited for as well: drawn as one with the first of what is measured next,
    the two would move nothing.
    """
    waits: list[float] = []
    keys = itertools.cycle(("down", "up"))
    while not over():
        row = _row(terminal)
        moved = partial(lambda before: _row(terminal) != before or (rows_move and over()), row)
        waits.append(_wait(terminal, next(keys), moved))
    return waits


def _waits_of_review(terminal: MeasuredTerminal) -> list[float]:
    """Type into a review until its rows are checked; how many milliseconds each key took."""
    waits: list[float] = []
    while "checking" in terminal.screen():
        before = terminal.screen()
        waits.append(_wait(terminal, "x", partial(lambda now: terminal.screen() != now, before)))
    return waits


def _row(terminal: MeasuredTerminal) -> str:
    """The row that the cursor is on, as the screen names it."""
    found = _ROW.search(terminal.screen())
    return found[0] if found else ""


def _worst(what: str, waits: Sequence[float]) -> Line:
    return limit_line(what, max(waits, default=0.0), 100, "ms", counted(len(waits), "key"))


_ROW: Final = re.compile(r"row [\d,]+ of")
"""The heading of what is said about the row under the cursor."""
