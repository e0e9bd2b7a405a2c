"""Review: what it asks to be typed sends the rows that it showed, and no others."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from prolific_tui.assembly import demo_parts
from prolific_tui.credentials.document import Column
from prolific_tui.credentials.stepping import OutdatedError
from prolific_tui.demo.faults import Fault
from prolific_tui.demo.seed import CHATBOT_B
from prolific_tui.errors import ProlificTuiError
from prolific_tui.submission.journal import NewSend
from prolific_tui.submission.known import Coverage, Known
from prolific_tui.submission.plan import plan
from prolific_tui.submission.send import Send
from prolific_tui.tui.dialogs import ErrorDialog, NoteDialog
from prolific_tui.tui.drafts import Draft
from prolific_tui.tui.screens.editor import EditorScreen
from prolific_tui.tui.screens.review import ReviewScreen
from prolific_tui.tui.screens.review_checks import Reviewed
from tests.contract.caller import checked_demo_service
from tests.dashboard import Dashboard, dashboard
from tests.editing import editing
from tests.sending import Gate, a_list, held_by, in_parts, load, numbered, send
from tests.submission_bench import MemoryJournal

_REPORT: Final = "/credentials/report/"
ROWS = [("lab-1", "pw-1"), ("lab-2", "pw-2")]


async def test_words_that_are_right_send_nothing_once_the_rows_are_others() -> None:
    async with editing(ROWS) as at:
        pools = len(at.board.service.state.pools)
        await at.press("s")
        await at.shows("Type send 2 :")
        at.session.set_cell(0, Column.USERNAME, "lab-9")
        await at.type("send 2")
        await at.press("enter")
        await at.says("The rows changed since this review. Nothing was sent")
        await at.shows("2 rows goes 2")
        assert at.board.app.screen is at.editor
        assert len(at.board.service.state.pools) == pools
        # Looked at again, they go.
        await at.press("s")
        await at.shows("Type send 2 :", "lab-9 … lab-2")
        await at.type("send 2")
        await at.press("enter")
        await at.shows("2 credentials in a new pool")
        assert len(at.board.service.state.pools) == pools + 1


class Noted(MemoryJournal):
    """A journal that notes of which lists fingerprints are made ahead, and which are begun."""

    def __init__(self) -> None:
        super().__init__()
        self.prepared: list[Sequence[str]] = []
        self.begun: list[Sequence[str]] = []

    def prepare(self, usernames: Sequence[str]) -> None:
        self.prepared.append(usernames)
        super().prepare(usernames)

    def begin(self, new: NewSend) -> Send:
        self.begun.append(new.usernames)
        return super().begin(new)


async def test_what_is_sent_is_the_very_list_that_was_prepared_while_it_was_reviewed(
    tmp_path: Path,
) -> None:
    journal = Noted()
    async with dashboard(parts=lambda service: replace(demo_parts(service), journal=journal)) as at:
        await at.shows("free of")
        await at.press("j", "a")
        # One of them turns out to be in the pool, by its usage report.
        await load(at, a_list(tmp_path, "lab-b-012", *numbered(3)), 4)
        await at.press("s")
        await at.shows("Type  send 3 :")
        await at.until(lambda: journal.prepared, "what goes by now is prepared, and nothing else")
        assert not journal.begun
        await at.type("send 3")
        await at.press("enter")
        await at.shows("3 credentials appended")
        (prepared,) = journal.prepared
        assert journal.begun[0] is prepared
        assert list(journal.begun[0]) == numbered(3)


async def test_words_that_are_not_quite_right_send_nothing() -> None:
    async with editing(ROWS) as at:
        pools = len(at.board.service.state.pools)
        await at.press("s")
        await at.shows("Type send 2 :")
        for wrong in ("send", "send 3", "SEND 2", "yes"):
            await at.type(wrong)
            await at.press("enter")
            await at.says("Nothing was sent. To send, type exactly: send 2")
            await at.press(*["backspace"] * len(wrong))
        await at.press("escape")
        await at.says("Nothing was sent.")
        assert len(at.board.service.state.pools) == pools


@asynccontextmanager
async def reading_reports(
    tmp_path: Path, *usernames: str
) -> AsyncIterator[tuple[Dashboard, EditorScreen, Gate]]:
    """The editor of a pool with these rows, which it checks against reports that it waits for."""
    gate = Gate("GET", _REPORT)
    async with dashboard(parts=gate.of()) as board:
        await board.shows("free of")
        await board.press("j", "a")
        await load(board, a_list(tmp_path, *usernames), len(usernames))
        (draft,) = board.app.drafts
        await board.press("escape")
        await board.shows("unsent")
        draft.asks_reports = True
        await board.press("a")
        await board.until(lambda: gate.arrived, "the first report is asked for")
        editor = board.app.screen
        assert isinstance(editor, EditorScreen)
        yield board, editor, gate


def let_all_through(gate: Gate) -> None:
    for _ in range(9):
        gate.let_one_through()


async def test_only_rows_that_the_pool_holds_are_said_to_be_there(tmp_path: Path) -> None:
    async with reading_reports(tmp_path, "lab-b-012", *numbered(2)) as (board, editor, gate):
        # Left out as well, but for what was done to it meanwhile.
        editor.changed(editor.draft.session.set_cell(1, Column.PASSWORD, ""))
        let_all_through(gate)
        await board.until(lambda: "in the pool already" in board.app.message, "said")
        assert board.app.message == "1 row is in the pool already: P."
        await board.shows("goes 1 needs your OK 0 left out 2")


async def test_rows_that_a_check_found_which_was_given_up_are_said_to_be_there_by_the_next(
    tmp_path: Path,
) -> None:
    async with reading_reports(tmp_path, "lab-b-012", *numbered(2)) as (board, editor, gate):
        await board.press("escape")
        await board.shows("unsent")
        marking = editor.draft.holding(Known({"lab-b-012"}, frozenset(), Coverage(1, None)))
        next(marking)
        marking.close()
        assert editor.draft.in_pool == 1
        let_all_through(gate)
        await board.press("a")
        await board.shows("1 row is in the pool already: P.", "goes 2")


async def test_what_was_read_before_does_not_come_after_what_a_review_read(tmp_path: Path) -> None:
    name = numbered(1)[0]
    async with reading_reports(tmp_path, *numbered(2)) as (board, editor, gate):
        checking = next(each for each in editor.workers if each.group == "known")
        await editor.hold_known(Known(frozenset({name}), frozenset(), Coverage(1, 60)))
        let_all_through(gate)
        await board.until(lambda: checking.is_finished, "the reports are read, or not waited for")
        assert editor.draft.session.ledger.held.surely == {name}


async def test_rows_that_the_editor_marks_behind_a_review_do_not_go_with_it(
    tmp_path: Path,
) -> None:
    """A long list is still compared with what was sent when its review is there."""
    gate = Gate("GET", _REPORT)
    async with dashboard(parts=gate.of()) as board:
        await board.shows("free of")
        await board.press("j", "a")
        await load(board, a_list(tmp_path, *numbered(2)), 2)
        editor = board.app.screen
        assert isinstance(editor, EditorScreen)
        await send(board, 2)
        await board.shows("The usage reports are read first")
        editor.draft.session.refuse({numbered(1)[0]})
        let_all_through(gate)
        await board.shows("Type  send 1 :", "1 row: already in this pool")
        assert len(board.service.state.pools[CHATBOT_B].passwords) == 60
        await board.type("send 1")
        await board.press("enter")
        await board.shows("1 credential appended")
        assert held_by(board.service)[60:] == numbered(2)[1:]


async def test_a_dialog_that_opens_while_reports_are_read_is_not_closed_by_the_send(
    tmp_path: Path,
) -> None:
    gate = Gate("GET", _REPORT)
    async with dashboard(parts=gate.of()) as board:
        await board.shows("free of")
        await board.press("j", "a")
        await load(board, a_list(tmp_path, *numbered(2)), 2)
        await send(board, 2)
        await board.shows("The usage reports are read first")
        review = board.app.screen
        board.app.show_error(ProlificTuiError("Something else", "It ended elsewhere."))
        await board.shows("Something else")
        for _ in range(9):
            gate.let_one_through()
        await board.until(lambda: "nothing was sent yet" in board.app.message)
        assert isinstance(board.app.screen, ErrorDialog)
        assert len(board.service.state.pools[CHATBOT_B].passwords) == 60

        # Back there, the words still stand, and Enter sends once however often it is pressed.
        await board.press("enter")
        await board.shows("nothing was sent yet: Enter sends", "Type  send 2 : send 2")
        assert board.app.screen is review
        await board.press("enter", "enter")
        await board.shows("2 credentials appended")
        assert len(board.service.state.pools[CHATBOT_B].passwords) == 62


async def test_the_pool_of_a_create_is_looked_for_as_pools_are_now_and_no_other_is_made() -> None:
    async with editing(ROWS) as at:
        service = at.board.service
        at.editor.draft.asks_target = True
        service.switch_on("listCredentialPools", Fault(status=403))
        await at.press("s")
        await at.board.until(lambda: isinstance(at.board.app.screen, ErrorDialog))
        service.switch_off("listCredentialPools")
        await at.press("enter", "s")
        await at.shows("Which pool are the rows left over for?", "Append to")
        assert "Create a new pool" not in at.board.words()
        await at.press("enter")
        await at.shows("Review: nothing has been sent yet", "2 credentials to the pool")


async def test_rows_do_not_go_where_others_wait_and_stay_when_those_are_gone(
    tmp_path: Path,
) -> None:
    service = checked_demo_service()
    service.switch_on("updateCredentialPool", Fault(status=400, times=1))
    async with dashboard(service, parts=in_parts(3)) as board:
        await board.shows("free of")
        await board.press("c")
        await load(board, a_list(tmp_path, *numbered(8)), 8)
        await send(board, 8)
        await board.shows("3 of 8 rows were accepted")
        await board.press("enter")
        await board.shows("5 rows   goes 5")
        pools = {pool: list(held.passwords) for pool, held in service.state.pools.items()}

        # The same list once more, as if for another pool, is the rest of that send, too.
        await board.press("escape", "c")
        await load(board, tmp_path / "wave.csv", 8)
        await board.press("s")
        await board.shows("Rows of an earlier send", "Go on with it: 5 rows")
        await board.press("enter")
        await board.shows("Other unsent rows wait for that pool", "8 rows   goes 8")
        # Asked anew, it is not decided yet what they are.
        await board.press("s")
        await board.shows("Rows of an earlier send")
        await board.press("escape")
        assert {pool: list(held.passwords) for pool, held in service.state.pools.items()} == pools
        assert sorted(len(draft.session.document) for draft in board.app.drafts) == [5, 8]

        # The others go on, and take nothing of this list with them: it may become another pool.
        await board.press("escape", "enter", "3")
        await board.shows("3 accepted, 5 left")
        await board.press("c")
        await board.shows("Goes on with the send of", "5 rows   goes 5")
        await send(board, 5)
        await board.shows("5 credentials appended", "8 now")
        await board.press("enter", "1", "d")
        await board.shows("Create a new pool", "8 rows   goes 8")
        await board.press("s")
        await board.shows("These rows were sent before", "8 rows of these went into wave")
        await board.press("j", "enter")
        await board.shows("a new pool of 8 credentials", "Type  send 8 :")


class ChangingRows:
    """Rows that change below a dialog, and while it is looked what of them would go."""

    def __init__(self, board: Dashboard, draft: Draft) -> None:
        self._board, self._draft = board, draft

    async def hold_known(self, known: Known) -> None:  # noqa: ARG002 - as the editor has it
        self._draft.session.delete([0])
        self._board.app.push_screen(NoteDialog("A dialog", "that was opened above."))

    async def plan_again(self) -> Reviewed:
        raise OutdatedError

    def action_export(self) -> object:
        raise AssertionError("nobody exports")


async def test_rows_that_change_below_a_dialog_are_said_to_have_once_it_is_closed(
    tmp_path: Path,
) -> None:
    async with dashboard() as board:
        await board.shows("free of")
        await board.press("j", "a")
        await load(board, a_list(tmp_path, *numbered(3)), 3)
        (draft,) = board.app.drafts
        planned = plan(draft.session, draft.target, draft.source)
        reviewed = Reviewed(planned, 1, draft.session.revision)
        board.app.push_screen(ReviewScreen(draft, reviewed, ChangingRows(board, draft)))
        await board.shows("that was opened above")
        await board.press("enter")
        await board.shows("Type  send 3 :", "checked against")
        await board.type("send 3")
        await board.press("enter")
        await board.shows("The rows changed since this review. Nothing was sent")
