"""The files in `data/exports`, opened, taken in as the editor does it, and how they are refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from prolific_tui.credentials.csvtext import CHUNK, Chunk, CsvError, Parsed, parse, parse_chunks
from prolific_tui.credentials.intake import Intake, look

EXPORTS = Path(__file__).parent / "data" / "exports"
PAIRS = [("lab-1", "k3-9fQ"), ("lab-2", "m8-2xT")]


def opened(name: str) -> Intake:
    return look((EXPORTS / name).read_bytes())


def in_chunks(intake: Intake, size: int = CHUNK) -> Iterator[Chunk]:
    """The rows of a list as they are read, at most so many at a time."""
    return parse_chunks(intake.content, intake.layout, size=size, ragged=intake.ragged)


def taken(intake: Intake) -> Parsed:
    """All the rows of a list, and what was said of them."""
    return parse(intake.content, intake.layout, ragged=intake.ragged)


def refused(intake: Intake) -> CsvError:
    with pytest.raises(CsvError) as raised:
        taken(intake)
    # Its cause may hold the whole file, with every password in it.
    assert raised.value.__cause__ is raised.value.__context__ is None
    return raised.value


def not_even_opened(raw: bytes | str) -> CsvError:
    with pytest.raises(CsvError) as raised:
        look(raw)
    return raised.value
