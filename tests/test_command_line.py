"""The command line: quick answers, and one line for what can't work.

Each test starts the program as a person does, in a terminal of its own where it needs one.
"""

from pathlib import Path
from typing import Final

import pytest

from prolific_tui.access import DEFAULT_SERVICE_URL
from prolific_tui.demo.seed import demo_service
from prolific_tui.demo.server import serving
from prolific_tui.profiles import Profile
from prolific_tui.settings import StateFile
from prolific_tui.version import NAME, VERSION
from tests.terminal import PROGRAM, Terminal, signed_in
from tests.without_terminal import run_without_terminal

_HEAVY: Final = {"textual", "rich", "httpx", "msgspec", "stamina", "keyring"}
_SENTINEL: Final = "sentinel-3f9c"


# Answers that need no terminal


@pytest.mark.parametrize(
    ("option", "answer"), [("--version", f"{NAME} {VERSION}\n"), ("--help", f"usage: {NAME} ")]
)
def test_version_and_help_answer_at_once_and_load_nothing_heavy(
    tmp_path: Path, option: str, answer: str
) -> None:
    ran = run_without_terminal(tmp_path, option, python=["-X", "importtime"])
    assert ran.returncode == 0
    assert ran.stdout.startswith(answer)
    imported = {
        line.rpartition("|")[2].strip().partition(".")[0] for line in ran.stderr.split("\n")
    }
    assert "argparse" in imported
    assert not imported & _HEAVY


def test_no_option_takes_the_token_itself(tmp_path: Path) -> None:
    ran = run_without_terminal(tmp_path, "--token", _SENTINEL)
    assert ran.returncode == 2
    told = run_without_terminal(tmp_path, "--help").stdout
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
