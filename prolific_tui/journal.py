"""Where writes are recorded before they leave.

This journal lives in memory: it knows the writes of this run of the program.
"""

import itertools
import threading
from dataclasses import replace
from datetime import datetime

from prolific_tui.models import CredentialPool
from prolific_tui.submission.outcome import Outcome
from prolific_tui.submission.plan import CredentialPlan, Plan, SecretPlan
from prolific_tui.submission.run import JournalEntry


class MemoryJournal:
    """The writes of this run, kept in memory; safe to read from another thread."""

    def __init__(self) -> None:
        self._entries: dict[int, JournalEntry] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def about_to_send(
        self, plan: Plan, before: tuple[CredentialPool, ...], at: datetime
    ) -> JournalEntry:
        """Record that the plan is about to leave; memory always takes it."""
        pool = plan.target.pool if isinstance(plan, CredentialPlan) else None
        old = plan.old if isinstance(plan, SecretPlan) else None
        with self._lock:
            entry = JournalEntry(
                number=next(self._numbers),
                kind=plan.kind,
                workspace=plan.workspace,
                pool_id=pool.credential_pool_id if pool else None,
                rows=plan.rows,
                source=plan.source,
                begun=at,
                pools_before=before,
                old_secret_id=old.id if old else None,
            )
            self._entries[entry.number] = entry
        return entry

    def ended(self, number: int, outcome: Outcome, at: datetime) -> JournalEntry:
        """Record what became of entry `number`, all but a secret; the last call counts."""
        with self._lock:
            entry = self._entries[number]
            pool_id = entry.pool_id or (outcome.pool.credential_pool_id if outcome.pool else None)
            entry = replace(entry, outcome=replace(outcome, secret=None), ended=at, pool_id=pool_id)
            self._entries[number] = entry
        return entry

    def entries(self) -> tuple[JournalEntry, ...]:
        """Every write of this run, the newest first."""
        with self._lock:
            return tuple(reversed(self._entries.values()))
