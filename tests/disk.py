"""A disk as tests need it: what stands on it, who may use it, how much it takes."""

import errno
import os
import resource
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

NOBODY = 65534


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def names_in(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}


@contextmanager
def as_an_ordinary_user() -> Iterator[None]:
    """Root may read everything, so permissions are only tested as somebody else."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


@contextmanager
def a_disk_that_takes(size: int) -> Iterator[None]:
    """Let the system refuse any write beyond `size` bytes of a file."""
    before, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, hard))


class Ending(Enum):
    """What becomes of a program's way through the disk at a step."""

    FAULT = "a fault"
    """That one step fails."""
    FULL = "full"
    """From that step on every one fails."""
    KILLED = "killed"
    """That step is not done, nor anything after it."""


class KilledError(BaseException):
    """The program is no more, though the interpreter that runs the test is."""


class FailingDisk:
    """A disk on which what the system is asked to do fails, at one step or from there on.

    The steps are all that opens, writes, renames, removes or makes anything.
    """

    def __init__(self, step: int, ending: Ending) -> None:
        self._step = step
        self._ending = ending
        self._steps = 0
        self._is_in_use = False

    @property
    def was_reached(self) -> bool:
        """Whether it came to that step."""
        return self._steps > self._step

    def check_alive(self) -> None:
        """Raises `KilledError` where the program was killed at a step before."""
        if self._is_in_use and self.was_reached and self._ending is Ending.KILLED:
            raise KilledError

    @contextmanager
    def failing(self) -> Iterator[None]:
        """Fail in here only."""
        self._is_in_use = True
        with pytest.MonkeyPatch.context() as patch:
            for name in ("open", "fchmod", "fsync", "replace", "unlink", "mkdir", "chmod"):
                patch.setattr(os, name, self._stepping(getattr(os, name)))
            yield
        self._is_in_use = False

    def _stepping(self, operation: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - any of the system's
            self._steps += 1
            self.check_alive()
            is_at = self._steps == self._step + 1
            if is_at or (self.was_reached and self._ending is Ending.FULL):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return operation(*arguments, **options)

        return step
