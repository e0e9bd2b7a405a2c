"""Long work cut into steps, so that whoever waits for it can do something else in between.

A step looks at a few thousand rows, which takes some milliseconds. Who drives the steps decides
how many to take at a time, shows how far it is, and may give up between any two.
"""

from collections.abc import Generator
from typing import TypeAlias, TypeVar

T = TypeVar("T")

Steps: TypeAlias = Generator[int, None, T]
"""Each step yields how many rows were looked at so far; the return value is the result.

Closing it gives up and leaves everything as it was.
"""


class OutdatedError(Exception):
    """The rows changed since this was worked out; it has to be worked out anew."""


def finish(steps: Steps[T]) -> T:
    """Take all steps at once; what they raise is raised."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            result: T = stop.value
            return result
