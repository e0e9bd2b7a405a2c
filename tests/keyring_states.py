"""The states that a keyring can be in, each as something that a session is put into."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext

from tests.keyring_session import KeyringSession, isolated_environment, silent_bus

State = Callable[[KeyringSession], AbstractContextManager[Mapping[str, str]]]
"""Puts a session into a state, and gives the environment of a program in it."""


@contextmanager
def unlocked(session: KeyringSession) -> Iterator[Mapping[str, str]]:
    """It can be used."""
    with session.unlocked_keyring():
        yield session.environment


@contextmanager
def locked(session: KeyringSession) -> Iterator[Mapping[str, str]]:
    """It needs its password, and nobody is there to ask for it."""
    with session.locked_keyring():
        yield session.environment


@contextmanager
def unseen(session: KeyringSession) -> Iterator[Mapping[str, str]]:
    """It asks for its password in a window that nobody sees."""
    with session.unseen_prompter() as environment, session.locked_keyring():
        yield environment


@contextmanager
def failing(session: KeyringSession) -> Iterator[Mapping[str, str]]:
    """Its service fails."""
    with session.failing_service():
        yield session.environment


@contextmanager
def silent(session: KeyringSession) -> Iterator[Mapping[str, str]]:
    """The message bus accepts and never answers."""
    with silent_bus(session.home) as environment:
        yield environment


def without_bus(session: KeyringSession) -> AbstractContextManager[Mapping[str, str]]:
    """There is no message bus, as is normal over SSH."""
    return nullcontext(isolated_environment(session.home))


def forced(backend: str) -> State:
    """A backend was chosen by variable."""

    def force(session: KeyringSession) -> AbstractContextManager[Mapping[str, str]]:
        return nullcontext({**session.environment, "PYTHON_KEYRING_BACKEND": backend})

    return force
