"""How pools are named on the screens, and in which order they stand."""

from collections.abc import Iterable

from prolific_tui.models import CredentialPool
from prolific_tui.tui.widgets import ELLIPSIS
from prolific_tui.visible import counted

_LONG = 20


def pool_name(pool: CredentialPool) -> str:
    """The part of a pool's id in which it differs from the workspace's other pools.

    Ids were seen to be the workspace's id, an underscore and a UUID (contract,
    `CredentialPoolId`); any other id is given whole.
    """
    return pool.credential_pool_id.removeprefix(f"{pool.workspace_id}_") or pool.credential_pool_id


def short_pool_name(pool: CredentialPool) -> str:
    """The beginning of `pool_name`, for places where the whole stands nearby."""
    name = pool_name(pool)
    return name if len(name) <= _LONG else f"{name.partition('-')[0][:_LONG]}{ELLIPSIS}"


def checked_words(pool: CredentialPool | None, known: int) -> str:
    """Which of a pool's usernames a list was checked against; a new pool has none.

    Args:
        pool: The pool that the list is for.
        known: How many of its usernames are known; Prolific does not give them back.
    """
    if pool is None:
        return ""
    total = pool.total_credentials
    if not known:
        all_of_them = "" if total is None else f"{total:,} "
        return f"Not checked against the pool's {all_of_them}usernames: none of them is known here."
    if total is None or total < known:
        return f"Checked against {counted(known, 'username')} of the pool."
    elsewhere = total - known
    others = f"; {elsewhere:,} {'is' if elsewhere == 1 else 'are'} not known here"
    return f"Checked against {known:,} of the pool's {total:,} usernames{others * bool(elsewhere)}."


def emptiest_first(pools: Iterable[CredentialPool]) -> tuple[CredentialPool, ...]:
    """The pools by what is left in them; those of unknown fill last."""

    def emptiness(pool: CredentialPool) -> tuple[bool, int, str]:
        free = pool.available_credentials
        return free is None, free or 0, pool.credential_pool_id

    return tuple(sorted(pools, key=emptiness))
