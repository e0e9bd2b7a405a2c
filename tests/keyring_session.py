"""A real GNOME keyring for tests, on a D-Bus session of its own that touches nobody's keyring.

The bus activates nothing, so that exactly the services that a test starts are there: a session
without a keyring, one whose keyring is locked and can't ask, one whose prompt nobody answers.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from jeepney import MatchRule, message_bus  # type: ignore[import-untyped]
from jeepney.io.blocking import (  # type: ignore[import-untyped]
    DBusConnection,
    Proxy,
    open_dbus_connection,
)

PROGRAMS: Final = ("dbus-run-session", "dbus-daemon", "gnome-keyring-daemon")
SECRET_SERVICE: Final = "org.freedesktop.secrets"
SYSTEM_PROMPTER: Final = "org.gnome.keyring.SystemPrompter"
PASSWORD: Final = b"the keyring's own password"
SECONDS: Final = 10

_BUS_CONFIGURATION: Final = """<busconfig>
  <type>session</type>
  <listen>unix:dir={directory}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


def require_programs() -> None:
    """Skip the test where the programs are missing; on CI, where they must be there, fail it."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"CI must install {', '.join(missing)}")
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


def _program(name: str) -> str:
    path = shutil.which(name)
    assert path is not None, f"{name} is missing; call require_programs first"
    return path


class KeyringSession:
    """A D-Bus session in a home directory of its own, and the keyring daemon in it, if started."""

    def __init__(self, home: Path, address: str) -> None:
        self._home = home
        self._address = address

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment of a program that runs in this session."""
        return isolated_environment(self._home) | {"DBUS_SESSION_BUS_ADDRESS": self._address}

    @contextmanager
    def unlocked_keyring(self) -> Iterator[None]:
        """Run the keyring, unlocked; its login keyring is made when there is none."""
        with self._keyring("--unlock"):
            yield

    @contextmanager
    def locked_keyring(self) -> Iterator[None]:
        """Run the keyring, locked; there is no prompter that could ask for its password."""
        with self._keyring():
            yield

    @contextmanager
    def silent_prompter(self) -> Iterator[Callable[[], None]]:
        """Be the window that asks for passwords, on a display where nobody sees it.

        Gives a function that waits until the window is asked for; it never answers.
        """
        with self._connection() as connection:
            Proxy(message_bus, connection, timeout=SECONDS).RequestName(SYSTEM_PROMPTER)
            with connection.filter(MatchRule(type="method_call")) as calls:

                def wait_until_asked() -> None:
                    connection.recv_until_filtered(calls, timeout=SECONDS)

                yield wait_until_asked

    @contextmanager
    def _keyring(self, *options: str) -> Iterator[None]:
        with self._connection() as connection:
            bus = Proxy(message_bus, connection, timeout=SECONDS)
            owner_changed = MatchRule(
                type="signal",
                interface=message_bus.interface,
                member="NameOwnerChanged",
                path=message_bus.object_path,
            )
            owner_changed.add_arg_condition(0, SECRET_SERVICE)
            bus.AddMatch(owner_changed)
            with connection.filter(owner_changed) as changes:
                daemon = subprocess.Popen(
                    [
                        _program("gnome-keyring-daemon"),
                        "--foreground",
                        "--components=secrets",
                        *options,
                    ],
                    env=self.environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
                with daemon:
                    try:
                        assert daemon.stdin is not None
                        daemon.stdin.write(PASSWORD if options else b"")
                        daemon.stdin.close()
                        connection.recv_until_filtered(changes, timeout=SECONDS)
                        yield
                    finally:
                        daemon.terminate()
                        daemon.wait(SECONDS)

    @contextmanager
    def _connection(self) -> Iterator[DBusConnection]:
        with open_dbus_connection(self._address) as connection:
            yield connection


def isolated_environment(home: Path) -> dict[str, str]:
    """An environment that leads to no keyring, no display and no file but those under `home`."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "XDG_RUNTIME_DIR": str(home / "run"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CACHE_HOME": str(home / "cache"),
    }


@contextmanager
def keyring_session() -> Iterator[KeyringSession]:
    """A fresh session; everything in it is gone afterwards."""
    # Not pytest's own directory: the path of a socket may have 107 bytes only.
    with tempfile.TemporaryDirectory(prefix="keyring-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        for directory in ("run", "config", "data", "cache"):
            (home / directory).mkdir(mode=0o700)
        configuration = home / "bus.conf"
        configuration.write_text(_BUS_CONFIGURATION.format(directory=home / "run"))
        bus = subprocess.Popen(
            [
                _program("dbus-run-session"),
                f"--config-file={configuration}",
                *("--", "sh", "-c", 'printf "%s\\n" "$DBUS_SESSION_BUS_ADDRESS"; cat'),
            ],
            env=isolated_environment(home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        with bus:
            assert bus.stdin is not None
            assert bus.stdout is not None
            yield KeyringSession(home, bus.stdout.readline().strip())
            bus.stdin.close()
