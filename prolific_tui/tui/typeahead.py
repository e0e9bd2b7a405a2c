"""Keys in the order in which they were typed, each to what the ones before it opened.

Textual hands a key to the widget that has the focus when the key arrives, and lets it act some
messages later. Over a slow line several keys arrive at once, so what was typed for a field that the
first of them opens would act as commands on the screen below it.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget

R = TypeVar("R")


class OrderedKeysApp(App[R], inherit_bindings=False):
    """An application that finishes one key or paste before it begins with the next.

    A key that nobody took and that finds another widget in focus than it was meant for, because
    of the key before it, is handed on to that.
    """

    def __init__(self, **arguments: Any) -> None:  # noqa: ANN401 - Textual's own
        super().__init__(**arguments)
        self._typed: deque[events.Key | events.Paste] = deque()
        """What arrived while another key was being handled."""
        self.keys_begun = 0
        """How many keys and pastes were given to what they are meant for."""
        self._under_way = 0
        """How many ways up, from a widget to the application, are not finished yet."""
        self._meant_for: WeakKeyDictionary[events.Key, DOMNode] = WeakKeyDictionary()
        self._give_up: Callable[[], object] | None = None
        """What Esc does while keys are held."""

    @contextmanager
    def holding_keys(self, give_up: Callable[[], object] | None = None) -> Iterator[None]:
        """Let no further key through while something is got ready that will ask the person.

        What was typed ahead is the answer to that question, and no command to what is on the
        screen until then. Asking has to follow the block without a pause.

        Args:
            give_up: What Esc does meanwhile, for what may take long. What was typed ahead is let
                go then, because nobody will ask.
        """
        self._under_way += 1
        before, self._give_up = self._give_up, give_up
        try:
            yield
        finally:
            self._give_up = before
            self.call_later(self._arrived)

    @property
    def is_answering(self) -> bool:
        """Whether a key that was typed has not done all that it does yet."""
        return self._under_way > 0

    @property
    def _in_focus(self) -> Widget | Screen[Any]:
        return self.focused or self.screen

    async def on_event(self, event: events.Event) -> None:
        """Let keys and pastes through one at a time."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        if self._give_up is not None and isinstance(event, events.Key) and event.key == "escape":
            self._typed.clear()
            self._give_up()
            return
        self._typed.append(event)
        if not self._under_way:
            await self._begin_next()

    async def _begin_next(self) -> None:
        event = self._typed.popleft()
        target = self._in_focus
        if isinstance(event, events.Key):
            self._meant_for[event] = target
        self.keys_begun += 1
        self._under_way += 1
        await super().on_event(event)
        self._follow(target, target)

    def _follow(self, target: DOMNode, node: DOMNode | None, *, again: bool = True) -> None:
        """Go up behind a key, node by node: a node's queue holds the key before it holds this.

        The way is gone twice, because what a key does may be to post a message of its own, such
        as `Input.Submitted`, and that is to be handled before the next key as well.
        """
        while node is not None and node is not self:
            if node.call_later(self._follow, target, node.parent, again=again):
                return
            # It is closing, so the key did not get in either.
            node = node.parent
        if again:
            self.call_later(self._follow, target, target, again=False)
        else:
            self.call_later(self._arrived)

    async def _arrived(self) -> None:
        self._under_way -= 1
        if not self._under_way and self._typed:
            await self._begin_next()

    def on_key(self, event: events.Key) -> None:
        """Hand a key on that nobody took, if the focus moved while it was under way."""
        target, meant_for = self._in_focus, self._meant_for.pop(event, None)
        if meant_for is None or target is meant_for:
            return
        event.prevent_default()
        again = events.Key(event.key, event.character)
        self._meant_for[again] = target
        self._under_way += 1
        target._forward_event(again)  # noqa: SLF001 - as App.on_event does it
        self._follow(target, target)
