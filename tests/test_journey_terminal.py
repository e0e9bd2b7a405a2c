"""The program in a terminal of its own: the main job, the first start, a service that goes away.

The service is the demo's behind a real socket, wherever a token matters.
"""

import stat
from contextlib import ExitStack
from pathlib import Path

from prolific_tui.demo.seed import CHATBOT_B, DEMO_TOKEN, demo_service
from prolific_tui.demo.server import Server, serving
from prolific_tui.demo.state import Owner
from tests.journey import (
    MESSY,
    PASSWORD,
    go_from_a_messy_list_to_a_new_secret,
    read,
    shows,
)
from tests.operations_bench import Prolifics
from tests.terminal import Terminal, keep_drafts, signed_in

_NOT_UP_TO_DATE = "NOT UP TO DATE"


def test_the_demo_from_a_messy_list_to_a_pool_and_a_new_secret(tmp_path: Path) -> None:
    with Terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for("5 pools")
        go_from_a_messy_list_to_a_new_secret(terminal)
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.is_restored
    passwords = [line.partition(",")[2] for line in MESSY.read_text("utf-8-sig").split()[1:]]
    assert len(passwords) > 20
    for password in filter(None, [*passwords, PASSWORD]):
        assert password.encode() not in terminal.raw


def test_the_terminals_own_cursor_is_where_the_focus_is(tmp_path: Path) -> None:
    with Terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for("5 pools")
        terminal.wait_for(lambda: terminal.at_cursor.startswith("> "))
        first = terminal.at_cursor
        terminal.press("j")
        terminal.wait_for(
            lambda: terminal.at_cursor.startswith("> ") and terminal.at_cursor != first
        )
        terminal.press("c", "i")
        terminal.type("lab-1")
        terminal.wait_for("lab-1")
        terminal.press("left", "left")
        terminal.wait_for(lambda: terminal.at_cursor.startswith("-1"))
        terminal.press("enter", "escape")
        terminal.wait_for(lambda: terminal.at_cursor.strip() == "no password")


# Whose token


def _service_of(server: Server) -> dict[str, str]:
    """The variable that names the service, without a token."""
    return {"PROLIFIC_URL": server.address}


def _answer_with_token(terminal: Terminal, token: str) -> None:
    shows(terminal, "API token", "It is not displayed")
    terminal.type(token)
    terminal.wait_for("********")
    terminal.press("enter")


def test_the_first_start_on_a_new_server_without_a_keyring_asks_once_and_never_again(
    tmp_path: Path,
) -> None:
    token = DEMO_TOKEN.reveal()
    with serving(demo_service()) as server:
        with Terminal(home=tmp_path, environment=_service_of(server)) as terminal:
            # A wrong token is refused in words, and can be followed by the right one.
            _answer_with_token(terminal, "canary-of-no-account")
            shows(terminal, "Prolific does not accept this token", "A read changes nothing.")
            terminal.press("enter")
            shows(terminal, "none in use", "not signed in")
            terminal.press("t")
            _answer_with_token(terminal, token)
            shows(terminal, "What is kept on this machine, and where?", "No keyring")
            shows(terminal, "usernames only, no passwords   not here")
            # There is no default, what can't be had is not taken, and each line says what it means.
            terminal.press("enter")
            shows(terminal, "Nothing is chosen yet, so all is as before.")
            terminal.press("j", "enter")
            shows(terminal, "> in the keyring", "Nothing was chosen. This can't be had here")
            terminal.press("j", "j")
            shows(terminal, "> in the plain-text file  everything, as plain text")
            terminal.press("enter")
            shows(terminal, "Kept from now on: in the plain-text", "from the plain-text file")

            # A workspace is found among many by a part of its title.
            terminal.press("1")
            shows(terminal, "5 pools")
            terminal.press("w")
            shows(terminal, "23 in all")
            terminal.press("/")
            terminal.type("methods")
            terminal.press("enter")
            shows(terminal, "Methods group  you: you@lab.org", "No credential pool")

            # The same answer holds for rows that were not sent.
            terminal.press("c")
            shows(terminal, "No rows yet")
            _type_row(terminal, "lab-first-1")
            shows(terminal, "draft kept")
            terminal.press("q")
            assert terminal.wait_exit() == 0
        for canary in (token, "canary-of-no-account"):
            assert canary.encode() not in terminal.raw

        with Terminal(home=tmp_path, environment=_service_of(server)) as again:
            shows(again, "Unsent rows of before", "1 row for a new pool in Methods group")
            again.press("escape")
            shows(again, "The unsent rows of before stay where they are; d offers them again.")
            shows(again, "Methods group  you: you@lab.org", "No credential pool in this workspace")
            again.press("4")
            shows(again, "from the plain-text file")
            again.press("q")
            assert again.wait_exit() == 0
    (holder,) = [
        file for file in tmp_path.rglob("*") if file.is_file() and token in file.read_text()
    ]
    assert stat.S_IMODE(holder.stat().st_mode) == 0o600
    assert stat.S_IMODE(holder.parent.stat().st_mode) == 0o700


def test_two_accounts_of_which_one_is_refused(tmp_path: Path) -> None:
    service = Prolifics("token-of-bob")
    service.others = {"token-of-bob": Owner("owner-bob", "Bob", "bob@lab.org")}
    keep_drafts(tmp_path)
    with serving(service) as server:
        with Terminal(home=tmp_path, environment=_service_of(server)) as terminal:
            _answer_with_token(terminal, DEMO_TOKEN.reveal())
            shows(terminal, "you: you@lab.org", "in use", "Kept from now on: nothing secret")
            terminal.press("s")
            shows(terminal, "What is kept on this machine, and where?")
            terminal.press("/")
            terminal.type("plain-text file")
            terminal.press("enter")
            shows(terminal, "Kept from now on: in the plain-text")
            # The second one goes where the first did, without a question.
            terminal.press("t")
            _answer_with_token(terminal, "token-of-bob")
            shows(terminal, "bob: bob@lab.org", "Kept from now on")
            terminal.press("n")
            shows(terminal, "What is bob to be called?")
            terminal.press(*["backspace"] * 3)
            terminal.type("pilots\r")
            shows(terminal, "pilots: bob@lab.org", "It is called pilots now.")
            terminal.press("g", "enter")
            shows(terminal, "you: you@lab.org", "This is you@lab.org now.")

            # Prolific no longer takes the other one: it is said of which, by whom, and from where.
            service.tokens.discard("token-of-bob")
            terminal.press("G", "enter")
            shows(terminal, "Prolific does not accept this token", "file (account", "pilots);")
            shows(terminal, "from the plain-text file", server.address, "refused it.")
            terminal.press("enter")
            shows(terminal, "The account in use is as before.", "you: you@lab.org")
            terminal.press("1")
            shows(terminal, "5 pools")
            terminal.press("q")
            assert terminal.wait_exit() == 0

        # The same at the next start, until a new token is entered for it.
        with Terminal("--profile", "pilots", home=tmp_path, environment=_service_of(server)) as at:
            shows(at, "does not accept this token", "4 Account takes another token")
            at.press("4")
            shows(at, "pilots: Prolific does not accept", "(account pilots)", "not signed in")
            service.tokens.add("new-token-of-bob")
            service.others["new-token-of-bob"] = service.others["token-of-bob"]
            at.press("t")
            _answer_with_token(at, "new-token-of-bob")
            shows(at, "pilots: bob@lab.org", "Kept from now on")
            at.press("g", "d")
            shows(at, "Forget you?")
            at.press("y")
            shows(at, "you is forgotten.", "pilots: bob@lab.org")
            at.press("q")
            assert at.wait_exit() == 0
    (holder,) = tmp_path.rglob("tokens.json")
    held = holder.read_text()
    assert "new-token-of-bob" in held
    assert DEMO_TOKEN.reveal() not in held
    assert '"token-of-bob"' not in held


def test_a_token_file_needs_no_question_and_is_not_copied(tmp_path: Path) -> None:
    token_file = tmp_path / "token"
    token_file.touch(mode=0o600)
    token_file.write_text(f"{DEMO_TOKEN.reveal()}\n")
    with (
        serving(demo_service()) as server,
        Terminal(
            "--token-file", str(token_file), home=tmp_path, environment=_service_of(server)
        ) as terminal,
    ):
        shows(terminal, "5 pools")
        terminal.press("4")
        shows(terminal, "you@lab.org", "from --token-file")
        terminal.press("q")
        assert terminal.wait_exit() == 0
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert [file for file in files if DEMO_TOKEN.reveal() in file.read_text()] == [token_file]


def test_workspaces_of_one_title_are_told_apart_by_their_ids(tmp_path: Path) -> None:
    service = demo_service()
    twins = [key for key, found in service.state.workspaces.items() if found.title == "Pilots"]
    (used,) = [
        key for key in twins if any(p.workspace_id == key for p in service.state.pools.values())
    ]
    assert len(twins) == 3
    with (
        serving(service) as server,
        Terminal(home=tmp_path, environment=signed_in(server)) as terminal,
    ):
        shows(terminal, "5 pools")
        terminal.press("w")
        shows(terminal, "23 in all")
        terminal.press("/")
        terminal.type("PILOTS")
        shows(terminal, *(f"Pilots   {twin}" for twin in twins))
        terminal.press("enter")
        # On the screen they stand in the order of the service.
        terminal.press(*["j"] * twins.index(used))
        shows(terminal, f"> Pilots   {used}")
        terminal.press("enter")
        shows(terminal, "1 pool, 10 free of 10")


# A service that goes away


def _type_row(terminal: Terminal, username: str) -> None:
    terminal.type(f"i{username}\rTr0ub4dor-1\r")
    shows(terminal, username, "1 row   goes 1")


def _send_one(terminal: Terminal) -> None:
    terminal.press("s")
    shows(terminal, "a new pool of 1 credential", "Type  send 1 :")
    terminal.type("send 1\r")


def test_a_pulled_cable_loses_nothing_and_all_goes_on_when_it_is_back(tmp_path: Path) -> None:
    keep_drafts(tmp_path)
    service = demo_service()
    with ExitStack() as cable:
        server = cable.enter_context(serving(service))
        with Terminal(home=tmp_path, environment=signed_in(server)) as terminal:
            figures = read(terminal, r"(5 pools, \d+ free of \d+)")
            shows(terminal, "read at")
            terminal.press("c")
            shows(terminal, "No rows yet")
            _type_row(terminal, "lab-cable-1")
            terminal.press("escape")
            shows(terminal, "1 unsent row: draft kept.")
            cable.close()

            # It is tried again for a while, and what is sent meanwhile does not leave.
            terminal.press("r")
            shows(terminal, "tried again at")
            terminal.press("c")
            shows(terminal, "1 row   goes 1")
            _send_one(terminal)
            shows(terminal, "Nothing answers there", "nothing was sent")
            terminal.press("enter")
            shows(terminal, "1 row   goes 1", "lab-cable-1")

            # What was known stays on the screen, and is said to be old.
            terminal.press("escape")
            shows(terminal, _NOT_UP_TO_DATE, "The connection was refused", "r tries again")
            shows(terminal, figures, CHATBOT_B.partition("_")[2])

            with serving(service, port=server.port):
                terminal.press("r")
                terminal.wait_for(lambda: _NOT_UP_TO_DATE not in terminal.screen())
                shows(terminal, f"{figures}   1 unsent row: c, for a new pool")
                terminal.press("c")
                shows(terminal, "1 row   goes 1", "lab-cable-1")
                _send_one(terminal)
                shows(terminal, "1 credential in a new pool")
                terminal.press("enter")
                shows(terminal, "6 pools")
                terminal.press("q")
                assert terminal.wait_exit() == 0
    made = list(service.state.pools.values())[-1]
    assert [*made.passwords] == ["lab-cable-1"]
