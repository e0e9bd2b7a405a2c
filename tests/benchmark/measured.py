"""A terminal that takes the time and counts the bytes of what a program does in it."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.terminal import SECONDS, Terminal

SIZE: Final = (120, 40)
"""Columns and rows of every measurement."""

PATIENCE: Final = 60.0
"""Seconds after which a program is not waited for any more."""

_QUIET_SECONDS: Final = 0.15
"""How long nothing may come until an answer is taken to be complete."""

_REST_SECONDS: Final = 0.5
_FEW_TICKS: Final = 1
"""What a program at rest computes in that time at most."""

_PEAK: Final = re.compile(r"VmHWM:\s+(\d+) kB")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program sent after keys: until its last byte, in milliseconds, and how many bytes."""

    milliseconds: float
    bytes: int


class MeasuredTerminal(Terminal):
    """A terminal of `SIZE` whose reads are stamped as they leave the pseudo-terminal.

    What is waited for is looked for on the screen, as programs send what changed and no more. A
    read is drawn once it is stamped.
    """

    _last_read = 0.0

    def __init__(
        self, *command: str, home: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(home=home, command=command, size=SIZE, environment=environment)

    def _read(self, timeout: float) -> bool:
        came = super()._read(timeout)
        if came:
            self._last_read = time.perf_counter()
        return came

    @property
    def peak_megabytes(self) -> float:
        """The most memory that the program has had, in MB of 1,000,000 bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = _PEAK.search(status)
        assert found is not None
        return int(found[1]) * 1024 / 1e6

    def settle(self, quiet: float = _QUIET_SECONDS) -> None:
        """Read until nothing more comes."""
        end = time.monotonic() + PATIENCE
        until = time.monotonic() + quiet
        while time.monotonic() < min(until, end):
            if self._read(until - time.monotonic()):
                until = time.monotonic() + quiet

    @property
    def computed(self) -> int:
        """How long the program has computed so far, in ticks of the system's clock."""
        user, system = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return int(user) + int(system)

    def rest(self) -> None:
        """Read until the program computes nothing any more.

        What it learns last of a long list, where the rows are that name each other, shows nowhere.

        Raises:
            TimeoutError: it goes on and on.
        """
        end, before = time.monotonic() + PATIENCE, -_FEW_TICKS - 1
        while (now := self.computed) - before > _FEW_TICKS:
            if time.monotonic() > end:
                raise TimeoutError("it does not come to rest")
            before = now
            self.settle(_REST_SECONDS)

    def seconds_until(self, *texts: str, since: float) -> float:
        """Read until one of the texts is on the screen; how long after `since` it was sent.

        Raises:
            TimeoutError: none of them came.
        """
        return self.seconds_until_it(
            lambda: any(text in self.screen() for text in texts), since=since
        )

    def seconds_until_it(self, holds: Callable[[], bool], *, since: float) -> float:
        """Read until the screen is so; how long after `since` what made it so was sent.

        Raises:
            TimeoutError: it never was.
        """
        end = time.monotonic() + PATIENCE
        while not holds():
            if not self._read(1) and time.monotonic() > end:
                raise TimeoutError(f"it did not come:\n{self.screen()}")
        return self._last_read - since

    def answer(self, *keys: str) -> Answer:
        """Press keys, and wait until what they cause is on the screen.

        Raises:
            TimeoutError: they caused nothing.
        """
        self.settle(0.01)
        before, start = len(self._raw), time.perf_counter()
        self.press(*keys)
        self.wait_for_bytes(before)
        self.settle()
        return Answer((self._last_read - start) * 1000, len(self._raw) - before)

    def wait_for_bytes(self, before: int) -> None:
        """Read until more was sent than this many bytes.

        Raises:
            TimeoutError: no more was sent.
        """
        end = time.monotonic() + SECONDS
        while len(self._raw) == before:
            if time.monotonic() > end:
                raise TimeoutError(f"no answer:\n{self.screen()}")
            self._read(1)

    def idle_bytes(self, seconds: float) -> int:
        """How many bytes are sent while nothing is done."""
        self.settle()
        before, end = len(self._raw), time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._read(left)
        return len(self._raw) - before
