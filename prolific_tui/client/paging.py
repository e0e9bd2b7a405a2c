"""The two ways in which Prolific's lists are asked for a part at a time."""

from typing import Final

PAGE_SIZE: Final = 200
"""Items asked for at a time, as the official CLI does; the service's maximum is not documented."""

Query = tuple[tuple[str, str], ...]
"""The names and values of a query, in order."""


def by_offset(_number: int, received: int) -> Query:
    """Ask for what comes after the items that were received."""
    return (("limit", str(PAGE_SIZE)), ("offset", str(received)))


def by_page(number: int, _received: int) -> Query:
    """Ask for a page by its number, counted from 1."""
    return (("page", str(number)), ("page_size", str(PAGE_SIZE)))
