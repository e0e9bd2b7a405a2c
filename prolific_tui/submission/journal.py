"""What is asked of a journal: sends and their parts are written down before they leave.

It never holds a password, a token, a plain username or the value of a secret.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from prolific_tui.errors import ProlificTuiError
from prolific_tui.models import CredentialPool, Me, Workspace
from prolific_tui.submission.known import Mark
from prolific_tui.submission.plan import Kind
from prolific_tui.submission.send import Part, Send
from prolific_tui.visible import counted


@dataclass(frozen=True, slots=True)
class NewSend:
    """What is known of a send before its first part; see `send.Send` for the fields."""

    kind: Kind
    service_url: str
    owner: Me
    workspace: Workspace
    pool_id: str | None
    label: str
    source: str
    usernames: Sequence[str] = field(repr=False)
    """Those of all its rows, in order; only their fingerprints are kept."""
    begun: datetime
    planned_parts: int = 1
    old_secret_id: str | None = None
    old_secret: str | None = field(default=None, repr=False)
    """The value of the secret that is replaced; only its fingerprint is kept."""
    destinations: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class PoolMarks:
    """The fingerprints of the usernames that were sent to a pool."""

    mark: Mark = field(repr=False)
    surely: frozenset[bytes] = field(default=frozenset(), repr=False)
    """Those of accepted parts."""
    perhaps: frozenset[bytes] = field(default=frozenset(), repr=False)
    """Those of parts that are open, or arrived as the person said, without those above."""
    said: frozenset[bytes] = field(default=frozenset(), repr=False)
    """Those of them that are in no open part: nothing but the person's word tells of them."""
    unmarked: int = 0
    """How many more rows may be there from here that are not told by their names: their key was
    lost, or nobody knows which pool their create made."""
    absent: tuple[tuple[int, int | None], ...] = ()
    """Of each part that did not arrive, as the person said, how many more rows those are, and the
    pool's total before it: as long as that is the total, none of them is there."""

    def late(self, total: int | None) -> int:
        """How many rows may have arrived after it was said that they had not.

        Args:
            total: the pool's total now, where that is known.
        """
        return sum(
            rows if None in (total, before) else min(rows, max((total or 0) - (before or 0), 0))
            for rows, before in self.absent
        )


@dataclass(frozen=True, slots=True)
class Learned:
    """What became known of a part."""

    part: Part
    """The part, as `Journal.about_to_send` gave it and with what is known since."""
    pool_id: str | None = None
    """The pool that the send made, if this part tells."""
    forgets_made: bool = False
    """Whether it is not known any more which pool, or which secret, the send made."""
    secret_id: str | None = None
    """The id of the secret that the send made, if this part tells."""


@dataclass(frozen=True, slots=True)
class NewPart:
    """What is known of a part before it leaves."""

    rows: tuple[int, int]
    """Its first row in the send, from 0, and the first one after it."""
    before: tuple[CredentialPool, ...]
    """The workspace's pools as they are now."""
    at: datetime
    """The present moment."""
    learned: Learned | None = None
    """More of an earlier part, recorded along with it: the disk is waited for once."""
    since: int | None = None
    """The journal's `position` when its rows were compared with what was sent before; None for
    never."""
    pool_id: str | None = None
    """The pool that it is appended to, which the person may have named for a send of which nobody
    knew it."""


class SentMeanwhileError(ProlificTuiError):
    """Rows that were about to leave were sent by another send since they were reviewed."""

    def __init__(self, accepted: int, perhaps: int) -> None:
        told = []
        if accepted:
            told.append(f"{counted(accepted, 'row')} {'was' if accepted == 1 else 'were'} accepted")
        if perhaps:
            told.append(f"{counted(perhaps, 'row')} may have arrived")
        super().__init__(
            "Sent by another window meanwhile",
            f"Another send has some of these rows since you reviewed them: of the rows that were"
            f" about to leave, {' and '.join(told)} with it.",
            "Look at it in 3 History, and review the rows again.",
        )


class Journal(Protocol):
    """Where sends are recorded. It may be asked from any thread, and may make it wait for a disk.

    Every method raises `ProlificTuiError`, in words, where the disk does not do as asked, and has
    recorded nothing then; what is returned was recorded and is on the disk.
    """

    def prepare(self, usernames: Sequence[str]) -> None:
        """Make ahead what `begin` needs of these very usernames, where it has begun any send yet.

        Nothing is recorded, and nothing is raised.
        """

    def begin(self, new: NewSend) -> Send:
        """Record a send that is about to begin, and that this program is at work on it."""

    def take_up(self, number: int) -> Send:
        """This program is at work on a send from now on, to settle it or to go on with it.

        Raises:
            ProlificTuiError: also where a running program is already, this one or another, or
                there is no such send.
        """

    def leave(self, number: int) -> Send:
        """This program is not at work on a send any more."""

    def about_to_send(self, number: int, new: NewPart) -> Part:
        """Record that a part of a send is about to leave; if this raises, it may not leave.

        Raises:
            SentMeanwhileError: another send to that pool, or another create in that workspace, has
                some of these rows: accepted, or open, since then.
        """

    def record(self, number: int, learned: Learned) -> None:
        """Record what is known of a part by now; who knows more later calls it again."""

    def send(self, number: int) -> Send:
        """A send as it is now; raises `ProlificTuiError` if there is none."""

    def sends(self, service_url: str) -> tuple[Send, ...]:
        """All sends of a service, the newest first."""

    def position(self) -> int:
        """The number of the last change to what is known of any part; 0 before the first.

        It grows whenever a part is about to leave, is accepted, is said to have arrived, and so
        on, whichever program wrote that down and whatever any clock says.
        """

    def stamp(self) -> int | None:
        """Another number than before if another program wrote anything down since; quick.

        None where nothing was ever written down.
        """

    def places(self, number: int, usernames: Sequence[str]) -> list[int | None]:
        """For each username its place in a send, from 0; None for one that is none of it."""

    def is_old_secret(self, number: int, value: str) -> bool | None:
        """Whether a secret has the value that a send was to replace; None where nobody knows."""

    def marks(self, service_url: str, pool_id: str) -> PoolMarks:
        """What was sent to a pool."""

    def marks_of_open_creates(self, service_url: str, workspace_id: str) -> PoolMarks:
        """What may have arrived in a workspace in pools of which nobody knows the ids."""

    def labels(self, service_url: str) -> Mapping[str, str]:
        """What the pools of a service are called, by id."""

    def set_label(self, service_url: str, pool_id: str, label: str) -> None:
        """Call a pool something; an empty label forgets it."""

    def notes(self) -> tuple[str, ...]:
        """What the person should know of the journal itself, a sentence or two each."""

    def since(self) -> datetime | None:
        """Since when sends are recorded, where a journal before this one was set aside.

        None where none was: then all that was sent from here is known.
        """

    def close(self) -> None:
        """Let other programs go on with what this one was at work on."""
