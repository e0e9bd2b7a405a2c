"""What was sent from this machine, and what the pools are called: read and changed off the loop.

Everything here may be given up at any time: what was begun at the journal is done, and what was
not is not. Sending itself is `writes`.
"""

import asyncio
from collections.abc import Callable, Container, Coroutine
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from prolific_tui import files
from prolific_tui.errors import ProlificTuiError, SettingsError
from prolific_tui.operations.events import Listener, SettlingProgressed
from prolific_tui.operations.loop import BackgroundLoop
from prolific_tui.operations.sends import KnownSends, Lending, Sends
from prolific_tui.submission import export
from prolific_tui.submission.journal import PoolMarks
from prolific_tui.submission.known import Coverage, Known, Mark, Marked
from prolific_tui.submission.later import say, settle_open, take_back
from prolific_tui.submission.looks import total_of
from prolific_tui.submission.plan import CredentialPlan
from prolific_tui.submission.resuming import Resumption, resumption
from prolific_tui.submission.send import Send
from prolific_tui.submission.settling import reported

T = TypeVar("T")


class History:
    """The journal of this machine, for one service."""

    def __init__(
        self, loop: BackgroundLoop, lending: Lending, known: KnownSends, listener: Listener
    ) -> None:
        self._loop = loop
        self._listener = listener
        self._lending = lending
        self._journal = lending.journal
        self._known = known
        self._stamp: int | None = None
        """The journal's, as it was when it was read last."""
        self._reported: dict[str, frozenset[str]] = {}
        """The usernames that usage reports named in this run, by pool: nothing leaves a pool.

        Not their fingerprints, which have another key once the first send of all is recorded.
        """
        self._reported_at: dict[str, datetime] = {}
        """When they did so last."""

    @property
    def now(self) -> Sends:
        """What was read last; empty before `read`. A `HistoryChanged` follows each change."""
        return self._known.now

    async def read(self) -> Sends:
        """Read the journal again, with what other windows wrote; to be awaited at the start.

        Raises:
            ProlificTuiError: it can't be read. Then nothing can be sent either.
        """
        url = self._lending.service_url

        def ask() -> Sends:
            self._stamp = self._journal.stamp()
            position = self._journal.position()
            sends = self._journal.sends(url)
            labels, notes = self._journal.labels(url), self._journal.notes()
            return Sends(sends, labels, notes, self._journal.since(), position)

        while True:
            written = self._known.written
            sends = await self._ask(ask)
            if self._known.read(sends, written):
                return sends
            # What was read may be older than what is known by now.

    async def catch_up(self) -> None:
        """Read the journal again if another window may have written something down, or has ended.

        Where nothing was, that costs next to nothing. Raises as `read`.
        """
        # A window that was killed writes nothing more: its sends are not in use then.
        is_watched = any(send.in_use for send in self.now.sends)
        if is_watched or await self._ask(self._journal.stamp) != self._stamp:
            await self.read()

    async def position(self) -> int:
        """How far the journal is, to be asked before rows are compared with what was sent.

        Raises:
            ProlificTuiError: it can't be read.
        """
        return await self._ask(self._journal.position)

    async def set_label(self, pool_id: str, label: str) -> None:
        """Call a pool something; an empty label forgets it.

        Raises:
            ProlificTuiError: it could not be written down.
        """
        url = self._lending.service_url
        await self._ask(partial(self._journal.set_label, url, pool_id, label))
        self._known.labelled(pool_id, label)

    async def save(self, path: Path, sends: tuple[Send, ...], *, as_json: bool) -> Path:
        """Write sends to a new 0600 file, as CSV (a line for each part) or JSON.

        Returns the absolute path; raises `FileError` if it is there already.
        """
        labels = self.now.labels

        def write() -> Path:
            text = export.as_json(sends, labels) if as_json else export.as_csv(sends, labels)
            return files.write_new(path, text.encode("utf-8", "surrogatepass"))

        return await self._ask(write)

    # One open send

    async def settle_now(self, number: int) -> Send:
        """Look once more whether the open parts of a send arrived, and record what is found.

        It takes up to 15 s for each part that is not there, with a `SettlingProgressed` before each
        look; given up, it leaves what it has not recorded yet as it was.

        Raises:
            ProlificTuiError: a window is at work on this send, nobody is signed in, Prolific could
                not be read, or it could not be written down.
        """

        async def settle() -> Send:
            async with self._lending.means() as means:
                return await settle_open(
                    number,
                    means,
                    lambda part, looking: self._listener(SettlingProgressed(number, part, looking)),
                )

        return await self._run(settle())

    async def say(self, number: int, part: int, *, arrived: bool) -> Send:
        """Record the person's own verdict on an open part, once they were shown what was found.

        Raises:
            ProlificTuiError: as `settle_now`, or the part is not open.
        """

        async def tell() -> Send:
            async with self._lending.means() as means:
                return await say(number, part, means, arrived=arrived)

        return await self._run(tell())

    async def take_back(self, number: int) -> Send:
        """Open again what the person said of a send, for another look and another verdict.

        Raises:
            ProlificTuiError: as `settle_now`, or nothing that was said can be taken back.
        """

        async def tell() -> Send:
            async with self._lending.means() as means:
                return await take_back(number, means)

        return await self._run(tell())

    async def match(self, number: int, plan: CredentialPlan) -> Resumption:
        """Which rows of a plan a send can go on with.

        Args:
            number: the send.
            plan: the rows that would go, from the draft or from the same file loaded again.

        Raises:
            ProlificTuiError: the journal can't be read, there is no such send, or it went to
                another workspace.
        """

        def ask() -> Resumption:
            send = self._journal.send(number)
            if send.workspace.id != plan.workspace.id:
                raise SettingsError(
                    "Another workspace",
                    f"That send went to the workspace {send.workspace.title}, and these rows are"
                    " for another one.",
                    "Choose that workspace with w.",
                )
            return resumption(send, plan, self._journal.places(number, plan.accounts.usernames))

        return await self._ask(ask)

    # Already in this pool

    async def known(self, pool_id: str, total: int | None) -> Known:
        """Which usernames a pool holds, by what was sent there and what was read before; quick.

        Args:
            pool_id: the pool.
            total: how many usernames it has, as last listed.

        Raises:
            ProlificTuiError: the journal can't be read.
        """

        def ask() -> Known:
            marks = self._journal.marks(self._lending.service_url, pool_id)
            return self._held(marks, total, self._reported.get(pool_id, frozenset()))

        return await self._ask(ask)

    async def known_of_new_pool(self, workspace_id: str) -> Known:
        """Which usernames may be in a new pool of that workspace: those of creates that are open.

        Raises:
            ProlificTuiError: the journal can't be read.
        """
        url = self._lending.service_url
        marks = await self._ask(partial(self._journal.marks_of_open_creates, url, workspace_id))
        return self._held(marks, None, frozenset())

    async def known_with_reports(
        self, pool_id: str, total: int | None, workspace_id: str | None = None
    ) -> Known:
        """The same with the usage reports of the studies on that pool, and its total, read now.

        What Prolific does not tell is no error: `coverage.trouble` says so. Raises as `known`.

        Args:
            pool_id: the pool.
            total: how many usernames it has, as last listed; used where it can't be read.
            workspace_id: that of the pool; None where the total is not to be read.
        """
        marks = await self._ask(partial(self._journal.marks, self._lending.service_url, pool_id))

        read_at: datetime | None = None

        async def read() -> tuple[list[str], str, int | None]:
            nonlocal read_at
            usernames: list[str] = []
            try:
                async with self._lending.means() as means:
                    usernames, trouble = await reported(means.service, pool_id)
                    read_at = means.clock()
                    if workspace_id is None:
                        return usernames, trouble, total
                    pools = await means.service.list_credential_pools(workspace_id)
                    return usernames, trouble, total_of(pools, pool_id)
            except ProlificTuiError as error:
                return usernames, error.message, total

        usernames, trouble, now = await self._run(read())

        def know() -> Known:
            before, named = self._reported.get(pool_id, frozenset()), frozenset(usernames)
            earlier = self._reported_at.get(pool_id) if trouble and before - named else None
            self._reported[pool_id] = before | named
            if named and read_at is not None:
                self._reported_at[pool_id] = read_at
            return self._held(marks, now, self._reported[pool_id], trouble, earlier)

        return await self._ask(know)

    def _held(
        self,
        marks: PoolMarks,
        total: int | None,
        usernames: frozenset[str],
        trouble: str = "",
        read_at: datetime | None = None,
    ) -> Known:
        """What is known of a pool, with the usernames of usage reports as far as they were read.

        Of a large pool that takes a while.
        """
        surely = marks.surely.union(map(marks.mark, usernames))
        perhaps = marks.perhaps - surely
        return Known(
            _container(marks.mark, surely),
            _container(marks.mark, perhaps),
            Coverage(
                len(surely),
                total,
                len(perhaps),
                marks.unmarked + marks.late(total),
                trouble,
                read_at,
                self.now.since,
            ),
            _container(marks.mark, marks.said - surely),
        )

    async def _ask(self, question: Callable[[], T]) -> T:
        return await self._run(asyncio.to_thread(question))

    async def _run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return await asyncio.wrap_future(self._loop.submit(coroutine))


def _container(mark: Mark, marks: frozenset[bytes]) -> Container[str]:
    # An empty set costs nothing to ask, a fingerprint does.
    return Marked(mark, marks) if marks else frozenset()
