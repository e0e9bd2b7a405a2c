"""The terminal itself: what comes in from it, what ends it, and how it is left.

Only this module knows the driver. It sends what changed on the screen and no more, lets input pass
that is not UTF-8, notices a terminal that was closed, and gets out in time when the process is told
to, whatever state the terminal is in.
"""

import io
import os
import re
import selectors
import signal
import termios
import threading
from codecs import getincrementaldecoder
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any, Final

from textual._xterm_parser import (
    BRACKETED_PASTE_END,
    BRACKETED_PASTE_START,
    XTermParser,
)
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Paste
from textual.message import Message

from prolific_tui.tui.frames import Frames
from prolific_tui.tui.unmarked import Burst

LEAVE_SECONDS: Final = 1.5
"""How long a write under way is given after a signal or a closed terminal."""

_INTERFACE_SECONDS: Final = 0.15
"""How long the interface then has to close by itself; a stalled terminal keeps it from that."""

_FORCE_SECONDS: Final = 0.05
"""How long giving the terminal back by force may take, or ending after the interface has closed."""

_TICK_SECONDS: Final = 0.1
"""How often the input thread looks whether it is to stop."""

_ESCAPE_SECONDS: Final = 0.05
"""How long nothing may come in until a lone Escape is a key and not the beginning of another."""

_ESCAPE: Final = "\x1b"
_SEQUENCE: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|[^\x1b\[OPX\]^_])", re.DOTALL)
"""What a key or an answer of the terminal sends, complete. Strings such as OSC are not among it."""

_RESTORE: Final = (
    b"\x1b[?2026l\x1b[?2004l\x1b[?7h\x1b[?2048l"  # frame, paste marks, line wrap, in-band resize
    b"\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"  # mouse
    b"\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"  # kitty keys, alternate screen, cursor, focus
)


def restore_terminal(attributes: list[Any] | None) -> None:
    """Give the terminal back as it was; nothing more of this program's is drawn after that.

    What the terminal has not read yet is thrown away, so that one which does not read has room for
    this. Python must handle SIGTERM by then.
    """
    with suppress(OSError, termios.error):
        terminal = os.dup(1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        # A write that waits for the terminal keeps all others from it. Interrupted, it goes on
        # where standard output leads by now.
        for thread in threading.enumerate():
            if thread.ident not in (None, threading.get_ident()):
                signal.pthread_kill(thread.ident, signal.SIGTERM)
        if attributes is not None:
            termios.tcsetattr(terminal, termios.TCSANOW, attributes)
        termios.tcflush(terminal, termios.TCOFLUSH)
        os.write(terminal, _RESTORE)


class Departure:
    """The way out on SIGHUP, SIGINT, SIGTERM or a closed terminal: two seconds at most, always.

    Args:
        finish: Waits at most so many seconds for a write under way; called on a thread of its own.
        leave: Asks the interface to close with an exit status; must be callable from any thread.
    """

    def __init__(self, finish: Callable[[float], object], leave: Callable[[int], object]) -> None:
        self._finish = finish
        self._leave = leave
        self._last_words: Callable[[], object] = lambda: None
        self._ended = threading.Lock()
        self._interface_closed = threading.Event()
        self._forced = threading.Event()
        self._attributes: list[Any] | None = None
        self._status: int | None = None
        self._telling: int | None = None
        """Where the number of a signal is written, for the thread that waits for one."""

    def install(self, last_words: Callable[[], object]) -> None:
        """Remember the terminal's state and listen for the signals, ignored ones included.

        `last_words` are said once, when the terminal has been given back. Called once, on the main
        thread.
        """
        self._last_words = last_words
        with suppress(termios.error):
            self._attributes = termios.tcgetattr(0)
        hearing, self._telling = os.pipe()
        os.set_blocking(self._telling, False)
        threading.Thread(target=self._go, args=(hearing,), name="departure", daemon=True).start()
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._told)

    def _told(self, number: int, _frame: FrameType | None) -> None:
        self.begin(number)

    def begin(self, number: int) -> None:
        """Leave because of a signal, or of what amounts to it. Once begun there is no way back.

        It may be called on any thread, and does nothing before `install`.
        """
        if self._telling is not None:
            # A byte and no more: in a signal's handler, a lock (that of a new thread, or of an
            # event) may be held by the very code that the signal interrupted. Of several signals
            # only the first counts, so one for which there is no room may be lost.
            with suppress(BlockingIOError):
                os.write(self._telling, bytes([number]))

    def end(self) -> int | None:
        """The interface has closed and the terminal is given back: say the last words.

        Returns the exit status, if it was a departure that closed it.
        """
        self._interface_closed.set()
        if self._ended.acquire(blocking=False):
            self._last_words()
        else:
            # Its last lines went nowhere; what gives the terminal back may not be cut short.
            self._forced.wait(_FORCE_SECONDS)
        return self._status

    def _go(self, hearing: int) -> None:
        status = 128 + os.read(hearing, 1)[0]
        try:
            self._finish(LEAVE_SECONDS)
            self._status = status
            # The interface's loop is closed where a key has ended it meanwhile.
            with suppress(RuntimeError):
                self._leave(status)
            if not self._interface_closed.wait(_INTERFACE_SECONDS):
                # On a thread of its own, because it may wait for the terminal for ever.
                force = threading.Thread(target=self._end_by_force, daemon=True)
                force.start()
                force.join(_FORCE_SECONDS)
            else:
                # The process ends before this is over, unless something still holds it up.
                threading.Event().wait(_FORCE_SECONDS)
        finally:
            os._exit(status)

    def _end_by_force(self) -> None:
        if self._ended.acquire(blocking=False):
            restore_terminal(self._attributes)
            self._last_words()
            self._forced.set()


class _Output(io.TextIOWrapper):
    """Standard output; what is written after the terminal was closed goes nowhere.

    The input thread is what notices that. An error here would end Textual's output thread with a
    traceback, and the interface would wait for that thread.
    """

    def write(self, text: str) -> int:
        """Write, or do as if."""
        with suppress(OSError):
            super().write(text)
        return len(text)

    def flush(self) -> None:
        """Flush, or do as if."""
        with suppress(OSError):
            super().flush()


class Driver(LinuxDriver):
    """Textual's driver for Unix, with input that can't kill the program and output that is short.

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
        self._file = _Output(
            open(1, "wb", closefd=False),  # noqa: SIM115 - it lives as long as the driver
            encoding="utf-8",
            errors="replace",
            newline="",
        )
        self._frames = Frames()
        self._may_be_redrawn = False
        """Whether the terminal may show something else by now than was sent to it."""

    def start_application_mode(self) -> None:
        """Take the terminal. What it shows is not known, now and whenever it says it was resized.

        Programs that keep a session, such as dtach, say so to have all of the screen sent again.
        """
        super().start_application_mode()  # type: ignore[no-untyped-call]
        # After a suspension, what was drawn before it is gone.
        self._may_be_redrawn = True
        resized = signal.getsignal(signal.SIGWINCH)

        def told(number: int, frame: FrameType | None) -> None:
            self._may_be_redrawn = True
            if callable(resized):
                resized(number, frame)

        signal.signal(signal.SIGWINCH, told)

    def forget_screen(self) -> None:
        """Take nothing of what the terminal shows for known: what is written next is sent whole."""
        self._may_be_redrawn = True

    def write(self, data: str) -> None:
        """Send what `data` changes on the terminal."""
        with suppress(OSError):
            self._frames.resize(*os.get_terminal_size(1))
        if self._may_be_redrawn:
            self._may_be_redrawn = False
            self._frames.forget()
        if sent := self._frames.reduce(data):
            super().write(sent)

    def run_input_thread(self) -> None:
        """Read what is typed until the driver is told to stop or the terminal is gone.

        As in `LinuxDriver`, but bytes that are not UTF-8 become U+FFFD, sequences that Textual
        can't read are dropped, and the end of the input is noticed instead of being read over and
        over.
        """
        keys = TypedKeys(debug=self._debug)
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(keys.quiet_seconds or _TICK_SECONDS):
                    try:
                        data = os.read(self.fileno, 4096)
                    except OSError:
                        data = b""
                    if not data:
                        self.on_closed()
                        break
                    for event in keys.read(data):
                        self.process_message(event)
                else:
                    for event in keys.quiet():
                        self.process_message(event)


class TypedKeys:
    """Makes events of what a terminal sends; there are no bytes on which it fails.

    Keys are Textual's to parse. What stands between the marks of a paste is taken as it is: Textual
    presses as keys what follows an escape character in there. A paste without marks is held until
    all of it is there, and is one event as well.
    """

    def __init__(self, *, debug: bool = False) -> None:
        self._debug = debug
        self._parser = XTermParser(debug)
        self._decode = getincrementaldecoder("utf-8")(errors="replace").decode
        self._recent = ""
        """The last characters of what is not pasted, as many as the mark has."""
        self._pasted: list[str] = []
        """The parts of a paste that has begun."""
        self._pasting = False
        self._held = ""
        """The end of the last part, where it may be the beginning of the mark."""
        self._burst = Burst()
        """What may be a paste without marks."""
        self._in_sequence = False
        """Whether the last read may have ended within an escape sequence."""

    @property
    def quiet_seconds(self) -> float | None:
        """When nothing came in for so long, `quiet` is to be called; None where nothing waits."""
        return _ESCAPE_SECONDS if self._awaits_more else self._burst.quiet_seconds

    def read(self, data: bytes) -> list[Message]:
        """The events that these bytes complete."""
        events: list[Message] = []
        text = self._decode(data)
        while text:
            if self._pasting:
                take = self._take_paste
            elif self._in_sequence or text.startswith(_ESCAPE):
                take = self._take_sequence
            else:
                take = self._take_burst
            text = take(text, events)
        return events

    def quiet(self) -> list[Message]:
        """The events of what was held: nothing came in for `quiet_seconds`."""
        events: list[Message] = []
        self._in_sequence = False
        if self._awaits_more:
            # Textual would wait twice as long, and is to be asked again and again.
            self._parser._timeout_time = 0.0  # noqa: SLF001 - its parser has no other way
            events.extend(self._parser.tick())
        self._end_burst(events)
        return events

    @property
    def _awaits_more(self) -> bool:
        """Whether an Escape came that may be a key or the beginning of another."""
        return self._parser._timeout_time is not None  # noqa: SLF001 - as above

    def _take_burst(self, text: str, events: list[Message]) -> str:
        """Take what comes before an escape sequence, and give back what follows."""
        burst, escape, rest = text.partition(_ESCAPE)
        self._take_keys(self._burst.add(burst), events)
        return escape + rest

    def _take_sequence(self, text: str, events: list[Message]) -> str:
        """Take an escape sequence, which ends what was held, and give back what follows."""
        self._end_burst(events)
        sequence = None if self._in_sequence else _SEQUENCE.match(text)
        # Where its end is not plain, all of the read is taken for keys.
        self._in_sequence = sequence is None and _ESCAPE in text
        end = sequence.end() if sequence else len(text)
        return self._take_keys(text[:end], events) + text[end:]

    def _end_burst(self, events: list[Message]) -> None:
        text, is_paste = self._burst.end()
        if is_paste:
            events.append(Paste(text))
        else:
            self._take_keys(text, events)

    def _take_keys(self, text: str, events: list[Message]) -> str:
        """Take keys up to where a paste begins, and give back what follows."""
        for at, character in enumerate(text, start=1):
            events.extend(self._parse(character))
            self._recent = (self._recent + character)[-len(BRACKETED_PASTE_START) :]
            if self._recent == BRACKETED_PASTE_START:
                self._recent = ""
                self._pasting = True
                self._in_sequence = False
                return text[at:]
        return ""

    def _take_paste(self, text: str, events: list[Message]) -> str:
        """Take text up to where the paste ends, and give back what follows."""
        part, mark, rest = (self._held + text).partition(BRACKETED_PASTE_END)
        self._held = "" if mark else _beginning_of(BRACKETED_PASTE_END, part)
        self._pasted.append(part.removesuffix(self._held))
        if mark:
            events.append(Paste("".join(self._pasted)))
            self._pasted.clear()
            self._pasting = False
            for character in mark:
                # Textual's parser has seen a paste begin, and nothing in it.
                self._parse(character)
        return rest

    def _parse(self, character: str) -> list[Message]:
        try:
            return list(self._parser.feed(character))
        except (ValueError, OverflowError, ZeroDivisionError):
            # Numbers that mean nothing, such as a key's code beyond Unicode. The parser is of no
            # more use after that.
            self._parser = XTermParser(self._debug)
            return []


def _beginning_of(mark: str, text: str) -> str:
    """The end of a text that may be the beginning of a mark; empty where it can't be."""
    lengths = range(len(mark) - 1, 0, -1)
    return next((mark[:length] for length in lengths if text.endswith(mark[:length])), "")
