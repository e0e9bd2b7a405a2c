"""Rows that were not sent outlive the program, are nobody else's, and are kept as was chosen."""

import itertools
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prolific_tui.credentials.rows import NO_ROWS, Rows
from prolific_tui.drafts import DraftStore, MemoryDrafts
from prolific_tui.drafts.form import BrokenError, Header, decoded, encoded
from prolific_tui.errors import FileError
from prolific_tui.settings import DraftKeeping
from prolific_tui.submission.draft import DraftContent, DraftKey, DraftSummary
from tests.drafts_bench import CONTENT, KEY, NOON, OTHER, PASSWORD

NOBODY = 65534
EVERYTHING, USERNAMES, NOTHING = DraftKeeping
TEXT = st.text(max_size=6)


class Programs:
    """Programs that run one after another, or beside each other, with the same directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory / "drafts"
        self._names = (f"run-{number}" for number in itertools.count(1))
        self._running: list[DraftStore] = []

    def start(self) -> DraftStore:
        store = DraftStore(self.directory, next(self._names), lock_seconds=0.1)
        self._running.append(store)
        return store

    def end(self) -> None:
        """Every one of them ends, as by a crash: nothing is told to anybody."""
        for store in self._running:
            store.close()
        self._running.clear()

    def next(self) -> DraftStore:
        self.end()
        return self.start()

    def files(self) -> list[Path]:
        return sorted(path for path in self.directory.rglob("*") if path.is_file())

    def drafts(self) -> list[Path]:
        return [path for path in self.files() if path.suffix == ".draft"]

    def bytes(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.files())


@pytest.fixture
def programs(tmp_path: Path) -> Iterator[Programs]:
    tmp_path.chmod(0o700)
    started = Programs(tmp_path)
    yield started
    started.end()


def save(
    store: DraftStore,
    content: DraftContent = CONTENT,
    keeping: DraftKeeping = EVERYTHING,
    *,
    key: DraftKey = KEY,
    hours: int = 0,
) -> None:
    store.save(key, content, keeping, NOON + timedelta(hours=hours))


def only(store: DraftStore) -> DraftSummary:
    (summaries, notes) = store.left()
    assert notes == ()
    (summary,) = summaries
    return summary


# What comes back


def test_the_next_run_finds_what_a_crash_left(programs: Programs) -> None:
    save(programs.start())

    store = programs.next()
    summary = only(store)
    draft = store.resume(summary.id)

    assert draft.content == CONTENT
    assert (summary.key, summary.rows, summary.saved_at) == (KEY, 3, NOON)
    assert (summary.label, summary.source) == (CONTENT.label, CONTENT.source)
    assert summary.has_passwords
    assert not summary.in_use
    assert summary.words == "3 rows for chatbot-B, saved 14 Nov 12:00"


def test_the_last_save_of_a_target_counts(programs: Programs) -> None:
    store = programs.start()
    save(store)
    save(store, DraftContent(Rows.of([("later", "x")])), hours=1)

    store = programs.next()

    assert store.resume(only(store).id).content.rows == Rows.of([("later", "x")])


def test_targets_are_kept_apart_and_listed_with_the_newest_first(programs: Programs) -> None:
    store = programs.start()
    save(store)
    save(store, key=OTHER, hours=1)

    summaries, _ = programs.next().left()

    assert [summary.key for summary in summaries] == [OTHER, KEY]


def test_what_was_sent_or_discarded_is_gone(programs: Programs) -> None:
    store = programs.start()
    save(store)
    save(store, key=OTHER)
    store.discard(KEY)
    store.discard(KEY)
    save(store, DraftContent(NO_ROWS), key=OTHER)

    assert programs.drafts() == []
    assert programs.next().left() == ((), ())


def test_a_resumed_draft_is_saved_and_discarded_as_ones_own(programs: Programs) -> None:
    save(programs.start())
    store = programs.next()
    store.resume(only(store).id)
    assert store.left() == ((), ())

    save(store, replace(CONTENT, label="later"))
    (path,) = programs.drafts()
    assert b"later" in path.read_bytes()

    store.discard(KEY)
    assert programs.drafts() == []


def test_a_draft_resumed_and_then_lost_in_a_crash_is_offered_again(programs: Programs) -> None:
    save(programs.start())
    store = programs.next()
    store.resume(only(store).id)

    store = programs.next()

    assert store.resume(only(store).id).content == CONTENT


def test_a_draft_can_be_deleted_unseen(programs: Programs) -> None:
    save(programs.start())
    store = programs.next()

    store.delete(only(store).id)

    assert store.left() == ((), ())
    assert [path.name for path in programs.directory.iterdir()] == ["lock"]


def test_looking_around_leaves_no_trace(programs: Programs) -> None:
    store = programs.start()

    assert store.left() == ((), ())
    assert store.conform(NOTHING) == ()
    store.discard(KEY)
    with pytest.raises(FileError, match="not there any more"):
        store.delete("run-0/x.draft")

    assert not programs.directory.exists()


def test_folders_of_runs_that_left_nothing_do_not_pile_up(programs: Programs) -> None:
    for _ in range(3):
        store = programs.next()
        save(store)
        store.discard(KEY)
        store.left()

    assert len(list(programs.directory.glob("run-*"))) == 1


@given(
    st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), max_size=30),
    st.tuples(TEXT, TEXT, TEXT, st.none() | TEXT),
    st.tuples(TEXT, TEXT),
    st.data(),
)
def test_every_draft_comes_back_as_it_was(
    pairs: list[tuple[str, str]],
    ids: tuple[str, str, str, str | None],
    words: tuple[str, str],
    data: st.DataObject,
) -> None:
    some = st.sets(st.sampled_from(range(len(pairs)))) if pairs else st.just(set[int]())
    flags = [tuple(sorted(data.draw(some))) for _ in range(3)]
    content = DraftContent(Rows.of(pairs), *words, *flags)
    header = Header(DraftKey(*ids), content.label, content.source, len(pairs), NOON, True)

    assert decoded(encoded(header, content)) == (header, content)

    bare = replace(header, has_passwords=False)
    assert decoded(encoded(bare, content)) == (
        bare,
        replace(content, rows=Rows([name for name, _ in pairs], [""] * len(pairs))),
    )


def test_flags_find_their_rows_in_a_long_list() -> None:
    rows = Rows.of((f"lab-{n}", "x") for n in range(20_000))
    content = DraftContent(rows, accepted=(0, 8191, 8192, 19_999), made=tuple(range(20_000)))
    header = Header(KEY, "", "", 20_000, NOON, True)

    assert decoded(encoded(header, content)) == (header, content)


# What is kept


def test_without_passwords_none_reaches_the_disk(programs: Programs) -> None:
    save(programs.start(), keeping=USERNAMES)
    assert PASSWORD.encode() not in programs.bytes()

    store = programs.next()
    summary = only(store)
    content = store.resume(summary.id).content

    assert not summary.has_passwords
    assert summary.words.endswith("the passwords were not kept")
    assert content.rows == Rows.of([("lab-1", ""), ("lab-2", ""), ("lab-3", "")])
    assert content.made == (1, 2)
    # An OK and an export were for the passwords as well.
    assert content.accepted == content.exported == ()


def test_with_nothing_to_be_kept_nothing_reaches_the_disk(programs: Programs) -> None:
    save(programs.start(), keeping=NOTHING)

    assert not programs.directory.exists()


def test_a_save_of_nothing_takes_back_the_one_before(programs: Programs) -> None:
    store = programs.start()
    save(store)
    save(store, keeping=NOTHING)

    assert programs.drafts() == []


def test_a_new_choice_takes_passwords_out_of_what_was_kept(programs: Programs) -> None:
    save(programs.start())
    store = programs.next()
    save(store, key=OTHER)

    assert store.conform(USERNAMES) == ()

    assert PASSWORD.encode() not in programs.bytes()
    assert b"lab-3" in programs.bytes()
    assert [summary.rows for summary in programs.next().left()[0]] == [3, 3]


def test_a_new_choice_of_nothing_takes_everything_back(programs: Programs) -> None:
    save(programs.start())
    store = programs.next()
    save(store, key=OTHER)

    assert store.conform(NOTHING) == ()

    assert programs.drafts() == []


def test_a_new_choice_of_everything_loses_nothing(programs: Programs) -> None:
    save(programs.start())
    store = programs.next()

    assert store.conform(EVERYTHING) == ()

    assert store.resume(only(store).id).content == CONTENT


def test_a_new_choice_says_where_passwords_stay(programs: Programs) -> None:
    save(programs.start())
    (note,) = programs.start().conform(USERNAMES)

    assert "still runs" in note
    assert PASSWORD.encode() in programs.bytes()


# Two programs at once


def test_two_programs_with_the_same_target_do_not_write_over_each_other(
    programs: Programs,
) -> None:
    one, other = programs.start(), programs.start()
    save(one, replace(CONTENT, label="one"))
    save(other, replace(CONTENT, label="other"), hours=1)
    one.discard(KEY)

    store = programs.next()

    assert only(store).label == "other"


def test_a_draft_that_is_open_elsewhere_is_seen_and_left_alone(programs: Programs) -> None:
    save(programs.start())
    other = programs.start()

    summary = only(other)

    assert summary.in_use
    assert summary.words.endswith("open in another window")
    for attempt in (other.resume, other.delete):
        with pytest.raises(FileError, match="Open in another window"):
            attempt(summary.id)
    assert len(programs.drafts()) == 1


def test_only_one_program_gets_a_draft(programs: Programs) -> None:
    save(programs.start())
    programs.end()
    one, other = programs.start(), programs.start()
    summary = only(one)
    assert only(other).id == summary.id

    assert one.resume(summary.id).content == CONTENT
    with pytest.raises(FileError, match="not there any more"):
        other.resume(summary.id)


def test_resuming_never_costs_rows_that_are_open_here(programs: Programs) -> None:
    save(programs.start(), replace(CONTENT, label="old"))
    store = programs.next()
    save(store, replace(CONTENT, label="new"))

    with pytest.raises(FileError, match="other rows for this target"):
        store.resume(only(store).id)
    assert len(programs.drafts()) == 2

    store.discard(KEY)
    assert store.resume(only(store).id).content.label == "old"


@pytest.mark.parametrize(
    "draft_id", ["../../etc/passwd", "/etc/passwd", "", "lock", "run-1/../run-1/x.draft"]
)
def test_an_id_leads_to_drafts_alone(programs: Programs, draft_id: str) -> None:
    save(programs.start())
    store = programs.next()

    for attempt in (store.resume, store.delete):
        with pytest.raises(FileError, match="not there any more"):
            attempt(draft_id)


# The disk


def test_only_the_owner_can_read_a_draft(programs: Programs) -> None:
    before = os.umask(0)
    try:
        save(programs.start())
    finally:
        os.umask(before)

    modes = {stat.S_IMODE(path.stat().st_mode) for path in programs.files()}
    folders = [programs.directory, *programs.directory.glob("run-*")]
    assert modes == {0o600}
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}


def test_a_link_in_the_place_of_a_draft_is_replaced_and_not_written_through(
    programs: Programs, tmp_path: Path
) -> None:
    store = programs.start()
    save(store)
    (path,) = programs.drafts()
    target = tmp_path / "precious"
    target.write_text("precious")
    path.unlink()
    path.symlink_to(target)

    save(store)

    assert target.read_text() == "precious"
    assert not path.is_symlink()


def test_a_link_is_neither_listed_nor_read_nor_removed(programs: Programs, tmp_path: Path) -> None:
    save(programs.start())
    programs.end()
    (path,) = programs.drafts()
    outside = tmp_path / "outside.draft"
    path.rename(outside)
    path.symlink_to(outside)
    folder = programs.directory / "linked"
    folder.symlink_to(tmp_path, target_is_directory=True)
    store = programs.start()

    assert store.left() == ((), ())
    assert store.conform(NOTHING) == ()
    with pytest.raises(FileError, match="not there any more"):
        store.resume(f"{path.parent.name}/{path.name}")

    assert outside.exists()


def test_a_file_of_another_making_in_the_place_of_a_draft_is_replaced_as_a_whole(
    programs: Programs,
) -> None:
    store = programs.start()
    save(store)
    (path,) = programs.drafts()
    path.write_text("x")
    path.chmod(0o644)

    save(store)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert decoded(path.read_bytes())[1] == CONTENT


def test_a_folder_that_others_can_write_in_is_not_used(programs: Programs) -> None:
    programs.directory.mkdir(mode=0o700)
    programs.directory.chmod(0o777)

    with pytest.raises(FileError, match="others can write"):
        save(programs.start())


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda _: b"\xff\xfe not JSON",
        lambda _: b"[]\n",
        lambda data: data.replace(b'"version": 1', b'"version": "1"'),
        lambda data: data.replace(b'"saved_at": "2025', b'"saved_at": "x'),
        lambda data: data.replace(b"+00:00", b""),
        lambda data: data.replace(b'"rows": 3', b'"rows": -3'),
        lambda _: b"[" * 100_000,
    ],
)
def test_a_file_that_is_no_draft_is_put_aside_with_a_note(
    programs: Programs, damage: Callable[[bytes], bytes]
) -> None:
    save(programs.start())
    programs.end()
    (path,) = programs.drafts()
    path.write_bytes(damage(path.read_bytes()))
    store = programs.start()

    summaries, (note,) = store.left()

    assert summaries == ()
    assert f"is now {path.name}.broken-1" in note
    assert PASSWORD not in note
    assert store.left() == ((), ())


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data[: data.index(b"\n") + 20],
        lambda data: data.replace(b'"rows": 3', b'"rows": 4'),
        lambda data: data.replace(b'"accepted": [0, 2]', b'"accepted": [0, 3]'),
        lambda data: data.replace(b'"accepted": [0, 2]', b'"accepted": [0, -1]'),
        lambda data: data.replace(b'"accepted": [0, 2]', b'"accepted": ["x"]'),
        lambda data: data.replace(b'"lab-1"', b"1"),
        lambda data: data.replace(b'"usernames"', b'"names"'),
        lambda data: data.replace(b'{"usernames"', b'[{"usernames"'),
    ],
)
def test_a_draft_that_is_not_whole_is_put_aside_and_not_resumed(
    programs: Programs, damage: Callable[[bytes], bytes]
) -> None:
    save(programs.start())
    programs.end()
    (path,) = programs.drafts()
    path.write_bytes(damage(path.read_bytes()))
    store = programs.start()

    with pytest.raises(FileError, match="The draft is damaged") as refused:
        store.resume(only(store).id)

    assert PASSWORD not in str(refused.value.message)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__
    assert store.left() == ((), ())
    assert path.with_name(f"{path.name}.broken-1").exists()


def test_a_draft_of_a_newer_version_is_left_to_it(programs: Programs) -> None:
    save(programs.start())
    programs.end()
    (path,) = programs.drafts()
    newer = path.read_bytes().replace(b'"version": 1', b'"version": 2')
    path.write_bytes(newer)
    store = programs.start()

    summaries, (note,) = store.left()

    assert summaries == ()
    assert "newer" in note
    with pytest.raises(FileError, match="newer version"):
        store.resume(f"{path.parent.name}/{path.name}")
    assert path.read_bytes() == newer


def test_damage_is_told_without_what_was_read() -> None:
    with pytest.raises(BrokenError) as refused:
        decoded(json.dumps({"password": PASSWORD}).encode())

    assert refused.value.__suppress_context__


@contextmanager
def as_an_ordinary_user(directory: Path) -> Iterator[None]:
    """Root may write everywhere, so permissions are only tested as somebody else."""
    user = os.geteuid()
    if user == 0:
        for path in (directory, *directory.rglob("*")):
            os.chown(path, NOBODY, -1)
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


def test_where_nothing_can_be_written_it_is_said_and_nothing_is_lost() -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        programs = Programs(directory)
        store = programs.start()
        save(store)
        with as_an_ordinary_user(directory):
            folder = programs.drafts()[0].parent
            folder.chmod(0o500)
            with pytest.raises(FileError, match="Not allowed"):
                save(store, replace(CONTENT, label="later"))
            folder.chmod(0o700)
        programs.end()

        assert decoded(programs.drafts()[0].read_bytes())[1] == CONTENT


def test_a_folder_that_makes_trouble_does_not_hide_the_others(programs: Programs) -> None:
    save(programs.start())
    trouble = programs.directory / "a-folder"
    (trouble / "lock").mkdir(parents=True)

    (summary,), (note,) = programs.next().left()

    assert summary.key == KEY
    assert "a-folder/lock" in note


def test_a_directory_that_was_cleared_away_is_made_again(programs: Programs) -> None:
    store = programs.start()
    save(store)
    shutil.rmtree(programs.directory)

    save(store)

    assert only(programs.start()).in_use


# Bad ends


def run(how: str, programs: Programs, rows: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.drafts_process", how, str(programs.directory), str(rows)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def test_a_program_killed_before_the_rename_leaves_the_rows_of_the_save_before(
    programs: Programs,
) -> None:
    with run("before-rename", programs, 50) as process:
        assert process.wait() == -signal.SIGKILL
    assert len(list(programs.directory.glob("doomed/.*"))) == 1, "half a save was left"

    store = programs.start()
    summary = only(store)
    assert list(programs.directory.glob("doomed/.*")) == [], "it is cleared away"
    content = store.resume(summary.id).content

    assert set(content.rows.passwords) == {"pw1"}
    assert len(content.rows) == 50


@pytest.mark.parametrize("saves", [1, 2, 3, 7])
def test_a_program_killed_while_it_saves_leaves_one_save_or_the_other(
    programs: Programs, saves: int
) -> None:
    with run("at-any-time", programs, 2000) as process:
        assert process.stdout is not None
        for _ in range(saves):
            process.stdout.read(1)
        process.kill()

    store = programs.start()
    content = store.resume(only(store).id).content

    assert len(content.rows) == 2000
    assert len(set(content.rows.passwords)) == 1


def test_the_draft_of_a_living_process_is_not_offered_until_it_is_killed(
    programs: Programs,
) -> None:
    store = programs.start()
    with run("holding", programs, 5) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        assert only(store).in_use
        process.kill()

    assert not only(store).in_use


def test_a_full_disk_costs_the_new_rows_and_not_the_old_ones(programs: Programs) -> None:
    with run("disk-full", programs, 200) as process:
        message, _ = process.communicate()
    assert b"could not be written" in message
    assert list(programs.directory.glob("doomed/.*")) == []

    store = programs.start()

    assert set(store.resume(only(store).id).content.rows.passwords) == {"pw1"}


# The demo


def test_the_demo_keeps_nothing(tmp_path: Path) -> None:
    drafts = MemoryDrafts()
    drafts.save(KEY, CONTENT, EVERYTHING, NOON)
    drafts.discard(KEY)
    drafts.delete("x")
    drafts.close()

    assert drafts.left() == ((), ())
    assert drafts.conform(NOTHING) == ()
    with pytest.raises(FileError, match="not there any more"):
        drafts.resume("x")
    assert list(tmp_path.iterdir()) == []
