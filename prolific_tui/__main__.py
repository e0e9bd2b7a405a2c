"""The command line: its options, and whether this terminal can show the program at all.

`--version` and `--help` must be quick, so nothing heavy is imported before it is needed.
"""

import argparse
import os
import signal
import sys
import warnings
from collections.abc import MutableMapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from prolific_tui.errors import ProlificTuiError
from prolific_tui.process import keep_memory_private
from prolific_tui.version import NAME, VERSION
from prolific_tui.visible import visible

USAGE_ERROR: Final = 2
INTERRUPTED: Final = 128 + signal.SIGINT

_DESCRIPTION: Final = (
    "Credential pools and the webhook secret of a Prolific workspace, in a terminal."
)
_EPILOG: Final = """\
The token comes from --token-file, else from PROLIFIC_TOKEN, else from the keyring, or from the
plain-text file if you chose that; without any of them it is asked for. PROLIFIC_URL names another
service (https, or loopback). There is no option that takes the token itself, because every user of
a machine can read its process list.

prolific-tui config         says whether config.toml is understood, and where it is
prolific-tui config --init  writes one with every setting in comments; an existing one stays
"""
_CONFIG: Final = "config"
"""The word that asks about the configuration; a list of that name is opened as `./config`."""


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
        "--demo",
        action="store_true",
        help="use a made-up Prolific in memory; nothing real is touched",
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
        "--profile",
        default="",
        metavar="NAME",
        help="begin with this account, by its name on 4 Account; PROLIFIC_TUI_PROFILE does too",
    )
    options.add_argument(
        "--read-only",
        action="store_true",
        help="make, change and replace nothing at Prolific",
    )
    options.add_argument(
        "--mouse",
        action=argparse.BooleanOptionalAction,
        help="report the mouse to the program; off over SSH unless asked for, so that the "
        "terminal's own selection and paste work",
    )
    options.add_argument("--version", action="version", version=f"{NAME} {VERSION}")
    return options


def config_parser() -> argparse.ArgumentParser:
    """The options of `prolific-tui config`."""
    options = argparse.ArgumentParser(
        prog=f"{NAME} {_CONFIG}",
        description="Say whether config.toml is understood, and where it is.",
        allow_abbrev=False,
    )
    options.add_argument(
        "--init",
        action="store_true",
        help="write one with every setting in comments; an existing one stays as it is",
    )
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; the result is the exit status.

    0 after a normal end, 1 after an error of the program's own, 2 where it could not start, and
    128 plus the signal's number where a signal or a closed terminal ended it.
    """
    keep_memory_private()
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == [_CONFIG]:
        return _configure(config_parser().parse_args(arguments[1:]), os.environ)
    options = parser().parse_args(arguments)
    environment = os.environ
    trouble = _terminal_trouble(environment)
    if trouble:
        return _refuse(trouble)
    if options.fault and not options.demo:
        return _refuse("--fault is for --demo only")
    # Ctrl-C is promised while a token is waited for; who starts this in the background of a script
    # has it ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if not sys.warnoptions:
        # They are for developers; printed at the end they would stand there like errors.
        warnings.simplefilter("ignore")
    # Before Textual is imported, which is when it reads them.
    _drop_debugging(environment)
    from prolific_tui import assembly
    from prolific_tui.configuration import Configuration, read_configuration
    from prolific_tui.files import configuration_directory

    try:
        if options.demo:
            # Nothing real is touched, the person's settings included.
            configuration = Configuration()
            parts = assembly.demo_parts(assembly.faulty_service(options.fault))
        else:
            configuration = read_configuration(configuration_directory(environment))
            parts = assembly.parts(
                options.token_file, options.profile, configuration, environment, _tell
            )
    except ProlificTuiError as error:
        return _refuse_for(error)
    except KeyboardInterrupt:
        # Only a token that does not come is waited for before there is a screen.
        _tell("given up; no token was read.")
        return INTERRUPTED
    if options.read_only:
        parts = replace(parts, read_only="--read-only")
    # The parts hold the token now; no child is to inherit it.
    environment.pop("PROLIFIC_TOKEN", None)
    asked = configuration.mouse if options.mouse is None else options.mouse
    return assembly.run(parts, options.file, mouse=_wants_mouse(asked, environment))


def _configure(options: argparse.Namespace, environment: MutableMapping[str, str]) -> int:
    """Write the template, or say how the configuration is."""
    from prolific_tui.configuration import FILE_NAME, read_configuration, write_template
    from prolific_tui.files import configuration_directory

    try:
        directory = configuration_directory(environment)
        if options.init:
            said = f"{write_template(directory)} was written; every setting is in it, in comments."
        else:
            path = directory / FILE_NAME
            read_configuration(directory)
            said = (
                f"{path} is understood."
                if path.exists()
                else f"There is no {path}; prolific-tui config --init writes one."
            )
    except ProlificTuiError as error:
        return _refuse_for(error)
    print(visible(said))  # noqa: T201 - there is no screen
    return 0


def _refuse_for(error: ProlificTuiError) -> int:
    return _refuse(f"{error.title}: {error.message} {error.hint}".strip())


def _refuse(reason: str) -> int:
    _tell(reason)
    return USAGE_ERROR


def _tell(words: str) -> None:
    print(f"{NAME}: {visible(words)}", file=sys.stderr)  # noqa: T201 - before there is a screen


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


if __name__ == "__main__":
    sys.exit(main())
