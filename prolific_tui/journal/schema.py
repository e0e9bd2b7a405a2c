"""The tables of the journal, and what its rows mean as data."""

import json
import sqlite3
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

from prolific_tui.errors import Effect
from prolific_tui.models import CredentialPool, Me, Workspace
from prolific_tui.submission.plan import Kind
from prolific_tui.submission.send import Finding, Part, Send, Standing, part_standing

VERSION: Final = 5
"""Of the tables, as SQLite's user_version; 0 is a file that is still empty."""

TABLES: Final = f"""
CREATE TABLE sends (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    service_url TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    owner_email TEXT NOT NULL,
    workspace_id TEXT NOT NULL,
    workspace_title TEXT NOT NULL,
    pool_id TEXT,
    label TEXT NOT NULL,
    source TEXT NOT NULL,
    rows INTEGER NOT NULL,
    begun TEXT NOT NULL,
    planned_parts INTEGER NOT NULL,
    old_secret_id TEXT,
    run TEXT, -- the running program that is at work on it
    destinations TEXT, -- JSON: where a new secret was to be kept, ["keyring", "/a/file", ...]
    made_secret_id TEXT
);
CREATE INDEX sends_to_a_pool ON sends (service_url, pool_id);
CREATE TABLE fingerprints (
    send INTEGER PRIMARY KEY REFERENCES sends (number),
    key_id BLOB NOT NULL,
    usernames BLOB NOT NULL, -- one after the other, in the order of the rows
    old_secret BLOB
);
CREATE TABLE parts (
    send INTEGER NOT NULL REFERENCES sends (number),
    number INTEGER NOT NULL,
    start INTEGER NOT NULL,
    stop INTEGER NOT NULL,
    begun TEXT NOT NULL,
    before TEXT NOT NULL, -- JSON: [[pool id, total or null], ...]
    effect TEXT,
    finding TEXT,
    title TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT '',
    ended TEXT,
    total_after INTEGER,
    new_pools INTEGER,
    change INTEGER NOT NULL DEFAULT 0, -- counts, over all parts, what they came to stand as
    PRIMARY KEY (send, number)
) WITHOUT ROWID;
CREATE INDEX parts_by_change ON parts (change);
CREATE TABLE pools (
    service_url TEXT NOT NULL,
    pool_id TEXT NOT NULL,
    label TEXT NOT NULL,
    PRIMARY KEY (service_url, pool_id)
) WITHOUT ROWID;
PRAGMA user_version = {VERSION};
"""

_UPGRADES: Final = (
    "ALTER TABLE parts ADD COLUMN new_pools INTEGER;",
    "ALTER TABLE sends ADD COLUMN destinations TEXT;"
    "ALTER TABLE sends ADD COLUMN made_secret_id TEXT;",
    "ALTER TABLE parts ADD COLUMN change INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX parts_by_change ON parts (change);",
    # They were sentences: what a place is called on a screen may become another word.
    """
    UPDATE sends SET destinations = replace(
        replace(
            replace(destinations, '"in the keyring"', '"keyring"'),
            '"in this program\'\'s own file (0600, plain text)"', '"file"'
        ),
        '"in /', '"/'
    );
    """,
)
"""What makes each version the next one, from version 1 on; what was recorded stays."""


def upgrade(version: int) -> str:
    """What makes the tables of an earlier version those above."""
    return f"{''.join(_UPGRADES[version - 1 :])} PRAGMA user_version = {VERSION};"


SENDS: Final = """
SELECT number, kind, service_url, owner_id, owner_email, workspace_id, workspace_title, pool_id,
    label, source, rows, begun, planned_parts, old_secret_id, run, destinations, made_secret_id
FROM sends
"""
PARTS: Final = """
SELECT send, number, start, stop, begun, before, effect, finding, title, message, ended,
    total_after, new_pools, change
FROM parts
"""
RIVALS: Final = """
SELECT other.number, other.run
FROM sends AS own
JOIN sends AS other ON other.service_url = own.service_url AND other.number != own.number
JOIN fingerprints AS mine ON mine.send = own.number
JOIN fingerprints AS theirs ON theirs.send = other.number AND theirs.key_id = mine.key_id
WHERE own.number = :send AND CASE
    WHEN own.pool_id IS NOT NULL THEN other.pool_id = own.pool_id
    ELSE own.kind = 'Create' AND other.kind = 'Create' AND other.workspace_id = own.workspace_id
END
"""
"""The other sends to the pool of a send; before a create has one, those that make one as well.

Of those whose fingerprints were made with the same key.
"""


def send_of(
    row: sqlite3.Row, parts: Iterable[sqlite3.Row], in_use: Callable[[str | None, int], bool]
) -> Send:
    """A send from its row and those of its parts, in order.

    Args:
        row: from `SENDS`.
        parts: from `PARTS`.
        in_use: whether the program of that name is at work on the send of that number.
    """
    return Send(
        number=row["number"],
        kind=Kind(row["kind"]),
        service_url=row["service_url"],
        owner=Me(row["owner_id"], row["owner_email"]),
        workspace=Workspace(row["workspace_id"], row["workspace_title"]),
        pool_id=row["pool_id"],
        label=row["label"],
        source=row["source"],
        rows=row["rows"],
        begun=_moment(row["begun"]),
        planned_parts=row["planned_parts"],
        old_secret_id=row["old_secret_id"],
        destinations=None
        if row["destinations"] is None
        else tuple(json.loads(row["destinations"])),
        made_secret_id=row["made_secret_id"],
        in_use=in_use(row["run"], row["number"]),
        parts=tuple(map(part_of, parts)),
    )


def part_of(row: sqlite3.Row) -> Part:
    """A part from its row."""
    return Part(
        number=row["number"],
        start=row["start"],
        stop=row["stop"],
        begun=_moment(row["begun"]),
        before=tuple(
            CredentialPool(pool_id, total) for pool_id, total in json.loads(row["before"])
        ),
        effect=_effect(row),
        finding=_finding(row),
        title=row["title"],
        message=row["message"],
        ended=None if row["ended"] is None else _moment(row["ended"]),
        total_after=row["total_after"],
        new_pools=row["new_pools"],
    )


def standing_of(row: sqlite3.Row) -> Standing:
    """What is known of a part, from its row; much less work than the whole part."""
    return part_standing(_effect(row), _finding(row))


def part_values(number: int, part: Part) -> dict[str, Any]:
    """A part as the values of its row."""
    return {
        "send": number,
        "number": part.number,
        "start": part.start,
        "stop": part.stop,
        "begun": part.begun.isoformat(),
        "before": json.dumps([[p.credential_pool_id, p.total_credentials] for p in part.before]),
        "effect": None if part.effect is None else part.effect.value,
        "finding": None if part.finding is None else part.finding.value,
        "title": part.title,
        "message": part.message,
        "ended": None if part.ended is None else part.ended.isoformat(),
        "total_after": part.total_after,
        "new_pools": part.new_pools,
    }


def _effect(row: sqlite3.Row) -> Effect | None:
    return None if row["effect"] is None else Effect(row["effect"])


def _finding(row: sqlite3.Row) -> Finding | None:
    return None if row["finding"] is None else Finding(row["finding"])


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
