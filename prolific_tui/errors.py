"""The one error root, and what is known of a request that did not end well.

Every error that reaches a person is a `ProlificTuiError`: a title, a message that says what
happened and what was and was not changed, and a hint that says what to do next.

    ProlificTuiError
    ├── FileError       a file that could not be read or written
    │   └── TakenError  the name of a new file is taken
    ├── CsvError        a text that holds no credentials, or none for certain (credentials.csvtext)
    ├── SettingsError   an argument, variable or saved setting that can't be used
    ├── KeyringError    the operating system's keyring gave no usable answer
    ├── SigningError    a part of a webhook delivery that is no such thing (signing)
    └── ServiceError    a request that did not end in a readable 2xx answer
"""

from enum import Enum


class ProlificTuiError(Exception):
    """An error in words for the person at the terminal.

    The words may quote foreign text (a file name, an answer of the service) as it is; whoever
    draws them passes them through `visible`.
    """

    def __init__(self, title: str, message: str, hint: str = "") -> None:
        super().__init__(title)
        self.title = title
        """A few words: what went wrong."""
        self.message = message
        """Sentences: what happened, and what was and was not changed."""
        self.hint = hint
        """What to do next; empty when there is nothing to do."""

    @property
    def further(self) -> str:
        """The message without the title, with which some begin: for where that stands above it."""
        return self.message.removeprefix(f"{self.title}.").strip()


class FileError(ProlificTuiError):
    """A file could not be read or written; nothing in the program changed."""


class TakenError(FileError):
    """Something has the name of a new file already; it was not touched."""

    def __init__(self, path: str, free: str) -> None:
        super().__init__(
            "Already there", f"{path} exists already and was not touched.", f"{free} is free."
        )
        self.free = free
        """A name that nothing has in the same folder."""


class SettingsError(ProlificTuiError):
    """An argument, an environment variable or a saved setting can't be used."""


class KeyringError(ProlificTuiError):
    """The operating system's keyring gave no usable answer."""

    is_untouched = False
    """Whether the keyring surely did nothing; otherwise it may have done what it was asked."""


class Effect(Enum):
    """What is known of the effect that a request had at Prolific."""

    NOT_SENT = "not sent"
    """Nothing left this machine; the request may be tried again."""
    ACCEPTED = "accepted"
    """The service took it, even where its answer was cut or unreadable."""
    REFUSED = "refused"
    """The service said no."""
    UNKNOWN = "unknown"
    """It may or may not have been applied; never repeated by the program."""


class ServiceError(ProlificTuiError):
    """A request that did not end in a readable 2xx answer."""

    def __init__(
        self,
        title: str,
        message: str,
        hint: str = "",
        *,
        effect: Effect,
        status: int | None = None,
        details: tuple[str, ...] = (),
        retry_after: float | None = None,
        unquoted: str | None = None,
        is_token_refused: bool = False,
    ) -> None:
        super().__init__(title, message, hint)
        self.effect = effect
        """What is known of what the request did."""
        self.status = status
        """The HTTP status, or None when no status line arrived."""
        self.details = details
        """What the service said, one sentence each, as it came."""
        self.retry_after = retry_after
        """Seconds the service asked to wait, if it did."""
        self.unquoted = unquoted
        """The message without what the service said, which may name what it was sent; None where
        the message quotes nothing."""
        self.is_token_refused = is_token_refused
        """Whether the service surely takes this token for nothing at all."""
