"""The keyring's child process as its parent sees it.

The child is played by shell scripts that hang, crash or lie; what a real keyring does is in
`test_vault_keyring.py`.
"""

import asyncio
import json
import os
import queue
import select
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from prolific_tui.access import Entry
from prolific_tui.errors import KeyringError
from prolific_tui.secret import Secret
from prolific_tui.vault import (
    KeyringCondition,
    KeyringUnusableError,
    Vault,
)

ENTRY = Entry.token("https://api.prolific.com", "ada")
CANARY = "canary-71ab40"
SECONDS = 30
FOR_EVER = 3600


class Lifeline:
    """A pipe that a child and all its descendants hold open, so that their end can be awaited.

    Until then the test holds it open, too: of a pipe that nobody ever opened no end is told.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        os.mkfifo(path)
        self._reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        self._writing: int | None = os.open(path, os.O_WRONLY)

    def line(self) -> str:
        """Wait for what the child writes first."""
        return self._read().decode().strip()

    def all_have_ended(self) -> bool:
        """Wait until nobody else holds the other end."""
        self._let_go()
        while self._read():
            pass
        return True

    def close(self) -> None:
        self._let_go()
        os.close(self._reading)

    def _let_go(self) -> None:
        if self._writing is not None:
            os.close(self._writing)
            self._writing = None

    def _read(self) -> bytes:
        ready = select.poll()
        ready.register(self._reading, select.POLLIN)
        assert ready.poll(SECONDS * 1000), f"nothing came in {SECONDS} s: somebody still lives"
        return os.read(self._reading, 1000)


@pytest.fixture
def lifeline(tmp_path: Path) -> Iterator[Lifeline]:
    lifeline = Lifeline(tmp_path / "lifeline")
    yield lifeline
    lifeline.close()


@pytest.fixture
def python(tmp_path: Path) -> Callable[[str], str]:
    """Makes an executable script that stands in for the interpreter."""

    def make(script: str) -> str:
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o700)
        return str(path)

    return make


@pytest.fixture
def hanging(python: Callable[[str], str], lifeline: Lifeline) -> str:
    """An interpreter that is ready and never answers, with a child that never ends either.

    Its first line on the lifeline says that it has been asked.
    """
    path = shlex.quote(str(lifeline.path))
    return python(
        f"exec 9>{path}; sleep {FOR_EVER} & echo; read -r request; echo $$ >&9; sleep {FOR_EVER}"
    )


def vault_of(python: str, seconds: float = FOR_EVER, **variables: str) -> Vault:
    return Vault(
        python=python,
        environment={"PATH": os.environ["PATH"], **variables},
        read_seconds=seconds,
        save_seconds=seconds,
    )


# A child that hangs


async def test_a_machine_that_is_slow_to_load_the_child_is_not_a_keyring_that_does_not_answer(
    python: Callable[[str], str], lifeline: Lifeline
) -> None:
    """The limit for an answer, here none at all, runs from when the child is ready."""
    path = shlex.quote(str(lifeline.path))
    loading = python(f"exec 9>{path}; echo $$ >&9; exec sleep {FOR_EVER}")
    vault = Vault(python=loading, environment=dict(os.environ), start_seconds=0.5, read_seconds=0)

    state = await vault.state()

    assert state.condition is KeyringCondition.BROKEN
    assert "not ready within 0.5 s" in state.message
    assert lifeline.all_have_ended()


async def test_a_hanging_child_is_killed_in_time_with_its_own_children(
    hanging: str, lifeline: Lifeline
) -> None:
    with pytest.raises(KeyringUnusableError) as caught:
        await vault_of(hanging, seconds=0.5).load(ENTRY)

    assert caught.value.state.condition is KeyringCondition.NO_ANSWER
    assert "0.5 s" in caught.value.message
    assert lifeline.all_have_ended()


async def test_the_state_of_a_hanging_keyring_is_an_answer_and_no_error(hanging: str) -> None:
    state = await vault_of(hanging, seconds=0.1).state()

    assert state.condition is KeyringCondition.NO_ANSWER
    assert not state.usable


async def test_cancelling_a_save_kills_the_child_with_its_own_children(
    hanging: str, lifeline: Lifeline
) -> None:
    saving = asyncio.create_task(vault_of(hanging).save(ENTRY, Secret(CANARY)))
    await asyncio.to_thread(lifeline.line)

    saving.cancel()

    with pytest.raises(asyncio.CancelledError):
        await saving
    assert lifeline.all_have_ended()


async def test_closing_from_another_thread_ends_what_waits(
    hanging: str, lifeline: Lifeline
) -> None:
    vault = vault_of(hanging)
    loading = asyncio.create_task(vault.load(ENTRY))
    await asyncio.to_thread(lifeline.line)

    await asyncio.to_thread(vault.close)

    with pytest.raises(KeyringUnusableError):
        await loading
    assert lifeline.all_have_ended()


async def test_a_closed_vault_answers_at_once(hanging: str) -> None:
    vault = vault_of(hanging)
    vault.close()

    with pytest.raises(KeyringUnusableError):
        await vault.load(ENTRY)


def test_a_child_is_asked_and_killed_on_an_event_loop_of_another_thread(
    hanging: str, lifeline: Lifeline
) -> None:
    states = []

    def run() -> None:
        states.append(asyncio.run(vault_of(hanging, seconds=0.5).state()))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(SECONDS)

    assert [state.condition for state in states] == [KeyringCondition.NO_ANSWER]
    assert lifeline.all_have_ended()


# A machine in trouble


class SlowProcess(subprocess.Popen[bytes]):
    """A process on a machine that takes its time, for one step, until it is told to go on."""

    slow_step = ""
    reached = threading.Event()
    go_on = threading.Event()
    started: ClassVar["queue.Queue[SlowProcess]"] = queue.Queue()

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - as Popen has it
        self._hold("start")
        super().__init__(*arguments, **options)
        self.started.put(self)

    def wait(self, timeout: float | None = None) -> int:
        self._hold("end")
        return super().wait(timeout)

    def _hold(self, step: str) -> None:
        if self.slow_step == step:
            self.reached.set()
            assert self.go_on.wait(SECONDS), "the event loop was held up"


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[SlowProcess]]:
    """Makes the vault's processes slow."""
    SlowProcess.reached.clear()
    SlowProcess.go_on.clear()
    SlowProcess.started = queue.Queue()
    monkeypatch.setattr(subprocess, "Popen", SlowProcess)
    yield SlowProcess
    SlowProcess.slow_step = ""


ASKED = "echo; read -r request; "
"""How a script says that it is ready, and takes the question."""
ANSWERING = ASKED + """echo '{"condition": "usable", "backend": "a Keyring"}'"""


async def test_a_child_that_is_slow_to_start_holds_up_nothing_else(
    python: Callable[[str], str], slow: type[SlowProcess]
) -> None:
    slow.slow_step = "start"
    asking = asyncio.create_task(vault_of(python(ANSWERING)).state())
    assert await asyncio.to_thread(slow.reached.wait, SECONDS)

    slow.go_on.set()

    assert (await asking).usable


async def test_a_question_that_is_cancelled_before_its_child_has_started_leaves_none_behind(
    hanging: str, slow: type[SlowProcess]
) -> None:
    slow.slow_step = "start"
    saving = asyncio.create_task(vault_of(hanging).save(ENTRY, Secret(CANARY)))
    assert await asyncio.to_thread(slow.reached.wait, SECONDS)

    saving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await saving
    assert slow.started.empty()
    slow.go_on.set()

    process = await asyncio.to_thread(slow.started.get, timeout=SECONDS)
    # Killed, or before that by its own word to nobody.
    ended = await asyncio.to_thread(process.wait, SECONDS)
    assert ended in (-signal.SIGKILL, -signal.SIGPIPE)


async def test_a_child_that_does_not_end_when_it_is_killed_is_not_waited_for(
    hanging: str, slow: type[SlowProcess]
) -> None:
    slow.slow_step = "end"

    state = await vault_of(hanging, seconds=0.1).state()

    assert state.condition is KeyringCondition.NO_ANSWER
    assert await asyncio.to_thread(slow.reached.wait, SECONDS)
    slow.go_on.set()


# A child that sees, says or does what it should not


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
async def test_the_value_is_in_no_argument_and_no_variable_of_the_child(
    hanging: str, lifeline: Lifeline
) -> None:
    vault = vault_of(hanging, PROLIFIC_TOKEN=CANARY, TEXTUAL_LOG=CANARY, DISPLAY=":0")
    saving = asyncio.create_task(vault.save(ENTRY, Secret(CANARY)))
    process = Path("/proc") / await asyncio.to_thread(lifeline.line)

    arguments = (process / "cmdline").read_bytes()
    environment = (process / "environ").read_bytes()
    saving.cancel()

    assert b"prolific_tui.vault" in arguments
    assert b"DISPLAY=:0" in environment
    assert CANARY.encode() not in arguments + environment
    with pytest.raises(asyncio.CancelledError):
        await saving


@pytest.mark.parametrize(
    "script",
    [
        "exit 3",
        "echo not ready",
        ASKED + "exit 3",
        ASKED + "kill -SEGV $$",
        ASKED + "echo not JSON",
        ASKED + "echo '[]'",
        ASKED + 'echo \'{"condition": "splendid"}\'',
        ASKED + "yes canary | head -c 2000000 | tr -d '\\n'",
    ],
    ids=[
        "exit while loading",
        "prose while loading",
        "exit",
        "crash",
        "prose",
        "list",
        "unknown condition",
        "endless line",
    ],
)
async def test_a_child_that_gives_no_answer_is_a_broken_keyring(
    python: Callable[[str], str], script: str
) -> None:
    with pytest.raises(KeyringUnusableError) as caught:
        await vault_of(python(script)).save(ENTRY, Secret(CANARY))

    assert caught.value.state.condition is KeyringCondition.BROKEN
    assert "canary" not in caught.value.message


async def test_an_interpreter_that_is_gone_is_a_broken_keyring(tmp_path: Path) -> None:
    state = await vault_of(str(tmp_path / "no python")).state()

    assert state.condition is KeyringCondition.BROKEN


async def test_what_a_child_prints_does_not_reach_the_screen(
    python: Callable[[str], str], capfd: pytest.CaptureFixture[str]
) -> None:
    answer = '{"condition": "usable", "backend": "loud Keyring"}'
    state = await vault_of(python(f"{ASKED} echo loud >&2; echo '{answer}'; echo loud")).state()

    assert state.usable
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kept", [None, "another value"])
async def test_a_keyring_that_loses_or_alters_the_value_did_not_save_it(
    python: Callable[[str], str], kept: str | None
) -> None:
    answer = json.dumps({"condition": "usable", "backend": "odd Keyring", "value": kept})
    vault = vault_of(python(f"{ASKED} echo {shlex.quote(answer)}"))

    with pytest.raises(KeyringError) as caught:
        await vault.save(ENTRY, Secret(CANARY))

    assert caught.value.title == "Not saved"
    assert "odd Keyring" in caught.value.message
    assert CANARY not in caught.value.message


async def test_a_keyring_that_keeps_what_it_was_told_to_delete_is_found_out(
    python: Callable[[str], str],
) -> None:
    answer = '{"condition": "usable", "backend": "odd Keyring", "value": "canary"}'
    vault = vault_of(python(f"{ASKED} echo '{answer}'"))

    with pytest.raises(KeyringError) as caught:
        await vault.delete(ENTRY)

    assert caught.value.title == "Not deleted"
