import errno
import os
import pty
import resource
import socket
import stat
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prolific_tui import files
from prolific_tui.errors import FileError

NOBODY = 65534
LIMIT = 1000

linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def names_in(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}


@pytest.fixture
def shared_directory() -> Iterator[Path]:
    """A directory that every user may enter, which pytest's own is not."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        directory.chmod(0o755)
        yield directory


@contextmanager
def as_an_ordinary_user() -> Iterator[None]:
    """Root may read everything, so permissions are only tested as somebody else."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


@contextmanager
def a_disk_that_takes(size: int) -> Iterator[None]:
    """Let the system refuse any write beyond `size` bytes of a file."""
    before, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, hard))


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


# Reading a regular file


def test_a_file_of_exactly_the_limit_is_read_and_one_byte_more_is_not(tmp_path: Path) -> None:
    fits, exceeds = tmp_path / "fits", tmp_path / "exceeds"
    fits.write_bytes(b"x" * LIMIT)
    exceeds.write_bytes(b"x" * (LIMIT + 1))

    assert files.read_regular(fits, LIMIT) == b"x" * LIMIT
    with pytest.raises(FileError) as caught:
        files.read_regular(exceeds, LIMIT)
    assert caught.value.title == "Too large"
    assert "1,000 bytes" in caught.value.message


def test_the_limit_is_said_in_mebibytes_where_it_is_that_large(tmp_path: Path) -> None:
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as file:
        file.truncate(64 * 2**20 + 1)

    with pytest.raises(FileError) as caught:
        files.read_regular(huge, 64 * 2**20)

    assert "64 MiB" in caught.value.message


@linux
def test_the_limit_holds_for_a_file_that_states_no_size() -> None:
    stated_as_empty = Path("/proc/version")
    assert stated_as_empty.stat().st_size == 0

    with pytest.raises(FileError) as caught:
        files.read_regular(stated_as_empty, 5)

    assert caught.value.title == "Too large"


def make_fifo(path: Path) -> Path:
    os.mkfifo(path)
    return path


def make_socket(path: Path) -> Path:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
    return path


@pytest.mark.parametrize(
    ("make", "title"),
    [
        (lambda path: path, "Not there"),
        (lambda path: path.parent, "A folder"),
        (lambda path: path.touch() or path / "inside", "Not there"),
        (make_fifo, "Not a regular file"),
        (make_socket, "Not a regular file"),
        (lambda _: Path("/dev/zero"), "Not a regular file"),
        (lambda path: path.symlink_to(path) or path, "A link"),
    ],
    ids=["missing", "folder", "below a file", "pipe", "socket", "device", "circular link"],
)
def test_what_is_not_a_regular_file_is_refused_in_words_and_at_once(
    shared_directory: Path, make: Callable[[Path], Path], title: str
) -> None:
    path = make(shared_directory / "list.csv")

    with pytest.raises(FileError) as caught:
        files.read_regular(path, LIMIT)

    assert caught.value.title == title
    assert str(path) in caught.value.message


def test_a_file_without_permission_is_said_to_be_that(shared_directory: Path) -> None:
    path = shared_directory / "list.csv"
    path.write_bytes(b"a,b")
    path.chmod(0)

    with as_an_ordinary_user(), pytest.raises(FileError) as caught:
        files.read_regular(path, LIMIT)

    assert caught.value.title == "Not allowed"


def test_read_if_there_forgives_absence_and_nothing_else(tmp_path: Path) -> None:
    assert files.read_if_there(tmp_path / "missing", LIMIT) is None
    with pytest.raises(FileError):
        files.read_if_there(tmp_path, LIMIT)


# Reading a token


def test_a_token_file_gives_its_token_without_the_line_break(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_bytes(b"\xef\xbb\xbf the-token \r\n")
    path.chmod(0o600)

    token = files.read_token_file(path)

    assert token.value.reveal() == "the-token"
    assert token.note == ""
    assert "the-token" not in repr(token)


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_token_file_that_others_can_read_is_used_with_a_warning(
    tmp_path: Path, mode: int
) -> None:
    path = tmp_path / "token"
    path.write_text("the-token")
    path.chmod(mode)

    token = files.read_token_file(path)

    assert token.value.reveal() == "the-token"
    assert f"{mode:04o}" in token.note
    assert "chmod 600" in token.note


@contextmanager
def an_open_pipe() -> Iterator[tuple[Path, int]]:
    """The path of a pipe's reading end, and its writing end."""
    reading, writing = os.pipe()
    try:
        yield Path(f"/dev/fd/{reading}"), writing
    finally:
        os.close(reading)
        os.close(writing)


def test_a_password_managers_pipe_is_read_to_its_end() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"the-to")
    os.write(writing, b"ken\n")
    os.close(writing)
    try:
        token = files.read_token_file(Path(f"/dev/fd/{reading}"))
    finally:
        os.close(reading)

    assert token.value.reveal() == "the-token"
    assert token.note == ""


def test_a_named_pipe_is_waited_for_until_somebody_writes(tmp_path: Path) -> None:
    path = make_fifo(tmp_path / "pipe")
    writer = threading.Thread(target=path.write_text, args=("the-token\n",))
    writer.start()

    token = files.read_token_file(path)

    writer.join()
    assert token.value.reveal() == "the-token"


def test_a_pipe_that_is_never_closed_is_given_up() -> None:
    with an_open_pipe() as (path, writing):
        os.write(writing, b"half a to")
        with pytest.raises(FileError) as caught:
            files.read_token_file(path, seconds=0.02)

    assert caught.value.title == "No token came"
    assert "half" not in caught.value.message


def test_a_pipe_that_gives_too_much_is_refused() -> None:
    with an_open_pipe() as (path, writing):
        os.write(writing, b"x" * 11)
        with pytest.raises(FileError) as caught:
            files.read_token_file(path, limit=10)

    assert caught.value.title == "Too large"


def test_a_terminal_is_refused_where_a_token_would_be_typed_in_full_view() -> None:
    controlling, terminal = pty.openpty()
    try:
        with pytest.raises(FileError) as caught:
            files.read_token_file(Path(os.ttyname(terminal)))
    finally:
        os.close(controlling)
        os.close(terminal)

    assert caught.value.title == "That is a terminal"


@pytest.mark.parametrize(
    ("make", "title"),
    [
        (lambda path: path, "Not there"),
        (lambda path: path.parent, "A folder"),
        (lambda _: Path("/dev/zero"), "Not a file or a pipe"),
        (lambda path: path.write_bytes(b" \n") and path, "No token there"),
        (lambda path: path.write_bytes(b"caf\xe9") and path, "Not a token"),
    ],
    ids=["missing", "folder", "device", "blank", "not UTF-8"],
)
def test_what_holds_no_token_is_refused_in_words(
    tmp_path: Path, make: Callable[[Path], Path], title: str
) -> None:
    with pytest.raises(FileError) as caught:
        files.read_token_file(make(tmp_path / "token"))

    assert caught.value.title == title


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

    assert missing.value.title == "Not there"
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


def test_a_lock_is_not_taken_through_a_link(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(FileError), files.locked(lock):
        pytest.fail("the link was followed")

    assert not (tmp_path / "elsewhere").exists()


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
