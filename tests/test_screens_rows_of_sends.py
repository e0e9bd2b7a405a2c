"""Which unsent rows belong to a send: its own leave once they arrived, all others stay."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from prolific_tui.credentials.stepping import finish
from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.demo.service import Service
from prolific_tui.drafts import DraftStore
from prolific_tui.errors import Effect
from prolific_tui.operations import Parts
from prolific_tui.submission.draft import StoredDraft
from prolific_tui.submission.journal import Learned, NewPart
from prolific_tui.submission.plan import Kind
from tests.contract.caller import checked_demo_service
from tests.dashboard import Dashboard, dashboard
from tests.editing import load_file
from tests.machine import Machine
from tests.sending import a_list, in_parts, load, numbered, send
from tests.submission_bench import MemoryJournal
from tests.test_screens_shared_history import new_send


async def clear(board: Dashboard) -> None:
    """Take every row out of the editor."""
    await board.press("g", "v", "G", "x")
    await board.shows("No rows yet")


async def begin_another(
    board: Dashboard, folder: Path, *usernames: str, where: str = "an editor of its own"
) -> None:
    """Load a list of its own for a new pool, and leave it unsent."""
    path = folder / "another.csv"
    path.write_text("".join(f"{name},other-of-{name}\n" for name in usernames), encoding="utf-8")
    if where == "an editor of its own":
        await board.press("escape", "c")
    await board.shows("No rows yet")
    await load_file(board, path)
    await board.shows(f"{len(usernames)} rows")
    await board.press("escape")


async def say_that_it_arrived(board: Dashboard) -> None:
    await board.press("3", "S")
    await board.shows("consistent with accepted", "What do you say?")
    await board.press("j", "enter")


@pytest.mark.parametrize("where", ["an editor of its own", "the same editor"])
async def test_rows_of_another_list_stay_and_stay_for_a_new_pool_when_a_create_is_settled(
    tmp_path: Path, where: str
) -> None:
    service = checked_demo_service()
    service.switch_on("createCredentialPool", Fault(cut=Cut.AFTER, times=1))
    async with dashboard(service) as board:
        await board.shows("free of")
        await board.press("c")
        await load(board, a_list(tmp_path, *numbered(3)), 3)
        await send(board, 3)
        await board.shows("We do not know whether", "consistent with")
        await board.press("enter")
        await clear(board)
        # Other accounts, of which two happen to have names of that send.
        names = [*numbered(2), "another-1", "another-2"]
        await begin_another(board, tmp_path, *names, where=where)

        await say_that_it_arrived(board)
        await board.until(lambda: "Settled: arrived, as you said" in board.app.message)
        (draft,) = board.app.drafts
        assert list(draft.session.document.rows().usernames) == names
        assert draft.target.pool is None
        # What they have in common is not sent unasked.
        await board.press("1", "c", "s")
        await board.shows("These rows were sent before", "2 rows of these went into")


async def leave_a_create_open(machine: Machine) -> None:
    """A run that ends with rows of which three may have arrived, and two did not go."""
    machine.service.switch_on("createCredentialPool", Fault(cut=Cut.AFTER, times=1))
    async with machine.at_pools() as board:
        await board.press("c")
        await load(board, a_list(machine.directory, *numbered(5)), 5)
        await send(board, 5)
        await board.shows("We do not know whether", "3 may have arrived")
        await board.press("enter", "escape")
        await board.until(lambda: board.app.operations.drafts.wait(0), "saved")


async def test_rows_taken_up_from_an_earlier_run_leave_when_their_send_is_settled_after_that(
    machine: Machine,
) -> None:
    await leave_a_create_open(machine)
    async with machine.run() as board:
        await board.shows("A send is open")
        await board.press("escape")
        await board.shows("Unsent rows of before", "5 rows for ")
        await board.press("enter")
        await board.shows("5 rows are back", "needs your OK 3")
        await board.press("escape")
        await say_that_it_arrived(board)
        await board.until(lambda: "Settled" in board.app.message)
        (draft,) = board.app.drafts
        assert list(draft.session.document.rows().usernames) == numbered(5)[3:]
        assert draft.target.pool is not None


async def test_rows_of_an_earlier_run_are_taken_for_those_of_the_send_that_has_the_most_of_them(
    machine: Machine,
) -> None:
    service = machine.service
    before = set(service.state.pools)
    await leave_a_create_open(machine)
    (made,) = service.state.pools.keys() - before

    # A newer list, which another window made a pool of, happens to share two names with it.
    other = machine.parts(service).journal
    shared = replace(new_send(1), kind=Kind.CREATE, pool_id=None, usernames=numbered(4)[::3])
    number = other.begin(shared).number
    part = other.about_to_send(number, NewPart((0, 2), (), shared.begun))
    accepted = replace(part, effect=Effect.ACCEPTED, ended=shared.begun)
    other.record(number, Learned(accepted, "theirs"))
    other.leave(number)
    other.close()

    async with machine.run() as board:
        await board.shows("A send is open")
        await board.press("enter")
        await board.shows("consistent with accepted", "What do you say?")
        await board.press("j", "enter")
        await board.shows("Unsent rows of before", "2 rows for ", "3 more arrived since")
        await board.press("enter")
        await board.shows("2 rows are back")
        (draft,) = board.app.drafts
        assert list(draft.session.document.rows().usernames) == numbered(5)[3:]
        assert draft.target.key[1] == made


class SlowJournal(MemoryJournal):
    """Says which rows a send had only once the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.is_asked = threading.Event()
        self.may_go = threading.Event()

    def places(self, number: int, usernames: Sequence[str]) -> list[int | None]:
        self.is_asked.set()
        self.may_go.wait()
        return super().places(number, usernames)


async def test_rows_that_arrived_stay_where_more_rows_come_in_when_that_is_known(
    tmp_path: Path,
) -> None:
    service, journal = checked_demo_service(), SlowJournal()
    service.switch_on("createCredentialPool", Fault(cut=Cut.AFTER, times=1))

    def parts(service: Service) -> Parts:
        return replace(in_parts(3)(service), journal=journal)

    async with dashboard(service, parts=parts) as board:
        await board.shows("free of")
        await board.press("c")
        await load(board, a_list(tmp_path, *numbered(5)), 5)
        await send(board, 5)
        await board.shows("We do not know whether", "3 may have arrived")
        await board.press("enter", "escape")
        await say_that_it_arrived(board)
        await board.until(journal.is_asked.is_set)
        (draft,) = board.app.drafts
        loading = finish(draft.session.loading("load of another file"))
        journal.may_go.set()
        await board.until(lambda: "Settled" in board.app.message)
        assert len(draft.session.document) == 5
        finish(loading.abandoning())


async def test_going_on_takes_no_other_list_for_the_rest_of_a_send(machine: Machine) -> None:
    machine.service.switch_on("updateCredentialPool", Fault(status=400, times=1))
    async with machine.at_pools() as board:
        await board.press("c")
        await load(board, a_list(machine.directory, *numbered(8)), 8)
        await send(board, 8)
        await board.shows("3 of 8 rows were accepted")
        await board.press("enter")
        await clear(board)
        # It shares what arrived, and nothing that is left.
        await begin_another(board, machine.directory, *numbered(1), "another-1")
        await board.press("3")
        await board.shows("3 accepted, 5 left")
        await board.press("c")
        await board.shows("Go on with the same file")
        await board.press("escape")
        await board.until(lambda: board.app.operations.drafts.wait(0), "saved")

    async with machine.run() as board:
        await board.shows("Unsent rows of before")
        await board.press("escape", "3")
        await board.shows("3 accepted, 5 left")
        await board.press("c")
        await board.shows("Go on with the same file")
        await board.press("escape", "1", "d")
        # It is for a new pool as before.
        await board.shows("2 rows for a new pool")


async def test_rows_of_a_create_that_did_not_arrive_do_not_come_among_another_list(
    tmp_path: Path,
) -> None:
    service = checked_demo_service()
    service.switch_on("createCredentialPool", Fault(cut=Cut.BEFORE, times=1))
    async with dashboard(service, parts=in_parts(3)) as board:
        await board.shows("free of")
        await board.press("c")
        await load(board, a_list(tmp_path, *numbered(2)), 2)
        await send(board, 2)
        await board.shows("We do not know whether", "not there")
        await board.press("enter")
        await clear(board)
        await begin_another(board, tmp_path, "another-1", "another-2")
        await board.press("3", "S")
        await board.shows("not there after looking", "What do you say?")
        await board.press("j", "j", "enter")
        await board.shows("Settled: did not arrive", "c sends its rows again")
        await board.press("c")
        await board.shows("Other unsent rows wait for a new pool: send or clear those first.")
        assert [draft.continues for draft in board.app.drafts] == [None]


async def test_rows_that_arrived_leave_although_the_editor_marks_them_meanwhile(
    tmp_path: Path,
) -> None:
    """Settled from the editor, which is on top again while it is asked which rows those are."""
    service, journal = checked_demo_service(), SlowJournal()
    service.switch_on("createCredentialPool", Fault(cut=Cut.AFTER, times=1))
    journal.may_go.set()

    def parts(service: Service) -> Parts:
        return replace(in_parts(3)(service), journal=journal)

    async with dashboard(service, parts=parts) as board:
        await board.shows("free of")
        await board.press("c")
        await load(board, a_list(tmp_path, *numbered(5)), 5)
        await send(board, 5)
        await board.shows("We do not know whether", "3 may have arrived")
        await board.press("enter")
        await board.shows("goes 2", "needs your OK 3")
        await board.press("s")
        await board.shows("A send of these rows is open")
        await board.press("enter")
        await board.shows("What do you say?", "S in 3 History looks once more.")
        journal.is_asked.clear()
        journal.may_go.clear()
        await board.press("j", "enter")
        await board.until(journal.is_asked.is_set)
        await board.shows("5 rows   goes 5")
        journal.may_go.set()
        await board.shows("Settled: 3 arrived, as you said, 2 left", "2 rows   goes 2")


class SlowStore(DraftStore):
    """Hands over what an earlier run left only once the test lets it."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory, "a slow run")
        self.is_asked = threading.Event()
        self.may_go = threading.Event()

    def resume(self, draft_id: str) -> StoredDraft:
        stored = super().resume(draft_id)
        self.is_asked.set()
        self.may_go.wait()
        return stored


async def test_the_key_that_goes_on_takes_up_rows_once_however_often_it_is_pressed(
    machine: Machine,
) -> None:
    machine.service.switch_on("updateCredentialPool", Fault(status=400, times=1))
    async with machine.at_pools() as board:
        await board.press("c")
        await load(board, a_list(machine.directory, *numbered(8)), 8)
        await send(board, 8)
        await board.shows("3 of 8 rows were accepted")
        await board.press("enter", "escape")
        await board.until(lambda: board.app.operations.drafts.wait(0), "saved")

    store = SlowStore(machine.directory / "drafts")
    async with dashboard(
        machine.service, parts=lambda service: replace(machine.parts(service), drafts=store)
    ) as board:
        await board.shows("Unsent rows of before")
        await board.press("escape", "3")
        await board.shows("3 accepted, 5 left")
        await board.press("c")
        await board.until(store.is_asked.is_set)
        await board.press("c")
        store.may_go.set()
        await board.shows("Goes on with the send of", "5 rows   goes 5")


async def test_no_other_rows_are_begun_for_a_target_whose_rows_are_being_taken_up(
    machine: Machine,
) -> None:
    await leave_a_create_open(machine)
    store = SlowStore(machine.directory / "drafts")
    async with dashboard(
        machine.service, parts=lambda service: replace(machine.parts(service), drafts=store)
    ) as board:
        await board.shows("A send is open")
        await board.press("escape")
        await board.shows("Unsent rows of before")
        await board.press("enter")
        await board.until(store.is_asked.is_set)
        await board.press("c")
        store.may_go.set()
        await board.shows("Create a new pool", "5 rows   goes 2")
        await board.press("escape")
        await board.shows("unsent rows: c, for a new pool")
