"""How far a send is, for those who watch it.

Nothing here decides anything: it is told between two steps, and may be told late.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Phase(Enum):
    """What a send is doing."""

    LOOKING = "looking at what is there"
    PREPARING = "making ready where the new secret is kept"
    SENDING = "sending"
    CHECKING = "looking at what is there now"
    SETTLING = "looking whether it arrived"
    KEEPING = "keeping the new secret"
    PUTTING_BACK = "putting back what was kept"
    PAUSED = "paused"

    @property
    def is_before_a_part(self) -> bool:
        """Whether the next part is still to come."""
        return self in (Phase.LOOKING, Phase.PAUSED)

    @property
    def is_on_its_way(self) -> bool:
        """Whether a request left, and what became of it is not known, or not written down yet."""
        return self in (Phase.SENDING, Phase.SETTLING, Phase.KEEPING)


@dataclass(frozen=True, slots=True)
class Looking:
    """How far the looking for a write is whose answer never came."""

    look: int
    """The look that is being taken or comes next, counted from 1."""
    looks: int
    """How many are taken at most."""
    at: datetime
    """When this one begins."""
    last_at: datetime
    """When the last one does, if Prolific answers each at once."""


@dataclass(frozen=True, slots=True)
class Searching:
    """How far the search by halving for rows that clash is."""

    request: int
    """The request that is on its way or comes next, counted from 1."""
    most: int
    """How many it takes at most."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a send is."""

    phase: Phase
    rows: int
    """How many rows the whole send has, with those that went before this run of it."""
    accepted: int
    """How many of them Prolific accepted by now."""
    part: int
    """The part that is on its way or comes next, as the history counts them, from 1."""
    parts: int
    """How many there are, as far as is known: a part that is halved, or goes again, is one more."""
    seconds_left: float | None = None
    """An estimate of the time that the rest takes; None while nothing was accepted to go by."""
    number: int | None = None
    """The send's number in the journal; None before it is there."""
    pausing: bool = False
    """Whether it pauses, or stops, once the request under way has ended."""
    said: int = 0
    """Of how many rows nothing but the person's word says that they arrived."""
    unrecorded: bool = False
    """Whether the journal did not take what became of a part, which is therefore open there."""
    looking: Looking | None = None
    """While settling: how far that is."""
    searching: Searching | None = None
    """Where rows that clash are sought by halving: how far that is. `parts` says little then."""
    kept_in: tuple[str, ...] = ()
    """Where a new signing secret is kept by now: `in the keyring`, `in /home/you/secret`."""

    @property
    def share(self) -> float:
        """How much of it is done, from 0 to 1."""
        return (self.accepted + self.said) / self.rows if self.rows else 0.0
