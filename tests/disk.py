"""A disk as tests need it: what stands on it, who may use it, how much it takes."""

import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
