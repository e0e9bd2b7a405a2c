"""No copy of a token is forgotten, whatever ends a move half way or moves it from elsewhere."""

from dataclasses import replace
from pathlib import Path

import pytest

from prolific_tui.access import Entry
from prolific_tui.errors import KeyringError
from prolific_tui.keeping import TokenPlace
from prolific_tui.secret import Secret
from tests.accounts_bench import (
    FILE,
    FILED,
    KEPT,
    KEYRING,
    LAB,
    SESSION,
    bench_with,
    entry,
    in_place,
    kept,
    remembered,
)
from tests.operations_bench import KeyringOfTests

NOWHERE = {KEYRING: None, FILE: None}


class Failing(KeyringOfTests):
    """A keyring that takes what it is given, and then fails: nobody waited for its answer."""

    is_untouched = False

    async def save(self, entry: Entry, value: Secret) -> None:
        if not self.is_untouched:
            await super().save(entry, value)
        error = KeyringError("Keyring failed", "It failed.")
        error.is_untouched = self.is_untouched
        raise error


@pytest.mark.parametrize("to", [KEYRING, FILE])
async def test_another_window_that_moved_the_token_is_known_of(
    tmp_path: Path, to: TokenPlace
) -> None:
    bench = await bench_with(tmp_path, FILED if to is KEYRING else LAB, last=LAB)
    with bench.running() as ours, bench.running() as theirs:
        await ours.sign_in()
        await theirs.sign_in()
        await theirs.keep(in_place(to))
        # What a check tells of the account says nothing of where its token is.
        await ours.check_token("lab")
        assert [profile.place for profile in remembered(bench).profiles()] == [to]

        assert (await ours.keep(in_place(SESSION))).notes == ()
        assert await kept(bench, LAB) == NOWHERE


@pytest.mark.parametrize("to", [KEYRING, FILE])
async def test_forgetting_deletes_what_another_window_moved(tmp_path: Path, to: TokenPlace) -> None:
    bench = await bench_with(tmp_path, FILED if to is KEYRING else LAB, last=LAB)
    with bench.running() as ours, bench.running() as theirs:
        await ours.sign_in()
        await theirs.sign_in()
        await theirs.keep(in_place(to))

        assert (await ours.forget(LAB.whose)).notes == ()
        assert await kept(bench, LAB) == NOWHERE


async def test_a_keyring_that_fails_may_have_taken_it_and_gives_it_back(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, FILED, last=FILED)
    bench.keyring = Failing()
    with bench.running() as operations:
        await operations.sign_in()
        with pytest.raises(KeyringError):
            await operations.keep(in_place(KEYRING))
        assert await kept(bench, LAB) == {KEYRING: KEPT, FILE: KEPT}

    # The next run knows, too.
    with bench.running() as operations:
        await operations.sign_in()
        assert (await operations.keep(in_place(SESSION))).notes == ()
    assert await kept(bench, LAB) == NOWHERE


async def test_a_keyring_out_of_reach_is_not_asked_for_what_it_never_took(tmp_path: Path) -> None:
    bench = await bench_with(tmp_path, FILED, last=FILED)
    bench.keyring = keyring = Failing()
    keyring.is_untouched = True
    with bench.running() as operations:
        await operations.sign_in()
        with pytest.raises(KeyringError):
            await operations.keep(in_place(KEYRING))
        assert remembered(bench).profiles()[0].left_in == ()

        await operations.forget(LAB.whose)
    assert keyring.asked == []


async def test_a_copy_in_the_file_that_nothing_knows_of_is_deleted_with_the_others(
    tmp_path: Path,
) -> None:
    """It costs no question, and it is plain text."""
    for known in (replace(LAB, place=SESSION), LAB):
        bench = await bench_with(tmp_path / known.place.value, known, last=known)
        await bench.token_file.save(entry(LAB), Secret(KEPT))
        with bench.running() as operations:
            await operations.sign_in()
            assert (await operations.keep(in_place(SESSION))).notes == ()
        assert await kept(bench, LAB) == NOWHERE
