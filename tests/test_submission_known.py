"""What is said of how much of a pool is known."""

import pytest

from prolific_tui.submission.known import Coverage


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
