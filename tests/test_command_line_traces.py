"""What the program leaves alone: files, the network, other programs, and modules not needed yet."""

import os
import sys
from pathlib import Path
from typing import Final

import pytest

from prolific_tui.demo.seed import demo_service
from prolific_tui.demo.server import serving
from tests.terminal import Terminal, signed_in

_CLIENT: Final = {"httpx", "msgspec", "stamina", "keyring"}

_SENTINEL: Final = "sentinel-3f9c"


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
    with (
        serving(demo_service()) as server,
        Terminal(
            home=tmp_path, environment=variables | {"PROLIFIC_URL": server.address}
        ) as terminal,
    ):
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
