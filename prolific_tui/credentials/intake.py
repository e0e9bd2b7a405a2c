"""What a text is taken for before anything of it enters the grid, to be shown and to be changed.

An `Intake` holds a text and what is assumed about it; its `Preview` is what a screen may show of
that, with every column but that of the usernames masked. Everything here looks at the first
lines only, until the rows are taken.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

from prolific_tui.credentials.csvtext import (
    CHUNK,
    NO_PASSWORDS,
    Chunk,
    Ragged,
    parse,
)
from prolific_tui.credentials.encoding import (
    ENCODINGS,
    Content,
    CsvError,
    alternatives,
    assume,
    understand,
)
from prolific_tui.credentials.encoding import HEAD as ENCODING_HEAD
from prolific_tui.credentials.exports import may_be_password
from prolific_tui.credentials.layout import (
    DELIMITERS,
    HEAD,
    PLAIN,
    Choices,
    Layout,
    Question,
    Survey,
    one_column,
    opening,
    survey,
)
from prolific_tui.credentials.reading import Reading
from prolific_tui.credentials.rows import MASK

__all__ = [
    "Counts",
    "DelimiterChoice",
    "EncodingChoice",
    "Intake",
    "Preview",
    "Question",
    "look",
]

SHOWN: Final = 20
"""How many rows a preview shows."""

_EXAMPLES: Final = 5
_HEADER_ONLY: Final = "It holds a header and no rows."


@dataclass(frozen=True, slots=True)
class EncodingChoice:
    """An encoding that a text may be in."""

    codec: str
    name: str
    """Its name for people."""
    sample: tuple[str, ...]
    """Usernames that tell it from others, as they would be; none if only masked columns do."""
    passwords: tuple[str, ...] = field(repr=False)
    """Passwords that do, of as many rows as were looked at; only for whoever asks to see them."""


@dataclass(frozen=True, slots=True)
class DelimiterChoice:
    """A delimiter that a text may have."""

    delimiter: str
    name: str
    """Its name for people."""
    columns: int
    """How many columns most lines would have."""
    share: float
    """Which share of the lines would have just as many, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What the first lines hold."""

    rows: int
    """How many rows, those of ragged lines among them."""
    blank_lines: int
    ragged_lines: int
    """How many lines have more or fewer fields than there are columns."""
    whole: bool
    """Whether the first lines are all there are."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What may be shown of a text, and under which assumptions.

    No field that is masked is in it, not even behind the mask.
    """

    encoding: str
    """The codec; empty for text that was never bytes."""
    encoding_name: str
    """Its name for people."""
    delimiter: str
    delimiters: tuple[DelimiterChoice, ...]
    """What it could be, and how well each would fit."""
    header: bool
    """Whether the first line that is not blank names the columns."""
    export: str
    """The export that it is recognised as, or empty."""
    columns: tuple[str, ...]
    """The names of the columns; "column 3" where there is none."""
    username: int | None
    """The column of the usernames, counted from 0, or None as long as it isn't known."""
    password: int | None
    """The column of the passwords, or None if there is none or it isn't known."""
    rows: tuple[tuple[str, ...], ...]
    """The first rows: usernames, and a mask for every other field that is not empty.

    In a line with too many or too few fields the username is masked too, since it may be another.
    """
    counts: Counts
    warning: str
    """What there is to warn of, or empty."""
    obstacle: str
    """Why it can't be taken like this, or empty."""


@dataclass(frozen=True, slots=True, repr=False)
class Intake:
    """A text that may become rows, with what is assumed about it and what somebody chose.

    Nothing changes it: each choice gives another one. Choosing what was assumed settles the
    question and leaves the preview as it was.
    """

    content: Content
    found: Survey
    """What is assumed about the first lines, and those lines; not for the screen."""
    choices: Choices
    ragged: Ragged
    """What is done about lines with more or fewer fields than there are columns."""
    questions: frozenset[Question]
    """What only a person can say; empty where everything is plain."""

    def __repr__(self) -> str:
        asked = ", ".join(sorted(question.name for question in self.questions))
        return f"Intake({self.content}, {asked or 'plain'})"

    @property
    def needs_asking(self) -> bool:
        """Whether somebody has to look at the preview before it is taken."""
        return bool(self.questions)

    @property
    def layout(self) -> Layout:
        """The layout by which it will be read.

        Raises:
            CsvError: the preview names an obstacle.
        """
        layout = self.found.layout
        obstacle = self._obstacle()
        if layout is None or obstacle:
            raise CsvError("It can't be taken like this", obstacle)
        return layout

    @property
    def preview(self) -> Preview:
        """What may be shown of it."""
        found = self.found
        username, password = found.columns
        width = len(found.names)
        rows = found.rows
        return Preview(
            encoding=self.content.codec if self.content.name else "",
            encoding_name=self.content.name,
            delimiter=found.delimiter,
            delimiters=tuple(
                DelimiterChoice(each, DELIMITERS[each], sample.width, sample.share)
                for each, sample in found.samples.items()
            ),
            header=found.header,
            export=found.clues.export if found.header else "",
            columns=tuple(name or f"column {number}" for number, name in enumerate(found.names, 1)),
            username=username,
            password=password,
            rows=tuple(_masked(row, width, username) for row in rows[:SHOWN]),
            counts=Counts(
                len(rows),
                found.sample.blank_lines,
                sum(len(row) != width for row in rows),
                found.sample.whole,
            ),
            warning=self._warning(),
            obstacle=self._obstacle(),
        )

    def usernames(self) -> tuple[str, ...]:
        """Those of the first lines, which are all where `Counts.whole`; none of a ragged line."""
        return tuple(_fields(self.found, self.found.columns[0]))

    def encodings(self) -> tuple[EncodingChoice, ...]:
        """What else the bytes may be, each with usernames as they would be.

        There is nothing to choose for a text, after a byte order mark, or where all are ASCII.
        """
        raw = self.content.raw
        if self._is_settled or (raw.isascii() and b"\0" not in raw):
            return ()
        contents = [Content(raw, codec, ENCODINGS[codec]) for codec in alternatives(raw)]
        with suppress(CsvError):
            contents.insert(0, understand(raw, "utf-8"))
        return tuple(map(self._encoding_choice, contents))

    def _encoding_choice(self, content: Content) -> EncodingChoice:
        head, whole = content.head(ENCODING_HEAD)
        found = survey(head, self.choices, whole=whole)
        usernames, passwords = (
            tuple(each for each in _fields(found, column) if not each.isascii())
            for column in found.columns
        )
        names = tuple(dict.fromkeys(usernames))[:_EXAMPLES]
        return EncodingChoice(content.codec, content.name, names, passwords)

    def with_encoding(self, codec: str) -> "Intake":
        """The same bytes in another encoding, with everything else assumed anew.

        Raises:
            CsvError: they are not in that encoding, or hold nothing in it.
            ValueError: there is no such encoding to choose, or nothing to decode.
        """
        if codec == self.content.codec:
            return replace(self, questions=self.questions - {Question.ENCODING})
        if self._is_settled or codec not in {"utf-8", *ENCODINGS}:
            raise ValueError(f"{codec} can't be chosen")
        return _assume(understand(self.content.raw, codec), Choices(), self.ragged)

    def with_delimiter(self, delimiter: str) -> "Intake":
        """The same with another delimiter, and with header and columns assumed anew.

        Raises:
            ValueError: it is none of `DELIMITERS`.
        """
        if delimiter not in DELIMITERS:
            raise ValueError("there is no such delimiter to choose")
        same = delimiter == self.found.delimiter
        choices = self.choices if same else Choices()
        return self._choose(replace(choices, delimiter=delimiter))

    def with_header(self, header: bool) -> "Intake":
        """The same with or without a header; columns that were not chosen are assumed anew."""
        return self._choose(replace(self.choices, header=header))

    def with_columns(self, username: int, password: int | None) -> "Intake":
        """The same with other columns, counted from 0; None says that there are no passwords.

        Raises:
            ValueError: there is no such column, or both are the same.
        """
        columns = {username, password} - {None}
        if username == password or not columns <= set(range(len(self.found.names))):
            raise ValueError("these are not two columns of it")
        return self._choose(replace(self.choices, columns=(username, password)))

    def with_ragged(self, ragged: Ragged) -> "Intake":
        """The same, with lines of other widths refused or taken as problems."""
        return replace(self, ragged=ragged)

    def check(self) -> None:
        """Read a short text once, so that nobody is asked what to do with one that can't be read.

        Of a long one it is found out as its rows come. Ragged lines are asked about then.

        Raises:
            CsvError: as `layout` does, or for what can't be read.
        """
        if len(self.content.raw) <= HEAD:
            parse(self.content, self.layout, ragged=Ragged.TAKE)

    def reading(self) -> Iterator[Chunk]:
        """The rows, in steps of some milliseconds each; see `parse_chunks` for what comes.

        Raises:
            CsvError: as `layout` does.
            FaultMet: something can't be read. To find out what, and in which line, is no such step.
        """
        return Reading(self.content, self.layout, self.ragged).chunks(CHUNK)

    def _choose(self, choices: Choices) -> "Intake":
        chosen = _assume(self.content, choices, self.ragged)
        asked = self.questions & {Question.ENCODING}
        return replace(chosen, questions=chosen.questions | asked)

    @property
    def _is_settled(self) -> bool:
        """Whether there is no other encoding to choose."""
        return bool(self.content.mark) or not self.content.name

    @property
    def is_empty(self) -> bool:
        """Whether there is a header and nothing else."""
        return self.found.sample.whole and not self.found.rows

    def _obstacle(self) -> str:
        if not self.found.has_columns:
            name = DELIMITERS[self.found.delimiter]
            return f"With a {name} as the delimiter there is only one column."
        if self.found.layout is None:
            return "The column that holds the usernames has to be chosen."
        return _HEADER_ONLY if self.is_empty else ""

    def _warning(self) -> str:
        layout, rows = self.found.layout, self.found.rows
        if layout is None or not rows or any(_holds_password(row, layout) for row in rows):
            return ""
        return NO_PASSWORDS


def look(raw: bytes | str) -> Intake:
    """Look at the bytes of a file, or at a pasted text.

    Bytes that are not UTF-8 are taken for the first encoding that they may be, and that is asked.

    Raises:
        CsvError: there is nothing in it, or a header alone; it is no text, no delimiter makes
            columns of it, or its very first record is broken.
    """
    if isinstance(raw, bytes):
        content, is_certain = assume(raw)
    else:
        if "\0" in raw:
            raise CsvError("This is not text", "It holds NUL characters.")
        content, is_certain = Content.of(raw), True
    intake = _assume(content, Choices(), Ragged.REFUSE)
    found = intake.found
    if not any(sample.records for sample in found.samples.values()):
        parse(content, PLAIN)  # says what is broken
    if not found.has_columns:
        for delimiter, sample in found.samples.items():
            if not sample.records:
                # What is broken is why there are no columns: a quote that is never closed.
                parse(content, replace(PLAIN, delimiter=delimiter))
        raise one_column()
    if intake.is_empty and not intake.needs_asking:
        raise CsvError("There is nothing in it", _HEADER_ONLY)
    if is_certain:
        return intake
    return replace(intake, questions=intake.questions | {Question.ENCODING})


def _assume(content: Content, choices: Choices, ragged: Ragged) -> Intake:
    head, whole = opening(content)
    found = survey(head, choices, whole=whole)
    return Intake(content, found, choices, ragged, found.questions)


def _fields(found: Survey, column: int | None) -> Iterator[str]:
    """The fields of a column, of the rows that have as many as there are columns."""
    for row in found.rows:
        if column is not None and column < len(row) == len(found.names):
            yield row[column]


def _masked(row: list[str], width: int, username: int | None) -> tuple[str, ...]:
    clear = username if len(row) == width else None
    return tuple(
        field if column == clear else MASK if field else "" for column, field in enumerate(row)
    )


def _holds_password(row: list[str], layout: Layout) -> bool:
    """Whether a row has a password that somebody could log in with."""
    column, function = layout.password, layout.hash_function
    if column is None or layout.hashes or len(row) <= column:
        return False
    if function is not None and len(row) > function and row[function].strip():
        return False
    return may_be_password(row[column])
