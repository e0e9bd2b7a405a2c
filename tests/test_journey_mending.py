"""Making a list right before it is sent, as stories with the keyboard."""

import re
from pathlib import Path

from prolific_tui.demo.faults import Fault
from prolific_tui.demo.seed import CHATBOT_B
from tests.contract.caller import checked_demo_service
from tests.dashboard import Dashboard, opened
from tests.editing import load_file


async def append_list(board: Dashboard, path: Path) -> None:
    """From Pools to the editor of the pool with 12 free of 60, with a list in it."""
    await board.press("g", "j")
    await board.shows(CHATBOT_B)
    await board.press("a")
    await board.shows("Append to")
    await load_file(board, path)


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
        await load_file(board, path)
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


async def test_a_list_that_was_sent_already_says_so_and_only_what_is_new_goes(
    tmp_path: Path,
) -> None:
    """The list grew since Monday; what the pool took then would have it refused as a whole."""
    path = tmp_path / "grown.csv"
    path.write_text("lab-b-901,pw-one\nlab-b-902,pw-two\n", encoding="utf-8")
    service = checked_demo_service()
    service.switch_on("getStudyCredentialsReport", Fault(status=403))
    async with opened(service) as board:
        await append_list(board, path)
        await board.shows("2 rows   goes 2", "none of the pool's 60 usernames is known here")
        await board.press("s")
        await board.shows(
            "2 credentials to the pool", "none of the pool's 60 usernames is known here"
        )
        await board.type("send 2")
        await board.press("enter")
        await board.shows("2 credentials appended", "62 now")
        await board.press("enter")

        with path.open("a", encoding="utf-8") as file:
            file.write("lab-b-903,pw-three\n")
        await append_list(board, path)
        await board.shows("3 rows   goes 1   needs your OK 0   left out 2")
        marked = r"^P.* lab-b-90[12] .*already in this pool"
        assert len(re.findall(marked, board.screen(), re.MULTILINE)) == 2
        await board.press("n")
        await board.shows("can't be added again", "row 2 of 3")
        await board.press("G")
        await board.shows("hecked against 2 of 62 usernames; 60 were added elsewhere")

        # A row that is typed in is checked as well, and taken back by the same key.
        await board.press("i")
        await board.type("lab-b-902")
        await board.press("enter")
        await board.shows("left out 3")
        await board.press("escape", "u", "u")
        await board.shows("3 rows   goes 1")

        await board.press("F")
        await board.shows("2  Drop rows that are already in this pool")
        await board.press("G", "k", "k", "enter")
        await board.shows("Done: deletion of 2 rows already in this pool. u takes it back.")
        await board.press("escape")
        await board.shows("1 row   goes 1   needs your OK 0   left out 0")
