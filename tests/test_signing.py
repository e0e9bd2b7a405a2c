"""The signature of a delivery: who made it, and what a receiver did to a body that it does not fit.

The vector was computed with OpenSSL as well:
`printf %s TIMESTAMP BODY | openssl dgst -sha256 -hmac SECRET -binary | base64`.
"""

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prolific_tui.secret import Secret
from prolific_tui.signing import (
    Delivery,
    SigningError,
    Verdict,
    digest,
    judge,
    read_signature,
    read_timestamp,
    signature,
)

SECRET = Secret("test-secret-value")
TIMESTAMP = "1700000000"
BODY = b'{"event_type": "study.status.change", "resource_id": "64395e9c2332b8a59a65d51e"}'
SIGNATURE = "NyMG+VpnktEyJ1C6oyrRfyKS2p3sXeWWOhakLs+S2uM="

bodies = st.binary(max_size=60)
secrets = st.text(st.characters(exclude_categories=()), min_size=1, max_size=20).map(Secret)
timestamps = st.text(string.digits + ".", min_size=1, max_size=13)
contents = st.dictionaries(
    st.text(max_size=8),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
        max_leaves=6,
    ),
    min_size=1,
    max_size=5,
)


def delivery(signed: bytes, arrived: bytes, secret: Secret = SECRET) -> Delivery:
    """One whose signature is of other bytes than those that are looked at."""
    return Delivery(arrived, TIMESTAMP, digest(secret, TIMESTAMP, signed))


def test_the_known_vector() -> None:
    assert signature(SECRET, TIMESTAMP, BODY) == SIGNATURE


@given(secrets, timestamps, bodies)
def test_what_a_secret_signed_it_made(secret: Secret, timestamp: str, body: bytes) -> None:
    made = read_signature(signature(secret, timestamp, body))

    assert judge(Delivery(body, timestamp, made), [("it", secret)]) == Verdict("it")


@given(secrets, secrets, bodies, st.data())
def test_no_other_secret_body_or_digest_is_taken_for_it(
    secret: Secret, other: Secret, body: bytes, data: st.DataObject
) -> None:
    made = digest(secret, TIMESTAMP, body)
    at = data.draw(st.integers(0, len(made) * 8 - 1))
    flipped = bytearray(made)
    flipped[at // 8] ^= 1 << at % 8

    assert judge(Delivery(body, TIMESTAMP, bytes(flipped)), [("it", secret)]).key is None
    assert judge(Delivery(body, f"1{TIMESTAMP}", made), [("it", secret)]).key is None
    if other != secret:
        keys = [("other", other), ("it", secret)]
        assert judge(Delivery(body, TIMESTAMP, made), keys) == Verdict("it")


@given(contents, st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_a_body_that_was_read_and_written_again_is_found_out(
    content: dict[str, object], is_compact: bool, sort: bool, ascii_only: bool, ends: bool
) -> None:
    sent = json.dumps(
        content,
        separators=(",", ":") if is_compact else (", ", ": "),
        sort_keys=sort,
        ensure_ascii=ascii_only,
    ) + ("\n" if ends else "")
    arrived = json.dumps(content, indent=4)

    verdict = judge(
        delivery(sent.encode("utf-8", "surrogatepass"), arrived.encode()), [("it", SECRET)]
    )

    assert verdict.key == "it"
    assert verdict.is_exact == (sent == arrived)


@pytest.mark.parametrize(
    ("signed", "arrived", "form"),
    [
        (BODY, b"  " + BODY, "with a space after each comma and colon"),
        (BODY, BODY.replace(b": ", b":").replace(b", ", b","), "as Python's json.dumps"),
        (b'{"a":"\xc3\xa9"}', b'{"a": "\\u00e9"}', "compactly, as JavaScript's JSON.stringify"),
        (b'{"a":"\\u00e9"}', b'{"a": "\xc3\xa9"}', "all but ASCII written as \\u escapes"),
        (b'{"a":1,"b":2}', b'{"b": 2, "a": 1}', "its keys sorted"),
        (BODY, BODY + b"\r\n", "without the line break at its end"),
        (BODY + b"\n", BODY, "with a line break at its end"),
        (b"a\r\nb", b"a\nb", "with CR LF where its lines end"),
        (b"a\nb", b"a\r\nb", "with LF where its lines end"),
        (BODY, b"\xef\xbb\xbf" + BODY, "without the byte order mark at its beginning"),
    ],
)
def test_the_mistake_of_a_receiver_gets_a_name(signed: bytes, arrived: bytes, form: str) -> None:
    verdict = judge(delivery(signed, arrived), [("it", SECRET)])

    assert verdict.key == "it"
    assert form in verdict.form


def test_the_previous_secret_is_told_from_the_current_one() -> None:
    old, new = Secret("old"), Secret("new")
    keys = [("current", new), ("previous", old)]

    assert judge(delivery(BODY, BODY, old), keys) == Verdict("previous")
    # A body just as it was signed goes before any other way of writing it.
    assert judge(delivery(BODY, BODY, new), keys) == Verdict("current")
    assert judge(delivery(BODY, BODY), keys) == Verdict(None)


@pytest.mark.parametrize(
    "body",
    [b"", b"[" * 100_000, b'{"a": 1' + b"0" * 5000 + b"}", b'"\\ud800"', b"\xff", b"NaN"],
    ids=["empty", "deep", "long number", "half a character", "not UTF-8", "NaN"],
)
def test_no_body_is_too_strange_to_be_judged(body: bytes) -> None:
    assert judge(delivery(b"another", body), [("it", SECRET)]) == Verdict(None)
    assert judge(delivery(body, body), [("it", SECRET)]).is_exact


def test_headers_may_be_pasted_with_their_names() -> None:
    made = digest(SECRET, TIMESTAMP, BODY)

    assert read_signature(f" X-Prolific-Request-Signature: {SIGNATURE}\n") == made
    assert read_timestamp(f"x-prolific-request-timestamp:{TIMESTAMP} ") == TIMESTAMP


@pytest.mark.parametrize(
    "text", ["", "sha256=" + SIGNATURE, SIGNATURE[:-1], SIGNATURE[4:], "é" * 44, "0f" * 32]
)
def test_what_can_not_be_a_signature_is_said_to_be_none(text: str) -> None:
    with pytest.raises(SigningError, match="Not a signature"):
        read_signature(text)
    with pytest.raises(SigningError, match="No timestamp"):
        read_timestamp(" ")


def test_a_delivery_in_a_log_does_not_show_its_body() -> None:
    assert "resource_id" not in repr(delivery(BODY, BODY))
