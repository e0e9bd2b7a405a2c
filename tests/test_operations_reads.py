"""Reads: asked for by the interface's workers, and given up with them."""

import asyncio
import stat
from pathlib import Path

import pytest

from prolific_tui.demo.faults import Fault
from prolific_tui.demo.seed import CHATBOT_B, FORBIDDEN_WORKSPACE, MAIN_WORKSPACE
from prolific_tui.errors import FileError, ProlificTuiError, ServiceError, SettingsError
from prolific_tui.keeping import DraftKeeping, MachineKeeping, TokenPlace
from prolific_tui.operations.events import ReadOver, ReadRetried
from prolific_tui.operations.memory import Memory
from prolific_tui.secret import Secret
from prolific_tui.settings import StateFile
from tests.credentials_exports import taken
from tests.operations_bench import PATIENCE, SERVICE_URL, Bench
from tests.submission_bench import impatient_threads


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def test_the_workspace_is_read_with_the_token_in_use(bench: Bench) -> None:
    with bench.running() as operations:
        await operations.sign_in()

        workspaces = await operations.workspaces()
        pools = await operations.pools(MAIN_WORKSPACE)
        webhooks = await operations.webhooks(MAIN_WORKSPACE)

    assert len(workspaces) == 23
    assert CHATBOT_B in {pool.credential_pool_id for pool in pools}
    assert webhooks.secret is not None
    assert webhooks.secret.value == bench.service.state.secrets[MAIN_WORKSPACE].value
    assert {each.is_enabled for each in webhooks.subscriptions or ()} == {True, False}


async def test_subscriptions_that_can_not_be_read_do_not_hide_the_secret(bench: Bench) -> None:
    bench.service.switch_on("listSubscriptions", Fault(status=403))
    with bench.running() as operations:
        await operations.sign_in()

        webhooks = await operations.webhooks(MAIN_WORKSPACE)

    assert webhooks.secret is not None
    assert webhooks.secret.value == bench.service.state.secrets[MAIN_WORKSPACE].value
    assert webhooks.subscriptions is None
    assert webhooks.trouble is not None
    assert webhooks.trouble.status == 403


async def test_a_secret_that_can_not_be_read_is_an_error(bench: Bench) -> None:
    bench.service.switch_on("listSecrets", Fault(status=403))
    with bench.running() as operations:
        await operations.sign_in()

        with pytest.raises(ServiceError):
            await operations.webhooks(MAIN_WORKSPACE)


async def test_a_token_that_is_revoked_meanwhile_is_told_with_where_it_came_from(
    bench: Bench,
) -> None:
    with bench.running() as operations:
        await operations.sign_in()
        bench.service.tokens.clear()

        with pytest.raises(ServiceError) as caught:
            await operations.pools(MAIN_WORKSPACE)

    assert caught.value.message == (
        "Prolific does not accept this token. A read changes nothing. The token is from"
        f" --token-file; {SERVICE_URL} refused it."
    )


async def test_a_typed_token_that_is_revoked_is_told_with_where_it_is_kept_by_now(
    bench: Bench,
) -> None:
    with bench.running() as operations:
        await operations.sign_in_with("demo-token-of-no-account")
        await operations.keep(MachineKeeping(TokenPlace.KEYRING, DraftKeeping.NOTHING))
        bench.service.tokens.clear()

        with pytest.raises(ServiceError) as caught:
            await operations.pools(MAIN_WORKSPACE)

    assert "The token is from the keyring (account you); " in caught.value.message


async def test_other_trouble_says_nothing_of_the_token(bench: Bench) -> None:
    with bench.running() as operations:
        await operations.sign_in()
        with pytest.raises(ServiceError) as caught:
            await operations.pools(FORBIDDEN_WORKSPACE)
    assert "--token-file" not in caught.value.message


async def test_a_workspace_without_a_secret_has_none(bench: Bench) -> None:
    del bench.service.state.secrets[MAIN_WORKSPACE]
    with bench.running() as operations:
        await operations.sign_in()

        assert (await operations.webhooks(MAIN_WORKSPACE)).secret is None


async def test_nothing_is_read_before_anyone_is_signed_in(bench: Bench) -> None:
    with bench.running() as operations:
        for read in (
            operations.workspaces(),
            operations.pools(MAIN_WORKSPACE),
            operations.webhooks(MAIN_WORKSPACE),
        ):
            with pytest.raises(SettingsError, match="Not signed in"):
                await read
    assert bench.service.log == []


async def test_what_prolific_refuses_reaches_who_asked(bench: Bench) -> None:
    with bench.running() as operations:
        await operations.sign_in()

        with pytest.raises(ServiceError) as caught:
            await operations.pools(FORBIDDEN_WORKSPACE)

    assert caught.value.status == 403


async def test_a_read_is_given_up_with_the_worker_that_asked(bench: Bench) -> None:
    with bench.running() as operations:
        await operations.sign_in()
        held = bench.hold("listCredentialPools")
        worker = asyncio.create_task(operations.pools(MAIN_WORKSPACE))
        assert await asyncio.to_thread(held.reached.wait, PATIENCE)

        worker.cancel()

        assert await asyncio.to_thread(held.given_up.wait, PATIENCE)
        with pytest.raises(asyncio.CancelledError):
            await worker


async def test_reads_under_way_survive_a_new_token(bench: Bench) -> None:
    bench.service.tokens.add("another-token")
    with bench.running() as operations:
        await operations.sign_in()
        held = bench.hold("listCredentialPools")
        reading = asyncio.create_task(operations.pools(MAIN_WORKSPACE))
        assert await asyncio.to_thread(held.reached.wait, PATIENCE)
        await operations.sign_in_with("another-token")
        assert bench.closed == []
        held.go_on.set()

        assert len(await reading) == 5
        assert len(bench.closed) == 1


# Files


async def test_a_file_and_a_paste_become_rows(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "wave.csv"
    path.write_bytes(b"\xef\xbb\xbfusername,password\r\nlab-1,pw-one\r\n")
    with bench.running() as operations:
        loaded = await operations.look_at_file(path)
        pasted = await operations.look_at_paste("lab-2\tpw-two\nlab-3\tpw-three\n")
        rows = [list(taken(intake).rows) for intake in (loaded, pasted)]

        assert rows == [[("lab-1", "pw-one")], [("lab-2", "pw-two"), ("lab-3", "pw-three")]]


async def test_a_file_that_is_not_there_is_told_in_words(bench: Bench, tmp_path: Path) -> None:
    with bench.running() as operations:
        with pytest.raises(ProlificTuiError) as caught:
            await operations.look_at_file(tmp_path / "missing.csv")

        assert "missing.csv" in caught.value.message


async def test_a_path_is_completed(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "wave-1.csv").touch()
    (tmp_path / "wave-2.csv").touch()
    with bench.running() as operations:
        found = await operations.complete_path(str(tmp_path / "wa"))

    assert [Path(path).name for path in found] == ["wave-1.csv", "wave-2.csv"]


async def test_a_secret_is_saved_to_a_new_private_file_only(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "secret.txt"
    with bench.running() as operations:
        assert await operations.signing.save_to_file(path, Secret("whs-one")) == path
        with pytest.raises(FileError):
            await operations.signing.save_to_file(path, Secret("whs-two"))

    assert path.read_text() == "whs-one\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


# What is remembered


async def test_the_next_start_finds_the_workspace_of_this_owner_at_this_service(
    tmp_path: Path,
) -> None:
    state = tmp_path / "state.json"
    with Bench(state=state).running() as operations:
        await operations.sign_in()
        await operations.remember_workspace("ada", "w-ada")
        await operations.remember_workspace("bob", "w-bob")

    with Bench(state=state).running() as operations:
        await operations.sign_in()
        assert await operations.remembered_workspace("ada") == "w-ada"
        assert await operations.remembered_workspace("bob") == "w-bob"
        assert await operations.remembered_workspace("eve") is None

    with Bench(state=state, service_url="https://prolific.example").running() as operations:
        await operations.sign_in()
        assert await operations.remembered_workspace("ada") is None


async def test_what_is_not_remembered_is_a_note_and_no_error(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text("not JSON")
    with Bench(state=state).running() as operations:
        found = await operations.sign_in()

        assert found.account is not None
        assert any("state.json" in note for note in found.notes)


async def test_what_is_remembered_can_be_asked_for_while_more_is_remembered() -> None:
    known = StateFile(None)
    for number in range(2000):
        known.remember_workspace(SERVICE_URL, f"owner-{number}", "w")
    memory = Memory(known)
    with impatient_threads():
        found = await asyncio.gather(
            *(
                question
                for number in range(50)
                for question in (
                    memory.workspace(SERVICE_URL, f"owner-{number}"),
                    memory.remember_workspace(SERVICE_URL, f"newcomer-{number}", "w"),
                )
            )
        )

    assert found == ["w", ()] * 50


def test_operations_tell_what_they_were_made_for(bench: Bench) -> None:
    with bench.running() as operations:
        assert operations.service_url == SERVICE_URL
        assert not operations.is_demo
        assert operations.clock() < operations.clock()
        assert bench.given is not None
        assert bench.given.place is TokenPlace.TOKEN_FILE


async def test_a_read_that_is_tried_again_is_told_of(bench: Bench) -> None:
    with bench.running() as operations:
        await operations.sign_in()
        bench.service.switch_on("listCredentialPools", Fault(status=503, times=1))

        assert len(await operations.pools(MAIN_WORKSPACE)) == 5
        bench.service.switch_on("listCredentialPools", Fault(status=503, times=1))
        await operations.history.known_with_reports(CHATBOT_B, 60, MAIN_WORKSPACE)

    told = [bench.next_event() for _ in range(bench.events.qsize())]
    assert [type(event) for event in told] == [ReadRetried, ReadOver] * 2
    # Of what a screen shows, and of what is sent or looked for.
    screens, _, sends, over = told
    assert isinstance(screens, ReadRetried)
    assert isinstance(sends, ReadRetried)
    assert isinstance(over, ReadOver)
    assert (screens.is_of_send, sends.is_of_send) == (False, True)
    assert screens.read != sends.read == over.read
    assert sends.asker is None
