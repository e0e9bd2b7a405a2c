"""Rows that were not sent yet, by whom they belong to and where they are meant to go."""

from dataclasses import dataclass, field

from prolific_tui.credentials.session import EditSession
from prolific_tui.errors import Effect
from prolific_tui.submission.outcome import Outcome
from prolific_tui.submission.plan import CredentialPlan, Target

_Key = tuple[str, str, str | None]


@dataclass(slots=True, eq=False)
class Draft:
    """Rows being made ready for one target."""

    owner_id: str
    """Whose they are: another account neither sees nor sends them."""
    target: Target
    session: EditSession = field(default_factory=EditSession)
    source: str = ""
    """Where the rows came from and how they were read, in words."""
    sending: bool = False
    """Whether a write of these rows is under way; they can't be changed meanwhile."""
    asks_target: bool = False
    """Whether the rest of an accepted create does not know which pool that made."""

    @property
    def is_empty(self) -> bool:
        """Whether no row is left."""
        return not len(self.session.document)

    @property
    def _key(self) -> _Key:
        return self.owner_id, *self.target.key


class Drafts:
    """The drafts of this run; one for each owner and target, and none that has no rows."""

    def __init__(self) -> None:
        self._drafts: dict[_Key, Draft] = {}

    def find(self, owner_id: str, target: Target) -> Draft | None:
        """The draft that is kept for a target, if one is."""
        return self._drafts.get((owner_id, *target.key))

    def open(self, owner_id: str, target: Target) -> Draft:
        """The draft of a target, or a new one; the target's totals are made current."""
        draft = self.find(owner_id, target) or Draft(owner_id, target)
        draft.target = target
        return draft

    def keep(self, draft: Draft) -> None:
        """Keep a draft for as long as it has rows."""
        if draft.is_empty:
            self._drafts.pop(draft._key, None)  # noqa: SLF001 - of the class beside this one
        else:
            self._drafts[draft._key] = draft  # noqa: SLF001

    def aim(self, draft: Draft, target: Target) -> None:
        """Give a draft another target; one that is kept for that target already stays as it is."""
        if self.find(draft.owner_id, target) not in (None, draft):
            return
        self._drafts.pop(draft._key, None)  # noqa: SLF001
        draft.target = target
        draft.asks_target = False
        self.keep(draft)

    def unsent_rows(self) -> int:
        """How many rows would be lost by quitting now."""
        return sum(len(draft.session.document) for draft in self._drafts.values())

    def sending(self, plan: CredentialPlan) -> None:
        """A write of a plan begins: its draft can't be changed until it ends."""
        for draft in self._of(plan):
            draft.sending = True

    def settle(self, plan: CredentialPlan, outcome: Outcome) -> None:
        """A write ended: the rows that went leave their draft, and the others follow their pool."""
        for draft in self._of(plan):
            draft.sending = False
            if outcome.effect is not Effect.ACCEPTED:
                continue
            draft.session.remove_sent(frozenset(plan.row_ids))
            if outcome.pool is not None:
                self.aim(draft, Target(plan.workspace, outcome.pool))
            elif plan.target.pool is None:
                # A pool was made, but the answer that named it was lost: never make another.
                draft.asks_target = True
            self.keep(draft)

    def _of(self, plan: CredentialPlan) -> list[Draft]:
        return [draft for draft in self._drafts.values() if draft.target.key == plan.target.key]
