"""What holds no passwords is said to, and what can't be read is refused with the line."""

import codecs

import pytest

from prolific_tui.credentials.csvtext import NO_PASSWORDS, Mark, Ragged, RaggedError
from prolific_tui.credentials.intake import look
from prolific_tui.credentials.rows import MASK
from prolific_tui.credentials.session import EditSession
from tests.credentials_exports import EXPORTS, in_chunks, not_even_opened, opened, refused, taken


class TestWithoutPasswords:
    def test_a_google_workspace_download(self) -> None:
        intake = opened("google-workspace.csv")
        assert not intake.needs_asking
        assert intake.preview.export == "Google Workspace"
        assert intake.preview.warning == NO_PASSWORDS
        parsed = taken(intake)
        assert parsed.source.warning == NO_PASSWORDS
        assert next(iter(parsed.rows)) == ("lab-1@lab.example", "****")

    def test_a_google_workspace_upload_with_hashes_marks_those_rows(self) -> None:
        parsed = taken(opened("google-workspace-hashed.csv"))
        assert parsed.marks == {0: Mark.HASH}
        assert list(parsed.rows) == [("lab-1@lab.example", ""), ("lab-2@lab.example", "m8-2xT")]
        assert not parsed.source.warning

    def test_hashes_far_down_mark_their_own_rows(self) -> None:
        header = "First Name,Last Name,Email Address,Password,Password Hash Function,Org Unit Path"
        hashed = {5000, 7000}
        rows = [f"a,b,lab-{row},k,{'MD5' * (row in hashed)},/" for row in range(9000)]
        intake = look("\n".join([header, *rows]))
        assert taken(intake).marks == dict.fromkeys(sorted(hashed), Mark.HASH)
        assert {row for row, (_, word) in enumerate(taken(intake).rows) if not word} == hashed
        assert [sorted(chunk.marks) for chunk in in_chunks(intake, 3000)] == [
            [],
            [2000],
            [1000],
            [],
        ]

    def test_another_column_than_the_hashed_one_is_not_marked(self) -> None:
        assert not taken(opened("google-workspace-hashed.csv").with_columns(2, 0)).marks

    def test_there_is_no_warning_before_the_last_row_is_read(self) -> None:
        text = "lab-1,****\n" * 600
        assert [chunk.source.warning for chunk in in_chunks(look(text), 300)] == [
            "",
            "",
            NO_PASSWORDS,
        ]
        assert not any(chunk.source.warning for chunk in in_chunks(look(text + "lab-2,k"), 300))

    def test_okta_has_none(self) -> None:
        intake = opened("okta.csv")
        assert not intake.needs_asking
        assert intake.preview.export == "Okta"
        assert intake.preview.warning == NO_PASSWORDS
        parsed = taken(intake)
        assert list(parsed.rows) == [("lab-1@lab.example", ""), ("lab-2@lab.example", "")]
        assert parsed.source.warning == NO_PASSWORDS
        assert parsed.source.describe().endswith(
            "Okta header, login and no passwords of 31 columns"
        )

    def test_a_column_of_hashes_is_the_only_candidate(self) -> None:
        intake = opened("hash-column.csv")
        assert intake.preview.password == 1
        assert intake.preview.warning == NO_PASSWORDS
        assert taken(intake).marks == {0: Mark.HASH}
        assert taken(intake).source.warning == NO_PASSWORDS

    def test_hashes_under_another_name_are_known_by_their_looks(self) -> None:
        digest = "$2b$12$C6UzMDM.H6dfI/f/IKcEeO3q0TBmOcb3sSsgHjDKYCxY5vGk5e3Lm"
        intake = look(f"username,password\nlab-1,{digest}\nlab-2,\n")
        assert intake.preview.warning == NO_PASSWORDS
        assert taken(intake).source.warning == NO_PASSWORDS

    def test_hashes_are_left_out_even_where_a_password_stands_among_them(self) -> None:
        digest = "$2b$12$C6UzMDM.H6dfI/f/IKcEeO3q0TBmOcb3sSsgHjDKYCxY5vGk5e3Lm"
        text = "".join(f"lab-{row},{digest}\n" for row in range(20)) + "lab-20,k3-9fQ\n"
        session = EditSession(taken(look(text)).rows)
        assert (session.counts.goes, session.counts.left_out) == (1, 20)
        assert session.state(19).words == ("a hash, not a password",)

    def test_a_password_in_hexadecimal_digits_may_be_one(self) -> None:
        assert not taken(look("lab-1,5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8\n")).marks

    @pytest.mark.parametrize("stand_in", ["****", "•••", "...", "xxxx", "Password", "", " "])
    def test_stand_ins_are_no_passwords(self, stand_in: str) -> None:
        nothing = f"username,password\nlab-1,{stand_in}\n"
        assert look(nothing).preview.warning == NO_PASSWORDS
        assert taken(look(nothing)).source.warning == NO_PASSWORDS
        assert not look(nothing + "lab-2,k\n").preview.warning
        assert not taken(look(nothing + "lab-2,k\n")).source.warning


class TestRefusing:
    def test_nul_bytes(self) -> None:
        error = not_even_opened((EXPORTS / "refused-nul.csv").read_bytes())
        assert "NUL" in error.message
        assert error.line == 2
        assert "NUL" in not_even_opened("a,b\0").message

    def test_a_nul_far_down_is_named_by_its_line(self) -> None:
        assert not_even_opened(b"lab,k\n" * 400_000 + b"lab,\0").line == 400_001

    def test_bytes_after_a_byte_order_mark_are_what_it_says_or_refused(self) -> None:
        error = not_even_opened(codecs.BOM_UTF8 + "josé,k".encode("cp1252"))
        assert error.title == "This is not UTF-8 with BOM"

    def test_half_a_character_is_named_by_its_byte_wherever_it_is(self) -> None:
        before = "a," * ((1 << 18) - 1) + "a"  # the half one is the last of a megabyte
        raw = codecs.BOM_UTF16_LE + before.encode("utf-16-le") + b"\0\xd8a\0"
        assert f"at byte {2 + 2 * len(before) + 1:,} " in not_even_opened(raw).message

    def test_a_picture_is_not_taken_for_some_encoding(self) -> None:
        picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR,\0\0\x01\0\0\0\xff\xd8"
        assert not_even_opened(picture).title == "This is not UTF-8"

    def test_an_open_quote_is_named_by_its_line(self) -> None:
        error = refused(opened("refused-open-quote.csv"))
        assert error.title == "A quote is never closed"
        assert error.line == 2

    @pytest.mark.parametrize("text", ['"lab-1,k\n', 'lab-1,"k\nlab-2,k\n', 'lab-1;"k\nlab-2;k'])
    def test_an_open_quote_at_the_very_beginning_is_refused_at_once(self, text: str) -> None:
        """Other delimiters would make one column of it, which is not what is wrong."""
        error = not_even_opened(text)
        assert error.title == "A quote is never closed"
        assert error.line == 1

    @pytest.mark.parametrize("name", ["refused-names-only.csv", "refused-empty.csv"])
    def test_what_has_no_two_columns(self, name: str) -> None:
        error = not_even_opened((EXPORTS / name).read_bytes())
        assert error.title in {"There is only one column", "There is nothing in it"}

    def test_a_header_alone_holds_nothing(self) -> None:
        error = not_even_opened("username,password\r\n\r\n")
        assert (error.title, error.message) == (
            "There is nothing in it",
            "It holds a header and no rows.",
        )
        # What was taken for a row may be said to be one.
        named = look("lab-1,k\n").with_header(True)
        assert named.preview.obstacle == error.message
        assert refused(named).message == error.message

    def test_ragged_lines_are_refused_or_taken_with_a_mark(self) -> None:
        intake = opened("refused-ragged.csv")
        assert intake.preview.counts.ragged_lines == 2
        assert intake.preview.rows[1:3] == ((MASK,), (MASK, MASK, MASK))
        error = refused(intake)
        assert isinstance(error, RaggedError)
        assert (error.lines, error.count) == ((2, 3), 2)
        parsed = taken(intake.with_ragged(Ragged.TAKE))
        # What stands alone in its line may be the end of a password that a line end cut.
        assert list(parsed.rows)[1:3] == [("", ""), ("lab-3", "")]
        assert parsed.marks == {1: Mark.SHORT, 2: Mark.SURPLUS}
        assert parsed.source.describe().endswith("2 lines with too many or too few fields")

    @pytest.mark.parametrize(
        ("header", "columns", "line", "row"),
        [
            # Without the address, the password stands where usernames are.
            ("email,username,password,notes", (1, 2), "carol,Secret-3,n", ("", "")),
            ("email,username,password,notes", (1, 2), "c@lab,carol,Secret-3", ("", "")),
            ("email,username,password,notes", (1, 2), "c@lab", ("", "")),
            ("username,email,notes,password", (0, 3), "carol,c@lab,Secret-3", ("carol", "")),
            ("username,email,notes,password", (0, 3), "Secret-3", ("", "")),
            ("password,username,email,notes", (1, 0), "Secret-3,carol,n", ("carol", "")),
            # A delimiter in the password itself.
            ("username,password,notes", (0, 1), "carol,Sec,ret,n", ("carol", "")),
            ("password,username,notes", (1, 0), "Sec,ret,carol,n", ("", "")),
            ("notes,password,username", (2, 1), "n,Sec,ret,carol", ("", "")),
            (
                "password,notes,email,username",
                (3, 0),
                "Secret-3,n,o,c@lab,carol",
                ("c@lab,carol", ""),
            ),
        ],
    )
    def test_no_password_of_a_ragged_line_is_taken_nor_shown_as_a_username(
        self, header: str, columns: tuple[int, int], line: str, row: tuple[str, str]
    ) -> None:
        width = header.count(",") + 1
        text = "\n".join([header, *[",".join("abcd"[:width])] * 9, line])
        intake = look(text).with_columns(*columns).with_ragged(Ragged.TAKE)
        parsed = taken(intake)
        assert list(parsed.rows)[-1] == row
        assert list(parsed.marks) == [9]
        session = EditSession(parsed.rows)
        assert session.state(9).blocking

    def test_a_sep_line_counts_as_a_line(self) -> None:
        assert refused(look('sep=;\na;b\nc;"d\n')).line == 3
        assert refused(look("sep=;\na;b\nc;d\ne\n")).line == 4

    def test_a_choice_of_ragged_lines_outlives_the_others(self) -> None:
        intake = opened("refused-ragged.csv").with_ragged(Ragged.TAKE).with_header(header=True)
        assert len(taken(intake.with_delimiter(",")).rows) == 5
