"""What the operating system says of a file, in sentences for the person at the terminal."""

import contextlib
import errno
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from prolific_tui.errors import FileError

_NOT_ALLOWED: Final = (
    "Not allowed",
    "You do not have the permission for {path} to be {done}.",
    "Check its owner and mode with ls -l.",
)
_WRITTEN: Final = "written"
MAKE_ROOM: Final = "Free some space, then try again."
NO_ROOM: Final = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
"""What the system says where the disk, or what it may take of one person, is full."""
_NO_SPACE: Final = ("No space left", "There is no room on the disk for {path}.", MAKE_ROOM)
_WORDS: Final[Mapping[int, tuple[str, str, str]]] = {
    errno.ENOENT: ("Not there", "There is no {path}.", "Check how it is spelled."),
    errno.ENOTDIR: ("Not there", "A part of {path} is a file, not a folder.", ""),
    errno.EEXIST: (
        "Already there",
        "{path} exists already and was not touched.",
        "Choose a name that is not taken.",
    ),
    errno.EISDIR: ("A folder", "{path} is a folder, not a file.", "Name a file inside it."),
    errno.EACCES: _NOT_ALLOWED,
    errno.EPERM: _NOT_ALLOWED,
    errno.EROFS: (
        "A read-only file system",
        "{path} is on a file system that can't be written to.",
        "",
    ),
    errno.ENOSPC: _NO_SPACE,
    errno.EDQUOT: _NO_SPACE,
    errno.ENAMETOOLONG: ("Name too long", "The name is longer than this file system allows.", ""),
    errno.ELOOP: ("A link", "{path} is a link that leads in circles or may not be one.", ""),
    errno.ENXIO: ("Not a regular file", "{path} is a socket or a device that is missing.", ""),
}
"""The title, the message and the hint for what the system says of a file."""


@contextlib.contextmanager
def in_words(path: Path, done: str) -> Iterator[None]:
    """Turn what the system says about `path` into a `FileError`; `done` is a participle."""
    try:
        yield
    except OSError as error:
        raise _words(error, path, done) from error
    except UnicodeEncodeError as error:
        raise FileError(
            "Not a file name", f"{path} holds characters that no file name here can have."
        ) from error


def _words(error: OSError, path: Path, done: str) -> FileError:
    if error.errno == errno.ENOENT and done == _WRITTEN:
        # What is not there is not the file, which is yet to be made.
        return FileError(
            "No such folder",
            f"There is no folder {path.parent}, so {path.name} was not written.",
            "Make the folder first, or choose another one.",
        )
    if error.errno is not None and error.errno in _WORDS:
        title, message, hint = _WORDS[error.errno]
        return FileError(title, message.format(path=path, done=done), hint)
    reason = os.strerror(error.errno) if error.errno else "no reason was given"
    return FileError("A file problem", f"{path} could not be {done}: {reason}.")
