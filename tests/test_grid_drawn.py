"""What the grid has drawn is what it would draw now: no row is left as it was before a change.

A change of one row may say something else of others: look-alikes, duplicates, numbers that moved.
"""

import asyncio
from collections.abc import Callable
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.geometry import Region

from prolific_tui.credentials.document import Column
from prolific_tui.credentials.problems import Problem
from prolific_tui.credentials.rows import Rows
from prolific_tui.credentials.session import Delta, EditSession
from prolific_tui.credentials.stepping import finish
from prolific_tui.credentials.view import Filter, Order
from prolific_tui.tui.grid import CredentialGrid
from tests.credentials_steps import redo, undo
from tests.credentials_strategies import blocks, fields, pairs, steady, usual

Step = Callable[[CredentialGrid], Delta | None]


class Shown(App[None]):
    """A grid, and nothing else."""

    def compose(self) -> ComposeResult:
        yield CredentialGrid(EditSession(), lambda _: False)


def at(grid: CredentialGrid, position: int) -> int:
    return position % len(grid.session.document)


def edit(grid: CredentialGrid, position: int, column: Column, text: str) -> Delta | None:
    if not len(grid.session.document):
        return None
    return grid.session.set_cell(at(grid, position), column, text)


def insert(grid: CredentialGrid, position: int, rows: Rows) -> Delta | None:
    return grid.session.insert(position % (len(grid.session.document) + 1), rows, made_here=True)


def delete(grid: CredentialGrid, positions: set[int]) -> Delta | None:
    if not len(grid.session.document):
        return None
    return grid.session.delete({at(grid, position) for position in positions})


def accept(grid: CredentialGrid, position: int) -> Delta | None:
    if not len(grid.session.document):
        return None
    session, rows = grid.session, [at(grid, position)]
    return session.accept(rows) or session.withdraw(rows)


def hold(grid: CredentialGrid, held: frozenset[str], perhaps: frozenset[str]) -> Delta:
    return finish(grid.session.holding(held, perhaps))


def take_back(grid: CredentialGrid, again: bool) -> Delta | None:
    return redo(grid.session) if again else undo(grid.session)


def examine(grid: CredentialGrid, rows: int) -> Delta:
    return grid.session.examine(rows).delta


def move(grid: CredentialGrid, rows: int) -> None:
    grid.action_move(rows)


def select(grid: CredentialGrid, is_range: bool) -> None:
    row = grid.row
    if row is None:
        return
    if is_range and not grid.selection.has_range:
        grid.selection.begin_range(grid.position)
    else:
        grid.selection.toggle(grid.session.document.row_id(row))
    grid.show_selection(line=grid.position)


def look_at(grid: CredentialGrid, shown: Filter, order: Order) -> None:
    finish(grid.view.choose(shown, order))
    grid.show_view()


positions = st.integers(0, 50)
names = st.frozensets(usual, max_size=2)
steps: st.SearchStrategy[Step] = st.one_of(
    st.builds(
        lambda *given: partial(edit, position=given[0], column=given[1], text=given[2]),
        positions,
        st.sampled_from(Column),
        fields,
    ),
    st.builds(lambda at, rows: partial(insert, position=at, rows=rows), positions, blocks),
    st.builds(lambda at: partial(delete, positions=at), st.sets(positions, min_size=1, max_size=3)),
    st.builds(lambda at: partial(accept, position=at), positions),
    st.builds(lambda held, perhaps: partial(hold, held=held, perhaps=perhaps), names, names),
    st.builds(lambda again: partial(take_back, again=again), st.booleans()),
    st.builds(lambda rows: partial(examine, rows=rows), st.integers(1, 4)),
    st.builds(lambda rows: partial(move, rows=rows), st.integers(-9, 9)),
    st.builds(lambda is_range: partial(select, is_range=is_range), st.booleans()),
    st.builds(
        lambda problems, problem, order: partial(
            look_at, shown=Filter(problems=problems, problem=problem), order=order
        ),
        st.booleans(),
        st.none() | st.sampled_from(Problem),
        st.sampled_from(Order),
    ),
)


def drawn(grid: CredentialGrid) -> list[str]:
    """The lines as the screen has them, those that nothing named as they were."""
    return [strip.text for strip in grid.render_lines(Region(0, 0, *grid.size))]


def fresh(grid: CredentialGrid) -> list[str]:
    """The lines as they are drawn now."""
    return [grid.render_line(y).text for y in range(grid.size.height)]


def test_what_is_drawn_is_what_would_be_drawn_now() -> None:
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        app = Shown()
        running = app.run_test(size=(80, 8))
        pilot = runner.run(running.__aenter__())
        grid = app.query_one(CredentialGrid)

        async def follow(rows: Rows, steps: list[Step]) -> None:
            # So few at once that much is looked at later, while edits go on.
            grid.show_session(EditSession(rows, at_once=3, piece=2))
            await pilot.pause()
            for step in steps:
                assert drawn(grid) == fresh(grid)
                delta = step(grid)
                if delta is not None:
                    grid.apply(delta)
                if grid.view.is_outdated:
                    finish(grid.view.refresh())
                    grid.show_view()
                assert drawn(grid) == fresh(grid), step
                await pilot.pause()
            assert drawn(grid) == fresh(grid)

        @settings(steady, max_examples=60)
        @given(
            st.lists(pairs, min_size=4, max_size=12).map(Rows.of),
            st.lists(steps, min_size=4, max_size=10),
        )
        def law(rows: Rows, steps: list[Step]) -> None:
            runner.run(follow(rows, steps))

        try:
            law()
        finally:
            runner.run(running.__aexit__(None, None, None))
