"""How long a key and the end after `q` take, in every state that a keyring can be in."""

import re
import statistics
import time
from collections.abc import Iterator
from typing import Final

from prolific_tui.demo.seed import demo_service
from prolific_tui.demo.server import Server, serving
from tests.benchmark.figures import Line
from tests.benchmark.measured import MeasuredTerminal
from tests.benchmark.plan import Plan, limit_line
from tests.keyring_session import KeyringSession, keyring_session
from tests.keyring_states import (
    State,
    failing,
    forced,
    locked,
    silent,
    unlocked,
    unseen,
    without_bus,
)
from tests.terminal import PROGRAM, signed_in

_STATES: Final[dict[str, State]] = {
    "unlocked": unlocked,
    "locked": locked,
    "asking in a window that nobody sees": unseen,
    "not there": without_bus,
    "silent": silent,
    "failing": failing,
    "null": forced("keyring.backends.null.Keyring"),
    "chainer": forced("keyring.backends.chainer.ChainerBackend"),
}
_MOST_MILLISECONDS: Final = 1000.0
_MOST_MILLISECONDS_OF_A_KEY: Final = 100.0
_ASKED: Final = re.compile("Keyring +[A-Za-z]")
"""What Account says from when it has begun to ask."""


def quitting(plan: Plan) -> Iterator[Line]:
    """From a key to what it shows, and from `q` to the end, while the keyring is asked."""
    with serving(demo_service()) as server, keyring_session() as session:
        with session.unlocked_keyring():
            pass  # it has a password from now on, so that it can be locked
        for name, state in _STATES.items():
            keys, taken = zip(
                *(_milliseconds(state, session, server) for _ in range(plan.runs)), strict=True
            )
            yield limit_line(
                f"a key, keyring {name}",
                max(keys),
                _MOST_MILLISECONDS_OF_A_KEY,
                "ms",
                f"median of {len(keys)}: {statistics.median(keys):.0f} ms",
            )
            yield limit_line(
                f"exit after q, keyring {name}",
                max(taken),
                _MOST_MILLISECONDS,
                "ms",
                f"median of {len(taken)}: {statistics.median(taken):.0f} ms",
            )


def _milliseconds(state: State, session: KeyringSession, server: Server) -> tuple[float, float]:
    with state(session) as keyring:
        environment = {**keyring, **signed_in(server)}
        with MeasuredTerminal(*PROGRAM, home=session.home, environment=environment) as terminal:
            terminal.wait_for("5 pools")
            terminal.press("4")
            terminal.wait_for(_ASKED)
            start = time.perf_counter()
            terminal.press("?")
            terminal.wait_for("This list")
            shown = time.perf_counter()
            terminal.press("escape")
            terminal.wait_for(lambda: "This list" not in terminal.screen())
            leaving = time.perf_counter()
            terminal.press("q")
            terminal.wait_exit()
            return (shown - start) * 1000, (time.perf_counter() - leaving) * 1000
