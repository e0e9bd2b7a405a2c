"""Where a token is found or typed in, and that none is used in the place of another."""

from dataclasses import replace
from pathlib import Path

import pytest

from prolific_tui.demo.seed import DEMO_TOKEN, MAIN_WORKSPACE
from prolific_tui.errors import ServiceError, SettingsError
from prolific_tui.keeping import TokenPlace
from prolific_tui.operations import GivenToken
from prolific_tui.operations.identity import origin
from tests.accounts_bench import (
    BOB,
    ELSEWHERE,
    GIVEN,
    HIS,
    IN_KEYRING,
    KEPT,
    LAB,
    PILOTS,
    ROBIN,
    TYPED,
    bench_with,
    entry,
    found,
    names,
)
from tests.operations_bench import SERVICE_URL, Bench, ClosingApi

# Looking for a token


async def test_the_account_that_was_used_last_is_used_again(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, LAB, PILOTS, last=PILOTS)
    with bench.running() as operations:
        account = await found(operations)
        await operations.pools(MAIN_WORKSPACE)

        assert (account.me.email, account.profile, account.place) == (
            BOB.email,
            "pilots",
            TokenPlace.FILE,
        )
        assert account.origin == origin(TokenPlace.FILE)
        assert set(bench.service.tokens_seen) == {HIS}
        assert bench.keyring.asked == []
        pilots = (await operations.profiles())[1]
        assert pilots.checked is not None
        assert (await operations.profiles())[0].checked is None


async def test_an_account_that_is_named_goes_before_the_one_used_last(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, LAB, PILOTS, last=PILOTS, wanted="lab")
    with bench.running() as operations:
        account = await found(operations)

    assert (account.profile, account.place) == ("lab", TokenPlace.KEYRING)
    assert set(bench.service.tokens_seen) == {KEPT}


async def test_a_machine_that_knows_nobody_asks_and_asks_no_keyring(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path)
    with bench.running() as operations:
        assert (await operations.sign_in()).account is None
        assert await operations.keeping() is None
    assert bench.service.log == []
    assert bench.keyring.asked == []


async def test_a_given_token_goes_first_and_makes_no_account(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, given=GIVEN)
    with bench.running() as operations:
        account = await found(operations)

        assert (account.place, account.profile) == (TokenPlace.ENVIRONMENT, "")
        assert await names(operations) == []
    assert bench.keyring.asked == []


async def test_a_given_token_shows_the_name_that_its_owner_has_here(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, LAB, PILOTS, last=PILOTS, given=GIVEN)
    with bench.running() as operations:
        account = await found(operations)

    assert (account.profile, account.place) == ("lab", TokenPlace.ENVIRONMENT)
    assert set(bench.service.tokens_seen) == {GIVEN}


async def test_a_given_token_of_somebody_else_than_was_named_is_not_used(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, LAB, PILOTS, given=HIS, wanted="lab")
    with bench.running() as operations:
        with pytest.raises(SettingsError, match="Another account's token") as caught:
            await operations.sign_in()

        assert BOB.email in caught.value.message
        assert ROBIN.email in caught.value.message
        assert "from PROLIFIC_TOKEN" in caught.value.message
        with pytest.raises(SettingsError, match="Not signed in"):
            await operations.pools(MAIN_WORKSPACE)
    assert bench.closed == bench.clients == [HIS]


async def test_what_is_to_be_known_of_a_given_token_is_told() -> None:
    bench = Bench(given=GivenToken(DEMO_TOKEN, TokenPlace.TOKEN_FILE, "Others can read it."))
    with bench.running() as operations:
        assert (await operations.sign_in()).notes == ("Others can read it.",)


async def test_a_keyring_in_trouble_is_told_and_no_other_account_is_used(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, LAB, PILOTS, last=LAB)
    bench.keyring.in_trouble = True
    with bench.running() as operations:
        signed_in = await operations.sign_in()

    assert signed_in.account is None
    assert signed_in.profile is not None
    assert signed_in.profile.name == "lab"
    assert signed_in.notes == ("Keyring locked. It is locked. Unlock it.",)
    assert bench.service.log == []


async def test_accounts_of_another_service_are_not_looked_at(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, ELSEWHERE, last=ELSEWHERE)
    with bench.running() as operations:
        assert (await operations.sign_in()).account is None
        with pytest.raises(SettingsError, match="Another service") as caught:
            await operations.switch_to("far")
        assert "--profile far" in caught.value.hint
        with pytest.raises(SettingsError, match="Another service"):
            await operations.check_token("far")
    assert bench.service.tokens_seen == []
    assert bench.keyring.asked == []


async def test_a_token_that_is_refused_does_not_make_way_for_another(tmp_path: Path) -> None:
    """Else the person would work as somebody else without having chosen to."""
    bench = await bench_with(tmp_path, LAB, last=LAB, given="revoked-token")
    with bench.running() as operations:
        with pytest.raises(ServiceError) as caught:
            await operations.sign_in()

        assert caught.value.status == 401
        assert origin(TokenPlace.ENVIRONMENT) in caught.value.message
        with pytest.raises(SettingsError):
            await operations.pools(MAIN_WORKSPACE)
    assert bench.closed == bench.clients
    assert KEPT not in bench.service.tokens_seen


async def test_a_kept_token_that_is_refused_is_told_with_by_whom_and_whose_it_was(
    tmp_path: Path,
) -> None:
    bench = await bench_with(tmp_path, LAB, last=LAB)
    bench.service.tokens.clear()
    with bench.running() as operations, pytest.raises(ServiceError) as caught:
        await operations.sign_in()

    assert caught.value.message.endswith(
        f"The token is from the keyring (account lab); {SERVICE_URL} refused it."
    )


class Stuck(ClosingApi):
    """A client whose connections can't be closed."""

    async def aclose(self) -> None:
        await super().aclose()
        raise OSError("the connection is stuck")


async def test_a_client_that_can_not_be_closed_does_not_hide_why_the_token_is_refused(
    tmp_path: Path,
) -> None:
    bench = await bench_with(tmp_path, given="revoked-token")
    bench.client_class = Stuck
    with bench.running() as operations, pytest.raises(ServiceError) as caught:
        await operations.sign_in()

    assert caught.value.status == 401
    assert bench.closed == ["revoked-token"]


# Typing one in


async def test_a_typed_token_is_checked_and_used_and_makes_an_account(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, LAB, last=LAB)
    with bench.running() as operations:
        await operations.sign_in()

        account = await operations.sign_in_with(f"  {HIS}\n")
        await operations.pools(MAIN_WORKSPACE)

        assert (account.place, account.profile) == (TokenPlace.SESSION, "bob.b")
        assert bench.service.tokens_seen[-1] == HIS
        assert bench.closed == [KEPT]
        assert await names(operations) == ["lab", "bob.b"]
    assert await bench.keyring.load(entry(PILOTS)) is None


@pytest.mark.parametrize(
    ("email", "taken", "name"),
    [
        ("bob@lab.org", (), "bob"),
        ("bob@lab.org", ("bob", "bob-2"), "bob-3"),
        ("_.b\u00f6b+1@lab.org", (), "bb1"),
        ("\u2603@lab.org", (), "account"),
        (f"{'b' * 40}@lab.org", (), "b" * 20),
    ],
)
async def test_a_new_account_gets_a_name_that_is_free(
    tmp_path: Path, email: str, taken: tuple[str, ...], name: str
) -> None:
    others = [replace(LAB, name=each, owner_id=each) for each in taken]
    bench = await bench_with(tmp_path, *others)
    bench.service.others = {HIS: replace(BOB, email=email)}
    with bench.running() as operations:
        await operations.sign_in()
        assert (await operations.sign_in_with(HIS)).profile == name
        assert await names(operations) == [*taken, name]


async def test_the_first_account_gets_the_name_that_was_asked_for(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, wanted="pilots")
    with bench.running() as operations:
        assert (await operations.sign_in()).account is None
        assert (await operations.sign_in_with(HIS)).profile == "pilots"
        assert (await operations.sign_in_with(TYPED)).profile == "you"
        assert (await found(operations)).profile == "you"


async def test_a_refused_token_leaves_the_former_account_in_use(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, LAB, last=LAB)
    with bench.running() as operations:
        await operations.sign_in()

        with pytest.raises(ServiceError) as caught:
            await operations.sign_in_with("revoked-token")

        assert caught.value.status == 401
        await operations.pools(MAIN_WORKSPACE)
        assert bench.service.tokens_seen[-1] == KEPT
        assert bench.closed == ["revoked-token"]
        assert (await operations.keep(IN_KEYRING)).account == await found(operations)
        assert await names(operations) == ["lab"]


@pytest.mark.parametrize("text", ["", "two words", "t\u00f6ken", "line\nline"])
async def test_what_can_not_be_a_token_is_refused_before_it_is_used(
    tmp_path: Path, text: str
) -> None:
    bench = await bench_with(tmp_path, LAB, last=LAB)
    with bench.running() as operations:
        await operations.sign_in()

        with pytest.raises(SettingsError):
            await operations.sign_in_with(text)

    assert set(bench.service.tokens_seen) == {KEPT}


@pytest.mark.parametrize("given", ["", GIVEN])
async def test_checking_again_checks_the_token_that_was_typed(tmp_path: Path, given: str) -> None:
    """Not one that was given or kept before it: that may be somebody else's."""
    bench = await bench_with(tmp_path, LAB, last=LAB, given=given)
    with bench.running() as operations:
        await operations.sign_in()
        await operations.sign_in_with(TYPED)

        account = await found(operations)

        assert (account.place, account.profile) == (TokenPlace.SESSION, "lab")
        assert bench.service.tokens_seen[-1] == TYPED
