"""What is asked of who quits while it is looked what Prolific has, before or after a request."""

from dataclasses import replace

import pytest

from prolific_tui.assembly import demo_parts
from prolific_tui.demo.faults import Fault
from prolific_tui.demo.service import Service
from prolific_tui.operations import Parts
from prolific_tui.submission.journal import Journal
from tests.dashboard import dashboard
from tests.sending import Gate, in_parts
from tests.submission_bench import FullJournal, MemoryJournal, NotedService, Write, plan_for

ANSWERED = {
    Write.APPEND: (
        "A send is under way",
        "Prolific has answered, and that is in the history on disk.",
        "What became of it could not be written to the history, where it is open. If you quit now,"
        " the next start announces it before anything else, and offers to look whether it arrived",
        "Prolific has answered. The demo keeps nothing",
    ),
    Write.SECRET: (
        "The secret is being replaced",
        "Prolific has made the new secret. This program keeps it nowhere. That is in the history on"
        " disk. If you quit now, it is not read back; 2 Webhooks shows it at the next start. Every"
        " receiver needs it: one with the old secret rejects each delivery.",
        "Prolific has made the new secret. This program keeps it nowhere. That could not be written"
        " to the history, where it is open: if you quit now, the next start offers to look what"
        " became of it.",
        "Prolific has made the new secret. The demo keeps nothing: if you quit now, that is gone",
    ),
}
"""The title, and what is said where the journal has it, where it has not, and in the demo."""
LOOKS = {Write.APPEND: "listCredentialPools", Write.SECRET: "listSecrets"}


@pytest.mark.parametrize("write", [Write.APPEND, Write.SECRET])
@pytest.mark.parametrize("kind", ["on disk", "full", "demo"])
async def test_what_the_history_has_is_said_as_it_is(write: Write, kind: str) -> None:
    service = NotedService()
    service.after_write = lambda: service.switch_on(LOOKS[write], Fault(status=429, retry_after=30))
    is_full = kind == "full"
    journal: Journal = FullJournal(takes_the_beginning=True) if is_full else MemoryJournal()

    def parts(service: Service) -> Parts:
        return replace(demo_parts(service), journal=journal, is_demo=kind == "demo")

    title, kept, open_there, demo = ANSWERED[write]
    async with dashboard(service, parts=parts) as board:
        await board.shows("free of")
        board.app.submit(plan_for(write, service))
        await board.shows("Prolific has answered", "x gives up that look")
        await board.press("escape", "q")
        await board.shows(title, {"on disk": kept, "full": open_there, "demo": demo}[kind])
        assert ("in the history on disk" in board.words()) == (kind == "on disk")
        await board.press("escape")


async def test_after_the_answer_to_a_part_it_is_said_what_becomes_of_those_that_are_left() -> None:
    service = NotedService()
    look = LOOKS[Write.APPEND]
    service.after_write = lambda: service.switch_on(look, Fault(status=429, retry_after=30))

    def parts(service: Service) -> Parts:
        return replace(in_parts(1)(service), journal=MemoryJournal(), is_demo=False)

    async with dashboard(service, parts=parts) as board:
        await board.shows("free of")
        board.app.submit(plan_for(Write.APPEND, service))
        await board.shows("Part 1 of 3 was answered; looking at the totals now.")
        await board.press("escape", "q")
        await board.shows(
            "A send is under way",
            "Prolific has answered, and that is in the history on disk. If you quit now, the rows"
            " that are left stay in the draft; the next start offers them",
            "Quit now and leave the rest",
        )
        await board.press("escape")


@pytest.mark.parametrize(
    ("write", "path", "over"),
    [
        (Write.APPEND, "/credentials/", "The send is over"),
        (Write.SECRET, "/secrets/", "The request is over"),
    ],
)
async def test_what_ended_before_anything_left_is_not_said_to_be_in_the_history(
    write: Write, path: str, over: str
) -> None:
    service, gate = NotedService(), Gate("GET", path)
    async with dashboard(service, parts=gate.of()) as board:
        gate.let_one_through()
        await board.until(lambda: board.app.pools.value and board.app.webhooks.value)
        board.app.submit(plan_for(write, service))
        await board.shows("Looking first at what Prolific has")
        await board.press("escape", "q")
        await board.shows("is about to")
        service.switch_on(LOOKS[write], Fault(status=403))
        gate.let_one_through()
        await board.shows(over, "Quit?")
        assert "3 History" not in board.words()
        assert board.app.operations.history.now.sends == ()
        await board.press("escape")
