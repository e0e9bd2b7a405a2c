"""Keeping tokens: where each choice puts them, and what is told where that fails."""

from dataclasses import replace
from pathlib import Path

import pytest

from prolific_tui.errors import FileError, KeyringError
from prolific_tui.keeping import TokenPlace
from prolific_tui.secret import Secret
from tests.accounts_bench import (
    ELSEWHERE,
    FILE,
    FILED,
    GIVEN,
    HIS,
    KEPT,
    KEYRING,
    LAB,
    PILOTS,
    SESSION,
    TYPED,
    bench_with,
    entry,
    found,
    in_place,
    kept,
)


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
        await operations.forget(ELSEWHERE.whose)
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


async def test_an_account_without_a_token_is_not_said_to_have_one(tmp_path: Path) -> None:
    bench = await bench_with(
        tmp_path, replace(LAB, place=SESSION), replace(PILOTS, place=SESSION), given=GIVEN
    )
    with bench.running() as operations:
        await operations.sign_in()
        assert (await operations.keep(in_place(FILE))).notes == ()
        assert [profile.place for profile in await operations.profiles()] == [SESSION, SESSION]

        # One that its place has lost is not said to be in another either.
        await operations.sign_in_with(HIS)
        await operations.keep(in_place(KEYRING))
        await bench.keyring.delete(entry(PILOTS))
        changed = await operations.keep(in_place(FILE))
        assert changed.notes == ("The keyring had no token of pilots.",)
        assert [profile.place for profile in await operations.profiles()] == [SESSION, SESSION]
        assert await operations.switch_to("pilots") is None


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
        (note,) = changed.notes
        assert note.startswith("The keyring could not be cleared: It is locked. It may still have")
        assert f"“{entry(LAB).name}” of “{entry(LAB).keyring_service}”" in note
    bench.keyring.in_trouble = False

    with bench.running() as operations:
        assert (await found(operations)).place is FILE
        assert bench.service.tokens_seen[-1] == TYPED
        assert await kept(bench, LAB) == {KEYRING: KEPT, FILE: TYPED}
        # What was left behind then is not left behind for good.
        await operations.forget(LAB.whose)
    assert await kept(bench, LAB) == {KEYRING: None, FILE: None}


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
        await operations.forget(LAB.whose)

    assert bench.keyring.asked == []


async def test_a_token_goes_nowhere_that_can_not_be_remembered(tmp_path: Path) -> None:
    """The next start would know nothing of the copy, and nobody would ever delete it."""
    bench = await bench_with(tmp_path, LAB, PILOTS, last=LAB)
    with bench.running() as operations:
        await operations.sign_in()
        assert bench.state is not None
        bench.state.unlink()
        bench.state.mkdir()
        with pytest.raises(FileError) as caught:
            await operations.keep(in_place(FILE))
        assert "is a folder" in caught.value.message
        assert "the plain-text file, so it was not put there." in caught.value.message
        assert (await found(operations)).place is KEYRING
        assert await kept(bench, LAB) == {KEYRING: KEPT, FILE: None}

        # What needs no place is done, and each time it is told for how long it counts.
        for _ in range(2):
            changed = await operations.keep(in_place(SESSION))
            assert [note for note in changed.notes if "remembered until you quit" in note] == list(
                changed.notes
            )
            assert changed.notes
    for profile in (LAB, PILOTS):
        assert await kept(bench, profile) == {KEYRING: None, FILE: None}


async def test_a_disk_that_is_mended_takes_the_token_where_it_was_before(tmp_path: Path) -> None:
    """What could not be remembered is remembered first, although nothing new is to be."""
    bench = await bench_with(tmp_path, LAB, last=LAB)
    assert bench.state is not None
    aside = tmp_path / "aside"
    with bench.running() as operations:
        await operations.sign_in()
        bench.state.rename(aside)
        bench.state.mkdir()
        await operations.sign_in_with(TYPED)
        bench.state.rmdir()
        aside.rename(bench.state)

        assert (await operations.keep(in_place(KEYRING))).notes == ()
    assert await kept(bench, LAB) == {KEYRING: TYPED, FILE: None}
