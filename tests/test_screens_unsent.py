"""Where unsent rows are, which key goes back to them, and for which pool the next key acts."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from prolific_tui.demo.seed import CHATBOT_B, DEMO_TOKEN, LABPOOL_0
from prolific_tui.drafts import DraftStore
from prolific_tui.keeping import DraftKeeping
from prolific_tui.submission.plan import Target
from prolific_tui.tui.screens.editor import EditorScreen
from tests import accounts_screen
from tests.accounts_bench import HIS, LAB, PILOTS
from tests.dashboard import Dashboard, dashboard, opened
from tests.editing import paste
from tests.machine import Machine


async def insert(board: Dashboard, username: str, password: str) -> None:
    await board.press("i")
    await board.type(username)
    await board.press("enter")
    await board.type(password)
    await board.press("enter")


async def test_pools_says_where_unsent_rows_are_and_keys_go_back_to_them() -> None:
    async with opened() as board:
        await board.press("d")
        await board.shows("There are no unsent rows, of this run or an earlier one.")
        await board.press("c")
        await insert(board, "lab-1", "pw-one")
        # Pools is where these rows are edited, so its key has nowhere to go.
        await board.press("1")
        await board.shows("That is below this screen: Esc closes this one.")
        await board.press("escape")
        await board.shows("1 unsent row: c, for a new pool", "c goes back to them")
        await board.press("1")
        await board.until(lambda: not board.app.is_answering)
        assert "below" not in board.app.message
        await board.press("d")
        await board.shows("Create a new pool", "lab-1")
        await board.press("escape")

        # With several, d asks which.
        await board.press("g", "a")
        await insert(board, "lab-2", "pw-two")
        await board.press("escape")
        await board.shows("2 unsent rows: d, for 2 targets", "d goes back to them")
        await board.press("d")
        await board.shows("Unsent rows of this run", "1 unsent row for a new pool")
        await board.press("j", "enter")
        await board.shows("Append to", "lab-2")


async def test_what_is_cut_of_the_unsent_rows_says_so_and_is_never_the_key() -> None:
    async with opened(size=(52, 24)) as board:
        for pool in ("j", "k"):
            await board.press("g", pool, "a")
            await insert(board, "lab-1", "pw-one")
            await board.press("escape")
            await board.shows("unsent row")
            summary = board.screen().split("\n")[2]
            assert summary.endswith("…"), "cut, and marked as such"
            assert "d, f" in summary


async def test_what_was_said_for_want_of_a_workspace_goes_once_one_is_open() -> None:
    async with opened() as board:
        workspace, board.app.workspace = board.app.workspace, None
        await board.press("m")
        await board.shows("No workspace is open yet: w chooses one.")
        board.app.workspace = workspace
        await board.until(lambda: not board.app.message, "nothing to be said")


async def test_the_cursor_is_on_the_pool_whose_rows_were_edited_last() -> None:
    async with opened() as board:
        await board.press("g", "j")
        await board.shows(CHATBOT_B)
        await board.press("a")
        await insert(board, "lab-1", "pw-one")
        await board.press("escape")
        await board.shows("1 unsent row: d, for chatbot-B")
        # Another pool is under the cursor when the rows are taken up again, and sent.
        await board.press("g")
        await board.shows(LABPOOL_0)
        await board.press("d")
        await board.shows("Append to", "lab-1")
        await board.press("s")
        await board.shows("Type  send 1")
        await board.type("send 1")
        await board.press("enter")
        await board.shows("1 credential appended")
        await board.press("enter")
        await board.shows("free of", CHATBOT_B)
        # Accounts are made for that pool, and it is said for which.
        await board.press("m")
        await board.shows("Make accounts for chatbot-B")


async def test_review_gives_each_reason_below_its_own_count() -> None:
    async with opened() as board:
        await board.press("c")
        await insert(board, "lab-1", "pw,one")
        await insert(board, "lab-2", "")
        await board.press("s")
        await board.shows("Left out", "1 row: no password")
        shown = board.screen()
        places = [
            shown.index(text)
            for text in ("Needs your OK", "1 row: comma", "Left out", "1 row: no password")
        ]
        assert places == sorted(places)
        # Nothing can be sent, so no key is said to do it.
        await board.shows("No row can go yet")
        assert "Enter Send" not in board.screen()


async def test_an_editor_whose_rows_all_went_below_another_one_closes_when_it_comes_up() -> None:
    async with opened() as board:
        app = board.app
        await board.press("j", "a")
        await insert(board, "lab-1", "pw-one")
        below = app.screen
        assert isinstance(below, EditorScreen)
        # As rows that are gone on with from the history come above it.
        await board.press("3")
        await board.shows("HISTORY")
        await board.press("1")
        await board.shows("lab-1")
        assert app.account is not None
        assert app.workspace is not None
        other = app.drafts.open(app.account.me.id, Target(app.workspace))
        await app.push_screen(EditorScreen(other, home="history"))
        await board.shows("Create a new pool")
        ids = below.draft.session.document.rows().ids or ()
        app.drafts.accepted(below.draft, ids, below.draft.target.pool)
        await board.press("escape")
        await board.shows("HISTORY")
        await board.press("1")
        await board.shows("POOLS", "5 pools")


class SlowToConform(DraftStore):
    """A disk that takes its time over another choice of what is kept."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory, "run-slow")
        self.is_asked = False
        self.may_go_on = threading.Event()

    def conform(self, keeping: DraftKeeping) -> tuple[str, ...]:
        self.is_asked = True
        self.may_go_on.wait()
        return super().conform(keeping)

    def close(self) -> None:
        self.may_go_on.set()
        super().close()


@pytest.mark.parametrize(("key", "group"), [("escape", "leave"), ("s", "review")])
async def test_who_goes_elsewhere_while_it_is_seen_to_how_rows_are_kept_is_left_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, group: str
) -> None:
    # The question does not come by itself.
    monkeypatch.setattr("prolific_tui.tui.screens.editor.kept._QUIET_SECONDS", 1000.0)
    machine, store = Machine(tmp_path, part_rows=1), SlowToConform(tmp_path / "drafts")
    async with dashboard(
        machine.service, parts=lambda service: replace(machine.parts(service), drafts=store)
    ) as board:
        await board.shows("free of")
        await board.press("a")
        await insert(board, "lab-1", "pw-one")
        await insert(board, "lab-2", "pw-two")
        editor = board.app.screen
        assert isinstance(editor, EditorScreen)
        await board.until(lambda: board.app.keeping.is_to_be_asked, "nobody has chosen yet")
        await board.press(key)
        await board.shows("What is kept on this machine, and where?")
        await board.press("j", "enter")
        await board.until(lambda: store.is_asked, "it is seen to")
        await board.press("4")
        await board.shows("4 ACCOUNT")
        store.may_go_on.set()
        await board.until(lambda: not editor.is_working(group), "it is done")
        await board.shows("4 ACCOUNT", "Kept from now on")
        await board.press("1")
        await board.until(lambda: board.app.screen is editor, "the rows are where they were")


async def test_rows_wait_for_their_account_while_another_one_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("prolific_tui.tui.screens.editor.kept._QUIET_SECONDS", 1000.0)
    machine = accounts_screen.Machine(tmp_path, LAB, PILOTS)
    await machine.keep(LAB, DEMO_TOKEN.reveal())
    await machine.keep(PILOTS, HIS)
    async with machine.run() as board:
        await board.shows("lab: you@lab.org", "5 pools")
        await board.press("j", "a")
        await insert(board, "lab-1", "pw-one")
        await board.press("4")
        await accounts_screen.lists(board, "pilots", "plain text")
        await board.press("j", "enter")
        await board.shows("pilots: bob.b@lab.org", "This is bob.b@lab.org now.")
        await board.press("1")
        await board.shows("5 pools", "The unsent rows of another account wait for that one.")
        await board.press("a")
        await board.shows("Append to", "No rows yet")
        await board.press("escape", "4")
        await accounts_screen.lists(board, "pilots", "in use")
        await board.press("g", "enter")
        await board.shows("lab: you@lab.org", "This is you@lab.org now.")
        await board.press("1", "d")
        await board.shows("Append to", "lab-1")


async def test_an_editor_whose_pasted_rows_were_all_sent_gives_way_to_the_pools() -> None:
    """They came in after the only box that stood above it before Review."""
    async with opened() as board:
        await board.press("j", "a")
        await board.shows("No rows yet")
        await paste(board, "lab-z-1,pw-of-one\n")
        await board.shows("Take 1 row")
        await board.press("enter")
        await board.shows("goes 1")
        await board.press("s")
        await board.shows("Type  send 1 :")
        await board.type("send 1")
        await board.press("enter")
        await board.shows("1 credential appended")
        await board.press("enter")
        await board.shows("1 POOLS", "5 pools")


async def test_an_editor_whose_rows_went_before_it_heard_of_that_gives_way_to_the_pools() -> None:
    async with opened() as board:
        await board.press("j", "a")
        await board.shows("No rows yet")
        await paste(board, "lab-z-1,pw-of-one\n")
        await board.shows("Take 1 row")
        await board.press("enter")
        await board.shows("goes 1")
        await board.press("question_mark")
        await board.shows("This list")
        # A send begins and ends at once.
        (draft,) = board.app.drafts
        board.app.sends += 1
        board.app.drafts.accepted(draft, draft.session.document.rows().ids or (), None)
        await board.press("escape")
        await board.shows("1 POOLS", "5 pools")
