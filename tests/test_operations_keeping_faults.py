"""Moving a token while the disk fails: what is said is so at every step, and no copy unknown."""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest

from prolific_tui.errors import ProlificTuiError
from prolific_tui.keeping import TokenPlace
from prolific_tui.profiles import Profile
from prolific_tui.secret import Secret
from prolific_tui.settings import StateFile
from prolific_tui.vault import TokenFile
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
from tests.disk import Ending, FailingDisk, KilledError
from tests.operations_bench import Bench, KeyringOfTests

NOWHERE: Final = {KEYRING: None, FILE: None}
TYPED_IN: Final = replace(LAB, place=SESSION)
TO_A_PLACE: Final = ((FILED, KEYRING), (LAB, FILE), (TYPED_IN, FILE))
TO_NOWHERE: Final = ((FILED, SESSION), (LAB, SESSION))
CASES: Final = [
    pytest.param(profile, to, ending, id=f"{profile.place.value} to {to.value}, {ending.value}")
    for ending in Ending
    for profile, to in (*TO_A_PLACE, *(TO_NOWHERE if ending is Ending.FAULT else ()))
]


class KeyringOfSomebodyKilled(KeyringOfTests):
    """A keyring that a program asks nothing any more once it is killed."""

    def __init__(self, disk: FailingDisk) -> None:
        super().__init__()
        self._disk = disk

    def _ask(self, question: str) -> None:
        super()._ask(question)
        self._disk.check_alive()


@dataclass(frozen=True)
class Moved:
    """What became of a move, and what was said of it."""

    is_over: bool
    """Whether it was said to be done."""
    said: str
    kept: dict[TokenPlace, str | None]
    """What each place holds."""
    remembered: Profile
    """What the next start knows of the account."""


async def a_machine(folder: Path, profile: Profile) -> Bench:
    """One account on a disk, with its token in its place."""
    bench = await bench_with(folder)
    bench.token_file = TokenFile(folder / "tokens.json")
    state = StateFile(bench.state)
    state.remember_profile(profile)
    state.remember_use(profile)
    if profile.place is not SESSION:
        place = bench.keyring if profile.place is KEYRING else bench.token_file
        await place.save(entry(profile), Secret(KEPT))
    return bench


async def move(bench: Bench, profile: Profile, to: TokenPlace, disk: FailingDisk) -> Moved:
    """Keep the token elsewhere from now on, on a disk that fails on the way."""
    is_over, said = False, ""
    with bench.running() as operations:
        await operations.sign_in()
        if profile is TYPED_IN:
            await operations.sign_in_with(KEPT)
        with disk.failing(), suppress(KilledError):
            try:
                changed = await operations.keep(in_place(to))
            except ProlificTuiError as error:
                said = error.message
            else:
                is_over, said = True, " ".join(changed.notes)
    (known,) = remembered(bench).profiles()
    return Moved(is_over, said, await kept(bench, LAB), known)


def named(said: str, words: str) -> set[TokenPlace]:
    """The places of which something is said, in words with `{}` in the place of theirs."""
    return {place for place in NOWHERE if words.format(place.words).lower() in said.lower()}


def check_words(moved: Moved, profile: Profile, to: TokenPlace) -> None:
    """What was said is exactly what is so."""
    copies = {place for place, value in moved.kept.items() if value == KEPT}
    if not moved.is_over:
        before = {profile.place} - {SESSION}
        assert before <= copies <= before | named(moved.said, "may be in {} all the same"), moved
        assert moved.remembered.place is profile.place
        return
    surely = {to} - {SESSION} | named(moved.said, "stays in {} as well")
    assert surely <= copies <= surely | named(moved.said, "{} could not be cleared"), moved
    if moved.remembered.place is not to:
        assert "What you chose is remembered until you quit: " in moved.said
        if profile is TYPED_IN:
            assert "The next start asks for the token of lab" in moved.said


async def check_next_start(bench: Bench, moved: Moved, profile: Profile, to: TokenPlace) -> None:
    """It finds the token where that was not given up, and knows of every copy."""
    assert set(NOWHERE) & {place for place, value in moved.kept.items() if value} <= {
        moved.remembered.place,
        *moved.remembered.left_in,
    }, moved
    with bench.running() as operations:
        account = (await operations.sign_in()).account
        if profile is not TYPED_IN and to is not SESSION:
            assert account is not None, moved
        assert (await operations.keep(in_place(SESSION))).notes == ()
    assert await kept(bench, LAB) == NOWHERE


@pytest.mark.parametrize(("profile", "to", "ending"), CASES)
async def test_at_every_step_what_is_said_is_so_and_the_next_start_knows_every_copy(
    tmp_path: Path, profile: Profile, to: TokenPlace, ending: Ending
) -> None:
    step, is_through = 0, False
    while not is_through:
        folder = tmp_path / str(step)
        disk = FailingDisk(step, ending)
        bench = await a_machine(folder, profile)
        value = bench.keyring._values
        bench.keyring = KeyringOfSomebodyKilled(disk)
        bench.keyring._values.update(value)

        moved = await move(bench, profile, to, disk)

        is_through = not disk.was_reached
        if ending is not Ending.KILLED or is_through:
            check_words(moved, profile, to)
        await check_next_start(bench, moved, profile, to)
        holders = [path for path in folder.iterdir() if KEPT.encode() in path.read_bytes()]
        assert holders == [], (step, moved)
        step += 1
    assert moved.is_over
    assert moved.said == ""
    assert step > 10, "the disk was used"
