"""Keeping and forgetting a token: once begun they go on to their end, one at a time."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import wait
from pathlib import Path
from typing import Any

import pytest

from prolific_tui.access import Entry
from prolific_tui.demo.seed import DEMO_TOKEN, MAIN_WORKSPACE
from prolific_tui.errors import KeyringError, SettingsError
from prolific_tui.operations import Operations
from prolific_tui.operations.accounts import Account
from prolific_tui.secret import Secret
from prolific_tui.settings import StateFile, TokenPlace
from tests.operations_bench import PATIENCE, SERVICE_URL, Bench, KeyringOfTests, Prolifics

ENTRY = Entry(SERVICE_URL)
TYPED = "typed-token"


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


def bench_holding(question: str, state: Path) -> tuple[Bench, HoldingKeyring]:
    """A bench whose keyring holds back the answer to a question, or to none."""
    keyring = HoldingKeyring(question)
    return Bench(service=Prolifics(TYPED), keyring=keyring, state=state / "state.json"), keyring


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


def remembered(bench: Bench) -> TokenPlace | None:
    """Where the next start looks for the token first."""
    state = StateFile(bench.state)
    state.load()
    return state.token_place(SERVICE_URL)


async def account_of(operations: Operations) -> Account:
    """The account of the token that signing in finds."""
    account = (await operations.sign_in()).account
    assert account is not None
    return account


async def test_keeping_goes_on_when_nobody_waits_for_it_any_more(tmp_path: Path) -> None:
    """A second key on the screen cancels the worker that waits; the token must be in one place."""
    bench, keyring = bench_holding("save", tmp_path)
    await bench.token_file.save(ENTRY, DEMO_TOKEN)
    with bench.running() as operations:
        keeping = operations.keep_token(await account_of(operations), TokenPlace.KEYRING)
        await given_up_by_its_caller(keeping, keyring)
        keyring.go_on.set()
        to_the_end(operations)

    assert await keyring.load(ENTRY) == DEMO_TOKEN
    assert await bench.token_file.load(ENTRY) is None
    assert remembered(bench) is TokenPlace.KEYRING


async def test_forgetting_goes_on_when_nobody_waits_for_it_any_more(tmp_path: Path) -> None:
    bench, keyring = bench_holding("delete", tmp_path)
    await bench.token_file.save(ENTRY, DEMO_TOKEN)
    with bench.running() as operations:
        await operations.sign_in()
        await given_up_by_its_caller(operations.forget_token(), keyring)
        keyring.go_on.set()
        to_the_end(operations)

        with pytest.raises(SettingsError):
            await operations.pools(MAIN_WORKSPACE)
    assert await bench.token_file.load(ENTRY) is None


async def test_a_second_change_is_refused_while_one_is_under_way(tmp_path: Path) -> None:
    bench, keyring = bench_holding("save", tmp_path)
    with bench.running() as operations:
        account = await account_of(operations)
        first = asyncio.ensure_future(operations.keep_token(account, TokenPlace.KEYRING))
        await until_held(keyring)

        with pytest.raises(SettingsError, match="Still keeping the token"):
            await operations.keep_token(account, TokenPlace.FILE)
        with pytest.raises(SettingsError, match="Still keeping the token"):
            await operations.forget_token()
        assert await bench.token_file.load(ENTRY) is None

        keyring.go_on.set()
        assert (await first).place is TokenPlace.KEYRING
        assert (await operations.keep_token(account, TokenPlace.FILE)).place is TokenPlace.FILE


async def test_the_keyring_need_not_be_waited_for_and_then_nothing_else_is_changed(
    tmp_path: Path,
) -> None:
    bench, keyring = bench_holding("save", tmp_path)
    await bench.token_file.save(ENTRY, DEMO_TOKEN)
    with bench.running() as operations:
        account = await account_of(operations)
        keeping = asyncio.ensure_future(operations.keep_token(account, TokenPlace.KEYRING))
        await until_held(keyring)

        operations.cancel_keeping()

        with pytest.raises(KeyringError) as caught:
            await keeping
        assert "what it did is not known" in caught.value.message
        assert await bench.token_file.load(ENTRY) == DEMO_TOKEN
        assert remembered(bench) is None
        assert (await operations.keep_token(account, TokenPlace.FILE)).place is TokenPlace.FILE


async def test_forgetting_without_the_keyrings_answer_goes_on_with_the_other_places(
    tmp_path: Path,
) -> None:
    bench, keyring = bench_holding("delete", tmp_path)
    await bench.token_file.save(ENTRY, DEMO_TOKEN)
    with bench.running() as operations:
        await operations.sign_in()
        forgetting = asyncio.ensure_future(operations.forget_token())
        await until_held(keyring)

        operations.cancel_keeping()

        (note,) = await forgetting
        assert note.startswith("The keyring could not be cleared: ")
    assert await bench.token_file.load(ENTRY) is None


async def test_giving_up_while_the_keyring_is_not_asked_changes_nothing(tmp_path: Path) -> None:
    bench, _ = bench_holding("", tmp_path)
    with bench.running() as operations:
        operations.cancel_keeping()
        account = await operations.keep_token(await account_of(operations), TokenPlace.KEYRING)
    assert account.place is TokenPlace.KEYRING


async def test_a_token_that_is_typed_in_while_another_is_kept_stays_in_use(tmp_path: Path) -> None:
    bench, keyring = bench_holding("save", tmp_path)
    with bench.running() as operations:
        account = await account_of(operations)
        keeping = asyncio.ensure_future(operations.keep_token(account, TokenPlace.KEYRING))
        await until_held(keyring)
        await operations.sign_in_with(TYPED)
        keyring.go_on.set()
        await keeping

        again = await account_of(operations)

        assert again.place is TokenPlace.SESSION
        assert bench.service.tokens_seen[-1] == TYPED
    assert await keyring.load(ENTRY) == DEMO_TOKEN


async def test_a_token_that_is_typed_in_while_another_is_forgotten_stays_in_use(
    tmp_path: Path,
) -> None:
    bench, keyring = bench_holding("delete", tmp_path)
    with bench.running() as operations:
        await operations.sign_in()
        forgetting = asyncio.ensure_future(operations.forget_token())
        await until_held(keyring)
        await operations.sign_in_with(TYPED)
        keyring.go_on.set()
        await forgetting

        await operations.pools(MAIN_WORKSPACE)

        assert bench.service.tokens_seen[-1] == TYPED


async def test_stopping_lets_the_rest_of_keeping_be_done(tmp_path: Path) -> None:
    """The end of the program ends the keyring's question, and then the places must agree."""
    bench, keyring = bench_holding("save", tmp_path)
    await bench.token_file.save(ENTRY, DEMO_TOKEN)
    with bench.running() as operations:
        keeping = operations.keep_token(await account_of(operations), TokenPlace.KEYRING)
        await given_up_by_its_caller(keeping, keyring)
        operations.stop(0)
        assert not operations._jobs

    assert await bench.token_file.load(ENTRY) is None
    assert remembered(bench) is TokenPlace.KEYRING


async def test_what_can_not_be_remembered_of_the_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("in the way")
    bench, _ = bench_holding("", tmp_path / "a file")
    with bench.running() as operations:
        account = await operations.keep_token(await account_of(operations), TokenPlace.FILE)

    (note,) = account.notes
    assert note.endswith("What you chose is remembered until you quit.")
