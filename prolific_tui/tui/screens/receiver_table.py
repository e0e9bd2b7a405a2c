"""The columns in which Webhooks lists who receives what the secret signs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.text import Text

from prolific_tui.models import Subscription, WebhookSecret
from prolific_tui.tui.rotation import Receiver, Rotation
from prolific_tui.tui.screens.replacing import short_address
from prolific_tui.tui.widgets import fit
from prolific_tui.visible import visible

_STATE, _HAS_IT = 6, 7
_BETWEEN: Final = 5
"""The columns of the cursor, and of what stands between the others."""
_NARROWEST: Final = 20
_STATES: Final = {True: "on", False: "off", None: "?"}
_ANOTHER: Final = "another receiver"


@dataclass(frozen=True, slots=True)
class ReceiverTable:
    """How wide the columns are whose text has no fixed width, in cells."""

    event: int
    target: int

    @classmethod
    def within(cls, width: int, subscriptions: Sequence[Subscription]) -> "ReceiverTable":
        """The table that fits into a list so wide, in cells."""
        rest = max(width - _STATE - _HAS_IT - _BETWEEN, _NARROWEST)
        longest = max((len(visible(each.event_type)) for each in subscriptions), default=0)
        event = min(max(longest, len(_ANOTHER)) + 2, rest // 2)
        return cls(event, rest - event)

    @property
    def headings(self) -> Text:
        """The line above the list."""
        return Text(
            f"   {fit('Event', self.event)}{fit('Target', self.target)} "
            f"{fit('State', _STATE)}{fit('Has it', _HAS_IT)}"
        )

    def row(
        self,
        receiver: Receiver,
        subscription: Subscription | None,
        rotation: Rotation,
        secret: WebhookSecret | None,
    ) -> Text:
        """A line of the list; a further receiver behind an address has no subscription."""
        address = short_address(receiver.target_url)
        if rotation.behind(receiver.target_url) > 1:
            address = f"#{receiver.number} {address}"
        state = _STATES[subscription.is_enabled] if subscription else ""
        what = subscription.event_type if subscription else _ANOTHER
        return Text(
            f" {fit(what, self.event)}{fit(address, self.target)} {fit(state, _STATE)}"
            f"{fit(rotation.tick(secret, receiver).value, _HAS_IT)}",
            no_wrap=True,
        )
