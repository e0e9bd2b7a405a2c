"""The journal: on the disk before anything leaves, shared, private, and never written over."""

import os
import resource
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from prolific_tui.errors import Effect, FileError, ProlificTuiError
from prolific_tui.journal import JournalStore, memory_journal, opening
from prolific_tui.models import CredentialPool
from prolific_tui.submission.fingerprints import KEY_SIZE
from prolific_tui.submission.journal import Journal, Learned, NewSend, SentMeanwhileError
from prolific_tui.submission.plan import Kind
from prolific_tui.submission.send import Finding, Part, Standing
from tests.submission_bench import OWNER, SERVICE_URL, WORKSPACE

FULL = 2
"""What SQLite calls waiting for the disk at the end of every transaction."""
NOW = datetime(2026, 11, 21, 10, 22, tzinfo=UTC)
LATER = datetime(2026, 11, 21, 10, 23, tzinfo=UTC)
NAMES = ("lab-b-061", "lab-b-062", "lab-b-063", "Lab \ud800 odd")
BEFORE = (CredentialPool("pool", 60), CredentialPool("other"))
SEND = NewSend(
    kind=Kind.APPEND,
    service_url=SERVICE_URL,
    owner=OWNER,
    workspace=WORKSPACE,
    pool_id="pool",
    label="chatbot-B",
    source="b-wave2.csv",
    usernames=NAMES,
    begun=NOW,
    planned_parts=2,
)


def on_disk(folder: Path, name: str = "one") -> JournalStore:
    """The journal as a running program of that name opens it."""
    return JournalStore(
        folder / "state" / "journal.sqlite3",
        name,
        random=lambda count: bytes(range(count)),
        now=lambda: NOW,
        busy_seconds=0.2,
    )


@pytest.fixture(params=["memory", "disk"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[JournalStore]:
    """A journal of each kind: both do the same."""
    store = memory_journal(bytes, lambda: NOW) if request.param == "memory" else on_disk(tmp_path)
    with closing(store):
        yield store


def accepted(part: Part) -> Part:
    return replace(part, effect=Effect.ACCEPTED, title="Done", message="It was done.", ended=LATER)


def test_a_send_is_told_as_it_was_written_down(journal: JournalStore) -> None:
    assert journal.sends(SERVICE_URL) == ()

    begun = journal.begin(SEND)
    part = journal.about_to_send(begun.number, (0, 3), BEFORE, NOW)

    send = journal.send(begun.number)
    assert (send.kind, send.workspace, send.owner, send.pool_id) == (
        Kind.APPEND,
        WORKSPACE,
        OWNER,
        "pool",
    )
    assert (send.label, send.source, send.rows, send.begun) == ("chatbot-B", "b-wave2.csv", 4, NOW)
    assert (part.number, part.start, part.stop, part.before) == (1, 0, 3, BEFORE)
    assert (send.parts, send.standing, send.in_use) == ((part,), Standing.OPEN, True)
    assert not send.is_open, "somebody is at work on it"

    journal.record(begun.number, Learned(accepted(part)))
    left = journal.leave(begun.number)

    assert left == journal.sends(SERVICE_URL)[0]
    assert (left.standing, left.accepted_rows, left.left) == (Standing.PARTLY, 3, ((3, 4),))
    assert left.ended == LATER
    assert left.can_go_on
    assert journal.sends("https://elsewhere.example") == ()


def test_who_knows_more_later_says_so_and_the_newest_send_comes_first(
    journal: JournalStore,
) -> None:
    numbers = [journal.begin(replace(SEND, begun=NOW)).number for _ in range(3)]
    part = journal.about_to_send(numbers[0], (0, 4), BEFORE, NOW)
    journal.record(numbers[0], Learned(replace(part, effect=Effect.UNKNOWN, ended=NOW)))
    found = replace(part, effect=Effect.UNKNOWN, finding=Finding.REPORTED, total_after=64)

    journal.record(numbers[0], Learned(found))

    settled = journal.send(numbers[0])
    assert (settled.standing, settled.parts) == (Standing.ACCEPTED, (found,))
    assert [send.number for send in journal.sends(SERVICE_URL)] == numbers[::-1]


def test_a_pool_that_a_send_made_is_called_as_it_was_to_be(journal: JournalStore) -> None:
    number = journal.begin(replace(SEND, kind=Kind.CREATE, pool_id=None)).number
    part = journal.about_to_send(number, (0, 4), BEFORE, NOW)

    for pool_id in ("made", "another"):
        journal.record(number, Learned(accepted(part), pool_id))
        assert journal.send(number).pool_id == "made"
    assert journal.labels(SERVICE_URL) == {"made": "chatbot-B"}

    journal.set_label(SERVICE_URL, "made", "chatbot-C")
    journal.set_label(SERVICE_URL, "pool", "pilot")
    assert journal.labels(SERVICE_URL) == {"made": "chatbot-C", "pool": "pilot"}
    journal.set_label(SERVICE_URL, "pool", "")
    assert journal.labels(SERVICE_URL) == {"made": "chatbot-C"}
    assert journal.labels("https://elsewhere.example") == {}


def test_usernames_are_recognised_by_what_became_of_them(journal: JournalStore) -> None:
    assert not journal.marks(SERVICE_URL, "pool").surely
    number = journal.begin(SEND).number
    parts = [journal.about_to_send(number, (at, at + 1), BEFORE, NOW) for at in range(len(NAMES))]
    journal.record(number, Learned(accepted(parts[0])))
    journal.record(
        number, Learned(replace(parts[1], effect=Effect.UNKNOWN, finding=Finding.NOT_THERE))
    )
    journal.record(number, Learned(replace(parts[2], effect=Effect.REFUSED)))

    marks = journal.marks(SERVICE_URL, "pool")

    assert [marks.mark(name) in marks.surely for name in NAMES] == [True, False, False, False]
    assert [marks.mark(name) in marks.perhaps for name in NAMES] == [False, True, False, True]
    assert not journal.marks(SERVICE_URL, "other").surely
    assert journal.places(number, ["strange", NAMES[3], NAMES[0], NAMES[0].upper()]) == [
        None,
        3,
        0,
        None,
    ]


def test_rows_that_may_be_there_without_being_told_by_their_names_are_counted(
    journal: JournalStore,
) -> None:
    def sent(new: NewSend, what: Finding | None, before: tuple[CredentialPool, ...]) -> None:
        number = journal.begin(new).number
        part = journal.about_to_send(number, (0, 4), before, NOW)
        effect = Effect.UNKNOWN if what else Effect.ACCEPTED
        journal.record(number, Learned(replace(part, effect=effect, finding=what)))

    create = replace(SEND, kind=Kind.CREATE, pool_id=None)
    sent(create, None, ())
    assert journal.marks(SERVICE_URL, "pool").unmarked == 0, "nothing tells of which workspace"

    sent(replace(SEND, usernames=[f"late-{n}" for n in range(4)]), Finding.SAID_NOT, BEFORE)
    sent(create, Finding.SAID_NOT, BEFORE)  # that pool was there before
    assert journal.marks(SERVICE_URL, "pool").unmarked == 8
    sent(SEND, None, BEFORE)
    marks = journal.marks(SERVICE_URL, "pool")
    assert (len(marks.surely), len(marks.perhaps), marks.unmarked) == (4, 0, 8)


class Counted(list[str]):
    """Usernames that count how often they are gone through."""

    times = 0

    def __iter__(self) -> Iterator[str]:
        self.times += 1
        return super().__iter__()


def test_the_fingerprints_of_a_reviewed_list_are_made_once_and_only_for_that_list(
    journal: JournalStore,
) -> None:
    first = journal.begin(SEND).number
    reviewed, given_up = Counted(NAMES), Counted(NAMES)
    journal.prepare(given_up)

    journal.prepare(reviewed)
    assert (reviewed.times, given_up.times) == (1, 1)
    other = journal.begin(replace(SEND, usernames=NAMES[::-1])).number
    journal.prepare(reviewed)
    before = reviewed.times
    begun = journal.begin(replace(SEND, usernames=reviewed)).number

    assert reviewed.times == before
    places = [0, 1, 2, 3]
    assert journal.places(begun, NAMES) == journal.places(first, NAMES) == places
    assert journal.places(other, NAMES) == places[::-1]


def test_an_old_secret_is_recognised_by_its_value(journal: JournalStore) -> None:
    kind = Kind.REPLACE_SECRET
    with_value = journal.begin(replace(SEND, kind=kind, usernames=(), old_secret="whs-old")).number
    without = journal.begin(replace(SEND, kind=kind, usernames=())).number

    assert journal.is_old_secret(with_value, "whs-old") is True
    assert journal.is_old_secret(with_value, "whs-new") is False
    assert journal.is_old_secret(without, "whs-old") is None


def test_only_one_at_a_time_is_at_work_on_a_send(journal: JournalStore) -> None:
    number = journal.begin(SEND).number
    with pytest.raises(ProlificTuiError, match="Somebody is at work"):
        journal.take_up(number)
    journal.leave(number)

    assert journal.take_up(number).in_use
    for ask in (journal.send, journal.take_up):
        with pytest.raises(ProlificTuiError, match="No such send"):
            ask(number + 1)


# On the disk


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


def test_no_username_and_no_secret_is_on_the_disk(tmp_path: Path) -> None:
    with closing(on_disk(tmp_path)) as journal:
        number = journal.begin(replace(SEND, old_secret="whs-old")).number
        journal.record(
            number, Learned(accepted(journal.about_to_send(number, (0, 4), BEFORE, NOW)))
        )
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
        part = journal.about_to_send(number, (0, 4), BEFORE, NOW)

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
                number, Learned(accepted(journal.about_to_send(number, (0, 4), BEFORE, NOW)))
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


def test_a_key_that_was_cut_short_is_set_aside_and_nothing_is_recognised_falsely(
    tmp_path: Path,
) -> None:
    with closing(on_disk(tmp_path)) as journal:
        number = journal.begin(replace(SEND, old_secret="whs-old")).number
        journal.record(
            number, Learned(accepted(journal.about_to_send(number, (0, 4), BEFORE, NOW)))
        )
    (tmp_path / "state" / "journal.key").write_bytes(b"short")
    other = on_disk(tmp_path, "two")
    other._random = lambda count: b"k" * count

    with closing(other) as journal:
        marks = journal.marks(SERVICE_URL, "pool")
        assert (len(marks.surely), marks.unmarked) == (0, 4)
        assert journal.places(number, NAMES) == [None] * 4
        assert journal.is_old_secret(number, "whs-old") is None
        assert "can't be recognised" in journal.notes()[0]


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
                journal.about_to_send(number, (0, 4), BEFORE, NOW)
            assert "disk" in caught.value.message
            assert journal.send(number).parts == ()
        assert journal.about_to_send(number, (0, 4), BEFORE, NOW).number == 1


def test_where_nothing_can_be_made_nothing_is_recorded_and_it_says_why(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")

    with closing(on_disk(tmp_path)) as journal:
        assert journal.sends(SERVICE_URL) == ()
        with pytest.raises(ProlificTuiError) as caught:
            journal.begin(SEND)

    assert str(tmp_path / "state") in caught.value.message


@pytest.mark.parametrize("kind", [Kind.APPEND, Kind.CREATE])
def test_rows_that_another_send_has_since_they_were_reviewed_do_not_leave(
    journal: JournalStore, kind: Kind
) -> None:
    new = replace(SEND, kind=kind, pool_id="pool" if kind is Kind.APPEND else None)
    theirs = journal.begin(new).number
    part = journal.about_to_send(theirs, (0, 2), BEFORE, NOW, since=NOW)
    mine = journal.begin(new).number

    # Under way there: it may arrive.
    with pytest.raises(SentMeanwhileError, match="another window") as caught:
        journal.about_to_send(mine, (1, 4), BEFORE, LATER, since=NOW)
    assert "1 row may have arrived with it" in caught.value.message
    assert journal.send(mine).parts == ()
    assert journal.about_to_send(mine, (2, 3), BEFORE, LATER, since=NOW).rows == 1

    # The other window finds its own next rows gone, too.
    with pytest.raises(SentMeanwhileError):
        journal.about_to_send(theirs, (2, 4), BEFORE, LATER, since=NOW)

    # Accepted there since the review, or before it: then the review knew.
    journal.record(theirs, Learned(accepted(part), pool_id="pool"))
    journal.leave(theirs)
    with pytest.raises(SentMeanwhileError) as caught:
        journal.about_to_send(mine, (0, 2), BEFORE, LATER, since=NOW)
    assert "2 rows were accepted with it" in caught.value.message
    assert journal.about_to_send(mine, (0, 2), BEFORE, LATER, since=LATER).rows == 2


@pytest.mark.parametrize("version", [1, 2])
def test_a_journal_of_a_version_before_is_gone_on_with(tmp_path: Path, version: int) -> None:
    with closing(on_disk(tmp_path)) as journal:
        journal.begin(SEND)
        journal.about_to_send(1, (0, 4), BEFORE, NOW)
        before = journal.send(1)
    with closing(sqlite3.connect(tmp_path / "state" / "journal.sqlite3")) as database:
        if version == 1:
            database.execute("ALTER TABLE parts DROP COLUMN new_pools")
        for column in ("destinations", "made_secret_id"):
            database.execute(f"ALTER TABLE sends DROP COLUMN {column}")
        database.execute(f"PRAGMA user_version = {version}")

    with closing(on_disk(tmp_path, "two")) as journal:
        assert journal.send(1).parts == before.parts
        journal.record(1, Learned(replace(before.parts[0], new_pools=2)))
        assert journal.send(1).parts[0].new_pools == 2
        assert (journal.send(1).destinations, journal.send(1).made_secret_id) == (None, None)
        secret = replace(SEND, kind=Kind.REPLACE_SECRET, usernames=(), destinations=("in a file",))
        assert journal.begin(secret).destinations == ("in a file",)
        journal.record(2, Learned(journal.about_to_send(2, (0, 0), (), NOW), secret_id="two"))
        assert journal.send(2).made_secret_id == "two"
        assert journal.notes() == ()


@pytest.mark.parametrize("found", [None, b"no database at all, but a text"])
def test_a_transaction_is_on_the_disk_when_it_ends(tmp_path: Path, found: bytes | None) -> None:
    """In a new journal, and in the one that is begun where the old one was set aside."""
    path = tmp_path / "journal.sqlite3"
    if found is not None:
        path.write_bytes(found)
        path.chmod(0o600)

    opened = opening.on_disk(path, lambda: bytes(KEY_SIZE), lambda: NOW, lambda: False, 0.2)

    with closing(opened.database) as database:
        assert bool(opened.notes) == (found is not None)
        assert database.execute("PRAGMA synchronous").fetchone()[0] == FULL
        assert database.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
