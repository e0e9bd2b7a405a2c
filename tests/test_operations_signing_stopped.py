"""Nothing is asked for, and what was kept of earlier secrets is as it was, however that came."""

import asyncio
from collections.abc import Callable, Mapping
from types import MappingProxyType

import pytest

from prolific_tui.access import Entry
from prolific_tui.demo.seed import MAIN_WORKSPACE
from prolific_tui.errors import Effect, KeyringError
from prolific_tui.operations import Operations
from prolific_tui.operations.events import SendProgressed, WriteEnded
from prolific_tui.secret import Secret
from prolific_tui.submission.journal import NewPart
from prolific_tui.submission.progress import Phase
from prolific_tui.submission.send import Part, Standing
from tests.operations_bench import PATIENCE, SERVICE_URL, Bench, HoldingKeyring, KeyringOfTests
from tests.signing_bench import plan_to
from tests.submission_bench import MemoryJournal

PROBE = Entry.probe(SERVICE_URL)
PREVIOUS = Entry.previous_secret(SERVICE_URL, MAIN_WORKSPACE)


class HoldingEntry(HoldingKeyring):
    """A keyring that takes everything, and answers of one entry only when told to go on."""

    def __init__(self, entry: Entry) -> None:
        super().__init__("saved it")
        self._entry = entry

    async def save(self, entry: Entry, value: Secret) -> None:
        await super().save(entry, value)
        if entry == self._entry:
            await self._hold("saved it")


class Telling(MemoryJournal):
    """A journal that tells when a part is being written down."""

    meanwhile: Callable[[], None] = staticmethod(lambda: None)

    def about_to_send(self, number: int, new: NewPart) -> Part:
        self.meanwhile()
        return super().about_to_send(number, new)


def keep_others(bench: Bench, operations: Operations) -> dict[Entry, Secret]:
    """Keep an old copy, and the one before it, which is nowhere else; gives what is kept then."""
    for value in ("previous", "stale"):
        asyncio.run(operations.signing.keep(MAIN_WORKSPACE, Secret(value)))
    return dict(bench.keyring._values)


def replace_up_to(
    keyring: HoldingEntry, bench: Bench, operations: Operations
) -> dict[Entry, Secret]:
    """Begin to replace a secret, until the keyring holds that up; gives what it had before."""
    keyring.go_on.set()
    before = keep_others(bench, operations)
    keyring.go_on.clear()
    keyring.reached.clear()
    operations.writes.submit(plan_to(bench, own_entry=True))
    assert keyring.reached.wait(PATIENCE)
    return before


@pytest.mark.parametrize("entry", [PROBE, PREVIOUS], ids=["tried out", "given the old one"])
def test_stopped_while_the_keyring_is_waited_for_all_stays_as_it_was(entry: Entry) -> None:
    keyring = HoldingEntry(entry)
    bench = Bench(keyring=keyring)
    with bench.signed_in() as operations:
        before = replace_up_to(keyring, bench, operations)
        operations.writes.give_up()
        keyring.go_on.set()
        told = [event for _, event in bench.events_until(WriteEnded)]

    phases = [each.progress.phase for each in told if isinstance(each, SendProgressed)]
    assert phases[-1] is Phase.PUTTING_BACK, "which the keyring may take its time for"
    assert isinstance(told[-1], WriteEnded)
    outcome = told[-1].outcome
    assert outcome.title == "Stopped before a new secret was asked for"
    assert outcome.message.endswith("the secret is as it was.")
    assert keyring._values == before
    assert bench.service.writes == []
    assert bench.journal.entries() == ()


def test_stopped_while_it_is_written_down_no_secret_is_asked_for() -> None:
    journal = Telling()
    bench = Bench(journal=journal)
    with bench.signed_in() as operations:
        before = keep_others(bench, operations)
        journal.meanwhile = operations.writes.give_up
        operations.writes.submit(plan_to(bench, own_entry=True))
        outcome = bench.write_ended().outcome

    assert outcome.title == "Stopped before a new secret was asked for"
    assert bench.keyring._values == before
    assert bench.service.writes == []
    (send,) = journal.entries()
    assert (send.standing, send.in_use) == (Standing.NOT_SENT, False)


class Noting(HoldingEntry):
    """A keyring that notes what it has when the program ends: its child is ended then."""

    at_the_end: Mapping[Entry, Secret] = MappingProxyType({})

    def close(self) -> None:
        self.at_the_end = dict(self._values)
        super().close()


def test_who_quits_once_the_old_one_is_kept_leaves_what_was_there_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The one before it is nowhere else."""
    monkeypatch.setattr("prolific_tui.operations._PUT_BACK_SECONDS", PATIENCE)
    keyring = Noting(PREVIOUS)
    bench = Bench(keyring=keyring)
    with bench.signed_in() as operations:
        before = replace_up_to(keyring, bench, operations)
        assert keyring._values != before
        operations.writes.stop()
        keyring.go_on.set()
    assert keyring.at_the_end == before
    assert bench.service.writes == []


class Doubtful(KeyringOfTests):
    """A keyring that says of one entry, while in doubt, that it could not save it."""

    def __init__(self, *, takes_it: bool) -> None:
        super().__init__()
        self._takes_it = takes_it
        self.is_in_doubt = False

    async def save(self, entry: Entry, value: Secret) -> None:
        if not self.is_in_doubt or entry != PREVIOUS:
            await super().save(entry, value)
            return
        if self._takes_it:
            self.is_in_doubt = False
            await super().save(entry, value)
        error = KeyringError("Keyring silent", "The keyring gave no answer.", "Try again.")
        error.is_untouched = not self._takes_it
        raise error


@pytest.mark.parametrize("takes_it", [True, False])
def test_a_keyring_that_takes_the_old_one_and_says_otherwise_gets_back_what_it_had(
    *, takes_it: bool
) -> None:
    """Where it surely did nothing there is nothing to put back, and nothing to be told of that."""
    keyring = Doubtful(takes_it=takes_it)
    bench = Bench(keyring=keyring)
    with bench.signed_in() as operations:
        before = keep_others(bench, operations)
        keyring.is_in_doubt = True
        operations.writes.submit(plan_to(bench, own_entry=True))
        outcome = bench.write_ended().outcome

    assert (outcome.effect, outcome.title) == (Effect.NOT_SENT, "Keyring silent")
    assert outcome.message.startswith("It was tried out first")
    assert "marked as the previous one" not in outcome.message
    assert keyring._values == before
    assert bench.service.writes == []
