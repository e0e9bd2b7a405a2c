"""Text as a person sees it: foreign text made safe to draw, and numbers with their nouns.

Usernames, titles, ids and messages come from other people's files and from the network. Drawn as
they are, an escape sequence among them would reach the terminal and could set its clipboard or
clear its screen, and a bidirectional override could make one name look like another.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_HIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BLANK: Final = frozenset(
    map(
        chr,
        (
            0x034F,  # combining grapheme joiner
            *(0x115F, 0x1160, 0x3164, 0xFFA0),  # Hangul fillers
            *(0x17B4, 0x17B5),  # Khmer inherent vowels
            *(0x180B, 0x180C, 0x180D, 0x180F),  # Mongolian variation selectors
            0x2800,  # Braille pattern blank
            *range(0xFE00, 0xFE10),  # variation selectors
            *range(0xE0100, 0xE01F0),
        ),
    )
)
"""Letters, marks and symbols by category that draw nothing: Unicode's default ignorable code
points outside the hidden categories, and the empty Braille cell."""
UNUSUAL_SPACE: Final = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
"""A character that draws a space and is not the ordinary one, such as a no-break space.

These are the space separators (general category Zs) other than U+0020.
"""
_PRINTABLE_ASCII: Final = re.compile(r"[ -~]*\Z")


def _escape(character: str) -> str:
    point = ord(character)
    if point < 0x100:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


@lru_cache(maxsize=4096)
def is_hidden(character: str) -> bool:
    """Whether a character draws nothing of its own, or steers the terminal or its neighbours.

    These are control, format, surrogate, private-use and unassigned characters, Unicode's line
    and paragraph separators (general categories Cc, Cf, Cs, Co, Cn, Zl, Zp), and the fillers,
    joiners and variation selectors that other categories hold.
    """
    return unicodedata.category(character) in _HIDDEN_CATEGORIES or character in _BLANK


def visible(text: str) -> str:
    r"""The text with every hidden character written out as an escape, such as `\x1b` or `\u202e`.

    So is every unusual space: names that differ in nothing else would look the same. What it
    returns is a single line that holds only characters a terminal draws.
    """
    if _PRINTABLE_ASCII.match(text):
        return text
    escaped = "".join(_escape(c) if is_hidden(c) else c for c in text)
    return UNUSUAL_SPACE.sub(lambda space: _escape(space[0]), escaped)


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: `1 row`, `2 rows`, `41,000 rows`; `plural` where s is not enough."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def is_or_are(number: int) -> str:
    """The verb that goes with a number of things."""
    return "is" if number == 1 else "are"
