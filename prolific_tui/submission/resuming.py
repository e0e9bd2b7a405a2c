"""The rows of a draft, or of the same file loaded again, matched to a send that was not finished.

Usernames are compared by fingerprints: the journal holds nothing else of them.
"""

from dataclasses import dataclass

from prolific_tui.submission.plan import CredentialPlan
from prolific_tui.submission.send import Send
from prolific_tui.visible import counted


@dataclass(frozen=True, slots=True)
class Resumption:
    """What of a send can go on with the rows at hand."""

    send: Send
    plan: CredentialPlan | None
    """The rows that go on, in the order of the send: to be reviewed and submitted like any other.
    None where none can."""
    missing: int
    """How many rows of the send still have to go but are not at hand."""
    accepted: int
    """How many rows at hand were accepted with this send already; they don't go again."""
    strange: int
    """How many rows at hand are none of this send's; they don't go with it."""
    is_blocked: bool
    """Whether a part is open: it has to be settled first."""

    @property
    def words(self) -> tuple[str, ...]:
        """What the person should know of it, a sentence each."""
        told = []
        if self.is_blocked:
            told.append(
                "A part of this send is open: nobody knows whether it arrived. Settle it first."
            )
        goes = self.plan.rows if self.plan else 0
        told.append(f"{counted(goes, 'row')} of the {self.send.rows_left:,} that are left can go.")
        if self.missing:
            told.append(f"{counted(self.missing, 'row')} of the send {_is(self.missing)} not here.")
        if self.accepted:
            told.append(
                f"{counted(self.accepted, 'row')} here {_is(self.accepted)} accepted already and"
                " not sent again."
            )
        if self.strange:
            told.append(
                f"{counted(self.strange, 'row')} here {_is(self.strange)} not part of this send"
                " and not sent with it."
            )
        return tuple(told)


def _is(number: int) -> str:
    return "is" if number == 1 else "are"
