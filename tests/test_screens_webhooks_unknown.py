"""Webhooks where nobody knows yet whether there is a new secret: nothing is lost or claimed."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from prolific_tui.access import Entry
from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.demo.seed import MAIN_WORKSPACE
from prolific_tui.demo.service import Service
from prolific_tui.operations import Parts
from prolific_tui.secret import Secret
from prolific_tui.submission.send import Send
from tests.dashboard import Dashboard, dashboard
from tests.operations_bench import HoldingKeyring
from tests.sending import in_parts
from tests.submission_bench import MemoryJournal, NotedService, Write


def value_of(board: Dashboard) -> Secret:
    """The secret that Prolific has now."""
    return board.service.state.secrets[MAIN_WORKSPACE].value


def whose_line_is_cut() -> NotedService:
    """A Prolific whose answer to a new secret never comes, and that can't be read afterwards."""
    service = NotedService()
    service.switch_on(Write.SECRET.value, Fault(cut=Cut.AFTER, times=1))
    service.after_write = lambda: service.switch_on("listSecrets", Fault(status=403))
    return service


async def replace_on_the_screen_only(board: Dashboard) -> None:
    """Ask for a new secret that is kept nowhere, whose answer never comes."""
    await board.shows("free of")
    await board.press("2")
    await board.shows("Signing secret", "none   K keeps it there")
    old = board.service.state.secrets[MAIN_WORKSPACE].id
    await board.press("c", "down", "down", "space", "enter")
    await board.shows("The new one is kept nowhere: it is shown here only.")
    await board.type(f"replace {old[-4:]}")
    await board.press("enter")
    await board.shows("We do not know whether the secret was replaced")
    # The screen's own read of then: what a test switches off next is not to meet it half way.
    await board.until(lambda: not board.app.webhooks.loading, "read again")
    await board.press("enter")


async def say_that_it_arrived(board: Dashboard) -> None:
    """Settle the request that is open."""
    await board.shows("consistent with accepted", "What do you say?")
    await board.press("j", "enter")
    await board.shows("Settled: arrived, as you said.")


async def test_a_secret_that_was_not_seen_is_told_as_that_until_it_is_read_and_stored() -> None:
    async with dashboard(whose_line_is_cut(), parts=in_parts(3)) as board:
        await board.shows("free of")
        old = value_of(board)
        await replace_on_the_screen_only(board)
        await board.press("1")
        await board.shows("Is there a new secret?", "We do not know whether Reasoning evals has")
        await board.press("n")
        await board.press("q")
        await board.shows("Is there a new secret?")
        await board.press("n")

        # Once it can be read, it is there to be stored, with the one before it.
        board.service.switch_off("listSecrets")
        await board.press("r")
        new = value_of(board)
        await board.shows(
            f"fingerprint {new.fingerprint()}",
            f"Previous one     fingerprint {old.fingerprint()}, replaced",
            "; in memory only",
        )
        await board.press("1")
        await board.shows("Have you stored it?", "This program keeps it nowhere.")
        await board.press("n", "K")
        await board.shows("The secret is kept until you quit, as this is the demo.")
        await board.shows("keyring: same")
        # The one before it is kept beside it, although nothing had kept that either.
        await board.until(lambda: "in memory only" not in board.screen(), "the previous one")
        await board.shows(f"Previous one     fingerprint {old.fingerprint()}, replaced")
        await board.press("1")
        await board.shows("Have you stored it?", "It is kept in the keyring.")
        await board.press("y")
        await board.shows("free of")


async def test_while_a_request_is_open_the_secret_is_used_nowhere_without_a_warning(
    tmp_path: Path,
) -> None:
    async with dashboard(whose_line_is_cut(), parts=in_parts(3)) as board:
        await replace_on_the_screen_only(board)
        await board.shows(
            "signed with it   NOT UP TO DATE",
            "Open request",
            ": this may be the old secret (3 History, S)",
            "A read changes nothing.",
        )
        assert "Nothing was changed" not in board.screen()
        for key in ("y", "P", "f"):
            await board.press(key)
            await board.shows("This may be the old secret", "Prolific signs nothing with this one")
            await board.press("n")
            await board.shows("Nothing was done with it.")
        await board.press("asterisk")
        await board.shows("Shown for 30 s. This may be the old secret: see Open request.")
        await board.press("f", "y")
        await board.shows("Save the secret")
        await board.type(str(tmp_path / "secret"))
        await board.press("enter")
        await board.shows("The secret is in")

        # Once another one is seen, that is not the old one; who made it is still open.
        board.service.switch_off("listSecrets")
        await board.press("r")
        await board.shows(": it may have made this one (3 History, S)")
        await board.press("f")
        await board.shows("Save the secret")
        await board.press("escape", "3")
        await board.shows("Have you stored it?")
        await board.press("y", "S")
        await say_that_it_arrived(board)
        await board.press("2")
        await board.until(lambda: "Open request" not in board.screen(), "settled")


async def test_an_open_request_is_settled_before_another_one() -> None:
    async with dashboard(whose_line_is_cut(), parts=in_parts(3)) as board:
        await replace_on_the_screen_only(board)
        board.service.switch_off("listSecrets")
        await board.press("r")
        await board.until(lambda: board.app.webhooks.error is None, "read again")
        await board.press("c")
        await board.shows("An earlier request is not settled", "Settle that first")
        await board.press("n")
        assert len(board.app.screen_stack) == 1
        await board.press("c")
        await board.shows("An earlier request is not settled")
        await board.press("y")
        await say_that_it_arrived(board)
        # Only then another one may be asked for.
        await board.press("c")
        await board.shows("Where is the new secret kept?")
        await board.press("escape")
        await board.shows("The secret is unchanged.")


async def test_the_way_to_the_history_is_free_and_what_is_found_there_is_to_be_stored() -> None:
    async with dashboard(whose_line_is_cut(), parts=in_parts(3)) as board:
        await replace_on_the_screen_only(board)
        board.service.switch_off("listSecrets")
        await board.press("3")
        await board.shows("1 open: S settles")
        await board.press("S")
        await say_that_it_arrived(board)
        await board.press("2")
        await board.shows(f"fingerprint {value_of(board).fingerprint()}", "Previous one")
        await board.press("1")
        await board.shows("Have you stored it?", "This program keeps it nowhere.")
        await board.press("y")
        await board.shows("free of")


async def test_a_request_that_did_not_arrive_leaves_nothing_to_be_asked() -> None:
    service = NotedService()
    service.switch_on(Write.SECRET.value, Fault(cut=Cut.BEFORE, times=1))
    async with dashboard(service, parts=in_parts(3)) as board:
        await replace_on_the_screen_only(board)
        await board.press("3", "S")
        await board.shows("not there after looking", "What do you say?")
        await board.press("j", "j", "enter")
        await board.shows("Settled: did not arrive, as you said.")
        await board.press("2")
        await board.shows("Signing secret")
        assert "Previous one" not in board.screen()
        await board.press("1")
        await board.shows("free of")


def with_keyring(keyring: HoldingKeyring) -> Callable[[Service], Parts]:
    return lambda service: replace(in_parts(3)(service), keyring=keyring)


async def test_keeping_it_by_hand_can_be_given_up_where_the_keyring_does_not_answer() -> None:
    keyring = HoldingKeyring("save")
    async with dashboard(parts=with_keyring(keyring)) as board:
        await board.shows("free of")
        await board.press("2")
        await board.shows("keyring: none")
        await board.press("K")
        await board.shows("Keeping the secret…", "A keyring may want to be unlocked")
        await board.until(keyring.reached.is_set, "asked")
        await board.press("escape")
        await board.shows("Given up; what the keyring did by then is looked up again.")
        # This one had taken it by then, and that is what is shown.
        await board.shows("keyring: same")
        entry = Entry.signing_secret("http://127.0.0.1", MAIN_WORKSPACE)
        assert await keyring.load(entry) == value_of(board)


async def test_a_place_that_does_not_take_it_is_told_with_the_way_that_is_left() -> None:
    keyring = HoldingKeyring("nothing")
    async with dashboard(parts=with_keyring(keyring)) as board:
        await board.shows("free of")
        await board.press("2")
        await board.shows("keyring: none")
        keyring.in_trouble = True
        await board.press("K")
        await board.shows(
            "The secret is not kept here",
            "NOT kept in the keyring: It is locked.",
            "f saves it to a new file that only you can read.",
        )
        assert board.words().count("It is locked.") == 1, "one reason is said once"
        await board.press("enter")
        await board.shows("The secret is not kept here; f saves it to a new file.")


async def test_a_secret_that_somebody_else_took_away_meanwhile_is_not_shown_any_more() -> None:
    async with dashboard(NotedService(), parts=in_parts(3)) as board:
        await board.shows("free of")
        await board.press("2")
        await board.shows("Signing secret", "none   K keeps it there")
        old = board.service.state.secrets[MAIN_WORKSPACE].id
        await board.press("c", "down", "down", "space", "enter")
        await board.shows("The new one is kept nowhere: it is shown here only.")
        del board.service.state.secrets[MAIN_WORKSPACE]
        await board.type(f"replace {old[-4:]}")
        await board.press("enter")
        await board.shows(
            "The secret changed since you looked",
            f"You confirmed to replace the secret with the id {old}, and Prolific has no secret",
            "2 Webhooks shows it as it is now",
        )
        await board.press("enter")
        await board.shows("This workspace has no signing secret yet.")


class SlowJournal(MemoryJournal):
    """A journal that lies on a slow disk: it is read only when it may be."""

    def __init__(self) -> None:
        super().__init__()
        self.may_read = threading.Event()
        self.may_read.set()

    def sends(self, service_url: str) -> tuple[Send, ...]:
        self.may_read.wait()
        return super().sends(service_url)

    def close(self) -> None:
        self.may_read.set()


async def test_no_secret_is_asked_for_before_it_is_known_what_is_open() -> None:
    journal, service = SlowJournal(), whose_line_is_cut()

    def parts(service: Service) -> Parts:
        return replace(in_parts(3)(service), journal=journal)

    async with dashboard(service, parts=parts) as board:
        await replace_on_the_screen_only(board)
    service.switch_off("listSecrets")
    journal.may_read.clear()
    async with dashboard(service, parts=parts) as board:
        await board.shows("free of")
        await board.press("2")
        await board.shows("Signing secret", "none   K keeps it there")
        await board.press("c")
        await board.shows("Reading what is there first…")
        journal.may_read.set()
        await board.shows("An earlier request is not settled")
    assert service.writes.count(Write.SECRET.value) == 1
