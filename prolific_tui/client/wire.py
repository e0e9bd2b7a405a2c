"""JSON and CSV from the wire to the models and back, over msgspec.

It trusts nothing of what it reads: what does not have the contract's shape is `UnreadableError`,
and an error body that can't be understood has no details.
"""

import contextlib
import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Generic, Protocol, TypeVar

import msgspec

from prolific_tui.models import (
    CredentialPool,
    CredentialUsage,
    Me,
    Project,
    Study,
    Subscription,
    WebhookSecret,
    Workspace,
)
from prolific_tui.secret import Secret

MOST_DETAILS: Final = 5
"""The most sentences that are taken from an error body."""
_DEEPEST: Final = 4
_MARKUP_BEGINS: Final = 16

_SMALLEST_PAGE: Final = 20
"""The fewest items that the service is known to put on a full page (contract, listWorkspaces)."""

T = TypeVar("T")


class Listed(Protocol):
    """An item of a paged list."""

    @property
    def id(self) -> str | None:
        """What tells it from the others, if the service says."""


L = TypeVar("L", bound=Listed)


class UnreadableError(Exception):
    """A 2xx body that does not have the contract's shape; it holds nothing of the body."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list."""

    items: tuple[T, ...]
    count: int | None = None
    """How many items the whole list has (`meta.count`), if the service says so."""
    is_last: bool = False
    """Whether the service says that no page follows (`_links.next.href` is null)."""


class Gathering(Generic[L]):
    """The items of the pages taken so far, each once, in the order they came.

    How pages work is mostly undocumented, so a list ends where the service says so, and where a
    page brings nothing new. A page shorter than asked for is no end by itself, as the service may
    give fewer at a time; one shorter than any it is known to give is.
    """

    def __init__(self) -> None:
        self._found: dict[str | L, L] = {}
        self.received = 0
        """How many items came in all, repeated ones too: where the next page begins."""

    @property
    def items(self) -> tuple[L, ...]:
        """What was found."""
        return tuple(self._found.values())

    def take(self, page: Page[L]) -> bool:
        """Take a page in; returns whether a further one is worth asking for."""
        before = len(self._found)
        self.received += len(page.items)
        for item in page.items:
            self._found.setdefault(item.id or item, item)
        if page.is_last or len(self._found) == before:
            return False
        if page.count is not None:
            return len(self._found) < page.count
        return len(page.items) >= _SMALLEST_PAGE


class _Envelope(msgspec.Struct):
    results: list[msgspec.Raw]
    # The reference promises neither, so a strange one counts as absent.
    meta: Any = None
    links: Any = msgspec.field(default=None, name="_links")


class _Pools(msgspec.Struct):
    credential_pools: list[CredentialPool] | None = None


class _PoolReference(msgspec.Struct):
    credential_pool_id: str | None = None


def _secret_from(kind: type, value: object) -> object:
    if kind is Secret and isinstance(value, str):
        return Secret(value)
    raise NotImplementedError


def _decoded(kind: type[T], body: bytes | msgspec.Raw) -> T:
    # Suppressed rather than chained: an exception that has seen the body may hold a part of it.
    with contextlib.suppress(msgspec.MsgspecError, NotImplementedError, RecursionError, ValueError):
        return msgspec.json.decode(body, type=kind, dec_hook=_secret_from)
    raise UnreadableError


def _page(kind: type[T], body: bytes) -> Page[T]:
    envelope = _decoded(_Envelope, body)
    return Page(
        tuple(_decoded(kind, item) for item in envelope.results),
        count=_count_in(envelope.meta),
        is_last=_ends(envelope.links),
    )


def _count_in(meta: object) -> int | None:
    count = meta.get("count") if isinstance(meta, dict) else None
    return count if type(count) is int and count >= 0 else None


def _ends(links: object) -> bool:
    following = links.get("next") if isinstance(links, dict) else None
    return isinstance(following, dict) and "href" in following and following["href"] is None


def body_of(fields: Mapping[str, str | None]) -> Secret:
    """A request body: these fields as a JSON object.

    Raises:
        UnicodeEncodeError: If a field holds a lone surrogate, which UTF-8 can't carry.
    """
    return Secret(msgspec.json.encode(fields).decode())


def me(body: bytes) -> Me:
    """The answer of getMe; raises UnreadableError."""
    return _decoded(Me, body)


def workspaces(body: bytes) -> Page[Workspace]:
    """One page of listWorkspaces; raises UnreadableError."""
    return _page(Workspace, body)


def projects(body: bytes) -> Page[Project]:
    """One page of listProjects; raises UnreadableError."""
    return _page(Project, body)


def subscriptions(body: bytes) -> Page[Subscription]:
    """One page of listSubscriptions; raises UnreadableError."""
    return _page(Subscription, body)


def studies(body: bytes) -> Page[Study]:
    """One page of listStudies or listProjectStudies; raises UnreadableError."""
    return _page(Study, body)


def study(body: bytes) -> Study:
    """The answer of getStudy and setStudyCredentialPool; raises UnreadableError."""
    return _decoded(Study, body)


def credential_pools(body: bytes, workspace_id: str) -> tuple[CredentialPool, ...]:
    """The answer of listCredentialPools, with the workspace that was asked for filled in.

    The contract allows the list to be null or absent, which is none.

    Raises:
        UnreadableError: If the body has another shape.
    """
    pools = _decoded(_Pools, body).credential_pools or ()
    return tuple(replace(pool, workspace_id=workspace_id) for pool in pools)


def credential_pool_id(body: bytes) -> str | None:
    """The pool that a create or an append names, if it names one; raises UnreadableError."""
    return _decoded(_PoolReference, body).credential_pool_id or None


def secret(body: bytes) -> WebhookSecret:
    """The answer of createSecret; raises UnreadableError."""
    return _decoded(WebhookSecret, body)


def secrets(body: bytes) -> tuple[WebhookSecret, ...]:
    """The answer of listSecrets: a `results` list, or an object keyed "0", "1" and so on.

    The reference gives the first in its schema and the second in an example.

    Raises:
        UnreadableError: If the body has another shape.
    """
    fields = _decoded(dict[str, msgspec.Raw], body)
    if "results" in fields:
        return _page(WebhookSecret, body).items
    if not all(key.isascii() and key.isdecimal() for key in fields):
        raise UnreadableError
    in_order = sorted(fields, key=lambda key: (len(key), key))
    return tuple(_decoded(WebhookSecret, fields[key]) for key in in_order)


def credential_usage(body: bytes) -> tuple[CredentialUsage, ...]:
    """The usage report of a study: CSV text whose columns are found by name.

    Raises:
        UnreadableError: If it is not such a text, or has no column for username or status.
    """
    names: list[str] = []
    cells: list[list[str]] = []
    with contextlib.suppress(UnicodeDecodeError, csv.Error):
        rows = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True)
        heading = [name.strip().lower() for name in next(rows, [])]
        cells = [row for row in rows if any(row)]
        names = heading
    if "username" not in names or "status" not in names:
        raise UnreadableError

    def cell(row: list[str], name: str) -> str:
        place = names.index(name) if name in names else len(row)
        return row[place] if place < len(row) else ""

    return tuple(
        CredentialUsage(
            username=cell(row, "username"),
            status=cell(row, "status"),
            participant_id=cell(row, "participant id") or None,
            submission_id=cell(row, "submission id") or None,
        )
        for row in cells
    )


def details(body: bytes) -> tuple[str, ...]:
    """What an error body says, one sentence each, in any of the shapes of the contract.

    The sentences are as they came, of any length and with anything in them that the request held;
    `meaning.quotable` makes them fit to be shown. The shapes are `{"error": {...}}`, the same
    fields unwrapped, `{message, detail}`, and no JSON at all; `detail` is a string, a list, or an
    object of field to list. Tracebacks and pages of HTML are left out. Never raises; what can't be
    understood has no details.
    """
    found: Any = None
    with contextlib.suppress(msgspec.MsgspecError, RecursionError, ValueError):
        found = msgspec.json.decode(body)
    if isinstance(found, dict) and isinstance(found.get("error"), dict | str | list):
        found = found["error"] if isinstance(found["error"], dict) else {"detail": found["error"]}
    if not isinstance(found, dict):
        return ()
    sentences: list[str] = []
    for name in ("detail", "message", "additional_information", "title"):
        if name in ("message", "title") and sentences:
            continue
        for sentence in _sentences(found.get(name), _DEEPEST):
            if sentence not in sentences:
                sentences.append(sentence)
            if len(sentences) == MOST_DETAILS:
                return tuple(sentences)
    return tuple(sentences)


def _sentences(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        begin = value.lstrip()[:_MARKUP_BEGINS].lower()
        if begin and not begin.startswith(("<!doctype", "<html", "<?xml", "traceback (")):
            yield value
    elif isinstance(value, bool | int | float):
        yield str(value)
    elif depth and isinstance(value, list):
        for item in value:
            yield from _sentences(item, depth - 1)
    elif depth and isinstance(value, dict):
        for name, item in value.items():
            if name != "traceback":
                for sentence in _sentences(item, depth - 1):
                    yield f"{name}: {sentence}"


def passwords_in(credentials: Secret) -> tuple[str, ...]:
    """The passwords of the `username,password` lines of a request.

    Raises:
        UnreadableError: If these are no such lines.
    """
    lines = csv.reader(io.StringIO(credentials.reveal(), newline=""))
    # Suppressed rather than chained, as above.
    with contextlib.suppress(csv.Error):
        return tuple(field for line in lines for field in line[1:])
    raise UnreadableError
