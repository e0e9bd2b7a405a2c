"""The making of a new signing secret, from where it is kept to whether it is stored.

choose where it is kept → try that out → what it means, with the receivers → the words typed → send
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from prolific_tui.errors import ProlificTuiError
from prolific_tui.keeping import TokenPlace
from prolific_tui.models import Subscription, WebhookSecret, Workspace
from prolific_tui.operations import KeptSecrets, Webhooks
from prolific_tui.submission.plan import Destinations, Kind, SecretPlan
from prolific_tui.tui.dialogs import (
    ConfirmDialog,
    DestinationsDialog,
    ErrorDialog,
    NewSecretDialog,
    WaitDialog,
)
from prolific_tui.tui.rotation import Receiver, Rotation, UnseenSecret
from prolific_tui.tui.screens.base import whose
from prolific_tui.tui.screens.new_file import ask_new_file
from prolific_tui.tui.screens.send_words import sentence
from prolific_tui.tui.screens.settling import settle
from prolific_tui.tui.shell import Shell
from prolific_tui.visible import counted

_PAIR: Final = 2
_OTHER_PLACE: Final = "4 Account, s chooses another place: the plain-text file."
_OLD_ENDS: Final = "This program keeps the old one only until you quit."
_NOT_DONE: Final = "The secret is unchanged."
_EXPLANATION: Final = (
    "Prolific deletes the old secret the moment it makes the new one; there is no way back."
    " Deliveries that your receivers reject are tried again up to 11 times over about 24 hours, so"
    " let them answer with an error until {all} the new one. Nothing is lost if that is done"
    " within the day."
)


async def replace_secret(
    shell: Shell, workspace: Workspace, webhooks: Webhooks, kept: KeptSecrets
) -> None:
    """Ask for everything that a new secret needs, and send for it."""
    plan = await _kept_plan(shell, SecretPlan(workspace, webhooks.secret), kept)
    if plan is None:
        shell.say(f"{_NOT_DONE} Nothing was asked of Prolific.")
        return
    title = f"Replace the secret {plan.old.id or ''}" if plan.old else "Create the signing secret"
    subscriptions = webhooks.subscriptions or ()
    receivers = shell.rotation.receivers(subscriptions)
    enabled = {each.target_url for each in subscriptions if each.is_enabled is not False}
    confirmed = await shell.ask(
        NewSecretDialog(
            title,
            _meaning(plan, webhooks.subscriptions, kept, len(receivers), whose(shell.account)),
            plan.confirmation,
            [
                receiver_words(receiver, shell.rotation)
                + ("" if receiver.target_url in enabled else "  (off)")
                for receiver in receivers
            ],
        )
    )
    if confirmed:
        shell.submit(plan)
    else:
        shell.say(_NOT_DONE)


def is_read(shell: Shell, kept: KeptSecrets | None) -> bool:
    """Whether all is known that a new secret is asked for with, or nothing of it is being read."""
    history, webhooks = shell.history, shell.webhooks
    if history.value is None and history.error is None:
        return False
    if webhooks.value is not None and webhooks.error is None:
        return kept is not None
    return not any(each.loading for each in (shell.signing_in, shell.workspaces, webhooks))


async def is_settled(shell: Shell, workspace: Workspace) -> bool:
    """Whether it is known what became of every earlier request for a secret; settles one if not.

    Two that are open could not be told from each other by what Prolific has afterwards.
    """
    open_sends = [
        send
        for send in shell.known_sends.open
        if send.kind is Kind.REPLACE_SECRET and send.workspace.id == workspace.id
    ]
    if not open_sends:
        return True
    sure = await shell.ask(
        ConfirmDialog(
            "An earlier request is not settled",
            f"We do not know whether {sentence(open_sends[-1], shell.known_sends)}, was made."
            " Settle that first: another request now would leave nobody able to tell the two"
            " apart. y looks now what became of it, n goes back.",
        )
    )
    if sure:
        await settle(shell, open_sends[-1])
    return False


async def _kept_plan(shell: Shell, plan: SecretPlan, kept: KeptSecrets) -> SecretPlan | None:
    """The plan with its destinations, each of which was tried out; None where it was given up.

    A path that won't do is asked for again.
    """
    is_keyring = kept.place is TokenPlace.KEYRING
    wanted = await shell.ask(
        DestinationsDialog(
            kept.place.words,
            is_chosen=kept.is_chosen,
            other_place="" if shell.operations.is_demo else _OTHER_PLACE,
            report=shell.operations.keyring_report if is_keyring else None,
        )
    )
    if wanted is None:
        return None
    path: Path | None = None
    in_file: SecretPlan | None = None
    while wanted.file and in_file is None:
        path = await ask_new_file(shell, "The new secret's file", path)
        if path is None:
            return None
        in_file = await _proved(shell, replace(plan, destinations=Destinations(file=path)))
    entry = replace(plan, destinations=Destinations(own_entry=wanted.own_entry))
    if wanted.own_entry and await _proved(shell, entry) is None:
        return None
    file = in_file.destinations.file if in_file is not None else None
    return replace(plan, destinations=Destinations(wanted.own_entry, file))


async def _proved(shell: Shell, plan: SecretPlan) -> SecretPlan | None:
    """The plan, once every destination took something and gave it back; says so where one did not.

    Its file has its whole path then, so that it is said where that is before a secret is made.
    """
    trying = WaitDialog(
        "Trying out where it is to be kept…",
        "Nothing was asked of Prolific yet. A keyring may want to be unlocked meanwhile.",
    )
    try:
        return await shell.wait_for(trying, shell.operations.signing.prove(plan))
    except ProlificTuiError as error:
        told = f"{error.message} Nothing was asked of Prolific: the secret is unchanged."
        await shell.ask(ErrorDialog(ProlificTuiError(error.title, told, error.hint)))
    return None


def receiver_words(receiver: Receiver, rotation: Rotation) -> str:
    """A receiver in words: its address, and which of those behind it."""
    address = short_address(receiver.target_url)
    if rotation.behind(receiver.target_url) == 1:
        return address
    return f"#{receiver.number} behind {address}"


def subscription_words(subscriptions: Sequence[Subscription]) -> str:
    """How many subscriptions there are, and how many of them are disabled."""
    told = counted(len(subscriptions), "subscription")
    disabled = sum(subscription.is_enabled is False for subscription in subscriptions)
    return f"{told} ({disabled} off)" if disabled else told


def short_address(target_url: str) -> str:
    """An address without what goes without saying."""
    return target_url.removeprefix("https://")


def _meaning(
    plan: SecretPlan,
    subscriptions: tuple[Subscription, ...] | None,
    kept: KeptSecrets,
    receivers: int,
    owner: str,
) -> str:
    """What a new secret means and concerns, in words."""
    where = []
    if plan.destinations.own_entry:
        where.append(kept.place.words)
    if plan.destinations.file is not None:
        where.append(str(plan.destinations.file))
    words = (
        f"The new one is kept in {', and in '.join(where)}."
        if where
        else "The new one is kept nowhere: it is shown here only."
    )
    old = plan.old.value if plan.old else None
    if old is not None and not plan.destinations.own_entry and kept.current != old:
        words += f" {_OLD_ENDS}"
    if subscriptions is None:
        depends = (
            "What is signed with the secret could not be read: find that out before you go on."
        )
    else:
        depends = (
            f"{subscription_words(subscriptions)} of {plan.workspace.title} will be signed with the"
            " new one."
        )
    told = f"{words} {depends} Asked for by the account {owner}."
    # "Both" only where there are two of them.
    all_have = "both have" if receivers == _PAIR else "each has"
    return told if plan.old is None else f"{_EXPLANATION.format(all=all_have)}\n\n{told}"


def short(secret: WebhookSecret) -> str:
    """A secret by what two people can compare."""
    return f"fingerprint {secret.value.fingerprint()}" if secret.value else f"id {secret.id}"


async def is_stored(shell: Shell) -> bool:
    """Whether what was made is stored, as the person says; each secret is asked for once."""
    for new in shell.rotation.unstored:
        kept = f"It is kept {' and '.join(new.kept.places)}." if new.kept.places else ""
        ends = f" {_OLD_ENDS}" if shell.rotation.old_ends(new) else ""
        answer = await shell.ask(
            ConfirmDialog(
                "Have you stored it?",
                f"The new secret of {new.workspace.title} ({short(new.secret)})."
                f" {kept or 'This program keeps it nowhere.'} Every receiver needs it: one with the"
                f" old secret rejects each delivery.{ends} y leaves, n goes back.",
            )
        )
        if not answer:
            return False
        shell.rotation.is_stored(new)
    for unseen in shell.rotation.unseen:
        if not await shell.ask(ConfirmDialog("Is there a new secret?", _unseen_words(unseen))):
            return False
        shell.rotation.is_known(unseen)
    return True


def _unseen_words(unseen: UnseenSecret) -> str:
    """What is known of a secret that was not seen here, and what is to be done."""
    title = unseen.workspace.title
    told = (
        f"Prolific made a new secret for {title}, which could not be read here yet, so it is"
        " stored nowhere."
        if unseen.is_certain
        else f"We do not know whether {title} has a new secret by now. If it has, it was not seen"
        " here, and is stored nowhere."
    )
    return (
        f"{told} Every receiver needs it: one with the old secret rejects each delivery. r in"
        " 2 Webhooks reads it, S in 3 History settles it. y leaves, n goes back."
    )
