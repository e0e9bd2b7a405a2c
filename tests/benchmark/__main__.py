"""Measures what was asked for and prints one table: `python -m tests.benchmark --help`."""

import argparse
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from tests.benchmark.cases import CASES
from tests.benchmark.figures import Line, machine, table
from tests.benchmark.plan import Plan


def main() -> int:
    """Measure, and print the table; what could not be measured is told on standard error."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100,000 rows at most, one run each")
    parser.add_argument("--only", action="append", choices=CASES, help="nothing but this; repeats")
    arguments = parser.parse_args()
    lines: list[Line] = []
    failed = False
    with tempfile.TemporaryDirectory(prefix="benchmark-") as directory:
        home = Path(directory)
        plan = (
            Plan(
                home,
                lengths=(100_000,),
                pastes=(1_000, 10_000),
                table=10_000,
                runs=1,
                short_runs=1,
                presses=5,
            )
            if arguments.quick
            else Plan(home)
        )
        for name in arguments.only or CASES:
            try:
                for line in CASES[name](plan):
                    lines.append(line)
                    sys.stderr.write(f"{' | '.join(line.cells)}\n")
            except (TimeoutError, ValueError) as error:
                failed = True
                sys.stderr.write(f"{name} could not be measured: {error}\n")
    sys.stdout.write(f"{machine(datetime.now().astimezone().date())}\n\n{table(lines)}\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
