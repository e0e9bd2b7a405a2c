"""A new secret is in its place before anything else is done with it, and nothing is lost by it."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from prolific_tui.access import Entry
from prolific_tui.demo.faults import Fault
from prolific_tui.demo.seed import MAIN_WORKSPACE
from prolific_tui.errors import Effect, ProlificTuiError
from prolific_tui.keeping import DraftKeeping, MachineKeeping, TokenPlace
from prolific_tui.operations import KeptSecrets
from prolific_tui.operations.signing import SecretEntries
from prolific_tui.secret import Secret
from tests.disk import a_disk_that_takes, mode_of, names_in
from tests.operations_bench import PATIENCE, SERVICE_URL, Bench, KeyringOfTests
from tests.signing_bench import CREATE, ENTRY, kept, plan_to, replaced, value_of
from tests.submission_bench import FullJournal, said


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_the_new_one_is_in_both_places_and_the_previous_one_beside_it(
    bench: Bench, tmp_path: Path
) -> None:
    old, file = value_of(bench), tmp_path / "secret"

    outcome = replaced(bench, plan_to(bench, own_entry=True, file=file))

    new = value_of(bench)
    assert new != old
    assert file.read_text() == f"{new.reveal()}\n"
    assert mode_of(file) == 0o600
    found = kept(bench)
    assert (found.place, found.current) == (TokenPlace.KEYRING, new)
    assert found.previous is not None
    assert found.previous.value == old
    assert f"The new one is kept in {file} and in the keyring." in outcome.message
    assert outcome.hint.startswith("Give it to every receiver")
    assert not any(value.reveal() in said(outcome) for value in (old, new))
    # Nothing of the trial is left.
    assert names_in(tmp_path) == {"secret"}
    assert set(bench.keyring._values) == {
        ENTRY,
        Entry.previous_secret(SERVICE_URL, MAIN_WORKSPACE),
    }


def test_what_is_kept_nowhere_is_said_to_be_stored_now(bench: Bench) -> None:
    outcome = replaced(bench, plan_to(bench))

    assert "kept" not in outcome.message
    assert outcome.hint.startswith("Store it now")
    assert kept(bench).current is None


def test_a_person_who_chose_files_gets_no_keyring(bench: Bench) -> None:
    with bench.signed_in() as operations:
        asyncio.run(operations.keep(MachineKeeping(TokenPlace.FILE, DraftKeeping.EVERYTHING)))
        bench.keyring.in_trouble = True
        operations.writes.submit(plan_to(bench, own_entry=True))
        outcome = bench.write_ended().outcome
        found = asyncio.run(operations.signing.kept(MAIN_WORKSPACE))

    assert "is kept in the plain-text file" in outcome.message
    assert (found.place, found.is_chosen, found.current) == (
        TokenPlace.FILE,
        True,
        value_of(bench),
    )


# A place that does not take it


def taken(path: Path) -> Path:
    path.write_text("theirs")
    return path


def linked(path: Path) -> Path:
    path.symlink_to(path.with_name("led to"))
    return path


@pytest.mark.parametrize(
    ("lay", "title"),
    [
        (taken, "Already there"),
        (linked, "Already there"),
        (lambda path: path / "no folder", "No such folder"),
        (lambda path: path.parent, "Already there"),
        (lambda path: path.with_name("x" * 300), "Name too long"),
    ],
    ids=["an existing file", "a link", "no such folder", "a folder", "a name too long"],
)
def test_a_file_that_can_not_be_written_lets_nothing_leave(
    bench: Bench, tmp_path: Path, lay: Callable[[Path], Path], title: str
) -> None:
    plan = plan_to(bench, own_entry=True, file=lay(tmp_path / "secret"))
    there = names_in(tmp_path)
    with bench.signed_in() as operations:
        with pytest.raises(ProlificTuiError) as caught:
            asyncio.run(operations.signing.prove(plan))
        operations.writes.submit(plan)
        outcome = bench.write_ended().outcome

    assert caught.value.title == title
    assert (outcome.effect, outcome.title) == (Effect.NOT_SENT, title)
    assert "No new one was asked for." in outcome.message
    assert bench.service.writes == []
    assert bench.journal.entries() == ()
    assert names_in(tmp_path) == there
    if lay is taken:
        assert (tmp_path / "secret").read_text() == "theirs"


def test_a_full_disk_is_found_out_before_anything_leaves(bench: Bench, tmp_path: Path) -> None:
    plan = plan_to(bench, file=tmp_path / "secret")
    with a_disk_that_takes(3):
        outcome = replaced(bench, plan)

    assert outcome.effect is Effect.NOT_SENT
    assert bench.service.writes == []
    assert names_in(tmp_path) == set()


class Forgetful(KeyringOfTests):
    """A keyring that takes what it is given, and loses it."""

    async def save(self, entry: Entry, value: Secret) -> None:
        raise ProlificTuiError("Not saved", f"It lost the {entry.name} of {len(value.reveal())}.")


@pytest.mark.parametrize("keyring", [KeyringOfTests, Forgetful])
def test_a_keyring_that_does_not_keep_lets_nothing_leave(
    tmp_path: Path, keyring: type[KeyringOfTests]
) -> None:
    bench = Bench(keyring=keyring())
    bench.keyring.in_trouble = True
    plan = plan_to(bench, own_entry=True, file=tmp_path / "secret")

    outcome = replaced(bench, plan)

    assert outcome.effect is Effect.NOT_SENT
    assert bench.service.writes == []
    assert names_in(tmp_path) == set(), "the file was tried out, and is gone again"


def test_a_copy_that_could_not_be_remembered_lets_nothing_leave(tmp_path: Path) -> None:
    """The next start would not know of it, and "nothing" would not delete it."""
    bench = Bench(state=tmp_path / "state" / "state.json")
    (tmp_path / "state").write_text("a file, not a folder")

    with bench.signed_in() as operations:
        operations.writes.submit(plan_to(bench, own_entry=True))
        outcome = bench.write_ended().outcome
        assert not asyncio.run(operations.signing.are_any_kept())

    assert (outcome.effect, outcome.title) == (Effect.NOT_SENT, "Not remembered")
    assert "not know of a copy in the keyring, so none was put there." in outcome.message
    assert bench.service.writes == []
    assert bench.keyring._values == {}


def test_a_trial_is_nothing_that_is_kept(bench: Bench) -> None:
    with bench.signed_in() as operations:
        asyncio.run(operations.signing.prove(plan_to(bench, own_entry=True)))
        assert not asyncio.run(operations.signing.are_any_kept())
    assert bench.keyring._values == {}


def test_a_place_that_is_lost_meanwhile_is_told_and_the_other_one_has_it(
    bench: Bench, tmp_path: Path
) -> None:
    """Somebody takes the file's name between the trial and the answer, and lays a link there."""
    file, led_to = tmp_path / "secret", tmp_path / "led to"
    bench.service.after_write = lambda: file.symlink_to(led_to)

    outcome = replaced(bench, plan_to(bench, own_entry=True, file=file))

    assert outcome.effect is Effect.ACCEPTED
    assert f"NOT kept in {file}: {file} exists already" in outcome.message
    assert "The new one is kept in the keyring." in outcome.message
    assert outcome.hint.startswith("Store it now")
    assert not led_to.exists()
    assert kept(bench).current == value_of(bench)


def test_a_mistake_in_keeping_does_not_hide_that_the_secret_was_made(bench: Bench) -> None:
    class Mistaken(KeyringOfTests):
        async def save(self, entry: Entry, value: Secret) -> None:
            if entry == ENTRY:
                raise RuntimeError(value.reveal())
            await super().save(entry, value)

    bench = Bench(keyring=Mistaken())
    outcome = replaced(bench, plan_to(bench, own_entry=True))

    assert outcome.effect is Effect.ACCEPTED
    assert outcome.secret is not None
    assert "NOT kept in the keyring: this program failed (RuntimeError)." in outcome.message
    assert value_of(bench).reveal() not in said(outcome)


class Slow(KeyringOfTests):
    """A keyring that takes the signing secret only when told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.go_on = threading.Event(), threading.Event()

    async def save(self, entry: Entry, value: Secret) -> None:
        if entry == ENTRY:
            self.reached.set()
            await asyncio.to_thread(self.go_on.wait, PATIENCE)
        await super().save(entry, value)


def test_a_new_secret_is_kept_whoever_tires_of_waiting_for_the_keyring(tmp_path: Path) -> None:
    """Esc on Account is for what is asked there; nobody else may have the new secret by now."""
    keyring = Slow()
    bench = Bench(keyring=keyring)
    with bench.signed_in() as operations:
        operations.writes.submit(plan_to(bench, own_entry=True, file=tmp_path / "secret"))
        assert keyring.reached.wait(PATIENCE)
        operations.cancel_keeping()
        # Behind it on the same loop, so that it has been given up by now if it ever is.
        asyncio.run(operations.profiles())
        keyring.go_on.set()
        outcome = bench.write_ended().outcome

    assert "in the keyring" in outcome.message
    assert keyring._values[ENTRY] == value_of(bench)


# Neither is lost for the other


def test_the_old_one_is_kept_before_anything_is_asked_of_prolific(bench: Bench) -> None:
    old = value_of(bench)
    with bench.signed_in() as operations:
        bench.hold("createSecret")
        operations.writes.submit(plan_to(bench, own_entry=True))
        assert bench.carrier.reached.wait(PATIENCE)
        found = asyncio.run(operations.signing.kept(MAIN_WORKSPACE))
        operations.stop(0)
        assert bench.carrier.given_up.wait(PATIENCE)

    assert found.current is None
    assert found.previous is not None
    assert found.previous.value == old


def test_a_refusal_leaves_what_was_kept_as_it_was(bench: Bench) -> None:
    old, earlier = value_of(bench), Secret("earlier")
    with bench.signed_in() as operations:
        for value in (earlier, old):
            asyncio.run(operations.signing.keep(MAIN_WORKSPACE, value))
        before = dict(bench.keyring._values)
        bench.service.switch_on(CREATE, Fault(status=403))
        operations.writes.submit(plan_to(bench, own_entry=True))
        assert bench.write_ended().outcome.effect is Effect.REFUSED

    assert bench.keyring._values == before


@pytest.mark.parametrize("is_lost", [False, True], ids=["refused", "not written down"])
def test_what_was_kept_of_other_secrets_is_put_back_where_nothing_was_made(
    bench: Bench, *, is_lost: bool
) -> None:
    """The kept copy is an old one, and the one before it is nowhere else."""
    if is_lost:
        bench.journal = FullJournal(takes_the_beginning=False)
    with bench.signed_in() as operations:
        for value in ("previous", "stale"):
            asyncio.run(operations.signing.keep(MAIN_WORKSPACE, Secret(value)))
        before = dict(bench.keyring._values)
        bench.service.switch_on(CREATE, Fault(status=403))
        operations.writes.submit(plan_to(bench, own_entry=True))
        effect = bench.write_ended().outcome.effect
        assert effect is (Effect.NOT_SENT if is_lost else Effect.REFUSED)

    assert bench.keyring._values == before


def test_where_nothing_was_kept_a_refusal_leaves_nothing_to_be_known_of(bench: Bench) -> None:
    with bench.signed_in() as operations:
        bench.service.switch_on(CREATE, Fault(status=403))
        operations.writes.submit(plan_to(bench, own_entry=True))
        assert bench.write_ended().outcome.effect is Effect.REFUSED
        assert not asyncio.run(operations.signing.are_any_kept())

    assert bench.keyring._values == {}


def test_what_can_not_be_put_back_is_told(bench: Bench) -> None:
    with bench.signed_in() as operations:
        bench.service.switch_on(CREATE, Fault(status=403))
        bench.hold("createSecret")
        operations.writes.submit(plan_to(bench, own_entry=True))
        assert bench.carrier.reached.wait(PATIENCE)
        bench.keyring.in_trouble = True
        bench.carrier.go_on.set()
        outcome = bench.write_ended().outcome

    assert outcome.effect is Effect.REFUSED
    assert "may be marked as the previous one in the keyring: It is locked." in outcome.message


def test_an_old_one_that_prolific_does_not_tell_is_taken_from_where_it_is_kept(
    bench: Bench,
) -> None:
    old, new = Secret("one"), Secret("two")

    async def keep(entries: SecretEntries) -> KeptSecrets:
        await bench.keyring.save(ENTRY, old)
        places = await entries.prove(plan_to(bench, own_entry=True))
        await places.keep_old(None)
        assert (await places.keep(new, None)).troubles == ()
        return await entries.kept(MAIN_WORKSPACE)

    with bench.running() as operations:
        found = asyncio.run(keep(operations.signing._entries))

    assert found.current == new
    assert found.previous is not None
    assert found.previous.value == old


def test_the_new_one_goes_where_it_was_proved_whatever_is_chosen_meanwhile(bench: Bench) -> None:
    with bench.signed_in() as operations:
        bench.hold("createSecret")
        operations.writes.submit(plan_to(bench, own_entry=True))
        assert bench.carrier.reached.wait(PATIENCE)
        asyncio.run(operations.keep(MachineKeeping(TokenPlace.FILE, DraftKeeping.EVERYTHING)))
        bench.carrier.go_on.set()
        outcome = bench.write_ended().outcome

    assert "The new one is kept in the keyring." in outcome.message
    assert bench.keyring._values[ENTRY] == value_of(bench)
    assert asyncio.run(bench.token_file.load(ENTRY)) is None
