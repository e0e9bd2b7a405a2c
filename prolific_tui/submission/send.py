"""A send as the journal knows it: what left, in which parts, and what is known of each of them.

A send is one confirmed plan. Its rows are counted from 0 in the order in which they were confirmed;
a part is a range of them that went in one request, and each attempt is a part of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from prolific_tui.errors import Effect
from prolific_tui.models import CredentialPool, Me, Workspace
from prolific_tui.submission.plan import Kind


class Finding(Enum):
    """What looking afterwards, or the person, says of a part whose answer never came."""

    CONSISTENT = "consistent with accepted"
    """The totals grew by exactly this part, or there is another secret; another person may have
    done that."""
    NOT_THERE = "not there after looking"
    UNCLEAR = "the figures fit neither"
    NO_TOTALS = "Prolific tells no totals"
    NOT_READ = "could not be looked at"
    OTHERS = "another request made the secret that is there"
    OTHER_SENDS = "all that is new came with other sends from here"
    """As the journal has it; of rows, as `OTHERS` is of a secret."""
    REPORTED = "its usernames are in usage reports"
    SAID_ARRIVED = "you said that it arrived"
    SAID_NOT = "you said that it did not arrive"


class Standing(Enum):
    """What is known of a part, or of a whole send."""

    OPEN = "open"
    """Nobody knows whether it arrived; nothing goes on before that is settled."""
    ACCEPTED = "accepted"
    SAID = "arrived, as you said"
    """Nothing but the person's word says so; of `ABSENT` as well."""
    PARTLY = "in part"
    """Of a send only: some of its rows were accepted or are said to have arrived, others not."""
    REFUSED = "refused"
    ABSENT = "did not arrive, as you said"
    NOT_SENT = "not sent"


_STANDINGS = {
    Effect.ACCEPTED: Standing.ACCEPTED,
    Effect.REFUSED: Standing.REFUSED,
    Effect.NOT_SENT: Standing.NOT_SENT,
    Effect.UNKNOWN: Standing.OPEN,
}
_SETTLED = {
    Finding.REPORTED: Standing.ACCEPTED,
    Finding.SAID_ARRIVED: Standing.SAID,
    Finding.SAID_NOT: Standing.ABSENT,
}


def part_standing(effect: Effect | None, finding: Finding | None) -> Standing:
    """What is known of a part, from its answer (None while there is none) and what was found."""
    if effect is None or effect is Effect.UNKNOWN:
        found = None if finding is None else _SETTLED.get(finding)
        return found or Standing.OPEN
    return _STANDINGS[effect]


@dataclass(frozen=True, slots=True)
class Part:
    """One request of a send, journalled before it left."""

    number: int
    """Counted from 1 within its send, in the order of time."""
    start: int
    """The first row in it."""
    stop: int
    """The first row after it; equal to `start` where no rows go, as with a secret."""
    begun: datetime
    before: tuple[CredentialPool, ...] = ()
    """The workspace's pools just before, as far as ids and totals go."""
    effect: Effect | None = None
    """What the answer, or the error in its place, said; None where its end was never recorded."""
    finding: Finding | None = None
    """What was found out later, where the answer did not tell."""
    title: str = ""
    message: str = ""
    """What the person was told, without what the service said."""
    ended: datetime | None = None
    """When the last of this was recorded."""
    total_after: int | None = None
    """The pool's total at the last look, where it was told."""
    new_pools: int | None = None
    """How many pools there were at the last look that were not there before; None without one."""

    @property
    def rows(self) -> int:
        """How many rows are in it."""
        return self.stop - self.start

    @property
    def standing(self) -> Standing:
        """What is known of it."""
        return part_standing(self.effect, self.finding)

    @property
    def is_known_by(self) -> str:
        """How its standing is known, in words; empty where it is not."""
        if self.finding is not None:
            return self.finding.value
        return "" if self.standing is Standing.OPEN else "Prolific's answer"


@dataclass(frozen=True, slots=True)
class Send:
    """One confirmed plan, with all that is known of it."""

    number: int
    """Counted from 1, over all runs of the program on this machine."""
    kind: Kind
    service_url: str
    owner: Me
    """Whose token was used."""
    workspace: Workspace
    pool_id: str | None
    """The pool appended to, or made; None until that is known."""
    label: str
    """What the target was called; may be empty."""
    source: str
    """Where the rows came from, in words; may be empty."""
    rows: int
    begun: datetime
    planned_parts: int = 1
    """In how many parts it was to go."""
    old_secret_id: str | None = None
    """The id of the secret that was to be replaced."""
    destinations: tuple[str, ...] | None = None
    """Where the new secret was to be kept, each as `place_words` takes it; nothing for the screen
    only, None where that is not known or no secret was to be made."""
    made_secret_id: str | None = None
    """The id of the secret that it made, where that is known."""
    in_use: bool = False
    """Whether a running program is at work on it: this one, or another window."""
    parts: tuple[Part, ...] = ()
    """In the order of time."""

    @property
    def accepted_rows(self) -> int:
        """How many of its rows Prolific accepted."""
        return _count(joined(self._ranges(Standing.ACCEPTED)))

    @property
    def arrived(self) -> tuple[tuple[int, int], ...]:
        """The ranges of rows, ascending, that were accepted or are said to have arrived."""
        return joined(self._ranges(Standing.ACCEPTED, Standing.SAID))

    @property
    def said_rows(self) -> int:
        """Of how many rows nothing but the person's word says that they arrived."""
        return _count(self.arrived) - self.accepted_rows

    @property
    def arrived_words(self) -> str:
        """How many of its rows arrived and who says so; empty where none did."""
        told = []
        if accepted := self.accepted_rows:
            told.append(f"{accepted:,} accepted")
        if said := self.said_rows:
            told.append(f"{said:,} arrived, as you said")
        return ", ".join(told)

    @property
    def open_parts(self) -> tuple[Part, ...]:
        """The parts of which nobody knows whether they arrived."""
        return tuple(part for part in self.parts if part.standing is Standing.OPEN)

    @property
    def open_rows(self) -> int:
        """Of how many rows nobody knows whether they arrived."""
        return _count(joined(self._ranges(Standing.OPEN)))

    @property
    def said_part(self) -> Part | None:
        """The part of which the person's own word may still be taken back, if there is one.

        It may until another part brought rows, or may have: that one went, or had its place, on
        the strength of it.
        """
        brought_nothing = (Effect.NOT_SENT, Effect.REFUSED)
        sent = [part for part in self.parts if part.effect not in brought_nothing]
        is_said = bool(sent) and sent[-1].finding in (Finding.SAID_ARRIVED, Finding.SAID_NOT)
        return sent[-1] if is_said and not self.open_parts else None

    @property
    def absent_parts(self) -> tuple[Part, ...]:
        """The parts that may still arrive, late: of no later one it is known that it arrived."""
        there = (Standing.ACCEPTED, Standing.SAID)
        arrived = max((part.number for part in self.parts if part.standing in there), default=0)
        return tuple(
            part
            for part in self.parts
            if part.standing is Standing.ABSENT and part.number > arrived
        )

    @property
    def is_open(self) -> bool:
        """Whether there is such a part, and nobody is waiting for its answer."""
        return bool(self.open_parts) and not self.in_use

    @property
    def standing(self) -> Standing:
        """What is known of the whole."""
        if self.open_parts:
            return Standing.OPEN
        if self.rows and (arrived := _count(self.arrived)):
            if arrived < self.rows:
                return Standing.PARTLY
            return Standing.SAID if self.said_rows else Standing.ACCEPTED
        if self.rows and self.absent_rows == self.rows_left:
            # A refusal of the same rows does not take that word back.
            return Standing.ABSENT
        return self.parts[-1].standing if self.parts else Standing.NOT_SENT

    @property
    def ended(self) -> datetime | None:
        """When the last thing became known of it."""
        return max((part.ended for part in self.parts if part.ended), default=None)

    @property
    def left(self) -> tuple[tuple[int, int], ...]:
        """The ranges of rows, ascending, that have neither arrived nor are open."""
        taken = joined([*self.arrived, *self._ranges(Standing.OPEN)])
        ranges, at = [], 0
        for start, stop in (*taken, (self.rows, self.rows)):
            if at < start:
                ranges.append((at, start))
            at = stop
        return tuple(ranges)

    @property
    def absent_rows(self) -> int:
        """Of how many of these the person says that they did not arrive."""
        absent = joined(self._ranges(Standing.ABSENT))
        return sum(
            max(min(stop, last) - max(start, first), 0)
            for start, stop in self.left
            for first, last in absent
        )

    @property
    def rows_left(self) -> int:
        """How many rows that are."""
        return _count(self.left)

    @property
    def can_go_on(self) -> bool:
        """Whether some of its rows may still be sent, with nothing to be settled before that."""
        return bool(self.rows_left) and not self.open_parts and not self.in_use

    @property
    def part_words(self) -> str:
        """Which part it has come to, and of how many where each went once; empty for a single."""
        if max(len(self.parts), self.planned_parts) <= 1:
            return ""
        comes_next = not self.open_parts and bool(self.rows_left)
        number = len(self.parts) + comes_next
        again = (Standing.REFUSED, Standing.NOT_SENT, Standing.ABSENT)
        went_once = not any(part.standing in again for part in self.parts)
        if went_once and number <= self.planned_parts:
            return f"part {number:,} of {self.planned_parts:,}"
        return f"part {number:,}"

    @property
    def words(self) -> str:
        """What became of it, in a few words that fit beside it in a list."""
        arrived = self.arrived_words
        if self.in_use:
            return ", ".join(filter(None, ("under way", self.part_words, arrived)))
        standing = self.standing
        if self.open_parts and arrived:
            return f"open; {arrived}"
        if standing is Standing.PARTLY:
            return f"{arrived}, {self.rows_left:,} left"
        if standing is Standing.SAID and self.accepted_rows:
            return arrived
        if standing is Standing.OPEN and len(self.open_parts) == 1:
            finding = self.open_parts[0].finding
            return f"open: {finding.value}" if finding else "open"
        told: str = standing.value
        return told

    def _ranges(self, *standings: Standing) -> list[tuple[int, int]]:
        return [(part.start, part.stop) for part in self.parts if part.standing in standings]

    def with_part(self, part: Part) -> "Send":
        """The same with a part in the place of the one of that number, or after the last one."""
        others = [each for each in self.parts if each.number != part.number]
        parts = sorted([*others, part], key=lambda each: each.number)
        return replace(self, parts=tuple(parts))


def unexplained(
    sends: Iterable[Send], pools: Iterable[CredentialPool]
) -> tuple[tuple[Send, CredentialPool], ...]:
    """The pools that a create may have made of which the person said that it did not arrive.

    Args:
        sends: all that is known of this service.
        pools: those of the workspaces in question, as last listed.

    Returns:
        Each such send with a pool that was not there before it, has just as many credentials, and
        is no other send's.
    """
    known = tuple(sends)
    taken = {send.pool_id for send in known}
    free = [pool for pool in pools if pool.credential_pool_id not in taken]
    return tuple(
        (send, pool)
        for send in known
        if send.kind is Kind.CREATE and send.pool_id is None
        for part in send.parts
        if part.finding is Finding.SAID_NOT
        for pool in free
        if pool.total_credentials == part.rows
        and pool.workspace_id in (None, send.workspace.id)
        and all(pool.credential_pool_id != each.credential_pool_id for each in part.before)
    )


def _count(ranges: Iterable[tuple[int, int]]) -> int:
    return sum(stop - start for start, stop in ranges)


def joined(ranges: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The same rows as ranges that are ascending and don't touch; empty ranges are left out."""
    found: list[tuple[int, int]] = []
    for start, stop in sorted(ranges):
        if start >= stop:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], stop))
        else:
            found.append((start, stop))
    return tuple(found)
