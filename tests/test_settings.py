import json
import stat
import tempfile
import threading
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prolific_tui.keeping import KEEPING_PLACES, DraftKeeping, TokenPlace
from prolific_tui.profiles import Profile
from prolific_tui.settings import StateFile
from tests.settings_states import LAB, SERVICE, loaded, state_path

OTHER_SERVICE = "https://prolific.example"
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return state_path(tmp_path)


def test_at_the_first_start_nothing_is_known_and_nothing_is_made(path: Path) -> None:
    state = StateFile(path)

    state.load()

    assert state.workspace(SERVICE, "ada") is None
    assert state.profiles() == ()
    assert state.last_profile(SERVICE) == ""
    assert state.secrets_place() is None
    assert state.notes == ()
    assert not path.parent.exists()


def test_the_next_start_knows_workspace_and_accounts(path: Path) -> None:
    state = StateFile(path)
    state.remember_workspace(SERVICE, "ada", "first")
    state.remember_workspace(SERVICE, "ada", "second")
    state.remember_secrets_place(TokenPlace.KEYRING)
    state.remember_profile(LAB)
    state.remember_use(LAB)

    after = loaded(path)

    assert after.workspace(SERVICE, "ada") == "second"
    assert after.secrets_place() is TokenPlace.KEYRING
    assert after.profiles() == (LAB,)
    assert after.last_profile(SERVICE) == "lab"
    assert after.notes == ()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_belongs_to_one_service_or_owner_is_not_given_to_another(path: Path) -> None:
    state = StateFile(path)
    state.remember_workspace(SERVICE, "ada", "hers")
    state.remember_profile(LAB)
    state.remember_use(LAB)

    assert state.workspace(SERVICE, "bob") is None
    assert state.workspace(OTHER_SERVICE, "ada") is None
    assert state.last_profile(OTHER_SERVICE) == ""
    assert state.profile_of(OTHER_SERVICE, "ada") is None
    assert state.profile_of(SERVICE, "bob") is None


def test_an_account_knows_what_its_workspace_is_called(path: Path) -> None:
    state = StateFile(path)
    state.remember_profile(LAB)
    state.remember_workspace(SERVICE, "ada", "w-1", "Evals \x1b")
    state.remember_workspace(SERVICE, "bob", "w-2", "his")

    assert loaded(path).profiles() == (replace(LAB, workspace="Evals \x1b"),)


def test_accounts_are_renamed_and_forgotten_without_the_rest(path: Path) -> None:
    other = replace(LAB, name="pilots", owner_id="bob")
    state = StateFile(path)
    for profile in (LAB, other):
        state.remember_profile(profile)
        state.remember_use(profile)
    state.remember_workspace(SERVICE, "bob", "his")

    state.rename_profile(other, "lab")
    state.rename_profile(replace(LAB, owner_id="nobody"), "somebody")
    assert loaded(path).profiles() == (LAB, other)
    state.rename_profile(other, "evals")
    assert loaded(path).profiles() == (LAB, replace(other, name="evals"))
    assert loaded(path).last_profile(SERVICE) == "evals"
    state.forget_profile(other)
    state.forget_profile(other)

    assert loaded(path).profiles() == (LAB,)
    assert loaded(path).workspace(SERVICE, "bob") == "his"


def test_a_name_that_another_instance_took_meanwhile_is_not_written_over(path: Path) -> None:
    mine, theirs = StateFile(path), StateFile(path)
    mine.load()
    theirs.remember_profile(LAB)
    bob = replace(LAB, owner_id="bob")

    mine.remember_profile(bob)
    mine.remember_use(bob)
    mine.remember_workspace(SERVICE, "bob", "his", "His")

    his = replace(bob, name="lab-2", workspace="His")
    assert loaded(path).profiles() == (LAB, his)
    assert loaded(path).last_profile(SERVICE) == "lab-2"
    long = replace(LAB, name="a" * 24, owner_id="long")
    for known in (long, replace(long, owner_id="another")):
        mine.remember_profile(known)
    assert [profile.name for profile in loaded(path).profiles()[2:]] == ["a" * 24, "a" * 20 + "-2"]


def test_an_account_is_found_by_its_owner_whatever_another_instance_did(path: Path) -> None:
    mine, theirs = StateFile(path), StateFile(path)
    mine.remember_profile(LAB)
    theirs.load()
    theirs.rename_profile(LAB, "team")
    team = replace(LAB, name="team", place=TokenPlace.FILE, owner="new@lab.org", workspace="Hers")

    mine.remember_places(team)
    mine.remember_checked(replace(LAB, owner="new@lab.org"))
    mine.remember_workspace(SERVICE, "ada", "hers", "Hers")
    mine.remember_use(LAB)
    assert loaded(path).profiles() == (team,)
    assert loaded(path).last_profile(SERVICE) == "team"

    theirs.forget_profile(team)
    mine.remember_places(LAB)
    mine.remember_checked(LAB)
    mine.remember_use(LAB)
    mine.rename_profile(LAB, "pilots")
    assert loaded(path).profiles() == ()


@pytest.mark.parametrize(
    "nonsense",
    [
        {"service_url": "http://elsewhere.example"},
        {"service_url": 7},
        {"owner_id": ""},
        {"owner_id": None},
    ],
)
def test_an_account_that_makes_no_sense_counts_as_none(
    path: Path, nonsense: dict[str, object]
) -> None:
    state = StateFile(path)
    state.remember_profile(LAB)
    content = json.loads(path.read_text())
    content["profiles"]["lab"].update(nonsense)
    content["profiles"]["a name"] = content["profiles"]["lab"] | {"service_url": SERVICE}
    path.write_text(json.dumps(content))

    assert loaded(path).profiles() == ()


def test_what_makes_no_sense_of_an_account_leaves_the_rest(path: Path) -> None:
    state = StateFile(path)
    state.remember_profile(LAB)
    content = json.loads(path.read_text())
    content["profiles"]["lab"].update(token_place="cloud", checked="yesterday", owner=[])
    path.write_text(json.dumps(content))

    unknown = replace(LAB, owner="", place=TokenPlace.SESSION, checked=None)
    assert loaded(path).profiles() == (unknown,)


@settings(max_examples=20, deadline=None)  # each is a dozen writes to the disk
@given(
    st.lists(st.tuples(ANY_TEXT, ANY_TEXT, ANY_TEXT), max_size=5),
    st.lists(
        st.builds(
            Profile,
            name=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,23}", fullmatch=True),
            service_url=st.sampled_from([SERVICE, OTHER_SERVICE]),
            owner_id=ANY_TEXT.filter(bool),
            owner=ANY_TEXT,
            place=st.sampled_from([*KEEPING_PLACES, TokenPlace.SESSION]),
            checked=st.none() | st.datetimes(timezones=st.just(UTC)),
            workspace=ANY_TEXT,
        ),
        max_size=5,
        unique_by=(lambda profile: profile.name, lambda profile: profile.whose),
    ),
)
def test_whatever_is_remembered_is_what_the_next_start_loads(
    workspaces: list[tuple[str, str, str]], profiles: list[Profile]
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "state.json"
        state = StateFile(path)
        for service, owner, workspace in workspaces:
            state.remember_workspace(service, owner, workspace)
        for profile in profiles:
            state.remember_profile(profile)

        next_start = loaded(path)
        for (service, owner), workspace in {(s, o): w for s, o, w in workspaces}.items():
            assert next_start.workspace(service, owner) == workspace
        assert list(next_start.profiles()) == profiles


def test_the_demo_remembers_until_it_ends_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    state = StateFile(None)

    state.remember_workspace(SERVICE, "ada", "hers")
    state.remember_secrets_place(TokenPlace.SESSION)

    state.load()

    assert state.workspace(SERVICE, "ada") == "hers"
    assert state.secrets_place() is TokenPlace.SESSION
    assert list(tmp_path.iterdir()) == []


def test_instances_at_work_at_once_keep_each_others_entries(path: Path) -> None:
    # Each waits for its turn as long as the disk takes for all the others.
    states = [StateFile(path, lock_seconds=60) for _ in range(4)]
    for state in states:
        state.load()
    start = threading.Barrier(len(states))

    def work(number: int) -> None:
        start.wait()
        for turn in range(3):
            states[number].remember_workspace(SERVICE, f"owner {number}.{turn}", "theirs")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(states))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [note for state in states for note in state.notes] == []
    next_start = loaded(path)
    owners = [f"owner {number}.{turn}" for number in range(4) for turn in range(3)]
    assert {next_start.workspace(SERVICE, owner) for owner in owners} == {"theirs"}


def test_what_this_version_does_not_know_is_kept(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True)
    unknown = {
        "version": 1,
        "theme": "dark",
        "services": {SERVICE: {"colour": 7}, "odd": 1},
        "secrets_place": "cloud",
    }
    path.write_text(json.dumps(unknown))
    state = loaded(path)
    assert state.secrets_place() is None

    state.remember_workspace(SERVICE, "ada", "hers")

    written = json.loads(path.read_text())
    assert written["theme"] == "dark"
    assert written["services"]["odd"] == 1
    assert written["secrets_place"] == "cloud"
    assert written["services"][SERVICE] == {
        "colour": 7,
        "workspaces": {"ada": "hers"},
    }


@pytest.mark.parametrize("keeping", DraftKeeping)
def test_how_drafts_are_kept_is_asked_once_for_this_machine(
    path: Path, keeping: DraftKeeping
) -> None:
    before = StateFile(path)
    before.load()
    assert before.draft_keeping() is None
    before.remember_draft_keeping(keeping)

    after = StateFile(path)
    after.load()

    assert after.draft_keeping() is keeping


def test_a_way_of_keeping_drafts_that_nobody_knows_is_asked_for_again(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True)
    path.write_text('{"version": 1, "draft_keeping": "somewhere"}')
    state = StateFile(path)
    state.load()

    assert state.draft_keeping() is None
    assert state.notes == ()
