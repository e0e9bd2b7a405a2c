"""The journal on the disk: there before anything leaves, shared, private, never written over."""

import errno
import json
import os
import resource
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from prolific_tui.errors import FileError, ProlificTuiError
from prolific_tui.files.words import in_words as files_in_words
from prolific_tui.journal import opening
from prolific_tui.journal.runs import Runs
from prolific_tui.journal.words import in_words
from prolific_tui.submission.fingerprints import KEY_SIZE
from prolific_tui.submission.journal import Journal, Learned, NewPart
from prolific_tui.submission.plan import Kind
from prolific_tui.submission.send import Standing
from tests.journal_bench import FOUR, NAMES, NOW, SEND, accepted, on_disk
from tests.submission_bench import SERVICE_URL

FULL = 2
"""What SQLite calls waiting for the disk at the end of every transaction."""


def files_in(folder: Path) -> dict[str, int]:
    """What is in the folder, with the modes."""
    return {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in sorted((folder / "state").iterdir())
        if path.is_file()
    }


def test_nothing_is_made_before_the_first_send_and_then_all_is_private(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with closing(on_disk(tmp_path)) as journal:
            assert journal.sends(SERVICE_URL) == ()
            assert journal.labels(SERVICE_URL) == {}
            journal.prepare(NAMES)
            assert not (tmp_path / "state").exists()
            journal.begin(SEND)
            made = files_in(tmp_path)
    finally:
        os.umask(before)
    assert {"journal.sqlite3", "journal.sqlite3-wal", "journal.sqlite3-shm", "journal.key"} <= (
        made.keys()
    )
    assert set(made.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_a_journal_that_others_could_read_is_made_private(tmp_path: Path) -> None:
    with closing(on_disk(tmp_path)) as journal:
        journal.begin(SEND)
    path = tmp_path / "state" / "journal.sqlite3"
    path.chmod(0o644)

    with closing(on_disk(tmp_path, "two")) as journal:
        assert len(journal.sends(SERVICE_URL)) == 1
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_username_and_no_secret_is_on_the_disk(tmp_path: Path) -> None:
    with closing(on_disk(tmp_path)) as journal:
        number = journal.begin(replace(SEND, old_secret="whs-old")).number
        journal.record(number, Learned(accepted(journal.about_to_send(number, FOUR))))
        told = b"".join(
            path.read_bytes() for path in (tmp_path / "state").rglob("*") if path.is_file()
        )
    assert b"b-wave2.csv" in told
    for secret in (*NAMES[:3], "whs-old"):
        assert secret.encode() not in told
    assert bytes(range(32)) in told, "the key has a file of its own"
    assert bytes(range(32)) not in (tmp_path / "state" / "journal.sqlite3").read_bytes()


def test_the_next_run_finds_what_the_last_one_left_open(tmp_path: Path) -> None:
    with closing(on_disk(tmp_path)) as journal:
        number = journal.begin(SEND).number
        part = journal.about_to_send(number, FOUR)

    with closing(on_disk(tmp_path, "two")) as journal:
        (send,) = journal.sends(SERVICE_URL)
        assert (send.is_open, send.parts) == (True, (part,))
        assert journal.take_up(number).in_use
        assert journal.places(number, NAMES) == [0, 1, 2, 3]
        assert journal.notes() == ()


def test_two_windows_share_it_and_neither_takes_what_the_other_is_at(tmp_path: Path) -> None:
    with closing(on_disk(tmp_path)) as one, closing(on_disk(tmp_path, "two")) as two:
        mine, theirs = one.begin(SEND).number, two.begin(SEND).number

        assert [send.number for send in one.sends(SERVICE_URL)] == [theirs, mine]
        assert all(send.in_use and not send.is_open for send in one.sends(SERVICE_URL))
        with pytest.raises(ProlificTuiError, match="Somebody is at work"):
            two.take_up(mine)
        two.leave(mine)
        assert one.send(mine).in_use, "it was not theirs to leave"

        one.close()
        assert not two.send(mine).in_use
        assert two.take_up(mine).in_use


def test_what_another_window_wrote_changes_the_stamp_and_nothing_else_does(tmp_path: Path) -> None:
    with closing(on_disk(tmp_path)) as journal, closing(on_disk(tmp_path, "two")) as other:
        assert journal.stamp() is None
        other.begin(SEND)
        first = journal.stamp()
        assert first is not None
        journal.begin(SEND)
        assert journal.sends(SERVICE_URL)
        assert journal.stamp() == first
        other.begin(SEND)
        assert journal.stamp() != first


def test_writes_from_several_windows_and_threads_are_all_kept(tmp_path: Path) -> None:
    stores = [on_disk(tmp_path, name) for name in ("one", "two", "three")]
    count = 10

    def write(journal: Journal) -> None:
        for _ in range(count):
            number = journal.begin(SEND).number
            journal.record(
                number,
                Learned(accepted(journal.about_to_send(number, FOUR))),
            )
            journal.leave(number)

    for store in stores:
        store._busy_seconds = 60
    writers = [threading.Thread(target=write, args=(store,)) for store in stores for _ in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    sends = stores[0].sends(SERVICE_URL)
    for store in stores:
        store.close()
    assert [send.number for send in sends] == list(range(len(writers) * count, 0, -1))
    assert all(send.standing is Standing.ACCEPTED for send in sends)


@pytest.mark.parametrize("damage", ["no database", "cut short", "another program's"])
def test_a_journal_that_is_no_use_is_set_aside_with_a_word_and_never_deleted(
    tmp_path: Path, damage: str
) -> None:
    with closing(on_disk(tmp_path)) as journal:
        for _ in range(40):
            journal.begin(SEND)
    path = tmp_path / "state" / "journal.sqlite3"
    whole = path.read_bytes()
    match damage:
        case "no database":
            path.write_bytes(b"These are no longer the droids." * 200)
        case "cut short":
            path.write_bytes(whole[:4096] + bytes(len(whole) - 4096))
        case _:
            path.unlink()
            with closing(sqlite3.connect(path)) as database:
                database.execute("CREATE TABLE somebody (elses)")
    broken = path.read_bytes()

    with closing(on_disk(tmp_path, "two")) as journal:
        assert journal.sends(SERVICE_URL) == ()
        (note,) = journal.notes()
        aside = path.with_name("journal.sqlite3.20261121-102200")
        assert aside.name in note
        assert aside.read_bytes() == broken
        assert journal.begin(SEND).number == 1
        assert journal.since() == NOW

    # That what was before is not known lasts for longer than the note of it.
    with closing(on_disk(tmp_path, "three")) as journal:
        assert len(journal.sends(SERVICE_URL)) == 1
        assert not journal.notes()
        assert journal.since() == NOW


def test_a_newer_journal_is_set_aside_unless_its_program_still_runs(tmp_path: Path) -> None:
    newer = on_disk(tmp_path)
    number = newer.begin(SEND).number
    path = tmp_path / "state" / "journal.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 7")

    with closing(on_disk(tmp_path, "two")) as journal:
        with pytest.raises(FileError, match="can't be used") as caught:
            journal.begin(SEND)
        assert "a newer version" in caught.value.message
        newer.close()

        assert journal.sends(SERVICE_URL) == ()
        assert "a newer version" in journal.notes()[0]
    with closing(sqlite3.connect(path.with_name("journal.sqlite3.20261121-102200"))) as database:
        assert database.execute("SELECT number FROM sends").fetchall() == [(number,)]


def test_what_a_window_sends_after_it_only_looked_is_never_set_aside_under_it(
    tmp_path: Path,
) -> None:
    with closing(on_disk(tmp_path)) as journal:
        journal.begin(SEND)
    path = tmp_path / "state" / "journal.sqlite3"
    with closing(on_disk(tmp_path, "idle")) as idle, closing(on_disk(tmp_path, "two")) as other:
        assert len(idle.sends(SERVICE_URL)) == 1
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA user_version = 7")
        with pytest.raises(FileError, match="can't be used"):
            other.sends(SERVICE_URL)

        number = idle.begin(SEND).number

    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT max(number) FROM sends").fetchone() == (number,)


def test_a_key_that_was_cut_short_is_set_aside_and_nothing_is_recognised_falsely(
    tmp_path: Path,
) -> None:
    with closing(on_disk(tmp_path)) as journal:
        number = journal.begin(replace(SEND, old_secret="whs-old")).number
        journal.record(number, Learned(accepted(journal.about_to_send(number, FOUR))))
    (tmp_path / "state" / "journal.key").write_bytes(b"short")
    other = on_disk(tmp_path, "two")
    other._random = lambda count: b"k" * count

    with closing(other) as journal:
        marks = journal.marks(SERVICE_URL, "pool")
        assert (len(marks.surely), marks.unmarked) == (0, 4)
        assert journal.places(number, NAMES) == [None] * 4
        assert journal.is_old_secret(number, "whs-old") is None
        assert "can't be recognised" in journal.notes()[0]


def test_a_key_that_is_gone_is_missed_where_there_is_a_history(tmp_path: Path) -> None:
    with closing(on_disk(tmp_path)) as journal:
        journal.begin(SEND)
        assert journal.notes() == (), "before the first send there was none to miss"
    (tmp_path / "state" / "journal.key").unlink()

    with closing(on_disk(tmp_path, "two")) as journal:
        assert len(journal.sends(SERVICE_URL)) == 1
        (note,) = journal.notes()
    assert "journal.key is gone" in note
    assert "can't be recognised" in note


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    target = tmp_path / "elsewhere"
    (tmp_path / "state" / "journal.sqlite3").symlink_to(target)

    with closing(on_disk(tmp_path)) as journal, pytest.raises(FileError, match="can't be used"):
        journal.begin(SEND)

    assert not target.exists()


def test_another_window_that_holds_it_too_long_is_named(tmp_path: Path) -> None:
    with closing(on_disk(tmp_path)) as journal:
        journal.begin(SEND)
        with closing(sqlite3.connect(tmp_path / "state" / "journal.sqlite3")) as database:
            database.isolation_level = None
            database.execute("BEGIN IMMEDIATE")
            with pytest.raises(FileError, match="In use"):
                journal.begin(SEND)
            database.execute("ROLLBACK")
        assert journal.begin(SEND).number == 2


def test_a_disk_that_only_reads_is_told_from_a_program_that_was_told_to(tmp_path: Path) -> None:
    """`--read-only` is the person's own wish, and is called so; this is none."""
    path = tmp_path / "journal.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE sends (number)")
    with (
        closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database,
        pytest.raises(FileError) as refused,
        in_words(path, "written"),
    ):
        database.execute("INSERT INTO sends VALUES (1)")
    assert refused.value.title == "The history can't be written"
    assert refused.value.message == f"{path} is where nothing can be written."

    with pytest.raises(FileError) as refused, files_in_words(path, "written"):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))
    assert refused.value.title == "A read-only file system"


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """No file may grow beyond so many bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_takes_nothing_and_loses_nothing(tmp_path: Path) -> None:
    with closing(on_disk(tmp_path)) as journal:
        number = journal.begin(SEND).number
        wal = tmp_path / "state" / "journal.sqlite3-wal"
        with file_size_limit(wal.stat().st_size + 100):
            with pytest.raises(ProlificTuiError) as caught:
                journal.about_to_send(number, FOUR)
            assert "disk" in caught.value.message
            assert journal.send(number).parts == ()
        assert journal.about_to_send(number, FOUR).number == 1


def test_where_nothing_can_be_made_nothing_is_recorded_and_it_says_why(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")

    with closing(on_disk(tmp_path)) as journal:
        assert journal.sends(SERVICE_URL) == ()
        with pytest.raises(ProlificTuiError) as caught:
            journal.begin(SEND)

    assert str(tmp_path / "state") in caught.value.message


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_journal_of_a_version_before_is_gone_on_with(tmp_path: Path, version: int) -> None:
    with closing(on_disk(tmp_path)) as journal:
        journal.begin(SEND)
        journal.about_to_send(1, FOUR)
        before = journal.send(1)
    with closing(sqlite3.connect(tmp_path / "state" / "journal.sqlite3")) as database:
        if version == 1:
            database.execute("ALTER TABLE parts DROP COLUMN new_pools")
        if version < 3:
            for column in ("destinations", "made_secret_id"):
                database.execute(f"ALTER TABLE sends DROP COLUMN {column}")
        database.execute("DROP INDEX parts_by_change")
        database.execute("ALTER TABLE parts DROP COLUMN change")
        database.execute(f"PRAGMA user_version = {version}")

    with closing(on_disk(tmp_path, "two")) as journal:
        assert journal.send(1).parts == before.parts
        assert journal.position() == 0
        journal.record(1, Learned(replace(before.parts[0], new_pools=2)))
        assert journal.send(1).parts[0].new_pools == 2
        assert (journal.send(1).destinations, journal.send(1).made_secret_id) == (None, None)
        secret = replace(SEND, kind=Kind.REPLACE_SECRET, usernames=(), destinations=("/a file",))
        assert journal.begin(secret).destinations == ("/a file",)
        journal.record(
            2, Learned(journal.about_to_send(2, NewPart((0, 0), (), NOW)), secret_id="two")
        )
        assert journal.send(2).made_secret_id == "two"
        assert journal.position() == 1
        assert journal.notes() == ()


@pytest.mark.parametrize("found", [None, b"no database at all, but a text"])
def test_a_transaction_is_on_the_disk_when_it_ends(tmp_path: Path, found: bytes | None) -> None:
    """In a new journal, and in the one that is begun where the old one was set aside."""
    path = tmp_path / "journal.sqlite3"
    if found is not None:
        path.write_bytes(found)
        path.chmod(0o600)

    opened = opening.on_disk(
        path, lambda: bytes(KEY_SIZE), lambda: NOW, Runs(tmp_path / "runs", "one"), 0.2
    )

    with closing(opened.database) as database:
        assert bool(opened.notes) == (found is not None)
        assert database.execute("PRAGMA synchronous").fetchone()[0] == FULL
        assert database.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_where_a_secret_was_to_be_kept_is_no_sentence_any_more(tmp_path: Path) -> None:
    words = [
        "in /home/in the keyring",
        "in the keyring",
        "in this program's own file (0600, plain text)",
    ]
    with closing(on_disk(tmp_path)) as journal:
        journal.begin(replace(SEND, kind=Kind.REPLACE_SECRET, usernames=(), destinations=()))
    with closing(sqlite3.connect(tmp_path / "state" / "journal.sqlite3")) as database, database:
        database.execute("UPDATE sends SET destinations = ?", [json.dumps(words)])
        database.execute("PRAGMA user_version = 4")

    with closing(on_disk(tmp_path, "two")) as journal:
        assert journal.send(1).destinations == ("/home/in the keyring", "keyring", "file")
