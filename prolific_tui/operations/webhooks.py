"""What Webhooks shows of a workspace, read in one go."""

from dataclasses import dataclass

from prolific_tui.errors import ServiceError
from prolific_tui.models import Subscription, WebhookSecret
from prolific_tui.operations.connection import Prolific


@dataclass(frozen=True, slots=True)
class Webhooks:
    """A workspace's signing secret and what is signed with it."""

    secret: WebhookSecret | None
    subscriptions: tuple[Subscription, ...] | None
    """None where they could not be read although the secret could."""
    trouble: ServiceError | None = None
    """Why they could not."""


async def read_webhooks(client: Prolific, workspace_id: str) -> Webhooks:
    """Read the secret and the subscriptions of a workspace.

    Raises `ServiceError` if the secret can't be read. Subscriptions that can't be read don't hide
    it.
    """
    secret = next(iter(await client.list_secrets(workspace_id)), None)
    try:
        return Webhooks(secret, await client.list_subscriptions(workspace_id))
    except ServiceError as error:
        return Webhooks(secret, None, error)
