"""What became of a write, in words that are true whatever happened.

A write is judged by the answer or by the error that stood in its place, never by what the totals
look like: those are quoted as figures, because another person may have written at the same time.
"""

from dataclasses import dataclass, replace
from typing import Final

from prolific_tui.errors import Effect, ProlificTuiError, ServiceError
from prolific_tui.models import CredentialPool, WebhookSecret
from prolific_tui.submission.looks import PoolsLook, SecretLook, is_same_secret
from prolific_tui.submission.plan import CredentialPlan, Destinations, Kept, SecretPlan
from prolific_tui.visible import counted

_UNAUTHORIZED: Final = 401
_NOT_KNOWN: Final = "We do not know whether this arrived"
_ONCE: Final = "Nothing is sent again by itself. It can still arrive late:"
_LOOK_FIRST: Final = f"{_ONCE} settle it in 3 History before you send these rows again."
SOMEBODY_ELSE: Final = "That is this request's doing, or somebody else's."
_STORE_IT: Final = "Store it now: * shows it, y copies it, f saves it to a new file."
_GIVE_IT: Final = "Give it to every receiver, and tick each off in 2 Webhooks; t tests a delivery."
_FIGURES_SHOWN: Final = 3
"""How many new pools are named; more than one means that somebody else makes pools as well."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a write, in words that claim no more than is known."""

    effect: Effect
    title: str
    message: str
    hint: str = ""
    pool: CredentialPool | None = None
    """The pool that the rows went to or were meant for, where it is known which one that is: as
    listed after the write, or without totals where only the answer named it."""
    secret: WebhookSecret | None = None
    """The signing secret that Prolific was last seen to have, where the write tells or changed
    it."""
    unquoted: str | None = None
    """The message without what the service said, which may name rows; None where it quotes
    nothing."""
    kept: Kept | None = None
    """Where a new secret is kept by now; None where its value was never seen."""


def not_sent(error: Exception, *, because: str = "") -> Outcome:
    """Nothing left this machine; `because` says so where the error's own words do not."""
    told = _told(error)
    return Outcome(Effect.NOT_SENT, told.title, f"{because} {told.message}".strip(), told.hint)


def _told(error: Exception) -> ProlificTuiError:
    """An error in words; of a failure of this program's own only the type, as it may hold rows."""
    if isinstance(error, ProlificTuiError):
        return error
    return ProlificTuiError(
        "This program failed",
        f"This program failed ({type(error).__name__}); please report that.",
        "Try again.",
    )


def unforeseen(error: Exception) -> ServiceError:
    """A failure of this program's own in the middle of a write, of which only the type is told."""
    return ServiceError(
        _NOT_KNOWN,
        f"This program failed while it was sending ({type(error).__name__}); please report that."
        " We do not know whether this was done.",
        _LOOK_FIRST,
        effect=Effect.UNKNOWN,
    )


def unrecorded(outcome: Outcome, error: Exception, *, what: str = "This") -> Outcome:
    """An outcome that the journal could not take: it is what it was, and that is said too.

    Args:
        outcome: what became of it.
        error: why the journal did not take it.
        what: what is not in the journal, where that is another thing than the outcome.
    """
    why = _told(error).message
    told = f"{what} could not be written to the history: {why}"
    if why in outcome.message:
        told = f"{what} could not be written to the history either."
    return replace(outcome, message=f"{outcome.message} {told}")


def _refused(error: ServiceError, after: str = "", pool: CredentialPool | None = None) -> Outcome:
    """A refusal, with what is said after it; of the token as well if that was refused."""
    if error.status == _UNAUTHORIZED:
        told = "A look just before was allowed with this token, so its owner may not be allowed to"
        after = f"{told} do this. {after}"
    return Outcome(
        error.effect,
        error.title,
        f"{error.message} {after}".strip(),
        error.hint,
        pool,
        unquoted=None if error.unquoted is None else f"{error.unquoted} {after}".strip(),
    )


# Credentials


def credentials_accepted(plan: CredentialPlan, pool_id: str | None, look: PoolsLook) -> Outcome:
    """A readable 2xx answer to a create or an append; `pool_id` is None where it named no pool."""
    created = plan.target.pool is None
    pool = look.pool(pool_id)
    hint = ""
    if pool is not None:
        figures = _grown(plan.rows, pool, 0 if created else look.total_before(pool_id))
    else:
        named = f"Its id is {pool_id}. " if created and pool_id else ""
        hint = "Refresh Pools (r) to see the totals."
        if look.after is not None and pool_id is not None:
            figures = f"{named}A look afterwards does not list it."
        else:
            figures = named + seen(plan.rows, look, Effect.ACCEPTED, None if created else pool_id)
        if created and pool_id is not None:
            pool = CredentialPool(pool_id, workspace_id=plan.workspace.id)
    return Outcome(
        Effect.ACCEPTED,
        f"{counted(plan.rows, 'credential')} {'in a new pool' if created else 'appended'}",
        f"Prolific accepted the list. {figures}",
        hint,
        pool=pool,
    )


def reported_title(rows: int) -> str:
    """The title of what was not known until usage reports named all its usernames."""
    return f"{counted(rows, 'credential')} in the pool, answer lost"


def credentials_reported(plan: CredentialPlan, look: PoolsLook) -> Outcome:
    """A create or an append whose answer never came, with all its usernames in usage reports."""
    pool_id = plan.target.pool.credential_pool_id if plan.target.pool else None
    return Outcome(
        Effect.ACCEPTED,
        reported_title(plan.rows),
        "The answer never came, but usage reports of studies on this pool name all these"
        f" usernames: they are in the pool. {seen(plan.rows, look, Effect.ACCEPTED, pool_id)}",
        pool=look.pool(pool_id) or plan.target.pool,
    )


def credentials_troubled(plan: CredentialPlan, error: ServiceError, look: PoolsLook) -> Outcome:
    """A create or an append that did not end in a readable 2xx answer."""
    effect = error.effect
    if effect is Effect.NOT_SENT:
        return not_sent(error)
    pool_id = plan.target.pool.credential_pool_id if plan.target.pool else None
    pool = look.pool(pool_id)
    figures = seen(plan.rows, look, effect, pool_id)
    if effect is Effect.ACCEPTED:
        return Outcome(
            effect,
            f"{counted(plan.rows, 'credential')} accepted, answer lost",
            f"Prolific accepted the list, but its answer could not be read here. {figures}",
            "Refresh Pools (r) to see the totals.",
            pool,
        )
    if effect is Effect.UNKNOWN:
        return Outcome(effect, _NOT_KNOWN, f"{error.message} {figures}", _LOOK_FIRST, pool)
    return _refused(error, f"{figures} All rows are still in the editor.", pool)


def seen(rows: int, look: PoolsLook, effect: Effect, pool_id: str | None) -> str:
    """What the looks before and after a write show, with no more than a possible reading of it.

    Args:
        rows: how many credentials were sent.
        look: what was seen.
        effect: what is known of the write.
        pool_id: the pool that was appended to; None where one was to be made.
    """
    if look.after is None:
        return f"The totals afterwards are not known ({look.trouble})."
    if pool_id is None:
        return _appeared(rows, look, effect)
    pool = look.pool(pool_id)
    if pool is None:
        return "A look afterwards does not list the pool in this workspace."
    before, after = look.total_before(pool_id), pool.total_credentials
    if effect is Effect.ACCEPTED:
        return _grown(rows, pool, before)
    if after is None:
        return "Prolific does not tell the pool's total, so it can't show what became of this."
    if before is None:
        return f"The pool's total is {after:,} now; what it was before is not known."
    if before == after:
        return f"The pool's total is still {after:,}."
    told = f"The pool's total was {before:,} and is {after:,} now"
    if effect is Effect.REFUSED:
        return f"{told}: somebody else may have added to it."
    others = look.elsewhere.rows
    is_consistent = after - before - others == rows
    if others:
        told += f": {others:,} of that came with other sends from here, as the history has it."
        if is_consistent:
            told += f" The rest is consistent with all {rows:,} having arrived."
        return told
    if is_consistent:
        return f"{told}, which is consistent with all {rows:,} having arrived."
    return f"{told}."


def _grown(rows: int, pool: CredentialPool, before: int | None) -> str:
    """The totals of a pool that took the list, and whether they are what that would make them."""
    after, free = pool.total_credentials, pool.available_credentials
    if after is None:
        return "Prolific does not tell the pool's total."
    was = f"was {before:,} and " if before else ""
    told = f"The pool's total {was}is {after:,} now"
    told += "." if free is None else f", {free:,} free."
    if before is None or after - before == rows:
        return told
    if after - before > rows:
        return f"{told} That is more than was sent: somebody else may have added to it as well."
    return f"{told} That is less than was sent would make it: the listing may be late."


def _appeared(rows: int, look: PoolsLook, effect: Effect) -> str:
    """The pools that were not there before a create."""
    # Those that this may have made come first, so that they are among the ones that are named.
    appeared = sorted(look.unclaimed(), key=lambda pool: pool.total_credentials != rows)
    has_others = len(appeared) < len(look.appeared())
    if not appeared:
        but = " but those of other sends from here" if has_others else ""
        return f"A look afterwards shows no new pool{but}."
    named = ", ".join(
        f"{pool.credential_pool_id} with {_count(pool.total_credentials)}"
        for pool in appeared[:_FIGURES_SHOWN]
    )
    if len(appeared) > _FIGURES_SHOWN:
        named += f" and {len(appeared) - _FIGURES_SHOWN} more"
    beside = ", beside those of other sends from here" if has_others else ""
    told = f"New in the workspace since just before{beside}: {named}"
    if effect is Effect.REFUSED:
        return f"{told}; somebody else may have made that."
    if effect is Effect.UNKNOWN and any(p.total_credentials == rows for p in appeared):
        return f"{told}, which is consistent with this list having arrived."
    return f"{told}."


def _count(number: int | None) -> str:
    return "?" if number is None else f"{number:,}"


# The signing secret


def kept(outcome: Outcome, kept: Kept) -> Outcome:
    """The same with where the new secret is kept, and what of that could not be done."""
    told = outcome.message
    if kept.places:
        told += f" The new one is kept {' and '.join(kept.places)}."
    if kept.troubles:
        told += f" {' '.join(kept.troubles)}"
    hint = outcome.hint
    if kept.places and not kept.troubles:
        hint = hint.replace(_STORE_IT, _GIVE_IT)
    return replace(outcome, message=told, hint=hint, kept=kept)


def secret_made(plan: SecretPlan, secret: WebhookSecret, look: SecretLook) -> Outcome:
    """A readable 2xx answer to the making of a secret."""
    told = "Prolific accepted this and answered with the new secret."
    if plan.old:
        told += " The old one is gone: receivers that still use it reject every delivery."
    hint = _STORE_IT
    if look.trouble:
        told += f" It was not read back ({look.trouble})."
    elif is_same_secret(secret, look.after):
        told += " Read back to be sure: Prolific has the same one."
        secret = look.after or secret
    else:
        told += f" But a look afterwards shows {_named(look.after)}."
        hint = f"Refresh (r) and compare the ids. {_STORE_IT}"
    return Outcome(Effect.ACCEPTED, f"Secret {_done(plan)}", told, hint, secret=secret)


def secret_changed_meanwhile(plan: SecretPlan, current: WebhookSecret | None) -> Outcome:
    """Somebody else changed the secret between the look and the confirmation."""
    meant = f"to replace {_named(plan.old)}" if plan.old else "to create the first one"
    now = _named(current)
    if plan.old is not None and current is not None and plan.old.id == current.id:
        now = "another value under that id"
    return Outcome(
        Effect.NOT_SENT,
        "The secret changed since you looked",
        f"You confirmed {meant}, and Prolific has {now} by now: somebody else was here."
        " No new one was asked for.",
        "2 Webhooks shows it as it is now; look at it, and decide again.",
        secret=current,
    )


def secret_troubled(plan: SecretPlan, error: ServiceError, look: SecretLook) -> Outcome:
    """The making of a secret that did not end in a readable 2xx answer."""
    effect = error.effect
    if effect is Effect.NOT_SENT:
        return not_sent(error)
    if effect is Effect.REFUSED:
        return _refused(error)
    changed = not look.trouble and not is_same_secret(look.before, look.after)
    told = seen_secret(look, changed=changed)
    if effect is Effect.ACCEPTED:
        if not changed:
            told += f" The new one {_kept_nowhere(plan)}."
        return Outcome(
            effect,
            f"Secret {_done(plan)}, answer lost",
            f"Prolific accepted the request, but its answer could not be read here. {told}",
            _STORE_IT if changed else "Refresh (r) to read the new secret, then keep it (K, f).",
            secret=look.after if changed else None,
        )
    title = f"We do not know whether the secret was {_done(plan)}"
    hint = f"{_ONCE} settle it in 3 History and compare the id before you try again."
    if changed:
        if look.after is not None:
            title = "A new secret is there; who made it is not known"
        told += f" {SOMEBODY_ELSE}"
    elif plan.destinations != Destinations():
        told += f" Should there be a new one, it {_kept_nowhere(plan)}."
    if changed and look.after is not None:
        hint = f"{_STORE_IT} {hint}"
    return Outcome(
        effect,
        title,
        f"{error.message} {told}",
        hint,
        secret=look.after if changed else None,
    )


def seen_secret(look: SecretLook, *, changed: bool) -> str:
    """What a look after the making of a secret shows."""
    if look.trouble:
        return f"The secret could not be read afterwards ({look.trouble})."
    if changed:
        return f"A look afterwards shows {_named(look.after)}."
    return f"A look afterwards still shows {_named(look.after)}."


def _kept_nowhere(plan: SecretPlan) -> str:
    file = plan.destinations.file
    return "is kept nowhere yet" + ("" if file is None else f", and {file} was not written")


def _done(plan: SecretPlan) -> str:
    return "replaced" if plan.old else "created"


def _named(secret: WebhookSecret | None) -> str:
    return f"the secret with the id {secret.id or '?'}" if secret else "no secret"
