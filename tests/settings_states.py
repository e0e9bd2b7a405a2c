"""What a start of the program remembers of the ones before, and where."""

from datetime import UTC, datetime
from pathlib import Path

from prolific_tui.keeping import TokenPlace
from prolific_tui.profiles import Profile
from prolific_tui.settings import StateFile

SERVICE = "https://api.prolific.com"
LAB = Profile(
    "lab", SERVICE, "ada", "ada@lab.org", TokenPlace.KEYRING, datetime(2026, 11, 14, tzinfo=UTC)
)


def state_path(home: Path) -> Path:
    """Where it is kept, in a directory that is not there yet."""
    return home / "state" / "prolific-tui" / "state.json"


def loaded(path: Path) -> StateFile:
    """What the next start of the program knows."""
    state = StateFile(path)
    state.load()
    return state
