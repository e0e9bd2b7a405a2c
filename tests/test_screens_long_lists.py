"""Lists too long to be looked at in one go: it goes on between keys, whatever comes in between."""

import asyncio
from collections.abc import Container
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from textual import events

from prolific_tui.credentials.rows import Column, Rows
from prolific_tui.credentials.session import Delta
from prolific_tui.credentials.stepping import Steps
from prolific_tui.submission.known import Coverage, Known
from prolific_tui.tui.grid import CredentialGrid
from prolific_tui.tui.widgets import Line
from tests.credentials_exports import EXPORTS, PAIRS
from tests.dashboard import PATIENCE
from tests.editing import Editing, editing

ROWS = [(f"lab-{row:05}", "pw-long-enough") for row in range(12_000)]
"""More than are looked at as they come."""


@pytest.fixture
def long_file(tmp_path: Path) -> Path:
    """So many rows that it can be given up half way."""
    path = tmp_path / "long.csv"
    path.write_text("".join(f"new-{row},pw-{row}-x\n" for row in range(300_000)))
    return path


async def all_are_looked_at(at: Editing) -> None:
    await at.board.until(lambda: at.session.is_examined, "all are looked at")
    await at.board.until(lambda: "looked at" not in at.board.screen(), "and none waits")


async def test_rows_that_nobody_looked_at_yet_are_looked_at_when_the_editor_opens_again() -> None:
    async with editing([]) as at:
        at.session.insert(0, Rows.of([*ROWS, ("", "k3-9fQ")]))
        at.board.app.drafts.keep(at.editor.draft)
        await at.press("escape")
        await at.shows("12,001 unsent rows")
        assert at.session.counts.unexamined == 12_001
        await at.press("c")
        await at.shows("Create a new pool")
        await all_are_looked_at(at)
        await at.shows("12,001 rows   goes 12,000   needs your OK 0   left out 1")


async def test_looking_at_rows_lays_the_screen_out_only_for_what_it_finds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with editing([]) as at:
        shown: list[Delta] = []
        apply = CredentialGrid.apply

        def noting(grid: CredentialGrid, delta: Delta) -> None:
            shown.append(delta)
            apply(grid, delta)

        monkeypatch.setattr(CredentialGrid, "apply", noting)
        at.editor.changed(at.session.insert(0, Rows.of([*ROWS, ("LAB-00000", "pw-long-enough")])))
        await all_are_looked_at(at)
        await at.shows("lab-00000", "same as row 12,001 except capitals")
    # Of 48 looks: for the rows that came, for two that are alike, and for where those are.
    assert len(shown) <= 3


async def test_what_a_send_leaves_of_a_long_list_is_looked_at_again() -> None:
    others = [(f"rest-{row:05}", "pw-long-enough") for row in range(11_000)]
    async with editing([*ROWS, *others]) as at:
        await all_are_looked_at(at)
        app, pools = at.board.app, at.board.app.pools.value
        assert pools
        sent = at.session.document.rows(0, len(ROWS)).ids
        app.drafts.accepted(at.editor.draft, sent or (), pools[0])
        assert at.session.counts.unexamined
        app.sends += 1
        await all_are_looked_at(at)
        await at.shows("11,000 rows   goes 11,000")


async def test_a_load_that_is_given_up_leaves_a_long_list_looked_at_and_shown_as_before(
    long_file: Path,
) -> None:
    async with editing([*ROWS, ("", "k3-9fQ")]) as at:
        await all_are_looked_at(at)
        await at.press("exclamation_mark")
        await at.shows("1 shown: those with problems")
        at.editor.load(long_file)
        await at.shows("Append the rows to the 12,001 here")
        at.board.app.post_message(events.Key("enter", None))
        async with asyncio.timeout(PATIENCE):
            while not len(at.session.document) > len(ROWS) + 1:  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0)
        at.board.app.post_message(events.Key("escape", None))
        await at.says("Given up; the rows are as they were.")
        await all_are_looked_at(at)
        await at.board.until(lambda: at.shown == [""], "the view")
        await at.shows("12,001 rows   goes 12,000   needs your OK 0   left out 1")


async def test_nothing_looks_through_rows_while_others_take_their_place() -> None:
    given_up: list[bool] = []

    def looking() -> Steps[None]:
        try:
            while True:
                yield 0
        finally:
            given_up.append(at.session.is_loading)

    async with editing([]) as at:
        at.editor.work_through(looking, print, "Looking")
        at.editor.load(EXPORTS / "bare.csv")
        await at.board.until(lambda: at.rows == PAIRS and not at.editor.is_bringing_in, "read")
        assert given_up == [False], "before the first row came"


async def test_a_replacement_is_given_up_before_its_first_row_comes_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with editing(ROWS) as at:
        await all_are_looked_at(at)
        ids, undo_label = at.session.document.rows().ids, at.session.undo_label
        # So short that one is not enough to take all rows out.
        monkeypatch.setattr("prolific_tui.tui.drive.SLICE_SECONDS", 0.00005)
        at.editor.load(EXPORTS / "bare.csv")
        await at.shows("Replace the 12,000 here")
        for key in ("j", "enter"):
            at.board.app.post_message(events.Key(key, None))
        async with asyncio.timeout(PATIENCE):
            while not at.session.is_changing:  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0)
        at.editor.action_back()
        at.editor.action_back()
        assert at.said == "The last change is still being made; it can be undone afterwards."

        await at.says("Given up; the rows are as they were.")
        assert at.session.document.rows().ids == ids
        assert at.session.undo_label == undo_label
        await all_are_looked_at(at)
        await at.shows("12,000 rows   goes 12,000")


@dataclass(eq=False)
class Asked(Container[str]):
    """Usernames of a pool; when the first one is asked for, somebody presses a key."""

    names: frozenset[str]
    at: Editing
    positions: list[int] = field(default_factory=list)
    """Where the cursor was each time."""

    def __contains__(self, username: object) -> bool:
        if not self.positions:
            self.at.board.app.post_message(events.Key("j", "j"))
        self.positions.append(self.at.editor.grid.position)
        return username in self.names


async def test_keys_are_answered_while_a_pool_is_asked_what_it_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("prolific_tui.tui.drive.SLICE_SECONDS", 0.0005)
    async with editing([("", "k3-9fQ"), ("", "k3-9fR"), *ROWS]) as at:
        await all_are_looked_at(at)
        await at.press("exclamation_mark")
        await at.shows("2 shown: those with problems")
        held = Asked(frozenset({"lab-00007", "lab-11999"}), at)
        await at.editor.hold_known(Known(held, frozenset(), Coverage(2, 2)))
        assert held.positions[0] == 0
        assert held.positions[-1] == 1
        await at.board.until(
            lambda: at.shown == ["", "", "lab-00007", "lab-11999"], "what the pool has"
        )
        await at.shows("12,002 rows   goes 11,998   needs your OK 0   left out 4")

        # Of rows that clashed, those who look at the rows learn when the send has ended.
        document = at.session.document
        at.editor.draft.clashed([document.row_id(row) for row in document.find("lab-00003", 1)])
        at.board.app.sends += 1
        await at.board.until(lambda: "lab-00003" in at.shown, "what Prolific refused")


async def test_what_was_marked_is_shown_where_the_rest_is_given_up_and_all_is_checked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # So short that one is not enough for all rows.
    monkeypatch.setattr("prolific_tui.tui.drive.SLICE_SECONDS", 0.00005)
    async with editing([("", "k3-9fQ"), *ROWS]) as at:
        await all_are_looked_at(at)
        await at.press("exclamation_mark")
        await at.shows("1 shown: those with problems")
        # Checked to the end once, and nothing is known of what became of a send.
        await at.editor.hold_known(Known(frozenset(), frozenset(), Coverage(0, 0)))
        at.editor.on_screen_resume()
        await at.board.until(lambda: not at.editor.is_working("known"), "looked for that, too")
        # It looks again only once this is closed.
        await at.press("question_mark")
        await at.board.until(lambda: not at.editor.is_on_top, "the keys")

        class Given(Container[str]):
            def __contains__(self, username: object) -> bool:
                if username == "lab-05000":
                    marking.cancel()
                return username == "lab-00007"

        known, draft = Known(Given(), frozenset(), Coverage(1, 1)), at.editor.draft
        await at.board.until(lambda: not (draft.copying or draft.autosave.is_dirty), "kept")
        marking = asyncio.ensure_future(at.editor.hold_known(known))
        with pytest.raises(asyncio.CancelledError):
            await marking
        assert draft.in_pool == 1
        assert draft.autosave.is_dirty or draft.copying, "to be kept with that"
        counts = at.editor.query_one("#counts", Line)
        assert "goes 11,999   needs your OK 0   left out 2" in counts.text.plain
        at.editor.refresh_view()
        await at.board.until(lambda: at.shown == ["", "lab-00007"], "what was marked")

        # What is known is asked again, and of all rows, once the editor is on top.
        assert not at.editor.draft.is_checked
        await at.press("escape")
        await at.board.until(lambda: at.editor.draft.is_checked, "checked again")
        await at.shows("goes 12,000   needs your OK 0   left out 1")


async def test_what_is_made_here_is_counted_between_keys_in_a_long_list() -> None:
    async with editing([]) as at:
        session, draft = at.session, at.editor.draft
        at.editor.changed(session.insert(0, Rows.of(ROWS), made_here=True))
        await all_are_looked_at(at)
        await at.shows("goes 0 until E exports 12,000")

        # What an edit does is shown before all of them were looked for again.
        at.editor.changed(session.set_cell(0, Column.PASSWORD, ""))
        assert not draft.knows_made
        await at.board.until(lambda: draft.knows_made, "looked for")
        await at.shows("goes 0 until E exports 11,999", "left out 1")
        draft.exported.add(session.document.rows())
        at.editor.show_all()
        await at.shows("goes 11,999   needs your OK 0   left out 1   made here 12,000")
