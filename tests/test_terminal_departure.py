"""The way out, whatever the rest of the process is doing when it is told to leave."""

import signal
import subprocess
import sys
from typing import Final

import pytest

_PROGRAM: Final = """
import os, signal, threading
from prolific_tui.tui.terminal import Departure

def finish(seconds):
    {finish}

def leave(status):
    {leave}

departure = Departure(finish, leave)
departure.install(lambda: os.write(2, b"last words"))
{told}
threading.Event().wait()
"""
_TERMINATE: Final = "os.kill(os.getpid(), signal.SIGTERM)"


def _run(
    *, finish: str = "pass", leave: str = "pass", told: str = _TERMINATE
) -> "subprocess.CompletedProcess[str]":
    """A program that is told to leave, and must be gone after two seconds and its start."""
    return subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(finish=finish, leave=leave, told=told)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_it_leaves_with_the_number_of_the_first_signal(number: signal.Signals) -> None:
    told = f"os.kill(os.getpid(), {int(number)}); {_TERMINATE}"
    ran = _run(told=told)
    assert ran.returncode == 128 + number
    assert ran.stderr == "last words"


def test_a_signal_may_come_while_a_lock_is_held_that_leaving_needs() -> None:
    told = f"with departure._ended, departure._interface_closed._cond: {_TERMINATE}"
    assert _run(told=told).returncode == 128 + signal.SIGTERM


def test_the_thread_that_leaves_is_there_before_it_is_needed() -> None:
    """To start one takes locks that the interrupted code may hold, and may fail."""
    told = f"threading._start_new_thread = None; {_TERMINATE}"
    ran = _run(leave="departure.end()", told=told)
    assert ran.returncode == 128 + signal.SIGTERM
    assert ran.stderr == "last words"


def test_it_leaves_although_the_interface_can_not_be_asked_any_more() -> None:
    """As after a key: the interface's loop is closed by then."""
    ran = _run(leave="raise RuntimeError('Event loop is closed')")
    assert ran.returncode == 128 + signal.SIGTERM
    assert ran.stderr == "last words"


@pytest.mark.parametrize("step", ["finish", "leave"])
def test_it_leaves_whatever_fails_on_the_way(step: str) -> None:
    ran = _run(**{step: "raise ValueError('token')"})
    assert ran.returncode == 128 + signal.SIGTERM
    assert "token" not in ran.stderr


def test_nothing_is_begun_before_it_is_installed() -> None:
    told = "Departure(finish, leave).begin(15); os._exit(0)"
    assert _run(told=told).returncode == 0
