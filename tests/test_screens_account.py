"""Account: what it says and what its keys do, also with a keyring that takes its time."""

from pathlib import Path

from prolific_tui.demo.seed import DEMO_TOKEN, MAIN_WORKSPACE
from prolific_tui.keeping import TokenPlace
from prolific_tui.operations import GivenToken
from prolific_tui.secret import Secret
from prolific_tui.tui.screens.account import AccountScreen
from tests.accounts_bench import ELSEWHERE, HIS, LAB, PILOTS, TYPED, entry
from tests.accounts_screen import (
    KEYRING_ANSWERS,
    QUESTION,
    SIZES,
    Machine,
    UnusableKeyring,
    cursor_on,
    lists,
    row,
)
from tests.dashboard import dashboard
from tests.operations_bench import SERVICE_URL, HoldingKeyring


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
        await lists(board, "lab", "keyring", "in use")
        await lists(board, "pilots", "plain text", "never")
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
        await board.shows(ELSEWHERE.service_url, f"This run talks to {SERVICE_URL}. Start with")
        assert "Enter uses it" not in board.words()
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
        await board.shows("Forget pilots?", "Nothing changes at Prolific: a token that is valid")
        await board.press("y")
        await board.shows("pilots is forgotten.", "not signed in")
        await board.until(lambda: not row(board, "pilots"), "gone from the list")
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
        await board.shows(QUESTION, "Demo: nothing is kept after you quit")
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
        await board.shows(QUESTION)
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
        await lists(board, "lab", "in use")
        await lists(board, "pilots", "never")
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
        await lists(board, "pilots-2", "in use")
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
        await board.shows(QUESTION, "Out of reach. Nothing answers. Unlock it.")
        await board.shows("Choosing less deletes what was kept.")
        assert board.screen().count("not here") == KEYRING_ANSWERS
        assert "> " not in board.words(), "there is no default"
        await board.press("enter")
        await board.shows("Nothing is chosen yet, so all is as before.")

        # What can't be had stays where it is, and says why.
        await board.press("j")
        await board.shows("> in the keyring", "This can't be had here: out of reach.")
        await board.press("enter")
        await board.shows("Nothing was chosen. This can't be had here", QUESTION)
        assert keyring.asked == []

        await board.press("j", "j")
        await board.shows("> in the plain-text file", "are in /home/ada/tokens.json, and unsent")
        await board.shows("in /home/ada/drafts: yours alone", "or root, can read them too.")
        await board.press("j")
        await board.shows("(read -rs PROLIFIC_TOKEN; export PROLIFIC_TOKEN)", "in /home/ada/drafts")
        await board.press("k", "enter")
        await board.shows("Kept from now on: in the plain-text file", "in /home/ada/tokens.json")

        await board.press("s")
        await board.shows(QUESTION, "> in the plain-text file")
        (now,) = [line for line in board.screen().split("\n") if "as it is now" in line]
        assert "> in the plain-text file" in now
        await board.press("escape")
        await board.shows("What is kept, and where, is as before.")


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
        await board.shows(QUESTION, "Before the secret is kept")
        await board.press("escape")
        await board.shows("The secret is not kept here; f saves it to a new file.")
        await board.press("K")
        await board.shows(QUESTION)
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
        await board.press("question_mark")
        await board.shows("Esc         Stop asking the keyring")
