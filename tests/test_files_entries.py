"""What is in a private directory is listed, moved and removed without following any link."""

import os
from pathlib import Path

import pytest

from prolific_tui import files
from prolific_tui.errors import FileError


def test_entries_are_listed_by_name_and_links_are_left_out(tmp_path: Path) -> None:
    for name in ("b", "a", ".hidden"):
        (tmp_path / name).touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "a")

    found = files.entries(tmp_path)

    assert [path.name for path in found] == [".hidden", "a", "b", "folder"]


def test_a_directory_that_is_not_there_has_no_entries(tmp_path: Path) -> None:
    assert files.entries(tmp_path / "none") == ()


def test_a_file_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(FileError, match="Not there"):
        files.entries(tmp_path / "file")


def test_the_start_of_a_file_is_read_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")

    assert files.read_start(path, 4) == b"0123"
    assert files.read_start(path, 400) == b"0123456789"


def test_the_start_of_what_a_link_leads_to_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("precious")
    (tmp_path / "link").symlink_to(tmp_path / "file")

    with pytest.raises(FileError, match="A link"):
        files.read_start(tmp_path / "link", 10)


def test_a_pipe_that_nobody_writes_into_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    assert files.read_start(tmp_path / "pipe", 10) == b""


def test_a_move_replaces_what_had_the_name(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("one")
    (tmp_path / "two").write_text("two")

    files.move(tmp_path / "one", tmp_path / "two")

    assert [path.name for path in tmp_path.iterdir()] == ["two"]
    assert (tmp_path / "two").read_text() == "one"


def test_what_is_gone_can_not_be_moved(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="Not there"):
        files.move(tmp_path / "one", tmp_path / "two")


def test_removing_takes_a_link_and_not_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "folder", target_is_directory=True)

    files.remove(tmp_path / "link")
    files.remove(tmp_path / "link")

    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_directory_is_removed_only_when_it_is_empty(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "file").touch()

    with pytest.raises(FileError, match="A file problem"):
        files.remove(folder)
    files.remove(folder / "file")
    files.remove(folder)

    assert not folder.exists()
