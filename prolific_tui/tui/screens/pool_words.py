"""How pools are named on the screens, and in which order they stand."""

from collections.abc import Iterable

from prolific_tui.models import CredentialPool
from prolific_tui.tui.widgets import ELLIPSIS

_LONG = 20


def pool_name(pool: CredentialPool, label: str = "") -> str:
    """What the person calls a pool, or else what tells its id from the workspace's others.

    Ids were seen to be the workspace's id, an underscore and a UUID (contract,
    `CredentialPoolId`); any other id is given whole.
    """
    own = pool.credential_pool_id.removeprefix(f"{pool.workspace_id}_")
    return label or own or pool.credential_pool_id


def short_pool_name(pool: CredentialPool, label: str = "") -> str:
    """A label, or the beginning of `pool_name`, for places where the whole stands nearby."""
    if label:
        return label
    name = pool_name(pool)
    return name if len(name) <= _LONG else f"{name.partition('-')[0][:_LONG]}{ELLIPSIS}"


def emptiest_first(pools: Iterable[CredentialPool]) -> tuple[CredentialPool, ...]:
    """The pools by what is left in them; those of unknown fill last."""

    def emptiness(pool: CredentialPool) -> tuple[bool, int, str]:
        free = pool.available_credentials
        return free is None, free or 0, pool.credential_pool_id

    return tuple(sorted(pools, key=emptiness))
