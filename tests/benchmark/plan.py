"""How much is measured, on which lists, and the lines of the table that tell it."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.benchmark.figures import Line
from tests.benchmark.lists import write_list, write_messy_list, write_quoted_list

SHORT: Final = 1_000
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
        short_runs: The same where that takes a second or two: the least of more is steadier.
        presses: How often a key is pressed.
        idle: Seconds that nothing is done for.
    """

    home: Path
    lengths: tuple[int, ...] = (100_000, 1_000_000)
    pastes: tuple[int, ...] = (1_000, 10_000, 50_000)
    table: int = 100_000
    runs: int = 3
    short_runs: int = 9
    presses: int = 29
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


def figure(value: float, unit: str) -> str:
    """A figure with three digits that matter, and its unit."""
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"


def ratio_line(
    what: str, here: float, other: float, name: str, limit: float | None, unit: str = "s"
) -> Line:
    """A figure, another one that it is held against, and at most how many times that it may be."""
    ratio = here / other
    return Line(
        what,
        figure(here, unit),
        f"{name}: {figure(other, unit)}",
        ratio,
        "" if limit is None else f"{limit:g}x",
        None if limit is None else ratio <= limit,
    )


def limit_line(what: str, here: float, limit: float, unit: str, compared: str = "") -> Line:
    """A figure that may be `limit` at most."""
    return Line(what, figure(here, unit), compared, None, f"{limit:g} {unit}", here <= limit)
