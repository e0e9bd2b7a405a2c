"""The shell: what it makes of the ends of sends, in whichever order and state they come."""

import asyncio
from dataclasses import replace

from prolific_tui.assembly import demo_parts
from prolific_tui.credentials.rows import Rows
from prolific_tui.credentials.session import EditSession
from prolific_tui.demo.faults import Fault
from prolific_tui.demo.seed import CHATBOT_B
from prolific_tui.errors import Effect, ProlificTuiError
from prolific_tui.operations import Operations, Sends
from prolific_tui.operations.events import WriteEnded
from prolific_tui.submission.outcome import Outcome
from prolific_tui.submission.plan import CredentialPlan, Target, plan
from prolific_tui.tui.app import ProlificApp
from prolific_tui.tui.screens.history import HistoryScreen
from prolific_tui.tui.screens.standing import standing
from prolific_tui.tui.shell import Reading
from tests.contract.caller import checked_demo_service
from tests.dashboard import PATIENCE, Dashboard, dashboard, opened
from tests.sending import Gate, in_parts, numbered


def append(board: Dashboard, *usernames: str) -> CredentialPlan:
    """What appends rows to the first pool that is listed."""
    app = board.app
    assert app.workspace is not None
    assert app.pools.value is not None
    session = EditSession(Rows.of((username, "pw-long-enough") for username in usernames))
    return plan(session, Target(app.workspace, app.pools.value[0]), "")


async def test_an_end_that_is_told_late_takes_nothing_from_the_next_send() -> None:
    gate = Gate()
    async with dashboard(parts=gate.of()) as board:
        app = board.app
        await board.shows("free of")
        first, second = append(board, "lab-z-1"), append(board, "lab-z-2")
        app.submit(first)
        gate.let_one_through()
        # The interface does nothing meanwhile, so that it hears of this end after the next begin.
        assert app.operations.writes.wait(PATIENCE)
        app.submit(second)
        await board.until(lambda: "1 credential appended" in app.message)
        assert app.sending is second
        await board.press("escape", "escape")
        await board.shows("0 sending")
        await board.until(lambda: gate.arrived == 2, "the second one has left")
        await board.press("q")
        await board.shows("A send is under way")
        await board.press("escape", "4")
        # Neither whose token is used, nor where a secret is about to be kept.
        for key in ("t", "s"):
            app.say("")
            await board.press(key)
            await board.until(lambda: "this can be changed when it is over" in app.message)
        await board.press("3")
        await board.shows("under way")
        await board.press("q")
        await board.shows("A send is under way")
        await board.press("j")
        gate.let_one_through()
        # The question is another one then, and keys meant for it go to it.
        await board.shows("The send is over", "1 credential appended. 3 History has it. Quit?")
        assert "under way" not in board.screen()
        await board.shows("> Quit now")
        await board.press("k", "enter")
        await board.shows("1 credential appended", "Prolific accepted the list")
        assert not app.is_sending


async def test_a_send_that_looks_first_can_be_stopped_before_anything_leaves() -> None:
    gate = Gate("GET", "/credentials/")
    async with dashboard(parts=gate.of()) as board:
        app = board.app
        gate.let_one_through()
        await board.shows("free of")
        app.submit(append(board, "lab-z-1"))
        await board.shows("Looking first at what Prolific has", "x stops it before anything is")
        await board.press("escape", "q")
        await board.shows("A send is about to leave", "Nothing of it has left")
        assert "in the history" not in board.screen()
        await board.press("escape", "0", "x")
        # At once: that look is never answered.
        await board.shows("Stopped before anything was sent")
        assert list(board.service.state.pools[CHATBOT_B].passwords)[60:] == []
        assert app.operations.history.now.sends == ()


async def test_who_quits_before_a_send_has_left_is_asked_again_once_it_has() -> None:
    gate = Gate("GET", "/credentials/")
    async with dashboard(parts=gate.of()) as board:
        app = board.app
        gate.let_one_through()
        await board.shows("free of")
        board.service.switch_on("updateCredentialPool", Fault(delay=60))
        app.submit(append(board, "lab-z-1"))
        await board.shows("Looking first at what Prolific has")
        await board.press("escape", "q")
        await board.shows("Quit now and send nothing")
        gate.let_one_through()
        await board.until(lambda: app.operations.writes.is_on_its_way)
        await board.press("j", "enter")
        await board.shows("A send is under way", "nobody learns whether it arrived")
        await board.press("escape")


async def test_the_look_of_a_send_is_not_given_up_with_what_the_screen_reads() -> None:
    async with opened() as board:
        app = board.app
        await board.until(lambda: not app.pools.loading)
        board.service.switch_on("listCredentialPools", Fault(status=429, retry_after=30))
        app.submit(append(board, "lab-z-1"))
        await board.shows("Looking first at what Prolific has", "asks to wait until")
        await board.press("escape")
        await board.until(lambda: "asks to wait until" in app.message)
        assert "Esc" not in app.message
        await board.press("escape")
        assert "asks to wait until" in app.message

        # Of what the screen reads it says what goes on all the same.
        await board.press("r")
        await board.until(lambda: "Esc gives it up" in app.message)
        await board.press("escape")
        await board.until(lambda: "the send goes on" in app.message)
        assert app.is_sending

        # It is `x` that gives up the look, however long Prolific lets it wait.
        await board.press("0", "x")
        await board.shows("Stopped before anything was sent")
        assert list(board.service.state.pools[CHATBOT_B].passwords)[60:] == []


async def test_what_is_written_down_while_the_history_is_read_stays_on_the_screen() -> None:
    async with opened() as board:
        app = board.app
        await board.until(lambda: app.history.value and not app.history.loading)
        older = Reading(Sends(), app.operations.clock())
        app.submit(append(board, "lab-z-1"))
        await board.shows("1 credential appended")
        app.post_message(app.HistoryRead(older))
        await board.until(lambda: app.history.at == older.at)
        assert [send.rows for send in app.known_sends.sends] == [1]

        error = ProlificTuiError("Not read", "")
        app.post_message(app.HistoryRead(replace(older, error=error)))
        await board.until(lambda: app.history.error is error)
        assert [send.rows for send in app.known_sends.sends] == [1]


async def test_pools_are_read_again_where_parts_arrived_before_one_was_not_sent() -> None:
    async with opened() as board:
        app = board.app
        sent = append(board, "lab-z-1")
        await board.until(lambda: not app.pools.loading)
        before = app.pools.value
        stopped = Outcome(Effect.NOT_SENT, "No connection", "")
        app.happened(WriteEnded(sent, stopped))
        await board.shows("No connection")
        assert not app.pools.loading
        assert app.pools.value is before
        app.happened(WriteEnded(sent, stopped, accepted=sent.row_ids))
        await board.until(lambda: app.pools.value is not before)


async def test_a_program_told_to_end_lets_a_part_end_and_begins_no_other() -> None:
    """So that none is left open where there was time to hear of it."""
    gate = Gate()
    async with dashboard(parts=gate.of(in_parts(1))) as board:
        app = board.app
        await board.shows("free of")
        app.submit(append(board, *numbered(20)))
        await board.shows("Part 1 of 20 is on its way")
        ending = asyncio.create_task(asyncio.to_thread(app.departure._finish, PATIENCE))
        await board.shows("No further part begins after it")
        for _ in range(20):
            gate.let_one_through()
        await ending
        (send,) = app.operations.history.now.sends
        assert (send.accepted_rows, send.rows_left, send.open_parts) == (1, 19, ())


async def test_a_key_that_comes_before_the_pools_is_told_so_until_they_are_there() -> None:
    gate = Gate("GET", "/users/me/")
    async with dashboard(parts=gate.of()) as board:
        await board.press("d")
        await board.shows("Still signing in; press the key again in a moment.")
        await board.press("a")
        await board.shows("The pools are not read yet.")
        gate.let_one_through()
        await board.shows("free of")
        await board.until(lambda: not board.app.message)


def test_before_a_token_is_looked_for_nothing_says_that_there_is_none() -> None:
    """The first frame is drawn before that, and stands for as long as the client takes to load."""
    operations = Operations(demo_parts(checked_demo_service()))
    try:
        app = ProlificApp(operations, environment={})
        assert standing(app, app.pools, "the pools") == "Signing in…"
    finally:
        operations.stop(0)


async def test_a_timer_that_comes_while_the_program_ends_finds_no_screen_and_no_fault() -> None:
    async with opened() as board:
        await board.press("3")
        await board.shows("Nothing was sent")
        screen = board.app.screen
        assert isinstance(screen, HistoryScreen)
    assert board.app.screen_stack == []
    with board.app._context():
        assert not screen.is_on_top
        screen._follow()
