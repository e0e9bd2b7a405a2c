"""The command line: quick answers, one line for what can't work, and a demo that touches nothing.

Each test starts the program as a person does, in a terminal of its own where it needs one.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from prolific_tui.access import DEFAULT_SERVICE_URL
from prolific_tui.demo.seed import DEMO_TOKEN, demo_service
from prolific_tui.demo.server import serving
from prolific_tui.settings import Profile, StateFile
from prolific_tui.version import NAME, VERSION
from tests.terminal import PROGRAM, Terminal, bare_environment, signed_in

_HEAVY: Final = {"textual", "rich", "httpx", "msgspec", "stamina", "keyring"}
_CLIENT: Final = {"httpx", "msgspec", "stamina", "keyring"}
_SENTINEL: Final = "sentinel-3f9c"


def _run(
    home: Path, *arguments: str, python: Sequence[str] = ()
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *python, "-m", "prolific_tui", *arguments],
        env=bare_environment(home),
        cwd=home,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=30,
        check=False,
    )


# Answers that need no terminal


@pytest.mark.parametrize(
    ("option", "answer"), [("--version", f"{NAME} {VERSION}\n"), ("--help", f"usage: {NAME} ")]
)
def test_version_and_help_answer_at_once_and_load_nothing_heavy(
    tmp_path: Path, option: str, answer: str
) -> None:
    ran = _run(tmp_path, option, python=["-X", "importtime"])
    assert ran.returncode == 0
    assert ran.stdout.startswith(answer)
    imported = {
        line.rpartition("|")[2].strip().partition(".")[0] for line in ran.stderr.split("\n")
    }
    assert "argparse" in imported
    assert not imported & _HEAVY


def test_no_option_takes_the_token_itself(tmp_path: Path) -> None:
    ran = _run(tmp_path, "--token", _SENTINEL)
    assert ran.returncode == 2
    told = _run(tmp_path, "--help").stdout
    assert "--token" not in told.replace("--token-file", "")
    assert "plain-text file if you chose that" in told


# What can't work is said on one line, and nothing is drawn


def _refusal(terminal: Terminal, errors: Path) -> str:
    """The one line on standard error with which the program refused to start."""
    assert terminal.wait_exit() == 2
    assert terminal.raw == b""
    assert terminal.is_restored
    said = errors.read_text()
    assert said.startswith(f"{NAME}: ")
    assert said.endswith("\n")
    assert said.count("\n") == 1
    return said


@pytest.mark.parametrize(
    ("redirection", "words"),
    [("</dev/null", "standard input is not a terminal"), (">out", "standard output is not a")],
)
def test_it_does_not_start_where_there_is_no_terminal(
    tmp_path: Path, redirection: str, words: str
) -> None:
    command = ["sh", "-c", f'exec "$@" {redirection}', "sh", *PROGRAM]
    errors = tmp_path / "errors"
    with Terminal("--demo", command=command, home=tmp_path, stderr=errors) as terminal:
        assert words in _refusal(terminal, errors)
    out = tmp_path / "out"
    assert not out.exists() or out.read_bytes() == b""


@pytest.mark.parametrize("kind", ["dumb", ""])
def test_it_does_not_start_on_a_terminal_that_can_only_print(tmp_path: Path, kind: str) -> None:
    errors = tmp_path / "errors"
    with Terminal("--demo", home=tmp_path, environment={"TERM": kind}, stderr=errors) as terminal:
        assert "TERM" in _refusal(terminal, errors)


@pytest.mark.parametrize(
    ("variables", "arguments", "words"),
    [
        ({"PROLIFIC_URL": "http://api.example.com"}, [], "would travel unprotected"),
        ({"PROLIFIC_URL": f"https://me:{_SENTINEL}@example.com"}, [], "user name or a password"),
        (
            {"PROLIFIC_TOKEN": f"Token {_SENTINEL}"},
            [],
            "It is from PROLIFIC_TOKEN. Nothing",
        ),
        ({"PROLIFIC_TOKEN": f"{_SENTINEL}\u00e9"}, [], "plain ASCII"),
        ({}, ["--token-file", "spaced"], "a space"),
        ({}, ["--token-file", "spaced"], "It is from spaced (--token-file)."),
        ({}, ["--token-file", "nowhere"], "nowhere"),
        ({}, ["--token-file", "."], "folder"),
        ({}, ["--token-file", "/dev/stdin"], "terminal"),
        ({}, ["--fault", "getMe=502"], "--fault is for --demo only"),
        ({}, ["--demo", "--fault", "getMee=502"], "'getMee'"),
        ({}, ["--demo", "--fault", "getMe=\x1b[31m"], "\\x1b"),
    ],
)
def test_what_cannot_be_used_is_said_on_one_line_without_the_token(
    tmp_path: Path, variables: dict[str, str], arguments: list[str], words: str
) -> None:
    (tmp_path / "spaced").write_text(f"two {_SENTINEL}\n")
    errors = tmp_path / "errors"
    with Terminal(*arguments, home=tmp_path, environment=variables, stderr=errors) as terminal:
        said = _refusal(terminal, errors)
    assert words in said
    assert _SENTINEL not in said


# Which account it begins with


def _knows_the_lab(home: Path) -> None:
    """Let the program know one account, of Prolific itself."""
    state = StateFile(home / ".local" / "state" / NAME / "state.json")
    state.remember_profile(Profile("lab", DEFAULT_SERVICE_URL, "ada", "ada@lab.org"))


@pytest.mark.parametrize(
    ("variables", "arguments", "words"),
    [
        ({}, ["--profile", "pilots"], "there are lab. The name is from --profile."),
        ({"PROLIFIC_TUI_PROFILE": "pilots"}, [], "The name is from PROLIFIC_TUI_PROFILE."),
        ({"PROLIFIC_TUI_PROFILE": "pilots"}, ["--profile", "my lab"], "A name has 1 to 24"),
        (
            {"PROLIFIC_URL": "https://prolific.example"},
            ["--profile", "lab"],
            f"The account lab is for {DEFAULT_SERVICE_URL}, and PROLIFIC_URL names",
        ),
    ],
)
def test_an_account_that_can_not_be_meant_is_said_on_one_line(
    tmp_path: Path, variables: dict[str, str], arguments: list[str], words: str
) -> None:
    _knows_the_lab(tmp_path)
    errors = tmp_path / "errors"
    with Terminal(*arguments, home=tmp_path, environment=variables, stderr=errors) as terminal:
        assert words in _refusal(terminal, errors)


def test_an_account_of_the_configuration_is_begun_with_unless_something_goes_before_it(
    tmp_path: Path,
) -> None:
    """Its token is asked for by name, and would go only to its own service."""
    _knows_the_lab(tmp_path)
    configuration = tmp_path / ".config" / NAME / "config.toml"
    configuration.parent.mkdir(mode=0o700, parents=True)
    configuration.write_text('profile = "pilots"\nservice_url = "https://prolific.example"\n')
    errors = tmp_path / "errors"
    with Terminal(home=tmp_path, stderr=errors) as terminal:
        assert "The name is from profile in config.toml." in _refusal(terminal, errors)
    configuration.write_text('profile = "lab"\n')
    with (
        serving(demo_service()) as server,
        Terminal(home=tmp_path, environment=signed_in(server)) as terminal,
    ):
        # A variable that names another service goes before it.
        terminal.wait_for("5 pools")
        terminal.press("q")
        assert terminal.wait_exit() == 0
    with Terminal("--profile", "lab", home=tmp_path) as terminal:
        terminal.wait_for("API token of lab (ada@lab.org)")
        terminal.wait_for(DEFAULT_SERVICE_URL)
        terminal.press("escape")
        terminal.wait_for("No token was taken")
        terminal.press("q")
        assert terminal.wait_exit() == 0


# Where the token comes from


def test_a_token_may_come_through_a_pipe(tmp_path: Path) -> None:
    read, write = os.pipe()
    with (
        serving(demo_service()) as server,
        os.fdopen(read, "rb"),
        Terminal(
            "--token-file",
            f"/dev/fd/{read}",
            home=tmp_path,
            environment={"PROLIFIC_URL": server.address},
            pass_fds=[read],
        ) as terminal,
    ):
        os.write(write, DEMO_TOKEN.reveal().encode() + b"\n")
        os.close(write)
        terminal.wait_for("5 pools")
        terminal.press("4")
        terminal.wait_for("from --token-file")
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert DEMO_TOKEN.reveal().encode() not in terminal.raw


def test_a_pipe_that_takes_its_time_is_told_of_and_given_up_by_a_key(tmp_path: Path) -> None:
    """A password manager may ask its own question first, on the same terminal."""
    read, write = os.pipe()
    words = f"waiting up to 60 s for the token from /dev/fd/{read}; Ctrl-C gives it up."
    arguments = ("--token-file", f"/dev/fd/{read}")
    with (
        serving(demo_service()) as server,
        os.fdopen(read, "rb"),
        os.fdopen(write, "wb") as writing,
    ):
        environment = {"PROLIFIC_URL": server.address}
        with Terminal(
            *arguments, home=tmp_path, environment=environment, pass_fds=[read], size=(120, 24)
        ) as terminal:
            terminal.wait_for(words)
            terminal.press("ctrl+c")
            assert terminal.wait_exit() == 130
            assert "given up; no token was read." in terminal.screen()
            assert "Traceback" not in terminal.screen()
        with Terminal(
            *arguments, home=tmp_path, environment=environment, pass_fds=[read], size=(120, 24)
        ) as terminal:
            terminal.wait_for(words)
            writing.write(DEMO_TOKEN.reveal().encode())
            writing.close()
            terminal.wait_for("5 pools")
            terminal.press("q")
            assert terminal.wait_exit() == 0


def test_the_token_is_taken_out_of_the_environment_that_children_inherit(tmp_path: Path) -> None:
    """Asked of the process itself once it has run, in a terminal as every time."""
    script = (
        "import os, sys; from prolific_tui.__main__ import main\n"
        "status = main([])\n"
        "print('left in it:', os.environ.get('PROLIFIC_TOKEN'), flush=True)\n"
        "sys.exit(status)"
    )
    with (
        serving(demo_service()) as server,
        Terminal(
            command=(sys.executable, "-c", script), home=tmp_path, environment=signed_in(server)
        ) as terminal,
    ):
        terminal.wait_for("5 pools")
        terminal.press("q")
        terminal.wait_for("left in it: None")
        assert terminal.wait_exit() == 0


def test_the_token_of_the_environment_is_used_and_shown_nowhere(tmp_path: Path) -> None:
    with (
        serving(demo_service()) as server,
        Terminal(home=tmp_path, environment=signed_in(server)) as terminal,
    ):
        terminal.wait_for("5 pools")
        terminal.press("4")
        terminal.wait_for("from PROLIFIC_TOKEN")
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert DEMO_TOKEN.reveal().encode() not in terminal.raw


@pytest.mark.parametrize("home", ["/proc/self", "/dev/null"])
def test_it_starts_where_nothing_can_be_kept(tmp_path: Path, home: str) -> None:
    """As for a user without a home of their own; what was chosen is remembered until the end."""
    with (
        serving(demo_service()) as server,
        Terminal(home=tmp_path, environment=signed_in(server) | {"HOME": home}) as terminal,
    ):
        terminal.wait_for("5 pools")
        terminal.press("w")
        terminal.wait_for("23 in all")
        terminal.press("down", "enter")
        terminal.wait_for("Pilots  you@lab.org")
        terminal.press("q")
        assert terminal.wait_exit() == 0


# What the program leaves alone


def test_variables_that_make_textual_write_things_down_have_no_effect(tmp_path: Path) -> None:
    variables = {
        "TEXTUAL": "debug,devtools",
        "TEXTUAL_LOG": str(tmp_path / "textual.log"),
        "TEXTUAL_DEBUG": "1",
        "TEXTUAL_SCREENSHOT": "0",
        "TEXTUAL_SCREENSHOT_LOCATION": str(tmp_path),
        "TEXTUAL_PRESS": "q",
        "TEXTUAL_SHOW_RETURN": "1",
    }
    with Terminal("--demo", home=tmp_path, environment=variables) as terminal:
        terminal.wait_for("5 pools")
        terminal.press("4", "t")
        terminal.wait_for("API token")
        terminal.type(_SENTINEL)
        terminal.wait_for("****")
        terminal.press("ctrl+c")
        terminal.press("escape")
        terminal.wait_for("No token was taken")
        terminal.press("q")
        assert terminal.wait_exit() == 0
    assert list(tmp_path.rglob("*")) == []


_WATCHED: Final = """
import os, runpy, sys
told = os.open(sys.argv.pop(1), os.O_WRONLY)
watched = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostby",
           "subprocess.", "os.fork", "os.exec", "os.posix_spawn", "os.system", "os.mkdir",
           "os.rename", "os.remove", "pty.spawn")
def hook(event, arguments):
    if event.startswith(watched):
        os.write(told, f"{event}\\n".encode())
    elif event == "sqlite3.connect" and arguments[0] != ":memory:":
        os.write(told, f"{event} {arguments[0]!r}\\n".encode())
    elif event == "open" and isinstance(arguments[0], (str, bytes)):
        path, _, flags = arguments
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            os.write(told, f"open {path!r}\\n".encode())
sys.addaudithook(hook)
runpy.run_module("prolific_tui", run_name="__main__", alter_sys=True)
"""
"""Runs the program and writes down whatever it starts, connects to, or opens for writing."""


def test_the_demo_connects_to_nothing_starts_nothing_and_leaves_nothing_behind(
    tmp_path: Path,
) -> None:
    home, told = tmp_path / "home", tmp_path / "told"
    home.mkdir()
    told.touch()
    command = [sys.executable, "-B", "-c", _WATCHED, str(told)]
    # What a real run would use, were it not the demo.
    variables = {"PROLIFIC_TOKEN": _SENTINEL, "PROLIFIC_URL": "http://127.0.0.1:9"}
    with Terminal("--demo", command=command, home=home, environment=variables) as terminal:
        terminal.wait_for("5 pools")
        terminal.press("2")
        terminal.wait_for("Signing secret")
        terminal.press("3")
        terminal.wait_for("Nothing was sent")
        terminal.press("4")
        terminal.wait_for("you@lab.org")
        terminal.wait_for("Keyring")
        terminal.press("s")
        terminal.wait_for("The demo keeps nothing")
        terminal.press("1", "w")
        terminal.wait_for("23 in all")
        terminal.press("down", "enter")
        terminal.wait_for("Pilots  you@lab.org")
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert _SENTINEL.encode() not in terminal.raw
    assert told.read_text() == ""
    assert list(home.rglob("*")) == []


_GATED: Final = """
import os, sys
from pathlib import Path
from prolific_tui.__main__ import main
from prolific_tui.tui import app

class Gated(app.ProlificApp):
    CSS_PATH = Path(app.__file__).with_name("app.tcss")

    def sign_in(self):
        os.write({told}, " ".join(sys.modules).encode() + b"\\n")
        os.read({gate}, 1)
        super().sign_in()

app.ProlificApp = Gated
sys.exit(main())
"""
"""Runs the program up to where it looks for a token, and there waits for a byte."""


def test_the_client_is_loaded_only_after_the_first_paint(tmp_path: Path) -> None:
    told, telling = os.pipe()
    gate, opener = os.pipe()
    script = tmp_path / "gated.py"
    script.write_text(_GATED.format(told=telling, gate=gate))
    with (
        serving(demo_service()) as server,
        os.fdopen(told) as modules,
        os.fdopen(gate),
        os.fdopen(opener, "w") as opening,
        Terminal(
            command=[sys.executable, str(script)],
            home=tmp_path,
            environment=signed_in(server),
            pass_fds=[telling, gate],
        ) as terminal,
    ):
        os.close(telling)
        terminal.wait_for("POOLS")
        names = set(modules.readline().split())
        loaded = {name.partition(".")[0] for name in names}
        assert "textual" in loaded
        assert not loaded & _CLIENT
        assert not {name for name in names if name.startswith("prolific_tui.demo")}
        opening.write("1")
        opening.flush()
        terminal.wait_for("5 pools")
