"""Rows that were not sent yet, by whom they belong to and where they are meant to go."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import compress
from typing import Final, Protocol

from prolific_tui.credentials.duplicates import is_blank
from prolific_tui.credentials.export import Exported
from prolific_tui.credentials.rows import Row, Rows
from prolific_tui.credentials.session import Delta, EditSession
from prolific_tui.credentials.stepping import Steps, finish
from prolific_tui.errors import Effect
from prolific_tui.keeping import DraftKeeping
from prolific_tui.models import CredentialPool
from prolific_tui.operations.autosave import Autosave
from prolific_tui.operations.events import WriteEnded
from prolific_tui.submission.draft import DraftContent
from prolific_tui.submission.known import Known
from prolific_tui.submission.plan import CredentialPlan, Target

_Key = tuple[str, str, str | None]

SEND_BEGUN: Final = "a send of these was begun: 3 History says what became of it"
_POOL_UNKNOWN: Final = "a pool was made for these: append to it, don't create another"
_BLOCK: Final = 4096


@dataclass(frozen=True, slots=True)
class MadeHere:
    """The rows that were made here and not confirmed, by their numbers from 0, ascending."""

    rows: tuple[int, ...] = ()
    unexported: tuple[int, ...] = ()
    """Those of them that would go and stand in no file."""


@dataclass(slots=True, eq=False)
class Draft:
    """Rows being made ready for one target."""

    owner_id: str
    """Whose they are: another account neither sees nor sends them."""
    target: Target
    session: EditSession = field(default_factory=EditSession)
    sending: CredentialPlan | None = None
    """The write of these rows that is under way, if one is; they can't be changed meanwhile."""
    has_open_send: bool = False
    """Whether a send of these rows ended without anybody knowing what arrived of them."""
    went: dict[int, int] = field(default_factory=dict)
    """The sends that rows of these went with, by number: the highest id that a row had then."""
    asks_target: bool = False
    """Whether the rest of an accepted create does not know which pool that made."""
    inserted: set[int] = field(default_factory=set)
    """The ids of the rows that were inserted blank, to be typed into."""
    exported: Exported = field(default_factory=Exported)
    """The rows that stand in a file by now."""
    autosave: Autosave = field(default_factory=Autosave)
    """When the rows are to be kept again."""
    kept: DraftKeeping | None = None
    """What of the rows is kept between runs; None where nothing is, or it is not known yet."""
    kept_rows: int = 0
    """How many rows were kept the last time; an inserted row that is still blank is not."""
    kept_at: datetime | None = None
    """When that was."""
    trouble: str = ""
    """Why they could not be kept the last time."""
    copying: Steps[DraftContent] | None = None
    """The copy of many rows that is being made, to be kept."""
    label: str = ""
    """What a pool that is made of these is to be called; empty until somebody said."""
    continues: int | None = None
    """The number of the send that these rows are to go on with, if the person chose one."""
    known: Known | None = None
    """Which usernames the target is known to hold, as the rows were last checked against."""
    is_checked: bool = False
    """Whether every row was; not while that goes on, nor after it was given up."""
    in_pool_before: int = 0
    """How many rows were known to be there before the last check, and those given up before it."""
    asks_reports: bool = False
    """Whether the rows are checked against the usage reports, too, from now on."""
    last_made: MadeHere = field(default_factory=MadeHere)
    """The rows made here, as they were when they were looked for last."""
    _made_at: tuple[int, int, bool] | None = None
    """How things were then."""

    @property
    def source(self) -> str:
        """Where the rows came from and how they were read, in words."""
        return self.session.source

    @property
    def is_empty(self) -> bool:
        """Whether no row is left."""
        return not len(self.session.document)

    @property
    def in_pool(self) -> int:
        """How many rows are in the pool already, as far as they were checked: they never go."""
        return self.session.ledger.in_pool

    @property
    def unsent(self) -> int:
        """How many rows are in no pool yet, as far as is known."""
        return len(self.session.document) - self.in_pool

    @property
    def key(self) -> _Key:
        """What tells it from every other draft."""
        return self.owner_id, *self.target.key

    def made_here(self) -> tuple[int, ...]:
        """The numbers, from 0, of the rows that were made here and not confirmed, ascending."""
        return self._made_rows().rows

    def unexported(self) -> tuple[int, ...]:
        """Those of them that would go and stand in no file: nobody can make them anywhere else."""
        return self._made_rows().unexported

    def _made_rows(self) -> MadeHere:
        if not self.knows_made:
            finish(self.seek_made())
        return self.last_made

    @property
    def knows_made(self) -> bool:
        """Whether neither the rows nor the files changed since `last_made` was looked for."""
        return self._made_at == self._made_now

    @property
    def _made_now(self) -> tuple[int, int, bool]:
        return self.session.revision, self.exported.revision, self.session.is_examined

    def seek_made(self) -> Steps[None]:
        """Look for the rows made here, in steps, which `last_made` has in the end.

        Raises:
            OutdatedError: the rows changed between two steps.
        """
        session, at = self.session, self._made_now
        made: list[int] = []
        unexported: list[int] = []
        for start, piece in session.document.pieces() if session.has_made_here else ():
            mask = bytes(map(session.is_made_here, piece.ids or ()))
            here = list(compress(range(start, start + len(piece)), mask))
            rows = piece.only(mask)
            stopped = session.ledger.stopped(rows.usernames)
            waits = zip(self.exported.missing(rows), rows.usernames, strict=True)
            made += here
            unexported += compress(
                here, (missing and name not in stopped for missing, name in waits)
            )
            yield start + len(piece)
        self.last_made, self._made_at = MadeHere(tuple(made), tuple(unexported)), at

    def without_password(self) -> tuple[int, ...]:
        """Those of them whose password was not kept: there is nothing to export of them."""
        made = self.made_here()
        # A copy, as the document would keep every password apart from then on, were it asked.
        passwords = self.session.rows(made).passwords
        return tuple(compress(made, (not password for password in passwords)))

    def made_names(self) -> frozenset[str]:
        """The usernames of the rows that were made here and not confirmed."""
        return frozenset(map(self.session.document.username, self.made_here()))

    def came(self, first: int, made: frozenset[str]) -> None:
        """Rows of a list came in, from this one on: which of these names are as unconfirmed.

        They need no export: the list that they came from has them.
        """
        if not made:
            return
        rows = self.session.document.rows(first)
        again = rows.only(name in made for name in rows.usernames)
        self.session.mark_made_here(again.ids or ())
        self.exported.add(again)

    def holding(self, known: Known) -> Steps[Delta]:
        """Check the rows against what the target is known to hold, in steps, and all that come.

        Closing this leaves some of them as they were, so they are to be checked again then.
        """
        if self.is_checked:
            self.in_pool_before = self.in_pool
        self.known, self.is_checked = known, False
        self._take_total(known.coverage.total)
        delta = yield from self.session.holding(known.surely, known.perhaps)
        # Where it is known better meanwhile, not all are checked against that.
        self.is_checked = self.known is known
        return delta

    def clashed(self, row_ids: Sequence[int]) -> None:
        """Leave out rows that Prolific refused, each alone, whatever else is known."""
        if row_ids:
            document = self.session.document
            rows = document.indices_of(row_ids)
            self.session.refuse(frozenset(map(document.username, rows)))

    def _take_total(self, total: int | None) -> None:
        """Take over the pool's total if it was read later than the one that is known here."""
        pool = self.target.pool
        if pool is None or total is None or (pool.total_credentials or 0) >= total:
            # Nothing leaves a pool, so of two totals the greater one is the newer one.
            return
        pool = replace(pool, total_credentials=total, available_credentials=None)
        self.target = Target(self.target.workspace, pool)

    def content(self, label: str) -> Steps[DraftContent]:
        """The draft as it is kept, in steps: all rows but inserted ones that are blank.

        Args:
            label: What the target is called.

        Raises:
            OutdatedError: the rows changed between two steps.
        """
        session = self.session
        usernames: list[str] = []
        passwords: list[str] = []
        accepted: list[int] = []
        made: list[int] = []
        exported: list[int] = []
        hashed: list[int] = []
        accepted_ids, are_any_made = session.ledger.accepted, session.has_made_here
        hashed_ids = session.ledger.hashes
        for _start, piece in session.document.pieces():
            rows = self._without_blanks(piece)
            first = len(usernames)
            usernames += rows.usernames
            passwords += rows.passwords
            if accepted_ids or are_any_made or hashed_ids:
                for number, row_id in enumerate(rows.ids or (), first):
                    if row_id in accepted_ids:
                        accepted.append(number)
                    # A password typed since is one.
                    if row_id in hashed_ids and is_blank(passwords[number]):
                        hashed.append(number)
                    if session.is_made_here(row_id):
                        made.append(number)
                        if self.exported.holds(Row(row_id, usernames[number], passwords[number])):
                            exported.append(number)
            yield len(usernames)
        is_begun = self.sending is not None or self.has_open_send
        notes = [SEND_BEGUN] * is_begun + [_POOL_UNKNOWN] * self.asks_target
        # Rows that were taken up say it already where it was so for them before.
        news = [note for note in notes if note not in self.source]
        source = "; ".join(filter(None, [self.source, *news]))
        return DraftContent(
            Rows(usernames, passwords),
            source,
            label,
            tuple(accepted),
            tuple(made),
            tuple(exported),
            tuple(hashed),
            in_pool=self.in_pool,
        )

    def _without_blanks(self, rows: Rows) -> Rows:
        """The rows without those that were inserted and are still blank.

        Blank rows of a list stay: they were on the screen, and counted.
        """
        if not self.inserted or "" not in rows.usernames or "" not in rows.passwords:
            return rows
        ids = rows.ids or ()
        return rows.only(
            bool(username or password) or row_id not in self.inserted
            for (username, password), row_id in zip(rows, ids, strict=True)
        )

    def take_up(self, content: DraftContent) -> Steps[None]:
        """Take in the rows of an earlier run with all their marks, in steps."""
        session, rows = self.session, content.rows
        loading = yield from session.loading("rows of an earlier run")
        for start in range(0, len(rows), _BLOCK):
            loading.feed(rows.part(start, start + _BLOCK))
            yield loading.rows
        loading.finish(content.source)
        yield from session.marking(
            accepted=content.accepted, made_here=content.made, hashes=content.hashed
        )
        exported = yield from session.seek_rows(content.exported)
        for start in range(0, len(exported), _BLOCK):
            self.exported.add(exported.part(start, start + _BLOCK))
            yield start


class Changed(Protocol):
    """Is told of a draft whose rows, marks or target are others now."""

    def __call__(self, draft: Draft, *, at_once: bool) -> object:
        """`at_once` where a crash right after this would leave a copy that misleads."""


class Drafts:
    """The drafts of this run; one for each owner and target, and none that has no rows.

    Args:
        changed: Told of a draft that is another now, and not empty.
        left: Told of an owner and a target for which there is no draft any more.
    """

    def __init__(
        self,
        changed: Changed,
        left: Callable[[str, Target], object],
    ) -> None:
        self._drafts: dict[_Key, Draft] = {}
        self._changed = changed
        self._left = left

    def __iter__(self) -> Iterator[Draft]:
        return iter(tuple(self._drafts.values()))

    def find(self, owner_id: str, target: Target) -> Draft | None:
        """The draft that is kept for a target, if one is."""
        return self._drafts.get((owner_id, *target.key))

    def open(self, owner_id: str, target: Target) -> Draft:
        """The draft of a target, or a new one; the target's totals are made current."""
        draft = self.find(owner_id, target) or Draft(owner_id, target)
        draft.target = target
        return draft

    def keep(self, draft: Draft, *, at_once: bool = False) -> None:
        """Keep a draft for as long as it has rows; `at_once` where no crash may come between."""
        if not draft.is_empty:
            self._drafts[draft.key] = draft
            self._changed(draft, at_once=at_once)
        elif self._drafts.pop(draft.key, None) is not None:
            self._left(draft.owner_id, draft.target)

    def aim(self, draft: Draft, target: Target) -> bool:
        """Give a draft another target; False, and it stays, where another draft has that one."""
        if self.find(draft.owner_id, target) not in (None, draft):
            return False
        before = draft.target
        moves = before.key != target.key
        if moves:
            # From where it stays, `keep` takes it once it is empty, and tells of that.
            self._drafts.pop(draft.key, None)
        draft.target = target
        draft.asks_target = False
        self.keep(draft, at_once=True)
        if moves:
            # After the new place has them, so that they are never in none.
            self._left(draft.owner_id, before)
        return True

    def sending(self, draft: Draft, plan: CredentialPlan) -> None:
        """A write of a draft's rows begins: it can't be changed until `settle` is told its end."""
        draft.sending = plan
        self.keep(draft, at_once=True)

    def settle(self, plan: CredentialPlan, ended: WriteEnded) -> Draft | None:
        """A write ended: what was accepted leaves its draft, and the others follow their pool.

        Args:
            plan: what was to go.
            ended: what became of it; a part may have been accepted before another one was not.

        Returns:
            That draft; None where no row of it is left.
        """
        # By the plan itself: rows of other drafts have the same ids, and may have the same target.
        draft = next((each for each in self if each.sending is plan), None)
        if draft is None:
            return None
        draft.sending = None
        draft.continues = None
        if ended.number is not None:
            draft.went[ended.number] = max(plan.row_ids, default=-1)
        draft.has_open_send |= ended.outcome.effect is Effect.UNKNOWN
        # They may tell what Prolific does not.
        draft.asks_reports |= ended.outcome.effect is Effect.REFUSED
        draft.clashed(ended.clashing)
        if ended.accepted:
            self.accepted(draft, ended.accepted, ended.outcome.pool)
        else:
            self.keep(draft, at_once=True)
        return None if draft.is_empty else draft

    def accepted(self, draft: Draft, row_ids: Sequence[int], pool: CredentialPool | None) -> None:
        """Rows of a draft are in a pool: they leave it, and the others follow that pool.

        Args:
            draft: The draft.
            row_ids: The document's ids of those rows.
            pool: The pool; None where it is not known which one was made.
        """
        draft.session.remove_for_good(row_ids)
        draft.exported.forget(row_ids)
        follows = pool is not None and self.aim(draft, Target(draft.target.workspace, pool))
        if not follows and draft.target.pool is None:
            # A pool was made, but nobody knows here which it is: never make another.
            draft.asks_target = True
        self.keep(draft, at_once=True)
