"""Cuts the line of writes at every byte and prints what came of it: `python -m tests.cuts --help`.

It fails where a person was told anything untrue, or where the service saw a write twice.
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Final

from tests.cuts.cuts import Cut, crowded, darkened, every_cut, every_late_cut, sample
from tests.cuts.tally import Tally
from tests.cuts.trying import tried_here, uncut

MODES: Final = ("cut", "late", "crowd", "dark")
_AT_A_TIME: Final = 2000
"""How many cuts a process is given at most; to begin takes it a second."""


def cuts_of(modes: Sequence[str]) -> list[Cut]:
    """Every cut of the modes."""
    found = asyncio.run(uncut())
    cuts: dict[str, Callable[[], Iterator[Cut]]] = {
        "cut": lambda: every_cut(found),
        "late": lambda: every_late_cut(found),
        "crowd": lambda: crowded([*every_cut(found), *every_late_cut(found)]),
        "dark": lambda: darkened(every_cut(found)),
    }
    return [cut for mode in modes for cut in cuts[mode]()]


def _all_tried(cuts: Sequence[Cut], jobs: int) -> Tally:
    tally = Tally()
    size = min(_AT_A_TIME, -(-len(cuts) // jobs))
    parts = [cuts[start : start + size] for start in range(0, len(cuts), size)]
    done = 0
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for part, each in zip(parts, pool.map(tried_here, parts), strict=True):
            tally.take(each)
            done += len(part)
            sys.stderr.write(f"\r{done:,} of {len(cuts):,} cuts, {tally.wrong.total():,} wrong ")
            sys.stderr.flush()
    sys.stderr.write("\n")
    return tally


def main() -> int:
    """Try the cuts, print the tables; 1 where anything has to be mended."""
    parser = argparse.ArgumentParser(prog="python -m tests.cuts", description=__doc__)
    parser.add_argument(
        "--mode",
        action="append",
        choices=MODES,
        help="cut: every byte, in every manner; late: the service does it afterwards; "
        "dark: the network goes down for reads as well; crowd: a second client is at work. "
        "Repeats; all of them unless it is given.",
    )
    parser.add_argument("--sample", type=int, metavar="N", help="only so many, evenly chosen")
    parser.add_argument("--seed", type=int, default=0, help="chooses the sample (default 0)")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: one a core)"
    )
    arguments = parser.parse_args()
    begun = time.monotonic()
    cuts = cuts_of(arguments.mode or MODES)
    if arguments.sample is not None:
        cuts = sample(cuts, arguments.sample, arguments.seed)
    tally = _all_tried(cuts, arguments.jobs)
    sys.stdout.write(f"{tally.tables()}\n")
    for failures in tally.told.values():
        sys.stdout.writelines(f"\n{failure}\n" for failure in failures)
    sys.stderr.write(f"{time.monotonic() - begun:.0f} s\n")
    return 0 if tally.is_well else 1


if __name__ == "__main__":
    sys.exit(main())
