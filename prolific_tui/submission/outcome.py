"""What became of a write, in words that are true whatever happened.

A write is judged by the answer or by the error that stood in its place, never by what the totals
look like: those are quoted as figures, because another person may have written at the same time.
"""

from dataclasses import dataclass

from prolific_tui.errors import Effect, ServiceError
from prolific_tui.models import CredentialPool, WebhookSecret
from prolific_tui.submission.plan import CredentialPlan, SecretPlan

_LOOK_FIRST = (
    "Nothing is sent again by itself. It can still arrive late: refresh Pools in a minute and"
    " look before you send again."
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a write, in words that claim no more than is known."""

    effect: Effect
    title: str
    message: str
    hint: str = ""
    pool: CredentialPool | None = None
    """The pool as listed after the write, where it could be told which one it is."""
    secret: WebhookSecret | None = None
    """The new signing secret, after a replacement that was accepted and answered."""


@dataclass(frozen=True, slots=True)
class ReadBack:
    """The workspace's pools before and after a write."""

    before: tuple[CredentialPool, ...]
    after: tuple[CredentialPool, ...] | None
    """None where they could not be listed afterwards."""
    trouble: str = ""
    """Why not, in a few words."""

    def pool(self, credential_pool_id: str | None) -> CredentialPool | None:
        """The pool with that id as listed afterwards, if it was."""
        return _find(self.after or (), credential_pool_id)

    def total_before(self, credential_pool_id: str | None) -> int | None:
        """The pool's total before the write, None where it is not known."""
        pool = _find(self.before, credential_pool_id)
        return pool.total_credentials if pool else None

    def appeared(self) -> tuple[CredentialPool, ...]:
        """The pools that were listed afterwards but not before."""
        known = {pool.credential_pool_id for pool in self.before}
        return tuple(p for p in self.after or () if p.credential_pool_id not in known)


def _find(pools: tuple[CredentialPool, ...], pool_id: str | None) -> CredentialPool | None:
    return next((pool for pool in pools if pool.credential_pool_id == pool_id), None)


def _count(number: int | None) -> str:
    return "?" if number is None else f"{number:,}"


def credentials_word(number: int) -> str:
    """`1 credential`, `41 credentials`."""
    return f"{number:,} credential{'' if number == 1 else 's'}"


def not_sent(error: ServiceError, *, because: str = "") -> Outcome:
    """Nothing left this machine."""
    message = f"{because} {error.message}".strip()
    return Outcome(Effect.NOT_SENT, error.title, message, error.hint)


def credentials_accepted(plan: CredentialPlan, pool_id: str | None, seen: ReadBack) -> Outcome:
    """A readable 2xx answer to a create or an append."""
    created = plan.target.pool is None
    title = f"{credentials_word(plan.rows)} {'in a new pool' if created else 'appended'}"
    pool = seen.pool(pool_id)
    if pool is None:
        why = seen.trouble or "Prolific does not list the pool yet"
        named = f" Its id is {pool_id}." if created and pool_id else ""
        return Outcome(
            Effect.ACCEPTED,
            title,
            f"Prolific accepted the list.{named} The new totals could not be read: {why}.",
            "Refresh Pools (r) to see them.",
        )
    before = 0 if created else seen.total_before(pool_id)
    told = "" if created else f"The pool had {_count(before)} credentials. "
    told += (
        f"It has {_count(pool.total_credentials)} now, {_count(pool.available_credentials)} free."
    )
    if None not in (before, pool.total_credentials) and (
        (pool.total_credentials or 0) - (before or 0) != plan.rows
    ):
        told += f" That is not {plan.rows:,} more: somebody else may have added to it as well."
    return Outcome(Effect.ACCEPTED, title, f"Prolific accepted the list. {told}", pool=pool)


def credentials_troubled(plan: CredentialPlan, error: ServiceError, seen: ReadBack) -> Outcome:
    """A create or an append that ended in an error after something left this machine."""
    pool_id = plan.target.pool.credential_pool_id if plan.target.pool else None
    figures = _figures(plan, pool_id, seen)
    pool = seen.pool(pool_id)
    if error.effect is Effect.REFUSED:
        message = f"{error.message} {figures} No row left the editor."
        return Outcome(error.effect, error.title, message, error.hint, pool=pool)
    if error.effect is Effect.ACCEPTED:
        return Outcome(
            error.effect,
            f"{credentials_word(plan.rows)} accepted, answer lost",
            f"Prolific accepted the list, but its answer could not be read here. {figures}",
            "Refresh Pools (r) to see the new totals.",
            pool=pool,
        )
    message = f"{error.message} {figures}"
    return Outcome(error.effect, "We do not know whether this arrived", message, _LOOK_FIRST, pool)


def _figures(plan: CredentialPlan, pool_id: str | None, seen: ReadBack) -> str:
    """What the listings before and after show, without a claim."""
    if seen.after is None:
        return f"The totals could not be read afterwards: {seen.trouble}."
    if plan.target.pool is None:
        appeared = seen.appeared()
        if not appeared:
            return "A look straight afterwards shows no new pool."
        named = ", ".join(
            f"{p.credential_pool_id} with {_count(p.total_credentials)}" for p in appeared[:3]
        )
        return f"New in the workspace since just before: {named}."
    before, pool = seen.total_before(pool_id), seen.pool(pool_id)
    if pool is None:
        return "The pool is not listed in this workspace."
    after = pool.total_credentials
    if before == after:
        return f"The pool's total is still {_count(after)}."
    growth = (after or 0) - (before or 0)
    told = f"The pool's total was {_count(before)} and is {_count(after)} now"
    if before is not None and growth == plan.rows:
        return f"{told}, which is consistent with all {plan.rows:,} having arrived."
    return f"{told}."


def secret_made(plan: SecretPlan, secret: WebhookSecret) -> Outcome:
    """A readable 2xx answer to the making of a secret."""
    old = " The old one is gone: receivers that still use it reject every delivery." * bool(
        plan.old
    )
    return Outcome(
        Effect.ACCEPTED,
        f"Secret {'replaced' if plan.old else 'created'}",
        f"Prolific signs with the new secret from now on.{old}",
        "Store it now: * shows it, y copies it, f saves it to a new file.",
        secret=secret,
    )


def secret_changed_meanwhile(plan: SecretPlan, current: WebhookSecret | None) -> Outcome:
    """Somebody else replaced the secret between the look and the confirmation."""
    now = f"now has the id {current.id}" if current else "is gone"
    return Outcome(
        Effect.NOT_SENT,
        "The secret changed since you looked",
        f"The secret that you confirmed to replace {now}: somebody else changed it."
        f" Nothing was sent.",
        "Refresh (r), look at it, and decide again.",
        secret=None if plan.old is current else current,
    )


def secret_troubled(plan: SecretPlan, error: ServiceError) -> Outcome:
    """The making of a secret that ended in an error."""
    done = "replaced" if plan.old else "created"
    if error.effect is Effect.ACCEPTED:
        return Outcome(
            error.effect,
            f"Secret {done}, answer lost",
            "Prolific accepted the request, but its answer could not be read here.",
            "Refresh (r) to read the new secret from Prolific.",
        )
    if error.effect is Effect.UNKNOWN:
        return Outcome(
            error.effect,
            f"We do not know whether the secret was {done}",
            error.message,
            "Refresh (r) and compare its id with the one before. Do not try again before that.",
        )
    return Outcome(error.effect, error.title, error.message, error.hint)
