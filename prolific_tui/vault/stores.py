"""Where values are kept without the keyring: a plain-text file by choice, or this run's memory."""

import asyncio
from pathlib import Path
from typing import Final

from prolific_tui.access import Entry
from prolific_tui.errors import FileError
from prolific_tui.files import (
    Records,
    RecordsFile,
    make_object_in,
    object_in,
    take_from_others,
)
from prolific_tui.secret import Secret
from prolific_tui.vault.states import KeyringCondition, KeyringState

_VERSION: Final = 1
_SERVICES: Final = "services"


class MemoryVault:
    """What the demo has instead of a keyring; the values are gone when the program ends."""

    def __init__(self) -> None:
        self._values: dict[Entry, Secret] = {}

    async def state(self) -> KeyringState:
        """Always usable, and says that nothing is kept."""
        return KeyringState(
            KeyringCondition.USABLE,
            backend="memory",
            title="Demo",
            message="Demo: nothing is kept after you quit, and no keyring is asked.",
            hint="",
        )

    async def load(self, entry: Entry) -> Secret | None:
        """The value of an entry, or None."""
        return self._values.get(entry)

    async def save(self, entry: Entry, value: Secret) -> None:
        """Keep a value until the program ends."""
        self._values[entry] = value

    async def delete(self, entry: Entry) -> None:
        """Forget an entry; it is no error when there is none."""
        self._values.pop(entry, None)

    def close(self) -> None:
        """Nothing waits here."""


class TokenFile:
    """A 0600 file in a private directory that holds values in plain text.

    Only for a person who chose it knowingly: whoever can read this account's files, its backups
    among them, can read the values.
    """

    def __init__(self, path: Path) -> None:
        self._file = RecordsFile(path, _VERSION)

    async def load(self, entry: Entry) -> Secret | None:
        """The value of an entry, or None.

        A file that others can read is taken from them first.

        Raises:
            FileError: the file can't be read; or it made no sense and was put aside, which is told
                once, since what is in it stays as readable as it was.
        """
        records = await asyncio.to_thread(self._read)
        value = object_in(records.content, _SERVICES, entry.service_url).get(entry.name)
        return Secret(value) if isinstance(value, str) else None

    def _read(self) -> Records:
        take_from_others(self._file.path)
        records = self._file.read()
        if records.note:
            raise FileError(
                "Tokens put aside",
                f"{records.note} It may still hold tokens and secrets, as plain text.",
                "Look at it, and delete it.",
            )
        return records

    async def save(self, entry: Entry, value: Secret) -> None:
        """Write a value in place of the entry's former one, and read it back.

        Raises:
            FileError: the file can't be read, as in `load`, or written, and is unchanged; or it
                was written, and does not give the same value back.
        """
        await asyncio.to_thread(self._read)

        def change(content: dict[str, object]) -> None:
            make_object_in(content, _SERVICES, entry.service_url)[entry.name] = value.reveal()

        await asyncio.to_thread(self._file.change, change)
        if await self.load(entry) != value:
            raise FileError(
                "Not saved",
                f"{self._file.path} was written, but does not give the same value back.",
                "Keep it in another place.",
            )

    async def delete(self, entry: Entry) -> None:
        """Take an entry out of the file, and out of what was left half written beside it.

        It is no error when there is none.

        Raises:
            FileError: the file can't be read or written; it is unchanged.
        """
        await asyncio.to_thread(self._file.tidy)
        if await self.load(entry) is None:
            return

        def change(content: dict[str, object]) -> None:
            make_object_in(content, _SERVICES, entry.service_url).pop(entry.name, None)

        await asyncio.to_thread(self._file.change, change)
