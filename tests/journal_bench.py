"""What tests of the journal share: a send, a part of it, and a journal on the disk."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from prolific_tui.errors import Effect
from prolific_tui.journal import JournalStore
from prolific_tui.models import CredentialPool
from prolific_tui.submission.journal import NewPart, NewSend
from prolific_tui.submission.plan import Kind
from prolific_tui.submission.send import Part
from tests.submission_bench import OWNER, SERVICE_URL, WORKSPACE

NOW = datetime(2026, 11, 21, 10, 22, tzinfo=UTC)
EARLIER = datetime(2026, 11, 21, 10, 20, tzinfo=UTC)
"""What a clock says that was set back."""
LATER = datetime(2026, 11, 21, 10, 23, tzinfo=UTC)
NAMES = ("lab-b-061", "lab-b-062", "lab-b-063", "Lab \ud800 odd")
BEFORE = (CredentialPool("pool", 60), CredentialPool("other"))
SEND = NewSend(
    kind=Kind.APPEND,
    service_url=SERVICE_URL,
    owner=OWNER,
    workspace=WORKSPACE,
    pool_id="pool",
    label="chatbot-B",
    source="b-wave2.csv",
    usernames=NAMES,
    begun=NOW,
    planned_parts=2,
)
FOUR = NewPart((0, 4), BEFORE, NOW)
"""The whole list as one part."""


def on_disk(folder: Path, name: str = "one") -> JournalStore:
    """The journal as a running program of that name opens it."""
    return JournalStore(
        folder / "state" / "journal.sqlite3",
        name,
        random=lambda count: bytes(range(count)),
        now=lambda: NOW,
        busy_seconds=0.2,
    )


def accepted(part: Part) -> Part:
    return replace(part, effect=Effect.ACCEPTED, title="Done", message="It was done.", ended=LATER)
