"""Pastes that the terminal does not mark as such, told from keys by how they come in.

PuTTY's older versions, `tmux paste-buffer` without `-p` and terminals without bracketed paste send
a paste as if it were typed. Run as commands, a list of accounts deletes rows and quits.
"""

import re
from enum import Enum, auto
from typing import Final

_UNCLEAR_SECONDS: Final = 0.05
"""How long nothing may come in until what may have become a paste is taken for keys."""

_PASTE_SECONDS: Final = 0.25
"""How long nothing may come in until a paste is all there.

Longer, because a line that lags stops in the middle of a long one, and what came after that would
be another paste.
"""

LEAST_STROKES: Final = 16
"""The printable characters that a paste has at least. A repeat of the one before is none."""

_WAITS_FROM: Final = 4
"""The strokes from which a burst may be the beginning of a paste that was cut on its way."""

_MOST_TITLES: Final = 5
"""From how many lines without a delimiter on, blank ones apart, a burst is no list of accounts."""

_LONGEST_LINE: Final = 10_000
"""How long a line may be before its end is no longer waited for."""

_STROKE: Final = re.compile(r"(.)\1*", re.DOTALL)
_LINE_END: Final = re.compile(r"[\r\n]")
_DELIMITER: Final = re.compile(r"[,;\t|]")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Likeness(Enum):
    """What a burst of characters looks like."""

    TYPED = auto()
    """Keys, whatever follows."""
    UNCLEAR = auto()
    """The beginning of a line that may be that of a paste."""
    PASTED = auto()
    """Lines of fields, more of them than anybody types while a line lags."""


def likeness(burst: str) -> Likeness:
    """What characters that came in at once look like.

    What was typed ahead has line ends too, but its lines hold one field, or one command and a
    field. A title may stand above a list, so more than the first line is looked at. A key that is
    held down makes one stroke, however often it repeats.
    """
    has_fields = False
    begin = without_fields = 0
    for line_end in _LINE_END.finditer(burst):
        line = burst[begin : line_end.start()]
        begin = line_end.end()
        if not _is_text(line):
            return Likeness.TYPED
        if _DELIMITER.search(line):
            has_fields = True
            break
        without_fields += bool(line.strip())
        if without_fields == _MOST_TITLES:
            return Likeness.TYPED
    if not (has_fields or _is_text(burst[begin:])):
        return Likeness.TYPED
    strokes = _count_strokes(burst)
    if has_fields and strokes >= LEAST_STROKES:
        return Likeness.PASTED
    return Likeness.UNCLEAR if strokes >= _WAITS_FROM else Likeness.TYPED


def _is_text(line: str) -> bool:
    """Whether a line may be one of a list: what keys such as Backspace send is in none."""
    return len(line) <= _LONGEST_LINE and not _CONTROL.search(line)


def _count_strokes(burst: str) -> int:
    """The printable characters without repeats, as far as it matters."""
    strokes = 0
    for match in _STROKE.finditer(burst):
        strokes += match[1].isprintable()
        if strokes == LEAST_STROKES:
            break
    return strokes


class Burst:
    """What came in at once, held until it is known for keys or for a paste.

    It has no clock: whoever reads the terminal calls `end` when nothing came in for
    `quiet_seconds`.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._is_paste = False

    @property
    def quiet_seconds(self) -> float | None:
        """How long the line has to be quiet until this is to end; None where nothing is held."""
        if not self._parts:
            return None
        return _PASTE_SECONDS if self._is_paste else _UNCLEAR_SECONDS

    def add(self, text: str) -> str:
        """Take the text of one read, which holds no escape character.

        Gives back what is to be pressed as keys now: what was held and the text, or nothing.
        """
        # A paste comes in large pieces, so what comes alone after an unclear one is a key.
        alone = bool(self._parts) and len(text) == 1 and not _LINE_END.match(text)
        self._parts.append(text)
        if self._is_paste:
            return ""
        burst = "".join(self._parts)
        found = Likeness.TYPED if alone else likeness(burst)
        self._is_paste = found is Likeness.PASTED
        if found is Likeness.TYPED:
            self._parts.clear()
            return burst
        return ""

    def end(self) -> tuple[str, bool]:
        """Give back what was held, and whether it is a paste: nothing belongs to it any more."""
        held, is_paste = "".join(self._parts), self._is_paste
        self._parts.clear()
        self._is_paste = False
        return held, is_paste
