"""A token that is typed in and kept in each place in turn, and a secret in this program's entry.

All that the program wrote, sent and let others see is searched for them: they are in the place that
the person chose, for as long as it is chosen, and nowhere else.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.canaries import WatchedTerminal
from tests.canary_tour import (
    REFUSED_TOKEN,
    SECRET,
    TOKEN,
    Place,
    a_place,
    close,
    enter_text,
    everything,
    fell_over,
    is_clean,
    running,
    was_searched,
)
from tests.journey import shows

pytest.importorskip("jeepney", reason="keyring brings it on Linux, where there is D-Bus")

from tests.keyring_session import (  # after the line that skips where it can't be imported
    keyring_session,
    require_programs,
)

TOKENS = ".local/state/prolific-tui/tokens.json"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A desktop whose keyring is unlocked."""
    require_programs()
    with (
        keyring_session() as session,
        session.unlocked_keyring(),
        a_place(session.home, tmp_path / "own", session.environment) as place,
    ):
        yield place


def test_what_is_kept_is_in_the_place_that_was_chosen_and_nowhere_else(place: Place) -> None:
    with running(place) as terminal:
        for step in (_typed_in, _kept_in_the_file, _kept_in_the_keyring, _replaced, _other_keys):
            step(terminal, place)
            # Some files are there only while it runs.
            terminal.evidence.add_files(place.home)
        terminal.press("q")
        shows(terminal, "Have you stored it?")
        terminal.press("y")
        assert terminal.wait_exit() == 0
    was_searched(terminal)
    found = terminal.evidence.found(everything(place))
    assert [each for each in found if f"in file {TOKENS}" not in each] == []
    # It was there while the person wanted it there, or the rest would prove nothing.
    assert {each for each in found if ", plain," in each} == {
        f"{what}, plain, in file {TOKENS}" for what in ("the token", "the secret")
    }

    with running(place) as again:
        shows(again, "5 pools")
        again.press("4")
        shows(again, "from the keyring", "Keyring ready")
        again.press("2")
        shows(again, "keyring: same", "* shows it")
        again.press("r")
        assert again.wait_exit() == 1
    is_clean(again, place)
    fell_over(place)


def _typed_in(terminal: WatchedTerminal, place: Place) -> None:
    """A token that is not accepted, and the one that is, for this session only."""
    shows(terminal, "API token")
    enter_text(terminal, REFUSED_TOKEN, "********")
    shows(terminal, "Prolific does not accept this token")
    terminal.press("enter", "t")
    shows(terminal, "API token")
    enter_text(terminal, TOKEN, "********")
    shows(terminal, "Kept from now on: nothing secret", "you@lab.org")
    assert not (place.home / TOKENS).exists()


def _kept_in(terminal: WatchedTerminal, where: str, *keys: str) -> None:
    terminal.press("4", "s")
    shows(terminal, "What is kept on this machine, and where?")
    terminal.press(*keys)
    shows(terminal, f"> in {where}")
    terminal.press("enter")
    shows(terminal, f"from {where}", "Kept from now on: in")


def _kept_in_the_file(terminal: WatchedTerminal, place: Place) -> None:
    """The token and the signing secret, as plain text."""
    _kept_in(terminal, "the plain-text file", "g", "j", "j")
    terminal.press("2")
    shows(terminal, "* shows it", "plain text: none")
    terminal.press("K")
    shows(terminal, "The secret is kept in the plain-text file", "plain text: same")
    terminal.press("K")
    shows(terminal, "It is kept there already")
    assert all(value in (place.home / TOKENS).read_text() for value in (TOKEN, SECRET))


def _kept_in_the_keyring(terminal: WatchedTerminal, place: Place) -> None:
    """Both move there, and the file has neither any more."""
    _kept_in(terminal, "the keyring", "g")
    terminal.press("2")
    shows(terminal, "keyring: same")
    assert not any(value in (place.home / TOKENS).read_text() for value in (TOKEN, SECRET))


def _replaced(terminal: WatchedTerminal, place: Place) -> None:
    """The secret is replaced, and the new one goes into the keyring."""
    terminal.press("c")
    shows(terminal, "Where is the new secret kept?")
    # It is ticked, because the person chose it for tokens and secrets.
    shows(terminal, "[x] the keyring, and the previous one with it")
    terminal.press("enter")
    shows(terminal, "Type  replace 0f6a :")
    enter_text(terminal, "replace 0f6a", re.compile(r"│ +replace 0f6a|0f6a : +replace 0f6a"))
    # Words of the outcome: the same place is named while it is being made.
    shows(terminal, "Give it to every receiver", "The new one is kept in the keyring")
    close(terminal, "Enter Close")
    terminal.wait_for(lambda: "id 63720f6a" not in terminal.screen())
    shows(terminal, "* shows it", "keyring: same")
    assert everything(place)["the secret of now"] not in SECRET


def _other_keys(terminal: WatchedTerminal, place: Place) -> None:
    """Every key of Webhooks that is left, none of which shows or keeps anything."""
    terminal.press("K")
    shows(terminal, "It is kept there already")
    terminal.press("space")
    shows(terminal, "ticked")
    terminal.press("+", "-", "j", "k", "g", "G", "o")
    for key, opened in (("?", "This list"), (":", "Commands"), ("w", "23 in all")):
        terminal.press(key)
        shows(terminal, opened)
        close(terminal, opened)
    terminal.press("P")
    shows(terminal, "Print the secret plainly?")
    close(terminal, "Print the secret plainly?")
    terminal.press("0")
    assert not any(value in (place.home / TOKENS).read_text() for value in (TOKEN, SECRET))
