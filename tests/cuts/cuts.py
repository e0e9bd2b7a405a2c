"""What can be cut where: one `Cut` for each thing that is tried."""

import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from tests.submission_bench import Write


class Direction(Enum):
    """Which way the bytes go that are counted."""

    REQUEST = "request"
    ANSWER = "answer"


class Manner(Enum):
    """How the line ends."""

    CLOSED = "closed"
    """An orderly end (FIN), as of a proxy that is restarted."""
    RESET = "reset"
    """RST, as of a firewall that has forgotten the connection."""
    STALLED = "stalled"
    """Nothing more, until the client's own limit."""


class Fate(Enum):
    """What becomes of the write, whatever the client hears of it."""

    APPLIED = "applied"
    WITHHELD = "never arrives"
    LATE = "applied 2 s later"
    MUCH_LATER = "applied a minute later"
    REFUSED = "refused"
    GATEWAY_APPLIED = "502, applied"
    GATEWAY_WITHHELD = "502, never arrives"
    GATEWAY_CLASHED = "502, refused for a username that is there"

    @property
    def delay(self) -> float | None:
        """Seconds until the service does it; None where it does it at once or never."""
        return {Fate.LATE: 2.0, Fate.MUCH_LATER: 60.0}.get(self)


class Shape(Enum):
    """How the answer is written."""

    PLAIN = "with its length"
    CHUNKED = "in chunks"
    UNTIL_CLOSE = "until the line is closed"
    GZIPPED = "packed"
    HINTED = "after a 103"


@dataclass(frozen=True, slots=True)
class Cut:
    """One write, and where and how its line is cut."""

    write: Write
    direction: Direction
    offset: int
    """So many bytes pass. Of a request none means: as soon as the connection is made, or where the
    write is applied all the same, as soon as the client has begun to send."""
    manner: Manner
    fate: Fate
    shape: Shape = Shape.PLAIN
    crowd: int | None = None
    """The seed of what a second client does meanwhile; None for nobody there."""
    looks: int | None = None
    """So many reads are answered after the write, and then none; None for all of them."""
    stage: str = ""
    """The part of the message that the offset is in."""

    @property
    def is_settled(self) -> bool:
        """Whether it is looked at again a minute later, because something else may be there."""
        return self.fate.delay is not None or self.crowd is not None

    def __str__(self) -> str:
        """All of it, for a failure."""
        beside = "" if self.crowd is None else f", crowd {self.crowd}"
        beside += "" if self.looks is None else f", only {self.looks} reads answered"
        return (
            f"{self.write.name.lower()}: {self.direction.value} {self.manner.value} after"
            f" {self.offset} bytes ({self.stage}), {self.fate.value}, answer"
            f" {self.shape.value}{beside}"
        )


_OF_A_REQUEST: Final = (Fate.APPLIED, Fate.WITHHELD)
_OF_AN_ANSWER: Final = (
    (Fate.APPLIED, Shape.PLAIN),
    (Fate.APPLIED, Shape.CHUNKED),
    (Fate.APPLIED, Shape.UNTIL_CLOSE),
    (Fate.APPLIED, Shape.GZIPPED),
    (Fate.APPLIED, Shape.HINTED),
    (Fate.REFUSED, Shape.PLAIN),
    (Fate.GATEWAY_APPLIED, Shape.PLAIN),
    (Fate.GATEWAY_WITHHELD, Shape.PLAIN),
)


_LOOKS: Final = 6
"""How many looks a write that is not known is given at most, and one more."""


@dataclass(frozen=True, slots=True)
class Model:
    """An uncut exchange, by which the offsets are known."""

    write: Write
    fate: Fate
    shape: Shape
    request: bytes
    answer: bytes

    def cuts(self, direction: Direction, fate: Fate) -> Iterator[Cut]:
        """A cut after every byte, in every manner."""
        message = self.request if direction is Direction.REQUEST else self.answer
        for offset, manner in itertools.product(range(len(message) + 1), Manner):
            stage = _stage(message, offset)
            yield Cut(self.write, direction, offset, manner, fate, self.shape, stage=stage)


def models() -> Iterator[tuple[Write, Fate, Shape]]:
    """The exchanges that have to be seen uncut."""
    for write, (fate, shape) in itertools.product(Write, _OF_AN_ANSWER):
        yield write, fate, shape
    yield Write.APPEND, Fate.GATEWAY_CLASHED, Shape.PLAIN


def every_cut(found: Iterable[Model]) -> Iterator[Cut]:
    """A cut after every byte of every request and of every answer."""
    for model in found:
        if (model.fate, model.shape) == _OF_AN_ANSWER[0]:
            for fate in _OF_A_REQUEST:
                yield from model.cuts(Direction.REQUEST, fate)
        yield from model.cuts(Direction.ANSWER, model.fate)


def every_late_cut(found: Iterable[Model]) -> Iterator[Cut]:
    """A cut after every byte of a request that the service carries out later."""
    for model in found:
        if (model.fate, model.shape) == _OF_AN_ANSWER[0]:
            for fate in (Fate.LATE, Fate.MUCH_LATER):
                yield from model.cuts(Direction.REQUEST, fate)


def crowded(cuts: Iterable[Cut]) -> Iterator[Cut]:
    """A cut after each of these bytes, with a second client who does something else each time."""
    for seed, cut in enumerate(_in_one_manner(cuts)):
        yield replace(cut, crowd=seed)


def darkened(cuts: Iterable[Cut]) -> Iterator[Cut]:
    """A cut after each of these bytes, with a network that soon goes down for reads as well."""
    for number, cut in enumerate(_in_one_manner(cuts)):
        yield replace(cut, looks=number % _LOOKS)


def _in_one_manner(cuts: Iterable[Cut]) -> Iterator[Cut]:
    """Of each byte's cuts one, each time in another manner; they come for one after the other."""
    of_each = len(Manner)
    for number, cut in enumerate(cuts):
        if number % of_each == number // of_each % of_each:
            yield cut


def sample(cuts: Sequence[Cut], number: int, seed: int) -> list[Cut]:
    """Some of the cuts, as evenly over writes, directions, stages, manners and fates as can be."""
    chance = random.Random(seed)  # noqa: S311 - a choice of examples
    groups: dict[tuple[object, ...], list[Cut]] = {}
    for cut in cuts:
        key = (cut.write, cut.direction, cut.manner, cut.fate, cut.shape, cut.stage)
        groups.setdefault(key, []).append(cut)
    for group in groups.values():
        chance.shuffle(group)
    in_turns = itertools.zip_longest(*groups.values())
    found = [cut for turn in in_turns for cut in turn if cut is not None]
    if number < len(groups):
        chance.shuffle(found)
    return found[:number]


def _stage(message: bytes, offset: int) -> str:
    head_end = message.find(b"\r\n\r\n") + 4
    if message.startswith(b"HTTP/1.1 1"):
        # What precedes the answer has a head of its own.
        if offset <= head_end:
            return "before the answer"
        return _stage(message[head_end:], offset - head_end)
    if offset == 0:
        return "nothing"
    if offset >= len(message):
        return "everything"
    if offset < message.find(b"\r\n") + 2:
        return "first line"
    return "headers" if offset < head_end else "body"
