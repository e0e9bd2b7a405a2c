"""Drafts on a disk: nobody else's, and none lost where it is full, damaged or in the way."""

import json
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from prolific_tui.drafts import DraftStore
from prolific_tui.drafts.form import BrokenError, decoded
from prolific_tui.errors import FileError
from tests.drafts_bench import (
    CONTENT,
    KEY,
    NOTHING,
    PASSWORD,
    Programs,
    only,
    run,
    save,
)

NOBODY = 65534


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


def after_damage(programs: Programs, damage: Callable[[bytes], bytes]) -> tuple[Path, DraftStore]:
    """A draft that was damaged between two programs: its file, and the drafts of the second."""
    save(programs.start())
    programs.end()
    (path,) = programs.drafts()
    path.write_bytes(damage(path.read_bytes()))
    return path, programs.start()


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
    path, store = after_damage(programs, damage)

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
    path, store = after_damage(programs, damage)

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


def test_a_full_disk_costs_the_new_rows_and_not_the_old_ones(programs: Programs) -> None:
    with run("disk-full", programs, 200) as process:
        message, _ = process.communicate()
    assert b"could not be written" in message
    assert list(programs.directory.glob("doomed/.*")) == []

    store = programs.start()

    assert set(store.resume(only(store).id).content.rows.passwords) == {"pw1"}
