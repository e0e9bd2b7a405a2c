"""Rows that were not sent outlive the program, and are kept as was chosen."""

import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prolific_tui.credentials.rows import NO_ROWS, Rows
from prolific_tui.drafts import DraftStore, MemoryDrafts
from prolific_tui.drafts.form import Header, decoded, encoded
from prolific_tui.errors import FileError
from prolific_tui.keeping import DraftKeeping
from prolific_tui.submission.draft import DraftContent, DraftKey
from tests.drafts_bench import (
    CONTENT,
    EVERYTHING,
    KEY,
    NOON,
    NOTHING,
    OTHER,
    PASSWORD,
    USERNAMES,
    Programs,
    only,
    save,
)

TEXT = st.text(max_size=6)


# What comes back


def test_the_next_run_finds_what_a_crash_left(programs: Programs) -> None:
    save(programs.start())

    store = programs.next()
    summary = only(store)
    draft = store.resume(summary.id)

    assert draft.content == CONTENT
    assert (summary.key, summary.rows, summary.saved_at) == (KEY, 3, NOON)
    assert (summary.label, summary.source) == (CONTENT.label, CONTENT.source)
    assert summary.has_passwords
    assert not summary.in_use
    assert summary.words == "3 rows for chatbot-B, saved 14 Nov 12:00"
    some, every = (replace(summary, in_pool=rows) for rows in (1, 3))
    assert some.words == ("2 rows for chatbot-B, saved 14 Nov 12:00; 1 more is in the pool already")
    assert every.words == "3 rows for chatbot-B, saved 14 Nov 12:00; all are in the pool already"


def test_the_last_save_of_a_target_counts(programs: Programs) -> None:
    store = programs.start()
    save(store)
    save(store, DraftContent(Rows.of([("later", "x")])), hours=1)

    store = programs.next()

    assert store.resume(only(store).id).content.rows == Rows.of([("later", "x")])


def test_targets_are_kept_apart_and_listed_with_the_newest_first(programs: Programs) -> None:
    store = programs.start()
    save(store)
    save(store, key=OTHER, hours=1)

    summaries, _ = programs.next().left()

    assert [summary.key for summary in summaries] == [OTHER, KEY]


def test_what_was_sent_or_discarded_is_gone(programs: Programs) -> None:
    store = programs.start()
    save(store)
    save(store, key=OTHER)
    store.discard(KEY)
    store.discard(KEY)
    save(store, DraftContent(NO_ROWS), key=OTHER)

    assert programs.drafts() == []
    assert programs.next().left() == ((), ())


def test_a_resumed_draft_is_saved_and_discarded_as_ones_own(programs: Programs) -> None:
    save(programs.start())
    store = programs.next()
    store.resume(only(store).id)
    assert store.left() == ((), ())

    save(store, replace(CONTENT, label="later"))
    (path,) = programs.drafts()
    assert b"later" in path.read_bytes()

    store.discard(KEY)
    assert programs.drafts() == []


def test_a_draft_resumed_and_then_lost_in_a_crash_is_offered_again(programs: Programs) -> None:
    save(programs.start())
    store = programs.next()
    store.resume(only(store).id)

    store = programs.next()

    assert store.resume(only(store).id).content == CONTENT


def test_a_draft_can_be_deleted_unseen(programs: Programs) -> None:
    save(programs.start())
    store = programs.next()

    store.delete(only(store).id)

    assert store.left() == ((), ())
    assert [path.name for path in programs.directory.iterdir()] == ["lock"]


def test_looking_around_leaves_no_trace(programs: Programs) -> None:
    store = programs.start()

    assert store.left() == ((), ())
    assert store.conform(NOTHING) == ()
    store.discard(KEY)
    with pytest.raises(FileError, match="not there any more"):
        store.delete("run-0/x.draft")

    assert not programs.directory.exists()


def test_folders_of_runs_that_left_nothing_do_not_pile_up(programs: Programs) -> None:
    for _ in range(3):
        store = programs.next()
        save(store)
        store.discard(KEY)
        store.left()

    assert len(list(programs.directory.glob("run-*"))) == 1


@given(
    st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), max_size=30),
    st.tuples(TEXT, TEXT, TEXT, st.none() | TEXT),
    st.tuples(TEXT, TEXT),
    st.data(),
)
def test_every_draft_comes_back_as_it_was(
    pairs: list[tuple[str, str]],
    ids: tuple[str, str, str, str | None],
    words: tuple[str, str],
    data: st.DataObject,
) -> None:
    some = st.sets(st.sampled_from(range(len(pairs)))) if pairs else st.just(set[int]())
    flags = [tuple(sorted(data.draw(some))) for _ in range(4)]
    content = DraftContent(Rows.of(pairs), *words, *flags)
    header = Header(DraftKey(*ids), content.label, content.source, len(pairs), NOON, True)

    assert decoded(b"".join(encoded(header, content))) == (header, content)

    bare = replace(header, has_passwords=False)
    assert decoded(b"".join(encoded(bare, content))) == (
        bare,
        replace(content, rows=Rows([name for name, _ in pairs], [""] * len(pairs))),
    )


def test_a_long_list_is_written_without_a_second_copy_of_it(tmp_path: Path) -> None:
    content = DraftContent(Rows.of((f"lab-{n:06}", f"pw-{n:06}") for n in range(300_000)))
    store = DraftStore(tmp_path / "drafts", "run")
    tracemalloc.start()
    try:
        store.save(KEY, content, DraftKeeping.EVERYTHING, NOON)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    (path,) = tmp_path.rglob("*.draft")
    assert peak < path.stat().st_size / 2


def test_flags_find_their_rows_in_a_long_list() -> None:
    rows = Rows.of((f"lab-{n}", "x") for n in range(20_000))
    content = DraftContent(rows, accepted=(0, 8191, 8192, 19_999), made=tuple(range(20_000)))
    header = Header(KEY, "", "", 20_000, NOON, True)

    assert decoded(b"".join(encoded(header, content))) == (header, content)


# What is kept


def test_without_passwords_none_reaches_the_disk(programs: Programs) -> None:
    save(programs.start(), keeping=USERNAMES)
    assert PASSWORD.encode() not in programs.bytes()

    store = programs.next()
    summary = only(store)
    content = store.resume(summary.id).content

    assert not summary.has_passwords
    assert summary.words.endswith("the passwords were not kept")
    assert content.rows == Rows.of([("lab-1", ""), ("lab-2", ""), ("lab-3", "")])
    assert content.made == (1, 2)
    # An OK was for the password as well; what was exported has it in its file.
    assert content.accepted == ()
    assert content.exported == (1,)


def test_with_nothing_to_be_kept_nothing_reaches_the_disk(programs: Programs) -> None:
    save(programs.start(), keeping=NOTHING)

    assert not programs.directory.exists()


def test_a_save_of_nothing_takes_back_the_one_before(programs: Programs) -> None:
    store = programs.start()
    save(store)
    save(store, keeping=NOTHING)

    assert programs.drafts() == []


def test_a_new_choice_takes_passwords_out_of_what_was_kept(programs: Programs) -> None:
    save(programs.start())
    store = programs.next()
    save(store, key=OTHER)

    assert store.conform(USERNAMES) == ()

    assert PASSWORD.encode() not in programs.bytes()
    assert b"lab-3" in programs.bytes()
    assert [summary.rows for summary in programs.next().left()[0]] == [3, 3]


def test_a_new_choice_of_nothing_takes_everything_back(programs: Programs) -> None:
    save(programs.start())
    store = programs.next()
    save(store, key=OTHER)

    assert store.conform(NOTHING) == ()

    assert programs.drafts() == []


def test_a_new_choice_of_everything_loses_nothing(programs: Programs) -> None:
    save(programs.start())
    store = programs.next()

    assert store.conform(EVERYTHING) == ()

    assert store.resume(only(store).id).content == CONTENT


def test_a_new_choice_says_where_passwords_stay(programs: Programs) -> None:
    save(programs.start())
    (note,) = programs.start().conform(USERNAMES)

    assert "still runs" in note
    assert PASSWORD.encode() in programs.bytes()


# The demo


def test_the_demo_keeps_nothing(tmp_path: Path) -> None:
    drafts = MemoryDrafts()
    drafts.save(KEY, CONTENT, EVERYTHING, NOON)
    drafts.discard(KEY)
    drafts.delete("x")
    drafts.close()

    assert drafts.left() == ((), ())
    assert drafts.conform(NOTHING) == ()
    with pytest.raises(FileError, match="not there any more"):
        drafts.resume("x")
    assert list(tmp_path.iterdir()) == []
