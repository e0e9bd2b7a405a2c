"""The places for a token that need no keyring: the file by choice, and the demo's memory."""

import json
import stat
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from prolific_tui.access import Entry
from prolific_tui.errors import FileError
from prolific_tui.files import RecordsFile, locked
from prolific_tui.secret import Secret
from prolific_tui.vault import (
    MemoryVault,
    TokenFile,
)
from prolific_tui.version import NAME
from tests.disk import Ending, FailingDisk, KilledError, names_in

ENTRY = Entry.token("https://api.prolific.com", "ada")
OTHER = Entry.token("https://prolific.example", "ada")
CANARY = "canary-71ab40"


@pytest.fixture
def token_file(tmp_path: Path) -> TokenFile:
    return TokenFile(tmp_path / "state" / "tokens.json")


@pytest.fixture(params=["file", "memory"])
def place(request: pytest.FixtureRequest, token_file: TokenFile) -> TokenFile | MemoryVault:
    return token_file if request.param == "file" else MemoryVault()


async def test_a_kept_value_comes_back_until_it_is_deleted(place: TokenFile | MemoryVault) -> None:
    assert await place.load(ENTRY) is None
    await place.save(ENTRY, Secret("first"))
    await place.save(ENTRY, Secret("zweites \u00fc"))
    assert await place.load(ENTRY) == Secret("zweites \u00fc")

    await place.delete(ENTRY)
    await place.delete(ENTRY)

    assert await place.load(ENTRY) is None


async def test_a_token_is_given_only_to_the_service_and_name_it_was_saved_for(
    place: TokenFile | MemoryVault,
) -> None:
    await place.save(ENTRY, Secret("one"))
    await place.save(OTHER, Secret("other"))
    await place.delete(OTHER)

    assert await place.load(OTHER) is None
    assert await place.load(Entry(ENTRY.service_url, "webhook secret")) is None
    assert await place.load(ENTRY) == Secret("one")


async def test_the_token_file_is_private(token_file: TokenFile, tmp_path: Path) -> None:
    await token_file.save(ENTRY, Secret(CANARY))

    path = tmp_path / "state" / "tokens.json"
    assert CANARY in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_a_file_that_does_not_give_back_what_it_was_given_is_an_error(
    token_file: TokenFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a network disk that loses what was renamed there."""
    await token_file.save(ENTRY, Secret("one"))
    monkeypatch.setattr(Path, "replace", lambda self, _target: self.unlink())

    with pytest.raises(FileError) as caught:
        await token_file.save(ENTRY, Secret(CANARY))

    assert caught.value.title == "Not saved"
    assert CANARY not in caught.value.message


async def test_a_token_is_not_taken_from_a_directory_that_others_write_in(
    token_file: TokenFile, tmp_path: Path
) -> None:
    await token_file.save(ENTRY, Secret("theirs, perhaps"))
    (tmp_path / "state").chmod(0o770)

    with pytest.raises(FileError) as caught:
        await token_file.load(ENTRY)

    assert caught.value.title == "A folder that others can write in"


async def test_a_look_for_a_token_makes_no_file(token_file: TokenFile, tmp_path: Path) -> None:
    await token_file.load(ENTRY)
    await token_file.delete(ENTRY)

    assert not (tmp_path / "state").exists()


async def test_a_token_file_that_can_not_be_read_is_an_error_without_its_content(
    token_file: TokenFile, tmp_path: Path
) -> None:
    path = tmp_path / "state" / "tokens.json"
    path.parent.mkdir(mode=0o700)
    path.write_text(json.dumps({"version": 2, "services": {"x": {"token": CANARY}}}))

    with pytest.raises(FileError) as caught:
        await token_file.load(ENTRY)

    assert CANARY not in caught.value.message
    assert CANARY in path.read_text()


async def test_a_file_that_was_put_aside_is_told_of_once_as_it_may_hold_tokens(
    token_file: TokenFile, tmp_path: Path
) -> None:
    await token_file.save(ENTRY, Secret(CANARY))
    path = tmp_path / "state" / "tokens.json"
    save = partial(token_file.save, value=Secret("two"))
    for use in (token_file.load, token_file.delete, save):
        path.write_text(path.read_text()[:-4] if path.exists() else CANARY)

        with pytest.raises(FileError, match="Tokens put aside") as caught:
            await use(ENTRY)

        assert ".broken-" in caught.value.message
        assert "may still hold tokens and secrets" in caught.value.message
        assert CANARY not in caught.value.message
        assert await token_file.load(ENTRY) is None
    assert CANARY in path.with_name("tokens.json.broken-1").read_text()


async def test_a_token_file_that_others_can_read_is_taken_from_them(
    token_file: TokenFile, tmp_path: Path
) -> None:
    await token_file.save(ENTRY, Secret("one"))
    path = tmp_path / "state" / "tokens.json"
    path.chmod(0o644)

    assert await token_file.load(ENTRY) == Secret("one")

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_the_demo_says_that_nothing_is_kept() -> None:
    state = await MemoryVault().state()

    assert state.usable
    assert "nothing is kept" in state.message


async def test_what_a_killed_program_left_half_written_goes_with_the_next_save(
    token_file: TokenFile, tmp_path: Path
) -> None:
    """There it would lie in plain text after the token was replaced, and nobody would look."""
    directory = tmp_path / "state"
    await token_file.save(ENTRY, Secret("first"))
    whole, step = names_in(directory), 0
    lost = 0
    while True:
        disk = FailingDisk(step, Ending.KILLED)
        with disk.failing(), suppress(KilledError):
            await token_file.save(ENTRY, Secret(CANARY))
        if not disk.was_reached:
            break
        lost += names_in(directory) != whole
        await token_file.save(ENTRY, Secret("next"))
        assert names_in(directory) == whole, step
        step += 1
    assert lost, "it was killed with a file half written"


async def test_what_another_window_is_writing_is_not_taken_for_left_behind(
    token_file: TokenFile, tmp_path: Path
) -> None:
    path = tmp_path / "state" / "tokens.json"
    await token_file.save(ENTRY, Secret("first"))
    records = RecordsFile(path, 1, lock_seconds=0)
    with locked(path.with_name("tokens.json.lock")):
        being_written = path.with_name(f".{NAME}-tokens.json-1")
        being_written.write_text("{")
        with pytest.raises(FileError, match="In use"):
            records.tidy()
        assert being_written.exists()
    records.tidy()
    assert names_in(path.parent) == {"tokens.json", "tokens.json.lock"}
