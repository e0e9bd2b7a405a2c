"""The main job in tmux, keyboard only: in the demo, and at a service that others use too."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from prolific_tui.demo.seed import DEMO_TOKEN, MAIN_WORKSPACE
from tests.journey import (
    append,
    create,
    find_new_pool,
    go_from_a_messy_list_to_a_new_secret,
    leave_editor,
    load_messy,
    make_right,
    replace_secret,
)
from tests.programs import require_programs
from tests.terminal import SECONDS, keep_drafts
from tests.tmux import shell_in_tmux


def test_the_demo_from_a_messy_list_to_a_pool_and_a_new_secret(tmp_path: Path) -> None:
    with shell_in_tmux(tmp_path) as tmux:
        tmux.run("--demo")
        tmux.wait_for("5 pools")
        go_from_a_messy_list_to_a_new_secret(tmux)
        tmux.press("q")
        assert tmux.wait_exit() == 0
        assert tmux.is_restored
        # The shell has its line, its echo and what stood there before.
        tmux.type("echo all is $((40 + 2))")
        tmux.press("enter")
        tmux.wait_for("--demo")
        tmux.wait_for("all is 42")
    assert list(tmp_path.rglob("prolific-tui*")) == [], "the demo leaves nothing behind"


def test_a_wide_screen_takes_a_messy_list_as_well(tmp_path: Path) -> None:
    with shell_in_tmux(tmp_path, size=(120, 40)) as tmux:
        tmux.run("--demo")
        tmux.wait_for("5 pools")
        load_messy(tmux)
        make_right(tmux)
        create(tmux)
        tmux.press("q")
        tmux.wait_for("Quit and lose 3 unsent rows?")
        tmux.press("y")
        assert tmux.wait_exit() == 0


def test_a_paste_becomes_rows_after_asking_and_nothing_in_it_acts_as_a_key(tmp_path: Path) -> None:
    with shell_in_tmux(tmp_path) as tmux:
        tmux.run("--demo")
        tmux.wait_for("5 pools")
        tmux.press("c")
        tmux.wait_for("No rows yet")
        tmux.paste("quota,Tr0ub4dor-1\nxylo,Tr0ub4dor-2\n")
        tmux.wait_for("Take 2 rows")
        tmux.press("enter")
        tmux.wait_for("2 rows   goes 2   needs your OK 0   left out 0")
        assert "Tr0ub4dor" not in tmux.screen()


# Against a service that others use at the same time


@dataclass(frozen=True, slots=True)
class _OtherClient:
    """Somebody who uses the same service with curl."""

    address: str
    home: Path

    def start(self, path: str, *arguments: str) -> "subprocess.Popen[str]":
        """Start a request."""
        token = f"Authorization: Token {DEMO_TOKEN.reveal()}"
        # Without settings of whoever runs the tests, and without their proxy.
        own = ["curl", "-q", "-sS", "--fail", "--noproxy", "*", "-H", token]
        return subprocess.Popen(
            [*own, *arguments, self.address + path],
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start_create(self, credentials: str) -> "subprocess.Popen[str]":
        """Start to make a pool."""
        body = json.dumps({"credentials": credentials, "workspace_id": MAIN_WORKSPACE})
        header = "Content-Type: application/json"
        return self.start("/api/v1/credentials/", "-H", header, "-d", body)

    def totals(self) -> dict[str, int]:
        """How many credentials each pool of the workspace has, by the pool's id."""
        found = _answer(self.start(f"/api/v1/credentials/?workspace_id={MAIN_WORKSPACE}"))
        return {p["credential_pool_id"]: p["total_credentials"] for p in found["credential_pools"]}


def _answer(request: "subprocess.Popen[str]") -> Any:  # noqa: ANN401 - whatever JSON it is
    """The answer to a request that went well."""
    with request:
        body, _ = request.communicate(timeout=SECONDS)
    assert request.returncode == 0
    return json.loads(body)


@pytest.fixture
def other_client(tmp_path: Path) -> Iterator[_OtherClient]:
    """Another client of a fresh demo service, which runs as a program of its own."""
    require_programs("tmux", "curl")
    # The answers to the first two creates take a while, so that both are under way at once.
    slow = ["--fault", "createCredentialPool=delay:0.5,times:2"]
    with subprocess.Popen(
        [sys.executable, "-m", "prolific_tui.demo", "--port", "0", *slow],
        stdout=subprocess.PIPE,
        text=True,
    ) as service:
        try:
            assert service.stdout is not None
            yield _OtherClient(service.stdout.readline().split()[1], tmp_path)
        finally:
            service.kill()


def test_curl_makes_pools_in_the_same_workspace_meanwhile(
    other_client: _OtherClient, tmp_path: Path
) -> None:
    environment = {
        "PROLIFIC_URL": other_client.address,
        "PROLIFIC_TOKEN": DEMO_TOKEN.reveal(),
    }
    keep_drafts(tmp_path)
    with shell_in_tmux(tmp_path, environment=environment) as tmux:
        tmux.run()
        tmux.wait_for("5 pools")
        load_messy(tmux)
        make_right(tmux)
        request = other_client.start_create("curl-1,x-1\ncurl-2,x-2")
        create(tmux)
        _answer(request)
        leave_editor(tmux)
        tmux.press("r")
        name = find_new_pool(tmux, pools=7)

        # What others do is there after a refresh, and the cursor stays on its pool.
        _answer(other_client.start_create("curl-3,x-3"))
        assert "7 pools" in tmux.screen()
        tmux.press("r")
        tmux.wait_for("8 pools")
        append(tmux, name)
        replace_secret(tmux)
        tmux.press("q")
        assert tmux.wait_exit() == 0
        assert tmux.is_restored
    totals = other_client.totals()
    assert list(totals.values()).count(19) == 1
    assert sorted(totals.values())[:2] == [1, 2]
