"""How a send is told on the screens: in a line, in a few sentences, and with all its parts."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime
from operator import itemgetter

from prolific_tui.operations import Sends
from prolific_tui.submission.looks import total_of
from prolific_tui.submission.plan import Kind, place_words
from prolific_tui.submission.send import Finding, Part, Send, Standing, joined
from prolific_tui.submission.whole import ALL_IN_EDITOR
from prolific_tui.visible import counted, is_or_are

KIND_WORDS = {Kind.CREATE: "Create", Kind.APPEND: "Append", Kind.REPLACE_SECRET: "Secret"}
"""What a send does, in one word."""

_REASONED = (Standing.REFUSED, Standing.NOT_SENT)
"""Of these a part's title is the reason."""
_URGENCY = {
    standing: place
    for place, standing in enumerate(
        (Standing.OPEN, Standing.REFUSED, Standing.NOT_SENT, Standing.ABSENT)
    )
}
_AS_SAID = (Finding.SAID_ARRIVED, Finding.SAID_NOT)


def moment(at: datetime) -> str:
    """A date and a time, as people write it in a ledger."""
    return f"{at:%d %b %H:%M}"


def full_moment(at: datetime) -> str:
    """The same with year and seconds."""
    return f"{at:%d %b %Y %H:%M:%S}"


def target_name(send: Send, sends: Sends) -> str:
    """What a send was for: the label, or else what tells its pool from others."""
    if send.kind is Kind.REPLACE_SECRET:
        return send.workspace.title
    if label := sends.label(send.pool_id) or send.label:
        return label
    if send.pool_id is None:
        return "a new pool"
    return send.pool_id.removeprefix(f"{send.workspace.id}_") or send.pool_id


def outcome_words(send: Send) -> str:
    """What became of it, in as few words as a line of a list has room for.

    All of it is said beside the list. The reason of the last part follows where there is room.
    """
    if send.in_use:
        return ", ".join(filter(None, ("under way", send.part_words)))
    count = f"{send.accepted_rows:,} accepted" if send.accepted_rows else ""
    if send.said_rows:
        count = f"{count}, {send.said_rows:,} said" if count else f"{send.said_rows:,} as you said"
    if send.open_parts:
        return f"open; {count}" if count else send.words
    told = send.words
    if send.standing is Standing.PARTLY:
        told = f"{count}, {send.rows_left:,} left"
    elif send.standing is Standing.SAID and send.accepted_rows:
        told = f"{send.accepted_rows:,} accepted, {send.said_rows:,} as you said"
    last = send.parts[-1] if send.parts else None
    if last is None or not last.title or last.standing not in _REASONED:
        return told
    return f"{told}: {last.title}"


def whole_words(send: Send) -> str:
    """What became of a whole send, in sentences; of one in parts with the totals around them."""
    if not send.parts:
        return send.words
    last = send.parts[-1]
    if len(send.parts) == 1 and last.rows == send.rows:
        return _later(last) or send.words
    told = f"Of {counted(send.rows, 'row')}, {send.accepted_rows:,} were accepted"
    if send.said_rows:
        told += f", {send.said_rows:,} arrived, as you said"
    if send.open_parts:
        is_open = "are not settled yet" if send.in_use else "may have arrived"
        told += f", {sum(part.rows for part in send.open_parts):,} {is_open}"
    is_left = "have not gone yet" if send.in_use else "did not go"
    absent = 0 if send.in_use else send.absent_rows
    if absent:
        told += f", {absent:,} {Standing.ABSENT.value}"
    others = send.rows_left - absent
    told += f", and {others:,} {is_left}." if others else "."
    if last.total_after is not None:
        before = total_of(send.parts[0].before, send.pool_id)
        was = "" if before is None else f"{before:,} before it and "
        told += f" The pool's total was {was}{last.total_after:,} after it."
    if last.standing is Standing.ACCEPTED or not last.message:
        return told
    return f"{told} The last part: {_later(last)}"


def _later(part: Part) -> str:
    """What was said of a part, without where its rows were when it was."""
    message = part.message.replace(ALL_IN_EDITOR, "")
    if part.finding not in _AS_SAID:
        return message
    word = part.finding.value
    return f"{word[:1].upper()}{word[1:]}. Before that: {message}" if message else f"{word}."


def sentence(send: Send, sends: Sends) -> str:
    """A send named in the middle of a sentence: what, how much, where to, when."""
    when = moment(send.begun)
    if send.kind is Kind.REPLACE_SECRET:
        return f"the new secret of {send.workspace.title}, {when}"
    where = target_name(send, sends)
    return f"{counted(send.rows, 'row')} for {where}, {when}"


def open_sentence(send: Send, sends: Sends) -> str:
    """An open send named in a list: how much of it nobody knows, and what is settled."""
    if send.open_rows == send.rows:
        return sentence(send, sends)
    settled = [send.arrived_words] if send.arrived else []
    settled += [f"{send.rows_left:,} not sent"] if send.rows_left else []
    told = f"{send.open_rows:,} of {sentence(send, sends)}"
    return f"{told} ({', '.join(settled)})" if settled else told


def what_next(send: Send) -> str:
    """What a person can do about it; empty where there is nothing to be done."""
    if send.in_use:
        return ""
    if send.open_parts:
        return "S looks now whether it arrived. Nothing of it is sent again before that is settled."
    told = []
    if send.can_go_on and send.arrived:
        told.append(_rest_words(send))
    elif send.can_go_on and send.absent_parts:
        told.append("c sends its rows again, after another review.")
    if send.said_part is not None:
        told.append("S takes back what you said of it.")
    return " ".join(told)


def _rest_words(send: Send) -> str:
    """What c does with the rows that are left, of which a search may have found that they clash."""
    rest, alone = counted(send.rows_left, "row"), _refused_alone(send)
    if not alone:
        return f"c goes on with the {rest} that {is_or_are(send.rows_left)} left."
    count, reason = len(alone), next(iter(alone.values())).title
    refused = f"{'was' if count == 1 else 'were'} refused, sent alone ({reason})"
    if count < send.rows_left:
        return f"c goes on with the {rest} that are left, of which {count:,} {refused}."
    them = "it" if count == 1 else "them"
    return f"The {rest} that {is_or_are(count)} left {refused}: c opens {them}, to be changed."


def _refused_alone(send: Send) -> dict[int, Part]:
    """The rows left that were refused among others and then alone, each with that part."""
    refused = [part for part in send.parts if part.standing is Standing.REFUSED]
    lists, left = joined((part.start, part.stop) for part in refused if part.rows > 1), send.left
    return {
        part.start: part
        for part in refused
        if part.rows == 1 and _has(lists, part.start) and _has(left, part.start)
    }


def _has(ranges: Sequence[tuple[int, int]], row: int) -> bool:
    """Whether a row is in any of these ranges, which are ascending: there may be thousands."""
    at = bisect_right(ranges, row, key=itemgetter(0)) - 1
    return at >= 0 and row < ranges[at][1]


def facts(send: Send, sends: Sends) -> Iterator[tuple[str, str]]:
    """Everything that is known of a send as a whole, with labels."""
    yield "What", KIND_WORDS[send.kind]
    yield "Begun", full_moment(send.begun)
    if send.ended is not None:
        yield "As of", full_moment(send.ended)
    if send.kind is not Kind.REPLACE_SECRET:
        yield "Target", target_name(send, sends)
        if send.pool_id is not None:
            yield "Pool", send.pool_id
    yield "Workspace", send.workspace.title
    if send.old_secret_id is not None:
        yield "Old secret", f"id {send.old_secret_id}"
    if send.made_secret_id is not None:
        yield "New secret", f"id {send.made_secret_id}"
    if send.destinations is not None:
        yield (
            "To be kept",
            " and ".join(map(place_words, send.destinations)) or "on the screen only",
        )
    if send.rows:
        is_open = f", {send.open_rows:,} open" if send.open_rows else ""
        left = f", {send.rows_left:,} left" if send.rows_left else ""
        yield "Rows", f"{send.rows:,}: {send.arrived_words or '0 accepted'}{is_open}{left}"
    if send.source:
        yield "From", send.source
    yield "Sent by", send.owner.email
    yield "Outcome", send.words
    if next_words := what_next(send):
        yield "Next", next_words
    yield from part_facts(send)


def part_facts(send: Send) -> Iterator[tuple[str, str]]:
    """What is known of each part: first the open ones, then those that did not bring their rows.

    Where there is no room for all, the others are the ones that can be done without.
    """
    if len(send.parts) != 1:
        yield "Parts", _parts_words(send)
    for part in sorted(send.parts, key=lambda each: _URGENCY.get(each.standing, len(_URGENCY))):
        label = f"Part {part.number:,}" if len(send.parts) != 1 else ""
        yield label, part_words(part)
        if part.message and part.standing is not Standing.ACCEPTED:
            yield "", _later(part)


def _parts_words(send: Send) -> str:
    standings = [part.standing for part in send.parts]
    refused = standings.count(Standing.REFUSED)
    not_sent = standings.count(Standing.NOT_SENT)
    among = f" ({refused:,} refused)" if refused else ""
    told = [f"{len(standings) - not_sent:,} sent{among}"]
    told += [f"{not_sent:,} not sent"] if not_sent else []
    return f"{', '.join(told)}, of {send.planned_parts:,} planned"


def part_words(part: Part) -> str:
    """One part: its rows, when, what became of it, and how that is known."""
    rows = f"rows {part.start + 1:,} to {part.stop:,}, " if part.rows else ""
    how = (
        f" ({part.is_known_by}{_found_at(part)})"
        if part.is_known_by and part.standing not in (Standing.SAID, Standing.ABSENT)
        else ""
    )
    total = "" if part.total_after is None else f", total {part.total_after:,} then"
    return f"{rows}{part.begun:%H:%M:%S}: {part.standing.value}{how}{total}"


def _found_at(part: Part) -> str:
    """When it was found out what became of a part, which is not when it left."""
    if part.finding is None or part.ended is None:
        return ""
    return f", {full_moment(part.ended)}"
