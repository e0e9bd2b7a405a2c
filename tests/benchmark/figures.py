"""What was measured: lines with ratios and limits, and the one table that they make."""

import os
import platform
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from typing import Final

_HEADINGS: Final = ("what", "here", "compared with", "ratio", "limit", "met")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    what: str
    here: str
    """The figure of this program, with its unit."""
    compared: str = ""
    """What it is compared with, with that one's figure."""
    ratio: float | None = None
    limit: str = ""
    met: bool | None = None
    """None where there is no limit."""

    @property
    def cells(self) -> tuple[str, ...]:
        """What stands in the columns."""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        met = {True: "yes", False: "**no**", None: ""}[self.met]
        return self.what, self.here, self.compared, ratio, self.limit, met


def table(lines: Iterable[Line]) -> str:
    """The lines as a table in Markdown."""
    rows = [_HEADINGS, tuple("---" for _ in _HEADINGS), *(line.cells for line in lines)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def machine(today: date) -> str:
    """The date and the kind of machine; neither its name nor a path."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return (
        f"{today:%-d %B %Y}: {platform.system()} on {platform.machine()}, {os.cpu_count()} cores,"
        f" {memory:.0f} GB; Python {sys.version.split()[0]}, Textual {version('textual')}"
    )


def in_turns(
    runs: int, measures: Mapping[str, Callable[[], Mapping[str, float]]]
) -> dict[str, dict[str, float]]:
    """Measure the candidates in turns, and give the least of each of their figures.

    In turns, so that a machine that grows slower meanwhile does so for all of them; the least,
    because whatever else a machine does can only add to it.
    """
    found: dict[str, list[Mapping[str, float]]] = {name: [] for name in measures}
    for _ in range(runs):
        for name, measure in measures.items():
            found[name].append(measure())
    return {
        name: {figure: min(run[figure] for run in got) for figure in got[0]}
        for name, got in found.items()
    }
