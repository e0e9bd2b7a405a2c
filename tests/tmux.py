"""A shell in a tmux of its own, for tests that need the terminal that people really have.

The program runs in it as a person starts it, and what is looked at is what tmux would show. No
settings, sessions or buffers of the person who runs the tests are touched.
"""

import re
import shlex
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.programs import require_programs
from tests.terminal import PROGRAM, SECONDS, Condition, bare_environment, holds

_KEYS: Final[Mapping[str, str]] = {
    "enter": "Enter",
    "escape": "Escape",
    "tab": "Tab",
    "backspace": "BSpace",
    "space": "Space",
    "up": "Up",
    "down": "Down",
    "left": "Left",
    "right": "Right",
}
"""What tmux calls the keys that have names; any other is named by its one character."""

_PS1: Final = "[$?] "
"""The shell's prompt: the exit status of the command before it."""

_PROMPT: Final = re.compile(r"\[(\d+)\] *$")
_LOOK_AGAIN_SECONDS: Final = 0.03
"""Between two looks at the screen: tmux tells nobody when it changes but attached clients, and a
client would change the size."""


class Tmux:
    """A shell in tmux, and what a person does and sees there.

    Waits end with `TimeoutError`, which quotes the screen.

    Args:
        client: The command that speaks to the server.
        environment: The environment of that command.
    """

    def __init__(self, client: Sequence[str], environment: Mapping[str, str]) -> None:
        self._client = tuple(client)
        self._environment = environment

    def ask(self, *command: str) -> str:
        """Have the server do something; gives what it says."""
        return subprocess.run(
            [*self._client, *command],
            env=self._environment,
            cwd=self._environment["HOME"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=True,
        ).stdout

    # What is seen

    def screen(self) -> str:
        """What a person sees, a line for each row."""
        return self.ask("capture-pane", "-p")

    @property
    def is_restored(self) -> bool:
        """Whether the terminal shows what the shell wrote, and its cursor, and takes lines."""
        flags = self.ask(
            "display-message", "-p", "#{alternate_on} #{cursor_flag} #{mouse_any_flag}"
        )
        return flags.split() == ["0", "1", "0"] and self._status() is not None

    def _status(self) -> int | None:
        """The exit status in the prompt on the last line; None while a program runs."""
        prompt = _PROMPT.match(self.screen().rstrip("\n").rpartition("\n")[2])
        return None if prompt is None else int(prompt[1])

    # Waiting

    def wait_for(self, wanted: Condition, timeout: float = SECONDS) -> None:
        """Look at the screen until it is so.

        Raises:
            TimeoutError: it was not, within `timeout` seconds.
        """
        end = time.monotonic() + timeout
        pause = threading.Event()
        while not holds(self, wanted):
            if time.monotonic() > end:
                raise TimeoutError(f"{wanted!r} did not come in {timeout:g} s:\n{self.screen()}")
            pause.wait(_LOOK_AGAIN_SECONDS)

    def wait_exit(self, timeout: float = SECONDS) -> int:
        """The exit status of the program that was run, once the shell has the terminal again.

        Raises:
            TimeoutError: it runs on after `timeout` seconds.
        """
        self.wait_for(lambda: self._status() is not None, timeout)
        status = self._status()
        assert status is not None
        return status

    # What a person does

    def run(self, *arguments: str) -> None:
        """Type the command line that starts the program."""
        self.type(shlex.join([*PROGRAM, *arguments]))
        self.press("enter")

    def press(self, *keys: str) -> None:
        """Press keys by the names that `tests.terminal` gives them."""
        self.ask("send-keys", *(_KEYS.get(key, key) for key in keys))

    def type(self, text: str) -> None:
        """Type a text as single keys."""
        self.ask("send-keys", "-l", "--", _argument(text))

    def paste(self, text: str, *, marked: bool = True) -> None:
        """Paste a text, marked as a paste if the program asked for that and `marked` is true."""
        how = ["-p", "-d"] if marked else ["-d"]
        self.ask("set-buffer", "--", _argument(text), ";", "paste-buffer", *how)


def _argument(text: str) -> str:
    """The text as tmux reads it: a semicolon at the end would begin another command."""
    return f"{text[:-1]}\\;" if text.endswith(";") else text


@contextmanager
def shell_in_tmux(
    home: Path, *, size: tuple[int, int] = (80, 24), environment: Mapping[str, str] | None = None
) -> Iterator[Tmux]:
    """A shell at its prompt in a tmux of its own, which ends with the block, whatever runs in it.

    Args:
        home: The home directory, in which the shell also starts.
        size: Columns and rows, all of them the shell's.
        environment: Variables beside those of a bare login.
    """
    require_programs("tmux")
    columns, rows = map(str, size)
    # Not pytest's own directory: the path of a socket may have 107 bytes only.
    with tempfile.TemporaryDirectory(prefix="tmux-") as directory:
        tmux = Tmux(
            ["tmux", "-S", f"{directory}/socket", "-f", "/dev/null"],
            {**bare_environment(home), "PS1": _PS1, **(environment or {})},
        )
        tmux.ask(
            *("start-server", ";", "set-option", "-g", "status", "off", ";"),
            *("new-session", "-d", "-x", columns, "-y", rows, "sh", "-i"),
        )
        try:
            tmux.wait_exit()
            yield tmux
        finally:
            tmux.ask("kill-server")
