"""Whatever bytes come in from a terminal: none of them ends the program or deafens it."""

import re
from pathlib import Path
from typing import Final

from hypothesis import example, given
from hypothesis import strategies as st
from textual import events

from prolific_tui.tui.terminal import TypedKeys
from tests.terminal import Terminal

_NO_TEXT: Final = (
    b"\xff\xfe\x80",  # never in UTF-8
    b"\xc3",  # the first half of a character
    b"\xf0\x9f\x98",  # three quarters of one
    b"\xed\xa0\x80",  # a surrogate
    b"\x9b\x9d\x90\x9c",  # C1 controls
)

_NO_KEYS: Final = (
    b"\x1b[:1u",  # a key without a code
    b"\x1b[9999999999u",  # a key beyond Unicode
    b"\x1b[<99999;99999;99999M",  # the mouse, far away
    b"\x1b[48;:9u",
)


def test_bytes_that_are_no_text_leave_the_keys_around_them_working(tmp_path: Path) -> None:
    with Terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for("5 pools")
        for data in (b"\0", *_NO_TEXT, *_NO_KEYS):
            terminal.send(data + b"w")
            terminal.wait_for("23 in all")
            terminal.send(b"/")
            terminal.wait_for("part of the name")
            terminal.send(b"Arch" + data + b"\x15Archive")
            terminal.wait_for("Archive 2025")
            terminal.press("escape")
            terminal.wait_for(lambda: "23 in all" not in terminal.screen())
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.is_restored


def test_a_paste_that_is_no_text_arrives_with_what_is_wrong_written_out(tmp_path: Path) -> None:
    with Terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for("5 pools")
        terminal.press("c")
        terminal.wait_for("No rows yet")
        terminal.send(b"\x1b[200~na\0me,Tr0ub4dor-1\x1b[201~")
        terminal.wait_for("It holds NUL characters.")
        terminal.press("enter")
        terminal.wait_for(lambda: "NUL" not in terminal.screen())
        for data in _NO_TEXT:
            terminal.send(b"\x1b[200~na" + data + b"me,Tr0ub4dor-1\nq,Tr0ub4dor-2\x1b[201~")
            terminal.wait_for("Take 2 rows")
            terminal.press("enter")
            terminal.wait_for(re.compile("1  na\ufffd*me +[*]"))
            terminal.press("u")
            terminal.wait_for("No rows yet")
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.is_restored


def test_ctrl_l_draws_everything_again_and_acts_in_dialogs_and_fields_too(tmp_path: Path) -> None:
    with Terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for("5 pools")
        for keys, shown in (
            ("", ("1 POOLS", "5 pools", "chatbot-A", "q Quit")),
            ("w", ("1 POOLS", "23 in all", "Esc Cancel", "q Quit")),
            ("/", ("1 POOLS", "part of the name", "Esc Cancel", "q Quit")),
        ):
            terminal.type(keys)
            for text in shown:
                terminal.wait_for(text)
            terminal.scribble("\x1b[H\x1b[2JBroadcast message")
            terminal.wait_for(lambda: terminal.screen().strip() == "Broadcast message")
            terminal.press("ctrl+l")
            terminal.wait_for(lambda: "Broadcast" not in terminal.screen())
            for text in shown:
                terminal.wait_for(text)


_FRAGMENTS: Final = st.sampled_from(
    (*_NO_TEXT, *_NO_KEYS, b"\x1b", b"[", b"<", b";", b":", b"9", b"u", b"~", b"t", b"M", b"O")
)


@given(st.lists(_FRAGMENTS | st.binary(max_size=8), max_size=12))
@example([b"\x1b[48;0;0;0;0t", b"\x1b[<0;1;1M"])
def test_no_bytes_stop_the_reading_of_keys(parts: list[bytes]) -> None:
    keys = TypedKeys()
    for part in parts:
        keys.read(part)
        keys.quiet()
    # The end of a paste, should one have begun, and of a sequence that may have.
    keys.read(b"\x1b[201~" + b"." * 40 + b"\x1b[201~")
    last = keys.read(b"q")[-1]
    assert isinstance(last, events.Key)
    assert last.key == "q"


def test_an_escape_alone_is_a_key_once_the_line_is_quiet_and_else_begins_another() -> None:
    keys = TypedKeys()
    assert not keys.read(b"\x1b")
    assert keys.quiet_seconds
    (escape,) = keys.quiet()
    assert isinstance(escape, events.Key)
    assert escape.key == "escape"
    assert not keys.quiet_seconds
    assert not keys.read(b"\x1b")
    (up,) = keys.read(b"[A")
    assert isinstance(up, events.Key)
    assert up.key == "up"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=99))
@example("one\x1bq\r two\x1b[2\x1b[48;1;1;1;1t\x1b[:1u\x1b")
def test_a_paste_is_one_event_whatever_is_in_it_and_however_it_is_cut(text: str) -> None:
    sent = b"\x1b[200~" + text.encode() + b"\x1b[201~q"
    for size in (1, 7, len(sent)):
        keys = TypedKeys()
        typed = [e for at in range(0, len(sent), size) for e in keys.read(sent[at : at + size])]
        pasted = [event.text for event in typed if isinstance(event, events.Paste)]
        assert pasted == [text]
        assert [event.key for event in typed if isinstance(event, events.Key)] == ["q"]
