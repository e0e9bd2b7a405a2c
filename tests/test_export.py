"""An export holds the rows exactly, in the form that the other program asks for."""

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prolific_tui.credentials import csvtext
from prolific_tui.credentials.export import (
    GOOGLE_COLUMNS,
    ExportError,
    GoogleFilling,
    file_name,
    formula_cells,
    formula_warning,
    google_workspace,
    not_addresses,
    plain,
)
from prolific_tui.credentials.intake import look
from prolific_tui.credentials.rows import NO_ROWS, Column, Rows
from tests.credentials_exports import taken

FIELD = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"])
    | st.sampled_from(",\"'\r\n\t=+-@; \ufeff"),
    max_size=8,
)
ROWS = st.lists(st.tuples(FIELD, FIELD), max_size=12).map(Rows.of)
TWO = Rows.of([("ada@lab.org", "fkx7-3"), ("bob@lab.org", 'p,"w')])


@given(ROWS, st.sampled_from([("username", "password"), ("Anmeldename", 'Kenn"wort, neu')]))
def test_a_plain_export_reads_back_as_the_rows_it_was_made_of(
    rows: Rows, names: tuple[str, str]
) -> None:
    layout = replace(csvtext.PLAIN, header=True, names=names)

    assert csvtext.parse(plain(rows, *names), layout).rows == rows


def test_this_program_knows_its_own_export_again() -> None:
    text = plain(TWO)

    assert taken(look(text.encode())).rows == TWO
    assert text == 'username,password\nada@lab.org,fkx7-3\nbob@lab.org,"p,""w"\n'


@pytest.mark.parametrize(
    ("usernames", "name"),
    [
        (["lab-b-061", "lab-b-062", "lab-b-093"], "lab-b-061-093.csv"),
        (["lab-9@lab.org", "lab-10@lab.org"], "lab-9-10.csv"),
        (["lab-1"], "lab-1.csv"),
        (["ada", "bob"], "accounts.csv"),
        (["lab-1", "wave-2"], "accounts.csv"),
        (["../lab-1", "../lab-2"], "accounts.csv"),
        (["-1", "-2"], "accounts.csv"),
        ([""], "accounts.csv"),
        (["x" * 80], "accounts.csv"),
    ],
)
def test_a_file_is_named_after_its_first_and_its_last_username(
    usernames: list[str], name: str
) -> None:
    assert file_name(Rows.of((username, "pw") for username in usernames)) == name


def test_an_empty_export_is_a_header() -> None:
    assert plain(NO_ROWS) == "username,password\n"


@pytest.mark.parametrize("names", [("", "b"), ("a", " "), ("a\n", "b"), ("a", "b\u200b")])
def test_a_column_needs_a_name_that_can_be_seen(names: tuple[str, str]) -> None:
    with pytest.raises(ExportError, match="Not a column name"):
        plain(TWO, *names)


def test_two_columns_need_two_names() -> None:
    with pytest.raises(ExportError, match="Two columns of one name"):
        plain(TWO, "login", " login")


@given(ROWS)
def test_a_google_export_reads_back_as_the_rows_it_was_made_of(rows: Rows) -> None:
    records = list(csv.reader(io.StringIO(google_workspace(rows), newline=""), strict=True))

    assert tuple(records[0]) == GOOGLE_COLUMNS
    assert {len(record) for record in records} == {len(GOOGLE_COLUMNS)}
    assert Rows.of((record[2], record[3]) for record in records[1:]) == rows


def test_a_google_export_is_recognised_by_this_program() -> None:
    assert taken(look(google_workspace(TWO).encode())).rows == TWO


def test_google_is_given_a_name_and_a_unit_for_every_account() -> None:
    filling = GoogleFilling("Study", "", "/Participants/Wave 2", change_password=True)
    records = list(csv.DictReader(io.StringIO(google_workspace(TWO, filling), newline="")))

    assert [record["First Name [Required]"] for record in records] == ["Study", "Study"]
    assert [record["Last Name [Required]"] for record in records] == ["ada", "bob"]
    assert {record["Org Unit Path [Required]"] for record in records} == {"/Participants/Wave 2"}
    assert {record["Change Password at Next Sign-In"] for record in records} == {"TRUE"}


def test_a_pools_passwords_stay_valid_after_the_first_sign_in() -> None:
    (record, _) = csv.DictReader(io.StringIO(google_workspace(TWO), newline=""))

    assert record["Change Password at Next Sign-In"] == "FALSE"


def test_a_last_name_is_no_longer_than_google_takes() -> None:
    rows = Rows.of([("x" * 64 + "@lab.org", "fkx7F3mt")])
    (record,) = csv.DictReader(io.StringIO(google_workspace(rows), newline=""))

    assert record["Last Name [Required]"] == "x" * 60
    assert record["Email Address [Required]"] == "x" * 64 + "@lab.org"


@pytest.mark.parametrize(
    "filling",
    [
        GoogleFilling(first_name=""),
        GoogleFilling(last_name=" "),
        GoogleFilling(first_name="x" * 61),
        GoogleFilling(first_name="a\nb"),
        GoogleFilling(org_unit="Participants"),
        GoogleFilling(org_unit="/a\u202eb"),
    ],
)
def test_google_is_given_nothing_that_it_would_refuse(filling: GoogleFilling) -> None:
    with pytest.raises(ExportError):
        google_workspace(TWO, filling)


def test_usernames_that_google_would_refuse_are_pointed_out() -> None:
    names = ["ada@lab.org", "lab-b-001", "@lab.org", "ada@", "a@b@c", ""]

    assert not_addresses(Rows.of((name, "x") for name in names)) == (1, 2, 3, 4, 5)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_would_run_is_found_and_written_as_it_is(start: str) -> None:
    rows = Rows.of([("a", "b"), (f"{start}1", "b"), ("a", f"{start}1+2")])

    cells = formula_cells(rows)

    assert [(cell.row, cell.column) for cell in cells] == [
        (1, Column.USERNAME),
        (2, Column.PASSWORD),
    ]
    assert taken(look(plain(rows).encode())).rows == rows


def test_a_sign_inside_a_cell_runs_nothing() -> None:
    assert formula_cells(Rows.of([("a=1", " =b"), ("", "")])) == ()
    assert formula_warning(()) == ""


def test_both_cells_of_a_row_are_one_row_of_the_warning() -> None:
    rows = Rows.of([("=a", "=b"), *[("x", "+1")] * 4])

    assert formula_warning(formula_cells(rows)).startswith(
        "6 cells (rows 1, 2, 3 and 2 more) begin "
    )
    assert formula_warning(formula_cells(Rows.of([("a", "=b")]))).startswith(
        "1 cell (row 1) begins "
    )


def test_the_warning_never_shows_a_password() -> None:
    assert "hunter" not in formula_warning(formula_cells(Rows.of([("a", "=hunter2")])))
