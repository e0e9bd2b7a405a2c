"""Which programs have the journal open, and which of them is at work on a send.

Each holds a lock from when it opens the journal for as long as it lives. The system lets go of the
lock of a program that was killed: nothing has to be tidied up before another one may go on.
"""

import contextlib
import os
from pathlib import Path

from prolific_tui import files
from prolific_tui.errors import FileError

_LOCKED_BY_ANOTHER = "In use"
_SECONDS = 2.0
"""How long a lock is waited for that others take for a moment, to see whether anybody has it."""


class Runs:
    """The running programs of one directory; `own` is the name of this one, used by no other.

    None as a directory is memory, where there is no other program.
    """

    def __init__(self, directory: Path | None, own: str) -> None:
        self._directory = directory
        self.own = own
        """The name of this program; it is recorded with what it is at work on."""
        self.own_sends: set[int] = set()
        """The numbers of the sends that this program is at work on, whatever a disk that is full
        says still."""
        self._held = contextlib.ExitStack()
        self._is_held = False

    def hold(self) -> None:
        """Be known as running from now on; raises `FileError` where the disk does not let it."""
        if not self._is_held and self._directory is not None:
            files.make_private(self._directory)
            self._held.enter_context(files.locked(_lock_of(self._directory, self.own), _SECONDS))
        self._is_held = True

    def is_running(self, name: str) -> bool:
        """Whether the program of that name still runs."""
        if name == self.own:
            return self._is_held
        if self._directory is None or not os.path.lexists(path := _lock_of(self._directory, name)):
            return False
        try:
            with files.locked(path, 0):
                # Nobody will have that name again.
                files.remove(path)
        except FileError as error:
            return error.title == _LOCKED_BY_ANOTHER
        return False

    def is_at_work(self, name: str | None, number: int) -> bool:
        """Whether the program that is recorded with a send is at work on it."""
        if name == self.own:
            return number in self.own_sends
        return name is not None and self.is_running(name)

    def others(self) -> bool:
        """Whether any other program runs that opened the journal."""
        if self._directory is None:
            return False
        names = [path.stem for path in files.entries(self._directory)]
        return any(self.is_running(name) for name in names if name != self.own)

    def close(self) -> None:
        """Be gone, as far as others can tell."""
        self.own_sends.clear()
        if self._is_held and self._directory is not None:
            with contextlib.suppress(FileError):
                files.remove(_lock_of(self._directory, self.own))
        self._held.close()
        self._is_held = False


def _lock_of(directory: Path, name: str) -> Path:
    return directory / f"{name}.lock"
