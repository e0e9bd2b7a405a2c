"""A run in which nothing is written at Prolific: said at the top, and by every key that would."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from prolific_tui.assembly import demo_parts
from prolific_tui.demo.seed import demo_service
from prolific_tui.demo.server import serving
from prolific_tui.demo.service import Service
from prolific_tui.operations import Parts
from prolific_tui.version import NAME
from tests.dashboard import Dashboard, dashboard, opened
from tests.terminal import Terminal, signed_in


def _read_only(service: Service) -> Parts:
    return replace(demo_parts(service), read_only="--read-only")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_every_key_that_would_send_says_why_it_does_not(size: tuple[int, int]) -> None:
    async with dashboard(parts=_read_only, size=size) as board:
        await board.shows("free of")
        await board.shows("READ-ONLY", "you@lab.org")
        await board.press("c")
        await board.shows("No rows yet")
        await board.press("i")
        await board.type("lab-1")
        await board.press("enter")
        await board.type("Tr0ub4dor")
        await board.press("enter")
        await board.shows("goes 1")
        await board.press("s")
        await board.shows("Read-only (--read-only): nothing is changed at Prolific.")
        await board.shows("goes 1")
        await board.press("escape", "2")
        await board.shows("Signing secret", "READ-ONLY")
        await board.press("c")
        await board.shows("Read-only (--read-only): nothing is changed at Prolific.")
        assert "Type" not in board.screen()


async def test_the_top_line_does_without_much_before_it_cuts_whose_account_it_is() -> None:
    async with dashboard(parts=_read_only) as board:
        await board.shows("1 POOLS  2 Webhooks  3 History  4 Account", "DEMO  READ-ONLY", "5 pools")
        account = board.app.account
        assert account is not None
        email = "first.lastname@psych.uni-example.edu"
        board.app.account = replace(
            account, profile="first.lastname", me=replace(account.me, email=email)
        )
        await board.shows("1 POOLS  2  3  4  ", "DEMO  READ-ONLY  ", f" {email} ")
        board.app.account = replace(board.app.account, profile="lab")
        await board.shows("1 POOLS  2  3  4  ", "DEMO  READ-ONLY  ", f" lab: {email} ")


def test_the_configuration_asks_for_it_for_good(tmp_path: Path) -> None:
    configuration = tmp_path / ".config" / NAME / "config.toml"
    configuration.parent.mkdir(mode=0o700, parents=True)
    configuration.write_text("read_only = true\n")
    with (
        serving(demo_service()) as server,
        Terminal(home=tmp_path, environment=signed_in(server)) as terminal,
    ):
        terminal.wait_for("READ-ONLY")
        terminal.wait_for("5 pools")
        terminal.press("2")
        terminal.wait_for("Signing secret")
        terminal.press("c")
        terminal.wait_for("Read-only (read_only in config.toml): nothing is changed")
        terminal.press("q")
        assert terminal.wait_exit() == 0


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_rows_and_their_review_say_at_the_top_what_every_screen_says_there(
    size: tuple[int, int],
) -> None:
    def top(board: Dashboard) -> str:
        return board.screen().split("\n")[0]

    async with dashboard(parts=_read_only, size=size) as board:
        await board.shows("free of")
        account = board.app.account
        assert account is not None
        board.app.account = replace(account, profile="lab")
        await board.press("a")
        await board.shows("No rows yet")
        assert re.search("DEMO +READ-ONLY +Reasoning evals +lab: you@lab.org", top(board))
        # Where there is no room for all, the workspace outlives the account, whole in Review.
        board.app.account = replace(account, me=replace(account.me, email=f"{'a' * 90}@lab.org"))
        await board.until(lambda: "@" not in top(board), "no address")
        assert re.search("Append to .* DEMO +READ-ONLY +Reasoning evals$", top(board))
        board.app.account = account

    async with opened(size=size) as board:
        await board.press("c")
        await board.shows("No rows yet")
        await board.press("i")
        await board.type("lab-1")
        await board.press("enter")
        await board.type("Tr0ub4dor")
        await board.press("enter", "s")
        await board.shows("Review: nothing has been sent yet")
        await board.until(lambda: "you@lab.org" in top(board), "the account")
        assert re.search("DEMO +Reasoning evals +you@lab.org$", top(board))
        assert re.search("Account +you@lab.org", board.screen())
