"""New accounts: usernames from a pattern, passwords that can be typed, and how many it takes.

Randomness is passed in. A pattern has one number in it, so that a slip can't multiply accounts.
"""

import math
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from operator import methodcaller
from typing import Final, Self

from prolific_tui.credentials.stepping import Steps
from prolific_tui.errors import ProlificTuiError
from prolific_tui.visible import counted, is_hidden

Choose = Callable[[Sequence[str]], str]
"""Picks one of several texts, each as likely as any other: `secrets.choice`."""

MOST: Final = 100_000
"""The most accounts that are made at once."""
SHORTEST: Final = 8
"""The shortest password that is made; Google Workspace takes none that is shorter."""
LONGEST: Final = 64
DEFAULT_LENGTH: Final = 14
"""64 bits of entropy; see `entropy_bits`."""

LOWER_CASE: Final = "cdfhkmnprtwx"
UPPER_CASE: Final = "FHJLMNRT"
DIGITS: Final = "34679"
ALPHABET: Final = LOWER_CASE + UPPER_CASE + DIGITS
"""What passwords are made of: letters and digits of which no two are taken for each other.

Left out are `0 O o Q D`, `1 I l i j`, `2 Z z`, `5 S s`, `8 B b`, `G g q`, `U u V v`, and the
capitals that differ from their small letters in size alone. So are vowels and `Y y`: without
them there is no word, no name of a month and no `3E14`, which a spreadsheet would make a number.
No sign is among them, so that nothing needs quotes and no cell begins a formula.
"""
_CLASSES: Final = (LOWER_CASE, UPPER_CASE, DIGITS)
_ATTEMPTS: Final = 1000
_STEP: Final = 1024
_LONGEST_NUMBER: Final = 12
_LONGEST_PATTERN: Final = 200

_PLACE: Final = re.compile(r"\{([^{}]*)\}")
_INSIDE: Final = re.compile(r"([0-9]*)(?:\.\.([0-9]+))?")
_HOW: Final = "Write it like lab-b-{001..150}, or lab-b-{} with a start and a count."


class PatternError(ProlificTuiError):
    """A pattern, or a start or count for one, of which no usernames can be made."""

    def __init__(
        self, title: str, message: str, hint: str = "", *, position: int | None = None
    ) -> None:
        super().__init__(title, message, hint)
        self.position = position
        """The character of the pattern to look at, counted from 0, where there is one."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Usernames that differ in one number: what stands before it and after it."""

    prefix: str
    suffix: str
    width: int = 0
    """How many digits every number has, with zeros in front; 0 where none are put there."""
    start: int | None = None
    """The first number, where the pattern says it."""
    count: int | None = None
    """How many there are, where the pattern says it."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """What a person typed: `lab-b-{001..150}`, `lab-b-{061}` or `lab-b-{}`.

        Zeros in front are kept: `{001..150}` gives 001, 002 and so on, `{1..150}` gives 1, 2.

        Raises:
            PatternError: there is no number or more than one, a range that runs backwards, is too
                long or has ends of different lengths with zeros in front, a stray brace, or a
                character that can't be seen.
        """
        _check_text(text)
        places = list(_PLACE.finditer(text))
        _check_braces(text, places)
        if not places:
            raise PatternError(
                "Where does the number go?",
                "The pattern has no number in it, so every account would have the same username.",
                _HOW,
                position=len(text),
            )
        if len(places) > 1:
            raise PatternError(
                "Only one number",
                "The pattern has more than one number. Each would multiply the accounts made.",
                "Keep one, and make the accounts of each group by themselves.",
                position=places[1].start(),
            )
        place = places[0]
        inside = _INSIDE.fullmatch(place[1])
        if inside is None or (inside[2] and not inside[1]):
            raise PatternError(
                "Not a range of numbers",
                f"{place[0]} is neither empty, nor a number, nor two numbers with .. between them.",
                _HOW,
                position=place.start(),
            )
        first, last = inside[1], inside[2]
        width = _width(first, last, place)
        return cls(
            text[: place.start()],
            text[place.end() :],
            width,
            int(first) if first else None,
            _count(first, last, place) if last else None,
        )

    def name(self, number: int) -> str:
        """The username with this number."""
        return f"{self.prefix}{number:0{self.width or 1}d}{self.suffix}"

    def number_in(self, username: str) -> int | None:
        """The number in a username of this pattern; None where it is of another.

        Zeros in front don't matter: of `lab-{001}`, both `lab-7` and `lab-007` have the number 7.
        """
        if len(username) < len(self.prefix) + len(self.suffix):
            return None
        digits = username[len(self.prefix) : len(username) - len(self.suffix)]
        if not (username.startswith(self.prefix) and username.endswith(self.suffix)):
            return None
        is_number = digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_NUMBER
        return int(digits) if is_number else None


def usernames(pattern: Pattern, start: int, count: int) -> list[str]:
    """The usernames with the numbers from `start` on, `count` of them, no two the same.

    Raises `PatternError` as `check_numbers` does.
    """
    check_numbers(pattern, start, count)
    return [pattern.name(number) for number in range(start, start + count)]


def check_numbers(pattern: Pattern, start: int, count: int) -> None:
    """Make sure that a pattern can have the numbers from `start` on, `count` of them.

    Raises:
        PatternError: `count` is not 1 to `MOST`, `start` is negative or too long, or the last
            number has more digits than the pattern.
    """
    if not 1 <= count <= MOST:
        raise PatternError(
            "That many can't be made",
            f"{count:,} accounts were asked for; between 1 and {MOST:,} can be made at once.",
        )
    last = start + count - 1
    if start < 0 or last >= 10**_LONGEST_NUMBER:
        raise PatternError(
            "Not a number to start from",
            f"The numbers would run from {start} to {last}; they can have up to "
            f"{_LONGEST_NUMBER} digits, and none is below 0.",
        )
    if pattern.width and len(str(last)) > pattern.width:
        raise PatternError(
            "More digits than the pattern has",
            f"The numbers would run up to {last}, which has more than {pattern.width} digits; the "
            "usernames would no longer stand in order.",
            f"Write {{}} for numbers without zeros in front, or {{{start:0{len(str(last))}d}}}.",
        )


def next_start(pattern: Pattern, taken: Iterable[str]) -> int:
    """The number after the highest one that this pattern has among usernames; 1 if it has none."""
    # Most of a long list is of another pattern, and is told from this one without a closer look.
    if pattern.prefix:
        taken = filter(methodcaller("startswith", pattern.prefix), taken)
    if pattern.suffix:
        taken = filter(methodcaller("endswith", pattern.suffix), taken)
    if not (pattern.prefix or pattern.suffix):
        taken = filter(str.isdigit, taken)
    return (
        max((number for number in map(pattern.number_in, taken) if number is not None), default=0)
        + 1
    )


def first_free(pattern: Pattern, start: int, is_taken: Callable[[str], bool]) -> int:
    """The number after those that are taken in a row from `start` on; `start` where it is free.

    Few of them are asked about, so where some in between are free it may be the first of those.
    """
    step = 1
    while is_taken(pattern.name(start + step - 1)):
        step *= 2
    ahead = range(step // 2, step - 1)
    return (
        start
        + ahead.start
        + bisect_left(ahead, True, key=lambda number: not is_taken(pattern.name(start + number)))
    )


def collisions(names: Iterable[str], is_taken: Callable[[str], bool]) -> Steps[tuple[str, ...]]:
    """Those of the names that are taken, in a document or a pool, in their order."""
    found: list[str] = []
    for count, name in enumerate(names, 1):
        if is_taken(name):
            found.append(name)
        if not count % _STEP:
            yield count
    return tuple(found)


def passwords(count: int, length: int, choose: Choose) -> Iterator[str]:
    """Passwords of `ALPHABET`, each with a small letter, a capital and a digit, one by one.

    Each such password of this length is as likely as any other.

    Raises:
        ValueError: `count` is not 0 to `MOST`, `length` is not `SHORTEST` to `LONGEST`, or, once
            one is asked for, `choose` does not choose at random.
    """
    _check_length(length)
    if not 0 <= count <= MOST:
        raise ValueError(f"{count} passwords; 0 to {MOST} can be made")
    return (_password(length, choose) for _ in range(count))


def entropy_bits(length: int) -> int:
    """How many bits of entropy passwords of this length have, rounded down; raises ValueError."""
    _check_length(length)
    # Inclusion and exclusion: all texts, less those that lack a class, plus those that lack two.
    possible = 0
    for lacking in range(len(_CLASSES)):
        sign = -1 if lacking % 2 else 1
        for absent in combinations(_CLASSES, lacking):
            left = len(ALPHABET) - sum(map(len, absent))
            possible += sign * int(left**length)
    return possible.bit_length() - 1


def places_needed(places: int, held: int, factor: float = 1.5) -> int:
    """How many accounts to make for a study's places, given those that are held already.

    A participant who returns or times out has used up an account, so there are to be `factor` for
    each place, rounded up.

    Raises:
        ValueError: `places` or `held` is negative, or `factor` is less than 1.
    """
    if places < 0 or held < 0 or not factor >= 1:
        raise ValueError("places and accounts are counted from 0, with a factor of at least 1")
    return max(_wanted(places, factor) - held, 0)


def places_words(places: int, held: int, factor: float = 1.5) -> str:
    """The same as a sentence: "22 places × 1.5 = 33 accounts, none held: 33 to make."."""
    needed = places_needed(places, held, factor)
    of_places = counted(places, "place")
    wanted = _wanted(places, factor)
    of_accounts = counted(wanted, "account")
    having = f"{held:,} held" if held else "none held"
    to_make = f"{needed:,} to make" if needed else "nothing to make"
    return f"{of_places} × {factor:g} = {of_accounts}, {having}: {to_make}."


def _wanted(places: int, factor: float) -> int:
    # By the decimal that was typed: ten places × 1.1 are 11, not 11.000000000000002 and so 12.
    return math.ceil(places * Fraction(repr(factor)))


def _password(length: int, choose: Choose) -> str:
    for _ in range(_ATTEMPTS):
        password = "".join([choose(ALPHABET) for _ in range(length)])
        characters = set(password)
        if not any(characters.isdisjoint(each) for each in _CLASSES):
            return password
    raise ValueError("the choice is not random: no password had letters of all kinds")


def _check_length(length: int) -> None:
    if not SHORTEST <= length <= LONGEST:
        raise ValueError(f"a password of {length}; {SHORTEST} to {LONGEST} can be made")


def _check_text(text: str) -> None:
    if len(text) > _LONGEST_PATTERN:
        raise PatternError(
            "The pattern is too long",
            f"It has {len(text):,} characters; up to {_LONGEST_PATTERN} are taken.",
            position=_LONGEST_PATTERN,
        )
    hidden = next((at for at, character in enumerate(text) if is_hidden(character)), None)
    if hidden is not None:
        raise PatternError(
            "A character that can't be seen",
            f"Character {hidden + 1} of the pattern can't be seen, and nobody could type it.",
            "Delete it; it may have come with a copy.",
            position=hidden,
        )


def _check_braces(text: str, places: Sequence[re.Match[str]]) -> None:
    paired = {at for place in places for at in (place.start(), place.end() - 1)}
    stray = next(
        (at for at, character in enumerate(text) if character in "{}" and at not in paired), None
    )
    if stray is not None:
        raise PatternError(
            "A brace without its other half",
            f"The {text[stray]} at character {stray + 1} has no other half. Braces stand for the "
            "number and can't be part of a username.",
            _HOW,
            position=stray,
        )


def _width(first: str, last: str | None, place: re.Match[str]) -> int:
    if max(len(first), len(last or "")) > _LONGEST_NUMBER:
        raise PatternError(
            "The number is too long",
            f"Numbers can have up to {_LONGEST_NUMBER} digits.",
            position=place.start(),
        )
    padded = any(len(end) > 1 and end.startswith("0") for end in (first, last or ""))
    if last is None:
        # Of a number alone, the digits are the width: after {061} come 062 and, some day, 100.
        return len(first) if padded else 0
    if padded and len(first) != len(last):
        width = max(len(first), len(last))
        raise PatternError(
            "How many digits?",
            f"{first} and {last} have zeros in front but not the same number of digits.",
            f"Write {{{first.zfill(width)}..{last.zfill(width)}}}.",
            position=place.start(),
        )
    return len(first) if padded else 0


def _count(first: str, last: str, place: re.Match[str]) -> int:
    count = int(last) - int(first) + 1
    if count < 1:
        raise PatternError(
            "The range runs backwards",
            f"{first} comes after {last}.",
            f"Write {{{last}..{first}}}.",
            position=place.start(),
        )
    if count > MOST:
        raise PatternError(
            "That many can't be made",
            f"{place[0]} stands for {count:,} accounts; {MOST:,} can be made at once.",
            position=place.start(),
        )
    return count
