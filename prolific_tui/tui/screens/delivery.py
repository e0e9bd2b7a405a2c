"""The test of a delivery: whether its signature fits, and what was wrong with its body if not."""

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from typing import Final

from prolific_tui.models import Subscription, WebhookSecret
from prolific_tui.operations import PreviousSecret
from prolific_tui.secret import Secret
from prolific_tui.signing import Delivery, Verdict, judge
from prolific_tui.tui.dialogs import (
    BodyDialog,
    Choice,
    ChoiceDialog,
    DeliveryDialog,
    NoteDialog,
)
from prolific_tui.tui.rotation import Receiver, Tick
from prolific_tui.tui.screens.replacing import receiver_words
from prolific_tui.tui.shell import Shell

_LINE_BREAK: Final = b"\n"
_RAW: Final = (
    "Your receiver must check the bytes of the body as they arrive, before anything reads them as"
    " JSON and writes them again."
)


class _Key(Enum):
    """A secret that may have made a signature; the value is what it is called."""

    CURRENT = "the current secret"
    PREVIOUS = "the previous secret"


async def try_delivery(
    shell: Shell,
    secret: WebhookSecret,
    previous: PreviousSecret | None,
    subscriptions: Sequence[Subscription],
    receiver: Receiver | None = None,
) -> None:
    """Ask for a delivery, say what signed it, and tick the receiver that got it.

    Args:
        shell: Where it is asked and said.
        secret: The workspace's secret.
        previous: The one before it, if it is known.
        subscriptions: What is signed with it.
        receiver: The one under the cursor, which is proposed until it was tested; None for none.
    """
    # What the last test came to is not so of this one.
    shell.say("")
    keys: list[tuple[_Key, Secret]] = []
    if secret.value is not None:
        keys.append((_Key.CURRENT, secret.value))
    if previous is not None:
        keys.append((_Key.PREVIOUS, previous.value))
    body = await shell.ask(BodyDialog())
    if not body:
        shell.say("No body was pasted: nothing was tested.")
        return
    delivery = await shell.ask(DeliveryDialog(_as_received(body)))
    if delivery is None:
        shell.say("Nothing was tested.")
        return
    verdict, end = _judged(delivery, keys)
    if verdict.is_exact and verdict.key is _Key.CURRENT:
        await _tick(shell, secret, subscriptions, end, receiver)
    else:
        note = _told(verdict, previous, end)
        shell.say(f"{note.heading}: no receiver is ticked for it.")
        shell.push_screen(note)


def _as_received(pasted: str) -> bytes:
    """The body as it was before a terminal had it, which sends CR for every line break."""
    text = pasted.replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-8", "surrogatepass")


def _judged(delivery: Delivery, keys: Sequence[tuple[_Key, Secret]]) -> tuple[Verdict[_Key], str]:
    """What made the signature, and what was found out about the end of the body.

    A line break at the end of a paste is the body's own, or what selecting a whole line adds.
    """
    verdict = judge(delivery, keys)
    shorter = delivery.body.removesuffix(_LINE_BREAK)
    if shorter == delivery.body:
        return verdict, ""
    if verdict.is_exact:
        return verdict, " with the line break at its end"
    without = judge(replace(delivery, body=shorter), keys)
    if without.is_exact:
        return without, " without the line break at its end"
    # Written in another way, too, the break may be the body's own.
    return (verdict if without.key is None else without), ""


async def _tick(
    shell: Shell,
    secret: WebhookSecret,
    subscriptions: Sequence[Subscription],
    end: str,
    receiver: Receiver | None,
) -> None:
    """The current secret signed it: the receiver that got it has what it needs."""
    rotation = shell.rotation
    title = "The current secret signed it"
    receivers = rotation.receivers(subscriptions)
    at: int | None = 0 if receivers else None
    if len(receivers) > 1:
        waiting = [r for r in receivers if rotation.tick(secret, r) is not Tick.TESTED]
        proposed = receiver if receiver in waiting else next(iter(waiting), receivers[0])
        at = await shell.ask(
            ChoiceDialog(
                title,
                f"The signature fits the body{end} byte for byte. Which receiver got it?",
                [Choice(receiver_words(receiver, rotation)) for receiver in receivers],
                highlighted=receivers.index(proposed),
            )
        )
    if at is None:
        shell.say(f"{title}. No receiver was ticked.")
        return
    rotation.tested(secret, receivers[at])
    also = f" It fits{end}." if end else ""
    shell.say(f"{title}: {receiver_words(receivers[at], rotation)} is ticked.{also}")


def _told(verdict: Verdict[_Key], previous: PreviousSecret | None, end: str) -> NoteDialog:
    """What was found out, where the current secret did not simply sign it."""
    if verdict.key is None:
        both = "Neither the current secret nor the previous one makes"
        return NoteDialog(
            "No secret known here signed it",
            f"{both if previous else 'The current secret does not make'} this signature of this"
            " timestamp and this body, as it is or written again as JSON in the usual ways."
            + ("" if previous else " No previous secret is kept here to compare.")
            + "\n\nSee that body and headers are those of one delivery, and of this workspace.",
        )
    if verdict.form:
        return NoteDialog(
            "The body was changed on the way",
            f"It fits {verdict.key.value} if the body is {verdict.form}. So the body that"
            f" you pasted is not what Prolific sent.\n\n{_RAW}",
        )
    ended = f", which was replaced {previous.ended:%d %b %H:%M}" if previous else ""
    return NoteDialog(
        "The previous secret signed it",
        f"The signature fits the body{end} byte for byte, with the previous secret{ended}.\n\n"
        "A receiver that takes both secrets accepts it; one that has only the new one does not.",
    )
