"""What tests of drafts share: a target, a moment, and rows whose passwords can be searched for."""

from datetime import UTC, datetime
from typing import Final

from prolific_tui.credentials.rows import Rows
from prolific_tui.submission.draft import DraftContent, DraftKey

NOON: Final = datetime(2025, 11, 14, 12, 0, tzinfo=UTC)
KEY: Final = DraftKey("https://api.prolific.com", "owner-1", "workspace-1", "pool-1")
OTHER: Final = DraftKey("https://api.prolific.com", "owner-1", "workspace-1", None)
PASSWORD: Final = "correct-horse-7"
CONTENT: Final = DraftContent(
    Rows.of([("lab-1", PASSWORD), ("lab-2", PASSWORD), ("lab-3", PASSWORD)]),
    source="wave2.csv: UTF-8, comma, header",
    label="chatbot-B",
    accepted=(0, 2),
    made=(1, 2),
    exported=(1,),
)
