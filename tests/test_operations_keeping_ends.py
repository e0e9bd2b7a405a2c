"""Keeping and forgetting tokens: once begun they go on to their end, one at a time."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import wait
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from prolific_tui.demo.seed import MAIN_WORKSPACE
from prolific_tui.errors import KeyringError, SettingsError
from prolific_tui.keeping import DraftKeeping
from prolific_tui.operations import Changed, Operations
from prolific_tui.operations.stores import Stores
from prolific_tui.secret import Secret
from prolific_tui.vault import MemoryVault
from tests.accounts_bench import (
    FILE,
    FILED,
    KEPT,
    KEYRING,
    LAB,
    SESSION,
    TYPED,
    bench_holding,
    entry,
    found,
    in_place,
    kept,
    remembered,
    until_held,
)
from tests.operations_bench import PATIENCE, Bench, HoldingKeyring


@asynccontextmanager
async def moving_to_the_keyring(
    tmp_path: Path,
) -> AsyncIterator[tuple[Bench, HoldingKeyring, Operations, "asyncio.Future[Changed]"]]:
    """A token is moved from the file to the keyring, which holds its answer back."""
    bench, keyring = await bench_holding("save", tmp_path, FILED)
    with bench.running() as operations:
        await operations.sign_in()
        keeping = asyncio.ensure_future(operations.keep(in_place(KEYRING)))
        await until_held(keyring)
        yield bench, keyring, operations, keeping


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
        await given_up_by_its_caller(operations.forget(LAB.whose), keyring)
        keyring.go_on.set()
        to_the_end(operations)

        with pytest.raises(SettingsError):
            await operations.pools(MAIN_WORKSPACE)
    assert remembered(bench).profiles() == ()


async def test_a_second_change_is_refused_while_one_is_under_way(tmp_path: Path) -> None:
    async with moving_to_the_keyring(tmp_path) as (_, keyring, operations, first):
        with pytest.raises(SettingsError, match="Still keeping the token"):
            await operations.keep(in_place(SESSION))
        with pytest.raises(SettingsError, match="Still keeping the token"):
            await operations.forget(LAB.whose)

        keyring.go_on.set()
        account = (await first).account
        assert account is not None
        assert account.place is KEYRING
        assert (await operations.keep(in_place(FILE))).account == replace(account, place=FILE)


async def test_the_keyring_need_not_be_waited_for_and_then_nothing_else_is_changed(
    tmp_path: Path,
) -> None:
    async with moving_to_the_keyring(tmp_path) as (bench, _, operations, keeping):
        operations.cancel_keeping()

        with pytest.raises(KeyringError) as caught:
            await keeping
        assert "what it did is not known" in caught.value.message
        assert (await kept(bench, LAB))[FILE] == KEPT
        assert await operations.keeping() is None
        assert (await operations.keep(in_place(FILE))).notes == ()


async def test_whoever_is_cancelled_while_the_keyring_is_asked_does_not_go_on() -> None:
    """Only who was told that nobody waits any longer goes on without the keyring's answer."""
    keyring = HoldingKeyring("save")
    stores = Stores(keyring, MemoryVault())
    with stores.for_a_person():
        asking = asyncio.create_task(stores.save(KEYRING, entry(LAB), Secret(KEPT)))
    await until_held(keyring)
    asking.cancel()
    keyring.go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_a_look_meanwhile_does_not_take_the_place_of_what_is_given_up(
    tmp_path: Path,
) -> None:
    async with moving_to_the_keyring(tmp_path) as (_, _, operations, keeping):
        await operations.signing.kept(MAIN_WORKSPACE)

        operations.cancel_keeping()

        with pytest.raises(KeyringError):
            await asyncio.wait_for(keeping, PATIENCE)


async def test_forgetting_without_the_keyrings_answer_goes_on(tmp_path: Path) -> None:
    bench, keyring = await bench_holding("delete", tmp_path, LAB)
    with bench.running() as operations:
        await operations.sign_in()
        forgetting = asyncio.ensure_future(operations.forget(LAB.whose))
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
    async with moving_to_the_keyring(tmp_path) as (bench, keyring, operations, keeping):
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
        forgetting = asyncio.ensure_future(operations.forget(LAB.whose))
        await until_held(keyring)
        await operations.sign_in_with(TYPED)
        keyring.go_on.set()
        await forgetting

        await operations.pools(MAIN_WORKSPACE)

        assert bench.service.tokens_seen[-1] == TYPED
        assert [profile.name for profile in await operations.profiles()] == ["lab"]


async def test_stopping_lets_the_rest_of_keeping_be_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of the program ends the keyring's question, and then the places must agree."""
    monkeypatch.setattr("prolific_tui.operations._KEPT_SECONDS", PATIENCE)
    bench, keyring = await bench_holding("save", tmp_path, FILED)
    with bench.running() as operations:
        await operations.sign_in()
        await given_up_by_its_caller(operations.keep(in_place(KEYRING)), keyring)
        operations.stop(0)
        assert not operations._jobs

    assert await kept(bench, LAB) == {KEYRING: KEPT, FILE: None}
    assert remembered(bench).secrets_place() is KEYRING


async def test_a_token_is_deleted_only_once_it_is_remembered_where_it_is_now(
    tmp_path: Path,
) -> None:
    """The program may end at any moment: at that of the deletion the next start is asked."""
    bench, keyring = await bench_holding("delete", tmp_path, LAB)
    with bench.running() as operations:
        await operations.sign_in()
        keeping = asyncio.ensure_future(operations.keep(in_place(FILE)))
        await until_held(keyring)

        (profile,) = remembered(bench).profiles()
        assert (profile.place, profile.left_in) == (FILE, (KEYRING,))
        assert await bench.token_file.load(entry(LAB)) == Secret(KEPT)
        keyring.go_on.set()
        await keeping
    (profile,) = remembered(bench).profiles()
    assert (profile.place, profile.left_in) == (FILE, ())
