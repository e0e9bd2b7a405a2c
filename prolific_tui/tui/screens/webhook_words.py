"""What is said on Webhooks of the secret, the copies of it here, and who has it by now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.text import Text

from prolific_tui.errors import ProlificTuiError
from prolific_tui.models import Subscription, WebhookSecret, Workspace
from prolific_tui.operations import KeptSecrets, PreviousSecret, Sends, Webhooks
from prolific_tui.secret import MASK, Secret
from prolific_tui.submission.plan import Kind
from prolific_tui.submission.send import Send
from prolific_tui.tui.rotation import Rotation, Tick
from prolific_tui.tui.screens.send_words import moment
from prolific_tui.tui.widgets import fit
from prolific_tui.visible import counted, visible

_LABEL: Final = 17


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A request for a new secret of which nobody knows what became of it."""

    send: Send
    may_be_old: bool
    """Whether the secret that was read last may be the one that it was to replace."""

    @property
    def words(self) -> str:
        """What that means for what was read, in a line."""
        at = moment(self.send.begun)
        if not self.may_be_old:
            return f"{at}: it may have made this one (3 History, S)"
        if self.send.old_secret_id is None:
            return f"{at}: there may be a secret by now (3 History, S)"
        return f"{at}: this may be the old secret (3 History, S)"

    @property
    def caution(self) -> str:
        """What is to be known before the secret that was read last is used anywhere."""
        return (
            f"The request of {moment(self.send.begun)} for a new secret is open. If it was done,"
            " Prolific signs nothing with this one any more. S in 3 History settles it."
        )


def unsettled(
    sends: Sends, workspace: Workspace | None, secret: WebhookSecret | None
) -> Unsettled | None:
    """The last open request for a secret of a workspace, beside the secret that was read last."""
    for send in sends.open:
        is_here = workspace is not None and send.workspace.id == workspace.id
        if is_here and send.kind is Kind.REPLACE_SECRET:
            return Unsettled(send, (secret.id if secret else None) == send.old_secret_id)
    return None


def facts_of(
    secret: WebhookSecret | None,
    kept: KeptSecrets | None,
    open_one: Unsettled | None,
    previous: PreviousSecret | None,
    *,
    is_revealed: bool,
) -> Text:
    """What is known of a workspace's secrets, of which each fact is a line."""
    text = Text(no_wrap=True, overflow="ellipsis")
    if secret is None:
        text.append(" This workspace has no signing secret yet. c makes one.\n")
    else:
        text.append(f" {fit('Signing secret', _LABEL)}id ")
        text.append(visible(secret.id or "?"), "bold")
        if secret.value is not None:
            text.append(f"   fingerprint {secret.value.fingerprint()}")
        words = _value_words(secret.value, is_revealed=is_revealed)
        text.append(f"\n {fit('Value', _LABEL)}{words}")
        words = visible(_kept_words(kept, secret.value))
        text.append(f"\n {fit('Kept here', _LABEL)}{words}\n")
    if open_one is not None:
        text.append(f" {fit('Open request', _LABEL)}{open_one.words}\n", "bold")
    if previous is not None:
        text.append(f" {fit('Previous one', _LABEL)}{_previous_words(previous, kept)}\n")
    return text


def _value_words(value: Secret | None, *, is_revealed: bool) -> str:
    """The value, or its mask with the key that shows it."""
    if value is None:
        return "Prolific did not send it"
    return visible(value.reveal()) if is_revealed else f"{MASK}   * shows it"


def without_value_words(webhooks: Webhooks | None) -> str:
    """Why there is no value that a key could do anything with."""
    if webhooks is None:
        # Said of the moment of the key, as it stands there when the secret is read, too.
        return "The secret was not read yet; press the key again."
    if webhooks.secret is None:
        return "There is no secret here yet."
    return "Prolific did not send the secret's value, so nothing can be done with it here."


def _kept_words(kept: KeptSecrets | None, value: Secret | None) -> str:
    """Whether the copy of this machine is the same."""
    if kept is None:
        return "looking…"
    place = kept.found_in.short
    if kept.trouble is not None:
        return f"{place}: {kept.trouble.title}"
    if kept.current is None:
        return f"{place}: none   K keeps it there"
    if value is None:
        return f"{place}: fingerprint {kept.current.fingerprint()}"
    if kept.current == value:
        return f"{place}: same"
    return f"{place}: another one ({kept.current.fingerprint()})   K keeps this one"


def kept_now_words(places: Sequence[str], *, is_demo: bool) -> str:
    """Where a secret was just kept, by `Kept.places`."""
    if not places:
        return "The secret is not kept here; f saves it to a new file."
    if is_demo:
        return "The secret is kept until you quit, as this is the demo."
    return " ".join(f"The secret is kept {place}." for place in places)


def known_words(
    subscriptions: Sequence[Subscription], rotation: Rotation, secret: WebhookSecret | None
) -> str:
    """How many receivers are known to have the secret, and how; then those that are off."""
    enabled = rotation.receivers(each for each in subscriptions if each.is_enabled is not False)
    ticks = [rotation.tick(secret, each) for each in enabled]
    said, tested = ticks.count(Tick.SAID), ticks.count(Tick.TESTED)
    told = f"{said + tested} of {counted(len(enabled), 'receiver')} known to have it"
    if said or tested:
        told += f": {tested} tested, {said} ticked"
    off = [each for each in rotation.receivers(subscriptions) if each not in enabled]
    if off:
        have_it = sum(rotation.tick(secret, each) is not Tick.NONE for each in off)
        told += f"; off: {have_it} of {len(off)}"
    return told


def unsigned_words(webhooks: Webhooks) -> Text:
    """Why no subscription is listed: none could be read, or there is none; empty where one is."""
    text = Text()
    if (trouble := webhooks.trouble) is not None:
        text.append("What is signed with it could not be read.\n", "bold")
        text.append(f"{visible(trouble.message)} {visible(trouble.hint)}\n")
    elif not webhooks.subscriptions:
        text.append("No webhook subscription in this workspace: nothing is signed.\n")
    return text


def not_kept(troubles: Sequence[str], *, is_anywhere: bool) -> ProlificTuiError:
    """What came in the way of keeping a secret, and what to do where it is kept nowhere."""
    if is_anywhere:
        return ProlificTuiError("Not all of it is kept", " ".join(troubles))
    return ProlificTuiError(
        "The secret is not kept here",
        " ".join(troubles),
        "f saves it to a new file that only you can read.",
    )


def _previous_words(previous: PreviousSecret, kept: KeptSecrets | None) -> str:
    """Which secret there was before, until when, and whether only this program's memory has it."""
    copies: list[Secret | None] = []
    if kept is not None:
        # One that was made without being kept leaves the one before in the entry of the current.
        copies = [kept.current, kept.previous.value if kept.previous else None]
    until = "" if previous.value in copies else "; in memory only"
    return (
        f"fingerprint {previous.value.fingerprint()}, replaced {previous.ended:%d %b %H:%M}{until}"
    )
