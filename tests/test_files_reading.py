"""Bounded reads: of regular files, and of what a token may come from."""

import os
import pty
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from prolific_tui import files
from prolific_tui.errors import FileError
from tests.disk import as_an_ordinary_user

_LONG: Final = 120.0
"""Seconds that nobody waits."""

LIMIT = 1000

linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")


# A regular file


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


# A token


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
    told: list[float] = []
    try:
        token = files.read_token_file(Path(f"/dev/fd/{reading}"), waiting=told.append)
    finally:
        os.close(reading)

    assert token.value.reveal() == "the-token"
    assert (token.note, told) == ("", [])


def test_a_named_pipe_is_waited_for_until_somebody_writes(tmp_path: Path) -> None:
    path = make_fifo(tmp_path / "pipe")
    told: list[float] = []
    writer = threading.Thread(target=path.write_text, args=("the-token\n",))

    def begin(seconds: float) -> None:
        told.append(seconds)
        writer.start()

    # The writer has a question of its own, and begins only after it was said who is waited for.
    token = files.read_token_file(path, waiting=begin)

    writer.join()
    assert token.value.reveal() == "the-token"
    assert told == [60]


def test_a_pipe_that_is_never_closed_is_given_up() -> None:
    with an_open_pipe() as (path, writing):
        os.write(writing, b"half a to")
        with pytest.raises(FileError) as caught:
            files.read_token_file(path, seconds=0.02)

    assert caught.value.title == "No token came"
    assert "half" not in caught.value.message


def test_a_signal_that_does_not_wake_the_wait_up_ends_it_all_the_same() -> None:
    """As one does that comes at the last moment before the system waits: its handler runs later."""

    def give_up(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    def taking_it() -> None:
        told.wait()
        # Taken in this thread, because the one that waits lets none through.
        os.kill(os.getpid(), signal.SIGUSR1)

    told, begun = threading.Event(), time.monotonic()
    other = threading.Thread(target=taking_it)
    before = signal.signal(signal.SIGUSR1, give_up)
    other.start()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    try:
        with an_open_pipe() as (path, _), pytest.raises(KeyboardInterrupt):
            files.read_token_file(path, seconds=_LONG, waiting=lambda _: told.set())
        assert time.monotonic() - begun < _LONG, "it is noticed only when the time is over"
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1})
        signal.signal(signal.SIGUSR1, before)
        other.join()


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


def test_a_descriptor_that_gives_no_token_is_told_with_how_to_open_it(tmp_path: Path) -> None:
    """`/dev/fd/3` is a name that nobody can look up, so its spelling is not what is wrong."""
    folder = os.open(tmp_path, os.O_RDONLY)
    path = Path(f"/dev/fd/{folder}")
    try:
        with pytest.raises(FileError) as of_a_folder:
            files.read_token_file(path)
    finally:
        os.close(folder)
    with pytest.raises(FileError) as closed:
        files.read_token_file(path)

    assert of_a_folder.value.title == "A folder"
    assert closed.value.title == "Not open"
    how = f"--token-file {path} {folder}< <(pass show prolific)"
    assert of_a_folder.value.hint.endswith(how)
    assert closed.value.hint.endswith(how)

    reading, writing = os.pipe()
    os.close(writing)
    try:
        with pytest.raises(FileError) as empty:
            files.read_token_file(Path(f"/dev/fd/{reading}"))
    finally:
        os.close(reading)
    assert empty.value.message == f"/dev/fd/{reading} holds nothing: it ended without a token."
    assert "Run the command that writes into it by itself" in empty.value.hint
