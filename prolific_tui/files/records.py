"""A small JSON file that several instances of the program read and change at the same time.

Each change is made to what the file holds at that moment, under a lock, and replaces it all at
once; what this version does not know is kept, and what a newer version wrote is not touched.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from prolific_tui.errors import FileError
from prolific_tui.files.entries import remove
from prolific_tui.files.places import check_private, expand, make_private
from prolific_tui.files.reading import read_if_there
from prolific_tui.files.writing import left_unfinished, locked, replace, set_aside
from prolific_tui.version import NAME

_LIMIT: Final = 1024 * 1024

Content = dict[str, object]
"""A JSON object."""


class _BrokenError(Exception):
    """The file holds something else than a JSON object with a version."""


@dataclass(frozen=True, slots=True)
class Records:
    """What the file holds, and what the person should know about reading it."""

    content: Content
    """The JSON object without its version; empty when there is no file."""
    note: str = ""
    """A sentence when a broken file was put aside; empty otherwise."""


def object_in(content: Mapping[str, object], *names: str) -> Mapping[str, object]:
    """The object that these names lead to, one in the other; an empty one where they don't."""
    for name in names:
        inner = content.get(name)
        content = inner if isinstance(inner, dict) else {}
    return content


def make_object_in(content: Content, *names: str) -> Content:
    """As `object_in`, but objects that are missing on the way are made in `content`."""
    for name in names:
        inner = content.get(name)
        if not isinstance(inner, dict):
            inner = content[name] = {}
        content = inner
    return content


class RecordsFile:
    """A versioned JSON object in a private file of a private directory.

    Nothing is made before the first change, so that a look around leaves no trace. Another
    instance's change is waited for, `lock_seconds` at most.
    """

    def __init__(self, path: Path, version: int, lock_seconds: float = 2) -> None:
        self._path = expand(path)
        self._version = version
        self._lock_seconds = lock_seconds

    @property
    def path(self) -> Path:
        """The file's absolute path."""
        return self._path

    def read(self) -> Records:
        """What the file holds; a broken one is renamed first, and the note says so.

        Raises:
            FileError: it can't be read, a newer version of the program wrote it, or other users
                may have put it into its directory.
        """
        check_private(self._path.parent)
        try:
            return Records(self._parsed())
        except _BrokenError:
            with self._locked():
                return self._mended()

    def change(self, change: Callable[[Content], None]) -> Records:
        """Let `change` alter what the file holds now, write it, and give the outcome.

        Raises:
            FileError: it can't be read or written, or a newer version wrote it; it is unchanged.
        """
        make_private(self._path.parent)
        with self._locked():
            self._remove_unfinished()
            records = self._mended()
            change(records.content)
            document = {"version": self._version} | records.content
            replace(self._path, json.dumps(document, indent=2).encode("ascii") + b"\n")
        return records

    def tidy(self) -> None:
        """Remove what a program that was ended while it changed the file left half written.

        Raises:
            FileError: it can't be looked for or removed, or others may write in the directory.
        """
        check_private(self._path.parent)
        if left_unfinished(self._path):
            with self._locked():
                self._remove_unfinished()

    def _remove_unfinished(self) -> None:
        for path in left_unfinished(self._path):
            remove(path)

    def _mended(self) -> Records:
        try:
            return Records(self._parsed())
        except _BrokenError:
            aside = set_aside(self._path)
            return Records({}, f"{self._path} could not be understood and is now {aside.name}.")

    def _parsed(self) -> Content:
        data = read_if_there(self._path, _LIMIT)
        if data is None:
            return {}
        try:
            content = json.loads(data)
        except (ValueError, RecursionError):
            # Not `from` the error: it holds what was read, and that may be tokens.
            raise _BrokenError from None
        version = content.pop("version", None) if isinstance(content, dict) else None
        if not isinstance(version, int):
            raise _BrokenError
        if version > self._version:
            raise FileError(
                "Written by a newer version",
                f"{self._path} is in format {version}; this {NAME} knows {self._version}, "
                "and leaves it alone.",
                f"Use the newer {NAME} here as well.",
            )
        return dict(content)

    def _locked(self) -> AbstractContextManager[None]:
        return locked(self._path.with_name(f"{self._path.name}.lock"), self._lock_seconds)
