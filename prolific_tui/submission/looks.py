"""What was seen at Prolific before a write and after it.

Looks are figures to quote and never proof: between two of them anybody may have written.
"""

from dataclasses import dataclass
from typing import Final

from prolific_tui.models import CredentialPool, WebhookSecret

NOT_YET: Final = "nobody has looked yet"
"""The trouble of a look that is still to come."""
GIVEN_UP: Final = "the look was given up"
"""That of one that the person would not wait for."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What other sends from this machine did since some rows left, as the journal has it."""

    pools: frozenset[str] = frozenset()
    """The ids of the pools that they made."""
    rows: int = 0
    """How many rows of theirs came into the pool that those were appended to."""
    is_open: bool = False
    """Whether more of theirs may have come: nobody knows what became of it."""


@dataclass(frozen=True, slots=True)
class PoolsLook:
    """The workspace's pools before and after a write."""

    before: tuple[CredentialPool, ...]
    after: tuple[CredentialPool, ...] | None = None
    """None where they were not listed afterwards."""
    trouble: str = NOT_YET
    """Why not, in a few words; empty where they were."""
    elsewhere: Elsewhere = Elsewhere()
    """What of the difference is known to be the doing of other sends."""

    def pool(self, pool_id: str | None) -> CredentialPool | None:
        """The pool with that id as listed afterwards, if it was."""
        return _find(self.after or (), pool_id)

    def total_before(self, pool_id: str | None) -> int | None:
        """The pool's total before the write, None where it is not known."""
        return total_of(self.before, pool_id)

    def appeared(self) -> tuple[CredentialPool, ...]:
        """The pools that were listed afterwards but not before."""
        known = {pool.credential_pool_id for pool in self.before}
        return tuple(p for p in self.after or () if p.credential_pool_id not in known)

    def unclaimed(self) -> tuple[CredentialPool, ...]:
        """Those of them that no other send from here made."""
        return tuple(p for p in self.appeared() if p.credential_pool_id not in self.elsewhere.pools)

    @property
    def new_pools(self) -> int | None:
        """How many that are; None where they were not listed afterwards."""
        return None if self.after is None else len(self.appeared())


@dataclass(frozen=True, slots=True)
class SecretLook:
    """The workspace's signing secret before and after a write; None where it has none."""

    before: WebhookSecret | None
    after: WebhookSecret | None = None
    trouble: str = NOT_YET
    """Why it was not read afterwards, in a few words; empty where it was."""


def total_of(pools: tuple[CredentialPool, ...], pool_id: str | None) -> int | None:
    """The total of the pool with that id, None where it is not listed or told without one."""
    pool = _find(pools, pool_id)
    return pool.total_credentials if pool else None


def is_same_secret(one: WebhookSecret | None, other: WebhookSecret | None) -> bool:
    """Whether two looks show one secret: by the ids, then by the values, as far as told."""
    if one is None or other is None:
        return one is other
    if one.id != other.id and None not in (one.id, other.id):
        return False
    if one.value is not None and other.value is not None:
        return one.value == other.value
    return one.id == other.id


def _find(pools: tuple[CredentialPool, ...], pool_id: str | None) -> CredentialPool | None:
    return next((pool for pool in pools if pool.credential_pool_id == pool_id), None)
