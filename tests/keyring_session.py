"""A real GNOME keyring for tests, on a D-Bus session of its own that touches nobody's keyring.

The bus activates nothing, so that exactly the services that a test starts are there: a session
without a keyring, one whose keyring is locked and can't ask, one whose prompt nobody answers.
"""

import os
import select
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from jeepney import (  # type: ignore[import-untyped]
    MatchRule,
    MessageType,
    message_bus,
    new_error,
)
from jeepney.io.blocking import (  # type: ignore[import-untyped]
    DBusConnection,
    Proxy,
    open_dbus_connection,
)

PROGRAMS: Final = ("dbus-run-session", "dbus-daemon", "gnome-keyring-daemon")
DISPLAY_PROGRAMS: Final = ("Xvfb", "/usr/libexec/gcr-prompter")
"""A display that nobody sees, and the window on it that asks for a keyring's password."""
SECRET_SERVICE: Final = "org.freedesktop.secrets"
PROMPT_INTERFACE: Final = "org.freedesktop.Secret.Prompt"
SYSTEM_PROMPTER: Final = "org.gnome.keyring.SystemPrompter"
PASSWORD: Final = b"the keyring's own password"
SECONDS: Final = 30

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


def require_programs(programs: Sequence[str] = PROGRAMS) -> None:
    """Skip the test where programs are missing; on CI, where they must be there, fail it."""
    missing = [program for program in programs if shutil.which(program) is None]
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
        self.home = home
        """The home directory of everything in it."""
        self._address = address

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment of a program that runs in this session."""
        return isolated_environment(self.home) | {"DBUS_SESSION_BUS_ADDRESS": self._address}

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

        Gives a function that waits until one program more has asked the keyring for a password. The
        window itself is asked for once for all of them, and never answers.
        """
        with self._connection() as connection:
            bus = Proxy(message_bus, connection, timeout=SECONDS)
            bus.RequestName(SYSTEM_PROMPTER)
            asked = MatchRule(
                type="method_call", interface=PROMPT_INTERFACE, member="Prompt", eavesdrop=True
            )
            bus.AddMatch(asked)
            with connection.filter(asked) as calls:

                def wait_until_asked() -> None:
                    connection.recv_until_filtered(calls, timeout=SECONDS)

                yield wait_until_asked

    @contextmanager
    def unseen_prompter(self) -> Iterator[Mapping[str, str]]:
        """Run the real window that asks for passwords, on a display that nobody sees.

        It waits for a question as long as it takes; by itself it would end after 10 idle seconds.
        Gives the environment of a program on that display.
        """
        require_programs(DISPLAY_PROGRAMS)
        display, prompter = DISPLAY_PROGRAMS
        reading, writing = os.pipe()
        with (
            os.fdopen(reading) as number,
            running(
                [_program(display), "-displayfd", str(writing), "-nolisten", "tcp"],
                self.environment,
                pass_fds=[writing],
            ),
        ):
            os.close(writing)
            environment = {**self.environment, "DISPLAY": f":{number.readline().strip()}"}
            with (
                self._ownership_of(SYSTEM_PROMPTER) as wait_until_owned,
                running([_program(prompter)], {**environment, "GCR_PERSIST": "1"}),
            ):
                wait_until_owned()
                yield environment

    @contextmanager
    def failing_service(self) -> Iterator[None]:
        """Be a keyring that answers every question with an error."""
        with self._connection() as connection:
            Proxy(message_bus, connection, timeout=SECONDS).RequestName(SECRET_SERVICE)
            ending, end = socket.socketpair()

            def answer() -> None:
                while ending not in select.select([ending, connection.sock], [], [])[0]:
                    message = connection.receive(timeout=SECONDS)
                    if message.header.message_type is MessageType.method_call:
                        error = "org.freedesktop.DBus.Error.NoReply"
                        connection.send(new_error(message, error, "s", ("canary",)))

            thread = threading.Thread(target=answer)
            thread.start()
            with ending, end:
                yield
                end.send(b".")
                thread.join(SECONDS)

    @contextmanager
    def _ownership_of(self, name: str) -> Iterator[Callable[[], None]]:
        """Gives a function that waits until somebody has taken a name on the bus."""
        with self._connection() as connection:
            bus = Proxy(message_bus, connection, timeout=SECONDS)
            owner_changed = MatchRule(
                type="signal",
                interface=message_bus.interface,
                member="NameOwnerChanged",
                path=message_bus.object_path,
            )
            owner_changed.add_arg_condition(0, name)
            bus.AddMatch(owner_changed)
            with connection.filter(owner_changed) as changes:
                yield lambda: connection.recv_until_filtered(changes, timeout=SECONDS)

    @contextmanager
    def _keyring(self, *options: str) -> Iterator[None]:
        command = [_program("gnome-keyring-daemon"), "--foreground", "--components=secrets"]
        with (
            self._ownership_of(SECRET_SERVICE) as wait_until_owned,
            running([*command, *options], self.environment) as daemon,
        ):
            assert daemon.stdin is not None
            daemon.stdin.write(PASSWORD if options else b"")
            daemon.stdin.close()
            wait_until_owned()
            yield

    @contextmanager
    def _connection(self) -> Iterator[DBusConnection]:
        with open_dbus_connection(self._address) as connection:
            yield connection


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str], pass_fds: Sequence[int] = ()
) -> Iterator["subprocess.Popen[bytes]"]:
    """A program without a word, until the block ends."""
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=pass_fds,
    )
    with process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(SECONDS)


@contextmanager
def silent_bus(home: Path) -> Iterator[dict[str, str]]:
    """An environment whose message bus accepts everybody and answers nobody."""
    path = home / "bus"
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(path))
        try:
            silent.listen()
            address = {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={path}"}
            yield isolated_environment(home) | address
        finally:
            path.unlink()


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
