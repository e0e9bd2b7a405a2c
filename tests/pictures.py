"""The pictures in `screenshots/`, made from the demo: `python -m tests.pictures`.

`cells` reads a picture back as what is drawn where and how, so that a test can hold it against the
program without caring for the bytes of the SVG.
"""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from prolific_tui.assembly import demo_parts
from prolific_tui.demo.faults import Cut, Fault
from prolific_tui.demo.seed import demo_service
from prolific_tui.demo.service import Service
from prolific_tui.operations import Parts
from prolific_tui.submission.means import Pace
from tests.dashboard import DATA, Dashboard, dashboard

PLACE: Final = Path(__file__).parent.parent / "screenshots"
_SVG: Final = "{http://www.w3.org/2000/svg}"
_MOMENT: Final = datetime(2026, 11, 21, 10, 22, 7, tzinfo=UTC)
_OTHER_HOSTS: Final = re.compile(r"@font-face\s*\{.*?\}\s*|<!--.*?-->\s*", re.DOTALL)
"""What Textual's pictures name of other hosts: where fonts are, and who made the exporter."""


async def _at_once(_seconds: float) -> None:
    """Let time pass in no time."""


def _parts_at_one_moment(service: Service) -> Parts:
    pace = Pace(sleep=_at_once)
    return replace(demo_parts(service), clock=lambda: _MOMENT, pace=pace)


async def _load(board: Dashboard) -> None:
    await board.press("c")
    await board.shows("No rows yet")
    await board.press("f")
    await board.type("messy.csv")
    await board.press("enter")
    await board.shows("20 rows")


async def pools(board: Dashboard) -> None:
    """The workspace's pools."""
    await board.press("j")


async def editor(board: Dashboard) -> None:
    """A messy list in the editor, at its first problem."""
    await _load(board)
    await board.press("n")
    await board.shows("row 3 of 20")


async def review(board: Dashboard) -> None:
    """What would be sent."""
    await _load(board)
    await board.press("s")
    await board.type("send 1")
    await board.shows("send 1")


async def outcome(board: Dashboard) -> None:
    """What became of it."""
    await _load(board)
    await board.press("s")
    await board.type("send 14")
    await board.press("enter")
    await board.shows("14 credentials in a new pool", "14 now")


async def history(board: Dashboard) -> None:
    """A send that was accepted, and a later one of which nobody knows whether it arrived."""
    await outcome(board)
    await board.press("enter")
    await board.shows("needs your OK 3")
    await board.press("a", "j", "a", "j", "a", "s")
    await board.shows("Type  send 2 :", "hecked against")
    board.service.switch_on("updateCredentialPool", Fault(cut=Cut.BEFORE))
    await board.type("send 2")
    await board.press("enter")
    await board.shows("We do not know whether this arrived", "after looking")
    await board.press("enter", "3")
    await board.shows("S looks now whether it arrived")


async def webhooks(board: Dashboard) -> None:
    """The signing secret and what is signed with it."""
    await board.press("2")
    await board.shows("Signing secret", "keyring: none")


async def replace_secret(board: Dashboard) -> None:
    """The confirmation of a new secret."""
    await webhooks(board)
    await board.press("c", "space", "enter")
    await board.shows("no way back")


Scene = Callable[[Dashboard], Awaitable[None]]

SCENES: Final[dict[str, tuple[Scene, tuple[int, int]]]] = {
    "pools": (pools, (80, 24)),
    "editor": (editor, (80, 24)),
    "editor-wide": (editor, (120, 30)),
    "review": (review, (80, 24)),
    "outcome": (outcome, (80, 24)),
    "history": (history, (80, 24)),
    "webhooks": (webhooks, (80, 24)),
    "replace-secret": (replace_secret, (80, 24)),
}


async def picture(name: str) -> str:
    """The SVG of a scene, with no address of another host in it."""
    scene, size = SCENES[name]
    async with dashboard(demo_service(), size=size, parts=_parts_at_one_moment) as board:
        await board.shows("free of")
        await scene(board)
        await board.pilot.wait_for_scheduled_animations()
        svg = board.app.export_screenshot(title="prolific-tui --demo")
    return _OTHER_HOSTS.sub("", svg)


def cells(svg: str) -> list[tuple[str, ...]]:
    """What a picture draws: each text and each box, where it is, and in which style."""
    root = ET.fromstring(svg)  # noqa: S314 - our own picture
    sheet = "".join(style.text or "" for style in root.iter(f"{_SVG}style"))
    styles = {
        name: " ".join(sorted(body.split(";"))).strip()
        for name, body in re.findall(r"\.[\w-]*?(r\d+)\s*\{([^}]*)\}", sheet)
    }
    drawn: list[tuple[str, ...]] = []
    for element in root.iter():
        if element.tag == f"{_SVG}text" and "clip-path" in element.attrib:
            style = styles.get(element.get("class", "").rpartition("-")[2], "")
            drawn.append(
                ("text", element.get("x", ""), element.get("y", ""), element.text or "", style)
            )
        elif element.tag == f"{_SVG}rect" and "shape-rendering" in element.attrib:
            box = [element.get(name, "") for name in ("x", "y", "width", "height", "fill")]
            drawn.append(("box", *box))
    return sorted(drawn)


def main() -> None:
    """Make every picture anew."""
    os.chdir(DATA)
    PLACE.mkdir(exist_ok=True)
    for name in SCENES:
        (PLACE / f"{name}.svg").write_text(asyncio.run(picture(name)), encoding="utf-8")
        print(PLACE / f"{name}.svg")  # noqa: T201 - a command's answer


if __name__ == "__main__":
    main()
