"""The client in use, and what the rest of operations may ask of it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Final, Protocol, TypeVar

from prolific_tui.errors import ServiceError, SettingsError
from prolific_tui.models import (
    CredentialPool,
    CredentialUsage,
    Me,
    Study,
    Subscription,
    WebhookSecret,
    Workspace,
)
from prolific_tui.operations.events import ASKER, Event, Listener, ReadRetried
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
_IS_LENT_TO_SEND: Final = ContextVar("is_lent_to_send", default=False)
"""Whether what the present task reads is for a send; a task that it begins is part of it."""

T = TypeVar("T")


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
        client = self._connect(self.service_url, token, self._heard)
        try:
            return client, await _Named(_Held(client, None, origin), self.service_url).get_me()
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

    def _heard(self, event: Event) -> None:
        """Pass on what a client tells, in the task that reads, with for whom that is."""
        if isinstance(event, ReadRetried):
            event = replace(event, is_of_send=_IS_LENT_TO_SEND.get(), asker=ASKER.get())
        self._listener(event)

    async def _replace(self, held: _Held | None) -> None:
        before, self._held = self._held, held
        if before is not None:
            before.is_replaced = True
            if not before.users:
                await close(before.client)

    @asynccontextmanager
    async def lent(self, *, to_send: bool = False) -> AsyncIterator[Prolific]:
        """The client in use, open until it is given back.

        Args:
            to_send: Whether it is for a send, or to look for one: its waits are told as such.

        Raises:
            SettingsError: Nobody is signed in.
            ServiceError: What is done with it meanwhile raised that. One for a token that is
                refused says who refused it, and where the token came from.
        """
        held = self._held
        if held is None:
            raise SettingsError(
                "Not signed in", "No token has been accepted yet.", "4 Account takes a token."
            )
        held.users += 1
        before = _IS_LENT_TO_SEND.set(to_send)
        try:
            yield _Named(held, self.service_url)
        finally:
            _IS_LENT_TO_SEND.reset(before)
            held.users -= 1
            if held.is_replaced and not held.users:
                await close(held.client)


class _Named:
    """A client whose errors say of a token that is refused by whom, and where it came from.

    They are told of it where they are raised, as what is made of them may be an outcome.
    """

    def __init__(self, held: _Held, service_url: str) -> None:
        self._held = held
        self._client = held.client
        self._service_url = service_url

    async def _naming(self, request: Awaitable[T]) -> T:
        try:
            return await request
        except ServiceError as error:
            if error.status == _HTTP_UNAUTHORIZED:
                named = f" The token is {self._held.origin}; {self._service_url} refused it."
                error.message += named
                if error.unquoted is not None:
                    error.unquoted += named
            raise

    @property
    def network_notes(self) -> tuple[str, ...]:
        return self._client.network_notes

    async def get_me(self) -> Me:
        return await self._naming(self._client.get_me())

    async def list_workspaces(self) -> tuple[Workspace, ...]:
        return await self._naming(self._client.list_workspaces())

    async def list_subscriptions(self, workspace_id: str) -> tuple[Subscription, ...]:
        return await self._naming(self._client.list_subscriptions(workspace_id))

    async def list_credential_pools(self, workspace_id: str) -> tuple[CredentialPool, ...]:
        return await self._naming(self._client.list_credential_pools(workspace_id))

    async def create_credential_pool(self, workspace_id: str, credentials: Secret) -> str | None:
        return await self._naming(self._client.create_credential_pool(workspace_id, credentials))

    async def update_credential_pool(
        self, credential_pool_id: str, credentials: Secret
    ) -> str | None:
        request = self._client.update_credential_pool(credential_pool_id, credentials)
        return await self._naming(request)

    async def list_secrets(self, workspace_id: str) -> tuple[WebhookSecret, ...]:
        return await self._naming(self._client.list_secrets(workspace_id))

    async def create_secret(self, workspace_id: str) -> WebhookSecret:
        return await self._naming(self._client.create_secret(workspace_id))

    async def list_studies(self, state: str | None = None) -> tuple[Study, ...]:
        return await self._naming(self._client.list_studies(state))

    async def get_study_credentials_report(self, study_id: str) -> tuple[CredentialUsage, ...]:
        return await self._naming(self._client.get_study_credentials_report(study_id))

    async def aclose(self) -> None:
        await self._client.aclose()


async def close(client: Prolific) -> None:
    """Close a client that carries no request any more."""
    # Its requests have ended: a connection that can't be closed must not change what they came to.
    with suppress(Exception):
        await client.aclose()
