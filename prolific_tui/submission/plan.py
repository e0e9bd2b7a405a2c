"""What is about to be written at Prolific: a list of credentials, or a new signing secret."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path

from prolific_tui.credentials.csvtext import dump
from prolific_tui.credentials.rows import Rows
from prolific_tui.credentials.session import EditSession
from prolific_tui.credentials.stepping import Steps, finish
from prolific_tui.keeping import KEEPING_PLACES
from prolific_tui.models import CredentialPool, WebhookSecret, Workspace
from prolific_tui.secret import Secret


class Kind(Enum):
    """What a write does; the value is its verb on the screen."""

    CREATE = "Create"
    APPEND = "Append"
    REPLACE_SECRET = "Replace secret"  # noqa: S105 - a verb, not a secret


@dataclass(frozen=True, slots=True)
class Target:
    """Where credentials go: a new pool of a workspace, or one of its pools."""

    workspace: Workspace
    pool: CredentialPool | None = None
    """The pool to append to, as last listed; None makes a new one."""

    @property
    def kind(self) -> Kind:
        """Whether sending there creates or appends."""
        return Kind.CREATE if self.pool is None else Kind.APPEND

    @property
    def key(self) -> tuple[str, str | None]:
        """What tells one target from another, whatever its totals are by now."""
        return self.workspace.id, self.pool.credential_pool_id if self.pool else None


@dataclass(frozen=True, slots=True)
class Continuation:
    """Which rows of an earlier send a plan's rows are."""

    number: int
    """The send's number in the journal."""
    places: Sequence[int] = field(repr=False)
    """For each row of the plan its place in the send, from 0, ascending."""
    rows: int
    """How many rows the whole send has."""
    parts: int
    """How many parts of it went before, or were to: those that were refused as well."""
    accepted: int
    """How many of its rows Prolific accepted before."""
    said: int
    """Of how many more nothing but the person's word says that they arrived."""


@dataclass(frozen=True, slots=True)
class CredentialPlan:
    """A list of credentials, ready to leave."""

    target: Target
    accounts: Rows = field(repr=False)
    """The rows in it, in order, with the document's ids."""
    needs_ok: tuple[str, ...]
    """What stays behind until the person accepts it, and why: a line for each kind."""
    left_out: tuple[str, ...]
    """What stays behind whatever they say, and why: a line for each kind."""
    source: str
    """Where the rows came from, in words; may be empty."""
    label: str = ""
    """What the target is called; a pool that is made is remembered by it."""
    continues: Continuation | None = None
    """The send that this goes on with; None for a new one."""
    reviewed: int | None = None
    """The position of the journal when its rows were compared with what was sent before; None
    where nobody did."""

    @property
    def kind(self) -> Kind:
        """Whether this creates or appends."""
        return self.target.kind

    @property
    def workspace(self) -> Workspace:
        """The workspace that is written to."""
        return self.target.workspace

    @property
    def rows(self) -> int:
        """How many credentials go."""
        return len(self.accounts)

    @property
    def row_ids(self) -> Sequence[int]:
        """The document's ids of the rows in it, in order."""
        return self.accounts.ids or ()

    @property
    def credentials(self) -> Secret:
        """The request's `credentials` text: CSV lines, see `csvtext.dump`."""
        return Secret(dump(self.accounts))

    @property
    def confirmation(self) -> str:
        """What a person types to send it."""
        return f"send {self.rows}"

    def place(self, index: int) -> int:
        """The place in its send of the row at `index`."""
        return index if self.continues is None else self.continues.places[index]

    def part(self, start: int, stop: int, pool: CredentialPool | None) -> "CredentialPlan":
        """The plan of the rows from `start` up to `stop` alone; it appends where there is a pool.

        Args:
            start: the first row, counted from 0 in this plan.
            stop: the first row after them.
            pool: the pool that an earlier part made, or that of the target.
        """
        return replace(
            self,
            target=Target(self.target.workspace, pool),
            accounts=self.accounts.part(start, stop),
            continues=None,
        )


@dataclass(frozen=True, slots=True)
class Destinations:
    """Where a new signing secret is kept as soon as it is there; nowhere is the screen only."""

    own_entry: bool = False
    """This program's own entry for it, where it keeps tokens and secrets."""
    file: Path | None = None
    """A file that does not exist yet."""

    @property
    def are_any(self) -> bool:
        """Whether it is kept anywhere."""
        return self.own_entry or self.file is not None


def place_words(name: str) -> str:
    """Where a secret is or was to be, in words: `in the keyring`, `in /home/you/secret`.

    Args:
        name: the value of one of `KEEPING_PLACES`, or the absolute path of a file.
    """
    own = next((place.words for place in KEEPING_PLACES if place.value == name), name)
    return f"in {own}"


@dataclass(frozen=True, slots=True)
class Kept:
    """What keeping a secret came to, in words for the person."""

    places: tuple[str, ...] = ()
    """Where it is: `in the keyring`, `in /home/you/secret`."""
    troubles: tuple[str, ...] = ()
    """What could not be done, a sentence or two each."""


@dataclass(frozen=True, slots=True)
class SecretPlan:
    """The making of a workspace's signing secret; an old one dies at once."""

    workspace: Workspace
    old: WebhookSecret | None
    """The secret that this replaces, as last listed; None where there is none yet."""
    destinations: Destinations = Destinations()

    @property
    def kind(self) -> Kind:
        """Always the replacement of a secret."""
        return Kind.REPLACE_SECRET

    @property
    def rows(self) -> int:
        """No credentials go."""
        return 0

    @property
    def source(self) -> str:
        """Nothing of this machine's goes."""
        return ""

    @property
    def confirmation(self) -> str:
        """What a person types to do it: `create`, or `replace` and the end of the old id."""
        if self.old is None:
            return "create"
        end = (self.old.id or "")[-4:]
        # What can't be seen or typed can't be asked for.
        return f"replace {end}" if end.isascii() and end.isalnum() else "replace"


Plan = CredentialPlan | SecretPlan


def plan(session: EditSession, target: Target, source: str) -> CredentialPlan:
    """The rows of the session that go, as they would be sent to the target."""
    return finish(seek_plan(session, target, source))


def seek_plan(session: EditSession, target: Target, source: str) -> Steps[CredentialPlan]:
    """`plan`, in steps; raises `OutdatedError` where the rows changed between two of them."""
    rows = yield from session.sendable()
    groups = yield from session.problem_groups()
    return CredentialPlan(
        target=target,
        accounts=rows,
        needs_ok=tuple(group.words for group in groups if not group.problem.blocking),
        left_out=tuple(group.words for group in groups if group.problem.blocking),
        source=source,
    )
