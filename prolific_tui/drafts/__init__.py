"""Unsent rows on this machine's disk: what a crash, a dropped line or a quit would cost otherwise.

Every running program writes only into a folder of its own, in which it holds a lock, so that two
of them never write over each other's rows. A folder whose program is gone is offered to the next.

    drafts/                     0700
        lock                    held while folders are made, looked through or moved between
        3f9a…/                  one running program, 0700
            lock                held for as long as it runs
            b2d1….draft         one target, 0600: a line of JSON about it, then a line for each
                                few thousand rows
"""

from prolific_tui.drafts.memory import MemoryDrafts
from prolific_tui.drafts.store import DraftStore

__all__ = ["DraftStore", "MemoryDrafts"]
