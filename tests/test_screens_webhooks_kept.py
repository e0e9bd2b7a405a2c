"""Webhooks and what this machine keeps of the secrets: another copy, a late one, or none."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from prolific_tui.access import Entry
from prolific_tui.assembly import demo_parts
from prolific_tui.demo.seed import DEMO_TOKEN, EMPTY_WORKSPACE, MAIN_WORKSPACE
from prolific_tui.demo.service import Service
from prolific_tui.demo.state import SigningSecret
from prolific_tui.errors import KeyringError, ProlificTuiError
from prolific_tui.keeping import DraftKeeping, TokenPlace
from prolific_tui.operations import Parts
from prolific_tui.secret import Secret
from prolific_tui.vault import KeyringCondition, KeyringState, MemoryVault
from tests.accounts_bench import LAB
from tests.accounts_screen import QUESTION, Machine
from tests.contract.caller import checked_demo_service
from tests.dashboard import dashboard
from tests.sending import Gate
from tests.webhooks_bench import confirm, to_webhooks, value_of

_OLD_ENDS = "This program keeps the old one only until you quit."


class Locked(MemoryVault):
    """A keyring that can't be used."""

    async def state(self) -> KeyringState:
        return KeyringState(KeyringCondition.LOCKED, "", "Keyring locked", "It is locked.", "Open.")

    async def load(self, entry: Entry) -> Secret | None:
        raise KeyringError("Keyring locked", f"No {entry.name}.")


def parts_with(keyring: MemoryVault) -> Callable[[Service], Parts]:
    return lambda service: replace(demo_parts(service), keyring=keyring)


async def test_where_there_is_no_keyring_the_screen_is_an_open_choice() -> None:
    async with dashboard(parts=parts_with(Locked())) as board:
        await board.shows("free of")
        await to_webhooks(board, kept="keyring: Keyring locked")
        await board.press("c")
        await board.shows("the keyring, and the previous one with it (not here)")
        await board.press("space")
        await board.shows("It is locked. Open.", "[ ] the keyring")
        await board.press("enter")
        await board.shows("Tick at least one with Space.")
        await board.press("down", "space", "down", "space")
        await board.shows("[ ] a new file", "[x] the screen only")
        await board.press("enter")
        await board.shows("The new one is kept nowhere: it is shown here only.", _OLD_ENDS)
        await confirm(board)

        await board.press("q")
        await board.shows("Have you stored it?", "This program keeps it nowhere.", _OLD_ENDS)
        await board.press("n")
        await board.shows("2 WEBHOOKS")
        # Another workspace is another way to leave it behind.
        await board.press("w", "down", "enter")
        await board.shows("Have you stored it?")
        await board.press("n")
        await board.shows("Reasoning evals", "Previous one")
        # What it can't keep here can be kept by other means.
        await board.shows("; in memory only")
        await board.press("asterisk")
        await board.shows(value_of(board).reveal(), "Shown for 30 s; * hides it.")
        # What covers it hides it, and what was said of it is not said any more.
        board.app.show_error(ProlificTuiError("Something else", "Something else. It was small."))
        await board.shows("It was small.")
        assert board.words().count("Something else") == 1, "a title is not said twice"
        assert value_of(board).reveal() not in board.screen()
        await board.until(lambda: "Shown for" not in board.screen(), "hidden")


async def test_the_copy_of_this_machine_is_compared_and_can_be_made_the_same() -> None:
    keyring = MemoryVault()
    entry = Entry.signing_secret("http://127.0.0.1", MAIN_WORKSPACE)
    await keyring.save(entry, Secret("an older one"))
    async with dashboard(parts=parts_with(keyring)) as board:
        await board.shows("free of")
        older = Secret("an older one").fingerprint()
        await to_webhooks(board, kept=f"keyring: another one ({older})   K keeps this one")
        await board.press("K")
        await board.shows("keyring: same", f"Previous one     fingerprint {older}")
        assert await keyring.load(entry) == value_of(board)
        await board.press("K")
        await board.shows("It is kept there already.")


async def test_a_new_secret_is_said_to_be_kept_only_for_as_long_as_its_copy_is_there(
    tmp_path: Path,
) -> None:
    """Another choice on Account moves the copy, or deletes it before anybody has stored it."""
    machine = Machine(tmp_path, LAB)
    await machine.keep(LAB, DEMO_TOKEN.reveal())
    machine.state.remember_secrets_place(TokenPlace.KEYRING)
    machine.state.remember_draft_keeping(DraftKeeping.USERNAMES)
    gate = Gate("POST", "/secrets/")
    async with dashboard(machine.service, parts=gate.of(machine.parts)) as board:
        await board.shows("lab: you@lab.org", "5 pools")
        await to_webhooks(board)
        await board.press("c")
        await board.shows("> [x] the keyring")
        await board.press("enter")
        await board.shows("there is no way back")
        await board.type(f"replace {board.service.state.secrets[MAIN_WORKSPACE].id[-4:]}")
        await board.press("enter")
        await board.shows("Waiting for Prolific's answer.")
        # Webhooks is left before there is a secret that could be asked about.
        await board.press("enter", "4")
        await board.shows("Owner", "in use")
        gate.let_one_through()
        await board.shows("Secret replaced", "The new one is kept in the keyring.")
        await board.press("enter")

        for keys, choice, said in (
            ("jj", "in the plain-text file", "It is kept in the plain-text file."),
            ("j", "nothing secret", "This program keeps it nowhere."),
        ):
            await board.press("s")
            await board.shows(QUESTION, "as it is now")
            await board.press(*keys, "enter")
            await board.shows(f"Kept from now on: {choice}")
            await board.press("q")
            await board.shows("Have you stored it?", said)
            await board.press("n")


class Busy(MemoryVault):
    """A keyring that takes what it is given, and answers nothing for as long as it is busy."""

    def __init__(self) -> None:
        super().__init__()
        self.is_busy = threading.Event()
        self.go_on = threading.Event()

    async def load(self, entry: Entry) -> Secret | None:
        if self.is_busy.is_set():
            await asyncio.to_thread(self.go_on.wait)
        return await super().load(entry)

    def close(self) -> None:
        self.go_on.set()


async def test_a_secret_that_was_kept_later_is_known_to_be_before_the_keyring_is_read_again() -> (
    None
):
    keyring = Busy()
    async with dashboard(parts=parts_with(keyring)) as board:
        await board.shows("free of")
        await to_webhooks(board)
        await board.press("K")
        await board.shows("keyring: same")
        old = value_of(board).fingerprint()
        # The new one is on the screen only: what the keyring has is the one before.
        await board.press("c")
        await board.shows("> [ ] the keyring")
        await board.press("down", "down", "space")
        await board.shows("[x] the screen only")
        await board.press("enter")
        await confirm(board)
        await board.shows(f"keyring: another one ({old})", f"Previous one     fingerprint {old}")
        assert "in memory only" not in board.screen()

        keyring.is_busy.set()
        await board.press("K")
        await board.shows("The secret is kept", "Kept here        looking…")
        await board.press("q")
        await board.shows("Have you stored it?", "It is kept in the keyring.")
        keyring.go_on.set()
        await board.press("n")
        await board.shows("keyring: same", f"Previous one     fingerprint {old}")


class Pondering(MemoryVault):
    """A keyring that takes its time with each answer, until it is told to give one."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self._answers = threading.Semaphore(0)

    async def load(self, entry: Entry) -> Secret | None:
        self.asked += 1
        await asyncio.to_thread(self._answers.acquire)
        return await super().load(entry)

    def answer(self, times: int) -> None:
        self._answers.release(times)


async def test_what_is_typed_before_all_is_read_does_nothing_on_the_screen() -> None:
    keyring = Pondering()
    async with dashboard(parts=parts_with(keyring)) as board:
        await board.shows("free of")
        await to_webhooks(board, kept="looking…")
        # The keys that follow on c where all is read: they would tick a receiver.
        await board.press("c", "space", "space", "space")
        await board.shows("Reading what is there first…", "Nothing was asked for yet.")
        assert "ticked" not in board.screen()
        await board.press("escape")
        await board.shows("Given up: nothing was asked of Prolific.", "looking…", "0 of ")
        await board.press("c")
        await board.shows("Reading what is there first…")
        keyring.answer(2)  # the secret, and the one before it
        await board.shows("Where is the new secret kept?")
        await board.press("escape")
        await board.shows("The secret is unchanged.", "keyring: none")


async def test_what_was_kept_is_looked_for_again_before_anything_is_said_of_it() -> None:
    """A choice of where secrets are kept moves them, or deletes them."""
    keyring = Pondering()
    entry = Entry.signing_secret("http://127.0.0.1", MAIN_WORKSPACE)
    async with dashboard(parts=parts_with(keyring)) as board:
        await board.shows("free of")
        await keyring.save(entry, value_of(board))
        keyring.answer(2)
        await to_webhooks(board, kept="keyring: same")
        await keyring.delete(entry)
        board.app.choices += 1
        await board.until(lambda: keyring.asked == 3, "the question what is kept now")
        await board.shows("looking…")
        keyring.answer(2)
        await board.shows("keyring: none")


async def test_a_late_answer_about_one_workspace_is_not_shown_as_anothers() -> None:
    service, keyring, gate = checked_demo_service(), Pondering(), Gate("GET", "/secrets/")
    await keyring.save(
        Entry.signing_secret("http://127.0.0.1", MAIN_WORKSPACE), Secret("an older one")
    )
    other = SigningSecret("other-secret", Secret("the other workspace's"), EMPTY_WORKSPACE)
    service.state.secrets[EMPTY_WORKSPACE] = other
    async with dashboard(service, parts=gate.of(parts_with(keyring))) as board:
        gate.let_one_through()
        await board.shows("free of")
        await to_webhooks(board, kept="looking…")
        await board.until(lambda: keyring.asked == 1, "the question about the first one")
        empty = next(w for w in board.app.workspaces.value or () if w.id == EMPTY_WORKSPACE)
        board.app.open_workspace(empty)
        await board.until(lambda: gate.arrived == 2, "the other one is read")
        looking = [each for each in board.app.workers if each.name == "look_at_kept"]
        keyring.answer(2)  # the first one's secret, and the one before it
        await board.until(lambda: all(each.is_finished for each in looking), "its answer")
        gate.let_one_through()
        await board.until(lambda: keyring.asked == 3, "the question about the other one")
        await board.shows(other.id, "looking…")
        assert "another one" not in board.screen()
        keyring.answer(2)
        await board.shows(other.id, "keyring: none")
