"""Programs that keep drafts and come to a bad end, for the tests of drafts.

python -m tests.drafts_process HOW DIRECTORY ROWS
"""

import os
import resource
import signal
import sys
from pathlib import Path

from prolific_tui.credentials.rows import Rows
from prolific_tui.drafts import DraftStore
from prolific_tui.errors import FileError
from prolific_tui.keeping import DraftKeeping
from prolific_tui.submission.draft import DraftContent
from tests.drafts_bench import KEY, NOON


def content(generation: int, rows: int) -> DraftContent:
    """Rows of which each says in which save it was."""
    return DraftContent(Rows.of((f"g{generation}-{n}", f"pw{generation}") for n in range(rows)))


def save(store: DraftStore, generation: int, rows: int) -> None:
    store.save(KEY, content(generation, rows), DraftKeeping.EVERYTHING, NOON)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(how: str, directory: str, rows: int) -> None:
    store = DraftStore(Path(directory), "doomed")
    save(store, 1, rows)
    if how == "before-rename":
        # The last thing that a replacement does with its temporary file is to rename it.
        Path.replace = lambda *_: die()  # type: ignore[assignment, method-assign]
        save(store, 2, rows)
    elif how == "at-any-time":
        for generation in range(2, sys.maxsize):
            os.write(1, b".")
            save(store, generation, rows)
    elif how == "holding":
        os.write(1, b".")
        sys.stdin.read()
    elif how == "disk-full":
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
        try:
            save(store, 2, rows)
        except FileError as error:
            os.write(1, error.message.encode())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
