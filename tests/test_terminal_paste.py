"""Pastes that the terminal does not mark: held, offered as rows, and never run as commands."""

import csv
import io
import re
from pathlib import Path
from typing import Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from textual import events

from prolific_tui.tui.terminal import TypedKeys
from prolific_tui.tui.unmarked import LEAST_STROKES, Burst
from tests.terminal import Terminal
from tests.tmux import shell_in_tmux

_ACCOUNTS: Final = "quota,Tr0ub4dor-1\rxylo,Tr0ub4dor-2\r"
"""Run as keys, the second line deletes a row and the first one quits."""

_FROM_A_SPREADSHEET: Final = (
    'Username\tPassword\tNote\nquota\tTr0ub4dor-1\t"first\nroom"\nxylo\tTr0ub4dor-2\t\n'
)


def _open_editor(terminal: Terminal) -> None:
    terminal.wait_for("5 pools")
    terminal.press("c")
    terminal.wait_for("No rows yet")


def test_a_terminal_without_bracketed_paste_offers_rows(tmp_path: Path) -> None:
    with Terminal("--demo", home=tmp_path) as terminal:
        _open_editor(terminal)
        terminal.type(_ACCOUNTS)
        terminal.wait_for("Take 2 rows")
        terminal.press("enter")
        terminal.wait_for("2 rows   goes 2")
        terminal.wait_for("xylo")
        assert b"Tr0ub4dor" not in terminal.raw


def test_an_unmarked_list_below_a_title_is_not_run_as_commands(tmp_path: Path) -> None:
    with Terminal("--demo", home=tmp_path) as terminal:
        _open_editor(terminal)
        terminal.type("\rLab B\r" + _ACCOUNTS)
        terminal.wait_for("Take 3 rows")


def test_an_unmarked_paste_on_the_pools_asks_what_it_is_for(tmp_path: Path) -> None:
    with Terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for("5 pools")
        # Other screens have nothing to put it into, and say where it could go.
        terminal.press("3")
        terminal.wait_for("3 HISTORY")
        terminal.type(_ACCOUNTS)
        terminal.wait_for("No paste is taken here. On 1 Pools, and in the editor, it becomes rows.")
        assert b"Tr0ub4dor" not in terminal.raw
        terminal.press("1")
        terminal.wait_for("1 POOLS")
        terminal.type(_ACCOUNTS)
        terminal.wait_for("What is the paste for?")


def test_a_long_unmarked_paste_that_comes_in_many_reads_is_one_paste(tmp_path: Path) -> None:
    rows = 300
    with Terminal("--demo", home=tmp_path) as terminal:
        _open_editor(terminal)
        terminal.type("".join(f"lab-q-{row},Tr0ub4dor-{row}\r" for row in range(rows)))
        terminal.wait_for(f"Take {rows} rows")
        terminal.press("enter")
        terminal.wait_for(f"goes {rows:,}")


def test_a_key_after_an_unmarked_paste_acts_after_it(tmp_path: Path) -> None:
    with Terminal("--demo", home=tmp_path) as terminal:
        _open_editor(terminal)
        terminal.send(_ACCOUNTS.encode() + b"\x1b[D")
        terminal.wait_for("Take 2 rows")
        terminal.press("enter")
        terminal.wait_for("2 rows   goes 2")


def test_a_field_takes_an_unmarked_paste_of_one_line_as_text(tmp_path: Path) -> None:
    with Terminal("--demo", home=tmp_path) as terminal:
        _open_editor(terminal)
        terminal.press("i")
        terminal.wait_for("1 row ")
        terminal.type("lab, b and 9, of the lab\r")
        # All of it is in the field, whose beginning gives way to the cursor.
        terminal.wait_for("b and 9, of the lab")
        terminal.press("enter")
        terminal.wait_for("lab, b and 9, of the lab")
        terminal.wait_for("hidden. Enter takes it")


def test_several_unmarked_lines_into_a_cell_are_rows(tmp_path: Path) -> None:
    with Terminal("--demo", home=tmp_path) as terminal:
        _open_editor(terminal)
        terminal.press("i")
        terminal.wait_for("1 row ")
        terminal.type(_ACCOUNTS)
        terminal.wait_for("Append 2 rows to the 1 here")


def test_keys_held_down_and_keys_typed_ahead_on_a_lagging_line_stay_keys(tmp_path: Path) -> None:
    with Terminal("--demo", home=tmp_path) as terminal:
        _open_editor(terminal)
        # All of it comes in at once when the line is back.
        terminal.type("ilab-9\rTr0ub4dor-1\r" + "k" * 40 + "ilab-10\rTr0ub4dor-2\r")
        terminal.wait_for("2 rows   goes 2")
        terminal.wait_for("lab-10")


@pytest.mark.parametrize("marked", [True, False], ids=["marked", "unmarked"])
def test_pasted_from_a_spreadsheet_over_tmux(tmp_path: Path, marked: bool) -> None:
    with shell_in_tmux(tmp_path) as tmux:
        tmux.run("--demo")
        tmux.wait_for("5 pools")
        tmux.press("c")
        tmux.wait_for("No rows yet")
        tmux.paste(_FROM_A_SPREADSHEET, marked=marked)
        tmux.wait_for("Take 2 rows")
        tmux.press("enter")
        tmux.wait_for("2 rows   goes 2   needs your OK 0   left out 0")
        tmux.wait_for(re.compile("paste: .*tab.*"))
        assert "Tr0ub4dor" not in tmux.screen()


# The recogniser by itself

_KEY: Final = st.characters(categories=["L", "N", "P", "S"], exclude_characters=",;|")
_FIELD: Final = st.text(
    st.characters(categories=["L", "N", "P", "S", "Zs", "Cf"], codec="utf-8"), min_size=1
)
_TITLES: Final = st.lists(
    st.sampled_from(["", "Lab B", "\ufeff", "Accounts for lab\u00a0B"]), max_size=4
)


def _comes_out(reads: list[str]) -> tuple[str, str]:
    """What is pressed as keys, and what is pasted, when the line is quiet after these reads."""
    burst = Burst()
    typed = "".join(map(burst.add, reads))
    held, is_paste = burst.end()
    assert burst.quiet_seconds is None
    return (typed, held) if is_paste else (typed + held, "")


def _strokes(text: str) -> int:
    return sum(
        character.isprintable() and character != before
        for before, character in zip("\0" + text, text, strict=False)
    )


@given(st.characters(exclude_categories=["Cs"]), st.lists(st.integers(1, 500), min_size=1))
def test_repeats_of_one_key_are_no_paste(key: str, repeats: list[int]) -> None:
    reads = [key * count for count in repeats]
    assert _comes_out(reads) == ("".join(reads), "")


@given(
    st.lists(st.tuples(st.sampled_from(["i", "e", "jjjjjje", "/", "n", ""]), st.text(_KEY))),
    st.integers(1, 50),
)
def test_what_was_typed_ahead_is_no_paste(typed: list[tuple[str, str]], size: int) -> None:
    text = "".join(f"{command}{field}\r" for command, field in typed)
    reads = [text[at : at + size] for at in range(0, len(text), size)]
    assert _comes_out(reads) == (text, "")


@given(
    _TITLES,
    st.lists(st.tuples(_FIELD, _FIELD), min_size=2),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\r", "\n", "\r\n"]),
)
def test_rows_that_come_in_at_once_are_a_paste(
    titles: list[str], rows: list[tuple[str, str]], delimiter: str, line_end: str
) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    text = "".join(f"{title}{line_end}" for title in titles) + out.getvalue()
    assume(_strokes(text) >= LEAST_STROKES)
    assert _comes_out([text]) == ("", text)
    # And whatever follows before the line is quiet belongs to it.
    assert _comes_out([text, "q", text]) == ("", text + "q" + text)


@given(st.lists(st.text(_KEY | st.sampled_from(",\t\r\x15"), min_size=1)))
def test_nothing_is_lost_or_put_into_another_order(reads: list[str]) -> None:
    typed, pasted = _comes_out(reads)
    assert typed + pasted == "".join(reads)


def test_lines_that_come_one_by_one_are_one_paste() -> None:
    """PuTTY sends a paste line by line, in quick succession."""
    lines = [f"b-{row},pw-{row}\r" for row in range(9)]
    assert _comes_out(lines) == ("", "".join(lines))


def test_a_key_typed_after_the_beginning_of_a_text_is_not_held_back() -> None:
    burst = Burst()
    assert burst.add("send 4") == ""
    assert burst.add("1") == "send 41"
    assert burst.quiet_seconds is None


def test_a_sequence_ends_what_was_held() -> None:
    keys = TypedKeys()
    assert keys.read(_ACCOUNTS.encode()) == []
    assert keys.quiet_seconds is not None
    pasted, down = keys.read(b"\x1b[B")
    assert isinstance(pasted, events.Paste)
    assert pasted.text == _ACCOUNTS
    assert isinstance(down, events.Key)
    assert down.key == "down"
    # What comes after a whole sequence is looked at like anything else.
    focus, *more = keys.read(b"\x1b[I" + _ACCOUNTS.encode())
    assert isinstance(focus, events.AppFocus)
    assert not more
    assert [type(event) for event in keys.quiet()] == [events.Paste]


def test_a_sequence_that_was_cut_is_read_to_its_end() -> None:
    keys = TypedKeys()
    assert keys.read(b"\x1b[") == []
    (down,) = keys.read(b"B")
    assert isinstance(down, events.Key)
    assert down.key == "down"


def test_a_marked_paste_is_not_held() -> None:
    keys = TypedKeys()
    (pasted,) = keys.read(b"\x1b[200~" + _ACCOUNTS.encode() + b"\x1b[201~")
    assert isinstance(pasted, events.Paste)
    assert keys.quiet_seconds is None
