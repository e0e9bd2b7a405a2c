"""A new secret whose answer was lost on the way: kept once it is found, and claimed nowhere."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.demo.seed import MAIN_WORKSPACE
from prolific_tui.errors import Effect
from prolific_tui.operations import Operations, PreviousSecret
from prolific_tui.secret import Secret
from prolific_tui.submission.means import Replaced
from prolific_tui.submission.plan import SecretPlan
from prolific_tui.submission.send import Finding
from prolific_tui.tui.screens.send_words import full_moment, part_words
from tests.disk import names_in
from tests.operations_bench import PATIENCE, Bench
from tests.signing_bench import CREATE, ENTRY, kept, plan_to, replaced, value_of

ENDED = datetime(2026, 11, 14, 10, 22, tzinfo=UTC)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def left_open(bench: Bench, operations: Operations, plan: SecretPlan) -> int:
    """The number of a request that was done, and of which nothing could be found out."""
    bench.service.after_write = lambda: bench.service.switch_on("listSecrets", Fault(status=502))
    bench.service.switch_on(CREATE, Fault(cut=Cut.AFTER))
    operations.writes.submit(plan)
    number = bench.write_ended().number
    assert number is not None
    bench.service.switch_off("listSecrets")
    return number


def test_it_is_in_its_places_before_it_is_read_back(bench: Bench, tmp_path: Path) -> None:
    """The connection dies right after the 201, and the program with it."""
    file = tmp_path / "secret"

    def hold_the_look_afterwards() -> None:
        bench.hold("listSecrets")

    bench.service.after_write = hold_the_look_afterwards
    with bench.signed_in() as operations:
        operations.writes.submit(plan_to(bench, own_entry=True, file=file))
        assert bench.carrier.reached.wait(PATIENCE)
        operations.stop(0)
        assert bench.carrier.given_up.wait(PATIENCE)

    assert file.read_text() == f"{value_of(bench).reveal()}\n"
    assert bench.keyring._values[ENTRY] == value_of(bench)


@pytest.mark.parametrize("cut", [Cut.AFTER, Cut.WITHIN], ids=str)
def test_a_secret_whose_answer_was_lost_is_kept_once_it_is_found(
    bench: Bench, tmp_path: Path, cut: Cut
) -> None:
    old, file = value_of(bench), tmp_path / "secret"
    bench.service.switch_on(CREATE, Fault(cut=cut))

    outcome = replaced(bench, plan_to(bench, own_entry=True, file=file))

    assert (outcome.effect is Effect.UNKNOWN) == (cut is Cut.AFTER)
    assert file.read_text() == f"{value_of(bench).reveal()}\n"
    assert "is kept in" in outcome.message
    found = kept(bench)
    assert found.current == value_of(bench)
    assert found.previous is not None
    assert found.previous.value == old
    assert bench.service.writes == [CREATE]


@pytest.mark.parametrize(
    "fault", [Fault(status=403), Fault(cut=Cut.BEFORE), Fault(status=502)], ids=str
)
def test_where_nothing_was_made_nothing_is_kept(bench: Bench, tmp_path: Path, fault: Fault) -> None:
    bench.service.switch_on(CREATE, fault)

    outcome = replaced(bench, plan_to(bench, own_entry=True, file=tmp_path / "secret"))

    assert "The new one is kept" not in outcome.message
    assert names_in(tmp_path) == set()
    assert kept(bench).current is None


@pytest.mark.parametrize("keyring_answers", [True, False])
@pytest.mark.parametrize("copy_is_kept", [True, False])
def test_for_the_screen_only_settling_keeps_it_nowhere_whatever_is_kept_already(
    bench: Bench, *, copy_is_kept: bool, keyring_answers: bool
) -> None:
    stale = Secret("one of long ago")
    if copy_is_kept:
        asyncio.run(bench.keyring.save(ENTRY, stale))
    with bench.signed_in() as operations:
        number = left_open(bench, operations, plan_to(bench))
        bench.keyring.in_trouble = not keyring_answers
        send = asyncio.run(operations.history.settle_now(number))
        bench.keyring.in_trouble = False
        found = asyncio.run(operations.signing.kept(MAIN_WORKSPACE))

    assert send.parts[-1].finding is Finding.CONSISTENT
    assert found.current == (stale if copy_is_kept else None)
    assert found.previous is None
    assert send.parts[-1].message.endswith(
        "You chose the screen only, so it is kept nowhere: store it now. In 2 Webhooks, * shows it,"
        " y copies it and f saves it to a new file."
    )
    assert send.destinations == ()


def test_an_older_copy_is_not_taken_for_the_one_that_was_replaced(bench: Bench) -> None:
    """It was kept long ago, and secrets were replaced elsewhere since."""
    old, stale = value_of(bench), Secret("one of long ago")
    asyncio.run(bench.keyring.save(ENTRY, stale))
    with bench.signed_in() as operations:
        number = left_open(bench, operations, plan_to(bench, own_entry=True))
        before = asyncio.run(operations.signing.kept(MAIN_WORKSPACE)).previous
        assert before is not None
        assert before.value == old
        asyncio.run(operations.history.settle_now(number))
        found = asyncio.run(operations.signing.kept(MAIN_WORKSPACE))

    assert found.current == value_of(bench)
    assert found.previous == before


@pytest.mark.parametrize("was_kept", [True, False])
def test_the_one_before_ended_when_the_new_one_was_asked_for(
    bench: Bench, *, was_kept: bool
) -> None:
    """Not when it was found out, which may be days later."""
    old = value_of(bench)
    if was_kept:
        asyncio.run(bench.keyring.save(ENTRY, old))
    with bench.signed_in() as operations:
        number = left_open(bench, operations, plan_to(bench, own_entry=True))
        send = asyncio.run(operations.history.settle_now(number))
        found = asyncio.run(operations.signing.kept(MAIN_WORKSPACE))

    assert found.previous is not None
    assert found.previous.value == old
    assert found.previous.ended <= send.parts[0].begun
    (part,) = send.parts
    assert part.ended is not None
    assert f"(consistent with accepted, {full_moment(part.ended)})" in part_words(part)


@pytest.mark.parametrize("copy_is_kept", [True, False])
def test_where_nobody_knows_any_more_what_was_chosen_a_kept_copy_tells(
    bench: Bench, *, copy_is_kept: bool
) -> None:
    """A journal of an earlier version does not have it."""
    old, new = value_of(bench), Secret("new")
    if copy_is_kept:
        asyncio.run(bench.keyring.save(ENTRY, old))

    async def nobody_knows(value: Secret) -> None:
        assert value == old

    with bench.running() as operations:
        entries = operations.signing._entries
        replaced = Replaced(nobody_knows, ENDED)
        told = asyncio.run(entries.keep_found(MAIN_WORKSPACE, new, None, replaced))
        found = asyncio.run(operations.signing.kept(MAIN_WORKSPACE))

    assert told.places == (("in the keyring",) if copy_is_kept else ())
    assert found.current == (new if copy_is_kept else None)
    assert found.previous == (PreviousSecret(old, ENDED) if copy_is_kept else None)


def test_what_settling_finds_is_kept_in_the_entry_that_was_chosen_and_no_file_is_claimed(
    bench: Bench, tmp_path: Path
) -> None:
    """Nothing was kept before this send, so the one before it tells what had been chosen."""
    old, file = value_of(bench), tmp_path / "secret"
    bench.service.after_write = lambda: bench.service.switch_on("listSecrets", Fault(status=502))
    bench.service.switch_on(CREATE, Fault(cut=Cut.AFTER))
    with bench.signed_in() as operations:
        operations.writes.submit(plan_to(bench, own_entry=True, file=file))
        ended = bench.write_ended()
        assert f"it is kept nowhere yet, and {file} was not written." in ended.outcome.message
        assert ended.number is not None
        bench.service.switch_off("listSecrets")
        send = asyncio.run(operations.history.settle_now(ended.number))
        found = asyncio.run(operations.signing.kept(MAIN_WORKSPACE))

    assert found.current == value_of(bench)
    assert found.previous is not None
    assert found.previous.value == old
    assert not file.exists()
    message = send.parts[-1].message
    assert "It is kept in the keyring." in message
    assert f"It was to be in {file}, and settling did not put it there: look" in message
    assert send.destinations == (str(file), "keyring")
