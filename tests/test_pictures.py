"""The pictures in `screenshots/` show what the program draws now."""

import re

import pytest

from tests.dashboard import DATA
from tests.pictures import PLACE, SCENES, cells, picture

_ADDRESS = re.compile(r"(?:https?:)?//[^\s\"')<>]+")
_NAMESPACES = {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize("name", SCENES)
async def test_a_picture_shows_the_program_as_it_is(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(DATA)
    kept = cells((PLACE / f"{name}.svg").read_text(encoding="utf-8"))
    assert len(kept) > 20, "a picture without cells would match anything"
    assert cells(await picture(name)) == kept, "make them anew: python -m tests.pictures"


def test_every_picture_has_a_scene_and_links_to_no_other_host() -> None:
    found = {path.stem: path.read_text(encoding="utf-8") for path in PLACE.glob("*.svg")}
    assert set(found) == set(SCENES)
    shown = re.compile(r"<(?:text|title)\b.*?</(?:text|title)>", re.DOTALL)
    for name, svg in found.items():
        # What the picture shows may be an address; what it fetches may not.
        assert set(_ADDRESS.findall(shown.sub("", svg))) <= _NAMESPACES, name


def test_a_changed_letter_or_colour_is_noticed() -> None:
    svg = (PLACE / "editor.svg").read_text(encoding="utf-8")
    assert cells(svg.replace("lab-b-063", "lab-b-064", 1)) != cells(svg)
    colour = re.search(r"-r\d+ \{ fill: #\w{5}(\w)", svg)
    assert colour is not None
    other = "0" if colour[1] != "0" else "1"
    assert cells(svg[: colour.start(1)] + other + svg[colour.end(1) :]) != cells(svg)
