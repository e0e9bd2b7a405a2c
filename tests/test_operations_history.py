"""The history of this machine as screens ask for it: read, settled, gone on with, exported."""

import asyncio
import csv
import io
import json
import re
import stat
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from prolific_tui.credentials.problems import Problem
from prolific_tui.credentials.rows import Rows
from prolific_tui.credentials.session import EditSession, Verdict
from prolific_tui.credentials.stepping import finish
from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.demo.seed import CHATBOT_B, MAIN_WORKSPACE
from prolific_tui.errors import Effect, FileError, ProlificTuiError, SettingsError
from prolific_tui.operations import Operations
from prolific_tui.operations.events import HistoryChanged, SendProgressed, WriteEnded
from prolific_tui.submission.plan import CredentialPlan, Target
from prolific_tui.submission.progress import Phase
from prolific_tui.submission.send import Finding, Send, Standing
from tests.credentials_steps import hold
from tests.operations_bench import Bench
from tests.submission_bench import (
    ROWS,
    TOTAL,
    WORKSPACE,
    MemoryJournal,
    Write,
    credential_plan,
    secret_plan,
)

NAMES = [name for name, _ in ROWS]


@pytest.fixture
def bench() -> Bench:
    return Bench(part_rows=1)


def sent(bench: Bench, operations: Operations, plan: CredentialPlan | None = None) -> WriteEnded:
    assert operations.writes.submit(plan or credential_plan())
    return bench.write_ended()


def verdicts(session: EditSession) -> list[Verdict]:
    rows = session.document.rows()
    return [session.ledger.verdict(session.document.row(index)) for index in range(len(rows))]


# Sending, as it is told


def test_the_parts_that_are_told_are_those_that_go_by_size_as_well() -> None:
    bench = Bench(part_bytes=1)
    with bench.signed_in() as operations:
        assert finish(operations.writes.seek_parts(credential_plan())) == 3
        number = sent(bench, operations).number
        (send,) = operations.history.now.sends
        assert (send.number, len(send.parts)) == (number, 3)


def test_the_parts_of_other_rows_are_not_those_of_a_send(bench: Bench) -> None:
    with bench.signed_in() as operations:
        assert finish(operations.writes.seek_parts(credential_plan(rows=ROWS[:1]))) == 1
        ended = sent(bench, operations)
        assert len(ended.accepted) == len(ROWS)
        (send,) = operations.history.now.sends
        assert len(send.parts) == 3


def test_a_send_tells_of_its_parts_and_the_history_has_it_at_once(bench: Bench) -> None:
    with bench.signed_in() as operations:
        assert finish(operations.writes.seek_parts(credential_plan())) == 3
        operations.writes.submit(credential_plan())
        events = [event for _, event in bench.events_until(WriteEnded)]
        ended = events[-1]

        assert isinstance(ended, WriteEnded)
        assert (ended.number, len(ended.accepted), ended.search) == (1, 3, None)
        assert operations.writes.progress is None
        (send,) = operations.history.now.sends
        assert (send.standing, len(send.parts), send.owner.email) == (
            Standing.ACCEPTED,
            3,
            bench.service.state.owner.email,
        )
        assert operations.history.now.last_to(CHATBOT_B) == send
        assert asyncio.run(operations.history.read()).sends == (send,)
    told = [event.progress for event in events if isinstance(event, SendProgressed)]
    assert [(each.part, each.parts) for each in told if each.phase is Phase.SENDING] == [
        (1, 3),
        (2, 3),
        (3, 3),
    ]
    assert HistoryChanged() in events


class Overtaken(MemoryJournal):
    """Something happens after the sends were read, and before anybody is told of them."""

    def __init__(self) -> None:
        super().__init__()
        self.happening: list[Callable[[], object]] = []

    def sends(self, service_url: str) -> tuple[Send, ...]:
        sends = super().sends(service_url)
        while self.happening:
            self.happening.pop()()
        return sends


def test_what_was_read_before_a_send_does_not_take_its_place() -> None:
    journal = Overtaken()
    bench = Bench(part_rows=1, journal=journal)
    with bench.signed_in() as operations:
        journal.happening.append(lambda: sent(bench, operations))
        read = asyncio.run(operations.history.read())

        assert [send.standing for send in operations.history.now.sends] == [Standing.ACCEPTED]
        assert read == operations.history.now


def test_a_send_can_be_paused_and_stopped_from_the_interface(bench: Bench) -> None:
    held = bench.hold(Write.APPEND.value)
    with bench.signed_in() as operations:
        operations.writes.submit(credential_plan())
        assert held.reached.wait(20)
        operations.writes.pause()
        held.go_on.set()
        while not _is_paused(bench):
            pass
        assert operations.writes.progress is not None
        assert operations.writes.progress.accepted == 1
        operations.writes.stop()
        ended = bench.write_ended()

        assert ended.outcome.title == "Stopped: 1 of 3 rows were accepted"
        assert len(ended.accepted) == 1
        assert operations.history.now.sends[0].words == "1 accepted, 2 left"


def _is_paused(bench: Bench) -> bool:
    event = bench.next_event()
    return isinstance(event, SendProgressed) and event.progress.phase is Phase.PAUSED


# What was left open


def left_open(bench: Bench, operations: Operations, cut: Cut = Cut.BEFORE) -> Send:
    bench.service.switch_on(Write.APPEND.value, Fault(cut=cut, times=1))
    assert sent(bench, operations).outcome.effect is Effect.UNKNOWN
    return operations.history.now.sends[0]


def test_the_next_run_is_told_of_what_is_open_and_settles_it(bench: Bench) -> None:
    with bench.signed_in() as operations:
        left_open(bench, operations)

    with bench.signed_in() as operations:
        history = operations.history
        assert not history.now.open
        (send,) = asyncio.run(history.read()).open
        assert bench.events_until(HistoryChanged)
        bench.waited.seconds.clear()
        send = asyncio.run(history.settle_now(send.number))
        assert bench.waited.seconds == [1, 2, 4, 8]
        assert send.open_parts[0].finding is Finding.NOT_THERE
        assert list(history.now.open) == [send]

        # It arrives late after all.
        bench.service.add(NAMES[0])
        send = asyncio.run(history.settle_now(send.number))
        assert send.parts[0].finding is Finding.REPORTED
        assert (send.accepted_rows, list(history.now.open)) == (1, [])

        matched = asyncio.run(history.match(send.number, credential_plan()))
        assert matched.plan is not None
        assert (matched.plan.rows, matched.accepted, matched.missing) == (2, 1, 0)
        assert sent(bench, operations, matched.plan).outcome.effect is Effect.ACCEPTED
        assert bench.service.holds().pools[CHATBOT_B][TOTAL:] == tuple(NAMES)


def test_the_person_can_say_what_became_of_it(bench: Bench) -> None:
    with bench.signed_in() as operations:
        send = left_open(bench, operations)
        blocked = asyncio.run(operations.history.match(1, credential_plan()))
        assert blocked.is_blocked
        assert "Settle it first" in blocked.words[0]

        send = asyncio.run(operations.history.say(send.number, 1, arrived=False))

        assert (send.standing, send.can_go_on) == (Standing.ABSENT, True)
        assert send.parts[0].is_known_by == "you said that it did not arrive"
        with pytest.raises(SettingsError, match="not open"):
            asyncio.run(operations.history.say(send.number, 1, arrived=True))
        elsewhere = replace(
            credential_plan(), target=Target(replace(WORKSPACE, id="another", title="Another"))
        )
        with pytest.raises(SettingsError, match="Another workspace"):
            asyncio.run(operations.history.match(1, elsewhere))


def test_a_secret_of_unknown_fate_is_compared_by_id_and_value(bench: Bench) -> None:
    bench.service.switch_on(Write.SECRET.value, Fault(cut=Cut.BEFORE, times=1))
    with bench.signed_in() as operations:
        operations.writes.submit(secret_plan(bench.service))
        ended = bench.write_ended()
        assert ended.outcome.effect is Effect.UNKNOWN
        send = asyncio.run(operations.history.settle_now(1))
        assert send.open_parts[0].finding is Finding.NOT_THERE

        operations.writes.submit(secret_plan(bench.service))
        assert bench.write_ended().outcome.effect is Effect.ACCEPTED
        send = asyncio.run(operations.history.settle_now(1))
        # There is another one, but it is known which request made that.
        assert send.open_parts[0].finding is Finding.OTHERS
        assert "made that one, as the history has it." in send.open_parts[0].message


def test_nothing_is_settled_while_it_is_being_sent_or_nobody_is_signed_in(bench: Bench) -> None:
    held = bench.hold(Write.APPEND.value)
    with bench.signed_in() as operations:
        operations.writes.submit(credential_plan())
        assert held.reached.wait(20)
        with pytest.raises(ProlificTuiError, match="Somebody is at work"):
            asyncio.run(operations.history.settle_now(1))
        held.go_on.set()
        bench.write_ended()
    with bench.running() as operations, pytest.raises(SettingsError, match="Not signed in"):
        asyncio.run(operations.history.settle_now(1))


# Already in this pool


def test_rows_are_checked_by_what_was_sent_and_then_by_the_usage_reports(bench: Bench) -> None:
    bench.service.switch_on("listStudies", Fault(status=403))
    with bench.signed_in() as operations:
        history = operations.history
        nothing = asyncio.run(history.known(CHATBOT_B, TOTAL))
        assert nothing.coverage.words == (
            "not checked: none of the pool's 60 usernames is known here"
        )
        bench.service.after_write = lambda: bench.service.switch_on(
            Write.APPEND.value, Fault(cut=Cut.AFTER)
        )
        assert sent(bench, operations).outcome.effect is Effect.UNKNOWN
        bench.service.switch_off()

        known = asyncio.run(history.known(CHATBOT_B, TOTAL + 2))
        theirs = next(iter(bench.service.state.pools[CHATBOT_B].passwords))
        session = EditSession(Rows.of([*ROWS, (theirs, "pw-long-enough")]))
        hold(session, known.surely, known.perhaps)
        assert known.coverage.words == (
            "checked against 1 of 62 usernames; up to 1 more is from here"
        )
        # The second part is not known, the third was never sent.
        assert verdicts(session) == [
            Verdict.LEFT_OUT,
            Verdict.NEEDS_OK,
            Verdict.GOES,
            Verdict.GOES,
        ]
        assert Problem.PERHAPS_IN_POOL in session.ledger.problems(session.document.row(1))

        # Two were added since the pool was listed.
        known = asyncio.run(history.known_with_reports(CHATBOT_B, TOTAL, MAIN_WORKSPACE))
        hold(session, known.surely, known.perhaps)
        assert known.coverage.words == "checked against all 62 usernames"
        assert verdicts(session) == [
            Verdict.LEFT_OUT,
            Verdict.LEFT_OUT,
            Verdict.GOES,
            Verdict.LEFT_OUT,
        ]


def test_reports_that_can_not_be_read_are_named_and_nothing_more_is_claimed(
    bench: Bench,
) -> None:
    bench.service.switch_on("getStudyCredentialsReport", Fault(status=403))
    with bench.signed_in() as operations:
        known = asyncio.run(operations.history.known_with_reports(CHATBOT_B, None))

    assert known.coverage.trouble.startswith("No usage report of ")
    assert known.coverage.words == ("checked against 0 usernames; Prolific does not tell the total")


def test_names_of_a_report_that_was_readable_before_are_said_to_be_of_then(bench: Bench) -> None:
    with bench.signed_in() as operations:
        read = partial(operations.history.known_with_reports, CHATBOT_B, TOTAL)
        assert asyncio.run(read()).coverage.words_of_reading == (
            "checked against all 60 usernames."
        )
        bench.service.switch_on("getStudyCredentialsReport", Fault(status=403))
        told = asyncio.run(read()).coverage.words_of_reading

    assert re.match(
        r"checked against all 60 usernames\. Some names of the pool were read earlier, last at"
        r" \d\d:\d\d; now not all could be read: No usage report of ",
        told,
    )


# Labels and files


def test_what_a_pool_is_called_is_known_at_once_and_kept(bench: Bench) -> None:
    with bench.signed_in() as operations:
        asyncio.run(operations.history.set_label(CHATBOT_B, "chatbot-B"))
        assert operations.history.now.label(CHATBOT_B) == "chatbot-B"
        assert operations.history.now.label(None) == ""
    with bench.running() as operations:
        assert asyncio.run(operations.history.read()).label(CHATBOT_B) == "chatbot-B"
        asyncio.run(operations.history.set_label(CHATBOT_B, ""))
        assert operations.history.now.labels == {}


def test_the_history_is_written_to_a_file_of_either_kind(bench: Bench, tmp_path: Path) -> None:
    with bench.signed_in() as operations:
        history = operations.history
        asyncio.run(history.set_label(CHATBOT_B, "=chatbot"))
        sent(bench, operations)
        operations.writes.submit(secret_plan(bench.service))
        bench.write_ended()
        sends = history.now.sends
        as_csv = asyncio.run(history.save(tmp_path / "sends.csv", sends, as_json=False))
        as_json = asyncio.run(history.save(tmp_path / "sends.json", sends, as_json=True))
        empty = asyncio.run(history.save(tmp_path / "none.csv", (), as_json=False))
        with pytest.raises(FileError, match="Already there"):
            asyncio.run(history.save(tmp_path / "sends.csv", sends, as_json=False))

    lines = list(csv.DictReader(io.StringIO(as_csv.read_text())))
    assert [(line["send"], line["part"], line["part_outcome"]) for line in lines] == [
        ("2", "1", "accepted"),
        ("1", "1", "accepted"),
        ("1", "2", "accepted"),
        ("1", "3", "accepted"),
    ]
    # A spreadsheet would run it.
    assert lines[1]["pool"] == "'=chatbot"
    listed = json.loads(as_json.read_text())
    assert [(each["kind"], len(each["parts"])) for each in listed] == [
        ("Replace secret", 1),
        ("Append", 3),
    ]
    assert empty.read_text() == "send\n"
    assert stat.S_IMODE(as_csv.stat().st_mode) == 0o600
    for text in (as_csv.read_text(), as_json.read_text()):
        assert not any(name in text or password in text for name, password in ROWS)
