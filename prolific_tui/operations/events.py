"""What operations tell the interface, as frozen data.

Events are handed to a listener on the operations' thread; the listener must only pass them on.
"""

from collections.abc import Callable
from dataclasses import dataclass

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


Event = WriteEnded | ReadRetried
Listener = Callable[[Event], None]
