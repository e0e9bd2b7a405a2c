"""Webhooks: the workspace's signing secret, what is signed with it, and its replacement."""

from pathlib import Path
from typing import ClassVar, Final

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from prolific_tui.errors import ProlificTuiError
from prolific_tui.models import Subscription, WebhookSecret, Workspace
from prolific_tui.secret import MASK, Secret
from prolific_tui.submission.plan import SecretPlan
from prolific_tui.tui.dialogs import PathDialog, TypedConfirmation
from prolific_tui.tui.screens.revealing import RevealingScreen
from prolific_tui.tui.screens.standing import freshness, standing
from prolific_tui.tui.widgets import Line, fit
from prolific_tui.visible import visible

_EXPLANATION: Final = (
    "Prolific deletes the old secret the moment it makes the new one; there is no way back."
    " Deliveries that your receivers reject are tried again up to 11 times over about 24 hours, so"
    " let them answer with an error until both have the new one. Nothing is lost if that is done"
    " within the day."
)


class WebhooksScreen(RevealingScreen):
    """The second screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "replace", "Create/replace", tooltip="Make a new secret; the old one dies"),
        Binding("asterisk", "reveal", "Show", key_display="*", tooltip="Show the secret for 30 s"),
        Binding("y", "copy", "Copy", tooltip="Copy the secret to the clipboard"),
        Binding("f", "save", "Save to file", tooltip="Write the secret to a new 0600 file"),
        Binding("r", "refresh", "Refresh", tooltip="Read again from Prolific"),
        Binding("w", "app.workspace", "Workspace", tooltip="Switch to another workspace"),
        Binding("question_mark", "help", "Keys", key_display="?", tooltip="This list"),
        Binding("q", "app.leave", "Quit", tooltip="Quit; asks if anything would be lost"),
    ]

    def body(self) -> ComposeResult:
        """The secret and the subscriptions."""
        yield Line(id="summary")
        with VerticalScroll(id="webhooks"):
            yield Static(id="webhooks-text", markup=False)

    def begin(self) -> None:
        """Follow what is read."""
        super().begin()
        self.watch(self.app, "webhooks", self.show_webhooks)
        for before in ("signing_in", "account", "workspaces", "workspace"):
            self.watch(self.app, before, self.show_webhooks, init=False)

    def on_resize(self) -> None:
        """Fill the new width."""
        self.call_after_refresh(self.show_webhooks)

    @property
    def _secret(self) -> WebhookSecret | None:
        webhooks = self.app.webhooks.value
        return webhooks.secret if webhooks else None

    def show_webhooks(self) -> None:
        """Show what is known."""
        reading = self.app.webhooks
        summary = Text(" ")
        if reading.value is not None:
            subscriptions = reading.value.subscriptions
            summary.append("1 secret" if reading.value.secret else "No secret")
            if subscriptions is not None:
                count = len(subscriptions)
                summary.append(f", {count} subscription{'' if count == 1 else 's'} signed with it")
        summary.append_text(freshness(reading))
        self.query_one("#summary", Line).text = summary
        self.query_one("#webhooks-text", Static).update(self._text())

    def _text(self) -> Text:
        reading = self.app.webhooks
        text = Text("\n", no_wrap=True, overflow="ellipsis")
        if words := standing(self.app, reading, "the secret and the subscriptions"):
            text.append("\n".join(f" {visible(line)}" for line in words.split("\n")) + "\n\n")
        if reading.value is None:
            return text
        secret = reading.value.secret
        if secret is None:
            text.append(" This workspace has no signing secret yet. c makes one.\n\n")
        else:
            text.append(" Signing secret   id ")
            text.append(visible(secret.id or "?"), "bold")
            if secret.value is not None:
                text.append(f"   fingerprint {secret.value.fingerprint()}")
            text.append("\n Value            ")
            text.append(self._value(secret.value))
            text.append("\n\n")
        if reading.value.subscriptions is not None:
            self._append_subscriptions(text, reading.value.subscriptions)
        elif (trouble := reading.value.trouble) is not None:
            text.no_wrap = False
            text.append(" What is signed with it could not be read.\n", "bold")
            text.append(f" {visible(trouble.message)} {visible(trouble.hint)}\n")
        return text

    def _value(self, value: Secret | None) -> str:
        if value is None:
            return "Prolific did not send it"
        return visible(value.reveal()) if self.is_revealed else f"{MASK}   * shows it"

    def _append_subscriptions(self, text: Text, subscriptions: tuple[Subscription, ...]) -> None:
        if not subscriptions:
            text.append(" No webhook subscription in this workspace: nothing is signed with it.\n")
            return
        width = max(self.size.width - 2, 40)
        event_width = min(max(len(visible(s.event_type)) for s in subscriptions) + 2, width // 2)
        target_width = width - event_width - 7
        text.append(f" {fit('Signed with it', event_width)}{fit('Target', target_width)} State\n")
        for subscription in subscriptions:
            state = {True: "on", False: "off", None: "?"}[subscription.is_enabled]
            text.append(f" {fit(subscription.event_type, event_width)}")
            text.append(f"{fit(subscription.target_url, target_width)} {state}\n")

    # Keys

    def action_refresh(self) -> None:
        """Read again, from wherever reading stopped."""
        self.app.read_again()

    def show_revealed(self, revealed: bool) -> None:  # noqa: ARG002 - `is_revealed` tells
        """Show the secret, or hide it."""
        self.show_webhooks()

    def has_hidden(self) -> bool:
        """Whether there is a secret to show."""
        return self._known_value() is not None

    def _known_value(self) -> Secret | None:
        """The secret's value; says so where there is none."""
        secret = self._secret
        if secret is None or secret.value is None:
            self.app.say("There is no secret here yet.")
            return None
        return secret.value

    def action_copy(self) -> None:
        """Copy the secret."""
        if (value := self._known_value()) is not None:
            self.app.copy(value.reveal(), "The secret")

    @work
    async def action_save(self) -> None:
        """Write the secret to a new file."""
        value = self._known_value()
        if value is None:
            return
        path = await self.app.ask(
            PathDialog(
                "Save the secret",
                "To a new file that only you can read (0600). An existing file is never touched.",
                self.app.operations.complete_path,
                opens=False,
            )
        )
        if path is None:
            return
        try:
            saved = await self.app.operations.signing.save_to_file(Path(path), value)
        except ProlificTuiError as error:
            self.app.show_error(error)
        else:
            self.app.say(f"The secret is in {saved}")

    @work
    async def action_replace(self) -> None:
        """Explain, ask for the words, and make the new secret."""
        if not self.app.may_write():
            return
        workspace, reading = self.app.workspace, self.app.webhooks
        if workspace is None or reading.value is None or reading.error is not None:
            self.app.say("Read what is there first: r refreshes.")
            return
        plan = SecretPlan(workspace, reading.value.secret)
        depends = _depends(reading.value.subscriptions, workspace)
        if plan.old is None:
            title, words = "Create the signing secret", depends
        else:
            title = f"Replace the secret {plan.old.id or ''}"
            words = f"{_EXPLANATION}\n\n{depends}"
        confirmed = await self.app.ask(TypedConfirmation(title, words, plan.confirmation))
        if confirmed:
            self.app.submit(plan)
        else:
            self.app.say("The secret is unchanged.")


def _depends(subscriptions: tuple[Subscription, ...] | None, workspace: Workspace) -> str:
    """What a new secret concerns, in words."""
    if subscriptions is None:
        return (
            f"Which subscriptions of {workspace.title} are signed with it could not be read:"
            " find that out before you go on."
        )
    count = sum(subscription.is_enabled is not False for subscription in subscriptions)
    return (
        f"{count} enabled subscription{'' if count == 1 else 's'} of {workspace.title} will be"
        " signed with the new secret."
    )
