"""What people have is recognised, what isn't plain is asked, what is assumed can be changed."""

import pytest

from prolific_tui.credentials.csvtext import CsvError
from prolific_tui.credentials.intake import Question, look
from prolific_tui.credentials.rows import MASK
from tests.credentials_exports import EXPORTS, PAIRS, opened, refused, taken


class TestPlain:
    """Nothing has to be asked, and everything assumed is said."""

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("bare.csv", "UTF-8, comma, LF, no header"),
            ("header-any-order.csv", "UTF-8, comma, LF, header"),
            (
                "bitwarden.csv",
                "UTF-8, comma, LF, Bitwarden header, login_username and login_password of 11 "
                "columns",
            ),
            (
                "bitwarden-organisation.csv",
                "UTF-8, comma, LF, Bitwarden organisation header, login_username and "
                "login_password of 10 columns",
            ),
            (
                "1password.csv",
                "UTF-8, comma, LF, 1Password header, Username and Password of 9 columns",
            ),
            (
                "chrome.csv",
                "UTF-8, comma, LF, Chrome or Edge header, username and password of 5 columns",
            ),
            (
                "edge.csv",
                "UTF-8, comma, CRLF, Chrome or Edge header, username and password of 5 columns",
            ),
            (
                "firefox.csv",
                "UTF-8, comma, CRLF, Firefox header, username and password of 9 columns",
            ),
            (
                "lastpass.csv",
                "UTF-8, comma, LF, LastPass header, username and password of 8 columns",
            ),
            (
                "keepassxc.csv",
                "UTF-8, comma, LF, KeePassXC header, Username and Password of 10 columns",
            ),
            ("moodle.csv", "UTF-8, comma, LF, Moodle header, username and password of 5 columns"),
            ("crlf.csv", "UTF-8, comma, CRLF, no header"),
            ("cr.csv", "UTF-8, comma, CR, no header"),
        ],
    )
    def test_exports_go_straight_in(self, name: str, said: str) -> None:
        intake = opened(name)
        assert not intake.needs_asking
        parsed = taken(intake)
        assert list(parsed.rows) == PAIRS
        assert parsed.source.describe() == said
        assert not parsed.marks
        assert not parsed.source.warning
        assert not intake.preview.warning

    @pytest.mark.parametrize(
        ("name", "said", "pairs"),
        [
            (
                "excel-sep-line.csv",
                "UTF-8 with BOM, semicolon, CRLF, sep= line, header",
                [("lab-1", "k3-9fQ"), ("lab-2", "m8,2xT")],
            ),
            (
                "utf-16-le.csv",
                "UTF-16 LE, tab, CRLF, no header",
                [("josé", "k3-9fQ"), PAIRS[1]],
            ),
            (
                "utf-16-be.csv",
                "UTF-16 BE, tab, CRLF, no header",
                [("josé", "k3-9fQ"), PAIRS[1]],
            ),
            (
                "utf-8-mark.csv",
                "UTF-8 with BOM, comma, LF, header",
                [("josé", "k3-9fQ"), PAIRS[1]],
            ),
            (
                "quoted.csv",
                "UTF-8, comma, LF, header",
                [("lab,1", 'k3"9fQ'), ("lab-2", "m8\n2xT")],
            ),
        ],
    )
    def test_odd_files_go_straight_in(
        self, name: str, said: str, pairs: list[tuple[str, str]]
    ) -> None:
        intake = opened(name)
        assert not intake.needs_asking
        assert list(taken(intake).rows) == pairs
        assert taken(intake).source.describe() == said

    def test_a_spreadsheet_pasted_over_tmux(self) -> None:
        text = (EXPORTS / "spreadsheet-paste.tsv").read_bytes().decode()
        assert "\r" in text
        assert "\n" not in text
        intake = look(text)
        assert not intake.needs_asking
        assert intake.encodings() == ()
        assert intake.preview.encoding == intake.preview.encoding_name == ""
        parsed = taken(intake)
        assert list(parsed.rows) == [("lab-1", "k3-9fQ"), ("lab-2", 'm8,2"xT')]
        assert parsed.source.describe() == "tab, CR, header"

    def test_a_paste_may_hold_what_no_file_can(self) -> None:
        half = "\ud800" * 7
        text = "\n".join(f"{half}{row},k" for row in range(3000))
        assert "\n".join(",".join(pair) for pair in taken(look(text)).rows) == text

    def test_the_preview_shows_usernames_and_no_other_field(self) -> None:
        preview = opened("bitwarden.csv").preview
        assert preview.export == "Bitwarden"
        assert (preview.columns[8], preview.columns[9]) == ("login_username", "login_password")
        assert (preview.username, preview.password) == (8, 9)
        assert preview.rows[0] == (
            *("", "", MASK, MASK, "", "", MASK, MASK),
            *("lab-1", MASK, ""),
        )

    def test_the_preview_of_a_long_list_says_that_it_saw_the_beginning(self) -> None:
        text = "".join(f"lab-{row},k{row}\n\n" for row in range(5000))
        counts = look(text).preview.counts
        assert not counts.whole
        assert counts.rows == 1000
        assert look(text[:30]).preview.counts.whole

    def test_every_delimiter_is_shown_with_how_well_it_fits(self) -> None:
        preview = look("lab-1;a,b\nlab-2;c\nlab-3;d\n").preview
        assert preview.delimiter == ";"
        fits = {each.name: f"{each.columns} in {each.share:.0%}" for each in preview.delimiters}
        assert fits["semicolon"] == "2 in 100%"
        assert fits["tab"] == "1 in 0%"
        assert fits["comma"] == "2 in 33%"


class TestAsking:
    def test_bytes_that_are_not_utf_8_ask_with_every_encoding_tried_out(self) -> None:
        intake = opened("european-excel.csv")
        assert intake.questions == {Question.ENCODING}
        shown = {choice.codec: choice.sample for choice in intake.encodings()}
        assert shown["cp1252"] == ("müller-1",)
        assert shown["cp1251"] == ("mьller-1",)
        assert "utf-8" not in shown
        settled = intake.with_encoding("cp1252")
        assert not settled.needs_asking
        assert list(taken(settled).rows) == [("müller-1", "k3-9fQ"), ("lab-2", "m8,2xT")]
        assert (
            taken(settled).source.describe()
            == "Windows-1252, Western Europe, semicolon, CRLF, header"
        )

    def test_another_encoding_is_a_choice_away(self) -> None:
        intake = opened("shift-jis.csv")
        assert intake.needs_asking
        settled = intake.with_encoding("cp932")
        assert not settled.needs_asking
        assert settled.preview.rows[0] == ("ラボ1", MASK)
        assert settled.with_encoding("cp1252").preview == intake.preview

    def test_every_encoding_that_is_offered_can_be_chosen(self) -> None:
        for name in ("cp1252.csv", "shift-jis.csv", "european-excel.csv", "utf-8-mark.csv"):
            intake = opened(name)
            for choice in intake.encodings():
                changed = intake.with_encoding(choice.codec)
                assert changed.preview.encoding == choice.codec
                assert changed.preview.encoding_name == choice.name

    def test_utf_8_can_be_left_and_come_back_to(self) -> None:
        intake = look("josé,k".encode())
        assert not intake.needs_asking
        assert [choice.codec for choice in intake.encodings()][:2] == ["utf-8", "cp1252"]
        assert intake.with_encoding("cp1252").preview.rows == (("josÃ©", MASK),)
        assert intake.with_encoding("cp1252").with_encoding("utf-8").preview == intake.preview

    def test_an_encoding_in_which_the_bytes_make_no_sense_is_not_offered(self) -> None:
        """ISO 8859 decodes anything, but to control characters."""
        codecs = [choice.codec for choice in look(b"josef\x85,k").encodings()]
        assert "cp1252" in codecs
        assert "iso8859-15" not in codecs

    def test_where_all_encodings_agree_there_is_nothing_to_choose(self) -> None:
        assert opened("bare.csv").encodings() == ()

    def test_a_byte_order_mark_leaves_no_choice(self) -> None:
        intake = opened("utf-16-le.csv")
        assert intake.encodings() == ()
        with pytest.raises(ValueError, match="cp1252"):
            intake.with_encoding("cp1252")

    def test_a_bad_byte_far_down_refuses_an_encoding_with_its_line(self) -> None:
        raw = b"lab,k\n" * 400_000 + "josé,k\n".encode("cp1252")
        intake = look(raw)
        assert intake.questions == {Question.ENCODING}
        with pytest.raises(CsvError) as raised:
            intake.with_encoding("utf-8")
        assert raised.value.line == 400_001

    def test_utf_16_without_a_mark_is_asked(self) -> None:
        intake = opened("utf-16-le-no-mark.csv")
        assert intake.questions == {Question.ENCODING}
        assert [choice.codec for choice in intake.encodings()] == ["utf-16-le"]
        assert list(taken(intake).rows) == [("josé", "k3-9fQ"), PAIRS[1]]

    def test_columns_that_nobody_named_are_all_masked_until_one_is_chosen(self) -> None:
        intake = opened("no-known-header.csv")
        assert intake.questions == {Question.COLUMNS, Question.HEADER}
        assert intake.preview.columns == ("column 1", "column 2", "column 3")
        assert intake.preview.rows[0] == (MASK, MASK, MASK)
        assert intake.preview.obstacle in refused(intake).message
        chosen = intake.with_columns(1, 2).with_header(header=False)
        assert not chosen.needs_asking
        assert chosen.preview.rows[0] == (MASK, "lab-1", MASK)
        assert list(taken(chosen).rows) == PAIRS
        assert (
            taken(chosen).source.describe()
            == "UTF-8, comma, LF, no header, column 2 and column 3 of 3 columns"
        )

    def test_a_username_beside_an_email_address_is_asked(self) -> None:
        intake = opened("username-and-email.csv")
        assert intake.questions == {Question.COLUMNS}
        assert intake.preview.username == 0
        assert next(iter(taken(intake.with_columns(1, 2)).rows)) == ("lab-1@lab.example", "k3-9fQ")

    def test_two_columns_called_password_are_asked(self) -> None:
        assert look("username,password,Password\na,b,c\n").questions == {Question.COLUMNS}

    def test_delimiters_that_fit_equally_are_asked(self) -> None:
        intake = opened("two-delimiters.csv")
        assert intake.questions == {Question.DELIMITER}
        assert next(iter(taken(intake.with_delimiter(",")).rows)) == ("lab-1", "k3;9fQ")
        assert next(iter(taken(intake.with_delimiter(";")).rows)) == ("lab-1,k3", "9fQ")
        assert not intake.with_delimiter(";").needs_asking

    def test_half_a_header_is_asked_and_stays_a_row_until_then(self) -> None:
        intake = look("login,code\nlab-1,k\n")
        assert intake.questions == {Question.HEADER}
        assert not intake.preview.header
        chosen = intake.with_header(header=True)
        assert list(taken(chosen).rows) == [("lab-1", "k")]
        # The other one might be a password: it is named only in a header that is certain.
        assert chosen.preview.columns == ("login", "column 2")
        assert not chosen.needs_asking

    @pytest.mark.parametrize(
        "first", ["Participant ID,Access Code", "Käyttäjä,Salasana", "sAMAccountName,userPassword"]
    )
    def test_a_first_line_unlike_the_others_is_asked(self, first: str) -> None:
        intake = look(f"{first}\nlab-1,k3-9fQ\nlab-2,m8-2xT\n")
        assert intake.questions == {Question.HEADER}
        assert list(taken(intake.with_header(header=True)).rows) == PAIRS
        # Nothing is asked where the others are like it, or where it has digits as they do.
        assert not look(f"{first}\nanna,open-sesame\n").needs_asking
        assert not look("lab-0,horse\nlab-1,k3-9fQ\nlab-2,m8-2xT\n").needs_asking
        assert not look(f"{first}\n").needs_asking

    def test_passwords_before_usernames_are_asked_and_not_shown(self) -> None:
        intake = look("pw1x!Z9,a1\nqW2e!r,a2\n")
        assert intake.questions == {Question.COLUMNS}
        assert intake.preview.rows == ((MASK, "a1"), (MASK, "a2"))
        chosen = intake.with_columns(1, 0)
        assert list(taken(chosen).rows) == [("a1", "pw1x!Z9"), ("a2", "qW2e!r")]
        assert not chosen.needs_asking
        # Usernames may be mixed as well, beside passwords that are.
        assert not look("A1!nna,pW1x!Z9\nB2!ert,qW2e!r\n").needs_asking

    @pytest.mark.parametrize("rows", [2, 12])
    def test_passwords_before_usernames_stay_hidden_whatever_is_said_of_the_first_line(
        self, rows: int
    ) -> None:
        pairs = "".join(f"qW2e!r{row}x,lab-{row}\n" for row in range(rows))
        intake = look(f"Access Code,Participant ID\n{pairs}")
        assert intake.questions == {Question.HEADER, Question.COLUMNS}
        for header in (True, False, True):
            intake = intake.with_header(header)
            assert intake.questions == {Question.COLUMNS}
            assert (MASK, "lab-0") in intake.preview.rows
            assert "qW2e" not in repr(intake.preview)
        assert next(iter(taken(intake).rows)) == ("lab-0", "qW2e!r0x")
        # A name that is known says more than what stands below it.
        named = look(f"login,code\n{pairs}").with_header(True)
        assert (named.preview.username, named.needs_asking) == (0, False)

    def test_a_row_that_is_taken_for_a_header_shows_no_password(self) -> None:
        for text in ("lab-1,k3-9fQ\nlab-2,m8-2xT\n", "1,lab-1,k3-9fQ\n2,lab-2,m8-2xT\n"):
            intake = look(text).with_header(header=True)
            width = len(intake.preview.columns)
            intake = intake.with_columns(width - 2, width - 1)
            assert "k3-9fQ" not in repr(intake.preview)
            assert "k3-9fQ" not in taken(intake).source.describe()
            assert list(taken(intake).rows) == [PAIRS[1]]

    def test_a_list_in_which_the_same_placeholder_stands_everywhere_has_no_header(self) -> None:
        assert not look("lab-1,password\nlab-2,password\n").needs_asking

    def test_names_of_columns_without_passwords_are_asked(self) -> None:
        intake = look("login,firstName,lastName\nlab-1,A,B\n")
        assert intake.questions == {Question.COLUMNS, Question.HEADER}
        assert intake.preview.header
        assert (intake.preview.username, intake.preview.password) == (0, None)

    def test_a_choice_that_makes_one_column_of_it_is_an_obstacle_and_no_error(self) -> None:
        changed = opened("bare.csv").with_delimiter("\t")
        assert "tab" in changed.preview.obstacle
        assert changed.preview.rows == ((MASK,), (MASK,))
        assert refused(changed).message == changed.preview.obstacle
        assert changed.with_delimiter(",").preview == opened("bare.csv").preview

    def test_what_cannot_be_chosen(self) -> None:
        intake = opened("bare.csv")
        with pytest.raises(ValueError, match="delimiter"):
            intake.with_delimiter("k")
        for columns in ((0, 0), (0, 2), (-1, 1)):
            with pytest.raises(ValueError, match="columns"):
                intake.with_columns(*columns)
        with pytest.raises(ValueError, match="rot13"):
            intake.with_encoding("rot13")

    def test_columns_that_are_gone_with_the_header_are_assumed_anew(self) -> None:
        intake = look("a,b,c\nlab-1,k\nlab-2,l\n").with_header(header=True).with_columns(0, 2)
        without = intake.with_header(header=False)
        assert (without.preview.username, without.preview.password) == (0, 1)

    def test_choices_are_said_of_the_rows_that_were_taken(self) -> None:
        swapped = taken(opened("header-any-order.csv").with_columns(0, 1))
        assert next(iter(swapped.rows)) == ("k3-9fQ", "lab-1")
        assert swapped.source.describe().endswith("header, PASSWORD and User-Name of 2 columns")

    def test_an_answer_leaves_the_other_questions_open(self) -> None:
        intake = opened("european-excel.csv")
        assert intake.with_header(header=True).questions == {Question.ENCODING}
        assert look("a,b;c\n").with_header(header=False).questions == {Question.DELIMITER}

    def test_columns_are_chosen_for_one_delimiter_only(self) -> None:
        chosen = opened("no-known-header.csv").with_columns(1, 2)
        assert chosen.with_delimiter(",").preview.username == 1
        assert chosen.with_delimiter(";").with_delimiter(",").preview.username is None

    def test_two_names_for_one_thing_are_asked_even_of_two_columns(self) -> None:
        intake = look("login,email\nlab-1,lab-1@lab.example\n")
        assert not intake.preview.header
        assert intake.questions == {Question.HEADER}
        assert intake.with_header(header=True).questions == {Question.COLUMNS}

    @pytest.mark.parametrize(
        "header",
        [
            "name,url,username,password,email",
            "name,url,username,password,note,password",
            "name,url,username,password,note,username",
        ],
    )
    def test_what_is_only_like_an_export_is_asked(self, header: str) -> None:
        intake = look(header + "\n")
        assert intake.preview.export == ""
        assert intake.questions == {Question.COLUMNS}

    def test_a_line_that_is_cut_by_the_look_at_the_beginning_is_no_ragged_one(self) -> None:
        counts = look(f"{'l' * 1990},{'k' * 11}\n" * 200).preview.counts
        assert (counts.rows, counts.ragged_lines, counts.whole) == (130, 0, False)

    def test_what_begins_with_a_lot_of_nothing(self) -> None:
        intake = look("\n" * 300_000 + "lab-1,k")
        assert intake.preview.rows == (("lab-1", MASK),)
        assert taken(intake).blank_lines == 300_000
