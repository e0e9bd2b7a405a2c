"""Usernames that a pool has already: what tells of them, before a send and after a refusal."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from prolific_tui.assembly import demo_parts
from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.demo.seed import CHATBOT_B
from prolific_tui.demo.service import Service
from prolific_tui.errors import ProlificTuiError
from prolific_tui.operations import Parts
from prolific_tui.secret import Secret
from prolific_tui.submission.later import say
from tests.contract.caller import checked_demo_service
from tests.dashboard import dashboard
from tests.parts_bench import Story, plan
from tests.sending import a_list, held_by, in_parts, load, numbered, send
from tests.submission_bench import MemoryJournal

UNREAD = Fault(status=403)
"""A usage report that can't be read."""


async def test_a_clash_is_found_by_halving_after_it_was_told_what_that_takes(
    tmp_path: Path,
) -> None:
    """409 says that some row is there already; the reports that would tell which can't be read."""
    service = checked_demo_service()
    service.switch_on("getStudyCredentialsReport", UNREAD)
    held = held_by(service)
    taken = held[0]
    async with dashboard(service) as board:
        await board.shows("free of")
        await board.press("j", "a")
        await load(board, a_list(tmp_path, *numbered(3), taken, "lab-z-900"), 5)
        await send(board, 5)
        await board.shows("does not say which", "still 60")
        await board.shows("Nothing that is known here tells which", "h finds them")
        await board.shows("Not all could be read: No usage report of")
        assert len(held_by(service)) == 60
        # Another client appends meanwhile: the words are typed below the total as it is now.
        pool = service.state.pools[CHATBOT_B]
        added = {**pool.passwords, "elsewhere": Secret("pw-long-enough")}
        service.state.pools[CHATBOT_B] = replace(pool, passwords=added)
        await board.press("h")
        await board.shows("Find the clash by halving", "at most 9 requests", "stays in the pool")
        await board.shows("which has 61 now")
        await board.type("send 5")
        await board.press("enter")
        await board.shows("1 username is taken", taken, "All other 4 are in the pool now")
        await board.shows("Take it out of the list, or give it another name.")
        assert len(held_by(service)) == 65
        await board.press("enter")
        await board.shows("1 row   goes 0", "left out 1", "already in this pool")
        await board.shows("65 in total", "Checked against 4 of 65 usernames")
        # Nobody is sent after it in vain.
        await board.press("3")
        await board.shows("The 1 row that is left was refused, sent alone (A username is taken)")


async def test_no_halving_is_offered_where_something_tells_which_rows_clash(tmp_path: Path) -> None:
    service = checked_demo_service()
    # It can't be read at Review, and can be once the list was refused.
    service.switch_on("getStudyCredentialsReport", replace(UNREAD, times=1))
    taken = held_by(service)[0]
    async with dashboard(service) as board:
        await board.shows("free of")
        await board.press("j", "a")
        await load(board, a_list(tmp_path, *numbered(2), taken), 3)
        await send(board, 3)
        await board.shows("A username is taken", "1 refused row is known to be in the pool")
        assert "halv" not in board.words()
        await board.press("h", "enter")
        await board.shows("3 rows   goes 2", "left out 1", "already in this pool")
        await send(board, 2)
        await board.shows("2 credentials appended")


class ForgettingJournal(MemoryJournal):
    """A journal that can't be asked any more which rows a send had."""

    is_broken = False

    def places(self, number: int, usernames: Sequence[str]) -> list[int | None]:
        if self.is_broken:
            raise ProlificTuiError("History not read", "The history can't be read.")
        return super().places(number, usernames)


async def test_what_the_pool_is_known_to_hold_is_said_although_the_history_fails(
    tmp_path: Path,
) -> None:
    story, journal = Story(part_rows=10), ForgettingJournal()
    story.journal = journal
    # Another send did not arrive, as was said: it is asked whether these rows are its.
    story.service.switch_on("updateCredentialPool", Fault(cut=Cut.BEFORE, times=1))
    await story.send(plan())
    await say(1, 1, story.means(), arrived=False)
    story.service.switch_on("getStudyCredentialsReport", replace(UNREAD, times=1))
    taken = held_by(story.service)[0]

    def parts(service: Service) -> Parts:
        return replace(demo_parts(service), journal=journal)

    async with dashboard(story.service, parts=parts) as board:
        await board.shows("free of")
        await board.press("j", "a")
        await load(board, a_list(tmp_path, *numbered(2), taken), 3)
        await board.press("s")
        await board.shows("Type  send 3 :", "Not all could be read")
        journal.is_broken = True
        await board.type("send 3")
        await board.press("enter")
        await board.shows("A username is taken", "1 refused row is known to be in the pool")


async def test_names_that_were_read_earlier_are_said_to_be_of_then(tmp_path: Path) -> None:
    async with dashboard() as board:
        await board.shows("free of")
        await board.press("j", "a")
        await load(board, a_list(tmp_path, *numbered(2), "another"), 3)
        await board.press("s")
        await board.shows("Type  send 3 :", "checked against all 60 usernames")
        # Another client adds one of them, and no report can be read any more.
        pools = board.service.state.pools
        pool = pools[CHATBOT_B]
        pools[CHATBOT_B] = replace(pool, passwords={**pool.passwords, "another": Secret("pw")})
        board.service.switch_on("getStudyCredentialsReport", UNREAD)
        await board.type("send 3")
        await board.press("enter")
        await board.shows("h finds them by sending halves")
        assert re.search(
            r"which rows those are\. Some names of the pool were read earlier, last at \d\d:\d\d;"
            r" now not all could be read: No usage report of",
            board.words(),
        )


async def test_of_a_list_in_parts_only_the_refused_part_is_searched(tmp_path: Path) -> None:
    """The first part was accepted, the second refused, and the third never left."""
    service = checked_demo_service()
    service.switch_on("getStudyCredentialsReport", UNREAD)
    taken = held_by(service)[0]
    names = [*numbered(7), taken, *numbered(11)[7:]]
    async with dashboard(service, parts=in_parts(5)) as board:
        await board.shows("free of")
        await board.press("j", "a")
        await load(board, a_list(tmp_path, *names), 12)
        await send(board, 12)
        await board.shows("5 of 12 rows were accepted", "with at most 9 requests")
        await board.press("h")
        await board.shows("The 5 refused rows are sent again", "at most 9 requests, and at most 7")
        await board.shows("2 more rows stay in the editor for later")
        await board.type("send 5")
        await board.press("enter")
        await board.shows("1 username is taken", taken, "All other 4 are in the pool now")
        assert len(held_by(service)) == 69
        await board.press("enter")
        await board.shows("3 rows   goes 2", "left out 1", "already in this pool")


async def test_the_usage_reports_change_what_goes_before_anything_is_sent(
    tmp_path: Path,
) -> None:
    service = checked_demo_service()
    held = held_by(service)
    async with dashboard(service, size=(120, 40)) as board:
        await board.shows("free of")
        await board.press("j", "e")
        await board.shows("Label")
        await board.type("chatbot-B")
        await board.press("enter")
        await board.shows("chatbot-B ", "Nothing was sent there from this machine")
        await board.press("a")
        await board.shows("Append to chatbot-B")
        await load(board, a_list(tmp_path, "lab-z-1", *held[:2]), 3)
        # The words for three rows are typed ahead, and do not count for one.
        await board.press("s")
        await board.type("send 3")
        await board.press("enter")
        await board.shows("Type  send 1 :", "checked against all 60 usernames")
        await board.shows("2 rows: already in this pool")
        assert len(held_by(service)) == 60
        await board.press("escape")
        await board.shows("3 rows   goes 1", "left out 2")
        await send(board, 1)
        await board.shows("1 credential appended")
        await board.press("enter")
        await board.shows("Checked against all 61 usernames")
        await board.press("escape")
        await board.shows("Last sent from here: +1 on", "wave.csv, accepted")
    assert len(held_by(service)) == 61
