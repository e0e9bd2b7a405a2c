"""How a pool is named on the screens."""

from prolific_tui.models import CredentialPool
from prolific_tui.tui.widgets import ELLIPSIS

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
