"""What is on the terminal, so that of every frame only the cells that changed are sent.

Textual writes whole widgets, and after a change of layout the whole screen. What it writes is drawn
here on a picture of the terminal first, and sent is the difference, in the fewest bytes. Whatever
is not plainly a frame goes out untouched, and nothing is taken for known after it.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

_BEGIN: Final = "\x1b[?2026h"
_END: Final = "\x1b[?2026l"
_AT_ONCE: Final = 512
"""The characters that a terminal reads in one go, so that no half of them is ever seen.

Only what is longer is marked as one frame: the marks themselves take sixteen bytes.
"""

_MOVE: Final = re.compile(r"\x1b\[([0-9]+);([0-9]+)H")
_STYLING: Final = re.compile(r"\x1b\[([0-9;]*)m")
_DRAWN: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f]*")
_SINGLE: Final = re.compile(
    "[ -~\u00a1-\u00ac\u00ae-\u024f\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u203a"
    "\u20a0-\u20bf\u2190-\u2193\u2500-\u259f]*"
)
"""Characters that take one cell on every terminal; of others, terminals disagree."""

_SILENT: Final = re.compile(
    r"(?:\x1b\[\?(?!(?:3|6|47|1047|1048|1049)[hl])[0-9]+[hl]"  # modes, but for those that draw
    r"|\x1b\[\?[0-9]*(?:\$p|u)|\x1b\[[<>][0-9;]*[a-zA-Z]"  # questions, the keyboard's protocol
    r"|\x1b\](?!8;)[0-9]+;[^\x07\x1b]*(?:\x07|\x1b\\)"  # title, clipboard, and no links
    r"|\x07)*"
)
"""Sequences that change nothing of what is drawn."""

_PARAMETER: Final = re.compile(
    r"(?:(?P<attribute>[1-9]|21|5[1-3])"
    r"|(?P<foreground>3[0-79]|9[0-7]|38;5;[0-9]+|38;2;[0-9]+;[0-9]+;[0-9]+)"
    r"|(?P<background>4[0-79]|10[0-7]|48;5;[0-9]+|48;2;[0-9]+;[0-9]+;[0-9]+))(?:;|\Z)"
)
_SEEN_ON_BLANKS: Final = frozenset({"4", "7", "9", "21", "51", "52", "53"})
"""The attributes that a blank shows: lines, frames and reverse."""

_LEAP: Final = 4
"""So many unchanged cells are sent again rather than leapt over, which takes as many bytes."""

_ERASE: Final = 9
"""So many blanks are erased rather than sent, with the leap over them that may follow."""

_Row = list[str]
"""A row of cells, each its style and then its one character; empty where it is not known."""


class _Pen(NamedTuple):
    """How text is styled, as parameters of SGR after a reset."""

    text: str = ""
    blank: str = ""
    """The same for blanks, which show less of it."""


class _Run(NamedTuple):
    """What a frame writes from one place on."""

    row: int
    column: int
    written: str
    cells: _Row | None
    """None where terminals may disagree on how many cells this takes."""


class Frames:
    """Turns what Textual writes into what has to be sent for the same picture.

    It is a filter: every text written goes through `reduce`, in order. Between two of them the
    cursor is where Textual left it, with no style set, so that whatever is no frame does what it
    would have done without this.
    """

    def __init__(self) -> None:
        self._size = (0, 0)
        self._rows: list[_Row] = []
        self._uneven: dict[int, str] = {}
        """The rows that were last sent as they were written, and what that was."""
        self._cursor: tuple[int, int] | None = None
        """Row and column of the terminal's cursor, counted from 0; None where not known."""
        self._style = ""
        self._held: str | None = None
        """What is to be sent of the frame that has begun; None between frames."""

    def resize(self, columns: int, rows: int) -> None:
        """Take note of the terminal's size; another one than before makes everything unknown."""
        if self._size != (columns, rows):
            self._size = (columns, rows)
            self.forget()

    def forget(self) -> None:
        """Take nothing for known: something else may have drawn on the terminal."""
        columns, rows = self._size
        self._rows = [[""] * columns for _ in range(rows)]
        self._uneven.clear()
        self._cursor = None

    def reduce(self, written: str) -> str:
        """What to send for what is written; nothing while the rest of a frame is to come."""
        if written == _BEGIN:
            return self._take_held("")
        if written == _END:
            sent = self._take_held(None)
            return sent if len(sent) <= _AT_ONCE else f"{_BEGIN}{sent}{_END}"
        runs = self._runs(written)
        if runs is None:
            if not _SILENT.fullmatch(written):
                self.forget()
            return self._take_held(None if self._held is None else "") + written
        sent = self._difference(runs)
        if self._held is None:
            return sent
        self._held += sent
        return ""

    def _take_held(self, held: str | None) -> str:
        before, self._held = self._held or "", held
        return before

    # Reading what is written

    def _runs(self, written: str) -> list[_Run] | None:
        """The runs of a frame; None for anything else. The last one is empty, for the cursor."""
        before, *parts = _MOVE.split(written)
        if before or not parts or parts[-1]:
            return None
        runs: list[_Run] = []
        for row, column, content in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
            # A line feed stands before the next move, and where it scrolls nothing.
            drawn = content.removesuffix("\n")
            run = self._run(int(row) - 1, int(column) - 1, drawn)
            if run is None or (drawn != content and run.row == self._size[1] - 1):
                return None
            runs.append(run)
        return runs

    def _run(self, row: int, column: int, written: str) -> _Run | None:
        columns, rows = self._size
        pen = _Pen()
        cells: _Row | None = []
        text, *parts = _STYLING.split(written)
        for parameters, text_after in zip(("0", *parts[::2]), (text, *parts[1::2]), strict=True):
            styled = _pen(parameters)
            # A style on top of another one is nothing that Rich writes.
            if styled is None or (pen.text and styled.text) or not _DRAWN.fullmatch(text_after):
                return None
            pen = styled
            if not _SINGLE.fullmatch(text_after):
                cells = None
            elif cells is not None:
                cells.extend(_cells(pen, text_after))
        width = 1 if cells is None else len(cells)
        fits = 0 <= row < rows and 0 <= column <= columns - width
        return _Run(row, column, written, cells) if fits and not pen.text else None

    # Sending what changed

    def _difference(self, runs: list[_Run]) -> str:
        """Draw the runs of a frame, and give what the terminal needs to show the same."""
        *runs, last = runs
        by_row: dict[int, list[_Run]] = {}
        for run in runs:
            by_row.setdefault(run.row, []).append(run)
        sent: list[str] = []
        for row, on_row in by_row.items():
            cells = self._rows[row].copy()
            uneven_from: int | None = None
            for _, column, _, drawn in on_row:
                if drawn is None:
                    uneven_from = column if uneven_from is None else min(column, uneven_from)
                else:
                    cells[column : column + len(drawn)] = drawn
            if uneven_from is None:
                if cells != self._rows[row]:
                    self._send_changes(row, self._rows[row], cells, sent)
                    self._uneven.pop(row, None)
            else:
                cells[uneven_from:] = [""] * (len(cells) - uneven_from)
                self._send_uneven(row, on_row, sent)
            self._rows[row] = cells
        self._restyle("", sent)
        self._move(last.row, last.column, sent)
        return "".join(sent)

    def _send_uneven(self, row: int, runs: list[_Run], sent: list[str]) -> None:
        """Send a row as it was written, unless that is how it was sent last."""
        written = "".join(f"\x1b[{row + 1};{run.column + 1}H{run.written}" for run in runs)
        if self._uneven.get(row) != written:
            self._uneven[row] = written
            self._restyle("", sent)
            sent.append(written)
            self._cursor = None

    def _send_changes(self, row: int, before: _Row, after: _Row, sent: list[str]) -> None:
        """Send the cells of a row that changed, from left to right."""
        columns, at = len(after), 0
        for column in range(columns):
            if column < at or before[column] == after[column]:
                continue
            gap = after[at:column]
            if self._cursor == (row, at) and len(gap) <= _LEAP and self._goes_on(gap):
                for over, cell in enumerate(gap, start=at):
                    self._put(row, over, cell, sent)
            end = column
            while end < columns and after[end] == " ":
                end += 1
            to_the_edge = end == columns
            if end - column >= (_LEAP if to_the_edge else _ERASE):
                self._restyle("", sent)
                self._move(row, column, sent)
                sent.append("\x1b[K" if to_the_edge else f"\x1b[{end - column}X")
                at = end
            else:
                self._put(row, column, after[column], sent)
                at = column + 1

    def _goes_on(self, cells: _Row) -> bool:
        """Whether all the cells are known, and need no other style than is set."""
        return all(cell and self._style_for(cell) == self._style for cell in cells)

    def _style_for(self, cell: str) -> str:
        """The style in which to send a cell: a blank in the one that is set, if it shows none."""
        is_any = cell == " " and not _shows_on_blanks(self._style)
        return self._style if is_any else cell[:-1]

    def _put(self, row: int, column: int, cell: str, sent: list[str]) -> None:
        self._restyle(self._style_for(cell), sent)
        self._move(row, column, sent)
        sent.append(cell[-1])
        # Behind the last column, terminals disagree on where the cursor is.
        self._cursor = (row, column + 1) if column + 1 < self._size[0] else None

    def _restyle(self, style: str, sent: list[str]) -> None:
        if style != self._style:
            reset = "0;" if self._style else ""
            sent.append(f"\x1b[{reset}{style}m" if style else "\x1b[m")
            self._style = style

    def _move(self, row: int, column: int, sent: list[str]) -> None:
        """Move the terminal's cursor in the shortest way."""
        if self._cursor == (row, column):
            return
        at = f"{row + 1};{column + 1}" if column else f"{row + 1}" if row else ""
        ways = [f"\x1b[{at}H"]
        if self._cursor is not None:
            down, right = row - self._cursor[0], column - self._cursor[1]
            if not (down and right):
                direction = ("B" if down > 0 else "A") if down else ("C" if right > 0 else "D")
                count = abs(down or right)
                ways.append(f"\x1b[{count if count > 1 else ''}{direction}")
        sent.append(min(ways, key=len))
        self._cursor = (row, column)


@lru_cache(maxsize=1024)
def _pen(parameters: str) -> _Pen | None:
    """What SGR with these parameters sets after a reset; None where that is not known."""
    if parameters in ("", "0"):
        return _Pen()
    attributes: list[str] = []
    grounds = {"foreground": "", "background": ""}
    at = 0
    while at < len(parameters):
        match = _PARAMETER.match(parameters, at)
        if match is None:
            return None
        if match["attribute"]:
            attributes.append(match["attribute"])
        elif match.lastgroup is not None:
            is_default = match[match.lastgroup] in ("39", "49")
            grounds[match.lastgroup] = "" if is_default else match[match.lastgroup]
        at = match.end()
    attributes.sort()
    text = ";".join(filter(None, (*attributes, *grounds.values())))
    is_seen = grounds["background"] or not _SEEN_ON_BLANKS.isdisjoint(attributes)
    return _Pen(text, text if is_seen else "")


def _shows_on_blanks(style: str) -> bool:
    pen = _pen(style)
    return pen is None or bool(pen.blank)


def _cells(pen: _Pen, text: str) -> _Row:
    """The cells of a text that takes one for each of its characters."""
    return [(pen.blank if each == " " else pen.text) + each for each in text]
