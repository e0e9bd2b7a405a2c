"""How far a send is, counted together with what went of it before, and what its control does."""

import pytest

from prolific_tui.submission.means import Control


async def test_a_look_that_takes_too_long_by_itself_was_not_given_up() -> None:
    control = Control()

    async def too_long() -> None:
        raise TimeoutError("of the look's own")

    with pytest.raises(TimeoutError, match="of the look's own"):
        await control.unless_given_up(too_long())
