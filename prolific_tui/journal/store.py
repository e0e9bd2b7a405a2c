"""The journal: every method is one transaction, on the disk when it returns.

It may be asked from any thread. Other running programs may use the same file: each change is made
to what is there at that moment.
"""

import contextlib
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from prolific_tui import files
from prolific_tui.errors import FileError
from prolific_tui.journal import marks, opening
from prolific_tui.journal.opening import Opened
from prolific_tui.journal.runs import Runs
from prolific_tui.journal.schema import PARTS, SENDS, part_values, send_of, standing_of
from prolific_tui.journal.words import in_words, no_such
from prolific_tui.submission.fingerprints import KEY_SIZE, Fingerprints, Prepared, unpacked
from prolific_tui.submission.journal import Learned, NewPart, NewSend, PoolMarks
from prolific_tui.submission.send import Part, Send

_BUSY_SECONDS: Final = 5.0
_CLOSING_SECONDS: Final = 0.5


class JournalStore:
    """A journal in one file; nothing is made before the first record.

    Args:
        path: its file, in a directory of this program; None for memory.
        run: the name of this running program, which no other may ever have: some random letters.
        random: makes so many random bytes, for the key of the fingerprints.
        now: the present moment, for the name of a file that is set aside.
        busy_seconds: how long another program's transaction is waited for.
    """

    def __init__(
        self,
        path: Path | None,
        run: str,
        *,
        random: Callable[[int], bytes],
        now: Callable[[], datetime],
        busy_seconds: float = _BUSY_SECONDS,
    ) -> None:
        self._path = None if path is None else files.expand(path)
        self._runs = Runs(None if path is None else files.expand(path).with_name("runs"), run)
        self._random = random
        self._now = now
        self._busy_seconds = busy_seconds
        self._turn = threading.RLock()
        """Held for as long as something is asked."""
        self._opened: Opened | None = None
        self._prepared = Prepared()

    # Sends

    def prepare(self, usernames: Sequence[str]) -> None:
        """Make the fingerprints of a list that may be sent; see `submission.journal.Journal`."""
        with self._turn:
            # Without a file there is no key yet, and looking at a list makes none.
            if self._opened is None:
                return
            fingerprints = self._fingerprints()
        self._prepared.make(fingerprints, usernames)

    def begin(self, new: NewSend) -> Send:
        """Record a send that is about to begin; see `submission.journal.Journal`."""
        with self._writing() as (database, fingerprints):
            number = database.execute(
                """
                INSERT INTO sends (kind, service_url, owner_id, owner_email, workspace_id,
                    workspace_title, pool_id, label, source, rows, begun, planned_parts,
                    old_secret_id, run, destinations)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                (
                    new.kind.value,
                    new.service_url,
                    new.owner.id,
                    new.owner.email,
                    new.workspace.id,
                    new.workspace.title,
                    new.pool_id,
                    new.label,
                    new.source,
                    len(new.usernames),
                    new.begun.isoformat(),
                    new.planned_parts,
                    new.old_secret_id,
                    self._runs.own,
                    None if new.destinations is None else json.dumps(new.destinations),
                ),
            ).lastrowid
            self._runs.own_sends.add(number or 0)
            usernames = self._prepared.take(fingerprints, new.usernames)
            old = None if new.old_secret is None else fingerprints.mark(new.old_secret)
            database.execute(
                "INSERT INTO fingerprints VALUES (?, ?, ?, ?)",
                (number, fingerprints.key_id, usernames, old),
            )
            return self._send(database, number or 0)

    def take_up(self, number: int) -> Send:
        """Be at work on a send from now on, unless another running program is."""
        with self._writing() as (database, _):
            send = self._send(database, number)
            if send.in_use:
                raise FileError(
                    "Somebody is at work on this",
                    "This is being sent or settled right now, here or in another window; nothing"
                    " was done.",
                    "Wait for it, then look at it again.",
                )
            database.execute("UPDATE sends SET run = ? WHERE number = ?", (self._runs.own, number))
            self._runs.own_sends.add(number)
            return replace(send, in_use=True)

    def leave(self, number: int) -> Send:
        """Be at work on a send no longer, as far as this program goes even if this raises."""
        self._runs.own_sends.discard(number)
        with self._writing() as (database, _):
            database.execute(
                "UPDATE sends SET run = NULL WHERE number = ? AND run = ?",
                (number, self._runs.own),
            )
            return self._send(database, number)

    def about_to_send(self, number: int, new: NewPart) -> Part:
        """Record that a part is about to leave; it may leave once this has returned."""
        with self._writing() as (database, _):
            if new.since is not None:
                # In the same transaction: of two windows with the same rows only one goes on.
                marks.refuse_sent(database, number, new.rows, new.since, self._runs.is_at_work)
            if new.learned is not None:
                _learn(database, number, new.learned)
            if new.pool_id is not None:
                _know_pool(database, number, new.pool_id)
            last = database.execute(
                "SELECT max(number) FROM parts WHERE send = ?", (number,)
            ).fetchone()[0]
            part = Part((last or 0) + 1, *new.rows, new.at, new.before)
            _put(database, number, part)
            return part

    def record(self, number: int, learned: Learned) -> None:
        """Record what is known of a part by now, and the pool that the send made."""
        with self._writing() as (database, _):
            _learn(database, number, learned)

    def send(self, number: int) -> Send:
        """A send as it is now."""
        with self._reading() as database:
            if database is None:
                raise no_such(number)
            return self._send(database, number)

    def sends(self, service_url: str) -> tuple[Send, ...]:
        """All sends of a service, the newest first."""
        with self._reading() as database:
            if database is None:
                return ()
            found = database.execute(
                f"{SENDS} WHERE service_url = ? ORDER BY number DESC", (service_url,)
            ).fetchall()
            parts: dict[int, list[sqlite3.Row]] = {}
            for row in database.execute(f"{PARTS} ORDER BY send, number"):
                parts.setdefault(row["send"], []).append(row)
            is_at_work = self._runs.is_at_work
            return tuple(send_of(row, parts.get(row["number"], ()), is_at_work) for row in found)

    def position(self) -> int:
        """The number of the last change to what is known of any part; 0 before the first."""
        with self._reading() as database:
            return 0 if database is None else _position(database)

    def stamp(self) -> int | None:
        """Another number than before if another program wrote anything down since."""
        with self._turn, in_words(self._path, "read"):
            if self._opened is None and self._path is not None and not _is_there(self._path):
                return None
            # https://sqlite.org/pragma.html#pragma_data_version
            found = self._open().database.execute("PRAGMA data_version").fetchone()
            return int(found[0])

    # Fingerprints

    def places(self, number: int, usernames: Sequence[str]) -> list[int | None]:
        """For each username its place in a send."""
        with self._reading() as database:
            if database is None:
                raise no_such(number)
            fingerprints = self._fingerprints()
            row = marks.of_send(database, number)
        if row["key_id"] != fingerprints.key_id:
            return [None] * len(usernames)
        place_of = {mark: place for place, mark in enumerate(unpacked(row["usernames"]))}
        return [place_of.get(fingerprints.mark(name)) for name in usernames]

    def is_old_secret(self, number: int, value: str) -> bool | None:
        """Whether a secret has the value that a send was to replace."""
        with self._reading() as database:
            if database is None:
                raise no_such(number)
            fingerprints = self._fingerprints()
            row = marks.of_send(database, number)
        if row["old_secret"] is None or row["key_id"] != fingerprints.key_id:
            return None
        return bool(row["old_secret"] == fingerprints.mark(value))

    def marks(self, service_url: str, pool_id: str) -> PoolMarks:
        """What was sent to a pool; of sends whose key is lost nothing is known."""
        with self._reading() as database:
            fingerprints = self._fingerprints()
            if database is None:
                return PoolMarks(fingerprints.mark)
            return marks.of_pool(database, fingerprints, service_url, pool_id)

    def marks_of_open_creates(self, service_url: str, workspace_id: str) -> PoolMarks:
        """What may have arrived in pools of which nobody knows the ids."""
        with self._reading() as database:
            fingerprints = self._fingerprints()
            if database is None:
                return PoolMarks(fingerprints.mark)
            return marks.of_open_creates(database, fingerprints, service_url, workspace_id)

    # Labels

    def labels(self, service_url: str) -> Mapping[str, str]:
        """What the pools of a service are called, by id."""
        with self._reading() as database:
            if database is None:
                return {}
            found = database.execute(
                "SELECT pool_id, label FROM pools WHERE service_url = ?", (service_url,)
            )
            return {row["pool_id"]: row["label"] for row in found}

    def set_label(self, service_url: str, pool_id: str, label: str) -> None:
        """Call a pool something; an empty label forgets it."""
        with self._writing() as (database, _):
            _set_label(database, service_url, pool_id, label)

    def notes(self) -> tuple[str, ...]:
        """What the person should know of the journal itself."""
        with self._turn:
            return self._opened.notes if self._opened else ()

    def since(self) -> datetime | None:
        """Since when sends are recorded, where a journal before this one was set aside."""
        return None if self._path is None else opening.since(self._path, self._now().tzinfo)

    def close(self) -> None:
        """Let other programs go on with what this one was at work on."""
        # A disk that hangs must not keep the program from ending, which does the same.
        if self._turn.acquire(timeout=_CLOSING_SECONDS):
            try:
                if self._opened is not None and self._path is not None:
                    self._opened.database.close()
                    self._opened = None
                self._runs.close()
            finally:
                self._turn.release()

    # Asking the database

    @contextlib.contextmanager
    def _writing(self) -> Iterator[tuple[sqlite3.Connection, Fingerprints]]:
        with self._turn, in_words(self._path, "written"):
            database = self._open().database
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database, self._fingerprints()
                database.execute("COMMIT")
            except BaseException:
                if database.in_transaction:
                    database.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """The database as it is at one moment; None, and nothing is made, where there is none."""
        with self._turn, in_words(self._path, "read"):
            if self._opened is None and self._path is not None and not _is_there(self._path):
                yield None
                return
            database = self._open().database
            database.execute("BEGIN")
            try:
                yield database
            finally:
                database.execute("COMMIT")

    def _open(self) -> Opened:
        if self._opened is None:
            self._opened = (
                opening.in_memory(self._random(KEY_SIZE))
                if self._path is None
                else opening.on_disk(
                    self._path,
                    lambda: self._random(KEY_SIZE),
                    self._now,
                    self._runs,
                    self._busy_seconds,
                )
            )
        return self._opened

    def _fingerprints(self) -> Fingerprints:
        # Before anything was recorded there is nothing to recognise, whatever the key.
        return Fingerprints(self._opened.key if self._opened else bytes(KEY_SIZE))

    def _send(self, database: sqlite3.Connection, number: int) -> Send:
        row = database.execute(f"{SENDS} WHERE number = ?", (number,)).fetchone()
        if row is None:
            raise no_such(number)
        parts = database.execute(f"{PARTS} WHERE send = ? ORDER BY number", (number,))
        return send_of(row, parts, self._runs.is_at_work)


def memory_journal(random: Callable[[int], bytes], now: Callable[[], datetime]) -> JournalStore:
    """A journal for the demo, which forgets everything when the program ends."""
    return JournalStore(None, "this program", random=random, now=now)


def _is_there(path: Path) -> bool:
    """Whether there is a journal; raises OSError where that can't be found out."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _put(database: sqlite3.Connection, number: int, part: Part) -> None:
    values = {**part_values(number, part), "change": _change(database, number, part)}
    names = ", ".join(values)
    places = ", ".join(f":{name}" for name in values)
    database.execute(f"INSERT OR REPLACE INTO parts ({names}) VALUES ({places})", values)  # noqa: S608 - our own names


def _change(database: sqlite3.Connection, number: int, part: Part) -> int:
    """The number of the change by which a part stands as it does: a new one unless it did."""
    before = database.execute(
        f"{PARTS} WHERE send = ? AND number = ?", (number, part.number)
    ).fetchone()
    if before is not None and standing_of(before) is part.standing:
        return int(before["change"])
    return _position(database) + 1


def _position(database: sqlite3.Connection) -> int:
    return database.execute("SELECT max(change) FROM parts").fetchone()[0] or 0


def _learn(database: sqlite3.Connection, number: int, learned: Learned) -> None:
    _put(database, number, learned.part)
    if learned.forgets_made:
        database.execute(
            "UPDATE sends SET pool_id = NULL, made_secret_id = NULL WHERE number = ?", (number,)
        )
    if learned.secret_id is not None:
        database.execute(
            "UPDATE sends SET made_secret_id = ? WHERE number = ?", (learned.secret_id, number)
        )
    if learned.pool_id is not None:
        _know_pool(database, number, learned.pool_id)


def _know_pool(database: sqlite3.Connection, number: int, pool_id: str) -> None:
    """It is known which pool a send made: that is called as it was to be, or as it is already."""
    made = database.execute(
        """
        UPDATE sends SET pool_id = ? WHERE number = ? AND pool_id IS NULL
        RETURNING service_url, label
        """,
        (pool_id, number),
    ).fetchone()
    if made is not None and made["label"]:
        database.execute(
            "INSERT OR IGNORE INTO pools VALUES (?, ?, ?)",
            (made["service_url"], pool_id, made["label"]),
        )


def _set_label(database: sqlite3.Connection, service_url: str, pool_id: str, label: str) -> None:
    if label:
        database.execute(
            "INSERT OR REPLACE INTO pools VALUES (?, ?, ?)", (service_url, pool_id, label)
        )
    else:
        database.execute(
            "DELETE FROM pools WHERE service_url = ? AND pool_id = ?", (service_url, pool_id)
        )
