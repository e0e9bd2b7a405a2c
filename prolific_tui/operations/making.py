"""Accounts made up here, on a thread that ends soon once nobody waits for them any more."""

import asyncio
import threading
from itertools import takewhile

from prolific_tui.credentials import generate
from prolific_tui.credentials.rows import Rows


async def make_accounts(
    pattern: generate.Pattern, start: int, count: int, length: int, choose: generate.Choose
) -> Rows:
    """New usernames with new passwords, which `choose` chooses letter by letter.

    Raises as `generate.usernames` and `passwords` do. Cancelling it ends the work with the
    password that is being made.
    """
    is_given_up = threading.Event()

    def make() -> Rows:
        names = generate.usernames(pattern, start, count)
        passwords = generate.passwords(count, length, choose)
        made = list(takewhile(lambda _: not is_given_up.is_set(), passwords))
        return Rows(names[: len(made)], made)

    try:
        return await asyncio.to_thread(make)
    finally:
        is_given_up.set()
