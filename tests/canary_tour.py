"""A machine on which the program runs with every debugging aid on, and is watched until it ends.

What it must not show, write or hand on are values that occur nowhere else; two of its keys are
broken, and end it by an error that quotes them all.
"""

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from prolific_tui.demo.seed import MAIN_WORKSPACE, demo_state
from prolific_tui.demo.server import serving
from prolific_tui.demo.service import Service
from prolific_tui.demo.state import SigningSecret
from prolific_tui.keeping import DraftKeeping
from prolific_tui.secret import Secret
from tests.canaries import Processes, WatchedTerminal
from tests.terminal import Condition, keep_drafts

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


@contextmanager
def a_place(home: Path, persons: Path, session: Mapping[str, str]) -> Iterator[Place]:
    """A server over SSH, inside tmux, with the session that is given."""
    for folder in (home / "bin", home / "tmp", home / "run", home / "pictures", persons):
        folder.mkdir(parents=True, exist_ok=True)
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
    with serving(service) as server:
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


def enter_text(terminal: WatchedTerminal, text: str, shown: Condition) -> None:
    """Fill a field, and press Enter once it is seen to hold it."""
    terminal.type(text)
    terminal.wait_for(shown)
    terminal.press("enter")


def close(terminal: WatchedTerminal, shown: str) -> None:
    """Press Escape once this is there, and wait until it is gone."""
    terminal.wait_for(shown)
    terminal.press("escape")
    terminal.wait_for(lambda: shown not in terminal.screen())


def everything(place: Place) -> dict[str, str]:
    """All that must turn up nowhere by now, the secret that Prolific has among it."""
    made = place.service.state.secrets[MAIN_WORKSPACE].value.reveal()
    return {**CANARIES, "the secret of now": max(re.findall("[A-Za-z0-9]+", made), key=len)}


def is_clean(terminal: WatchedTerminal, place: Place) -> None:
    """Nothing was found anywhere, and everything was searched."""
    found = terminal.evidence.found(everything(place))
    assert not found, found
    was_searched(terminal)
    assert not (place.home / "textual.log").exists()


def was_searched(terminal: WatchedTerminal) -> None:
    """Something was noted of all the places in which anything could be."""
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


def fell_over(place: Place) -> None:
    """The program ended by the error that quotes all of them."""
    said = (place.home / "standard-error").read_text()
    assert "in fall_over" in said
    assert "KeyError at" in said
