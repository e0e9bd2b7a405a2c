"""What is sent of a frame shows the same as all of it would, whatever was sent before."""

from collections.abc import Iterable
from dataclasses import dataclass

import pyte
from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.style import Style

from prolific_tui.tui.frames import Frames

COLUMNS, ROWS = 24, 5
BEGIN, END = "\x1b[?2026h", "\x1b[?2026l"

STYLES = [
    Style.parse(style)
    for style in (
        "",
        "default on default",
        "bold",
        "cyan",
        "bold yellow",
        "reverse",
        "underline bright_black",
        "on blue",
        "bold #102030 on color(200)",
    )
]


@dataclass
class Shown:
    """A terminal, and what a person sees on it."""

    columns: int = COLUMNS
    rows: int = ROWS

    def __post_init__(self) -> None:
        self.screen = pyte.Screen(self.columns, self.rows)
        self.stream = pyte.Stream(self.screen)
        # Textual switches line wrap off.
        self.stream.feed("\x1b[?7l")

    @property
    def cells(self) -> list[list[tuple[object, ...]]]:
        """Characters and styles; of blanks, only what can be seen of the style."""
        return [
            [
                (" ", char.bg, char.reverse, char.underscore) if char.data == " " else tuple(char)
                for char in (self.screen.buffer[row][column] for column in range(self.columns))
            ]
            for row in range(self.rows)
        ]

    @property
    def cursor(self) -> tuple[int, int]:
        return self.screen.cursor.y, self.screen.cursor.x


def styled(text: str, style: Style) -> str:
    return style.render(text, color_system=ColorSystem.TRUECOLOR)


def frame(runs: Iterable[tuple[int, int, str]], cursor: tuple[int, int] = (0, 0)) -> str:
    """A frame as Textual writes one: each run behind a move, the cursor's place at the end."""
    moves = [f"\x1b[{row + 1};{column + 1}H{written}" for row, column, written in runs]
    return "\n".join(moves) + f"\x1b[{cursor[0] + 1};{cursor[1] + 1}H"


# "─" and "é" take a cell each; the others two, or none, or what the terminal thinks of them.
PLAIN = st.text("ab   ─é", min_size=1, max_size=12)
ODD = st.text("ab 漢\u0301😀✔ก", max_size=8).map(lambda text: f"x{text}")


@st.composite
def runs(draw: st.DrawFn) -> tuple[int, int, str]:
    text = draw(st.one_of(PLAIN, PLAIN, PLAIN, ODD))
    cut = draw(st.integers(0, len(text)))
    styles = draw(st.tuples(st.sampled_from(STYLES), st.sampled_from(STYLES)))
    column = draw(st.integers(0, max(COLUMNS - 2 * len(text), 0)))
    row = draw(st.integers(0, ROWS - 1))
    return row, column, styled(text[:cut], styles[0]) + styled(text[cut:], styles[1])


FRAMES = st.builds(
    frame,
    st.lists(runs(), min_size=1, max_size=8),
    st.tuples(st.integers(0, ROWS - 1), st.integers(0, COLUMNS - 1)),
)
OTHERS = st.sampled_from(
    [
        "\x1b]0;a title\x07",
        "\x1b]52;c;YQ==\x07",
        "\x1b[?1000h",
        "\x1b[?25l",
        "\x1b[2J",
        "\x1b[3;2Hplain\x1b[K",
        "text behind no move",
        "\x1b[1;31mred\x1b[0m",
        "\x1b[m\x1b[H",
        "\x1b[2;30Hbeyond the edge",
        BEGIN,
        END,
    ]
)


WRITES = st.one_of(FRAMES, FRAMES, FRAMES, OTHERS)
RETURNING = st.lists(FRAMES, min_size=2, max_size=3).flatmap(
    lambda frames: st.lists(st.sampled_from(frames), min_size=3, max_size=8)
)
"""A few frames that come again and again, as when a cursor goes to and fro."""


@given(st.one_of(st.lists(WRITES, max_size=25), RETURNING))
def test_the_terminal_shows_what_it_would_if_all_were_sent(writes: list[str]) -> None:
    frames, reduced, whole = Frames(), Shown(), Shown()
    frames.resize(COLUMNS, ROWS)
    for written in writes:
        whole.stream.feed(written)
        reduced.stream.feed(frames.reduce(written))
    # What was held of a frame that has not ended.
    reduced.stream.feed(frames.reduce(END))
    assert reduced.cells == whole.cells
    assert reduced.cursor == whole.cursor


def test_only_what_changed_is_sent() -> None:
    frames = Frames()
    frames.resize(COLUMNS, ROWS)
    written = frame([(row, 0, styled(f"row {row}".ljust(COLUMNS), STYLES[3])) for row in (0, 1)])
    assert "row 0" in frames.reduce(written)
    assert not frames.reduce(written)
    # A character and the way there, and the way back to where Textual left the cursor.
    assert frames.reduce(written.replace("row 1", "row 9")) == "\x1b[36m\x1b[2;5H9\x1b[m\x1b[H"
    frames.forget()
    assert "row 9" in frames.reduce(written.replace("row 1", "row 9"))


def test_after_each_change_of_size_all_is_sent_once_more() -> None:
    frames = Frames()
    written = frame([(0, 0, "a row")])
    for columns in (COLUMNS, COLUMNS + 1, COLUMNS):
        frames.resize(columns, ROWS)
        assert "a row" in frames.reduce(written)
        frames.resize(columns, ROWS)
        assert not frames.reduce(written)


def test_a_row_that_terminals_may_draw_differently_is_sent_as_it_was_written_once() -> None:
    frames = Frames()
    frames.resize(COLUMNS, ROWS)
    written = frame([(0, 0, "漢 name"), (1, 0, "plain")])
    assert "漢 name" in frames.reduce(written)
    assert not frames.reduce(written)
    assert "漢 names" in frames.reduce(written.replace("name", "names"))


def test_a_row_of_wide_characters_comes_back_after_a_plain_one_took_its_place() -> None:
    frames = Frames()
    frames.resize(COLUMNS, ROWS)
    wide, plain = frame([(0, 0, "漢 name")]), frame([(0, 0, "a name".ljust(COLUMNS))])
    assert "漢 name" in frames.reduce(wide)
    assert "a name" in frames.reduce(plain)
    assert "漢 name" in frames.reduce(wide)


def test_only_what_is_long_is_marked_as_one_frame() -> None:
    frames = Frames()
    frames.resize(200, 50)
    page = frame([(row, 0, "abcdefgh" * 20) for row in range(50)])
    sent = [frames.reduce(written) for written in (BEGIN, page, END)]
    assert sent[:2] == ["", ""]
    assert sent[2].startswith(BEGIN)
    assert sent[2].endswith(END)
    # A frame that changes nothing is not sent at all.
    assert not "".join(frames.reduce(written) for written in (BEGIN, page, END))
    small = frame([(0, 0, "b")])
    assert not "".join(frames.reduce(written) for written in (BEGIN, small))
    assert frames.reduce(END) == "b\x1b[H"


def test_what_is_no_frame_goes_out_untouched_and_in_its_place() -> None:
    frames = Frames()
    frames.resize(COLUMNS, ROWS)
    clipboard = "\x1b]52;c;YQ==\x07"
    assert frames.reduce(BEGIN) == ""
    assert frames.reduce(frame([(0, 0, "a")])) == ""
    assert frames.reduce(clipboard) == f"\x1b[Ha\x1b[H{clipboard}"
    assert frames.reduce(END) == ""
    # It draws nothing, so what is known stays known.
    assert not frames.reduce(frame([(0, 0, "a")]))
    # The alternate screen holds something else.
    assert frames.reduce("\x1b[?1049h") == "\x1b[?1049h"
    assert "a" in frames.reduce(frame([(0, 0, "a")]))
