"""What operations tell the interface, as frozen data.

Events are handed to a listener on the operations' thread; the listener must only pass them on.
"""

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from prolific_tui.errors import ProlificTuiError
from prolific_tui.keeping import DraftKeeping
from prolific_tui.submission.draft import DraftKey
from prolific_tui.submission.halving import ClashSearch
from prolific_tui.submission.outcome import Outcome
from prolific_tui.submission.plan import Plan
from prolific_tui.submission.progress import Looking, Progress
from prolific_tui.submission.send import Part

ASKER: Final = ContextVar[object | None]("asker", default=None)
"""Who waits for what the present task reads: the plan of a send, or a box that says so. A task that
it begins, on whichever loop, reads for the same one."""


@dataclass(frozen=True, slots=True)
class SendProgressed:
    """A write under way got further, waits, or was asked to pause."""

    plan: Plan
    """The one that was submitted."""
    progress: Progress


@dataclass(frozen=True, slots=True)
class WriteEnded:
    """A write came to an end, well or not; `plan` is the one that was submitted."""

    plan: Plan
    outcome: Outcome
    """Of the whole: accepted only if all rows were, else what stopped it, with what was accepted
    before."""
    number: int | None = None
    """The send in the journal; None where nothing was recorded, and nothing sent."""
    accepted: Sequence[int] = field(default=(), repr=False)
    """The document's ids of the rows that Prolific accepted, which leave the draft."""
    clashing: Sequence[int] = field(default=(), repr=False)
    """The document's ids of the rows that were found to clash one by one."""
    search: ClashSearch | None = None
    """What finding the clash by halving would take, where it may be offered."""
    refused: Sequence[int] = field(default=(), repr=False)
    """The document's ids of the rows that were refused together then."""


@dataclass(frozen=True, slots=True)
class SettlingProgressed:
    """An open send is being looked for: `History.settle_now`."""

    number: int
    """The send."""
    part: Part
    """The part of it that is looked for."""
    looking: Looking


@dataclass(frozen=True, slots=True)
class HistoryChanged:
    """Something was journalled, or settled: `operations.history` knows it already."""


@dataclass(frozen=True, slots=True)
class ReadRetried:
    """A read is being tried again after a pause."""

    read: int
    """Which read that is, by a number that no other one has."""
    operation: str
    """The contract's name of the operation, such as `listCredentialPools`."""
    attempt: int
    """How often it was tried so far."""
    wait_seconds: float
    status: int | None = None
    """The HTTP status that it was answered with; None where no answer came."""
    is_of_send: bool = False
    """Whether it is for a send, from the usage reports that its review reads to its settling, and
    not for what a screen shows."""
    asker: object | None = None
    """Who reads, as `ASKER` had it: the plan of a send, or whatever else says what it waits for."""


@dataclass(frozen=True, slots=True)
class ReadOver:
    """A read that was tried again has ended, well or not: it is waited for no more."""

    read: int
    """Its number."""


@dataclass(frozen=True, slots=True)
class DraftSaved:
    """Unsent rows were kept, as far as the person wants it."""

    key: DraftKey
    rows: int
    at: datetime
    keeping: DraftKeeping | None
    """What of them was kept; None, and nothing was, while nobody has chosen."""


@dataclass(frozen=True, slots=True)
class DraftTrouble:
    """Unsent rows could not be kept, or a draft not be removed."""

    key: DraftKey
    error: ProlificTuiError


Event = (
    SendProgressed
    | WriteEnded
    | SettlingProgressed
    | HistoryChanged
    | ReadRetried
    | ReadOver
    | DraftSaved
    | DraftTrouble
)
Listener = Callable[[Event], None]
