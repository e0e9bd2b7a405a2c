"""How a secret leaves the screen: through tmux as people have it, printed plainly, or kept."""

import asyncio
import base64
import os
import re
import signal
from pathlib import Path

import pytest

from prolific_tui.tui.clipboard import Between, Clipboard, between
from tests.canaries import descendants
from tests.disk import mode_of
from tests.journey import read
from tests.operations_bench import PATIENCE
from tests.terminal import Terminal
from tests.tmux import shell_in_tmux

SECRET = re.compile(r"Value +(whs-demo-\w+)")


def revealed(person: Terminal) -> str:
    """The demo's secret, read from the screen and hidden again."""
    person.press("2")
    person.wait_for("* shows it")
    person.press("*")
    secret = read(person, SECRET.pattern)
    person.press("*")
    person.wait_for("* shows it")
    return secret


def test_tmux_with_its_own_setting_hands_a_copied_secret_to_the_terminal(tmp_path: Path) -> None:
    """By default tmux drops what a program in it sends to the clipboard; it takes it by itself."""
    with shell_in_tmux(tmp_path) as tmux:
        assert tmux.ask("show-options", "-gsv", "set-clipboard").strip() == "external"
        with Terminal("attach", home=tmp_path, command=tmux._client) as terminal:
            tmux.run("--demo")
            terminal.wait_for("5 pools")
            terminal.press("2")
            terminal.wait_for("* shows it")
            terminal.press("y")
            terminal.wait_for(
                "To your terminal through tmux, unconfirmed. tmux keeps a copy of it."
            )
            sent = re.search(rb"\x1b\]52;[a-z]*;([\w+/=]+)", terminal.raw)
            assert sent is not None, "the terminal that people look at got it"
            secret = base64.b64decode(sent[1]).decode()
            assert secret == tmux.ask("show-buffer"), "and that copy is the one it was told of"
            assert secret.startswith("whs-demo-")
            assert secret not in terminal.raw.decode(errors="replace")
            terminal.press("q")
            assert tmux.wait_exit() == 0


def test_a_secret_is_printed_plainly_after_a_warning_and_the_interface_comes_back(
    tmp_path: Path,
) -> None:
    with Terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for("5 pools")
        secret = revealed(terminal)
        terminal.press("P")
        terminal.wait_for("Print the secret plainly?")
        terminal.wait_for("It stays in your terminal's scrollback")
        terminal.press("y")
        terminal.wait_for("Enter goes back to prolific-tui.")
        shown = terminal.screen()
        assert secret in shown
        assert "WEBHOOKS" not in shown, "it stands where the shell's own lines stand"
        # Keys that are pressed meanwhile do nothing in the interface.
        terminal.type("qq1")
        terminal.press("enter")
        terminal.wait_for("2 WEBHOOKS")
        terminal.wait_for("* shows it")
        terminal.wait_for("1 receiver known to have it")
        # What was printed is there until the last line is drawn over it.
        terminal.wait_for(lambda: secret not in terminal.screen())
        terminal.press("space")
        terminal.wait_for("ticked")
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.is_restored


def test_a_line_that_is_cut_while_a_secret_is_printed_ends_the_program(tmp_path: Path) -> None:
    with Terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for("5 pools")
        terminal.press("2")
        terminal.wait_for("* shows it")
        terminal.press("P")
        terminal.wait_for("Print the secret plainly?")
        terminal.press("y")
        terminal.wait_for("Enter goes back to prolific-tui.")
        terminal.hang_up()
        assert terminal.wait_exit() == 128 + signal.SIGHUP


def test_a_line_that_is_cut_right_at_the_answer_leaves_the_secret_in_its_file(
    tmp_path: Path,
) -> None:
    """The request has been applied, its answer is on its way, and the terminal is gone."""
    with Terminal("--demo", "--fault", "createSecret=delay:0.5", home=tmp_path) as terminal:
        terminal.wait_for("5 pools")
        old = revealed(terminal)
        end = read(terminal, r"Signing secret +id \w+(\w{4}) ")
        terminal.press("c")
        terminal.wait_for("[ ] a new file")
        terminal.press("j", "space")
        terminal.wait_for("[x] a new file")
        terminal.press("enter")
        terminal.wait_for("The new secret's file")
        terminal.type("secret.txt")
        terminal.press("enter")
        terminal.wait_for(f"Type  replace {end} :")
        terminal.type(f"replace {end}")
        terminal.press("enter")
        # Before that, nothing has been asked for, and nothing is.
        terminal.wait_for(
            re.compile("Waiting for Prolific's answer|Prolific has answered|Secret replaced")
        )
        terminal.hang_up()
        assert terminal.wait_exit() == 128 + signal.SIGHUP

    kept = tmp_path / "secret.txt"
    assert len(kept.read_text().strip()) > 20
    assert old not in kept.read_text()
    assert mode_of(kept) == 0o600


# What tmux is given


async def test_tmux_gets_the_text_by_its_input_and_no_token_by_its_environment(
    tmp_path: Path,
) -> None:
    """Another user can read a program's arguments, and a program of one's own its environment."""
    tmux = tmp_path / "tmux"
    tmux.write_text(f'#!/bin/sh\nexec > {tmp_path}/got\necho "$@"; env; cat\n')
    tmux.chmod(0o700)
    environment = {
        "PATH": f"{tmp_path}:/usr/bin:/bin",
        "TMUX": "/tmp/tmux,1,0",  # noqa: S108 - only looked at
        "PROLIFIC_TOKEN": "canary-token",
    }
    sent: list[str] = []

    clipboard = Clipboard(environment, sent.append, tmux_seconds=PATIENCE)
    said = await clipboard.copy("canary-secret", "The secret")

    got = (tmp_path / "got").read_text()
    assert got.startswith("load-buffer -w -\n")
    assert got.endswith("canary-secret")
    assert got.count("canary-secret") == 1
    assert "canary-token" not in got
    assert sent == []
    assert "tmux keeps a copy" in said


def tmux_that(does: str, folder: Path) -> dict[str, str]:
    """The environment of somebody inside of a tmux that does this when it is called."""
    tmux = folder / "tmux"
    tmux.write_text(f"#!/bin/sh\n{does}\n")
    tmux.chmod(0o700)
    return {"PATH": f"{folder}:/usr/bin:/bin", "TMUX": "socket,1,0"}


@pytest.mark.parametrize("does", ["exit 1", "exec sleep 1000"])
async def test_a_tmux_that_does_not_take_it_is_not_said_to_have_done_so_and_is_ended(
    tmp_path: Path, does: str
) -> None:
    others = set(descendants(os.getpid()))
    sent: list[str] = []
    clipboard = Clipboard(tmux_that(does, tmp_path), sent.append, tmux_seconds=0.5)

    copying = asyncio.create_task(clipboard.copy("x" * 200_000, "It"))
    assert await asyncio.wait_for(copying, PATIENCE) == "tmux did not take it: nothing was copied."
    # It has the secret, or a part of it.
    assert set(descendants(os.getpid())) <= others
    assert sent == []


async def test_a_tmux_that_nobody_waits_for_any_more_is_ended(tmp_path: Path) -> None:
    """The program is being left, or the screen on which the key was pressed."""
    others = set(descendants(os.getpid()))
    os.mkfifo(tmp_path / "called")
    does = f"echo > {tmp_path}/called\nexec sleep 1000"
    clipboard = Clipboard(tmux_that(does, tmp_path), print, tmux_seconds=1000)

    copying = asyncio.create_task(clipboard.copy("canary-secret", "It"))
    await asyncio.wait_for(asyncio.to_thread((tmp_path / "called").read_bytes), PATIENCE)
    copying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(copying, PATIENCE)
    assert set(descendants(os.getpid())) <= others


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({"TERM": "xterm-256color"}, Between.NOTHING),
        ({}, Between.NOTHING),
        ({"TMUX": "socket,1,0", "TERM": "screen"}, Between.TMUX),
        ({"STY": "1.pts", "TERM": "screen"}, Between.SCREEN),
        ({"TERM": "tmux-256color"}, Between.FURTHER_OUT),
        ({"TERM": "screen.xterm-256color"}, Between.FURTHER_OUT),
        ({"TMUX": "", "STY": "", "TERM": "linux"}, Between.NOTHING),
    ],
)
def test_what_stands_between_is_seen_by_its_traces(
    environment: dict[str, str], found: Between
) -> None:
    assert between(environment) is found
