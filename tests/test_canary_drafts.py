"""Passwords of unsent rows that the person keeps as plain text: in their drafts, and nowhere else.

All that the program wrote, sent and let others see is searched for them.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from prolific_tui.keeping import DraftKeeping
from tests.canaries import WatchedTerminal
from tests.canary_tour import CANARIES, FILED, PASTED, Place, a_place, enter_text, running
from tests.disk import mode_of
from tests.journey import shows
from tests.terminal import keep_drafts

pytest.importorskip("jeepney", reason="keyring brings it on Linux, where there is D-Bus")

from tests.keyring_session import (  # after the line that skips where it can't be imported
    isolated_environment,
)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A server without a message bus."""
    home = tmp_path / "home"
    home.mkdir()
    with a_place(home, tmp_path / "own", isolated_environment(home)) as place:
        yield place


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
        enter_text(terminal, str(listed), "listed.csv")
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
        enter_text(terminal, str(exported), "made.csv")
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
