"""What is written can be read back, and what can't be read for certain is refused in words."""

import csv
import io

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from prolific_tui.credentials.csvtext import (
    PLAIN,
    CsvError,
    Layout,
    dump,
    parse,
)
from prolific_tui.credentials.encoding import understand
from prolific_tui.credentials.intake import look
from prolific_tui.credentials.parsed import Parsed
from prolific_tui.credentials.rows import Rows
from tests.credentials_exports import taken
from tests.credentials_strategies import any_blocks, blocks, steady


def read(data: bytes) -> Parsed:
    """The rows of bytes that are UTF-8, or what their byte order mark says."""
    understand(data)
    return taken(look(data))


def refusal(data: bytes) -> CsvError:
    with pytest.raises(CsvError) as raised:
        read(data)
    error = raised.value
    assert error.title
    assert error.message
    # Its cause may hold the whole file, with every password in it.
    assert error.__cause__ is None
    assert error.__context__ is None
    return error


class TestWriting:
    @steady
    @given(any_blocks)
    def test_what_is_written_is_read_back(self, rows: Rows) -> None:
        assert parse(dump(rows), PLAIN).rows == rows

    @steady
    @given(any_blocks)
    def test_what_is_written_is_read_back_from_the_bytes(self, rows: Rows) -> None:
        text = dump(rows)
        assume("\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text))
        assert parse(understand(text.encode()), PLAIN).rows == rows

    @steady
    @given(any_blocks)
    def test_another_csv_reader_reads_the_same(self, rows: Rows) -> None:
        records = list(csv.reader(io.StringIO(dump(rows), newline=""), strict=True))
        assert records == [list(pair) for pair in rows]

    @steady
    @given(blocks.filter(len))
    def test_a_header_put_before_it_is_recognised(self, rows: Rows) -> None:
        text = "username,password\n" + dump(rows)
        layout = look(text).layout
        assert layout == Layout(",", True, 0, 1, ("username", "password"))
        assert parse(text, layout).rows == rows

    def test_quotes_stand_only_where_they_are_needed(self) -> None:
        rows = Rows.of([("a", "b c"), ("d,e", 'f"g'), ("h\ni", "j\rk"), ("", " "), ("'", ";")])
        assert dump(rows) == 'a,b c\n"d,e","f""g"\n"h\ni","j\rk"\n, \n\',;'

    def test_no_header_and_no_line_end_after_the_last_row(self) -> None:
        assert dump(Rows.of([("lab-1", "k"), ("lab-2", "l")])) == "lab-1,k\nlab-2,l"

    def test_a_byte_order_mark_in_the_first_username_is_not_lost(self) -> None:
        rows = Rows.of([("\ufeffa", "b"), ("\ufeffc", "d")])
        assert dump(rows) == '"\ufeffa",b\n\ufeffc,d'


class TestDecoding:
    @pytest.mark.parametrize(
        ("codec", "mark", "name"),
        [
            ("utf-8", "", "UTF-8"),
            ("utf-8", "\ufeff", "UTF-8 with BOM"),
            ("utf-16-le", "\ufeff", "UTF-16 LE"),
            ("utf-16-be", "\ufeff", "UTF-16 BE"),
            ("utf-32-le", "\ufeff", "UTF-32 LE"),
            ("utf-32-be", "\ufeff", "UTF-32 BE"),
        ],
    )
    def test_a_byte_order_mark_decides(self, codec: str, mark: str, name: str) -> None:
        content = understand(f"{mark}jos\u00e9,k".encode(codec))
        assert ("".join(content.lines()), content.name) == ("jos\u00e9,k", name)

    def test_the_text_does_not_show_in_its_repr(self) -> None:
        assert "hunter2" not in repr(understand(b"a,hunter2"))

    @pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
    def test_other_bytes_are_refused_with_their_line(self, end: bytes) -> None:
        error = refusal(end.join([b"a,b", b"c,d", "jos\u00e9,k".encode("cp1252")]))
        assert error.line == 3
        assert "line 3" in error.message

    def test_half_a_character_of_utf_16_is_refused(self) -> None:
        assert refusal(b"\xff\xfea\x00,").title == "This is not UTF-16 LE"

    def test_utf_16_without_a_mark_is_refused_for_its_nuls(self) -> None:
        assert "NUL" in refusal("a,b".encode("utf-16-le")).message


class TestGuessing:
    @pytest.mark.parametrize(
        ("header", "username", "password"),
        [
            ("username,password", 0, 1),
            ("Password;User Name", 1, 0),
            ("E-mail\tPASS", 0, 1),
            ("login|pwd", 0, 1),
            # Bitwarden, a person's and an organisation's
            (
                "folder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,"
                "login_password,login_totp",
                8,
                9,
            ),
            (
                "collections,type,name,notes,fields,reprompt,login_uri,login_username,"
                "login_password,login_totp",
                7,
                8,
            ),
            ("name,url,username,password,note", 2, 3),  # Chrome and Edge
            ('"url","username","password","httpRealm","formActionOrigin"', 1, 2),  # Firefox
            ("url,username,password,totp,extra,name,grouping,fav", 1, 2),  # LastPass
            ("Title,Url,Username,Password,OTPAuth,Favorite,Archived,Tags,Notes", 2, 3),  # 1Password
            ('"Group","Title","Username","Password","URL","Notes"', 2, 3),  # KeePassXC
            (
                "First Name [Required],Last Name [Required],Email Address [Required],"
                "Password [Required],Password Hash Function [UPLOAD ONLY],"
                "Org Unit Path [Required]",
                2,
                3,
            ),  # Google Workspace
            ("username,password,firstname,lastname,email", 0, 1),  # Moodle
        ],
    )
    def test_the_headers_of_exports_are_known(
        self, header: str, username: int, password: int
    ) -> None:
        delimiter = max(",;\t|", key=header.count)
        row = delimiter.join(f"f{column}" for column in range(header.count(delimiter) + 1))
        layout = look(f"{header}\n{row}\n").layout
        assert (layout.header, layout.username, layout.password) == (True, username, password)

    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_two_bare_columns_need_no_header(self, delimiter: str) -> None:
        parsed = read(f"lab-1{delimiter}k\nlab-2{delimiter}l\n".encode())
        assert list(parsed.rows) == [("lab-1", "k"), ("lab-2", "l")]
        assert not parsed.layout.header

    def test_delimiters_inside_passwords_do_not_fool_it(self) -> None:
        parsed = read(b"lab-1;a,b\nlab-2;c\nlab-3;d,e,f\n")
        assert list(parsed.rows) == [("lab-1", "a,b"), ("lab-2", "c"), ("lab-3", "d,e,f")]

    def test_half_a_header_stays_a_row(self) -> None:
        """A password can be the word "password"; a row is not dropped on a suspicion."""
        assert next(iter(read(b"lab-1,password\nlab-2,k").rows)) == ("lab-1", "password")

    def test_names_alone_are_refused(self) -> None:
        assert refusal(b"lab-1\nlab-2\n").title == "There is only one column"
        assert refusal(b"lab-1").title == "There is only one column"
        assert refusal(b"lab-1\nlab-2\nlab;3\nlab-4").title == "There is only one column"

    @pytest.mark.parametrize("data", [b"", b"\n\r\n", b"\xef\xbb\xbf", b"  \n"])
    def test_nothing_is_refused(self, data: bytes) -> None:
        assert refusal(data).title == "There is nothing in it"


class TestReading:
    @pytest.mark.parametrize(("end", "name"), [("\n", "LF"), ("\r\n", "CRLF"), ("\r", "CR")])
    def test_every_line_end_works(self, end: str, name: str) -> None:
        parsed = read(end.join(["a,b", "", '"c', 'd",e', ""]).encode())
        assert list(parsed.rows) == [("a", "b"), (f"c{end}d", "e")]
        assert parsed.source.line_ending == name

    def test_everything_assumed_is_said(self) -> None:
        parsed = read(b"\xef\xbb\xbfPassword,Username\r\n\r\nk,lab-1\r\n")
        assert list(parsed.rows) == [("lab-1", "k")]
        assert (
            parsed.source.describe() == "UTF-8 with BOM, comma, CRLF, header, 1 blank line skipped"
        )

    def test_blank_lines_are_counted_and_a_row_of_empty_fields_is_not_one(self) -> None:
        parsed = read(b"\n \na,b\n\n,\n\t\n")
        assert list(parsed.rows) == [("a", "b"), ("", "")]
        assert parsed.blank_lines == 4

    def test_text_that_was_never_bytes_has_no_encoding_to_tell(self) -> None:
        assert taken(look("a\tb")).source.describe() == "tab, no header"

    def test_spaces_are_kept(self) -> None:
        assert list(read(b"a , b\n").rows) == [("a ", " b")]

    @steady
    @given(st.integers(0, 9000), st.sampled_from(["\n", "\r\n", "\r"]))
    def test_long_texts_lose_nothing_where_they_are_cut(self, rows: int, end: str) -> None:
        text = end.join(f"lab-{row},k{row}" for row in range(rows))
        assert list(parse(text, PLAIN).rows) == [(f"lab-{row}", f"k{row}") for row in range(rows)]

    def test_passwords_do_not_show_in_reprs(self) -> None:
        assert "hunter2" not in repr(read(b"a,hunter2\n"))


class TestRefusing:
    def test_a_quote_without_an_end_is_named_by_the_line_where_it_opens(self) -> None:
        error = refusal(b'a,b\n"c\nd",e\nf,"g\nh,i\nj,k\n')
        assert error.title == "A quote is never closed"
        assert error.line == 4

    def test_a_quote_that_closes_inside_a_field(self) -> None:
        error = refusal(b'a,b\nc,"d\ne,"f\n')
        assert error.title == "A quote closes inside a field"
        assert error.line == 2
        assert "line 3" in error.message

    def test_doubled_quotes_do_not_close_a_field(self) -> None:
        assert refusal(b'a,b\nc,"d""\n').line == 2

    def test_an_open_quote_with_a_lot_after_it_is_refused_quickly_and_as_such(self) -> None:
        error = refusal(b'a,"' + b'""' * csv.field_size_limit() + b"\n")
        assert error.title == "A quote is never closed"
        assert error.line == 1

    def test_a_field_beyond_the_limit(self) -> None:
        error = refusal(b"a,b\nc," + b"d" * (csv.field_size_limit() + 1) + b"\ne,f\n")
        assert error.title == "A field is too long"
        assert error.line == 2

    def test_ragged_lines_are_named(self) -> None:
        error = refusal(b'a,b\n"c\nc",d\n\ne\nf,g,h\ni,j\nk,l\n')
        assert "lines 5, 6" in error.message
        assert error.line == 5

    def test_of_many_ragged_lines_a_few_are_named_and_all_counted(self) -> None:
        good = "".join(f"lab-{row},k\n" for row in range(200))
        error = refusal((good + "x,y,z\n" * 1200).encode())
        assert "1,200 lines" in error.message
        assert "201, 202, 203, 204, 205 and 1,195 more" in error.message

    def test_one_ragged_line(self) -> None:
        assert "1 line does not have 2 fields: line 2." in refusal(b"a,b\nc,d,e\nf,g").message

    def test_no_error_holds_a_password(self) -> None:
        for data in (b'a,"hunter2\n', b'a,"hunter2"x\n', b"a,b\nc,hunter2,d\n", b"a,hunter2\xff"):
            error = refusal(data)
            assert "hunter2" not in f"{error.title} {error.message} {error.hint} {error!r}"
