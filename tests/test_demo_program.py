"""`python -m prolific_tui.demo` as a person starts it: what it prints, serves, and exits with."""

import json
import shlex
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from prolific_tui.demo.__main__ import main
from prolific_tui.demo.seed import DEMO_TOKEN

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "prolific_tui.demo", *arguments]


@contextmanager
def _running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """The program once it serves, and what it printed, by the first word of each line."""
    with subprocess.Popen(
        _command("--port", "0", *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            printed = [process.stdout.readline().split(maxsplit=1) for _ in range(3)]
            yield process, {name: value.strip() for name, value in printed}
        finally:
            process.kill()


def _curl(line: str) -> urllib.request.Request:
    """The request that a printed curl line makes."""
    program, flag, header, url = shlex.split(line)
    assert (program, flag) == ("curl", "-H")
    name, _, value = header.partition(": ")
    return urllib.request.Request(url, headers={name: value})  # noqa: S310 - the demo's own address


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_how_to_reach_it_and_ends_well_when_told_to(stop: signal.Signals) -> None:
    with _running() as (process, printed):
        assert printed["url"].startswith("http://127.0.0.1:")
        assert printed["token"] == DEMO_TOKEN.reveal()
        with _DIRECT.open(_curl(printed["try"]), timeout=10) as answer:
            assert len(json.load(answer)["credential_pools"]) == 5
        process.send_signal(stop)
        _, errors = process.communicate(timeout=10)
        assert (process.returncode, errors) == (0, "")


def test_it_ends_even_while_an_answer_is_being_held_back() -> None:
    with _running("--fault", "getMe=delay:3600,times:1") as (process, printed):
        faults = urllib.request.Request(  # noqa: S310 - the demo's own address
            f"{printed['url']}/demo/faults/", headers={"Authorization": f"Token {printed['token']}"}
        )
        port = int(printed["url"].rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
            line.sendall(b"GET /api/v1/users/me/ HTTP/1.1\r\n\r\n")
            struck = False
            while not struck:
                with _DIRECT.open(faults, timeout=10) as answer:
                    struck = json.load(answer) == {"faults": {}}
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=10)
            assert (process.returncode, errors) == (0, "")
            assert line.recv(1) == b""


def test_faults_can_be_given_at_the_start() -> None:
    faults = ["--fault", "listCredentialPools=502,times:1", "--fault", "getMe=500"]
    with _running(*faults) as (_, printed):
        request = _curl(printed["try"])
        with pytest.raises(urllib.error.HTTPError) as caught:
            _DIRECT.open(request, timeout=10)
        caught.value.close()
        assert caught.value.code == 502
        with _DIRECT.open(request, timeout=10) as answer:
            assert answer.status == 200


def test_a_port_in_use_is_one_line_and_exit_2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            _command("--port", port), capture_output=True, text=True, timeout=20, check=False
        )
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr == f"Port {port} can't be served on: Address already in use\n"


def test_a_fault_that_is_none_is_one_line_and_exit_2() -> None:
    ended = subprocess.run(
        _command("--fault", "getMe=\x1bham"),
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("Not a fault: ")
    assert ended.stderr.count("\n") == 1
    assert "\x1b" not in ended.stderr


@pytest.mark.parametrize("port", ["65536", "9" * 5000, "http", "٣"])
def test_a_port_that_is_none_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--port", port])
    assert caught.value.code == 2
    assert "0 to 65535" in capsys.readouterr().err
