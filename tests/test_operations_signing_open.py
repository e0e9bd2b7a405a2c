"""Requests for a secret that stay open: where theirs was to be kept, and which of them made one."""

import asyncio
from pathlib import Path

import pytest

from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.demo.seed import MAIN_WORKSPACE
from prolific_tui.errors import Effect
from prolific_tui.keeping import DraftKeeping, MachineKeeping, TokenPlace
from prolific_tui.operations import Operations
from prolific_tui.submission.send import Finding, Send, Standing
from prolific_tui.tui.screens.send_words import facts
from tests.operations_bench import Bench
from tests.signing_bench import plan_to, value_of
from tests.submission_bench import Write

CREATE = Write.SECRET.value


@pytest.fixture
def bench() -> Bench:
    """A Prolific that can't be asked for its secret once one was made."""
    bench = Bench()
    unreadable = Fault(status=502)
    bench.service.after_write = lambda: bench.service.switch_on("listSecrets", unreadable)
    return bench


def left_open(bench: Bench, operations: Operations, cut: Cut, file: Path | None = None) -> int:
    """The number of a request whose answer never came."""
    bench.service.switch_on(CREATE, Fault(cut=cut, times=1))
    operations.writes.submit(plan_to(bench, file=file))
    number = bench.write_ended().number
    assert number is not None
    bench.service.switch_off("listSecrets")
    return number


def settled(operations: Operations, number: int) -> Send:
    return asyncio.run(operations.history.settle_now(number))


def test_one_secret_is_credited_to_one_request(bench: Bench) -> None:
    with bench.signed_in() as operations:
        first = left_open(bench, operations, Cut.BEFORE)
        # The second one is begun although the first is open, as an older window may.
        second = left_open(bench, operations, Cut.AFTER)
        found = settled(operations, second)
        assert found.parts[-1].finding is Finding.CONSISTENT
        assert "Another request is open as well: at most one" in found.parts[-1].message
        said = asyncio.run(operations.history.say(second, 1, arrived=True))
        assert said.made_secret_id == bench.service.state.secrets[MAIN_WORKSPACE].id

        other = settled(operations, first)
        assert (other.standing, other.parts[-1].finding) == (Standing.OPEN, Finding.OTHERS)
        assert "made that one, as the history has it." in other.parts[-1].message
        assert "kept" not in other.parts[-1].message

        # Taking the word back makes it anybody's again.
        asyncio.run(operations.history.take_back(second))
        assert settled(operations, first).parts[-1].finding is Finding.CONSISTENT


def test_where_it_was_to_be_kept_is_written_down_by_name_alone(
    bench: Bench, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    with bench.signed_in() as operations:
        old = bench.service.state.secrets[MAIN_WORKSPACE].id
        number = left_open(bench, operations, Cut.BEFORE, file)
        sends = asyncio.run(operations.history.read())
        (send,) = sends.sends
        assert (send.number, send.destinations) == (number, (str(file),))
        assert dict(facts(send, sends))["To be kept"] == f"in {file}"
        assert dict(facts(send, sends))["Old secret"] == f"id {old}"
        saved = asyncio.run(
            operations.history.save(tmp_path / "sends.json", sends.sends, as_json=True)
        )
    assert f'"destinations": "in {file}"' in saved.read_text()
    assert value_of(bench).reveal() not in saved.read_text()


def test_what_a_request_left_in_the_keyring_is_deleted_with_the_rest(
    bench: Bench, tmp_path: Path
) -> None:
    """The old one is kept before anything is asked for, and nothing else ever was."""
    old = value_of(bench)
    with bench.signed_in() as operations:
        bench.service.switch_on(CREATE, Fault(cut=Cut.BEFORE, times=1))
        operations.writes.submit(plan_to(bench, own_entry=True, file=tmp_path / "secret"))
        assert bench.write_ended().outcome.effect is Effect.UNKNOWN
        held = "".join(value.reveal() for value in bench.keyring._values.values())
        assert old.reveal() in held

        keeping = MachineKeeping(TokenPlace.SESSION, DraftKeeping.NOTHING)
        (note,) = asyncio.run(operations.keep(keeping)).notes
        assert note.startswith("The copies of signing secrets were deleted")
        assert bench.keyring._values == {}
