"""What is in a private directory: listed, begun to be read, moved and removed, never by a link."""

import os
from pathlib import Path

from prolific_tui.files.places import expand
from prolific_tui.files.words import in_words


def entries(directory: Path) -> tuple[Path, ...]:
    """What is in a directory, in the order of the names; nothing where it is not there.

    Links are left out: whoever laid one, it leads to something that is not ours.

    Raises:
        FileError: the directory can't be read.
    """
    directory = expand(directory)
    with in_words(directory, "read"):
        try:
            with os.scandir(directory) as found:
                names = sorted(each.name for each in found if not each.is_symlink())
        except FileNotFoundError:
            return ()
    return tuple(directory / name for name in names)


def read_start(path: Path, size: int) -> bytes:
    """The first `size` bytes of a file, or all of a shorter one; a link is not followed.

    Raises:
        FileError: the file is not there, can't be read, or is a link.
    """
    path = expand(path)
    with in_words(path, "read"):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            return file.read(size)


def move(path: Path, to: Path) -> None:
    """Give a file another name in the same file system; what had that name is replaced.

    Raises:
        FileError: it is not there any more, or can't be moved.
    """
    with in_words(path, "moved"):
        expand(path).rename(expand(to))


def remove(path: Path) -> None:
    """Remove a file or an empty directory; nothing happens where there is none.

    Raises:
        FileError: it can't be removed, or the directory is not empty.
    """
    path = expand(path)
    with in_words(path, "removed"):
        try:
            if path.is_dir() and not path.is_symlink():
                path.rmdir()
            else:
                path.unlink()
        except FileNotFoundError:
            return
