"""Settling an open send: look whether it arrived, and ask the person where looking can't tell."""

from typing import Final

from prolific_tui.errors import ProlificTuiError
from prolific_tui.submission.plan import Kind
from prolific_tui.submission.send import Finding, Part, Send
from prolific_tui.tui.dialogs import Choice, ChoiceDialog, WaitDialog
from prolific_tui.tui.screens.send_words import sentence
from prolific_tui.tui.shell import Shell

_ARRIVED: Final = 1
_DID_NOT: Final = 2


async def settle(shell: Shell, send: Send) -> Send | None:
    """Look now for the open parts of a send, and ask about those of which nothing certain is found.

    Returns:
        The send as it is known then; None where the person gave it up, or nothing could be found.
    """
    if send.in_use:
        shell.say("This send is under way, here or in another window; wait for its end.")
        return None
    if not send.open_parts:
        shell.say("What became of this send is known already.")
        return None
    since = f"{shell.operations.clock():%H:%M:%S}"
    dialog = WaitDialog(
        "We do not know whether this arrived. Looking…",
        f"Looking since {since} for {sentence(send, shell.known_sends)}. It takes up to 15 s for"
        " each part that is not there. Giving it up changes nothing.",
    )
    try:
        found = await shell.wait_for(dialog, shell.operations.history.settle_now(send.number))
        if found is None:
            shell.say("Given up; the send stays open.")
            return None
        for part in found.open_parts:
            found = await _ask(shell, found, part)
    except ProlificTuiError as error:
        shell.show_error(error)
        return None
    if found.open_parts:
        shell.say("It stays open; 3 History has it, and S looks again.")
    else:
        shell.say(f"Settled: {found.words}.")
    return found


async def _ask(shell: Shell, send: Send, part: Part) -> Send:
    """Show what was found of a part, and take the person's verdict if there is one."""
    number = f"Part {part.number:,}: " if len(send.parts) > 1 else ""
    finding = part.finding or Finding.NOT_READ
    answer = await shell.ask(
        ChoiceDialog(
            f"{number}{finding.value}",
            f"{part.message}\n\nWhat do you say?",
            [
                Choice(
                    "Leave it open",
                    "Nothing of it can be sent again until it is settled. S looks once more.",
                ),
                Choice("It arrived", _arrived_words(send, part)),
                Choice("It did not arrive", _not_arrived_words(send)),
            ],
        )
    )
    if answer not in (_ARRIVED, _DID_NOT):
        return send
    arrived = answer == _ARRIVED
    return await shell.operations.history.say(send.number, part.number, arrived=arrived)


def _arrived_words(send: Send, part: Part) -> str:
    if send.kind is Kind.REPLACE_SECRET:
        return "It is recorded as your word. Look at 2 Webhooks for the secret in use."
    return f"It is recorded as your word. Its {part.rows:,} rows are not sent again."


def _not_arrived_words(send: Send) -> str:
    if send.kind is Kind.REPLACE_SECRET:
        return "It is recorded as your word."
    return (
        "It is recorded as your word. Its rows may be sent again then, after another review. If it"
        " arrives late after all, Prolific refuses them as taken."
    )
