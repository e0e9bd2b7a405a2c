"""Tokens, passwords and webhook secrets of unique values, through every screen and every error.

Afterwards all that the program wrote, sent and let others see is searched for them. It runs with
every debugging aid switched on, and ends by an error of its own that quotes them all.
"""

import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from prolific_tui.demo.faults import Cut
from prolific_tui.demo.seed import MAIN_WORKSPACE, demo_state
from prolific_tui.demo.server import serving
from prolific_tui.demo.service import Fault, Service
from prolific_tui.demo.state import SigningSecret
from prolific_tui.keeping import DraftKeeping
from prolific_tui.secret import Secret
from tests.canaries import Processes, WatchedTerminal
from tests.disk import mode_of
from tests.journey import shows
from tests.terminal import Condition, keep_drafts

pytest.importorskip("jeepney", reason="keyring brings it on Linux, where there is D-Bus")

from tests.keyring_session import silent_bus  # after the line that skips where it can't be imported

TOKEN: Final = "Qt7vX9mK2wN4"
REFUSED_TOKEN: Final = "Rz5hB8kW1cY6"
FILED: Final = "Fp4nG9sV2xM7"
REPEATED: Final = "Ry2mD6wK9fB3"
TYPED: Final = "Tk8dJ3zL5bQ1"
PASTED: Final = "Pv6rU1fX4mS8"
SECRET: Final = "Sw9aE2hT7cR4"
CANARIES: Final = {
    "the token": TOKEN,
    "the refused token": REFUSED_TOKEN,
    "a password of the file": FILED,
    "a repeated username's password": REPEATED,
    "the typed password": TYPED,
    "the pasted password": PASTED,
    "the secret": SECRET,
}

_PROGRAM: Final = '''
"""The program with every debugging aid on, two keys that break it, and one that takes a picture."""

import json
import logging
import sys
from pathlib import Path

from prolific_tui import assembly
from prolific_tui.__main__ import main

held = json.loads(Path(sys.argv[1]).read_text())
logging.basicConfig(level=logging.DEBUG, filename="debug.log")
run = assembly.run


def fall_over(values):
    quoting = f"can't use {values}"
    try:
        {}[quoting]
    except KeyError as missing:
        raise RuntimeError(quoting, values) from missing


def run_broken(*arguments, **options):
    # Textual reads its own debugging variables when it is imported, which the program does now.
    from textual import work
    from prolific_tui.tui.app import ProlificApp
    from prolific_tui.tui.screens.history import HistoryScreen
    from prolific_tui.tui.screens.webhooks import WebhooksScreen

    class BrokenHistory(HistoryScreen):
        def action_refresh(self):
            fall_over(held)

    class BrokenWebhooks(WebhooksScreen):
        @work
        async def action_refresh(self):
            fall_over({**held, "read": self._known_value().reveal()})

    modes = {**ProlificApp.MODES, "history": BrokenHistory, "webhooks": BrokenWebhooks}
    ProlificApp.MODES = modes
    ProlificApp.action_progress = lambda self: self.save_screenshot(path="pictures")
    return run(*arguments, **options)


assembly.run = run_broken
sys.exit(main(sys.argv[2:]))
'''

_SIGNATURE: Final = "NyMG+VpnktEyJ1C6oyrRfyKS2p3sXeWWOhakLs+S2uM="

_TMUX: Final = """#!/bin/sh
exec > "$HOME/tmux-was-told"
echo "$@"
env
exec cat > /dev/null
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A machine on which nothing else is."""

    home: Path
    """All that the program writes by itself goes here; it is searched."""
    persons: Path
    """The person's own files: what is given to the program, and where it is told to write to."""
    environment: dict[str, str]
    service: Service


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A server over SSH, inside tmux, with a message bus that never answers."""
    home, persons = tmp_path / "home", tmp_path / "own"
    for folder in (home / "bin", home / "tmp", home / "run", home / "pictures", persons):
        folder.mkdir(parents=True)
    tmux = home / "bin" / "tmux"
    tmux.write_text(_TMUX)
    tmux.chmod(0o700)
    (persons / "program.py").write_text(_PROGRAM)
    (persons / "canaries.json").write_text(json.dumps(CANARIES))
    (persons / "token").touch(mode=0o600)
    (persons / "token").write_text(TOKEN)
    state = demo_state()
    state.secrets[MAIN_WORKSPACE] = SigningSecret("63720f6a", Secret(SECRET), MAIN_WORKSPACE)
    ids = iter(f"id-{number}" for number in range(99))
    service = Service(state, Secret(TOKEN), new_id=lambda: next(ids))
    keep_drafts(home, DraftKeeping.USERNAMES)
    with serving(service) as server, silent_bus(home) as session:
        environment = {
            **session,
            "PATH": f"{home / 'bin'}:{os.environ['PATH']}",
            "TMPDIR": str(home / "tmp"),
            "TMUX": "socket,1,0",
            "PROLIFIC_URL": server.address,
            "TEXTUAL": "debug,devtools",
            "TEXTUAL_LOG": str(home / "textual.log"),
        }
        yield Place(home, persons, environment, service)


@contextmanager
def running(
    place: Place, *arguments: str, given: dict[str, str] | None = None
) -> Iterator[WatchedTerminal]:
    """The program at a terminal, and everything about it watched until it has ended."""
    command = (
        *(sys.executable, str(place.persons / "program.py")),
        str(place.persons / "canaries.json"),
    )
    with (
        WatchedTerminal(
            *arguments,
            home=place.home,
            command=command,
            environment={**place.environment, **(given or {})},
            stderr=place.home / "standard-error",
        ) as terminal,
        Processes(terminal.pid, terminal.evidence, token_in_environment=bool(given)),
    ):
        yield terminal
        terminal.note_bytes()
        terminal.evidence.add_files(place.home)


def _refusing(text: str) -> Fault:
    """A refusal that quotes what it was sent, and the token."""
    body = {"error": {"status": 400, "error_code": 0, "title": text, "detail": [text, text]}}
    return Fault(400, body=json.dumps(body).encode(), times=1)


def test_no_canary_turns_up_on_a_tour_that_ends_by_an_error_in_a_key(place: Place) -> None:
    with running(place, "--token-file", str(place.persons / "token")) as terminal:
        shows(terminal, "5 pools")
        for step in (_lists, _sending, _account, _webhooks):
            step(terminal, place)
            # Some files are there only while it runs.
            terminal.evidence.add_files(place.home)
        terminal.press("3")
        shows(terminal, "Have you stored it?")
        terminal.press("y")
        shows(terminal, "from this machine")
        _history(terminal, place)
        terminal.press("r")
        assert terminal.wait_exit() == 1
    seen = terminal.shown.found(CANARIES)
    for name in (
        "a password of the file",
        "the typed password",
        "the pasted password",
        "the secret",
    ):
        # They could be seen while they were asked for, or the rest would prove nothing.
        assert f"{name}, plain, in the screen" in seen
        assert f"{name}, plain, in the terminal's bytes" in seen
    places = terminal.evidence.places()
    assert any(each.endswith(".svg") for each in places)
    assert "file .local/state/prolific-tui/journal.sqlite3" in places
    assert any("/drafts/" in each for each in places)
    for kept in ("old-secret", "new-secret"):
        assert mode_of(place.persons / kept) == 0o600
    _is_clean(terminal, place)


def _enter(terminal: WatchedTerminal, text: str, shown: Condition) -> None:
    """Fill a field, and press Enter once it is seen to hold it."""
    terminal.type(text)
    terminal.wait_for(shown)
    terminal.press("enter")


def _close(terminal: WatchedTerminal, shown: str) -> None:
    """Press Escape, and wait until what was there is gone."""
    terminal.press("escape")
    terminal.wait_for(lambda: shown not in terminal.screen())


def _lists(terminal: WatchedTerminal, place: Place) -> None:
    """A list from a file that is asked about, typed, pasted, mended, looked through and shown."""
    asked = place.persons / "asked.csv"
    asked.write_text(
        f"Kennung;Geheim;Notiz\nlab-1;{FILED};x\nlab-2;{REPEATED};y\nlab-2;{FILED};z\nlab-3;;w\n"
    )
    terminal.press("c")
    shows(terminal, "No rows yet")
    terminal.press("f")
    shows(terminal, "Load a file")
    _enter(terminal, str(asked), "asked.csv")
    # Which column holds the passwords is not known yet.
    shows(terminal, "How is asked.csv to be read?")
    terminal.press("h", "u", "enter", "p", "enter")
    terminal.wait_for(re.compile("Password +column 2"))
    terminal.press("enter")
    shows(terminal, "4 rows   goes 1", "left out 3")

    # The blank one is typed; the repeated one is looked at side by side.
    terminal.press("G", "l", "enter")
    shows(terminal, "hidden. Enter takes it")
    _enter(terminal, TYPED, "********")
    shows(terminal, "goes 2")
    terminal.press("d")
    shows(terminal, "1 username in more than one row", "password A", "password B")
    terminal.press("l")
    shows(terminal, "Done: keeping the last row")
    _close(terminal, "u takes it back. No username is")
    terminal.press("F")
    shows(terminal, "none  ")
    _close(terminal, "none  ")
    terminal.paste(f"lab-5,{PASTED}\nlab-6,{FILED}\n")
    shows(terminal, "Append 2 rows to the 3 here")
    terminal.press("enter")
    shows(terminal, "goes 5")
    terminal.press("/")
    shows(terminal, "Find")
    _enter(terminal, "lab-5", re.compile("Find.*lab-5", re.DOTALL))
    shows(terminal, "row 4 of 5")
    terminal.press("v", "c", "u", "U", "?")
    shows(terminal, "This list")
    _close(terminal, "This list")
    terminal.press("R")
    shows(terminal, "Replace")
    terminal.type("lab-6\rlab-9")
    shows(terminal, 'becomes "lab-9"')
    _close(terminal, 'becomes "lab-9"')
    with terminal.asked_to_show():
        terminal.press("*")
        shows(terminal, FILED, TYPED, PASTED)
        terminal.press("R")
        shows(terminal, "Replace")
        terminal.type(f"{PASTED}\rsomething-else")
        shows(terminal, "the password of lab-5")
        _close(terminal, "the password of lab-5")
        # The dialog was on top of them, which hid them.
        terminal.wait_for(lambda: FILED not in terminal.screen())
    terminal.press("0")


def _sending(terminal: WatchedTerminal, place: Place) -> None:
    """A refusal that quotes all of it, one for a username, a lost answer, and one that comes."""
    faults = {
        "Prolific refused this": _refusing(f"{FILED},{TYPED} {PASTED} of {TOKEN}"),
        "A username is taken": Fault(409, times=1),
        "consistent": Fault(cut=Cut.AFTER, times=1),
    }
    for said, fault in faults.items():
        place.service.switch_on("createCredentialPool", fault)
        terminal.press("s")
        shows(terminal, "nothing has been sent yet")
        _enter(terminal, "send 5", re.compile("send 5 : +send 5"))
        shows(terminal, said, "Close")
        terminal.press("enter")
        terminal.wait_for(lambda: "Close" not in terminal.screen())


def _account(terminal: WatchedTerminal, place: Place) -> None:
    """The workspaces, a keyring that does not answer, a token that is refused and quoted."""
    terminal.press("escape")
    shows(terminal, "free of")
    terminal.press("w")
    shows(terminal, "23 in all")
    terminal.press("0")
    _close(terminal, "23 in all")
    terminal.press("4")
    shows(terminal, "from --token-file", "Keyring out of reach")
    terminal.press("0", "t")
    shows(terminal, "API token")
    place.service.switch_on("getMe", _refusing(f"not {REFUSED_TOKEN}"))
    _enter(terminal, REFUSED_TOKEN, "********")
    shows(terminal, "A read changes nothing.")
    terminal.press("enter", "t")
    shows(terminal, "API token")
    _enter(terminal, REFUSED_TOKEN, "********")
    shows(terminal, "Prolific does not accept this token")
    terminal.press("enter", "s")
    shows(terminal, "What is kept on this machine")
    _close(terminal, "What is kept on this machine")


def _webhooks(terminal: WatchedTerminal, place: Place) -> None:
    """The secret shown, copied, printed, saved, tested and replaced, and its answer lost."""
    terminal.press("2")
    shows(terminal, "* shows it", "Keyring out of reach")
    terminal.press("0", "y")
    shows(terminal, "tmux keeps a copy of it")
    with terminal.asked_to_show():
        terminal.press("*")
        shows(terminal, SECRET)
        terminal.press("*")
        shows(terminal, "* shows it")
        terminal.press("P")
        shows(terminal, "Print the secret plainly?")
        terminal.press("y")
        shows(terminal, SECRET, "Enter goes back to prolific-tui.")
        terminal.press("enter")
        shows(terminal, "* shows it")
    terminal.press("t")
    shows(terminal, "Paste the raw body")
    terminal.paste(f'{{"quoting": "{SECRET}"}}')
    shows(terminal, "Esc Done")
    terminal.press("escape")
    shows(terminal, "Test a delivery: its headers")
    terminal.type("1700000000")
    terminal.press("down")
    _enter(terminal, _SIGNATURE, _SIGNATURE)
    shows(terminal, "No secret known here signed it")
    terminal.press("enter", "f")
    shows(terminal, "Save the secret")
    _enter(terminal, f"{place.persons}/old-secret", "old-secret")
    shows(terminal, "The secret is in")
    place.service.switch_on("createSecret", Fault(cut=Cut.AFTER, times=1))
    terminal.press("c")
    shows(terminal, "Where is the new secret kept?")
    terminal.press("j", "space", "enter")
    shows(terminal, "The new secret's file")
    _enter(terminal, f"{place.persons}/new-secret", "new-secret")
    shows(terminal, "Type  replace 0f6a :")
    _enter(terminal, "replace 0f6a", re.compile(r"│ +replace 0f6a|0f6a : +replace 0f6a"))
    shows(terminal, "A new secret is there; who made it is not known", "kept in")
    terminal.press("enter")
    shows(terminal, "* shows it")
    terminal.press("0")


def _history(terminal: WatchedTerminal, place: Place) -> None:
    """Everything of each send, a search for what must not be there, and an export."""
    for key, kind in (("g", "Secret of"), ("j", "Create of")):
        terminal.press(key, "enter")
        shows(terminal, kind, "Sent by", "Rows" if kind == "Create of" else "To be kept", "Close")
        terminal.press("0")
        _close(terminal, "Enter Close")
    terminal.press("E")
    shows(terminal, "JSON, with all that is known")
    terminal.press("j", "enter")
    shows(terminal, "Export to")
    # What is exported is to be shown around: it goes where it is searched.
    _enter(terminal, f"{place.home}/sends.json", "sends.json")
    shows(terminal, "written to")


def _is_clean(terminal: WatchedTerminal, place: Place) -> None:
    """Nothing was found, in all the places in which something had to be to be searched."""
    made = place.service.state.secrets[MAIN_WORKSPACE].value.reveal()
    part = max(re.findall("[A-Za-z0-9]+", made), key=len)
    assert terminal.evidence.found({**CANARIES, "the new secret": part}) == []
    searched = {
        "the screen",
        "the terminal's bytes",
        "file standard-error",
        "file debug.log",
        "command line of -P -m prolific_tui.vault",
    }
    if os.geteuid() == 0:  # others may not look into a child
        searched.add("environment of -P -m prolific_tui.vault")
    assert searched <= terminal.evidence.places()
    said = (place.home / "standard-error").read_text()
    assert "in fall_over" in said
    assert "KeyError at" in said
    assert not (place.home / "textual.log").exists()


def test_no_canary_of_the_environment_is_handed_on_or_told_by_an_error_in_a_worker(
    place: Place,
) -> None:
    # What the person put there is the program's own environment, and nobody else's.
    given = {"PROLIFIC_TOKEN": TOKEN, "PYTHONASYNCIODEBUG": "1"}
    with running(place, given=given) as terminal:
        shows(terminal, "5 pools")
        terminal.press("2")
        shows(terminal, "* shows it", "Keyring out of reach")
        terminal.press("y")
        shows(terminal, "tmux keeps a copy of it")
        terminal.press("r")
        assert terminal.wait_exit() == 1
    assert "file tmux-was-told" in terminal.evidence.places()
    _is_clean(terminal, place)


def test_rows_that_are_kept_as_plain_text_are_in_their_draft_and_their_export_alone(
    place: Place,
) -> None:
    """The passwords of a list, one that was pasted, and those that were made here."""
    keep_drafts(place.home, DraftKeeping.EVERYTHING)
    exported, own = place.persons / "made.csv", ("--token-file", str(place.persons / "token"))
    listed = place.persons / "listed.csv"
    listed.write_text(f"username,password\nlab-1,{FILED}\nlab-2,{PASTED}\n")
    with running(place, *own) as terminal:
        shows(terminal, "5 pools")
        terminal.press("c")
        shows(terminal, "No rows yet")
        terminal.press("f")
        shows(terminal, "Load a file")
        _enter(terminal, str(listed), "listed.csv")
        shows(terminal, "2 rows   goes 2", "draft kept")
        terminal.press("m")
        shows(terminal, "Make accounts", "like lab-b-{001..150}")
        terminal.paste("lab-m-{1..3}")
        shows(terminal, "3 accounts: lab-m-1")
        terminal.press("enter")
        shows(terminal, "5 rows   goes 0 until E exports 3")
        terminal.press("E")
        shows(terminal, "To a new file that only you can read.")
        terminal.press("enter")
        shows(terminal, "in plain text")
        terminal.press("enter")
        shows(terminal, "Tab Complete")
        _enter(terminal, str(exported), "made.csv")
        shows(terminal, "rows written to")
        terminal.press("enter")
        terminal.wait_for(lambda: "rows written to" not in terminal.screen())
        terminal.press("q")
        assert terminal.wait_exit() == 0
    made = [line.split(",")[1] for line in exported.read_text().split("\n") if "lab-m-" in line]
    assert len(made) == 3
    assert mode_of(exported) == 0o600
    parts = {
        f"made {at}": max(re.findall("[A-Za-z0-9]+", text), key=len) for at, text in enumerate(made)
    }
    _holds_drafts_alone(terminal, parts)

    with running(place, *own) as again:
        shows(again, "Unsent rows of before")
        again.press("enter")
        shows(again, "5 rows   goes", "draft kept")
        again.press("q")
        assert again.wait_exit() == 0
    _holds_drafts_alone(again, parts)


def _holds_drafts_alone(terminal: WatchedTerminal, made: dict[str, str]) -> None:
    """Passwords are in the drafts that the person chose to keep so, and nothing is elsewhere."""
    found = terminal.evidence.found({**CANARIES, **made})
    drafts = "in file .local/state/prolific-tui/drafts/"
    assert [each for each in found if drafts not in each] == []
    for name in ("a password of the file", "the pasted password", *made):
        assert any(each.startswith(f"{name}, plain, {drafts}") for each in found)
