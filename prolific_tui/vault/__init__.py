"""Where tokens are kept: the operating system's keyring, a private file by choice, or memory.

A backend of the keyring may wait for a window that nobody sees, print over the screen, or lose
what it is given. So it runs in a child process that can be killed, and is read back.
"""

from prolific_tui.vault.keyring_child import Vault
from prolific_tui.vault.states import (
    KeyringCondition,
    KeyringState,
    KeyringUnusableError,
)
from prolific_tui.vault.stores import MemoryVault, TokenFile

__all__ = [
    "KeyringCondition",
    "KeyringState",
    "KeyringUnusableError",
    "MemoryVault",
    "TokenFile",
    "Vault",
]
