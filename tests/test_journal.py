"""The journal: what is told of sends is what was written down of them, in memory and on disk."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from prolific_tui.errors import Effect, ProlificTuiError
from prolific_tui.journal import JournalStore, memory_journal
from prolific_tui.models import CredentialPool
from prolific_tui.submission.fingerprints import KEY_SIZE, Fingerprints, Prepared
from prolific_tui.submission.journal import Learned, NewPart, NewSend, SentMeanwhileError
from prolific_tui.submission.plan import Kind
from prolific_tui.submission.send import Finding, Standing
from tests.journal_bench import BEFORE, EARLIER, FOUR, LATER, NAMES, NOW, SEND, accepted, on_disk
from tests.submission_bench import OWNER, SERVICE_URL, WORKSPACE


@pytest.fixture(params=["memory", "disk"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[JournalStore]:
    """A journal of each kind: both do the same."""
    store = memory_journal(bytes, lambda: NOW) if request.param == "memory" else on_disk(tmp_path)
    with closing(store):
        yield store


def test_a_send_is_told_as_it_was_written_down(journal: JournalStore) -> None:
    assert journal.sends(SERVICE_URL) == ()

    begun = journal.begin(SEND)
    part = journal.about_to_send(begun.number, NewPart((0, 3), BEFORE, NOW))

    send = journal.send(begun.number)
    assert (send.kind, send.workspace, send.owner, send.pool_id) == (
        Kind.APPEND,
        WORKSPACE,
        OWNER,
        "pool",
    )
    assert (send.label, send.source, send.rows, send.begun) == ("chatbot-B", "b-wave2.csv", 4, NOW)
    assert (part.number, part.start, part.stop, part.before) == (1, 0, 3, BEFORE)
    assert (send.parts, send.standing, send.in_use) == ((part,), Standing.OPEN, True)
    assert not send.is_open, "somebody is at work on it"

    journal.record(begun.number, Learned(accepted(part)))
    left = journal.leave(begun.number)

    assert left == journal.sends(SERVICE_URL)[0]
    assert (left.standing, left.accepted_rows, left.left) == (Standing.PARTLY, 3, ((3, 4),))
    assert left.ended == LATER
    assert left.can_go_on
    assert journal.sends("https://elsewhere.example") == ()


def test_who_knows_more_later_says_so_and_the_newest_send_comes_first(
    journal: JournalStore,
) -> None:
    numbers = [journal.begin(replace(SEND, begun=NOW)).number for _ in range(3)]
    part = journal.about_to_send(numbers[0], NewPart((0, 4), BEFORE, NOW))
    journal.record(numbers[0], Learned(replace(part, effect=Effect.UNKNOWN, ended=NOW)))
    found = replace(part, effect=Effect.UNKNOWN, finding=Finding.REPORTED, total_after=64)

    journal.record(numbers[0], Learned(found))

    settled = journal.send(numbers[0])
    assert (settled.standing, settled.parts) == (Standing.ACCEPTED, (found,))
    assert [send.number for send in journal.sends(SERVICE_URL)] == numbers[::-1]


def test_a_pool_that_a_send_made_is_called_as_it_was_to_be(journal: JournalStore) -> None:
    number = journal.begin(replace(SEND, kind=Kind.CREATE, pool_id=None)).number
    part = journal.about_to_send(number, NewPart((0, 4), BEFORE, NOW))

    for pool_id in ("made", "another"):
        journal.record(number, Learned(accepted(part), pool_id))
        assert journal.send(number).pool_id == "made"
    assert journal.labels(SERVICE_URL) == {"made": "chatbot-B"}

    journal.set_label(SERVICE_URL, "made", "chatbot-C")
    journal.set_label(SERVICE_URL, "pool", "pilot")
    assert journal.labels(SERVICE_URL) == {"made": "chatbot-C", "pool": "pilot"}
    journal.set_label(SERVICE_URL, "pool", "")
    assert journal.labels(SERVICE_URL) == {"made": "chatbot-C"}
    assert journal.labels("https://elsewhere.example") == {}


def test_a_pool_that_the_person_named_is_called_as_the_made_one_was_to_be(
    journal: JournalStore,
) -> None:
    """Its create was accepted and the answer that named the pool was lost: the rest goes there."""
    create = replace(SEND, kind=Kind.CREATE, pool_id=None)
    for label in ("", "by hand"):
        number = journal.begin(create).number
        part = journal.about_to_send(number, NewPart((0, 2), BEFORE, NOW))
        journal.record(number, Learned(accepted(part)))
        pool_id = f"made-{number}"
        if label:
            journal.set_label(SERVICE_URL, pool_id, label)

        journal.about_to_send(number, NewPart((2, 4), BEFORE, NOW, pool_id=pool_id))

        assert journal.send(number).pool_id == pool_id
        # What the person called it meanwhile stays.
        assert journal.labels(SERVICE_URL)[pool_id] == (label or "chatbot-B")


def test_usernames_are_recognised_by_what_became_of_them(journal: JournalStore) -> None:
    assert not journal.marks(SERVICE_URL, "pool").surely
    number = journal.begin(SEND).number
    parts = [
        journal.about_to_send(number, NewPart((at, at + 1), BEFORE, NOW))
        for at in range(len(NAMES))
    ]
    journal.record(number, Learned(accepted(parts[0])))
    journal.record(
        number, Learned(replace(parts[1], effect=Effect.UNKNOWN, finding=Finding.NOT_THERE))
    )
    journal.record(number, Learned(replace(parts[2], effect=Effect.REFUSED)))

    marks = journal.marks(SERVICE_URL, "pool")

    assert [marks.mark(name) in marks.surely for name in NAMES] == [True, False, False, False]
    assert [marks.mark(name) in marks.perhaps for name in NAMES] == [False, True, False, True]
    assert not marks.said
    said = replace(parts[1], effect=Effect.UNKNOWN, finding=Finding.SAID_ARRIVED)
    journal.record(number, Learned(said))
    marks = journal.marks(SERVICE_URL, "pool")
    assert [marks.mark(name) in marks.perhaps for name in NAMES] == [False, True, False, True]
    assert marks.said == {marks.mark(NAMES[1])}
    assert not journal.marks(SERVICE_URL, "other").surely
    assert journal.places(number, ["strange", NAMES[3], NAMES[0], NAMES[0].upper()]) == [
        None,
        3,
        0,
        None,
    ]


def test_rows_that_may_be_there_without_being_told_by_their_names_are_counted(
    journal: JournalStore,
) -> None:
    def sent(new: NewSend, what: Finding | None, before: tuple[CredentialPool, ...]) -> None:
        number = journal.begin(new).number
        part = journal.about_to_send(number, NewPart((0, 4), before, NOW))
        effect = Effect.UNKNOWN if what else Effect.ACCEPTED
        journal.record(number, Learned(replace(part, effect=effect, finding=what)))

    create = replace(SEND, kind=Kind.CREATE, pool_id=None)
    sent(create, None, ())
    assert journal.marks(SERVICE_URL, "pool").unmarked == 0, "nothing tells of which workspace"

    sent(replace(SEND, usernames=[f"late-{n}" for n in range(4)]), Finding.SAID_NOT, BEFORE)
    sent(create, Finding.SAID_NOT, BEFORE)  # that pool was there before
    marks = journal.marks(SERVICE_URL, "pool")
    assert marks.unmarked == 4
    # Nothing leaves a pool, so they may be there only as far as it has grown.
    (total,) = [pool.total_credentials for pool in BEFORE if pool.credential_pool_id == "pool"]
    assert total is not None
    assert [marks.late(now) for now in (total, total + 1, total + 9, None)] == [0, 1, 4, 4]
    sent(SEND, None, BEFORE)
    marks = journal.marks(SERVICE_URL, "pool")
    assert (len(marks.surely), len(marks.perhaps), marks.unmarked) == (4, 0, 4)


class Counted(list[str]):
    """Usernames that count how often they are gone through."""

    times = 0

    def __iter__(self) -> Iterator[str]:
        self.times += 1
        return super().__iter__()


def test_the_fingerprints_of_a_reviewed_list_are_made_once_and_only_for_that_list(
    journal: JournalStore,
) -> None:
    first = journal.begin(SEND).number
    reviewed, given_up = Counted(NAMES), Counted(NAMES)
    journal.prepare(given_up)

    journal.prepare(reviewed)
    assert (reviewed.times, given_up.times) == (1, 1)
    other = journal.begin(replace(SEND, usernames=NAMES[::-1])).number
    journal.prepare(reviewed)
    before = reviewed.times
    begun = journal.begin(replace(SEND, usernames=reviewed)).number

    assert reviewed.times == before
    places = [0, 1, 2, 3]
    assert journal.places(begun, NAMES) == journal.places(first, NAMES) == places
    assert journal.places(other, NAMES) == places[::-1]


def test_fingerprints_that_were_made_ahead_with_another_key_are_not_taken() -> None:
    before, after = (Fingerprints(key * KEY_SIZE) for key in (b"a", b"b"))
    prepared = Prepared()
    prepared.make(before, NAMES)

    assert prepared.take(after, NAMES) == after.pack(NAMES) != before.pack(NAMES)


def test_an_old_secret_is_recognised_by_its_value(journal: JournalStore) -> None:
    kind = Kind.REPLACE_SECRET
    with_value = journal.begin(replace(SEND, kind=kind, usernames=(), old_secret="whs-old")).number
    without = journal.begin(replace(SEND, kind=kind, usernames=())).number

    assert journal.is_old_secret(with_value, "whs-old") is True
    assert journal.is_old_secret(with_value, "whs-new") is False
    assert journal.is_old_secret(without, "whs-old") is None


def test_only_one_at_a_time_is_at_work_on_a_send(journal: JournalStore) -> None:
    number = journal.begin(SEND).number
    with pytest.raises(ProlificTuiError, match="Somebody is at work"):
        journal.take_up(number)
    journal.leave(number)

    assert journal.take_up(number).in_use
    for ask in (journal.send, journal.take_up):
        with pytest.raises(ProlificTuiError, match="No such send"):
            ask(number + 1)


@pytest.mark.parametrize("kind", [Kind.APPEND, Kind.CREATE])
def test_rows_that_another_send_has_since_they_were_reviewed_do_not_leave(
    journal: JournalStore, kind: Kind
) -> None:
    new = replace(SEND, kind=kind, pool_id="pool" if kind is Kind.APPEND else None)
    reviewed = journal.position()
    theirs = journal.begin(new).number
    part = journal.about_to_send(theirs, NewPart((0, 2), BEFORE, NOW, since=reviewed))
    mine = journal.begin(new).number

    # Under way there: it may arrive.
    with pytest.raises(SentMeanwhileError, match="another window") as caught:
        journal.about_to_send(mine, NewPart((1, 4), BEFORE, EARLIER, since=reviewed))
    assert "1 row may have arrived with it" in caught.value.message
    assert journal.send(mine).parts == ()
    assert journal.about_to_send(mine, NewPart((2, 3), BEFORE, EARLIER, since=reviewed)).rows == 1

    # The other window finds its own next rows gone, too.
    with pytest.raises(SentMeanwhileError):
        journal.about_to_send(theirs, NewPart((2, 4), BEFORE, EARLIER, since=reviewed))

    # Accepted there since the review, or before it: then the review knew.
    journal.record(theirs, Learned(accepted(part), pool_id="pool"))
    journal.leave(theirs)
    with pytest.raises(SentMeanwhileError) as caught:
        journal.about_to_send(mine, NewPart((0, 2), BEFORE, EARLIER, since=reviewed))
    assert "2 rows were accepted with it" in caught.value.message
    known = NewPart((0, 2), BEFORE, EARLIER, since=journal.position())
    assert journal.about_to_send(mine, known).rows == 2


def test_a_review_that_knew_of_an_open_part_is_not_outdated_by_another_look_for_it(
    journal: JournalStore,
) -> None:
    theirs, mine = journal.begin(SEND).number, journal.begin(SEND).number
    part = journal.about_to_send(theirs, FOUR)
    journal.leave(theirs)
    reviewed = journal.position()
    journal.record(theirs, Learned(replace(part, effect=Effect.UNKNOWN, ended=LATER)))
    journal.record(theirs, Learned(replace(part, finding=Finding.NOT_THERE, ended=LATER)))
    sure = NewPart((0, 1), BEFORE, LATER, since=reviewed)
    assert journal.about_to_send(mine, sure).rows == 1

    # But what is said of it counts, and so does taking that back.
    for finding, leaves in ((Finding.SAID_ARRIVED, False), (Finding.SAID_NOT, True), (None, False)):
        journal.record(theirs, Learned(replace(part, finding=finding, ended=LATER)))
        if leaves:
            assert journal.about_to_send(mine, sure).rows == 1
        else:
            with pytest.raises(SentMeanwhileError, match="another window"):
                journal.about_to_send(mine, sure)
