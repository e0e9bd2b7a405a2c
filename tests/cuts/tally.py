"""What came of many trials, and the tables that are printed of it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from prolific_tui.errors import Effect
from tests.cuts.cuts import Cut, Manner
from tests.cuts.judge import faults, is_needless
from tests.cuts.lab import Trial

_SHOWN: Final = 2
"""How many failures of a kind are told."""
_FIGURE: Final = re.compile(r"\d[\w-]*")


@dataclass(slots=True)
class Tally:
    """Counts; they add up."""

    places: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    """By write, direction, stage and manner."""
    claims: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """By direction, fate and what was said to have come of it."""
    offsets: dict[tuple[str, str, str], tuple[int, int]] = field(default_factory=dict)
    """The first and the last offset, by write, direction and stage."""
    wrong: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """Trials with anything wrong, by write, direction and stage."""
    twice: int = 0
    """Trials of which the service saw more than one write."""
    needless: int = 0
    """Trials that were called unknown although a clear answer had arrived."""
    unstruck: int = 0
    """Trials whose line could not be cut where it was to be."""
    settled: int = 0
    """How many open sends were looked for again."""
    unkept: int = 0
    """Sends of which the disk says something else than the program."""
    told: dict[str, list[str]] = field(default_factory=dict)
    """The first failures of each kind, in words."""

    @property
    def tried(self) -> int:
        """How many cuts there were."""
        return self.places.total()

    @property
    def is_well(self) -> bool:
        """Whether nothing is to be mended."""
        return not (self.wrong or self.twice or self.needless or self.unstruck or self.unkept)

    def add(self, trial: Trial) -> None:
        """Judge a trial."""
        cut = trial.cut
        if not trial.struck:
            self.unstruck += 1
            self._tell(cut, trial, ["the line was not cut"])
            return
        place = (cut.write.name.lower(), cut.direction.value, cut.stage)
        self.places[*place, cut.manner.value] += 1
        self.claims[cut.direction.value, cut.fate.value, trial.outcome.effect.value] += 1
        first, last = self.offsets.get(place, (cut.offset, cut.offset))
        self.offsets[place] = (min(first, cut.offset), max(last, cut.offset))
        self.twice += trial.writes > 1
        if is_needless(trial):
            self.needless += 1
            self._tell(cut, trial, ["a clear answer had arrived"])
        if found := list(faults(trial)):
            self.wrong[place] += 1
            self._tell(cut, trial, found)

    def add_settled(self, trial: Trial) -> None:
        """Judge what is said of a trial's open send once it was looked for again."""
        self.settled += 1
        if found := list(faults(trial)):
            self.wrong[trial.cut.write.name.lower(), trial.cut.direction.value, "settled"] += 1
            self._tell(trial.cut, trial, found)

    def _tell(self, cut: Cut, trial: Trial, found: Sequence[str]) -> None:
        outcome = trial.outcome
        words = (
            f"{cut}\n    told: [{outcome.effect.value}] {outcome.title}. {outcome.message}"
            f" {outcome.hint}\n" + "\n".join(f"    {each}" for each in found)
        )
        self._keep(_FIGURE.sub("#", found[0]), [words])

    def _keep(self, kind: str, words: Sequence[str]) -> None:
        self.told[kind] = [*self.told.get(kind, ()), *words][:_SHOWN]

    def take(self, other: "Tally") -> None:
        """Add another tally to this one."""
        self.places += other.places
        self.claims += other.claims
        self.wrong += other.wrong
        for place, (first, last) in other.offsets.items():
            known = self.offsets.get(place, (first, last))
            self.offsets[place] = (min(first, known[0]), max(last, known[1]))
        self.twice += other.twice
        self.needless += other.needless
        self.unstruck += other.unstruck
        self.settled += other.settled
        self.unkept += other.unkept
        for kind, words in other.told.items():
            self._keep(kind, words)

    def tables(self) -> str:
        """Two tables in Markdown, and a line that says whether all is well."""
        manners = [manner.value for manner in Manner]
        lines = [_row("write", "direction", "stage", "offsets", *manners, "wrong"), _rule(8)]
        for place in sorted(self.offsets, key=lambda each: (*each[:2], self.offsets[each])):
            first, last = self.offsets[place]
            counts = [f"{self.places[*place, manner]:,}" for manner in manners]
            lines.append(_row(*place, f"{first}-{last}", *counts, f"{self.wrong[place]:,}"))
        effects = [effect.value for effect in Effect]
        lines += ["", _row("direction", "what became of the write", *effects), _rule(6)]
        for direction, fate in dict.fromkeys((each[0], each[1]) for each in sorted(self.claims)):
            counts = [f"{self.claims[direction, fate, effect]:,}" for effect in effects]
            lines.append(_row(direction, fate, *counts))
        lines += ["", self.summary]
        return "\n".join(lines)

    @property
    def summary(self) -> str:
        """The figures that matter."""
        return (
            f"{self.tried:,} cuts tried, {self.settled:,} of them settled later; statements wrong:"
            f" {self.wrong.total():,}; more than one request seen: {self.twice:,}; unknown although"
            f" a clear answer had arrived: {self.needless:,}; not tried: {self.unstruck:,};"
            f" otherwise on the disk: {self.unkept:,}."
        )


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _rule(columns: int) -> str:
    return _row(*["---"] * columns)
