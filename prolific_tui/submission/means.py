"""What a send is done with: the service, the journal, the time, and how fast it may go.

All of it is passed in, so that whoever tries a send out can let hours pass in no time.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from prolific_tui.models import CredentialPool, CredentialUsage, Me, Study, WebhookSecret
from prolific_tui.secret import Secret
from prolific_tui.submission.journal import Journal
from prolific_tui.submission.plan import Kept, SecretPlan
from prolific_tui.submission.progress import Progress
from prolific_tui.submission.send import Send

T = TypeVar("T")

Clock = Callable[[], datetime]
"""Gives the present moment, with its time zone."""


class Service(Protocol):
    """The operations of Prolific that writes and their read-backs need."""

    async def list_credential_pools(self, workspace_id: str) -> tuple[CredentialPool, ...]:
        """The workspace's pools; raises `ServiceError`."""

    async def create_credential_pool(self, workspace_id: str, credentials: Secret) -> str | None:
        """Make a pool; its id, None where the answer had none. Raises `ServiceError`."""

    async def update_credential_pool(
        self, credential_pool_id: str, credentials: Secret
    ) -> str | None:
        """Append to a pool; raises `ServiceError`."""

    async def list_secrets(self, workspace_id: str) -> tuple[WebhookSecret, ...]:
        """The workspace's signing secret, if it has one; raises `ServiceError`."""

    async def create_secret(self, workspace_id: str) -> WebhookSecret:
        """Make the signing secret, deleting the old one; raises `ServiceError`."""

    async def list_studies(self, state: str | None = None) -> tuple[Study, ...]:
        """The studies that the token can see, each with its pool; raises `ServiceError`."""

    async def get_study_credentials_report(self, study_id: str) -> tuple[CredentialUsage, ...]:
        """The usernames of a study's pool; raises `ServiceError`, also where it has none."""


class ProvedPlaces(Protocol):
    """The places that took something on trial, whatever is chosen for later ones meanwhile."""

    @property
    def names(self) -> tuple[str, ...]:
        """Those places, each as `place_words` takes it."""

    async def keep_old(self, old: Secret | None) -> None:
        """Keep the secret that is about to be replaced, where nothing holds it yet.

        Raises:
            ProlificTuiError: it was not taken.
        """

    async def put_back(self) -> tuple[str, ...]:
        """Undo `keep_old`, also one that raised, as nothing was replaced.

        Gives what could not be done, in sentences.
        """

    async def keep(self, new: Secret, old: Secret | None) -> Kept:
        """Keep a new secret; nothing is raised.

        Args:
            new: the secret.
            old: the one that it replaces, which is kept beside it with its end; None where
                Prolific did not tell it.
        """


@dataclass(frozen=True, slots=True)
class Replaced:
    """The secret that a request was to replace, of which only a fingerprint may be left."""

    is_it: Callable[[Secret], Awaitable[bool | None]]
    """Whether a value is that one; None where nobody can tell."""
    ended: datetime
    """When the request for another one left."""


class SecretKeeper(Protocol):
    """Keeps signing secrets where the person chose."""

    async def prove(self, plan: SecretPlan) -> ProvedPlaces:
        """Write something to every destination of a plan, read it back, and take it away again.

        Returns:
            Those destinations, to keep the new secret in.

        Raises:
            ProlificTuiError: one of them did not take it; its words say which.
        """

    async def keep_found(
        self, workspace_id: str, found: Secret, chosen: tuple[str, ...] | None, replaced: Replaced
    ) -> Kept:
        """Keep a secret that was found later; nothing is raised.

        Args:
            workspace_id: whose it is.
            found: the secret.
            chosen: the `names` of where it was to be kept, and nowhere else; None where that is
                not known. Then it is kept where that of its workspace is kept already.
            replaced: the one before it.
        """


class ScreenOnly:
    """Keeps nothing."""

    names: tuple[str, ...] = ()
    """There is no such place."""

    async def prove(self, plan: SecretPlan) -> ProvedPlaces:  # noqa: ARG002 - as every keeper
        """There is nothing to prove."""
        return self

    async def keep_old(self, old: Secret | None) -> None:
        """Nowhere."""

    async def put_back(self) -> tuple[str, ...]:
        """Nothing was kept."""
        return ()

    async def keep(self, new: Secret, old: Secret | None) -> Kept:  # noqa: ARG002 - as every keeper
        """Nowhere."""
        return Kept()

    async def keep_found(
        self,
        workspace_id: str,  # noqa: ARG002 - as every keeper
        found: Secret,  # noqa: ARG002
        chosen: tuple[str, ...] | None,  # noqa: ARG002
        replaced: Replaced,  # noqa: ARG002
    ) -> Kept:
        """Nowhere."""
        return Kept()


@dataclass(frozen=True, slots=True)
class Pace:
    """How large parts are, and how long is looked for what may have arrived."""

    part_rows: int = 5_000
    """The most rows of a part; Prolific documents no limit."""
    part_bytes: int = 1024 * 1024
    """The most bytes of the rows of a part as they are sent; Prolific documents no limit. A single
    row that has more goes all the same."""
    looks: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0)
    """Seconds before each further look for a write whose answer never came."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    moment: Callable[[], float] = time.monotonic
    """Seconds of a clock that does not run backwards, for estimates."""


class GivenUpError(Exception):
    """A look that the person would not wait for any longer."""


class Control:
    """Lets a send pause or stop between two requests; it belongs to the send's event loop."""

    def __init__(self) -> None:
        self._may_go = asyncio.Event()
        self._may_go.set()
        self._look: asyncio.Timeout | None = None
        """The look that is waited for, which has no limit here but that it may be given up."""
        self.is_stopped = False
        """Whether the rest is to be left."""

    @property
    def is_pausing(self) -> bool:
        """Whether no further request is to begin for now, or at all."""
        return self.is_stopped or not self._may_go.is_set()

    def pause(self) -> None:
        """Begin no further request until `go_on`."""
        self._may_go.clear()

    def go_on(self) -> None:
        """Go on after a pause."""
        self._may_go.set()

    def stop(self) -> None:
        """Begin no further request, though a look before one may end; a pause ends with it."""
        self.is_stopped = True
        self._may_go.set()

    def give_up(self) -> None:
        """Stop, and wait no longer for the look that is waited for, if one is."""
        self.stop()
        if self._look is not None:
            self._look.reschedule(asyncio.get_running_loop().time())

    async def unless_given_up(self, look: Awaitable[T]) -> T:
        """What a look gives, which only reads; one that begins after `give_up` is waited for.

        Raises:
            GivenUpError: `give_up` was called while it was waited for.
        """
        try:
            async with asyncio.timeout(None) as self._look:
                return await look
        except TimeoutError:
            # Whatever else took too long is the look's own to tell.
            if self._look is None or not self._look.expired():
                raise
            raise GivenUpError from None
        finally:
            self._look = None

    async def wait(self) -> None:
        """Wait until a pause is over."""
        await self._may_go.wait()


@dataclass(frozen=True, slots=True)
class Means:
    """What a send is done with."""

    service: Service
    journal: Journal
    clock: Clock
    service_url: str
    """The service that it goes to."""
    owner: Me
    """Whose token is used."""
    pace: Pace = field(default_factory=Pace)
    tell: Callable[[Progress], None] = lambda _: None
    """Is told how far it is, on the send's event loop."""
    recorded: Callable[[Send], None] = lambda _: None
    """Is told of the send whenever something of it was written down, on the same loop."""
    control: Control = field(default_factory=Control)
    keeper: SecretKeeper = field(default_factory=ScreenOnly)
    """Keeps a new signing secret as soon as it is there."""
