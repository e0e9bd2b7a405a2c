"""What became of a whole send, in words, from what became of its parts.

The effect is that of the part that ended it, so that only a send of which every row was accepted
is called accepted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from prolific_tui.errors import Effect
from prolific_tui.models import CredentialPool
from prolific_tui.submission.halving import ClashSearch
from prolific_tui.submission.looks import PoolsLook, total_of
from prolific_tui.submission.outcome import Outcome
from prolific_tui.submission.send import Part, Send
from prolific_tui.submission.settling import Settled
from prolific_tui.visible import counted, is_or_are

ALL_IN_EDITOR: Final = " All rows are still in the editor."
"""What is said of a request that was refused; of a send in parts it is not so."""
UNREAD: Final = "The pools could not be read first, so nothing{} was sent."
"""Why a part did not leave; "more" belongs in it where another one had left."""
UNRECORDED: Final = (
    "What is about to be sent could not be written down first, so nothing{} was sent."
)
"""The same where the journal would not take it."""
MEANWHILE: Final = "Nothing{} was sent."
"""The same where an error says itself why."""
_NAMES_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a write."""

    outcome: Outcome
    number: int | None = None
    """The send in the journal; None where nothing was recorded, and nothing sent."""
    accepted: Sequence[int] = ()
    """The document's ids of the rows that were accepted."""
    clashing: Sequence[int] = ()
    """The document's ids of the rows that were refused for a clash, each alone."""
    search: ClashSearch | None = None
    """What finding the clash by halving would take, where it may be offered."""
    refused: Sequence[int] = ()
    """The document's ids of the rows that were refused together then."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a send came, with all that went before this run of it."""

    rows: int
    accepted: int
    said: int
    """Of how many more nothing but the person's word says that they arrived."""
    part: int
    """The part that ended it, as the history counts them, from 1."""
    parts: int
    left: int
    """How many rows of this run were not accepted; rows of the send that are elsewhere are none."""

    @property
    def title_words(self) -> str:
        """How many rows arrived, for a title."""
        if self.said and not self.accepted:
            return f"{self.said:,} of {self.rows:,} rows arrived, as you said"
        return f"{self.accepted:,} of {self.rows:,} rows were accepted"

    @property
    def arrived_words(self) -> str:
        """How many arrived and who says so; empty where none did."""
        told = []
        if self.accepted:
            credentials = counted(self.accepted, "credential")
            are = is_or_are(self.accepted)
            told.append(f"{credentials} {_were(self.accepted)} accepted and {are} in the pool")
        if self.said:
            told.append(f"{counted(self.said, 'row')} arrived, as you said")
        return ", and ".join(told)

    @property
    def left_words(self) -> str:
        """Where the other rows are."""
        others = self.rows - self.accepted - self.said
        if self.left == others:
            return "all others are still in the editor"
        # The rest was not loaded, or is left out for what is wrong with it: who plans knows.
        verb = f"{_were(self.left)} to go now and {is_or_are(self.left)}"
        return f"of the {others:,} others, {self.left:,} {verb} in the editor"


def settled(outcome: Outcome, found: Settled) -> Outcome:
    """An outcome that was not known, with what was found of it."""
    return replace(outcome, message=f"{outcome.message} {found.words}".strip())


def ended_early(
    outcome: Outcome, tally: Tally, pool: CredentialPool | None, clashing: Sequence[str] = ()
) -> Outcome:
    """The outcome of a send that a part put an end to, with what went before it.

    Args:
        outcome: what became of that part.
        tally: how far the send came.
        pool: where the accepted rows are.
        clashing: the usernames that a search had found to clash by then, each sent alone.
    """
    refused = f" {_refused_alone(clashing)}" if clashing else ""
    if not tally.arrived_words:
        return replace(outcome, message=f"{outcome.message}{refused}")
    message = outcome.message.replace(ALL_IN_EDITOR, "")
    return replace(
        outcome,
        title=f"{outcome.title} ({tally.title_words})",
        message=f"Part {tally.part:,} of {tally.parts:,}: {message} Before it,"
        f" {tally.arrived_words}; {tally.left_words}.{refused}",
        pool=outcome.pool or pool,
    )


def stopped_before_any(pool: CredentialPool | None) -> Outcome:
    """The person stopped it before any row of this run left."""
    return Outcome(
        Effect.NOT_SENT,
        "Stopped before anything was sent",
        "You stopped it before any of these rows left; all of them are still in the editor.",
        "Send them when you like.",
        pool=pool,
    )


def stopped(
    tally: Tally, pool: CredentialPool | None, clashing: Sequence[str], *, was_refused: bool
) -> Outcome:
    """The person stopped it between two parts.

    Args:
        tally: how far it came.
        pool: where the accepted rows are.
        clashing: the usernames that were refused for a clash by then, each sent alone.
        was_refused: whether any request of this run was refused: what is left may have been sent.
    """
    arrived = f"{tally.arrived_words}; " if tally.arrived_words else ""
    what = "accepted" if was_refused else "sent"
    refused = f" {_refused_alone(clashing)}" if clashing else ""
    others = "the others" if clashing else "them"
    return Outcome(
        Effect.NOT_SENT,
        f"Stopped: {tally.title_words}",
        f"You stopped it. {arrived}{counted(tally.left, 'row')} {_were(tally.left)} not {what}"
        f" and {is_or_are(tally.left)} still in the editor.{refused}",
        f"Send {others} when you like: it goes on where it stopped.",
        pool=pool,
    )


def held_back() -> Outcome:
    """The person paused or stopped it while a part was being written down."""
    return Outcome(
        Effect.NOT_SENT,
        "Held back before it left",
        "You paused or stopped the send before this part left; nothing of it was sent.",
    )


def stopped_secret() -> Outcome:
    """The person stopped the making of a secret before it was asked for."""
    return Outcome(
        Effect.NOT_SENT,
        "Stopped before a new secret was asked for",
        "You stopped it before Prolific was asked to make one; the secret is as it was.",
    )


def pool_unknown(
    outcome: Outcome, tally: Tally, clashing: Sequence[str], *, was_refused: bool
) -> Outcome:
    """The first part made a pool, but its answer was lost: nobody knows where the rest belongs.

    Args:
        outcome: what became of that part.
        tally: how far the send came.
        clashing: the usernames that were refused for a clash by then, each sent alone.
        was_refused: whether any request of this run was refused: what is left may have been sent.
    """
    refused = f" {_refused_alone(clashing)}" if clashing else ""
    return Outcome(
        Effect.NOT_SENT,
        f"Which pool was made? ({tally.title_words})",
        f"{outcome.message} The other {tally.rows - tally.accepted:,} rows belong into the pool"
        " that this made, and the answer that named it was lost. They were not"
        f" {'accepted' if was_refused else 'sent'}.{refused}",
        "Find the new pool on 1 Pools, and append the rest to it.",
    )


def clash_found(
    names: Sequence[str], accepted: int, pool: CredentialPool | None, *, is_halved: bool
) -> Outcome:
    """A search by halving that came to its end.

    Args:
        names: the usernames that were refused, each sent alone.
        accepted: how many rows were accepted.
        pool: where they are.
        is_halved: whether any request of the search was refused.
    """
    if not names:
        how = "Sent in halves" if is_halved else "Sent again as they were"
        return Outcome(
            Effect.ACCEPTED,
            "No row clashed alone" if is_halved else "No row clashed any more",
            f"{how}, Prolific accepted every row. All {accepted:,} are in the pool now.",
            pool=pool,
        )
    rest = f"All other {accepted:,} are in the pool now."
    return Outcome(
        Effect.REFUSED,
        f"{counted(len(names), 'username')} {is_or_are(len(names))} taken",
        f"{_refused_alone(names)} {rest}",
        "Take it out of the list, or give it another name."
        if len(names) == 1
        else "Take them out of the list, or give them other names.",
        pool=pool,
    )


def changed_since(send: Send, part: Part, look: PoolsLook) -> Outcome | None:
    """What is said where a part that had not arrived may have done so since that was said."""
    if send.pool_id is None:
        # Pools can't be deleted, so their number tells of each that was made.
        is_new = len(look.appeared()) > (part.new_pools or 0)
        return pool_appeared() if is_new else None
    total = total_of(look.after or (), send.pool_id)
    if part.total_after is None or total == part.total_after:
        return None
    return changed_meanwhile(total, part.total_after)


def changed_meanwhile(total: int | None, seen: int | None) -> Outcome:
    """The pool is not any more as it was when the person said that a part had not arrived."""
    return Outcome(
        Effect.NOT_SENT,
        "The pool changed since you looked",
        f"The pool's total is {_count(total)}, and was {_count(seen)} when you said that a part"
        " had not arrived: it may have arrived late. Nothing was sent.",
        "Settle it again in 3 History, and decide anew.",
    )


def taken_after_all(outcome: Outcome, parts: Sequence[Part]) -> Outcome:
    """A refusal of rows as taken, of which the person said before that they had not arrived.

    Args:
        outcome: what is said of the refusal.
        parts: the parts that the person said that of.
    """
    sent = " and ".join(f"{part.begun:%d %b %H:%M}" for part in parts)
    told = (
        f" You said that what was sent on {sent} did not arrive: this refusal is consistent with"
        " it having arrived after all."
    )
    return replace(
        outcome,
        message=outcome.message + told,
        hint="Settle it again in 3 History, and decide anew.",
        unquoted=None if outcome.unquoted is None else outcome.unquoted + told,
    )


def doubted(refused: Part) -> str:
    """What is said of a part that had not arrived, as the person said, once its rows are taken."""
    return (
        f"Sent again on {refused.begun:%d %b %H:%M}, its rows were refused as taken: that is"
        " consistent with it having arrived after all."
    )


def pool_appeared() -> Outcome:
    """There is a pool that was not there when the person said that a create had not arrived."""
    return Outcome(
        Effect.NOT_SENT,
        "A new pool appeared since you looked",
        "There is a pool in the workspace that was not there when you said that this had not"
        " arrived: it may have arrived late. Nothing was sent.",
        "Settle it again in 3 History, and decide anew.",
    )


def no_rows() -> Outcome:
    """A plan without rows."""
    return Outcome(Effect.NOT_SENT, "No rows", "There was nothing to send.")


def of_another_pool() -> Outcome:
    """What was to go on belongs to another pool than was reviewed."""
    return Outcome(
        Effect.NOT_SENT,
        "This send belongs to another pool",
        "By now it is known that the rest of this send belongs to another pool than the one that"
        " you reviewed. Nothing was sent.",
        "Look at it in 3 History, and review the rows again.",
    )


def outdated() -> Outcome:
    """What was to go on was sent or changed meanwhile, perhaps from another window."""
    return Outcome(
        Effect.NOT_SENT,
        "This send changed meanwhile",
        "Some of these rows were sent since you reviewed them, or a part of the send is open."
        " Nothing was sent.",
        "Look at it in 3 History, and review the rows again.",
    )


def _refused_alone(names: Sequence[str]) -> str:
    """Which usernames clash; at least one."""
    named = ", ".join(names[:_NAMES_SHOWN])
    if len(names) > _NAMES_SHOWN:
        named += f" and {len(names) - _NAMES_SHOWN:,} more"
    them = "it" if len(names) == 1 else "them"
    return f"Prolific refuses {named}, sent alone: it has {them} already."


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def _count(number: int | None) -> str:
    return "not told" if number is None else f"{number:,}"
