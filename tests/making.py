"""Making accounts and exporting them with the keyboard, for those who tell what comes of it."""

from prolific_tui.demo.seed import CHATBOT_B
from tests.dashboard import Dashboard
from tests.editing import paste


async def open_chatbot_b(board: Dashboard) -> None:
    """Put the cursor on the pool with 12 free of 60."""
    await board.press("j")
    await board.shows(CHATBOT_B)


async def fill_in(board: Dashboard, pattern: str, **fields: str) -> None:
    """Type into the dialog that makes accounts; what is there before is replaced."""
    await board.shows("Make accounts", "Pattern")
    board.app.screen.query_one("#field-pattern").focus()
    await board.press("ctrl+u")
    await paste(board, pattern)
    for name, text in fields.items():
        board.app.screen.query_one(f"#field-{name}").focus()
        await board.press("end", "ctrl+u")
        await paste(board, text)


async def make(board: Dashboard, pattern: str, **fields: str) -> None:
    await board.press("m")
    await fill_in(board, pattern, **fields)
    await board.press("enter")
    await board.until(lambda: not board.app.screen.query("#field-pattern"), "made")


async def export(board: Dashboard, path: str, *, choice: int = 0) -> None:
    await board.press("E")
    await board.shows("To a new file that only you can read.")
    await board.press(*["j"] * choice, "enter")
    await board.shows("in plain text")
    await board.press("enter")
    await board.shows("Tab Complete")
    await paste(board, path)
    await board.press("enter")
