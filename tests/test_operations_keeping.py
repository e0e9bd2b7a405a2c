"""Keeping and forgetting tokens: once begun they go on to their end, one at a time."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import wait
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from prolific_tui.access import Entry
from prolific_tui.demo.seed import MAIN_WORKSPACE
from prolific_tui.errors import KeyringError, SettingsError
from prolific_tui.operations import Operations
from prolific_tui.secret import Secret
from prolific_tui.settings import (
    DraftKeeping,
    MachineKeeping,
    Profile,
    StateFile,
    TokenPlace,
)
from tests.accounts_bench import (
    ELSEWHERE,
    GIVEN,
    HIS,
    KEPT,
    LAB,
    PILOTS,
    TYPED,
    bench_with,
    entry,
    found,
)
from tests.operations_bench import PATIENCE, Bench, KeyringOfTests

KEYRING, FILE, SESSION = TokenPlace.KEYRING, TokenPlace.FILE, TokenPlace.SESSION
FILED = replace(LAB, place=FILE)


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


# Where tokens go


@pytest.mark.parametrize("place", [KEYRING, FILE])
async def test_a_typed_token_is_found_at_the_next_start(tmp_path: Path, place: TokenPlace) -> None:
    bench = await bench_with(tmp_path)
    with bench.running() as operations:
        await operations.sign_in()
        await operations.sign_in_with(TYPED)
        changed = await operations.keep(in_place(place))
        assert changed.account is not None
        assert (changed.account.place, changed.notes) == (place, ())
        assert await operations.keeping() == in_place(place)

    with bench.running() as operations:
        account = await found(operations)
        assert (account.place, account.profile) == (place, "you")
        assert await operations.keeping() == in_place(place)
    assert await kept(bench, LAB) == {KEYRING: None, FILE: None, place: TYPED}


async def test_with_nothing_kept_it_is_asked_for_at_the_next_start(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, LAB, PILOTS, last=LAB)
    with bench.running() as operations:
        await operations.sign_in()
        await operations.sign_in_with(TYPED)
        changed = await operations.keep(in_place(SESSION))
        assert changed.account is not None
        assert changed.account.place is SESSION
        # Until then, both can be used.
        assert (await found(operations)).profile == "lab"
        assert bench.service.tokens_seen[-1] == TYPED
        assert await operations.switch_to("pilots") is not None

    with bench.running() as operations:
        signed_in = await operations.sign_in()
        assert signed_in.account is None
        assert signed_in.profile is not None
        assert signed_in.profile.name == "pilots"
    for profile in (LAB, PILOTS):
        assert await kept(bench, profile) == {KEYRING: None, FILE: None}


async def test_another_choice_moves_the_tokens_of_all_accounts(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, LAB, PILOTS, last=LAB)
    with bench.running() as operations:
        await operations.sign_in()
        for place in (FILE, KEYRING):
            assert (await operations.keep(in_place(place))).notes == ()
            nowhere = {KEYRING: None, FILE: None}
            assert await kept(bench, LAB) == {**nowhere, place: KEPT}
            assert await kept(bench, PILOTS) == {**nowhere, place: HIS}
            assert {profile.place for profile in await operations.profiles()} == {place}


async def test_a_typed_token_stays_with_its_service(tmp_path: Path) -> None:
    """The same person has an account at another service, with another token."""
    bench = await bench_with(tmp_path, ELSEWHERE, PILOTS, last=PILOTS)
    far = Secret("far-token")
    await bench.keyring.save(entry(ELSEWHERE), far)
    with bench.running() as operations:
        await operations.sign_in()
        await operations.sign_in_with(TYPED)
        await operations.switch_to("pilots")
        assert (await operations.keep(in_place(FILE))).notes == ()

        assert await kept(bench, ELSEWHERE) == {KEYRING: None, FILE: far.reveal()}
        assert await kept(bench, LAB) == {KEYRING: None, FILE: TYPED}

        await operations.sign_in_with(TYPED)
        await operations.forget("far")
        assert (await found(operations)).place is SESSION
        assert await kept(bench, LAB) == {KEYRING: None, FILE: TYPED}
        assert await kept(bench, ELSEWHERE) == {KEYRING: None, FILE: None}


async def test_a_given_token_is_never_copied(tmp_path: Path) -> None:
    """Not of an account without a name here, and not in place of the one that is kept."""
    for profiles in ((), (LAB,)):
        bench = await bench_with(tmp_path, *profiles, given=GIVEN)
        with bench.running() as operations:
            account = await found(operations)
            assert (await operations.keep(in_place(FILE))).account == account
            assert account.place is TokenPlace.ENVIRONMENT
        assert (await kept(bench, LAB))[FILE] == (KEPT if profiles else None)


async def test_a_place_that_does_not_take_the_token_changes_nothing(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, FILED, PILOTS, last=FILED)
    bench.keyring.in_trouble = True
    with bench.running() as operations:
        await operations.sign_in()

        with pytest.raises(KeyringError):
            await operations.keep(in_place(KEYRING))

        assert (await found(operations)).place is FILE
        assert await operations.keeping() is None
        assert await bench.token_file.load(entry(PILOTS)) == Secret(HIS)
        assert await bench.token_file.load(entry(LAB)) == Secret(KEPT)


async def test_a_former_copy_that_can_not_be_reached_is_told(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, LAB, last=LAB)
    with bench.running() as operations:
        await operations.sign_in()
        await operations.sign_in_with(TYPED)
        bench.keyring.in_trouble = True
        changed = await operations.keep(in_place(FILE))
        assert changed.notes == ("The keyring could not be cleared: It is locked.",)
    bench.keyring.in_trouble = False

    with bench.running() as operations:
        assert (await found(operations)).place is FILE
    assert bench.service.tokens_seen[-1] == TYPED


async def test_an_account_that_can_not_be_moved_is_told_and_stays_as_it_is(tmp_path: Path) -> None:
    his = replace(PILOTS, place=KEYRING)
    bench = await bench_with(tmp_path, FILED, his, last=FILED)
    bench.keyring.in_trouble = True
    with bench.running() as operations:
        await operations.sign_in()
        changed = await operations.keep(in_place(FILE))
        assert changed.notes == ("The token of pilots stays as it is: It is locked.",)
        assert [profile.place for profile in await operations.profiles()] == [FILE, KEYRING]


async def test_a_keyring_is_not_asked_about_what_it_does_not_have(tmp_path: Path) -> None:
    """It could ask for its password for that."""
    bench = await bench_with(tmp_path, FILED, last=FILED)
    with bench.running() as operations:
        await operations.sign_in()
        await operations.sign_in_with(TYPED)
        await operations.keep(in_place(FILE))
        await operations.forget("lab")

    assert bench.keyring.asked == []


async def test_what_can_not_be_remembered_of_the_choice_is_told(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, LAB, last=LAB)
    with bench.running() as operations:
        await operations.sign_in()
        assert bench.state is not None
        bench.state.unlink()
        bench.state.mkdir()
        changed = await operations.keep(in_place(FILE))

    (note,) = changed.notes
    assert note.endswith("What you chose is remembered until you quit.")


# Nothing is cut in half


class HoldingKeyring(KeyringOfTests):
    """A keyring that does what it is told, and answers one question only when told to go on.

    As the real one does, which may be waiting for its password to be typed.
    """

    def __init__(self, question: str) -> None:
        super().__init__()
        self._held = question
        self.reached = threading.Event()
        self.go_on = threading.Event()
        self.on_close = self.go_on.set

    async def _hold(self, question: str) -> None:
        if question == self._held:
            self.reached.set()
            await asyncio.to_thread(self.go_on.wait)

    async def save(self, entry: Entry, value: Secret) -> None:
        await super().save(entry, value)
        await self._hold("save")

    async def delete(self, entry: Entry) -> None:
        await super().delete(entry)
        await self._hold("delete")


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


async def given_up_by_its_caller(job: Coroutine[Any, Any, object], keyring: HoldingKeyring) -> None:
    """Begin a job, and cancel whoever waits for it while the keyring holds its answer back."""
    waiting = asyncio.ensure_future(job)
    await until_held(keyring)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


def to_the_end(operations: Operations) -> None:
    """Wait until what runs to its end has got there."""
    assert not wait(tuple(operations._jobs), PATIENCE).not_done


async def test_keeping_goes_on_when_nobody_waits_for_it_any_more(tmp_path: Path) -> None:
    """A second key on the screen cancels the worker that waits; the token must be in one place."""
    bench, keyring = await bench_holding("save", tmp_path, FILED)
    with bench.running() as operations:
        await operations.sign_in()
        await given_up_by_its_caller(operations.keep(in_place(KEYRING)), keyring)
        keyring.go_on.set()
        to_the_end(operations)

    assert await kept(bench, LAB) == {KEYRING: KEPT, FILE: None}
    assert remembered(bench).secrets_place() is KEYRING
    assert remembered(bench).draft_keeping() is DraftKeeping.USERNAMES


async def test_forgetting_goes_on_when_nobody_waits_for_it_any_more(tmp_path: Path) -> None:
    bench, keyring = await bench_holding("delete", tmp_path, LAB)
    with bench.running() as operations:
        await operations.sign_in()
        await given_up_by_its_caller(operations.forget("lab"), keyring)
        keyring.go_on.set()
        to_the_end(operations)

        with pytest.raises(SettingsError):
            await operations.pools(MAIN_WORKSPACE)
    assert remembered(bench).profiles() == ()


async def test_a_second_change_is_refused_while_one_is_under_way(tmp_path: Path) -> None:
    bench, keyring = await bench_holding("save", tmp_path, FILED)
    with bench.running() as operations:
        await operations.sign_in()
        first = asyncio.ensure_future(operations.keep(in_place(KEYRING)))
        await until_held(keyring)

        with pytest.raises(SettingsError, match="Still keeping the token"):
            await operations.keep(in_place(SESSION))
        with pytest.raises(SettingsError, match="Still keeping the token"):
            await operations.forget("lab")

        keyring.go_on.set()
        account = (await first).account
        assert account is not None
        assert account.place is KEYRING
        assert (await operations.keep(in_place(FILE))).account == replace(account, place=FILE)


async def test_the_keyring_need_not_be_waited_for_and_then_nothing_else_is_changed(
    tmp_path: Path,
) -> None:
    bench, keyring = await bench_holding("save", tmp_path, FILED)
    with bench.running() as operations:
        await operations.sign_in()
        keeping = asyncio.ensure_future(operations.keep(in_place(KEYRING)))
        await until_held(keyring)

        operations.cancel_keeping()

        with pytest.raises(KeyringError) as caught:
            await keeping
        assert "what it did is not known" in caught.value.message
        assert (await kept(bench, LAB))[FILE] == KEPT
        assert await operations.keeping() is None
        assert (await operations.keep(in_place(FILE))).notes == ()


async def test_a_look_meanwhile_does_not_take_the_place_of_what_is_given_up(
    tmp_path: Path,
) -> None:
    bench, keyring = await bench_holding("save", tmp_path, FILED)
    with bench.running() as operations:
        await operations.sign_in()
        keeping = asyncio.ensure_future(operations.keep(in_place(KEYRING)))
        await until_held(keyring)
        await operations.signing.kept(MAIN_WORKSPACE)

        operations.cancel_keeping()

        with pytest.raises(KeyringError):
            await asyncio.wait_for(keeping, PATIENCE)


async def test_forgetting_without_the_keyrings_answer_goes_on(tmp_path: Path) -> None:
    bench, keyring = await bench_holding("delete", tmp_path, LAB)
    with bench.running() as operations:
        await operations.sign_in()
        forgetting = asyncio.ensure_future(operations.forget("lab"))
        await until_held(keyring)

        operations.cancel_keeping()

        (note,) = (await forgetting).notes
        assert note.startswith("The keyring could not be cleared: ")
    assert remembered(bench).profiles() == ()


async def test_giving_up_while_the_keyring_is_not_asked_changes_nothing(tmp_path: Path) -> None:
    bench, _ = await bench_holding("", tmp_path, FILED)
    with bench.running() as operations:
        operations.cancel_keeping()
        await operations.sign_in()
        account = (await operations.keep(in_place(KEYRING))).account
    assert account is not None
    assert account.place is KEYRING


async def test_a_token_that_is_typed_in_while_another_is_kept_stays_in_use(tmp_path: Path) -> None:
    bench, keyring = await bench_holding("save", tmp_path, FILED)
    with bench.running() as operations:
        await operations.sign_in()
        keeping = asyncio.ensure_future(operations.keep(in_place(KEYRING)))
        await until_held(keyring)
        await operations.sign_in_with(TYPED)
        keyring.go_on.set()
        await keeping

        again = await found(operations)

        assert again.place is SESSION
        assert bench.service.tokens_seen[-1] == TYPED
        assert (await kept(bench, LAB))[KEYRING] == KEPT
        await operations.keep(in_place(KEYRING))
    assert await kept(bench, LAB) == {KEYRING: TYPED, FILE: None}


async def test_a_token_that_is_typed_in_while_another_is_forgotten_stays_in_use(
    tmp_path: Path,
) -> None:
    bench, keyring = await bench_holding("delete", tmp_path, LAB)
    with bench.running() as operations:
        await operations.sign_in()
        forgetting = asyncio.ensure_future(operations.forget("lab"))
        await until_held(keyring)
        await operations.sign_in_with(TYPED)
        keyring.go_on.set()
        await forgetting

        await operations.pools(MAIN_WORKSPACE)

        assert bench.service.tokens_seen[-1] == TYPED
        assert [profile.name for profile in await operations.profiles()] == ["lab"]


async def test_stopping_lets_the_rest_of_keeping_be_done(tmp_path: Path) -> None:
    """The end of the program ends the keyring's question, and then the places must agree."""
    bench, keyring = await bench_holding("save", tmp_path, FILED)
    with bench.running() as operations:
        await operations.sign_in()
        await given_up_by_its_caller(operations.keep(in_place(KEYRING)), keyring)
        operations.stop(0)
        assert not operations._jobs

    assert await kept(bench, LAB) == {KEYRING: KEPT, FILE: None}
    assert remembered(bench).secrets_place() is KEYRING
