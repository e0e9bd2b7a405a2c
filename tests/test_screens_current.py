"""What Review and the boxes of a send say of a pool is as it is then, not as it was listed."""

from dataclasses import replace
from pathlib import Path

from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.demo.seed import CHATBOT_B
from prolific_tui.keeping import DraftKeeping
from prolific_tui.secret import Secret
from prolific_tui.tui.screens.review import ReviewScreen
from tests.dashboard import dashboard, opened
from tests.editing import load_file
from tests.machine import Machine
from tests.sending import Gate, a_list, load, numbered, send
from tests.submission_bench import NotedService


async def test_review_reads_the_totals_and_the_outcome_says_where_they_moved_since(
    tmp_path: Path,
) -> None:
    async with opened() as board:
        pools = board.service.state.pools

        def somebody_else_appends(username: str) -> None:
            pool = pools[CHATBOT_B]
            added = {**pool.passwords, username: Secret("pw")}
            pools[CHATBOT_B] = replace(pool, passwords=added)

        await board.press("j", "a")
        await load(board, a_list(tmp_path, *numbered(2)), 2)
        # Somebody else appends after the pools were listed, and again after Review read them.
        somebody_else_appends("another-1")
        await board.press("s")
        await board.shows("61 in total now", "63 afterwards", "usernames")
        somebody_else_appends("another-2")
        await board.type("send 2")
        await board.press("enter")
        await board.shows("2 credentials appended", "64 now")
        await board.shows("Just before, the pool had 62, and not the 61 that Review showed")


async def test_a_total_that_moves_while_reports_are_read_is_the_one_that_review_shows(
    tmp_path: Path,
) -> None:
    gate = Gate("GET", "/credentials/report/")
    async with dashboard(parts=gate.of()) as board:
        await board.shows("free of")
        await board.press("j", "a")
        await load(board, a_list(tmp_path, *numbered(2)), 2)
        await board.press("s")
        await board.shows("60 in total now", "checking…")
        await board.until(lambda: gate.arrived)
        pools = board.service.state.pools
        pool = pools[CHATBOT_B]
        pools[CHATBOT_B] = replace(pool, passwords={**pool.passwords, "another": Secret("pw")})
        for _ in range(9):
            gate.let_one_through()
        await board.shows("61 in total now", "63 afterwards")
        await board.type("send 2")
        await board.press("enter")
        await board.shows("2 credentials appended", "63 now")
        assert "Just before" not in board.words()


async def test_where_totals_can_not_be_read_review_says_of_when_they_are(tmp_path: Path) -> None:
    service = NotedService()
    async with opened(service) as board:
        await board.press("j", "a")
        await load(board, a_list(tmp_path, *numbered(2)), 2)
        board.service.switch_on("listCredentialPools", Fault(status=403))
        await board.press("s")
        at = board.app.pools.at
        assert at is not None
        await board.shows(f"60 in total at {at:%H:%M:%S}", "Type  send 2 :")

        # With the usage reports it is read once more.
        await board.press("escape")
        service.add("another")
        board.service.switch_on("listCredentialPools", Fault(status=403, times=1))
        await board.press("s")
        await board.shows("61 in total now", "63 afterwards")


async def test_a_pool_made_by_a_send_that_was_stopped_is_listed_at_once(machine: Machine) -> None:
    async with machine.at_pools() as board:
        before = len(board.app.pools.value or ())
        await board.press("c")
        await load(board, a_list(machine.directory, *numbered(5)), 5)
        machine.service.switch_on("updateCredentialPool", Fault(status=400, times=1))
        await send(board, 5)
        await board.shows("3 of 5 rows were accepted")
        await board.until(lambda: len(board.app.pools.value or ()) == before + 1)
        # Going on with it, of which the journal knows the workspace.
        await board.press("enter", "3", "c")
        await board.shows("Goes on with the send of")
        await send(board, 2)
        await board.shows("2 credentials appended")
        await board.until(
            lambda: 5 in [pool.total_credentials for pool in board.app.pools.value or ()]
        )


async def test_rows_of_an_open_send_lead_to_the_question_whether_it_arrived(
    machine: Machine,
) -> None:
    machine.service.switch_on("updateCredentialPool", Fault(cut=Cut.BEFORE, times=1))
    async with machine.at_pools() as board:
        await board.press("j", "a")
        await load(board, a_list(machine.directory, *numbered(2)), 2)
        await send(board, 2)
        # What is seen of the editor beside that box says the same.
        await board.shows("We do not know whether", "2 rows   goes 0   needs your OK 2")
        await board.press("enter")
        await board.shows("2 rows   goes 0", "needs your OK 2")
        await board.press("s")
        await board.shows("A send of these rows is open", "Look now whether it arrived")
        assert not isinstance(board.app.screen, ReviewScreen)


async def test_rows_that_were_accepted_before_the_program_ended_are_not_taken_up_as_unsent(
    machine: Machine,
) -> None:
    gate = Gate()
    async with dashboard(machine.service, parts=gate.of(machine.parts)) as board:
        await board.shows("free of")
        await board.press("j", "a")
        await load(board, a_list(machine.directory, *numbered(5)), 5)
        await send(board, 5)
        await board.shows("Part 1 of 2 is on its way")
        await board.press("p")
        await board.shows("No further part begins after it")
        gate.let_one_through()
        await board.shows("Paused before part 2 of 2", "3 of 5 rows accepted")
        await board.press("escape", "escape")
        await board.shows("2 unsent rows: d")
        await board.press("q")
        await board.shows("A send is paused", "Nothing of it is on its way", "stay in the draft")
        await board.press("escape", "3")
        await board.shows("under way, part 2 of 2", "3 were accepted, and 2 have not gone yet")

    async with machine.run() as board:
        await board.shows("Unsent rows of before", "a send of these was begun")
        await board.shows("2 rows for ", "3 more arrived since")
        await board.press("enter")
        await board.shows("2 rows are back", "3 more arrived already", "2 rows   goes 2")


async def test_rows_of_which_none_is_left_to_send_are_neither_offered_nor_kept(
    machine: Machine,
) -> None:
    gate = Gate()
    async with dashboard(machine.service, parts=gate.of(machine.parts)) as board:
        await board.shows("free of")
        await board.press("j", "a")
        await load(board, a_list(machine.directory, *numbered(2)), 2)
        await send(board, 2)
        await board.shows("Waiting for Prolific's answer")
        await board.until(lambda: board.app.operations.drafts.wait(0), "saved")
        (kept,) = machine.directory.rglob("*.draft")
        before = kept.read_bytes()
        assert b"pw-of-" in before
        gate.let_one_through()
        await board.shows("2 credentials appended")
        await board.until(lambda: not kept.exists(), "gone from the disk")
    # As if the machine had lost its power just before that.
    kept.parent.mkdir(mode=0o700, exist_ok=True)
    kept.write_bytes(before)
    kept.chmod(0o600)

    async with machine.run() as board:
        await board.shows("free of", "Kept no longer, as all arrived: 2 rows for")
        assert not list(machine.directory.rglob("*.draft"))
        await board.press("d")
        await board.shows("There are no unsent rows")


async def test_a_list_for_rows_without_passwords_brings_them_unless_something_else_is_chosen(
    tmp_path: Path,
) -> None:
    machine = Machine(tmp_path)
    machine.choose(DraftKeeping.USERNAMES)
    path = a_list(tmp_path, *numbered(4))
    async with machine.at_pools() as board:
        await board.press("c")
        await load(board, path, 4)
        await board.until(lambda: any(d.kept_rows == 4 for d in board.app.drafts))
    async with machine.run() as board:
        await board.shows("Unsent rows of before")
        await board.press("enter")
        await board.shows("4 rows   goes 0")
        await load_file(board, path)
        await board.shows("Give these rows their passwords")
        await board.press("enter")
        await board.shows("4 rows   goes 4")


async def test_what_the_reports_named_before_the_first_send_of_all_counts_once_after_it(
    machine: Machine,
) -> None:
    """That send begins the history, and with it the key of the fingerprints."""
    async with machine.at_pools() as board:
        await board.press("j", "a")
        path = a_list(machine.directory, *numbered(1), "twice", "twice")
        await load(board, path, 3, goes=1)
        await board.press("s")
        await board.shows("Type  send 1 :", "checked against all 60 usernames")
        await board.type("send 1")
        await board.press("enter")
        await board.shows("1 credential appended")
        await board.press("enter")
        await board.shows("2 rows   goes 0", "Checked against all 61 usernames.")
