"""How a screen closes: what it waits for ends before its widgets go.

Textual takes a screen's widgets away first and ends its workers after that: an answer in between,
as the keyring's, would have nothing left to be shown in, and that ends the program.
"""

from typing import TypeVar

from textual import on
from textual.messages import Prune
from textual.screen import Screen

R = TypeVar("R")


class CleanlyClosingScreen(Screen[R]):
    """A screen whose workers are given up as soon as it begins to close."""

    @on(Prune)
    def end_workers(self) -> None:
        """Wait for nothing any more; that the widgets go comes next."""
        self.workers.cancel_node(self)
