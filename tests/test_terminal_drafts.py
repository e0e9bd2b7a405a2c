"""Unsent rows outlive a kill, a signal and a closed terminal."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from prolific_tui.demo.seed import demo_service
from prolific_tui.demo.server import serving
from tests.terminal import Terminal, keep_drafts, signed_in

PASSWORD = "canary-77-heron"


def _type_night_row(terminal: Terminal) -> None:
    terminal.wait_for("5 pools")
    terminal.press("c")
    terminal.wait_for("No rows yet")
    terminal.type(f"ilab-night-1\r{PASSWORD}\r")
    terminal.wait_for("goes 1")


def _is_offered_night_row(home: Path, environment: dict[str, str]) -> None:
    with Terminal(home=home, environment=environment) as terminal:
        terminal.wait_for("1 row for a new pool in Reasoning evals")
        terminal.press("enter")
        terminal.wait_for("lab-night-1")
        terminal.wait_for("goes 1")
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert "Draft kept: 1 unsent row." in terminal.screen()
        assert PASSWORD.encode() not in terminal.raw


def test_rows_that_were_there_for_some_seconds_outlive_a_kill(tmp_path: Path) -> None:
    keep_drafts(tmp_path)
    with serving(demo_service()) as server:
        environment = signed_in(server)
        with Terminal(home=tmp_path, environment=environment) as terminal:
            _type_night_row(terminal)
            terminal.wait_for(
                lambda: any(PASSWORD in path.read_text() for path in tmp_path.rglob("*.draft"))
            )
            terminal.signal(signal.SIGKILL)
            terminal.wait_exit()
        _is_offered_night_row(tmp_path, environment)


def test_a_long_list_outlives_a_kill_as_soon_as_it_is_there(tmp_path: Path) -> None:
    """Far sooner than a change of so many rows would be kept, which may take a minute."""
    rows = 300_000
    path = tmp_path / "long.csv"
    path.write_text("".join(f"lab-{row},{PASSWORD}-{row}\n" for row in range(rows)))
    keep_drafts(tmp_path)
    with serving(demo_service()) as server:
        environment = signed_in(server)
        with Terminal(str(path), home=tmp_path, environment=environment) as terminal:
            terminal.wait_for("What is long.csv for?")
            terminal.press("enter")
            terminal.wait_for(f"{rows:,} rows read.")
            terminal.wait_for(lambda: any(tmp_path.rglob("*.draft")))
            terminal.signal(signal.SIGKILL)
            terminal.wait_exit()
        with Terminal(home=tmp_path, environment=environment) as terminal:
            terminal.wait_for(f"{rows:,} rows for a new pool")


@pytest.mark.parametrize(
    "end",
    [
        lambda terminal: terminal.signal(signal.SIGHUP),
        lambda terminal: terminal.signal(signal.SIGTERM),
        lambda terminal: terminal.hang_up(),
    ],
    ids=["hung up on", "told to end", "closed"],
)
def test_the_last_row_outlives_a_signal_and_a_closed_terminal(
    tmp_path: Path, end: Callable[[Terminal], None]
) -> None:
    keep_drafts(tmp_path)
    with serving(demo_service()) as server:
        environment = signed_in(server)
        with Terminal(home=tmp_path, environment=environment) as terminal:
            _type_night_row(terminal)
            end(terminal)
            terminal.wait_exit()
        _is_offered_night_row(tmp_path, environment)
