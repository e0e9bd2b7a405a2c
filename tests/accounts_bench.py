"""What tests of accounts share: two people, their accounts, and machines that know them."""

import asyncio
from dataclasses import replace
from pathlib import Path

from prolific_tui.access import Entry
from prolific_tui.demo.state import Owner
from prolific_tui.keeping import DraftKeeping, MachineKeeping, TokenPlace
from prolific_tui.operations import GivenToken, Operations
from prolific_tui.operations.identity import Account
from prolific_tui.profiles import Profile
from prolific_tui.secret import Secret
from prolific_tui.settings import StateFile
from tests.operations_bench import (
    PATIENCE,
    SERVICE_URL,
    Bench,
    HoldingKeyring,
    KeyringOfTests,
    Prolifics,
)

GIVEN, KEPT, TYPED, HIS = "given-token", "kept-token", "typed-token", "his-token"
BOB = Owner("owner-bob", "Bob", "bob.b@lab.org")
ROBIN = Prolifics().state.owner
"""Whose tokens all the others are."""
LAB = Profile("lab", SERVICE_URL, ROBIN.id, ROBIN.email, TokenPlace.KEYRING)
PILOTS = Profile("pilots", SERVICE_URL, BOB.id, BOB.email, TokenPlace.FILE)
ELSEWHERE = Profile("far", "https://prolific.example", ROBIN.id, ROBIN.email, TokenPlace.KEYRING)
KEYRING, FILE, SESSION = TokenPlace.KEYRING, TokenPlace.FILE, TokenPlace.SESSION
FILED = replace(LAB, place=FILE)
IN_KEYRING = MachineKeeping(TokenPlace.KEYRING, DraftKeeping.USERNAMES)


def entry(profile: Profile) -> Entry:
    """Where the token of an account is kept."""
    return Entry.token(profile.service_url, profile.owner_id)


async def bench_with(
    state: Path, *profiles: Profile, given: str = "", wanted: str = "", last: Profile | None = None
) -> Bench:
    """A machine that knows these accounts, each with a good token in its place."""
    bench = Bench(
        service=Prolifics(GIVEN, KEPT, TYPED, HIS),
        given=GivenToken(Secret(given), TokenPlace.ENVIRONMENT) if given else None,
        state=state / "state.json",
        profile=wanted,
    )
    bench.service.others = {HIS: BOB}
    remembered = StateFile(bench.state)
    for profile in profiles:
        remembered.remember_profile(profile)
        store = bench.keyring if profile.place is TokenPlace.KEYRING else bench.token_file
        if profile.place is not TokenPlace.SESSION:
            token = HIS if profile.owner_id == BOB.id else KEPT
            await store.save(entry(profile), Secret(token))
    if last is not None:
        remembered.remember_use(last)
    bench.keyring.asked.clear()
    return bench


async def bench_holding(
    question: str, tmp_path: Path, profile: Profile
) -> tuple[Bench, HoldingKeyring]:
    """A machine with one account, whose keyring holds back the answer to a question, or to none."""
    bench = await bench_with(tmp_path, profile, last=profile)
    before = await bench.keyring.load(entry(profile))
    bench.keyring = keyring = HoldingKeyring(question)
    if before is not None:
        await KeyringOfTests.save(keyring, entry(profile), before)
    return bench, keyring


async def until_held(keyring: HoldingKeyring) -> None:
    """Wait until the keyring holds its answer back."""
    assert await asyncio.to_thread(keyring.reached.wait, PATIENCE)


async def found(operations: Operations) -> Account:
    """The account of the token that signing in finds."""
    account = (await operations.sign_in()).account
    assert account is not None
    return account


async def names(operations: Operations) -> list[str]:
    return [profile.name for profile in await operations.profiles()]


def in_place(secrets: TokenPlace) -> MachineKeeping:
    return MachineKeeping(secrets, DraftKeeping.USERNAMES)


async def kept(bench: Bench, profile: Profile) -> dict[TokenPlace, str | None]:
    """Which token of an account each place holds."""
    values = {
        KEYRING: await bench.keyring.load(entry(profile)),
        FILE: await bench.token_file.load(entry(profile)),
    }
    return {place: value.reveal() if value else None for place, value in values.items()}


def remembered(bench: Bench) -> StateFile:
    """What the next start knows."""
    state = StateFile(bench.state)
    state.load()
    return state
