"""Every path that the program writes, with something in the way that somebody else may have laid.

Whatever that is: a victim's file is never written through it, and no file of ours is ever readable
by others.
"""

import asyncio
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from prolific_tui import files
from prolific_tui.access import Entry
from prolific_tui.configuration import write_template
from prolific_tui.credentials.rows import Rows
from prolific_tui.drafts import DraftStore
from prolific_tui.errors import ProlificTuiError
from prolific_tui.journal import JournalStore
from prolific_tui.keeping import DraftKeeping, TokenPlace
from prolific_tui.secret import Secret
from prolific_tui.settings import StateFile
from prolific_tui.submission.draft import DraftContent, DraftKey
from prolific_tui.vault import TokenFile
from tests.disk import NOBODY

VICTIM = b"what somebody else has written"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Written:
    """A path that the program writes below a directory of ours, and how it does so."""

    path: str
    """Below that directory; the last part but the name of a draft, which nobody can foresee."""
    write: Callable[[Path], object]
    """Writes it below a directory; an error, or a note in its place, is a fair answer."""
    is_new_only: bool = False
    """Whether a file that exists is left alone."""
    is_passing: bool = False
    """Whether it is there only while it is needed."""


def _write_state(directory: Path) -> None:
    StateFile(directory / "ours" / "state.json").remember_secrets_place(TokenPlace.SESSION)


def _write_token(directory: Path) -> None:
    entry = Entry.token("https://prolific.example", "ada")
    asyncio.run(TokenFile(directory / "ours" / "tokens.json").save(entry, Secret("a token")))


_DRAFT = DraftKey("https://prolific.example", "ada", "w", None)
_DRAFT_NAME = "614ab476afa9098778d03c100d769f4e.draft"


def _write_draft(directory: Path) -> None:
    store = DraftStore(directory / "ours", "run")
    try:
        content = DraftContent(Rows.of([("lab-1", "Tr0ub4dor")]), "a pool", "")
        store.save(_DRAFT, content, DraftKeeping.EVERYTHING, NOON)
    finally:
        store.close()


def _write_journal(directory: Path) -> None:
    journal = JournalStore(
        directory / "ours" / "journal.sqlite3", "run", random=lambda size: b"k" * size, now=_noon
    )
    try:
        journal.set_label("https://prolific.example", "pool", "chatbot")
    finally:
        journal.close()


def _noon() -> datetime:
    return NOON


WRITTEN = {
    "state": Written("ours/state.json", _write_state),
    "lock of the state": Written("ours/state.json.lock", _write_state),
    "tokens": Written("ours/tokens.json", _write_token),
    "lock of the tokens": Written("ours/tokens.json.lock", _write_token),
    "configuration": Written(
        "ours/config.toml", lambda directory: write_template(directory / "ours"), is_new_only=True
    ),
    "export or secret": Written(
        "ours/new.csv",
        lambda directory: files.write_new(directory / "ours" / "new.csv", b"lab-1,Tr0ub4dor"),
        is_new_only=True,
    ),
    "journal": Written("ours/journal.sqlite3", _write_journal),
    "key of the journal": Written("ours/journal.key", _write_journal),
    "lock of the journal": Written("ours/journal.sqlite3.lock", _write_journal),
    **{
        f"{suffix} of the journal": Written(
            f"ours/journal.sqlite3{suffix}", _write_journal, is_passing=True
        )
        for suffix in ("-wal", "-shm", "-journal")
    },
    "lock of a run with the journal": Written("ours/run.lock", _write_journal, is_passing=True),
    "lock of the drafts": Written("ours/lock", _write_draft),
    "drafts of a run": Written("ours/run", _write_draft),
    "lock of a run's drafts": Written("ours/run/lock", _write_draft),
    "a draft": Written(f"ours/run/{_DRAFT_NAME}", _write_draft),
}
every_path = pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
OWN_FOLDERS = [
    # An export goes where the person says, and can't be read by others there all the same.
    pytest.param(written, id=name)
    for name, written in WRITTEN.items()
    if name != "export or secret"
]


@contextmanager
def no_umask() -> Iterator[None]:
    """As for somebody who lets everybody do everything."""
    before = os.umask(0)
    try:
        yield
    finally:
        os.umask(before)


def way_to(written: Written, ours: Path) -> Path:
    """The path, with the folders that lead to it."""
    path = ours.parent / written.path
    path.parent.mkdir(mode=0o700, exist_ok=True)
    return path


def tried(written: Written, directory: Path) -> None:
    """Write, or be refused in words."""
    with suppress(ProlificTuiError), no_umask():
        written.write(directory)


def open_to_others(directory: Path) -> list[Path]:
    """What below a directory others than its owner can do anything with."""
    found = [directory, *directory.rglob("*")]
    return [path for path in found if not path.is_symlink() and path.stat().st_mode & 0o077]


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """The directory in which it is written, with a victim's file beside it."""
    (tmp_path / "victim").write_bytes(VICTIM)
    (tmp_path / "victim").chmod(0o600)
    ours = tmp_path / "ours"
    ours.mkdir(mode=0o700)
    return ours


def victims_file(ours: Path) -> bytes:
    victim = ours.with_name("victim")
    assert stat.S_IMODE(victim.stat().st_mode) == 0o600
    return victim.read_bytes()


@every_path
def test_with_nothing_in_the_way_it_is_its_owners_alone(written: Written, ours: Path) -> None:
    with no_umask():
        written.write(ours.parent)

    assert (ours.parent / written.path).exists() != written.is_passing
    assert open_to_others(ours) == []


@every_path
def test_no_link_is_written_through(written: Written, ours: Path) -> None:
    for target in ("victim", "nowhere"):
        path = way_to(written, ours)
        path.symlink_to(ours.parent / target)

        tried(written, ours.parent)

        assert victims_file(ours) == VICTIM
        assert not (ours.parent / "nowhere").exists()
        path.unlink(missing_ok=True)  # a file that made no sense may have been put aside
        assert open_to_others(ours) == []


@every_path
def test_no_second_name_of_a_file_is_written_through(written: Written, ours: Path) -> None:
    path = way_to(written, ours)
    # An empty one could be taken for a new one of ours.
    for theirs in (VICTIM, b""):
        (ours.parent / "victim").write_bytes(theirs)
        path.hardlink_to(ours.parent / "victim")

        tried(written, ours.parent)

        assert victims_file(ours) == theirs
        path.unlink(missing_ok=True)


@every_path
def test_a_file_that_everybody_can_read_takes_nothing_of_ours(written: Written, ours: Path) -> None:
    path = way_to(written, ours)
    path.write_bytes(VICTIM)
    path.chmod(0o666)
    with path.open("rb") as opened_before:
        tried(written, ours.parent)

        if "sqlite3-" in written.path:
            # What SQLite has beside a file belongs to that: only its mode is ours to change.
            assert stat.S_IMODE(os.fstat(opened_before.fileno()).st_mode) == 0o600
        else:
            # Whoever has it open reads on in the old one.
            assert opened_before.read() == VICTIM
    if written.is_new_only:
        assert path.read_bytes() == VICTIM
    elif path.is_file() and path.read_bytes() != VICTIM:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@every_path
def test_a_folder_in_the_way_stays_and_what_is_in_it(written: Written, ours: Path) -> None:
    path = way_to(written, ours)
    path.mkdir(mode=0o700)
    (path / "theirs").write_bytes(VICTIM)
    (path / "theirs").chmod(0o600)

    tried(written, ours.parent)

    assert [each.read_bytes() for each in ours.rglob("theirs")] == [VICTIM]
    assert open_to_others(ours) == []


@pytest.mark.parametrize("written", OWN_FOLDERS)
def test_a_link_in_the_place_of_the_folder_leads_nowhere_that_is_not_ours_alone(
    written: Written, ours: Path
) -> None:
    """Nobody's, where tests run as root; else one that everybody may write in."""
    theirs = ours.with_name("theirs")
    ours.rename(theirs)
    ours.symlink_to(theirs)
    if os.geteuid() == 0:
        os.chown(theirs, NOBODY, NOBODY)
    else:
        theirs.chmod(0o777)

    tried(written, ours.parent)

    assert list(theirs.iterdir()) == []


@pytest.mark.parametrize("written", OWN_FOLDERS)
def test_a_directory_in_which_others_write_takes_nothing(written: Written, ours: Path) -> None:
    ours.chmod(0o777)

    tried(written, ours.parent)

    assert not (ours.parent / written.path).exists()
