"""Whatever is created and appended in whatever order, the demo's totals are what it accepted."""

import csv
import io
import json
import string

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from prolific_tui.demo.seed import MAIN_WORKSPACE, demo_service
from tests.contract.caller import CheckedCaller

_usernames = st.text(alphabet=string.ascii_lowercase[:3], min_size=1, max_size=2)
_passwords = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5)
_rows = st.lists(st.tuples(_usernames, _passwords), min_size=1, max_size=5)


def _csv(rows: list[tuple[str, str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue().removesuffix("\n")


class Ledger(RuleBasedStateMachine):
    """Random creates and appends against a plain dictionary of what must have been accepted."""

    pool_ids = Bundle("pool_ids")

    @initialize()
    def start(self) -> None:
        self.caller = CheckedCaller(demo_service())
        self.accepted: dict[str, dict[str, str]] = {}
        self.seeded = self.caller.totals(MAIN_WORKSPACE)

    @rule(target=pool_ids, rows=_rows)
    def create(self, rows: list[tuple[str, str]]) -> object:
        body = {"credentials": _csv(rows), "workspace_id": MAIN_WORKSPACE}
        answer = self.caller.call("createCredentialPool", body=body)
        if len(dict(rows)) < len(rows):
            assert answer.status == 409
            return multiple()
        assert answer.status == 201
        pool_id = json.loads(answer.body)["credential_pool_id"]
        assert pool_id not in self.accepted
        self.accepted[pool_id] = dict(rows)
        return pool_id

    @rule(pool_id=pool_ids, rows=_rows)
    def append(self, pool_id: str, rows: list[tuple[str, str]]) -> None:
        kept = self.accepted[pool_id]
        clash = len(dict(rows)) < len(rows) or bool(kept.keys() & dict(rows).keys())
        path = {"credential_pool_id": pool_id}
        body = {"credentials": _csv(rows)}
        answer = self.caller.call("updateCredentialPool", path=path, body=body)
        assert answer.status == (409 if clash else 200)
        if not clash:
            kept.update(rows)

    @invariant()
    def totals_are_what_was_accepted(self) -> None:
        expected = {pool_id: (len(kept),) * 2 for pool_id, kept in self.accepted.items()}
        assert self.caller.totals(MAIN_WORKSPACE) == {**self.seeded, **expected}

    @invariant()
    def credentials_are_what_was_accepted(self) -> None:
        pools = self.caller.service.state.pools
        for pool_id, kept in self.accepted.items():
            passwords = pools[pool_id].passwords
            assert {name: password.reveal() for name, password in passwords.items()} == kept


TestLedger = Ledger.TestCase
TestLedger.settings = settings(
    max_examples=25, stateful_step_count=12, deadline=None, derandomize=True
)
