"""What tests of the Webhooks screen share: going there, and having the secret replaced."""

from prolific_tui.demo.seed import MAIN_WORKSPACE
from prolific_tui.secret import Secret
from tests.dashboard import Dashboard


def value_of(board: Dashboard) -> Secret:
    """The secret that Prolific has now."""
    return board.service.state.secrets[MAIN_WORKSPACE].value


async def to_webhooks(board: Dashboard, kept: str = "keyring: none") -> None:
    await board.press("2")
    await board.shows("Signing secret", kept)


async def confirm(board: Dashboard) -> None:
    """From the explanation on: type the words, and read what became of it."""
    await board.shows("there is no way back")
    old = board.service.state.secrets[MAIN_WORKSPACE].id
    await board.type(f"replace {old[-4:]}")
    await board.press("enter")
    await board.shows("Secret replaced", "Read back to be sure")
    await board.press("enter")
