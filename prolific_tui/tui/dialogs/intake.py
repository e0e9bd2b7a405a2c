"""The dialog that shows how a list was understood, and lets each assumption be changed."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar, Final, TypeVar

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from prolific_tui.credentials.csvtext import CsvError, Ragged
from prolific_tui.credentials.intake import Intake, Preview, Question
from prolific_tui.tui.dialogs.ask import Choice, ChoiceDialog
from prolific_tui.tui.dialogs.base import Dialog
from prolific_tui.tui.dialogs.encoding import EncodingDialog
from prolific_tui.tui.widgets import Facts, KeyBar, fit, paragraph
from prolific_tui.visible import counted, visible

T = TypeVar("T")

_SAMPLE_ROWS: Final = 6
_NARROWEST: Final = 8
"""How wide a column of the sample is at least, in cells."""
_WIDEST: Final = 30
_SKIPPED: Final = "… "
"""Stands for columns that are left out."""


class IntakeDialog(Dialog[Intake | None]):
    """A preview of a list, in which only usernames are shown; Enter takes it as it stands."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Take it", key_display="Enter"),
        Binding("e", "encoding", "Encoding"),
        Binding("d", "delimiter", "Delimiter"),
        Binding("h", "header", "Header"),
        Binding("u", "column('username')", "Username column"),
        Binding("p", "column('password')", "Password column"),
        Binding("r", "ragged", "Ragged lines"),
        Binding("escape", "cancel", "Cancel", key_display="Esc"),
    ]

    def __init__(self, name: str, intake: Intake) -> None:
        super().__init__(f"How is {name} to be read?", classes="wide")
        self._file = name
        self._intake = intake

    def body(self) -> ComposeResult:
        """The assumptions, a sample, and what is in the way."""
        yield paragraph("", id="questions", classes="hint")
        yield Facts(id="assumptions")
        yield Static(id="sample", markup=False)
        yield paragraph("", id="remarks")

    def on_mount(self) -> None:
        """Show what was assumed."""
        self._show()

    def on_resize(self) -> None:
        """Fill the new width."""
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        preview = self._intake.preview
        questions = sorted(self._intake.questions, key=lambda question: question.name)
        self._put("#questions", " ".join(question.words for question in questions))
        counts = preview.counts
        rows = f"{counts.rows:,}" if counts.whole else "not counted yet"
        if counts.blank_lines:
            rows += f", {counted(counts.blank_lines, 'blank line')} skipped"
        if counts.ragged_lines:
            taken = self._intake.ragged is Ragged.TAKE
            rows += f", {counted(counts.ragged_lines, 'ragged line')} "
            rows += "taken as problems" if taken else "to be asked about"
        delimiters = {choice.delimiter: choice.name for choice in preview.delimiters}
        names = dict(enumerate(preview.columns))
        self.query_one("#assumptions", Facts).show(
            [
                ("Encoding", preview.encoding_name or "a paste"),
                ("Delimiter", delimiters.get(preview.delimiter, preview.delimiter)),
                ("Header", "the first line" if preview.header else "none"),
                (
                    "Username",
                    names.get(preview.username, "?") if preview.username is not None else "?",
                ),
                (
                    "Password",
                    names.get(preview.password, "?") if preview.password is not None else "none",
                ),
                ("Export of", preview.export or "nothing known"),
                ("Rows", rows),
            ]
        )
        self._put("#remarks", " ".join(filter(None, (preview.obstacle, preview.warning))))
        self._show_sample()
        self._show_keys()

    def _put(self, selector: str, words: str) -> None:
        static = self.query_one(selector, Static)
        static.update(Text(visible(words)))
        static.display = bool(words)

    def _show_sample(self) -> None:
        """The first rows: the heading, and below it usernames in the clear, the rest masked."""
        preview = self._intake.preview
        sample = self.query_one("#sample", Static)
        chosen = [each for each in (preview.username, preview.password) if each is not None]
        widths = _widths(preview, chosen, sample.size.width or 70)
        text = Text(no_wrap=True, overflow="ellipsis")
        for number, row in enumerate((preview.columns, *preview.rows[:_SAMPLE_ROWS])):
            is_heading = not number
            text.append("" if is_heading else "\n")
            before = -1
            for column, width in widths.items():
                if column > before + 1:
                    text.append(_SKIPPED if is_heading else " " * len(_SKIPPED))
                # A ragged line may not have it.
                cell = row[column] if column < len(row) else ""
                text.append(
                    f"{fit(cell, width)} ", "bold" if is_heading and column in chosen else ""
                )
                before = column
            if is_heading and before + 1 < len(row):
                text.append(_SKIPPED)
        sample.update(text)

    def _try(self, change: Callable[[], Intake]) -> None:
        """Make a change, unless the text can't be read that way."""
        try:
            self._intake = change()
        except CsvError as error:
            self._put("#remarks", f"{error.message} {error.hint}")
        else:
            self._show()

    # Keys

    def action_take(self) -> None:
        """Answer with the list as it stands, or ask what it can't be read without."""
        if self._asks_encoding:
            self.action_encoding()
        elif self._asks_username:
            self.action_column("username")
        elif self._intake.preview.obstacle:
            self._show()
        else:
            self.dismiss(self._intake)

    @property
    def _asks_encoding(self) -> bool:
        """No encoding is guessed."""
        return Question.ENCODING in self._intake.questions

    @property
    def _asks_username(self) -> bool:
        return len(self._intake.preview.columns) > 1 and self._intake.preview.username is None

    def _show_keys(self) -> None:
        """Say what Enter does now."""
        label = "Take it"
        if self._asks_encoding:
            label = "Choose the encoding"
        elif self._asks_username:
            label = "Choose the username column"
        enter, *others = (each for each in self.BINDINGS if isinstance(each, Binding))
        self.query_one(KeyBar).show([replace(enter, description=label), *others])

    def action_encoding(self) -> None:
        """Choose an encoding by what the usernames would be in it."""
        choices = self._intake.encodings()
        if not choices:
            self._put("#remarks", "Its encoding is certain: there is no other way to read it.")
            return

        def chosen(answer: int | None) -> None:
            if answer is not None:
                self._try(lambda: self._intake.with_encoding(choices[answer].codec))

        codecs = [choice.codec for choice in choices]
        current = self._intake.preview.encoding
        at = codecs.index(current) if current in codecs else 0
        self.app.push_screen(EncodingDialog(self._file, choices, at), chosen)

    def action_delimiter(self) -> None:
        """Split the lines at the next delimiter."""
        preview = self._intake.preview
        delimiter = _after([each.delimiter for each in preview.delimiters], preview.delimiter)
        self._try(lambda: self._intake.with_delimiter(delimiter))

    def action_header(self) -> None:
        """Take the first line as a header, or as a row."""
        self._try(lambda: self._intake.with_header(not self._intake.preview.header))

    def action_column(self, which: str) -> None:
        """Choose the column of the usernames, or that of the passwords."""
        preview = self._intake.preview
        is_username = which == "username"
        current, other = preview.username, preview.password
        columns: list[int | None] = list(range(len(preview.columns)))
        names = list(preview.columns)
        if not is_username:
            current, other = other, current
            columns.append(None)
            names.append("None: it holds no passwords")

        def chosen(answer: int | None) -> None:
            if answer is None:
                return
            # Whichever takes the other's column gives its own for it.
            taken = columns[answer]
            given = current if taken == other else other
            username, password = (taken, given) if is_username else (given, taken)
            if username is None:
                self._put("#remarks", "Choose the column of the usernames first: u.")
            else:
                self._try(lambda: self._intake.with_columns(username, password))

        # As long as it isn't known, the one after the other is the likeliest.
        likely = current if current is not None else (-1 if other is None else other) + 1
        dialog = ChoiceDialog(
            f"Which column holds the {which}s?",
            "",
            [Choice(name) for name in names],
            highlighted=min(likely, len(preview.columns) - 1),
        )
        self.app.push_screen(dialog, chosen)

    def action_ragged(self) -> None:
        """Take lines with too many or too few fields as rows with problems, or ask about them."""
        is_taken = self._intake.ragged is Ragged.TAKE
        self._try(lambda: self._intake.with_ragged(Ragged.REFUSE if is_taken else Ragged.TAKE))


def _widths(preview: Preview, chosen: Sequence[int], room: int) -> dict[int, int]:
    """The columns of a sample in their order, each with its width.

    Those of usernames and passwords are as wide as they need; the others share what is left, and
    where they are too many for that, the first of them do.
    """
    rows = (preview.columns, *preview.rows[:_SAMPLE_ROWS])
    widths = {
        column: min(
            max(cell_len(visible(row[column])) for row in rows if column < len(row)), _WIDEST
        )
        for column in chosen
    }
    left = room - sum(widths.values()) - len(widths)
    others = [column for column in range(len(preview.columns)) if column not in widths]
    if left // max(len(others), 1) <= _NARROWEST:
        left -= len(_SKIPPED) * (len(chosen) + 1)
        others = others[: max(left // (_NARROWEST + 1), 0)]
    for column in others:
        widths[column] = left // len(others) - 1
    return dict(sorted(widths.items()))


def _after(choices: Sequence[T], current: T) -> T:
    """The choice after the current one, from the first again after the last."""
    at = choices.index(current) if current in choices else -1
    return choices[(at + 1) % len(choices)]
