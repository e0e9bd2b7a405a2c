"""Which usernames a pool is known to hold, from what was sent there and from usage reports.

It holds fingerprints only. What it does not know it does not claim, and `Coverage` says how much
that is.
"""

from collections.abc import Callable, Container
from dataclasses import dataclass, field
from datetime import datetime

from prolific_tui.visible import is_or_are

Mark = Callable[[str], bytes]
"""Makes the keyed fingerprint of a username."""


def forgotten_words(since: datetime) -> str:
    """What a history does not tell that was begun after another one had been set aside."""
    return f"what was sent before {since:%d %b %H:%M} is not known here"


def not_all_read(trouble: str) -> str:
    """That a look did not see everything; `trouble` says why, as a sentence."""
    return f"Not all could be read: {trouble}"


@dataclass(frozen=True, slots=True)
class Marked(Container[str]):
    """The usernames of which these are the fingerprints, to be asked one by one."""

    mark: Mark = field(repr=False)
    marks: frozenset[bytes] = field(repr=False)

    def __contains__(self, username: object) -> bool:
        return isinstance(username, str) and self.mark(username) in self.marks

    def __len__(self) -> int:
        return len(self.marks)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a pool is known."""

    checked: int
    """How many of its usernames are known for certain."""
    total: int | None
    """How many it has, where Prolific tells."""
    perhaps: int = 0
    """How many more were sent there without anybody knowing whether they arrived."""
    unmarked: int = 0
    """How many more may be there from here that can't be told by their names."""
    trouble: str = ""
    """Why no more is known, a sentence; empty where nothing went wrong."""
    read_at: datetime | None = None
    """When usage reports were read that can't be read now, and of which the names are known still;
    None where there are none."""
    since: datetime | None = None
    """Since when sends are recorded here, where what was before was set aside; else None."""

    @property
    def words_of_reading(self) -> str:
        """The same as a sentence or two, with what could not be read when it was asked."""
        return f"{self.words}. {self.words_of_trouble}".rstrip()

    @property
    def words_of_trouble(self) -> str:
        """What could not be read when it was asked; empty where all could."""
        if not self.trouble:
            return ""
        not_all = not_all_read(self.trouble)
        if self.read_at is None:
            return not_all
        at = f"{self.read_at:%H:%M}"
        return (
            f"Some names of the pool were read earlier, last at {at}; now"
            f" {not_all[:1].lower()}{not_all[1:]}"
        )

    @property
    def words(self) -> str:
        """What the person is told: "checked against 110 of 150 usernames; 40 were added …"."""
        if self.total is None:
            told = f"checked against {self.checked:,} usernames; Prolific does not tell the total"
            return f"{told}; {self.perhaps:,} more may have arrived" if self.perhaps else told
        if self.checked > self.total:
            # What was sent meanwhile is known here before the pool is listed again.
            return (
                f"checked against {self.checked:,} usernames, more than the {self.total:,} that"
                " were listed last"
            )
        if self.checked == self.total:
            return f"checked against all {self.total:,} usernames"
        others = self.total - self.checked
        forgotten = f"; {forgotten_words(self.since)}" if self.since else ""
        told = f"checked against {self.checked:,} of {self.total:,} usernames"
        from_here = min(self.perhaps + self.unmarked, others)
        if not self.checked and not self.perhaps:
            if not from_here:
                told = f"not checked: none of the pool's {self.total:,} usernames is known here"
                return f"{told}{forgotten}"
            return (
                f"not checked: the pool's {self.total:,} usernames are not known;"
                f" up to {from_here:,} are from here{forgotten}"
            )
        if from_here:
            verb = is_or_are(from_here)
            return f"{told}; up to {from_here:,} more {verb} from here{forgotten}"
        if forgotten:
            return f"{told}{forgotten}"
        return f"{told}; {others:,} {'was' if others == 1 else 'were'} added elsewhere"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a pool's usernames: for `session.holding(known.surely, known.perhaps)`."""

    surely: Container[str]
    """Those that it holds: accepted, or in a usage report."""
    perhaps: Container[str]
    """Those that were sent there without anybody knowing whether they arrived."""
    coverage: Coverage
    said: Container[str] = frozenset()
    """Those of `perhaps` of which the person said that they arrived."""
