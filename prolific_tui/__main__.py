"""The command line: arguments, the parts that they choose, and the run.

`--version` and `--help` must be quick, so nothing heavy is imported before it is needed.
"""

import argparse
import os
import sys
from collections.abc import MutableMapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from prolific_tui.access import DEFAULT_SERVICE_URL, checked_service_url, checked_token
from prolific_tui.errors import ProlificTuiError
from prolific_tui.secret import Secret
from prolific_tui.version import NAME, VERSION
from prolific_tui.visible import visible

if TYPE_CHECKING:
    from prolific_tui.operations import GivenToken, Parts
    from prolific_tui.operations.connection import Prolific
    from prolific_tui.operations.events import Listener

USAGE_ERROR: Final = 2

_DESCRIPTION: Final = "Credential pools and the webhook secret of a Prolific workspace, in a terminal."
_EPILOG: Final = """\
The token comes from --token-file, else from PROLIFIC_TOKEN, else from the keyring; without any of
them it is asked for. PROLIFIC_URL names another service (https, or loopback). There is no option
that takes the token itself, because every user of a machine can read its process list.
"""


def parser() -> argparse.ArgumentParser:
    """The command line's options."""
    options = argparse.ArgumentParser(
        prog=NAME,
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    options.add_argument("file", nargs="?", type=Path, help="a CSV of credentials to open")
    options.add_argument(
        "--demo", action="store_true", help="use a made-up Prolific in memory; nothing real is touched"
    )
    options.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="OPERATION=FAULT",
        help="with --demo: make an operation fail, such as updateCredentialPool=502, "
        "createCredentialPool=cut-after or listCredentialPools=delay:3",
    )
    options.add_argument(
        "--token-file",
        type=Path,
        metavar="PATH",
        help="read the token from a file or pipe, such as /dev/fd/3",
    )
    options.add_argument(
        "--mouse",
        action=argparse.BooleanOptionalAction,
        help="report the mouse to the program; off over SSH unless asked for, so that the "
        "terminal's own selection and paste work",
    )
    options.add_argument("--version", action="version", version=f"{NAME} {VERSION}")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; the result is the exit status.

    0 after a normal end, 1 after an error of the program's own, 2 where it could not start, and
    128 plus the signal's number where a signal or a closed terminal ended it.
    """
    options = parser().parse_args(arguments)
    environment = os.environ
    trouble = _terminal_trouble(environment)
    if trouble:
        return _refuse(trouble)
    if options.fault and not options.demo:
        return _refuse("--fault is for --demo only")
    try:
        parts = _demo_parts(options.fault) if options.demo else _parts(options, environment)
    except ProlificTuiError as error:
        return _refuse(f"{error.title}: {error.message} {error.hint}".strip())
    # The token is held by the parts now; no child is to inherit it.
    environment.pop("PROLIFIC_TOKEN", None)
    _drop_debugging(environment)
    return _run(parts, options.file, mouse=_wants_mouse(options.mouse, environment))


def _refuse(reason: str) -> int:
    print(f"{NAME}: {visible(reason)}", file=sys.stderr)  # noqa: T201 - before there is a screen
    return USAGE_ERROR


def _terminal_trouble(environment: MutableMapping[str, str]) -> str:
    """Why the interface can't be drawn here; empty where it can."""
    for stream, name in ((sys.stdin, "standard input"), (sys.stdout, "standard output")):
        if stream is None or not stream.isatty():
            return f"{name} is not a terminal; this program is used at one"
    if environment.get("TERM", "") in ("", "dumb"):
        return "the terminal is 'dumb' (TERM); this program needs one that can move its cursor"
    return ""


def _drop_debugging(environment: MutableMapping[str, str]) -> None:
    """Textual's debugging variables write what is typed, tokens included, to files and sockets."""
    for name in [name for name in environment if name == "TEXTUAL" or name.startswith("TEXTUAL_")]:
        del environment[name]


def _wants_mouse(asked: bool | None, environment: MutableMapping[str, str]) -> bool:
    """Whether to ask the terminal for mouse reports: not over SSH, unless the person says so."""
    if asked is not None:
        return asked
    return not ("SSH_CONNECTION" in environment or "SSH_TTY" in environment)


def _now() -> datetime:
    return datetime.now().astimezone()


def _parts(options: argparse.Namespace, environment: MutableMapping[str, str]) -> "Parts":
    """The real parts."""
    from prolific_tui.files import make_private, state_directory
    from prolific_tui.journal import MemoryJournal
    from prolific_tui.operations import Parts
    from prolific_tui.settings import StateFile
    from prolific_tui.vault import TokenFile, Vault

    service_url = checked_service_url(environment.get("PROLIFIC_URL") or DEFAULT_SERVICE_URL)
    state = make_private(state_directory(environment))
    return Parts(
        connect=_connect,
        service_url=service_url,
        keyring=Vault(environment=environment),
        token_file=TokenFile(state / "tokens.json"),
        settings=StateFile(state / "state.json"),
        journal=MemoryJournal(),
        clock=_now,
        given_token=_given_token(options.token_file, environment),
    )


def _given_token(
    token_file: Path | None, environment: MutableMapping[str, str]
) -> "GivenToken | None":
    """The token of the command line or the environment, if either gave one."""
    from prolific_tui.files import read_token_file
    from prolific_tui.operations import GivenToken
    from prolific_tui.settings import TokenPlace

    if token_file is not None:
        held = read_token_file(token_file)
        token = checked_token(held.value.reveal())
        return GivenToken(token, TokenPlace.TOKEN_FILE, held.note)
    if text := environment.get("PROLIFIC_TOKEN"):
        return GivenToken(checked_token(text), TokenPlace.ENVIRONMENT)
    return None


def _connect(service_url: str, token: Secret, _origin: str, listener: "Listener") -> "Prolific":
    """The client for the service; imports what it needs on the operations' thread."""
    from prolific_tui.client.api import Api, RetryNotice
    from prolific_tui.operations.events import ReadRetried

    def retried(notice: RetryNotice) -> None:
        listener(ReadRetried(notice.operation, notice.attempt, notice.wait_seconds))

    return Api(service_url, token, on_retry=retried)


def _demo_parts(faults: Sequence[str]) -> "Parts":
    """Parts that are all made up and leave nothing behind."""
    from prolific_tui.demo.faults import parse_fault
    from prolific_tui.demo.seed import DEMO_TOKEN, demo_service
    from prolific_tui.journal import MemoryJournal
    from prolific_tui.operations import GivenToken, Parts
    from prolific_tui.settings import StateFile, TokenPlace
    from prolific_tui.vault import MemoryVault

    service = demo_service()
    for text in faults:
        service.switch_on(*parse_fault(text))

    def connect(service_url: str, token: Secret, _origin: str, _listener: "Listener") -> "Prolific":
        from prolific_tui.client.api import Api
        from prolific_tui.demo.transport import DemoTransport

        return Api(service_url, token, carrier=DemoTransport(service))

    return Parts(
        connect=connect,
        service_url="http://127.0.0.1",
        keyring=MemoryVault(),
        token_file=MemoryVault(),
        settings=StateFile(None),
        journal=MemoryJournal(),
        clock=_now,
        given_token=GivenToken(DEMO_TOKEN, TokenPlace.SESSION),
        is_demo=True,
    )


def _run(parts: "Parts", file: Path | None, *, mouse: bool) -> int:
    from prolific_tui.operations import Operations
    from prolific_tui.tui.app import ProlificApp

    operations = Operations(parts)
    app = ProlificApp(operations, file=file)
    app.departure.install()
    app.run(mouse=mouse)
    left_open = operations.writes.under_way
    operations.stop(0)
    if left_open is not None:
        print(  # noqa: T201 - the screen is gone
            f"{NAME}: a send was under way; nobody learnt here whether it arrived."
            " Look before you send it again.",
            file=sys.stderr,
        )
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main())
