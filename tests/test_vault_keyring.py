"""Tokens in a real GNOME keyring, and what is said where there is none that can be used."""

import asyncio
import json
import os
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from prolific_tui.access import Entry
from prolific_tui.secret import Secret
from prolific_tui.vault import KeyringCondition, KeyringState, KeyringUnusableError, Vault

pytest.importorskip("jeepney", reason="keyring brings it on Linux, where there is D-Bus")

from tests.keyring_session import (  # after the line that skips where it can't be imported
    KeyringSession,
    isolated_environment,
    keyring_session,
    require_programs,
    silent_bus,
)

ENTRY = Entry.token("https://api.prolific.com", "ada")
OTHER = Entry.token("https://prolific.example", "ada")
CANARY = "canary-0be3f7"
SECONDS = 30
NULL_KEYRING = "keyring.backends.null.Keyring"


@pytest.fixture(scope="module")
def session() -> Iterator[KeyringSession]:
    """A D-Bus session with nothing on it."""
    require_programs()
    with keyring_session() as session:
        yield session


def vault_in(environment: Mapping[str, str], read_seconds: float = SECONDS) -> Vault:
    return Vault(environment=environment, read_seconds=read_seconds, save_seconds=SECONDS)


async def state_in(environment: Mapping[str, str]) -> KeyringState:
    return await vault_in(environment).state()


# A keyring that can be used


async def test_an_unlocked_keyring_keeps_a_token_until_it_is_deleted(
    session: KeyringSession,
) -> None:
    with session.unlocked_keyring():
        vault = vault_in(session.environment)
        state = await vault.state()
        assert state.usable
        assert state.backend == "SecretService Keyring"

        assert await vault.load(ENTRY) is None
        await vault.save(ENTRY, Secret("first"))
        await vault.save(ENTRY, Secret("töken \N{SNOWMAN}"))
        assert await vault.load(ENTRY) == Secret("töken \N{SNOWMAN}")
        assert await vault.load(OTHER) is None

        await vault.delete(ENTRY)
        await vault.delete(ENTRY)
        assert await vault.load(ENTRY) is None


async def test_a_chainer_is_passed_over_for_the_best_keyring_it_could_ask(
    session: KeyringSession,
) -> None:
    chainer = {"PYTHON_KEYRING_BACKEND": "keyring.backends.chainer.ChainerBackend"}
    with session.unlocked_keyring():
        state = await state_in({**session.environment, **chainer})

    assert state.usable
    assert state.backend == "SecretService Keyring"


async def test_several_questions_at_once_get_an_answer_each(session: KeyringSession) -> None:
    with session.unlocked_keyring():
        vault = vault_in(session.environment)
        await asyncio.gather(vault.save(ENTRY, Secret("one")), vault.save(OTHER, Secret("other")))

        one, other = await asyncio.gather(vault.load(ENTRY), vault.load(OTHER))
        assert one == Secret("one")
        assert other == Secret("other")

        await asyncio.gather(vault.delete(ENTRY), vault.delete(OTHER))


# A keyring that is locked


async def test_a_locked_keyring_that_can_ask_nobody_says_so(session: KeyringSession) -> None:
    with session.unlocked_keyring():
        pass
    with session.locked_keyring():
        vault = vault_in(session.environment)
        state = await vault.state()
        with pytest.raises(KeyringUnusableError) as caught:
            await vault.save(ENTRY, Secret(CANARY))

    assert state.condition is KeyringCondition.LOCKED
    assert caught.value.state == state


async def test_a_keyring_that_was_never_set_up_counts_as_locked() -> None:
    require_programs()
    with keyring_session() as fresh, fresh.locked_keyring():
        state = await state_in(fresh.environment)

    assert state.condition is KeyringCondition.LOCKED


async def test_a_prompt_that_nobody_sees_is_given_up(session: KeyringSession) -> None:
    with session.silent_prompter() as wait_until_asked, session.locked_keyring():
        loading = asyncio.create_task(vault_in(session.environment, read_seconds=5).load(ENTRY))
        await asyncio.to_thread(wait_until_asked)
        with pytest.raises(KeyringUnusableError) as caught:
            await loading

    assert caught.value.state.condition is KeyringCondition.NO_ANSWER
    assert "another display" in caught.value.message


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
async def test_a_save_that_waits_for_a_password_shows_the_value_nowhere(
    session: KeyringSession, tmp_path: Path
) -> None:
    number, inherited = tmp_path / "number of the process", tmp_path / "variables"
    python = tmp_path / "python"
    # Nobody but root may ask the system for its variables: it lets no one look inside.
    python.write_text(
        f"#!/bin/sh\necho $$ > {shlex.quote(str(number))}\nenv > {shlex.quote(str(inherited))}\n"
        f'exec {shlex.quote(sys.executable)} "$@"\n'
    )
    python.chmod(0o700)
    environment = {**session.environment, "PROLIFIC_TOKEN": CANARY, "TEXTUAL_LOG": CANARY}
    vault = Vault(python=str(python), environment=environment)

    with session.silent_prompter() as wait_until_asked, session.locked_keyring():
        saving = asyncio.create_task(vault.save(ENTRY, Secret(CANARY)))
        await asyncio.to_thread(wait_until_asked)
        process = Path("/proc") / number.read_text().strip()
        arguments = (process / "cmdline").read_bytes()
        variables = inherited.read_bytes()
        limits = (process / "limits").read_text()

        saving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await saving

    assert b"prolific_tui.vault" in arguments
    assert b"DBUS_SESSION_BUS_ADDRESS" in variables
    assert CANARY.encode() not in arguments + variables
    assert "Max core file size 0 0 " in " ".join(limits.split())
    assert not process.exists()


def test_the_child_ends_with_its_parent_although_it_waits(session: KeyringSession) -> None:
    request = {"action": "load", "service": "x", "name": "token", "value": None}

    with session.silent_prompter() as wait_until_asked, session.locked_keyring():
        ours, theirs = socket.socketpair()
        with ours, theirs:
            child = subprocess.Popen(
                [sys.executable, "-P", "-m", "prolific_tui.vault"],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                env=session.environment,
            )
            theirs.close()
            ours.sendall(json.dumps(request).encode() + b"\n")
            wait_until_asked()
            assert child.poll() is None
        with child:
            assert child.wait(SECONDS) != 0


async def test_a_window_that_nobody_sees_is_given_up(session: KeyringSession) -> None:
    """The real one, on a display that is not the SSH user's."""
    with (
        session.unseen_prompter() as environment,
        session.locked_keyring(),
    ):
        state = await vault_in(environment, read_seconds=2).state()

    assert state.condition is KeyringCondition.NO_ANSWER
    assert "a window on another display" in state.message


async def test_a_service_that_fails_is_told_with_its_error(session: KeyringSession) -> None:
    """`InitError` is what the backend makes of that."""
    with session.failing_service():
        state = await state_in(session.environment)

    assert state.condition is KeyringCondition.BROKEN
    assert "InitError" in state.message
    assert "canary" not in state.message


# No keyring


@pytest.mark.parametrize(
    ("address", "said"),
    [(None, "it has no message bus"), ("unix:path=/nowhere/bus", "that it names is gone")],
    ids=["none", "stale"],
)
async def test_a_session_without_a_bus_has_no_keyring(
    tmp_path: Path, address: str | None, said: str
) -> None:
    environment = isolated_environment(tmp_path)
    if address is not None:
        environment["DBUS_SESSION_BUS_ADDRESS"] = address

    state = await state_in(environment)

    assert state.condition is KeyringCondition.NONE
    assert "SSH" in state.message
    assert said in state.message


async def test_a_bus_without_a_secret_service_has_no_keyring(session: KeyringSession) -> None:
    state = await state_in(session.environment)

    assert state.condition is KeyringCondition.NONE
    assert "no keyring runs on its message bus" in state.message


async def test_a_bus_that_accepts_and_never_answers_is_said_to_be_that(tmp_path: Path) -> None:
    with silent_bus(tmp_path) as environment:
        state = await state_in(environment)

    assert state.condition is KeyringCondition.SILENT


async def test_backends_that_something_else_installed_are_named_and_not_loaded(
    tmp_path: Path,
) -> None:
    """As keyrings.alt, which Python's keyring would pick first."""
    information = tmp_path / "keyrings_odd-1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: keyrings.odd\nVersion: 1\n")
    (information / "entry_points.txt").write_text("[keyring.backends]\nodd = sprung\n")
    sprung = tmp_path / "loaded"
    (tmp_path / "sprung.py").write_text(f"open({str(sprung)!r}, 'w')\n")

    environment = isolated_environment(tmp_path) | {"PYTHONPATH": str(tmp_path)}
    state = await state_in(environment)

    assert state.condition is KeyringCondition.NONE
    assert "keyrings.odd" in state.message
    assert not sprung.exists()


# A backend that must not be used


@pytest.fixture
def odd_backends(tmp_path: Path) -> dict[str, str]:
    """An environment in which a module of backends with bad manners can be chosen."""
    (tmp_path / "odd.py").write_text(
        "import os\n"
        "from keyring.backend import KeyringBackend\n"
        "print('Welcome to odd!')\n"
        "os.system('echo Welcome to odd!')\n"
        "class Plain(KeyringBackend):\n"
        "    priority = 9\n"
        "    def get_password(self, service, username): return 'canary'\n"
        "    def set_password(self, service, username, password): print(password)\n"
        "    def delete_password(self, service, username): pass\n"
        "class Leaving(Plain):\n"
        "    def __init__(self): raise SystemExit\n"
        "class Failing(Plain):\n"
        "    def __init__(self): raise ValueError('canary')\n"
        "class NotHere(Plain):\n"
        "    def __init__(self): raise RuntimeError('not on this machine')\n"
    )
    return isolated_environment(tmp_path) | {"PYTHONPATH": str(tmp_path)}


@pytest.mark.parametrize(
    ("chosen", "condition", "said"),
    [
        (NULL_KEYRING, KeyringCondition.NOT_ALLOWED, "null Keyring"),
        ("keyring.backends.fail.Keyring", KeyringCondition.NOT_ALLOWED, "fail Keyring"),
        ("odd.Plain", KeyringCondition.NOT_ALLOWED, "odd Plain"),
        ("odd.NotHere", KeyringCondition.NONE, "No keyring"),
        ("odd.Failing", KeyringCondition.NOT_LOADED, "ValueError"),
        ("odd.Leaving", KeyringCondition.BROKEN, "without an answer"),
        ("odd.Missing", KeyringCondition.NOT_LOADED, "AttributeError"),
        ("no.such.module.Keyring", KeyringCondition.NOT_LOADED, "ModuleNotFoundError"),
        ("", KeyringCondition.NOT_LOADED, "ValueError"),
    ],
)
async def test_a_backend_chosen_by_variable_is_used_only_if_it_keeps_tokens_safe(
    odd_backends: dict[str, str], chosen: str, condition: KeyringCondition, said: str
) -> None:
    vault = vault_in(odd_backends | {"PYTHON_KEYRING_BACKEND": chosen})

    with pytest.raises(KeyringUnusableError) as caught:
        await vault.save(ENTRY, Secret(CANARY))

    assert caught.value.state.condition is condition
    assert said in caught.value.message
    assert "canary" not in caught.value.message


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
async def test_no_backend_runs_before_the_memory_of_its_process_is_private(tmp_path: Path) -> None:
    """Asked in the process itself, as root may look into any; a program begins as public."""
    seen = tmp_path / "seen"
    (tmp_path / "looking.py").write_text(
        "import ctypes, pathlib\n"
        f"pathlib.Path({str(seen)!r}).write_text(str(ctypes.CDLL(None).prctl(3)))\n"
    )
    environment = isolated_environment(tmp_path) | {"PYTHONPATH": str(tmp_path)}

    await state_in(environment | {"PYTHON_KEYRING_BACKEND": "looking.Keyring"})

    assert seen.read_text() == "0"


async def test_a_backend_chosen_in_keyrings_own_configuration_is_held_to_the_same(
    tmp_path: Path,
) -> None:
    environment = isolated_environment(tmp_path)
    configuration = Path(environment["XDG_CONFIG_HOME"]) / "python_keyring" / "keyringrc.cfg"
    configuration.parent.mkdir(parents=True)
    configuration.write_text(f"[backend]\ndefault-keyring={NULL_KEYRING}\n")

    state = await state_in(environment)

    assert state.condition is KeyringCondition.NOT_ALLOWED
    assert "keyringrc.cfg" in state.hint


async def test_a_file_called_keyring_in_the_current_directory_is_not_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    trap = tmp_path / "here"
    trap.mkdir()
    for name in ("keyring.py", "json.py", "prolific_tui.py"):
        (trap / name).write_text("open('sprung', 'w')\n")
    monkeypatch.chdir(trap)

    state = await state_in(isolated_environment(tmp_path))

    assert state.condition is KeyringCondition.NONE
    assert not (trap / "sprung").exists()


def test_on_ci_a_missing_program_is_a_failure_and_elsewhere_a_reason_to_skip(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    monkeypatch.setitem(os.environ, "CI", "true")
    with pytest.raises(pytest.fail.Exception, match="gnome-keyring-daemon"):
        require_programs()
    monkeypatch.delitem(os.environ, "CI")
    with pytest.raises(pytest.skip.Exception, match="gnome-keyring-daemon"):
        require_programs()
