"""Everything slow, on a thread of its own: jobs in, frozen events and answers out.

Reads are awaited by the interface's workers and may be cancelled with them. Writes are submitted
and end with an event. The parts (client, keyring, journal, settings) are passed in and known as
Protocols.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from prolific_tui import files
from prolific_tui.credentials import generate
from prolific_tui.credentials.export import ExportError
from prolific_tui.credentials.intake import Intake, look
from prolific_tui.credentials.rows import Rows
from prolific_tui.keeping import MachineKeeping, OwnFiles
from prolific_tui.models import CredentialPool, Workspace
from prolific_tui.operations.accounts import Accounts
from prolific_tui.operations.connection import Connect, Connection, Prolific
from prolific_tui.operations.drafts import Drafts, DraftsKeeper, LeftDrafts
from prolific_tui.operations.events import Event, Listener
from prolific_tui.operations.history import History
from prolific_tui.operations.identity import Account, Changed, GivenToken, SignIn
from prolific_tui.operations.loop import BackgroundLoop, left_alone
from prolific_tui.operations.making import make_accounts
from prolific_tui.operations.memory import Memory
from prolific_tui.operations.reading import Reads
from prolific_tui.operations.sends import KnownSends, Lending, Sends
from prolific_tui.operations.signing import KeptSecrets, PreviousSecret, SecretEntries, Signing
from prolific_tui.operations.stores import Keyring, KeyringReport, Stores, TokenStore
from prolific_tui.operations.webhooks import Webhooks, read_webhooks
from prolific_tui.operations.writes import Writes
from prolific_tui.profiles import Profile, Whose
from prolific_tui.settings import AccountsMade, StateFile
from prolific_tui.submission.journal import Journal
from prolific_tui.submission.means import Clock, Pace

T = TypeVar("T")

_PUT_BACK_SECONDS: Final = 0.5
"""How long a keyring has at the end to get back what it had before a secret was called off."""
_KEPT_SECONDS: Final = 0.5
"""How long the rest of keeping or forgetting a token has at the end."""

CSV_LIMIT = 256 * 1024 * 1024
"""The largest file of credentials that is read, in bytes."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What operations are made from; `assembly` chooses real ones or the demo's."""

    connect: Connect
    service_url: str
    keyring: Keyring
    token_file: TokenStore
    settings: StateFile
    journal: Journal
    drafts: DraftsKeeper
    clock: Clock
    choose: generate.Choose = secrets.choice
    """The source of new passwords."""
    given_token: GivenToken | None = None
    profile: str = ""
    """The name of the account to begin with; empty for the one used last."""
    pace: Pace = field(default_factory=Pace)
    """How large the parts of a send are, and how long is looked for what may have arrived."""
    own_files: OwnFiles = field(default_factory=OwnFiles)
    """Where this program's own files are."""
    is_demo: bool = False
    """Whether all of this is made up, which every screen then says."""
    read_only: str = ""
    """What asked for it, such as `--read-only`, where nothing may be written at Prolific."""


class Operations:
    """What the interface may ask for; every coroutine is awaited on the interface's own loop."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._loop = BackgroundLoop()
        self._listener: Listener | None = None
        self._connection = Connection(parts.connect, parts.service_url, self._tell)
        self._memory = Memory(parts.settings)
        self._stores = Stores(parts.keyring, parts.token_file)
        self._accounts = Accounts(
            self._connection,
            self._stores,
            self._memory,
            parts.clock,
            parts.given_token,
            parts.profile,
        )
        self._reads = Reads(
            self._connection, lambda: self._accounts.in_use, self._memory, parts.clock
        )
        self._jobs: set[Future[Any]] = set()
        """What runs to its end: the keeping or forgetting of a token."""
        known = KnownSends(self._tell)
        self._secret_entries = SecretEntries(
            self._stores, self._memory, parts.service_url, parts.clock
        )
        entries = self._secret_entries
        lending = Lending(
            self._connection, parts.journal, parts.clock, parts.pace, known.took, entries
        )
        self.writes = Writes(self._loop, lending, self._tell, read_only=parts.read_only)
        """Creating, appending, replacing the secret."""
        self.history = History(self._loop, lending, known, self._tell)
        """What was sent from this machine, what is open of it, and what the pools are called."""
        self.signing = Signing(self._loop, self._secret_entries)
        """Where signing secrets are kept on this machine."""
        self.drafts = Drafts(
            self._loop, parts.drafts, self._memory, parts.service_url, parts.clock, self._tell
        )
        """Unsent rows, as they are kept between runs."""

    @property
    def service_url(self) -> str:
        """The service that this run talks to."""
        return self._connection.service_url

    @property
    def is_demo(self) -> bool:
        """Whether this is the demo."""
        return self._parts.is_demo

    @property
    def own_files(self) -> OwnFiles:
        """Where this program's own files are, in words."""
        return self._parts.own_files

    @property
    def clock(self) -> Clock:
        """The present moment."""
        return self._parts.clock

    def start(self, listener: Listener) -> None:
        """Start the thread; `listener` is called on it for every event."""
        self._listener = listener
        self._loop.start()

    def _tell(self, event: Event) -> None:
        if self._listener is not None:
            self._listener(event)

    def stop(self, seconds: float) -> None:
        """Give a write under way `seconds` to end, then leave whatever is still running.

        A secret that was not asked for yet is called off, and the keyring gets back what it had
        for it, which is nowhere else; only one that asks for its password takes long for that.
        """
        self.writes.wait(seconds)
        self.writes.call_off(_PUT_BACK_SECONDS)
        self.drafts.wait(seconds)
        self._parts.keyring.close()
        # The keyring has answered by now; the rest of keeping a token takes no time, unless another
        # window holds a file's lock: all of this ends within a second.
        wait(tuple(self._jobs), _KEPT_SECONDS)
        self._loop.stop(0.2)
        self._parts.drafts.close()
        self._parts.journal.close()

    async def _run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a read on the operations' loop; cancelling the caller cancels it."""
        return await asyncio.wrap_future(self._loop.submit(coroutine))

    async def _run_to_the_end(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run what must not be cut in half; cancelling the caller only gives up waiting for it."""
        job = self._loop.submit(coroutine)
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)
        return await asyncio.wrap_future(left_alone(job))

    async def _read(self, read: Callable[[Prolific], Awaitable[T]]) -> T:
        """Read something with the client in use; raises `SettingsError` where there is none."""
        return await self._run(self._reads.read(read))

    # Accounts

    async def sign_in(self) -> SignIn:
        """Find a token and check whose it is; raises `ProlificTuiError` if it is refused."""
        return await self._run(self._accounts.sign_in())

    async def sign_in_with(self, token: str) -> Account:
        """Check a typed token; raises `ProlificTuiError` if it can't be one or is refused."""
        return await self._run(self._accounts.sign_in_with(token))

    async def profiles(self) -> tuple[Profile, ...]:
        """Every account of this machine, those of other services too."""
        return await self._run(self._accounts.profiles())

    async def given_account(self) -> Account | None:
        """The account of the given token, in use or not; None where none was accepted."""
        return await self._run(self._accounts.given())

    async def account_looked_for(self) -> Profile | None:
        """The account that signing in begins with; None for a given token's, or where none is."""
        return await self._run(self._accounts.looked_for())

    async def switch_to(self, profile: str) -> Account | None:
        """Use another account; None where no place holds its token, so that it is to be typed.

        "" stands for a given token without a name, here and in `check_token`. Raises
        `ProlificTuiError` if it is for another service or its token is not accepted; the account in
        use before then stays.
        """
        return await self._run(self._accounts.switch_to(profile))

    async def check_token(self, profile: str) -> bool:
        """Check the token of an account that is not in use; False where no place holds it.

        Raises `ProlificTuiError` as `switch_to` does.
        """
        return await self._run(self._accounts.check(profile))

    async def rename_profile(self, profile: str, to: str) -> Changed:
        """Give an account another name; raises `SettingsError` where it can't have that."""
        return await self._run_to_the_end(self._accounts.rename(profile, to))

    async def forget(self, whose: Whose) -> Changed:
        """Forget an account and its token: by its owner, as its name may be another's by now.

        Once begun it goes on to its end, whoever waits for it. Raises `SettingsError` if tokens are
        being kept or forgotten already.
        """

        async def change() -> Changed:
            with self._stores.for_a_person():
                return await self._accounts.forget(whose)

        return await self._run_to_the_end(change())

    async def keeping(self) -> MachineKeeping | None:
        """How things are kept on this machine; None while nobody has chosen."""

        async def ask() -> MachineKeeping | None:
            secrets = await self._memory.secrets_place()
            rows = await self._memory.draft_keeping()
            return None if secrets is None or rows is None else MachineKeeping(secrets, rows)

        return await self._run(ask())

    async def keep(self, keeping: MachineKeeping) -> Changed:
        """Keep tokens, secrets and unsent rows so from now on, and those of before as well.

        Once begun it goes on to its end, whoever waits for it. Raises `ProlificTuiError` if the
        place did not take the token in use, if `cancel_keeping` was called before it had, or if
        tokens are being kept or forgotten already; nothing was changed then.
        """

        async def change() -> Changed:
            # Another instance may have moved some of it since this one looked.
            await self._memory.load()
            before = await self._memory.secrets_place()
            with self._stores.for_a_person():
                changed = await self._accounts.keep(keeping.secrets)
                moved = await self._secret_entries.copies.move(before, keeping.secrets)
            notes = await self.drafts.keep(keeping.rows)
            return replace(changed, notes=(*changed.notes, *moved, *notes))

        return await self._run_to_the_end(change())

    @property
    def is_keeping(self) -> bool:
        """Whether tokens are being kept or forgotten, for which a keyring may be waited for."""
        return self._accounts.is_changing

    def cancel_keeping(self) -> None:
        """Give up what `keep` or `forget` is asking the keyring, if anything.

        Keeping then ends with an error that says so; forgetting goes on with the other places.
        Whatever else the keyring is asked goes on, such as to take a new signing secret.
        """
        self._loop.submit(self._stores.give_up())

    async def keyring_report(self) -> KeyringReport:
        """The state of the keyring, in words."""
        return await self._run(self._stores.report())

    # The workspace

    async def workspaces(self) -> tuple[Workspace, ...]:
        """Every workspace of the token's owner; raises `ServiceError`."""
        return await self._read(lambda client: client.list_workspaces())

    async def remembered_workspace(self, owner_id: str) -> str | None:
        """The id of the workspace that this owner used last."""
        return await self._run(self._memory.workspace(self.service_url, owner_id))

    async def remember_workspace(
        self, owner_id: str, workspace_id: str, title: str = ""
    ) -> tuple[str, ...]:
        """Remember the workspace for the next start, and what it is called.

        What can't be remembered is no error: returns what the person should know of that, a
        sentence or two each, and each once in a run.
        """
        return await self._run(
            self._memory.remember_workspace(self.service_url, owner_id, workspace_id, title)
        )

    async def pools(self, workspace_id: str) -> tuple[CredentialPool, ...]:
        """The workspace's credential pools; raises `ServiceError`."""
        return await self._read(lambda client: client.list_credential_pools(workspace_id))

    async def webhooks(self, workspace_id: str) -> Webhooks:
        """The workspace's signing secret and subscriptions; raises as `read_webhooks` does."""
        return await self._read(lambda client: read_webhooks(client, workspace_id))

    # Files

    async def look_at_file(self, path: Path) -> Intake:
        """How a file of credentials would be read; raises `ProlificTuiError`, changes nothing."""

        def look_at() -> Intake:
            return look(files.read_regular(path, CSV_LIMIT))

        return await self._run(asyncio.to_thread(look_at))

    async def look_at_paste(self, text: str) -> Intake:
        """How pasted text would be read; raises `CsvError` and changes nothing."""
        return await self._run(asyncio.to_thread(look, text))

    async def make_accounts(
        self, pattern: generate.Pattern, start: int, count: int, length: int
    ) -> Rows:
        """New usernames with new passwords; raises as `generate.usernames` and `passwords` do."""
        return await self._run(make_accounts(pattern, start, count, length, self._parts.choose))

    async def accounts_made(self, workspace_id: str, pool_id: str | None) -> AccountsMade:
        """Of which patterns accounts were made before; None as a pool is one yet to be made."""
        return await self._run(self._memory.accounts_made(self.service_url, workspace_id, pool_id))

    async def remember_accounts_made(
        self, workspace_id: str, pool_id: str | None, pattern: str, number: int
    ) -> None:
        """Remember which number comes next for a pattern; what can't be remembered is no error."""
        await self._run(
            self._memory.remember_accounts_made(
                self.service_url, workspace_id, pool_id, pattern, number
            )
        )

    async def save_export(self, path: Path, make: Callable[[], str]) -> Path:
        """Write a text, such as `export.plain` makes it, to a new 0600 file.

        Returns the absolute path; raises `FileError` if it is there already, and `ExportError`.
        """

        def write() -> Path:
            try:
                data = make().encode()
            except UnicodeEncodeError:
                # Not `from` the error: it holds all the passwords.
                raise ExportError(
                    "Not text",
                    "A row holds half of a character, which no file can hold. Nothing was written.",
                    "Look for the rows with invisible characters.",
                ) from None
            return files.write_new(path, data)

        return await self._run(asyncio.to_thread(write))

    async def free_path(self, name: str) -> Path:
        """A path of this name for a new file, or of the first name like it that is free."""
        return await self._run(asyncio.to_thread(files.free_path, Path(name)))

    async def complete_path(self, prefix: str) -> tuple[str, ...]:
        """How a path that is being typed may go on, at most 200 ways; never raises."""
        return await self._run(asyncio.to_thread(files.complete, prefix, limit=200))


__all__ = [
    "Account",
    "Changed",
    "Event",
    "GivenToken",
    "KeptSecrets",
    "KeyringReport",
    "LeftDrafts",
    "Operations",
    "Parts",
    "PreviousSecret",
    "Sends",
    "SignIn",
    "Webhooks",
]
