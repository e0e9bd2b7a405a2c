"""Unsent rows outlive the program as the person wants it, until they are sent or discarded."""

import gc
import weakref
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from prolific_tui.credentials.rows import Column
from prolific_tui.demo.service import Service
from prolific_tui.drafts import DraftStore
from prolific_tui.keeping import DraftKeeping
from prolific_tui.operations import Parts
from prolific_tui.submission.draft import DraftContent, DraftKey
from prolific_tui.tui.screens.editor import EditorScreen
from tests.dashboard import dashboard
from tests.machine import PASSWORD, Machine, type_row
from tests.sending import a_list, load, numbered

EVERYTHING, USERNAMES, NOTHING = DraftKeeping
_QUESTION = "What is kept on this machine, and where?"
_OFFER = "Unsent rows of before"


class _RecordingStore(DraftStore):
    """Remembers of each draft that came to the disk how many rows it had, and the first."""

    def __init__(self, directory: Path, saved: list[tuple[int, list[tuple[str, str]]]]) -> None:
        super().__init__(directory, "run-recorded")
        self._saved = saved

    def save(
        self, key: DraftKey, content: DraftContent, keeping: DraftKeeping, at: datetime
    ) -> None:
        super().save(key, content, keeping, at)
        self._saved.append((len(content.rows), [*content.rows.part(0, 1)]))


class _RecordingMachine(Machine):
    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.saved: list[tuple[int, list[tuple[str, str]]]] = []

    def parts(self, service: Service) -> Parts:
        store = _RecordingStore(self.directory / "drafts", self.saved)
        return replace(super().parts(service), drafts=store)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def undisturbed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The question does not come by itself, however long nobody types."""
    monkeypatch.setattr("prolific_tui.tui.screens.editor.kept._QUIET_SECONDS", 1000.0)


# How they are kept is asked once


@pytest.mark.usefixtures("undisturbed")
async def test_it_is_asked_before_anything_is_written_and_without_a_default(
    machine: Machine,
) -> None:
    async with machine.editing("lab-1") as board:
        await board.press("escape")
        await board.shows(_QUESTION, "in the plain-text file  everything, as plain text")
        await board.press("enter")
        await board.shows(_QUESTION)
        assert "lab-1" not in machine.kept()
        await board.press("j", "j", "j", "enter")
        await board.shows("1 unsent row: draft kept.")
        await board.until(lambda: PASSWORD in machine.kept(), "on the disk")

        # Once for this machine.
        await board.press("c")
        await type_row(board, "lab-2")
        await board.press("escape")
        await board.shows("2 unsent rows: draft kept.")


@pytest.mark.usefixtures("undisturbed")
async def test_it_is_asked_before_a_list_goes_in_parts(tmp_path: Path) -> None:
    machine = Machine(tmp_path, part_rows=2)
    async with machine.at_pools() as board:
        await board.press("c")
        await load(board, a_list(tmp_path, *numbered(3)), 3)
        await board.until(lambda: board.app.keeping.is_to_be_asked, "nobody has chosen yet")
        await board.press("s")
        await board.shows(_QUESTION, "This list goes in parts. If its send is cut, the rest comes")
        await board.press("j", "j", "j", "enter")
        await board.shows("Review: nothing has been sent yet", "2, of at most 2 rows")
        await board.press("escape")
        await board.shows("draft kept")


@pytest.mark.usefixtures("undisturbed")
async def test_a_question_that_is_not_answered_keeps_nothing_and_is_asked_again_on_quitting(
    machine: Machine,
) -> None:
    async with machine.editing("lab-1") as board:
        await board.shows("draft not kept")
        await board.press("q")
        await board.shows(_QUESTION, "1 unsent row, before quitting: what is to become of them?")
        await board.shows("Esc chooses nothing, and then asks whether to quit and lose them.")
        await board.press("enter")
        await board.shows("Nothing is chosen yet, so all is as before.")
        await board.press("escape")
        await board.shows("Quit and lose 1 unsent row?")
        assert PASSWORD not in machine.kept()
        await board.press("n")
        await board.shows("1 row", "draft not kept")


async def test_it_comes_up_by_itself_when_nobody_types_and_not_again_once_it_was_put_off(
    machine: Machine,
) -> None:
    async with machine.editing("lab-1") as board:
        await board.shows(_QUESTION)
        await board.press("escape")
        await board.shows("1 row", "draft not kept")

        # Leaving says what is the matter, and has the question among its answers.
        await board.press("escape")
        await board.shows("1 unsent row, draft not kept", "only in this program's memory")
        assert _QUESTION not in board.screen()
        await board.press("j", "j")
        await board.shows("> Keep them on this machine")
        await board.press("enter")
        await board.shows(_QUESTION)
        await board.press("j", "j", "j", "enter")
        await board.shows("1 unsent row: draft kept.")
        await board.until(lambda: PASSWORD in machine.kept(), "on the disk")


async def test_no_key_acts_on_the_rows_behind_a_question_that_came_by_itself(
    machine: Machine,
) -> None:
    async with machine.editing("lab-1") as board:
        await board.shows(_QUESTION)
        await board.press("x", "s", "q")
        await board.shows(_QUESTION)
        await board.press("escape")
        await board.shows("1 row", "lab-1", "draft not kept")
        assert "deleted" not in board.screen()


async def test_what_was_typed_just_before_a_list_comes_in_is_kept_without_it(
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A crash while a long list comes in costs that list alone."""
    machine = _RecordingMachine(tmp_path)
    machine.choose(EVERYTHING)
    path = a_list(tmp_path_factory.mktemp("lists"), *numbered(20_000))
    async with machine.editing("lab-1") as board:
        editor = board.app.screen
        assert isinstance(editor, EditorScreen)
        editor.load(path)
        await board.shows("Append the rows to the 1 here")
        await board.press("enter")
        await board.until(lambda: "lab-z-20000" in machine.kept(), "the list is kept")
        assert (1, [("lab-1", PASSWORD)]) in machine.saved

        # Of many rows, a copy takes longer than one slice of time.
        monkeypatch.setattr("prolific_tui.tui.drive.SLICE_SECONDS", 0.00005)
        await board.until(lambda: editor.draft.session.is_examined, "all are looked at")
        editor.changed(editor.draft.session.set_cell(0, Column.USERNAME, "lab-one"))
        editor.load(path)
        await board.shows("Append the rows to the 20,001 here")
        await board.press("enter")
        await board.until(lambda: (40_001, [("lab-one", PASSWORD)]) in machine.saved, "both lists")
        assert (20_001, [("lab-one", PASSWORD)]) in machine.saved


async def test_a_list_in_the_place_of_a_kept_draft_is_kept_as_soon_as_it_is_there(
    machine: Machine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What is edited waits, the longer the more rows there are."""
    machine.choose(EVERYTHING)
    path = a_list(tmp_path_factory.mktemp("lists"), *numbered(2))
    async with machine.editing("lab-1") as board:
        await board.until(lambda: PASSWORD in machine.kept(), "the first row is kept")
        editor = board.app.screen
        assert isinstance(editor, EditorScreen)
        editor.load(path)
        await board.shows("Append 2 rows")
        await board.press("j", "enter")
        await board.shows("goes 2", "2 rows read.")
        assert not editor.draft.autosave.is_dirty, "nothing waits"
        await board.until(lambda: "lab-z-002" in machine.kept(), "the list is kept")
        assert PASSWORD not in machine.kept()


async def test_blank_rows_of_a_list_come_back_and_one_that_was_just_inserted_does_not(
    machine: Machine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    machine.choose(EVERYTHING)
    path = tmp_path_factory.mktemp("lists") / "notes.csv"
    path.write_text("name,login_username,login_password\nWi-Fi,,\nlab,lab-1,pw-1-x\nDoor,,\n")
    async with machine.at_pools() as board:
        await board.press("c")
        await load(board, path, 3, goes=1)
        await board.press("i")
        await board.shows("4 rows")
        await board.press("escape", "escape")
        await board.shows("draft kept")
        await board.until(lambda: board.app.operations.drafts.wait(0), "saved")
    async with machine.run() as board:
        await board.shows(_OFFER)
        await board.press("enter")
        await board.shows("3 rows are back", "goes 1", "left out 2")


async def test_usernames_only_leaves_no_password_on_the_disk(machine: Machine) -> None:
    machine.choose(USERNAMES)
    async with machine.editing("lab-1") as board:
        await board.until(lambda: "draft kept, no passwords   Reasoning evals" in board.screen())
        await board.press("escape")
        await board.shows("1 unsent row: draft kept, no passwords.")
        # Where a long name leaves less room, it is not the workspace that is cut.
        await board.press("e")
        await board.shows("Label")
        await board.type("chatbot-B, the second wave")
        await board.press("enter")
        await board.shows("chatbot-B, the second")
        await board.press("a")
        await type_row(board, "lab-2")
        await board.until(lambda: "usernames kept   Reasoning evals" in board.screen())
        await board.press("D")
        await board.shows("Discard 1 unsent row?")
        await board.press("y")
        await board.shows("free of")
        await board.press("q")
        await board.shows("Quit and lose the passwords of 1 unsent row?")
        assert "lab-1" in machine.kept()
        assert PASSWORD not in machine.kept()

    async with machine.run() as board:
        await board.shows(_OFFER, "the passwords were not kept")
        await board.press("enter")
        await board.shows("1 row is back", "The passwords were not kept", "no password")


async def test_with_nothing_kept_leaving_and_quitting_ask(machine: Machine) -> None:
    machine.choose(NOTHING)
    async with machine.editing("lab-1") as board:
        await board.press("escape")
        await board.shows("1 unsent row, draft not kept", "nothing is kept on this machine")
        await board.press("enter")
        await board.shows("pools", "1 unsent row: draft not kept.")
        await board.press("q")
        await board.shows("Quit and lose 1 unsent row?")
        await board.press("n", "c")
        await board.shows("1 row", "lab-1")
        assert "lab-1" not in machine.kept()

        # Or they are discarded on the way.
        await board.press("escape")
        await board.shows("draft not kept", "Discard them")
        await board.press("j", "enter")
        await board.shows("The rows are discarded.")
        await board.press("c")
        await board.shows("No rows yet")


async def test_account_says_how_they_are_kept_and_changes_it(machine: Machine) -> None:
    machine.choose(EVERYTHING)
    async with machine.editing("lab-1") as board:
        await board.press("escape")
        await board.shows("1 unsent row: draft kept.")
        await board.until(lambda: PASSWORD in machine.kept(), "on the disk")
        await board.press("4")
        await board.shows("Kept", "nothing secret; unsent rows: everything")
        await board.press("s")
        await board.shows(_QUESTION)
        await board.press("j", "j", "j", "j", "enter")
        await board.shows("nothing secret; unsent rows: usernames only", "PROLIFIC_TOKEN")
        await board.until(lambda: board.app.operations.drafts.wait(0), "saved")
        assert PASSWORD not in machine.kept()
        assert "lab-1" in machine.kept()


# They are kept


async def test_what_is_kept_needs_no_question_on_quitting(machine: Machine) -> None:
    machine.choose(EVERYTHING)
    async with machine.editing("lab-1") as board:
        await board.shows("draft kept")
        await board.press("i")
        await board.type("lab-2")
        await board.press("enter", "escape", "q")
        await board.until(lambda: not board.app.is_running, "it quits")
    assert board.app.return_value == 0
    assert "lab-2" in machine.kept()


async def test_what_is_discarded_or_sent_is_kept_no_longer(machine: Machine) -> None:
    machine.choose(EVERYTHING)
    async with machine.editing("lab-1") as board:
        await board.shows("draft kept")
        await board.press("D")
        await board.shows("Discard 1 unsent row?")
        await board.press("y")
        await board.shows("1 unsent row discarded.")
        await board.until(lambda: "lab-1" not in machine.kept(), "gone from the disk")

        await board.press("c")
        await type_row(board, "lab-2")
        await board.shows("draft kept")
        await board.press("s")
        await board.type("send 1")
        await board.press("enter")
        await board.shows("1 credential in a new pool")
        await board.until(lambda: "lab-2" not in machine.kept(), "gone from the disk")

        await board.press("enter", "escape")
        await board.shows("free of")
        await board.press("a")
        await board.shows("Append to", "No rows yet")
        await type_row(board, "lab-3")
        await board.shows("draft kept")
        await board.press("s")
        await board.shows("Type  send 1 :")
        await board.type("send 1")
        await board.press("enter")
        await board.shows("1 credential appended")
        await board.until(lambda: PASSWORD not in machine.kept(), "gone from the disk")


async def test_of_what_was_discarded_nothing_is_kept_in_memory_either(
    machine: Machine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    machine.choose(NOTHING)
    path = tmp_path_factory.mktemp("lists") / "list.csv"
    path.write_text(f"lab-1,{PASSWORD}\nlab-2,\n")
    editors: list[weakref.ref[EditorScreen]] = []
    async with machine.at_pools() as board:
        for _ in range(2):
            await board.press("c")
            editor = board.app.screen
            assert isinstance(editor, EditorScreen)
            editors.append(weakref.ref(editor))
            session = editor.draft.session
            editor.load(path)
            await board.shows("2 rows   goes 1")
            await board.press("c", "P")
            await board.shows("3 rows   goes 0")
            await board.press("D")
            await board.shows("Discard 3 unsent rows?")
            del editor
            await board.press("y")
            await board.shows("3 unsent rows discarded.", "free of")
            assert not session.can_undo
            del session
        # The last one may still be closing.
        await board.until(lambda: gc.collect() and not any(each() for each in editors), "freed")


async def test_a_disk_that_takes_nothing_is_said_and_asked_about(machine: Machine) -> None:
    machine.choose(EVERYTHING)
    (machine.directory / "drafts").write_text("not a directory")
    async with machine.editing("lab-1") as board:
        await board.shows("draft not kept", "The draft was not kept.")
        await board.press("q")
        await board.shows("Quit and lose 1 unsent row?", "They could not be kept.")
        await board.press("n")
        await board.shows("lab-1")


async def test_the_demo_keeps_nothing_and_says_so_when_quitting() -> None:
    async with dashboard() as board:
        await board.shows("free of")
        await board.press("c")
        await type_row(board, "lab-1")
        assert "draft" not in board.screen()
        await board.press("escape")
        await board.shows("1 unsent row kept here until you quit. c goes back", "c, for a new pool")
        await board.press("q")
        await board.shows("Quit and lose 1 unsent row?", "only in this program's memory")
