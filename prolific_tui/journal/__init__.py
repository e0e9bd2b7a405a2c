"""What was sent from this machine, in SQLite: written down and on the disk before it leaves.

`JournalStore` keeps it in a private directory that several running programs may share, or in
memory for the demo.
"""

from prolific_tui.journal.store import JournalStore, memory_journal

__all__ = ["JournalStore", "memory_journal"]
