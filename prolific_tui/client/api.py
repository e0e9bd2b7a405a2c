"""Prolific's API as typed operations: one method of `Api` for each operation of the contract.

Reads are retried, through stamina; writes never, because a repeated write may be done twice.
"""

import asyncio
import os
import random
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

import stamina
import stamina.instrumentation

from prolific_tui.access import checked_service_url
from prolific_tui.client import contract, wire
from prolific_tui.client.exchange import (
    READ_NUMBERS,
    Answer,
    Call,
    Failure,
    Limits,
    Operation,
    Progress,
    RetryNotice,
    Trouble,
    failure,
)
from prolific_tui.client.meaning import error_for, error_for_endless, quotable
from prolific_tui.client.paging import Query, by_offset, by_page
from prolific_tui.client.route import route_to
from prolific_tui.client.transport import Carrier, Identity, Transport
from prolific_tui.errors import ServiceError
from prolific_tui.models import (
    CredentialPool,
    CredentialUsage,
    Me,
    Project,
    Study,
    Subscription,
    WebhookSecret,
    Workspace,
)
from prolific_tui.secret import Secret

__all__ = ["Api", "Limits", "RetryNotice", "Surroundings"]

_HTTP_OK: Final = 200
_HTTP_UNAUTHORIZED: Final = 401
_HTTP_NOT_FOUND: Final = 404

T = TypeVar("T")
L = TypeVar("L", bound=wire.Listed)


class _TryAgainError(Exception):
    def __init__(self, wait: float) -> None:
        super().__init__()
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a client takes from its process and its machine, where a test may put something else."""

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    """Where HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE are read, once."""
    clock: Callable[[], float] = time.time
    """Seconds since 1970, against which a Retry-After date is read."""
    chance: Callable[[], float] = random.random
    """Numbers from 0 to 1 for the jitter of waits."""


class Api:
    """One token's view of one service.

    It may be made on any thread, and lives on the event loop that first awaits one of its methods.
    Every method raises `ServiceError` for whatever is not a readable 2xx answer.
    """

    def __init__(
        self,
        base_url: str,
        token: Secret,
        *,
        limits: Limits = Limits(),  # noqa: B008 - frozen, so one for all callers is safe
        carrier: Carrier | None = None,
        on_retry: Callable[[RetryNotice], None] = lambda _: None,
        on_retry_over: Callable[[int], None] = lambda _: None,
        surroundings: Surroundings | None = None,
    ) -> None:
        """Prepare a client; nothing is opened before the first request.

        Args:
            base_url: The service, as `access.checked_service_url` takes it.
            token: The API token, as `access.checked_token` returns it.
            limits: How long, how much and how often.
            carrier: What carries requests instead of the network (the demo, a test).
            on_retry: Called on the client's event loop before each wait of a read.
            on_retry_over: Called there with a read's number when one that waited has ended.
            surroundings: What it takes from its process and its machine; None for the real ones.

        Raises:
            SettingsError: If the service is neither https nor on loopback.
        """
        # stamina reports each retry to the log by default, whose last resort is the terminal that
        # the interface is drawn on; `on_retry` reports them here.
        stamina.instrumentation.set_on_retry_hooks(())
        surroundings = surroundings or Surroundings()
        service_url = checked_service_url(base_url)
        route = route_to(service_url, surroundings.environment if carrier is None else {})
        self.network_notes = route.notes
        """What of the environment's proxy and certificate variables is used, in words."""
        self._token = token
        self._limits = limits
        self._on_retry = on_retry
        self._on_retry_over = on_retry_over
        self._chance = surroundings.chance
        self._transport = Transport(
            Identity(service_url, token), route, limits, surroundings.clock, carrier=carrier
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._transport.aclose()

    # users and workspaces

    async def get_me(self) -> Me:
        """Whose token this is; the cheapest way to check one."""
        return await self._get(contract.GET_ME, wire.me)

    async def list_workspaces(self) -> tuple[Workspace, ...]:
        """All workspaces that the token's owner belongs to."""
        return await self._list(contract.LIST_WORKSPACES, wire.workspaces, by_offset)

    async def list_projects(self, workspace_id: str) -> tuple[Project, ...]:
        """All projects of a workspace."""
        return await self._list(contract.LIST_PROJECTS, wire.projects, by_offset, workspace_id)

    # credential pools

    async def list_credential_pools(self, workspace_id: str) -> tuple[CredentialPool, ...]:
        """All pools of a workspace, each with that workspace's id; the listing has no pages."""
        return await self._get(
            contract.LIST_CREDENTIAL_POOLS,
            lambda body: wire.credential_pools(body, workspace_id),
            query=(("workspace_id", workspace_id),),
        )

    async def create_credential_pool(self, workspace_id: str, credentials: Secret) -> str | None:
        r"""Make a pool of accounts; returns its id, if the answer names it.

        Args:
            workspace_id: The workspace that gets the pool.
            credentials: `username,password` lines joined by `\n`.
        """
        return await self._write(
            contract.CREATE_CREDENTIAL_POOL,
            wire.credential_pool_id,
            {"credentials": credentials.reveal(), "workspace_id": workspace_id},
            credentials=credentials,
        )

    async def update_credential_pool(
        self, credential_pool_id: str, credentials: Secret
    ) -> str | None:
        r"""Append accounts to a pool; returns its id, if the answer names it.

        Args:
            credential_pool_id: The pool that grows.
            credentials: `username,password` lines joined by `\n`.
        """
        return await self._write(
            contract.UPDATE_CREDENTIAL_POOL,
            wire.credential_pool_id,
            {"credentials": credentials.reveal()},
            credential_pool_id,
            credentials=credentials,
        )

    # webhooks

    async def list_secrets(self, workspace_id: str) -> tuple[WebhookSecret, ...]:
        """The webhook secret of a workspace, with its value: none or one."""
        return await self._get(
            contract.LIST_SECRETS, wire.secrets, query=(("workspace_id", workspace_id),)
        )

    async def create_secret(self, workspace_id: str) -> WebhookSecret:
        """Make a workspace's webhook secret; Prolific deletes the one it had."""
        return await self._write(
            contract.CREATE_SECRET, wire.secret, {"workspace_id": workspace_id}
        )

    async def list_subscriptions(self, workspace_id: str) -> tuple[Subscription, ...]:
        """All subscriptions of a workspace, on or off, each once.

        Without `is_enabled` only those that are on are listed, so it is asked for both.
        """
        found = wire.Gathering[Subscription]()
        for is_enabled in ("true", "false"):
            query = (("workspace_id", workspace_id), ("is_enabled", is_enabled))
            listed = await self._list(
                contract.LIST_SUBSCRIPTIONS, wire.subscriptions, by_offset, query=query
            )
            found.take(wire.Page(listed))
        return found.items

    # studies

    async def list_studies(self, state: str | None = None) -> tuple[Study, ...]:
        """All studies that the token can see, in every workspace.

        Args:
            state: A single state, or several as `(ACTIVE|PAUSED)`; None for all.
        """
        query = () if state is None else (("state", state),)
        return await self._list(contract.LIST_STUDIES, wire.studies, by_page, query=query)

    async def list_project_studies(self, project_id: str) -> tuple[Study, ...]:
        """All studies of a project."""
        return await self._list(contract.LIST_PROJECT_STUDIES, wire.studies, by_page, project_id)

    async def get_study(self, study_id: str) -> Study:
        """One study."""
        return await self._get(contract.GET_STUDY, wire.study, study_id)

    async def set_study_credential_pool(
        self, study_id: str, credential_pool_id: str | None
    ) -> Study:
        """Attach a pool to a draft study, or detach it with None; returns the changed study."""
        return await self._write(
            contract.SET_STUDY_CREDENTIAL_POOL,
            wire.study,
            {"credential_pool_id": credential_pool_id},
            study_id,
        )

    async def get_study_credentials_report(self, study_id: str) -> tuple[CredentialUsage, ...]:
        """Which username of its pool went to whom; 400 if the study hands out none."""
        return await self._get(
            contract.GET_STUDY_CREDENTIALS_REPORT, wire.credential_usage, study_id, accept="*/*"
        )

    # requests

    async def _write(
        self,
        operation: Operation,
        read: Callable[[bytes], T],
        fields: Mapping[str, str | None],
        *ids: str,
        credentials: Secret | None = None,
    ) -> T:
        # Nothing more is asked after the answer, so that it is known here as soon as it is there.
        progress = Progress(unsent=True)
        try:
            call = Call(operation, operation.path_with(*ids), body=wire.body_of(fields))
        except ValueError:
            result: Answer | Failure = failure(Trouble.UNSENDABLE, progress)
        else:
            result = await self._transport.exchange(call, progress)
        details = self._quotable(result, fields, credentials)
        return self._understood(operation, result, read, details)

    async def _get(
        self,
        operation: Operation,
        read: Callable[[bytes], T],
        *ids: str,
        query: Query = (),
        accept: str = "application/json",
    ) -> T:
        try:
            call = Call(operation, operation.path_with(*ids), query, accept=accept)
        except ValueError:
            result: Answer | Failure = failure(Trouble.UNSENDABLE, Progress(unsent=True))
            attempts = 1
        else:
            result, attempts = await self._tried(call)
        result = await self._confirmed(operation, result)
        return self._understood(operation, result, read, self._quotable(result), attempts=attempts)

    async def _list(
        self,
        operation: Operation,
        read: Callable[[bytes], wire.Page[L]],
        where: Callable[[int, int], Query],
        *ids: str,
        query: Query = (),
    ) -> tuple[L, ...]:
        """All items of a paged list, each once; `wire.Gathering` says where it ends."""
        found = wire.Gathering[L]()
        for number in range(1, self._limits.pages + 1):
            here = query + where(number, found.received)
            try:
                page = await self._get(operation, read, *ids, query=here)
            except ServiceError as error:
                # Frameworks that number pages answer 404 to one beyond the last.
                if number > 1 and error.status == _HTTP_NOT_FOUND:
                    return found.items
                raise
            if not found.take(page):
                return found.items
        raise error_for_endless(self._limits.pages)

    async def _tried(self, call: Call) -> tuple[Answer | Failure, int]:
        """What came of a read in the end, and how often it was tried."""
        limits, number, name = self._limits, next(READ_NUMBERS), call.operation.name
        loop = asyncio.get_running_loop()
        deadline = loop.time() + limits.retry_budget
        waited = False
        try:
            async for attempt in stamina.retry_context(
                on=lambda error: isinstance(error, _TryAgainError) and error.wait,
                attempts=limits.read_attempts,
                timeout=None,
                wait_initial=limits.first_wait,
                wait_max=limits.longest_wait,
            ):
                with attempt:
                    progress = Progress()
                    result = await self._transport.exchange(call, progress)
                    wait = max(
                        attempt.next_wait * (1 + limits.jitter * self._chance()),
                        progress.retry_after or 0.0,
                    )
                    if (
                        not result.is_transient
                        or attempt.num >= limits.read_attempts
                        or (progress.retry_after or 0.0) > limits.longest_retry_after
                        or loop.time() + wait > deadline
                    ):
                        return result, attempt.num
                    waited = True
                    notice = RetryNotice(number, name, attempt.num, wait, progress.status)
                    self._on_retry(notice)
                    raise _TryAgainError(wait)
        finally:
            if waited:
                self._on_retry_over(number)
        raise AssertionError("a retry context ends by returning or raising")

    async def _confirmed(self, operation: Operation, result: Answer | Failure) -> Answer | Failure:
        """A read's 401 with what `getMe` says of the token: it may mean "not for this resource".

        Prolific's guide gives both meanings (contract, `Unauthorized`).
        """
        if operation is contract.GET_ME or not isinstance(result, Answer):
            return result
        if result.status != _HTTP_UNAUTHORIZED:
            return result
        call = Call(contract.GET_ME, contract.GET_ME.path)
        me = await self._transport.exchange(call, Progress(unsent=True))
        if not isinstance(me, Answer) or me.status not in (_HTTP_OK, _HTTP_UNAUTHORIZED):
            return result
        return replace(result, token_accepted=me.status == _HTTP_OK)

    def _quotable(
        self,
        result: Answer | Failure,
        fields: Iterable[str] = (),
        credentials: Secret | None = None,
    ) -> tuple[str, ...]:
        """What the service says of a request that it refused, with nothing secret in it."""
        if not isinstance(result, Answer) or result.is_success:
            return ()
        hidden = [self._token.reveal()]
        if credentials is not None:
            try:
                hidden += wire.passwords_in(credentials)
            except wire.UnreadableError:
                return ()
        return quotable(wire.details(result.body), hidden, fields)

    def _understood(
        self,
        operation: Operation,
        result: Answer | Failure,
        read: Callable[[bytes], T],
        details: tuple[str, ...],
        *,
        attempts: int = 1,
    ) -> T:
        """The model in a readable 2xx answer.

        Raises:
            ServiceError: For everything else.
        """
        if isinstance(result, Answer) and result.is_success and result.spoiled is None:
            try:
                return read(result.body)
            except wire.UnreadableError:
                result = replace(result, spoiled=Trouble.UNDECODABLE)
        raise error_for(operation, result, details=details, attempts=attempts)
