"""When a screen is drawn: once for a key, with all that the key causes.

Textual draws as soon as the first widget has changed. What a key causes some messages later, as the
line does that says what is wrong with the row under the cursor, then waits for the next frame.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final, TypeVar

from textual.timer import Timer

from prolific_tui.tui.closing import CleanlyClosingScreen
from prolific_tui.tui.typeahead import OrderedKeysApp

R = TypeVar("R")

_FRAME_SECONDS: Final = 1 / 120
"""How long it takes from one frame to the next, or twice as long.

With Textual's 60 frames a second, a key that follows on another would wait for up to 33 ms.
"""

_UNASKED_SECONDS: Final = 1 / 30
"""How long it takes at least where no key waits for it: frames take time from what they tell of."""

_SELDOM_SECONDS: Final = 1 / 5
"""The same for as long as a screen is `seldom_drawn`."""

_MOST_TURNS: Final = 100
"""How many turns of the loop a frame waits for a key: what a key does may itself wait."""

_LAST_TURNS: Final = 5
"""How many more it waits for the widgets that the key changed to say so."""


class OneFrameScreen(CleanlyClosingScreen[R]):
    """A screen that waits with a frame until the key that is being handled has done its work."""

    _frames: Timer | None = None
    _keys_drawn = 0
    _drawn_at = 0.0
    _apart_seconds = _UNASKED_SECONDS

    @contextmanager
    def seldom_drawn(self) -> Iterator[None]:
        """Draw less often what no further key waits for, and then at once what has come of it.

        What is done by the first of those frames is drawn with what was there before.
        """
        self._apart_seconds = _SELDOM_SECONDS
        self._keys_drawn, self._drawn_at = self._keys_begun, monotonic()
        try:
            yield
        finally:
            self._apart_seconds = _UNASKED_SECONDS
            self.draw_soon()

    def draw_soon(self) -> None:
        """Draw what has changed as if a key waited for it."""
        self._drawn_at = 0.0

    @property
    def _update_timer(self) -> Timer:
        """The timer that Textual lets run while there is something to draw."""
        if self._frames is None:
            self._frames = self.set_interval(
                _FRAME_SECONDS, self._draw, name="screen_update", pause=True
            )
        return self._frames

    @property
    def _keys_begun(self) -> int:
        """How many keys there were so far."""
        return self.app.keys_begun if isinstance(self.app, OrderedKeysApp) else 0

    async def _draw(self) -> None:
        app, keys = self.app, self._keys_begun
        if keys == self._keys_drawn and monotonic() - self._drawn_at < self._apart_seconds:
            # The timer goes on, and comes back here.
            return
        for _ in range(_MOST_TURNS):
            if not (isinstance(app, OrderedKeysApp) and app.is_answering):
                break
            await asyncio.sleep(0)
        for _ in range(_LAST_TURNS):
            await asyncio.sleep(0)
        self._on_timer_update()
        self._keys_drawn, self._drawn_at = keys, monotonic()
