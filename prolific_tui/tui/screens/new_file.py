"""New files: the path is asked for until what is to stand there was written."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from prolific_tui.errors import FileError, TakenError
from prolific_tui.tui.dialogs import PathDialog
from prolific_tui.tui.shell import Shell

_PRIVATE: Final = "A new file that only you can read (0600). An existing file is never touched."


async def ask_new_file(
    shell: Shell,
    title: str,
    before: Path | None = None,
    *,
    is_proposed: bool = False,
    remark: str = "",
) -> Path | None:
    """Ask for the path of a file that does not exist yet.

    Args:
        shell: Where it is asked.
        title: What the file is for.
        before: What was answered the last time, and would not do, or what may be answered now.
        is_proposed: Whether `before` was never answered, and typing takes its place.
        remark: Why it is asked again, where nothing else has said so.
    """
    path = await shell.ask(
        PathDialog(
            title,
            _PRIVATE,
            shell.operations.complete_path,
            opens=False,
            start="" if before is None else str(before),
            is_proposed=is_proposed,
            remark=remark,
        )
    )
    return Path(path) if path else None


async def write_new_file(
    shell: Shell, title: str, write: Callable[[Path], Awaitable[Path]], name: str = ""
) -> Path | None:
    """Ask where to, and write; where that fails, say why and ask again, with a free name.

    Args:
        shell: Where it is asked.
        title: What the file is.
        write: Writes it and gives its absolute path; raises `FileError`, and has written nothing.
        name: What is proposed as its name, or the first free one like it; empty for nothing.

    Returns:
        What `write` gave, or None where the person gave up.
    """
    proposed = await shell.operations.free_path(name) if name else None
    path = await ask_new_file(shell, title, proposed, is_proposed=True)
    while path is not None:
        try:
            with shell.holding_keys():
                return await write(path)
        except FileError as error:
            if isinstance(error, TakenError):
                path = path.with_name(error.free)
            remark = f"Nothing was written. {error.message} {error.hint}".strip()
            path = await ask_new_file(shell, title, path, remark=remark)
    return None
