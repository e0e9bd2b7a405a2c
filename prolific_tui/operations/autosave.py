"""When unsent rows are to be saved: soon after a change, but not at every key.

Pure: the moment is passed in, in seconds of any clock that does not run backwards.
"""


class Autosave:
    """The policy for one list of rows: at most one save in `every` seconds while it changes.

    A change is saved `every` seconds after it at the latest, however many follow it; one that no
    crash may cost is due at once.
    """

    def __init__(self, every: float = 5.0) -> None:
        self.every = every
        """Seconds; a longer list may be given more of them."""
        self._dirty_since: float | None = None
        self._is_urgent = False

    @property
    def is_dirty(self) -> bool:
        """Whether something changed since the last save; then save at once before an end."""
        return self._dirty_since is not None

    @property
    def is_urgent(self) -> bool:
        """Whether something changed since the last save that does not wait."""
        return self._is_urgent

    def touched(self, now: float, *, at_once: bool = False) -> None:
        """The rows changed; `at_once` where that does not wait."""
        if self._dirty_since is None:
            self._dirty_since = now
        self._is_urgent |= at_once

    def due_in(self, now: float) -> float | None:
        """Seconds until a save is due, 0 where it is; None where there is nothing to save."""
        if self._dirty_since is None:
            return None
        return 0.0 if self._is_urgent else max(self._dirty_since + self.every - now, 0.0)

    def unsaved_for(self, now: float) -> float:
        """How many seconds ago the first change was that is not saved; 0 where all is."""
        return 0.0 if self._dirty_since is None else max(now - self._dirty_since, 0.0)

    def clean(self) -> None:
        """A save was submitted, or the rows are gone; what failed to be saved is touched again."""
        self._dirty_since = None
        self._is_urgent = False
