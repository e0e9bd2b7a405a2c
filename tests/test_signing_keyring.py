"""A new signing secret in a real GNOME keyring, and nothing asked for where there is none."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

import pytest

from prolific_tui.access import Entry
from prolific_tui.demo.seed import MAIN_WORKSPACE
from prolific_tui.errors import Effect
from prolific_tui.operations import Operations
from prolific_tui.submission.plan import Destinations
from prolific_tui.vault import Vault

pytest.importorskip("jeepney", reason="keyring brings it on Linux, where there is D-Bus")

from tests.keyring_session import (  # after the line that skips where it can't be imported
    KeyringSession,
    keyring_session,
    require_programs,
)
from tests.operations_bench import SERVICE_URL, Bench
from tests.submission_bench import secret_plan


@pytest.fixture(scope="module")
def session() -> Iterator[KeyringSession]:
    """A D-Bus session with nothing on it."""
    require_programs()
    with keyring_session() as session:
        yield session


@contextmanager
def signed_in(bench: Bench, environment: Mapping[str, str]) -> Iterator[Operations]:
    """Operations with the keyring of an environment."""
    operations = Operations(replace(bench.parts(), keyring=Vault(environment=environment)))
    operations.start(lambda event: bench.events.put(("", event)))
    try:
        asyncio.run(operations.sign_in())
        yield operations
    finally:
        operations.stop(0)


def test_the_new_secret_is_in_the_keyring_for_other_programs_as_well(
    session: KeyringSession,
) -> None:
    bench = Bench()
    old = bench.service.state.secrets[MAIN_WORKSPACE].value
    plan = replace(secret_plan(bench.service), destinations=Destinations(own_entry=True))
    with session.unlocked_keyring(), signed_in(bench, session.environment) as operations:
        operations.writes.submit(plan)
        assert bench.write_ended().outcome.effect is Effect.ACCEPTED
        kept = asyncio.run(operations.signing.kept(MAIN_WORKSPACE))
        entry = Entry.signing_secret(SERVICE_URL, MAIN_WORKSPACE)
        got = subprocess.run(
            [sys.executable, "-m", "keyring", "get", entry.keyring_service, entry.name],
            env=dict(session.environment),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        probe = asyncio.run(Vault(environment=session.environment).load(Entry.probe(SERVICE_URL)))

    new = bench.service.state.secrets[MAIN_WORKSPACE].value
    assert kept.current == new
    assert kept.previous is not None
    assert kept.previous.value == old
    assert got.strip() == new.reveal()
    assert probe is None, "nothing of the trial is left"


def test_where_no_keyring_can_be_reached_nothing_is_asked_for(session: KeyringSession) -> None:
    bench = Bench()
    plan = replace(secret_plan(bench.service), destinations=Destinations(own_entry=True))
    with signed_in(bench, session.environment) as operations:
        operations.writes.submit(plan)
        outcome = bench.write_ended().outcome
        kept = asyncio.run(operations.signing.kept(MAIN_WORKSPACE))

    assert (outcome.effect, outcome.title) == (Effect.NOT_SENT, "No keyring")
    assert "No new one was asked for." in outcome.message
    assert bench.service.writes == []
    assert kept.trouble is not None
