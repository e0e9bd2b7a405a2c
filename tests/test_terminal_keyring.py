"""The program where a keyring is in each of the states it can be in: said, and never waited for."""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from prolific_tui.demo.seed import demo_service
from prolific_tui.demo.server import Server, serving
from prolific_tui.keeping import DraftKeeping, TokenPlace
from tests.terminal import Terminal, keep_drafts, signed_in

pytest.importorskip("jeepney", reason="keyring brings it on Linux, where there is D-Bus")

from tests.keyring_session import (  # after the line that skips where it can't be imported
    KeyringSession,
    keyring_session,
    require_programs,
)
from tests.keyring_states import (
    State,
    failing,
    forced,
    locked,
    silent,
    unlocked,
    unseen,
    without_bus,
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving(demo_service()) as server:
        yield server


@pytest.fixture(scope="module")
def session() -> Iterator[KeyringSession]:
    """A session whose keyring has a password, so that it can be locked."""
    require_programs()
    with keyring_session() as session:
        with session.unlocked_keyring():
            pass
        yield session


def started(session: KeyringSession, environment: Mapping[str, str], server: Server) -> Terminal:
    """The program in that session, signed in by the environment."""
    return Terminal(home=session.home, environment={**environment, **signed_in(server)})


@pytest.mark.parametrize(
    ("state", "said", "to_do"),
    [
        pytest.param(unlocked, "Keyring ready", "can keep tokens and secrets", id="unlocked"),
        pytest.param(locked, "Keyring locked", "Unlock it in a desktop session", id="locked"),
        pytest.param(
            unseen, "Keyring does not answer", "Answer that window and check", id="unseen prompter"
        ),
        pytest.param(without_bus, "No keyring", "Without one, give the token with", id="no bus"),
        pytest.param(
            silent, "Keyring out of reach", "Log out and in again, or end", id="silent bus"
        ),
        pytest.param(failing, "Keyring failed", "InitError", id="InitError"),
        pytest.param(
            forced("keyring.backends.null.Keyring"),
            "Keyring not safe",
            "Unset PYTHON_KEYRING_BACKEND",
            id="null",
        ),
        pytest.param(
            forced("keyring.backends.chainer.ChainerBackend"),
            "No keyring",
            "no keyring runs on its message bus",
            id="chainer",
        ),
        pytest.param(
            forced("no.such.module"), "Keyring not loaded", "ModuleNotFoundError", id="misspelled"
        ),
    ],
)
def test_each_state_has_its_sentence_and_says_what_to_do(
    session: KeyringSession, server: Server, state: State, said: str, to_do: str
) -> None:
    with state(session) as environment, started(session, environment, server) as terminal:
        terminal.wait_for("5 pools")
        terminal.press("4")
        terminal.wait_for(said)
        terminal.wait_for(lambda: to_do in " ".join(terminal.screen().split()))
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.is_restored


def test_keys_are_answered_and_the_program_ends_while_the_keyring_does_not_answer(
    session: KeyringSession, server: Server
) -> None:
    """The window was asked for and never answers; nobody waits for it, but its own 3 seconds."""
    with ExitStack() as stack:
        wait_until_asked = stack.enter_context(session.silent_prompter())
        stack.enter_context(session.locked_keyring())
        terminal = stack.enter_context(started(session, session.environment, server))
        terminal.wait_for("5 pools")
        terminal.press("4")
        wait_until_asked()
        terminal.wait_for(re.compile("Keyring +(looking|does not answer)"))
        terminal.press("2")
        terminal.wait_for("Signing secret")
        terminal.press("4", "s")
        terminal.wait_for("What is kept on this machine")
        terminal.press("escape")
        terminal.wait_for("as before")
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.is_restored


def test_the_program_ends_while_the_keyring_holds_a_save_back(
    session: KeyringSession, server: Server, tmp_path: Path
) -> None:
    """A save is given a minute, which is longer than this test would wait."""
    token = signed_in(server)["PROLIFIC_TOKEN"]
    keep_drafts(tmp_path, DraftKeeping.USERNAMES, TokenPlace.KEYRING)
    with session.silent_prompter() as wait_until_asked, session.locked_keyring():
        environment = {
            **session.environment,
            "HOME": str(tmp_path),
            "PROLIFIC_URL": server.address,
        }
        with Terminal(home=tmp_path, environment=environment) as terminal:
            terminal.wait_for("API token")
            # Account looks by itself first; what is asked once that has ended is the save's.
            wait_until_asked()
            terminal.wait_for("Keyring does not answer")
            terminal.type(f"{token}\r")
            terminal.wait_for("Keeping it so")
            wait_until_asked()
            terminal.press("1")
            terminal.wait_for("5 pools")
            terminal.press("q")
            assert terminal.wait_exit() == 0
            assert terminal.is_restored
    assert not _holding(tmp_path, token)


def test_the_first_start_on_a_desktop_keeps_the_token_in_the_keyring(
    session: KeyringSession, server: Server
) -> None:
    address = {"PROLIFIC_URL": server.address}
    token = signed_in(server)["PROLIFIC_TOKEN"]
    with session.unlocked_keyring():
        environment = {**session.environment, **address}
        with Terminal(home=session.home, environment=environment) as terminal:
            terminal.wait_for("API token")
            terminal.type(f"{token}\r")
            terminal.wait_for("What is kept on this machine")
            terminal.wait_for("Keyring ready. The keyring")
            terminal.press("down", "enter")
            terminal.wait_for("Kept from now on: in the keyring")
            terminal.wait_for("from the keyring")
            terminal.press("q")
            assert terminal.wait_exit() == 0
        with Terminal(home=session.home, environment=environment) as again:
            again.wait_for("5 pools")
            again.press("4")
            again.wait_for("from the keyring")
            again.press("d", "y")
            again.wait_for("you is forgotten")
            again.press("q")
            assert again.wait_exit() == 0
    ours = session.home / ".local" / "state" / "prolific-tui"
    assert not _holding(ours, token)


def _holding(directory: Path, text: str) -> list[Path]:
    """The files of a directory that hold a text."""
    files = (path for path in directory.rglob("*") if path.is_file())
    return [path for path in files if text.encode() in path.read_bytes()]
