"""The making of a new signing secret, from where it is kept to whether it is stored.

choose where it is kept → try that out → what it means, with the receivers → the words typed → send
"""

from pathlib import Path
from typing import Final

from prolific_tui.errors import ProlificTuiError
from prolific_tui.models import Subscription, WebhookSecret, Workspace
from prolific_tui.operations import KeptSecrets, Webhooks
from prolific_tui.settings import TokenPlace
from prolific_tui.submission.plan import Destinations, SecretPlan
from prolific_tui.tui.dialogs import (
    ConfirmDialog,
    DestinationsDialog,
    NewSecretDialog,
    PathDialog,
    WaitDialog,
)
from prolific_tui.tui.rotation import Receiver, Rotation
from prolific_tui.tui.shell import Shell
from prolific_tui.visible import counted

PLACES: Final = {
    TokenPlace.KEYRING: "the keyring",
    TokenPlace.FILE: "this program's own file, plain text",
}
"""Where this program's own entries may be, in words."""

_NOT_DONE: Final = "The secret is unchanged."
_EXPLANATION: Final = (
    "Prolific deletes the old secret the moment it makes the new one; there is no way back."
    " Deliveries that your receivers reject are tried again up to 11 times over about 24 hours, so"
    " let them answer with an error until both have the new one. Nothing is lost if that is done"
    " within the day."
)


async def replace_secret(
    shell: Shell, workspace: Workspace, webhooks: Webhooks, kept: KeptSecrets
) -> None:
    """Ask for everything that a new secret needs, and send for it."""
    destinations = await _destinations(shell, kept)
    if destinations is None:
        shell.say(_NOT_DONE)
        return
    plan = SecretPlan(workspace, webhooks.secret, destinations)
    if destinations != Destinations() and not await _would_be_kept(shell, plan):
        return
    title = f"Replace the secret {plan.old.id or ''}" if plan.old else "Create the signing secret"
    receivers = shell.rotation.receivers(webhooks.subscriptions or ())
    confirmed = await shell.ask(
        NewSecretDialog(
            title,
            _meaning(plan, webhooks.subscriptions, kept),
            plan.confirmation,
            [receiver_words(receiver, shell.rotation) for receiver in receivers],
        )
    )
    if confirmed:
        shell.submit(plan)
    else:
        shell.say(_NOT_DONE)


async def _destinations(shell: Shell, kept: KeptSecrets) -> Destinations | None:
    """Where the new secret is to be kept; None where the person gave up."""
    is_keyring = kept.place is TokenPlace.KEYRING
    wanted = await shell.ask(
        DestinationsDialog(
            PLACES[kept.place],
            is_chosen=kept.is_chosen,
            report=shell.operations.keyring_report if is_keyring else None,
        )
    )
    if wanted is None or not wanted.file:
        return None if wanted is None else Destinations(wanted.own_entry)
    path = await ask_new_file(shell, "The new secret's file")
    return None if path is None else Destinations(wanted.own_entry, path)


async def ask_new_file(shell: Shell, title: str) -> Path | None:
    """Ask for the path of a file that does not exist yet."""
    path = await shell.ask(
        PathDialog(
            title,
            "A new file that only you can read (0600). An existing file is never touched.",
            shell.operations.complete_path,
            opens=False,
        )
    )
    return None if path is None else Path(path)


async def _would_be_kept(shell: Shell, plan: SecretPlan) -> bool:
    """Whether every destination takes something and gives it back; says so where one does not."""

    async def proved() -> bool:
        await shell.operations.signing.prove(plan)
        return True

    trying = WaitDialog(
        "Trying out where it is to be kept…",
        "Nothing was asked of Prolific yet. A keyring may want to be unlocked meanwhile.",
    )
    try:
        if await shell.wait_for(trying, proved()):
            return True
    except ProlificTuiError as error:
        shell.show_error(error)
    shell.say(f"{_NOT_DONE} Nothing was asked of Prolific.")
    return False


def receiver_words(receiver: Receiver, rotation: Rotation) -> str:
    """A receiver in words: its address, and which of those behind it."""
    address = short_address(receiver.target_url)
    if rotation.behind(receiver.target_url) == 1:
        return address
    return f"#{receiver.number} behind {address}"


def short_address(target_url: str) -> str:
    """An address without what goes without saying."""
    return target_url.removeprefix("https://")


def _meaning(
    plan: SecretPlan, subscriptions: tuple[Subscription, ...] | None, kept: KeptSecrets
) -> str:
    """What a new secret means and concerns, in words."""
    where = []
    if plan.destinations.own_entry:
        where.append(PLACES[kept.place])
    if plan.destinations.file is not None:
        where.append(str(plan.destinations.file))
    words = f"Kept in {' and '.join(where)}." if where else "Kept nowhere: it is shown here only."
    if subscriptions is None:
        depends = "What is signed with it could not be read: find that out before you go on."
    else:
        enabled = sum(subscription.is_enabled is not False for subscription in subscriptions)
        depends = (
            f"{counted(enabled, 'enabled subscription')} of {plan.workspace.title} will be signed"
            " with it."
        )
    told = f"{words} {depends}"
    return told if plan.old is None else f"{_EXPLANATION}\n\n{told}"


def short(secret: WebhookSecret) -> str:
    """A secret by what two people can compare."""
    return f"fingerprint {secret.value.fingerprint()}" if secret.value else f"id {secret.id}"


async def is_stored(shell: Shell) -> bool:
    """Whether what was made in this run is stored, as the person says; each is asked for once."""
    for new in shell.rotation.unstored:
        kept = f"It is kept {' and '.join(new.kept.places)}." if new.kept.places else ""
        answer = await shell.ask(
            ConfirmDialog(
                "Have you stored it?",
                f"The new secret of {new.workspace.title} ({short(new.secret)})."
                f" {kept or 'This program keeps it nowhere.'} Every receiver needs it: one with"
                " the old secret rejects each delivery. y leaves, n goes back.",
            )
        )
        if not answer:
            return False
        shell.rotation.is_stored(new)
    return True
