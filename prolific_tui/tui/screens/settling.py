"""Settling an open send: look whether it arrived, and ask the person where looking can't tell.

What the person said may be taken back, as long as nothing was accepted on the strength of it.
"""

from typing import Final

from prolific_tui.errors import ProlificTuiError
from prolific_tui.models import WebhookSecret
from prolific_tui.submission.looks import total_of
from prolific_tui.submission.plan import Kind
from prolific_tui.submission.send import Finding, Part, Send
from prolific_tui.tui.dialogs import Choice, ChoiceDialog, TypedConfirmation, WaitDialog
from prolific_tui.tui.screens.rows_of_sends import open_draft, take_away_accepted
from prolific_tui.tui.screens.send_words import open_sentence, sentence
from prolific_tui.tui.shell import Shell
from prolific_tui.visible import counted

_ARRIVED: Final = 1
_DID_NOT: Final = 2
_TAKE_BACK: Final = 1
_CONTRADICTIONS: Final = {
    _ARRIVED: (Finding.NOT_THERE, Finding.UNCLEAR, Finding.OTHERS, Finding.OTHER_SENDS),
    _DID_NOT: (Finding.CONSISTENT, Finding.UNCLEAR),
}
"""What was found that does not bear an answer out."""
_WORDS: Final = {_ARRIVED: "it arrived", _DID_NOT: "it did not arrive"}
"""What is typed to answer all the same."""


async def settle(shell: Shell, send: Send) -> Send | None:
    """Look now for the open parts of a send, and ask about those of which nothing certain is found.

    Returns:
        The send as it is known then; None where the person gave it up, or nothing could be found.
    """
    if send.in_use:
        shell.say("This send is under way, here or in another window; wait for its end.")
        return None
    if not send.open_parts:
        if send.said_part is None:
            shell.say("What became of this send is known already.")
            return None
        try:
            opened = await _take_back(shell, send, send.said_part)
        except ProlificTuiError as error:
            shell.show_error(error)
            return None
        if opened is None:
            return None
        send = opened
    dialog = WaitDialog(
        "We do not know whether this arrived. Looking…",
        f"{_about_words(shell, send)} {_sought_words(send)} Giving it up changes nothing.",
    )
    try:
        found = await shell.wait_for(dialog, shell.operations.history.settle_now(send.number))
        if found is None:
            shell.say("Given up; the send stays open.")
            return None
        for part in found.open_parts:
            found = await _ask(shell, found, part)
        _follow_secret(shell, found)
        draft = open_draft(shell, found, shell.account.me.id) if shell.account else None
        if draft is not None:
            await take_away_accepted(shell, found, draft)
    except ProlificTuiError as error:
        shell.show_error(error)
        return None
    if found.open_parts:
        shell.say("It stays open; 3 History has it, and S looks again.")
    else:
        rest = " 3 History, c goes on with them." if found.can_go_on else ""
        shell.say(f"Settled: {found.words}.{rest}")
    return found


def _about_words(shell: Shell, send: Send) -> str:
    """Which send it is: how much of it, where to, when, and out of which file."""
    source = f" It came from {send.source}." if send.source else ""
    return f"This is about {open_sentence(send, shell.known_sends)}.{source}"


def _sought_words(send: Send) -> str:
    """What is looked for, of the first open part; a later one is looked for in the same way."""
    part = send.open_parts[0]
    if send.kind is Kind.REPLACE_SECRET:
        old = (
            "any secret" if send.old_secret_id is None else f"another one than {send.old_secret_id}"
        )
        return f"It is looked whether there is {old}."
    if send.pool_id is None:
        return f"It is looked whether there is a new pool of {part.rows:,}."
    total = total_of(part.before, send.pool_id)
    if total is None:
        return "It is looked for in the pool's total and in the usage reports."
    return (
        f"The pool's total was {total:,} before it, and {total + part.rows:,} would be consistent"
        " with its arrival; usage reports may name its usernames."
    )


def _follow_secret(shell: Shell, found: Send) -> None:
    """Let Webhooks show a secret that was found, and have it asked about until it is stored."""
    if found.kind is not Kind.REPLACE_SECRET:
        return
    finding = found.parts[-1].finding
    if finding in (Finding.CONSISTENT, Finding.SAID_ARRIVED):
        old = WebhookSecret(found.old_secret_id) if found.old_secret_id else None
        shell.rotation.expect(found.workspace, old)
    elif finding is Finding.SAID_NOT:
        shell.rotation.expect_none(found.workspace)
    # A workspace out of the journal has less to it than the same one as listed.
    if shell.workspace is not None and shell.workspace.id == found.workspace.id:
        shell.read_webhooks()


async def _take_back(shell: Shell, send: Send, part: Part) -> Send | None:
    """Offer to take back what the person said; None where it stands."""
    answer = await shell.ask(
        ChoiceDialog(
            f"{part.is_known_by[:1].upper()}{part.is_known_by[1:]}",
            f"That is of {sentence(send, shell.known_sends)}. Nothing was accepted on the"
            " strength of your word yet.",
            [
                Choice("Leave it as it is"),
                Choice("Take it back and look again", "It is open then, until it is settled."),
            ],
        )
    )
    if answer != _TAKE_BACK:
        return None
    return await shell.operations.history.take_back(send.number)


async def _ask(shell: Shell, send: Send, part: Part) -> Send:
    """Show what was found of a part, and take the person's verdict if there is one."""
    number = f"Part {part.number:,}: " if len(send.parts) > 1 else ""
    about = f"{_about_words(shell, send)}{_place_words(send, part)}"
    finding = part.finding or Finding.NOT_READ
    answer = await shell.ask(
        ChoiceDialog(
            f"{number}{finding.value}",
            f"{about}\n\n{part.message}\n\nWhat do you say?",
            [
                Choice(
                    "Leave it open",
                    "Nothing of it can be sent again until it is settled. S in 3 History looks once"
                    " more.",
                ),
                Choice("It arrived", _arrived_words(send, part)),
                Choice("It did not arrive", _not_arrived_words(send, part)),
            ],
        )
    )
    if answer not in (_ARRIVED, _DID_NOT):
        return send
    if finding in _CONTRADICTIONS[answer] and not await shell.ask(
        TypedConfirmation(
            f"What was found does not bear it out: {finding.value}",
            f"{about}\n\n{part.message}\n\n{_risk(send, part, answer)}",
            _WORDS[answer],
        )
    ):
        return send
    arrived = answer == _ARRIVED
    saying = shell.operations.history.say(send.number, part.number, arrived=arrived)
    if not arrived or send.pool_id is not None:
        return await saying
    # What it made is looked up, and Prolific may let that wait.
    made = "secret" if send.kind is Kind.REPLACE_SECRET else "pool"
    dialog = WaitDialog(f"Looking which {made} it made…", f"{about} Giving it up leaves it open.")
    return await shell.wait_for(dialog, saying) or send


def _place_words(send: Send, part: Part) -> str:
    """Which rows of a send a part has, and how many those are; empty where it has all."""
    if part.rows == send.rows:
        return ""
    rows = f"rows {part.start + 1:,} to {part.stop:,} ({counted(part.rows, 'row')})"
    return f" Part {part.number:,} has its {rows}."


def _arrived_words(send: Send, part: Part) -> str:
    if send.kind is Kind.REPLACE_SECRET:
        return "It is recorded as your word. Look at 2 Webhooks for the secret in use."
    return f"It is recorded as your word. Its {part.rows:,} rows are not sent again."


def _not_arrived_words(send: Send, part: Part) -> str:
    if send.kind is Kind.REPLACE_SECRET:
        return "It is recorded as your word."
    return (
        "It is recorded as your word. Its rows may be sent again then, after another review."
        f" {_risk(send, part, _DID_NOT)}"
    )


def _risk(send: Send, part: Part, answer: int) -> str:
    """What happens if the person is wrong."""
    if send.kind is Kind.REPLACE_SECRET:
        return "If you are wrong, the history says what is not so; no secret is changed by it."
    if answer == _ARRIVED:
        return f"If it did not, these {part.rows:,} rows are in no pool and are not sent again."
    if send.pool_id is None:
        return (
            "If it did arrive, or does so late, and you send these rows again, you will get a"
            " second pool with these rows, and Prolific can't delete a pool."
        )
    return "If it arrives late after all, Prolific refuses them as taken."
