"""The files in `data/exports`, opened, and how they are refused."""

from pathlib import Path

import pytest

from prolific_tui.credentials.csvtext import CsvError
from prolific_tui.credentials.intake import Intake, look

EXPORTS = Path(__file__).parent / "data" / "exports"
PAIRS = [("lab-1", "k3-9fQ"), ("lab-2", "m8-2xT")]


def opened(name: str) -> Intake:
    return look((EXPORTS / name).read_bytes())


def refused(intake: Intake) -> CsvError:
    with pytest.raises(CsvError) as raised:
        intake.take()
    # Its cause may hold the whole file, with every password in it.
    assert raised.value.__cause__ is raised.value.__context__ is None
    return raised.value


def not_even_opened(raw: bytes | str) -> CsvError:
    with pytest.raises(CsvError) as raised:
        look(raw)
    return raised.value
