"""Tokens, passwords and webhook secrets of unique values, through every screen and every error.

Afterwards all that the program wrote, sent and let others see is searched for them. It ends by an
error of its own that quotes them all.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from prolific_tui.demo.faults import Cut
from prolific_tui.demo.service import Fault
from tests.canaries import WatchedTerminal
from tests.canary_tour import (
    CANARIES,
    FILED,
    PASTED,
    REFUSED_TOKEN,
    REPEATED,
    SECRET,
    TOKEN,
    TYPED,
    Place,
    a_place,
    close,
    enter_text,
    fell_over,
    is_clean,
    running,
)
from tests.disk import mode_of
from tests.journey import shows

pytest.importorskip("jeepney", reason="keyring brings it on Linux, where there is D-Bus")

from tests.keyring_session import silent_bus  # after the line that skips where it can't be imported

_SIGNATURE: Final = "NyMG+VpnktEyJ1C6oyrRfyKS2p3sXeWWOhakLs+S2uM="


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A server whose message bus never answers."""
    home = tmp_path / "home"
    home.mkdir()
    with silent_bus(home) as session, a_place(home, tmp_path / "own", session) as place:
        yield place


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
    is_clean(terminal, place)
    fell_over(place)


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
    enter_text(terminal, str(asked), "asked.csv")
    # Which column holds the passwords is not known yet.
    shows(terminal, "How is asked.csv to be read?")
    terminal.press("h", "u", "enter", "p", "enter")
    terminal.wait_for(re.compile("Password +column 2"))
    terminal.press("enter")
    shows(terminal, "4 rows   goes 1", "left out 3")

    # The blank one is typed; the repeated one is looked at side by side.
    terminal.press("G", "l", "enter")
    shows(terminal, "hidden. Enter takes it")
    enter_text(terminal, TYPED, "********")
    shows(terminal, "goes 2")
    terminal.press("d")
    shows(terminal, "1 username in more than one row", "password A", "password B")
    terminal.press("l")
    shows(terminal, "Done: keeping the last row")
    close(terminal, "u takes it back. No username is")
    terminal.press("F")
    shows(terminal, "none  ")
    close(terminal, "none  ")
    terminal.paste(f"lab-5,{PASTED}\nlab-6,{FILED}\n")
    shows(terminal, "Append 2 rows to the 3 here")
    terminal.press("enter")
    shows(terminal, "goes 5")
    terminal.press("/")
    shows(terminal, "Find")
    enter_text(terminal, "lab-5", re.compile("Find.*lab-5", re.DOTALL))
    shows(terminal, "row 4 of 5")
    terminal.press("v", "c", "u", "U", "?")
    shows(terminal, "This list")
    close(terminal, "This list")
    terminal.press("R")
    shows(terminal, "Replace")
    terminal.type("lab-6\rlab-9")
    shows(terminal, 'becomes "lab-9"')
    close(terminal, 'becomes "lab-9"')
    with terminal.asked_to_show():
        terminal.press("*")
        shows(terminal, FILED, TYPED, PASTED)
        terminal.press("R")
        shows(terminal, "Replace")
        terminal.type(f"{PASTED}\rsomething-else")
        shows(terminal, "the password of lab-5")
        close(terminal, "the password of lab-5")
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
        enter_text(terminal, "send 5", re.compile("send 5 : +send 5"))
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
    close(terminal, "23 in all")
    terminal.press("4")
    shows(terminal, "from --token-file", "Keyring out of reach")
    terminal.press("0", "t")
    shows(terminal, "API token")
    place.service.switch_on("getMe", _refusing(f"not {REFUSED_TOKEN}"))
    enter_text(terminal, REFUSED_TOKEN, "********")
    shows(terminal, "A read changes nothing.")
    terminal.press("enter", "t")
    shows(terminal, "API token")
    enter_text(terminal, REFUSED_TOKEN, "********")
    shows(terminal, "Prolific does not accept this token")
    terminal.press("enter", "s")
    shows(terminal, "What is kept on this machine")
    close(terminal, "What is kept on this machine")


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
        # What was printed is there until the last line is drawn over it.
        shows(terminal, "* shows it", "q Quit")
        terminal.wait_for(lambda: SECRET not in terminal.screen())
    terminal.press("t")
    shows(terminal, "Paste the raw body")
    terminal.paste(f'{{"quoting": "{SECRET}"}}')
    shows(terminal, "Esc Done")
    terminal.press("escape")
    shows(terminal, "Test a delivery: its headers")
    terminal.type("1700000000")
    terminal.press("down")
    enter_text(terminal, _SIGNATURE, _SIGNATURE)
    shows(terminal, "No secret known here signed it")
    terminal.press("enter", "f")
    shows(terminal, "Save the secret")
    enter_text(terminal, f"{place.persons}/old-secret", "old-secret")
    shows(terminal, "The secret is in")
    place.service.switch_on("createSecret", Fault(cut=Cut.AFTER, times=1))
    terminal.press("c")
    shows(terminal, "Where is the new secret kept?")
    terminal.press("j", "space", "enter")
    shows(terminal, "The new secret's file")
    enter_text(terminal, f"{place.persons}/new-secret", "new-secret")
    shows(terminal, "Type  replace 0f6a :")
    enter_text(terminal, "replace 0f6a", re.compile(r"│ +replace 0f6a|0f6a : +replace 0f6a"))
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
        close(terminal, "Enter Close")
    terminal.press("E")
    shows(terminal, "JSON, with all that is known")
    terminal.press("j", "enter")
    shows(terminal, "Export to")
    # What is exported is to be shown around: it goes where it is searched.
    enter_text(terminal, f"{place.home}/sends.json", "sends.json")
    shows(terminal, "written to")


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
    is_clean(terminal, place)
    fell_over(place)
