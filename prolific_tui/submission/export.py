"""Sends as text for other programs: CSV with a line for each part, or JSON.

Nothing in it is a username or a password. Times are ISO 8601, rows are counted from 1.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Final

from prolific_tui.submission.plan import place_words
from prolific_tui.submission.send import Part, Send, Standing

_PARTLY_SAID: Final = "accepted, in part as you said"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

Fields = dict[str, str | int | None]


def as_csv(sends: Iterable[Send], labels: Mapping[str, str]) -> str:
    """A line for each part, and for a send without any; `labels` are those of pools, by id."""
    text = io.StringIO()
    lines = [
        {**_send(send, labels), **_part(part)} for send in sends for part in send.parts or (None,)
    ]
    writer = csv.DictWriter(text, list(lines[0]) if lines else ["send"], lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _inert(value) for key, value in line.items()} for line in lines)
    return text.getvalue()


def as_json(sends: Iterable[Send], labels: Mapping[str, str]) -> str:
    """A list of sends, each with the list of its parts."""
    listed = [
        {**_send(send, labels), "parts": [_part(part) for part in send.parts]} for send in sends
    ]
    return json.dumps(listed, indent=2, ensure_ascii=False) + "\n"


def _send(send: Send, labels: Mapping[str, str]) -> Fields:
    is_partly_said = send.standing is Standing.SAID and send.accepted_rows
    return {
        "send": send.number,
        "kind": send.kind.value,
        "service": send.service_url,
        "owner": send.owner.email,
        "owner_id": send.owner.id,
        "workspace": send.workspace.title,
        "workspace_id": send.workspace.id,
        "pool": labels.get(send.pool_id or "", send.label),
        "pool_id": send.pool_id,
        "source": send.source,
        "destinations": None
        if send.destinations is None
        else ", ".join(map(place_words, send.destinations)),
        "made_secret_id": send.made_secret_id,
        "rows": send.rows,
        "accepted_rows": send.accepted_rows,
        "arrived_as_said_rows": send.said_rows,
        "begun": send.begun.isoformat(),
        "ended": send.ended.isoformat() if send.ended else None,
        "outcome": _PARTLY_SAID if is_partly_said else send.standing.value,
    }


def _part(part: Part | None) -> Fields:
    return {
        "part": part.number if part else None,
        "first_row": part.start + 1 if part and part.rows else None,
        "last_row": part.stop if part and part.rows else None,
        "part_begun": part.begun.isoformat() if part else None,
        "part_ended": part.ended.isoformat() if part and part.ended else None,
        "part_outcome": part.standing.value if part else None,
        "known_by": part.is_known_by if part else None,
        "title": part.title if part else None,
        "message": part.message if part else None,
    }


def _inert(value: str | int | None) -> str | int | None:
    """A cell that a spreadsheet does not run as a formula; nothing here is meant to be sent."""
    is_formula = isinstance(value, str) and value.startswith(_FORMULA)
    return f"'{value}" if is_formula else value
