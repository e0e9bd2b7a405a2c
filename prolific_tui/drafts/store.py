"""The folder of drafts: who may write where, what is offered to whom, and what is taken back."""

import contextlib
import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from prolific_tui import files
from prolific_tui.drafts.form import (
    BrokenError,
    Header,
    NewerError,
    decoded,
    encoded,
    read_header,
)
from prolific_tui.errors import FileError
from prolific_tui.keeping import DraftKeeping
from prolific_tui.submission.draft import DraftContent, DraftKey, DraftSummary, StoredDraft
from prolific_tui.version import NAME

_SUFFIX: Final = ".draft"
_HEADER_BYTES: Final = 64 * 1024
_LIMIT: Final = 1024 * 1024 * 1024
_LOCK_SECONDS: Final = 2.0


class DraftStore:
    """The drafts in one directory, as one running program sees them; any thread may ask.

    Nothing is made before the first save. `name` is the name of this program's folder, which no
    other program may ever have: some random letters.

    The methods raise `FileError` where the disk does not do as asked; what was kept before is then
    unchanged.
    """

    def __init__(self, directory: Path, name: str, lock_seconds: float = _LOCK_SECONDS) -> None:
        self._directory = files.expand(directory)
        self._own = self._directory / name
        self._lock_seconds = lock_seconds
        self._turn = threading.Lock()
        self._held = contextlib.ExitStack()
        self._is_claimed = False

    def save(
        self, key: DraftKey, content: DraftContent, keeping: DraftKeeping, at: datetime
    ) -> None:
        """Keep the rows for a target in the place of those this program kept for it before.

        On return they are on the disk, or with `NOTHING` nothing is. A crash at any point leaves
        the rows of this save or those of the one before.
        """
        if keeping is DraftKeeping.NOTHING or not len(content.rows):
            self.discard(key)
            return
        if keeping is DraftKeeping.USERNAMES:
            content = content.without_passwords()
        header = Header(
            key,
            content.label,
            content.source,
            len(content.rows),
            at,
            has_passwords=keeping is DraftKeeping.EVERYTHING,
            in_pool=content.in_pool,
        )
        with self._turn:
            self._claim()
            files.replace(self._own / _file_name(key), encoded(header, content))

    def discard(self, key: DraftKey) -> None:
        """Remove what this program keeps for a target; nothing happens where there is nothing."""
        with self._turn:
            if self._is_claimed:
                files.remove(self._own / _file_name(key))

    def left(self) -> tuple[tuple[DraftSummary, ...], tuple[str, ...]]:
        """The drafts of other runs, the newest first, and notes on files that are no use.

        A file that can't be understood is renamed; one of a newer version is left alone.
        """
        summaries: list[DraftSummary] = []
        notes: list[str] = []
        with self._turn, self._looking():
            for folder in self._folders():
                if folder == self._own:
                    continue
                try:
                    with _if_gone(folder) as is_gone:
                        summaries += _summaries(folder, notes, in_use=not is_gone)
                        if is_gone:
                            _tidy(folder)
                except FileError as error:
                    notes.append(error.message)
        summaries.sort(key=lambda each: each.saved_at, reverse=True)
        return tuple(summaries), tuple(notes)

    def resume(self, draft_id: str) -> StoredDraft:
        """Take over a draft that another run left, and give its rows.

        From now on it is this program's: `save` and `discard` of its key go on with it.

        Raises:
            FileError: also where it is not there any more, its program still runs, it can't be
                understood, or this program keeps other rows for the same target.
        """
        with self._turn:
            self._claim()
            with self._left_alone(draft_id) as path:
                own = self._own / path.name
                if own in files.entries(self._own):
                    raise FileError(
                        "There are other rows for this target",
                        "Rows for the same target are open here; the older ones stay where they "
                        "are.",
                        "Send or discard the rows that are open, then take up the older ones.",
                    )
                header, content = _read(path)
                files.move(path, own)
                _tidy(path.parent)
        return StoredDraft(_summary_of(own, header, in_use=False), content)

    def look(self, draft_id: str) -> StoredDraft:
        """The rows of a draft that another run left, which stays where it is; raises as `resume`.

        A damaged one is renamed.
        """
        with self._turn, self._left_alone(draft_id) as path:
            header, content = _read(path)
            return StoredDraft(_summary_of(path, header, in_use=False), content)

    def delete(self, draft_id: str) -> None:
        """Remove a draft that another run left, without taking it over; raises as `resume`."""
        with self._turn, self._left_alone(draft_id) as path:
            files.remove(path)
            _tidy(path.parent)

    def conform(self, keeping: DraftKeeping) -> tuple[str, ...]:
        """Take back what was kept before and is not to be kept any more, after a new choice.

        Passwords, or whole drafts, leave the files of this program and of those that are gone.

        Returns:
            What could not be done, a sentence each.
        """
        notes: list[str] = []
        with self._turn, self._looking():
            for folder in self._folders():
                is_own = folder == self._own and self._is_claimed
                with contextlib.nullcontext(True) if is_own else _if_gone(folder) as may_change:
                    told = [_conformed(path, keeping, may_change) for path in _drafts(folder)]
                    notes.extend(filter(None, told))
                    if may_change and not is_own:
                        _tidy(folder)
        return tuple(notes)

    def close(self) -> None:
        """Let other programs have what this one kept; its end does the same."""
        with self._turn:
            self._held.close()
            self._is_claimed = False

    def _claim(self) -> None:
        """Make this program's folder, and hold it."""
        if self._is_claimed and self._own in files.entries(self._directory):
            return
        self._held.close()  # somebody cleared the directory away
        self._is_claimed = False
        files.make_private(self._directory)
        with self._alone():
            files.make_private(self._own)
            self._held.enter_context(files.locked(self._own / "lock", 0))
            self._is_claimed = True

    def _alone(self) -> contextlib.AbstractContextManager[None]:
        """Keep other programs from moving things meanwhile."""
        return files.locked(self._directory / "lock", self._lock_seconds)

    def _looking(self) -> contextlib.AbstractContextManager[None]:
        """The same, but nothing is made where nothing is."""
        if not files.entries(self._directory):
            return contextlib.nullcontext()
        files.make_private(self._directory)
        return self._alone()

    def _folders(self) -> tuple[Path, ...]:
        return tuple(path for path in files.entries(self._directory) if path.is_dir())

    @contextlib.contextmanager
    def _left_alone(self, draft_id: str) -> Iterator[Path]:
        """The file of a draft whose program has ended, held so that nobody else takes it over."""
        with self._looking():
            # Found among what is there, so that no id, whatever it says, leads anywhere else.
            found = [
                path
                for folder in self._folders()
                for path in _drafts(folder)
                if _id_of(path) == draft_id
            ]
            if not found:
                raise FileError(
                    "It is not there any more",
                    "That draft was taken up, sent or discarded meanwhile, perhaps in another "
                    "window.",
                )
            with _if_gone(found[0].parent) as is_gone:
                if not is_gone:
                    raise FileError(
                        "Open in another window",
                        f"The {NAME} that keeps {found[0]} still runs; nothing was changed.",
                        "Go on there, or quit it first.",
                    )
                yield found[0]


@contextlib.contextmanager
def _if_gone(folder: Path) -> Iterator[bool]:
    """Whether the program of a folder has ended; where it has, the folder is held meanwhile."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(files.locked(folder / "lock", 0))
        except FileError as error:
            if error.__cause__ is not None:  # not held by anybody: the disk said no
                raise
            yield False
            return
        yield True


def _read(path: Path) -> tuple[Header, DraftContent]:
    try:
        return decoded(files.read_regular(path, _LIMIT))
    except NewerError:
        raise FileError(
            "Written by a newer version",
            _newer(path),
            f"Use the newer {NAME} here as well.",
        ) from None
    except BrokenError:
        aside = files.set_aside(path)
        raise FileError(
            "The draft is damaged", f"{path} could not be understood and is now {aside.name}."
        ) from None


def _file_name(key: DraftKey) -> str:
    """A name for the file of a target: ids are other people's text, and no file names."""
    text = json.dumps([key.service_url, key.owner_id, key.workspace_id, key.pool_id])
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:32] + _SUFFIX


def _drafts(folder: Path) -> tuple[Path, ...]:
    return tuple(path for path in files.entries(folder) if path.suffix == _SUFFIX)


def _tidy(folder: Path) -> None:
    """Remove the folder of a program that is gone, once it keeps nothing.

    What it was writing when it ended goes too. Files that were put aside stay.
    """
    # A folder that can't be removed costs nobody anything, least of all a draft just taken up.
    with contextlib.suppress(FileError):
        for path in files.entries(folder):
            if path.name.startswith(f".{NAME}-"):
                files.remove(path)
        if {path.name for path in files.entries(folder)} <= {"lock"}:
            files.remove(folder / "lock")
            files.remove(folder)


def _summaries(folder: Path, notes: list[str], *, in_use: bool) -> list[DraftSummary]:
    """What a folder keeps; what is no use is added to the notes."""
    summaries = []
    for path in _drafts(folder):
        try:
            header = read_header(files.read_start(path, _HEADER_BYTES).partition(b"\n")[0])
        except NewerError:
            notes.append(_newer(path))
        except BrokenError:
            where = "" if in_use else f" and is now {files.set_aside(path).name}"
            notes.append(f"{path} could not be understood{where}.")
        else:
            summaries.append(_summary_of(path, header, in_use=in_use))
    return summaries


def _summary_of(path: Path, header: Header, *, in_use: bool) -> DraftSummary:
    return DraftSummary(
        id=_id_of(path),
        key=header.key,
        label=header.label,
        source=header.source,
        rows=header.rows,
        saved_at=header.saved_at,
        has_passwords=header.has_passwords,
        in_use=in_use,
        in_pool=header.in_pool,
    )


def _conformed(path: Path, keeping: DraftKeeping, may_change: bool) -> str:
    """Make one file hold no more than is to be kept; what could not be done, or nothing."""
    try:
        if keeping is DraftKeeping.EVERYTHING:
            return ""
        if not may_change:
            return f"{path} belongs to a {NAME} that still runs, and stays until that one saves."
        if keeping is DraftKeeping.NOTHING:
            files.remove(path)
            return ""
        header, content = decoded(files.read_regular(path, _LIMIT))
        if header.has_passwords:
            bare = replace(header, has_passwords=False)
            files.replace(path, encoded(bare, content.without_passwords()))
    except FileError as error:
        return error.message
    except (BrokenError, NewerError):
        return f"{path} could not be understood; it may hold passwords."
    return ""


def _id_of(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _newer(path: Path) -> str:
    return f"{path} was kept by a newer {NAME}, and is left alone."
