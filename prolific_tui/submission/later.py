"""Settling what an earlier send, or an earlier run of the program, left open.

Only the journal is there to go by: the rows themselves may be long gone.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

from prolific_tui.errors import Effect, ProlificTuiError, SettingsError
from prolific_tui.models import CredentialPool, WebhookSecret
from prolific_tui.secret import Secret
from prolific_tui.submission.looks import PoolsLook, SecretLook
from prolific_tui.submission.means import Means, Replaced
from prolific_tui.submission.outcome import SOMEBODY_ELSE, reported_title, seen, seen_secret
from prolific_tui.submission.plan import Kept, Kind, place_words
from prolific_tui.submission.progress import Looking
from prolific_tui.submission.record import Record
from prolific_tui.submission.send import Finding, Part, Send, Standing
from prolific_tui.submission.settling import (
    Settled,
    Sought,
    reported,
    settle_rows,
    settle_secret,
)

Tell = Callable[[Part, Looking], None]

_STORE_IT: Final = "In 2 Webhooks, * shows it, y copies it and f saves it to a new file."


async def settle_open(number: int, means: Means, tell: Tell = lambda *_: None) -> Send:
    """Look once more for the open parts of a send, and record what is found.

    Args:
        number: the send.
        means: what it is done with.
        tell: is told of each look for a part, as soon as it is known when that begins.

    Raises:
        ProlificTuiError: somebody is at work on it, it could not be looked for, or it could not be
            written down. What was known of a part that could not be looked for stays known.
    """
    record = Record(means)
    send = await record.take_up(number)
    try:
        for part in send.open_parts:
            await _settle(send, part, means, record, tell)
    finally:
        await record.leave()
    return record.send or send


async def say(number: int, part_number: int, means: Means, *, arrived: bool) -> Send:
    """Record what the person says of an open part.

    Of a pool that was to be made it is looked up which one it is, if that can be told.

    Raises:
        SettingsError: the part is not open.
        ProlificTuiError: somebody is at work on it, or it could not be written down.
    """
    record = Record(means)
    send = await record.take_up(number)
    try:
        part = next((each for each in send.open_parts if each.number == part_number), None)
        if part is None:
            raise SettingsError("This is not open", "It is known by now what became of this part.")
        pool_id = send.pool_id
        if arrived and send.kind is Kind.CREATE and pool_id is None:
            pool_id = await _made_by(send, part, means, record)
        secret_id = None
        if arrived and send.kind is Kind.REPLACE_SECRET:
            secret_id = await _secret_made_by(send, means)
        told = replace(
            part,
            effect=Effect.UNKNOWN,
            finding=Finding.SAID_ARRIVED if arrived else Finding.SAID_NOT,
            ended=means.clock(),
        )
        await record.settle(told, pool_id, secret_id)
    finally:
        await record.leave()
    return record.send or send


async def take_back(number: int, means: Means) -> Send:
    """Open again what the person said of a part; they may until rows were sent on its strength.

    Raises:
        SettingsError: nothing that was said can be taken back.
        ProlificTuiError: somebody is at work on it, or it could not be written down.
    """
    record = Record(means)
    send = await record.take_up(number)
    try:
        part = send.said_part
        if part is None:
            raise SettingsError(
                "This can't be taken back", "Nothing was said of it, or more was sent since."
            )
        # Which pool a create made was a part of that word.
        is_first = not any(
            each.standing in (Standing.ACCEPTED, Standing.SAID)
            for each in send.parts
            if each.number != part.number
        )
        await record.reopen(
            replace(part, finding=None, ended=means.clock()),
            forgets_made=send.kind is not Kind.APPEND and is_first,
        )
    finally:
        await record.leave()
    return record.send or send


async def _settle(send: Send, part: Part, means: Means, record: Record, tell: Tell) -> None:
    if send.kind is Kind.REPLACE_SECRET:
        found, told = await _secret(send, means, partial(tell, part))
        pool_id = None
    else:
        found, told, pool_id = await _rows(send, part, means, record, partial(tell, part))
    if found.finding is Finding.NOT_READ:
        raise _unread(found.look)
    total = new_pools = None
    if isinstance(found.look, PoolsLook):
        new_pools = found.look.new_pools
        pool = found.look.pool(send.pool_id)
        total = pool.total_credentials if pool else None
    await record.settle(
        replace(
            part,
            effect=Effect.UNKNOWN,
            finding=found.finding,
            title=(
                reported_title(part.rows)
                if found.finding is Finding.REPORTED
                else part.title or "We do not know whether this arrived"
            ),
            message=f"{told} {found.words}".strip(),
            ended=means.clock(),
            total_after=total,
            new_pools=new_pools,
        ),
        pool_id,
    )


def _unread(look: PoolsLook | SecretLook) -> ProlificTuiError:
    what = "The pools" if isinstance(look, PoolsLook) else "The secret"
    return ProlificTuiError(
        "It could not be looked for",
        f"{what} could not be read ({look.trouble}). What is known of this send is what was known"
        " before, and nothing was sent.",
        "Settle it again when Prolific can be reached.",
    )


async def _rows(
    send: Send, part: Part, means: Means, record: Record, tell: Callable[[Looking], None]
) -> tuple[Settled, str, str | None]:
    async def count_among(usernames: list[str]) -> int:
        places = await asyncio.to_thread(means.journal.places, send.number, usernames)
        return len(set(range(part.start, part.stop)).intersection(places))

    # Once an earlier part made the pool, the later ones append to it.
    sought = Sought(send.workspace.id, send.pool_id, part.rows, part.before)
    others = partial(record.elsewhere, part)
    found = await settle_rows(sought, means, count_among, tell, others=others)
    pool_id = None
    if send.pool_id is None and found.finding is Finding.CONSISTENT:
        candidates = _candidates(part, found.look)
        for pool in candidates:
            usernames, _ = await reported(means.service, pool.credential_pool_id)
            if usernames and await count_among(usernames) == part.rows:
                found = replace(found, finding=Finding.REPORTED)
                pool_id = pool.credential_pool_id
                break
    look = found.look if isinstance(found.look, PoolsLook) else PoolsLook(part.before)
    return found, seen(part.rows, look, Effect.UNKNOWN, send.pool_id), pool_id


async def _secret(send: Send, means: Means, tell: Callable[[Looking], None]) -> tuple[Settled, str]:
    async def has_its_value(value: Secret) -> bool | None:
        return await asyncio.to_thread(means.journal.is_old_secret, send.number, value.reveal())

    async def is_old(secret: WebhookSecret | None) -> bool:
        """By the ids, then by the values, as far as the journal knows them."""
        if secret is None:
            return send.old_secret_id is None
        if None not in (secret.id, send.old_secret_id) and secret.id != send.old_secret_id:
            return False
        same = None if secret.value is None else await has_its_value(secret.value)
        return secret.id == send.old_secret_id if same is None else same

    before = WebhookSecret(send.old_secret_id) if send.old_secret_id else None
    found = await settle_secret(send.workspace.id, before, means, tell, is_old=is_old)
    look = found.look if isinstance(found.look, SecretLook) else SecretLook(before)
    changed = found.finding is Finding.CONSISTENT
    told = seen_secret(look, changed=changed)
    if not changed:
        return found, told
    others = [each for each in await _other_requests(send, means) if each.number != send.number]
    made_by = next((each for each in others if _has_made(each, look.after)), None)
    if made_by is not None:
        at = f"{made_by.begun:%d %b %H:%M}"
        found = replace(found, finding=Finding.OTHERS)
        return found, f"{told} The request of {at} made that one, as the history has it."
    words = [told, SOMEBODY_ELSE]
    if any(each.open_parts for each in others):
        words.append("Another request is open as well: at most one of them made this secret.")
    if look.after is not None and look.after.value is not None:
        kept = await means.keeper.keep_found(
            send.workspace.id,
            look.after.value,
            send.destinations,
            Replaced(has_its_value, send.begun),
        )
        words += [*(f"It is kept {place}." for place in kept.places), *kept.troubles]
        words += _missing_words(send.destinations, kept)
    return found, " ".join(words)


async def _other_requests(send: Send, means: Means) -> list[Send]:
    """Every request for a secret of a workspace, the newest first; that send is among them."""
    sends = await asyncio.to_thread(means.journal.sends, send.service_url)
    return [
        each
        for each in sends
        if each.kind is Kind.REPLACE_SECRET and each.workspace.id == send.workspace.id
    ]


def _has_made(send: Send, secret: WebhookSecret | None) -> bool:
    return secret is not None and secret.id is not None and send.made_secret_id == secret.id


def _missing_words(chosen: tuple[str, ...] | None, kept: Kept) -> list[str]:
    """Where a secret that was found later should be and is not known to be."""
    if chosen is None:
        also = "If you chose a file as well, settling did not write it: look whether it is there."
        nowhere = "Settling it kept the new one nowhere, and wrote no file. Store it now."
        return [also if kept.places else nowhere, _STORE_IT]
    missing = [place for place in map(place_words, chosen) if place not in kept.places]
    if missing:
        return [
            f"It was to be {' and '.join(missing)}, and settling did not put it there: look"
            f" whether it is. {_STORE_IT}"
        ]
    if not chosen and not kept.places:
        return [f"You chose the screen only, so it is kept nowhere: store it now. {_STORE_IT}"]
    return []


async def _secret_made_by(send: Send, means: Means) -> str | None:
    """The id of the secret that is there, unless it is the old one or another request made it."""
    secret = next(iter(await means.service.list_secrets(send.workspace.id)), None)
    if secret is None or secret.id == send.old_secret_id:
        return None
    others = await _other_requests(send, means)
    return None if any(_has_made(each, secret) for each in others) else secret.id


async def _made_by(send: Send, part: Part, means: Means, record: Record) -> str | None:
    """The one pool that appeared with just so many credentials, if there is one.

    One that another send made is none of those.
    """
    after = await means.service.list_credential_pools(send.workspace.id)
    others = await record.elsewhere(part)
    candidates = _candidates(part, PoolsLook(part.before, after, "", others))
    return candidates[0].credential_pool_id if len(candidates) == 1 else None


def _candidates(part: Part, look: object) -> list[CredentialPool]:
    appeared = look.unclaimed() if isinstance(look, PoolsLook) else ()
    return [pool for pool in appeared if pool.total_credentials == part.rows]
