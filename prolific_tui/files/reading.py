"""Bounded reads: regular files for data, and for a token a pipe as well."""

import contextlib
import errno
import os
import re
import select
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from prolific_tui.errors import FileError
from prolific_tui.files.places import expand
from prolific_tui.files.words import in_words
from prolific_tui.secret import Secret

TOKEN_BYTES: Final = 64 * 1024
"""How much of a token file is read; a token is a few dozen characters."""

_CHUNK: Final = 1024 * 1024
_QUICK: Final = 0.3
"""Seconds in which most writers of a pipe are done, and nobody wonders what is waited for."""
_DESCRIPTOR: Final = re.compile(r"/(?:dev|proc/self)/fd/([0-9]+)\Z")
"""A path that stands for a file or pipe which the program was started with."""
_AT_A_TIME: Final = 0.5
"""Seconds that are waited at most without a look for signals.

One that comes at the last moment before the system waits does not wake it up: Ctrl-C would act only
when something comes.
"""
_NEVER_BLOCK: Final = os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class TokenText:
    """What a token file held, without the white space around it."""

    value: Secret
    note: str = ""
    """A sentence when other people on this machine can read the file; empty otherwise."""


def read_regular(path: Path, limit: int) -> bytes:
    """The bytes of a regular file of at most `limit` bytes.

    Pipes, devices and folders are refused without waiting for them or reading from them.

    Raises:
        FileError: the file is not there, can't be read, is too large or is not a regular file.
    """
    path = expand(path)
    with _opened(path) as descriptor, in_words(path, "read"):
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, "a folder")
        if not stat.S_ISREG(status.st_mode):
            raise FileError(
                "Not a regular file",
                f"{path} is a pipe, a socket or a device, and is not read.",
                "Save what it gives to a file first.",
            )
        if status.st_size > limit:
            raise _too_large(path, limit)
        # A file may grow while it is read, and those of /proc state no size at all.
        content = _read_up_to(descriptor, limit + 1, status.st_size)
    if len(content) > limit:
        raise _too_large(path, limit)
    return content


def read_if_there(path: Path, limit: int) -> bytes | None:
    """As `read_regular`, but None when there is no such file."""
    try:
        return read_regular(path, limit)
    except FileError as error:
        if isinstance(error.__cause__, FileNotFoundError | NotADirectoryError):
            return None
        raise


def read_token_file(
    path: Path,
    limit: int = TOKEN_BYTES,
    seconds: float = 60,
    waiting: Callable[[float], None] = lambda _: None,
) -> TokenText:
    """The token in a regular file or a pipe (`/dev/fd/3`, `<(pass show x)`, a named pipe).

    A pipe is read until its writer closes it, for at most `seconds` in all: a password manager may
    have a question of its own first. `waiting` is told how long that is, once, where the pipe was
    not closed at once.

    Raises:
        FileError: nothing there, not readable, a terminal, a folder or another device, larger
            than `limit` bytes, not closed within `seconds`, not UTF-8, or empty.
    """
    path = expand(path)
    number = _DESCRIPTOR.match(str(path))
    with _opened_for_token(path, number) as descriptor, in_words(path, "read"):
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            if number is None:
                raise IsADirectoryError(errno.EISDIR, "a folder")
            raise FileError(
                "A folder",
                f"What the program was started with as {path} is a folder, not a file.",
                _how_to_open(path, number[1]),
            )
        if os.isatty(descriptor):
            raise FileError(
                "That is a terminal",
                f"{path} is a terminal, where a token would be typed in full view.",
                "Leave the option out: the program asks for the token, and hides it.",
            )
        if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
            raise FileError(
                "Not a file or a pipe", f"{path} is a device or a socket, and is not read."
            )
        content = read_descriptor(descriptor, limit, seconds, waiting)
    if content is None:
        raise FileError(
            "No token came",
            f"{path} is a pipe that was not written and closed within {seconds:g} seconds.",
            "Run the command that writes into it by itself, to see what it waits for.",
        )
    if len(content) > limit:
        raise _too_large(path, limit)
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        # Not `from` the error: it holds the bytes of what may be a token.
        raise FileError("Not a token", f"{path} holds bytes that are not UTF-8 text.") from None
    if not text:
        if stat.S_ISREG(mode):
            hint = "Write the token into it, alone on one line."
        else:
            hint = "Run the command that writes into it by itself, to see what it says."
        raise FileError("No token there", f"{path} holds nothing: it ended without a token.", hint)
    note = ""
    if stat.S_ISREG(mode) and mode & (stat.S_IRGRP | stat.S_IROTH):
        note = (
            f"Other people on this machine can read {path} (mode {stat.S_IMODE(mode):04o}); "
            "chmod 600 makes it yours alone."
        )
    return TokenText(Secret(text), note)


def read_descriptor(
    descriptor: int,
    limit: int,
    seconds: float,
    waiting: Callable[[float], None] = lambda _: None,
) -> bytes | None:
    """What an open file or pipe gives until its end: at most `limit` + 1 bytes.

    The one byte beyond tells the caller that there was too much. None when the end did not come
    within `seconds`, of which `waiting` is told once where there is anything to wait for. The
    descriptor stays open; whether it blocks does not matter.
    """
    ready = select.poll()
    ready.register(descriptor, select.POLLIN)
    deadline = time.monotonic() + seconds
    content = bytearray()
    told = False
    while len(content) <= limit:
        if not told and not ready.poll(min(_QUICK, seconds) * 1000):
            waiting(seconds)
            told = True
        is_there: object = False
        while not is_there:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                return None
            is_there = ready.poll(min(remaining, _AT_A_TIME) * 1000)
        piece = os.read(descriptor, min(_CHUNK, limit + 1 - len(content)))
        if not piece:
            break
        content += piece
    return bytes(content)


@contextlib.contextmanager
def _opened_for_token(path: Path, number: re.Match[str] | None) -> Iterator[int]:
    """The file or pipe of a token; `number` matches where the path stands for a descriptor."""
    with contextlib.ExitStack() as stack:
        try:
            descriptor = stack.enter_context(_opened(path))
        except FileError as error:
            if number is None or not isinstance(error.__cause__, FileNotFoundError):
                raise
            raise FileError(
                "Not open",
                f"The program was started without anything open as {path}.",
                _how_to_open(path, number[1]),
            ) from error
        yield descriptor


def _how_to_open(path: Path, number: str) -> str:
    return f"Open a file or a command there: --token-file {path} {number}< <(pass show prolific)"


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    with in_words(path, "read"):
        descriptor = os.open(path, os.O_RDONLY | _NEVER_BLOCK)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _read_up_to(descriptor: int, size: int, expected: int) -> bytes:
    """At most `size` bytes; in one piece, without a copy, where there are as many as expected."""
    pieces: list[bytes] = []
    left, ask = size, expected + 1
    while left and (piece := os.read(descriptor, min(ask, left))):
        pieces.append(piece)
        left, ask = left - len(piece), _CHUNK
    return b"".join(pieces)


def _too_large(path: Path, limit: int) -> FileError:
    size = f"{limit // 2**20} MiB" if limit >= 2**20 else f"{limit:,} bytes"
    return FileError("Too large", f"{path} holds more than {size}, the most that is read.")
