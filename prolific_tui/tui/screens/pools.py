"""Pools: the workspace's credential pools, how much of each is left, and the way to fill them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.widgets import OptionList, Static

from prolific_tui.errors import ProlificTuiError
from prolific_tui.models import CredentialPool, Workspace
from prolific_tui.submission.draft import DraftSummary
from prolific_tui.submission.known import forgotten_words
from prolific_tui.submission.plan import Target
from prolific_tui.tui.dialogs import TextDialog
from prolific_tui.tui.drafts import Draft
from prolific_tui.tui.screens.choose_target import choose_target
from prolific_tui.tui.screens.kept import rows_words, unsent_words
from prolific_tui.tui.screens.left import LeftDrafts
from prolific_tui.tui.screens.pool_words import emptiest_first, pool_name
from prolific_tui.tui.screens.send_words import moment
from prolific_tui.tui.screens.standing import freshness, standing, without_account
from prolific_tui.tui.shell import Reading
from prolific_tui.tui.widgets import GAUGE_WIDTH, CursorList, Line, Rule, fit, gauge, number
from prolific_tui.visible import counted, visible

_NOT_READ: Final = "The pools are not read yet."
_NUMBER_WIDTH: Final = 9
_FIXED: Final = 3 + 2 * (_NUMBER_WIDTH + 1) + 2 + GAUGE_WIDTH + 1

_NO_WORKSPACE: Final = "No workspace is open yet: w chooses one."


class PoolsScreen(LeftDrafts):
    """The first screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "append", "Append", tooltip="Add credentials to the pool under the cursor"),
        Binding("c", "create", "Create", tooltip="Make a new pool from a list of credentials"),
        Binding("m", "make", "Make accounts", tooltip="Make accounts for the pool"),
        Binding("e", "label", "Label", tooltip="Call the pool something that people can read"),
        Binding("y", "copy_id", "Copy id", tooltip="Copy the pool's id to the clipboard"),
        Binding("r", "refresh", "Refresh", tooltip="Read again from Prolific"),
        Binding("w", "app.workspace", "Workspace", tooltip="Switch to another workspace"),
        Binding("question_mark", "help", "Keys", key_display="?", tooltip="This list"),
        Binding("q", "app.leave", "Quit", tooltip="Quit; asks if anything would be lost"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._shown = ""
        """The id of the pool under the cursor, which stays there when the list changes."""
        self._listed: tuple[str, ...] = ()
        """The ids of the pools in the list as it stands."""
        self._to_show = ""
        """The id of the pool that the cursor is to go to, as soon as it is listed."""

    def body(self) -> ComposeResult:
        """Summary, headings, the list, and what is known of the pool under the cursor."""
        with Container(classes="split"):
            with Vertical(classes="main"):
                yield Line(id="summary")
                yield Line(id="headings", classes="headings")
                yield Static(id="state", markup=False)
                yield CursorList(id="pools")
            with Vertical(id="detail", classes="detail"):
                yield Rule(id="detail-rule")
                yield Static(id="detail-text", markup=False)

    def begin(self) -> None:
        """Follow the pools."""
        super().begin()
        self.watch(self.app, "pools", self.show_pools)
        self.watch(self.app, "sends", self.show_detail, init=False)
        self.watch(self.app, "history", self.show_pools, init=False)
        for before in ("signing_in", "account", "workspaces", "workspace"):
            self.watch(self.app, before, self.show_pools, init=False)
        self.watch(self.app, "workspace", self._workspace_opened, init=False)
        self.query_one(CursorList).focus()

    def _workspace_opened(self) -> None:
        """What was said for want of a workspace is not so any more."""
        if self.app.workspace is not None and self.app.message == _NO_WORKSPACE:
            self.app.say("")

    @on(CursorList.Resized)
    def lay_out(self) -> None:
        """Lay the columns out for the new width."""
        self.show_pools()

    @property
    def _pools(self) -> tuple[CredentialPool, ...]:
        return emptiest_first(self.app.pools.value or ())

    @property
    def _current(self) -> CredentialPool | None:
        index = self.query_one(CursorList).highlighted
        return self._pools[index] if index is not None and index < len(self._pools) else None

    def show_pools(self) -> None:
        """Show what is known of the pools, and how fresh that is."""
        reading = self.app.pools
        pools = self._pools
        if self.app.message == _NOT_READ and reading.value is not None:
            self.app.say("")
        self.query_one("#summary", Line).text = self._summary(reading)
        width = self.query_one(CursorList).content_region.width or self.size.width
        name_width = max(width - _FIXED, 8)
        heading = (
            f"   {fit('Pool', name_width)} {'Free':>{_NUMBER_WIDTH}} {'Total':>{_NUMBER_WIDTH}}"
        )
        self.query_one("#headings", Line).text = Text(heading)
        pool_list = self.query_one(CursorList)
        pool_list.display = bool(pools)
        self.query_one("#headings").display = bool(pools)
        state = self.query_one("#state", Static)
        words = self._state(reading)
        state.display = bool(words)
        state.update(Text(words))
        here = pool_list.highlighted
        if here is not None and here < len(self._listed):
            # The news that a key has moved the cursor may still be on its way.
            self._shown = self._listed[here]
        self._listed = tuple(pool.credential_pool_id for pool in pools)
        if self._to_show in self._listed:
            self._shown, self._to_show = self._to_show, ""
        at = self._listed.index(self._shown) if self._shown in self._listed else 0
        pool_list.show((self._row(pool, name_width) for pool in pools), at)
        self.show_detail()
        self._open_named_file()

    def _summary(self, reading: Reading[tuple[CredentialPool, ...]]) -> Text:
        text = Text(" ")
        if reading.value is not None:
            pools = reading.value
            free = [pool.available_credentials for pool in pools]
            total = [pool.total_credentials for pool in pools]
            text.append(f"{counted(len(pools), 'pool')}, ")
            text.append(f"{_sum(free)} free of {_sum(total)}")
        words = unsent_words(self.app)
        width = self.query_one("#summary", Line).size.width or self.size.width
        told = freshness(reading, width - text.cell_len)
        is_of_now = reading.error is None and not reading.loading
        whole = text.cell_len + told.cell_len + 3 + cell_len(words)
        if not (words and is_of_now and whole > width):
            # When they were read gives way to what is still to be done.
            text.append_text(told)
        if words:
            room = max(width - text.cell_len - 3, 0)
            text.append(f"   {fit(words, room).rstrip()}", "bold")
        return text

    def _state(self, reading: Reading[tuple[CredentialPool, ...]]) -> str:
        """What to say where there is no list, or where the list is not fresh."""
        words = standing(self.app, reading, "the pools")
        if not words and not reading.value:
            words = (
                "No credential pool in this workspace yet.\n\n"
                "c makes one from a list of usernames and passwords."
            )
        lines = "\n".join(visible(line) for line in words.split("\n"))
        return f"\n{lines}\n" if words else ""

    def _row(self, pool: CredentialPool, name_width: int) -> Text:
        free, total = pool.available_credentials, pool.total_credentials
        empty = free == 0
        text = Text(" ")
        text.append(fit(pool_name(pool, self.app.label(pool)), name_width))
        text.append(f" {number(free):>{_NUMBER_WIDTH}}", "bold" if empty else "")
        text.append(f" {number(total):>{_NUMBER_WIDTH}}  ")
        if free is not None and total is not None:
            text.append(gauge(free, total))
        return text

    @on(OptionList.OptionHighlighted, "#pools")
    def show_detail(self) -> None:
        """Show what is known of the pool under the cursor."""
        pool = self._current
        detail = self.query_one("#detail", Vertical)
        detail.display = pool is not None
        if pool is None:
            return
        if self._shown != pool.credential_pool_id:
            # Whoever moved the cursor meanwhile wants it there.
            self._to_show = ""
        self._shown = pool.credential_pool_id
        self.query_one("#detail-rule", Rule).title = pool_name(pool, self.app.label(pool))
        text = Text(f"{visible(pool.credential_pool_id)}\n")
        free, total = pool.available_credentials, pool.total_credentials
        if free is not None and total is not None and free <= total:
            text.append(f"{total - free:,} of {total:,} handed out, {free:,} free.\n")
        else:
            text.append(f"{number(free)} free of {number(total)}, as far as Prolific says.\n")
        workspace, account = self.app.workspace, self.app.account
        if workspace is not None and account is not None:
            draft = self.app.drafts.find(account.me.id, Target(workspace, pool))
            if draft is not None:
                text.append(f"{rows_words(self.app, [draft])} for it: a\n", "bold")
            for summary in self._left_for_pool(pool):
                text.append(f"{visible(summary.words)}: d\n", "bold")
        text.append(visible(self._last_sent(pool)))
        self.query_one("#detail-text", Static).update(text)

    def _left_for_pool(self, pool: CredentialPool) -> list[DraftSummary]:
        return [each for each in self.left if each.key.pool_id == pool.credential_pool_id]

    def _last_sent(self, pool: CredentialPool) -> str:
        send = self.app.known_sends.last_to(pool.credential_pool_id)
        if send is None:
            if (since := self.app.known_sends.since) is not None:
                return f"Nothing was sent there since then; {forgotten_words(since)}."
            return "Nothing was sent there from this machine."
        source = f", {send.source.partition(':')[0]}" if send.source else ""
        when = moment(send.begun)
        return f"Last sent from here: +{send.rows:,} on {when}{source}, {send.words}"

    # Keys

    def action_refresh(self) -> None:
        """Read again, from wherever reading stopped."""
        self.app.read_again()

    def action_copy_id(self) -> None:
        """Copy the id of the pool under the cursor."""
        if (pool := self._current) is None:
            self.app.say("There is no pool to copy the id of.")
            return
        self.app.copy(pool.credential_pool_id, "The pool's id")

    @work
    async def action_label(self) -> None:
        """Ask what the pool under the cursor is called."""
        if (pool := self._current) is None:
            self.app.say("There is no pool to label.")
            return
        label = await self.app.ask(
            TextDialog(
                "Label",
                f"What {pool_name(pool)} is called on this machine; Prolific has no names for"
                " pools. Empty takes the label away.",
                self.app.label(pool),
            )
        )
        if label is None:
            return
        try:
            await self.app.operations.history.set_label(pool.credential_pool_id, label.strip())
        except ProlificTuiError as error:
            self.app.show_error(error)

    def action_append(self) -> None:
        """Edit rows to append to the pool under the cursor."""
        workspace, pool = self.app.workspace, self._current
        if workspace is None or (pool is None and self.app.pools.value is None):
            self.app.say(_NOT_READ)
            return
        if pool is None:
            self.app.say("There is no pool to append to. c makes one.")
            return
        self._edit(Target(workspace, pool))

    def action_make(self) -> None:
        """Make accounts for the pool under the cursor, or for a new one where there is none."""
        workspace = self.app.workspace
        if workspace is None:
            self.app.say(_NO_WORKSPACE)
            return
        self._edit(Target(workspace, self._current), make=True)

    def action_create(self) -> None:
        """Edit rows to make a pool from."""
        workspace: Workspace | None = self.app.workspace
        if workspace is None:
            self.app.say(_NO_WORKSPACE)
            return
        self._edit(Target(workspace))

    def pasted(self, text: str) -> None:
        """A paste becomes rows, after asking where to."""
        self.take_paste(text)

    @work
    async def take_paste(self, text: str) -> None:
        """Ask what a paste is for, and open it in the editor."""
        target = await self._choose_target("What is the paste for?")
        if target is None:
            self.app.say("Nothing was taken.")
        else:
            self._edit(target, paste=text)

    def on_screen_resume(self) -> None:
        """Show what changed meanwhile, with the cursor on the pool whose rows were edited.

        So that the next key is for the same pool, or for the one that was made of those rows.
        """
        if self.edited is not None and self.edited.target.pool is not None:
            self._to_show = self.edited.target.pool.credential_pool_id
        self.edited = None
        if self.is_mounted:
            self.show_pools()

    def has_announced(self) -> None:
        """Nothing of before is in the way of the file of the command line, unless rows are."""
        super().has_announced()
        self._open_named_file()

    def has_offered(self) -> None:
        """Nothing is in the way of the file of the command line any more."""
        self._open_named_file()

    def _open_named_file(self) -> None:
        """Open the file of the command line, once the pools are here and nothing is in the way."""
        file = self.app.named_file
        is_free = not self.is_offering and not self.is_announcing and self.is_on_top
        if file is not None and is_free and self.app.pools.value is not None:
            self.app.named_file = None
            self.open_file(file)

    @work
    async def open_file(self, file: Path) -> None:
        """Ask what a file is for, and open it in the editor."""
        target = await self._choose_target(f"What is {file.name} for?")
        if target is not None:
            self._edit(target, load=file)

    async def _choose_target(self, title: str) -> Target | None:
        workspace = self.app.workspace
        if workspace is None:
            self.app.say(_NO_WORKSPACE)
            return None
        return await choose_target(
            self.app, title, "Nothing is sent yet.", workspace, self.app.pools.value or ()
        )

    @on(OptionList.OptionSelected, "#pools")
    def selected(self) -> None:
        """Enter: the same as append."""
        self.action_append()

    def _edit(
        self, target: Target, *, load: Path | None = None, paste: str = "", make: bool = False
    ) -> None:
        account = self.app.account
        if account is None:
            self.app.say(without_account(self.app))
            return
        self.app.say("")

        def begin(draft: Draft | None = None) -> None:
            opened = draft or self.app.drafts.open(account.me.id, target)
            self.edit(opened, load=load, paste=paste, make=make)

        key = self.app.keeping.key(account.me.id, target)
        left = [each for each in self.left if each.key == key and not each.in_use]
        if left and self.app.drafts.find(account.me.id, target) is None:
            self._offer_first(left, begin)
        else:
            begin()

    @work
    async def _offer_first(
        self, left: Sequence[DraftSummary], begin: Callable[[Draft | None], None]
    ) -> None:
        """Offer what was left for this target, so that it is not begun a second time unseen."""
        begin(await self.offer(left))


def _sum(numbers: list[int | None]) -> str:
    """The sum, marked as a lower bound where a number is missing."""
    known = sum(n for n in numbers if n is not None)
    return f"{known:,}+?" if None in numbers else f"{known:,}"
