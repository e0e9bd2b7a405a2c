"""How the program ends: by a key, a signal or a lost connection, and what the terminal is left in.

Whatever ends it, the terminal is as it was before, the exit status says why, and nothing that goes
on is waited for, be it a write under way or a terminal that has stopped reading.
"""

import os
import re
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from prolific_tui.demo.seed import CHATBOT_B, demo_service
from prolific_tui.demo.server import serving
from prolific_tui.demo.service import Service, parse_fault
from prolific_tui.journal import JournalStore
from prolific_tui.submission.send import Send, Standing
from prolific_tui.version import NAME
from tests.terminal import PROGRAM, Terminal, keep_drafts, signed_in

_GOES_ON = "delay:1000"
"""What a request meets that is not answered while a test lasts."""

_PATIENCE = 15.0
"""Seconds from being told to end until the process is gone, on a machine that is busy; a write is
given 1.5 of them."""

_HANGUP_IGNORED = ("sh", "-c", "trap '' HUP; exec \"$@\"", "sh", *PROGRAM)
"""As nohup and some job runners start programs."""


def _end(terminal: Terminal, how: Callable[[], object]) -> int:
    """The exit status after that; it ends, whatever still goes on."""
    how()
    return terminal.wait_exit(_PATIENCE)


def _is_drawn(terminal: Terminal) -> bool:
    """Whether the program has the terminal as it wants it: what must be undone has been done."""
    modes = terminal.modes
    return (
        {1049, 2004} <= modes
        and 25 not in modes
        and terminal.attributes != terminal.attributes_at_first
        and "5 pools" in terminal.screen()
    )


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
def test_a_key_ends_it_well(tmp_path: Path, key: str) -> None:
    with Terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for(lambda: _is_drawn(terminal))
        assert _end(terminal, lambda: terminal.press(key)) == 0
        assert terminal.is_restored
        assert terminal.screen().strip() == ""


@pytest.mark.parametrize("command", [PROGRAM, _HANGUP_IGNORED], ids=["plain", "ignored hangup"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_it_and_the_status_says_which(
    tmp_path: Path, number: signal.Signals, command: tuple[str, ...]
) -> None:
    with Terminal("--demo", home=tmp_path, command=command) as terminal:
        terminal.wait_for(lambda: _is_drawn(terminal))
        assert _end(terminal, lambda: terminal.signal(number)) == 128 + number
        assert terminal.is_restored
        assert terminal.screen().strip() == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_before_the_first_paint_leaves_the_terminal_alone(
    tmp_path: Path, number: signal.Signals
) -> None:
    with Terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for(lambda: b"\x1b[?1049h" in terminal.raw)
        assert _end(terminal, lambda: terminal.signal(number)) == 128 + number
        assert terminal.is_restored


@pytest.mark.parametrize("controlling", [True, False], ids=["with SIGHUP", "without a signal"])
@pytest.mark.parametrize("command", [PROGRAM, _HANGUP_IGNORED], ids=["plain", "ignored hangup"])
def test_a_closed_terminal_ends_it(
    tmp_path: Path, command: tuple[str, ...], controlling: bool
) -> None:
    errors = tmp_path / "errors"
    with Terminal(
        "--demo", home=tmp_path, command=command, controlling=controlling, stderr=errors
    ) as terminal:
        terminal.wait_for(lambda: _is_drawn(terminal))
        assert _end(terminal, terminal.hang_up) == 128 + signal.SIGHUP
    assert errors.read_text() == ""


def test_a_signal_ends_it_although_the_terminal_has_stopped_reading(tmp_path: Path) -> None:
    with Terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for(lambda: _is_drawn(terminal))
        terminal.stall()
        assert _end(terminal, lambda: terminal.signal(signal.SIGTERM)) == 128 + signal.SIGTERM
        # Whoever comes back to the terminal finds it as it was.
        terminal.go_on_reading()
        terminal.wait_exit()
        assert terminal.is_restored


# With a write under way


def _journalled(home: Path, service_url: str) -> tuple[Send, ...]:
    """What the journal on the disk has of the sends, as another program reads it."""
    path = home / ".local" / "state" / NAME / "journal.sqlite3"
    journal = JournalStore(path, "test", random=os.urandom, now=lambda: datetime.now(UTC))
    try:
        return journal.sends(service_url)
    finally:
        journal.close()


def _append_two(terminal: Terminal, service: Service) -> None:
    """Send two credentials to the pool chatbot-B, and wait until they have arrived there."""
    _review_two(terminal)
    terminal.press("enter")
    terminal.wait_for(lambda: len(service.state.pools[CHATBOT_B].passwords) == 62)


def _review_two(terminal: Terminal) -> None:
    """Type that two credentials are to be sent to the pool chatbot-B."""
    terminal.wait_for("5 pools")
    terminal.press("down")
    terminal.wait_for(CHATBOT_B)
    terminal.press("a")
    terminal.wait_for("No rows yet")
    terminal.paste("new-1,Tr0ub4dor-1\nnew-2,Tr0ub4dor-2\n")
    terminal.wait_for("Take 2 rows")
    terminal.press("enter")
    terminal.wait_for("goes 2")
    terminal.press("s")
    terminal.wait_for("send 2")
    terminal.type("send 2")
    terminal.wait_for(re.compile("send 2 : +send 2"))
    # By then Review reads nothing any more: what a test switches on next meets the send alone.
    terminal.wait_for("checked against all 60 usernames")


@pytest.mark.parametrize("stalled", [False, True], ids=["reading", "stalled"])
def test_a_write_that_outlasts_the_signal_is_left_open_and_said_so(
    tmp_path: Path, stalled: bool
) -> None:
    keep_drafts(tmp_path)
    service = demo_service()
    service.switch_on(*parse_fault(f"updateCredentialPool={_GOES_ON}"))
    errors = tmp_path / "errors"
    with (
        serving(service) as server,
        Terminal(home=tmp_path, environment=signed_in(server), stderr=errors) as terminal,
    ):
        _append_two(terminal, service)
        if stalled:
            terminal.stall()
        begun = time.monotonic()
        assert _end(terminal, lambda: terminal.signal(signal.SIGTERM)) == 128 + signal.SIGTERM
        assert time.monotonic() - begun >= 1.5
        terminal.go_on_reading()
        terminal.wait_exit()
        assert terminal.is_restored
    said = errors.read_text()
    assert "a send was under way" in said
    assert said.count("\n") == 1


def test_a_write_that_has_not_left_by_then_does_not_leave_and_is_said_to_be_nowhere(
    tmp_path: Path,
) -> None:
    keep_drafts(tmp_path)
    service = demo_service()
    errors = tmp_path / "errors"
    with (
        serving(service) as server,
        Terminal(home=tmp_path, environment=signed_in(server), stderr=errors) as terminal,
    ):
        _review_two(terminal)
        service.switch_on(*parse_fault(f"listCredentialPools={_GOES_ON}"))
        terminal.press("enter")
        terminal.wait_for("Looking first at what Prolific has")
        assert _end(terminal, lambda: terminal.signal(signal.SIGTERM)) == 128 + signal.SIGTERM
        assert _journalled(tmp_path, server.address) == ()
    assert len(service.state.pools[CHATBOT_B].passwords) == 60
    assert "a send was about to leave; nothing of it was sent" in errors.read_text()


def test_a_write_that_is_answered_in_time_is_not_left_open(tmp_path: Path) -> None:
    keep_drafts(tmp_path)
    service = demo_service()
    service.switch_on(*parse_fault("updateCredentialPool=delay:0.2"))
    errors = tmp_path / "errors"
    with (
        serving(service) as server,
        Terminal(home=tmp_path, environment=signed_in(server), stderr=errors) as terminal,
    ):
        _append_two(terminal, service)
        assert _end(terminal, lambda: terminal.signal(signal.SIGTERM)) == 128 + signal.SIGTERM
        assert terminal.is_restored
    assert errors.read_text() == ""


def test_a_terminal_that_stops_reading_for_ten_seconds_delays_no_write(tmp_path: Path) -> None:
    keep_drafts(tmp_path)
    service = demo_service()
    service.switch_on(*parse_fault("updateCredentialPool=delay:2"))
    with (
        serving(service) as server,
        Terminal(home=tmp_path, environment=signed_in(server)) as terminal,
    ):
        _append_two(terminal, service)
        terminal.stall()
        with pytest.raises(TimeoutError):
            terminal.wait_for(lambda: not terminal.is_full, timeout=10)
        # It has been written down meanwhile, whatever the screen can show.
        (send,) = _journalled(tmp_path, server.address)
        assert send.standing is Standing.ACCEPTED
        assert send.ended is not None
        assert not send.in_use
        terminal.go_on_reading()
        terminal.wait_for("2 credentials appended")
        terminal.press("enter")
        # Not in the box: on the pools, below it.
        terminal.wait_for(re.compile(r"^> .* 14 +62 ", re.MULTILINE))
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.is_restored
