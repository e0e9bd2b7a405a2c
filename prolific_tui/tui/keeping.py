"""Unsent rows kept between runs: when each draft is saved, and what is known of its copy on disk.

It acts on the drafts' changes and on the operations' events, and leaves asking to the screens.
"""

from collections.abc import Callable, Coroutine
from contextlib import suppress
from time import monotonic
from typing import Any, Final, Protocol

from prolific_tui.credentials.stepping import OutdatedError, Steps, finish
from prolific_tui.keeping import DraftKeeping
from prolific_tui.operations import Operations
from prolific_tui.operations.events import DraftSaved, DraftTrouble
from prolific_tui.submission.draft import DraftContent, DraftKey
from prolific_tui.submission.plan import Target
from prolific_tui.tui.drafts import Draft, Drafts
from prolific_tui.tui.drive import Unfinished, drive, take_slice

_SECONDS: Final = 5.0
"""How long a change waits for the next save, after the first one."""

_MANY_ROWS: Final = 20_000
"""For each so many rows it waits as long again: a copy is of all rows, however few changed."""

_LEAST_SECONDS: Final = 0.5

_LATE_SECONDS: Final = 8.0
"""How long a change may wait until the copy is called that of an earlier time.

It is more than a short list ever waits, so that the words stay the same while one is edited.
"""


class Alarm(Protocol):
    """A timer that can be stopped."""

    def stop(self) -> None:
        """Let it not go off."""


class Keeping:
    """Saves the drafts of this run, and knows how far they are kept.

    Args:
        operations: What writes to the disk.
        later: Calls something in so many seconds.
        work: Runs a coroutine beside the interface.
        told: Called when something is known anew of how drafts are kept.
        clock: Seconds of any clock that does not run backwards.
    """

    def __init__(
        self,
        operations: Operations,
        later: Callable[[float, Callable[[], None]], Alarm],
        work: Callable[[Coroutine[Any, Any, None]], object],
        told: Callable[[], None],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._clock = clock
        self._operations = operations
        self._later = later
        self._work = work
        self._told = told
        self._alarm: Alarm | None = None
        self.drafts = Drafts(self.touched, self._left)
        """Rows that were not sent yet."""
        self.choice: DraftKeeping | None = None
        """What is to be kept on this machine, as far as it was heard."""
        self.is_undecided = False
        """Whether there was something to keep, and nobody has said how yet."""
        self.was_put_off = False
        """Whether the person was asked how in this run, and closed the question."""

    def key(self, owner_id: str, target: Target) -> DraftKey:
        """What the copy of a draft is found by."""
        return DraftKey(self._operations.service_url, owner_id, *target.key)

    # What is known

    @property
    def is_to_be_asked(self) -> bool:
        """Whether the person is to be asked how drafts are kept: once in a run is enough."""
        return self.is_undecided and not self.was_put_off

    def is_kept(self, draft: Draft) -> bool:
        """Whether the rows, or their usernames, outlive this program; the demo's never do."""
        kept = draft.kept in (DraftKeeping.EVERYTHING, DraftKeeping.USERNAMES)
        return kept and not draft.trouble and not self._operations.is_demo

    def words(self, draft: Draft, *, are_short: bool = False) -> str:
        """The same in words, for the top of the editor; nothing is said in the demo."""
        if draft.is_empty or self._operations.is_demo:
            return ""
        if not self.is_kept(draft):
            return "draft not kept"
        of = f" of {draft.kept_at:%H:%M}" if draft.kept_at and self._is_late(draft) else ""
        if draft.kept is not DraftKeeping.USERNAMES:
            return f"draft{of} kept"
        return f"usernames{of} kept" if are_short else f"draft{of} kept, no passwords"

    def _is_late(self, draft: Draft) -> bool:
        """Whether the copy on disk is still of the rows as they were some time ago."""
        is_due = draft.copying is not None or draft.autosave.is_urgent
        return is_due or draft.autosave.unsaved_for(self._clock()) >= _LATE_SECONDS

    def saved(self, event: DraftSaved) -> None:
        """Rows were kept, or would have been if anybody had said how."""
        self.choice = event.keeping
        self.is_undecided = event.keeping is None
        for draft in self._of(event.key):
            draft.kept, draft.kept_rows, draft.trouble = event.keeping, event.rows, ""
            draft.kept_at = event.at
        self._told()

    def in_trouble(self, event: DraftTrouble) -> bool:
        """Rows could not be kept: it is tried again. False where there are none to keep.

        Then it was the copy of rows that are gone which could not be removed.
        """
        drafts = self._of(event.key)
        for draft in drafts:
            draft.kept, draft.trouble = None, event.error.message
            draft.autosave.touched(self._clock())
        self._set_alarm()
        self._told()
        return bool(drafts)

    def chosen(self, keeping: DraftKeeping) -> None:
        """The person said what is to be kept: it is so from now on."""
        self.choice = keeping
        self.is_undecided = False
        for draft in self.drafts:
            draft.kept, draft.trouble = None, ""
            self._save(draft)
        self._told()

    def _of(self, key: DraftKey) -> list[Draft]:
        return [d for d in self.drafts if self.key(d.owner_id, d.target) == key]

    # Saving

    def touched(self, draft: Draft, *, at_once: bool) -> None:
        """A draft is another now: it is saved soon, and at once where it never was.

        That holds for any number of rows: one of many is copied between keys.
        """
        rows = len(draft.session.document)
        draft.autosave.every = _SECONDS * max(1.0, rows / _MANY_ROWS)
        is_first = not draft.kept_rows and not draft.trouble
        draft.autosave.touched(self._clock(), at_once=at_once or is_first)
        if draft.autosave.is_urgent and self._is_wanted:
            self._save(draft)
        self._set_alarm()

    @property
    def _is_wanted(self) -> bool:
        return not self.is_undecided and self.choice is not DraftKeeping.NOTHING

    def _left(self, owner_id: str, target: Target) -> None:
        """There is no draft for this target any more: its copy goes, too."""
        with suppress(RuntimeError):
            self._operations.drafts.discard(self.key(owner_id, target))
        self._told()

    def _set_alarm(self) -> None:
        """Be called when the next save is due, or a copy grows old; one call is for all drafts."""
        if self._alarm is not None:
            self._alarm.stop()
            self._alarm = None
        if not self._is_wanted:
            return
        # A draft that is being copied comes back here when that is done.
        now = self._clock()
        waits = [d.autosave.due_in(now) for d in self.drafts if not d.copying]
        unsaved = [d.autosave.unsaved_for(now) for d in self.drafts if d.autosave.is_dirty]
        waits += [_LATE_SECONDS - seconds for seconds in unsaved if seconds < _LATE_SECONDS]
        due = min((wait for wait in waits if wait is not None), default=None)
        if due is not None:
            self._alarm = self._later(max(due, _LEAST_SECONDS), self._save_due)

    def _save_due(self) -> None:
        for draft in self.drafts:
            due = draft.autosave.due_in(self._clock())
            if due is not None and due <= 0:
                self._save(draft)
        self._set_alarm()
        if any(map(self._is_late, self.drafts)):
            self._told()

    def _save(self, draft: Draft) -> None:
        """Save a draft; one of many rows is copied between keys, one that loads has to wait."""
        if draft.copying or draft.session.is_loading:
            return
        is_urgent = draft.autosave.is_urgent
        draft.autosave.clean()
        steps = draft.content(self._label(draft.target))
        try:
            content = take_slice(steps)
        except Unfinished:
            draft.copying = steps
            self._work(self._save_slowly(draft, steps, is_urgent=is_urgent))
            return
        self._operations.drafts.save(self.key(draft.owner_id, draft.target), content)

    async def _save_slowly(
        self, draft: Draft, steps: Steps[DraftContent], *, is_urgent: bool
    ) -> None:
        key = self.key(draft.owner_id, draft.target)
        try:
            content = await drive(steps)
        except OutdatedError:
            draft.autosave.touched(self._clock(), at_once=is_urgent)
        else:
            # With another target the draft was touched, and waits for a copy of its own.
            is_wanted = draft.copying is steps and self.key(draft.owner_id, draft.target) == key
            if is_wanted and not draft.is_empty:
                self._operations.drafts.save(key, content)
        finally:
            if draft.copying is steps:
                draft.copying = None
            self._set_alarm()

    def save_all(self) -> None:
        """Save every draft of which anything is newer than its copy, now.

        It touches no screen: on the way out it may be called on another thread.
        """
        for draft in self.drafts:
            # Of a list that is coming in, the copy is better than what is half there.
            is_newer = draft.autosave.is_dirty or draft.copying
            if is_newer and self._is_wanted and not draft.session.is_loading:
                draft.autosave.clean()
                # One that is under way would bring nothing newer.
                draft.copying = None
                content = finish(draft.content(self._label(draft.target)))
                self._operations.drafts.save(self.key(draft.owner_id, draft.target), content)

    def _label(self, target: Target) -> str:
        """What a target is called in the list in which its draft is found again."""
        title, pool = target.workspace.title, target.pool
        if pool is None:
            return f"a new pool in {title}"
        named = self._operations.history.now.label(pool.credential_pool_id)
        own = pool.credential_pool_id.removeprefix(f"{pool.workspace_id}_")
        return f"{named or own or pool.credential_pool_id} in {title}"
