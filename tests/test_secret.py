import copy
import json
import logging
import pickle
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prolific_tui.credentials.rows import Row
from prolific_tui.models import WebhookSecret
from prolific_tui.secret import MASK, Secret

CANARY = "canary-5f1d0c"
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@pytest.mark.parametrize(
    "shown",
    [
        str(Secret(CANARY)),
        repr(Secret(CANARY)),
        f"{Secret(CANARY)}",
        f"{Secret(CANARY)!r}",
        f"{Secret(CANARY):>20}",
        f"{Secret(CANARY)!s:.3}",
        "%s %r" % (Secret(CANARY), Secret(CANARY)),  # noqa: UP031 - this way leaks too, if any does
        "{}".format(Secret(CANARY)),  # noqa: UP032 - likewise
        repr([Secret(CANARY)]),
        repr(WebhookSecret(id="1", value=Secret(CANARY))),
        repr(ValueError(Secret(CANARY))),
    ],
)
def test_no_way_of_printing_shows_the_value(shown: str) -> None:
    assert "canary" not in shown
    assert MASK[:3] in shown


def test_the_mask_tells_nothing_of_the_length() -> None:
    assert str(Secret("")) == str(Secret("x" * 1000))


def test_a_log_line_and_a_traceback_hold_the_mask(caplog: pytest.LogCaptureFixture) -> None:
    def fail(token: Secret) -> None:
        raise RuntimeError(token)

    try:
        fail(Secret(CANARY))
    except RuntimeError as error:
        logging.getLogger("test").exception("with %s", Secret(CANARY))
        report = "".join(
            traceback.TracebackException.from_exception(error, capture_locals=True).format()
        )

    assert CANARY not in caplog.text + report
    assert MASK in caplog.text
    assert MASK in report


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_is_never_pickled(protocol: int) -> None:
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(Secret(CANARY), protocol)


def test_it_is_never_copied_or_turned_into_json() -> None:
    with pytest.raises(TypeError):
        copy.deepcopy(Secret(CANARY))
    with pytest.raises(TypeError):
        json.dumps(Secret(CANARY))


@given(ANY_TEXT, ANY_TEXT)
def test_secrets_are_equal_exactly_when_their_values_are(one: str, other: str) -> None:
    assert Secret(one).reveal() == one
    assert (Secret(one) == Secret(other)) == (one == other)
    assert Secret(one) == Secret(one)
    assert hash(Secret(one)) == hash(Secret(one))


def test_a_secret_is_not_equal_to_its_own_value() -> None:
    assert Secret(CANARY) != CANARY


def test_an_empty_secret_is_false() -> None:
    assert not Secret("")
    assert Secret(" ")


def test_two_people_can_compare_fingerprints() -> None:
    # The first eight digits of what `printf test-secret-value | sha256sum` prints.
    assert Secret("test-secret-value").fingerprint() == "afbb9b6c"
    assert len(Secret("\ud800").fingerprint()) == 8


def test_a_password_in_a_row_has_the_same_mask() -> None:
    """The rows' room may not know of secrets, so it has the mask written out once more."""
    assert repr(Row(7, "lab-1", "hunter2")) == f"Row(id=7, username='lab-1', password={MASK})"
