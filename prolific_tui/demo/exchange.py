"""What goes in and out of the in-memory Prolific: requests, answers, and the shapes of errors.

Prolific's errors come in several shapes (the contract's `AnyError`); each maker of one here says
which it is, so that the service can use them all, as the real one does.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

Detail = str | Sequence[str] | Mapping[str, Sequence[str]]
"""The contract's `ErrorDetailValue`: a string, a list of them, or a list for each field."""

_JSON: Final = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request as a carrier hands it over."""

    method: str
    path: str
    """As on the wire, still percent-encoded, without the query."""
    query: Mapping[str, str] = field(default_factory=dict)
    """Decoded; the last one counts where a name repeats."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By lower-case name."""
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer and how the carrier is to deliver it."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    """By lower-case name; framing (`content-length` and such) is the carrier's."""
    body: bytes = field(default=b"", repr=False)
    delay: float = 0
    """Seconds the carrier waits before it answers or cuts the line."""
    cut: bool = False
    """The carrier breaks the line instead of answering."""
    begun: bool = False
    """With `cut`: the head and the first half of the body still leave before the line breaks."""


class Refusal(Exception):  # noqa: N818 - it is an answer on its way out, not a failure of ours
    """Raised inside an operation that says no; nothing has been changed."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer
        """What the caller is told."""


def json_answer(body: Mapping[str, Any], status: int = 200) -> Answer:
    """An answer whose body is this object as JSON."""
    return Answer(status, _JSON, json.dumps(body).encode())


def phrase(status: int) -> str:
    """The words that belong to a status; gateways make up statuses that have none."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _error_fields(status: int, detail: Detail) -> dict[str, Any]:
    title = phrase(status)
    return {"status": status, "error_code": 0, "title": title, "detail": detail}


def nested_error(status: int, detail: Detail) -> Answer:
    """The shape `{"error": {status, error_code, title, detail}}`."""
    return json_answer({"error": _error_fields(status, detail)}, status)


def flat_error(status: int, detail: Detail) -> Answer:
    """The same fields without the wrapping: credentials and study listings."""
    return json_answer(_error_fields(status, detail), status)


def message_error(status: int, detail: str) -> Answer:
    """The shape `{"message", "detail"}`: single studies."""
    return json_answer({"message": phrase(status), "detail": detail}, status)


def detail_error(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Answer:
    """The shape `{"detail"}` alone: what the web framework says before any operation runs."""
    body = json.dumps({"detail": detail}).encode()
    return Answer(status, {**_JSON, **(headers or {})}, body)


def html_error(status: int, headers: Mapping[str, str] | None = None) -> Answer:
    """A gateway's own page: not JSON at all."""
    words = phrase(status)
    page = f"<html><head><title>{status} {words}</title></head><body>{words}</body></html>\n"
    return Answer(status, {"content-type": "text/html", **(headers or {})}, page.encode())


def redirect(request: Request, path: str) -> Answer:
    """A permanent redirect to another path, with the query that was asked."""
    query = f"?{urlencode(request.query)}" if request.query else ""
    return Answer(301, {"location": path + query})


def json_object(request: Request) -> Mapping[str, Any]:
    """The JSON object in a request's body.

    Raises:
        Refusal: 415 for another content type, 400 for a body that is no JSON object.
    """
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise Refusal(detail_error(415, "Unsupported media type in request."))
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        # The parser's own words would quote the body, and a body holds passwords.
        raise Refusal(nested_error(400, "JSON parse error")) from None
    if not isinstance(body, dict):
        raise Refusal(nested_error(400, "Invalid data. Expected a dictionary."))
    return body


def _whole_number(request: Request, name: str, default: int, minimum: int) -> int:
    text = request.query.get(name)
    if text is None:
        return default
    # isdecimal admits other scripts' digits, and int() stops at 4300 of them.
    if not (text.isascii() and text.isdecimal() and len(text) < 10) or int(text) < minimum:
        raise Refusal(flat_error(400, {name: [f"Must be a whole number from {minimum}."]}))
    return int(text)


def _origin(request: Request) -> str:
    # What a web framework behind a proxy goes by.
    scheme = request.headers.get("x-forwarded-proto", "http")
    return f"{scheme}://{request.headers.get('host', 'localhost')}"


def _page_links(
    request: Request, positions: Mapping[str, Mapping[str, int] | None]
) -> dict[str, dict[str, str | None]]:
    address = _origin(request) + request.path
    return {
        name: {
            "href": None
            if position is None
            else f"{address}?{urlencode({**request.query, **position})}",
            "title": {"self": "Current"}.get(name, name.capitalize()),
        }
        for name, position in positions.items()
    }


def page_by_offset(
    request: Request, items: Sequence[Mapping[str, Any]], default_limit: int = 20
) -> dict[str, Any]:
    """One page of a listing that takes `limit` and `offset`, with its links and its count.

    Raises:
        Refusal: 400 for a limit below 1 or an offset below 0.
    """
    limit = _whole_number(request, "limit", default_limit, 1)
    offset = _whole_number(request, "offset", 0, 0)
    last = (len(items) - 1) // limit * limit if items else 0
    links = _page_links(
        request,
        {
            "self": {"limit": limit, "offset": offset},
            "next": {"limit": limit, "offset": offset + limit}
            if offset + limit < len(items)
            else None,
            "previous": {"limit": limit, "offset": max(0, offset - limit)} if offset else None,
            "last": {"limit": limit, "offset": last},
        },
    )
    return {
        "results": items[offset : offset + limit],
        "_links": links,
        "meta": {"count": len(items)},
    }


def page_by_number(
    request: Request, items: Sequence[Mapping[str, Any]], default_size: int = 20
) -> dict[str, Any]:
    """One page of a listing that takes `page` (from 1) and `page_size`.

    A page after the last one is empty.

    Raises:
        Refusal: 400 for a number below 1.
    """
    page = _whole_number(request, "page", 1, 1)
    size = _whole_number(request, "page_size", default_size, 1)
    last = max(1, -(-len(items) // size))
    links = _page_links(
        request,
        {
            "self": {"page": page, "page_size": size},
            "next": {"page": page + 1, "page_size": size} if page < last else None,
            "previous": {"page": page - 1, "page_size": size} if page > 1 else None,
            "last": {"page": last, "page_size": size},
        },
    )
    return {
        "results": items[(page - 1) * size : page * size],
        "_links": links,
        "meta": {"count": len(items)},
    }
