"""`python -m prolific_tui.demo`: the in-memory Prolific on a loopback port, until it is stopped.

For trying other clients, several at a time, and for seeing what they do when things go wrong.
"""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence

from prolific_tui.demo.faults import Fault, parse_fault
from prolific_tui.demo.seed import DEMO_TOKEN, MAIN_WORKSPACE, demo_service
from prolific_tui.demo.server import Server
from prolific_tui.demo.service import OPERATIONS
from prolific_tui.errors import SettingsError
from prolific_tui.visible import visible


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 6) or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m prolific_tui.demo",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Serve an in-memory Prolific on 127.0.0.1 until Ctrl-C.",
        epilog=(
            "Effects of a fault, separated by commas: a status from 300 to 599, cut-before,\n"
            "cut-after, cut-within, delay:SECONDS, retry-after:SECONDS, times:COUNT.\n"
            "While it runs, PUT one to /demo/faults/OPERATION; DELETE there ends it.\n\n"
            "Operations:\n  " + "\n  ".join(operation.operation_id for operation in OPERATIONS)
        ),
    )
    parser.add_argument(
        "--port", type=_port, default=8765, help="0 takes any that is free (default: %(default)s)"
    )
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="OPERATION=EFFECT",
        help="make an operation go wrong, such as createCredentialPool=502; may be repeated",
    )
    return parser


def _greeting(address: str) -> str:
    token = DEMO_TOKEN.reveal()
    pools = f"{address}/api/v1/credentials/?workspace_id={MAIN_WORKSPACE}"
    return (
        f"url    {address}\n"
        f"token  {token}\n"
        f"try    curl -H 'Authorization: Token {token}' '{pools}'\n"
    )


async def _serve(port: int, faults: Sequence[tuple[str, Fault]]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    service = demo_service()
    for operation_id, fault in faults:
        service.switch_on(operation_id, fault)
    server = Server(service, port=port)
    await server.start()
    try:
        sys.stdout.write(_greeting(server.address))
        sys.stdout.flush()
        await stop.wait()
    finally:
        await server.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM; the exit status: 0, or 2 with one line on stderr."""
    options = _parser().parse_args(arguments)
    try:
        asyncio.run(_serve(options.port, [parse_fault(text) for text in options.fault]))
    except SettingsError as error:
        sys.stderr.write(visible(f"{error.title}: {error.message} {error.hint}") + "\n")
        return 2
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else "it could not be opened"
        sys.stderr.write(f"Port {options.port} can't be served on: {reason}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
