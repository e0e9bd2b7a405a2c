"""What the fingerprints in the journal tell: which usernames went where, and how sure that is."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from prolific_tui.journal.schema import PARTS, RIVALS, part_of
from prolific_tui.journal.words import no_such
from prolific_tui.submission.fingerprints import SIZE, Fingerprints, unpacked
from prolific_tui.submission.journal import PoolMarks, SentMeanwhileError
from prolific_tui.submission.looks import total_of
from prolific_tui.submission.send import Part, Standing

_MAY_BE_THERE: Final = (Standing.ACCEPTED, Standing.SAID, Standing.OPEN, Standing.ABSENT)
"""What the rows of a part may be in the pool with."""
_ARRIVES: Final = (Standing.ACCEPTED, Standing.SAID, Standing.OPEN)
"""The same without what the person says did not arrive."""


def of_send(database: sqlite3.Connection, number: int) -> sqlite3.Row:
    """The fingerprints of a send, and which key they were made with.

    Raises:
        FileError: there is no such send.
    """
    row: sqlite3.Row | None = database.execute(
        "SELECT key_id, usernames, old_secret FROM fingerprints WHERE send = ?", (number,)
    ).fetchone()
    if row is None:
        raise no_such(number)
    return row


def of_pool(
    database: sqlite3.Connection, fingerprints: Fingerprints, service_url: str, pool_id: str
) -> PoolMarks:
    """What was sent to a pool; by their names only those rows whose key these fingerprints have."""
    surely: set[bytes] = set()
    unsettled: set[bytes] = set()
    said: set[bytes] = set()
    absent: list[tuple[frozenset[bytes], int | None]] = []
    unmarked = 0
    found = database.execute(
        """
        SELECT number, pool_id, key_id, usernames FROM sends JOIN fingerprints ON send = number
        WHERE service_url = :url AND (pool_id = :pool OR pool_id IS NULL AND kind = 'Create' AND
            workspace_id IN (
                SELECT workspace_id FROM sends WHERE service_url = :url AND pool_id = :pool
            ))
        """,
        {"url": service_url, "pool": pool_id},
    )
    for number, target, key_id, usernames in found:
        for part in _parts(database, number):
            if target is None and any(pool_id == pool.credential_pool_id for pool in part.before):
                # It was there before, so that this create did not make it.
                continue
            if target is None or key_id != fingerprints.key_id:
                unmarked += part.rows if part.standing in _MAY_BE_THERE else 0
            elif part.standing is Standing.ACCEPTED:
                surely.update(unpacked(usernames, part.start, part.stop))
            elif part.standing is Standing.OPEN:
                unsettled.update(unpacked(usernames, part.start, part.stop))
            elif part.standing is Standing.SAID:
                said.update(unpacked(usernames, part.start, part.stop))
            elif part.standing is Standing.ABSENT:
                rows = frozenset(unpacked(usernames, part.start, part.stop))
                absent.append((rows, total_of(part.before, pool_id)))
    perhaps = frozenset((unsettled | said) - surely)
    return PoolMarks(
        fingerprints.mark,
        surely=frozenset(surely),
        perhaps=perhaps,
        said=frozenset(said - unsettled - surely),
        unmarked=unmarked,
        absent=tuple(_only_there(absent, perhaps.union(surely))),
    )


def _only_there(
    parts: Iterable[tuple[frozenset[bytes], int | None]], elsewhere: frozenset[bytes]
) -> Iterator[tuple[int, int | None]]:
    """How many rows are in each part and in none before it, nor elsewhere; empty parts left out."""
    for rows, total in parts:
        if own := rows - elsewhere:
            yield len(own), total
            elsewhere |= own


def of_open_creates(
    database: sqlite3.Connection, fingerprints: Fingerprints, service_url: str, workspace_id: str
) -> PoolMarks:
    """What was sent to make a pool in a workspace without anybody knowing whether it arrived."""
    unsettled: set[bytes] = set()
    found = database.execute(
        """
        SELECT number, usernames FROM sends JOIN fingerprints ON send = number
        WHERE service_url = ? AND workspace_id = ? AND pool_id IS NULL AND kind = 'Create'
            AND key_id = ?
        """,
        (service_url, workspace_id, fingerprints.key_id),
    )
    for number, usernames in found:
        for part in _parts(database, number):
            if part.standing is Standing.OPEN:
                unsettled.update(unpacked(usernames, part.start, part.stop))
    return PoolMarks(fingerprints.mark, perhaps=frozenset(unsettled))


def refuse_sent(
    database: sqlite3.Connection,
    number: int,
    rows: tuple[int, int],
    since: int,
    is_at_work: Callable[[str | None, int], bool],
) -> None:
    """Let no rows of a send go, from one place up to another, that others have sent since.

    What came first is told by the order of the changes: a clock may be set back.

    Raises:
        SentMeanwhileError: other sends have some of these rows, or another program is sending
            them.
    """
    accepted: set[bytes] = set()
    perhaps: set[bytes] = set()
    rivals = database.execute(RIVALS, {"send": number}).fetchall()
    # Most sends have none, and a long one asks before each of its parts.
    going = frozenset(_of_rows(database, number, rows)) if rivals else frozenset()
    for rival in rivals:
        is_in_use = is_at_work(rival["run"], rival["number"])
        for row in database.execute(f"{PARTS} WHERE send = ?", (rival["number"],)):
            part = part_of(row)
            if part.standing not in _ARRIVES or not (is_in_use or row["change"] > since):
                continue
            found = accepted if part.standing is Standing.ACCEPTED else perhaps
            theirs = _of_rows(database, rival["number"], (part.start, part.stop))
            found.update(going.intersection(theirs))
    if accepted or perhaps:
        raise SentMeanwhileError(len(accepted), len(perhaps - accepted))


def _of_rows(database: sqlite3.Connection, number: int, rows: tuple[int, int]) -> Iterator[bytes]:
    """The fingerprints of these rows of a send."""
    start, stop = rows
    found = database.execute(
        "SELECT substr(usernames, ?, ?) FROM fingerprints WHERE send = ?",
        (start * SIZE + 1, (stop - start) * SIZE, number),
    )
    return unpacked(found.fetchone()[0])


def _parts(database: sqlite3.Connection, number: int) -> Iterator[Part]:
    return map(part_of, database.execute(f"{PARTS} WHERE send = ?", (number,)))
