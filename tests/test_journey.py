"""The main jobs from beginning to end, with the keyboard, as a researcher does them."""

import pytest

from prolific_tui.demo.faults import Fault
from prolific_tui.demo.seed import CHATBOT_B, MAIN_WORKSPACE
from prolific_tui.demo.service import Service
from tests.dashboard import DATA, MESSY, dashboard, opened
from tests.editing import load_file


def made_pools(service: Service, before: set[str]) -> list[str]:
    return [pool for pool in service.state.pools if pool not in before]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_messy_list_becomes_a_pool_is_appended_to_and_the_secret_is_replaced(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(DATA)
    async with opened(size=size) as board:
        service = board.service
        before = set(service.state.pools)

        # A list with a header, a BOM, CRLF, a duplicate, a blank password and a blank line.
        await board.press("c")
        await board.shows("No rows yet")
        await load_file(board, "messy.csv")
        await board.shows("20 rows", "goes 14", "needs your OK 3", "left out 3")
        await board.shows("UTF-8 with BOM, comma, CRLF, header, 1 blank line skipped")

        # The first problem: two rows with one name. One of them goes.
        await board.press("n")
        await board.shows("row 3 of 20", "lab-b-063 is in rows 3 and 7 with different passwords")
        await board.press("x")
        await board.shows("19 rows", "goes 15", "needs your OK 3", "left out 1")
        assert "same as row" in board.screen(), "the look-alikes are still named"

        # The blank password: typed in, without being seen.
        await board.press("n", "n")
        await board.shows("row 5 of 19", "no password")
        await board.press("l", "enter")
        await board.type("s3cret")
        await board.press("enter")
        await board.shows("goes 16", "left out 0")
        assert "s3cret" not in board.screen()

        # Review: what, where to, how many, what stays.
        await board.press("s")
        await board.shows("a new pool of 16 credentials", "Reasoning evals", "send 16")
        await board.shows("2 rows: nearly the same username as another row")
        await board.type("send 61")
        await board.press("enter")
        await board.shows("Nothing was sent. To send, type exactly: send 16")
        assert made_pools(service, before) == []
        await board.press(*["backspace"] * 7)
        await board.type("send 16")
        await board.press("enter")
        await board.shows("16 credentials in a new pool", "16 now, 16 free")
        (pool,) = made_pools(service, before)
        assert len(service.state.pools[pool].passwords) == 16
        assert service.state.pools[pool].passwords["lab-b-066"].reveal() == "s3cret"

        # What did not go is still there, for the pool that was made.
        await board.press("enter")
        await board.shows("3 rows", "needs your OK 3", "Append to", "16 in total")
        await board.press("a", "j", "a", "j", "a")
        await board.shows("goes 3", "needs your OK 0")
        await board.press("s")
        await board.shows("3 credentials to the pool", "19 afterwards", "send 3")
        await board.type("send 3")
        await board.press("enter")
        await board.shows("3 credentials appended", "19 now, 19 free")
        assert len(service.state.pools[pool].passwords) == 19

        # With nothing left, the editor gives way to the pools, and the pool is among them.
        await board.press("enter")
        await board.shows("6 pools", "messy ", "19        19")

        # The webhook secret is replaced, and only with its own words.
        old = service.state.secrets[MAIN_WORKSPACE]
        await board.press("2")
        await board.shows("Signing secret", old.id, "keyring: none")
        await board.press("c", "space", "enter")
        await board.shows("there is no way back", f"replace {old.id[-4:]}")
        await board.type(f"replace {old.id[-4:]}")
        await board.press("enter")
        await board.shows("Secret replaced")
        new = service.state.secrets[MAIN_WORKSPACE]
        assert new.id != old.id
        await board.press("enter")
        await board.shows(new.id)
        assert new.value.reveal() not in board.screen()
        await board.press("asterisk")
        await board.shows(new.value.reveal())

        # And all of it stands in the history.
        await board.press("3")
        await board.shows("Have you stored it?")
        await board.press("y")
        await board.shows("Create", "Append", "Secret", "3 sends from this machine")
        assert new.value.reveal() not in board.screen()


async def test_rows_are_appended_to_a_pool_that_has_one_of_them() -> None:
    """A 409 changes nothing, names what it knows, and leaves every row in the editor."""
    async with opened() as board:
        service = board.service
        # Of this pool no usage report can be read, so nothing shows beforehand what it has.
        service.switch_on("getStudyCredentialsReport", Fault(status=403))
        held = service.state.pools[CHATBOT_B].passwords
        await board.press("j")
        await board.shows(CHATBOT_B)
        await board.press("a")
        await board.shows("Append to", "60 in total")
        for name in ("lab-b-900", next(iter(held))):
            await board.press("i")
            await board.type(name)
            await board.press("enter")
            await board.type("pw12345678")
            await board.press("enter")
        await board.shows("2 rows", "goes 2")
        await board.press("s")
        await board.type("send 2")
        await board.press("enter")
        await board.shows("does not say which", "still 60")
        assert len(held) == 60
        await board.press("enter")
        await board.shows("2 rows", "goes 2", "lab-b-900")


async def test_a_file_named_on_the_command_line_is_opened_for_the_target_that_is_chosen() -> None:
    async with dashboard(file=MESSY) as board:
        await board.shows("What is messy.csv for?", "Create a new pool")
        await board.press("j", "j", "enter")
        await board.shows("Append to", "60 in total", "20 rows", "goes 14")


async def test_unsent_rows_wait_for_their_target_and_quitting_asks_about_them() -> None:
    async with opened() as board:
        await board.press("c", "i")
        await board.type("lab-1")
        await board.press("enter")
        await board.type("pw1")
        await board.press("enter", "escape")
        await board.shows("1 unsent row kept here until you quit")
        await board.press("q")
        await board.shows("Quit and lose 1 unsent row?")
        await board.press("n")
        await board.press("c")
        await board.shows("1 row", "lab-1")
