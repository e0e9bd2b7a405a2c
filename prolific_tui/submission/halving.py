"""Finding the rows that clash by halving what was refused.

Every part that is accepted on the way stays accepted, so the number of requests is told first.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClashSearch:
    """What it takes to find the rows that clash among so many that were refused together."""

    rows: int

    @property
    def most_sends(self) -> int:
        """The most requests that it takes: where every row clashes."""
        return max(2 * self.rows - 1, 0)

    @property
    def sends_for_one(self) -> int:
        """The most requests that it takes to find a single row."""
        return 2 * max(self.rows - 1, 0).bit_length() + 1

    @property
    def words(self) -> str:
        """What the person is told before it is begun."""
        return (
            f"The {self.rows:,} refused rows are sent again, then in halves, until the rows that"
            f" clash stand alone. That takes at most {self.most_sends:,} requests, and at most"
            f" {self.sends_for_one:,} if one row clashes. Every half that Prolific accepts stays"
            " in the pool and can't be taken out again."
        )
