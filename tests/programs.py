"""Programs of the machine that some tests drive: skipped where they are missing, but never on CI.

CI says what it is by `CI=true`, and is to install them.
"""

import os
import shutil

import pytest


def require_programs(*programs: str) -> None:
    """Skip the test where one of the programs is missing; on CI, fail it."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"CI must install {', '.join(missing)}")
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
