"""Whose token is in use, where it is found, and that accounts are never mixed up."""

from dataclasses import replace
from pathlib import Path

import pytest

from prolific_tui.access import Entry
from prolific_tui.demo.seed import DEMO_TOKEN, MAIN_WORKSPACE
from prolific_tui.demo.state import Owner
from prolific_tui.errors import ServiceError, SettingsError
from prolific_tui.operations import GivenToken, Operations
from prolific_tui.operations.identity import Account, origin
from prolific_tui.secret import Secret
from prolific_tui.settings import (
    DraftKeeping,
    MachineKeeping,
    Profile,
    StateFile,
    TokenPlace,
)
from prolific_tui.vault import MemoryVault
from tests.operations_bench import SERVICE_URL, Bench, ClosingApi, Prolifics

GIVEN, KEPT, TYPED, HIS = "given-token", "kept-token", "typed-token", "his-token"
BOB = Owner("owner-bob", "Bob", "bob.b@lab.org")
ROBIN = Prolifics().state.owner
"""Whose tokens all the others are."""
LAB = Profile("lab", SERVICE_URL, ROBIN.id, ROBIN.email, TokenPlace.KEYRING)
PILOTS = Profile("pilots", SERVICE_URL, BOB.id, BOB.email, TokenPlace.FILE)
ELSEWHERE = Profile("far", "https://prolific.example", ROBIN.id, ROBIN.email, TokenPlace.KEYRING)
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


async def found(operations: Operations) -> Account:
    """The account of the token that signing in finds."""
    account = (await operations.sign_in()).account
    assert account is not None
    return account


async def names(operations: Operations) -> list[str]:
    return [profile.name for profile in await operations.profiles()]


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


# Several accounts


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
            assert "from the plain-text token file (account pilots)" in caught.value.message

        assert (await found(operations)).profile == "lab"
        assert all(profile.checked is None for profile in (await operations.profiles())[1:])


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

        changed = await operations.forget("lab")

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
        assert (await operations.forget("pilots")).account == account
        await operations.pools(MAIN_WORKSPACE)
        assert await bench.token_file.load(entry(PILOTS)) is None


async def test_a_given_token_that_was_forgotten_is_not_taken_up_again(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, given=GIVEN)
    with bench.running() as operations:
        await operations.sign_in()
        await operations.forget("")

        assert (await operations.sign_in()).account is None


async def test_a_place_that_can_not_be_cleared_is_told(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, LAB, last=LAB)
    with bench.running() as operations:
        await operations.sign_in()
        bench.keyring.in_trouble = True

        changed = await operations.forget("lab")

        assert changed.notes == ("The keyring could not be cleared: It is locked.",)
        with pytest.raises(SettingsError):
            await operations.pools(MAIN_WORKSPACE)


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
