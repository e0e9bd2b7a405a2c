"""Which tokens and service URLs are taken at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prolific_tui.access import DEFAULT_SERVICE_URL, checked_service_url, checked_token
from prolific_tui.errors import SettingsError


def words(error: SettingsError) -> str:
    return f"{error} {error!r} {error.title} {error.message} {error.hint} {error.__context__!r}"


@pytest.mark.parametrize("text", ["abc", " abc\n", "\tabc\r\n", "\u00a0abc\u2028"])
def test_space_around_a_token_is_dropped(text: str) -> None:
    assert checked_token(text).reveal() == "abc"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "Token sentinel",
        "sent\ninel",
        "sent\tinel",
        "sentinél",
        "\ufeffsentinel",
        "sent\x7finel",
        "sent\x00inel",
        "sentinel\ud800",
    ],
)
def test_what_no_token_is_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        checked_token(text)
    assert "inel" not in words(caught.value)
    assert caught.value.hint


@given(st.text())
def test_a_token_that_is_taken_can_be_a_header(text: str) -> None:
    try:
        token = checked_token(text)
    except SettingsError:
        return
    assert token.reveal() == text.strip()
    assert all("!" <= character <= "~" for character in token.reveal())


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        (DEFAULT_SERVICE_URL, DEFAULT_SERVICE_URL),
        (" HTTPS://API.Prolific.com/ ", DEFAULT_SERVICE_URL),
        ("https://api.prolific.com:443", DEFAULT_SERVICE_URL),
        ("https://api.prolific.com:8443/", "https://api.prolific.com:8443"),
        ("https://10.0.0.1", "https://10.0.0.1"),
        ("https://[FD00:0::1]:8443", "https://[fd00::1]:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://127.9.9.9:80", "http://127.9.9.9"),
        ("http://localhost:8000/", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_a_service_is_its_origin_in_one_spelling(text: str, origin: str) -> None:
    assert checked_service_url(text) == origin
    assert checked_service_url(origin) == origin


@pytest.mark.parametrize(
    "text",
    [
        "",
        "api.prolific.com",
        "http://api.prolific.com",
        "http://10.0.0.1",
        "http://0.0.0.0:1",
        "http://127.1",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "http://[::ffff:127.0.0.1]",
        "http://[::]",
        "http://[fe80::1%25lo]",
        "http://localhost@evil",
        "https://user:sentinel@api.prolific.com",
        "https://api.prolific.com?token=sentinel",
        "https://api.prolific.com/#sentinel",
        "https://api.prolific.com/api/v1",
        "https://",
        "https:///",
        "https://api.prolific.com:x",
        "https://api.prolific.com:",
        "https://api.prolific.com:99999",
        "https://api.prolific.com:0",
        "ftp://api.prolific.com",
        "file:///etc/passwd",
        "https://[::1",
        "https://api prolific.com",
        "https://api\n.prolific.com",
        "https://api.prolific.com\\@evil",
        "https://api%2eprolific.com",
        "https://bücher.example",
        "https://-",
        "https://a..b",
        "https://api.prolific.com?",
        "https://api.prolific.com#",
        "https://a.example\ud800",
    ],
)
def test_anything_else_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        checked_service_url(text)
    assert "sentinel" not in words(caught.value)
    assert caught.value.hint


@given(st.text() | st.from_regex(r"https?://[a-z0-9:@/?#\[\]%\\.-]{0,20}"))
def test_no_text_is_another_exception(text: str) -> None:
    try:
        origin = checked_service_url(text)
    except SettingsError:
        return
    assert checked_service_url(origin) == origin
    assert origin.startswith(("https://", "http://127.", "http://localhost", "http://[::1]"))
