"""Drafts that end with the program."""

from datetime import datetime

from prolific_tui.errors import FileError
from prolific_tui.keeping import DraftKeeping
from prolific_tui.submission.draft import DraftContent, DraftKey, DraftSummary, StoredDraft


class MemoryDrafts:
    """Drafts that nobody finds after the end of this run; for the demo."""

    def save(
        self, key: DraftKey, content: DraftContent, keeping: DraftKeeping, at: datetime
    ) -> None:
        """Nothing needs to be done: the rows are where they are edited."""

    def discard(self, key: DraftKey) -> None:
        """There is nothing to remove."""

    def left(self) -> tuple[tuple[DraftSummary, ...], tuple[str, ...]]:
        """No run leaves anything."""
        return (), ()

    def resume(self, draft_id: str) -> StoredDraft:
        """Raises `FileError`: nothing was left."""
        raise FileError("It is not there any more", f"No draft {draft_id} was kept.")

    def look(self, draft_id: str) -> StoredDraft:
        """As `resume`."""
        return self.resume(draft_id)

    def delete(self, draft_id: str) -> None:
        """There is nothing to remove."""

    def conform(self, keeping: DraftKeeping) -> tuple[str, ...]:  # noqa: ARG002 - as the store's
        """There is nothing to take back."""
        return ()

    def close(self) -> None:
        """There is nothing to let go."""
