"""The terminal itself: what comes in from it, what ends it, and how it is left.

Only this module knows the driver. It lets input pass that is not UTF-8, notices a terminal that was
closed, and gets out in time when the process is told to, whatever state the terminal is in.
"""

import os
import selectors
import signal
import sys
import termios
import threading
from codecs import getincrementaldecoder
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any, Final

from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

LEAVE_SECONDS: Final = 1.5
"""How long a write under way is given after SIGHUP, SIGTERM or a closed terminal."""

_INTERFACE_SECONDS: Final = 0.3
"""How long the interface then has to close by itself; a stalled terminal keeps it from that."""

_RESTORE: Final = (
    b"\x1b[?2004l\x1b[?7h\x1b[?2048l"  # bracketed paste, line wrap, in-band resize
    b"\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"  # mouse
    b"\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"  # kitty keys, alternate screen, cursor, focus
)


def restore_terminal(attributes: list[Any] | None) -> None:
    """Give the terminal back as it was, without waiting for one that does not read."""
    with suppress(OSError, termios.error):
        if attributes is not None:
            termios.tcsetattr(0, termios.TCSANOW, attributes)
    with suppress(OSError):
        os.set_blocking(1, False)
        os.write(1, _RESTORE)


class Departure:
    """The way out on SIGHUP, SIGTERM or a closed terminal: at most two seconds, always.

    Args:
        finish: Waits at most so many seconds for a write under way; called on a thread of its own.
        leave: Asks the interface to close with an exit status; must be callable from any thread.
    """

    def __init__(self, finish: Callable[[float], object], leave: Callable[[int], object]) -> None:
        self._finish = finish
        self._leave = leave
        self._begun = threading.Lock()
        self._attributes: list[Any] | None = None

    def install(self) -> None:
        """Remember the terminal's state and listen for the signals, ignored ones included."""
        with suppress(termios.error):
            self._attributes = termios.tcgetattr(0)
        for number in (signal.SIGHUP, signal.SIGTERM):
            signal.signal(number, self._told)

    def _told(self, number: int, _frame: FrameType | None) -> None:
        self.begin(number)

    def begin(self, number: int) -> None:
        """Leave because of a signal, or of what amounts to it. Once begun there is no way back."""
        if self._begun.acquire(blocking=False):
            threading.Thread(target=self._go, args=(128 + number,), daemon=True).start()

    def _go(self, status: int) -> None:
        self._finish(LEAVE_SECONDS)
        self._leave(status)
        # The interface ends the process before this is over, unless its terminal has stalled.
        threading.Event().wait(_INTERFACE_SECONDS)
        restore_terminal(self._attributes)
        os._exit(status)


class Driver(LinuxDriver):
    """Textual's driver for Unix, with input that can't kill the program.

    It writes to standard output, because that is what was checked to be a terminal, and always in
    UTF-8, whatever the locale says.
    """

    on_closed: Callable[[], object] = staticmethod(lambda: None)
    """Called on the input thread when the terminal is gone."""

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._file = open(  # noqa: SIM115 - it lives as long as the driver
            sys.__stdout__.fileno() if sys.__stdout__ else 1,
            "w",
            encoding="utf-8",
            errors="replace",
            newline="",
            closefd=False,
        )

    def run_input_thread(self) -> None:
        """Read what is typed until the driver is told to stop or the terminal is gone.

        As in `LinuxDriver`, but bytes that are not UTF-8 become U+FFFD, and the end of the input
        is noticed instead of being read over and over.
        """
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        parser = XTermParser(self._debug)
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(0.1):
                    try:
                        data = os.read(self.fileno, 4096)
                    except OSError:
                        data = b""
                    if not data:
                        self.on_closed()
                        break
                    for event in parser.feed(decode(data)):
                        self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)
        with suppress(EOFError, ParseError):
            for _ in parser.feed(""):
                pass
