"""Unsent rows are saved while the interface goes on, one save after another, and told of."""

import asyncio
import stat
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prolific_tui.assembly import demo_parts, faulty_service
from prolific_tui.credentials.export import ExportError, plain
from prolific_tui.credentials.generate import LONGEST, MOST, Pattern, PatternError
from prolific_tui.credentials.rows import Rows
from prolific_tui.drafts import DraftStore, MemoryDrafts
from prolific_tui.errors import FileError
from prolific_tui.keeping import DraftKeeping
from prolific_tui.operations import Operations
from prolific_tui.operations.autosave import Autosave
from prolific_tui.operations.events import DraftSaved, DraftTrouble
from prolific_tui.submission.draft import DraftContent, DraftKey
from tests.drafts_bench import CONTENT, KEY, OTHER, PASSWORD
from tests.operations_bench import PATIENCE, SERVICE_URL, Bench

EVERYTHING, USERNAMES, _ = DraftKeeping
HERE = replace(KEY, service_url=SERVICE_URL)


class HeldDrafts(MemoryDrafts):
    """Notes the labels of what is saved; saves end once they are told to."""

    def __init__(self) -> None:
        self.done: list[tuple[DraftKey, str]] = []
        self.reached, self.go_on = threading.Event(), threading.Event()

    def save(
        self,
        key: DraftKey,
        content: DraftContent,
        keeping: DraftKeeping,
        at: datetime,  # noqa: ARG002 - as the store's
    ) -> None:
        self.reached.set()
        assert self.go_on.wait(PATIENCE)
        self.done.append((key, f"{keeping.value}: {content.label}"))

    def discard(self, key: DraftKey) -> None:
        self.done.append((key, "discarded"))


def bench_in(directory: Path, name: str = "run-1") -> Bench:
    directory.chmod(0o700)
    drafts = DraftStore(directory / "drafts", name)
    return Bench(state=directory / "state.json", drafts=drafts)


def choose(operations: Operations, keeping: DraftKeeping) -> None:
    assert asyncio.run(operations.drafts.keep(keeping)) == ()


def keep(operations: Operations, keeping: DraftKeeping) -> None:
    """Choose how drafts are kept, and have one kept so."""
    choose(operations, keeping)
    operations.drafts.save(HERE, CONTENT)
    assert operations.drafts.wait(PATIENCE)


def bytes_in(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())


# Saving


def test_a_save_is_submitted_and_told_of(tmp_path: Path) -> None:
    bench = bench_in(tmp_path)
    with bench.signed_in() as operations:
        choose(operations, EVERYTHING)
        operations.drafts.save(HERE, CONTENT)
        event = bench.next_event()

        assert isinstance(event, DraftSaved)
        assert (event.key, event.rows, event.keeping) == (HERE, 3, EVERYTHING)
        assert PASSWORD.encode() in bytes_in(tmp_path)


def test_the_next_start_finds_what_was_saved_and_knows_the_choice(tmp_path: Path) -> None:
    with bench_in(tmp_path).signed_in() as operations:
        keep(operations, USERNAMES)

    with bench_in(tmp_path, "run-2").signed_in() as operations:
        assert asyncio.run(operations.drafts.keeping()) is USERNAMES
        left = asyncio.run(operations.drafts.left(HERE.owner_id))
        (summary,) = left.summaries
        draft = asyncio.run(operations.drafts.resume(summary.id))

        assert left.notes == ()
        assert draft.content.rows.usernames == list(CONTENT.rows.usernames)
        assert not summary.has_passwords
        assert PASSWORD.encode() not in bytes_in(tmp_path)

        operations.drafts.discard(HERE)
        assert operations.drafts.wait(PATIENCE)
        assert b"lab-1" not in bytes_in(tmp_path)


def test_nothing_is_written_before_the_person_has_chosen(tmp_path: Path) -> None:
    bench = bench_in(tmp_path)
    with bench.signed_in() as operations:
        assert asyncio.run(operations.drafts.keeping()) is None
        operations.drafts.save(HERE, CONTENT)
        event = bench.next_event()

        assert isinstance(event, DraftSaved)
        assert event.keeping is None
        assert list(tmp_path.iterdir()) == []


def test_a_choice_takes_back_what_was_kept_before(tmp_path: Path) -> None:
    bench = bench_in(tmp_path)
    with bench.signed_in() as operations:
        choose(operations, EVERYTHING)
        operations.drafts.save(HERE, CONTENT)
        choose(operations, USERNAMES)

        assert PASSWORD.encode() not in bytes_in(tmp_path)
        assert b"lab-1" in bytes_in(tmp_path)


def test_of_several_saves_that_wait_only_the_last_is_done() -> None:
    held = HeldDrafts()
    bench = Bench(drafts=held)
    with bench.running() as operations:
        choose(operations, EVERYTHING)
        operations.drafts.save(HERE, replace(CONTENT, label="first"))
        assert held.reached.wait(PATIENCE)
        for label in ("second", "third", "last"):
            operations.drafts.save(HERE, replace(CONTENT, label=label))
        assert not operations.drafts.wait(0)
        held.go_on.set()

        assert operations.drafts.wait(PATIENCE)
        assert held.done == [(HERE, "everything: first"), (HERE, "everything: last")]


def test_a_discard_is_never_overtaken_by_a_save_before_it() -> None:
    held = HeldDrafts()
    bench = Bench(drafts=held)
    with bench.running() as operations:
        choose(operations, EVERYTHING)
        operations.drafts.save(HERE, replace(CONTENT, label="first"))
        assert held.reached.wait(PATIENCE)
        operations.drafts.save(HERE, replace(CONTENT, label="second"))
        operations.drafts.save(OTHER, replace(CONTENT, label="other"))
        operations.drafts.discard(HERE)
        held.go_on.set()

        assert operations.drafts.wait(PATIENCE)
        assert held.done == [
            (HERE, "everything: first"),
            (HERE, "discarded"),
            (OTHER, "everything: other"),
        ]


def test_the_end_of_the_program_waits_for_a_save(tmp_path: Path) -> None:
    bench = bench_in(tmp_path)
    operations = Operations(bench.parts())
    operations.start(lambda _: None)
    choose(operations, EVERYTHING)
    operations.drafts.save(HERE, CONTENT)
    operations.stop(PATIENCE)

    assert PASSWORD.encode() in bytes_in(tmp_path)
    with pytest.raises(RuntimeError):
        operations.drafts.save(HERE, CONTENT)


# Trouble


class Broken(MemoryDrafts):
    """Fails at everything, as told."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def save(self, *_: object, **__: object) -> None:
        raise self.error

    def left(self) -> "tuple[tuple[()], tuple[str, ...]]":
        raise self.error

    def conform(self, *_: object, **__: object) -> tuple[str, ...]:
        raise self.error


def test_what_can_not_be_kept_is_told_in_words_and_stops_nothing() -> None:
    bench = Bench(drafts=Broken(FileError("No space left", "There is no room on the disk.")))
    with bench.running() as operations:
        assert asyncio.run(operations.drafts.keep(EVERYTHING)) == ("There is no room on the disk.",)
        assert asyncio.run(operations.drafts.left("owner-1")).notes == (
            "There is no room on the disk.",
        )
        for _ in range(2):
            operations.drafts.save(HERE, CONTENT)
            event = bench.next_event()
            assert isinstance(event, DraftTrouble)
            assert (event.key, event.error.title) == (HERE, "No space left")


def test_what_nobody_foresaw_is_told_without_the_rows() -> None:
    bench = Bench(drafts=Broken(ValueError(PASSWORD)))
    with bench.running() as operations:
        with pytest.raises(ValueError, match=PASSWORD):
            asyncio.run(operations.drafts.keep(EVERYTHING))
        operations.drafts.save(HERE, CONTENT)
        event = bench.next_event()

        assert isinstance(event, DraftTrouble)
        assert "ValueError" in event.error.message
        assert PASSWORD not in event.error.message + event.error.hint + event.error.title
        assert operations.drafts.wait(0)


def test_a_draft_that_is_gone_is_an_error_for_who_asked(tmp_path: Path) -> None:
    with bench_in(tmp_path).running() as operations:
        for ask in (operations.drafts.resume, operations.drafts.delete):
            with pytest.raises(FileError, match="not there any more"):
                asyncio.run(ask("run-0/x.draft"))


def test_drafts_of_other_accounts_and_services_are_not_offered(tmp_path: Path) -> None:
    with bench_in(tmp_path).running() as operations:
        choose(operations, EVERYTHING)
        operations.drafts.save(KEY, CONTENT)
        operations.drafts.save(replace(HERE, owner_id="somebody-else"), CONTENT)
        assert operations.drafts.wait(PATIENCE)

    with bench_in(tmp_path, "run-2").running() as operations:
        assert asyncio.run(operations.drafts.left(HERE.owner_id)).summaries == ()
        assert len(asyncio.run(operations.drafts.left("somebody-else")).summaries) == 1


def test_a_draft_can_be_deleted_without_a_look(tmp_path: Path) -> None:
    with bench_in(tmp_path).running() as operations:
        keep(operations, EVERYTHING)

    with bench_in(tmp_path, "run-2").running() as operations:
        (summary,) = asyncio.run(operations.drafts.left(HERE.owner_id)).summaries
        asyncio.run(operations.drafts.delete(summary.id))

        assert asyncio.run(operations.drafts.left(HERE.owner_id)).summaries == ()


def test_the_demo_asks_nothing_and_keeps_nothing() -> None:
    with ExitStack() as stack:
        operations = Operations(demo_parts(faulty_service([])))
        operations.start(lambda _: None)
        stack.callback(operations.stop, 0)

        assert asyncio.run(operations.drafts.keeping()) is EVERYTHING
        operations.drafts.save(HERE, CONTENT)
        assert operations.drafts.wait(PATIENCE)
        assert asyncio.run(operations.drafts.left(HERE.owner_id)).summaries == ()


# Accounts that are made, and their export


def test_accounts_are_made_with_the_source_of_the_parts() -> None:
    bench = Bench()
    source: Callable[[Sequence[str]], str] = Random(3).choice  # noqa: S311 - repeatable on purpose
    operations = Operations(replace(bench.parts(), choose=source))
    operations.start(lambda _: None)
    try:
        rows = asyncio.run(operations.make_accounts(Pattern.parse("lab-{001}"), 61, 33, 12))
        with pytest.raises(PatternError):
            asyncio.run(operations.make_accounts(Pattern.parse("lab-{}"), 1, 0, 12))
    finally:
        operations.stop(0)

    assert (rows.usernames[0], rows.usernames[-1]) == ("lab-061", "lab-093")
    assert {len(password) for password in rows.passwords} == {12}
    assert len(set(rows.passwords)) == 33


def test_accounts_that_nobody_waits_for_any_more_are_not_made_to_the_end() -> None:
    begun, goes_on = threading.Event(), threading.Event()
    source = Random(3)  # noqa: S311 - repeatable on purpose
    threads: list[threading.Thread] = []

    def choose(choices: Sequence[str]) -> str:
        threads.append(threading.current_thread())
        begun.set()
        goes_on.wait(PATIENCE)
        return source.choice(choices)

    operations = Operations(replace(Bench().parts(), choose=choose))
    operations.start(lambda _: None)

    async def give_up() -> None:
        pattern = Pattern.parse("lab-{}")
        making = asyncio.create_task(operations.make_accounts(pattern, 1, MOST, LONGEST))
        await asyncio.to_thread(begun.wait, PATIENCE)
        making.cancel()
        with pytest.raises(asyncio.CancelledError):
            await making
        # Whatever comes after it finds it given up.
        await operations.accounts_made(HERE.workspace_id, HERE.pool_id)
        goes_on.set()

    try:
        asyncio.run(give_up())
    finally:
        goes_on.set()
        operations.stop(PATIENCE)
    threads[0].join(PATIENCE)
    assert not threads[0].is_alive()
    assert len(threads) < MOST * LONGEST / 2


def test_an_export_goes_to_a_new_private_file(tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    with Bench().running() as operations:
        assert asyncio.run(operations.save_export(path, lambda: plain(CONTENT.rows))) == path
        with pytest.raises(FileError, match="Already there"):
            asyncio.run(operations.save_export(path, lambda: "other"))

    assert path.read_text() == plain(CONTENT.rows)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_export_that_no_file_can_hold_leaves_none(tmp_path: Path) -> None:
    rows = Rows.of([("lab-1", f"{PASSWORD}\ud800")])
    with Bench().running() as operations, pytest.raises(ExportError) as refused:
        asyncio.run(operations.save_export(tmp_path / "new.csv", lambda: plain(rows)))

    assert PASSWORD not in str(refused.value.message)
    assert refused.value.__suppress_context__
    assert list(tmp_path.iterdir()) == []


# When to save


def test_nothing_is_due_before_anything_changed() -> None:
    assert Autosave().due_in(100.0) is None


@given(st.lists(st.floats(0, 3), min_size=1))
def test_a_change_is_saved_in_time_however_many_follow(pauses: list[float]) -> None:
    autosave = Autosave(every=5.0)
    now = 10.0
    autosave.touched(now)
    for pause in pauses:
        now += pause
        autosave.touched(now)

    due = autosave.due_in(now)
    assert due == max(15.0 - now, 0.0)


def test_a_save_makes_clean_until_the_next_change() -> None:
    autosave = Autosave(every=5.0)
    autosave.touched(1.0)
    dirty = [autosave.is_dirty]
    autosave.clean()
    dirty.append(autosave.is_dirty)
    assert autosave.due_in(9.0) is None

    autosave.touched(10.0)
    dirty.append(autosave.is_dirty)
    assert autosave.due_in(11.0) == 4.0
    assert dirty == [True, False, True]


def test_what_no_crash_may_cost_is_due_at_once_until_it_is_saved() -> None:
    autosave = Autosave(every=75.0)
    autosave.touched(1.0, at_once=True)
    autosave.touched(2.0)
    assert (autosave.due_in(2.0), autosave.unsaved_for(2.0)) == (0.0, 1.0)

    autosave.clean()
    assert autosave.unsaved_for(3.0) == 0.0
    autosave.touched(4.0)
    assert autosave.due_in(4.0) == 75.0
