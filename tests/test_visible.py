import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from prolific_tui.tui.widgets import ELLIPSIS, fit
from prolific_tui.visible import UNUSUAL_SPACE, counted, is_hidden, visible

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@pytest.mark.parametrize(
    ("foreign", "drawn"),
    [
        ("lab-b-061", "lab-b-061"),
        ("[red]x[/x]", "[red]x[/x]"),
        ("Zoë Østergård 試験 ❤", "Zoë Østergård 試験 ❤"),
        ("\x1b]52;c;aGk=\x07", "\\x1b]52;c;aGk=\\x07"),
        ("a\u202eb", "a\\u202eb"),
        ("one\ntwo\r\n\tthree", "one\\x0atwo\\x0d\\x0a\\x09three"),
        ("C1 \x9b31m and DEL \x7f", "C1 \\x9b31m and DEL \\x7f"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("half \ud800", "half \\ud800"),
        ("line\u2028paragraph\u2029", "line\\u2028paragraph\\u2029"),
        ("a\u00a0b\u3000c d", "a\\xa0b\\u3000c d"),
        ("tag \U000e0041", "tag \\U000e0041"),
    ],
)
def test_foreign_text_is_drawn_verbatim_or_visibly_escaped(foreign: str, drawn: str) -> None:
    assert visible(foreign) == drawn


@pytest.mark.parametrize(
    "blank",
    ["\u034f", "\u115f", "\u1160", "\u17b4", "\u180b", "\u2800", "\u3164", "\ufe0f", "\uffa0"],
)
def test_letters_and_marks_that_draw_nothing_can_not_make_two_names_look_alike(blank: str) -> None:
    assert visible(f"lab{blank}01") == f"lab\\u{ord(blank):04x}01"


@given(ANY_TEXT)
def test_what_is_drawn_is_one_line_without_anything_hidden(text: str) -> None:
    drawn = visible(text)

    assert not any(is_hidden(character) for character in drawn)
    assert not any(unicodedata.category(character).startswith("C") for character in drawn)
    assert len(drawn.splitlines()) <= 1


def test_every_space_but_the_ordinary_one_is_unusual() -> None:
    spaces = {c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(c) == "Zs"}
    assert {c for c in spaces if UNUSUAL_SPACE.fullmatch(c)} == spaces - {" "}


@given(ANY_TEXT, st.integers(2, 12))
def test_a_text_that_is_cut_in_its_middle_fills_its_cells_and_keeps_both_ends(
    text: str, width: int
) -> None:
    drawn, cut = visible(text), fit(text, width, keep_ends=True)

    assert cell_len(cut) == width
    if cell_len(drawn) > width:
        head, _, tail = cut.partition(ELLIPSIS)
        assert drawn.startswith(head.rstrip(" "))
        assert drawn.endswith(tail.rstrip(" "))


@given(ANY_TEXT)
def test_drawing_twice_changes_nothing_more(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_printable_ascii_is_never_changed(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("words", "number"),
    [("0 rows", 0), ("1 row", 1), ("2 rows", 2), ("41,000 rows", 41_000)],
)
def test_a_number_has_its_noun(words: str, number: int) -> None:
    assert counted(number, "row") == words


def test_a_noun_may_have_a_plural_of_its_own() -> None:
    assert [counted(number, "entry", "entries") for number in (1, 2)] == ["1 entry", "2 entries"]
