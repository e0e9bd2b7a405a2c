"""The journal in memory: every write of this run, and nothing secret."""

import threading
from dataclasses import replace
from datetime import UTC, datetime

from prolific_tui.demo.seed import CHATBOT_B
from prolific_tui.errors import Effect
from prolific_tui.journal import MemoryJournal
from prolific_tui.models import CredentialPool, WebhookSecret
from prolific_tui.secret import Secret
from prolific_tui.submission.outcome import Outcome
from prolific_tui.submission.plan import Kind, SecretPlan
from tests.submission_bench import (
    POOL,
    ROWS,
    WORKSPACE,
    Write,
    credential_plan,
    impatient_threads,
    strings_in,
)

NOW = datetime(2026, 11, 21, 10, 22, tzinfo=UTC)
LATER = datetime(2026, 11, 21, 10, 23, tzinfo=UTC)
OTHER = CredentialPool("other", 5, 5)
ACCEPTED = Outcome(Effect.ACCEPTED, "Done", "It was done.")
UNKNOWN = Outcome(Effect.UNKNOWN, "Not known", "Nobody knows.")


def test_an_append_is_recorded_with_what_was_there_before() -> None:
    entry = MemoryJournal().about_to_send(credential_plan(), (OTHER, POOL), NOW)

    assert (entry.kind, entry.workspace, entry.pool_id) == (Kind.APPEND, WORKSPACE, CHATBOT_B)
    assert (entry.rows, entry.source, entry.begun) == (3, "wave.csv", NOW)
    assert entry.pools_before == (OTHER, POOL)
    assert (entry.outcome, entry.ended) == (None, None)


def test_a_create_has_no_pool_before_it_is_answered() -> None:
    entry = MemoryJournal().about_to_send(credential_plan(Write.CREATE), (POOL,), NOW)

    assert (entry.kind, entry.pool_id) == (Kind.CREATE, None)


def test_a_replacement_is_recorded_with_the_id_of_the_old_secret_alone() -> None:
    plan = SecretPlan(WORKSPACE, WebhookSecret("6372", Secret("whs-value")))

    entry = MemoryJournal().about_to_send(plan, (), NOW)

    assert (entry.kind, entry.old_secret_id, entry.rows) == (Kind.REPLACE_SECRET, "6372", 0)
    assert "whs-value" not in list(strings_in(entry))


def test_a_write_is_open_until_it_ended() -> None:
    journal = MemoryJournal()
    number = journal.about_to_send(credential_plan(), (POOL,), NOW).number
    assert journal.entries()[0].outcome is None

    ended = journal.ended(number, ACCEPTED, LATER)

    assert (ended.outcome, ended.ended, ended.begun) == (ACCEPTED, LATER, NOW)
    assert journal.entries() == (ended,)


def test_whoever_knows_more_later_says_so() -> None:
    journal = MemoryJournal()
    number = journal.about_to_send(credential_plan(), (POOL,), NOW).number
    journal.ended(number, UNKNOWN, NOW)

    journal.ended(number, ACCEPTED, LATER)

    (entry,) = journal.entries()
    assert (entry.outcome, entry.ended) == (ACCEPTED, LATER)


def test_the_pool_that_a_create_made_is_remembered_from_then_on() -> None:
    journal = MemoryJournal()
    number = journal.about_to_send(credential_plan(Write.CREATE), (), NOW).number
    journal.ended(number, replace(ACCEPTED, pool=OTHER), NOW)

    journal.ended(number, ACCEPTED, LATER)

    assert journal.entries()[0].pool_id == "other"


def test_neither_passwords_nor_the_new_secret_are_kept() -> None:
    journal = MemoryJournal()
    number = journal.about_to_send(credential_plan(), (POOL,), NOW).number
    journal.ended(number, replace(ACCEPTED, secret=WebhookSecret("s", Secret("whs-new"))), LATER)

    texts = list(strings_in(journal.entries()))

    assert "wave.csv" in texts
    assert not {"whs-new", *(password for _, password in ROWS)}.intersection(texts)
    assert not any(ROWS[0][1] in text for text in texts)


def test_the_newest_write_comes_first() -> None:
    journal = MemoryJournal()
    for _ in range(3):
        journal.about_to_send(credential_plan(), (), NOW)
    journal.ended(1, ACCEPTED, LATER)

    assert [entry.number for entry in journal.entries()] == [3, 2, 1]


def test_writes_from_several_threads_are_all_kept_and_in_order() -> None:
    journal, plan = MemoryJournal(), credential_plan()
    count = 300

    def write() -> None:
        for _ in range(count):
            journal.ended(journal.about_to_send(plan, (), NOW).number, ACCEPTED, LATER)

    writers = [threading.Thread(target=write) for _ in range(4)]
    with impatient_threads():
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()

    entries = journal.entries()
    assert [entry.number for entry in entries] == list(range(len(writers) * count, 0, -1))
    assert all(entry.outcome == ACCEPTED for entry in entries)
