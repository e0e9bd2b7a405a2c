"""A draft as a file: a line of JSON about it, then a line for each few thousand rows.

What is read is taken for a draft only where all of it makes sense and every row is there.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from prolific_tui.credentials.rows import Rows
from prolific_tui.submission.draft import DraftContent, DraftKey

_VERSION: Final = 1
_BLOCK: Final = 8192
"""How many rows a line holds: few enough that no other thread waits long for one to be made."""


_FLAGS: Final = ("accepted", "made", "exported", "hashed")
"""The marks of rows, as a `DraftContent` names them. What a file does not name, no row has."""


class BrokenError(Exception):
    """A file that is no draft, or half of one."""


class NewerError(Exception):
    """A draft in a format of a newer version."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of its rows."""

    key: DraftKey
    label: str
    source: str
    rows: int
    saved_at: datetime
    has_passwords: bool
    in_pool: int = 0


def encoded(header: Header, content: DraftContent) -> Iterator[bytes]:
    """The file of a draft, line by line: a long list has no room in memory for another copy.

    Passwords are in it only where the header says so.
    """
    about = {
        "version": _VERSION,
        "target": asdict(header.key),
        "label": header.label,
        "source": header.source,
        "rows": header.rows,
        "saved_at": header.saved_at.isoformat(),
        "has_passwords": header.has_passwords,
        "in_pool": header.in_pool,
    }
    yield _line(about)
    flags = [_cut(numbers, header.rows) for numbers in _flags(content).values()]
    for start, *parts in zip(range(0, header.rows, _BLOCK), *flags, strict=True):
        part = slice(start, start + _BLOCK)
        block: dict[str, Sequence[str] | Sequence[int]] = {
            "usernames": list(content.rows.usernames[part])
        }
        if header.has_passwords:
            block["passwords"] = list(content.rows.passwords[part])
        block.update(
            (name, [number - start for number in numbers])
            for name, numbers in zip(_flags(content), parts, strict=True)
            if numbers
        )
        yield _line(block)


def _line(value: object) -> bytes:
    return json.dumps(value).encode("ascii") + b"\n"


def _flags(content: DraftContent) -> dict[str, tuple[int, ...]]:
    return {name: getattr(content, name) for name in _FLAGS}


def _cut(numbers: tuple[int, ...], rows: int) -> list[list[int]]:
    """Row numbers, by the block that the rows are in."""
    blocks: list[list[int]] = [[] for _ in range(0, rows, _BLOCK)]
    for number in numbers:
        blocks[number // _BLOCK].append(number)
    return blocks


def read_header(line: bytes) -> Header:
    """What the first line of a file says; raises `BrokenError` or `NewerError`."""
    try:
        about: Any = json.loads(line)
        if about["version"] > _VERSION:
            raise NewerError
        target = about["target"]
        header = Header(
            DraftKey(
                _text(target["service_url"]),
                _text(target["owner_id"]),
                _text(target["workspace_id"]),
                None if target["pool_id"] is None else _text(target["pool_id"]),
            ),
            _text(about["label"]),
            _text(about["source"]),
            int(about["rows"]),
            datetime.fromisoformat(about["saved_at"]),
            bool(about["has_passwords"]),
            # What was kept before this was told does not say.
            int(about.get("in_pool", 0)),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        # Not `from` the error: it holds what was read, and that may be passwords.
        raise BrokenError from None
    if header.saved_at.tzinfo is None or not 0 <= header.in_pool <= header.rows:
        raise BrokenError
    return header


def decoded(data: bytes) -> tuple[Header, DraftContent]:
    """The draft in a file; raises `BrokenError` or `NewerError`."""
    lines = data.split(b"\n")
    header = read_header(lines[0])
    usernames: list[str] = []
    passwords: list[str] = []
    flags: dict[str, list[int]] = {name: [] for name in _FLAGS}
    try:
        for line in lines[1:-1]:
            block: Any = json.loads(line)
            start = len(usernames)
            names = _texts(block["usernames"])
            words = _texts(block["passwords"]) if header.has_passwords else [""] * len(names)
            for name, numbers in flags.items():
                numbers += [start + int(number) for number in block.get(name, ())]
            usernames += names
            passwords += words
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise BrokenError from None
    is_whole = lines[-1] == b"" and len(usernames) == len(passwords) == header.rows
    if not is_whole or any(not 0 <= n < header.rows for each in flags.values() for n in each):
        raise BrokenError
    return header, DraftContent(
        Rows(usernames, passwords),
        header.source,
        header.label,
        **{name: tuple(numbers) for name, numbers in flags.items()},
        in_pool=header.in_pool,
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _texts(value: object) -> list[str]:
    if not isinstance(value, list) or not {type(each) for each in value} <= {str}:
        raise TypeError
    return value
