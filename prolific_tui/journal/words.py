"""What SQLite and the disk say of the journal, in sentences for the person at the terminal."""

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from prolific_tui.errors import FileError, ProlificTuiError
from prolific_tui.files.words import MAKE_ROOM, NO_ROOM
from prolific_tui.version import NAME

_WORDS: Final[Mapping[int, tuple[str, str, str]]] = {
    sqlite3.SQLITE_FULL: (
        "No space left",
        "There is no room on the disk for {path}.",
        "Free some space",
    ),
    sqlite3.SQLITE_READONLY: (
        "The history can't be written",
        "{path} is where nothing can be written.",
        "Check the mode of the file and of its folder with ls -l",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "The history can't be opened",
        "{path} could not be opened, or nothing can be made beside it.",
        "Check the mode of the folder with ls -l",
    ),
    sqlite3.SQLITE_BUSY: (
        "In use",
        f"Another {NAME} was writing to {{path}} for too long.",
        "A stopped one (Ctrl-Z) holds it until it goes on or ends",
    ),
    sqlite3.SQLITE_IOERR: (
        "The disk does not take it",
        "The disk did not do as asked with {path}: it may be full, or broken.",
        "Look at the disk's room with df",
    ),
    sqlite3.SQLITE_CORRUPT: (
        "The history is damaged",
        "{path} is damaged. At the next start it is set aside and a new one begun.",
        "Quit and start again",
    ),
}


@contextlib.contextmanager
def in_words(path: Path | None, done: str) -> Iterator[None]:
    """Turn what goes wrong with the journal into a `FileError`; `done` is a participle."""
    try:
        yield
    except ProlificTuiError:
        raise
    except sqlite3.Error as error:
        # A result code has the primary one in its lowest byte: https://sqlite.org/rescode.html
        code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
        title, message, hint = _WORDS.get(
            code, ("The history can't be used", f"{{path}} could not be {done}.", "")
        )
        # Not `from` the error: its text may quote what was to be recorded.
        raise FileError(
            title,
            message.format(path=path or "the history in memory"),
            f"{hint}, then try again." if hint else "",
        ) from None
    except OSError as error:
        raise FileError(
            "The history can't be used",
            f"{path} could not be {done}: {error.strerror}.",
            MAKE_ROOM if error.errno in NO_ROOM else "",
        ) from error


def no_such(number: int) -> FileError:
    """What is said of a send that the journal does not have."""
    return FileError("No such send", f"The history of this machine has no send {number}.")
