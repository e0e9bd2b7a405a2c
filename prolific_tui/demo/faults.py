"""What can be made to go wrong with an operation, and how that is written on a command line.

A fault is data; the service applies it and the carriers deliver it.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from http import HTTPStatus
from typing import Final

from prolific_tui.demo.exchange import Answer, html_error, nested_error
from prolific_tui.demo.routes import OPERATION_IDS
from prolific_tui.errors import SettingsError


class Cut(Enum):
    """Where in an exchange the line breaks."""

    BEFORE = "cut-before"
    """Before the request took effect; nothing is answered."""
    AFTER = "cut-after"
    """After it took effect; nothing is answered."""
    WITHIN = "cut-within"
    """After it took effect and half of the answer's body was sent."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong each time an operation is asked for."""

    status: int | None = None
    """Answer this (300 to 599) instead; nothing takes effect."""
    delay: float = 0
    """Seconds between the request, which takes effect at once, and its answer or cut."""
    cut: Cut | None = None
    times: int | None = None
    """How often it strikes; None until it is switched off."""
    retry_after: int | None = None
    """Seconds for the header of that name; a 429 asks for 1 where this is None."""
    body: bytes | None = field(default=None, repr=False)
    """With `status`: this body, as JSON, in place of the usual one."""

    def __str__(self) -> str:
        """The fault as `parse_effect` reads it; a body has no such spelling and is left out."""
        parts = [
            str(self.status) if self.status is not None else "",
            self.cut.value if self.cut else "",
            f"delay:{self.delay!r}" if self.delay else "",
            f"retry-after:{self.retry_after}" if self.retry_after is not None else "",
            f"times:{self.times}" if self.times is not None else "",
        ]
        return ",".join(part for part in parts if part)

    @property
    def takes_effect(self) -> bool:
        """Whether the operation is carried out all the same."""
        return self.status is None and self.cut is not Cut.BEFORE

    def answer(self) -> Answer:
        """What is answered in place of the operation's own answer when it takes no effect."""
        if self.status is None:
            return Answer(502)  # Never delivered: the line is cut.
        headers: dict[str, str] = {}
        if self.retry_after is not None or self.status == HTTPStatus.TOO_MANY_REQUESTS:
            headers["retry-after"] = str(1 if self.retry_after is None else self.retry_after)
        if self.status < HTTPStatus.BAD_REQUEST:
            # Another host: a client that follows it would carry its token away.
            return Answer(self.status, {"location": "https://elsewhere.invalid/", **headers})
        if self.body is not None:
            return Answer(self.status, {"content-type": "application/json", **headers}, self.body)
        if self.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return html_error(self.status, headers)
        plain = nested_error(self.status, "A fault that was switched on in the demo")
        return replace(plain, headers={**plain.headers, **headers})


_USAGE: Final = (
    "A fault is written OPERATION=EFFECT, such as createCredentialPool=502, "
    "updateCredentialPool=cut-after, listCredentialPools=delay:3 or createSecret=429,times:1."
)


def _refuse(message: str) -> SettingsError:
    return SettingsError("Not a fault", message, _USAGE)


def _whole(text: str, minimum: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10) or int(text) < minimum:
        raise _refuse(f"{text!r} is not a whole number from {minimum}.")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not (math.isfinite(seconds) and seconds >= 0):
        raise _refuse(f"{text!r} is not a number of seconds.")
    return seconds


def _status(text: str) -> int:
    if not re.fullmatch(r"[3-5][0-9]{2}", text):
        raise _refuse(
            f"{text!r} is neither a status from 300 to 599 nor another thing to go wrong."
        )
    return int(text)


_FIELDS: Final[dict[str, Callable[[str], float]]] = {
    "status": _status,
    "delay": _seconds,
    "times": lambda text: _whole(text, 1),
    "retry_after": lambda text: _whole(text, 0),
}
_CUTS: Final = {cut.value: cut for cut in Cut}


def parse_effect(text: str) -> Fault:
    """A fault from its parts, separated by commas.

    The parts are a status (`502`), `cut-before`, `cut-after`, `cut-within`, `delay:SECONDS`,
    `retry-after:SECONDS` and `times:COUNT`; each at most once, and at least one besides `times`.

    Raises:
        SettingsError: it is written differently, or its parts contradict each other.
    """
    found: dict[str, float | Cut] = {}
    for part in (part.strip() for part in text.split(",")):
        name, colon, value = part.partition(":")
        key = name.replace("-", "_") if colon else "cut" if part in _CUTS else "status"
        if key not in ("cut", *_FIELDS) or (colon and key == "status"):
            raise _refuse(f"{part!r} is not something that can go wrong.")
        if key in found:
            raise _refuse(f"{part!r} says a second time what goes wrong.")
        found[key] = _CUTS[part] if key == "cut" else _FIELDS[key](value if colon else part)
    fault = replace(Fault(), **found)  # type: ignore[arg-type] # each field's parser gives its type
    if not (found.keys() - {"times", "retry_after"}):
        raise _refuse(f"{text!r} does not say what goes wrong.")
    if fault.status is not None and fault.cut not in (None, Cut.BEFORE):
        raise _refuse("With a status nothing takes effect, so the line can't be cut after it did.")
    return fault


def check_operation(name: str) -> str:
    """The name, if it is an operation of the contract.

    Raises:
        SettingsError: it is none; the hint lists those there are.
    """
    if name not in OPERATION_IDS:
        known = ", ".join(sorted(OPERATION_IDS))
        raise SettingsError("No such operation", f"{name!r} is not an operation.", known)
    return name


def parse_fault(text: str) -> tuple[str, Fault]:
    """An operation and its fault from `OPERATION=EFFECT`; for the effect see `parse_effect`.

    Raises:
        SettingsError: there is no such operation, or the effect can't be read.
    """
    operation_id, equals, effect = text.partition("=")
    if not equals:
        raise _refuse(f"{text!r} has no equals sign.")
    return check_operation(operation_id.strip()), parse_effect(effect)
