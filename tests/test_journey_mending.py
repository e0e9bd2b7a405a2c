"""Making a list right before it is sent, as stories with the keyboard."""

from pathlib import Path

from tests.dashboard import opened


async def test_three_duplicates_with_different_passwords_keep_the_last(tmp_path: Path) -> None:
    """Somebody exported a list twice more after resetting a password, and pasted all of it."""
    rows = [
        "lab-1,oldest-pw",
        "lab-2,pw-two",
        "lab-1,older-pw",
        "lab-3,pw-three",
        "lab-1,newest-pw",
    ]
    path = tmp_path / "resets.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    async with opened() as board:
        before = set(board.service.state.pools)
        await board.press("c")
        await board.shows("No rows yet")
        await board.press("f")
        await board.shows("Load a file")
        await board.type(str(path))
        await board.press("enter")
        await board.shows("5 rows", "goes 2", "left out 3")
        await board.press("n")
        await board.shows("lab-1 is in rows 1, 3 and 5 with different passwords")

        await board.press("d")
        await board.shows("1 username in more than one row", "password A", "password C")
        assert "newest-pw" not in board.screen()
        await board.press("l")
        await board.shows("Done: keeping the last row of 3 with lab-1. u takes it back.")
        await board.shows("No username is in more than one row.", "3 rows   goes 3")

        await board.press("escape", "s")
        await board.shows("a new pool of 3 credentials", "send 3")
        await board.type("send 3")
        await board.press("enter")
        await board.shows("3 credentials in a new pool")
        (made,) = set(board.service.state.pools) - before
        sent = board.service.state.pools[made].passwords
        assert {name: secret.reveal() for name, secret in sent.items()} == {
            "lab-1": "newest-pw",
            "lab-2": "pw-two",
            "lab-3": "pw-three",
        }
