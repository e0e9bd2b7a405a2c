"""Account and its tokens: refused, given, not to be had, and what is said of which of them."""

import re
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from prolific_tui.demo.seed import DEMO_TOKEN
from prolific_tui.keeping import TokenPlace
from prolific_tui.models import Me
from prolific_tui.operations import Account, GivenToken, SignIn
from prolific_tui.profiles import Profile
from prolific_tui.settings import StateFile
from prolific_tui.tui.readings import Reading
from prolific_tui.tui.screens.account_words import listed, room
from tests.accounts_bench import HIS, LAB, PILOTS, TYPED, entry
from tests.accounts_screen import (
    QUESTION,
    SIZES,
    Machine,
    lists,
    row,
)
from tests.dashboard import dashboard
from tests.operations_bench import SERVICE_URL
from tests.sending import Gate


@SIZES
async def test_a_failed_start_is_told_of_the_account_it_is_about_apart_from_the_cursors(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    machine = Machine(tmp_path, LAB, PILOTS)
    machine.state.remember_use(PILOTS)
    await machine.keep(LAB, DEMO_TOKEN.reveal())
    await machine.keep(PILOTS, "a-token-that-was-deleted")
    failed = "pilots: Prolific does not accept this token"
    async with machine.run(size) as board:
        await board.shows("Prolific does not accept this token")
        await board.press("4")
        await board.shows(failed, "r tries again, t takes another token", "Enter uses the account")
        # The cursor is on the account that failed, and what is said of an account is below it.
        assert board.words().index(failed) < board.words().index("Checked")
        await board.shows("> pilots", "── pilots ─")
        await board.press("k")
        await board.shows("> lab", "── lab ─", "Owner you@lab.org", failed)

        # What is pressed there is about that account, and not about the one that failed.
        await board.press("r")
        await board.shows("The token of lab is accepted.", "not signed in", failed)
        await board.press("enter")
        await board.shows("lab: you@lab.org", "This is you@lab.org now.")
        assert "does not accept" not in board.words()
        await board.press("j")
        await board.shows("> pilots", "Refused")


async def test_a_token_that_its_keyring_did_not_give_is_told_with_its_account(
    tmp_path: Path,
) -> None:
    machine = Machine(tmp_path, PILOTS, LAB)
    machine.state.remember_use(LAB)
    machine.keyring.in_trouble = True
    async with machine.run() as board:
        await board.shows("API token of lab (you@lab.org)")
        await board.press("escape")
        await board.shows("lab: its token could not be read from the keyring", "It is locked.")
        await board.shows("r tries again, t takes a token", "> lab")

        # It answers by now, and has nothing.
        machine.keyring.in_trouble = False
        await board.press("r")
        await board.shows("API token of lab (you@lab.org)")
        await board.press("escape")
        await board.shows("lab: the keyring has no token of it")


async def test_a_token_is_neither_copied_nor_cut_out_of_its_field(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    async with machine.run() as board:
        await board.shows("API token")
        await board.type(TYPED)
        await board.press("shift+home", "ctrl+c", "super+c", "ctrl+x")

        assert board.app.clipboard == ""
        assert TYPED not in board.screen()
        await board.press("enter")
        await board.shows(QUESTION)
    assert machine.service.tokens_seen[0] == TYPED


async def test_a_given_token_without_a_name_is_listed_and_stays_where_it_is(
    tmp_path: Path,
) -> None:
    machine = Machine(tmp_path, PILOTS)
    await machine.keep(PILOTS, HIS)
    machine.given = GivenToken(DEMO_TOKEN, TokenPlace.ENVIRONMENT)
    async with machine.run() as board:
        await board.shows("you@lab.org", "5 pools")
        await board.press("4")
        await lists(board, "-", "variable")
        await lists(board, "pilots", "never")
        await board.press("n")
        await board.shows("There is no account with a name here.")
        await board.press("s")
        await board.shows(QUESTION)
        await board.press("j", "j", "j", "enter")
        await board.shows("Kept from now on: in the plain-text file", "from PROLIFIC_TOKEN")

        # Another one may be chosen, and the given one come back to.
        await board.press("G", "enter")
        await board.shows("pilots: bob.b@lab.org")
        await board.until(lambda: "in use" not in row(board, "-"), "still listed")
        await board.press("g")
        await board.shows("Owner    you@lab.org", "from PROLIFIC_TOKEN; Enter uses it")
        await board.press("r")
        await board.shows("The token of you@lab.org is accepted.")
        await board.press("enter")
        await lists(board, "-", "in use")
        await board.press("d")
        await board.shows("Forget the token?", "nothing here keeps it")
        await board.press("y")
        await board.shows("The token is forgotten.", "not signed in")
        await board.until(lambda: not row(board, "-"), "gone from the list")
    assert await machine.token_file.load(entry(LAB)) is None


@pytest.mark.parametrize("width", [80, 120])
def test_an_account_in_use_whose_token_was_refused_says_both(width: int) -> None:
    at = datetime(2026, 11, 14, 10, 22, tzinfo=UTC)
    profile = Profile("lab", SERVICE_URL, "ada", "ada@lab.org", refused=at)
    account = Account(Me("ada", "ada@lab.org"), TokenPlace.KEYRING, SERVICE_URL, "lab")
    other = replace(profile, name="pilots", owner_id="bob")
    both, used = listed([profile, other], account, None)
    left = room(width, [both, used])
    assert both.row(left, is_demo=False).plain.endswith(" in use, refused")
    assert len(both.row(left, is_demo=False).plain) + 2 <= width
    assert used.row(left, is_demo=False).plain.endswith(":22 refused")


async def test_a_token_that_is_refused_meanwhile_is_marked_until_it_is_accepted_again(
    tmp_path: Path,
) -> None:
    """By whichever read hears of it; and no screen goes on saying so once another one is taken."""
    machine = Machine(tmp_path, LAB)
    await machine.keep(LAB, DEMO_TOKEN.reveal())
    stale = "Prolific does not accept this token"
    async with machine.run() as board:
        await board.shows("lab: you@lab.org", "5 pools")
        await board.press("2")
        await board.shows("Signing secret")
        machine.service.tokens.discard(DEMO_TOKEN.reveal())
        await board.press("r")
        await board.shows(stale, "NOT UP TO DATE")
        assert board.words().count(stale) == 1, "a title is not said twice"
        summary = board.screen().split("\n")[2]
        assert re.search(r"NOT UP TO DATE(   \d\d \w{3} \d\d:\d\d)?$", summary), "no half of a time"
        await board.press("4")
        await board.until(lambda: row(board, "lab").endswith(" in use, refused"), "marked")
        await board.shows("the token was from the keyring;")

        # A read that is answered takes the mark away again.
        machine.service.tokens.add(DEMO_TOKEN.reveal())
        await board.press("2", "r")
        await board.until(lambda: stale not in board.words(), "read")
        await board.press("4")
        await board.until(lambda: row(board, "lab").endswith(" in use"), "no longer marked")

        # Another token of the same account, in the same workspace: what it shows is read with it.
        machine.service.tokens.discard(DEMO_TOKEN.reveal())
        await board.press("1", "r")
        await board.shows(stale, "NOT UP TO DATE")
        await board.press("4", "t")
        await board.shows("API token")
        await board.type(TYPED)
        await board.press("enter")
        await board.shows(QUESTION)
        await board.press("escape")
        await board.shows("This is the token of you@lab.org. It is used for this session, and")
        await board.press("1")
        await board.until(lambda: stale not in board.words(), "the pools")
        await board.press("2")
        await board.shows("Signing secret")
        await board.until(lambda: stale not in board.words(), "the secret")
        assert "NOT UP TO DATE" not in board.screen()


class SlowState(StateFile):
    """A file of accounts that is read only when it may be, once there is somebody who waits."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.is_slow = threading.Event()
        self.reached = threading.Event()
        self.go_on = threading.Event()

    def load(self) -> None:
        if self.is_slow.is_set():
            self.reached.set()
            self.go_on.wait()
        super().load()


async def test_an_account_is_not_said_to_be_forgotten_before_the_accounts_were_read(
    tmp_path: Path,
) -> None:
    machine = Machine(tmp_path, LAB)
    machine.state = state = SlowState(tmp_path / "state.json")
    await machine.keep(LAB, DEMO_TOKEN.reveal())
    async with machine.run() as board:
        try:
            await board.shows("lab: you@lab.org", "5 pools")
            state.is_slow.set()
            await board.press("4")
            await board.until(state.reached.is_set, "the accounts are being read")
            await board.shows("Owner", "in use")
            assert "Forgotten" not in board.screen()
        finally:
            state.is_slow.clear()
            state.go_on.set()
        await lists(board, "lab", "keyring", "in use")
        other_window = StateFile(tmp_path / "state.json")
        other_window.load()
        other_window.forget_profile(LAB)
        await board.press("1", "4")
        await board.shows("Forgotten", "in another window. This one uses its token until you quit")


async def test_a_sign_in_that_was_overtaken_by_what_a_person_did_tells_nothing(
    tmp_path: Path,
) -> None:
    machine, gate = Machine(tmp_path, LAB), Gate("GET", "/users/me/")
    await machine.keep(LAB, DEMO_TOKEN.reveal())
    async with dashboard(machine.service, parts=gate.of(machine.parts)) as board:
        gate.let_one_through()
        await board.shows("lab: you@lab.org", "5 pools")
        account = board.app.account
        await board.press("4")
        await lists(board, "lab", "in use")
        await board.press("r")
        await board.until(lambda: gate.arrived == 2, "the check of its token")
        await board.press("d")
        await board.shows("Forget lab?")
        await board.press("y")
        await board.shows("lab is forgotten.", "not signed in", "none in use")
        # What was found before that may be on its way still.
        board.app.post_message(board.app.SignInRead(account, Reading(SignIn(account))))
        await board.pilot.pause()
        assert board.app.account is None
