"""Lists that people really have, from the file to the pool, as stories with the keyboard."""

import pytest

from prolific_tui.demo.seed import CHATBOT_B
from tests.dashboard import Dashboard, opened
from tests.editing import load_file

pytestmark = pytest.mark.usefixtures("among_the_exports")


def sent_to(board: Dashboard, pool: str) -> dict[str, str]:
    passwords = board.service.state.pools[pool].passwords
    return {name: secret.reveal() for name, secret in passwords.items()}


async def test_semicolons_from_a_european_excel() -> None:
    """Saved as CSV by a German Excel: Windows-1252, semicolons, headings in German."""
    async with opened() as board:
        before = set(board.service.state.pools)
        await board.press("c")
        await board.shows("No rows yet")
        await load_file(board, "european-excel.csv")

        # What it is is assumed and said; in which encoding the umlauts are right is asked.
        await board.shows("How is european-excel.csv to be read?", "Delimiter  semicolon")
        await board.shows("Username   Benutzername", "Password   Passwort", "müller-1")
        assert "k3-9fQ" not in board.screen()
        await board.press("enter")
        await board.shows("Which encoding", "Windows-1252, Western Europe  müller-1")
        await board.press("enter", "enter")
        await board.shows("Windows-1252, Western Europe, semicolon, CRLF, header")

        # A comma in a password is looked at again; it came through as it is.
        await board.shows("2 rows   goes 1   needs your OK 1   left out 0")
        await board.press("n", "a")
        await board.shows("goes 2   needs your OK 0")
        await board.press("s")
        await board.shows("a new pool of 2 credentials", "müller-1 … lab-2")
        await board.type("send 2")
        await board.press("enter")
        await board.shows("2 credentials in a new pool")
        (made,) = set(board.service.state.pools) - before
        assert sent_to(board, made) == {"müller-1": "k3-9fQ", "lab-2": "m8,2xT"}


async def test_a_google_workspace_export_without_passwords() -> None:
    """An admin console never gives passwords back: what it exports can't be handed to anybody."""
    async with opened() as board:
        await board.press("j")
        await board.shows(CHATBOT_B)
        await board.press("a")
        await board.shows("Append to")
        await load_file(board, "google-workspace.csv")
        await board.shows("Google Workspace header", "2 rows   goes 0", "left out 2")
        await board.shows("This export holds no passwords; participants could not log in.")
        await board.shows("placeholder, not a password")
        await board.press("s")
        await board.shows("No row can go yet.")
        assert not board.app.screen.query("#confirmation-field")
        await board.press("escape")

        # The accounts exist, so their passwords are set anew there and typed here.
        await board.press("g", "l", "enter")
        await board.shows(": typing replaces it")
        await board.type("set-anew-1")
        await board.press("enter")
        await board.shows("goes 1   needs your OK 0   left out 1")
        await board.press("s")
        await board.shows("1 credential to the pool", "1 row: placeholder, not a password")
        await board.type("send 1")
        await board.press("enter")
        await board.shows("1 credential appended")
        assert sent_to(board, CHATBOT_B)["lab-1@lab.example"] == "set-anew-1"
        assert "lab-2@lab.example" not in sent_to(board, CHATBOT_B)
