"""A request and what came of it, as data, and what that says about its effect at Prolific.

This is the one place where a status or a broken line becomes an `Effect`. The words for people
are in `meaning`.
"""

import itertools
from dataclasses import dataclass
from enum import Enum
from typing import Final
from urllib.parse import quote

from prolific_tui.errors import Effect
from prolific_tui.secret import Secret


@dataclass(frozen=True, slots=True)
class Limits:
    """How long, how much and how often; seconds and bytes."""

    connect: float = 10.0
    """For the connection and the TLS handshake."""
    read: float = 60.0
    """Between two pieces of an answer."""
    write: float = 60.0
    """For each piece of a request."""
    pool: float = 30.0
    """For one of this program's own connections to become free."""
    total_read: float = 60.0
    """For one attempt at a read, from first to last byte; a trickle outlives every other limit."""
    total_write: float = 180.0
    """For a write, from first to last byte."""
    grace: float = 2.0
    """What has arrived when the total time is up is still read for so long: a process that was
    stopped for the while wakes up with both, and a write that was answered is not unknown."""
    read_kept: float = 5.0
    """For a connection that a read left to be used by another one."""
    write_kept: float = 1.0
    """For one that a write left to be used by the next: services close those that nothing came on
    for some seconds, and a write that meets that is one of which nobody knows what became."""
    answer_bytes: int = 32 * 1024 * 1024
    """The most that is read of one answer, before and after it is unpacked."""
    read_attempts: int = 4
    """How often a read is tried in all; a write is tried once."""
    first_wait: float = 0.5
    """Before a read's second attempt; it doubles with each further one."""
    longest_wait: float = 8.0
    """The most that the doubling comes to, before jitter."""
    jitter: float = 0.5
    """The share of a wait that is added at random at most, so that clients don't march in step."""
    longest_retry_after: float = 30.0
    """A Retry-After beyond this is told to the person rather than waited for."""
    retry_budget: float = 90.0
    """No further attempt begins after this much time."""
    pages: int = 200
    """The most pages that one list is read from."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the contract."""

    name: str
    """Its operationId."""
    method: str
    path: str
    """With `{}` where the id goes, and the trailing slash."""
    subject: str
    """The thing that a 404 is about: "credential pool"."""
    right: str
    """What a 403 does not allow, as a verb: "manage pools"."""
    sends_credentials: bool = False
    """Whether its body is a list of accounts."""

    @property
    def writes(self) -> bool:
        """Whether it changes anything at Prolific."""
        return self.method != "GET"

    def path_with(self, *ids: str) -> str:
        """The path with ids in it, percent-encoded.

        Raises:
            ValueError: If an id would make it another path (it is empty or all dots), or can't be
                encoded.
        """
        if any(not name.strip(".") for name in ids):
            raise ValueError("not an id")
        return self.path.format(*(quote(name, safe="") for name in ids))


READ_NUMBERS: Final = itertools.count(1)
"""One for each read, as several of the same thing may wait at a time."""


@dataclass(frozen=True, slots=True)
class RetryNotice:
    """A read will be tried again."""

    read: int
    """Which read that is: no other one of this process has its number."""
    operation: str
    """Its operationId."""
    attempt: int
    """How often it was tried so far."""
    wait_seconds: float
    """Until the next attempt."""
    status: int | None
    """The status that led to it, or None when no status line arrived."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request to make."""

    operation: Operation
    path: str
    """Percent-encoded, with the trailing slash."""
    query: tuple[tuple[str, str], ...] = ()
    body: Secret | None = None
    """JSON text; secret because it may hold passwords."""
    accept: str = "application/json"


class Trouble(Enum):
    """Why no whole answer arrived."""

    NO_SUCH_HOST = "the name could not be looked up"
    CONNECTION_REFUSED = "nothing listens there"
    UNREACHABLE = "no way there"
    TLS = "no protected connection"
    PROXY = "the proxy would not connect"
    CERTIFICATES = "SSL_CERT_FILE can't be used"
    CONNECT_TIMEOUT = "no connection in time"
    BUSY = "none of this program's own connections became free"
    UNSENDABLE = "the request can't be put on the wire"
    TIMEOUT = "no answer in time"
    CUT = "the line broke"
    TOO_LARGE = "the answer is larger than the limit"
    UNDECODABLE = "the answer can't be read"


NEVER_SENT: Final = frozenset(
    {
        Trouble.NO_SUCH_HOST,
        Trouble.CONNECTION_REFUSED,
        Trouble.UNREACHABLE,
        Trouble.TLS,
        Trouble.PROXY,
        Trouble.CERTIFICATES,
        Trouble.CONNECT_TIMEOUT,
        Trouble.BUSY,
        Trouble.UNSENDABLE,
    }
)
"""Troubles that only arise before the first byte of a request leaves this machine."""

_TRANSIENT_STATUSES: Final = frozenset({429, 500, 502, 503, 504})
_TRANSIENT_TROUBLES: Final = frozenset(
    {
        Trouble.NO_SUCH_HOST,
        Trouble.CONNECTION_REFUSED,
        Trouble.UNREACHABLE,
        Trouble.CONNECT_TIMEOUT,
        Trouble.BUSY,
        Trouble.TIMEOUT,
        Trouble.CUT,
    }
)


@dataclass(slots=True)
class Progress:
    """How far a request got, as the transport writes it on the way."""

    unsent: bool = False
    """Whether it is known that no byte of the request has left this machine."""
    written: bool = False
    """Whether it is known that the head of the request has left this machine."""
    status: int | None = None
    """The status line, once it has arrived."""
    retry_after: float | None = None
    """Seconds that the service asked to wait."""
    retry_at: float | None = None
    """When they are over, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status line arrived, and with it all of the body or the reason why not."""

    status: int
    body: bytes = b""
    spoiled: Trouble | None = None
    """Why the body is missing, if it is."""
    retry_after: float | None = None
    """Seconds that the service asked to wait."""
    retry_at: float | None = None
    """When they are over, in seconds since 1970."""
    token_accepted: bool | None = None
    """After a 401: whether the service takes the token elsewhere; None where that is not known."""

    @property
    def effect(self) -> Effect:
        """What the status says of the request; the body never changes it."""
        return effect_of_status(self.status)

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status <= 299

    @property
    def is_transient(self) -> bool:
        """Whether the same read may well succeed a little later."""
        return self.status in _TRANSIENT_STATUSES or (
            self.is_success and self.spoiled in _TRANSIENT_TROUBLES
        )


@dataclass(frozen=True, slots=True)
class Failure:
    """No status line arrived."""

    trouble: Trouble
    effect: Effect
    reason: str = ""
    """More about it, if known: OpenSSL's words about a certificate, the path of a file."""

    @property
    def is_transient(self) -> bool:
        """Whether the same read may well succeed a little later."""
        return self.trouble in _TRANSIENT_TROUBLES


def effect_of_status(status: int) -> Effect:
    """What a status line says of the request (DESIGN, "Sending").

    408 and 499 are written by whoever stopped waiting, so the service may still be at work on it;
    a 1xx or a 3xx is not an answer to the request at all.
    """
    if 200 <= status <= 299:
        return Effect.ACCEPTED
    if 400 <= status <= 499 and status not in (408, 499):
        return Effect.REFUSED
    return Effect.UNKNOWN


def failure(trouble: Trouble, progress: Progress, reason: str = "") -> Failure:
    """The failure that a trouble means for a request that got so far and no further."""
    never_sent = progress.unsent or (trouble in NEVER_SENT and not progress.written)
    return Failure(trouble, Effect.NOT_SENT if never_sent else Effect.UNKNOWN, reason)
