"""The parts put together: real ones, or the demo's, and the run of the program with them.

This is the one place that knows every room. The client and what it needs are imported only when a
token is there to be checked, which is after the first paint; the demo only where it is asked for.
"""

import gc
import logging
import os
import secrets
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final, cast

from prolific_tui.access import checked_profile_name, checked_service_url, checked_token
from prolific_tui.configuration import FILE_NAME, Configuration
from prolific_tui.drafts import DraftStore, MemoryDrafts
from prolific_tui.errors import SettingsError
from prolific_tui.files import read_token_file, state_directory
from prolific_tui.journal import JournalStore, memory_journal
from prolific_tui.keeping import DraftKeeping, OwnFiles, TokenPlace
from prolific_tui.operations import GivenToken, Operations, Parts
from prolific_tui.operations.connection import Prolific
from prolific_tui.operations.events import Listener, ReadOver, ReadRetried
from prolific_tui.secret import Secret
from prolific_tui.settings import StateFile
from prolific_tui.submission.means import Pace
from prolific_tui.submission.plan import Plan, SecretPlan
from prolific_tui.submission.progress import Phase, Progress
from prolific_tui.vault import MemoryVault, TokenFile, Vault
from prolific_tui.version import NAME

if TYPE_CHECKING:
    from prolific_tui.demo.service import Service

_LEFT_OPEN: Final = (
    "a send was under way; it is open in the history, and the next start offers to look for it."
)
_LEFT_BETWEEN: Final = (
    "a send was under way; nothing of it was on its way, and 3 History goes on with the rest."
)
_LEFT_ANSWERED: Final = (
    "a send was under way; Prolific had answered, and 3 History has what became of it."
)
_LEFT_UNRECORDED: Final = (
    "a send was under way; what became of it could not be written to the history: it is open there,"
    " and the next start offers to look for it."
)
_LEFT_UNSENT: Final = "a send was about to leave; nothing of it was sent."
_ASKED_LEFT_OPEN: Final = (
    "a new signing secret was asked for; that is open in the history, and the next start offers to"
    " look for it."
)
_ASKED_KEEPING: Final = (
    "a new signing secret was made, and may be kept nowhere here; 2 Webhooks shows it."
)
_ASKED_ANSWERED: Final = (
    "a new signing secret was made; 3 History says where it is kept, and 2 Webhooks shows it."
)
_ASKED_UNRECORDED: Final = (
    "a new signing secret was made, but the history could not take that: the request is open"
    " there, and the next start offers to look for it."
)
_NOT_MADE: Final = "a new signing secret was to be made; none was."
_NOT_ASKED: Final = "a new signing secret was about to be asked for; none was."
_ONE_BEFORE: Final = " What is kept here as the one before may be the secret of now."
"""How that ends where the keyring had not given back what it had."""

_PROFILE: Final = "PROLIFIC_TUI_PROFILE"

_DEMO_URL: Final = "http://127.0.0.1"

_SWITCH_SECONDS: Final = 0.001
"""After how long the thread that computes lets others run: those that hear keys and draw wait."""

_DRAFT_SECONDS: Final = 1.5
"""How long the disk has at the end to take the unsent rows."""


def _now() -> datetime:
    return datetime.now().astimezone()


def parts(
    token_path: Path | None,
    profile: str,
    configuration: Configuration,
    environment: Mapping[str, str],
    tell: Callable[[str], None],
) -> Parts:
    """The real parts, as the command line, the configuration and the environment ask for them.

    Nothing is made or written yet, so that the program starts where nothing can be. `tell` says
    what is waited for meanwhile, if anything is. Raises `ProlificTuiError` for an account, a
    service or a token that can't be used.
    """
    state = state_directory(environment)
    settings = StateFile(state / "state.json")
    wanted, service_url = _beginning(settings, profile, configuration, environment)
    tokens, rows = state / "tokens.json", state / "drafts"
    return Parts(
        connect=_connect,
        service_url=service_url,
        keyring=Vault(environment=environment),
        token_file=TokenFile(tokens),
        settings=settings,
        journal=JournalStore(
            state / "journal.sqlite3", secrets.token_hex(8), random=secrets.token_bytes, now=_now
        ),
        drafts=DraftStore(rows, secrets.token_hex(8)),
        clock=_now,
        pace=Pace(part_rows=configuration.part_rows, part_bytes=configuration.part_bytes),
        given_token=_given_token(token_path, environment, tell),
        profile=wanted,
        own_files=OwnFiles(str(tokens), str(rows)),
        read_only=f"read_only in {FILE_NAME}" if configuration.read_only else "",
    )


def _beginning(
    settings: StateFile,
    profile: str,
    configuration: Configuration,
    environment: Mapping[str, str],
) -> tuple[str, str]:
    """The account to begin with, empty for the last one, and the one service of this run.

    An account that is not known yet is the first of this machine, or a misspelling.
    """
    named = environment.get("PROLIFIC_URL")
    service_url = checked_service_url(named or configuration.service_url)
    asked_for = profile or environment.get(_PROFILE, "")
    if not (asked_for or configuration.profile):
        return "", service_url
    wanted = checked_profile_name(asked_for or configuration.profile)
    settings.load()
    profiles = settings.profiles()
    found = next((known for known in profiles if known.name == wanted), None)
    if found is None:
        if profiles:
            source = _PROFILE if asked_for else f"profile in {FILE_NAME}"
            raise SettingsError(
                "No such account",
                f"There is no account {wanted} on this machine; there are"
                f" {', '.join(known.name for known in profiles)}. The name is from"
                f" {'--profile' if profile else source}.",
                "Leave it out to begin with the last one; 4 Account adds others.",
            )
        return wanted, service_url
    if not named or service_url == found.service_url:
        return wanted, found.service_url
    if not asked_for:  # a variable goes before the configuration
        return "", service_url
    raise SettingsError(
        "Two services",
        f"The account {wanted} is for {found.service_url}, and PROLIFIC_URL names {service_url}."
        " A token goes only to the service that it was saved for.",
        "Unset PROLIFIC_URL, or leave out the account.",
    )


def _given_token(
    token_path: Path | None, environment: Mapping[str, str], tell: Callable[[str], None]
) -> GivenToken | None:
    """The token of the command line or the environment, if either gave one."""
    if token_path is not None:
        held = read_token_file(
            token_path,
            waiting=lambda seconds: tell(
                f"waiting up to {seconds:g} s for the token from {token_path}; Ctrl-C gives it up."
            ),
        )
        token = _checked(held.value.reveal(), f"{token_path} (--token-file)")
        return GivenToken(token, TokenPlace.TOKEN_FILE, held.note)
    if text := environment.get("PROLIFIC_TOKEN"):
        return GivenToken(_checked(text, "PROLIFIC_TOKEN"), TokenPlace.ENVIRONMENT)
    return None


def _checked(text: str, source: str) -> Secret:
    """A token that was given; raises `SettingsError`, which names where it is from."""
    try:
        return checked_token(text)
    except SettingsError as error:
        raise SettingsError(
            error.title,
            f"{error.message} It is from {source}. Nothing was started.",
            "It is to be the token alone, on one line, as copied from Prolific's settings.",
        ) from None


def _connect(
    service_url: str,
    token: Secret,
    listener: Listener,
    demo: "Service | None" = None,
) -> Prolific:
    """The client of a service, or of the demo's in memory; imports what it needs only now."""
    from prolific_tui.client.api import Api, RetryNotice

    def retried(notice: RetryNotice) -> None:
        listener(
            ReadRetried(
                notice.read, notice.operation, notice.attempt, notice.wait_seconds, notice.status
            )
        )

    carrier = None
    if demo is not None:
        from prolific_tui.demo.transport import DemoTransport

        carrier = DemoTransport(demo)
    return Api(
        service_url,
        token,
        on_retry=retried,
        on_retry_over=lambda read: listener(ReadOver(read)),
        carrier=carrier,
    )


def faulty_service(faults: Sequence[str]) -> "Service":
    """The demo's service with faults switched on; raises `SettingsError` for one it can't read."""
    from prolific_tui.demo.faults import parse_fault
    from prolific_tui.demo.seed import demo_service

    service = demo_service()
    for text in faults:
        service.switch_on(*parse_fault(text))
    return service


def demo_parts(service: "Service") -> Parts:
    """Parts that are all made up, and leave nothing behind."""
    from prolific_tui.demo.seed import DEMO_TOKEN, POOL_LABELS

    settings = StateFile(None)
    # Nobody need be asked: nothing is kept beyond the end of the demo.
    settings.remember_draft_keeping(DraftKeeping.EVERYTHING)
    settings.remember_secrets_place(TokenPlace.SESSION)
    journal = memory_journal(secrets.token_bytes, _now)
    for pool_id, label in POOL_LABELS.items():
        journal.set_label(_DEMO_URL, pool_id, label)
    return Parts(
        connect=partial(_connect, demo=service),
        service_url=_DEMO_URL,
        keyring=MemoryVault(),
        token_file=MemoryVault(),
        settings=settings,
        journal=journal,
        drafts=MemoryDrafts(),
        clock=_now,
        given_token=GivenToken(DEMO_TOKEN, TokenPlace.SESSION),
        is_demo=True,
    )


def run(parts: Parts, file: Path | None, *, mouse: bool) -> int:
    """Run the interface on these parts until the person leaves; gives the exit status."""
    # Textual takes most of the time to start; what can't work was said before it is imported.
    from prolific_tui.tui.app import ProlificApp

    _tell_errors_without_values()
    prepare_interpreter()
    operations = Operations(parts)

    def say_what_is_open() -> None:
        writes = operations.writes
        plan, progress = writes.under_way, writes.progress
        if plan is not None:
            # Written at once and unbuffered, because the process may be ended right after.
            os.write(2, f"{NAME}: {left_words(plan, progress)}\n".encode())

    app = ProlificApp(operations, environment=os.environ, file=file)
    app.departure.install(say_what_is_open)
    app.run(mouse=mouse)
    status = app.departure.end()
    # A write is not waited for: whoever quit during one chose that, or had its 1.5 seconds.
    operations.drafts.wait(_DRAFT_SECONDS)
    operations.stop(0)
    if status is not None:
        # Told to end, it is to be gone; Python would tidy up first, at its leisure.
        os._exit(status)
    return app.return_code or 0


def prepare_interpreter() -> None:
    """Have threads take turns more often, and nobody look again at what is there or is not."""
    sys.setswitchinterval(_SWITCH_SECONDS)
    if find_spec("sniffio") is None:
        # httpcore imports it at every lock, and to find out each time that it is not installed is
        # a fifth of what a request computes. None says so at once:
        # https://docs.python.org/3/reference/import.html#the-module-cache
        cast("dict[str, ModuleType | None]", sys.modules)["sniffio"] = None
    # What was imported stays; to look at all of it takes longer than to open a screen.
    gc.freeze()


def left_words(plan: Plan, progress: Progress | None) -> str:
    """What is left of a write that the program does not wait for, in the line that it ends with."""
    is_secret = isinstance(plan, SecretPlan)
    if progress is None:
        return _NOT_ASKED if is_secret else _LEFT_UNSENT
    if progress.phase is Phase.KEEPING:
        return _ASKED_KEEPING
    if progress.phase.is_on_its_way:
        return _ASKED_LEFT_OPEN if is_secret else _LEFT_OPEN
    if progress.phase in (Phase.PREPARING, Phase.PUTTING_BACK):
        told = _NOT_ASKED if progress.phase is Phase.PREPARING else _NOT_MADE
        is_own = isinstance(plan, SecretPlan) and plan.destinations.own_entry
        return told + _ONE_BEFORE * is_own
    if progress.unrecorded:
        return _ASKED_UNRECORDED if is_secret else _LEFT_UNRECORDED
    if progress.phase is Phase.CHECKING:
        return _ASKED_ANSWERED if is_secret else _LEFT_ANSWERED
    if is_secret:
        return _NOT_ASKED
    return _LEFT_UNSENT if progress.number is None else _LEFT_BETWEEN


def _tell_errors_without_values() -> None:
    """Tell errors that nothing has caught by where they arose: their text may quote a token.

    Errors inside the interface are the application's to tell; these are all the others.
    """
    from prolific_tui.tui.app import crash_report

    def tell(error: BaseException | None) -> None:
        sys.stderr.write(f"{crash_report(error)}\n")

    sys.excepthook = lambda _kind, error, _trace: tell(error)
    threading.excepthook = lambda arguments: tell(arguments.exc_value)
    # Without any handler Python prints warnings to standard error; asyncio's quote errors in full.
    logging.getLogger().addHandler(logging.NullHandler())
