"""How a pool is named on the screens."""

from prolific_tui.models import CredentialPool


def short_id(pool: CredentialPool) -> str:
    """The part of a pool's id in which it differs from the workspace's other pools.

    Ids were seen to be the workspace's id, an underscore and a UUID (contract,
    `CredentialPoolId`); any other id is given whole.
    """
    return pool.credential_pool_id.removeprefix(f"{pool.workspace_id}_") or pool.credential_pool_id
