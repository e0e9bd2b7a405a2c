"""Looking for a write whose answer never came, without ever taking figures for a proof.

The totals, or the secret, are looked at several times, spaced, against what was there just before.
What is found is a `Finding`; only usage reports that name all its usernames say for certain that
they are there.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from prolific_tui.errors import ProlificTuiError, ServiceError
from prolific_tui.models import CredentialPool, WebhookSecret
from prolific_tui.submission.looks import Elsewhere, PoolsLook, SecretLook, is_same_secret, total_of
from prolific_tui.submission.means import Means, Service
from prolific_tui.submission.plan import Kind
from prolific_tui.submission.progress import Looking
from prolific_tui.submission.send import Finding, Part, Send, Standing
from prolific_tui.visible import counted

T = TypeVar("T")

Tell = Callable[[Looking], None]
"""Is told of each look as soon as it is known when that begins."""


def _untold(_: Looking) -> None:
    """Nobody is told."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What was found of a part."""

    finding: Finding
    look: PoolsLook | SecretLook
    """The last look."""
    seconds: float
    """For how long it was looked for, up to the last look that could be taken."""
    rows: int = 0
    """How many rows were looked for."""
    reported: int = 0
    """How many usernames the usage reports named, where they were read."""
    named: int = 0
    """How many of the rows were among them."""
    trouble: str = ""
    """Which usage reports could not be read, a sentence; empty where none was missing."""

    @property
    def words(self) -> str:
        """What was found, a sentence or more, to stand after the figures."""
        unread = f"Not all could be read: {self.trouble}" if self.trouble else ""
        return " ".join(filter(None, (self._found, self._not_reported, unread)))

    @property
    def _who_else(self) -> str:
        is_open = isinstance(self.look, PoolsLook) and self.look.elsewhere.is_open
        other = ", or another send from here that is not settled, may" if is_open else " may"
        return f"somebody else{other}"

    @property
    def _not_reported(self) -> str:
        """What speaks against it: usage reports that name none of the rows."""
        if not self.reported or self.named:
            return ""
        which = f"None of the {self.rows:,}" if self.rows > 1 else "It"
        verb = "is" if self.rows > 1 else "is not"
        return (
            f"{which} {verb} among the {counted(self.reported, 'username')} of the usage reports."
        )

    @property
    def _found(self) -> str:
        match self.finding:
            case Finding.REPORTED:
                return (
                    "All its usernames are in usage reports of studies on this pool: they are in"
                    " the pool."
                )
            case Finding.CONSISTENT:
                is_secret = isinstance(self.look, SecretLook)
                return "" if is_secret else f"That is no proof: {self._who_else} have added them."
            case Finding.NOT_THERE:
                if not self.seconds:
                    return "It was not there at the one look that could be taken."
                return f"It was not there after looking for {self.seconds:.0f} s."
            case Finding.OTHERS:
                return ""
            case Finding.OTHER_SENDS:
                return f"Nothing else was new after looking for {self.seconds:.0f} s."
            case Finding.NO_TOTALS:
                return "Prolific tells no total here, so looking at totals can't settle it."
            case Finding.NOT_READ:
                return "It could not be looked for."
            case _:
                return "The figures don't settle it."


@dataclass(frozen=True, slots=True)
class Sought:
    """The rows that are looked for."""

    workspace_id: str
    pool_id: str | None
    """The pool that they were appended to; None where one was to be made."""
    rows: int
    before: tuple[CredentialPool, ...]
    """The workspace's pools just before."""


def judged(sought: Sought, look: PoolsLook) -> Finding:
    """What the figures of one look say."""
    if look.after is None:
        return Finding.NOT_READ
    if sought.pool_id is None:
        appeared = look.unclaimed()
        totals = [pool.total_credentials for pool in appeared]
        if sought.rows in totals:
            return Finding.CONSISTENT
        if None in totals:
            return Finding.NO_TOTALS
        if not appeared:
            return Finding.OTHER_SENDS if look.appeared() else Finding.NOT_THERE
        # One of another size is this one where somebody appended to it since.
        return Finding.UNCLEAR
    pool = look.pool(sought.pool_id)
    before = look.total_before(sought.pool_id)
    after = None if pool is None else pool.total_credentials
    if before is None or after is None:
        return Finding.NO_TOTALS
    others = look.elsewhere.rows
    grown = after - before - others
    if not grown:
        return Finding.OTHER_SENDS if others else Finding.NOT_THERE
    return Finding.CONSISTENT if grown == sought.rows else Finding.UNCLEAR


def elsewhere(send: Send, part: Part, sends: Iterable[Send]) -> Elsewhere:
    """What other sends did in the workspace of a send since a part of it left.

    Args:
        send: the send.
        part: that part of it, of which it is not known whether it arrived.
        sends: all that is known of this service.
    """
    others = [
        each
        for each in sends
        if each.number != send.number
        and each.workspace.id == send.workspace.id
        and each.kind is not Kind.REPLACE_SECRET
    ]
    made = frozenset(each.pool_id for each in others if each.kind is Kind.CREATE and each.pool_id)
    # Where no pool is known, those are the creates whose pool is not known either.
    parts = [each for other in others if other.pool_id == send.pool_id for each in other.parts]
    is_open = any(each.standing is Standing.OPEN for each in parts)
    total = total_of(part.before, send.pool_id)
    if send.pool_id is None or total is None:
        return Elsewhere(made, is_open=is_open)
    rows = 0
    for each in parts:
        found = total_of(each.before, send.pool_id)
        has_arrived = each.standing in (Standing.ACCEPTED, Standing.SAID)
        # Pools only grow: what had arrived before that part left would have been in its total.
        # The clock has to agree, because Prolific documents neither that nor how late a listing is.
        if found is None or found + each.rows <= total or (each.ended or each.begun) < part.begun:
            continue
        rows += each.rows if has_arrived else 0
    return Elsewhere(made, rows, is_open)


async def settle_rows(
    sought: Sought,
    means: Means,
    count_among: Callable[[list[str]], Awaitable[int]],
    tell: Tell = _untold,
    *,
    others: Callable[[], Awaitable[Elsewhere]],
) -> Settled:
    """Look for rows until they seem to be there, or all looks are taken.

    Args:
        sought: The rows.
        means: What is asked, how often, and how far apart.
        count_among: How many of the rows are among usernames. If all are, they are in the pool;
            some of them prove nothing: they may be those for which the list was refused.
        tell: Is told of each look.
        others: What other sends from here did by now; asked after each look, so that whatever
            they had done by then and knew of is among it. Where the journal can't tell, that look
            counts for nothing, as where the pools could not be read.
    """

    async def look() -> tuple[Finding, PoolsLook]:
        try:
            after = await means.service.list_credential_pools(sought.workspace_id)
            taken = PoolsLook(sought.before, after, "", await others())
        except ProlificTuiError as error:
            return Finding.NOT_READ, PoolsLook(sought.before, None, error.title)
        return judged(sought, taken), taken

    finding, last, seconds = await _sought(look, means, tell)
    if sought.pool_id is None or finding is Finding.NOT_THERE:
        return Settled(finding, last, seconds)
    usernames, trouble = await reported(means.service, sought.pool_id)
    named = await count_among(usernames) if usernames else 0
    if usernames and named == sought.rows:
        finding = Finding.REPORTED
        trouble = ""
    return Settled(finding, last, seconds, sought.rows, len(set(usernames)), named, trouble)


async def settle_secret(
    workspace_id: str,
    before: WebhookSecret | None,
    means: Means,
    tell: Tell = _untold,
    *,
    is_old: Callable[[WebhookSecret | None], Awaitable[bool]] | None = None,
) -> Settled:
    """Look for another secret than the one before; see `settle_rows`.

    Args:
        workspace_id: The secret's workspace.
        before: The secret that was to be replaced, as far as it is known; None for none.
        means: What is asked, how often, and how far apart.
        tell: Is told of each look.
        is_old: Whether a secret is that one, where more is known of it than `before` tells.
    """

    async def look() -> tuple[Finding, SecretLook]:
        try:
            after = next(iter(await means.service.list_secrets(workspace_id)), None)
        except ServiceError as error:
            return Finding.NOT_READ, SecretLook(before, None, error.title)
        is_same = is_same_secret(before, after) if is_old is None else await is_old(after)
        found = Finding.NOT_THERE if is_same else Finding.CONSISTENT
        return found, SecretLook(before, after, "")

    return Settled(*await _sought(look, means, tell))


async def _sought(
    look: Callable[[], Awaitable[tuple[Finding, T]]], means: Means, tell: Tell
) -> tuple[Finding, T, float]:
    waits = (0.0, *means.pace.looks)

    def tell_of(number: int) -> None:
        now = means.clock()
        at, last_at = (now + timedelta(seconds=n) for n in (waits[number], sum(waits[number:])))
        tell(Looking(number + 1, len(waits), at, last_at))

    seconds = looked = 0.0
    tell_of(0)
    finding, taken = await look()
    for number, wait in enumerate(means.pace.looks, 1):
        if finding is Finding.CONSISTENT:
            break
        tell_of(number)
        await means.pace.sleep(wait)
        seconds += wait
        again, newer = await look()
        if again is not Finding.NOT_READ:
            finding, taken, looked = again, newer, seconds
    return finding, taken, looked


async def reported(service: Service, pool_id: str) -> tuple[list[str], str]:
    """The usernames in the usage reports of the studies on a pool, and what could not be read.

    Nothing is raised: what Prolific does not tell is not known, and the second value says so.
    """
    usernames: list[str] = []
    try:
        studies = [s for s in await service.list_studies() if s.credential_pool_id == pool_id]
    except ServiceError as error:
        return [], f"The studies could not be read ({error.title})."
    unread = []
    for study in studies:
        try:
            rows = await service.get_study_credentials_report(study.id)
        except ServiceError as error:
            unread.append(f"{study.internal_name or study.name or study.id} ({error.title})")
            continue
        usernames += [row.username for row in rows]
    trouble = f"No usage report of {', '.join(unread)}." if unread else ""
    return usernames, trouble
