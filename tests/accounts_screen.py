"""What tests of the Account screen share: a machine that knows some accounts, and its list."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from prolific_tui.assembly import demo_parts
from prolific_tui.demo.service import Service
from prolific_tui.keeping import OwnFiles, TokenPlace
from prolific_tui.operations import GivenToken, Parts
from prolific_tui.profiles import Profile
from prolific_tui.secret import Secret
from prolific_tui.settings import StateFile
from prolific_tui.vault import MemoryVault
from prolific_tui.vault.states import KeyringCondition, KeyringState
from tests.accounts_bench import BOB, HIS, TYPED, entry
from tests.dashboard import Dashboard, dashboard
from tests.operations_bench import SERVICE_URL, KeyringOfTests, Prolifics

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
QUESTION = "What is kept on this machine, and where?"


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


async def lists(board: Dashboard, name: str, *texts: str) -> None:
    """Wait until the line of an account in the list has these in it."""
    await board.until(lambda: all(text in row(board, name) for text in texts), f"{name}: {texts}")
