"""What can be wrong with a row, and how it is said.

Problems of the row alone are found by `intrinsic`; those that depend on other rows come from the
indexes. No word said here ever holds a password.
"""

import re
import unicodedata
from collections.abc import Sequence
from enum import Enum
from functools import lru_cache
from typing import Final

from prolific_tui.credentials.document import Rows
from prolific_tui.credentials.duplicates import is_blank
from prolific_tui.credentials.exports import STAND_IN_STARTS, is_hash, is_placeholder
from prolific_tui.credentials.layout import is_header
from prolific_tui.visible import UNUSUAL_SPACE, is_hidden


class Problem(Enum):
    """One kind of thing that can be wrong with a row, the gravest first.

    A blocking problem leaves the row out of a send; any other one asks the person to look again,
    and the row goes once they accepted it.
    """

    DUPLICATE = (
        "D",
        True,
        "same username as another row",
        "Only one of the rows with this username can be sent.",
    )
    IN_POOL = (
        "P",
        True,
        "already in this pool",
        "This username is already in this pool, so it can't be added again.",
    )
    NO_USERNAME = ("B", True, "no username", "There is no username.")
    NO_PASSWORD = (
        "B",
        True,
        "no password",
        "There is no password, so the participant could not log in.",
    )
    CONTROL_IN_USERNAME = (
        "B",
        True,
        "control character in username",
        "The username holds a control character or a line break, which nobody can type.",
    )
    CONTROL_IN_PASSWORD = (
        "B",
        True,
        "control character in password",
        "The password holds a control character or a line break, which nobody can type.",
    )
    UNREADABLE_IN_USERNAME = (
        "B",
        True,
        "a character that could not be read in username",
        "Where the username has \ufffd, a character was lost before it came here; look it up where "
        "the list comes from.",
    )
    UNREADABLE_IN_PASSWORD = (
        "B",
        True,
        "a character that could not be read in password",
        "The password has a character that was lost before it came here, so the participant could "
        "not log in.",
    )
    PLACEHOLDER = (
        "B",
        True,
        "placeholder, not a password",
        "The password only stands for one, as in the exports of admin consoles, so the "
        "participant could not log in.",
    )
    HASH = (
        "B",
        True,
        "a hash, not a password",
        "The password is a hash, as servers store one, so the participant could not log in.",
    )
    PERHAPS_IN_POOL = (
        "L",
        False,
        "may have arrived already",
        "It was sent before and may have arrived: 3 History has that send.",
    )
    LOOKALIKE = (
        "L",
        False,
        "nearly the same username as another row",
        "Another row has nearly the same username.",
    )
    HEADER = (
        "L",
        False,
        "looks like a header",
        "These are names of columns rather than an account.",
    )
    MIXED_SCRIPTS = (
        "L",
        False,
        "several alphabets in username",
        "The username mixes letters of several alphabets, some of which look the same.",
    )
    INVISIBLE_IN_USERNAME = (
        "L",
        False,
        "invisible character in username",
        "The username holds a character that can't be seen; it may have come with a copy.",
    )
    INVISIBLE_IN_PASSWORD = (
        "L",
        False,
        "invisible character in password",
        "The password holds a character that can't be seen; it may have come with a copy.",
    )
    UNUSUAL_SPACE_IN_USERNAME = (
        "L",
        False,
        "unusual space in username",
        "A space in the username is not the one that keyboards type, but a no-break space or the "
        "like; it may have come with a copy.",
    )
    UNUSUAL_SPACE_IN_PASSWORD = (
        "L",
        False,
        "unusual space in password",
        "A space in the password is not the one that keyboards type, but a no-break space or the "
        "like; it may have come with a copy.",
    )
    EDGE_SPACE_IN_USERNAME = (
        "L",
        False,
        "space at edge of username",
        "The username begins or ends with a space.",
    )
    EDGE_SPACE_IN_PASSWORD = (
        "L",
        False,
        "space at edge of password",
        "The password begins or ends with a space.",
    )
    PUNCTUATION_IN_USERNAME = (
        "L",
        False,
        "comma or quote in username",
        "The username holds a comma or a quote; the file it came from may be broken there.",
    )
    PUNCTUATION_IN_PASSWORD = (
        "L",
        False,
        "comma or quote in password",
        "The password holds a comma or a quote; the file it came from may be broken there.",
    )

    def __init__(self, letter: str, blocking: bool, words: str, sentence: str) -> None:
        self.rank = len(type(self).__members__)
        """How many are graver."""
        self.letter = letter
        """What stands for it in the grid."""
        self.blocking = blocking
        """Whether it leaves the row out of a send, whatever the person says."""
        self.words = words
        """What it is, in a few words that fit beside a row."""
        self.sentence = sentence
        """What it is and why it matters, where there is room to say so."""


LEGEND: Final = (
    ("D", "duplicate"),
    ("P", "already in this pool"),
    ("B", "blocked"),
    ("L", "look again"),
)
"""What the letters stand for."""

ACCEPTED: Final = "a"
"""What stands in the place of "look again" once the person accepted the row."""

_LETTERS_OF: Final = ("LATIN", "CYRILLIC", "GREEK")

_PLAIN: Final = r"[!#-+\--~]+"
"""Printable ASCII without space, quote and comma."""
_ORDINARY_USERNAME: Final = re.compile(_PLAIN)
# Nor does the name of any password column begin otherwise.
_ORDINARY_PASSWORD: Final = re.compile(rf"(?!{STAND_IN_STARTS}|(?i:pass|pwd|login|user)){_PLAIN}")

_BREAKING_CATEGORIES: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
# What decoders put where they could not read a character.
_LOST: Final = "\ufffd"
_PUNCTUATION: Final = re.compile('[,"]')


def intrinsic(username: str, password: str, *, was_hash: bool = False) -> tuple[Problem, ...]:
    """What is wrong with a row whatever the other rows are, the gravest first.

    `was_hash` where a hash stood in the place of a password that is empty now.
    """
    # The commonest rows by far, told quickly.
    if _ORDINARY_USERNAME.fullmatch(username):
        if not password:
            return (Problem.HASH if was_hash else Problem.NO_PASSWORD,)
        if _ORDINARY_PASSWORD.fullmatch(password):
            return ()
    return _closer_look(username, password, was_hash=was_hash)


def _closer_look(username: str, password: str, *, was_hash: bool = False) -> tuple[Problem, ...]:
    no_username, no_password = is_blank(username), is_blank(password)
    # Nothing more than that can be said about what is not there.
    found = (
        (Problem.NO_USERNAME, no_username),
        (Problem.NO_PASSWORD, no_password and not was_hash),
        (Problem.CONTROL_IN_USERNAME, _has_control(username)),
        (Problem.CONTROL_IN_PASSWORD, _has_control(password)),
        (Problem.UNREADABLE_IN_USERNAME, _LOST in username),
        (Problem.UNREADABLE_IN_PASSWORD, _LOST in password),
        (Problem.PLACEHOLDER, is_placeholder(password)),
        (Problem.HASH, (no_password and was_hash) or is_hash(password)),
        (Problem.HEADER, password[:1].isalpha() and is_header(username, password)),
        (Problem.MIXED_SCRIPTS, _mixes_scripts(username)),
        (Problem.INVISIBLE_IN_USERNAME, not no_username and _has_invisible(username)),
        (Problem.INVISIBLE_IN_PASSWORD, not no_password and _has_invisible(password)),
        (Problem.UNUSUAL_SPACE_IN_USERNAME, _has_unusual_space(username)),
        (Problem.UNUSUAL_SPACE_IN_PASSWORD, _has_unusual_space(password)),
        (Problem.EDGE_SPACE_IN_USERNAME, not no_username and username != username.strip()),
        (Problem.EDGE_SPACE_IN_PASSWORD, not no_password and password != password.strip()),
        (Problem.PUNCTUATION_IN_USERNAME, _PUNCTUATION.search(username) is not None),
        (Problem.PUNCTUATION_IN_PASSWORD, _PUNCTUATION.search(password) is not None),
    )
    return tuple(problem for problem, holds in found if holds)


def suspects(rows: Rows) -> list[int]:
    """The rows, counted from 0, that `intrinsic` may have something to say about; no other has."""
    username, password = _ORDINARY_USERNAME.fullmatch, _ORDINARY_PASSWORD.fullmatch
    return [
        index
        for index, (name, word) in enumerate(rows)
        if username(name) is None or password(word) is None
    ]


def row_list(rows: Sequence[int], total: int) -> str:
    """Rows named for people, who count from 1: "row 7", "rows 3, 9 and 12 more".

    Args:
        rows: the first ones, counted from 0.
        total: how many there are in all, at least as many as `rows`.
    """
    names = [f"{row + 1:,}" for row in rows]
    if total > len(rows):
        names.append(f"{total - len(rows):,} more")
    several = ", ".join(names[:-1])
    return f"rows {several} and {names[-1]}" if several else f"row {names[0]}"


def _has_control(text: str) -> bool:
    # What is printable by Python's measure has no such character, and that is asked quickly.
    return not text.isprintable() and any(
        unicodedata.category(c) in _BREAKING_CATEGORIES for c in text
    )


def _has_invisible(text: str) -> bool:
    # In ASCII, all that is hidden breaks something.
    return not text.isascii() and any(
        is_hidden(c) and unicodedata.category(c) not in _BREAKING_CATEGORIES for c in text
    )


def _has_unusual_space(text: str) -> bool:
    # One at the edge is told of as any space there.
    return UNUSUAL_SPACE.search(text.strip()) is not None


def _mixes_scripts(text: str) -> bool:
    return not text.isascii() and len({_script(c) for c in text} - {""}) > 1


@lru_cache(maxsize=1024)
def _script(character: str) -> str:
    """Which of the alphabets with look-alike letters a character belongs to, or none."""
    name = unicodedata.name(character, "")
    return next((script for script in _LETTERS_OF if name.startswith(script)), "")
