"""What is said of how much of a pool is known."""

from datetime import UTC, datetime

import pytest

from prolific_tui.submission.known import Coverage

_SINCE = datetime(2026, 11, 21, 20, 32, tzinfo=UTC)


@pytest.mark.parametrize(
    ("coverage", "words"),
    [
        (Coverage(110, 150), "checked against 110 of 150 usernames; 40 were added elsewhere"),
        (
            Coverage(110, 150, perhaps=10, unmarked=5),
            "checked against 110 of 150 usernames; up to 15 more are from here",
        ),
        (
            Coverage(0, 150, unmarked=200),
            "not checked: the pool's 150 usernames are not known; up to 150 are from here",
        ),
        (
            Coverage(110, 150, since=_SINCE),
            "checked against 110 of 150 usernames;"
            " what was sent before 21 Nov 20:32 is not known here",
        ),
        (
            Coverage(110, 150, perhaps=10, since=_SINCE),
            "checked against 110 of 150 usernames; up to 10 more are from here;"
            " what was sent before 21 Nov 20:32 is not known here",
        ),
        (
            Coverage(0, 150, since=_SINCE),
            "not checked: none of the pool's 150 usernames is known here;"
            " what was sent before 21 Nov 20:32 is not known here",
        ),
        (Coverage(140, 140), "checked against all 140 usernames"),
        (
            Coverage(165, 140),
            "checked against 165 usernames, more than the 140 that were listed last",
        ),
    ],
    ids=str,
)
def test_the_coverage_is_reckoned_with_the_total_that_is_known(
    coverage: Coverage, words: str
) -> None:
    assert coverage.words == words
