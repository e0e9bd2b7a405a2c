"""What tests of kept signing secrets share: one that is replaced, and where it is by now."""

import asyncio
from dataclasses import replace
from pathlib import Path

from prolific_tui.access import Entry
from prolific_tui.demo.seed import MAIN_WORKSPACE
from prolific_tui.operations import KeptSecrets
from prolific_tui.secret import Secret
from prolific_tui.submission.outcome import Outcome
from prolific_tui.submission.plan import Destinations, SecretPlan
from tests.operations_bench import SERVICE_URL, Bench
from tests.submission_bench import Write, secret_plan

CREATE = Write.SECRET.value
ENTRY = Entry.signing_secret(SERVICE_URL, MAIN_WORKSPACE)


def value_of(bench: Bench) -> Secret:
    """The secret that Prolific has now."""
    return bench.service.state.secrets[MAIN_WORKSPACE].value


def plan_to(bench: Bench, *, own_entry: bool = False, file: Path | None = None) -> SecretPlan:
    return replace(secret_plan(bench.service), destinations=Destinations(own_entry, file))


def replaced(bench: Bench, plan: SecretPlan) -> Outcome:
    """What becomes of the replacement of the secret."""
    with bench.signed_in() as operations:
        operations.writes.submit(plan)
        return bench.write_ended().outcome


def kept(bench: Bench) -> KeptSecrets:
    with bench.running() as operations:
        return asyncio.run(operations.signing.kept(MAIN_WORKSPACE))
