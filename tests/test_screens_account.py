"""Account: what it says and what its keys do, also with a keyring that takes its time."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from prolific_tui.assembly import demo_parts
from prolific_tui.demo.seed import DEMO_TOKEN, MAIN_WORKSPACE
from prolific_tui.demo.service import Service
from prolific_tui.keeping import OwnFiles, TokenPlace
from prolific_tui.models import Me
from prolific_tui.operations import Account, GivenToken, Parts
from prolific_tui.profiles import Profile
from prolific_tui.secret import Secret
from prolific_tui.settings import StateFile
from prolific_tui.tui.screens.account import AccountScreen
from prolific_tui.tui.screens.account_words import listed, room
from prolific_tui.vault import MemoryVault
from prolific_tui.vault.states import KeyringCondition, KeyringState
from tests.accounts_bench import BOB, ELSEWHERE, HIS, LAB, PILOTS, TYPED, entry
from tests.dashboard import Dashboard, dashboard
from tests.operations_bench import SERVICE_URL, HoldingKeyring, KeyringOfTests, Prolifics

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
_QUESTION = "What is kept on this machine, and where?"


KEYRING_ANSWERS = 2
"""How many of the answers to it are about the keyring."""


class UnusableKeyring(KeyringOfTests):
    """A keyring that says that it can't be used, and what to do."""

    async def state(self) -> KeyringState:
        return KeyringState(
            KeyringCondition.NONE, "", "Out of reach", "Nothing answers.", "Unlock it."
        )


class Machine:
    """A machine that knows some accounts, and a Prolific that takes their tokens."""

    def __init__(self, directory: Path, *profiles: Profile) -> None:
        self.keyring = KeyringOfTests()
        self.token_file = MemoryVault()
        self.service = Prolifics(HIS, TYPED)
        self.service.others = {HIS: BOB}
        self.given: GivenToken | None = None
        self.state = StateFile(directory / "state.json")
        for profile in profiles:
            self.state.remember_profile(profile)
        if profiles:
            self.state.remember_use(profiles[0])

    async def keep(self, profile: Profile, token: str) -> None:
        """Put an account's token into its place."""
        store = self.keyring if profile.place is TokenPlace.KEYRING else self.token_file
        await store.save(entry(profile), Secret(token))

    def parts(self, service: Service) -> Parts:
        return replace(
            demo_parts(service),
            keyring=self.keyring,
            token_file=self.token_file,
            settings=self.state,
            given_token=self.given,
            service_url=SERVICE_URL,
            own_files=OwnFiles("/home/ada/tokens.json", "/home/ada/drafts"),
            is_demo=False,
        )

    @asynccontextmanager
    async def run(self, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Dashboard]:
        async with dashboard(self.service, size=size, parts=self.parts) as board:
            yield board


def row(board: Dashboard, name: str) -> str:
    """The line of an account in the list."""
    lines = board.screen().split("\n")[3:9]
    return next((line for line in lines if line[3:].startswith(f"{name} ")), "")


def cursor_on(board: Dashboard) -> str:
    """The name of the account under the cursor."""
    lines = board.screen().split("\n")[3:9]
    return next((line.split()[1] for line in lines if line.startswith("> ")), "")


@SIZES
async def test_accounts_are_listed_checked_switched_renamed_and_forgotten(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    machine = Machine(tmp_path, LAB, PILOTS, ELSEWHERE)
    await machine.keep(LAB, DEMO_TOKEN.reveal())
    await machine.keep(PILOTS, HIS)
    async with machine.run(size) as board:
        await board.shows("lab: you@lab.org", "5 pools")
        await board.press("4")
        await board.until(lambda: "in use" in row(board, "lab"), "lab in use")
        assert "keyring" in row(board, "lab")
        assert "plain text" in row(board, "pilots")
        assert "never" in row(board, "pilots")
        await board.shows("from the keyring", "Opens with", "the first workspace")

        await board.press("question_mark")
        await board.shows("Enter  ", "Use the account under the cursor")
        await board.press("escape")

        # The one under the cursor is checked without being used.
        await board.press("j")
        await board.shows("kept in the plain-text file; Enter uses it")
        await board.press("r")
        await board.shows("The token of pilots is accepted.", "lab: you@lab.org")
        await board.until(lambda: "never" not in row(board, "pilots"), "checked")

        await board.press("enter")
        await board.shows("pilots: bob.b@lab.org", "This is bob.b@lab.org now.")
        await board.press("enter")
        await board.shows("This account is in use.")

        # What belongs to another service is told of, and nothing of it goes anywhere.
        await board.press("j")
        await board.shows(ELSEWHERE.service_url)
        await board.press("enter")
        await board.shows("Another service", "Its token goes nowhere else.", "--profile far")
        await board.press("enter")

        await board.press("n")
        await board.shows("What is far to be called?")
        await board.press("backspace", "backspace", "backspace")
        await board.type("lab")
        await board.press("enter")
        await board.shows("There is an account lab already.")
        await board.press("enter", "n")
        await board.shows("What is far to be called?")
        await board.type("-2")
        await board.press("enter")
        await board.shows("It is called far-2 now.")

        await board.press("d")
        await board.shows("Forget far-2?")
        await board.press("n")
        await board.shows("Nothing is forgotten.")
        await board.press("g", "j", "d")
        await board.shows("Forget pilots?")
        await board.press("y")
        await board.shows("pilots is forgotten.", "not signed in")
        assert row(board, "pilots") == ""
        await board.press("g", "enter")
        await board.shows("lab: you@lab.org")
    assert await machine.token_file.load(entry(PILOTS)) is None
    assert await machine.keyring.load(entry(LAB)) == DEMO_TOKEN


@SIZES
async def test_a_save_that_the_keyring_does_not_answer_is_given_up_by_a_key(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    machine = Machine(tmp_path)
    machine.keyring = keyring = HoldingKeyring("save")
    async with machine.run(size) as board:
        await board.shows("API token")
        await board.type(TYPED)
        await board.press("enter")
        await board.shows(_QUESTION, "Demo: nothing is kept after you quit")
        await board.press("j", "enter")
        await board.until(keyring.reached.is_set, "asked")

        # Keys are answered while it is asked.
        await board.press("2")
        await board.shows("Signing secret")
        await board.press("4")
        await board.shows("being changed; Esc gives up asking the keyring")
        await board.press("escape")
        await board.shows("Not waited for", "what it did is not known")
        await board.press("enter")
        await board.shows("not chosen yet what is kept, and where")

        await board.press("s")
        await board.shows(_QUESTION)
        await board.press("j", "j", "j", "enter")
        await board.shows("Kept from now on: in the plain-text", "from the plain-text file")
    assert await machine.token_file.load(entry(LAB)) == Secret(TYPED)


@SIZES
async def test_a_refused_account_is_marked_and_another_name_leaves_the_cursor_there(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    machine = Machine(tmp_path, LAB, PILOTS)
    await machine.keep(LAB, DEMO_TOKEN.reveal())
    await machine.keep(PILOTS, HIS)
    async with machine.run(size) as board:
        await board.shows("lab: you@lab.org", "5 pools")
        await board.press("4")
        await board.until(lambda: "in use" in row(board, "lab"), "lab in use")
        await board.press("j", "enter")
        await board.shows("pilots: bob.b@lab.org")
        page = board.app.screen
        assert isinstance(page, AccountScreen)
        await board.press("n")
        await board.shows("What is pilots to be called?")
        # Checked again meanwhile it is the same account, and the cursor stays on it.
        before = page._profiles
        await board.app.operations.check_token("pilots")
        page.look_at_profiles()
        await board.until(lambda: page._profiles != before, "the check")
        await board.type("-2")
        await board.press("enter")
        await board.shows("It is called pilots-2 now.", "pilots-2: bob.b@lab.org")
        await board.until(lambda: "in use" in row(board, "pilots-2"), "the list")
        assert cursor_on(board) == "pilots-2"

        # What Prolific said of the other one stands in the list, with who said it of which token.
        machine.service.tokens.discard(DEMO_TOKEN.reveal())
        await board.press("k", "enter")
        await board.shows("Prolific does not accept this token", "t on 4 Account takes it.")
        assert board.words().count("Prolific does not accept this token") == 1
        await board.press("enter")
        await board.until(lambda: row(board, "lab").endswith(" refused"), "marked")
        await board.shows("The account in use is as before.", f"by {SERVICE_URL}; the token was")
        await board.shows("was from the keyring; accepted last")
        machine.service.tokens.add(DEMO_TOKEN.reveal())
        await board.press("r")
        await board.shows("The token of lab is accepted.")
        await board.until(lambda: "refused" not in row(board, "lab"), "no longer marked")

        # Forgetting says what it deletes, and of what there is what stays.
        await board.press("d")
        await board.shows("Its token is deleted from the keyring", "Unsent rows and history stay.")
        assert "signing secrets" not in board.words()
        await board.press("n")
        await board.app.operations.signing.keep(MAIN_WORKSPACE, Secret("a-secret"))
        await board.press("1", "4")
        await board.until(lambda: getattr(board.app.screen, "_are_secrets_kept", False), "heard")
        await board.press("d")
        await board.shows("So do copies of signing secrets, previous ones too")
        await board.press("n")


@SIZES
async def test_each_answer_says_what_it_means_here_and_the_present_one_is_marked(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    machine = Machine(tmp_path, PILOTS)
    machine.keyring = keyring = UnusableKeyring()
    await machine.keep(PILOTS, HIS)
    async with machine.run(size) as board:
        await board.shows("pilots: bob.b@lab.org")
        await board.press("4", "s")
        await board.shows(_QUESTION, "Out of reach. Nothing answers. Unlock it.")
        assert board.screen().count("not here") == KEYRING_ANSWERS
        assert "> " not in board.words(), "there is no default"
        await board.press("enter")
        await board.shows("Nothing is chosen yet, so all is as before.")

        # What can't be had stays where it is, and says why.
        await board.press("j")
        await board.shows("> in the keyring", "This can't be had here: out of reach.")
        await board.press("enter")
        await board.shows("Nothing was chosen. This can't be had here", _QUESTION)
        assert keyring.asked == []

        await board.press("j", "j")
        await board.shows("> in the plain-text file", "are in /home/ada/tokens.json, and unsent")
        await board.shows("in /home/ada/drafts: yours alone", "or root, can read them too.")
        await board.press("j")
        await board.shows("(read -rs PROLIFIC_TOKEN; export PROLIFIC_TOKEN)", "in /home/ada/drafts")
        await board.press("k", "enter")
        await board.shows("Kept from now on: in the plain-text file", "in /home/ada/tokens.json")

        await board.press("s")
        await board.shows(_QUESTION, "> in the plain-text file")
        (now,) = [line for line in board.screen().split("\n") if "as it is now" in line]
        assert "> in the plain-text file" in now
        await board.press("escape")
        await board.shows("What is kept, and where, is as before.")


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
        await board.shows(_QUESTION)
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
        await board.until(lambda: "variable" in row(board, "-"), "listed")
        await board.press("n")
        await board.shows("There is no account with a name here.")
        await board.press("s")
        await board.shows(_QUESTION)
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
        await board.until(lambda: "in use" in row(board, "-"), "in use again")
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
        machine.service.tokens.discard(DEMO_TOKEN.reveal())
        await board.press("2", "r")
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
        await board.shows(_QUESTION)
        await board.press("escape", "1")
        await board.until(lambda: stale not in board.words(), "the pools")
        await board.press("2")
        await board.shows("Signing secret")
        assert stale not in board.words()
        assert "NOT UP TO DATE" not in board.screen()


async def test_who_has_not_chosen_yet_is_asked_before_a_secret_is_kept(tmp_path: Path) -> None:
    """As for tokens and rows, once for all of it; and a keyring that is none is not the end."""
    machine = Machine(tmp_path, LAB)
    machine.given = GivenToken(DEMO_TOKEN, TokenPlace.ENVIRONMENT)
    machine.keyring = UnusableKeyring()
    async with machine.run() as board:
        await board.shows("you@lab.org", "5 pools")
        await board.press("2")
        await board.shows("keyring: none")
        await board.press("c")
        await board.shows("Where is the new secret kept?", "(not here)")
        await board.press("space")
        await board.shows("Unlock it. 4 Account, s chooses another place: the plain-text file.")
        await board.press("escape", "K")
        await board.shows(_QUESTION, "Before the secret is kept")
        await board.press("escape")
        await board.shows("The secret is not kept here; f saves it to a new file.")
        await board.press("K")
        await board.shows(_QUESTION)
        await board.press("j", "j", "j", "enter")
        await board.shows("The secret is kept in the plain-text file.", "plain text: same")


async def test_the_demo_takes_no_token_and_has_nothing_to_forget() -> None:
    async with dashboard() as board:
        await board.shows("free of")
        await board.press("4")
        await board.shows("made up, for the demo")
        await board.press("t")
        await board.shows("The demo takes no token")
        await board.press("d")
        await board.shows("The demo keeps nothing once you quit.")
        assert len(board.app.screen_stack) == 1
