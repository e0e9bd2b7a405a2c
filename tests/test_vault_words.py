"""What is said of each state that a keyring can be in, and what surely was not done in it."""

from prolific_tui.vault import (
    KeyringCondition,
    KeyringUnusableError,
)
from prolific_tui.vault.states import describe


def test_each_condition_has_a_sentence_of_its_own_and_says_what_to_do() -> None:
    states = [describe(condition, "odd Keyring", "3 s") for condition in KeyringCondition]

    assert len({state.message for state in states}) == len(KeyringCondition)
    assert all(bool(state.hint) != state.usable for state in states)
    assert not any("{" in state.title + state.message + state.hint for state in states)


def test_only_a_keyring_out_of_reach_surely_did_nothing() -> None:
    untouched = {
        condition
        for condition in KeyringCondition
        if KeyringUnusableError(describe(condition)).is_untouched
    }
    assert untouched == {
        KeyringCondition.NONE,
        KeyringCondition.SILENT,
        KeyringCondition.NOT_ALLOWED,
        KeyringCondition.NOT_LOADED,
    }
