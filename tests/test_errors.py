import pytest

from prolific_tui.errors import (
    Effect,
    FileError,
    KeyringError,
    ProlificTuiError,
    ServiceError,
    SettingsError,
)

ERRORS = [
    FileError("Not there", "There is no \x1b[31mlist.csv."),
    SettingsError("Not a URL", "PROLIFIC_URL is \x1b[31m."),
    KeyringError("Locked", "The \x1b[31m keyring is locked."),
    ServiceError("Refused", "\x1b[31m said no.", effect=Effect.REFUSED, details=("\x1b[31m",)),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_one_handler_catches_them_all_and_finds_words(error: ProlificTuiError) -> None:
    with pytest.raises(ProlificTuiError) as caught:
        raise error

    assert caught.value.title
    assert caught.value.message
    assert caught.value.hint == ""


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_a_traceback_prints_the_title_and_none_of_the_foreign_text(error: ProlificTuiError) -> None:
    assert str(error) == error.title
    assert "\x1b" not in repr(error)


def test_a_service_error_never_leaves_its_effect_open() -> None:
    with pytest.raises(TypeError, match="effect"):
        ServiceError("Gone", "It went away.")  # type: ignore[call-arg]
