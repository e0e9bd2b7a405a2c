"""What a person sets in `config.toml`: read at the start, never written by the program.

What the program remembers itself (accounts, workspaces, how things are kept) is in `settings`.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from prolific_tui.access import DEFAULT_SERVICE_URL, checked_profile_name, checked_service_url
from prolific_tui.errors import FileError, SettingsError, TakenError
from prolific_tui.files import check_private, make_private, read_if_there, write_new

FILE_NAME: Final = "config.toml"

TEMPLATE: Final = f"""\
# What prolific-tui reads at its start, and never writes. Take a # away to set something.
# `prolific-tui config` says whether it is understood. A token has no place here.

# The account to begin with; otherwise the one that was used last.
# --profile and PROLIFIC_TUI_PROFILE go before it, and so does a PROLIFIC_URL of another service.
#profile = "lab"

# The service for accounts that name none; https, or http on this machine.
# PROLIFIC_URL goes before it.
#service_url = "{DEFAULT_SERVICE_URL}"

# true: nothing is made, changed or replaced at Prolific from here.
# --read-only does that for one run; no option takes it back.
#read_only = false

# Whether the mouse is reported to the program: off over SSH where nothing is said,
# so that the terminal's own selection and paste work. --mouse and --no-mouse go before it.
#mouse = false

# A longer list is sent in parts of so many rows, and of so many bytes, at most.
#part_rows = 5000
#part_bytes = 1048576
"""
"""What `prolific-tui config --init` writes: every key, in comments, with what it does."""

_BYTES: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the file says; the defaults where it says nothing."""

    profile: str = ""
    """The account to begin with; empty for the one used last."""
    service_url: str = DEFAULT_SERVICE_URL
    """The service where neither an account nor a variable names one."""
    read_only: bool = False
    """Whether nothing may be written at Prolific."""
    mouse: bool | None = None
    """Whether the mouse is reported; None where that is for the program to choose."""
    part_rows: int = 5_000
    """The most rows that are sent in one request."""
    part_bytes: int = 1024 * 1024
    """The most bytes that these rows are."""


def read_configuration(directory: Path) -> Configuration:
    """What `config.toml` in a directory says; the defaults where there is none.

    Raises:
        FileError: it can't be read, or other users may have put it there.
        SettingsError: it is not TOML, or a line of it is not understood; the line is named.
    """
    check_private(directory)
    path = directory / FILE_NAME
    data = read_if_there(path, _BYTES)
    if data is None:
        return Configuration()
    try:
        settings = tuple(_settings(data.decode("utf-8-sig")))
    except UnicodeDecodeError:
        raise _bad(path, "It is not UTF-8 text.") from None
    except SettingsError as error:
        raise _bad(path, error.message) from None
    values: dict[str, object] = {}
    for line, key, value in settings:
        if key not in _CHECKS:
            raise _bad(path, f"Line {line}: there is no setting {key}.")
        if key in values:
            raise _bad(path, f"Line {line}: {key} is set a second time.")
        try:
            values[key] = _CHECKS[key](value)
        except SettingsError as error:
            raise _bad(path, f"Line {line}: {key}: {error.message}") from error
    return Configuration(**values)  # type: ignore[arg-type] # each went through its check


def write_template(directory: Path) -> Path:
    """Write `TEMPLATE` to a new `config.toml` (0600) in a directory of the person's own (0700).

    Returns its path; raises `FileError` where it can't be written or is there already.
    """
    path = make_private(directory) / FILE_NAME
    try:
        return write_new(path, TEMPLATE.encode())
    except TakenError as error:
        # No other name will do: this is the one that is read.
        raise FileError(
            "Already there",
            f"{path} is there and was not touched; nothing was written.",
            f"Edit that one, or move it away first (to {error.free}, which is free) and write a"
            " new one then.",
        ) from error


def _settings(text: str) -> Iterator[tuple[int, str, object]]:
    """Each top-level name that a TOML text sets, with the line that does so and the value.

    `tomllib` tells no lines. But a statement is TOML by itself once it is whole and never before,
    so the lines that belong to one are those that it takes until they can be read. What belongs to
    a table counts as top-level here, after the table's own name: there is no setting that is one.

    Raises `SettingsError` where the rest of the text is no TOML.
    """
    lines = text.split("\n")
    first = 0
    reason = ""
    for end in range(1, len(lines) + 1):
        try:
            statement = tomllib.loads("\n".join([*lines[first:end], ""]))
        except tomllib.TOMLDecodeError as error:
            # Its words are about the grammar and quote no value; its place is one in these lines.
            reason = reason or str(error).partition(" (at ")[0]
            continue
        for key, value in statement.items():
            yield first + 1, key, value
        first, reason = end, ""
    if reason:
        raise SettingsError("Not TOML", f"Line {first + 1} can't be read as TOML: {reason}.")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise SettingsError("Not text", 'This wants text in quotes, like "this".')
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise SettingsError(
            "Not true or false", "This wants true or false, without quotation marks."
        )
    return value


def _count(value: object) -> int:
    # A truth is an int in Python, and not in TOML.
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise SettingsError("Not a number", "This wants a whole number from 1.")
    return value


_CHECKS: Final[Mapping[str, Callable[[object], object]]] = {
    "profile": lambda value: checked_profile_name(_text(value)),
    "service_url": lambda value: checked_service_url(_text(value)),
    "read_only": _truth,
    "mouse": _truth,
    "part_rows": _count,
    "part_bytes": _count,
}
"""The settings that there are, each with what makes sure of its value."""


def _bad(path: Path, reason: str) -> SettingsError:
    return SettingsError(
        "The configuration is not understood",
        f"{path}: {reason} Nothing was started.",
        f"The settings are {', '.join(_CHECKS)}.",
    )
