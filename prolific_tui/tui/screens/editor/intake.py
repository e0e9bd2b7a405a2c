"""The keys that bring rows in from outside: a file, or a paste."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from time import monotonic
from typing import ClassVar, Final

from textual import on, work
from textual.binding import Binding, BindingType

from prolific_tui.credentials.csvtext import Ragged, Source
from prolific_tui.credentials.document import Document
from prolific_tui.credentials.faults import FaultMet, RaggedError
from prolific_tui.credentials.intake import Intake
from prolific_tui.credentials.session import EditSession
from prolific_tui.errors import ProlificTuiError
from prolific_tui.tui.cell import EditableGrid
from prolific_tui.tui.dialogs import Choice, ChoiceDialog, IntakeDialog, PasteDialog, PathDialog
from prolific_tui.tui.drive import SLICE_SECONDS, drive, give_way, without_collection
from prolific_tui.tui.screens.editor.long_work import GIVEN_UP
from prolific_tui.tui.screens.editor.page import EditorPage
from prolific_tui.visible import counted, is_or_are

_SHOW_SECONDS: Final = 0.5
"""How often rows that come in are shown."""

_LONG_LIST: Final = 0.01
"""Where the first rows are less of a list than this, all of them are long in coming."""


class IntakeKeys(EditorPage):
    """Where rows come from. An error on the way leaves those that are there as they are."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "file", "File", tooltip="Load a file"),
        Binding("p", "paste", "Paste", tooltip="Open a box that takes a paste"),
        Binding("L", "layout", "Layout", show=False, tooltip="Read the last file in another way"),
    ]

    is_bringing_in = False
    """Whether a list is being read or asked about; nothing else is begun meanwhile."""
    _last_file: Path | None = None
    """The file that was read last, to be read in another way."""

    def may_change(self) -> bool:
        """Whether the rows can be changed now; what is begun would be asked about by a list."""
        if self.is_bringing_in and not self.draft.session.is_loading:
            self.app.say("A list is still being read; Esc gives that up.")
            return False
        return super().may_change()

    def action_file(self) -> None:
        """Ask for a file and load it."""
        if self.may_change():
            dialog = PathDialog(
                "Load a file",
                "A CSV of usernames and passwords. Tab completes.",
                self.app.operations.complete_path,
            )
            self._load_answer(self.app.ask(dialog))

    @work
    async def _load_answer(self, answer: Awaitable[str | None]) -> None:
        if path := await answer:
            self.load(Path(path))

    @work(exclusive=True, group="load")
    async def load(self, path: Path, *, preview: bool = False) -> None:
        """Load a file, after asking what is not plain about it, or anything with `preview`."""
        self.app.say(f"Reading {path.name}…")
        self._last_file = path
        await self._bring_in(path.name, self.app.operations.look_at_file(path), preview=preview)

    def action_layout(self) -> None:
        """Show how the last file was read, and read it again in another way."""
        if self.may_change():
            if self._last_file is None:
                self.app.say("No file was loaded here; L shows how one was read.")
            else:
                self.load(self._last_file, preview=True)

    def action_paste(self) -> None:
        """Open the box that takes a paste."""
        if self.may_change():
            self._paste_answer(self.app.ask(PasteDialog()))

    @work
    async def _paste_answer(self, answer: Awaitable[str | None]) -> None:
        if text := await answer:
            self.take_paste(text)

    @on(EditableGrid.PastedRows)
    def pasted_into_cell(self, message: EditableGrid.PastedRows) -> None:
        """Several lines pasted into a cell are rows, not the text of that cell."""
        if self.may_change():
            self.take_paste(message.text)

    def pasted(self, text: str) -> None:
        """A paste on the grid becomes rows, after asking."""
        if self.may_change():
            self.take_paste(text)

    @work(exclusive=True, group="load")
    async def take_paste(self, text: str) -> None:
        """Take pasted text, after asking."""
        self.app.say("Reading the paste…")
        await self._bring_in("paste", self.app.operations.look_at_paste(text), ask=True)

    async def _bring_in(
        self, name: str, look: Awaitable[Intake], *, ask: bool = False, preview: bool = False
    ) -> None:
        """Read a list, ask what is not plain, and put its rows into the draft.

        Args:
            name: What the list is called.
            look: Looks at the list.
            ask: Whether to ask even where there are no rows yet to append to.
            preview: Whether to show how it is read even where that is plain.
        """
        self.is_bringing_in = True
        try:
            if not await self._take_in(name, await look, ask=ask, preview=preview):
                self.app.say("Nothing was changed.")
        except ProlificTuiError as error:
            kept = f"Not taken in: {name}. {self._unchanged}".rstrip()
            self.app.say(kept)
            message = f"{error.message} {kept}"
            self.app.show_error(ProlificTuiError(error.title, message, error.hint))
        finally:
            self.is_bringing_in = False

    @property
    def _unchanged(self) -> str:
        """That an error cost no row, in a sentence; empty where there is none."""
        rows = len(self.draft.session.document)
        verb = "was" if rows == 1 else "were"
        return f"The {counted(rows, 'row')} here {verb} not changed." if rows else ""

    async def _take_in(self, name: str, intake: Intake | None, *, ask: bool, preview: bool) -> bool:
        """Ask how the list is to be read and where it is to go; whether it was taken."""
        way = _Way.LOOK if preview else _Way.APPEND
        # It was read: what is asked now is above that message, which would stay below.
        self.app.say("")
        while True:
            if intake is not None and (intake.needs_asking or way is _Way.LOOK):
                intake = await self.app.ask(IntakeDialog(name, intake))
            if intake is None:
                return False
            present = len(self.draft.session.document)
            if not present and not ask:
                break
            await asyncio.to_thread(intake.check)
            brings = _brings(intake, self.draft.session)
            answer = await self.app.ask(_where_to(name, intake, present, brings))
            if answer is None:
                return False
            way = _ways(present)[answer]
            if way is not _Way.LOOK:
                break
        replace = way is _Way.REPLACE
        if not super().may_change():
            return False
        try:
            await self._stream(name, intake, replace=replace)
        except RaggedError as error:
            if await self.app.ask(_about_ragged_lines(error)) != 1:
                return False
            await self._stream(name, intake.with_ragged(Ragged.TAKE), replace=replace)
        return True

    async def _stream(self, name: str, intake: Intake, *, replace: bool) -> None:
        """Take the rows in as they are read; raises `CsvError`, and has changed nothing then."""
        try:
            await self._take_rows(name, intake, replace=replace)
        except FaultMet as met:
            find = met.find
        else:
            return
        raise await asyncio.to_thread(find)

    async def _take_rows(self, name: str, intake: Intake, *, replace: bool) -> None:
        """Take rows in between keys; given up half way, everything is as it was."""
        session, grid = self.draft.session, self.grid
        await self._keep_first()
        self.look_away()
        was_empty, made = replace or not len(session.document), self.draft.made_names()
        steps = session.loading(f"load of {name}", replace=replace)
        # A task of its own: given up meanwhile, it comes to its end, and is then taken back in
        # steps, rather than all at once.
        begun = asyncio.create_task(drive(steps, self._tell("Making room")))
        source: Source | None = None
        hashes = ragged = nameless = 0
        shown_until = slice_ends = 0.0
        try:
            loading = await asyncio.shield(begun)
            with without_collection(), self.seldom_drawn():
                for chunk in intake.reading():
                    source = chunk.source
                    delta = loading.feed(chunk.rows)
                    first, hashed = len(session.document) - len(chunk.rows), chunk.hashes()
                    session.mark_hashes(first + row for row in hashed)
                    hashes += len(hashed)
                    cut = chunk.marks.keys() - hashed
                    ragged += len(cut)
                    nameless += sum(not chunk.rows.usernames[row] for row in cut)
                    is_last = chunk.progress == 1
                    is_first = loading.rows == len(chunk.rows)
                    if monotonic() < shown_until and not is_last:
                        # Showing them costs more than taking them in.
                        grid.view.follow(delta)
                    else:
                        shown_until = monotonic() + _SHOW_SECONDS
                        grid.apply(delta)
                        if not is_last:
                            percent = f"{chunk.progress:.0%}, {loading.rows:,} rows"
                            self.app.say(f"Reading {name}… {percent}; Esc gives it up")
                            self.show_all()
                    if is_first and chunk.progress < _LONG_LIST:
                        await self._drawn()
                    elif not is_last and monotonic() > slice_ends:
                        # After the last one, a key would find rows on the screen that still come.
                        await give_way()
                        slice_ends = monotonic() + SLICE_SECONDS
        except (Exception, asyncio.CancelledError) as ended:
            # An error, Esc, or the end of the screen: none of it stays.
            self.look_away()
            loading = await begun
            delta = await drive(loading.abandoning(), self._tell("Putting back what was there"))
            if self.is_laid_out:
                if isinstance(ended, asyncio.CancelledError):
                    self.app.say(GIVEN_UP)
                grid.apply(delta)
                self.show_all()
                self.look_on()
            raise
        self.draft.came(len(session.document) - loading.rows, made)
        rows = counted(loading.rows, "row")
        described = f"{name}: {source.describe()}" if source else name
        others = "" if was_empty else session.source
        finished = loading.finish(" + ".join(filter(None, (others, described))))
        warning = ""
        if source and source.warning:
            warning = f" {source.warning}"
        else:
            for number, why in ((hashes, "a hash"), (ragged, "the line is ragged")):
                warning += f" {counted(number, 'password')} left empty: {why}." if number else ""
            if nameless:
                warning += f" {counted(nameless, 'username')} too, in case of a password."
        self.changed(finished, f"{rows} read.{warning}")
        if was_empty:
            grid.position = 0

    async def _keep_first(self) -> None:
        """Keep what was typed last: no row is saved while others come in."""
        draft = self.draft
        # What was typed since a copy was begun is not in it.
        await self._copy_made()
        if draft.autosave.is_dirty:
            self.app.drafts.keep(draft, at_once=True)
            await self._copy_made()

    async def _copy_made(self) -> None:
        """Wait for the copy that is being made of many rows; none can be made of rows that come."""
        if self.draft.copying:
            self.app.say("Keeping the rows that are here first…; Esc gives it up")
        while self.draft.copying:
            await give_way()

    def _tell(self, what: str) -> Callable[[int], None]:
        """Tells how far something is, which is done to its end."""
        return lambda done: self.app.say(f"{what}… {done:,} rows")

    async def _drawn(self) -> None:
        """Draw what changed on this screen, and wait until that is done."""
        self.draw_soon()
        # Its widgets say so first.
        await give_way()
        drawn = asyncio.Event()
        self.call_after_refresh(drawn.set)
        await drawn.wait()


class _Way(Enum):
    """What is to become of a list that was looked at."""

    APPEND = auto()
    REPLACE = auto()
    LOOK = auto()


def _ways(present: int) -> tuple[_Way, ...]:
    """What may become of a list where so many rows are there already."""
    return (_Way.APPEND, _Way.REPLACE, _Way.LOOK) if present else (_Way.APPEND, _Way.LOOK)


@dataclass(frozen=True, slots=True)
class _Brings:
    """How a list with passwords fits rows that all lack theirs."""

    present: int
    """How many rows there are."""
    found: int
    """How many of them have a username that is in the list."""
    new: int
    """How many rows of the list have a username that none of them has."""
    whole: bool
    """Whether all of the list was looked at: of a long one, nothing is found."""

    @property
    def has_all(self) -> bool:
        """Whether no row would be gone."""
        return self.found == self.present

    @property
    def suggests_replacing(self) -> bool:
        """Whether the list is likely to be the one that these rows came from."""
        return self.has_all or not self.whole

    @property
    def words(self) -> str:
        """What would go and come, in a sentence; empty where the list has none of them."""
        if not self.whole:
            return "No row here has its password. "
        if not self.found:
            return ""
        gone = self.present - self.found
        changes = [f"{gone:,} {'goes' if gone == 1 else 'go'}"] if gone else []
        changes += [f"{self.new:,} {is_or_are(self.new)} new"] if self.new else []
        told = f"{self.found:,} of the {self.present:,} {is_or_are(self.found)} in it"
        if self.has_all:
            told = "It has every username here"
        return f"{'; '.join(filter(None, (told, ', '.join(changes))))}. "


def _brings(intake: Intake, session: EditSession) -> _Brings | None:
    """How a list fits rows that lack passwords; None where some have one, or the list has none."""
    preview, present = intake.preview, len(session.document)
    if not present or preview.password is None or _has_password(session.document):
        return None
    whole = preview.counts.whole
    names, count = intake.usernames() if whole else (), session.ledger.count
    found = sum(map(count, set(names)))
    return _Brings(present, found, sum(not count(name) for name in names), whole)


def _has_password(document: Document) -> bool:
    return any(any(rows.passwords) for _, rows in document.pieces())


def _where_to(
    name: str, intake: Intake, present: int, brings: _Brings | None = None
) -> ChoiceDialog:
    """The question what is to become of the list; answered by an index of `_ways`.

    Args:
        name: What the list is called.
        intake: How it is read.
        present: How many rows there are already.
        brings: How it fits those, where it may bring the passwords that all of them lack.
    """
    counts, preview = intake.preview.counts, intake.preview
    # Of a long list only the beginning was looked at: a number would read as if rows were missing.
    rows = counted(counts.rows, "row") if counts.whole else "the rows"
    fills = brings is not None and brings.suggests_replacing
    if not present:
        choices = [Choice(f"Take {rows}")]
    else:
        over = f"Replace the {present:,} here with {rows}"
        if brings is not None and brings.has_all and not brings.new:
            over = "Give these rows their passwords: take the list in their place"
        told = brings.words if brings else ""
        choices = [
            Choice(f"Append {rows} to the {present:,} here"),
            Choice(over, f"{told}u brings them back."),
        ]
    look = "Encoding, delimiter, header and columns are shown and can be changed."
    choices.append(Choice("See first how it is read", look))
    title = f"{rows[0].upper()}{rows[1:]} {'in' if counts.whole else 'of'} {name}"
    highlighted = _ways(present).index(_Way.REPLACE) if fills else 0
    return ChoiceDialog(title, preview.warning, choices, highlighted=highlighted)


def _about_ragged_lines(error: RaggedError) -> ChoiceDialog:
    """The question whether lines with too many or too few fields are to come in all the same."""
    return ChoiceDialog(
        error.title,
        error.message,
        [
            Choice("Change nothing", error.hint),
            Choice(
                "Take them as rows with problems",
                "Without passwords, as their fields may be of other columns. A username that may "
                "be a password is left empty, too.",
            ),
        ],
    )
