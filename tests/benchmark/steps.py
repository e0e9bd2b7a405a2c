"""How long work goes on at most before a key can be answered: the longest step, by its own time.

Measured inside of this process and in processor time, so it holds on a machine that has other
things to do.
"""

import gc
from collections.abc import Callable, Iterator
from time import thread_time
from typing import Final

from prolific_tui.credentials.intake import Intake, look
from prolific_tui.credentials.search import Query
from prolific_tui.credentials.session import EditSession
from prolific_tui.credentials.stepping import Steps, finish
from prolific_tui.credentials.view import ALL, Filter, Order, View
from prolific_tui.submission.fingerprints import KEY_SIZE, Fingerprints
from prolific_tui.submission.known import Marked
from tests.benchmark.figures import Line
from tests.benchmark.plan import Plan, limit_line

_LIMIT: Final = 25.0
"""Milliseconds: a quarter of what any key may wait, for it waits for a frame or two as well."""


def steps(plan: Plan) -> Iterator[Line]:
    """The longest step of all that is done between keys."""
    for kind, path in (("", plan.list(plan.long)), ("messy ", plan.messy_list(plan.long))):
        was_enabled = gc.isenabled()
        # As it is while the editor does long work.
        gc.disable()
        try:
            session = EditSession()
            taking_in = _taking_in(session, look(path.read_bytes()))
            yield _longest(f"taking in {plan.long:,} {kind}rows", taking_in)
            yield _longest("examining them", session.examination())
            for what, begin in _WORK.items():
                yield _longest(f"{what} over {plan.long:,} {kind}rows", begin(View(session)))
            asking = session.holding(*_held(session))
            yield _longest(f"asking a pool for {plan.long:,} {kind}rows", asking)
            undoing = session.undoing()
            assert undoing is not None
            yield _longest("undoing the load", undoing)
        finally:
            if was_enabled:
                gc.enable()


_WORK: Final[dict[str, Callable[[View], Steps[object]]]] = {
    "next problem": lambda view: view.seek_problem(0),
    "find": lambda view: view.seek(Query("0999998").matching, 0),
    "filter": lambda view: view.choose(Filter(problems=True), Order.DOCUMENT),
    "sort by username": lambda view: view.choose(ALL, Order.USERNAME),
    "sort by problem": lambda view: view.choose(ALL, Order.PROBLEM),
}


def _taking_in(session: EditSession, intake: Intake) -> Steps[None]:
    load = finish(session.loading("the list"))
    for chunk in intake.reading():
        load.feed(chunk.rows)
        yield load.rows
    load.finish()


def _held(session: EditSession) -> tuple[Marked, Marked]:
    """A pool that holds every tenth row, and may hold as many more, as the journal knows that."""
    mark = Fingerprints(bytes(KEY_SIZE)).mark
    usernames = session.document.rows().usernames
    held, perhaps = (frozenset(map(mark, usernames[start::10])) for start in (0, 1))
    return Marked(mark, held), Marked(mark, perhaps)


def _longest(what: str, work: Steps[object]) -> Line:
    taken: list[float] = []
    is_over = False
    while not is_over:
        start = thread_time()
        try:
            next(work)
        except StopIteration:
            is_over = True
        taken.append(thread_time() - start)
    whole = f"{len(taken):,} steps, {sum(taken):.2g} s"
    return limit_line(f"longest step of {what}", max(taken) * 1000, _LIMIT, "ms", whole)
