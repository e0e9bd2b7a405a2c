"""What operations tell the interface, as frozen data.

Events are handed to a listener on the operations' thread; the listener must only pass them on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from prolific_tui.errors import ProlificTuiError
from prolific_tui.settings import DraftKeeping
from prolific_tui.submission.draft import DraftKey
from prolific_tui.submission.outcome import Outcome
from prolific_tui.submission.plan import Plan


@dataclass(frozen=True, slots=True)
class WriteEnded:
    """A write came to an end, well or not; `plan` is the one that was submitted."""

    plan: Plan
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class ReadRetried:
    """A read is being tried again after a pause."""

    operation: str
    """The contract's name of the operation, such as `listCredentialPools`."""
    attempt: int
    """How often it was tried so far."""
    wait_seconds: float


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


Event = WriteEnded | ReadRetried | DraftSaved | DraftTrouble
Listener = Callable[[Event], None]
