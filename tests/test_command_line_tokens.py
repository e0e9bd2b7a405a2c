"""Where the token comes from that a program is started with, and where it is not left."""

import os
import sys
from pathlib import Path

from prolific_tui.demo.seed import DEMO_TOKEN, demo_service
from prolific_tui.demo.server import serving
from tests.terminal import PROGRAM, Terminal, signed_in


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
        # Even where it is started as a script starts what it leaves in the background.
        with Terminal(
            *arguments,
            home=tmp_path,
            environment=environment,
            command=("sh", "-c", "trap '' INT; exec \"$@\"", "sh", *PROGRAM),
            pass_fds=[read],
            size=(120, 24),
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
