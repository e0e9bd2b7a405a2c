"""What came of a request, in words: every outcome that is not a readable 2xx as a `ServiceError`.

Each error says what happened, what was and was not changed, and what to do next. Only the
service's own sentences, as far as nothing secret can be in them, and the operating system's words
about a certificate are quoted.
"""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby
from math import ceil
from typing import Final

from prolific_tui.client.exchange import Answer, Failure, Operation, Trouble
from prolific_tui.errors import Effect, ServiceError
from prolific_tui.secret import MASK

LONGEST_DETAIL: Final = 300
"""The most characters that are quoted of a sentence of the service's."""
_SHORTEST_MASKED: Final = 6
"""Shorter passwords stand in ordinary words by chance, so a mask would give them away."""
_FRAGMENT: Final = 5
"""So many characters of a password in a row are more than chance."""
_MOST_COMPARED: Final = 10**8
"""Characters of a sentence times passwords: what takes longer to compare is not quoted."""
_HTTP_UNAUTHORIZED: Final = 401
_DAY: Final = 24 * 60 * 60
_SPACE: Final = re.compile(r"\s+")

_WAIT: Final = "Wait a minute, then try again."
_LOOK_FIRST: Final = "Refresh and look whether it is there before you send it again."
_TRY_AGAIN: Final = "Try again."

_EFFECTS: Final = {
    Effect.NOT_SENT: "Nothing was sent, so nothing was changed.",
    Effect.ACCEPTED: "It was most likely done.",
    Effect.REFUSED: "Nothing was changed.",
    Effect.UNKNOWN: "We do not know whether this was done.",
}

_TROUBLES: Final[dict[Trouble, tuple[str, str, str]]] = {
    Trouble.NO_SUCH_HOST: (
        "No network",
        "The name of Prolific's service could not be looked up.",
        "Check this machine's network and DNS, then try again.",
    ),
    Trouble.CONNECTION_REFUSED: (
        "Nothing answers there",
        "The connection was refused: nothing listens at the service's address.",
        "Check PROLIFIC_URL and the proxy on 4 Account, then try again.",
    ),
    Trouble.UNREACHABLE: (
        "No network",
        "There is no way from this machine to Prolific's service.",
        "Check this machine's network and firewall, then try again.",
    ),
    Trouble.TLS: (
        "The connection is not safe",
        "No protected connection could be made, so the token was not sent.",
        "If this network inspects connections, set SSL_CERT_FILE to its certificates. "
        "Check the clock as well.",
    ),
    Trouble.PROXY: (
        "The proxy would not connect",
        "The proxy in HTTPS_PROXY gave no connection to Prolific's service.",
        "Check HTTPS_PROXY and the proxy's user name and password, or set NO_PROXY.",
    ),
    Trouble.CERTIFICATES: (
        "SSL_CERT_FILE can't be used",
        "The file that SSL_CERT_FILE names holds no certificates that can be read.",
        "Correct the variable or remove it, then start again.",
    ),
    Trouble.CONNECT_TIMEOUT: (
        "No connection in time",
        "Prolific's service did not take the connection in time.",
        "Check this machine's network and firewall, then try again.",
    ),
    Trouble.BUSY: (
        "Too much at once",
        "All connections of this program were in use for too long.",
        "Wait until what is running has ended, then try again.",
    ),
    Trouble.UNSENDABLE: (
        "This can't be sent",
        "It holds a character that can't go on the wire, or an address that can't be used.",
        "Check the token on 4 Account, and the rows for damaged characters.",
    ),
    Trouble.TIMEOUT: (
        "No answer in time",
        "Prolific did not answer in time.",
        _WAIT,
    ),
    Trouble.CUT: (
        "The line broke",
        "The connection ended before Prolific had answered.",
        _TRY_AGAIN,
    ),
}

_SPOILED: Final[dict[Trouble, str]] = {
    Trouble.TIMEOUT: "its answer did not arrive in time",
    Trouble.CUT: "the line broke within its answer",
    Trouble.TOO_LARGE: "its answer is larger than this program reads",
    Trouble.UNDECODABLE: "its answer can't be read",
}


def error_for(
    operation: Operation,
    result: Answer | Failure,
    *,
    details: tuple[str, ...] = (),
    attempts: int = 1,
) -> ServiceError:
    """The error for a failure, for an answer that is not 2xx, or for a 2xx that can't be read.

    Args:
        operation: What was asked for.
        result: What came of it, the last time it was tried.
        details: What the service said, one sentence each, as `quotable` gives them.
        attempts: How often it was tried.
    """
    tried = f"It was tried {attempts} times." if attempts > 1 else ""
    said_alone = ""
    if isinstance(result, Failure):
        title, said, hint = _TROUBLES.get(result.trouble, _TROUBLES[Trouble.CUT])
        if result.reason:
            said = f"{said.removesuffix('.')} ({result.reason})."
        status, retry_after = None, None
    else:
        title, said, hint = _words_for(operation, result, details)
        said_alone = _words_for(operation, result, ())[1]
        status, retry_after = result.status, result.retry_after
    is_token_refused = (
        isinstance(result, Answer)
        and result.status == _HTTP_UNAUTHORIZED
        and (operation.name == "getMe" or result.token_accepted is False)
    )
    if operation.writes and result.effect in (Effect.UNKNOWN, Effect.ACCEPTED):
        hint = _LOOK_FIRST
    after = " ".join(part for part in (tried, _changed(operation, result)) if part)
    return ServiceError(
        title,
        f"{said} {after}",
        hint,
        effect=result.effect,
        status=status,
        details=details,
        retry_after=retry_after,
        unquoted=f"{said_alone} {after}" if details else None,
        is_token_refused=is_token_refused,
    )


def error_for_endless(pages: int) -> ServiceError:
    """The error for a list that still goes on after so many pages, which is better than a part."""
    return ServiceError(
        "The list does not end",
        f"Prolific's list went on after {pages} pages, so it was not used. A read changes nothing.",
        "Report this: a list this long was not foreseen.",
        effect=Effect.ACCEPTED,
    )


def _words_for(
    operation: Operation, answer: Answer, details: tuple[str, ...]
) -> tuple[str, str, str]:
    """Title, what happened, and what to do next, for an answer that is no readable 2xx."""
    quoted = " ".join(_sentence(detail) for detail in details)
    match answer.status:
        case status if answer.is_success:
            lost = _SPOILED.get(answer.spoiled or Trouble.UNDECODABLE, "its answer can't be read")
            return "The answer was lost", f"Prolific said yes ({status}), but {lost}.", _TRY_AGAIN
        case 400:
            return (
                "Prolific refused this",
                f"Prolific refused it: {quoted}" if quoted else "Prolific refused it (400).",
                "Correct what it names, then try again.",
            )
        case 401:
            return _unauthorized(operation, answer)
        case 403:
            return (
                "Not allowed",
                f"This account may not {operation.right} here.",
                "It needs the workspace_update permission. Ask an admin of the workspace."
                if operation.path.startswith("/api/v1/credentials/")
                else "Ask an admin of the workspace.",
            )
        case 404:
            return (
                "Not there",
                f"Prolific has no such {operation.subject}, or this token may not see it.",
                "Refresh with r, and check the workspace with w.",
            )
        case 409 if operation.sends_credentials:
            return (
                "A username is taken",
                "Prolific refused this list: it has at least one of these usernames already "
                "and does not say which.",
                "Take out the names that the pool may have.",
            )
        case 409:
            return (
                "Prolific refused this",
                f"It does not fit what is there now. {quoted}".strip(),
                "Refresh with r and look, then try again.",
            )
        case 429:
            return (
                "Prolific asks to wait",
                "Too many requests are being made with this token or from this network.",
                _wait_words(answer.retry_after, answer.retry_at),
            )
        case 408 | 499:
            return (
                "No answer in time",
                f"The request was given up on the way ({answer.status}).",
                _WAIT,
            )
        case 500:
            return "Prolific failed", "Prolific met an error of its own (500).", _WAIT
        case 502 | 503 | 504:
            return (
                "Prolific can't be reached",
                f"Prolific's gateway got no answer from the service behind it ({answer.status}).",
                _WAIT,
            )
        case status if 300 <= status <= 399:
            return (
                "Sent elsewhere",
                f"The service pointed to another address ({status}). "
                "The token goes to no other, so nothing was followed.",
                "Check PROLIFIC_URL, and whether this network wants a sign-in page first.",
            )
        case status if 400 <= status <= 499:
            return (
                "Prolific refused this",
                f"Prolific refused it ({status}). {quoted}".strip(),
                "Update prolific-tui if there is a newer version; report this if not.",
            )
        case status if status >= 500:
            return "Prolific failed", f"Prolific met an error of its own ({status}).", _WAIT
        case status:
            return (
                "An answer that is none",
                f"The service answered with a status that ends no request ({status}).",
                "Check PROLIFIC_URL and the proxy on 4 Account.",
            )


def _changed(operation: Operation, result: Answer | Failure) -> str:
    """What was and was not changed."""
    if not operation.writes:
        # Not that nothing was changed: what an open write did is what may not be readable now.
        return "A read changes nothing."
    if result.effect is Effect.REFUSED and operation.sends_credentials:
        # Whether a refused list is refused whole is not documented for what its rows are blamed
        # for; without a token, a permission or a pool, none of it can have been taken.
        status = result.status if isinstance(result, Answer) else None
        if status not in (401, 403, 404, 429):
            return "Whether a refused list is refused whole is not documented."
    return _EFFECTS[result.effect]


def _unauthorized(operation: Operation, answer: Answer) -> tuple[str, str, str]:
    """A 401 is a bad token, unless `getMe` takes that same token."""
    if answer.token_accepted:
        return (
            "Not for this account",
            f"Prolific accepts this token, but its owner may not {operation.right} here.",
            "Choose a workspace of this account with w, or another token on 4 Account.",
        )
    if operation.name != "getMe" and answer.token_accepted is None:
        return (
            "Not with this token",
            "Prolific does not accept this token, or not for this.",
            "Check the token on 4 Account, and the workspace with w.",
        )
    return (
        "Prolific does not accept this token",
        "Prolific does not accept this token.",
        "Make a new one in Prolific's settings; t on 4 Account takes it.",
    )


def _wait_words(seconds: float | None, until: float | None) -> str:
    """How long to wait, and by the clock of this machine when that is over, as far as told."""
    if seconds is None:
        return _WAIT
    told = f"Wait {max(1, round(seconds))} s"
    # A clock time alone says nothing of another day.
    if until is not None and seconds < _DAY:
        told += f", until {datetime.fromtimestamp(ceil(until), UTC).astimezone():%H:%M:%S}"
    return f"{told}, then try again."


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def quotable(
    sentences: Iterable[str], hidden: Iterable[str], fields: Iterable[str] = ()
) -> tuple[str, ...]:
    """The service's sentences as they may be shown: short, on a line, with nothing hidden in them.

    A service may quote what it refuses, whole or in part, as it is or as CSV, JSON or Python write
    it. Where it is not certain that a mask covers all of that, the sentence is not quoted.

    Args:
        sentences: What the service said, as it came.
        hidden: The token, and the passwords of the request.
        fields: The names of the request's fields, which may be told in any case.
    """
    secrets = tuple(hidden)
    can_be_masked = all(map(_can_be_masked, secrets))
    shown: list[str] = []
    for sentence in sentences:
        text = ""
        if can_be_masked and len(sentence) * len(secrets) <= _MOST_COMPARED:
            text = _shortened(_masked(sentence, secrets))
            if _holds_a_part(text, secrets):
                text = ""
        if not text:
            about = " and ".join(name for name in fields if f"{name}:" in sentence)
            text = (
                f"What it says{f' of {about}' if about else ''} is not shown here, because it may"
                " hold a password or the token."
            )
        if text not in shown:
            shown.append(text)
    return tuple(shown)


def _can_be_masked(secret: str) -> bool:
    """Whether a text is long and odd enough to be found, and to stand nowhere by chance."""
    bare = _bare(secret)
    return len(bare) >= _SHORTEST_MASKED and not bare.isalpha() and not bare.isdecimal()


def _masked(sentence: str, secrets: Iterable[str]) -> str:
    """The sentence with every secret masked, in each of its spellings, also where they overlap."""
    covered = bytearray(len(sentence))
    for secret in secrets:
        for spelling in _spellings(secret):
            at = sentence.find(spelling)
            while at >= 0:
                covered[at : at + len(spelling)] = b"\1" * len(spelling)
                at = sentence.find(spelling, at + 1)
    parts = groupby(zip(covered, sentence, strict=True), key=lambda pair: pair[0])
    return "".join(MASK if hidden else "".join(c for _, c in part) for hidden, part in parts)


def _spellings(secret: str) -> Iterator[str]:
    """A text as it is, with its white space squeezed, and as CSV, JSON and Python write it."""
    if secret.isascii() and secret.isalnum():
        return iter((secret,))
    plain = (secret, secret.replace('"', '""'), _SPACE.sub(" ", secret))
    written = (
        (text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1], repr(text)[1:-1])
        for text in plain
    )
    return iter({spelling for spellings in written for spelling in spellings})


def _shortened(sentence: str) -> str:
    text = _SPACE.sub(" ", sentence).strip()
    return text if len(text) <= LONGEST_DETAIL else f"{text[: LONGEST_DETAIL - 1]}…"


def _holds_a_part(text: str, secrets: Iterable[str]) -> bool:
    """Whether some of a secret is left: cut off by the service, or in a spelling not known here."""
    left = _bare(text.replace(MASK, "\0"))
    parts = {left[at : at + _FRAGMENT] for at in range(len(left) - _FRAGMENT + 1)}
    return any(
        bare[at : at + _FRAGMENT] in parts
        for bare in map(_bare, secrets)
        for at in range(len(bare) - _FRAGMENT + 1)
    )


def _bare(text: str) -> str:
    """A text without its white space and capitals."""
    return _SPACE.sub("", text).casefold()
