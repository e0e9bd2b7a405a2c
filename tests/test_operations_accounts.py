"""Several accounts on one machine: they take turns, are forgotten, and are never mixed up."""

from dataclasses import replace
from pathlib import Path

import pytest

from prolific_tui.demo.faults import Fault
from prolific_tui.demo.seed import MAIN_WORKSPACE
from prolific_tui.errors import FileError, ServiceError, SettingsError
from prolific_tui.keeping import TokenPlace
from prolific_tui.operations.identity import GivenToken, origin
from prolific_tui.profiles import Profile
from prolific_tui.secret import Secret
from prolific_tui.tui.screens.account_words import Listed
from prolific_tui.vault import MemoryVault, TokenFile
from tests.accounts_bench import (
    BOB,
    GIVEN,
    HIS,
    KEPT,
    LAB,
    PILOTS,
    ROBIN,
    TYPED,
    bench_with,
    entry,
    found,
    names,
    remembered,
)
from tests.disk import Ending, FailingDisk
from tests.operations_bench import Bench


async def test_two_accounts_take_turns_and_none_sees_the_others_token(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, LAB, PILOTS, last=LAB)
    with bench.running() as operations:
        await operations.sign_in()

        his = await operations.switch_to("pilots")
        assert his is not None
        assert (his.me.email, his.profile, his.place) == (BOB.email, "pilots", TokenPlace.FILE)
        await operations.pools(MAIN_WORKSPACE)
        assert bench.service.tokens_seen[-1] == HIS
        assert (await found(operations)).profile == "pilots"

    with bench.running() as operations:
        assert (await found(operations)).profile == "pilots"
        hers = await operations.switch_to("lab")
        assert hers is not None
        assert hers.me.email == ROBIN.email
        assert bench.clients[-2:] == [HIS, KEPT]
        assert bench.closed[-1] == HIS


async def test_an_account_that_is_refused_leaves_the_other_in_use(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, LAB, PILOTS, last=LAB)
    bench.service.tokens.discard(HIS)
    with bench.running() as operations:
        await operations.sign_in()
        for ask in (operations.switch_to, operations.check_token):
            with pytest.raises(ServiceError) as caught:
                await ask("pilots")
            assert "from the plain-text file (account pilots)" in caught.value.message

        assert (await found(operations)).profile == "lab"
        lab, pilots = await operations.profiles()
        assert (pilots.checked, lab.refused) == (None, None)
        assert pilots.refused is not None
    (_, pilots) = remembered(bench).profiles()
    assert pilots.refused is not None, "the next start knows it as well"

    bench.service.tokens.add(HIS)
    with bench.running() as operations:
        await operations.sign_in()
        await operations.check_token("pilots")
        (_, pilots) = await operations.profiles()
        assert pilots.refused is None
        assert pilots.checked is not None


async def test_a_service_in_trouble_has_not_refused_the_token_of_an_account(
    tmp_path: Path,
) -> None:
    bench = await bench_with(tmp_path, LAB, PILOTS, last=LAB)
    with bench.running() as operations:
        await operations.sign_in()
        for status in (500, 403):
            bench.service.switch_on("getMe", Fault(status))
            for ask in (operations.switch_to, operations.check_token):
                with pytest.raises(ServiceError) as caught:
                    await ask("pilots")
                assert caught.value.status == status
        assert [profile.refused for profile in await operations.profiles()] == [None, None]


async def test_a_refusal_is_told_of_the_token_that_was_refused(tmp_path: Path) -> None:
    """Not of the one that is kept, which nobody tried."""
    bench = await bench_with(tmp_path, LAB, last=LAB)
    with bench.running() as operations:
        await operations.sign_in()
        await operations.sign_in_with(TYPED)
        bench.service.tokens.discard(TYPED)
        with pytest.raises(ServiceError):
            await operations.sign_in()
    (lab,) = remembered(bench).profiles()
    refused = str(dict(Listed(lab, None).facts(lab.service_url))["Refused"])
    assert f"the token was {origin(TokenPlace.SESSION)}" in refused

    with bench.running() as operations:
        await operations.sign_in()
        (lab,) = await operations.profiles()
        assert (lab.refused, lab.refused_from) == (None, None)


async def test_a_given_token_says_nothing_of_the_one_that_is_kept(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, LAB, last=LAB)
    bench.service.tokens.discard(KEPT)
    with bench.running() as operations, pytest.raises(ServiceError):
        await operations.sign_in()
    (refused,) = remembered(bench).profiles()
    assert (refused.refused_from, refused.checked) == (TokenPlace.KEYRING, None)

    bench.given = GivenToken(Secret(GIVEN), TokenPlace.ENVIRONMENT)
    with bench.running() as operations:
        account = await found(operations)
        assert (account.profile, account.place) == ("lab", TokenPlace.ENVIRONMENT)
        assert await operations.check_token("lab")
    assert remembered(bench).profiles() == (refused,)


async def test_a_token_in_use_that_the_keyring_gives_no_more_stays_in_use(tmp_path: Path) -> None:
    """A keyring may lock itself while the program runs."""
    bench = await bench_with(tmp_path, LAB, last=LAB)
    with bench.running() as operations:
        account = await found(operations)
        bench.keyring.in_trouble = True
        again = await operations.sign_in()
        assert again.account == account
        assert "It is locked." in again.notes[0]
        assert bench.service.tokens_seen == [KEPT, KEPT]

        bench.service.tokens.discard(KEPT)
        with pytest.raises(ServiceError):
            await operations.sign_in()
    assert remembered(bench).profiles()[0].refused is not None


async def test_an_account_without_a_token_is_asked_for_it(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, LAB, replace(PILOTS, place=TokenPlace.SESSION), last=LAB)
    with bench.running() as operations:
        await operations.sign_in()
        assert await operations.switch_to("pilots") is None
        assert not await operations.check_token("pilots")
        assert (await found(operations)).profile == "lab"

        await operations.sign_in_with(HIS)
        await operations.switch_to("lab")
        again = await operations.switch_to("pilots")
        assert again is not None
        assert (again.profile, again.place) == ("pilots", TokenPlace.SESSION)


async def test_a_token_is_checked_without_being_used(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, LAB, PILOTS, last=LAB)
    with bench.running() as operations:
        await operations.sign_in()
        assert await operations.check_token("pilots")
        await operations.pools(MAIN_WORKSPACE)

        assert bench.service.tokens_seen == [KEPT, HIS, KEPT]
        assert bench.closed == [HIS]
        assert (await operations.profiles())[1].checked is not None


async def test_an_account_that_nobody_knows_is_an_error(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, LAB)
    with bench.running() as operations, pytest.raises(SettingsError, match="No such account"):
        await operations.switch_to("pilots")


async def test_another_name_changes_nothing_else(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, LAB, PILOTS, last=LAB, wanted="lab")
    with bench.running() as operations:
        await operations.sign_in()
        with pytest.raises(SettingsError, match="taken"):
            await operations.rename_profile("lab", "pilots")
        with pytest.raises(SettingsError, match="Not a name"):
            await operations.rename_profile("lab", "my lab")

        changed = await operations.rename_profile("lab", " evals ")

        assert changed.account is not None
        assert changed.account.profile == "evals"
        assert await names(operations) == ["evals", "pilots"]
        assert await found(operations) == changed.account
        bench.service.tokens.clear()
        with pytest.raises(ServiceError, match=r"not accept this token") as caught:
            await operations.pools(MAIN_WORKSPACE)
        assert "(account evals)" in caught.value.message
    bench.service.tokens.add(KEPT)
    bench.profile = ""

    with bench.running() as operations:
        assert (await found(operations)).profile == "evals"


# Forgetting one


async def test_a_forgotten_account_is_nowhere_and_not_in_use(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, LAB, PILOTS, last=LAB)
    with bench.running() as operations:
        await operations.sign_in()

        changed = await operations.forget(LAB.whose)

        assert (changed.account, changed.notes) == (None, ())
        assert await bench.keyring.load(entry(LAB)) is None
        assert await bench.token_file.load(entry(PILOTS)) == Secret(HIS)
        assert await names(operations) == ["pilots"]
        assert (await operations.sign_in()).account is None
        with pytest.raises(SettingsError, match="Not signed in"):
            await operations.pools(MAIN_WORKSPACE)
    assert sorted(bench.closed) == sorted(bench.clients)


async def test_forgetting_another_account_leaves_the_one_in_use_alone(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, LAB, PILOTS, last=LAB)
    with bench.running() as operations:
        account = await found(operations)
        assert (await operations.forget(PILOTS.whose)).account == account
        await operations.pools(MAIN_WORKSPACE)
        assert await bench.token_file.load(entry(PILOTS)) is None


async def test_a_given_token_that_was_forgotten_is_not_taken_up_again(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, given=GIVEN)
    with bench.running() as operations:
        await operations.sign_in()
        await operations.forget(LAB.whose)

        assert (await operations.sign_in()).account is None


async def test_a_given_token_is_there_to_come_back_to(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, PILOTS, given=GIVEN)
    with bench.running() as operations:
        given = await found(operations)
        assert await operations.given_account() == given
        assert await operations.switch_to("pilots") is not None
        assert (await found(operations)).profile == "pilots"
        assert await operations.check_token("")

        assert await operations.switch_to("") == given
        await operations.pools(MAIN_WORKSPACE)
        assert bench.service.tokens_seen[-1] == GIVEN
        assert await found(operations) == given

        # Forgotten while another one is in use, it is not there any more.
        await operations.switch_to("pilots")
        assert (await operations.forget(LAB.whose)).account is not None
        assert await operations.given_account() is None
        assert await operations.switch_to("") is None


async def test_a_given_token_of_an_account_with_a_name_comes_back_with_that(
    tmp_path: Path,
) -> None:
    bench = await bench_with(tmp_path, LAB, PILOTS, given=GIVEN)
    with bench.running() as operations:
        assert (await found(operations)).profile == "lab"
        await operations.switch_to("pilots")

        again = await operations.switch_to("lab")
        assert again is not None
        assert (again.place, again.profile) == (TokenPlace.ENVIRONMENT, "lab")
        assert bench.service.tokens_seen[-1] == GIVEN
        # Until another one is typed in for that account.
        await operations.sign_in_with(TYPED)
        await operations.switch_to("pilots")
        await operations.switch_to("lab")
        assert bench.service.tokens_seen[-1] == TYPED


async def test_a_place_that_can_not_be_cleared_is_told(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, LAB, last=LAB)
    with bench.running() as operations:
        await operations.sign_in()
        bench.keyring.in_trouble = True

        changed = await operations.forget(LAB.whose)

        (note,) = changed.notes
        assert note.startswith("The keyring could not be cleared: It is locked. It may still have")
        assert "delete it with the keyring's own program" in note
        with pytest.raises(SettingsError):
            await operations.pools(MAIN_WORKSPACE)


@pytest.mark.parametrize(
    "filed",
    [replace(LAB, place=TokenPlace.FILE), replace(LAB, left_in=(TokenPlace.FILE,))],
    ids=["kept there", "left there"],
)
async def test_an_account_whose_token_may_be_in_the_file_is_not_forgotten(
    tmp_path: Path, filed: Profile
) -> None:
    """Of an account that nobody knows, nobody would look for a token there."""
    bench = await bench_with(tmp_path, filed, last=filed)
    bench.token_file = TokenFile(tmp_path / "tokens.json")
    await bench.token_file.save(entry(filed), Secret(KEPT))
    in_keyring = await bench.keyring.load(entry(filed))
    with bench.running() as operations:
        await operations.sign_in()
        with FailingDisk(0, Ending.FULL).failing(), pytest.raises(FileError) as caught:
            await operations.forget(LAB.whose)
        assert "The account lab stays in the list" in caught.value.message
        assert "Nothing was deleted." in caught.value.message
        assert await names(operations) == ["lab"]
        assert await bench.keyring.load(entry(filed)) == in_keyring

        assert (await operations.forget(LAB.whose)).notes == ()
    assert await bench.token_file.load(entry(filed)) is None
    assert await bench.keyring.load(entry(filed)) is None
    assert remembered(bench).profiles() == ()


# What they look like


async def test_the_keyring_is_described_by_itself() -> None:
    bench = Bench()
    with bench.running() as operations:
        report = await operations.keyring_report()

    assert report.usable
    assert report.title == (await MemoryVault().state()).title


async def test_no_repr_of_an_account_or_a_given_token_holds_the_token(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, given=GIVEN)
    with bench.running() as operations:
        account = await found(operations)

    assert GIVEN not in f"{account!r} {bench.given!r} {bench.parts()!r}"
