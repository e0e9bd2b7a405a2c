"""What is made of JSON and CSV from the wire: the contract's shapes, and everything else."""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from prolific_tui.client import wire
from prolific_tui.client.exchange import Answer, effect_of_status
from prolific_tui.client.wire import Gathering, Page, UnreadableError
from prolific_tui.credentials.csvtext import dump
from prolific_tui.credentials.rows import Rows
from prolific_tui.models import (
    CredentialPool,
    CredentialUsage,
    Me,
    Study,
    Subscription,
    WebhookSecret,
    Workspace,
)
from prolific_tui.secret import MASK, Secret

CONTRACT = yaml.safe_load(
    (Path(__file__).parent / "contract" / "prolific-openapi.yaml").read_text("utf-8")
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
DETAILS = st.one_of(
    st.text(), st.lists(st.text()), st.dictionaries(st.text(), st.lists(st.text())), VALUES
)
NAMES = st.sampled_from(["detail", "message", "title", "status", "traceback", "error"])


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()


def example(path: str, method: str, status: str, name: str) -> object:
    content = CONTRACT["paths"][path][method]["responses"][status]["content"]
    return next(iter(content.values()))["examples"][name]["value"]


def test_the_contract_s_own_examples_are_read() -> None:
    me = example("/api/v1/users/me/", "get", "200", "minimal")
    assert wire.me(as_json(me)) == Me("60a42f4c693c29420793cb73", "researcher@example.com")
    page = wire.workspaces(as_json(example("/api/v1/workspaces/", "get", "200", "page")))
    assert page == Page((Workspace("62fce6fff0a78eb4f3ebc09c", "Lab A", ""),), 1, is_last=True)
    pools = wire.credential_pools(
        as_json(example("/api/v1/credentials/", "get", "200", "two")), "w"
    )
    assert pools[1] == CredentialPool("cred_pool_67890", 50, 50, "w")
    hooks = wire.subscriptions(
        as_json(example("/api/v1/hooks/subscriptions/", "get", "200", "one"))
    )
    assert hooks.items[0].is_enabled is True
    studies = wire.studies(
        as_json(example("/api/v1/projects/{project_id}/studies/", "get", "200", "one"))
    )
    assert studies.items[0].places_taken == 12
    report = example("/api/v1/studies/{id}/credentials/report/", "get", "200", "mixed")
    assert wire.credential_usage(str(report).encode()) == (
        CredentialUsage(
            "fake_user_1", "USED", "68f8d0ca8efecd55f465ef02", "68f8eb508f56127117b58491"
        ),
        CredentialUsage("fake_user_3", "UNUSED"),
    )


@pytest.mark.parametrize("name", ["list", "oddDocumentationExample"])
def test_both_shapes_of_the_secret_listing_are_one(name: str) -> None:
    body = as_json(example("/api/v1/hooks/secrets/", "get", "200", name))
    assert wire.secrets(body) == (
        WebhookSecret(
            "63722971f9cc073ecc730f6a", Secret("secret-and-safe"), "63722982f9cc073ecc730f6b"
        ),
    )
    assert "secret-and-safe" not in repr(wire.secrets(body))


@pytest.mark.parametrize("body", [b"{}", b'{"results": []}'])
def test_no_secret_is_no_error(body: bytes) -> None:
    assert wire.secrets(body) == ()


def test_an_object_keyed_by_number_keeps_the_numbers_order() -> None:
    body = as_json({str(number): {"id": f"s{number}"} for number in (10, 9, 0)})
    assert [secret.id for secret in wire.secrets(body)] == ["s0", "s9", "s10"]


@pytest.mark.parametrize("pools", [{}, {"credential_pools": None}, {"credential_pools": []}])
def test_no_pools_come_in_three_spellings(pools: object) -> None:
    assert wire.credential_pools(as_json(pools), "w") == ()


def test_what_the_contract_does_not_promise_may_be_null_or_absent() -> None:
    assert wire.credential_pools(
        as_json({"credential_pools": [{"credential_pool_id": "p", "total_credentials": None}]}), "w"
    ) == (CredentialPool("p", None, None, "w"),)
    assert wire.study(b'{"id": "s", "credential_pool_id": null, "new": [1]}') == Study("s")
    assert wire.secret(b'{"value": null}') == WebhookSecret()
    assert wire.credential_pool_id(b"{}") is None
    assert wire.credential_pool_id(b'{"credential_pool_id": null}') is None
    assert wire.subscriptions(
        as_json({"results": [{"event_type": "e", "target_url": "t", "workspace_id": "w"}]})
    ).items == (Subscription("e", "t", "w"),)


@pytest.mark.parametrize(
    "extra",
    [
        {},
        {"meta": None},
        {"meta": {"count": "3"}},
        {"meta": {"count": -1}},
        {"meta": [3]},
        {"meta": {"count": True}},
        {"_links": 5},
        {"_links": {"next": {}}},
        {"_links": {"next": {"href": "x"}}},
        {"_links": {"next": None}},
    ],
)
def test_a_page_says_nothing_of_its_list_when_its_frame_is_strange(extra: object) -> None:
    assert isinstance(extra, dict)
    assert wire.projects(as_json({"results": []} | extra)) == Page(())


def pools_of_w(body: bytes) -> object:
    return wire.credential_pools(body, "w")


READERS: tuple[Callable[[bytes], object], ...] = (
    wire.me,
    wire.workspaces,
    wire.projects,
    wire.subscriptions,
    wire.studies,
    wire.study,
    pools_of_w,
    wire.credential_pool_id,
    wire.secret,
    wire.secrets,
    wire.credential_usage,
)


def refusal(read: Callable[[bytes], object], body: bytes) -> UnreadableError | None:
    try:
        read(body)
    except UnreadableError as error:
        return error
    return None


@given(st.sampled_from(READERS), st.binary() | VALUES.map(as_json))
def test_what_arrives_is_read_or_unreadable_and_no_error_keeps_any_of_it(
    read: Callable[[bytes], object], body: bytes
) -> None:
    error = refusal(read, body)
    if error is not None:
        assert (error.args, error.__cause__, error.__context__) == ((), None, None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Participant Id,Submission Id\n1,2",
        b'{"detail": "no report"}',
        b"<html></html>",
        b'Username,Status\n"lab-1,USED',
        b"Username,Status\n\xff,USED",
        b"Username,Status\n" + b"x" * 200_000 + b",USED",
    ],
)
def test_a_report_without_usernames_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableError):
        wire.credential_usage(body)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("Username,Status", ()),
        ("Username,Status\r\nlab-1,USED\r\n\r\n", (CredentialUsage("lab-1", "USED"),)),
        ("\ufeff status , USERNAME\nUSED,lab-1", (CredentialUsage("lab-1", "USED"),)),
        ("Username,Status,Username\nlab-1,USED,other", (CredentialUsage("lab-1", "USED"),)),
        ('Username,Status\n"a,""b""\nc",USED', (CredentialUsage('a,"b"\nc', "USED"),)),
        ("Username,Status,Note\nlab-1", (CredentialUsage("lab-1", ""),)),
    ],
)
def test_a_report_s_columns_are_found_by_name(text: str, rows: tuple[CredentialUsage, ...]) -> None:
    assert wire.credential_usage(text.encode()) == rows


@given(st.lists(st.tuples(st.text('ab,"\n é'), st.sampled_from(["USED", "UNUSED"]))))
def test_a_report_gives_back_the_usernames_that_went_into_it(rows: list[tuple[str, str]]) -> None:
    def quoted(text: str) -> str:
        doubled = text.replace('"', '""')
        return f'"{doubled}"'

    text = "".join(f"{quoted(name)},{status}\n" for name, status in rows)
    found = wire.credential_usage(f"Username,Status\n{text}".encode())
    assert [(row.username, row.status) for row in found] == rows


FIELDS = {"status": 400, "error_code": 0, "title": "Bad Request"}


@pytest.mark.parametrize(
    ("detail", "sentences"),
    [
        ("Something was wrong", ("Something was wrong",)),
        (["First problem.", "Second problem."], ("First problem.", "Second problem.")),
        ({"credentials": ["Required.", "Odd."]}, ("credentials: Required.", "credentials: Odd.")),
        ({"a": {"b": ["c"]}}, ("a: b: c",)),
        (7, ("7",)),
        (None, ("Bad Request",)),
        ("", ("Bad Request",)),
        ([], ("Bad Request",)),
        ("two\nlines\tand  more", ("two\nlines\tand  more",)),
    ],
)
def test_every_detail_is_read_in_every_shape(detail: object, sentences: tuple[str, ...]) -> None:
    fields = FIELDS | {"detail": detail, "traceback": "File secret.py"}
    assert wire.details(as_json({"error": fields})) == sentences
    assert wire.details(as_json(fields)) == sentences
    assert wire.details(as_json({"message": "Bad Request", "detail": detail})) == sentences


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>Bad Gateway</body></html>",
        b"null",
        b"[]",
        b'"x"',
        b"5",
        b"\xff",
        b"{}",
        b'{"detail": "<!DOCTYPE html><html>"}',
        b"[" * 100_000,
        b'{"traceback": "x", "error": {"traceback": ["x"]}}',
        b'{"detail": {"traceback": ["x"]}}',
    ],
)
def test_pages_and_tracebacks_are_never_details(body: bytes) -> None:
    assert wire.details(body) == ()


def test_only_a_handful_of_sentences_is_kept() -> None:
    found = wire.details(as_json({"detail": [f"{number} " + "x" * 9999 for number in range(99)]}))
    assert len(found) == wire.MOST_DETAILS


@given(st.dictionaries(NAMES, DETAILS | st.dictionaries(NAMES, DETAILS)).map(as_json) | st.binary())
def test_no_error_body_is_an_exception_or_changes_what_the_status_says(body: bytes) -> None:
    found = wire.details(body)
    assert len(found) <= wire.MOST_DETAILS
    assert all(found)
    for status in (201, 302, 400, 408, 409, 502):
        assert Answer(status, body).effect is effect_of_status(status)


ANY_FIELD = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


@given(st.lists(st.tuples(ANY_FIELD, ANY_FIELD)))
def test_the_passwords_of_a_request_are_those_that_went_into_it(
    pairs: list[tuple[str, str]],
) -> None:
    assert wire.passwords_in(Secret(dump(Rows.of(pairs)))) == tuple(p for _, p in pairs)


def test_a_request_that_can_not_be_read_again_has_no_passwords_but_an_error() -> None:
    with pytest.raises(UnreadableError) as caught:
        wire.passwords_in(Secret(f"lab-1,{'x' * (csv.field_size_limit() + 1)}"))
    assert (caught.value.args, caught.value.__cause__, caught.value.__context__) == ((), None, None)


@given(
    st.dictionaries(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
)
def test_a_body_says_what_was_put_into_it(fields: dict[str, str]) -> None:
    body = wire.body_of(fields)
    assert json.loads(body.reveal()) == fields
    assert repr(body) == f"Secret({MASK})"


@dataclass(frozen=True)
class Item:
    id: str | None


def gathered(pages: list[Page[Item]]) -> tuple[Gathering[Item], list[bool]]:
    found = Gathering[Item]()
    return found, [found.take(page) for page in pages]


def items(*numbers: int) -> tuple[Item, ...]:
    return tuple(Item(str(number)) for number in numbers)


@pytest.mark.parametrize(
    ("pages", "more"),
    [
        ([Page(items())], [False]),
        ([Page(items(1))], [False]),
        ([Page(items(*range(20)))], [True]),
        ([Page(items(*range(20)), is_last=True)], [False]),
        ([Page(items(1), count=2), Page(items(2), count=2)], [True, False]),
        ([Page(items(1), count=2), Page(items(1), count=2)], [True, False]),
        ([Page(items(1), count=2), Page(items(), count=2)], [True, False]),
    ],
)
def test_a_list_ends_where_the_service_says_or_nothing_new_comes(
    pages: list[Page[Item]], more: list[bool]
) -> None:
    assert gathered(pages)[1] == more


@given(st.lists(st.lists(st.integers(0, 30) | st.none(), max_size=25)))
def test_each_item_is_kept_once_in_the_order_it_came(pages: list[list[int | None]]) -> None:
    made = [Page(tuple(Item(str(n) if n is not None else None) for n in page)) for page in pages]
    found, _ = gathered(made)
    everything = [item for page in made for item in page.items]
    assert list(found.items) == list(dict.fromkeys(everything))
    assert found.received == len(everything)
