"""When unsent rows are to be saved: soon after a change, but not at every key.

Pure: the moment is passed in, in seconds of any clock that does not run backwards.
"""


class Autosave:
    """The policy for one list of rows: at most one save in `every` seconds while it changes.

    A change is saved `every` seconds after it at the latest, however many follow it.
    """

    def __init__(self, every: float = 5.0) -> None:
        self.every = every
        """Seconds; a longer list may be given more of them."""
        self._dirty_since: float | None = None

    @property
    def is_dirty(self) -> bool:
        """Whether something changed since the last save; then save at once before an end."""
        return self._dirty_since is not None

    def touched(self, now: float) -> None:
        """The rows changed."""
        if self._dirty_since is None:
            self._dirty_since = now

    def due_in(self, now: float) -> float | None:
        """Seconds until a save is due, 0 where it is; None where there is nothing to save."""
        if self._dirty_since is None:
            return None
        return max(self._dirty_since + self.every - now, 0.0)

    def clean(self) -> None:
        """A save was submitted, or the rows are gone; what failed to be saved is touched again."""
        self._dirty_since = None
