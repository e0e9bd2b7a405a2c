"""Where things are: what a typed path means, our private directories, and path completion."""

import contextlib
import itertools
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from prolific_tui.errors import FileError
from prolific_tui.files.words import in_words
from prolific_tui.version import NAME
from prolific_tui.visible import is_hidden

_SCANNED_ENTRIES: Final = 10_000
_PREFERRED_SUFFIXES: Final = (".csv", ".tsv", ".txt")


def expand(path: Path | str) -> Path:
    """The absolute path that `path` means, with a leading `~` or `~name` replaced.

    Raises:
        FileError: the name holds a NUL, or there is no such home directory.
    """
    if "\0" in str(path):
        raise FileError(
            "Not a file name", "The name holds a NUL character, so no file can have it."
        )
    try:
        with in_words(Path(path), "found"):
            return Path(path).expanduser().absolute()
    except RuntimeError as error:
        raise FileError(
            "No such home directory",
            f"{path} starts with the home directory of somebody this machine does not know.",
            "Write the path without the ~.",
        ) from error


def state_directory(environment: Mapping[str, str]) -> Path:
    """Where what is remembered lives: `$XDG_STATE_HOME` or `~/.local/state`, and our name.

    It may not be there yet; `make_private` makes it.

    Raises:
        FileError: neither variable names a home, and nobody knows where that of this user is.
    """
    return _base(environment, "XDG_STATE_HOME", ".local/state") / NAME


def configuration_directory(environment: Mapping[str, str]) -> Path:
    """Where a person's settings are: `$XDG_CONFIG_HOME` or `~/.config`, and our name.

    It may not be there; raises as `state_directory` does.
    """
    return _base(environment, "XDG_CONFIG_HOME", ".config") / NAME


def _base(environment: Mapping[str, str], variable: str, below_home: str) -> Path:
    base = environment.get(variable, "")
    # The XDG Base Directory Specification: a relative path is invalid and to be ignored.
    if base.startswith("/"):
        return Path(base)
    home = environment.get("HOME", "")
    return (Path(home) if home.startswith("/") else expand("~")) / below_home


def make_private(directory: Path) -> Path:
    """Make sure that `directory` is there and its owner's alone (0700), and give its path.

    Parents that are missing are made the same way; parents that exist are left as they are.

    Raises:
        FileError: it belongs to somebody else, others may write in it, or it can't be made.
    """
    directory = expand(directory)
    with in_words(directory, "made"):
        missing = itertools.takewhile(
            lambda parent: not os.path.lexists(parent), (directory, *directory.parents)
        )
        for parent in reversed(tuple(missing)):
            with contextlib.suppress(FileExistsError):  # another instance was quicker
                parent.mkdir(mode=0o700)
        check_private(directory)
        directory.chmod(0o700)
    return directory


def check_private(directory: Path) -> None:
    """Make sure that a directory that is there is this user's, and that nobody else writes in it.

    Raises:
        FileError: it is another user's, others may write in it, it is no directory, or can't be
            looked at.
    """
    directory = expand(directory)
    with in_words(directory, "looked at"):
        try:
            status = directory.stat()
        except (FileNotFoundError, NotADirectoryError):
            return
    if not stat.S_ISDIR(status.st_mode):
        raise FileError("Not a folder", f"{directory} is there, but it is not a folder.")
    if status.st_uid != os.geteuid():
        raise FileError(
            "Somebody else's folder",
            f"{directory} belongs to another user, who could read or change what is put there.",
            "Move it away, or let XDG_STATE_HOME and XDG_CONFIG_HOME name folders of yours.",
        )
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise FileError(
            "A folder that others can write in",
            f"Other users may write in {directory} (mode {stat.S_IMODE(status.st_mode):04o}).",
            f"chmod 700 {directory}, after a look at what is in it.",
        )


def take_from_others(path: Path) -> None:
    """Make a file of ours that others can read its owner's alone (0600).

    Nothing is done where there is none, or a link in its place.

    Raises:
        FileError: it can't be looked at, or its mode can't be changed.
    """
    path = expand(path)
    with in_words(path, "looked at"):
        try:
            status = path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return
        if stat.S_ISREG(status.st_mode) and status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            path.chmod(0o600)


def complete(prefix: str, *, limit: int = 50) -> tuple[str, ...]:
    """Paths that start with what was typed: folders (ending in `/`), then lists, then the rest.

    A `~` stays as it was typed. Hidden names come only when the last part starts with a dot, and
    names that a prompt can't show (a line break, an escape) never. At most `limit` are given and
    a bounded number of names is looked at; whatever goes wrong, there is just nothing to offer.
    """
    if prefix.startswith("~") and "/" not in prefix:
        return ("~/",) if prefix == "~" else ()
    head, slash, last = prefix.rpartition("/")
    typed = head + slash
    try:
        found = sorted(_entries(expand(typed or "."), last))
    except (FileError, OSError):
        return ()
    return tuple(typed + name for _, _, name in found[:limit])


def _entries(directory: Path, start: str) -> Iterator[tuple[int, str, str]]:
    with os.scandir(directory) as entries:
        for _, entry in zip(range(_SCANNED_ENTRIES), entries, strict=False):
            name = entry.name
            if not name.startswith(start) or (name[0] == "." and not start.startswith(".")):
                continue
            if any(is_hidden(character) for character in name):
                continue
            if _is_directory(entry):
                yield 0, name.casefold(), name + "/"
            else:
                is_list = name.casefold().endswith(_PREFERRED_SUFFIXES)
                yield 1 if is_list else 2, name.casefold(), name


def _is_directory(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads in circles, or to where we may not look
        return False
