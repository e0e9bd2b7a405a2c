"""The client in use, and what the rest of operations may ask of it."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Final, Protocol

from prolific_tui.errors import ServiceError, SettingsError
from prolific_tui.models import Me, Subscription, Workspace
from prolific_tui.operations.events import Listener
from prolific_tui.secret import Secret
from prolific_tui.submission.means import Service


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


Connect = Callable[[str, Secret, Listener], Prolific]
"""Makes a client from a service URL, a token, and who is told of reads that are tried again."""

_HTTP_UNAUTHORIZED: Final = 401


@dataclass(slots=True)
class _Held:
    """A client, and how many requests it is carrying."""

    client: Prolific
    me: Me | None
    """Whose its token is; None while that is asked."""
    origin: str
    """Where its token came from, in words."""
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

    async def try_token(self, token: Secret, origin: str) -> tuple[Prolific, Me]:
        """A client for a token, and whose that is; `use` the client, or close it.

        Args:
            token: The token to check.
            origin: Where it came from, in words, for the case that it is refused.

        Raises:
            ServiceError: It is refused, or could not be checked.
        """
        client = self._connect(self.service_url, token, self._listener)
        try:
            with self._naming(_Held(client, None, origin)):
                return client, await client.get_me()
        except BaseException:
            await close(client)
            raise

    @property
    def owner(self) -> Me | None:
        """Whose token is in use; None where nobody is signed in."""
        return self._held.me if self._held else None

    async def use(self, client: Prolific, me: Me, origin: str) -> None:
        """Make this the client in use, and close the one before.

        A client that still carries requests is closed when the last of them has ended, so that a
        new token never disturbs a write.
        """
        await self._replace(_Held(client, me, origin))

    def is_now(self, origin: str) -> None:
        """Say where the token in use is from now on, in words."""
        if self._held is not None:
            self._held.origin = origin

    async def sign_out(self) -> None:
        """Use no client from now on; the one before is closed as `use` does."""
        await self._replace(None)

    async def _replace(self, held: _Held | None) -> None:
        before, self._held = self._held, held
        if before is not None:
            before.is_replaced = True
            if not before.users:
                await close(before.client)

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[Prolific]:
        """The client in use, open until it is given back.

        Raises:
            SettingsError: Nobody is signed in.
            ServiceError: What is done with it meanwhile raised that.
        """
        held = self._held
        if held is None:
            raise SettingsError(
                "Not signed in", "No token has been accepted yet.", "4 Account takes a token."
            )
        held.users += 1
        try:
            with self._naming(held):
                yield held.client
        finally:
            held.users -= 1
            if held.is_replaced and not held.users:
                await close(held.client)

    @contextmanager
    def _naming(self, held: _Held) -> Iterator[None]:
        """Say of a token that is refused who refused it, and where it came from."""
        try:
            yield
        except ServiceError as error:
            if error.status == _HTTP_UNAUTHORIZED:
                error.message += f" The token is {held.origin}; {self.service_url} refused it."
            raise


async def close(client: Prolific) -> None:
    """Close a client that carries no request any more."""
    # Its requests have ended: a connection that can't be closed must not change what they came to.
    with suppress(Exception):
        await client.aclose()
