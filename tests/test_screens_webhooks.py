"""The Webhooks screen: a secret is rotated without losing a delivery, or the secret."""

import json
import re
from pathlib import Path

import pytest
from textual.events import Paste

from prolific_tui.demo.seed import EMPTY_WORKSPACE, MAIN_WORKSPACE
from prolific_tui.demo.service import Fault
from prolific_tui.secret import Secret
from prolific_tui.signing import signature
from tests.dashboard import Dashboard, dashboard, opened
from tests.disk import mode_of, names_in
from tests.sending import Gate
from tests.webhooks_bench import confirm, to_webhooks, value_of

TIMESTAMP = "1700000000"
BODY = '{"event_type": "study.status.change", "resource_id": "64395e9c2332b8a59a65d51e"}'
BALANCED = "hooks.lab.example/prolific"


async def paste(board: Dashboard, text: str) -> None:
    """Paste into what has the focus."""
    board.app.post_message(Paste(text))


async def try_delivery(
    board: Dashboard, secret: Secret, body: str = BODY, received: str | None = None
) -> None:
    """Paste a delivery that was signed with a secret, and have it tested."""
    await board.press("t")
    await board.shows("Paste the raw body")
    await paste(board, body if received is None else received)
    # The paste leaves the box open: the Esc that it asks for goes to it, and to nothing else.
    await board.shows("Test a delivery: its body", "line ends arrived.", "Esc Done; the headers")
    await board.press("escape")
    await board.shows("Test a delivery: its headers")
    await board.type(TIMESTAMP)
    await board.press("down")
    await paste(board, signature(secret, TIMESTAMP, body.encode()))
    await board.until(lambda: "is needed" not in board.screen() and "44" not in board.words())
    await board.press("enter")


async def test_rotation_with_two_receivers_behind_a_load_balancer() -> None:
    """Old and new secret side by side, each receiver by itself, and both known to have it."""
    async with opened(size=(120, 40)) as board:
        old = value_of(board)
        await to_webhooks(board)
        # Behind one of the addresses there are two programs.
        await board.press("plus")
        await board.shows(f"#1 {BALANCED}", f"#2 {BALANCED}", "0 of 2 receivers known to have it")

        await board.press("c", "space", "enter")
        await board.shows(
            "The new one is kept in the keyring.",
            f"[ ] #2 behind {BALANCED}",
            "old.lab.example/hook  (off)",
        )
        await board.press("tab", "space", "down", "space")
        await board.shows(f"[x] #1 behind {BALANCED}", f"[x] #2 behind {BALANCED}")
        await board.press("enter")
        await confirm(board)
        new = value_of(board)
        await board.shows(
            f"fingerprint {new.fingerprint()}",
            "keyring: same",
            f"Previous one     fingerprint {old.fingerprint()}, replaced",
        )

        # One has it: a delivery proves it, and the one under the cursor is proposed.
        await board.press("down", "down")
        await try_delivery(board, new)
        await board.shows("The current secret signed it", "Which receiver got it?")
        await board.shows(f"> #2 behind {BALANCED}")
        await board.press("enter")
        await board.shows(f"The current secret signed it: #2 behind {BALANCED} is ticked.")
        await board.shows("1 of 2 receivers known to have it: 1 tested, 0 ticked; off: 0 of 1")
        # The second one still rejects what the new one signed; what it takes is the old one's.
        await try_delivery(board, old)
        await board.shows("The previous secret signed it", "A receiver that takes both")
        await board.press("enter")
        await board.shows("The previous secret signed it: no receiver is ticked for it.")
        assert "The current secret signed it" not in board.screen()
        await board.shows("1 of 2 receivers known to have it")
        # Then it has the new one as well: of the receivers, the one that waits is proposed.
        await try_delivery(board, new)
        await board.shows("Which receiver got it?", f"> #1 behind {BALANCED}")
        await board.press("enter")
        await board.shows("2 of 2 receivers known to have it")

        await board.press("1")
        await board.shows("Have you stored it?", "It is kept in the keyring.")
        assert "The old one ends" not in board.words(), "it is kept beside the new one"
        await board.press("n")
        await board.shows("2 WEBHOOKS")
        assert new.reveal() not in board.screen()
        await board.press("1")
        await board.shows("Have you stored it?")
        await board.press("y")
        await board.shows("free of")
        # Once said, it is not asked again.
        await board.press("2")
        await board.shows("Signing secret")
        await board.press("1")
        await board.shows("free of")


async def test_the_new_one_goes_into_a_file_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened() as board:
        await to_webhooks(board)
        await board.press("c", "down", "space", "enter")
        await board.shows("The new secret's file")
        await board.type("secret.txt")
        await board.press("enter")
        await board.until(lambda: f"in{tmp_path}/secret.txt." in board.words().replace(" ", ""))
        await confirm(board)
        await board.shows("keyring: none")

        assert (tmp_path / "secret.txt").read_text() == f"{value_of(board).reveal()}\n"
        assert mode_of(tmp_path / "secret.txt") == 0o600


async def test_however_much_there_is_to_say_the_words_and_the_keys_are_on_the_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened() as board:
        await to_webhooks(board)
        await board.press("plus", "plus", "plus", "c", "space", "down", "space", "enter")
        await board.shows("The new secret's file")
        await paste(board, "long-" * ((200 - len(str(tmp_path))) // 5))
        await board.until(lambda: "long-long" in board.screen(), "the path")
        await board.press("enter")
        await board.shows("Type  replace", "Enter Do it", "#4 behind")
        await board.shows("Asked for by the account you@lab.org.")
        # It opens at its top, and what is typed stays in sight with what was wrong with it.
        await board.shows("Replace the secret", "Prolific deletes the old secret the moment")
        await board.type("replace")
        await board.press("enter")
        await board.shows("Nothing was done. Type exactly: replace", ": replace")
        await board.shows("Prolific deletes the old secret the moment")
        assert re.search("Type  replace [0-9a-f]{4} : replace *│", board.screen())
        await board.press("escape")
        await board.shows("The secret is unchanged.")


async def test_a_destination_that_can_not_be_written_lets_nothing_be_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").write_text("theirs")
    async with opened() as board:
        before = value_of(board)
        await to_webhooks(board)
        await board.press("c", "space", "down", "space", "enter")
        await board.shows("The new secret's file")
        await board.type("taken")
        await board.press("enter")
        await board.shows("Already there", "exists already and was not touched")
        await board.press("enter")
        # It is asked for again, and what was typed is there to be mended.
        await board.shows("The new secret's file", "taken")
        await board.type("/there")
        await board.press("enter")
        await board.shows("is a file, not a folder.")
        await board.press("enter")
        await board.shows("taken/there")
        await board.press(*["backspace"] * len("taken/there"))
        await board.type("no/there")
        await board.press("enter")
        await board.shows(
            "No such folder",
            "Nothing was asked of Prolific: the secret is unchanged.",
            "Make the folder first",
        )
        await board.press("enter")
        await board.shows("no/there")
        await board.press("escape")
        await board.shows("The secret is unchanged. Nothing was asked of Prolific.")

        assert value_of(board) == before
        assert (tmp_path / "taken").read_text() == "theirs"
        assert names_in(tmp_path) == {"taken"}


async def test_giving_up_at_any_step_changes_nothing() -> None:
    async with opened() as board:
        before = value_of(board)
        await to_webhooks(board)
        for steps in (
            ["escape"],
            ["space", "enter", "escape"],
            ["down", "space", "enter", "escape"],
        ):
            await board.press("c")
            await board.shows("Where is the new secret kept?")
            assert board.app.message == "", "what was said of the last attempt is not said of this"
            await board.press(*steps)
            await board.shows("The secret is unchanged.")
            assert len(board.app.screen_stack) == 1
        assert value_of(board) == before


async def test_everything_that_is_signed_is_listed_and_a_workspace_without_has_its_words() -> None:
    async with opened() as board:
        await to_webhooks(board)
        await board.shows("1 secret, 3 subscriptions (1 off) signed with it", "study.status.change")
        rows = [" ".join(row.split()) for row in board.screen().split("\n")]
        assert "submission.status.change old.lab.example/hook off -" in rows
        assert f"submission.status.change {BALANCED} on -" in rows
        # One receiver gets two kinds of events: ticked once, it has the secret for both.
        await board.press("space")
        await board.shows("1 of 1 receiver known to have it")
        await board.shows("known to have it: 0 tested, 1 ticked; off: 0 of 1")
        assert len(re.findall(" on +ticked", board.screen())) == 2
        await board.press("space")
        await board.shows("0 of 1 receiver known to have it; off: 0 of 1")
        await board.press("minus")
        await board.shows("There is just one receiver at this target.")
        # Taken away from the last one on, the cursor stays with the address.
        await board.press("plus", "plus", "down", "down", "down")
        await board.shows(f"> another receiver #3 {BALANCED}")
        await board.press("minus", "minus", "space")
        await board.shows("known to have it: 0 tested, 1 ticked; off: 0 of 1")
        await board.press("space")

        empty = next(w for w in board.app.workspaces.value or () if w.id == EMPTY_WORKSPACE)
        board.app.open_workspace(empty)
        await board.shows("This workspace has no signing secret yet. c makes one.")
        assert "c Create/replace" in board.screen().split("\n")[-2], "the keys stay at the bottom"
        await board.press("space")
        await board.shows("There is no receiver here.")
        await board.press("t")
        await board.shows("There is no secret here yet.")
        await board.until(lambda: getattr(board.app.screen, "_kept", None), "what is kept here")
        await board.press("c", "space", "enter")
        await board.shows("Create the signing secret", "Type  create :")
        await board.type("create")
        await board.press("enter")
        await board.shows("Secret created")


async def test_a_line_break_at_the_end_is_the_bodys_own_or_the_pastes_and_is_said_to_be() -> None:
    async with opened() as board:
        await to_webhooks(board)
        current = value_of(board)
        for body, said in (
            (BODY, "without the line break at its end"),
            (f"{BODY}\n", "with the line break at its end"),
        ):
            await board.press("t")
            await board.shows("Paste the raw body")
            await paste(board, f"{BODY}\r")
            await board.shows("1 line end arrived.")
            await board.press("escape")
            await board.shows("is tried with and without the line break at its end")
            await board.type(TIMESTAMP)
            await board.press("down")
            await paste(board, signature(current, TIMESTAMP, body.encode()))
            await board.until(lambda: "is needed" not in board.screen(), "the timestamp")
            await board.until(lambda: "44 characters" not in board.words(), "the signature")
            await board.press("enter")
            await board.shows("The current secret signed it", f"fits the body {said} byte for byte")
            await board.press("enter")
            await board.shows("is ticked. It fits")
        assert f"It fits {said}." in board.app.message


async def test_the_mistake_of_a_receiver_is_named() -> None:
    async with opened() as board:
        await to_webhooks(board)
        current = value_of(board)
        spaced = json.dumps(json.loads(BODY), indent=2).replace("\n", "\r")
        await try_delivery(board, current, received=f"{spaced}\r")
        await board.shows(
            "The body was changed on the way",
            "It fits the current secret if the body is written with a space after each comma",
            "must check the bytes of the body as they arrive",
        )
        await board.press("enter")
        # A terminal has CR for each of its line breaks, the one at its end included.
        breaks = '{\r\n  "a": 1\r\n}\r\n'
        await try_delivery(board, current, breaks, received=breaks.replace("\r\n", "\r"))
        await board.shows("It fits the current secret if the body is taken with CR LF")
        await board.press("enter")
        await try_delivery(board, Secret("somebody else's"))
        await board.shows(
            "No secret known here signed it",
            # Which may as well be for a timestamp of another delivery.
            "The current secret does not make this signature of this timestamp and this body",
            "No previous secret is kept here",
        )
        await board.press("enter")
        await board.shows("0 of 1 receiver known to have it")

        await board.press("t", "escape")
        await board.shows("No body was pasted: nothing was tested.")
        await board.press("t", "x", "escape")
        await board.shows("The body has 1 byte.")
        await board.type("17")
        await board.press("down", "x", "enter")
        await board.shows("44 characters of base64")
        await board.press("escape")
        await board.shows("Nothing was tested.")


async def test_what_stands_between_is_named_when_something_is_copied() -> None:
    for environment, words in (
        ({}, "The secret was sent to your terminal's clipboard, which can't confirm it."),
        ({"STY": "1.pts"}, "GNU screen drops what is copied: nothing was sent"),
        ({"TERM": "screen-256color"}, "the tmux or screen further out may drop it."),
        ({"TMUX": "/nowhere,1,0", "PATH": "/nowhere"}, "tmux did not take it: nothing was copied."),
    ):
        async with dashboard(environment=environment) as board:
            await board.shows("free of")
            await to_webhooks(board)
            await board.press("y")
            await board.shows(words)
            assert board.app.clipboard == ""


async def test_what_can_not_be_printed_is_not_printed() -> None:
    async with opened() as board:
        await to_webhooks(board)
        await board.press("P")
        await board.shows("Print the secret plainly?", "scrollback")
        await board.press("y")
        await board.shows("There is no terminal here to print to.")


async def test_sentences_that_take_two_lines_are_indented_on_both() -> None:
    async with opened() as board:
        await to_webhooks(board)
        board.service.switch_on("listSubscriptions", Fault(status=403))
        await board.press("r")
        await board.shows("What is signed with it could not be read.", "admin of the workspace.")
        assert _outdented(board) == []
        board.service.switch_on("listSecrets", Fault(status=403))
        board.service.switch_on("listCredentialPools", Fault(status=403))
        await board.press("r")
        for key in ("2", "1"):
            await board.press(key)
            await board.shows("Not allowed", "r tries again, w goes to another workspace.")
            assert _outdented(board) == []


def _outdented(board: Dashboard) -> list[str]:
    """The lines of the screen that begin at its very edge, but for those that separate."""
    return [line for line in board.screen().split("\n") if line and line[0] not in " ─>"]


async def test_a_key_that_comes_before_the_secret_does_not_say_that_there_is_none() -> None:
    gate = Gate("GET", "/secrets/")
    async with dashboard(parts=gate.of()) as board:
        await board.shows("free of")
        await board.press("2", "y")
        await board.shows("The secret was not read yet; press the key again.")
        gate.let_one_through()
        await board.shows("Signing secret", "fingerprint")
        await board.press("y")
        await board.shows("The secret was sent to your terminal's clipboard")


async def test_who_quits_before_a_secret_is_asked_for_is_told_so_and_not_of_a_send() -> None:
    gate = Gate("GET", "/secrets/")
    async with dashboard(parts=gate.of()) as board:
        gate.let_one_through()
        await to_webhooks(board)
        old = board.service.state.secrets[MAIN_WORKSPACE].id
        await board.press("c", "down", "down", "space", "enter")
        await board.shows("The new one is kept nowhere: it is shown here only.")
        await board.type(f"replace {old[-4:]}")
        await board.press("enter")
        await board.shows("x stops it before a new secret is asked for.")
        await board.press("enter", "q")
        await board.shows("The secret is about to be replaced", "No new secret was asked for yet.")
        assert "send" not in board.words()
        await board.press("escape", "0", "x")
        gate.let_one_through()
        await board.shows("Stopped before a new secret was asked for")
        assert board.service.state.secrets[MAIN_WORKSPACE].id == old


async def test_what_did_not_come_as_far_as_the_history_does_not_point_there() -> None:
    async with opened() as board:
        await to_webhooks(board)
        await board.press("c", "down", "down", "space", "enter")
        await board.shows("there is no way back")
        board.service.switch_on("listSecrets", Fault(status=403))
        await board.type(f"replace {board.service.state.secrets[MAIN_WORKSPACE].id[-4:]}")
        await board.press("enter")
        await board.shows("Not allowed", "could not be read first")
        assert board.app.message == "Not allowed"
        assert board.app.known_sends.sends == ()
