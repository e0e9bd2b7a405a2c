"""Who quits while a secret is replaced is told what is so of it at that moment."""

import asyncio
import threading
from dataclasses import replace

from prolific_tui.access import Entry
from prolific_tui.assembly import demo_parts
from prolific_tui.demo.seed import MAIN_WORKSPACE
from prolific_tui.demo.service import Fault, Service
from prolific_tui.operations import Parts
from prolific_tui.secret import Secret
from prolific_tui.submission.progress import Phase
from prolific_tui.vault import MemoryVault
from tests.dashboard import Dashboard, dashboard
from tests.sending import Gate
from tests.submission_bench import NotedService


def kept_for_real(service: Service) -> Parts:
    """The demo's parts, said to be real ones."""
    return replace(demo_parts(service), is_demo=False)


async def ask_for_one(board: Dashboard) -> None:
    """Ask for a new secret, kept in the keyring."""
    await board.shows("free of")
    await board.press("2")
    await board.shows("Signing secret", "keyring")
    old = board.service.state.secrets[MAIN_WORKSPACE].id
    await board.press("c", "space", "enter")
    await board.shows("there is no way back")
    await board.type(f"replace {old[-4:]}")
    await board.press("enter")


async def test_who_quits_while_a_new_secret_is_read_back_is_told_where_it_is_kept() -> None:
    gate = Gate("GET", "/secrets/")
    async with dashboard(parts=gate.of(kept_for_real)) as board:
        for _ in range(2):  # the screen's own look, and the one before the request
            gate.let_one_through()
        await ask_for_one(board)
        await board.shows("Prolific has answered.")
        await board.press("enter", "q")
        await board.shows(
            "Prolific has made the new secret. It is kept in the keyring.",
            "one with the old secret rejects each delivery.",
            "Stay and let it be read back",
        )
        gate.let_one_through()
        await board.shows("3 History has it. Quit?")


class SlowToPutBack(MemoryVault):
    """A keyring that takes its time to delete a previous secret, as one that is unlocked first."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = threading.Event()

    async def delete(self, entry: Entry) -> None:
        await super().delete(entry)
        if "previous" in entry.name:
            await asyncio.to_thread(self.go_on.wait)

    def close(self) -> None:
        self.go_on.set()


async def test_who_quits_while_the_keyring_gets_back_what_it_had_is_told_that_none_was_made() -> (
    None
):
    keyring = SlowToPutBack()
    async with dashboard(
        parts=lambda service: replace(kept_for_real(service), keyring=keyring)
    ) as board:
        board.service.switch_on("createSecret", Fault(status=403))
        await ask_for_one(board)
        await board.shows("No new secret was made. Putting back what was kept")
        writes = board.app.operations.writes
        assert not writes.is_on_its_way
        assert writes.progress is not None
        assert writes.progress.phase is Phase.PUTTING_BACK
        await board.press("x")
        assert "stops it before" not in board.screen()
        await board.press("enter", "q")
        await board.shows("No new secret was made.", "Stay and let it be put back")
        await board.press("enter")
        keyring.go_on.set()
        await board.shows("Not allowed")


class SlowToKeep(MemoryVault):
    """A keyring that has to be unlocked again once Prolific has answered."""

    def __init__(self) -> None:
        super().__init__()
        self.is_locked = threading.Event()
        self.go_on = threading.Event()

    async def save(self, entry: Entry, value: Secret) -> None:
        if self.is_locked.is_set():
            await asyncio.to_thread(self.go_on.wait)
        await super().save(entry, value)

    def close(self) -> None:
        self.go_on.set()


class SlowToKeepTheOld(MemoryVault):
    """A keyring that has to be unlocked for the secret that is about to be replaced."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = threading.Event()

    async def save(self, entry: Entry, value: Secret) -> None:
        if "previous" in entry.name:
            await asyncio.to_thread(self.go_on.wait)
        await super().save(entry, value)

    def close(self) -> None:
        self.go_on.set()


async def test_who_quits_while_the_keyring_is_given_the_old_one_is_told_what_it_may_lose() -> None:
    keyring, service = SlowToKeepTheOld(), NotedService()
    async with dashboard(
        service, parts=lambda service: replace(kept_for_real(service), keyring=keyring)
    ) as board:
        await ask_for_one(board)
        await board.shows(
            "Making ready where the new secret is kept; the old one is kept there first.",
            "x stops it before a new secret is asked for.",
        )
        await board.press("enter", "q")
        await board.shows(
            "The secret is about to be replaced",
            "No new secret was asked for yet. If you quit now, none is made",
            "a keyring that asks for its password may get no time for that",
            "in place of the one before it.",
            "Quit now and ask for none",
        )
        await board.press("enter", "0", "x")
        await board.shows("the old one is kept there first. No new one is asked for after that.")
        keyring.go_on.set()
        await board.shows("Stopped before a new secret was asked for")
    assert not service.writes


async def test_who_quits_is_asked_again_of_a_secret_that_was_asked_for_meanwhile() -> None:
    """What is asked about something else may stand there for long."""
    keyring, gate = SlowToKeepTheOld(), Gate("POST", "/secrets/")
    async with dashboard(
        parts=gate.of(lambda service: replace(kept_for_real(service), keyring=keyring))
    ) as board:
        rotation, writes = board.app.rotation, board.app.operations.writes
        await ask_for_one(board)
        await board.shows("the old one is kept there first.")
        assert board.app.workspace is not None
        rotation.expect(board.app.workspace, None)
        await board.press("enter", "q")
        await board.shows("Quit now and ask for none")
        await board.press("j", "enter")
        await board.shows("Is there a new secret?")
        keyring.go_on.set()
        await board.until(lambda: writes.is_on_its_way, "the request")
        await board.press("y")
        await board.shows("The secret is being replaced", "Quit now and leave it open")
        await board.press("escape")
        gate.let_one_through()
        await board.shows("Secret replaced")


async def test_who_quits_while_a_new_secret_is_being_kept_is_told_that_it_is_there() -> None:
    keyring, service = SlowToKeep(), NotedService()
    service.after_write = keyring.is_locked.set
    async with dashboard(
        service, parts=lambda service: replace(kept_for_real(service), keyring=keyring)
    ) as board:
        await ask_for_one(board)
        await board.shows("The new secret is there. Keeping it where you chose.")
        await board.press("x")
        assert "stops it before" not in board.screen()
        await board.press("enter", "q")
        await board.shows(
            "The new secret is there, and is being kept where you chose.",
            "3 History has the request, and 2 Webhooks shows the secret at the next start.",
            "Stay and let it be kept",
        )
        await board.press("enter")
        keyring.go_on.set()
        await board.shows("Secret replaced")
