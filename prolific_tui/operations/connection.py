"""The client in use, and what the rest of operations may ask of it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

from prolific_tui.errors import SettingsError
from prolific_tui.models import Me, Subscription, Workspace
from prolific_tui.operations.events import Listener
from prolific_tui.secret import Secret
from prolific_tui.submission.run import Service


class Prolific(Service, Protocol):
    """The operations of Prolific that this program uses, as `client.api.Api` has them."""

    @property
    def network_notes(self) -> tuple[str, ...]:
        """How requests travel, in words: proxies and certificate files in use."""

    async def get_me(self) -> Me:
        """Who owns the token; raises `ServiceError`."""

    async def list_workspaces(self) -> tuple[Workspace, ...]:
        """Every workspace of the token's owner; raises `ServiceError`."""

    async def list_subscriptions(self, workspace_id: str) -> tuple[Subscription, ...]:
        """The workspace's subscriptions, enabled or not; raises `ServiceError`."""

    async def aclose(self) -> None:
        """Close connections; no request may follow."""


Connect = Callable[[str, Secret, str, Listener], Prolific]
"""Makes a client from a service URL, a token, in words where that came from, and who is told of
reads that are tried again."""


@dataclass(slots=True)
class _Held:
    """A client, and how many requests it is carrying."""

    client: Prolific
    users: int = 0
    is_replaced: bool = False
    """Whether no further request may use it; the last one that does closes it."""


class Connection:
    """Holds the one client in use; a new token means a new client. It belongs to one loop."""

    def __init__(self, connect: Connect, service_url: str, listener: Listener) -> None:
        self._connect = connect
        self._listener = listener
        self.service_url = service_url
        """The one service that this run talks to."""
        self._held: _Held | None = None

    def try_token(self, token: Secret, origin: str) -> Prolific:
        """A client for a token that is yet to be checked; `use` or close it."""
        return self._connect(self.service_url, token, origin, self._listener)

    async def use(self, client: Prolific | None) -> None:
        """Make this the client in use, and close the one before; None signs out.

        A client that still carries requests is closed when the last of them has ended, so that a
        new token never disturbs a write.
        """
        before, self._held = self._held, None if client is None else _Held(client)
        if before is not None:
            before.is_replaced = True
            if not before.users:
                await _close(before.client)

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[Prolific]:
        """The client in use, open until it is given back.

        Raises:
            SettingsError: Nobody is signed in.
        """
        held = self._held
        if held is None:
            raise SettingsError(
                "Not signed in", "No token has been accepted yet.", "4 Account takes a token."
            )
        held.users += 1
        try:
            yield held.client
        finally:
            held.users -= 1
            if held.is_replaced and not held.users:
                await _close(held.client)


async def _close(client: Prolific) -> None:
    # Its requests have ended: a connection that can't be closed must not change what they came to.
    with suppress(Exception):
        await client.aclose()
