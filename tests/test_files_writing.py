"""Files that are written whole or not at all, by one at a time, for their owner alone."""

import errno
import fcntl
import os
from pathlib import Path

import pytest

from prolific_tui import files
from prolific_tui.errors import FileError
from tests.disk import a_disk_that_takes, as_an_ordinary_user, mode_of, names_in

# Writing a new file


def test_a_new_file_is_its_owners_alone_whatever_the_umask(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    umask = os.umask(0o777)
    try:
        path = files.write_new(Path("secret.txt"), b"value")
    finally:
        os.umask(umask)

    assert path == tmp_path / "secret.txt"
    assert path.read_bytes() == b"value"
    assert mode_of(path) == 0o600


@pytest.mark.parametrize("target", ["a file", "nowhere"])
def test_a_link_that_somebody_laid_is_not_followed(tmp_path: Path, target: str) -> None:
    led_to, link = tmp_path / "led to", tmp_path / "secret.txt"
    if target == "a file":
        led_to.write_bytes(b"theirs")
    link.symlink_to(led_to)

    with pytest.raises(FileError) as caught:
        files.write_new(link, b"value")

    assert caught.value.title == "Already there"
    assert led_to.exists() == (target == "a file")
    assert b"value" not in b"".join(
        path.read_bytes() for path in tmp_path.iterdir() if path.exists()
    )


def test_an_existing_file_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "secret.txt"
    path.write_bytes(b"theirs")
    path.chmod(0o644)

    with pytest.raises(FileError) as caught:
        files.write_new(path, b"value")

    assert caught.value.title == "Already there"
    assert path.read_bytes() == b"theirs"
    assert mode_of(path) == 0o644


def test_a_file_that_could_not_be_written_whole_is_removed_again(tmp_path: Path) -> None:
    path = tmp_path / "secret.txt"

    with a_disk_that_takes(10), pytest.raises(FileError) as caught:
        files.write_new(path, b"x" * 11)

    assert os.strerror(errno.EFBIG) in caught.value.message
    assert names_in(tmp_path) == set()


def test_a_folder_that_is_not_there_or_not_ours_takes_no_file(shared_directory: Path) -> None:
    with pytest.raises(FileError) as missing:
        files.write_new(shared_directory / "no" / "secret.txt", b"value")
    shared_directory.chmod(0o555)
    with as_an_ordinary_user(), pytest.raises(FileError) as forbidden:
        files.write_new(shared_directory / "secret.txt", b"value")

    assert missing.value.title == "No such folder"
    assert forbidden.value.title == "Not allowed"


# Replacing a file


def test_replacing_makes_a_private_file_out_of_a_public_one(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(b"old")
    path.chmod(0o644)

    files.replace(path, b"new")

    assert path.read_bytes() == b"new"
    assert mode_of(path) == 0o600
    assert names_in(tmp_path) == {"state.json"}


def test_replacing_a_link_leaves_what_it_led_to_alone(tmp_path: Path) -> None:
    led_to, link = tmp_path / "led to", tmp_path / "state.json"
    led_to.write_bytes(b"theirs")
    link.symlink_to(led_to)

    files.replace(link, b"new")

    assert not link.is_symlink()
    assert link.read_bytes() == b"new"
    assert led_to.read_bytes() == b"theirs"


def test_a_reader_that_has_the_old_file_open_still_sees_it_whole(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(b"old")

    with path.open("rb") as reader:
        files.replace(path, b"new and longer")
        assert reader.read() == b"old"


def test_a_replacement_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(b"old")

    with a_disk_that_takes(10), pytest.raises(FileError):
        files.replace(path, b"x" * 11)

    assert path.read_bytes() == b"old"
    assert names_in(tmp_path) == {"state.json"}


def test_what_is_written_is_on_the_disk_before_it_has_its_name_and_then_so_is_the_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Else a crash of the machine leaves an empty file, or the old one that was given up."""
    path = tmp_path / "state.json"
    path.write_bytes(b"old")
    synced: list[tuple[str, bytes]] = []
    fsync = os.fsync

    def noting(descriptor: int) -> None:
        is_folder = os.path.samestat(os.fstat(descriptor), tmp_path.stat())
        synced.append(("folder" if is_folder else "file", path.read_bytes()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noting)
    files.replace(path, b"new")
    assert synced == [("file", b"old"), ("folder", b"new")]

    synced.clear()
    path.unlink()
    files.write_new(path, b"whole")
    assert synced == [("file", b"whole"), ("folder", b"whole")]


def test_a_folder_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    (tmp_path / "state.json").mkdir()

    with pytest.raises(FileError) as caught:
        files.replace(tmp_path / "state.json", b"new")

    assert caught.value.title == "A folder"
    assert names_in(tmp_path) == {"state.json"}


def test_a_broken_file_is_set_aside_under_a_name_that_is_free(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    for content in ("first", "second"):
        path.write_text(content)
        files.set_aside(path)

    assert (tmp_path / "state.json.broken-1").read_text() == "first"
    assert (tmp_path / "state.json.broken-2").read_text() == "second"
    assert not path.exists()


# Taking turns


def test_a_lock_is_held_by_one_at_a_time_and_freed_on_leaving(tmp_path: Path) -> None:
    lock = tmp_path / "state.json.lock"

    with files.locked(lock):
        with pytest.raises(FileError) as caught, files.locked(lock, seconds=0):
            pytest.fail("two hold the lock")
        assert caught.value.title == "In use"
    with files.locked(lock, seconds=0):
        assert mode_of(lock) == 0o600


def test_a_lock_whose_file_was_removed_meanwhile_is_taken_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lock = tmp_path / "run.lock"
    flock = fcntl.flock

    def flock_after_its_holder_tidied_up(descriptor: int, operation: int) -> None:
        monkeypatch.setattr(fcntl, "flock", flock)
        lock.unlink()
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", flock_after_its_holder_tidied_up)
    with files.locked(lock):
        assert lock.exists()
        with pytest.raises(FileError), files.locked(lock, seconds=0):
            pytest.fail("two hold the lock")


def test_a_lock_is_not_taken_through_a_link(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(FileError), files.locked(lock):
        pytest.fail("the link was followed")

    assert not (tmp_path / "elsewhere").exists()


# Finding out whether a new file could be written


def test_a_trial_leaves_nothing_behind_and_touches_nothing(tmp_path: Path) -> None:
    path = tmp_path / "secret.txt"
    files.prove_new(path)
    assert names_in(tmp_path) == set()

    taken, link = tmp_path / "taken", tmp_path / "link"
    taken.write_bytes(b"theirs")
    link.symlink_to(tmp_path / "nowhere")
    for path in (taken, link):
        with pytest.raises(FileError) as caught:
            files.prove_new(path)
        assert caught.value.title == "Already there"
    with a_disk_that_takes(3), pytest.raises(FileError):
        files.prove_new(tmp_path / "another")
    assert taken.read_bytes() == b"theirs"
    assert names_in(tmp_path) == {"taken", "link"}
