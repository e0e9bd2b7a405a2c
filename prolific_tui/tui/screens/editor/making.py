"""The keys that make accounts here, and take them out to a file for the tool they are for."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import ClassVar, Final

from textual import work
from textual.binding import Binding, BindingType

from prolific_tui.credentials.document import PIECE
from prolific_tui.credentials.export import (
    file_name,
    formula_cells,
    formula_warning,
    not_addresses,
)
from prolific_tui.credentials.generate import Pattern, PatternError, first_free, next_start
from prolific_tui.credentials.rows import Rows
from prolific_tui.credentials.stepping import OutdatedError, Steps, finish
from prolific_tui.errors import ProlificTuiError
from prolific_tui.settings import AccountsMade
from prolific_tui.tui.dialogs import (
    Choice,
    ChoiceDialog,
    ExportedDialog,
    GoogleExportDialog,
    MakeDialog,
    MakeFacts,
    MakeOrder,
    PlainExportDialog,
)
from prolific_tui.tui.dialogs.make import ProposedStart
from prolific_tui.tui.drafts import MadeHere
from prolific_tui.tui.drive import drive
from prolific_tui.tui.screens.editor.page import EditorPage
from prolific_tui.tui.screens.new_file import write_new_file
from prolific_tui.visible import counted

_NAMED: Final = 3


class MakingKeys(EditorPage):
    """Accounts that exist nowhere else yet: made, counted, exported."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "make", "Make", tooltip="Make accounts: usernames and passwords"),
        Binding("E", "export", "Export", tooltip="Write rows to a file, for another tool"),
    ]

    # Making

    @work(exclusive=True, group="make")
    async def action_make(self) -> None:
        """Ask for a pattern and make accounts of it."""
        if not self.may_change():
            return
        target = self.draft.target
        with self.app.holding_keys():
            before = await self.app.operations.accounts_made(*target.key)
        pool = target.pool
        order = await self.app.ask(
            MakeDialog(
                MakeFacts(
                    pattern=_pattern_used_last(before),
                    target=self.target_name,
                    held=0 if pool is None else pool.available_credentials,
                    propose=lambda pattern: self._propose(pattern, before),
                    is_taken=self._is_taken,
                    work=self._look_meanwhile,
                )
            )
        )
        self.give_up()
        if order is not None and self.may_change():
            await self._make(order)

    async def _make(self, order: MakeOrder) -> None:
        operations, draft = self.app.operations, self.draft
        self.app.say(f"Making {order.count:,} accounts…; Esc gives it up")
        try:
            with self.app.holding_keys(self._give_up_making):
                rows = await operations.make_accounts(
                    order.pattern, order.start, order.count, order.length
                )
        except ProlificTuiError as error:
            self.app.say("")
            self.app.show_error(error)
            return
        if not self.may_change():
            return
        made = counted(len(rows), "account")
        first = len(draft.session.document)
        source = f"made here: {rows.usernames[0]} … {rows.usernames[-1]}"
        # Of a list that was emptied, nothing is left to say.
        source = " + ".join(filter(None, (draft.source if first else "", source)))
        self.change(
            draft.session.inserting(
                first, rows, f"making of {made}", made_here=True, source=source
            ),
            f"{made} made here. E exports them, for the tool they are for.",
            lambda: self.is_editing or self.grid.go_to(first),
        )
        await operations.remember_accounts_made(
            *draft.target.key, _remembered(order.pattern), order.start + order.count
        )

    def _give_up_making(self) -> None:
        self.workers.cancel_group(self, "make")
        self.app.say("Given up; no account was made.")

    def _look_meanwhile(self, look: Callable[[], Steps[None]], then: Callable[[], None]) -> None:
        self.work_through(look, lambda _: then(), "Looking")

    def _is_taken(self, username: str) -> bool:
        ledger = self.draft.session.ledger
        return bool(ledger.count(username)) or ledger.held.holds(username)

    def _propose(self, pattern: Pattern, before: AccountsMade) -> Steps[ProposedStart]:
        """After the highest number in the list, and after those made before for the pool."""
        session = self.draft.session
        here = 1
        for first, rows in session.document.pieces():
            here = max(here, next_start(pattern, rows.usernames))
            yield first + len(rows)
        of_pool, elsewhere = (
            _next_of(pattern, numbers) for numbers in (before.of_pool, before.elsewhere)
        )
        remembered = of_pool or elsewhere
        start = first_free(pattern, max(remembered, here), session.ledger.held.holds)
        if start > max(remembered, here):
            return ProposedStart(start, f"{pattern.name(start - 1)} is in the pool already.")
        if remembered > here:
            whose = "for this pool" if of_pool else "in this workspace"
            last = pattern.name(remembered - 1)
            because = f"{last} was the last one made {whose} on this machine."
            return ProposedStart(remembered, because)
        if here > 1:
            return ProposedStart(here, f"{pattern.name(here - 1)} is the last one in this list.")
        return ProposedStart(here)

    # Exporting

    def made_words(self) -> str:
        """How many rows were made here, for the line of counts; empty where none was."""
        made = self._made_here()
        return f"made here {len(made.rows):,}" if made.rows and not made.unexported else ""

    def unexported(self) -> int:
        """How many accounts stand in no file: while any does, Review lets nothing go."""
        return len(self._made_here().unexported)

    def _made_here(self) -> MadeHere:
        """The rows made here; in a long list as they were until they are looked for anew."""
        draft = self.draft
        if not draft.knows_made:
            if len(draft.session.document) <= PIECE or not draft.session.has_made_here:
                finish(draft.seek_made())
            elif not self.is_working("made"):
                self._seek_made()
        return draft.last_made

    @work(group="made")
    async def _seek_made(self) -> None:
        """Look for the rows made here, between keys, until that is how they are."""
        while not self.draft.knows_made:
            with suppress(OutdatedError):
                await drive(self.draft.seek_made())
        if self.is_laid_out:
            self.show_counts()

    def row_notes(self, row: int) -> tuple[str, ...]:
        """What there is to know of a row that was made here."""
        found = self.draft.session.document.row(row)
        if not self.draft.session.is_made_here(found.id):
            return ()
        if self.draft.exported.holds(found):
            if not found.password:
                return ("Made here, and exported: f loads that file, which has the password.",)
            return ("Made here, and exported as it is.",)
        if not found.password:
            return ("Made here, without a password: there is nothing of it to export.",)
        return ("Made here: it exists nowhere else yet. E exports it.",)

    @work(exclusive=True, group="export")
    async def action_export(self) -> None:
        """Write rows to a new file that only this user can read."""
        session = self.draft.session
        if not len(session.document):
            self.app.say("There are no rows to export.")
            return
        if not self.may_change():
            return
        if bare := len(self.draft.without_password()):
            self.app.say(
                f"Nothing was exported: {counted(bare, 'row')} made here"
                f" {'has' if bare == 1 else 'have'} no password. f loads the file you exported."
            )
            return
        made, revision = self.draft.made_here(), session.document.revision
        answer = await self.app.ask(_what_to_export(len(made), len(session.document)))
        if answer is None:
            self.app.say("Nothing was exported.")
            return
        takes_made = bool(made) and answer % 2 == 0
        is_google = answer // 2 if made else answer
        try:
            with self.app.holding_keys():
                rows = await drive(self._to_export(made if takes_made else None, revision))
                warnings = await asyncio.to_thread(_warnings, rows, is_google=bool(is_google))
        except OutdatedError:
            # A list that was asked for just before came in since.
            self.app.say("The rows changed meanwhile, so nothing was exported. Try it again.")
            return
        dialog = GoogleExportDialog if is_google else PlainExportDialog
        make = await self.app.ask(dialog(len(rows), warnings))
        if make is None:
            self.app.say("Nothing was exported.")
            return
        save = self.app.operations.save_export
        try:
            written = await write_new_file(
                self.app,
                f"Export {counted(len(rows), 'row')}",
                lambda path: save(path, lambda: make(rows)),
                file_name(rows),
            )
        except ProlificTuiError as error:
            self.app.say("Nothing was exported.")
            self.app.show_error(error)
            return
        if written is None:
            self.app.say("Nothing was exported.")
            return
        self.draft.exported.add(rows)
        self.app.drafts.keep(self.draft)
        self.grid.refresh()
        self.show_all()
        self.app.say(f"Exported to {written}")
        await self.app.ask(ExportedDialog(len(rows), written))

    def _to_export(self, rows: Sequence[int] | None, revision: int) -> Steps[Rows]:
        """A copy of these rows, or of all, in steps; raises `OutdatedError` if they are others."""
        session = self.draft.session
        if session.document.revision != revision:
            raise OutdatedError
        every = range(len(session.document))
        return (yield from session.seek_rows(every if rows is None else rows))


def _what_to_export(made: int, rows: int) -> ChoiceDialog:
    """Which rows, and for whom; answered as `action_export` reads it."""
    plain, google = "Plain CSV", "Google Workspace template"
    everything = f"all {counted(rows, 'row')}"
    if made:
        labels = [
            f"{kind}, {which}"
            for kind in (plain, google)
            for which in (f"the {made:,} made here", everything)
        ]
    else:
        labels = [f"{kind}, {everything}" for kind in (plain, google)]
    explained = {
        plain: "Two columns, whose names you choose.",
        google: "For “Bulk update users” in the admin console; usernames are the addresses.",
    }
    choices = [Choice(label, explained[label.partition(",")[0]]) for label in labels]
    return ChoiceDialog("Export", "To a new file that only you can read.", choices)


def _warnings(rows: Rows, *, is_google: bool) -> list[str]:
    """What is to be said of these rows before they are written."""
    warnings = [formula_warning(formula_cells(rows))]
    if is_google and (others := not_addresses(rows)):
        named = ", ".join(f"{row + 1:,}" for row in others[:_NAMED])
        more = f" and {len(others) - _NAMED:,} more" if len(others) > _NAMED else ""
        several = len(others) > 1
        warnings.append(
            f"{len(others):,} username{'s are no addresses' if several else ' is no address'}"
            f" (row{'s' if several else ''} {named}{more} of these): Google will not take"
            f" {'them' if several else 'it'}."
        )
    return [warning for warning in warnings if warning]


def _remembered(pattern: Pattern) -> str:
    """A pattern with its zeros alone, as `AccountsMade` has it."""
    return f"{pattern.prefix}{{{'0' * pattern.width}}}{pattern.suffix}"


def _parsed(text: str) -> Pattern | None:
    """A pattern that was remembered, unless somebody changed the file."""
    try:
        return Pattern.parse(text)
    except PatternError:
        return None


def _pattern_used_last(before: AccountsMade) -> str:
    """What to propose as a pattern: the last one of the pool, or of the workspace."""
    text = ([*before.of_pool] or [*before.elsewhere] or [""])[-1]
    pattern = _parsed(text)
    if pattern is None or not pattern.width:
        return text if pattern else ""
    # A number with its zeros says how long numbers are; `{}` would not.
    number = _next_of(pattern, before.of_pool) or _next_of(pattern, before.elsewhere)
    return f"{pattern.prefix}{{{number:0{pattern.width}d}}}{pattern.suffix}"


def _next_of(pattern: Pattern, numbers: Mapping[str, int]) -> int:
    """The highest number that comes next for a pattern, however many zeros; 0 for none."""
    ends = pattern.prefix, pattern.suffix
    found = [
        number
        for text, number in numbers.items()
        if (other := _parsed(text)) and (other.prefix, other.suffix) == ends
    ]
    return max(found, default=0)
