"""Whether what a person was told of a write is true, by what the service saw, told and holds.

Nothing of the program's own judgement is used. Every sentence has to be one that is known here,
with what must be the case for it to be true; a sentence that is not known is as bad as a wrong one.
"""

import dataclasses
import re
from collections.abc import Callable, Iterator
from typing import Final

from prolific_tui.demo.seed import CHATBOT_B
from prolific_tui.errors import Effect
from prolific_tui.operations.events import WriteEnded
from prolific_tui.submission.means import Control
from prolific_tui.submission.plan import CredentialPlan, SecretPlan
from prolific_tui.submission.send import Standing
from prolific_tui.tui.dialogs import SendDialog
from tests.cuts.cuts import Direction, Fate, Manner, Shape
from tests.cuts.lab import Trial
from tests.submission_bench import Write

Check = Callable[[Trial, "re.Match[str]"], bool]

_GATEWAY: Final = (Fate.GATEWAY_APPLIED, Fate.GATEWAY_WITHHELD, Fate.GATEWAY_CLASHED)
_SENTENCE: Final = re.compile(r"(?<=[.!?]) (?=[A-Z0-9])")


def faults(trial: Trial) -> Iterator[str]:
    """What is wrong, a line each; nothing where all is well."""
    if trial.writes > 1:
        yield f"{trial.writes} writes arrived"
    yield from _wrong_holdings(trial)
    yield from _wrong_effect(trial)
    yield from _wrong_send(trial)
    for told in (trial.outcome.title, *_SENTENCE.split(_box_words(trial))):
        if (wrong := _wrong_sentence(trial, told)) is not None:
            yield wrong


def _box_words(trial: Trial) -> str:
    """All that the box of the send says below its title."""
    plan, outcome, send = trial.plan, trial.outcome, trial.send
    ended = WriteEnded(plan, outcome, send.number if send else None)
    message, hint = SendDialog(plan, Control(), ended=ended, send=send)._words()
    return " ".join(f"{message} {hint}".split())


def is_needless(trial: Trial) -> bool:
    """Whether the outcome is called unknown although the head of a clear answer had arrived."""
    cut = trial.cut
    return (
        trial.outcome.effect is Effect.UNKNOWN
        and cut.direction is Direction.ANSWER
        and cut.stage in ("body", "everything")
        and cut.fate not in _GATEWAY
    )


def _is_done(trial: Trial) -> bool:
    return trial.done == 1


def _wrong_holdings(trial: Trial) -> Iterator[str]:
    """Against the service's own count, so that its figures can be trusted below."""
    for name in trial.usernames:
        was, now = (
            sum(list(pool).count(name) for pool in holdings.pools.values())
            for holdings in (trial.before, trial.after)
        )
        copies = now - was
        due = 0 if trial.cut.write is Write.SECRET else trial.done
        if copies != due:
            yield f"{name} came {copies} times after {trial.done} writes were done"
    for pool_id, usernames in trial.before.pools.items():
        if trial.after.pools[pool_id][: len(usernames)] != usernames:
            yield f"{pool_id} lost what it held"


def _wrong_effect(trial: Trial) -> Iterator[str]:
    effect = trial.outcome.effect
    pool = trial.outcome.pool if trial.cut.write is Write.CREATE else None
    match effect:
        case Effect.ACCEPTED if not _is_done(trial):
            yield "called accepted, but it was not done"
        case Effect.REFUSED if trial.done or trial.cut.fate is not Fate.REFUSED:
            yield "called refused, but the service did not refuse it"
        case Effect.NOT_SENT if trial.writes:
            yield "called not sent, but it arrived"
    if pool is not None and pool.credential_pool_id not in trial.made:
        yield f"the new pool is not {pool.credential_pool_id}"
    secret = trial.outcome.secret
    if secret is not None and secret.id not in {trial.last_look.secret_id, *trial.made}:
        yield f"there is no secret {secret.id}"


_STANDINGS: Final = {
    Effect.ACCEPTED: Standing.ACCEPTED,
    Effect.REFUSED: Standing.REFUSED,
    Effect.NOT_SENT: Standing.NOT_SENT,
    Effect.UNKNOWN: Standing.OPEN,
}


def _wrong_send(trial: Trial) -> Iterator[str]:
    """Where the journal says something else than the person was told."""
    send, outcome = trial.send, trial.outcome
    if send is None or len(send.parts) != 1:
        yield "the journal has not just this write"
        return
    (part,) = send.parts
    if (part.title, part.message) != (outcome.title, outcome.message):
        yield f"the journal says: {part.title}. {part.message}"
    if send.standing is not _STANDINGS[outcome.effect] or send.in_use:
        yield f"in the journal it is {send.words}"
    if (send.kind, send.rows, part.rows) != (trial.plan.kind, trial.plan.rows, trial.plan.rows):
        yield "the journal's send is another one"
    if trial.cut.write is Write.APPEND and send.pool_id != CHATBOT_B:
        yield f"the journal names the pool {send.pool_id}"
    if trial.cut.write is Write.CREATE and send.pool_id not in {None, *trial.made}:
        yield f"the journal names the pool {send.pool_id}"


def _wrong_sentence(trial: Trial, told: str) -> str | None:
    for pattern, is_true in _KNOWN:
        if (match := re.fullmatch(pattern, told)) is not None:
            return None if is_true(trial, match) else f"not true: {told}"
    return f"not known: {told}"


# What the figures must be


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _grew(trial: Trial, match: "re.Match[str]") -> bool:
    """The pool's totals as they were told before and last."""
    was, now = (look.totals[CHATBOT_B] for look in (trial.first_look, trial.last_look))
    if (_number(match["was"]), _number(match["now"])) != (was, now) or was == now:
        return False
    return "consistent" not in match[0] or now - was == _number(match["rows"]) == trial.plan.rows


def _appeared(trial: Trial, match: "re.Match[str]") -> bool:
    known, now = trial.first_look.totals, trial.last_look.totals
    named = dict(part.split(" with ") for part in match["pools"].split(", "))
    totals = {pool_id: _number(total) for pool_id, total in named.items()}
    if any(pool_id in known or now.get(pool_id) != total for pool_id, total in totals.items()):
        return False
    if len(totals) + int(match["more"] or 0) != len(now.keys() - known.keys()):
        return False
    return "consistent" not in match[0] or trial.plan.rows in totals.values()


def _more_was_added(trial: Trial, _: object) -> bool:
    made = next(iter(trial.made), "")
    pool_id = CHATBOT_B if trial.cut.write is Write.APPEND else made
    grown = trial.last_look.totals[pool_id] - trial.first_look.totals.get(pool_id, 0)
    return grown > trial.plan.rows


def _secret_is(trial: Trial, match: "re.Match[str]") -> bool:
    was, now = trial.first_look.secret_id, trial.last_look.secret_id
    return now == match["id"] and (was == now) == ("still" in match[0])


def _is_consistent(trial: Trial, _: object) -> bool:
    """Whether the last look fits a write that was done."""
    first, last = trial.first_look, trial.last_look
    match trial.cut.write:
        case Write.SECRET:
            return first.secret_id != last.secret_id
        case Write.APPEND:
            return last.totals[CHATBOT_B] - first.totals[CHATBOT_B] == trial.plan.rows
        case Write.CREATE:
            appeared = last.totals.keys() - first.totals.keys()
            return trial.plan.rows in {last.totals[pool_id] for pool_id in appeared}


def _was_not_there(trial: Trial, match: "re.Match[str]") -> bool:
    """Whether it was looked for so long, and not there at the end of that."""
    first, last = trial.first_look, trial.last_look
    match trial.cut.write:
        case Write.APPEND:
            is_same = last.totals[CHATBOT_B] == first.totals[CHATBOT_B]
        case Write.CREATE:
            is_same = last.totals.keys() == first.totals.keys()
        case Write.SECRET:
            is_same = True
    looked = last.second - trial.looking_since if trial.was_looked_at else -1
    return is_same and not _is_consistent(trial, match) and looked >= _number(match["seconds"])


def _all_there(trial: Trial, _: object) -> bool:
    return set(trial.usernames) <= set(trial.after.pools[CHATBOT_B])


def _none_reported(trial: Trial, match: "re.Match[str]") -> bool:
    """Reports name all that a pool holds: of what had been done by then they would name it."""
    others = set(trial.after.pools[CHATBOT_B]) - set(trial.usernames)
    was_seen = _is_done(trial) and _is_consistent(trial, match)
    is_counted = _number(match["rows"] or "1") == trial.plan.rows
    return is_counted and not was_seen and 0 < _number(match["named"]) <= len(others)


def _was_kept_nowhere(trial: Trial, _: object) -> bool:
    """No destination was chosen, so there is none that a secret found later could be in."""
    plan = trial.plan
    return isinstance(plan, SecretPlan) and not any(dataclasses.astuple(plan.destinations))


def _moved(trial: Trial, match: "re.Match[str]") -> bool:
    """The pool's total as Review showed it, and as it was told just before the write."""
    plan = trial.plan
    if not isinstance(plan, CredentialPlan) or plan.target.pool is None:
        return False
    shown, found = plan.target.pool.total_credentials, trial.first_look.totals[CHATBOT_B]
    if (_number(match["shown"]), _number(match["found"])) != (shown, found) or shown is None:
        return False
    return found != shown and (found > shown) == ("somebody else" in match[0])


def _unseen(trial: Trial, _: object) -> bool:
    # What was told on a line that went down, the client need not have heard.
    return not trial.was_looked_at or trial.cut.looks is not None


def _always(_trial: Trial, _match: object) -> bool:
    return True


def _done(trial: Trial, match: "re.Match[str]") -> bool:
    rows = match.groupdict().get("rows")
    return _is_done(trial) and (rows is None or _number(rows) == trial.plan.rows)


def _not_arrived(trial: Trial, _: object) -> bool:
    return trial.writes == 0 and trial.outcome.effect is Effect.NOT_SENT


def _refused(trial: Trial, _: object) -> bool:
    return trial.cut.fate is Fate.REFUSED and not trial.done


def _stalled(trial: Trial, _: object) -> bool:
    return trial.cut.manner is Manner.STALLED


def _cut(trial: Trial, _: object) -> bool:
    return not _stalled(trial, _) or trial.cut.shape is Shape.UNTIL_CLOSE


def _by_gateway(trial: Trial, _: object) -> bool:
    return trial.cut.fate in _GATEWAY


_KNOWN: Final[tuple[tuple[str, Check], ...]] = (
    # That it is not known, and what to do then, is never false; but it is as a title.
    (
        r"We do not know whether (this arrived|the secret was replaced)",
        lambda trial, _: trial.outcome.effect is Effect.UNKNOWN,
    ),
    (
        r"A new secret is there; who made it is not known",
        lambda trial, _: trial.outcome.effect is Effect.UNKNOWN and _is_consistent(trial, _),
    ),
    (r"We do not know whether this was done\.", _always),
    (r"Nothing is sent again by itself\.", _always),
    (r"It can still arrive late: (refresh|settle it) .*\.", _always),
    (r"(Refresh|Ask an admin|Check|Update)\b.*\.|Store it now: .*\.", _always),
    (r"All rows are still in the editor\.", _always),
    (r"Whether a refused list is refused whole is not documented\.", _always),
    # Accepted
    (r"(?P<rows>[\d,]+) credentials (appended|in a new pool|accepted, answer lost)", _done),
    (r"Secret replaced(, answer lost)?", _done),
    (r"Prolific accepted the list\.|Prolific accepted this and answered .*\.", _done),
    (r"Prolific accepted the \w+, but its answer could not be read here\.", _done),
    (r"The old one is gone: receivers that still use it reject every delivery\.", _done),
    (r"Read back to be sure: Prolific has the same one\.", _done),
    # Refused
    (r"A username is taken|Not allowed|This account may not .* here\.", _refused),
    (r"Prolific refused this list: it has at least one of these usernames already .*", _refused),
    (r"Nothing was changed\.", _refused),
    (r"Take out the names? that the pool may have\.", _refused),
    (r"A read changes nothing\.", _always),
    # Not sent
    (r"No network|No connection in time", _not_arrived),
    (r"There is no way from this machine to Prolific's service\.", _not_arrived),
    (r"Nothing was sent, so nothing was changed\.", _not_arrived),
    # Why it is not known
    (r"Prolific did not answer in time\.", _stalled),
    (r"The connection ended before Prolific had answered\.", _cut),
    (r"Prolific's gateway got no answer from the service behind it \(502\)\.", _by_gateway),
    # Figures
    (
        r"A look afterwards shows no new pool\.",
        lambda trial, _: trial.first_look.totals.keys() == trial.last_look.totals.keys(),
    ),
    (
        r"New in the workspace since just before: (?P<pools>\S+ with \d+(, \S+ with \d+)*)"
        r"( and (?P<more>\d+) more)?"
        r"(, which is consistent with this list having arrived|; somebody else may have .*)?\.",
        _appeared,
    ),
    (
        r"The pool's total is still (?P<now>[\d,]+)\.",
        lambda trial, match: (
            {trial.first_look.totals[CHATBOT_B], trial.last_look.totals[CHATBOT_B]}
            == {_number(match["now"])}
        ),
    ),
    (
        r"The pool's total was (?P<was>[\d,]+) and is (?P<now>[\d,]+) now(, \d+ free|: somebody"
        r" else may have added to it|, which is consistent with all (?P<rows>[\d,]+) having"
        r" arrived)?\.",
        _grew,
    ),
    (
        r"The pool's total is (?P<now>[\d,]+) now, \d+ free\.",
        lambda trial, match: (
            _number(match["now"]) in {trial.last_look.totals[pool_id] for pool_id in trial.made}
        ),
    ),
    (r"That is more than was sent: somebody else may have added to it as well\.", _more_was_added),
    (
        r"(But a|A) look afterwards (still )?shows the secret with the id (?P<id>\w+)\.",
        _secret_is,
    ),
    (
        r"Just before, the pool had (?P<found>[\d,]+), and not the (?P<shown>[\d,]+) that Review"
        r" showed(: somebody else, or another send from here, added to it meanwhile)?\.",
        _moved,
    ),
    # Looking for it
    (r"(The totals afterwards are|The secret could) not .*\([\w ]+\)\.", _unseen),
    (r"Not all could be read: .* \([\w ]+\)\.", _unseen),
    (r"It could not be looked for\.|It was not read back \([\w ]+\)\.", _unseen),
    (r"That is this request's doing, or somebody else's\.", _is_consistent),
    (
        r"That is no proof: somebody else(, or another send from here that is not settled,)? may"
        r" have added them\.",
        _is_consistent,
    ),
    (r"It was not there after looking for (?P<seconds>\d+) s\.", _was_not_there),
    (
        r"The figures don't settle it\.",
        lambda trial, match: not _is_consistent(trial, match),
    ),
    (r"Its id is (?P<pool>\S+)\.", lambda trial, match: match["pool"] in trial.made),
    (r"(?P<rows>[\d,]+) credentials in the pool, answer lost", _all_there),
    (
        r"(None of the (?P<rows>[\d,]+) is|It is not) among the (?P<named>[\d,]+) usernames? of the"
        r" usage reports\.",
        _none_reported,
    ),
    (r"All its usernames are in usage reports .*: they are in the pool\.", _all_there),
    (r"The answer never came, but .* name all these usernames: .* in the pool\.", _all_there),
    (r"You chose the screen only, so it is kept nowhere: store it now\.", _was_kept_nowhere),
    (r"In 2 Webhooks, \* shows it, y copies it and f saves it to a new file\.", _always),
    (
        r"Another request is open as well: at most one of them made this secret\.",
        lambda trial, match: trial.others_open and _is_consistent(trial, match),
    ),
    (
        r"The request of .* made that one, as the history has it\.",
        lambda trial, _: trial.last_look.secret_id not in trial.made,
    ),
    (
        r"It was not there at the one look that could be taken\.",
        lambda trial, match: not _is_consistent(trial, match),
    ),
)
"""What may be said, and when it is true."""
