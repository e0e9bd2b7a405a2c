"""Values that must turn up nowhere, and a search of all that a run of the program leaves behind.

What is searched is gathered while the program runs: each picture that it drew, the bytes it sent,
the files it wrote, and what the system lets others see of it and of its children.
"""

import base64
import contextlib
import os
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

from tests.terminal import Terminal

_PIECE: Final = 8
"""So many characters of a canary in a row are a leak as well."""

_TICK_SECONDS: Final = 0.01

_STYLING: Final = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]")
"""Control sequences; strings, such as the clipboard's, stay in what is searched."""


def spellings(canary: str) -> dict[str, frozenset[bytes]]:
    """How a canary may be written, by the name of each way.

    It is made of letters and digits, so that URLs, JSON, CSV, TOML and `repr` write it as it is.
    """
    assert canary.isascii()
    assert canary.isalnum()
    value = canary.encode()
    digits = value.hex()
    return {
        "plain": frozenset(
            value[start : start + _PIECE] for start in range(len(value) - _PIECE + 1)
        ),
        "reversed": frozenset({value[::-1]}),
        "hex": frozenset({digits.encode(), digits.upper().encode()}),
        "percent": frozenset({"".join(f"%{byte:02X}" for byte in value).encode()}),
        "JSON": frozenset({"".join(f"\\u{byte:04x}" for byte in value).encode()}),
        "UTF-16": frozenset({canary.encode("utf-16-le")}),
        # What stands before it decides which of three ways it is written in; whole groups of four
        # characters hold nothing of what comes before and after.
        "base64": frozenset(
            base64.b64encode(value[skip : skip + (len(value) - skip) // 3 * 3]) for skip in range(3)
        ),
    }


class Evidence:
    """What a run left behind, each part with a name that says where it was."""

    def __init__(self) -> None:
        self._parts: set[tuple[str, bytes]] = set()

    def add(self, place: str, data: bytes) -> None:
        """Take note of something; the same of the same place is kept once."""
        self._parts.add((place, data))

    def add_files(self, directory: Path) -> None:
        """Take note of every file below a directory as it is now, and of what they are called."""
        for path in directory.rglob("*"):
            place = f"file {path.relative_to(directory)}"
            self.add("file names", os.fsencode(path))
            # The program removes files of its own meanwhile.
            with contextlib.suppress(FileNotFoundError):
                if path.is_file():
                    self.add(place, path.read_bytes())

    def places(self) -> frozenset[str]:
        """Where anything was noted."""
        return frozenset(place for place, _ in self._parts.copy())

    def found(self, canaries: Mapping[str, str]) -> list[str]:
        """A line for each place that holds a canary, with its name and how it is written there."""
        return sorted(
            {
                f"{name}, {spelling}, in {place}"
                for name, canary in canaries.items()
                for spelling, forms in spellings(canary).items()
                for place, data in self._parts.copy()
                if any(form in data for form in forms)
            }
        )


class WatchedTerminal(Terminal):
    """A terminal of which every picture that is looked at becomes evidence, and so do its bytes."""

    def __init__(self, *arguments: str, **options: Any) -> None:  # noqa: ANN401 - the terminal's own
        self.evidence = Evidence()
        """What was seen, but for stretches in which the person asked to see what is hidden."""
        self.shown = Evidence()
        """What was seen in those."""
        self._noting = self.evidence
        self._noted = 0
        super().__init__(*arguments, **options)

    def screen(self) -> str:
        """What a person sees."""
        seen = super().screen()
        lines = seen.split("\n")
        self._noting.add("the screen", seen.encode())
        # What is broken at the edge of the screen or of a box goes on in the next line.
        self._noting.add("the screen", "".join(line.strip(" │┃|") for line in lines).encode())
        return seen

    @contextmanager
    def asked_to_show(self) -> Iterator[None]:
        """What is seen meanwhile is what the person asked for; at the end it must be hidden."""
        self.note_bytes()
        self._noting = self.shown
        try:
            yield
            self.note_bytes()
        finally:
            self._noting = self.evidence
        self.screen()

    def note_bytes(self) -> None:
        """Take note of the bytes that were read since the last time."""
        since = self.raw[self._noted :]
        self._noted = len(self.raw)
        self._noting.add("the terminal's bytes", since)
        self._noting.add("the terminal's bytes", _STYLING.sub(b"", since))


class Processes:
    """Takes note of what others can see of a process and its children, for as long as they live."""

    def __init__(self, pid: int, evidence: Evidence, *, token_in_environment: bool = False) -> None:
        self._pid = pid
        self._evidence = evidence
        self._spares_own_environment = token_in_environment
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="processes")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(_TICK_SECONDS):
            own = _read(self._pid, "cmdline")
            self._note(self._pid, own, environment=not self._spares_own_environment)
            for child in descendants(self._pid):
                # What has its parent's command line is still a copy of it, environment included;
                # what has none is becoming a program of its own, or is gone.
                if (command := _read(child, "cmdline")) not in (b"", own):
                    self._note(child, command)

    def _note(self, pid: int, command: bytes, *, environment: bool = True) -> None:
        name = " ".join(command.decode(errors="replace").split("\0")[1:4])
        self._evidence.add(f"command line of {name}", command)
        if environment and (held := _read(pid, "environ")):
            self._evidence.add(f"environment of {name}", held)


def _read(pid: int, name: str) -> bytes:
    """What the system tells of a process; nothing where it is gone, or tells only root."""
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def descendants(pid: int) -> Iterator[int]:
    """The processes that a process has started, and those have, until they are waited for."""
    # Any of them may be gone by the next look at it.
    try:
        tasks = tuple(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return
    for task in tasks:
        try:
            children: Sequence[str] = (task / "children").read_text().split()
        except OSError:
            continue
        for child in children:
            yield int(child)
            yield from descendants(int(child))
