"""The benchmark works, and its table can be read; how fast anything is, is not tested."""

import re
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from tests.benchmark.cases import CASES
from tests.benchmark.figures import Line, in_turns, machine, table
from tests.benchmark.lists import paste_of, write_list
from tests.benchmark.measured import MeasuredTerminal
from tests.benchmark.plan import Plan
from tests.benchmark.sending import sending


def test_a_table_has_a_line_for_each_figure_and_says_what_misses_its_limit() -> None:
    lines = [
        Line("load", "1 s", "floor: 2 s", 0.5, "3.3x", met=True),
        Line("edit", "200 B", "", None, "100 B", met=False),
        Line("all", "3 s"),
    ]
    assert table(lines).splitlines() == [
        "| what | here | compared with | ratio | limit | met |",
        "| --- | --- | --- | --- | --- | --- |",
        "| load | 1 s | floor: 2 s | 0.50 | 3.3x | yes |",
        "| edit | 200 B |  |  | 100 B | **no** |",
        "| all | 3 s |  |  |  |  |",
    ]


def test_the_machine_is_told_by_its_kind() -> None:
    assert re.fullmatch(
        r"14 November 2025: \w+ on \w+, \d+ cores, \d+ GB; Python [\d.]+\w*, Textual [\d.]+",
        machine(date(2025, 11, 14)),
    )


def test_candidates_are_measured_in_turns_and_the_least_counts() -> None:
    order: list[str] = []
    values = {"here": iter([5.0, 1.0, 2.0]), "there": iter([9.0, 7.0, 8.0])}

    def measure(name: str) -> dict[str, float]:
        order.append(name)
        return {"seconds": next(values[name])}

    found = in_turns(3, {name: partial(measure, name) for name in values})
    assert found == {"here": {"seconds": 1.0}, "there": {"seconds": 7.0}}
    assert order == ["here", "there"] * 3


def test_a_list_is_as_long_as_wanted_and_has_one_duplicate(tmp_path: Path) -> None:
    _header, *rows = write_list(tmp_path / "list.csv", 500).read_text().splitlines()
    assert len(rows) == 500
    assert len({row.partition(",")[0] for row in rows}) == 499
    assert paste_of(3).count("\r") == 3


def test_time_and_bytes_are_those_of_what_a_program_sends(tmp_path: Path) -> None:
    program = "printf ready; read line; printf 'got-it'; sleep 60"
    with MeasuredTerminal("sh", "-c", program, home=tmp_path) as terminal:
        terminal.wait_for("ready")
        assert terminal.idle_bytes(0.01) == 0
        answer = terminal.answer("enter")
        # The terminal itself echoes the line's end.
        assert answer.bytes == len("\r\ngot-it")
        assert answer.milliseconds > 0
        assert terminal.peak_megabytes > 0


def test_sending_is_measured_against_the_requests_that_it_makes(tmp_path: Path) -> None:
    time, memory = sending(tmp_path, runs=1, rows=5_001)
    assert time.what == "5,001 rows sent in 2 parts"
    # A look, and for each part the write and a look.
    assert time.compared.startswith("its 5 requests by bare httpx: ")
    assert time.ratio is not None
    assert memory.here.endswith(" MB")


@pytest.mark.parametrize("name", ["idle"])
def test_the_smallest_case_is_measured(tmp_path: Path, name: str) -> None:
    lines = list(CASES[name](Plan(tmp_path, idle=0.01)))
    assert [line.limit for line in lines] == ["0 B", "0 B"]
    assert all(line.what and line.here for line in lines)
