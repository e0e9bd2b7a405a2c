"""A real pseudo-terminal with a program in it, for tests that need what no simulation has.

It draws what the program sends with pyte and keeps every byte of it, and it can do what terminals
do to programs: stop reading, hang up, paste, send bytes that are no text.
"""

import codecs
import contextlib
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol, Self

import pyte

from prolific_tui.demo.seed import DEMO_TOKEN
from prolific_tui.demo.server import Server
from prolific_tui.keeping import DraftKeeping, TokenPlace
from prolific_tui.settings import StateFile
from prolific_tui.version import NAME

PROGRAM: Final = (sys.executable, "-m", "prolific_tui")
"""The command under test."""

SECONDS: Final = 30.0
"""How long a test waits for what must come, on a machine that has other things to do."""

KEYS: Final[Mapping[str, str]] = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "backspace": "\x7f",
    "space": " ",
    "delete": "\x1b[3~",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    **{f"ctrl+{letter}": chr(ord(letter) - 96) for letter in "abcdefghijklmnopqrstuvwxyz"},
}
"""What keys send. Any other key is named by its one character."""

_CLAIM: Final = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    " os.execvp(sys.argv[1], sys.argv[1:])"
)
"""Makes the terminal the controlling one of its session, as a login does, then runs a command."""

_UNDRAWN: Final = re.compile(
    rb"\x1b\[(?:[<=>][0-9;:]*[ -/]*|\??[0-9;:]*[ -/]+)[@-~]|\x1b[P\]_^X][^\x07\x1b]*(?:\x07|\x1b\\)"
)
"""Sequences that draw nothing and that pyte would draw: private ones, and strings of all kinds."""

_UNFINISHED: Final = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|[P\]_^X][^\x07\x1b]*\x1b?)?\Z")
_ASKED_FOR_FRAMES: Final = b"\x1b[?2026$p"
_FRAME_BEGINS: Final = b"\x1b[?2026h"
_FRAME_ENDS: Final = b"\x1b[?2026l"
_ALTERNATE: Final = re.compile(rb"\x1b\[\?1049[hl]")
_MODE: Final = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_MODES_AT_FIRST: Final = frozenset({7, 25})
"""What a terminal has switched on by itself: line wrap and the cursor."""

Condition = str | re.Pattern[str] | Callable[[], object]
"""A text or a pattern on the screen, or whatever a function finds true."""


def bare_environment(home: Path) -> dict[str, str]:
    """A login's environment and nothing of the tests' own: no token, no desktop, no settings."""
    kept = {
        name: os.environ[name] for name in ("PATH", "PYTHONPATH", "TMPDIR") if name in os.environ
    }
    return {**kept, "HOME": str(home), "TERM": "xterm-256color", "LANG": "C.UTF-8"}


def signed_in(server: Server) -> dict[str, str]:
    """The variables that let the program use a demo service behind a socket."""
    return {"PROLIFIC_URL": server.address, "PROLIFIC_TOKEN": DEMO_TOKEN.reveal()}


def keep_drafts(
    home: Path,
    keeping: DraftKeeping = DraftKeeping.EVERYTHING,
    secrets: TokenPlace = TokenPlace.SESSION,
) -> None:
    """Answer for a home directory what is kept and how, so that the program does not ask."""
    state = StateFile(home / ".local" / "state" / NAME / "state.json")
    state.remember_draft_keeping(keeping)
    state.remember_secrets_place(secrets)
    assert not state.notes


class Drawn(Protocol):
    """What a program draws on, and somebody reads."""

    def screen(self) -> str:
        """What is on the screen, a line for each row."""


def holds(drawn: Drawn, wanted: Condition) -> bool:
    """Whether it is so by now."""
    if isinstance(wanted, str):
        return wanted in drawn.screen()
    if isinstance(wanted, re.Pattern):
        return wanted.search(drawn.screen()) is not None
    return bool(wanted())


class Terminal:
    """A program in a terminal of its own; leaving the context ends it, whatever it does.

    Nothing is read but while the test waits for something, and waits end with `TimeoutError`, which
    quotes the screen.

    Args:
        arguments: The program's arguments.
        home: The home directory, in which the program also starts.
        command: What to run before the arguments.
        size: Columns and rows.
        environment: Variables beside those of a bare login.
        controlling: Whether the terminal's signals reach the program, SIGHUP above all.
        pass_fds: Descriptors that the program inherits.
        stderr: A file for standard error, which is the terminal otherwise.
    """

    def __init__(
        self,
        *arguments: str,
        home: Path,
        command: Sequence[str] = PROGRAM,
        size: tuple[int, int] = (80, 24),
        environment: Mapping[str, str] | None = None,
        controlling: bool = True,
        pass_fds: Sequence[int] = (),
        stderr: Path | None = None,
    ) -> None:
        columns, rows = size
        self._master, self._slave = os.openpty()
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.set_blocking(self._master, False)
        self.attributes_at_first = self.attributes
        """The terminal's settings before the program saw it."""
        self._raw = bytearray()
        self._undrawn = b""
        self._decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self._screen)
        self._reading = True
        self._hung_up = False
        claim = [sys.executable, "-ISc", _CLAIM] if controlling else []
        with contextlib.ExitStack() as stack:
            error = self._slave if stderr is None else stack.enter_context(stderr.open("wb"))
            self._process = subprocess.Popen(
                [*claim, *command, *arguments],
                stdin=self._slave,
                stdout=self._slave,
                stderr=error,
                cwd=home,
                env={**bare_environment(home), **(environment or {})},
                start_new_session=True,
                pass_fds=pass_fds,
            )
        self._gone = os.pidfd_open(self._process.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        self.hang_up()
        os.close(self._slave)
        os.close(self._gone)

    # What is seen

    @property
    def raw(self) -> bytes:
        """Every byte that was read from the program."""
        return bytes(self._raw)

    def screen(self) -> str:
        """What a person sees, a line for each row. Leaving the alternate screen leaves it blank."""
        self._draw()
        return "\n".join(self._screen.display)

    @property
    def modes(self) -> frozenset[int]:
        """The private modes that are switched on, such as 1049, the alternate screen."""
        modes = set(_MODES_AT_FIRST)
        for match in _MODE.finditer(self._raw):
            for number in map(int, match[1].split(b";")):
                (modes.add if match[2] == b"h" else modes.discard)(number)
        return frozenset(modes)

    @property
    def attributes(self) -> list[Any]:
        """The terminal's settings now, as `termios.tcgetattr` has them."""
        return termios.tcgetattr(self._slave)

    @property
    def is_restored(self) -> bool:
        """Whether the terminal is as it was before the program saw it."""
        kitty = self._raw.count(b"\x1b[<u") >= len(re.findall(rb"\x1b\[>[0-9;]*u", self._raw))
        as_before = self.attributes == self.attributes_at_first
        return kitty and as_before and self.modes == _MODES_AT_FIRST

    @property
    def is_full(self) -> bool:
        """Whether the program's output has nowhere to go: a write of it waits.

        A write that does not wait looks the same for a moment, so it takes several looks.
        """
        return not any(select.select([], [self._slave], [], 0.01)[1] for _ in range(5))

    @property
    def pid(self) -> int:
        """The program's process id."""
        return self._process.pid

    # Waiting

    def wait_for(self, wanted: Condition, timeout: float = SECONDS) -> None:
        """Read until it is so.

        Raises:
            TimeoutError: it was not, within `timeout` seconds or until the program ended.
        """
        end = time.monotonic() + timeout
        while not holds(self, wanted):
            left = end - time.monotonic()
            gone = self._process.poll() is not None
            if not self._read(0 if gone else left) and (gone or left <= 0):
                how = f"exit status {self._process.returncode}" if gone else f"{timeout:g} s"
                raise TimeoutError(f"{wanted!r} did not come ({how}):\n{self.screen()}")

    @property
    def at_cursor(self) -> str:
        """What stands from the terminal's own cursor to the end of its line."""
        self.screen()
        line = self._screen.display[self._screen.cursor.y]
        return line[self._screen.cursor.x :].rstrip()

    def wait_exit(self, timeout: float = SECONDS) -> int:
        """The exit status, once the program has ended; a signal that killed it is negative.

        Raises:
            TimeoutError: it runs on after `timeout` seconds.
        """
        end = time.monotonic() + timeout
        while self._process.poll() is None:
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"still running after {timeout:g} s:\n{self.screen()}")
            self._read(left)
        while self._read(0):
            pass
        # What came last may have been cut off within a frame.
        self._undrawn += _FRAME_ENDS
        return self._process.returncode

    def _read(self, timeout: float) -> bool:
        """Read once; waits at most a moment, so that a state outside of here is looked at again."""
        watched = [self._gone] if self._process.returncode is None else []
        if self._reading and not self._hung_up:
            watched.append(self._master)
        ready, _, _ = select.select(watched, [], [], max(0, min(timeout, 0.05)))
        if self._master not in ready:
            return False
        data = os.read(self._master, 65536)
        self._raw += data
        self._undrawn += data
        if _ASKED_FOR_FRAMES in data:
            self.send(b"\x1b[?2026;2$y")
        return True

    def _draw(self) -> None:
        """Draw what is complete: whole sequences, and whole frames where the program marks them."""
        data = self._undrawn
        unfinished = _UNFINISHED.search(data)
        end = unfinished.start() if unfinished else len(data)
        frame = data.rfind(_FRAME_BEGINS)
        if frame > data.rfind(_FRAME_ENDS):
            end = min(end, frame)
        data, self._undrawn = data[:end], data[end:]
        for number, part in enumerate(_ALTERNATE.split(data)):
            if number:
                self._screen.reset()
            self._stream.feed(self._decode(_UNDRAWN.sub(b"", part)))

    # What a person and a terminal do

    def press(self, *keys: str) -> None:
        """Press keys by their names in `KEYS`, or by the character they type.

        A terminal sends Escape as the beginning of other keys: wait for what it does before the
        next one.
        """
        for key in keys:
            self.send(KEYS.get(key, key).encode())

    def type(self, text: str) -> None:
        """Type a text as single keys."""
        self.send(text.encode())

    def paste(self, text: str) -> None:
        """Paste a text, marked as a paste."""
        self.send(b"\x1b[200~" + text.encode() + b"\x1b[201~")

    def scribble(self, text: str) -> None:
        """Write on the terminal as another program does, such as `wall`."""
        os.write(self._slave, text.encode())

    def send(self, data: bytes) -> None:
        """Send bytes as if they were typed.

        Raises:
            TimeoutError: the program does not take them.
        """
        end = time.monotonic() + SECONDS
        while data:
            if time.monotonic() > end:
                raise TimeoutError(f"input is not taken:\n{self.screen()}")
            with contextlib.suppress(BlockingIOError):
                data = data[os.write(self._master, data) :]
            if data:
                # A program that waits for its output to be read may not take input before.
                watched = [self._master] if self._reading else []
                select.select(watched, [self._master], [], 0.05)
                self._read(0)

    def stop_reading(self) -> None:
        """Read nothing from now on, while waiting either."""
        self._reading = False

    def go_on_reading(self) -> None:
        """Read again while waiting."""
        self._reading = True

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size."""
        self._draw()
        self._screen.resize(rows, columns)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def stall(self) -> None:
        """Stop reading, and have the program draw until its output has nowhere to go.

        Raises:
            TimeoutError: it does not draw that much.
        """
        self.stop_reading()
        rows, columns = self._screen.lines, self._screen.columns
        end = time.monotonic() + SECONDS
        while not self.is_full:
            if time.monotonic() > end or self._process.poll() is not None:
                raise TimeoutError("the output never filled the terminal's queue")
            for width in (columns - 1, columns):
                self.resize(width, rows)
                # Faster than a person drags a window, but slower than the program can draw.
                self._read(0.02)

    def hang_up(self) -> None:
        """Close the terminal, as a lost connection does. Harmless when it is closed."""
        if not self._hung_up:
            self._hung_up = True
            os.close(self._master)

    def signal(self, number: signal.Signals) -> None:
        """Send the program a signal."""
        self._process.send_signal(number)
