"""What a path means, how it goes on, and the directories that are this program's own."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prolific_tui import files
from prolific_tui.errors import FileError
from tests.disk import NOBODY, mode_of

LIMIT = 1000


# What a path means


def test_a_tilde_is_the_home_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "list.csv").write_bytes(b"a,b")

    assert files.expand("~/list.csv") == tmp_path / "list.csv"
    assert files.read_regular(Path("~/list.csv"), LIMIT) == b"a,b"


def test_a_relative_path_starts_where_the_program_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    assert files.expand("list.csv") == tmp_path / "list.csv"


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("a\0b", "Not a file name"),
        ("~no-such-user-here/list.csv", "No such home directory"),
        ("\ud800.csv", "Not a file name"),
        ("x" * 5000, "Name too long"),
    ],
)
def test_a_name_that_no_file_can_have_is_said_to_be_one(path: str, title: str) -> None:
    with pytest.raises(FileError) as caught:
        files.read_regular(Path(path), LIMIT)

    assert caught.value.title == title


# Directories


@pytest.mark.parametrize(
    ("named", "directory"),
    [
        ({}, "/home/ada/.local/state/prolific-tui"),
        ({"XDG_STATE_HOME": "/data"}, "/data/prolific-tui"),
        ({"XDG_STATE_HOME": ""}, "/home/ada/.local/state/prolific-tui"),
        ({"XDG_STATE_HOME": "relative"}, "/home/ada/.local/state/prolific-tui"),
    ],
)
def test_the_state_directory_follows_the_xdg_specification(
    named: dict[str, str], directory: str
) -> None:
    assert files.state_directory({"HOME": "/home/ada"} | named) == Path(directory)


def test_a_private_directory_is_made_with_its_missing_parents(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    umask = os.umask(0)
    try:
        made = files.make_private(tmp_path / "state" / "prolific-tui")
    finally:
        os.umask(umask)

    assert mode_of(made) == 0o700
    assert mode_of(made.parent) == 0o700
    assert mode_of(tmp_path) == 0o755


def test_a_directory_of_ours_that_others_can_read_is_closed_to_them(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)

    assert mode_of(files.make_private(tmp_path)) == 0o700


@pytest.mark.parametrize("mode", [0o770, 0o702])
def test_a_directory_that_others_write_in_is_refused(tmp_path: Path, mode: int) -> None:
    directory = tmp_path / "state"
    directory.mkdir()
    directory.chmod(mode)

    with pytest.raises(FileError) as caught:
        files.make_private(directory)

    assert f"{mode:04o}" in caught.value.message
    assert mode_of(directory) == mode


def test_a_directory_of_somebody_else_is_refused(tmp_path: Path) -> None:
    directory = Path("/")
    if os.geteuid() == 0:
        directory = tmp_path / "theirs"
        directory.mkdir(mode=0o700)
        os.chown(directory, NOBODY, -1)

    with pytest.raises(FileError) as caught:
        files.make_private(directory)

    assert caught.value.title == "Somebody else's folder"


@pytest.mark.parametrize("in_the_way", ["state", "state/prolific-tui"])
def test_a_file_in_the_way_of_a_directory_is_refused(tmp_path: Path, in_the_way: str) -> None:
    path = tmp_path / in_the_way
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"theirs")

    with pytest.raises(FileError):
        files.make_private(tmp_path / "state" / "prolific-tui")

    assert path.read_bytes() == b"theirs"


# Completing a path


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home directory with lists, folders and what gets in the way; also the working directory."""
    for name in ("wave-1.csv", "Wave-2.TSV", "wave-notes.txt", "wave.docx", ".waves", "wa\nve.csv"):
        (tmp_path / name).touch()
    for name in ("waves", "old", ".config"):
        (tmp_path / name).mkdir()
    (tmp_path / "old" / "wave-0.csv").touch()
    (tmp_path / "wavering").symlink_to(tmp_path / "wavering")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("wave", ("waves/", "wave-1.csv", "wave-notes.txt", "wave.docx", "wavering")),
        ("W", ("Wave-2.TSV",)),
        ("old/", ("old/wave-0.csv",)),
        ("~/o", ("~/old/",)),
        ("~", ("~/",)),
        ("~/old/w", ("~/old/wave-0.csv",)),
        (".", (".config/", ".waves")),
        ("~/.c", ("~/.config/",)),
        ("nothing-like-it", ()),
        ("no/such/folder/", ()),
        ("wave.docx/", ()),
        ("\0", ()),
        ("\0/", ()),
        ("~no-such-user-here/", ()),
    ],
)
def test_what_is_offered_for_what_was_typed(typed: str, offered: tuple[str, ...]) -> None:
    assert files.complete(typed) == offered


def test_nothing_typed_offers_what_is_not_hidden_folders_and_lists_first(home: Path) -> None:
    assert files.complete("") == (
        *("old/", "waves/"),
        *("wave-1.csv", "Wave-2.TSV", "wave-notes.txt"),
        *("wave.docx", "wavering"),
    )
    assert files.complete(f"{home}/old/") == (f"{home}/old/wave-0.csv",)


@pytest.mark.usefixtures("home")
def test_no_more_is_offered_than_asked_for() -> None:
    assert files.complete("", limit=3) == ("old/", "waves/", "wave-1.csv")


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_completion_never_raises_and_only_adds_to_what_was_typed(typed: str) -> None:
    for path in files.complete(typed):
        assert path.startswith(typed)
