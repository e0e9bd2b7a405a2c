"""The operating system's keyring, asked through a child process that is always ended in time.

When the child is ready, one line of JSON goes to it and one comes back, so that no value is ever an
argument or an environment variable. Its start has a limit of its own: a machine that is slow to
load Python says nothing about the keyring. The child leads its own session; its whole group is
killed when it has answered, when time is up, and when the question is cancelled. Processes are
started and reaped in threads, because either may take long on a machine in trouble, and writes live
on the same loop.
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from prolific_tui.access import Entry
from prolific_tui.errors import KeyringError
from prolific_tui.secret import Secret
from prolific_tui.vault.states import (
    KeyringCondition,
    KeyringState,
    KeyringUnusableError,
    describe,
)

_ANSWER_BYTES: Final = 1024 * 1024
_READY: Final = b"\n"
"""What the child says when it is loaded and reads."""
_REAP_SECONDS: Final = 0.5
"""How long the end of a killed child is waited for; one that hangs in the kernel is left to it."""
_PROBE: Final = Entry("probe", "probe")


@dataclass(slots=True)
class _Child:
    """The process for one question, from before it is started."""

    process: subprocess.Popen[bytes] | None = None
    is_ready: bool = False
    """Whether it is loaded, so that whatever takes time from now on is the keyring."""
    is_over: bool = False
    """Whether nobody waits for its answer any more."""


class Vault:
    """The keyring of this session. Its methods belong on one event loop, on any thread.

    Args:
        python: the interpreter for the child.
        environment: what the child inherits, less what it has no business with.
        start_seconds: how long the child may take until it can ask the keyring anything.
        read_seconds: how long a read may take; nobody is expected to type a password meanwhile.
        save_seconds: how long a save or a deletion may take, which a person asked for and may
            have to unlock the keyring for. Cancel the task to give up earlier.
    """

    def __init__(
        self,
        *,
        environment: Mapping[str, str],
        python: str = sys.executable,
        start_seconds: float = 20,
        read_seconds: float = 3,
        save_seconds: float = 60,
    ) -> None:
        self._python = python
        self._environment = {
            name: value
            for name, value in environment.items()
            if name != "PROLIFIC_TOKEN" and not name.startswith("TEXTUAL")
        }
        self._start_seconds = start_seconds
        self._read_seconds = read_seconds
        self._save_seconds = save_seconds
        self._children: set[subprocess.Popen[bytes]] = set()
        self._closed = False
        self._lock = threading.Lock()

    async def state(self) -> KeyringState:
        """Which keyring there is and whether it can be used; a read that finds nothing tells."""
        try:
            answer = await self._ask("load", _PROBE, None, self._read_seconds)
        except KeyringUnusableError as error:
            return error.state
        return describe(KeyringCondition.USABLE, _text(answer, "backend"))

    async def load(self, entry: Entry) -> Secret | None:
        """The value of an entry, or None where the keyring has no such entry.

        Raises:
            KeyringUnusableError: the keyring could not be asked.
        """
        answer = await self._ask("load", entry, None, self._read_seconds)
        return _value(answer)

    async def save(self, entry: Entry, value: Secret) -> None:
        """Save a value in place of the entry's former one, and read it back.

        Cancelling the task ends the child; whether the keyring has the value is then unknown.

        Raises:
            KeyringUnusableError: the keyring could not be asked.
            KeyringError: it took the value and does not give the same one back.
        """
        answer = await self._ask("save", entry, value, self._save_seconds)
        if _value(answer) != value:
            raise KeyringError(
                "Not saved",
                f"The keyring ({_text(answer, 'backend')}) took the value, but does not give "
                "the same one back.",
                "Keep it in another place.",
            )

    async def delete(self, entry: Entry) -> None:
        """Delete an entry; it is no error when there is none.

        Raises:
            KeyringUnusableError: the keyring could not be asked.
            KeyringError: the entry is still there afterwards.
        """
        answer = await self._ask("delete", entry, None, self._save_seconds)
        if _value(answer) is not None:
            raise KeyringError(
                "Not deleted",
                f"The keyring ({_text(answer, 'backend')}) still has the entry "
                f"{entry.name!r} of {entry.keyring_service!r}.",
                "Delete it with your keyring's own program.",
            )

    def close(self) -> None:
        """End every child at once, from any thread; what still waits gets an error."""
        with self._lock:
            self._closed = True
            for child in self._children:
                _kill_group(child)

    async def _ask(
        self, action: str, entry: Entry, value: Secret | None, seconds: float
    ) -> Mapping[str, object]:
        request = {
            "action": action,
            "service": entry.keyring_service,
            "name": entry.name,
            "value": None if value is None else value.reveal(),
        }
        child = _Child()
        try:
            async with asyncio.timeout(self._start_seconds) as limit:
                line = await self._exchange(
                    child, json.dumps(request).encode("ascii") + b"\n", limit, seconds
                )
        except TimeoutError:
            if not child.is_ready:
                raise _broken(
                    f"its process was not ready within {self._start_seconds:g} s"
                ) from None
            raise KeyringUnusableError(
                describe(KeyringCondition.NO_ANSWER, detail=f"{seconds:g} s")
            ) from None
        except OSError as error:
            raise _broken(f"its process failed ({error.strerror})") from error
        except ValueError:
            raise _broken("its answer is too long") from None
        return _understood(line)

    async def _exchange(
        self, child: _Child, request: bytes, limit: asyncio.Timeout, seconds: float
    ) -> bytes:
        """The child's answer; `limit` is set to `seconds` from when the child is ready."""
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        with ours:
            try:
                starting = loop.run_in_executor(None, self._start, child, theirs)
                # Shielded: whoever starts the child must also learn that it is over by then.
                await asyncio.shield(starting)
                reader, writer = await asyncio.open_connection(sock=ours, limit=_ANSWER_BYTES)
                try:
                    line = await reader.readline()
                    if line != _READY:
                        return line
                    child.is_ready = True
                    limit.reschedule(loop.time() + seconds)
                    writer.write(request)
                    # Our end stays open for writing: where it is closed, as when this program
                    # dies, the child ends itself.
                    return await reader.readline()
                finally:
                    writer.transport.abort()
            finally:
                await self._end(child)

    def _start(self, child: _Child, channel: socket.socket) -> None:
        """Start the child with `channel` as its standard input and output; runs in a thread.

        Not by asyncio's own means: those can be cancelled half way, and then wait for whoever
        still holds a pipe instead of killing the group.
        """
        with channel:
            process = subprocess.Popen(
                # -P: a file called keyring.py in the current directory must not be imported.
                [self._python, "-P", "-m", "prolific_tui.vault"],
                stdin=channel.fileno(),
                stdout=channel.fileno(),
                stderr=subprocess.DEVNULL,
                env=self._environment,
                start_new_session=True,
            )
        with self._lock:
            is_over = child.is_over
            if is_over or self._closed:
                _kill_group(process)
            if not is_over:
                child.process = process
                self._children.add(process)
        if is_over:
            process.wait()

    async def _end(self, child: _Child) -> None:
        with self._lock:
            child.is_over = True
            process = child.process
            if process is not None:
                _kill_group(process)
                self._children.discard(process)
        if process is not None:
            reaping = asyncio.get_running_loop().run_in_executor(None, process.wait)
            await asyncio.wait({reaping}, timeout=_REAP_SECONDS)


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    # Only ever before the child is reaped, so that its number can't be anybody else's by now.
    # It may have ended already, which macOS answers with the second error.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def _understood(line: bytes) -> Mapping[str, object]:
    try:
        answer = json.loads(line)
        condition = KeyringCondition(answer["condition"])
    except (ValueError, TypeError, KeyError):
        # Not `from` the error: it holds the line, and that may hold a value.
        raise _broken("its process ended without an answer") from None
    if condition is not KeyringCondition.USABLE:
        raise KeyringUnusableError(
            describe(condition, _text(answer, "backend"), _text(answer, "reason"))
        )
    return dict(answer)


def _broken(reason: str) -> KeyringUnusableError:
    return KeyringUnusableError(describe(KeyringCondition.BROKEN, detail=reason))


def _text(answer: Mapping[str, object], name: str) -> str:
    text = answer.get(name)
    return text if isinstance(text, str) else ""


def _value(answer: Mapping[str, object]) -> Secret | None:
    value = answer.get("value")
    return Secret(value) if isinstance(value, str) else None
