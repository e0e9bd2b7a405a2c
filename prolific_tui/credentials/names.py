"""A set of a million names that never makes anybody wait: it is held in parts.

A single set of them takes tens of milliseconds at a time, whenever it grows and when it goes.
"""

from collections.abc import Iterator, Sequence
from itertools import filterfalse
from typing import ClassVar


class Names:
    """A set of names, each in one of the parts.

    To look for many names takes a look for each of them in every part, so there are few.
    """

    MOST: ClassVar = 300_000
    """How many names a part has until another one is begun: just before it would have to grow."""

    __slots__ = ("_parts",)

    def __init__(self) -> None:
        self._parts: list[set[str]] = [set()]

    def __contains__(self, name: object) -> bool:
        # A loop rather than `any`, as this is asked for each row.
        for part in self._parts:  # noqa: SIM110
            if name in part:
                return True
        return False

    def __iter__(self) -> Iterator[str]:
        for part in self._parts:
            yield from part

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def add(self, name: str) -> None:
        """Take in a name."""
        if name not in self:
            self._open_part().add(name)

    def discard(self, name: str) -> None:
        """Take out a name, if it is there."""
        for part in self._parts:
            part.discard(name)

    def absorb(self, names: Sequence[str]) -> set[str]:
        """Take in many names; returns those that were there before."""
        known: set[str] = set()
        for part in self._parts:
            known |= part.intersection(names)
        self._open_part().update(filterfalse(known.__contains__, names) if known else names)
        return known

    def take_apart(self) -> list[set[str]]:
        """Its parts, to be let go of one by one; there is no name left in it then."""
        parts, self._parts = self._parts, [set()]
        return parts

    def _open_part(self) -> set[str]:
        """The part that takes in what comes."""
        if len(self._parts[-1]) >= self.MOST:
            self._parts.append(set())
        return self._parts[-1]
