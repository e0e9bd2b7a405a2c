"""The one request of a write, and what tells its outcome from a look afterwards.

Whatever happens, the outcome claims no more than the answer, or the error in its place, says.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from prolific_tui.errors import ServiceError
from prolific_tui.secret import Secret
from prolific_tui.submission import outcome as judge
from prolific_tui.submission.halving import Range
from prolific_tui.submission.looks import GIVEN_UP, PoolsLook, SecretLook
from prolific_tui.submission.means import GivenUpError, Service
from prolific_tui.submission.outcome import Outcome
from prolific_tui.submission.plan import CredentialPlan, SecretPlan

T = TypeVar("T")

_LEAVES_SECONDS: Final = 0.003
"""How long a request takes to leave, about; what computes meanwhile would hold it up."""


class Bodies:
    """What is sent of the parts of a plan; of the next one while an answer is waited for.

    Args:
        plan: the plan.
        sleep: waits for so many seconds.
    """

    def __init__(
        self, plan: CredentialPlan, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._plan = plan
        self._sleep = sleep
        self._made: tuple[Range, Secret] | None = None
        """The one that was made ahead."""

    @asynccontextmanager
    async def of(self, rows: Range, following: Range | None) -> AsyncIterator[Secret]:
        """The `credentials` of these rows, for the request that is made in here.

        Those of the rows that go next, if any do, are made once that has left.
        """
        made, self._made = self._made, None
        waiting = asyncio.ensure_future(self._make_ahead(following))
        try:
            yield self._make(rows) if made is None or made[0] != rows else made[1]
        finally:
            waiting.cancel()

    async def _make_ahead(self, rows: Range | None) -> None:
        if rows is not None:
            await self._sleep(_LEAVES_SECONDS)
            self._made = rows, self._make(rows)

    def _make(self, rows: Range) -> Secret:
        return self._plan.part(*rows, self._plan.target.pool).credentials


@dataclass(frozen=True, slots=True)
class Answered:
    """What a request for credentials came to."""

    judge: Callable[[PoolsLook], Outcome]
    """Gives the outcome, with the figures of a look."""
    pool_id: str | None = None
    """The pool that took the rows, where the answer named it."""
    status: int | None = None
    """The HTTP status where it was not a readable 2xx, and one arrived."""


async def send_credentials(plan: CredentialPlan, credentials: Secret, service: Service) -> Answered:
    """Make the request of a part, once; nothing is raised.

    Args:
        plan: the part.
        credentials: its `credentials`, which take a while to make.
        service: what is asked.
    """
    pool = plan.target.pool
    try:
        if pool is None:
            pool_id = await service.create_credential_pool(plan.workspace.id, credentials)
        else:
            pool_id = pool.credential_pool_id
            await service.update_credential_pool(pool_id, credentials)
    except ServiceError as error:
        judged = partial(judge.credentials_troubled, plan, error)
        return Answered(judged, status=error.status)
    except Exception as error:  # noqa: BLE001 - the part must end, and with no more than is known
        return Answered(partial(judge.credentials_troubled, plan, judge.unforeseen(error)))
    return Answered(partial(judge.credentials_accepted, plan, pool_id), pool_id)


async def send_secret(plan: SecretPlan, service: Service) -> Callable[[SecretLook], Outcome]:
    """Make the request for a secret, once; nothing is raised."""
    try:
        secret = await service.create_secret(plan.workspace.id)
    except ServiceError as error:
        return partial(judge.secret_troubled, plan, error)
    except Exception as error:  # noqa: BLE001 - the entry must end, and with no more than is known
        return partial(judge.secret_troubled, plan, judge.unforeseen(error))
    return partial(judge.secret_made, plan, secret)


async def looked(reading: Awaitable[T]) -> tuple[T | None, str]:
    """What a look after a write shows, or None and why it shows nothing."""
    try:
        return await reading, ""
    except ServiceError as error:
        return None, error.title
    except GivenUpError:
        return None, GIVEN_UP
    except Exception as error:  # noqa: BLE001 - what is known of the write by now stays known
        return None, f"this program failed: {type(error).__name__}"
