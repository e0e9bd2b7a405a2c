"""Chunks make the whole, previews tell nothing masked, choices change nothing else."""

import csv
from dataclasses import fields, is_dataclass
from io import StringIO

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from prolific_tui.credentials.csvtext import (
    PLAIN,
    Chunk,
    CsvError,
    Layout,
    Mark,
    Ragged,
    dump,
    parse,
    parse_chunks,
)
from prolific_tui.credentials.intake import Intake, look
from prolific_tui.credentials.layout import DELIMITERS
from prolific_tui.credentials.rows import Rows
from tests.credentials_exports import in_chunks, taken
from tests.credentials_strategies import any_blocks, steady

LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r"])
SIZES = st.integers(1, 40) | st.sampled_from([256, 257, 1000])

plain_fields = st.text("abcXYZ019é-. ", max_size=6)
"""Fields that need no quotes, whatever the delimiter is."""

ragged_tables = st.lists(st.lists(plain_fields, max_size=4), max_size=30)

scraps = st.sampled_from(
    [
        *(
            b"lab,k\n",
            b"user,pass\n",
            b"sep=;\n",
            b";",
            b"\t",
            b"a",
            b'"',
            b"\r",
            b"\n",
            b"\0",
            b"a\0",
        ),
        *(b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xc3", b"\xa9", b"\xe9", b"\x83", b"\x81"),
    ]
)

words = st.text("bcdfgh", min_size=4, max_size=8)

headers = st.sampled_from(
    [
        ("username", "password"),
        ("Password", "User Name"),
        ("id", "login", "pwd", "note"),
        ("name", "url", "username", "password", "note"),
        ("mail", "user", "pass"),
        ("username", "password", "firstname", "lastname", "email"),
    ]
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, list[list[str]], bool]:
    """A text, its rows (all of one width, sometimes with a ragged one), whether it has a header."""
    delimiter = draw(st.sampled_from(sorted(DELIMITERS)))
    names = draw(headers | st.none())
    width = len(names) if names else draw(st.integers(2, 4))
    row = st.lists(words, min_size=width, max_size=width)
    rows = draw(st.lists(row, min_size=1, max_size=6))
    if draw(st.booleans()):
        rows.append(draw(st.lists(words, min_size=1, max_size=5)))
    lines = [list(names), *rows] if names else rows
    return "\n".join(delimiter.join(line) for line in lines), rows, names is not None


def opened(raw: str | bytes) -> Intake:
    try:
        return look(raw)
    except CsvError:
        assume(False)
        raise


def strings(value: object) -> list[str]:
    """Every string in a value, however deep."""
    if isinstance(value, str):
        return [value]
    if is_dataclass(value):
        return [text for each in fields(value) for text in strings(getattr(value, each.name))]
    if isinstance(value, tuple | list | frozenset):
        return [text for each in value for text in strings(each)]
    return []


def joined(chunks: list[Chunk]) -> tuple[list[tuple[str, str]], dict[int, Mark]]:
    rows: list[tuple[str, str]] = []
    marks: dict[int, Mark] = {}
    for chunk in chunks:
        marks |= {len(rows) + row: mark for row, mark in chunk.marks.items()}
        rows += chunk.rows
    return rows, marks


class TestChunks:
    @steady
    @given(any_blocks, SIZES)
    def test_what_is_written_comes_back_in_chunks(self, rows: Rows, size: int) -> None:
        chunks = list(parse_chunks(dump(rows), PLAIN, size=size))
        assert joined(chunks)[0] == list(rows)

    @steady
    @given(ragged_tables, LINE_ENDS, SIZES, st.booleans(), st.sampled_from([0, 1, None]))
    def test_chunks_make_the_whole(
        self,
        table: list[list[str]],
        end: str,
        size: int,
        header: bool,
        password: int | None,
    ) -> None:
        text = end.join(";".join(line) for line in table)
        layout = Layout(";", header, 1, password, ("", "", ""))
        whole = parse(text, layout, ragged=Ragged.TAKE)
        chunks = list(parse_chunks(text, layout, size=size, ragged=Ragged.TAKE))
        assert joined(chunks) == (list(whole.rows), whole.marks)
        assert chunks[-1].source == whole.source
        assert all(len(chunk.rows) == size for chunk in chunks[:-1])
        assert [chunk.progress == 1 for chunk in chunks] == [False] * (len(chunks) - 1) + [True]

    @steady
    @given(
        st.lists(
            st.sampled_from(
                ["lab,k\n" * 6000, '"lab",k\n' * 300, 'lab,"k\nk"\n' * 40, "\n", 'lab,"a""b"\n']
            ),
            max_size=6,
        ),
        LINE_ENDS,
    )
    def test_quotes_here_and_there_are_read_as_if_there_were_no_blocks(
        self, parts: list[str], end: str
    ) -> None:
        text = "".join(parts).replace("\n", end)
        expected = [row for row in csv.reader(StringIO(text, newline="")) if row]
        assert [list(row) for row in parse(text, PLAIN).rows] == expected

    @steady
    @given(
        st.lists(
            st.sampled_from(
                [
                    *('"lab","k"\n', '"","k"\n', '"",""\n', '"lab","k,k"\n', '"lab","k""k"\n'),
                    *("lab,k\n", 'lab,"k"\n', '"a"b,"c"\n', 'x"a"y,"b"\n', '"a",b"c"\n'),
                ]
            ),
            min_size=1,
            max_size=4,
        ),
        LINE_ENDS,
    )
    def test_quotes_wherever_they_stand_are_read_or_refused_as_if_there_were_no_blocks(
        self, lines: list[str], end: str
    ) -> None:
        text = "".join(lines).replace("\n", end)
        try:
            expected = list(csv.reader(StringIO(text, newline=""), strict=True))
        except csv.Error:
            with pytest.raises(CsvError):
                parse(text, PLAIN)
        else:
            assert [list(row) for row in parse(text, PLAIN).rows] == expected

    @steady
    @given(st.integers(1, 900), st.integers(2, 600), st.sampled_from(["utf-16-le", "utf-8"]))
    def test_bytes_and_text_make_the_same_rows(self, rows: int, size: int, codec: str) -> None:
        text = "\n".join(["login,pass", *(f"josé-{row},k{row}" for row in range(rows))])
        intake = look(("\ufeff" + text).encode(codec))
        assert joined(list(in_chunks(intake, size))) == joined(list(in_chunks(look(text))))

    def test_the_first_rows_come_before_the_rest_is_read(self) -> None:
        text = "lab,k\n" * 100_000 + 'lab,"k\n'
        reading = in_chunks(look(text), 100)
        first = next(reading)
        assert len(first.rows) == 100
        assert first.progress < 0.1
        assert first.source.describe() == "comma, LF, no header"
        with pytest.raises(CsvError) as raised:
            list(reading)
        assert raised.value.line == 100_001
        assert raised.value.__context__ is None

    def test_progress_grows(self) -> None:
        progress = [chunk.progress for chunk in in_chunks(look("lab,k\n" * 50_000), 1000)]
        assert progress == sorted(progress)
        assert progress[len(progress) // 2] == pytest.approx(0.5, abs=0.1)


class TestFaults:
    @steady
    @given(st.integers(0, 600), st.integers(0, 600), LINE_ENDS, SIZES)
    def test_an_open_quote_is_named_by_its_line_wherever_it_is(
        self, before: int, after: int, end: str, size: int
    ) -> None:
        lines = ["lab,k"] * before + ['lab,"k'] + ["lab,k"] * after
        with pytest.raises(CsvError) as raised:
            list(parse_chunks(end.join(lines), PLAIN, size=size))
        assert raised.value.title == "A quote is never closed"
        assert raised.value.line == before + 1

    @steady
    @given(st.lists(st.sampled_from(["a,b", '"a\nb",c', "", "a", "a,b,c"]), max_size=600), SIZES)
    def test_ragged_lines_are_named_wherever_they_are(self, records: list[str], size: int) -> None:
        bad = [
            1 + sum(1 + earlier.count("\n") for earlier in records[:index])
            for index, record in enumerate(records)
            if record in {"a", "a,b,c"}
        ]
        chunks = parse_chunks("\n".join(records), PLAIN, size=size)
        if not bad:
            assert len(joined(list(chunks))[0]) == sum(bool(record) for record in records)
            return
        with pytest.raises(CsvError) as raised:
            list(chunks)
        assert raised.value.line == bad[0]
        assert f"{len(bad):,} line" in raised.value.message


class TestPreviews:
    @steady
    @given(tables(), st.data())
    def test_no_masked_field_is_in_it(
        self, table: tuple[str, list[list[str]], bool], data: st.DataObject
    ) -> None:
        text, rows, header = table
        intake = opened(text)
        # That a first line without known names is one of names can only be the person's word.
        assume(intake.preview.header == header)
        width = len(intake.preview.columns)
        if data.draw(st.booleans()):
            columns = data.draw(st.permutations(range(width)))
            intake = intake.with_columns(columns[0], columns[1])
        preview = intake.preview
        shown = "\n".join([*strings(preview), repr(preview), repr(intake)])
        clear: set[str] = set()
        hidden: set[str] = set()
        for row in rows:
            for column, field in enumerate(row):
                is_shown = column == preview.username and len(row) == width
                (clear if is_shown else hidden).add(field)
        for field in hidden:
            assert field not in shown or any(field in name for name in clear)

    @steady
    @given(tables())
    def test_choosing_what_was_assumed_changes_nothing_but_the_questions(
        self, table: tuple[str, list[list[str]], bool]
    ) -> None:
        intake = opened(table[0].encode())
        preview = intake.preview
        same = [
            intake.with_encoding(preview.encoding),
            intake.with_delimiter(preview.delimiter),
            intake.with_header(preview.header),
        ]
        if preview.username is not None:
            same.append(intake.with_columns(preview.username, preview.password))
        for chosen in same:
            assert chosen.preview == preview
            assert chosen.questions <= intake.questions

    @steady
    @given(tables())
    def test_a_person_who_answers_everything_is_asked_nothing(
        self, table: tuple[str, list[list[str]], bool]
    ) -> None:
        intake = opened(table[0])
        answered = (
            intake.with_delimiter(intake.preview.delimiter)
            .with_header(intake.preview.header)
            .with_columns(1, 0)
        )
        assert not answered.needs_asking
        assert (answered.preview.username, answered.preview.password) == (1, 0)

    @steady
    @given(tables())
    def test_what_is_taken_is_what_was_shown(
        self, table: tuple[str, list[list[str]], bool]
    ) -> None:
        intake = opened(table[0]).with_ragged(Ragged.TAKE)
        preview = intake.preview
        assume(not preview.obstacle)
        parsed = taken(intake)
        assert len(parsed.rows) == preview.counts.rows
        assert parsed.source.ragged_lines == preview.counts.ragged_lines
        assert parsed.source.warning == preview.warning
        assert preview.username is not None
        for (username, _), shown in zip(parsed.rows, preview.rows, strict=True):
            if len(shown) == len(preview.columns):
                assert shown[preview.username] == username

    @steady
    @given(st.lists(scraps, max_size=12).map(b"".join))
    def test_any_bytes_make_rows_or_are_refused_in_words(self, raw: bytes) -> None:
        refusal: CsvError | None = None
        try:
            intake = look(raw).with_ragged(Ragged.TAKE)
            if not intake.preview.obstacle:
                assert len(taken(intake).rows) >= intake.preview.counts.rows
        except CsvError as error:
            refusal = error
        if refusal is not None:
            assert refusal.title
            assert refusal.message
            assert refusal.__context__ is None


@steady
@given(
    st.integers(0, 15_000),
    st.sampled_from(
        ['lab,"k\n2"', 'lab,"k"', '"lab",k', "", "  ", "lab,k", "lab,é", "lab,k\u2028"]
    ),
    st.integers(0, 15_000),
    LINE_ENDS,
    st.sampled_from(["utf-8", "utf-16"]),
)
def test_a_long_text_is_read_as_csv_reads_it(
    before: int, line: str, after: int, end: str, codec: str
) -> None:
    # Long enough to be decoded in several blocks, with something in any of them.
    text = end.join(["lab,k"] * before + [line] + ["lab,pw"] * after + ["last,k"])
    reader = csv.reader(StringIO(text, newline=""))
    records = [record for record in reader if any(map(str.strip, record))]
    intake = look(text.encode(codec))
    assert list(taken(intake).rows) == [(name, word) for name, word in records]


def test_what_holds_hardly_a_row_comes_in_chunks_all_the_same() -> None:
    read = list(in_chunks(look("lab-1,k\n" + "\n" * 3_000_000 + "lab-2,k")))
    assert len(read) > 2
    assert [name for name, _ in joined(read)[0]] == ["lab-1", "lab-2"]
