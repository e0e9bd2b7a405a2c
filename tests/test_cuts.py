"""Whatever byte the line of a write is cut at, the person is told the truth, and it goes once.

`python -m tests.cuts` tries every byte; here are some of each kind. That the judge of these trials
can be trusted is shown as well, because a judge that finds nothing might be looking at nothing.
"""

import asyncio
import itertools
from dataclasses import replace

import pytest

from prolific_tui.errors import Effect
from tests.cuts.cuts import (
    Cut,
    Direction,
    Fate,
    Manner,
    Model,
    Shape,
    crowded,
    darkened,
    every_cut,
    every_late_cut,
    sample,
)
from tests.cuts.judge import faults
from tests.cuts.lab import LIMITS, Trial, lab
from tests.cuts.tally import Tally
from tests.cuts.trying import tried, uncut
from tests.submission_bench import Write


@pytest.fixture(scope="module")
def models() -> list[Model]:
    return asyncio.run(uncut())


async def test_no_cut_makes_a_statement_false_or_a_write_go_twice(models: list[Model]) -> None:
    """Some of every mode: done at once or late, beside a second client, without a network."""
    cuts, late = list(every_cut(models)), list(every_late_cut(models))
    modes = (cuts, late, list(crowded([*cuts, *late])), list(darkened(cuts)))
    some = [cut for mode in modes for cut in sample(mode, 30, seed=4)]

    tally = await tried(some)

    assert tally.tried == 120
    assert tally.settled
    assert tally.is_well, "\n".join(itertools.chain(*tally.told.values()))


def test_every_byte_of_every_message_is_cut_in_every_manner(models: list[Model]) -> None:
    cuts = list(every_cut(models))
    assert len(set(cuts)) == len(cuts)
    for model in models:
        if (model.fate, model.shape) == (Fate.APPLIED, Shape.PLAIN):
            for fate in (Fate.APPLIED, Fate.WITHHELD):
                of_request = {
                    (cut.offset, cut.manner)
                    for cut in cuts
                    if (cut.write, cut.direction, cut.fate)
                    == (model.write, Direction.REQUEST, fate)
                }
                assert len(of_request) == 3 * (len(model.request) + 1)
        of_answer = {
            (cut.offset, cut.manner)
            for cut in cuts
            if (cut.write, cut.direction, cut.fate, cut.shape)
            == (model.write, Direction.ANSWER, model.fate, model.shape)
        }
        assert of_answer == {
            (offset, manner) for offset in range(len(model.answer) + 1) for manner in Manner
        }


def test_a_sample_has_something_of_everything(models: list[Model]) -> None:
    cuts = list(every_cut(models))
    found = sample(cuts, 600, seed=1)
    assert len(set(found)) == 600
    assert {(cut.write, cut.manner, cut.fate, cut.shape) for cut in found} == {
        (cut.write, cut.manner, cut.fate, cut.shape) for cut in cuts
    }
    assert sample(cuts, 600, seed=1) == found


async def test_the_judge_finds_what_is_wrong() -> None:
    within_answer = Cut(Write.APPEND, Direction.ANSWER, 190, Manner.CLOSED, Fate.APPLIED)
    never = Cut(Write.CREATE, Direction.REQUEST, 90, Manner.RESET, Fate.WITHHELD)
    async with lab(LIMITS[Manner.CLOSED][0]) as opened:
        accepted = await opened.attempt(within_answer)
        unknown = await opened.attempt(never)
    assert accepted.outcome.effect is Effect.ACCEPTED
    assert unknown.outcome.effect is Effect.UNKNOWN
    for trial in (accepted, unknown):
        assert list(faults(trial)) == []

    def found(trial: Trial, **changes: object) -> str:
        return " | ".join(faults(replace(trial, **changes)))  # type: ignore[arg-type] # by field

    def saying(trial: Trial, **words: object) -> str:
        return found(trial, outcome=replace(trial.outcome, **words))  # type: ignore[arg-type]

    assert "2 writes arrived" in found(accepted, writes=2)
    assert "it was not done" in found(accepted, done=0)
    assert "came 1 times after 2" in found(accepted, done=2)
    assert "lost what it held" in found(
        accepted,
        after=replace(
            accepted.after,
            pools={pool_id: names[1:] for pool_id, names in accepted.after.pools.items()},
        ),
    )
    assert "the journal has not just this write" in found(accepted, send=None)
    assert "the journal says: 3 credentials" in saying(accepted, message="It was done.")
    assert "in the journal it is accepted" in saying(accepted, effect=Effect.UNKNOWN)
    assert accepted.send is not None
    elsewhere = replace(accepted.send, pool_id="elsewhere", rows=4)
    assert "the journal's send is another one" in found(accepted, send=elsewhere)
    assert "the journal names the pool elsewhere" in found(accepted, send=elsewhere)
    assert "the service did not refuse it" in saying(unknown, effect=Effect.REFUSED)
    assert "it was not done" in saying(unknown, effect=Effect.ACCEPTED)
    assert "not true: Nothing was changed." in saying(accepted, message="Nothing was changed.")
    assert "not true: The pool's total is still 60." in saying(
        accepted, message="The pool's total is still 60."
    )
    assert "not true: Prolific accepted" in saying(unknown, message="Prolific accepted the list.")
    assert "not known: All is well." in saying(unknown, message="All is well.")


async def test_a_tally_tells_what_was_wrong_and_where() -> None:
    cut = Cut(Write.APPEND, Direction.ANSWER, 190, Manner.CLOSED, Fate.APPLIED, stage="body")
    async with lab(LIMITS[Manner.CLOSED][0]) as opened:
        trial = await opened.attempt(cut)
    tally, other = Tally(), Tally()
    tally.add(trial)
    other.add(replace(trial, writes=2))
    other.add(replace(trial, struck=False))
    assert [tally.is_well, other.is_well] == [True, False]
    tally.take(other)
    assert "| append | answer | body | 190-190 | 2 | 0 | 0 | 1 |" in tally.tables()
    assert tally.summary.startswith("2 cuts tried, 0 of them settled later; statements wrong: 1;")
    assert "more than one request seen: 1;" in tally.summary
    assert "not tried: 1" in tally.summary
    assert "append: answer closed after 190 bytes (body), applied" in str(tally.told)
