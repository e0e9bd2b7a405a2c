"""Whose token is in use, where it is found, kept and forgotten, and that it is never mixed up."""

import stat
from pathlib import Path

import pytest

from prolific_tui.access import Entry
from prolific_tui.demo.seed import DEMO_TOKEN, MAIN_WORKSPACE
from prolific_tui.errors import KeyringError, ServiceError, SettingsError
from prolific_tui.operations import GivenToken, Operations
from prolific_tui.operations.accounts import Account, origin
from prolific_tui.secret import Secret
from prolific_tui.settings import TokenPlace
from prolific_tui.vault import MemoryVault, TokenFile
from tests.operations_bench import SERVICE_URL, Bench, ClosingApi, KeyringOfTests, Prolifics

ENTRY = Entry(SERVICE_URL)
GIVEN, KEPT, FILED, TYPED = "given-token", "keyring-token", "file-token", "typed-token"


async def bench_with(
    *, given: str = "", keyring: str = "", file: str = "", state: Path | None = None
) -> Bench:
    """A bench whose places hold these tokens, all of them good."""
    bench = Bench(
        service=Prolifics(GIVEN, KEPT, FILED, TYPED),
        given=GivenToken(Secret(given), TokenPlace.ENVIRONMENT) if given else None,
        state=state,
    )
    if keyring:
        await bench.keyring.save(ENTRY, Secret(keyring))
    if file:
        await bench.token_file.save(ENTRY, Secret(file))
    bench.keyring.asked.clear()
    return bench


async def found(operations: Operations) -> Account:
    """The account of the token that signing in finds."""
    account = (await operations.sign_in()).account
    assert account is not None
    return account


# Looking for a token


@pytest.mark.parametrize(
    ("given", "keyring", "file", "used", "place"),
    [
        (GIVEN, KEPT, FILED, GIVEN, TokenPlace.ENVIRONMENT),
        ("", KEPT, FILED, KEPT, TokenPlace.KEYRING),
        ("", "", FILED, FILED, TokenPlace.FILE),
    ],
)
async def test_the_places_are_looked_at_in_order(
    given: str, keyring: str, file: str, used: str, place: TokenPlace
) -> None:
    bench = await bench_with(given=given, keyring=keyring, file=file)
    with bench.running() as operations:
        account = await found(operations)
        await operations.pools(MAIN_WORKSPACE)

    assert set(bench.service.tokens_seen) == {used}
    assert (account.place, account.origin) == (place, origin(place))
    assert account.me.email == "you@lab.org"
    assert account.service_url == SERVICE_URL


async def test_where_no_place_holds_a_token_there_is_no_account_and_no_error() -> None:
    bench = await bench_with()
    with bench.running() as operations:
        assert (await operations.sign_in()).account is None
    assert bench.service.log == []


async def test_the_keyring_is_not_asked_where_a_token_was_given() -> None:
    bench = await bench_with(given=GIVEN, keyring=KEPT)
    with bench.running() as operations:
        await operations.sign_in()
    assert bench.keyring.asked == []


async def test_a_keyring_in_trouble_is_told_and_the_search_goes_on() -> None:
    bench = await bench_with(keyring=KEPT, file=FILED)
    bench.keyring.in_trouble = True
    with bench.running() as operations:
        signed_in = await operations.sign_in()

    assert signed_in.account is not None
    assert signed_in.account.place is TokenPlace.FILE
    assert signed_in.notes == ("Keyring locked. It is locked. Unlock it.",)


async def test_a_keyring_in_trouble_is_told_where_nothing_else_holds_a_token() -> None:
    bench = await bench_with(keyring=KEPT)
    bench.keyring.in_trouble = True
    with bench.running() as operations:
        signed_in = await operations.sign_in()

    assert signed_in.account is None
    assert len(signed_in.notes) == 1


async def test_what_is_to_be_known_of_a_given_token_is_told() -> None:
    bench = Bench(given=GivenToken(DEMO_TOKEN, TokenPlace.TOKEN_FILE, "Others can read it."))
    with bench.running() as operations:
        assert (await operations.sign_in()).notes == ("Others can read it.",)


async def test_a_token_is_found_for_the_service_only_that_it_was_saved_for() -> None:
    bench = await bench_with(keyring=KEPT, file=FILED)
    bench.service_url = "https://prolific.example"
    with bench.running() as operations:
        assert (await operations.sign_in()).account is None
    assert bench.service.tokens_seen == []


async def test_a_token_that_is_refused_does_not_make_way_for_the_next_place() -> None:
    """Else the person would work as somebody else without having chosen to."""
    bench = await bench_with(given="revoked-token", keyring=KEPT)
    with bench.running() as operations:
        with pytest.raises(ServiceError) as caught:
            await operations.sign_in()

        assert caught.value.status == 401
        assert origin(TokenPlace.ENVIRONMENT) in caught.value.message
        with pytest.raises(SettingsError):
            await operations.pools(MAIN_WORKSPACE)
    assert bench.closed == bench.clients
    assert KEPT not in bench.service.tokens_seen


class Stuck(ClosingApi):
    """A client whose connections can't be closed."""

    async def aclose(self) -> None:
        await super().aclose()
        raise OSError("the connection is stuck")


async def test_a_client_that_can_not_be_closed_does_not_hide_why_the_token_is_refused() -> None:
    bench = await bench_with(given="revoked-token")
    bench.client_class = Stuck
    with bench.running() as operations, pytest.raises(ServiceError) as caught:
        await operations.sign_in()

    assert caught.value.status == 401
    assert bench.closed == ["revoked-token"]


# Typing one in


async def test_a_typed_token_is_checked_and_used() -> None:
    bench = await bench_with(keyring=KEPT)
    with bench.running() as operations:
        await operations.sign_in()

        account = await operations.sign_in_with(f"  {TYPED}\n")
        await operations.pools(MAIN_WORKSPACE)

        assert account.place is TokenPlace.SESSION
        assert bench.service.tokens_seen[-1] == TYPED
        assert bench.closed == [KEPT]


async def test_a_refused_token_leaves_the_former_account_in_use() -> None:
    bench = await bench_with(keyring=KEPT)
    with bench.running() as operations:
        account = await found(operations)

        with pytest.raises(ServiceError) as caught:
            await operations.sign_in_with("revoked-token")

        assert caught.value.status == 401
        await operations.pools(MAIN_WORKSPACE)
        assert bench.service.tokens_seen[-1] == KEPT
        assert bench.closed == ["revoked-token"]
        await operations.keep_token(account, TokenPlace.FILE)
        assert await bench.token_file.load(ENTRY) == Secret(KEPT)


@pytest.mark.parametrize("text", ["", "two words", "t\u00f6ken", "line\nline"])
async def test_what_can_not_be_a_token_is_refused_before_it_is_used(text: str) -> None:
    bench = await bench_with(keyring=KEPT)
    with bench.running() as operations:
        await operations.sign_in()

        with pytest.raises(SettingsError):
            await operations.sign_in_with(text)

    assert set(bench.service.tokens_seen) == {KEPT}


@pytest.mark.parametrize("given", ["", GIVEN])
async def test_checking_again_checks_the_token_that_was_typed(given: str) -> None:
    """Not one that was given or kept before it: that may be somebody else's."""
    bench = await bench_with(given=given, keyring=KEPT)
    with bench.running() as operations:
        await operations.sign_in()
        await operations.sign_in_with(TYPED)

        account = await found(operations)

        assert account.place is TokenPlace.SESSION
        assert bench.service.tokens_seen[-1] == TYPED


# Keeping it


@pytest.mark.parametrize("place", [TokenPlace.KEYRING, TokenPlace.FILE])
async def test_a_kept_token_is_found_at_the_next_start(tmp_path: Path, place: TokenPlace) -> None:
    path = tmp_path / "private" / "tokens.json"
    bench = await bench_with(state=tmp_path / "state.json")
    bench.token_file = TokenFile(path)
    with bench.running() as operations:
        account = await operations.keep_token(await operations.sign_in_with(TYPED), place)
        assert account.place is place
        assert account.notes == ()
        assert (await found(operations)).place is place

    with bench.running() as operations:
        again = await found(operations)

    assert again.place is place
    assert bench.service.tokens_seen[-1] == TYPED
    assert path.exists() == (place is TokenPlace.FILE)
    if path.exists():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert TYPED not in (tmp_path / "state.json").read_text()


@pytest.mark.parametrize("place", [TokenPlace.KEYRING, TokenPlace.FILE, TokenPlace.SESSION])
async def test_a_token_is_kept_in_one_place_at_most(tmp_path: Path, place: TokenPlace) -> None:
    bench = await bench_with(keyring=KEPT, file=FILED, state=tmp_path / "state.json")
    with bench.running() as operations:
        await operations.sign_in()
        await operations.keep_token(await operations.sign_in_with(TYPED), place)

    kept = {
        TokenPlace.KEYRING: await bench.keyring.load(ENTRY),
        TokenPlace.FILE: await bench.token_file.load(ENTRY),
    }
    wanted = {where: Secret(TYPED) if where is place else None for where in kept}
    assert kept == wanted


async def test_a_token_for_this_session_only_is_asked_for_at_the_next_start(
    tmp_path: Path,
) -> None:
    bench = await bench_with(keyring=KEPT, state=tmp_path / "state.json")
    with bench.running() as operations:
        account = await operations.keep_token(await found(operations), TokenPlace.SESSION)
        assert account.place is TokenPlace.SESSION
        assert (await found(operations)).place is TokenPlace.SESSION
    bench.keyring.asked.clear()

    with bench.running() as operations:
        assert (await operations.sign_in()).account is None
    assert bench.keyring.asked == []


async def test_a_given_token_that_is_kept_nowhere_is_still_a_given_one() -> None:
    bench = await bench_with(given=GIVEN)
    with bench.running() as operations:
        account = await operations.keep_token(await found(operations), TokenPlace.SESSION)

        assert account.place is TokenPlace.ENVIRONMENT
        assert (await found(operations)).place is TokenPlace.ENVIRONMENT


async def test_a_place_that_does_not_take_the_token_changes_nothing(tmp_path: Path) -> None:
    bench = await bench_with(file=FILED, state=tmp_path / "state.json")
    bench.keyring.in_trouble = True
    with bench.running() as operations:
        account = await operations.sign_in_with(TYPED)

        with pytest.raises(KeyringError):
            await operations.keep_token(account, TokenPlace.KEYRING)

        assert await bench.token_file.load(ENTRY) == Secret(FILED)
        assert (await found(operations)).place is TokenPlace.SESSION


async def test_a_former_copy_that_can_not_be_reached_is_told_and_never_used_again(
    tmp_path: Path,
) -> None:
    bench = await bench_with(keyring=KEPT, state=tmp_path / "state.json")
    with bench.running() as operations:
        await operations.keep_token(await found(operations), TokenPlace.KEYRING)
        account = await operations.sign_in_with(TYPED)
        bench.keyring.in_trouble = True
        account = await operations.keep_token(account, TokenPlace.FILE)
        assert account.notes == ("The keyring could not be cleared: It is locked.",)
    bench.keyring.in_trouble = False

    with bench.running() as operations:
        assert (await found(operations)).place is TokenPlace.FILE
    assert bench.service.tokens_seen[-1] == TYPED


async def test_a_keyring_that_never_kept_it_is_nothing_to_tell_of() -> None:
    bench = await bench_with()
    bench.keyring.in_trouble = True
    with bench.running() as operations:
        account = await operations.sign_in_with(TYPED)

        assert (await operations.keep_token(account, TokenPlace.FILE)).notes == ()


async def test_a_keyring_is_not_asked_to_delete_what_it_does_not_have() -> None:
    """It could ask for its password for that."""
    bench = await bench_with()
    with bench.running() as operations:
        account = await operations.sign_in_with(TYPED)
        await operations.keep_token(account, TokenPlace.FILE)

    assert "delete" not in bench.keyring.asked


# Forgetting it


async def test_a_forgotten_token_is_nowhere_and_not_in_use(tmp_path: Path) -> None:
    bench = await bench_with(keyring=KEPT, file=FILED, state=tmp_path / "state.json")
    bench.token_file = TokenFile(tmp_path / "tokens.json")
    with bench.running() as operations:
        await operations.keep_token(await found(operations), TokenPlace.FILE)

        assert await operations.forget_token() == ()

        assert await bench.token_file.load(ENTRY) is None
        assert await bench.keyring.load(ENTRY) is None
        assert (await operations.sign_in()).account is None
        with pytest.raises(SettingsError, match="Not signed in"):
            await operations.pools(MAIN_WORKSPACE)
    assert sorted(bench.closed) == sorted(bench.clients)


async def test_a_given_token_that_was_forgotten_is_not_taken_up_again() -> None:
    bench = await bench_with(given=GIVEN)
    with bench.running() as operations:
        await operations.sign_in()
        await operations.forget_token()

        assert (await operations.sign_in()).account is None


async def test_a_place_that_can_not_be_cleared_is_told_and_the_others_are() -> None:
    bench = await bench_with(keyring=KEPT, file=FILED)
    with bench.running() as operations:
        await operations.sign_in()
        bench.keyring.in_trouble = True

        assert await operations.forget_token() == (
            "The keyring could not be cleared: It is locked.",
        )

        assert await bench.token_file.load(ENTRY) is None
        with pytest.raises(SettingsError):
            await operations.pools(MAIN_WORKSPACE)


async def test_without_a_token_there_is_nothing_to_keep() -> None:
    bench = await bench_with(keyring=KEPT)
    with bench.running() as operations:
        account = await found(operations)
        await operations.forget_token()

        with pytest.raises(SettingsError, match="No token"):
            await operations.keep_token(account, TokenPlace.FILE)


async def test_the_keyring_is_described_by_itself() -> None:
    bench = Bench(keyring=KeyringOfTests())
    with bench.running() as operations:
        report = await operations.keyring_report()

    assert report.usable
    assert report.title == (await MemoryVault().state()).title


async def test_no_repr_of_an_account_or_a_given_token_holds_the_token() -> None:
    bench = await bench_with(given=GIVEN)
    with bench.running() as operations:
        account = await found(operations)

    assert GIVEN not in f"{account!r} {bench.given!r} {bench.parts()!r}"
