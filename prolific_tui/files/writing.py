"""Private writes: new files, whole replacements, and the lock that lets instances take turns."""

import contextlib
import errno
import fcntl
import itertools
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from prolific_tui.errors import FileError, TakenError
from prolific_tui.files.entries import entries
from prolific_tui.files.places import expand
from prolific_tui.files.reading import read_regular
from prolific_tui.files.words import in_words
from prolific_tui.version import NAME

_PROBE: Final = b"probe\n"
_LOCK_PAUSE_SECONDS: Final = 0.02
_NO_DIRECTORY_SYNC: Final = frozenset({errno.EINVAL, errno.ENOTSUP})


def write_new(path: Path, data: bytes) -> Path:
    """Write a new file that only its owner can read (0600), and give its absolute path.

    It is on the disk when this returns. Nothing that exists is touched, not even a link that
    leads nowhere; a file that could not be written whole is removed again.

    Raises:
        TakenError: something has that name already.
        FileError: the file can't be written.
    """
    path = expand(path)
    with in_words(path, "written"):
        try:
            descriptor = os.open(
                path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
            )
        except FileExistsError as error:
            free = _free(path, f"{path.stem}-", path.suffix, 2)
            raise TakenError(str(path), free.name) from error
        try:
            _write_and_sync(descriptor, (data,))
            _sync_directory(path.parent)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    return path


def free_path(path: Path) -> Path:
    """This path where nothing has that name, or else the first free `NAME-N` beside it."""
    return _free(path, f"{path.stem}-", path.suffix, 2) if os.path.lexists(path) else path


def prove_new(path: Path) -> None:
    """Make sure that `write_new` would work at `path`: do it, read it back, remove it again.

    Raises:
        FileError: as `write_new`; or it was written and does not read back the same.
    """
    path = write_new(path, _PROBE)
    try:
        same = read_regular(path, len(_PROBE)) == _PROBE
    finally:
        with in_words(path, "removed"):
            path.unlink()
    if not same:
        raise FileError(
            "Not kept",
            f"{path} was written, but does not give the same back.",
            "Choose a place on another disk.",
        )


def replace(path: Path, data: bytes | Iterable[bytes]) -> None:
    """Put a 0600 file with `data` where `path` is, all at once.

    Data in parts is written as it comes, so that no more than one part is in memory.

    Whoever reads it sees the old content or the new one, also after a crash. A link of that name
    is itself replaced; what it led to is not touched.

    Raises:
        FileError: the file can't be written; what was there is unchanged.
    """
    path = expand(path)
    with in_words(path, "written"):
        descriptor, temporary = tempfile.mkstemp(prefix=_unfinished(path), dir=path.parent)
        try:
            _write_and_sync(descriptor, (data,) if isinstance(data, bytes) else data)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        # It is there by now. A disk that does not promise that a crash leaves it so can't be
        # made to, and that it was not written would be untrue.
        with contextlib.suppress(OSError):
            _sync_directory(path.parent)


def _unfinished(path: Path) -> str:
    """How the names of files begin that are being written to replace another."""
    return f".{NAME}-{path.name}-"


def left_unfinished(path: Path) -> tuple[Path, ...]:
    """What was being written to replace a file: of a program that ended meanwhile, it stays.

    Raises:
        FileError: the file's directory can't be read.
    """
    start = _unfinished(path)
    return tuple(each for each in entries(path.parent) if each.name.startswith(start))


def set_aside(path: Path) -> Path:
    """Rename a file that can't be understood to the first free `NAME.broken-N`, and give that.

    Raises:
        FileError: it can't be renamed.
    """
    path = expand(path)
    free = _free(path, f"{path.name}.broken-", "", 1)
    with in_words(path, "renamed"):
        path.rename(free)
    return free


@contextlib.contextmanager
def locked(path: Path, seconds: float = 2) -> Iterator[None]:
    """Hold the lock file `path`, so that two instances of the program take turns.

    Raises:
        FileError: another one held it for all of `seconds`, or the lock file can't be made.
    """
    path = expand(path)
    deadline = time.monotonic() + seconds
    while (descriptor := _try_lock(path)) is None:
        if time.monotonic() >= deadline:
            raise FileError(
                "In use",
                f"Another {NAME} has held {path} for {seconds:g} seconds; nothing was written.",
                "Try again; a stopped one (Ctrl-Z) holds it until it goes on or ends.",
            )
        time.sleep(_LOCK_PAUSE_SECONDS)
    try:
        yield
    finally:
        os.close(descriptor)


def _free(beside: Path, start: str, end: str, first: int) -> Path:
    """The first path in the same folder that nothing has, with a number between start and end."""
    return next(
        free
        for number in itertools.count(first)
        if not os.path.lexists(free := beside.with_name(f"{start}{number}{end}"))
    )


def _write_and_sync(descriptor: int, parts: Iterable[bytes]) -> None:
    with open(descriptor, "wb") as file:
        os.fchmod(descriptor, 0o600)  # whatever the umask took away
        file.writelines(parts)
        file.flush()
        os.fsync(descriptor)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_DIRECTORY_SYNC:  # some network file systems have none
            raise
    finally:
        os.close(descriptor)


def _try_lock(path: Path) -> int | None:
    """The descriptor that holds the lock; None while another one does."""
    with in_words(path, "locked"):
        while True:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if _is_named(descriptor, path):
                    return descriptor
            except BlockingIOError:
                os.close(descriptor)
                return None
            except BaseException:
                os.close(descriptor)
                raise
            # Who held it before removed it, and the next one would lock another file.
            os.close(descriptor)


def _is_named(descriptor: int, path: Path) -> bool:
    """Whether an open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except FileNotFoundError:
        return False
