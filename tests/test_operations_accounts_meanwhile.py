"""Accounts that get another name or are forgotten meanwhile, in this window or in another one."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from prolific_tui.demo.seed import MAIN_WORKSPACE
from prolific_tui.demo.state import Owner
from prolific_tui.errors import ServiceError, SettingsError
from prolific_tui.keeping import TokenPlace
from prolific_tui.models import Me
from prolific_tui.tui.screens.account_words import listed
from tests.accounts_bench import (
    BOB,
    FILE,
    FILED,
    GIVEN,
    HIS,
    KEPT,
    KEYRING,
    LAB,
    PILOTS,
    ROBIN,
    SESSION,
    TYPED,
    bench_holding,
    bench_with,
    found,
    in_place,
    kept,
    names,
    remembered,
    until_held,
)
from tests.operations_bench import PATIENCE, Bench

NOWHERE = {KEYRING: None, FILE: None}


def names_on_disk(bench: Bench) -> list[str]:
    return [profile.name for profile in remembered(bench).profiles()]


# In one window


async def test_no_account_gets_another_name_while_a_token_is_kept_or_forgotten(
    tmp_path: Path,
) -> None:
    for question, profile in (("save", FILED), ("delete", LAB)):
        bench, keyring = await bench_holding(question, tmp_path / question, profile)
        with bench.running() as operations:
            await operations.sign_in()
            changing = asyncio.ensure_future(
                operations.keep(in_place(KEYRING))
                if question == "save"
                else operations.forget(LAB.whose)
            )
            await until_held(keyring)
            with pytest.raises(SettingsError, match="Still keeping the token"):
                await operations.rename_profile("lab", "team")
            keyring.go_on.set()
            await changing
        assert names_on_disk(bench) == (["lab"] if question == "save" else [])


async def test_a_name_that_is_given_while_the_token_is_checked_stays(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, LAB, PILOTS, last=LAB)
    with bench.running() as operations:
        await operations.sign_in()
        carrier = bench.hold("getMe")
        checking = asyncio.ensure_future(operations.check_token("pilots"))
        assert await asyncio.to_thread(carrier.reached.wait, PATIENCE)
        await operations.rename_profile("pilots", "team")
        carrier.go_on.set()
        await checking

        lab, team = await operations.profiles()
        assert (lab.name, team.name) == ("lab", "team")
        assert team.checked is not None
        await operations.forget(PILOTS.whose)
    assert await kept(bench, PILOTS) == NOWHERE
    assert names_on_disk(bench) == ["lab"]


@pytest.mark.parametrize("given", ["", GIVEN])
async def test_a_token_that_is_forgotten_while_it_is_checked_is_not_used(
    tmp_path: Path, given: str
) -> None:
    profiles = () if given else (LAB,)
    bench = await bench_with(tmp_path, *profiles, last=None if given else LAB, given=given)
    with bench.running() as operations:
        await operations.sign_in()
        carrier = bench.hold("getMe")
        checking = asyncio.ensure_future(operations.sign_in())
        assert await asyncio.to_thread(carrier.reached.wait, PATIENCE)
        assert (await operations.forget(LAB.whose)).account is None
        carrier.go_on.set()
        with pytest.raises(SettingsError, match="Forgotten meanwhile"):
            await checking

        with pytest.raises(SettingsError, match="Not signed in"):
            await operations.pools(MAIN_WORKSPACE)
        assert (await operations.sign_in()).account is None
    assert sorted(bench.closed) == sorted(bench.clients)


@pytest.mark.parametrize("is_in_use", [False, True], ids=["at the start", "checked again"])
async def test_an_account_that_is_chosen_while_another_is_signed_in_stays_in_use(
    tmp_path: Path, *, is_in_use: bool
) -> None:
    bench = await bench_with(tmp_path, LAB, PILOTS, last=LAB)
    with bench.running() as operations:
        if is_in_use:
            await operations.sign_in()
        carrier = bench.hold("getMe")
        starting = asyncio.ensure_future(operations.sign_in())
        assert await asyncio.to_thread(carrier.reached.wait, PATIENCE)
        bench.hold("")
        chosen = await operations.switch_to("pilots")
        carrier.go_on.set()
        assert (await starting).account == chosen

        await operations.pools(MAIN_WORKSPACE)
        assert bench.service.tokens_seen[-1] == HIS
        assert (await found(operations)).profile == "pilots"
    assert sorted(bench.closed) == sorted(bench.clients[:-1])


async def test_a_check_that_ends_while_its_token_is_forgotten_gives_no_account(
    tmp_path: Path,
) -> None:
    bench, keyring = await bench_holding("delete", tmp_path, LAB)
    with bench.running() as operations:
        await operations.sign_in()
        forgetting = asyncio.ensure_future(operations.forget(LAB.whose))
        await until_held(keyring)
        await operations.check_token("lab")
        await operations.sign_in()
        keyring.go_on.set()
        assert (await forgetting).account is None

        with pytest.raises(SettingsError, match="Not signed in"):
            await operations.pools(MAIN_WORKSPACE)
        assert await names(operations) == []


# In another window


async def test_a_name_that_another_window_gave_is_kept_and_the_account_once(
    tmp_path: Path,
) -> None:
    bench = await bench_with(tmp_path, LAB, last=LAB)
    with bench.running() as theirs, bench.running() as ours:
        await theirs.sign_in()
        account = await found(ours)
        await theirs.rename_profile("lab", "team")

        await ours.check_token("lab")
        assert names_on_disk(bench) == ["team"]
        # What is in use here is that account still.
        (row,) = listed(await ours.profiles(), account, None)
        assert (row.name, row.account) == ("team", account)

        typed = await ours.sign_in_with(TYPED)
        assert typed.profile == "team"
        assert (await ours.keep(in_place(FILE))).account is not None
        assert await kept(bench, LAB) == {KEYRING: None, FILE: TYPED}

        await theirs.rename_profile("team", "evals")
        await ours.forget(LAB.whose)
        assert names_on_disk(bench) == []
        assert await kept(bench, LAB) == NOWHERE
        with pytest.raises(SettingsError, match="No such account"):
            await theirs.rename_profile("evals", "lab")


async def test_the_account_in_use_is_signed_in_again_under_the_name_of_another_window(
    tmp_path: Path,
) -> None:
    bench = await bench_with(tmp_path, LAB, last=LAB, wanted="lab")
    with bench.running() as theirs, bench.running() as ours:
        await theirs.sign_in()
        await ours.sign_in()
        await theirs.rename_profile("lab", "team")

        assert (await found(ours)).profile == "team"
        assert (await found(ours)).profile == "team"


async def test_the_account_in_use_is_signed_in_again_whichever_another_window_used_last(
    tmp_path: Path,
) -> None:
    bench = await bench_with(tmp_path, LAB, PILOTS, last=LAB)
    with bench.running() as theirs, bench.running() as ours:
        await theirs.sign_in()
        account = await found(ours)
        await theirs.switch_to("pilots")

        assert await found(ours) == account
        looked_for = await ours.account_looked_for()
        assert looked_for is not None
        assert looked_for.name == "lab"
    with bench.running() as next_one:
        assert (await found(next_one)).profile == "lab", "which was used last after all"


async def test_an_account_in_use_that_another_window_forgot_is_used_until_its_token_is_refused(
    tmp_path: Path,
) -> None:
    bench = await bench_with(tmp_path, LAB, last=LAB)
    with bench.running() as theirs, bench.running() as ours:
        await theirs.sign_in()
        account = await found(ours)
        await theirs.forget(LAB.whose)

        assert await found(ours) == account
        bench.service.tokens.discard(KEPT)
        with pytest.raises(ServiceError):
            await ours.sign_in()
        assert (await ours.forget(LAB.whose)).account is None
        assert (await ours.sign_in()).account is None
    assert sorted(bench.closed) == sorted(bench.clients)


async def test_an_account_that_got_a_forgotten_ones_name_is_not_forgotten_for_it(
    tmp_path: Path,
) -> None:
    bench = await bench_with(tmp_path, LAB, PILOTS, last=LAB)
    with bench.running() as theirs, bench.running() as ours:
        await theirs.sign_in()
        account = await found(ours)
        await theirs.forget(LAB.whose)
        await theirs.rename_profile("pilots", "lab")

        forgotten, other = listed(await ours.profiles(), account, None)
        assert (forgotten.name, other.name) == ("lab", "lab")
        assert forgotten.whose is not None
        assert (await ours.forget(forgotten.whose)).account is None
        assert names_on_disk(bench) == ["lab"]
        assert (await kept(bench, PILOTS))[FILE] == HIS


async def test_a_given_token_takes_no_mark_away_that_another_window_made(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, LAB, last=LAB, given=GIVEN)
    with bench.running() as ours:
        await ours.sign_in()
        bench.given = None
        with bench.running() as theirs:
            bench.service.tokens.discard(KEPT)
            with pytest.raises(ServiceError):
                await theirs.sign_in()
        assert await ours.check_token("lab")
    assert remembered(bench).profiles()[0].refused_from is KEYRING


async def test_an_account_in_use_that_another_window_forgot_is_said_to_be(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, LAB, last=LAB)
    with bench.running() as theirs, bench.running() as ours:
        await theirs.sign_in()
        account = await found(ours)
        await theirs.forget(LAB.whose)

        (row,) = listed(await ours.profiles(), account, None)
        assert row.name == "lab"
        assert str(dict(row.facts(LAB.service_url))["Forgotten"]).startswith(
            "in another window. This one uses"
        )
        # Of accounts that were asked for before it came in use, it need not be one.
        (row,) = listed(await ours.profiles(), account, None, are_its=False)
        assert "Forgotten" not in dict(row.facts(LAB.service_url))
        given = replace(
            account, me=Me("owner-bob", BOB.email), place=TokenPlace.ENVIRONMENT, profile=""
        )
        assert [each.owner for each in listed((), account, given)] == [ROBIN.email, BOB.email]
        assert (await ours.forget(LAB.whose)).account is None


async def test_an_account_that_another_window_forgot_does_not_come_back(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, LAB, PILOTS, last=LAB)
    with bench.running() as theirs, bench.running() as ours:
        await theirs.sign_in()
        await ours.sign_in()
        await ours.switch_to("pilots")
        await theirs.forget(PILOTS.whose)

        await ours.check_token("lab")
        await ours.keep(in_place(KEYRING))
        assert names_on_disk(bench) == ["lab"]
        assert await kept(bench, PILOTS) == NOWHERE

        # Forgotten here as well, its token is used no more; typed in, it is an account again.
        assert (await ours.forget(PILOTS.whose)).account is None
        assert (await ours.sign_in_with(HIS)).place is SESSION
        assert len(names_on_disk(bench)) == 2
        (_, again) = remembered(bench).profiles()
        assert again.place is SESSION


async def test_an_account_that_is_forgotten_while_its_token_is_kept_leaves_no_copy(
    tmp_path: Path,
) -> None:
    bench, keyring = await bench_holding("save", tmp_path, FILED)
    with bench.running() as theirs, bench.running() as ours:
        await theirs.sign_in()
        await ours.sign_in()
        keeping = asyncio.ensure_future(ours.keep(in_place(KEYRING)))
        await until_held(keyring)
        await theirs.forget(LAB.whose)
        keyring.go_on.set()
        await keeping
    assert names_on_disk(bench) == []
    assert await kept(bench, LAB) == NOWHERE


async def test_an_account_that_is_forgotten_while_others_are_kept_is_kept_nowhere(
    tmp_path: Path,
) -> None:
    bench, keyring = await bench_holding("save", tmp_path, FILED)
    with bench.running() as theirs, bench.running() as ours:
        await ours.sign_in()
        await ours.sign_in_with(HIS)
        await ours.switch_to("lab")
        his = next(each for each in await ours.profiles() if each.name != "lab")
        keeping = asyncio.ensure_future(ours.keep(in_place(KEYRING)))
        await until_held(keyring)
        await theirs.sign_in()
        await theirs.forget(his.whose)
        keyring.go_on.set()

        (note,) = (await keeping).notes
        assert f"The account {his.name} was forgotten in another window" in note
    assert names_on_disk(bench) == ["lab"]
    assert await kept(bench, his) == NOWHERE


async def test_two_people_with_one_name_have_two_accounts(tmp_path: Path) -> None:
    """Each of them starts on this machine for the first time, in a window of their own."""
    bench, hers = await bench_with(tmp_path), await bench_with(tmp_path)
    local, _, _ = ROBIN.email.partition("@")
    hers.service.others = {HIS: Owner("owner-ann", "Ann", f"{local}@other.org")}
    hers.keyring, hers.token_file = bench.keyring, bench.token_file
    with bench.running() as ours, hers.running() as theirs:
        await ours.sign_in()
        await theirs.sign_in()
        assert (await ours.sign_in_with(TYPED)).profile == local
        ann = await theirs.sign_in_with(HIS)
        assert ann.profile == f"{local}-2"
        await ours.keep(in_place(KEYRING))
        await theirs.keep(in_place(KEYRING))

        assert (await theirs.forget(ann.whose)).account is None
        assert names_on_disk(bench) == [local]
        assert (await kept(bench, LAB))[KEYRING] == TYPED
