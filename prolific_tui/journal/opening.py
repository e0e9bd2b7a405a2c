"""The opening of the journal's file: private, checked, and set aside where it is no use.

Nothing that was recorded is ever deleted or written over: a file that can't be understood gets
another name, and the person is told.
"""

import os
import sqlite3
import stat
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Final

from prolific_tui import files
from prolific_tui.errors import FileError
from prolific_tui.journal.runs import Runs
from prolific_tui.journal.schema import TABLES, VERSION, upgrade
from prolific_tui.submission.fingerprints import KEY_SIZE
from prolific_tui.version import NAME

_OF_SQLITE: Final = ("-wal", "-shm", "-journal")
"""What SQLite adds to the name of the file for those that belong to it."""
_STAMP: Final = "%Y%m%d-%H%M%S"
_STAMPED: Final = 15
"""The time at which a file is set aside, at the end of its name, and how long that is."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A journal that is open."""

    database: sqlite3.Connection
    key: bytes
    """Of the fingerprints."""
    notes: tuple[str, ...]
    """What the person should know, a sentence or two each."""


def in_memory(key: bytes) -> Opened:
    """A journal that nobody else sees and that ends with the program."""
    database = _connected(":memory:", 0)
    _prepare(database)
    database.executescript(TABLES)
    return Opened(database, key, ())


def on_disk(
    path: Path,
    new_key: Callable[[], bytes],
    now: Callable[[], datetime],
    runs: Runs,
    busy_seconds: float,
) -> Opened:
    """Open the journal, or make it.

    Args:
        path: its file; that of the key and a lock lie beside it.
        new_key: makes a key, where there is none yet.
        now: the present moment, for the name of a file that is set aside.
        runs: the running programs: while others have it open nothing is set aside, and this one is
            among those as soon as it has.
        busy_seconds: how long another program is waited for.

    Raises:
        FileError: the disk does not let it.
        sqlite3.Error: the same, in SQLite's words.
    """
    files.make_private(path.parent)
    with files.locked(path.with_name(f"{path.name}.lock"), busy_seconds):
        key, notes = _key(path, new_key, now)
        database = _usable(path, busy_seconds)
        if isinstance(database, str):
            if runs.others():
                raise FileError(
                    "The history can't be used",
                    f"{path} {database}, and another {NAME} has it open.",
                    "Close the other windows, then try again.",
                )
            aside = _set_aside(path, now())
            notes.append(
                f"The history in {path} {database}. It is now {aside.name}, and a new one was"
                " begun: what was sent before is not known here."
            )
            database = _usable(path, busy_seconds)
        if isinstance(database, str):
            raise FileError("The history can't be used", f"{path} {database}.")
        try:
            runs.hold()
        except FileError:
            database.close()
            raise
    return Opened(database, key, tuple(notes))


def since(path: Path, zone: tzinfo | None) -> datetime | None:
    """Since when a journal records, by the last one that was set aside beside it; None if none was.

    Args:
        path: its file.
        zone: the time zone of the names that files are set aside under.

    Raises:
        FileError: the directory can't be read.
    """
    prefix = f"{path.name}."
    try:
        names = [each.name for each in files.entries(path.parent)]
    except FileError as error:
        # Where nothing can be written, nothing was set aside; that is said when it matters.
        if isinstance(error.__cause__, NotADirectoryError):
            return None
        raise
    aside = (name for name in names if name.startswith(prefix) and not name.endswith(_OF_SQLITE))
    moments = (_moment(name.removeprefix(prefix), zone) for name in aside)
    return max((moment for moment in moments if moment is not None), default=None)


def _moment(suffix: str, zone: tzinfo | None) -> datetime | None:
    """When a file was set aside, by the end of its name; None where that says nothing."""
    try:
        # Of several of one second, all but the first have a number behind it.
        return datetime.strptime(suffix[:_STAMPED], _STAMP).replace(tzinfo=zone)
    except ValueError:
        return None


def _usable(path: Path, busy_seconds: float) -> sqlite3.Connection | str:
    """The open database, or why it is no use."""
    if not _is_there(path):
        # An empty file is an empty database; SQLite's own would be readable by all.
        files.write_new(path, b"")
    for suffix in _OF_SQLITE:
        _is_there(Path(f"{path}{suffix}"))
    database = _connected(str(path), busy_seconds)
    try:
        _prepare(database)
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            database.close()
            return "was written by a newer version of this program"
        if version == 0:
            if database.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                database.close()
                return "is not this program's"
            database.execute("PRAGMA journal_mode = WAL")
            database.executescript(f"BEGIN IMMEDIATE; {TABLES} COMMIT;")
        elif database.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            database.close()
            return "is damaged"
        elif version < VERSION:
            database.executescript(f"BEGIN IMMEDIATE; {upgrade(version)} COMMIT;")
    except sqlite3.DatabaseError as error:
        database.close()
        if error.sqlite_errorcode in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            return "is damaged"
        raise
    return database


def _connected(name: str, busy_seconds: float) -> sqlite3.Connection:
    database = sqlite3.connect(
        name, timeout=busy_seconds, isolation_level=None, check_same_thread=False
    )
    database.row_factory = sqlite3.Row
    return database


def _prepare(database: sqlite3.Connection) -> None:
    # What is recorded must survive the machine's sudden end, not only the program's.
    database.execute("PRAGMA synchronous = FULL")
    database.execute("PRAGMA foreign_keys = ON")


def _is_there(path: Path) -> bool:
    """Whether a file of SQLite's is there, this user's alone: it would write through any link."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise FileError(
            "The history can't be used", f"{path} can't be looked at: {error.strerror}."
        ) from error
    if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
        raise FileError(
            "The history can't be used",
            f"{path} is a link, has a second name or is no file, and was not opened.",
            "Move it away, or put a copy of it in its place.",
        )
    files.take_from_others(path)
    return True


def _key(
    journal: Path, new_key: Callable[[], bytes], now: Callable[[], datetime]
) -> tuple[bytes, list[str]]:
    """The key beside a journal, a new one where there is none of use, and what to say of that."""
    path = journal.with_name(f"{journal.stem}.key")
    key = files.read_if_there(path, KEY_SIZE)
    if key is not None and len(key) == KEY_SIZE:
        return key, []
    found = ""
    if key is not None:
        aside = _set_aside(path, now())
        found = f"{path} was cut short and is now {aside.name}."
    elif os.path.lexists(journal):
        found = f"{path} is gone."
    key = new_key()
    files.write_new(path, key)
    if not found:
        return key, []
    forgotten = "Usernames that were sent before can't be recognised any more."
    return key, [f"The key in {found} {forgotten}"]


def _set_aside(path: Path, at: datetime) -> Path:
    """Give a file, and what belongs to it, a name with the time."""
    name = f"{path.name}.{at:{_STAMP}}"
    aside, number = path.with_name(name), 2
    while os.path.lexists(aside):
        aside, number = path.with_name(f"{name}-{number}"), number + 1
    for suffix in ("", *_OF_SQLITE):
        if os.path.lexists(part := Path(f"{path}{suffix}")):
            files.move(part, Path(f"{aside}{suffix}"))
    return aside
