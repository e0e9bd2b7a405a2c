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
    SILENT = "silent"
    """The way to it, the session's message bus, accepts and never answers."""
    LOCKED = "locked"
    """It is locked, and nobody could be asked for its password."""
    NO_ANSWER = "no answer"
    """It did not answer in time."""
    NOT_ALLOWED = "not allowed"
    """A backend was chosen that loses what it is given or keeps it readable."""
    NOT_LOADED = "not loaded"
    """A backend was chosen that can't be loaded."""
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


_OUT_OF_REACH: Final = frozenset(
    {
        KeyringCondition.NONE,
        KeyringCondition.SILENT,
        KeyringCondition.NOT_ALLOWED,
        KeyringCondition.NOT_LOADED,
    }
)
"""What is found out before a keyring is asked anything; in the others it may have been."""


class KeyringUnusableError(KeyringError):
    """The keyring could not do what was asked; `state` says which way."""

    def __init__(self, state: KeyringState) -> None:
        super().__init__(state.title, state.message, state.hint)
        self.state = state
        self.is_untouched = state.condition in _OUT_OF_REACH


NO_BUS: Final = "no bus"
STALE_BUS: Final = "stale bus"
NO_SERVICE: Final = "no service"
"""Why there is no keyring, as the child says it."""

_ELSEWHERE: Final = "give the token with --token-file or PROLIFIC_TOKEN, or keep it in a file"

_WORDS: Final[Mapping[KeyringCondition, tuple[str, str, str]]] = {
    KeyringCondition.USABLE: (
        "Keyring ready",
        "The keyring ({backend}) answers, and can keep tokens and secrets.",
        "",
    ),
    KeyringCondition.NONE: (
        "No keyring",
        "No keyring can be reached from this session, as is normal over SSH{detail}.",
        f"Without one, {_ELSEWHERE}.",
    ),
    KeyringCondition.SILENT: (
        "Keyring out of reach",
        "This session's message bus (D-Bus), by which a keyring is asked, does not answer.",
        f"Log out and in again, or end that bus; or {_ELSEWHERE}.",
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
    KeyringCondition.NOT_LOADED: (
        "Keyring not loaded",
        "The backend chosen for Python's keyring can't be loaded ({detail}).",
        "Unset PYTHON_KEYRING_BACKEND, or take default-keyring out of keyringrc.cfg.",
    ),
    KeyringCondition.BROKEN: (
        "Keyring failed",
        "The keyring could not be used: {detail}.",
        f"Look at it with your keyring's own program; or {_ELSEWHERE}.",
    ),
}


_WHY_NONE: Final[Mapping[str, str]] = {
    NO_BUS: ": it has no message bus (D-Bus)",
    STALE_BUS: ": the message bus (D-Bus) that it names is gone",
    NO_SERVICE: ": no keyring runs on its message bus (D-Bus)",
}


def describe(condition: KeyringCondition, backend: str = "", detail: str = "") -> KeyringState:
    """The state for a condition.

    Args:
        condition: what is the case.
        backend: the backend's name; for NONE, those that are installed and not used.
        detail: a span of time (NO_ANSWER), an error's name (NOT_LOADED, BROKEN), or for NONE one of
            the words of `vault.__main__` for why not.
    """
    title, message, hint = _WORDS[condition]
    if condition is KeyringCondition.NONE:
        detail = _WHY_NONE.get(detail, "")
    message = message.format(backend=backend or "of unknown kind", detail=detail)
    if condition is KeyringCondition.NONE and backend:
        message += (
            f" What is installed ({backend}) is not used: it keeps tokens readable, or asks for a"
            " password behind this screen."
        )
    return KeyringState(condition, backend, title, message, hint)
