"""Copying to the terminal's clipboard over whatever stands between, and what is known of that.

A terminal takes OSC 52 without an answer. tmux drops it unless it was told not to, so the text goes
to tmux itself, which hands it on and keeps a copy; GNU screen drops it, and nothing is sent there.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final

_FOR_TMUX: Final = frozenset(
    {"HOME", "LANG", "LC_ALL", "LC_CTYPE", "PATH", "TERM", "TMUX", "TMUX_PANE", "TMUX_TMPDIR"}
)
"""What tmux needs of the environment; the rest, in which a token may be, is not its business."""


class Between(Enum):
    """What stands between this program and the terminal."""

    NOTHING = "nothing"
    """As far as can be seen from here."""
    TMUX = "tmux"
    SCREEN = "screen"
    FURTHER_OUT = "further out"
    """A multiplexer, but on the other end of a connection."""


def between(environment: Mapping[str, str]) -> Between:
    """What stands between, by the variables that multiplexers set and the terminal's name."""
    if environment.get("TMUX"):
        return Between.TMUX
    if environment.get("STY"):
        return Between.SCREEN
    if environment.get("TERM", "").startswith(("tmux", "screen")):
        return Between.FURTHER_OUT
    return Between.NOTHING


class Clipboard:
    """The clipboard of the person's terminal.

    Args:
        environment: By which it is seen what stands between.
        send: Sends a text to the terminal with OSC 52.
        tmux_seconds: How long tmux may take.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        send: Callable[[str], None],
        tmux_seconds: float = 10,
    ) -> None:
        self._between = between(environment)
        self._environment = {
            name: value for name, value in environment.items() if name in _FOR_TMUX
        }
        self._send = send
        self._tmux_seconds = tmux_seconds

    async def copy(self, text: str, what: str) -> str:
        """Copy a text, and give back what is known of that, in words for one short line."""
        match self._between:
            case Between.TMUX:
                if await self._load_into_tmux(text):
                    return "To your terminal through tmux, unconfirmed. tmux keeps a copy of it."
                return "tmux did not take it: nothing was copied."
            case Between.SCREEN:
                return "GNU screen drops what is copied: nothing was sent to your terminal."
            case Between.FURTHER_OUT:
                self._send(text)
                return f"{what} was sent, but the tmux or screen further out may drop it."
            case Between.NOTHING:
                self._send(text)
                return f"{what} was sent to your terminal's clipboard, which can't confirm it."

    async def _load_into_tmux(self, text: str) -> bool:
        """Let tmux keep a text in a buffer and send it on; False where it did not take it.

        It gets the text on its standard input, since others can read its arguments.
        """
        try:
            tmux = await asyncio.create_subprocess_exec(
                *("tmux", "load-buffer", "-w", "-"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                env=self._environment,
            )
        except OSError:
            return False
        try:
            async with asyncio.timeout(self._tmux_seconds):
                await tmux.communicate(text.encode("utf-8", "surrogatepass"))
        except TimeoutError:
            return False
        finally:
            # Also where whoever asked is gone: what holds a secret must not be left waiting.
            if tmux.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    tmux.kill()
                await tmux.wait()
        return tmux.returncode == 0
