"""Text of other people's making, on every screen: drawn as it is or written out, never obeyed.

A username can hold a sequence that sets the clipboard, markup that breaks a widget, or a character
that turns the text around. So can everything else that comes from Prolific or from a file.
"""

import json
import re
from pathlib import Path
from typing import Final

import pytest

from prolific_tui.demo.seed import DEMO_TOKEN
from prolific_tui.demo.server import serving
from prolific_tui.demo.service import Fault, Service
from prolific_tui.demo.state import (
    Owner,
    Pool,
    SigningSecret,
    State,
    Subscription,
    Workspace,
)
from prolific_tui.secret import Secret
from prolific_tui.visible import visible
from tests.terminal import Terminal, keep_drafts, signed_in

_CLIPBOARD: Final = "\x1b]52;c;aGk=\x07"
_HOSTILE: Final = (
    "[red]x",
    "[/x]",
    _CLIPBOARD,
    "a\u202eb",
    "\x9d52;c;aGk=\x9c\x9b2J",
    "long-" + "x" * 195,
)
_ALL: Final = "[red]x[/x]" + _CLIPBOARD + "a\u202eb\x9b2J"
_NEW_ID: Final = "new [/x]"
_WORKSPACE: Final = "679271425fe00981084a5f58"
_FILE: Final = f"rows{_ALL}.csv".replace("/", "|")
"""A slash is the one character that no file's name has."""


def _service(secret_id: str) -> Service:
    """A Prolific of which every text is hostile, and the id of its secret is this."""
    workspaces = [Workspace(_WORKSPACE, _ALL)]
    workspaces += [Workspace(f"id {text}", text) for text in _HOSTILE]
    pools = [
        Pool(f"{_WORKSPACE}_{text}", _WORKSPACE, {"u": Secret("p")} if text == _CLIPBOARD else {})
        for text in _HOSTILE
    ]
    subscriptions = [
        Subscription(f"s{number}", text, f"https://h.example/{text}", True, _WORKSPACE)
        for number, text in enumerate(_HOSTILE)
    ]
    state = State(
        owner=Owner("owner", _ALL, f"{_ALL}@lab.example"),
        workspaces={workspace.id: workspace for workspace in workspaces},
        pools={pool.id: pool for pool in pools},
        secrets={_WORKSPACE: SigningSecret(secret_id, Secret(_ALL), _WORKSPACE)},
        subscriptions={subscription.id: subscription for subscription in subscriptions},
    )
    return Service(state, DEMO_TOKEN, new_id=lambda: _NEW_ID)


def _says(terminal: Terminal, text: str, cells: int = 20) -> None:
    """Wait until the beginning of a foreign text stands on the screen, as it may be drawn."""
    terminal.wait_for(visible(text)[:cells])


def _refusing(text: str) -> Fault:
    """A refusal that explains itself in these words."""
    body = {"error": {"status": 400, "error_code": 0, "title": text, "detail": [text, text]}}
    return Fault(400, body=json.dumps(body).encode(), times=1)


def _is_harmless(raw: bytes) -> None:
    """Nothing that steers a terminal is among these bytes but what the program means."""
    # The shape of the mouse pointer is the one string that the program itself sends.
    drawn = re.sub(r"\x1b\]22;[a-z-]+\x07", "", raw.decode())
    assert "\x1b]" not in drawn
    assert "\x07" not in drawn
    assert not re.search("[\x80-\x9f\u202a-\u202e\u2066-\u2069]", drawn)
    # Of the control characters only those with which a screen is drawn.
    assert set(re.findall("[\x00-\x1f\x7f]", drawn)) <= {"\x1b", "\r", "\n"}


def _is_gone(terminal: Terminal, text: str) -> None:
    terminal.wait_for(lambda: text not in terminal.screen())


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["narrow", "wide"])
def test_hostile_text_passes_through_every_screen_and_none_of_it_reaches_the_terminal(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    service = _service(f"{_ALL} 0f6a")
    rows = "".join(f'"{text}","{text}"\n' for text in _HOSTILE)
    (tmp_path / _FILE).write_text(f"{rows}ready-1,Tr0ub4dor-1\n")
    (tmp_path / "[red]x.csv").write_text("ready-2,Tr0ub4dor-2\n")
    keep_drafts(tmp_path)
    with (
        serving(service) as server,
        Terminal(_FILE, home=tmp_path, environment=signed_in(server), size=size) as terminal,
    ):
        _editor(terminal)
        _sending(terminal, service)
        _pools(terminal)
        _workspaces(terminal)
        _webhooks(terminal)
        _history_and_account(terminal)
        _refused_reading(terminal, service)
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert "Draft kept: " in terminal.screen()
        assert terminal.is_restored
        _is_harmless(terminal.raw)


def _editor(terminal: Terminal) -> None:
    """A file with a hostile name and hostile rows: asked about, shown, explained and edited."""
    terminal.wait_for("What is rows[red]x")
    _says(terminal, _CLIPBOARD)
    terminal.press("enter")
    terminal.wait_for("7 rows")
    for text in _HOSTILE:
        _says(terminal, text, cells=13)
    terminal.press("*")
    terminal.wait_for("Tr0ub4dor-1")
    for number in range(2, 8):
        terminal.press("down")
        terminal.wait_for(f"row {number} of 7")
    # In the cell, as well as in what undoing says of it.
    terminal.press("enter")
    terminal.paste(_ALL)
    terminal.wait_for(re.compile(r"7  .*2J"))
    terminal.press("escape")
    terminal.wait_for("7  ready-1 ")
    terminal.press("?")
    terminal.wait_for("This list")
    terminal.press("escape")
    _is_gone(terminal, "This list")
    _paths(terminal)


def _paths(terminal: Terminal) -> None:
    """The prompt for a path: what it offers, what is typed, and what is said of a wrong one."""
    terminal.press("f")
    terminal.wait_for("Load a file")
    terminal.type("[re")
    terminal.wait_for("[red]x.csv")
    terminal.press("ctrl+u")
    terminal.paste(_ALL)
    terminal.wait_for(re.compile(r"│ \[red\]x"))
    terminal.press("enter")
    terminal.wait_for("Not there")
    _says(terminal, _CLIPBOARD, cells=4)
    terminal.press("enter")
    _is_gone(terminal, "Not there")


def _sending(terminal: Terminal, service: Service) -> None:
    """Review, a refusal that quotes hostile words, and a send that is accepted."""
    refused, sent = "Prolific refused this", "4 credentials in a new pool"
    for title, refusal in ((refused, _refusing(_ALL)), (sent, None)):
        if refusal is not None:
            service.switch_on("createCredentialPool", refusal)
        terminal.press("s")
        terminal.wait_for("nothing has been sent yet")
        _says(terminal, _ALL, cells=12)
        terminal.type("send 4")
        terminal.wait_for(re.compile("send 4 : +send 4"))
        terminal.press("enter")
        terminal.wait_for("Close")
        terminal.wait_for(title)
        terminal.press("enter")
        _is_gone(terminal, "Close")
    assert f"{_WORKSPACE}_{_NEW_ID}" in service.state.pools
    terminal.press("escape")
    terminal.wait_for("7 pools")


def _pools(terminal: Terminal) -> None:
    """Each pool in the list and in the detail, and a pool to append to."""
    for text in _HOSTILE:
        _says(terminal, text)
    # The cursor is on the pool that was just made.
    terminal.press("g")
    for text in ("[red]x", "a\u202eb"):
        terminal.press("down")
        terminal.wait_for(f"{_WORKSPACE}_{visible(text)}")
    terminal.press("a")
    terminal.wait_for("Append to a")
    terminal.press("escape")
    terminal.wait_for("7 pools")


def _workspaces(terminal: Terminal) -> None:
    """The dialog that lists workspaces, and finding in it."""
    terminal.press("w")
    terminal.wait_for("7 in all")
    for text in _HOSTILE:
        _says(terminal, text)
    terminal.press("/")
    terminal.wait_for("part of the name")
    terminal.paste(_ALL)
    _is_gone(terminal, "part of the name")
    terminal.press("escape")
    _is_gone(terminal, "7 in all")


def _webhooks(terminal: Terminal) -> None:
    """The secret, what is signed with it, and its replacement."""
    terminal.press("2")
    terminal.wait_for("6 subscriptions")
    _says(terminal, "[/x]")
    terminal.press("*")
    terminal.wait_for(re.compile(r"Value +\[red\]x"))
    _replace_for_the_screen_only(terminal)
    _says(terminal, _CLIPBOARD)
    terminal.type("something else")
    terminal.press("enter")
    terminal.wait_for("Nothing was done")
    terminal.press("escape")
    terminal.wait_for("The secret is unchanged")


def _replace_for_the_screen_only(terminal: Terminal) -> None:
    """Go as far as the words that replace the secret."""
    terminal.wait_for("keyring: No keyring")
    terminal.press("c")
    terminal.wait_for("Where is the new secret kept?")
    terminal.press("G", "space")
    terminal.wait_for("[x] the screen only")
    terminal.press("enter")
    terminal.wait_for("Enter Do it")
    terminal.wait_for("Replace the secret")


def _history_and_account(terminal: Terminal) -> None:
    """What was sent where, and whose token it was."""
    terminal.press("3")
    terminal.wait_for("2 sends from this machine")
    _says(terminal, _CLIPBOARD)
    terminal.press("4")
    terminal.wait_for("Owner")
    _says(terminal, f"{_ALL}@lab.example", cells=60)


def _refused_reading(terminal: Terminal, service: Service) -> None:
    """A list that Prolific refuses, in hostile words."""
    service.switch_on("listCredentialPools", _refusing(_ALL))
    terminal.press("1")
    terminal.wait_for("7 pools")
    terminal.press("r")
    terminal.wait_for("NOT UP TO DATE")
    _says(terminal, _CLIPBOARD)


def test_the_end_of_a_hostile_id_is_neither_asked_for_nor_obeyed(tmp_path: Path) -> None:
    with (
        serving(_service(_ALL)) as server,
        Terminal(home=tmp_path, environment=signed_in(server)) as terminal,
    ):
        terminal.wait_for("6 pools")
        terminal.press("2")
        terminal.wait_for("6 subscriptions")
        _replace_for_the_screen_only(terminal)
        _is_harmless(terminal.raw)
        # What can't be seen is not asked for.
        assert re.search(r"Type  replace +:|Type  replace :", terminal.screen())
        terminal.type("replace")
        terminal.press("enter")
        terminal.wait_for("Secret replaced")
        _is_harmless(terminal.raw)
