"""What can be true of a keyring, each in a sentence with what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from prolific_tui.errors import KeyringError


class KeyringCondition(Enum):
    """What is the matter with the keyring, or that nothing is."""

    USABLE = "usable"
    NONE = "none"
    """No keyring can be reached from here."""
    LOCKED = "locked"
    """It is locked, and nobody could be asked for its password."""
    NO_ANSWER = "no answer"
    """It did not answer in time."""
    NOT_ALLOWED = "not allowed"
    """A backend was chosen that loses what it is given or keeps it readable."""
    BROKEN = "broken"
    """It failed in another way."""


@dataclass(frozen=True, slots=True)
class KeyringState:
    """The state of a keyring, in words for the Account screen."""

    condition: KeyringCondition
    backend: str
    """The backend's name, such as "SecretService Keyring"; empty where it is not known."""
    title: str
    message: str
    """One sentence: what is the case."""
    hint: str
    """What to do about it; empty when there is nothing to do."""

    @property
    def usable(self) -> bool:
        """Whether it keeps tokens."""
        return self.condition is KeyringCondition.USABLE


class KeyringUnusableError(KeyringError):
    """The keyring could not do what was asked; `state` says which way."""

    def __init__(self, state: KeyringState) -> None:
        super().__init__(state.title, state.message, state.hint)
        self.state = state


_ELSEWHERE: Final = "give the token with --token-file or PROLIFIC_TOKEN, or keep it in a file"

_WORDS: Final[Mapping[KeyringCondition, tuple[str, str, str]]] = {
    KeyringCondition.USABLE: (
        "Keyring ready",
        "The keyring ({backend}) answers, and can keep the token.",
        "",
    ),
    KeyringCondition.NONE: (
        "No keyring",
        "No keyring can be reached from this session, as is normal over SSH.",
        f"Without one, {_ELSEWHERE}.",
    ),
    KeyringCondition.LOCKED: (
        "Keyring locked",
        "The keyring ({backend}) is locked, and could not ask anybody for its password.",
        f"Unlock it in a desktop session and check again; or {_ELSEWHERE}.",
    ),
    KeyringCondition.NO_ANSWER: (
        "Keyring does not answer",
        "The keyring did not answer within {detail}; it may be asking for its password "
        "in a window on another display.",
        f"Answer that window and check again; or {_ELSEWHERE}.",
    ),
    KeyringCondition.NOT_ALLOWED: (
        "Keyring not safe",
        "The backend chosen for Python's keyring ({backend}) does not keep a token safe, "
        "so it is not used.",
        "Unset PYTHON_KEYRING_BACKEND, or take default-keyring out of keyringrc.cfg.",
    ),
    KeyringCondition.BROKEN: (
        "Keyring failed",
        "The keyring could not be used: {detail}.",
        f"Check PYTHON_KEYRING_BACKEND and keyringrc.cfg; or {_ELSEWHERE}.",
    ),
}


def describe(condition: KeyringCondition, backend: str = "", detail: str = "") -> KeyringState:
    """The state for a condition; `detail` is a span of time (NO_ANSWER) or a reason (BROKEN)."""
    title, message, hint = _WORDS[condition]
    message = message.format(backend=backend or "of unknown kind", detail=detail)
    return KeyringState(condition, backend, title, message, hint)
