"""The search for canaries finds what there is, wherever it is and however it is written."""

import base64
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest

from tests.canaries import Evidence, Processes, WatchedTerminal

TOKEN: Final = "Qt7vX9mK2wN4"

_LEAKING: Final = """
import subprocess, sys, time
leak = sys.stdin.readline().strip()
open("left-behind", "w").write(f"x{leak}")
print(f"\\x1b[2J\\x1b[H{leak[:5]}\\x1b[1m{leak[5:]}", flush=True)
child = [sys.executable, "-c", "input('child runs')", leak]
subprocess.run(child, env={"HELD": leak}, stdout=sys.stderr)
"""


def test_the_search_finds_a_canary_in_every_place(tmp_path: Path) -> None:
    with (
        WatchedTerminal(*("-c", _LEAKING), home=tmp_path, command=(sys.executable,)) as terminal,
        Processes(terminal.pid, terminal.evidence),
    ):
        terminal.type(f"{TOKEN}\n")
        terminal.wait_for("child runs")
        child = f"-c input('child runs') {TOKEN}"
        terminal.wait_for(lambda: f"environment of {child}" in terminal.evidence.places())
        terminal.note_bytes()
        terminal.evidence.add_files(tmp_path)
    assert {
        f"the token, plain, in {place}"
        for place in (
            "the screen",
            "the terminal's bytes",
            "file left-behind",
            f"command line of {child}",
            f"environment of {child}",
        )
    } == set(terminal.evidence.found({"the token": TOKEN}))


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
@pytest.mark.parametrize(
    ("spelling", "spell"),
    [
        ("plain", lambda text: text[:-3].encode()),
        ("plain", lambda text: json.dumps({"value": text}).encode()),
        ("plain", lambda text: quote(text).encode()),
        ("base64", lambda text: base64.b64encode(text.encode())),
        ("base64", lambda text: base64.urlsafe_b64encode(f"{text}?".encode())),
        ("hex", lambda text: text.encode().hex().encode()),
        ("percent", lambda text: "".join(f"%{ord(each):02X}" for each in text).encode()),
        ("JSON", lambda text: "".join(f"\\u{ord(each):04x}" for each in text).encode()),
        ("UTF-16", lambda text: text.encode("utf-16")),
        ("reversed", lambda text: text[::-1].encode()),
    ],
)
def test_the_search_knows_a_canary_in_every_spelling(
    before: str, spelling: str, spell: Callable[[str], bytes]
) -> None:
    evidence = Evidence()
    evidence.add("a file", b"\xff" + spell(f"{before}{TOKEN}") + b"\n")
    assert evidence.found({"the token": TOKEN}) == [f"the token, {spelling}, in a file"]
