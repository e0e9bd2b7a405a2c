"""The child process that talks to the keyring: an empty line when ready, one JSON line in, one out.

It may hang, print or crash; the parent kills it when its time is up. Only backends of the list
below are asked anything, whatever else is installed: others lose values, keep them in plain text,
or ask for a password on the terminal. One that a person chose for Python's keyring is imported and
made before it is known which it is, in this process and so beside what is to be kept: whoever can
choose what Python imports for this user can read all that is theirs anyway.
"""

import contextlib
import importlib
import importlib.metadata
import json
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from typing import Final, TextIO

from keyring import core, errors
from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend
from keyring.backends.SecretService import Keyring as SecretService

from prolific_tui.process import keep_memory_private
from prolific_tui.vault.states import NO_BUS, NO_SERVICE, STALE_BUS, KeyringCondition

_ALLOWED: Final = (
    "keyring.backends.SecretService.Keyring",
    "keyring.backends.kwallet.DBusKeyring",
    "keyring.backends.kwallet.DBusKeyringKWallet4",
    "keyring.backends.libsecret.Keyring",
    "keyring.backends.macOS.Keyring",
    "keyring.backends.Windows.WinVaultKeyring",
)
_DISMISSED: Final = "PromptDismissedException"

Answer = dict[str, str | None]
"""`condition` always, and `backend`, `reason` and `value` where there is one."""


def respond(request: Mapping[str, str]) -> Answer:
    """What the keyring says to a request: `load`, `save` or `delete` an entry.

    The answer's value is what the keyring holds afterwards, so that the parent can compare. A
    backend's own words are left out, since they may hold the value.
    """
    backend = ""
    try:
        keyring = _chosen()
    except errors.NoKeyringError as error:
        return _without_keyring(error.__cause__)
    except Exception as error:  # noqa: BLE001 - whatever importing and making one may raise
        reason = type(error).__name__
        return {"condition": KeyringCondition.NOT_LOADED.value, "reason": reason}
    try:
        backend = keyring.name
        if not _is_allowed(type(keyring)):
            return {"condition": KeyringCondition.NOT_ALLOWED.value, "backend": backend}
        value = _perform(keyring, request)
    except errors.NoKeyringError:
        condition, reason = KeyringCondition.NONE, ""
    except errors.KeyringLocked:
        condition, reason = KeyringCondition.LOCKED, ""
    except Exception as error:  # noqa: BLE001 - backends raise what they like
        dismissed = type(error.__cause__).__name__ == _DISMISSED
        condition = KeyringCondition.LOCKED if dismissed else KeyringCondition.BROKEN
        reason = type(error).__name__
    else:
        return {"condition": KeyringCondition.USABLE.value, "backend": backend, "value": value}
    return {"condition": condition.value, "backend": backend, "reason": reason}


def _without_keyring(why: BaseException | None) -> Answer:
    """That there is no keyring here, and why, as far as the usual one on Linux tells."""
    answer: Answer = {"condition": KeyringCondition.NONE.value, "backend": _installed()}
    if isinstance(why, TimeoutError):
        answer["condition"] = KeyringCondition.SILENT.value
    elif isinstance(why, OSError):
        answer["reason"] = STALE_BUS
    elif why is not None:
        # It has a cause of its own where the bus is not there at all.
        is_service = isinstance(why, RuntimeError) and why.__cause__ is None
        answer["reason"] = NO_SERVICE if is_service else NO_BUS
    return answer


def _installed() -> str:
    """The packages with other backends, none of which is loaded unless a person chose it."""
    found = importlib.metadata.entry_points(group="keyring.backends")
    names = {each.dist.name for each in found if each.dist is not None}
    return ", ".join(sorted(names - {"keyring"}))


def _perform(keyring: KeyringBackend, request: Mapping[str, str]) -> str | None:
    service, name = request["service"], request["name"]
    if request["action"] == "save":
        keyring.set_password(service, name, request["value"])
    if request["action"] == "delete" and keyring.get_password(service, name) is not None:
        keyring.delete_password(service, name)
    return keyring.get_password(service, name)


def _chosen() -> KeyringBackend:
    """The backend that the person's own choice names, or else the best of the allowed ones.

    A chainer asks several backends in turn; of those, too, only the best allowed one is used.

    Raises:
        NoKeyringError: none can work here; its cause is what the one on Linux says, if anything.
    """
    try:
        forced = core.load_env() or core.load_config()
    except RuntimeError as error:  # how a backend says that it can't work here
        raise errors.NoKeyringError from error.__cause__
    except OSError as error:  # how the way to it fails
        raise errors.NoKeyringError from error
    if forced is not None and not isinstance(forced, ChainerBackend):
        return forced
    viable: list[tuple[float, type[KeyringBackend]]] = []
    why: Exception | None = None
    for backend in _allowed():
        # Each only once: on a bus that never answers it takes a second to learn that.
        try:
            viable.append((backend.priority, backend))
        except Exception as error:  # noqa: BLE001 - what they raise is not documented
            why = error if backend is SecretService else why
    if not viable:
        raise errors.NoKeyringError from why
    _, best = max(viable, key=lambda each: each[0])
    return best()


def _allowed() -> Iterator[type[KeyringBackend]]:
    for path in _ALLOWED:
        module, _, name = path.rpartition(".")
        yield getattr(importlib.import_module(module), name)


def _is_allowed(backend: type[KeyringBackend]) -> bool:
    return f"{backend.__module__}.{backend.__qualname__}" in _ALLOWED


def _take_standard_output() -> TextIO:
    """The real standard output, which what a backend prints no longer reaches."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return answers


def _end_with_the_parent() -> None:
    # Past Python's own buffer, whose lock would be held while the interpreter shuts down.
    # An error is its end too: it went away with something unread.
    with contextlib.suppress(OSError):
        while os.read(0, 1024):
            pass
    os._exit(1)


def main() -> None:
    """Answer one request, and end at once if the parent goes away meanwhile."""
    keep_memory_private()
    answers = _take_standard_output()
    print(file=answers, flush=True)
    line = sys.stdin.buffer.readline()
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    with answers:
        print(json.dumps(respond(json.loads(line))), file=answers)


if __name__ == "__main__":
    main()
